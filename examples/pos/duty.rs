//! What there is to do at an API in a morning, squeezed into as much of its time as its limits are about.

use crate::api::Api;

/// How much comes in, in how long, and how fast that passes.
#[derive(Clone, Copy)]
pub struct Duty {
    pub orders: usize,
    /// Milliseconds of the clock.
    pub morning: u64,
    pub speed: u32,
    /// Milliseconds of the clock that the server takes for a request.
    pub work: u64,
}

impl Duty {
    /// About what the limits let through, with peaks above, in twenty seconds.
    pub fn of(api: Api) -> Self {
        match api {
            Api::Clover => Self { orders: 3_000, morning: 90_000, speed: 5, work: 150 },
            Api::Conecto => Self { orders: 1_400, morning: 4 * 3_600_000, speed: 720, work: 500 },
            Api::Haravan => Self { orders: 2_000, morning: 600_000, speed: 30, work: 100 },
        }
    }
}
