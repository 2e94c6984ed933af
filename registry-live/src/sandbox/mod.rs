//! Where agents are installed and run: a sandbox over the machine's own root, over another root, or in a container.
//!
//! An install may change everything in its sandbox, and what it changed is told (`Cell::changes`). The agent runs as
//! a user that is not root on the host and that the sandbox does not know, and that is proved before each session.

mod changes;
mod choose;
mod docker;
mod overlay;
#[cfg(test)]
mod tests;
mod trace;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use choose::folder;
pub use choose::{Host, Kind};
use docker::Container;
use overlay::Overlay;

use crate::Refusal;
use crate::process;

/// The program that proves the sandbox and then becomes the agent.
const PROVE: &str = include_str!("prove.sh");

/// What the line of a proved sandbox begins with; [`PROVE`] writes it.
pub(crate) const PROVED: &str = "sandbox: proved";

/// The exit status of a sandbox that does not hold.
pub(crate) const BROKEN: i32 = 97;

/// A folder that nobody but root may look into.
const CANARY: &str = "/verify-canary";

/// The home folder of the agent.
pub(crate) const HOME: &str = "/verify-home";

/// The folder of its session.
pub(crate) const WORKSPACE: &str = "/verify-home/workspace";

/// Which programs the sandboxed commands find.
pub(crate) const PATH: &str = registry::routing::Sandbox::PATH;

/// What is the same for all cells of a run.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The one folder that installs change.
    pub(crate) prefix: String,
    /// Folders and files of the host that are seen inside, at their own places, and cannot be written.
    pub(crate) shown: Vec<PathBuf>,
    /// Whether installs have the host's network; sessions never have any.
    pub(crate) network: bool,
}

/// As whom, and on what, a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// As root, on a root that may be written, as in a container.
    Root,
    /// As root, and nothing may be written, not even the prefix.
    RootReadOnly,
    /// As root on a fresh sandbox of which the prefix alone may be written, with every refused write on record.
    RootTraced,
    /// As the agent's user, without a network, after the proof.
    Agent,
    /// As root on what the agent sees, its home folder included.
    RootBeside,
}

impl As {
    /// Whether it sees what the agent sees.
    const fn sees_home(self) -> bool {
        matches!(self, Self::Agent | Self::RootBeside)
    }
}

/// What a session has beyond the installed agent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beyond {
    /// The process whose network it shares; none for no network at all.
    pub(crate) network_of: Option<i32>,
    /// Files and folders of the host, and where they are seen; nobody inside can write them.
    pub(crate) laid: Vec<(PathBuf, PathBuf)>,
    /// Where strace writes what all of its processes start and whom they call; none for no record.
    pub(crate) record: Option<PathBuf>,
}

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

/// What a run left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// What is new, changed or gone outside the prefix, sorted.
    pub(crate) outside: Vec<String>,
    /// Whether the prefix is there.
    pub(crate) prefix: bool,
    /// The bytes of the prefix on the disk.
    pub(crate) bytes: u64,
}

/// The words that prove the sandbox and then run a command.
fn proved(uid: u32, prefix: &str, argv: &[String]) -> Vec<String> {
    let head = ["sh", "-c", PROVE, "prove", &uid.to_string(), prefix, CANARY].map(str::to_owned);
    head.into_iter().chain(argv.iter().cloned()).collect()
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

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bwrap => "bwrap",
            Self::Docker => "docker",
        })
    }
}
