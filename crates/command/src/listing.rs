//! The list of a registry's agents in its source file: finds it, and adds a name.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::files;

/// The file with the list of agents.
#[derive(Debug)]
pub struct ListFile {
    /// Its path.
    pub path: PathBuf,
    text: String,
    list: Range<usize>,
}

/// Finds the list of a package: `registry!` in its `src/lib.rs` or `src/main.rs`.
pub fn find(package: &Path) -> Outcome<ListFile> {
    for name in ["src/lib.rs", "src/main.rs"] {
        let path = package.join(name);
        let Some(text) = files::read_if_there(&path)? else { continue };
        if let Some(list) = list_of(&text) {
            return Ok(ListFile { path, text, list });
        }
    }
    let message = format!("`{}` has no list of agents", package.join("src/lib.rs").display());
    Err(Failure::new(message).help("write `registry! { agents { } }` there first; examples/own-registry shows one"))
}

impl ListFile {
    /// Its path, relative to its package.
    pub fn shown(&self, package: &Path) -> String {
        self.path.strip_prefix(package).unwrap_or(&self.path).display().to_string()
    }

    /// The unchanged text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text with `mod name;` at its sorted place.
    pub fn with(&self, name: &str) -> String {
        let line = format!("mod {name};");
        let before = modules(&self.text, self.list.clone()).into_iter().rfind(|module| module.name.as_str() < name);
        let at = before.as_ref().map_or(self.list.start, |module| module.end);
        let rest = self.text.get(at..self.list.end).unwrap_or_default();
        let own_line =
            rest.split('\n').next().is_some_and(|rest| rest.trim().is_empty() || rest.trim().starts_with("//"));
        let (at, inserted) = match (rest.find('\n'), own_line) {
            (Some(end), true) => (at + end, format!("\n{}{line}", self.indent())),
            _ => (at, format!(" {line}")),
        };
        let (head, tail) = self.text.split_at_checked(at).unwrap_or((&self.text, ""));
        format!("{head}{inserted}{tail}")
    }

    /// The crate path for macros in entries of this package, the same as of `registry!`.
    pub fn path_of_macro(&self) -> String {
        let code = code(&self.text);
        let before = code.find("registry!").and_then(|at| code.get(..at)).unwrap_or_default();
        let path = before.rsplit(|char: char| !char.is_ascii_alphanumeric() && !"_:".contains(char)).next();
        match path.unwrap_or_default().trim_end_matches("::") {
            "" => "crate".to_owned(),
            path => path.to_owned(),
        }
    }

    /// The indentation of the modules: that of the first, else one level more than the list.
    fn indent(&self) -> String {
        let first = modules(&self.text, self.list.clone()).first().map(|module| module.start);
        let line = |at: usize| self.text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        let blanks = |line: &str| line.chars().take_while(|char| char.is_whitespace()).collect::<String>();
        first.map_or_else(|| format!("{}    ", blanks(line(self.list.start))), |at| blanks(line(at)))
    }
}

/// A module of a list: `mod name;` or `mod name { … }`.
#[derive(Debug)]
struct Module {
    name: String,
    start: usize,
    end: usize,
}

/// The range between the braces of `agents { … }`.
fn list_of(text: &str) -> Option<Range<usize>> {
    let code = code(text);
    let registry = braces(&code, code.find("registry!")?)?;
    let mut at = registry.start;
    while let Some(found) = code.get(at..registry.end)?.find("agents") {
        let start = at + found;
        let alone = code.get(..start)?.ends_with(|before: char| before.is_whitespace() || "{};".contains(before));
        let after = code.get(start + "agents".len()..registry.end)?;
        if alone && after.trim_start().starts_with('{') {
            return braces(&code, start);
        }
        at = start + "agents".len();
    }
    None
}

fn modules(text: &str, list: Range<usize>) -> Vec<Module> {
    let code = code(text);
    let mut found = Vec::new();
    let mut at = list.start;
    while let Some(start) = code.get(at..list.end).and_then(|rest| rest.find("mod ")).map(|found| at + found) {
        let rest = code.get(start + 4..list.end).unwrap_or_default();
        let Some(stop) = rest.find([';', '{']) else { break };
        let name = rest.get(..stop).unwrap_or_default().trim().to_owned();
        let open = start + 4 + stop;
        let body = code.get(open..).is_some_and(|rest| rest.starts_with('{'));
        at = if body { braces(&code, open).map_or(list.end, |body| body.end) } else { open } + 1;
        found.push(Module { name, start, end: at });
    }
    found
}

/// The range between the next pair of braces.
fn braces(code: &str, from: usize) -> Option<Range<usize>> {
    let start = from + code.get(from..)?.find('{')? + 1;
    let mut depth = 1_usize;
    for (index, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(start..index);
        }
    }
    None
}

/// The text with blanks instead of comments and strings; offsets are unchanged.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if char == '"' {
            string_end(rest)
        } else {
            0
        };
        let taken = if end == 0 { char.len_utf8() } else { end };
        let (part, after) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        if end == 0 {
            out.push_str(part);
        } else {
            out.extend(part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    out
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> ListFile {
        let list = list_of(text).expect("the text has a list");
        ListFile { path: PathBuf::new(), text: text.to_owned(), list }
    }

    #[track_caller]
    fn check_inserts(text: &str, name: &str, expected: &str) {
        let after = file(text).with(name);
        assert_eq!(after, expected, "{name} into {text:?}");
        assert!(list_of(&after).is_some(), "{after:?}");
    }

    const LIST: &str = "//! registry! { agents { mod no; } }\nregistry! {\n    extends a::agents::REGISTRY;\n    agents {\n        mod beta; // one\n        mod delta { const A: &str = \"}\"; }\n    }\n    families {\n        mod zeta;\n    }\n}\n";

    #[test]
    fn new_name_is_inserted_in_sorted_order() {
        check_inserts(
            LIST,
            "alpha",
            &LIST.replace("agents {\n        mod beta", "agents {\n        mod alpha;\n        mod beta"),
        );
        check_inserts(LIST, "cee", &LIST.replace("// one\n", "// one\n        mod cee;\n"));
        check_inserts(LIST, "eta", &LIST.replace("\"}\"; }\n", "\"}\"; }\n        mod eta;\n"));
    }

    #[test]
    fn one_line_and_empty_lists_accept_a_new_name() {
        check_inserts(
            "x::registry! { agents { mod b; mod d; } }",
            "c",
            "x::registry! { agents { mod b; mod c; mod d; } }",
        );
        check_inserts("registry! { agents {} }", "c", "registry! { agents { mod c;} }");
        check_inserts(
            "registry! {\n    agents {\n    }\n}\n",
            "c",
            "registry! {\n    agents {\n        mod c;\n    }\n}\n",
        );
    }

    #[test]
    fn text_without_a_valid_agents_list_is_rejected() {
        for text in [
            "",
            "// registry! { agents { } }",
            "registry! { providers { mod agents; } }",
            "registry! { agents {",
            "\"registry! { agents { } }\"",
        ] {
            assert!(list_of(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn new_entry_uses_the_macro_path_of_the_list() {
        assert_eq!(file("registry! { agents { } }").path_of_macro(), "crate");
        assert_eq!(file("coding_agents::registry! { agents { } }").path_of_macro(), "coding_agents");
    }
}
