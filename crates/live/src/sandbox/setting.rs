//! What is the same for every kind of sandbox: its places, who runs in it, and what it must hold.

use std::path::PathBuf;

/// The program that proves the sandbox and then becomes the agent.
pub(super) const PROVE: &str = include_str!("prove.sh");

/// What the line of a proved sandbox begins with; [`PROVE`] writes it.
pub(crate) const PROVED: &str = "sandbox: proved";

/// The exit status of a sandbox that does not hold.
pub(crate) const BROKEN: i32 = 97;

/// A folder that only root may read.
pub(super) const CANARY: &str = "/verify-canary";

/// The home folder of the agent.
pub(crate) const HOME: &str = "/verify-home";

/// The folder of its session.
pub(crate) const WORKSPACE: &str = "/verify-home/workspace";

/// The calls by which programs are started and hosts are called, for strace.
pub(super) const CALLS: &str = "trace=execve,execveat,connect,sendto,sendmsg,sendmmsg";

/// The calls that have the path of a file, for strace.
pub(super) const FILES: &str = "trace=%file";

/// Which programs the sandboxed commands find.
pub(crate) const PATH: &str = registry_routing::Sandbox::PATH;

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
    pub(super) const fn sees_home(self) -> bool {
        matches!(self, Self::Agent | Self::RootBeside)
    }
}

/// What a session has beyond the installed agent.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionExtras {
    /// The process whose network it shares; none for no network at all.
    pub(crate) network_of: Option<i32>,
    /// Files and folders of the host, and their paths inside; a program inside cannot write them.
    pub(crate) laid: Vec<(PathBuf, PathBuf)>,
    /// Where strace writes what all of its processes start and whom they call; none for no record.
    pub(crate) record: Option<PathBuf>,
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
pub(super) fn proved(uid: u32, prefix: &str, argv: &[String]) -> Vec<String> {
    let head = ["sh", "-c", PROVE, "prove", &uid.to_string(), prefix, CANARY].map(str::to_owned);
    head.into_iter().chain(argv.iter().cloned()).collect()
}
