use core::fmt;

use crate::quota::text::Text;
use crate::time::Ticks;

/// How many units a lease draws at once, and for how long it may spend them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Terms<T> {
    units: T,
    lifetime: T,
}

impl<T: Ticks> Terms<T> {
    /// Draws of up to `units`, to be spent within `lifetime` ticks: at a reading `lifetime` after the draw they are over.
    ///
    /// More units mean fewer accesses to the shared word; they are withheld from others while a lease holds them. With
    /// several leases on a limiter, keep `units` times their number well below its burst. At most a sixteenth of the word's
    /// range can be a lifetime, so that past and future can be told apart: 3 days on `u32` milliseconds.
    ///
    /// # Errors
    ///
    /// If `units` or `lifetime` is 0, or `lifetime` too long.
    pub fn try_new(units: T, lifetime: T) -> Result<Self, TermsError> {
        check(units.into(), lifetime.into(), T::HALF.into()).map(|()| Self { units, lifetime })
    }

    /// Units of a draw, at most.
    #[must_use]
    pub const fn units(&self) -> T {
        self.units
    }

    /// Ticks for which they can be spent.
    #[must_use]
    pub const fn lifetime(&self) -> T {
        self.lifetime
    }
}

const fn check(units: u64, lifetime: u64, half: u64) -> Result<(), TermsError> {
    let most = half / 8;
    match (units, lifetime) {
        (0, _) => Err(TermsError::ZeroUnits),
        (_, 0) => Err(TermsError::ZeroLifetime),
        (_, lifetime) if lifetime > most => Err(TermsError::LifetimeTooLong { lifetime, most }),
        _ => Ok(()),
    }
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_lossless)] // `From` is not const
        impl Terms<$word> {
            /// Constant terms: see [`try_new`](Self::try_new).
            ///
            /// # Panics
            ///
            /// If they cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(units: $word, lifetime: $word) -> Self {
                match check(units as u64, lifetime as u64, $word::HALF as u64) {
                    Ok(()) => Self { units, lifetime },
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);

/// Why the terms of a lease cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TermsError {
    /// The lease draws 0 units.
    ZeroUnits,
    /// The lifetime is 0 ticks: what was drawn would be over at once.
    ZeroLifetime,
    /// The lifetime is too long for past and future to be told apart.
    LifetimeTooLong {
        /// Ticks of the lifetime.
        lifetime: u64,
        /// The most it may be.
        most: u64,
    },
}

impl TermsError {
    /// The text of `Display`, also for compile errors, where `format_args!` cannot reach.
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::ZeroUnits => Text::new("units = 0 draws nothing: give at least 1 unit"),
            Self::ZeroLifetime => Text::new("lifetime = 0 ticks is over at once: give a lifetime of at least 1 tick"),
            Self::LifetimeTooLong { lifetime, most } => Text::new("lifetime = ")
                .number(lifetime)
                .then(" ticks is too long for the clock's word: give at most ")
                .number(most)
                .then(" ticks, a coarser tick or a wider one"),
        }
    }
}

impl fmt::Display for TermsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for TermsError {}
