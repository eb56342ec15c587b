//! Links as firmware is: `defmt`'s strings at the small addresses that a log frame carries, and nothing to move them.
fn main() {
    println!("cargo::rustc-link-arg=-T{}/host.x", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg=-no-pie");
    println!("cargo::rerun-if-changed=host.x");
}
