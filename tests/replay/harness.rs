//! Runs the example's real binary.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

/// The built example. Cargo builds no example for one test target alone, and tells no test where it put them, so it
/// is asked: that takes a moment, and nothing is ever tested that is older than its source.
pub fn command() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BINARY.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--example", "replay", "--message-format=json-render-diagnostics"]);
        cargo.args((!cfg!(debug_assertions)).then_some("--release"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
        let messages = String::from_utf8(cargo.output().expect("cargo runs").stdout).expect("JSON is UTF-8");
        let (_, rest) = messages.split_once(r#""executable":""#).expect("cargo builds the example");
        let (path, _) = rest.split_once('"').expect("JSON strings end");
        PathBuf::from(path.replace(r"\\", r"\"))
    }))
}

pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn run(args: &[&str]) -> Run {
    run_with(args, b"")
}

/// Runs with something on standard input.
pub fn run_with(args: &[&str], input: &[u8]) -> Run {
    let mut child = command()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example runs");
    let mut stdin = child.stdin.take().expect("piped");
    let output = thread::scope(|scope| {
        // The example may end, for good reason, before it has read everything.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("the example ends")
    });
    Run {
        code: output.status.code().expect("no signal"),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// Runs, expects success and silence on standard error, and returns what was printed.
pub fn printed(args: &[&str], input: &[u8]) -> String {
    let run = run_with(args, input);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
    run.out
}

/// Runs, expects nothing to be printed, and returns the message.
pub fn refused(args: &[&str], input: &[u8], code: i32) -> String {
    let run = run_with(args, input);
    assert_eq!((run.code, run.out.as_str()), (code, ""), "{args:?}: {}", run.err);
    assert!(run.err.starts_with("error: "), "{args:?}: {}", run.err);
    run.err
}

/// An empty directory for one test.
pub fn scratch(test: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("replay").join(test);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("the target directory is writable");
    directory
}
