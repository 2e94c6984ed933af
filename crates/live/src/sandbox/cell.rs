//! A sandbox of either kind.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::container::Container;
use super::host::Host;
use super::overlay::Overlay;
use super::setting::{As, Changes, SessionExtras, Setting};
use super::tracer::children;
use crate::{Failure, process};

/// A sandbox for one agent, made for it and gone with it.
#[derive(Debug)]
pub(crate) enum Cell {
    /// Namespaces and an overlay of the host's own making.
    Overlay(Overlay),
    /// Containers.
    Container(Container),
}

impl Cell {
    /// Makes one in a folder of its own.
    pub(crate) fn open(host: &Host, setting: &Setting, folder: &Path, name: &str) -> Result<Self, Failure> {
        match host.kind.engine() {
            None => Overlay::open(host, setting, folder).map(Self::Overlay),
            Some(engine) => Container::open(host, engine, setting, folder, name).map(Self::Container),
        }
    }

    /// Another one over the same install, for a session beside others. The folder must not exist.
    pub(crate) fn beside(&self, folder: &Path, name: &str) -> Result<Self, Failure> {
        match self {
            Self::Overlay(cell) => cell.beside(folder).map(Self::Overlay),
            Self::Container(cell) => cell.beside(folder, name).map(Self::Container),
        }
    }

    /// The command of the host that runs a command inside; it must have ended before the next is made.
    pub(crate) fn command(&self, who: As, env: &[(String, String)], argv: &[String]) -> Result<Command, Failure> {
        self.command_with(who, &SessionExtras::default(), env, argv)
    }

    /// The same with more around it.
    pub(crate) fn command_with(
        &self,
        who: As,
        beyond: &SessionExtras,
        env: &[(String, String)],
        argv: &[String],
    ) -> Result<Command, Failure> {
        match self {
            Self::Overlay(cell) => Ok(cell.command(who, beyond, env, argv)),
            Self::Container(cell) => cell.command(who, beyond, env, argv),
        }
    }

    /// A process in a network of loopback alone, where sessions need the one of their own kind of sandbox.
    pub(crate) fn network_holder(&self) -> Result<Option<i32>, Failure> {
        match self {
            Self::Overlay(_) => Ok(None),
            Self::Container(cell) => cell.network_holder().map(Some),
        }
    }

    /// Waits until the record of the last session is whole; the session must have ended.
    pub(crate) fn finish_record(&self) {
        match self {
            // The process that was waited for wrote it.
            Self::Overlay(_) => {}
            Self::Container(cell) => cell.finish_record(),
        }
    }

    /// Takes away what sessions left behind: the next one begins as the first.
    pub(crate) fn renew(&self) -> Result<(), Failure> {
        match self {
            Self::Overlay(cell) => cell.renew(),
            Self::Container(cell) => cell.renew(),
        }
    }

    /// Every file that sessions left: its path inside and its path on the host.
    pub(crate) fn left(&self) -> Vec<(String, PathBuf)> {
        match self {
            Self::Overlay(cell) => cell.left(),
            Self::Container(cell) => cell.left(),
        }
    }

    /// What is different from a fresh sandbox outside the prefix, and how large the prefix is.
    pub(crate) fn changes(&self, who: As) -> Result<Changes, Failure> {
        match self {
            Self::Overlay(cell) => cell.changes(who),
            Self::Container(cell) => cell.changes(who),
        }
    }

    /// Every path of which a write was refused in the traced run, in their order.
    pub(crate) fn refused(&self) -> Vec<String> {
        match self {
            Self::Overlay(cell) => cell.refused(),
            Self::Container(cell) => cell.refused(),
        }
    }

    /// Asks the agent that this process of the host runs to end.
    pub(crate) fn terminate(&self, started: i32) {
        match self {
            Self::Overlay(_) => {
                // bwrap does not hand signals on: its child is the first process inside, and that one's is the agent.
                // A tracer is above all of them.
                let child = |parent: i32| children(parent).into_iter().next();
                let outermost = if is_tracer(started) { child(started) } else { Some(started) };
                let agent = outermost.and_then(child).and_then(child);
                agent.map(process::terminate);
            }
            Self::Container(cell) => cell.terminate(),
        }
    }
}

fn is_tracer(process: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == "strace")
}
