//! Root writes the policy into a home of another user, with any files of that user in it. Needs root:
//! `cargo test -p registry-tests hostile_homes:: -- --ignored`.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::launch_support::{Installed, Prefix, files_under, noted_environment, parsed, provide};
use registry::REGISTRY;
use registry::model::{Agent, FileFormat, Off, Owner, WebPolicy};
use serde_json::Value;

/// The owner of the home.
const USER: u32 = 65534;

/// A home of the user, and beside it a folder of root that every user may read.
struct Place {
    scratch: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let scratch = tempfile::tempdir().expect("there is room for a folder");
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let place = Self { scratch };
        for name in ["home", "outside"] {
            fs::create_dir(place.at(name)).expect("there is room");
        }
        // Any user may write here: only the check protects it.
        fs::set_permissions(place.at("outside"), fs::Permissions::from_mode(0o777)).expect("it is ours");
        fs::write(place.at("outside/kept.json"), "{}").expect("there is room");
        Place::give(&place.at("home"));
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn give(path: &Path) {
        std::os::unix::fs::lchown(path, Some(USER), Some(USER)).expect("root gives files away");
    }

    /// Creates the folders above a file of the home, owned by the user.
    fn folders(&self, file: &str) -> PathBuf {
        let path = self.at("home").join(file);
        let folders: Vec<&Path> = path.ancestors().skip(1).take_while(|it| *it != self.at("home")).collect();
        for folder in folders.into_iter().rev().filter(|it| !it.exists()) {
            fs::create_dir(folder).expect("there is room");
            Self::give(folder);
        }
        path
    }
}

/// The files of a policy: their paths in the home, formats and owners.
fn policy_files(agent: &Agent<'_>) -> Vec<(String, FileFormat, Owner)> {
    let file = |off: &Off<'_>| match off {
        Off::File { path, format, owner, .. } => Some((path.trim_start_matches("~/").to_owned(), *format, *owner)),
        Off::Env(_) | Off::Argv(_) | Off::Unset(_) => None,
    };
    agent.web_switches().iter().filter_map(file).collect()
}

fn agents_with_files() -> Vec<&'static Agent<'static>> {
    REGISTRY.agents().into_iter().filter(|agent| !policy_files(agent).is_empty()).collect()
}

/// Whether a value is contained in another: objects recursively, lists by their items.
fn holds(all: &Value, part: &Value) -> bool {
    match (all, part) {
        (Value::Object(all), Value::Object(part)) => {
            part.iter().all(|(key, part)| all.get(key).is_some_and(|all| holds(all, part)))
        }
        (Value::Array(all), Value::Array(part)) => part.iter().all(|it| all.contains(it)),
        _ => all == part,
    }
}

