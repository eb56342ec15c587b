//! Even numbers out of 64 random bits.

/// Draws after which a number is taken as it is: a source that is stuck must not hold up its caller.
const DRAWS: u32 = 32;

/// A small random source with a seed, one for each device: two devices of different seeds do not retry in step.
///
/// Not for secrets: who knows the seed knows the waits. Source: SplitMix64, by Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators", OOPSLA 2014.
///
/// ```
/// use tollgate::client::Seeded;
///
/// let serial_number = 1_234_567;
/// let mut random = Seeded::new(serial_number);
/// assert_eq!(random.draw(), 6_457_827_717_110_365_317);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seeded {
    state: u64,
}

impl Seeded {
    /// Begins the sequence of a seed, such as a serial number.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub const fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A number from 0 to `most`, each as likely as the others.
///
/// Source: Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 2019. The `2^64 mod (most + 1)` draws that would
/// make some numbers likelier are drawn again. After 32 draws the last one is taken, so that what bias is left is
/// below `((most + 1) / 2^64)^31`.
pub(super) fn up_to(most: u64, random: &mut impl FnMut() -> u64) -> u64 {
    let Some(count) = most.checked_add(1) else {
        return random();
    };
    let mut product = u128::from(random()).wrapping_mul(u128::from(count));
    if low(product) < count {
        let uneven = count.wrapping_neg().checked_rem(count).unwrap_or(0);
        let mut draws = 1;
        while low(product) < uneven && draws < DRAWS {
            product = u128::from(random()).wrapping_mul(u128::from(count));
            draws += 1;
        }
    }
    high(product)
}

#[allow(clippy::cast_possible_truncation)] // that is what it is for
const fn low(product: u128) -> u64 {
    product as u64
}

#[allow(clippy::cast_possible_truncation)] // 64 bits are left
const fn high(product: u128) -> u64 {
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::{Seeded, up_to};

    #[test]
    fn a_seed_begins_the_sequence_of_the_source() {
        let mut random = Seeded::new(1_234_567);
        let drawn = [(); 5].map(|()| random.draw());
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(drawn, published);
    }

    #[test]
    fn the_ends_of_the_source_are_the_ends_of_the_range() {
        for most in [0, 1, 2, 999, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            assert_eq!(up_to(most, &mut || u64::MAX), most);
            assert_eq!(up_to(most, &mut || 0), 0);
        }
    }

    /// Three quarters of the words, where without drawing again one number in three would be twice as likely.
    #[test]
    fn draws_that_would_make_some_numbers_likelier_are_drawn_again() {
        const COUNT: u64 = 3 << 62;
        let mut random = Seeded::new(1);
        let mut thirds = [0_u32; 3];
        for _ in 0..30_000 {
            let drawn = up_to(COUNT - 1, &mut || random.draw());
            thirds[usize::try_from(drawn % 3).unwrap()] += 1;
        }
        assert!(thirds.iter().all(|&count| count.abs_diff(10_000) < 400), "{thirds:?}");
    }

    #[test]
    fn a_source_that_is_stuck_is_asked_a_bounded_number_of_times() {
        let mut asked = 0;
        let drawn = up_to((3 << 62) - 1, &mut || {
            asked += 1;
            0
        });
        assert_eq!((drawn, asked), (0, super::DRAWS));
    }
}
