//! Trees with files that are broken on purpose: each is reported and skipped, nothing panics, nothing stops the
//! audit, and nothing outside the tree is read.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::audit_support::{Memory, REGISTRY, RIGHT};
use proptest::prelude::*;
use registry_audit::{Disk, Report, audit};
use registry_tests::workspace;

const CONFIG: &str = "tests/integration/configs/alpha.yaml";
const MANIFEST: &str = "agents/alpha/manifest.toml";
const ENTRY: &str = "acp/alpha/agent.json";

/// The time limit for a broken file, in a build that is not optimised, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Checks that a file with these bytes is reported as unread, for this reason, and that the rest is still audited.
#[track_caller]
fn check_unread(file: &str, bytes: impl Into<Vec<u8>>, line: usize, why: &str) {
    let start = Instant::now();
    let other = "installers/beta/install.sh";
    let report = Memory::right().with(file, bytes).with(other, "source x\n").audit();
    assert!(start.elapsed() < PATIENCE, "{file}: {:?}", start.elapsed());
    let codes: Vec<_> = report.findings.iter().map(|it| (it.code, it.file.as_str(), it.line)).collect();
    let mut expected = [("D001", file, line), ("S002", other, 1)];
    expected.sort_by_key(|(_, file, _)| *file);
    assert_eq!(codes, expected, "{:#?}", report.findings);
    assert!(report.findings.iter().any(|it| it.message.contains(why)), "{:#?}", report.findings);
}

#[test]
fn unparsable_file_is_reported_with_its_line() {
    check_unread(MANIFEST, "name = \"alpha\"\ncontract_version = \n", 2, "it is not TOML");
    check_unread(ENTRY, "{\n  \"id\": \"alpha\",\n}", 3, "it is not JSON");
    check_unread(ENTRY, "[1]", 1, "expected an object, found a list");
    check_unread(CONFIG, "agent: alpha\nmodel: [a\n", 2, "it is not YAML");
    check_unread(CONFIG, "agent: a\nagent: b\n", 2, "duplicate key `agent`");
    check_unread(CONFIG, "just words\n", 1, "expected a mapping");
    check_unread(CONFIG, "", 1, "expected a mapping");
    check_unread(ENTRY, "", 1, "it is not JSON");
}

#[test]
fn non_utf8_file_is_reported_with_its_line() {
    for file in [MANIFEST, CONFIG, ENTRY, "docs/integration-tests.md"] {
        check_unread(file, b"name = 'a'\n\xff\xfe".as_slice(), 2, "it is not UTF-8");
    }
    // UTF-16, as some editors write it.
    check_unread(MANIFEST, b"\xff\xfen\0a\0".as_slice(), 1, "it is not UTF-8");
}

#[test]
fn oversized_and_deeply_nested_files_are_skipped() {
    check_unread(CONFIG, "a".repeat(300_000), 1, "limit of 262144 bytes");
    check_unread(MANIFEST, "#".repeat((4 << 20) + 1), 1, "limit of 4194304 bytes");
    let nested = |open: &str, times: usize, close: &str| format!("x: {}{}", open.repeat(times), close.repeat(times));
    check_unread(CONFIG, nested("[", 40_000, ""), 1, "it is not YAML");
    check_unread(CONFIG, nested("[", 40_000, "]"), 1, "it is not YAML");
    check_unread(CONFIG, nested("{a: ", 40_000, "}"), 1, "it is not YAML");
    check_unread(CONFIG, format!("x:\n  {}a\n", "- ".repeat(100_000)), 2, "it is not YAML");
    check_unread(CONFIG, format!("{}a\n", "? ".repeat(100_000)), 1, "it is not YAML");
    check_unread(MANIFEST, nested("[", 500_000, "").replace(':', " ="), 1, "it is not TOML");
    check_unread(MANIFEST, format!("{}b = 1", "a.".repeat(500_000)), 1, "it is not TOML");
    let wide = format!("a: [{}1]\n", "1, ".repeat(80_000));
    assert!(Memory::right().with(CONFIG, wide).audit().findings.iter().all(|it| it.code != "D001"));
    check_unread(ENTRY, format!("{{\"a\":{}{}}}", "[".repeat(500_000), "]".repeat(500_000)), 1, "it is not JSON");
}

#[test]
fn yaml_alias_bomb_is_rejected() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        bomb.extend([format!("a{level}: &a{level} [{before}*a{}]\n", level - 1)]);
    }
    check_unread(CONFIG, bomb, 5, "its aliases make more than 100000 values");
    check_unread(CONFIG, "a: &a\n  b: *a\n", 2, "an alias refers to the value around it");
}

#[test]
fn byte_order_mark_and_crlf_are_reported_and_parsed() {
    let right = Memory::right();
    let text = String::from_utf8(right.0[Path::new(MANIFEST)].clone()).expect("it is text");
    right.clone().with(MANIFEST, format!("\u{feff}{text}")).check(&[("D002", MANIFEST, 1, "byte-order mark")]);
    let config = String::from_utf8(right.0[Path::new(CONFIG)].clone()).expect("it is text").replace('\n', "\r\n");
    right.with(CONFIG, config).check(&[("D002", CONFIG, 1, "carriage return")]);
}

/// The right tree on a disk.
fn on_disk() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let root = folder.path().join("tree");
    for (path, bytes) in Memory::right().0 {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("there is room");
        fs::write(path, bytes).expect("there is room");
    }
    (folder, root)
}

