//! `gen-scripts` as a user runs it: the files that it writes and keeps, and bad inputs.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::xtask_support::{Run, check, check_command, listing};

/// An output folder, and its name.
fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let out = folder.path().join("out").display().to_string();
    (folder, out)
}

fn names(out: &str) -> Vec<String> {
    listing(Path::new(out)).iter().filter_map(|it| it.split_once(' ')).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn scripts_are_written_executable_and_unchanged_ones_skipped() {
    let (_keep, out) = folder();
    check(
        "both",
        &["gen-scripts", "--out", &out],
        0,
        &["2 agents, 6 scripts (6 written, 0 unchanged, 0 removed)", "and by /"],
    );
    let path = Path::new(&out).join("alpha/install.sh");
    let about = fs::metadata(&path).expect("it was written");
    assert_eq!(about.permissions().mode() & 0o777, 0o755);
    check("both", &["gen-scripts", "--out", &out], 0, &["(0 written, 6 unchanged, 0 removed)"]);
    let again = fs::metadata(&path).expect("it is still there");
    assert_eq!(about.modified().ok(), again.modified().ok());
    assert_eq!(names(&out).len(), 8, "{:?}", names(&out));
}

#[test]
fn scripts_of_removed_agents_are_deleted_and_foreign_files_kept() {
    let (_keep, out) = folder();
    check("both", &["gen-scripts", "--out", &out], 0, &[]);
    fs::write(Path::new(&out).join("README"), "mine").expect("there is room");
    check(
        "one",
        &["gen-scripts", "--out", &out, "--check"],
        1,
        &["beta/install.sh` is not generated any more", "run `cargo xtask gen-scripts --out "],
    );
    check("one", &["gen-scripts", "--out", &out, "--agent", "alpha"], 0, &["0 removed"]);
    check("one", &["gen-scripts", "--out", &out], 0, &["3 unchanged, 3 removed"]);
    assert_eq!(names(&out), ["README", "alpha", "alpha/install.sh", "alpha/launch.sh", "alpha/web-policy.sh"]);
}

#[test]
fn agent_flag_accepts_an_alias_and_writes_only_that_agent() {
    let (_keep, out) = folder();
    check("both", &["gen-scripts", "--out", &out, "--agent", "al"], 0, &["1 agent, 3 scripts (3 written"]);
    assert_eq!(names(&out).first().map(String::as_str), Some("alpha"));
    assert_eq!(names(&out).len(), 4);
}

#[test]
fn check_lists_stale_files_and_writes_nothing() {
    let (_keep, out) = folder();
    check("both", &["gen-scripts", "--out", &out, "--check"], 1, &["alpha/launch.sh` is missing"]);
    assert_eq!(names(&out).len(), 0);
    check("both", &["gen-scripts", "--out", &out], 0, &[]);
    check("both", &["gen-scripts", "--out", &out, "--check"], 0, &["all as generated"]);
    let path = Path::new(&out).join("beta/launch.sh");
    let text = fs::read_to_string(&path).expect("it was written");
    fs::write(&path, format!("{text}# changed\n")).expect("there is room");
    fs::remove_file(Path::new(&out).join("alpha/install.sh")).expect("it was written");
    let before = listing(Path::new(&out));
    let says = [
        "beta/launch.sh` is stale",
        "\n-# changed\n",
        "alpha/install.sh` is missing",
        "run `cargo xtask gen-scripts --out ",
    ];
    check("both", &["gen-scripts", "--out", &out, "--check"], 1, &says);
    assert_eq!(listing(Path::new(&out)), before);
}

#[test]
fn foreign_file_is_neither_overwritten_nor_removed() {
    let (_keep, out) = folder();
    let path = Path::new(&out).join("beta/install.sh");
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
    fs::write(&path, "#!/bin/sh\necho mine\n").expect("there is room");
    check(
        "both",
        &["gen-scripts", "--out", &out],
        2,
        &["beta/install.sh` is a file that", "did not write", "help: move it away"],
    );
    assert_eq!(names(&out), ["beta", "beta/install.sh"]);
    check("one", &["gen-scripts", "--out", &out], 0, &["0 removed"]);
    assert_eq!(fs::read_to_string(&path).expect("it is still there"), "#!/bin/sh\necho mine\n");
}

#[test]
fn symbolic_link_is_not_written_through() {
    let (keep, out) = folder();
    fs::create_dir_all(Path::new(&out).join("alpha")).expect("there is room");
    let elsewhere = keep.path().join("elsewhere");
    fs::write(&elsewhere, "precious").expect("there is room");
    std::os::unix::fs::symlink(&elsewhere, Path::new(&out).join("alpha/install.sh")).expect("there is room");
    check("both", &["gen-scripts", "--out", &out], 2, &["something other than a file"]);
    assert_eq!(fs::read_to_string(&elsewhere).expect("it is still there"), "precious");
}

#[test]
fn linked_folder_is_not_written_through() {
    let (keep, out) = folder();
    let elsewhere = keep.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).expect("there is room");
    fs::create_dir_all(&out).expect("there is room");
    std::os::unix::fs::symlink(&elsewhere, Path::new(&out).join("beta")).expect("there is room");
    check(
        "both",
        &["gen-scripts", "--out", &out],
        2,
        &["beta` is a link that `cargo xtask gen-scripts", "help: move it"],
    );
    assert!(listing(&elsewhere).is_empty());
    // The given folder itself may be a link.
    let linked = keep.path().join("linked");
    fs::remove_file(Path::new(&out).join("beta")).expect("it is there");
    std::os::unix::fs::symlink(&elsewhere, &linked).expect("there is room");
    check("both", &["gen-scripts", "--out", &linked.display().to_string()], 0, &["6 written"]);
}