/// Launches an agent in a home, and returns the content of its files afterwards.
#[track_caller]
fn launch(installed: &Installed, place: &Place, proxy: bool, off: bool) -> Vec<(String, Value)> {
    let mut command = installed.launch(&["dash"], &place.at("home"));
    let note = place.at(&format!("note-{proxy}-{off}"));
    command.env("NOTE", &note);
    provide(&mut command, proxy);
    if off {
        command.env("BENCHFLOW_DISALLOW_WEB_TOOLS", "1");
    }
    let output = command.output().expect("dash starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && noted_environment(&note).is_some(), "{}: {error}", installed.agent.name);
    let files = policy_files(installed.agent).into_iter().map(|(file, ..)| {
        let bytes = fs::read(place.at("home").join(&file)).expect("a launch keeps the file");
        (file.clone(), parsed(&file, &bytes).expect("a launch writes its format"))
    });
    files.collect()
}

#[test]
#[ignore = "needs root"]
fn web_policy_is_merged_kept_and_idempotent() {
    for agent in agents_with_files() {
        let (prefix, place) = (Prefix::new(), Place::new());
        let installed = prefix.add(agent);
        for (file, _, owner) in policy_files(agent) {
            let path = place.folders(&file);
            let text = if owner == Owner::Whole { "mine = 1\n" } else { "{\"mine\": {\"a\": [1]}}" };
            crate::launch_support::write(&path, text, 0o640);
            Place::give(&path);
        }
        let output = installed.apply_policy(&place.at("home"));
        let name = agent.name;
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(prefix.policy(agent).exists(), "{name}: the mark is left");
        let mut policy = Vec::new();
        for (file, _, owner) in policy_files(agent) {
            let path = place.at("home").join(&file);
            let about = fs::metadata(&path).expect("the file is there");
            assert_eq!((about.uid(), about.mode() & 0o777), (USER, 0o640), "{name}: {file}");
            let bytes = fs::read(&path).expect("the file is there");
            let value = parsed(&file, &bytes).expect("it is its format");
            let kept = if owner == Owner::Whole {
                let kept = path.with_file_name(format!(
                    "{}.before-1",
                    path.file_name().map_or("", |it| it.to_str().unwrap_or(""))
                ));
                fs::read(kept).is_ok_and(|it| it == b"mine = 1\n")
            } else {
                value.pointer("/mine/a/0") == Some(&Value::from(1))
            };
            assert!(kept, "{name}: what was the user's is there");
            policy.push((path, bytes, about.mtime(), about.mtime_nsec(), file, value));
        }
        assert!(installed.apply_policy(&place.at("home")).status.success(), "{name}: a second time");
        for (path, bytes, seconds, nanoseconds, ..) in &policy {
            let about = fs::metadata(path).expect("the file is there");
            assert_eq!((about.mtime(), about.mtime_nsec()), (*seconds, *nanoseconds), "{name}: the time of {path:?}");
            assert_eq!(&fs::read(path).expect("the file is there"), bytes, "{name}: a byte of {path:?}");
        }
        for proxy in [false, true] {
            let files = launch(&installed, &place, proxy, false);
            for ((file, now), (.., value)) in files.iter().zip(&policy) {
                assert!(holds(now, value), "{name}: proxy {proxy}: {file} has lost the policy: {now} of {value}");
            }
        }
        // The same policy by the variable, without root, in an empty home.
        let fresh = (Prefix::new(), Place::new());
        let installed = fresh.0.add(agent);
        for ((file, now), (.., value)) in launch(&installed, &fresh.1, true, true).iter().zip(&policy) {
            let mut wanted = value.clone();
            if let Some(members) = wanted.as_object_mut() {
                members.remove("mine");
            }
            assert!(holds(now, &wanted), "{name}: {file} lacks the policy: {now} of {wanted}");
        }
    }
}

#[test]
#[ignore = "needs root"]
fn agent_without_policy_files_follows_its_web_policy() {
    for agent in REGISTRY.agents().into_iter().filter(|agent| policy_files(agent).is_empty()) {
        let (prefix, place) = (Prefix::new(), Place::new());
        let installed = prefix.add(agent);
        let refused = matches!(agent.web, Some(WebPolicy::NoSwitch { .. } | WebPolicy::Untested { .. }) | None);
        let output = installed.apply_policy(&place.at("home"));
        assert_eq!(output.status.code(), Some(if refused { 11 } else { 0 }), "{}", agent.name);
        assert!(files_under(&place.at("home")).is_empty(), "{}: a file is written", agent.name);
        if !refused {
            launch(&installed, &place, false, true);
        }
    }
}

/// Applies the policy of every agent with a file to a home that is changed first; it must be refused, with the place.
#[track_caller]
fn check_refused(what: &str, says: &str, wholes: bool, change: impl Fn(&Place, &str)) {
    static INSTALLED: LazyLock<(Prefix, Vec<Installed>)> = LazyLock::new(|| {
        let prefix = Prefix::new();
        let installed = agents_with_files().into_iter().map(|agent| prefix.add(agent)).collect();
        (prefix, installed)
    });
    let (prefix, all) = &*INSTALLED;
    for installed in all {
        let agent = installed.agent;
        let (file, format, owner) = policy_files(agent).into_iter().next().expect("it has one");
        if (owner == Owner::Whole && !wholes) || (what == "a comment" && format == FileFormat::Jsonc) {
            continue;
        }
        let place = Place::new();
        change(&place, &file);
        let (home, outside) = (files_under(&place.at("home")), files_under(&place.at("outside")));
        let output = installed.apply_policy(&place.at("home"));
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(14), "{}: {what}: {error}", agent.name);
        assert!(
            error.contains(says) && error.contains(place.scratch.path().to_str().unwrap_or("?")),
            "{what}: {error}"
        );
        assert_eq!(files_under(&place.at("home")), home, "{}: {what}: the home", agent.name);
        assert_eq!(files_under(&place.at("outside")), outside, "{}: {what}: outside", agent.name);
        assert!(!prefix.policy(agent).exists(), "{}: {what}: a mark of nothing", agent.name);
    }
}

/// Writes a file of the user with this text.
fn text(place: &Place, file: &str, text: &[u8]) {
    let path = place.folders(file);
    fs::write(&path, text).expect("there is room");
    Place::give(&path);
}

