//! The real binaries, as somebody at a terminal uses them.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::OnceLock;

/// Cargo builds no example for one test target alone, and tells no test where it put them, so it is asked.
fn example(name: &str) -> Command {
    static MESSAGES: OnceLock<String> = OnceLock::new();
    let messages = MESSAGES.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--example", "pos_server", "--example", "pos_terminal"]);
        cargo.args(["--message-format=json-render-diagnostics"]).args((!cfg!(debug_assertions)).then_some("--release"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
        String::from_utf8(cargo.output().expect("cargo runs").stdout).expect("JSON is UTF-8")
    });
    let executables = messages.split(r#""executable":""#).skip(1).filter_map(|rest| rest.split('"').next());
    let path = executables.map(|path| path.replace(r"\\", r"\")).find(|path| path.contains(name));
    Command::new(path.expect("cargo builds the examples"))
}

fn run(name: &str, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = example(name).args(args).output().expect("the example runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("no signal"), text(stdout), text(stderr))
}

/// A server on a free port, which does not outlive its test.
struct Running {
    server: Child,
    url: String,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut command = example("pos_server");
        command.args(args).args(["--listen", "127.0.0.1:0"]);
        let mut server = command.stdout(Stdio::piped()).spawn().expect("the example runs");
        let mut out = BufReader::new(server.stdout.take().expect("piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("text");
        let url = line.split([' ', ',']).find(|word| word.starts_with("http://")).expect("it says where it listens");
        Self { server, url: url.into(), out }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_terminal_brings_its_own_server_and_loses_nothing() {
    for (api, speed) in [("clover", "20"), ("conecto", "2000"), ("haravan", "100")] {
        let args = ["--profile", api, "--speed", speed, "--orders", "45", "--morning", "3s"];
        let (code, out, err) = run("pos_terminal", &args);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.contains("45 came in, 45 were answered, 45 are counted by the server"), "{out}");
        assert!(out.contains("0 lost, 0 answered twice"), "{out}");
        assert!(out.contains("45 orders taken"), "{out}");
    }
}

#[test]
fn a_rude_terminal_ends_too() {
    let args = ["--profile", "haravan", "--rude", "--speed", "1000", "--orders", "30", "--morning", "3s"];
    let (code, out, err) = run("pos_terminal", &args);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("30 came in, "), "{out}");
}

#[cfg(unix)]
#[test]
fn a_server_of_its_own_sums_up_when_it_is_interrupted() {
    let mut running = Running::start(&["--profile", "haravan", "--speed", "100"]);
    let morning = ["--profile", "haravan", "--speed", "100", "--orders", "20", "--morning", "1s", "--terminals", "2"];
    for _ in 0..2 {
        let (code, out, err) = run("pos_terminal", &[&morning[..], &["--server", &running.url]].concat());
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.contains("20 were answered, 20 are counted by the server"), "{out}");
    }
    let interrupt = Command::new("kill").args(["-INT", &running.server.id().to_string()]).status();
    assert!(interrupt.expect("kill runs").success());
    let mut summary = String::new();
    running.out.read_to_string(&mut summary).expect("text");
    assert!(running.server.wait().expect("it ends").success());
    assert!(summary.contains(" 40 orders taken\n"), "{summary}");
    assert!(summary.contains("requests admitted in"), "{summary}");
}

#[test]
fn a_server_ends_by_itself_if_it_is_told_for_how_long_to_run() {
    let args = ["--profile", "conecto", "--listen", "127.0.0.1:0", "--for", "1ms"];
    let (code, out, err) = run("pos_server", &args);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("Listening on http://127.0.0.1:"), "{out}");
    assert!(out.contains(" 0 orders taken\n") && out.contains(" 0 requests refused\n"), "{out}");
}

#[test]
fn what_cannot_be_is_refused_with_what_could() {
    for (name, args, expected) in [
        ("pos_server", &["--profile", "square"][..], "clover, conecto, haravan"),
        ("pos_server", &[], "--profile <API>"),
        ("pos_server", &["--profile", "clover", "--listen", "8080"], "--listen <ADDRESS:PORT>"),
        ("pos_server", &["--profile", "clover", "--for", "ever"], "--for <DURATION>"),
        ("pos_terminal", &["--profile", "haravan", "--speed", "0"], "0 is not in 1.."),
        ("pos_terminal", &["--profile", "haravan", "--terminals", "0"], "0 is not in 1..=100"),
        (
            "pos_terminal",
            &["--profile", "haravan", "--server", "localhost"],
            "give a URL such as http://127.0.0.1:8080",
        ),
    ] {
        let (code, out, err) = run(name, args);
        assert_eq!((code, out.as_str()), (2, ""), "{name} {args:?}");
        assert!(err.starts_with("error: ") && err.contains(expected), "{name} {args:?}: {err}");
    }
}

#[test]
fn a_port_that_is_taken_and_a_server_that_is_away_are_said_to_be() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has one").to_string();
    let (code, out, err) = run("pos_server", &["--profile", "haravan", "--listen", &address]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with(&format!("error: cannot listen on {address}: ")), "{err}");

    let url = "http://127.0.0.1:1"; // which none but root may listen on
    let (code, out, err) = run("pos_terminal", &["--profile", "haravan", "--server", url]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with(&format!("error: no answer from {url}: ")), "{err}");
}
