//! Where the slots of a table are: in the table itself, or in memory of the caller.

use core::fmt;
use core::ops::Deref;

#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};

/// Slots of a set.
pub(super) const WAYS: usize = 4;

/// A key's tag and its state.
#[derive(Debug)]
pub struct Slot<C> {
    pub(super) tag: C,
    pub(super) state: C,
}

impl<C> Slot<C> {
    #[cfg(not(loom))]
    const fn fresh<T>() -> Self
    where
        C: Init<T>,
    {
        Self { tag: C::FRESH, state: C::FRESH }
    }
}

/// A width of which a set of slots is one cache line, or half of one: `u32` or `u64`.
pub trait Line: HasShared {
    /// Aligned as a set of slots is long.
    #[doc(hidden)]
    type Aligned: Copy + fmt::Debug + Send + Sync;
}

/// As long as a set on `u32`: 32 bytes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub struct HalfLine;

/// As long as a set on `u64`, and as a cache line mostly is: 64 bytes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct WholeLine;

impl Line for u32 {
    type Aligned = HalfLine;
}

impl Line for u64 {
    type Aligned = WholeLine;
}

/// Four slots on one cache line: what a table over [memory of the caller's](super::Table::over) is made of.
///
/// ```
/// use tollgate::keyed::Set;
///
/// static SETS: [Set<u32>; 64] = [const { Set::fresh() }; 64]; // 256 slots in 2 KB
/// let sized_at_start: Vec<Set<u64>> = (0..1_000).map(|_| Set::fresh()).collect();
/// # assert_eq!((size_of_val(&SETS), size_of_val(&sized_at_start[..])), (2_048, 64_000));
/// ```
#[repr(C)]
pub struct Set<T: Line, C = Shared<T>> {
    aligned: [T::Aligned; 0],
    slots: [Slot<C>; WAYS],
}

#[cfg(not(loom))]
impl<T: Line, C: Init<T>> Set<T, C> {
    /// Four slots never used.
    #[must_use]
    pub const fn fresh() -> Self {
        Self { aligned: [], slots: [const { Slot::fresh::<T>() }; WAYS] }
    }
}

impl<T: Line, C: StateCell<T>> Set<T, C> {
    /// Four slots in cells of any kind, which `cell` makes. What they hold is written over.
    #[must_use]
    pub fn in_cells(mut cell: impl FnMut() -> C) -> Self {
        let mut fresh = || {
            let cell = cell();
            cell.store(T::FRESH);
            cell
        };
        let slots = core::array::from_fn(|_| Slot { tag: fresh(), state: fresh() });
        Self { aligned: [], slots }
    }
}

impl<T: Line, C> fmt::Debug for Set<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Set of {WAYS} slots")
    }
}

/// `N` slots in the table itself: see [`Keyed`](crate::Keyed).
#[repr(C)]
pub struct Inline<T: Line, const N: usize, C = Shared<T>> {
    aligned: [T::Aligned; 0],
    slots: [Slot<C>; N],
}

#[cfg(not(loom))]
impl<T: Line, const N: usize, C: Init<T>> Inline<T, N, C> {
    /// `N` slots never used; `N` is a multiple of 4.
    #[must_use]
    pub const fn fresh() -> Self {
        const { Self::check() }
        Self { aligned: [], slots: [const { Slot::fresh::<T>() }; N] }
    }

    const fn check() {
        if N == 0 || !N.is_multiple_of(WAYS) {
            let text = crate::quota::text::Text::new("N = ").number(N as u64);
            panic!("{}", text.then(" slots do not make sets of four: give a multiple of 4").as_str());
        }
    }
}

impl<T: Line, const N: usize, C> fmt::Debug for Inline<T, N, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} slots")
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The slots of a table: [`Inline`], or whatever lends a slice of [`Set`]s, such as `&[Set]`, `&'static [Set]`,
/// `Vec<Set>`, `Box<[Set]>` or `Arc<[Set]>`.
pub trait Slots: sealed::Sealed {
    /// Ticks, state words and tags.
    type Word: Line;
    /// What the words live in.
    type Cell: StateCell<Self::Word>;
    /// Aligned as a set.
    #[doc(hidden)]
    type Aligned: Copy;

    /// How many sets there are.
    #[doc(hidden)]
    fn sets(&self) -> usize;

    /// A set, or none if there are not so many.
    #[doc(hidden)]
    fn set(&self, index: usize) -> &[Slot<Self::Cell>];
}

impl<T: Line, const N: usize, C> sealed::Sealed for Inline<T, N, C> {}

impl<T: Line, const N: usize, C: StateCell<T>> Slots for Inline<T, N, C> {
    type Word = T;
    type Cell = C;
    type Aligned = T::Aligned;

    #[inline]
    fn sets(&self) -> usize {
        N / WAYS
    }

    #[inline(always)]
    fn set(&self, index: usize) -> &[Slot<C>] {
        let (sets, _) = self.slots.as_chunks::<WAYS>();
        sets.get(index).map_or(&[], |set| set)
    }
}

impl<T: Line, C, D: Deref<Target = [Set<T, C>]>> sealed::Sealed for D {}

impl<T: Line, C: StateCell<T>, D: Deref<Target = [Set<T, C>]>> Slots for D {
    type Word = T;
    type Cell = C;
    type Aligned = T::Aligned;

    #[inline]
    fn sets(&self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn set(&self, index: usize) -> &[Slot<C>] {
        self.get(index).map_or(&[], |set| &set.slots)
    }
}

/// A word on a line of its own, so that writing it does not slow down who reads its neighbours.
#[repr(C)]
pub(super) struct Apart<L, X> {
    aligned: [L; 0],
    pub(super) inner: X,
}

impl<L, X> Apart<L, X> {
    pub(super) const fn new(inner: X) -> Self {
        Self { aligned: [], inner }
    }
}
