//! `new` as a user runs it, as far as nothing is fetched: `tests/sandbox/new.sh` makes real entries.

#![allow(clippy::expect_used, reason = "a test stops where something is not as it must be")]

mod xtask_support;

use std::fs;
use std::path::Path;

use xtask_support::{Run, check, check_command, listing};

#[test]
fn child() {
    xtask_support::child();
}

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

/// Runs `new`, which must end with status 2, say these things, and leave everything as it was.
#[track_caller]
fn check_refused(folder: &Path, words: &[&str], says: &[&str]) {
    let before = listing(folder);
    let here = folder.to_str().expect("its name is text");
    check(here, &[&["new"], words].concat(), 2, says);
    assert_eq!(listing(folder), before);
}

#[test]
fn a_name_must_be_free_and_an_identifier() {
    let folder = package();
    let here = folder.path();
    check_refused(here, &["pinned", "--npm", "x"], &["there is an agent `pinned` already", "help: take another name"]);
    check_refused(here, &["My-Agent", "--npm", "x"], &["`My-Agent` is no name of an agent", "`my-agent`"]);
    check_refused(here, &["mod", "--npm", "x"], &["`mod` is a word of Rust"]);
    check_refused(here, &["../../x", "--npm", "x"], &["is no name of an agent"]);
    write(here, "src/agents/my_agent.rs", "");
    check_refused(here, &["my-agent", "--npm", "x"], &["my_agent.rs` is there already, and it is in no list"]);
}

#[test]
fn a_package_is_named_exactly_and_once() {
    let folder = package();
    let here = folder.path();
    check_refused(here, &["my-agent", "--npm", "x@^1"], &["`x@^1` is no package of a registry", "`some-agent@1.2.3`"]);
    check_refused(here, &["my-agent", "--pypi", "x>=1"], &["`x>=1` is no package of a registry"]);
    check_refused(here, &["my-agent"], &["--npm <PKG[@V]>|--pypi <PKG[@V]>|--acp <FILE>"]);
    check_refused(here, &["my-agent", "--npm", "a", "--pypi", "b"], &["cannot be used with"]);
    check_refused(here, &["my-agent", "--acp", "/nonexistent.json"], &["there is no file `/nonexistent.json`"]);
}

#[test]
fn without_a_list_or_python_the_way_out_is_told() {
    let empty = tempfile::tempdir().expect("there is room for a folder");
    check_refused(empty.path(), &["my-agent", "--npm", "x"], &["has no list of agents", "`registry! { agents { } }`"]);
    let folder = package();
    let mut command = Run::of(folder.path().to_str().expect("its name is text"), &["new", "my-agent", "--npm", "x"]);
    check_command(command.env("PATH", folder.path()), 2, &["`python3` with pip is not there", "help: install python3"]);
}
