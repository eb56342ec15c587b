//! Renders a value as its line in a log: encoded by `defmt`, decoded by `defmt-decoder` from this very binary.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use defmt::Format;
use defmt_decoder::Table;

/// `value` as a line in a log.
///
/// # Panics
///
/// If `value` does not encode to a whole frame, or this binary has lost its symbols.
pub fn line(value: &impl Format) -> String {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = lock(&ONE_AT_A_TIME);
    lock(&FRAME).clear();
    defmt::println!("{}", value);
    let (frame, _) = table().decode(&lock(&FRAME)).expect("a frame of this binary");
    frame.display_message().to_string()
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let binary = std::fs::read(std::env::current_exe().expect("its path")).expect("its bytes");
        Table::parse(&binary).expect("symbols").expect("a section .defmt")
    })
}

static FRAME: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[defmt::global_logger]
struct Logger;

// SAFETY: frames do not interleave, as only `line` logs, one frame at a time.
unsafe impl defmt::Logger for Logger {
    fn acquire() {}

    unsafe fn flush() {}

    unsafe fn release() {}

    unsafe fn write(bytes: &[u8]) {
        lock(&FRAME).extend_from_slice(bytes);
    }
}
