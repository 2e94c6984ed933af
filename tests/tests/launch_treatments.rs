//! Launch commands under the wrappings of harnesses, and killed launches: the agent gets the same environment, files
//! and arguments. Tests that need root and strace:
//! `cargo test -p registry-tests launch_treatments:: -- --ignored`.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::launch_support::{Installed, Prefix, agents, files_under, noted_environment, noted_words, provide, share};

/// A user without files.
const NOBODY: u32 = 65534;

/// The result of a launch: the environment of the agent, its home, and the words of all started programs.
#[derive(Debug, PartialEq)]
struct LaunchResult {
    environment: BTreeMap<String, Vec<u8>>,
    files: BTreeMap<String, Vec<u8>>,
    words: Vec<String>,
}

/// A folder with the home of one launch, its working directory, and the record of the agent.
struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        let scratch = Self { folder: tempfile::tempdir().expect("there is room for a folder") };
        fs::set_permissions(scratch.folder.path(), fs::Permissions::from_mode(0o777)).expect("the folder is ours");
        for name in ["home", "work"] {
            fs::create_dir(scratch.at(name)).expect("there is room");
            fs::set_permissions(scratch.at(name), fs::Permissions::from_mode(0o777)).expect("the folder is ours");
        }
        scratch
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The result, without the paths of this launch.
    #[track_caller]
    fn left(&self, installed: &Installed) -> LaunchResult {
        let own = ["NOTE", "HOME", "PWD", "OLDPWD", "PATH", "SHLVL", "_", "USER", "LOGNAME", "SHELL", "MAIL", "TERM"];
        let mut environment = noted_environment(&self.at("note")).expect("the agent was started");
        environment.retain(|name, _| !own.contains(&name.as_str()));
        assert_eq!(files_under(&self.at("work")), BTreeMap::new(), "the working directory is the task's");
        let folder = self.folder.path().display().to_string();
        // The free port of a helper differs in each run.
        let port = environment.remove("BENCHFLOW_BESIDE_PORT").map(|it| String::from_utf8_lossy(&it).into_owned());
        let words = noted_words(&self.at("note"));
        let words = words.split(|&byte| byte == 0).map(|word| String::from_utf8_lossy(word).replace(&folder, "@"));
        let dir = installed.dir.display().to_string();
        let ported = |word: String| port.as_ref().map_or_else(|| word.clone(), |port| word.replace(port, "PORT"));
        let words = words.map(|word| ported(word.replace(&dir, "#"))).collect();
        LaunchResult { environment, files: files_under(&self.at("home")), words }
    }
}

/// A shell that runs a command as a harness does, in the environment of the provider.
fn harness(scratch: &Scratch, words: &[&str], home: &Path, proxy: bool) -> Command {
    let mut command = Command::new(words.first().expect("a shell has a name"));
    command.args(words.get(1..).unwrap_or_default()).current_dir(scratch.at("work")).stdin(Stdio::null());
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home).env("NOTE", scratch.at("note"));
    provide(&mut command, proxy);
    command
}

/// Runs it, which must start the agent.
#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().expect("the shell starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    shlex::try_quote(text).expect("no word holds a zero byte").into_owned()
}

#[test]
fn harness_command_wrapping_changes_nothing() {
    let prefix = Prefix::new();
    let treatments = (0..4).flat_map(|treatment| [("dash", treatment), ("bash", treatment)]);
    let cases: Vec<_> =
        treatments.flat_map(|(shell, treatment)| [(false, shell, treatment), (true, shell, treatment)]).collect();
    for (row, agent) in agents().into_iter().filter(|it| it.is_routable()).enumerate() {
        let installed = prefix.add(agent);
        let launcher = installed.launcher.display().to_string();
        let plain = [false, true].map(|proxy| {
            let scratch = Scratch::new();
            run(&mut harness(&scratch, &["dash", "-c", &launcher], &scratch.at("home"), proxy));
            scratch.left(&installed)
        });
        for &(proxy, shell, treatment) in share(row, 5, &cases) {
            let [direct, gateway] = &plain;
            check_treatment(&installed, proxy, shell, treatment, if proxy { gateway } else { direct });
        }
    }
}

/// A treatment leaves what the plain command left.
#[track_caller]
fn check_treatment(installed: &Installed, proxy: bool, shell: &str, treatment: u8, plain: &LaunchResult) {
    let (launcher, name) = (installed.launcher.display().to_string(), installed.agent.name);
    let scratch = Scratch::new();
    let home = scratch.at("home").display().to_string();
    let (given, command) = match treatment {
        0 => (&*home, format!("exec   {launcher}")),
        1 => ("/nowhere", format!("export HOME={} && cd . && {launcher}", quoted(&home))),
        2 => (&*home, format!("{shell} -c {}", quoted(&format!("{shell} -c {}", quoted(&launcher))))),
        _ => (&*home, format!("umask 0; {launcher} -c x=y </dev/null")),
    };
    run(&mut harness(&scratch, &[shell, "-c", &command], Path::new(given), proxy));
    let mut left = scratch.left(installed);
    if treatment == 3 {
        let at = left.words.len().saturating_sub(3);
        let added: Vec<String> = left.words.drain(at..at + 2).collect();
        assert_eq!(added, ["-c", "x=y"], "{name}: the words of a harness come last");
    }
    assert_eq!(&left, plain, "{name}: {shell} -c {command:?}");
    check_private(&scratch.at("home"), name);
}

