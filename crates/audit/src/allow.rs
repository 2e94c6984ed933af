//! Comments that allow a finding: `# registry: allow I004: the vendor publishes no checksum`.
//!
//! A comment on a line of its own is about the next line, one after a command about that command's line. Lines that
//! are joined by a backslash count as one.

use std::ops::RangeInclusive;
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, DiagnosticPlace};

/// What cannot be allowed: a shell stops there whatever a comment says, and the rest of the file is not checked.
pub(crate) const NEVER: [&str; 3] = ["S001", "D001", "D030"];

/// What such a comment begins with, after its `#`.
const WORDS: &str = "registry: allow";

/// A comment that allows findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allow {
    pub(crate) place: DiagnosticPlace,
    /// The codes of what it allows, as written.
    pub(crate) codes: Vec<String>,
    /// It says why.
    pub(crate) has_reason: bool,
    /// The lines that it is about.
    lines: RangeInclusive<usize>,
}

impl Allow {
    /// The lines that it is about, for messages.
    pub(crate) fn shown_lines(&self) -> String {
        let (first, last) = (self.lines.start(), self.lines.end());
        if first == last { format!("line {first}") } else { format!("lines {first} to {last}") }
    }

    fn allows(&self, code: &str, finding: &Diagnostic) -> bool {
        self.has_reason
            && code == finding.code
            && !NEVER.contains(&code)
            && *self.place.file == *finding.file
            && self.lines.contains(&finding.line)
    }
}

/// The findings that no comment allows, and for each comment the codes that allow nothing.
pub(crate) fn apply(findings: Vec<Diagnostic>, allows: &[Allow]) -> (Vec<Diagnostic>, Vec<(&Allow, &str)>) {
    let pairs = || allows.iter().flat_map(|allow| allow.codes.iter().map(move |code| (allow, code.as_str())));
    let unused =
        pairs().filter(|(allow, code)| allow.has_reason && !findings.iter().any(|it| allow.allows(code, it))).collect();
    let left = findings.into_iter().filter(|it| !pairs().any(|(allow, code)| allow.allows(code, it))).collect();
    (left, unused)
}

/// The comments of a file that allow findings. What a here-document contains is not a comment.
pub(crate) fn read(file: &Rc<str>, bytes: &[u8]) -> Vec<Allow> {
    let text = String::from_utf8_lossy(bytes);
    if !text.contains(WORDS) {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut ends: Vec<&str> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(end) = ends.first() {
            if line.trim() == *end {
                ends.remove(0);
            }
            continue;
        }
        let comment = comment(line);
        let code = comment.map_or(*line, |at| line.get(..at).unwrap_or_default());
        ends.extend(here_documents(code));
        let Some((at, rest)) = comment.and_then(|at| Some((at, line.get(at + 1..)?))) else { continue };
        let Some(rest) = rest.trim_start().strip_prefix(WORDS).filter(|it| !it.starts_with(char::is_alphanumeric))
        else {
            continue;
        };
        let (codes, reason) = rest.split_once(':').unwrap_or((rest, ""));
        let codes = codes.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        let column = line.get(..at).unwrap_or_default().chars().count() + 1;
        let about = if code.trim().is_empty() { lines_after(&lines, index + 1) } else { lines_until(&lines, index) };
        found.push(Allow {
            place: DiagnosticPlace { file: Rc::clone(file), line: index + 1, column },
            codes,
            has_reason: !reason.trim().is_empty(),
            lines: about.start() + 1..=about.end() + 1,
        });
    }
    found
}

/// Where the comment of a line begins: at a `#` after blanks that is not within quotes.
fn comment(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, char) in line.char_indices() {
        match char {
            '#' if quote.is_none() && before.is_whitespace() => return Some(at),
            '\'' | '"' if before != '\\' => match quote {
                None => quote = Some(char),
                Some(open) if open == char => quote = None,
                Some(_) => {}
            },
            _ => {}
        }
        before = char;
    }
    None
}

