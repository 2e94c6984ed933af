//! The line of a finding, and how far the finding reaches in it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, is_unsafe_to_show};

/// The end of a finding whose check knows only where it begins: it reaches over one word or text.
pub(crate) const UNKNOWN: usize = 0;

/// The end of a finding that continues on the next line.
pub(crate) const END_OF_LINE: usize = usize::MAX;

/// Characters of a line that are shown at most.
const SHOWN: usize = 1_000;

/// The bytes of each file that was read, by its name.
pub(crate) type Files = BTreeMap<Rc<str>, Rc<[u8]>>;

/// Gives each finding its line and its end.
pub(crate) fn attach(findings: &mut [Diagnostic], files: &Files) {
    // Findings are sorted by their places, so a file is split once.
    let mut current: (Option<&str>, Vec<&[u8]>) = (None, Vec::new());
    for finding in findings {
        let Some((name, bytes)) = files.get_key_value(finding.file.as_str()) else {
            finding.end_column = finding.column + 1;
            continue;
        };
        if current.0 != Some(&**name) {
            current = (Some(name), bytes.split(|byte| *byte == b'\n').collect());
        }
        let line = current.1.get(finding.line.saturating_sub(1)).copied().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        finding.end_column = end(line, finding.column, finding.end_column);
        if line.chars().count() <= SHOWN {
            let safe = |char: char| if char != '\t' && is_unsafe_to_show(char) { '\u{fffd}' } else { char };
            finding.excerpt = line.chars().map(safe).collect();
        }
    }
}

/// The column after the last character of a finding.
fn end(line: &str, column: usize, known: usize) -> usize {
    let rest: Vec<char> = line.chars().skip(column.saturating_sub(1)).collect();
    let length = match known {
        UNKNOWN => word(&rest),
        _ => known.saturating_sub(column),
    };
    column + length.clamp(1, rest.len().max(1))
}

/// The length of the text in quotes or of the word at the beginning; of a JSON object or list, its bracket.
fn word(text: &[char]) -> usize {
    match text.first() {
        Some(quote @ ('"' | '\'')) => {
            let closed = text.iter().skip(1).position(|char| char == quote);
            closed.map_or(text.len(), |at| at + 2)
        }
        Some(_) => {
            let part = |char: &char| char.is_alphanumeric() || "_-./@$+:~*".contains(*char);
            let length = text.iter().take_while(|char| part(char)).count();
            // A colon ends a key of YAML.
            if text.get(..length).is_some_and(|it| it.ends_with(&[':'])) { length - 1 } else { length }
        }
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, column: usize, known: usize, marked: &str) {
        let end = end(line, column, known);
        let found: String = line.chars().skip(column - 1).take(end - column).collect();
        assert_eq!(found, marked, "{line} at {column}");
    }

    #[test]
    fn findings_reach_over_the_word_or_text_at_their_place() {
        check("key = \"a value\" # b", 7, UNKNOWN, "\"a value\"");
        check("key = 'a # b", 7, UNKNOWN, "'a # b");
        check("agent: beta", 1, UNKNOWN, "agent");
        check("agent: beta", 8, UNKNOWN, "beta");
        check("npm i a@1 b", 7, UNKNOWN, "a@1");
        check("npm i a@1 b", 1, 6, "npm i");
        check("npm i \\", 1, END_OF_LINE, "npm i \\");
        check("{", 1, UNKNOWN, "{");
        check("é: [x]", 4, UNKNOWN, "[");
        check("", 1, UNKNOWN, "");
    }
}