/// Checks that other users cannot read files or folders of a launch, with any umask.
#[track_caller]
fn check_private(home: &Path, name: &str) {
    for file in files_under(home).keys() {
        for path in home.join(file).ancestors().take_while(|it| *it != home) {
            let mode = fs::symlink_metadata(path).expect("it is there").permissions().mode() & 0o077;
            assert_eq!(mode, 0, "{name}: others may read {}", path.display());
        }
    }
}

#[test]
#[ignore = "needs root"]
fn login_shell_of_another_user_changes_nothing() {
    let prefix = Prefix::new();
    for agent in agents().into_iter().filter(|it| it.is_routable()) {
        let installed = prefix.add(agent);
        let launcher = installed.launcher.display().to_string();
        let (direct, login) = (Scratch::new(), Scratch::new());
        run(harness(&direct, &["dash", "-c", &launcher], &direct.at("home"), false).uid(NOBODY).gid(NOBODY));
        // A login shell forgets what it inherits, so a harness writes the variables into the command.
        let mut exports = format!("export HOME={} ", quoted(&login.at("home").display().to_string()));
        let given = harness(&login, &["true"], &login.at("home"), false);
        for (name, value) in given.get_envs().filter(|(name, _)| *name != "HOME") {
            let value = value.map(|it| it.to_string_lossy()).unwrap_or_default();
            let _ = write!(exports, "{}={} ", name.to_string_lossy(), quoted(&value));
        }
        let command = format!("{exports}&& cd {} && {launcher}", quoted(&login.at("work").display().to_string()));
        run(Command::new("su").args(["-l", "nobody", "-s", "/bin/sh", "-c", &command]).stdin(Stdio::null()));
        assert_eq!(login.left(&installed), direct.left(&installed), "{}", agent.name);
        check_private(&login.at("home"), agent.name);
    }
}

/// The calls that change a home; a launch is killed at each one.
const CHANGES: &str = "mkdir,mkdirat,write,pwrite64,fchmod,fsync,link,unlink,rename,renameat,renameat2";

/// Kills a launch at the call of this number; false when it made fewer calls.
fn killed_at(scratch: &Scratch, installed: &Installed, number: usize) -> bool {
    let inject = format!("inject={CHANGES}:error=EIO:signal=KILL:when={number}");
    let launcher = installed.launcher.display().to_string();
    let words = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject, "dash", &launcher];
    let mut command = harness(scratch, &words, &scratch.at("home"), false);
    // The whole group, so that the parent does not wait for a killed writer.
    let output = command.process_group(0).output().expect("strace starts");
    let name = installed.agent.name;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("strace:"), "{name}: {said}");
    let started = noted_environment(&scratch.at("note")).is_some_and(|it| !it.is_empty());
    assert_eq!(output.status.success(), started, "{name}: an agent starts over files that are half written: {said}");
    !started
}

#[test]
#[ignore = "needs strace, and leave to trace"]
fn killed_launch_leaves_each_file_old_or_new() {
    let prefix = Prefix::new();
    let mut kills = 0;
    for agent in agents().into_iter().filter(|agent| !agent.config.is_empty()) {
        let installed = prefix.add(agent);
        let launcher = installed.launcher.display().to_string();
        let whole = Scratch::new();
        run(&mut harness(&whole, &["dash", "-c", &launcher], &whole.at("home"), false));
        let new = whole.left(&installed);
        for number in 1.. {
            let scratch = Scratch::new();
            if !killed_at(&scratch, &installed, number) {
                break;
            }
            kills += 1;
            let temporary = |name: &String| Path::new(name).extension().is_some_and(|it| it == "tmp");
            for (name, bytes) in files_under(&scratch.at("home")).iter().filter(|(name, _)| !temporary(name)) {
                assert_eq!(Some(bytes), new.files.get(name), "{}: {name} is half written", agent.name);
            }
            check_private(&scratch.at("home"), agent.name);
            run(&mut harness(&scratch, &["dash", "-c", &launcher], &scratch.at("home"), false));
            let mut left = scratch.left(&installed);
            left.files.retain(|name, _| !temporary(name));
            assert_eq!(left.files, new.files, "{}: the launch after a kill", agent.name);
        }
    }
    assert!(kills >= 10, "only {kills} kills: the calls that change a home were not seen");
    println!("{kills} kills");
}