#[test]
fn unknown_agent_gets_a_suggestion() {
    let (_keep, out) = folder();
    check(
        "both",
        &["gen-scripts", "--out", &out, "--agent", "alpa"],
        2,
        &["no such agent: `alpa`", "did you mean `alpha`?"],
    );
    assert_eq!(names(&out).len(), 0);
}

#[test]
fn registry_with_rule_violations_writes_nothing() {
    let (_keep, out) = folder();
    check(
        "broken step",
        &["gen-scripts", "--out", &out],
        1,
        &["error[S001]", "--> src/agents/alpha.rs: install[1]", "explain S001"],
    );
    check(
        "wrong lock",
        &["gen-scripts", "--out", &out],
        1,
        &["error[I001]", "`alpha` is not in the lock", "run `cargo pin alpha`"],
    );
    assert_eq!(names(&out).len(), 0);
}

#[test]
fn unwritable_output_folder_is_named() {
    let (keep, _) = folder();
    let file = keep.path().join("file");
    fs::write(&file, "x").expect("there is room");
    let out = file.join("out").display().to_string();
    check("both", &["gen-scripts", "--out", &out], 2, &[&out, "help: "]);
    check("both", &["gen-scripts", "--out", "/proc/nothing"], 2, &["/proc/nothing", "help: "]);
}

#[test]
fn unreadable_output_folder_is_named() {
    let (keep, out) = folder();
    fs::create_dir_all(&out).expect("there is room");
    fs::set_permissions(&out, fs::Permissions::from_mode(0o000)).expect("it is ours");
    let readable = fs::read_dir(&out).is_ok();
    if readable {
        eprintln!("SKIPPED: root reads every folder");
    } else {
        check(
            "both",
            &["gen-scripts", "--out", &out],
            2,
            &[&out, "help: give a path that this user may read and write"],
        );
    }
    fs::set_permissions(&out, fs::Permissions::from_mode(0o755)).expect("it is ours");
    drop(keep);
}

#[test]
fn full_disk_keeps_existing_scripts() {
    let (_keep, out) = folder();
    check("one", &["gen-scripts", "--out", &out], 0, &[]);
    let before = listing(Path::new(&out));
    // A limit on the size of files fails a write as a full disk does; `ulimit -f` counts blocks of 512 bytes.
    let mut inner = Run::of("both", &["gen-scripts", "--out", &out, "--no-dash"]);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 0 && exec \"$@\"", "sh"])
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        limited.env(name, value.unwrap_or_default());
    }
    check_command(&mut limited, 2, &["cannot write `", "beta/", "help: make room"]);
    assert_eq!(listing(Path::new(&out)), before);
    Run::finish(&mut inner);
}

#[test]
fn full_file_system_leaves_no_partial_files() {
    let (keep, _) = folder();
    let disk = keep.path().join("disk");
    fs::create_dir(&disk).expect("there is room");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8k", "tmpfs"]).arg(&disk).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: only root mounts a small file system, and not everywhere");
        return;
    }
    let out = disk.join("out").display().to_string();
    let run = Run::finish(&mut Run::of("both", &["gen-scripts", "--out", &out]));
    let left = listing(&disk);
    let unmounted = Command::new("umount").arg(&disk).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    assert_eq!((run.status, left), (Some(2), Vec::new()), "{}", run.stderr);
    assert!(run.stderr.contains("help: make room"), "{}", run.stderr);
}

#[test]
fn missing_dash_is_reported_with_help() {
    let (keep, out) = folder();
    let mut command = Run::of("both", &["gen-scripts", "--out", &out]);
    check_command(command.env("PATH", keep.path()), 2, &["`dash` is not in PATH", "apt-get install dash", "--no-dash"]);
    assert_eq!(names(&out).len(), 0);
    let mut command = Run::of("both", &["gen-scripts", "--out", &out, "--no-dash"]);
    check_command(command.env("PATH", keep.path()), 0, &["checked by the recogniser alone (--no-dash)"]);
}

#[test]
fn invalid_site_file_is_rejected_by_file_and_field() {
    let (keep, out) = folder();
    let site = keep.path().join("site.toml");
    let path = site.display().to_string();
    let refuse = |text: &str, says: &[&str]| {
        fs::write(&site, text).expect("there is room");
        let run = check("both", &["gen-scripts", "--out", &out, "--site", &path], 2, says);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    };
    refuse("prefix = \"/opt/x\"\nprefx = \"/opt/y\"\n", &["site.toml:2`", "prefx"]);
    refuse("mirror = \"https://me:hunter2@mirror.example/\"\n", &["site.toml:1`", "`mirror` has a credential"]);
    refuse(
        "[node.linux-x64]\nurl = \"https://x.example/n.tar.gz\"\nsha256 = \"beef\"\n",
        &["`node.linux-x64.sha256` is not 64"],
    );
    refuse("prefix = \n", &["site.toml:1`"]);
    check(
        "both",
        &["gen-scripts", "--out", &out, "--site", "/nonexistent/site.toml"],
        2,
        &["cannot read `/nonexistent/site.toml`"],
    );
    assert_eq!(names(&out).len(), 0);
    fs::write(&site, "prefix = \"/opt/elsewhere\"\n").expect("there is room");
    check("both", &["gen-scripts", "--out", &out, "--site", &path], 0, &["6 written"]);
}
