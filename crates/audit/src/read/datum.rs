//! Data of TOML, JSON and YAML in one form, each value with its place.
//!
//! The trees of the parsers are not enough: a finding needs a line and a column, `serde_json` keeps no place, and
//! a check reads all three formats alike. What has no place to keep is in `serde_json`'s own tree.

mod json;
mod toml;
mod yaml;

use crate::diagnostic::Located;

pub(crate) use json::json;
pub(crate) use toml::toml;
pub(crate) use yaml::yaml;

/// A value of a file.
#[derive(Clone, Debug)]
pub(crate) enum Datum {
    Text(String),
    Integer(i64),
    Bool(bool),
    List(Vec<Located<Datum>>),
    Table(Table),
    /// What no check asks for: a date, a number with a fraction, nothing.
    Other,
}

/// The members of a table, in the order of the file where its parser keeps it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) members: Vec<Member>,
}

/// A member of a table.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: Located<String>,
    pub(crate) value: Located<Datum>,
}

impl Datum {
    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Bool(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other => "something else",
        }
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The strings of a list; what is none is left out.
    pub(crate) fn texts(&self) -> Vec<Located<&str>> {
        let Self::List(items) = self else { return Vec::new() };
        items.iter().filter_map(|it| Some(Located { value: it.value.text()?, place: it.place.clone() })).collect()
    }
}

impl Table {
    /// The member of a key.
    pub(crate) fn member(&self, key: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.key.value == key)
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Located<Datum>> {
        self.member(key).map(|member| &member.value)
    }

    /// The text of a key, with its place.
    pub(crate) fn text(&self, key: &str) -> Option<Located<&str>> {
        let value = self.get(key)?;
        Some(Located { value: value.value.text()?, place: value.place.clone() })
    }

    /// The table of a key.
    pub(crate) fn table(&self, key: &str) -> Option<&Table> {
        if let Datum::Table(table) = &self.get(key)?.value { Some(table) } else { None }
    }
}
