//! Messages of a command that is built first or waits for another build. cargo is replaced by a script.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::process::{Command, Output};

/// Runs `verify`, which needs a build with the feature `live`, with a cargo whose build is this shell text.
fn verify(build: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["verify", "x"]).env("CARGO_MANIFEST_DIR", "/own").env("BUILD", build);
    command.env("CARGO", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cargo.sh"));
    command.output().expect("the binary starts")
}

#[track_caller]
fn check_says(build: &str, status: i32, out: &str, says: &str) {
    if cfg!(feature = "live") {
        return;
    }
    let output = verify(build);
    assert_eq!(String::from_utf8_lossy(&output.stderr), says);
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stdout)), (Some(status), out));
}

const RAN: &str = "ran run --quiet --features xtask/live --manifest-path /own/Cargo.toml -- verify x\n";

#[test]
fn finished_build_runs_silently() {
    check_says("echo '    Finished `dev` profile' >&2", 0, RAN, "");
}

#[test]
fn build_is_announced_once() {
    let build = "printf '   Compiling %s v1.0.0\\n' a b c >&2";
    check_says(
        build,
        0,
        RAN,
        "building the commands that run agents; the first time takes minutes, and later times none\n",
    );
}

#[test]
fn wait_for_another_cargo_is_announced() {
    let build =
        "printf '    Blocking waiting for file lock on %s\\n' 'package cache' 'package cache' 'build directory' >&2";
    let says = "waiting for another cargo, which has locked the package cache\n\
                waiting for another cargo, which has locked the build directory\n";
    check_says(build, 0, RAN, says);
}

#[test]
fn failed_build_prints_its_errors_and_runs_nothing() {
    let says =
        "error: cannot build the commands that run agents\nerror: no such thing\nhelp: fix cargo's errors above\n";
    check_says("echo 'error: no such thing' >&2; exit 101", 2, "", says);
}
