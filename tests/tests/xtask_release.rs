//! The release archive as a user makes it: the same bytes everywhere, and what is in it checks itself.

#![allow(clippy::expect_used, reason = "a test stops where something is not as it must be")]

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::xtask_support::{Run, check, check_command, listing};

const ARCHIVE: &str = concat!("coding-agents-", env!("CARGO_PKG_VERSION"), ".tar.gz");

/// Makes a release into a folder, from another, with these variables.
#[track_caller]
fn release(out: &Path, from: &Path, variables: &[(&str, &str)]) {
    let out = out.display().to_string();
    let mut command = Run::of("both", &["release", "--out", &out]);
    check_command(command.current_dir(from).envs(variables.iter().copied()), 0, &["release: coding-agents-"]);
}

/// Runs a tool, which must end well.
#[track_caller]
fn tool(folder: &Path, words: &[&str]) {
    let (program, rest) = words.split_first().expect("a tool has a name");
    let status = Command::new(program).args(rest).current_dir(folder).status().expect("it is installed");
    assert!(status.success(), "{words:?} in {}", folder.display());
}

#[test]
fn a_release_is_the_same_bytes_everywhere() {
    let [one, two] = [(), ()].map(|()| tempfile::tempdir().expect("there is room for a folder"));
    let deep = two.path().join("a folder/with blanks");
    fs::create_dir_all(&deep).expect("there is room");
    release(&one.path().join("dist"), one.path(), &[("LC_ALL", "C"), ("TZ", "UTC")]);
    // The clock of the archive's format has seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let elsewhere = [("LC_ALL", "C.UTF-8"), ("TZ", "Asia/Tokyo"), ("SOURCE_DATE_EPOCH", "1"), ("USER", "other")];
    release(&deep.join("dist"), &deep, &elsewhere);
    let (first, second) = (one.path().join("dist"), deep.join("dist"));
    assert_eq!(listing(&first), listing(&second));
    for name in [ARCHIVE, "SHA256SUMS", "sbom.cdx.json"] {
        let [first, second] = [&first, &second].map(|it| fs::read(it.join(name)).expect("it was written"));
        assert!(first == second, "{name} has other bytes");
    }
}

#[test]
fn the_checksums_of_a_release_hold_and_its_scripts_are_programs() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    release(folder.path(), folder.path(), &[]);
    tool(folder.path(), &["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]);
    tool(folder.path(), &["tar", "xzf", ARCHIVE]);
    let inside = folder.path().join(ARCHIVE.trim_end_matches(".tar.gz"));
    tool(&inside, &["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]);
    let sums = fs::read_to_string(inside.join("SHA256SUMS")).expect("it is there").lines().count();
    let files = listing(&inside).iter().filter(|it| !it.ends_with(" 0")).count();
    assert_eq!(sums + 1, files, "every file but the list itself has a line in it");
    for path in [
        "scripts/alpha/install.sh",
        "manifests/beta/manifest.toml",
        "harbor/benchflow_harbor.py",
        "harbor/alpha/install.sh",
        "devcontainer/src/alpha/install.sh",
        "registry/registry.json",
        "registry/registry.schema.json",
        "sbom/sbom.cdx.json",
        "suite/Dockerfile",
        "README.md",
    ] {
        assert!(inside.join(path).is_file(), "{path}");
    }
    tool(&inside, &["test", "-x", "scripts/alpha/install.sh"]);
    tool(&inside, &["test", "-x", "harbor/alpha/install.sh"]);
}

#[test]
fn a_release_that_cannot_be_made_leaves_nothing() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let out = folder.path().join("dist").display().to_string();
    check("broken step", &["release", "--out", &out], 1, &["error[S001]"]);
    fs::write(folder.path().join("site.toml"), "prefix = 1\n").expect("there is room");
    let site = folder.path().join("site.toml").display().to_string();
    check("both", &["release", "--out", &out, "--site", &site], 2, &["site.toml"]);
    check("both", &["release"], 2, &["--out"]);
    assert!(!Path::new(&out).exists(), "something was written");
}
