//! YAML, by the events of `granit-parser`, which have their places; it bounds the nesting, and this module the aliases.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::{Datum, Member, Table};
use crate::diagnostic::Located;
use crate::source::Source;

/// How deep data may nest, aliases included: what walks it is recursive.
const DEPTH: usize = 64;

/// How many values a file may have once its aliases are replaced.
const VALUES: usize = 100_000;

/// What is wrong, and its offset.
type Fault = (String, usize);

/// Reads a file of YAML that is a mapping; on a fault, what is wrong and its offset.
pub(crate) fn yaml(source: &Source) -> Result<Table, Fault> {
    let mut reader = Reader { source, open: Vec::new(), anchors: BTreeMap::new(), values: 0, documents: 0, root: None };
    for event in Parser::new_from_str(&source.text) {
        let (event, span) = event.map_err(|error| {
            let offset = error.marker().byte_offset().unwrap_or_default().min(source.text.len());
            (format!("it is not YAML: {}", error.kind()), offset)
        })?;
        reader.take(event, span).map_err(|(why, offset)| (format!("it is not YAML: {why}"), offset))?;
    }
    match reader.root.map(|it| it.located.value) {
        Some(Datum::Table(table)) => Ok(table),
        _ => Err(("expected a mapping".to_owned(), 0)),
    }
}

/// A value with what its size is.
#[derive(Clone, Debug)]
struct Node {
    located: Located<Datum>,
    offset: usize,
    /// How many values it has, itself included.
    values: usize,
    /// How deep it nests.
    depth: usize,
}

/// A list or a mapping that has not ended.
struct Open {
    /// Where it begins.
    offset: usize,
    anchor: usize,
    values: usize,
    depth: usize,
    holds: Holds,
}

enum Holds {
    Items(Vec<Located<Datum>>),
    /// Members, their keys, and what comes next.
    Members(Vec<Member>, BTreeSet<String>, Next),
}

/// What comes next in a mapping.
enum Next {
    Key,
    /// The value of this key.
    Value(Located<String>),
    /// The value of a key that is not a text, which no check asks for.
    Ignored,
}

struct Reader<'s> {
    source: &'s Source,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    values: usize,
    documents: usize,
    root: Option<Node>,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let offset = span.start.byte_offset().unwrap_or_default().min(self.source.text.len());
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(("it has more than one document".to_owned(), offset));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                let datum = if is_plain { plain(&text) } else { Datum::Text(text.into_owned()) };
                self.add(Node { located: self.source.at(datum, offset), offset, values: 1, depth: 1 }, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => self.begin(offset, anchor, Holds::Items(Vec::new()))?,
            Event::MappingStart(_, anchor, _) => {
                self.begin(offset, anchor, Holds::Members(Vec::new(), BTreeSet::new(), Next::Key))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end()?,
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let mut node = node.ok_or_else(|| ("an alias refers to the value around it".to_owned(), offset))?;
                node.located.place = self.source.place(offset);
                node.offset = offset;
                self.add(node, 0)?;
            }
            Event::UnresolvedAlias(name) => return Err((format!("the alias `{name}` has no anchor"), offset)),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, offset: usize, anchor: usize, holds: Holds) -> Result<(), Fault> {
        if self.open.len() >= DEPTH {
            return Err((format!("it nests more than {DEPTH} deep"), offset));
        }
        self.open.push(Open { offset, anchor, values: 1, depth: 1, holds });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(Open { offset, anchor, values, depth, holds }) = self.open.pop() else { return Ok(()) };
        let datum = match holds {
            Holds::Items(items) => Datum::List(items),
            Holds::Members(members, ..) => Datum::Table(Table { members }),
        };
        // Its values were counted when they were added.
        self.values = self.values.saturating_sub(values - 1);
        self.add(Node { located: self.source.at(datum, offset), offset, values, depth }, anchor)
    }

    /// Adds a value to what is open.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        let offset = node.offset;
        self.values = self.values.saturating_add(node.values);
        if self.values > VALUES {
            return Err((format!("its aliases make more than {VALUES} values of it"), offset));
        }
        if self.open.len() + node.depth > DEPTH {
            return Err((format!("it nests more than {DEPTH} deep"), offset));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.values = open.values.saturating_add(node.values);
        open.depth = open.depth.max(node.depth + 1);
        match &mut open.holds {
            Holds::Items(items) => items.push(node.located),
            Holds::Members(members, keys, next) => match std::mem::replace(next, Next::Key) {
                Next::Key => {
                    let Located { value, place } = node.located;
                    let Datum::Text(value) = value else {
                        *next = Next::Ignored;
                        return Ok(());
                    };
                    if !keys.insert(value.clone()) {
                        return Err((format!("duplicate key `{}`", crate::diagnostic::quoted(&value)), offset));
                    }
                    *next = Next::Value(Located { value, place });
                }
                Next::Value(key) => members.push(Member { key, value: node.located }),
                Next::Ignored => {}
            },
        }
        Ok(())
    }
}

