//! A morning's orders: some at any time, many at breakfast, most at noon.

use tollgate::client::Seeded;

/// When each order comes in, in milliseconds of the morning, earliest first.
pub fn orders(count: usize, millis: u64, seed: u64) -> Vec<u64> {
    let mut random = Seeded::new(seed);
    let mut times: Vec<u64> = (0..count)
        .map(|_| match below(&mut random, 10) {
            0..3 => below(&mut random, millis),
            3..6 => peak(&mut random, millis, 30),
            _ => peak(&mut random, millis, 75),
        })
        .collect();
    times.sort_unstable();
    times
}

/// Around a percentage of the morning, as two dice fall: up to a tenth of it before or after.
fn peak(random: &mut Seeded, millis: u64, percent: u64) -> u64 {
    millis / 100 * (percent - 10) + below(random, millis / 10) + below(random, millis / 10)
}

/// One of `0..end`, or 0.
fn below(random: &mut Seeded, end: u64) -> u64 {
    random.draw().checked_rem(end).unwrap_or(0)
}

/// Every so many-th of them, for one of as many terminals.
pub fn share(orders: &[u64], number: u32, terminals: u32) -> Vec<u64> {
    orders.iter().copied().skip(number as usize).step_by(terminals as usize).collect()
}
