//! Words of commands: their source, and their text with the quotes removed.

use std::borrow::Cow;
use std::ops::Range;

use super::sink::Source;
use super::text::{in_name, slice, starts_name};

/// A word: an argument, an assignment, or the target of a redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// Its range in the script.
    pub range: Range<usize>,
    /// As written; inside backquotes, after their unescaping.
    pub source: Cow<'a, [u8]>,
    /// The text without its quotes. In a word that is not literal, expansions stay as written except `${name}`, which
    /// becomes `$name`, and a literal `$` becomes `\$`.
    pub text: Cow<'a, str>,
    /// Nothing in it expands.
    pub literal: bool,
    /// It has a brace list or range, which bash would expand.
    pub braces: bool,
}

impl Word<'_> {
    /// The text, if nothing in the word expands.
    pub fn literal(&self) -> Option<&str> {
        self.literal.then_some(&*self.text)
    }

    /// Whether the word is literally this text.
    pub fn is(&self, text: &str) -> bool {
        self.literal && self.text == text
    }

    /// The literal text before the first expansion.
    pub fn prefix(&self) -> &str {
        if self.literal {
            return &self.text;
        }
        let end = self.text.bytes().position(|byte| matches!(byte, b'$' | b'`' | b'\\')).unwrap_or(self.text.len());
        self.text.get(..end).unwrap_or_default()
    }

    /// For `name=value`: the name and the text of the value.
    pub fn assignment(&self) -> Option<(&str, &str)> {
        self.text.split_once('=').filter(|(name, _)| super::text::is_name(name.as_bytes()))
    }
}

impl<'a> Word<'a> {
    /// The word at a range of a script that another parser read; `parts` are the ranges in it that expand, in order.
    pub fn read(script: &'a [u8], range: Range<usize>, parts: &[(usize, usize)]) -> Word<'a> {
        let text = slice(script, range.start, range.end);
        let source = Source { text, start: range.start, end: range.end, local: range.start, direct: true };
        Word::new(script, source, parts)
    }

    /// A word with another text.
    pub(super) fn with_text(&self, text: String, literal: bool) -> Word<'a> {
        Word { range: self.range.clone(), source: self.source.clone(), text: Cow::Owned(text), literal, braces: false }
    }

    /// A word from the parser's events; `parts` are the ranges in its text that expand.
    pub(super) fn new(script: &'a [u8], source: Source<'_>, parts: &[(usize, usize)]) -> Word<'a> {
        let range = source.start..source.end;
        let bytes = own(script, source);
        let plain = parts.is_empty() && !bytes.iter().any(|byte| matches!(byte, b'\\' | b'\'' | b'"'));
        let (text, braces) = if plain {
            let text = match &bytes {
                Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
                Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(bytes).into_owned()),
            };
            (text, bytes.contains(&b'{') && expands_braces(&bytes))
        } else {
            let mut reader = Unquoting { parts, local: source.local, ..Unquoting::default() };
            reader.read(&bytes);
            let text = String::from_utf8_lossy(&reader.text).into_owned();
            (Cow::Owned(text), expands_braces(&reader.unquoted))
        };
        Word { range, source: bytes, text, literal: parts.is_empty(), braces }
    }
}

/// The text of a source, borrowed from the script when it is a part of it.
pub(super) fn own<'a>(script: &'a [u8], source: Source<'_>) -> Cow<'a, [u8]> {
    if source.direct {
        Cow::Borrowed(slice(script, source.start, source.start + source.text.len()))
    } else {
        Cow::Owned(source.text.to_vec())
    }
}

/// The placeholder for quoted characters and expansions, where only unquoted characters matter.
const OPAQUE: u8 = 1;

#[derive(Default)]
struct Unquoting<'p> {
    parts: &'p [(usize, usize)],
    local: usize,
    text: Vec<u8>,
    /// The same text with quoted characters and expansions replaced by a placeholder.
    unquoted: Vec<u8>,
}

