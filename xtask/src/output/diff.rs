//! A readable diff of two texts, with shortened payloads.

use std::fmt::Write as _;
use std::path::Path;

use similar::TextDiff;

/// Lines of a diff longer than this are payloads.
const LONG_LINE: usize = 160;

/// Lines of base64 are at least this long, except the last one.
const PACKED_LINE: usize = 60;

/// A unified diff with shortened payloads.
pub(crate) fn diff(path: &Path, old: &str, new: &str) -> String {
    if old == new {
        return format!("  (only the permissions of `{}` differ)\n", path.display());
    }
    let (old, new) = (short_lines(old), short_lines(new));
    let name = path.display().to_string();
    TextDiff::from_lines(&old, &new).unified_diff().header(&name, &format!("{name} (generated)")).to_string()
}

/// The lines of a text, with each run of packed lines (and each line that is too long) replaced by one line.
fn short_lines(text: &str) -> String {
    let mut short = String::new();
    let mut packed: Vec<&str> = Vec::new();
    for line in text.lines() {
        if is_packed(line) {
            packed.push(line);
            continue;
        }
        tell_packed(&mut packed, &mut short);
        match line.char_indices().nth(LONG_LINE) {
            None => short.push_str(line),
            Some((cut, _)) => {
                let head = line.get(..cut).unwrap_or(line);
                let _ = write!(short, "{head}… ({} bytes, checksum {:016x})", line.len(), fingerprint(line));
            }
        }
        short.push('\n');
    }
    tell_packed(&mut packed, &mut short);
    short
}

fn tell_packed(packed: &mut Vec<&str>, out: &mut String) {
    if !packed.is_empty() {
        let _ = writeln!(out, "({} packed lines, checksum {:016x})", packed.len(), fingerprint(&packed.concat()));
        packed.clear();
    }
}

/// Whether a line is base64.
fn is_packed(line: &str) -> bool {
    line.len() >= PACKED_LINE && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

/// A checksum (FNV-1a) that distinguishes payloads with the same beginning.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_summarized_in_a_diff() {
        let text = |letter: &str| format!("#!/bin/sh\n{0}\n{0}\nend '{0}{0}'\n", letter.repeat(100));
        let shown = diff(Path::new("a/install.sh"), &text("a"), &text("b"));
        assert!(
            shown.contains("-(2 packed lines, checksum ") && shown.contains("+(2 packed lines, checksum "),
            "{shown}"
        );
        assert!(shown.lines().all(|line| line.chars().count() < 220), "{shown}");
        assert!(shown.starts_with("--- a/install.sh\n+++ a/install.sh (generated)\n"), "{shown}");
    }
}
