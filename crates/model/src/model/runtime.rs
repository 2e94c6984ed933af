//! The runtimes that agents run on, and what a package accepts of them.

use super::runtimes::{NODE, PYTHON};
use super::{Line, Version};
use crate::words::words;

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
