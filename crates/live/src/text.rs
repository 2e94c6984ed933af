//! What others said, short enough for a line of a report.

/// The most characters of anything an agent said that are shown in a message.
const SHOWN: usize = 240;

/// The beginning of a text, on one line.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The last lines that say anything, on one line. A long line loses its beginning: the end names the error.
pub(crate) fn last_words(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).rev().take(3).collect();
    lines.reverse();
    let line = lines.join(" / ").split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count().checked_sub(SHOWN) {
        None | Some(0) => line,
        Some(more) => format!("…{}", line.chars().skip(more).collect::<String>()),
    }
}

/// The most lines of an error that are shown.
const ERROR_LINES: usize = 60;

/// The last error of a program, whole and indented: from the line that begins it to the end. Where no line begins one,
/// it is the last three lines.
pub(crate) fn last_error(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let trace = |line: &&str| line.starts_with("Traceback (most recent call last)");
    let named = |line: &&str| {
        let name = line.split([':', ' ', '[']).next().unwrap_or_default();
        ["Error", "Exception"].iter().any(|end| name.ends_with(end)) || line.contains("panicked at")
    };
    // The line that names an error of Python is the end of its trace.
    let begins = lines.iter().rposition(trace).or_else(|| lines.iter().rposition(named));
    let from = begins.unwrap_or_else(|| lines.len().saturating_sub(3));
    lines.iter().skip(from).take(ERROR_LINES).fold(String::new(), |shown, line| shown + "\n    " + line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_truncated_at_a_character_boundary() {
        assert_eq!(shortened(" a\n b "), "a b");
        assert_eq!(shortened(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shortened(&"é".repeat(SHOWN + 1)), format!("{}…", "é".repeat(SHOWN)));
    }

    #[test]
    fn last_words_are_at_most_three_lines() {
        assert_eq!(last_words("one\ntwo\n\nthree\nfour\n"), "two / three / four");
        assert_eq!(last_words(""), "");
        assert_eq!(last_words(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(last_words(&format!("{}b", "é".repeat(SHOWN))), format!("…{}b", "é".repeat(SHOWN - 1)));
    }

    #[test]
    fn last_error_is_whole() {
        let python = "starting\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n\nDuring \
                      handling, another:\nTraceback (most recent call last):\n  File \"b.py\", line 2\nValueError: y\n";
        let shown = "\n    Traceback (most recent call last):\n      File \"b.py\", line 2\n    ValueError: y";
        assert_eq!(last_error(python), shown);
        let node = "a.js:1\n    throw it;\n    ^\n\nTypeError [CODE]: no\n    at a.js:1\n\nNode.js v22\n";
        assert_eq!(last_error(node), "\n    TypeError [CODE]: no\n        at a.js:1\n    Node.js v22");
        assert_eq!(last_error("one\ntwo\nthree\nfour\n"), "\n    two\n    three\n    four");
        assert_eq!(last_error(&format!("Error: long\n{}", "at x\n".repeat(99))).lines().count(), ERROR_LINES + 1);
    }
}
