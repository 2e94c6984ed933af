//! The machines and the runtimes that agents run on, and versions.

use core::fmt;

use super::runtimes::{NODE, PYTHON};
use super::words;

/// A line of a runtime or a tool: one version, which all that need it share, with the checksums of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The version.
    pub version: Version,
    /// The release of the maker's builds, where one version is built more than once; else empty.
    pub release: &'static str,
    /// The SHA-256 of the maker's archive for each target that has one. Without any, the line can only be substituted.
    pub archives: &'static [(Target, &'static str)],
    /// The SHA-256 of the wheel for each target that has one.
    pub wheels: &'static [(Target, &'static str)],
}

words! {
    /// A runtime that agents run on.
    pub enum RuntimeKind {
        /// Node.js, which every launcher needs.
        Node = "node",
        /// `CPython`, of agents that are Python programs.
        Python = "python",
    }
}

impl RuntimeKind {
    /// Its lines, the lowest first, which is the default.
    pub const fn lines(self) -> &'static [Line] {
        match self {
            Self::Node => &NODE,
            Self::Python => &PYTHON,
        }
    }

    /// The line that an agent gets which asks for nothing, and the tools that write locks.
    pub const fn default_version(self) -> Version {
        match self {
            Self::Node => NODE[0].version,
            Self::Python => PYTHON[0].version,
        }
    }

    /// What the versions of a line share: `24` of Node.js, `3.13` of `CPython`.
    pub fn series(self, version: Version) -> String {
        match self {
            Self::Node => version.major.to_string(),
            Self::Python => format!("{}.{}", version.major, version.minor),
        }
    }

    /// Whether two versions are of one line.
    pub fn is_one_line(self, version: Version, other: Version) -> bool {
        self.series(version) == self.series(other)
    }

    /// The name of a line for people: the default one needs no number.
    pub fn name(self, version: Version) -> String {
        let name = match self {
            Self::Node => "Node.js",
            Self::Python => "CPython",
        };
        if version == self.default_version() { name.to_owned() } else { format!("{name} {}", self.series(version)) }
    }

    /// The specifiers of the lines of `CPython` as a text for people, as an entry has them.
    pub fn python_specifiers() -> String {
        let series = |line: &Line| format!("`python: \"=={}.*\"`", Self::Python.series(line.version));
        PYTHON.iter().map(series).collect::<Vec<_>>().join(" or ")
    }

    /// The versions of its lines as a text for people: `22.20.0 and 24.19.0`.
    pub fn versions(self) -> String {
        self.lines().iter().map(|line| line.version.to_string()).collect::<Vec<_>>().join(" and ")
    }
}

impl Line {
    /// The SHA-256 of the wheel for a target.
    pub fn wheel(&self, target: Target) -> Option<&'static str> {
        self.wheels.iter().find(|(its, _)| *its == target).map(|(_, sha256)| *sha256)
    }
}

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
    /// The target of this machine, or a Linux target with glibc if this machine is not a target.
    pub fn own() -> Self {
        let arch = if cfg!(target_arch = "aarch64") { Arch::Arm64 } else { Arch::X64 };
        let libc = if cfg!(target_env = "musl") { Libc::Musl } else { Libc::Glibc };
        Self::ALL.into_iter().find(|it| (it.arch(), it.libc()) == (arch, libc)).unwrap_or(Self::LinuxX64)
    }

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

/// Whether a version fits a specifier of Python: clauses of `==X.Y.*`, `==X.Y.Z`, `>=`, `<` and `<=`, with commas
/// between, and a bound above.
pub fn fits(specifier: &str, version: Version) -> bool {
    let clause = |clause: &str| -> Option<bool> {
        let clause = clause.trim();
        let operator = clause.len() - clause.trim_start_matches(['=', '<', '>', '!', '~']).len();
        let (operator, wanted) = clause.split_at_checked(operator)?;
        let wildcard = wanted.trim().strip_suffix(".*");
        let wanted = Version::parse(wildcard.unwrap_or(wanted.trim()))?;
        Some(match operator {
            "==" if wildcard.is_some() => (wanted.major, wanted.minor) == (version.major, version.minor),
            "==" => wanted == version,
            ">=" => !version.is_below(wanted),
            "<" => version.is_below(wanted),
            "<=" => !wanted.is_below(version),
            _ => return None,
        })
    };
    is_bounded(specifier) && specifier.split(',').all(|it| clause(it) == Some(true))
}

/// Whether a specifier has a bound above.
pub(crate) fn is_bounded(specifier: &str) -> bool {
    specifier.contains("==") || specifier.contains('<')
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