/// The delimiters of the here-documents that begin in a line.
fn here_documents(line: &str) -> Vec<&str> {
    let delimiter = |after: &&str| !after.starts_with('<') && !after.is_empty();
    let parts = line.split("<<").skip(1).filter(delimiter);
    let word = |after| {
        let after: &str = str::trim_start_matches(after, ['-', ' ', '\'', '"', '\\']);
        let length = after.find(|char: char| !(char.is_alphanumeric() || char == '_')).unwrap_or(after.len());
        after.get(..length).filter(|it| it.starts_with(|first: char| first.is_alphabetic() || first == '_'))
    };
    parts.filter_map(word).collect()
}

/// The first line from an index that is not blank and not a comment, with those joined to it.
fn lines_after(lines: &[&str], from: usize) -> RangeInclusive<usize> {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let start = lines.iter().skip(from).position(is_code).map_or(from, |at| from + at);
    let joined = lines.iter().skip(start).take_while(|line| line.ends_with('\\')).count();
    start..=start + joined
}

/// A line with those joined before it.
fn lines_until(lines: &[&str], end: usize) -> RangeInclusive<usize> {
    let joined = lines.iter().take(end).rev().take_while(|line| line.ends_with('\\')).count();
    end - joined..=end
}

#[cfg(test)]
mod tests {
    use registry_model::model::Registry;

    #[track_caller]
    fn check(script: &str, expected: &[(&str, usize, &str)]) {
        let found = crate::lint(&Registry::EMPTY, "a.sh", script.into()).expect("it can be read");
        let agree = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, (code, line, part))| {
                (found.code, found.line) == (*code, *line) && found.message.contains(part)
            });
        assert!(agree, "{script}\n{found:#?}");
    }

    #[test]
    fn comment_with_a_reason_allows_one_finding() {
        check("# registry: allow S002: only bash runs it\nsource x\n", &[]);
        check("source x # registry: allow S002: only bash runs it\n", &[]);
        check("# registry: allow S002: only bash runs it\n\n# note\nsource x\nsource y\n", &[("S002", 5, "source")]);
        check("# registry: allow S002, I003: an image of its own\necho a; \\\nsource x; \\\ncp a /usr/bin/\n", &[]);
        check("echo a; \\\nsource x # registry: allow S002: only bash runs it\n", &[]);
    }

    #[test]
    fn comment_is_itself_checked() {
        let nothing = "`S002` is not found at line 2";
        check("# registry: allow S002: only bash runs it\necho x\n", &[("D030", 1, nothing)]);
        check("# registry: allow S002\nsource x\n", &[("D030", 1, "no reason"), ("S002", 2, "")]);
        check("# registry: allow S002:\nsource x\n", &[("D030", 1, "no reason"), ("S002", 2, "")]);
        check("# registry: allow S999: a\nsource x\n", &[("D030", 1, "unknown rule `S999`"), ("S002", 2, "")]);
        check("# registry: allow: a\nsource x\n", &[("D030", 1, "names no rule"), ("S002", 2, "")]);
        check("# registry: allow S001: a\nfi\n", &[("D030", 1, "`S001` cannot be allowed"), ("S001", 2, "")]);
        // What `lint` does not look for is not unused.
        check("# registry: allow D026: a\nnpm install --prefix x y\n", &[]);
    }

    #[test]
    fn text_that_is_not_a_comment_allows_nothing() {
        check("echo '# registry: allow S002'; source x\n", &[("S002", 1, "")]);
        check("cat <<'EOF'\n# registry: allow S999\nEOF\nsource x\n", &[("S002", 4, "")]);
        check("cat <<-A <<B\n\tA\n# registry: allow S999\nB\nsource x\n", &[("S002", 5, "")]);
        check("#!/bin/bash\ncat <<<x\n# registry: allow S999: a\n", &[("D030", 3, "unknown rule")]);
        check("echo a#registry: allow S999\n# registry: allowed S999\n", &[]);
    }
}
