//! Processes with an end: a group that is killed whatever happens, output that is kept in bounds, and time limits.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// What is kept of a stream: its end.
const KEPT: usize = 4 * 1024 * 1024;

/// How long the last words of a process that has ended may take to arrive; a grandchild may hold the stream open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A process group of our own, killed when this goes.
#[derive(Debug)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// The group of a child that was started as the leader of one.
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// Ends it. One that has gone already is accepted.
    pub(crate) fn kill(&self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Asks a process to end.
pub(crate) fn terminate(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok())
}

/// Starts a command as the leader of a group, with all three streams piped.
pub(crate) fn spawn(command: std::process::Command) -> std::io::Result<(Child, Group)> {
    let mut command = Command::from(command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.process_group(0).kill_on_drop(true).spawn()?;
    let group = Group::of(&child);
    Ok((child, group))
}

/// The end of a stream, which a task fills.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutputTail(Arc<Mutex<Vec<u8>>>);

impl OutputTail {
    /// What was kept, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Adds to it.
    pub(crate) fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }
}

/// Reads a stream to its end and keeps the last of it.
pub(crate) fn keep(stream: Option<impl AsyncRead + Unpin + Send + 'static>) -> (OutputTail, JoinHandle<()>) {
    let tail = OutputTail::default();
    let into = tail.clone();
    let task = tokio::spawn(async move {
        let Some(mut stream) = stream else { return };
        let mut buffer = vec![0; 8192];
        while let Ok(count) = stream.read(&mut buffer).await {
            match buffer.get(..count) {
                Some(bytes) if count > 0 => into.push(bytes),
                _ => return,
            }
        }
    });
    (tail, task)
}

/// How a command came to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit status; none when its time was over.
    pub(crate) status: Option<i32>,
    /// The end of its standard output.
    pub(crate) stdout: String,
    /// The end of its standard error.
    pub(crate) stderr: String,
}

/// The exit status as a shell reports it: 128 and the number of the signal for a process that one ended.
pub(crate) fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// Runs a command without input to its end, or until its time is over.
pub(crate) async fn run(command: std::process::Command, limit: Duration) -> std::io::Result<Finished> {
    let (mut child, group) = spawn(command)?;
    drop(child.stdin.take());
    let (stdout, reads_stdout) = keep(child.stdout.take());
    let (stderr, reads_stderr) = keep(child.stderr.take());
    let status = match tokio::time::timeout(limit, child.wait()).await {
        Ok(status) => Some(code(status?)),
        Err(_) => None,
    };
    drop(group);
    let _ = tokio::time::timeout(LAST_WORDS, async { tokio::join!(reads_stdout, reads_stderr) }).await;
    Ok(Finished { status, stdout: stdout.text(), stderr: stderr.text() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> std::process::Command {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn command_runs_to_completion() {
        let finished = run(sh("echo out; echo err >&2; exit 3"), Duration::from_secs(20)).await.expect("sh starts");
        assert_eq!((finished.status, finished.stdout.trim(), finished.stderr.trim()), (Some(3), "out", "err"));
        let finished = run(sh("kill -TERM $$"), Duration::from_secs(20)).await.expect("sh starts");
        assert_eq!(finished.status, Some(143));
    }

    #[tokio::test]
    async fn timeout_kills_the_command_and_its_children() {
        let finished = run(sh("sleep 600 & echo $!; wait"), Duration::from_millis(300)).await.expect("sh starts");
        assert_eq!(finished.status, None);
        let pid = finished.stdout.trim().to_owned();
        let alive = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|it| !it.contains(") Z "));
        for _ in 0..50 {
            if !alive() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("process {pid} outlived its group");
    }

    #[tokio::test]
    async fn end_of_a_long_output_is_kept() {
        let script = "yes 'a line of this stream' | head -c 5000000; echo; echo last";
        let finished = run(sh(script), Duration::from_secs(20)).await.expect("sh starts");
        assert_eq!(finished.stdout.len(), KEPT);
        assert!(finished.stdout.ends_with("last\n"));
    }
}
