//! A configuration file as it will be written: an evaluated value of an entry, and its text in the file's format.
//!
//! It is not a JSON tree: items may be for a list that exists already, members keep their order and numbers their text,
//! and the file may be TOML.

use std::fmt::Write as _;

use registry_model::model::FileFormat;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// The first line of a TOML file, by which the launcher recognises its own files.
const TOML_MARK: &str = "# Written by the launcher at every start.\n";

/// A value in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// Items that are added to an existing list.
    Append(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The value as a part of a text.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Number(text) | Self::Text(text) => text,
            Self::Bool(bool) => bool.to_string(),
            Self::Null | Self::List(_) | Self::Append(_) | Self::Object(_) => String::new(),
        }
    }

    /// Whether it is a list or an object without anything in it.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::List(items) | Self::Append(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// Its texts: keys and values, however deep.
    pub(crate) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) | Self::Append(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Object(members) => {
                members.iter().flat_map(|(key, value)| core::iter::once(key.as_str()).chain(value.texts())).collect()
            }
            Self::Null | Self::Bool(_) | Self::Number(_) => Vec::new(),
        }
    }

    /// Merges another body of the same file into this one: objects recursively, items are added, the rest is replaced.
    pub(crate) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Object(members), Self::Object(others)) => {
                for (key, node) in others {
                    match members.iter_mut().find(|(name, _)| *name == key) {
                        Some((_, there)) => there.merge(node),
                        None => members.push((key, node)),
                    }
                }
            }
            (Self::List(items) | Self::Append(items), Self::Append(others)) => {
                let new: Vec<Self> = others.into_iter().filter(|item| !items.contains(item)).collect();
                items.extend(new);
            }
            (there, other) => *there = other,
        }
    }

    /// The text of a file.
    pub(crate) fn print(&self, format: FileFormat) -> String {
        let mut out = String::new();
        if let (FileFormat::Toml, Self::Object(members)) = (format, self) {
            out.push_str(TOML_MARK);
            table(members, &mut Vec::new(), &mut out);
        } else {
            // The macro rejects numbers that are not JSON.
            out.push_str(&serde_json::to_string_pretty(self).unwrap_or_default());
            out.push('\n');
        }
        out
    }
}

/// As JSON: members in their order, a number as it is written.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(number) => {
                RawValue::from_string(number.clone()).map_err(S::Error::custom)?.serialize(serializer)
            }
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) | Self::Append(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// Writes a TOML table: plain values first, since a table ends only where the next begins.
fn table<'n>(members: &'n [(String, Node)], place: &mut Vec<&'n str>, out: &mut String) {
    let (tables, plain): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| matches!(value, Node::Object(_)));
    if !place.is_empty() && (!plain.is_empty() || tables.is_empty()) {
        let head: Vec<String> = place.iter().map(|key| toml_key(key)).collect();
        let _ = writeln!(out, "\n[{}]", head.join("."));
    }
    for (key, value) in plain {
        let _ = writeln!(out, "{} = {}", toml_key(key), toml(value));
    }
    for (key, value) in tables {
        if let Node::Object(members) = value {
            place.push(key);
            table(members, place, out);
            place.pop();
        }
    }
}

/// Data as JSON text. The keys of all data here are strings, so this cannot fail.
pub(super) fn json(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

fn toml_key(key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-');
    if plain { key.to_owned() } else { toml_string(key) }
}

/// A text as a TOML string: JSON's escapes are valid, and the delete character must be escaped too.
fn toml_string(text: &str) -> String {
    json(&text).replace('\u{7f}', "\\u007f")
}

fn toml(node: &Node) -> String {
    match node {
        // The rule C004 rejects a null in TOML.
        Node::Null => "\"\"".to_owned(),
        Node::Bool(bool) => bool.to_string(),
        Node::Number(number) => number.clone(),
        Node::Text(text) => toml_string(text),
        Node::List(items) | Node::Append(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Node::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{} = {}", toml_key(key), toml(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}
