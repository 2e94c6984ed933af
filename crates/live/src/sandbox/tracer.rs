//! strace of this machine, which follows a container from outside: the image needs no strace, and nothing inside can
//! reach the record.
//!
//! The container waits at a gate, a file of the host, until strace follows it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::engine::{Engine, words};

/// Where a container sees the gate.
pub(super) const GATE: &str = "/verify-gate";

/// Waits at the gate, then becomes the command that follows.
pub(super) const WAIT: &str = "until [ -e /verify-gate/open ]; do sleep 0.1; done; exec \"$@\"";

/// How long a container may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// A follower of one container.
#[derive(Debug)]
pub(super) struct Tracer(JoinHandle<()>);

impl Tracer {
    /// Follows a container that is about to start, and opens its gate.
    pub(super) fn follow(
        engine: Engine,
        container: String,
        flags: Vec<String>,
        record: PathBuf,
        gate: PathBuf,
    ) -> Self {
        Self(thread::spawn(move || {
            let Some(process) = first_process(engine, &container) else { return };
            let mut strace = Command::new("strace");
            strace.args(flags).arg("-o").arg(record).args(["-p", &process.to_string()]);
            let strace = strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let Ok(mut strace) = strace else { return };
            // Where strace does not follow, the gate stays closed, and the session is late.
            if is_followed(process, strace.id()) {
                let _ = fs::write(gate.join("open"), "");
            }
            let _ = strace.wait();
        }))
    }

    /// Waits until the whole record is written: the container must have ended.
    pub(super) fn finish(self) {
        let _ = self.0.join();
    }
}

/// The process of the host that waits at the gate: the child of the container's init.
fn first_process(engine: Engine, container: &str) -> Option<i32> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let said = engine.ask(&words(&["inspect", "--format", "{{.State.Pid}}", container]));
        let init = said.ok().and_then(|it| it.trim().parse::<i32>().ok()).filter(|&it| it > 0);
        if let Some(child) = init.and_then(|init| children(init).into_iter().next()) {
            return Some(child);
        }
        thread::sleep(Duration::from_millis(100));
    }
    None
}

fn is_followed(process: i32, tracer: u32) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
        let Ok(status) = status else { return false };
        let followed = status.lines().filter_map(|line| line.strip_prefix("TracerPid:"));
        if followed.map(str::trim).any(|it| it == tracer.to_string()) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// The processes that a process of the host started, by what the kernel says of their parents.
pub(crate) fn children(parent: i32) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent_of = |pid: i32| -> Option<i32> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold blanks and parentheses; what follows the last one is plain.
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|&pid| parent_of(pid) == Some(parent)).collect()
}
