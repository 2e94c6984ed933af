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

/// The last lines that say anything, on one line.
pub(crate) fn last_words(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).rev().take(3).collect();
    lines.reverse();
    shortened(&lines.join(" / "))
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
    }
}
