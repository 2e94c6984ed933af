//! Parsed bytes and their offsets in the script. The offsets differ after backquotes and NUL bytes.

/// A text that is not a slice of the script: the inside of backquotes once unescaped, or a script without its NULs.
pub(super) struct Derived {
    pub(super) bytes: Vec<u8>,
    /// Offset in the script of each byte, and of the end.
    pub(super) origin: Vec<usize>,
}

/// The script without NUL bytes, which the shell ignores; `None` when it has none.
pub(super) fn without_nul(script: &[u8]) -> Option<Derived> {
    if !script.contains(&0) {
        return None;
    }
    let (mut origin, bytes): (Vec<usize>, Vec<u8>) =
        script.iter().enumerate().filter(|&(_, &byte)| byte != 0).map(|(at, &byte)| (at, byte)).unzip();
    origin.push(script.len());
    Some(Derived { bytes, origin })
}

/// Line and column of an offset, both from 1, the column in characters.
///
/// It keeps its position, so that queries with increasing offsets read the script once.
pub(super) struct Lines<'a> {
    script: &'a [u8],
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(script: &'a [u8]) -> Self {
        Lines { script, at: 0, line: 1, column: 1 }
    }

    pub(super) fn position(&mut self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.script.len());
        if offset < self.at {
            *self = Lines::new(self.script);
        }
        for &byte in slice(self.script, self.at, offset) {
            match byte {
                b'\n' => (self.line, self.column) = (self.line.saturating_add(1), 1),
                // A continuation byte of UTF-8. In other encodings the column is wrong.
                0x80..=0xBF => {}
                _ => self.column = self.column.saturating_add(1),
            }
        }
        self.at = offset;
        (self.line, self.column)
    }
}

/// `bytes[start..end]`, clamped instead of panicking.
pub(super) fn slice(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    let end = end.min(bytes.len());
    bytes.get(start.min(end)..end).unwrap_or_default()
}

/// A word's text without the backslash-newlines that the shell drops.
pub(super) fn without_splices(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"\\\n") {
            rest = after;
        } else {
            out.push(byte);
            rest = tail;
        }
    }
    out
}

/// Whether a byte may start a name.
pub(super) const fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Whether a byte is allowed in a name.
pub(super) const fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a text is a name: a letter or `_`, then letters, digits and `_`.
pub(super) fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|&byte| starts_name(byte)) && text.iter().all(|&byte| in_name(byte))
}

/// The text for a message: lossy, on one line, and short.
pub(super) fn quote(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_from_one_and_columns_in_characters() {
        let mut lines = Lines::new("a\né b\n".as_bytes());
        assert_eq!(lines.position(0), (1, 1));
        assert_eq!(lines.position(5), (2, 3));
        assert_eq!(lines.position(2), (2, 1));
        assert_eq!(lines.position(999), (3, 1));
    }

    #[test]
    fn offsets_are_kept_when_nul_bytes_are_removed() {
        assert!(without_nul(b"ab").is_none());
        let text = without_nul(b"a\0b").unwrap_or(Derived { bytes: Vec::new(), origin: Vec::new() });
        assert_eq!((text.bytes.as_slice(), text.origin.as_slice()), (b"ab".as_slice(), [0, 2, 3].as_slice()));
    }

    #[test]
    fn line_continuations_are_removed() {
        assert_eq!(without_splices(b"i\\\nf\\n"), b"if\\n");
    }
}
