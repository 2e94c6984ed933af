//! A sandbox of either kind.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::docker::Container;
use super::host::{Host, Kind};
use super::overlay::Overlay;
use super::setting::{As, Beyond, Changes, Setting};
use crate::{Refusal, process};

/// A sandbox for one agent, made for it and gone with it.
#[derive(Debug)]
pub(crate) enum Cell {
    /// Namespaces and an overlay of the host's own making.
    Overlay(Overlay),
    /// A container.
    Container(Container),
}

impl Cell {
    /// Makes one in a folder of its own.
    pub(crate) fn open(host: &Host, setting: &Setting, folder: &Path, name: &str) -> Result<Self, Refusal> {
        match &host.kind {
            Kind::Bwrap => Overlay::open(host, setting, folder).map(Self::Overlay),
            Kind::Docker => Container::open(host, setting, name).map(Self::Container),
        }
    }

    /// The command of the host that runs a command inside; none where this kind of sandbox cannot do that.
    pub(crate) fn command(&self, who: As, env: &[(String, String)], argv: &[String]) -> Option<Command> {
        match self {
            Self::Overlay(cell) => Some(cell.command(who, env, argv)),
            Self::Container(cell) => cell.command(who, env, argv),
        }
    }

    /// The same with more around it; none where this kind of sandbox cannot do that.
    pub(crate) fn command_with(
        &self,
        who: As,
        beyond: &Beyond,
        env: &[(String, String)],
        argv: &[String],
    ) -> Option<Command> {
        match self {
            Self::Overlay(cell) => Some(cell.command_with(who, beyond, env, argv)),
            Self::Container(_) => None,
        }
    }

    /// Takes away what sessions left behind: the next one begins as the first.
    pub(crate) fn renew(&self) -> Result<(), Refusal> {
        match self {
            Self::Overlay(cell) => cell.renew(),
            Self::Container(_) => Ok(()),
        }
    }

    /// Every file that sessions left, where it is seen inside and where it lies on the host.
    pub(crate) fn left(&self) -> Vec<(String, PathBuf)> {
        match self {
            Self::Overlay(cell) => cell.left(),
            Self::Container(_) => Vec::new(),
        }
    }

    /// What is different from a fresh sandbox outside the prefix, and how large the prefix is.
    pub(crate) fn changes(&self, who: As) -> Result<Changes, Refusal> {
        match self {
            Self::Overlay(cell) => cell.changes(who),
            Self::Container(cell) => cell.changes(),
        }
    }

    /// Every path of which a write was refused in the traced run, in their order.
    pub(crate) fn refused(&self) -> Vec<String> {
        match self {
            Self::Overlay(cell) => cell.refused(),
            Self::Container(_) => Vec::new(),
        }
    }

    /// Asks the agent that this process of the host runs to end.
    pub(crate) fn terminate(&self, started: i32) {
        match self {
            Self::Overlay(_) => {
                // bwrap does not hand signals on: its child is the first process inside, and that one's is the agent.
                // A tracer stands above all of them.
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