impl Unquoting<'_> {
    fn read(&mut self, source: &[u8]) {
        let mut quote = None;
        let mut at = 0;
        let local = self.local;
        let relative = move |&(start, end): &(usize, usize)| (start.saturating_sub(local), end.saturating_sub(local));
        let mut parts = self.parts.iter().map(relative).peekable();
        let literal = self.parts.is_empty();
        while let Some(&byte) = source.get(at) {
            if let Some((_, end)) = parts.next_if(|&(start, _)| start == at) {
                self.text.extend(normal(slice(source, at, end)));
                self.unquoted.push(OPAQUE);
                at = end.max(at + 1);
                continue;
            }
            at += 1;
            match (quote, byte) {
                (Some(b'\''), b'\'') | (Some(b'"'), b'"') => quote = None,
                (None, b'\'' | b'"') => {
                    quote = Some(byte);
                    self.unquoted.push(OPAQUE);
                }
                (None | Some(b'"'), b'\\') => {
                    let next = source.get(at).copied();
                    at += 1;
                    match next {
                        Some(b'\n') => {}
                        Some(next) => {
                            if quote.is_some() && !matches!(next, b'\\' | b'`' | b'$' | b'"') {
                                self.character(b'\\', true, literal);
                            }
                            self.character(next, true, literal);
                        }
                        None => self.character(b'\\', true, literal),
                    }
                }
                _ => self.character(byte, quote.is_some(), literal),
            }
        }
    }

    fn character(&mut self, byte: u8, quoted: bool, literal: bool) {
        if byte == b'$' && !literal {
            self.text.push(b'\\');
        }
        self.text.push(byte);
        self.unquoted.push(if quoted { OPAQUE } else { byte });
    }
}

/// An expansion's text, `${name}` written as `$name`.
fn normal(part: &[u8]) -> Vec<u8> {
    match part {
        [b'$', b'{', name @ .., b'}'] if !name.is_empty() && name.iter().all(|&byte| in_name(byte)) => {
            [b"$".as_slice(), name].concat()
        }
        _ => part.to_vec(),
    }
}

/// Whether bash would expand braces in a word whose quoted characters are placeholders.
fn expands_braces(word: &[u8]) -> bool {
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (at, &byte) in word.iter().enumerate() {
        match byte {
            b'{' => open.push((at + 1, false)),
            b',' => {
                if let Some((_, comma)) = open.last_mut() {
                    *comma = true;
                }
            }
            b'}' => {
                if let Some((start, comma)) = open.pop()
                    && (comma || is_range(slice(word, start, at)))
                {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// `1..3`, `a..z`, `1..10..2`.
fn is_range(inside: &[u8]) -> bool {
    let Ok(inside) = std::str::from_utf8(inside) else { return false };
    let number = |end: &str| end.parse::<i64>().is_ok();
    let letter = |end: &str| matches!(end.as_bytes(), [byte] if starts_name(*byte));
    let ends: Vec<&str> = inside.split("..").collect();
    match ends.as_slice() {
        [first, last] => (number(first) && number(last)) || (letter(first) && letter(last)),
        [first, last, step] => number(step) && ((number(first) && number(last)) || (letter(first) && letter(last))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{expands_braces, is_range};

    #[test]
    fn braces_expand_with_a_comma_or_a_range() {
        for word in ["{a,b}", "x{1..3}y", "{a..z}", "{1..9..2}", "{{a,b},c}", "{,x}", "{a}{b,c}", "{-1..1}"] {
            assert!(expands_braces(word.as_bytes()), "{word}");
        }
        for word in ["{}", "{a}", "{a", "a,b}", "{1...3}", "{a..10}", "{..}", "@{u}", "{\u{1},", "\u{1}a,b}"] {
            assert!(!expands_braces(word.as_bytes()), "{word}");
        }
        assert!(is_range(b"01..10"));
    }
}
