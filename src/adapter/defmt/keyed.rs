use ::defmt::{Format, Formatter, write};

use crate::algorithm::Algorithm;
use crate::cell::{HasShared, StateCell};
use crate::keyed::{
    self, ClassError, Full, HalfLine, Inline, Key, KeyCell, LimitSlot, LimitTable, Line, Set, SipHash, SipHasher, Slot,
    Slots, Table, TableFull, Usage, WholeLine,
};
use crate::time::Ticks;

impl<A: Algorithm, S: Slots<Word = A::Ticks>, H, const CLASSES: usize> Format for Table<A, S, H, CLASSES> {
    fn format(&self, f: Formatter<'_>) {
        let (capacity, reused, full) = (self.capacity() as u64, self.reused().into(), self.found_full().into());
        write!(f, "table of {=u64} slots, {=u64} times reused, {=u64} times found full", capacity, reused, full);
    }
}

impl<A: Algorithm, S: Slots<Word = A::Ticks>, H, const CLASSES: usize> Format for Key<'_, A, S, H, CLASSES> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "key {=u64:#x}", self.fingerprint().into());
    }
}

impl<T: HasShared, L, S: AsRef<[LimitSlot<T, L, C>]>, H, C> Format for LimitTable<T, L, S, H, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "table of {=u64} limits", self.capacity() as u64);
    }
}

impl<T: Ticks> Format for Usage<T> {
    fn format(&self, f: Formatter<'_>) {
        let (key, class, remaining) = (self.fingerprint().into(), self.class() as u64, self.remaining().into());
        write!(f, "key {=u64:#x} of class {=u64}, remaining {=u64}", key, class, remaining);
    }
}

impl<T: Ticks> Format for keyed::Admitted<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Key(grant) => grant.format(f),
            Self::Overflow(grant) => write!(f, "no slot, shared limit: {}", grant),
            Self::Uncounted => write!(f, "no slot, uncounted"),
        }
    }
}

impl<T: Ticks> Format for keyed::Refused<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Key(denied) => denied.format(f),
            Self::Overflow(denied) => write!(f, "no slot, shared limit: {}", denied),
            Self::Full(wait) => write!(f, "no slot: {}", wait),
        }
    }
}

impl<A: Format> Format for Full<A> {
    #[allow(clippy::match_same_arms)] // a lint that does not look into the format strings
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Refuse => write!(f, "refuse"),
            Self::Admit => write!(f, "admit"),
            Self::Overflow(rule) => write!(f, "overflow to {}", rule),
        }
    }
}

impl Format for ClassError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "no class {=u64}: there are {=u64}", self.class() as u64, self.classes() as u64);
    }
}

impl<T: Line, const N: usize, C> Format for Inline<T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} slots", N as u64);
    }
}

/// What says no more than what it is: parts of a table, and the secret of a hash.
macro_rules! names {
    ($([$($parameter:tt)*] $type:ty: $text:literal;)*) => {$(
        impl<$($parameter)*> Format for $type {
            fn format(&self, f: Formatter<'_>) {
                write!(f, $text);
            }
        }
    )*};
}

names! {
    [T: Line, C] Set<T, C>: "set of 4 slots";
    [C] Slot<C>: "slot";
    [T: HasShared, L, C] LimitSlot<T, L, C>: "slot";
    [] TableFull: "no slot for this key";
    [] HalfLine: "half a cache line";
    [] WholeLine: "a cache line";
    [] SipHash: "SipHash";
    [] SipHasher: "SipHasher";
}

impl<A, S, H, const CLASSES: usize> Format for KeyCell<'_, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    fn format(&self, f: Formatter<'_>) {
        write!(f, "state {=u64:#x} of a key", self.load().into());
    }
}
