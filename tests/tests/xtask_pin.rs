//! `pin` as a user runs it. Tests that need the package registries are ignored: `cargo test -- --ignored` runs them.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::xtask_support::{Run, check, check_command};
use registry_model::model::Lock;

#[test]
fn arguments_are_checked_before_anything_is_fetched() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let here = folder.path().to_str().expect("its name is text");
    check(here, &["pin", "pined"], 2, &["no such agent: `pined`", "did you mean `pinned`?"]);
    check(here, &["pin", "is-numbr=1.0.0"], 2, &["none of these agents installs `is-numbr`"]);
    check(
        here,
        &["pin", "pinned", "is-numbr=1.0.0"],
        2,
        &["none of these agents installs `is-numbr`", "did you mean `is-number`?"],
    );
    check(here, &["pin", "pinned", "is-number=^7"], 2, &["`^7` is not an exact version of `is-number`"]);
    assert_eq!(fs::read_dir(folder.path()).map(Iterator::count).ok(), Some(0));
}

#[test]
fn invalid_lock_keeps_no_version() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = lock(folder.path());
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
    let text = "format 1\npackage npm is-number 7.0.0 -\nunavailable package 2026-11-23 is-number@7.0.0 answers 404\n";
    fs::write(&path, text).expect("there is room");
    let says = [
        "the lock of `pinned` cannot be read: line 3: ",
        "help: write the lock again: `cargo pin pinned is-number=VERSION`",
    ];
    let here = folder.path().to_str().expect("its name is text");
    // Without a named version, the latest would replace the locked one.
    check(here, &["pin"], 2, &says);
    check(here, &["pin", "--check"], 2, &says);
    // With it, the lock is accepted, and the missing tool is the next failure.
    let mut command = Run::of(here, &["pin", "pinned", "is-number=7.0.0"]);
    let run = check_command(command.env("PATH", folder.path()), 2, &["`python3` with pip is not installed"]);
    assert!(run.stderr.contains("warning: the lock of `pinned` cannot be read"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&path).expect("it is still there"), text);
}

#[test]
fn pin_help_explains_both_commands() {
    let says =
        ["`cargo pin` and `cargo xtask pin` do the same", "`cargo xtask` does not build:", "then use `cargo pin`"];
    check("both", &["pin", "--help"], 0, &says);
}

#[test]
fn missing_python_is_reported_with_help() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let here = folder.path().to_str().expect("its name is text");
    let mut command = Run::of(here, &["pin", "pinned"]);
    check_command(
        command.env("PATH", folder.path()),
        2,
        &["`python3` with pip is not installed", "help: install python3"],
    );
}

fn pin(folder: &Path, words: &[&str]) -> Command {
    let mut command = Run::of(folder.to_str().expect("its name is text"), words);
    command.env("CARGO_TARGET_DIR", folder.join("target"));
    command
}

fn lock(folder: &Path) -> PathBuf {
    folder.join("src/agents/pinned.lock")
}

#[test]
#[ignore = "needs the package registries"]
fn hostile_home_does_not_change_the_lock() {
    let plain = tempfile::tempdir().expect("there is room for a folder");
    check_command(&mut pin(plain.path(), &["pin", "pinned", "is-number=7.0.0"]), 0, &["written: "]);
    let text = fs::read_to_string(lock(plain.path())).expect("it was written");
    let parsed = Lock::parse(&text).expect("it can be read");
    assert_eq!(
        parsed.npm.first().map(|it| (it.place, it.version, it.tarball.map(|it| it.path))),
        Some(("node_modules/is-number", "7.0.0", Some("is-number/-/is-number-7.0.0.tgz")))
    );
    assert!(!text.contains("://"), "{text}");

    let hostile = tempfile::tempdir().expect("there is room for a folder");
    let home = hostile.path().join("home");
    for (file, rubbish) in [
        (".npmrc", "registry=http://127.0.0.1:9/\nomit-lockfile-registry-resolved=true\nsave-prefix=~\n"),
        (".config/uv/uv.toml", "this is = = no toml"),
        (".config/pip/pip.conf", "[global]\nindex-url = http://127.0.0.1:9/\nno-index = true\n"),
        (".pip/pip.conf", "[global]\nindex-url = http://127.0.0.1:9/\n"),
        ("package.json", "{"),
    ] {
        let path = home.join(file);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
        fs::write(path, rubbish).expect("there is room");
    }
    let mut command = pin(hostile.path(), &["pin", "pinned", "is-number=7.0.0"]);
    command.env("HOME", &home).current_dir(&home).env("XDG_CONFIG_HOME", home.join(".config"));
    command
        .env("npm_config_registry", "http://127.0.0.1:9/")
        .env("NODE_OPTIONS", "--no-such-option")
        .env("UV_INDEX_URL", "http://127.0.0.1:9/");
    command.env("PIP_INDEX_URL", "http://127.0.0.1:9/").env("PYTHONPATH", "/nonexistent").env("UV_OFFLINE", "1");
    check_command(&mut command, 0, &["written: "]);
    assert_eq!(fs::read_to_string(lock(hostile.path())).expect("it was written"), text);

    assert!(text.ends_with("\nlicense npm is-number 7.0.0 MIT\n"), "{text}");
    // A lock of before: the license is added, and nothing else.
    let before = text.replace("license npm is-number 7.0.0 MIT\n", "");
    fs::write(lock(plain.path()), before).expect("there is room");
    let mut licenses = pin(plain.path(), &["pin", "--licenses"]);
    check_command(&mut licenses, 0, &["asking for the licenses of 1 packages", "written: "]);
    assert_eq!(fs::read_to_string(lock(plain.path())).expect("it was written"), text);
    // Another license than that of the old lock is reported.
    fs::write(lock(plain.path()), text.replace("7.0.0 MIT", "7.0.0 \"Other\"")).expect("there is room");
    let says = ["pinned: the license of `is-number` was `\"Other\"` and is `MIT`", "the license `MIT` is new"];
    check_command(&mut pin(plain.path(), &["pin", "pinned"]), 0, &says);

    let mut again = pin(plain.path(), &["pin", "pinned"]);
    check_command(&mut again, 0, &["unchanged: "]);
    check_command(&mut pin(plain.path(), &["pin", "--check"]), 0, &["checking pinned"]);
    let gone = text.replace("is-number 7.0.0", "is-number 7.0.99");
    fs::write(lock(plain.path()), gone).expect("there is room");
    check_command(
        &mut pin(plain.path(), &["pin", "--check"]),
        1,
        &["`is-number@7.0.99` cannot be fetched any more", "cargo pin pinned"],
    );
}

#[test]
#[ignore = "needs the package registries"]
fn failed_network_keeps_the_lock() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    check_command(&mut pin(folder.path(), &["pin", "pinned", "is-number=7.0.0"]), 0, &[]);
    let text = fs::read_to_string(lock(folder.path())).expect("it was written");
    let mut command = pin(folder.path(), &["pin", "pinned", "is-number=6.0.0"]);
    command.env("BENCHFLOW_NPM_REGISTRY", "http://127.0.0.1:9/");
    check_command(&mut command, 2, &["tried: ", "ECONNREFUSED", "while pinning `pinned`", "no lock was changed"]);
    assert_eq!(fs::read_to_string(lock(folder.path())).expect("it is still there"), text);
}
