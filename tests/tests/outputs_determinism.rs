//! Generated files have the same bytes from every folder and environment, and committed files are up to date.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use registry_tests::{command_self, finish, workspace};

/// Every file under a folder, by its place.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).expect("the folder is there").flatten() {
            if entry.path().is_dir() {
                waiting.push(entry.path());
            } else {
                let place = entry.path().strip_prefix(folder).map(Path::to_path_buf).unwrap_or_default();
                found.insert(place, fs::read(entry.path()).expect("the file is there"));
            }
        }
    }
    found
}

/// All files that a process generates in a folder with these variables.
fn generated(from: &Path, variables: &[(&str, &str)]) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let mut command = command_self(&["gen", "--out", &folder.path().display().to_string()]);
    let run = finish(command.current_dir(from).envs(variables.iter().copied()));
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    contents(folder.path())
}

#[test]
fn generated_bytes_do_not_depend_on_folder_or_environment() {
    let one = generated(&workspace(), &[("LC_ALL", "C"), ("TZ", "UTC")]);
    let elsewhere =
        [("LC_ALL", "tr_TR.UTF-8"), ("LANG", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo"), ("HOME", "/nonexistent")];
    let other = generated(Path::new("/"), &elsewhere);
    let names = |it: &BTreeMap<PathBuf, Vec<u8>>| it.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    assert!(one.len() > 60, "only {} files", one.len());
    let different: Vec<&PathBuf> =
        one.iter().filter(|(path, text)| other.get(*path) != Some(*text)).map(|(it, _)| it).collect();
    assert_eq!(different, Vec::<&PathBuf>::new());
}

#[test]
fn committed_files_are_up_to_date() {
    let run = finish(command_self(&["gen", "--check"]).current_dir(workspace()));
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
}
