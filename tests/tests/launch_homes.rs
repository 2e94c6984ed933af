//! A launcher with an unusable home names the place, the home and the user, and starts no agent. Homes that root could
//! write need root: `cargo test -p registry-tests launch_homes:: -- --ignored`.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::launch_support::{Installed, Prefix, agents, files_under, find, noted_environment, provide};

/// A user without a name.
const USER: u32 = 12345;

/// Mounts a read-only file system over a folder, and starts the rest as another user.
const READ_ONLY: &str = "mount -t tmpfs -o ro,mode=777 tmpfs \"$HOME\" && exec setpriv --reuid \"$0\" --regid \"$0\" \
                         --clear-groups dash \"$@\"";

/// A launch in a temporary folder with a home of the user.
struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("the folder is ours");
        let scratch = Self { folder };
        fs::create_dir(scratch.at("home")).expect("there is room");
        fs::set_permissions(scratch.at("home"), fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        scratch
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn launch(&self, installed: &Installed, home: Option<&Path>) -> Command {
        let mut command = installed.launch(&["dash"], home.unwrap_or(Path::new("")));
        if home.is_none() {
            command.env_remove("HOME");
        }
        command.env("NOTE", self.at("note"));
        provide(&mut command, true);
        command
    }
}

/// The agents that write a file at this launch, with the first place that each makes in an empty home.
fn writers(prefix: &Prefix) -> Vec<(Installed, String, String)> {
    let mut found = Vec::new();
    for agent in agents().into_iter().filter(|it| it.is_routable()) {
        let (installed, scratch) = (prefix.add(agent), Scratch::new());
        let output = scratch.launch(&installed, Some(&scratch.at("home"))).output().expect("dash starts");
        assert!(output.status.success(), "{}: {}", agent.name, String::from_utf8_lossy(&output.stderr));
        if let Some(file) = files_under(&scratch.at("home")).into_keys().next() {
            let first = file.split('/').next().unwrap_or(&file).to_owned();
            found.push((installed, first, file));
        }
    }
    assert!(found.len() > 3, "{} agents write a file", found.len());
    found
}

/// Checks that the launch is refused with exactly this line, and no agent is started.
#[track_caller]
fn check_refused(scratch: &Scratch, installed: &Installed, command: &mut Command, says: &str) {
    let output = command.output().expect("the shell starts");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let name = installed.agent.name;
    assert_eq!(output.status.code(), Some(14), "{name}: {error}");
    assert_eq!(error, format!("{name}: {says}\n"));
    assert!(noted_environment(&scratch.at("note")).is_none(), "{name}: the agent is started");
}

/// The sentence for a place of a home.
fn sentence(verb: &str, place: &str, home: &str, user: u32) -> String {
    format!("cannot {verb} `{place}` ({home}, user {user}): set HOME to a folder that this user may write")
}

#[test]
fn home_unusable_by_every_user_is_named() {
    let prefix = Prefix::new();
    for (installed, ..) in writers(&prefix) {
        let scratch = Scratch::new();
        let user = fs::metadata("/proc/self").expect("there is /proc").uid();
        let unset = sentence("write", "$HOME", "HOME is not set", user);
        check_refused(&scratch, &installed, &mut scratch.launch(&installed, None), &unset);
        check_refused(&scratch, &installed, &mut scratch.launch(&installed, Some(Path::new(""))), &unset);
        fs::write(scratch.at("file"), "").expect("there is room");
        let relative = sentence("write", "$HOME", "HOME is not an absolute path", user);
        check_refused(&scratch, &installed, &mut scratch.launch(&installed, Some(Path::new("home"))), &relative);
        for home in [scratch.at("missing"), scratch.at("file")] {
            let says = sentence("write", "$HOME", &format!("HOME={}", home.display()), user);
            check_refused(&scratch, &installed, &mut scratch.launch(&installed, Some(&home)), &says);
        }
    }
}

#[test]
#[ignore = "needs root"]
fn home_unusable_by_this_user_is_named() {
    let prefix = Prefix::new();
    for (installed, first, file) in writers(&prefix) {
        let refused = |scratch: &Scratch, home: &Path, verb: &str, place: &str| {
            let says = sentence(verb, place, &format!("HOME={}", home.display()), USER);
            check_refused(scratch, &installed, scratch.launch(&installed, Some(home)).uid(USER).gid(USER), &says);
        };
        let scratch = Scratch::new();
        let home = scratch.at("home");
        refused(&scratch, Path::new("/"), "write", &format!("$HOME/{first}"));
        refused(&scratch, &home, "write", &format!("$HOME/{first}"));
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).expect("it is ours");
        refused(&scratch, &home, "write", "$HOME");
        check_read_only(&installed, &first);

        // A home of the user with a folder of another user, and with a file that only another user may read.
        let scratch = Scratch::new();
        let path = scratch.at("home").join(&file);
        crate::launch_support::write(&path, "{}", 0o600);
        chown(scratch.at("home"), Some(USER), Some(USER)).expect("root gives files away");
        if first != file {
            refused(&scratch, &scratch.at("home"), "read", &format!("$HOME/{file}"));
            let top = scratch.at("home").join(&first);
            fs::set_permissions(&top, fs::Permissions::from_mode(0o700)).expect("it is ours");
            refused(&scratch, &scratch.at("home"), "write", &format!("$HOME/{first}"));
        }
    }
}

/// A home on a file system that is read-only.
#[track_caller]
fn check_read_only(installed: &Installed, first: &str) {
    let scratch = Scratch::new();
    let home = scratch.at("home");
    let mut command = Command::new(find("unshare"));
    command.args(["--mount", "sh", "-c", READ_ONLY, &USER.to_string()]).arg(&installed.launcher);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", &home).env("NOTE", scratch.at("note"));
    provide(&mut command, true);
    let says = sentence("write", &format!("$HOME/{first}"), &format!("HOME={}", home.display()), USER);
    check_refused(&scratch, installed, &mut command, &says);
}