fn audit_disk(root: &Path) -> Report {
    audit(&REGISTRY, &Disk::open(root).expect("it is there")).expect("its locks can be read")
}

/// Checks that the file at a path of the tree is reported as unread, and nothing else is found.
#[track_caller]
#[expect(clippy::panic, reason = "a helper of tests fails as the tests do")]
fn check_left(root: &Path, file: &str, why: &str) {
    let report = audit_disk(root);
    let [found] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert_eq!((found.code, found.file.as_str()), ("D001", file), "{found:#?}");
    assert!(found.message.contains(why), "{found:#?}");
}

#[test]
fn audit_of_a_folder_equals_the_audit_in_memory() {
    let report = audit_disk(&workspace().join(RIGHT));
    assert_eq!(report, Memory::right().audit());
    assert!(report.findings.is_empty());
}

#[test]
fn symbolic_links_are_not_followed() {
    let (folder, root) = on_disk();
    let outside = folder.path().join("outside.toml");
    fs::write(&outside, "name = 'outside'\n").expect("there is room");
    let new = root.join("agents/new");
    fs::create_dir_all(&new).expect("there is room");
    let link = new.join("manifest.toml");
    for target in
        [outside.as_path(), Path::new("manifest.toml"), Path::new("/nonexistent"), Path::new("../alpha/manifest.toml")]
    {
        symlink(target, &link).expect("there is room");
        check_left(&root, "agents/new/manifest.toml", "links are not followed");
        fs::remove_file(&link).expect("it was made");
    }
    // Links to folders that are dangling, circular or lead out of the tree are not followed.
    symlink(&root, root.join("agents/circle")).expect("there is room");
    symlink("/", root.join("everything")).expect("there is room");
    assert!(audit_disk(&root).findings.is_empty());
    // A link instead of the folder of configurations is reported.
    let configs = root.join("tests/integration/configs");
    fs::rename(&configs, folder.path().join("configs")).expect("both are on one disk");
    symlink(folder.path().join("configs"), &configs).expect("there is room");
    check_left(&root, "tests/integration/configs", "links are not followed");
}

#[test]
fn fifo_and_folder_are_reported_without_blocking() {
    let (_folder, root) = on_disk();
    let fifo = root.join("agents/manifest.toml");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("coreutils are there");
    assert!(made.success());
    check_left(&root, "agents/manifest.toml", "not a regular file");
    fs::remove_file(&fifo).expect("it was made");
    fs::create_dir(&fifo).expect("there is room");
    assert!(audit_disk(&root).findings.is_empty(), "a folder of that name is a folder");
}

#[test]
fn file_of_a_hundred_megabytes_is_refused_by_name() {
    let (_folder, root) = on_disk();
    for (path, limit) in [("agents/big/manifest.toml", "4194304"), ("tests/integration/configs/alpha.yaml", "262144")] {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("there is room");
        let before = fs::read(&file).ok();
        let made = fs::File::create(&file).and_then(|it| it.set_len(100 << 20));
        made.expect("a sparse file takes no room");
        check_left(&root, path, &format!("larger than the limit of {limit} bytes"));
        match before {
            Some(bytes) => fs::write(&file, bytes).expect("there is room"),
            None => fs::remove_file(&file).expect("it was made"),
        }
    }
}

#[test]
fn non_utf8_file_names_are_printed_escaped() {
    use std::os::unix::ffi::OsStrExt as _;
    let (_folder, root) = on_disk();
    let odd = root.join(std::ffi::OsStr::from_bytes(b"od\xff\x1b[31m\nd"));
    fs::create_dir(&odd).expect("there is room");
    fs::write(odd.join("manifest.toml"), "=").expect("there is room");
    let report = audit_disk(&root);
    let [found] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert!(found.file.starts_with("od") && !found.file.contains(char::is_control), "{found:?}");
}

#[test]
fn too_deep_tree_is_reported() {
    let deep = format!("{}manifest.toml", "d/".repeat(80));
    let report = Memory::right().with(&deep, "=").audit();
    let [found] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert!(found.code == "D001" && found.message.contains("deeper than 64 folders"), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn audit_accepts_arbitrary_bytes(
        pick in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let right = Memory::right();
        let file = pick.get(&right.0.keys().cloned().collect::<Vec<_>>()).clone();
        let report = right.with(&file.to_string_lossy(), bytes).audit();
        prop_assert!(report.findings.iter().all(|it| it.line > 0 && it.column > 0 && !it.message.contains('\n')));
    }

    #[test]
    fn audit_accepts_mutated_files(
        pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), cut in 0_usize..40,
        new in "[\\x00-\\x7f\u{e9}\u{202e}]{0,12}",
    ) {
        let right = Memory::right();
        let files: Vec<PathBuf> = right.0.keys().cloned().collect();
        let file = pick.get(&files).clone();
        let mut bytes = right.0[&file].clone();
        let start = at.index(bytes.len());
        let end = (start + cut).min(bytes.len());
        bytes.splice(start..end, new.into_bytes());
        let report = right.with(&file.to_string_lossy(), bytes).audit();
        let shown = registry_audit::sarif(&report.findings, "0.0.0").to_string() + &report.json().to_string();
        let turned = shown.contains('\u{202e}');
        prop_assert!(!turned);
    }
}
