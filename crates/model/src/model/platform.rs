//! The machines that agents run on, versions, and the pinned files of a version.

use core::fmt;

use crate::words::words;

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

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
