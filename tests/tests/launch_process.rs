//! The launcher becomes the agent: the same process, with the limits, signals and file descriptors that it was given.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::launch_support::{Installed, SHELLS, put};
use registry::REGISTRY;
use registry::model::{Agent, Runs};
use registry_scripts::site::Site;

/// The program instead of an agent: it prints the state of its process, then answers its input.
const PROGRAM: &str = "#!/bin/sh
case ${1-} in */launch.mjs) exec \"@NODE@\" \"$@\" ;; esac
echo pid $$
printf 'bytes %s\\n' \"$BYTES\"
echo limit $(ulimit -S -n) umask $(umask) folder $(pwd)
grep -E '^Sig(Blk|Ign)' /proc/self/status
for fd in 0 1 2 7; do echo \"$fd\" $(grep flags /proc/$$/fdinfo/$fd); done
echo .
case $DOES in
exit) exit 7 ;;
*) exec sleep 600 ;;
esac
";

/// The process state of a harness: a limit, an ignored signal, an open descriptor.
const HARNESS: &str = "ulimit -S -n 500; trap '' HUP; exec 7</dev/null; exec \"$@\"";

/// An agent that is started in each way.
fn agents() -> Vec<&'static Agent<'static>> {
    let of = |runs| REGISTRY.agents().into_iter().find(|it| it.runs == runs && it.beside.is_none());
    [Runs::Node, Runs::Native, Runs::Python].into_iter().filter_map(of).collect()
}

/// Starts a program as a harness does.
#[track_caller]
fn start(words: &[&OsStr], folder: &Path, does: &str) -> Child {
    let mut command = Command::new("bash");
    command.args(["-c", HARNESS, "harness"]).args(words).current_dir(folder).env_clear();
    command.env("PATH", "/usr/bin:/bin").env("HOME", folder).env("DOES", does).env("BYTES", OsStr::from_bytes(b"\xff"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("bash starts")
}

/// The output of the started program, which must be the child itself.
#[track_caller]
fn told(child: &mut Child) -> Vec<Vec<u8>> {
    let output = child.stdout.take().expect("it is piped");
    let lines = BufReader::new(output).split(b'\n').map_while(Result::ok);
    let lines: Vec<Vec<u8>> = lines.take_while(|line| line != b".").collect();
    let pid = format!("pid {}", child.id()).into_bytes();
    assert_eq!(lines.first(), Some(&pid), "another process is between: {lines:?}");
    lines.into_iter().skip(1).collect()
}

fn launcher<'s>(installed: &'s Installed, shell: &'s [&str]) -> Vec<&'s OsStr> {
    shell.iter().map(OsStr::new).chain([installed.launcher.as_os_str()]).collect()
}

#[test]
fn agent_inherits_the_process_state_of_its_launcher() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let site = Site { prefix: folder.path().join("prefix").display().to_string(), ..Site::default() };
    assert_eq!(agents().len(), 3, "an agent of every kind");
    for agent in agents() {
        let installed = put(agent, &site, PROGRAM);
        let program = installed.dir.join("node/bin/node");
        let mut direct = start(&[program.as_os_str()], folder.path(), "exit");
        let wanted = told(&mut direct);
        assert_eq!((direct.wait().expect("it ends").code(), wanted.len() > 6), (Some(7), true));
        for shell in SHELLS {
            let mut child = start(&launcher(&installed, shell), folder.path(), "exit");
            assert_eq!(told(&mut child), wanted, "{} {shell:?}", agent.name);
            assert_eq!(child.wait().expect("it ends").code(), Some(7), "{}", agent.name);
        }
    }
}

/// Processes that run something of a folder.
fn running(folder: &Path) -> usize {
    let place = folder.as_os_str().as_bytes();
    let entries = fs::read_dir("/proc").expect("there is /proc").flatten();
    let lines = entries.filter_map(|it| fs::read(it.path().join("cmdline")).ok());
    lines.filter(|line| line.windows(place.len()).any(|it| it == place)).count()
}

#[test]
fn signal_ends_the_agent_without_leftover_processes() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let site = Site { prefix: folder.path().join("prefix").display().to_string(), ..Site::default() };
    for agent in agents() {
        let installed = put(agent, &site, PROGRAM);
        for (name, number) in [("KILL", 9), ("TERM", 15)] {
            let mut child = start(&launcher(&installed, &["dash"]), folder.path(), "stay");
            told(&mut child);
            let status = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
            assert!(status.is_ok_and(|it| it.success()));
            assert_eq!(child.wait().expect("it ends").signal(), Some(number), "{}", agent.name);
            assert_eq!(running(folder.path()), 0, "{}: {name}", agent.name);
        }
    }
}