#[test]
#[ignore = "needs root"]
fn unwritable_home_is_refused_and_unchanged() {
    let linked = |place: &Place, file: &str, to: &Path| {
        let path = place.folders(file);
        symlink(to, &path).expect("there is room");
        Place::give(&path);
    };
    check_refused("a link out of the home", "leads out", true, |place, file| {
        linked(place, file, &place.at("outside/kept.json"));
    });
    check_refused("a link to /etc", "leads out", true, |place, file| {
        linked(place, file.split('/').next().unwrap_or(file), Path::new("/etc"));
    });
    check_refused("a first folder that is a link", "leads out", true, |place, file| {
        linked(place, file.split('/').next().unwrap_or(file), &place.at("outside"));
    });
    check_refused("a dangling link", "link to nothing", true, |place, file| linked(place, file, Path::new("nowhere")));
    check_refused("a circle of links", "too many links", true, |place, file| {
        let name = file.rsplit('/').next().unwrap_or(file).to_owned();
        linked(place, file, Path::new(&name));
    });
    check_refused("a pipe", "is no file", true, |place, file| {
        let path = place.folders(file);
        assert!(Command::new("mkfifo").arg(&path).status().is_ok_and(|it| it.success()));
        Place::give(&path);
    });
    check_refused("a folder in place of the file", "is no file", true, |place, file| {
        let path = place.folders(&format!("{file}/x"));
        Place::give(path.parent().expect("it has one"));
    });
    check_refused("a file in place of a folder", "is no folder", true, |place, file| {
        text(place, file.split('/').next().unwrap_or(file), b"x");
    });
    check_refused("a file of another", "belongs to uid 0", false, |place, file| {
        text(place, file, b"{}");
        chown(place.at("home").join(file), Some(0), Some(0)).expect("root takes files");
    });
    check_refused("what is no JSON", ":2: ", false, |place, file| text(place, file, b"{\n x }"));
    check_refused("what is no UTF-8", ":2: is no UTF-8", false, |place, file| text(place, file, b"{\n\"\xff\": 1}"));
    check_refused("a comment", ":1: ", false, |place, file| text(place, file, b"{ // mine\n}"));
    check_refused("a list", "is no object", false, |place, file| text(place, file, b"[]"));
}

#[test]
#[ignore = "needs root"]
fn formatting_of_user_settings_is_kept() {
    for agent in agents_with_files() {
        for (file, format, owner) in policy_files(agent) {
            if owner == Owner::Whole {
                continue;
            }
            let comment = if format == FileFormat::Jsonc { "// mine\n" } else { "" };
            let before = format!("\u{feff}{comment}{{\"a\": 1, \"a\": 2,\r\n\t\"n\": 1.50e+3 }}\n");
            let (prefix, place) = (Prefix::new(), Place::new());
            let installed = prefix.add(agent);
            text(&place, &file, before.as_bytes());
            let output = installed.apply_policy(&place.at("home"));
            assert!(output.status.success(), "{}: {}", agent.name, String::from_utf8_lossy(&output.stderr));
            let after = fs::read_to_string(place.at("home").join(&file)).expect("it is there");
            let kept = before.trim_end().trim_end_matches([' ', '}']);
            assert!(after.starts_with(kept) && after.len() > before.len(), "{}: {after:?}", agent.name);
        }
    }
}

#[test]
#[ignore = "needs root"]
fn home_swapped_during_a_write_leaks_nothing_outside() {
    let agent = agents_with_files().into_iter().next().expect("an agent has a policy file");
    let (file, ..) = policy_files(agent).into_iter().next().expect("it has one");
    let first = file.split('/').next().unwrap_or(&file).to_owned();
    let (prefix, place) = (Prefix::new(), Place::new());
    let installed = prefix.add(agent);
    text(&place, &file, b"{}");
    let (real, aside) = (place.at("home").join(&first), place.at("home/aside"));
    let outside = files_under(&place.at("outside"));
    let over = AtomicBool::new(false);
    let mut ended = [0_usize; 2];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let _ = fs::rename(&real, &aside).and_then(|()| symlink(place.at("outside"), &real));
                std::thread::sleep(Duration::from_millis(3));
                // The policy may have created the folder again while it was missing.
                let _ = fs::remove_file(&real).and_then(|()| fs::rename(&aside, &real));
                let _ = fs::remove_dir_all(&aside);
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        for _ in 0..60 {
            let status = installed.apply_policy(&place.at("home")).status;
            let slot = usize::from(!status.success());
            assert!(status.success() || status.code() == Some(14), "{status:?}");
            if let Some(count) = ended.get_mut(slot) {
                *count += 1;
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    println!("{} written, {} refused", ended[0], ended[1]);
    assert_eq!(files_under(&place.at("outside")), outside, "nothing outside is touched");
    assert!(ended[1] > 0, "the race was never met: {ended:?}");
}
