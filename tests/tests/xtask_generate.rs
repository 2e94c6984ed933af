//! `gen` and its generators as a user runs them: written files, findings of checks, and foreign files.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::xtask_support::{check, listing};

/// A folder that all generators wrote into.
struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn new() -> Self {
        let tree = Self { folder: tempfile::tempdir().expect("there is room for a folder") };
        tree.check("both", &[], 0, &["2 agents, 6 scripts (6 written", "gen-manifests: 2 files (2 written"]);
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `gen` over the folder, which must end with this status and print these texts.
    #[track_caller]
    fn check(&self, registry: &str, words: &[&str], status: i32, says: &[&str]) {
        let out = self.folder.path().display().to_string();
        check(registry, &[&["gen", "--out", &out], words].concat(), status, says);
    }

    /// `gen --check` finds this and changes nothing, and succeeds after `gen`.
    #[track_caller]
    fn check_finds_and_mends(&self, says: &[&str]) {
        let before = listing(self.folder.path());
        self.check("both", &["--check"], 1, says);
        assert_eq!(listing(self.folder.path()), before, "a check wrote something");
        self.check("both", &[], 0, &[]);
        self.check("both", &["--check"], 0, &["all as generated"]);
    }
}

#[test]
fn check_finds_stale_missing_and_orphaned_files() {
    let tree = Tree::new();
    tree.check("both", &["--check"], 0, &["all as generated"]);
    let manifest = tree.path("manifests/beta/manifest.toml");
    let text = fs::read_to_string(&manifest).expect("it was written");
    fs::write(&manifest, text.replace("contract_version = \"1.0\"", "contract_version = \"2.0\""))
        .expect("there is room");
    tree.check_finds_and_mends(&[
        "beta/manifest.toml` is stale",
        "-contract_version = \"2.0\"",
        "help: run `cargo xtask gen --out ",
    ]);
    fs::remove_file(&manifest).expect("it is there");
    tree.check_finds_and_mends(&["beta/manifest.toml` is missing"]);
    let empty = tree.path("manifests/beta/empty");
    fs::write(&empty, "").expect("there is room");
    let left = tree.path("manifests/gamma/manifest.toml");
    fs::create_dir_all(left.parent().expect("it has a folder")).expect("there is room");
    fs::write(&left, &text).expect("there is room");
    tree.check_finds_and_mends(&["gamma/manifest.toml` is not generated any more"]);
    assert!(empty.exists(), "an empty file is not ours");
    assert!(!tree.path("manifests/gamma").exists(), "the folder of an agent that is gone");
}

#[test]
fn uncommitted_outputs_are_generated_without_comparison() {
    let tree = Tree::new();
    fs::remove_dir_all(tree.path("manifests")).expect("it is there");
    fs::remove_dir_all(tree.path("scripts")).expect("it is there");
    tree.check(
        "both",
        &["--check"],
        0,
        &["6 scripts (not committed here", "gen-manifests: 2 files (not committed here"],
    );
    assert!(!tree.path("manifests").exists(), "a check wrote something");
    let out = tree.path("manifests").display().to_string();
    check("both", &["gen-manifests", "--check", "--out", &out], 1, &["alpha/manifest.toml` is missing"]);
}

#[test]
fn foreign_file_stops_its_generator() {
    let tree = Tree::new();
    let mine = tree.path("manifests/alpha/manifest.toml");
    fs::write(&mine, "name = \"mine\"\n").expect("there is room");
    tree.check("both", &[], 2, &["alpha/manifest.toml` is a file that", "did not write", "help: move it away"]);
    assert_eq!(fs::read_to_string(&mine).expect("it is still there"), "name = \"mine\"\n");
}

#[test]
fn unmarked_generated_file_is_recognized_by_its_list() {
    let tree = Tree::new();
    let (matrix, list) = (tree.path("generated/suite/matrix.json"), tree.path("generated/suite/.generated"));
    fs::write(&matrix, "{}\n").expect("there is room");
    tree.check_finds_and_mends(&["suite/matrix.json` is stale"]);
    let text = fs::read_to_string(&list).expect("it was written");
    assert!(text.lines().any(|line| line == "matrix.json"), "{text}");
    fs::write(tree.path("generated/suite/old.json"), "{}\n").expect("there is room");
    fs::write(&list, format!("{text}old.json\n")).expect("there is room");
    tree.check_finds_and_mends(&["suite/old.json` is not generated any more"]);
    assert!(!tree.path("generated/suite/old.json").exists(), "what nothing makes any more");
    fs::remove_file(&list).expect("it is there");
    tree.check_finds_and_mends(&["suite/.generated` is missing"]);
    fs::remove_file(&list).expect("it is there");
    fs::write(&matrix, "{}\n").expect("there is room");
    tree.check("both", &[], 2, &["suite/matrix.json` is a file that", "did not write"]);
    assert_eq!(fs::read_to_string(&matrix).expect("it is still there"), "{}\n");
}

#[test]
fn agent_flag_accepts_an_alias_and_writes_only_that_agent() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let out = folder.path().join("out").display().to_string();
    check("both", &["gen-manifests", "--out", &out, "--agent", "al"], 0, &["1 file (1 written"]);
    let names = listing(Path::new(&out));
    assert_eq!(names.len(), 2, "{names:?}");
    check("both", &["gen-manifests", "--out", &out, "--agent", "alp"], 2, &["did you mean `al"]);
}

#[test]
fn registry_with_rule_violations_writes_nothing() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let out = folder.path().display().to_string();
    for command in ["gen", "gen-manifests"] {
        check("broken step", &[command, "--out", &out], 1, &["error[S001]"]);
    }
    assert_eq!(listing(folder.path()), Vec::<String>::new());
}

#[test]
fn every_generator_has_a_command_of_its_name() {
    let names: Vec<&str> = registry_outputs::GENERATORS.iter().map(|it| it.name).collect();
    assert!(names.is_sorted() && !names.is_empty(), "{names:?}");
    for generator in registry_outputs::GENERATORS {
        check("both", &[generator.name, "--help"], 0, &[generator.about, "--out <DIR>", "--check"]);
    }
}
