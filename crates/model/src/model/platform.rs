//! The machines that agents run on, and versions.

use core::fmt;

use super::words;

/// The lines of the private Node.js, the lowest first. An agent takes the lowest that fits it ([`Agent::node`]).
///
/// This is the one place of a line's patch version. The checksums of its archives follow in
/// `crates/scripts/src/site.rs`, those of its wheels in `crates/supply/src/clients/tools.rs`.
///
/// [`Agent::node`]: super::Agent::node
pub const NODE_LINES: [Version; 2] = [NODE_VERSION, Version::new(24, 19, 0)];

/// The default line, of agents that need no newer one, and of the tools that write locks.
pub const NODE_VERSION: Version = Version::new(22, 20, 0);

/// The private CPython of agents that are Python programs.
pub const PYTHON_VERSION: Version = Version::new(3, 12, 12);

words! {
    /// A processor architecture, in the words of npm and Node.js.
    pub enum Arch {
        /// x86-64.
        X64 = "x64",
        /// AArch64.
        Arm64 = "arm64",
    }
}

words! {
    /// A C library, in npm's words.
    pub enum Libc {
        /// The GNU C library.
        Glibc = "glibc",
        /// musl, as in Alpine.
        Musl = "musl",
    }
}

words! {
    /// A kind of Linux machine.
    pub enum Target {
        /// x86-64 with glibc (`linux-x64` in locks and sites).
        LinuxX64 = "LinuxX64" | "linux-x64",
        /// AArch64 with glibc (`linux-arm64`).
        LinuxArm64 = "LinuxArm64" | "linux-arm64",
        /// x86-64 with musl (`linux-x64-musl`).
        LinuxX64Musl = "LinuxX64Musl" | "linux-x64-musl",
        /// AArch64 with musl (`linux-arm64-musl`).
        LinuxArm64Musl = "LinuxArm64Musl" | "linux-arm64-musl",
    }
}

impl Target {
    /// Its architecture.
    pub const fn arch(self) -> Arch {
        match self {
            Self::LinuxX64 | Self::LinuxX64Musl => Arch::X64,
            Self::LinuxArm64 | Self::LinuxArm64Musl => Arch::Arm64,
        }
    }

    /// Its C library.
    pub const fn libc(self) -> Libc {
        match self {
            Self::LinuxX64 | Self::LinuxArm64 => Libc::Glibc,
            Self::LinuxX64Musl | Self::LinuxArm64Musl => Libc::Musl,
        }
    }
}

/// A version of up to three numbers: `22.19.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third.
    pub patch: u32,
}

impl Version {
    /// A version from its numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// As in the field `requires` of an entry: three numbers are not a Rust number, and need quotes.
    pub fn in_entry(self) -> String {
        let Self { major, minor, patch } = self;
        if patch == 0 { format!("{major}.{minor}") } else { format!("\"{self}\"") }
    }

    /// Whether this one is lower than another.
    pub const fn is_below(self, other: Self) -> bool {
        if self.major != other.major {
            return self.major < other.major;
        }
        if self.minor != other.minor {
            return self.minor < other.minor;
        }
        self.patch < other.patch
    }

    /// Reads `22`, `22.19` or `22.19.0`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for number in &mut numbers {
            let Some(part) = parts.next() else { break };
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *number = part.parse().ok()?;
        }
        let [major, minor, patch] = numbers;
        (!text.is_empty() && parts.next().is_none()).then_some(Self { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
