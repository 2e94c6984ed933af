//! The commands in a manifest, linted as scripts, with lines and columns of the manifest.

use registry_core::shell;
use toml::de::{DeTable, DeValue};

use super::Found;
use crate::failure::{Failure, Outcome};

/// The keys that hold shell text.
const COMMANDS: [&str; 2] = ["install_cmd", "launch_cmd"];

/// Lints the commands of a manifest.
pub(crate) fn lint(name: &str, bytes: &[u8]) -> Outcome<Vec<Found>> {
    let refused = |why: &str| Failure::new(format!("`{name}` cannot be read as a manifest: {why}"));
    let text = std::str::from_utf8(bytes).map_err(|error| refused(&error.to_string()))?;
    let table = DeTable::parse(text).map_err(|error| refused(&error.to_string()))?;
    let mut found = Vec::new();
    let mut commands = 0;
    for key in COMMANDS {
        let Some(value) = table.get_ref().get(key) else { continue };
        let DeValue::String(script) = value.get_ref() else {
            return Err(refused(&format!("`{key}` is no string")));
        };
        commands += 1;
        let source = Source::new(text, value.span(), script);
        for finding in shell::lint(script.as_bytes()) {
            let (line, column) = source.place(&finding);
            found.push(Found::new(name, line, column, finding));
        }
    }
    if commands == 0 {
        return Err(refused("it has neither `install_cmd` nor `launch_cmd`")
            .help("a script is linted by any other name than `*.toml`"));
    }
    found.sort_by_key(|it| (it.line, it.column));
    Ok(found)
}

/// Where the text of a string stands in its file.
struct Source {
    /// Line and column of the string's first character.
    start: (usize, usize),
    /// Whether the string has in the file the lines that it has itself.
    by_line: bool,
    /// Whether it stands there letter by letter.
    verbatim: bool,
}

impl Source {
    fn new(text: &str, span: core::ops::Range<usize>, script: &str) -> Self {
        let raw = text.get(span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or_default();
        let skipped = if quotes == 3 && inner.starts_with("\r\n") {
            2
        } else {
            usize::from(quotes == 3 && inner.starts_with('\n'))
        };
        let inner = inner.get(skipped..).unwrap_or_default();
        let before = text.get(..span.start + quotes + skipped).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            start: (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1),
            by_line: inner.matches('\n').count() == script.matches('\n').count(),
            verbatim: inner.replace("\r\n", "\n") == script,
        }
    }

    /// The line and column of a finding; those of the string itself, where escapes hide them.
    fn place(&self, finding: &shell::Finding) -> (usize, usize) {
        let (line, column) = (finding.line as usize, finding.column as usize);
        match line {
            1 if self.verbatim => (self.start.0, self.start.1 + column - 1),
            _ if self.verbatim => (self.start.0 + line - 1, column),
            _ if self.by_line => (self.start.0 + line - 1, 1),
            _ => self.start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_places(text: &str, expected: &[(usize, usize)]) {
        let found = lint("manifest.toml", text.as_bytes()).expect("it is a manifest");
        assert_eq!(found.iter().map(|it| (it.line, it.column)).collect::<Vec<_>>(), expected, "{found:?}");
    }

    #[test]
    fn findings_have_the_lines_of_the_manifest() {
        check_places(
            "name = 'a'\ninstall_cmd = '''\necho a\nsource x\n'''\nlaunch_cmd = 'source y'\n",
            &[(4, 1), (6, 15)],
        );
        check_places("install_cmd = \"echo a\\nsource x\"\n", &[(1, 16)]);
        check_places("install_cmd = \"\"\"\necho \\\"a\\\"\nsource x\n\"\"\"\n", &[(3, 1)]);
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_its_name() {
        for text in ["name = 'a'\n", "install_cmd = 3\n", "install_cmd = \n"] {
            let failure = lint("x/manifest.toml", text.as_bytes()).expect_err("it is no manifest");
            assert!(failure.to_string().contains("`x/manifest.toml`"), "{failure}");
        }
    }
}