/// A word without quotes, by the core schema of YAML 1.2.
fn plain(text: &str) -> Datum {
    match text {
        "true" | "True" | "TRUE" => Datum::Bool(true),
        "false" | "False" | "FALSE" => Datum::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Datum::Other,
        text => match text.strip_prefix('+').unwrap_or(text).parse::<i64>() {
            Ok(number) => Datum::Integer(number),
            Err(_) if is_number(text) => Datum::Other,
            Err(_) => Datum::Text(text.to_owned()),
        },
    }
}

/// Whether a word is a number that no check asks for.
fn is_number(text: &str) -> bool {
    let starts = text.trim_start_matches(['+', '-']).starts_with(|first: char| first.is_ascii_digit() || first == '.');
    starts && text.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, Fault> {
        yaml(&Source::new(&"a.yaml".into(), text.to_owned()))
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize, usize, &str)]) {
        let table = read(text).expect("it is YAML");
        let found: Vec<_> = table
            .members
            .iter()
            .map(|it| (&*it.key.value, it.value.place.line, it.value.place.column, format!("{:?}", it.value.value)))
            .collect();
        let expected: Vec<_> = expected.iter().map(|it| (it.0, it.1, it.2, it.3.to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_have_their_kinds_and_places() {
        check("a: b\nc:   'd'\n", &[("a", 1, 4, "Text(\"b\")"), ("c", 2, 6, "Text(\"d\")")]);
        check(
            "a: 1\nb: true\nc: \"1\"\n",
            &[("a", 1, 4, "Integer(1)"), ("b", 2, 4, "Bool(true)"), ("c", 3, 4, "Text(\"1\")")],
        );
        check(
            "a: 1.5\nb: ~\nc: 1.2.3\n",
            &[("a", 1, 4, "Other"), ("b", 2, 4, "Other"), ("c", 3, 4, "Text(\"1.2.3\")")],
        );
        check("é: off\n", &[("é", 1, 4, "Text(\"off\")")]);
        check("a: |\n  b\n  c\n", &[("a", 2, 3, "Text(\"b\\nc\\n\")")]);
        check("1: a\nb: c\n", &[("b", 2, 4, "Text(\"c\")")]);
    }

    #[test]
    fn aliases_are_replaced() {
        let table = read("a: &x [1, 2]\nb: *x\n").expect("it is YAML");
        let list = table.get("b").expect("it is there");
        assert!(matches!(&list.value, Datum::List(items) if items.len() == 2));
        assert_eq!((list.place.line, list.place.column), (2, 4));
    }

    #[test]
    fn hostile_files_are_refused() {
        let fault = |text: &str| read(text).expect_err("it is refused").0;
        assert_eq!(fault("a: &a\n  b: *a\n"), "it is not YAML: an alias refers to the value around it");
        assert_eq!(fault("a: 1\na: 2\n"), "it is not YAML: duplicate key `a`");
        assert_eq!(fault("a: 1\n---\nb: 1\n"), "it is not YAML: it has more than one document");
        assert_eq!(fault("- a\n"), "expected a mapping");
        // Each level is shallow, and doubles the depth of the one before.
        let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(40), "]".repeat(40));
        let deep = format!("a: &a {}\nb: &b {}\n", nested("1"), nested("*a"));
        assert_eq!(fault(&deep), "it is not YAML: it nests more than 64 deep");
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(9);
            bomb.extend([format!("a{level}: &a{level} [{before}*a{}]\n", level - 1)]);
        }
        assert_eq!(fault(&bomb), "it is not YAML: its aliases make more than 100000 values of it");
    }
}
