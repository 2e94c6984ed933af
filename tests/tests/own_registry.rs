//! The example of a private registry, built and run outside of the workspace, with only paths to the published crates.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a helper of a test fails as the test does")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A copy of the example in a folder outside the workspace.
struct CopiedExample {
    folder: tempfile::TempDir,
}

impl CopiedExample {
    fn new() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lie in the workspace");
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&workspace.join("examples/own-registry"), folder.path());
        let stranger = Self { folder };
        for line in lines_to_change(&stranger.read("README.md")) {
            let absolute = line.replace("../../", &format!("{}/", workspace.display()));
            stranger.edit("Cargo.toml", &line, &absolute);
        }
        // With the workspace's profile, what both depend on is built once.
        let manifest = registry_tests::read("Cargo.toml");
        let profile = manifest.find("[profile.dev]").and_then(|at| manifest.get(at..)).expect("it has a profile");
        let config = stranger.read(".cargo/config.toml");
        std::fs::write(stranger.folder.path().join(".cargo/config.toml"), format!("{config}\n{profile}"))
            .expect("the file can be written");
        stranger
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        // Its programs have other names than those of the workspace, and cargo lets one build wait for another.
        let binary = std::env::current_exe().expect("a test has a binary");
        let target = binary.ancestors().nth(3).expect("it lies in the target folder");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(self.folder.path()).args(arguments).env("CARGO_TARGET_DIR", target);
        cargo.output().expect("cargo runs")
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).expect("the file is there")
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join(file);
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no `{from}`");
        std::fs::write(&path, text.replace(from, to)).expect("the file can be written");
    }
}

/// The lines of the manifest that must be changed by the README: its first block of TOML.
fn lines_to_change(readme: &str) -> Vec<String> {
    let block = readme.lines().skip_while(|line| line.trim() != "```toml").skip(1);
    block.map(str::trim).take_while(|line| *line != "```").map(str::to_owned).collect()
}

/// The files under a folder, as text.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let text = |path: PathBuf| (path.clone(), std::fs::read_to_string(path).expect("text"));
    files.into_iter().map(text).chain(folders.iter().flat_map(|it| texts(it))).collect()
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
fn own_registry_paths_stay_in_its_folder_except_documented_lines() {
    let stranger = CopiedExample::new();
    let lines = lines_to_change(&stranger.read("README.md"));
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (path, text) in texts(stranger.folder.path()).iter().filter(|(path, _)| !path.ends_with("README.md")) {
        assert!(!text.contains("../"), "{} leads out of the folder", path.display());
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lie in the workspace");
    let toolchain = std::fs::read_to_string(workspace.join("rust-toolchain.toml")).expect("it is there");
    let channel = toolchain.lines().find(|line| line.starts_with("channel")).expect("it names a channel");
    assert!(stranger.read("rust-toolchain.toml").contains(channel), "another toolchain than {channel}");
}

#[test]
fn private_registry_has_the_same_commands_and_rules() {
    let stranger = CopiedExample::new();
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
    check_refuses(&stranger.cargo(&["build"]), &["[N002]", "src/lib.rs"]);
    stranger.edit("src/agents/parrot.rs", "aliases: [\"claude\"]", "aliases: [\"polly\"]");
    stranger.edit(
        "src/agents/parrot.rs",
        "[\"parrot.mjs\"],\n        handshake",
        "[\"parot.mjs\"],\n        handshake",
    );
    check_refuses(
        &stranger.cargo(&["build"]),
        &["`parrot` does not install a program `parot.mjs` [I002]", "src/agents/parrot.rs"],
    );
    // Cargo takes a crate in another folder for another one, so nothing would ever use these files again.
    check_succeeds(&stranger.cargo(&["clean", "--package", "own-registry"]));
}
