//! The example of a private registry, built and run as a stranger would: copied out of the workspace, with paths to the
//! published crates and nothing else.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a helper of a test fails as the test does")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The example in a folder of its own outside the workspace.
struct Stranger {
    folder: tempfile::TempDir,
}

impl Stranger {
    fn new() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lie in the workspace");
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&workspace.join("examples/own-registry"), folder.path());
        let manifest = folder.path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).expect("the example has a manifest");
        let absolute = text.replace("../../", &format!("{}/", workspace.display()));
        std::fs::write(&manifest, absolute).expect("the manifest can be written");
        Self { folder }
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-registry");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(self.folder.path()).args(arguments).env("CARGO_TARGET_DIR", target);
        cargo.output().expect("cargo runs")
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the file is there");
        assert!(text.contains(from), "{file} has no `{from}`");
        std::fs::write(&path, text.replace(from, to)).expect("the file can be written");
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_name() == "target" {
            continue;
        }
        if entry.file_type().expect("a type").is_dir() {
            std::fs::create_dir(&target).expect("a new folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[track_caller]
fn check_succeeds(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

#[track_caller]
fn check_refuses(output: &Output, messages: &[&str]) {
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it compiled");
    for message in messages {
        assert!(err.contains(message), "no `{message}` in:\n{err}");
    }
}

#[test]
fn a_private_registry_has_the_same_commands_and_the_same_rules() {
    let stranger = Stranger::new();
    check_succeeds(&stranger.cargo(&["xtask", "gen-scripts", "--out", "out"]));
    for script in ["parrot/install.sh", "house-coder/launch.sh", "opencode/web-policy.sh"] {
        assert!(stranger.folder.path().join("out").join(script).is_file(), "no {script}");
    }
    check_succeeds(&stranger.cargo(&["xtask", "gen-scripts", "--out", "out", "--check"]));
    check_succeeds(&stranger.cargo(&["xtask", "gen", "--out", "all"]));
    for file in ["scripts/parrot/launch.sh", "manifests/parrot/manifest.toml", "manifests/mimo/manifest.toml"] {
        assert!(stranger.folder.path().join("all").join(file).is_file(), "no {file}");
    }
    check_succeeds(&stranger.cargo(&["xtask", "gen", "--out", "all", "--check"]));
    let list = check_succeeds(&stranger.cargo(&["xtask", "list"]));
    for name in ["parrot", "house-coder", "mimo"] {
        assert!(list.contains(name), "{name} is not listed:\n{list}");
    }
    let shown = check_succeeds(&stranger.cargo(&["xtask", "show", "parrot"]));
    assert!(shown.contains("parrot.mjs"), "{shown}");

    stranger.edit("src/agents/parrot.rs", "protocol:", "aliases: [\"claude\"],\n        protocol:");
    check_refuses(&stranger.cargo(&["check"]), &["[N002]", "src/lib.rs"]);
    stranger.edit("src/agents/parrot.rs", "aliases: [\"claude\"]", "aliases: [\"polly\"]");
    stranger.edit(
        "src/agents/parrot.rs",
        "[\"parrot.mjs\"],\n        handshake",
        "[\"parot.mjs\"],\n        handshake",
    );
    check_refuses(
        &stranger.cargo(&["check"]),
        &["`parrot` does not install a program `parot.mjs` [I002]", "src/agents/parrot.rs"],
    );
}
