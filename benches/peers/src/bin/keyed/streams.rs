//! Which key comes when: drawn beforehand, so that drawing is no part of what is timed.

/// How often the keys come.
#[derive(Clone, Copy)]
pub enum Spread {
    /// All alike.
    Uniform,
    /// The `k`-th as often as the first, divided by `k`.
    Zipf,
}

/// Requests, and how far the clock moves on for each.
pub struct Stream {
    pub keys: usize,
    /// A power of two of them, to be gone through in a circle.
    requests: Vec<u32>,
    /// Nanoseconds from one request to the next.
    pub step: u64,
}

impl Stream {
    /// A stream of which about a tenth is denied, if each key gets one unit in `interval`.
    pub fn new(keys: usize, spread: Spread, interval: u64) -> Self {
        let weight = |rank: usize| match spread {
            Spread::Uniform => 1.0,
            Spread::Zipf => 1.0 / (rank + 1) as f64,
        };
        let sums: Vec<f64> = (0..keys)
            .scan(0.0, |sum, rank| {
                *sum += weight(rank);
                Some(*sum)
            })
            .collect();
        let total = sums[keys - 1];
        // Of equal keys each asks for 1.1 times what it gets; otherwise the eighth asks for just that.
        let allowed = match spread {
            Spread::Uniform => weight(0) / total / 1.1,
            Spread::Zipf => weight(7) / total,
        };
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let draw = |_| {
            let drawn = random.below_one() * total;
            sums.partition_point(|sum| *sum <= drawn).min(keys - 1) as u32
        };
        let requests = (0..(keys * 4).next_power_of_two()).map(draw).collect();
        Self { keys, requests, step: (interval as f64 * allowed) as u64 }
    }

    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// The key that asks at this turn.
    #[inline(always)]
    pub fn at(&self, turn: usize) -> u64 {
        self.requests[turn & (self.requests.len() - 1)].into()
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below_one(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
