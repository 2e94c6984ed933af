//! The agent's process: started in a group of its own, listened to until its end, and gone afterwards.

use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::process::{Child, ChildStdin};
use tokio::sync::{mpsc, watch};

use super::error::DialogueError;
use super::wire::{self, Transport};
use crate::process::{self, Group, OutputTail};

/// How long a process whose output is closed has to end.
const BARELY: Duration = Duration::from_secs(2);

/// The process of an agent. It is killed, with all of its group, when this goes.
#[derive(Debug)]
pub struct Peer {
    group: Group,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Option<mpsc::UnboundedReceiver<String>>,
    fault: watch::Receiver<Option<DialogueError>>,
    heard: OutputTail,
    errors: OutputTail,
}

/// How a process came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ending {
    /// What made it end.
    pub by: EndedBy,
    /// Its exit status, as a shell reports it.
    pub status: i32,
    /// How long it took.
    pub milliseconds: u64,
}

/// What made a process end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// The end of its input.
    EndOfInput,
    /// A signal that it can heed.
    Signal,
    /// Force.
    Force,
}

impl Peer {
    /// Starts a command whose standard streams speak ACP.
    pub fn start(command: Command) -> io::Result<Self> {
        let (mut child, group) = process::spawn(command)?;
        let (errors, _) = process::keep(child.stderr.take());
        let (sends_lines, lines) = mpsc::unbounded_channel();
        let (sends_fault, fault) = watch::channel(None);
        let heard = OutputTail::default();
        tokio::spawn(wire::read(child.stdout.take(), sends_lines, heard.clone(), sends_fault));
        let stdin = child.stdin.take();
        Ok(Self { group, child, stdin, lines: Some(lines), fault, heard, errors })
    }

    /// The end of what it wrote on its standard error.
    pub fn errors(&self) -> String {
        self.errors.text()
    }

    /// How it broke the protocol, up to now; its end does not count.
    pub fn garbage(&self) -> Option<DialogueError> {
        self.fault.borrow().clone().filter(|fault| matches!(fault, DialogueError::Garbage { .. }))
    }

    /// The process id, on this side of any sandbox.
    pub fn id(&self) -> Option<i32> {
        self.child.id().and_then(|id| i32::try_from(id).ok())
    }

    /// The end of its standard error, which goes on while the process does.
    pub(crate) fn tail(&self) -> OutputTail {
        self.errors.clone()
    }

    /// The end of what it said on its standard output.
    pub(crate) fn heard(&self) -> OutputTail {
        self.heard.clone()
    }

    pub(super) fn transport(&mut self) -> Option<(Transport, watch::Receiver<Option<DialogueError>>)> {
        let transport = wire::transport(self.stdin.take()?, self.lines.take()?);
        Some((transport, self.fault.clone()))
    }

    /// Its exit status, when it ends at once.
    pub(super) async fn status(&mut self) -> Option<i32> {
        let ended = tokio::time::timeout(BARELY, self.child.wait()).await;
        ended.ok().and_then(Result::ok).map(process::code)
    }

    /// Ends it: by the end of its input; after `patience` by a signal, which `signal` sends; and then by force.
    pub async fn stop(mut self, patience: Duration, signal: impl FnOnce()) -> Ending {
        let begin = Instant::now();
        drop(self.stdin.take());
        let mut signal = Some(signal);
        for by in [EndedBy::EndOfInput, EndedBy::Signal, EndedBy::Force] {
            match by {
                EndedBy::EndOfInput => {}
                EndedBy::Signal => signal.take().map_or((), |signal| signal()),
                EndedBy::Force => self.group.kill(),
            }
            if let Ok(Ok(status)) = tokio::time::timeout(patience, self.child.wait()).await {
                let milliseconds = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
                return Ending { by, status: process::code(status), milliseconds };
            }
        }
        // Not even force: it hangs in the kernel, and the group's own end will try again.
        Ending { by: EndedBy::Force, status: -1, milliseconds: u64::MAX }
    }
}
