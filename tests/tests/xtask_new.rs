//! `new` as a user runs it, without fetching: `tests/sandbox/new.sh` makes real entries.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::path::Path;

use crate::xtask_support::{Run, check, check_command, listing};

/// A package with a list of agents.
fn package() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    write(folder.path(), "src/lib.rs", "registry! {\n    agents {\n        mod pinned;\n    }\n}\n");
    folder
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
    fs::write(path, text).expect("there is room");
}

/// Runs `new`, which must end with status 2, print these texts, and change nothing.
#[track_caller]
fn check_refused(folder: &Path, words: &[&str], says: &[&str]) {
    let before = listing(folder);
    let here = folder.to_str().expect("its name is text");
    check(here, &[&["new"], words].concat(), 2, says);
    assert_eq!(listing(folder), before);
}

#[test]
fn new_agent_name_must_be_unused_and_valid() {
    let folder = package();
    let here = folder.path();
    check_refused(
        here,
        &["pinned", "--npm", "x"],
        &["there is an agent `pinned` already", "help: choose another name"],
    );
    check_refused(here, &["My-Agent", "--npm", "x"], &["`My-Agent` is not an agent name", "`my-agent`"]);
    check_refused(here, &["mod", "--npm", "x"], &["`mod` is a Rust keyword"]);
    check_refused(here, &["../../x", "--npm", "x"], &["is not an agent name"]);
    write(here, "src/agents/my_agent.rs", "");
    check_refused(here, &["my-agent", "--npm", "x"], &["my_agent.rs` exists already, and is not in the list"]);
}

#[test]
fn new_takes_exactly_one_package() {
    let folder = package();
    let here = folder.path();
    check_refused(here, &["my-agent", "--npm", "x@^1"], &["`x@^1` is not a package name", "`some-agent@1.2.3`"]);
    check_refused(here, &["my-agent", "--pypi", "x>=1"], &["`x>=1` is not a package name"]);
    check_refused(here, &["my-agent"], &["--npm <PKG[@V]>|--pypi <PKG[@V]>|--acp <FILE>|--program <FILE>"]);
    check_refused(here, &["my-agent", "--npm", "a", "--pypi", "b"], &["cannot be used with"]);
    check_refused(here, &["my-agent", "--acp", "/nonexistent.json"], &["no such file: `/nonexistent.json`"]);
}

#[test]
fn missing_list_or_python_is_reported_with_help() {
    let empty = tempfile::tempdir().expect("there is room for a folder");
    check_refused(empty.path(), &["my-agent", "--npm", "x"], &["has no list of agents", "`registry! { agents { } }`"]);
    let folder = package();
    let mut command = Run::of(folder.path().to_str().expect("its name is text"), &["new", "my-agent", "--npm", "x"]);
    check_command(
        command.env("PATH", folder.path()),
        2,
        &["`python3` with pip is not installed", "help: install python3"],
    );
}

#[test]
fn shipped_program_becomes_an_entry_without_network_access() {
    let folder = package();
    let here = folder.path().to_str().expect("its name is text");
    let program = folder.path().join("my-agent.mjs");
    fs::write(&program, "#!/usr/bin/env node\nprocess.exit(0)\n").expect("there is room");
    let program = program.display().to_string();
    let words = ["new", "my-agent", "--program", &program];
    check(
        here,
        &[&words[..], &["--dry-run"]].concat(),
        0,
        &["install: [program(\"my-agent.mjs\")]", "nothing was written"],
    );
    let before = listing(folder.path());
    // There is no client of a registry to start.
    let mut command = Run::of(here, &[&words[..], &["--", "my-agent.mjs", "--acp"]].concat());
    let says = ["whether [\"my-agent.mjs\", \"--acp\"] makes it speak ACP", "my-agent.mjs compiles", "my_agent.rs"];
    check_command(command.env("PATH", folder.path()), 0, &says);
    let after: Vec<String> = listing(folder.path()).into_iter().filter(|it| !before.contains(it)).collect();
    let names: Vec<&str> = after.iter().filter_map(|it| it.split(' ').next()).collect();
    assert_eq!(names, ["src/agents", "src/agents/my-agent.mjs", "src/agents/my_agent.rs", "src/lib.rs"]);
    let entry = fs::read_to_string(folder.path().join("src/agents/my_agent.rs")).expect("it was written");
    assert!(entry.contains("runs: node,\n        launch: [\"my-agent.mjs\", \"--acp\"],"), "{entry}");
}

#[test]
fn unusable_shipped_program_is_refused() {
    let folder = package();
    let here = folder.path();
    check_refused(here, &["my-agent", "--program", "/nonexistent.mjs"], &["cannot read `/nonexistent.mjs`"]);
    check_refused(here, &["my-agent", "--program", "/"], &["is not the name of a program"]);
    check_refused(here, &["my-agent", "--program", "x", "--bin", "y"], &["cannot be used with"]);
    write(here, "x.py", "print()\n");
    let program = here.join("x.py").display().to_string();
    check_refused(here, &["my-agent", "--program", &program], &["`x.py` is a Python program", "`--pypi PACKAGE`"]);
    write(here, "src/agents/x.mjs", "other\n");
    write(here, "x.mjs", "1\n");
    let program = here.join("x.mjs").display().to_string();
    check_refused(here, &["my-agent", "--program", &program], &["x.mjs` exists already", "rename the program"]);
}
