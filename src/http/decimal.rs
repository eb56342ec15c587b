use core::fmt::{self, Write as _};

/// A number with leading zeros, of at least `N` digits. (A width given to `{}` would take a good deal of code along.)
pub(crate) struct Padded<const N: u32>(pub(crate) u32);

impl<const N: u32> fmt::Display for Padded<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = 10_u32.pow(N - 1);
        while place > 1 && self.0 < place {
            f.write_char('0')?;
            place /= 10;
        }
        self.0.fmt(f)
    }
}
