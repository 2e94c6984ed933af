//! A reader and writer of JSON, small because the encoded form of values needs no more and this crate has no
//! dependencies.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl Json<'_> {
    /// The member of an object: of several with one key the last, as everywhere.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().rfind(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// How deep lists may be nested: deeper than any file of an agent, and no danger to a stack.
pub(crate) const MAX_DEPTH: usize = 128;

/// Reads the whole of a text.
pub(crate) fn parse(text: &str) -> Option<Json<'_>> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.blank();
    reader.rest.is_empty().then_some(value)
}

/// Appends a text as a JSON string.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn blank(&mut self) {
        // What `write` makes has no blanks, and the macros read it without optimisation.
        if matches!(self.rest.as_bytes().first(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.rest = self.rest.trim_start_matches([' ', '\n', '\t', '\r']);
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blank();
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        self.rest = rest;
        true
    }

    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        self.blank();
        match self.rest.as_bytes().first()? {
            b'[' if depth < MAX_DEPTH => self.list(depth),
            b'{' if depth < MAX_DEPTH => self.object(depth),
            b'"' => self.string().map(Json::String),
            b'-' | b'0'..=b'9' => self.number(),
            _ if self.eat("null") => Some(Json::Null),
            _ if self.eat("true") => Some(Json::Bool(true)),
            _ if self.eat("false") => Some(Json::Bool(false)),
            _ => None,
        }
    }

    fn list(&mut self, depth: usize) -> Option<Json<'a>> {
        self.rest = self.rest.get(1..)?;
        let mut items = Vec::new();
        if self.eat("]") {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat("]") {
                return Some(Json::List(items));
            }
            if !self.eat(",") {
                return None;
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json<'a>> {
        self.rest = self.rest.get(1..)?;
        let mut members = Vec::new();
        if self.eat("}") {
            return Some(Json::Object(members));
        }
        loop {
            self.blank();
            let key = if self.rest.starts_with('"') { self.string()? } else { return None };
            if !self.eat(":") {
                return None;
            }
            members.push((key, self.value(depth + 1)?));
            if self.eat("}") {
                return Some(Json::Object(members));
            }
            if !self.eat(",") {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<Json<'a>> {
        let end =
            self.rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(Json::Number(number))
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let body = self.rest.get(1..)?;
        let (plain, rest) = body.split_once('"')?;
        if plain.contains('\\') {
            return self.escaped(body);
        }
        self.rest = rest;
        Some(Cow::Borrowed(plain))
    }

    fn escaped(&mut self, body: &'a str) -> Option<Cow<'a, str>> {
        let mut text = String::new();
        let mut chars = body.char_indices();
        while let Some((index, char)) = chars.next() {
            match char {
                '"' => {
                    self.rest = body.get(index + 1..)?;
                    return Some(Cow::Owned(text));
                }
                '\\' => match chars.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).map(|(_, digit)| digit).collect();
                        text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                    }
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_round_trip() {
        for text in ["", "plain", "a\"b\\c\nd\te\r", "\u{1}\u{1f}é𝄞", "${x} `y`"] {
            let mut encoded = String::new();
            write_string(text, &mut encoded);
            assert_eq!(parse(&encoded), Some(Json::String(Cow::Borrowed(text))), "{encoded}");
        }
    }

    #[test]
    fn json_objects_are_parsed() {
        let object = parse(r#" { "a" : [1, "x"], "b\"": {}, "a": null } "#).expect("it is JSON");
        assert_eq!((object.get("a"), object.get("c")), (Some(&Json::Null), None));
        assert_eq!(object.get("b\""), Some(&Json::Object(Vec::new())));
        for text in ["{", "{}}", "{1:2}", "{\"a\"}", "{\"a\":1,}", "{\"a\" 1}", "{a:1}"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_rejected() {
        assert_eq!(parse(&"[".repeat(100_000)), None);
        assert_eq!(parse(&"{\"a\":".repeat(100_000)), None);
        assert!(parse(&format!("{}1{}", "[".repeat(100), "]".repeat(100))).is_some());
    }
}
