//! Entries with a fault each, named as if they had none.

#[unsafe(export_name = "decide_control_divides")]
extern "C" fn divides(cost: u32, by: u32) -> u32 {
    cost.checked_div(by).unwrap_or(0)
}

#[unsafe(export_name = "decide_control_multiplies_64_bits")]
extern "C" fn multiplies(cost: u64, by: u64) -> u64 {
    cost.wrapping_mul(by)
}

#[unsafe(export_name = "divide_control_divides_twice")]
extern "C" fn divides_twice(cost: u32, by: u32, also: u32) -> u32 {
    cost.checked_div(by).unwrap_or(0) ^ also.checked_div(cost).unwrap_or(0)
}

#[unsafe(export_name = "operation_control_panics")]
extern "C" fn panics(slots: &[u32; 8], at: usize) -> u32 {
    slots[at]
}
