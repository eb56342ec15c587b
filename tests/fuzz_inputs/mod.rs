//! What the fuzzer has kept, for plain tests.

use std::fs;
use std::path::Path;

/// Runs every input in the corpus of a fuzz target and among its regressions.
#[track_caller]
pub fn replay(target: &str, run: impl Fn(&[u8])) {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    if !fuzz.exists() {
        println!("skipped: a packaged crate carries no fuzz inputs");
        return;
    }
    // There may be no regressions yet.
    let inputs = |folder| fs::read_dir(fuzz.join(folder).join(target)).into_iter().flatten();
    let mut replayed = 0;
    for input in inputs("corpus").chain(inputs("regressions")) {
        let path = input.unwrap().path();
        println!("{}", path.display());
        run(&fs::read(&path).unwrap());
        replayed += 1;
    }
    assert!(replayed >= 10, "only {replayed} inputs for {target} in {}", fuzz.display());
}
