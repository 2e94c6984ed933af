//! YAML, by `serde_yaml`, which bounds aliases and nesting; it keeps no places, so these are looked up in the text.

use serde_yaml::Value;

use super::{Datum, Member, Table};
use crate::diagnostic::{DiagnosticPlace, Located};
use crate::source::Source;

/// How many brackets may be open at once; the parser below takes time that grows with the square of their number.
const BRACKETS: usize = 64;

/// Reads a file of YAML that is a mapping; on a fault, what is wrong and its offset.
pub(crate) fn yaml(source: &Source) -> Result<Table, (String, usize)> {
    if let Some(offset) = too_deep(&source.text) {
        return Err((format!("it nests more than {BRACKETS} brackets"), offset));
    }
    let parsed: Value = serde_yaml::from_str(&source.text).map_err(|error| {
        let offset = error.location().map_or(0, |it| it.index());
        (format!("it is not YAML: {error}"), offset.min(source.text.len()))
    })?;
    match parsed {
        Value::Mapping(members) => {
            let member = |(key, value): (Value, Value)| {
                let key = key.as_str()?.to_owned();
                let (at, value_at) = places(source, &key);
                Some(Member { value: datum(&value, &value_at), key: Located { value: key, place: at } })
            };
            Ok(Table { members: members.into_iter().filter_map(member).collect() })
        }
        _ => Err(("expected a mapping".to_owned(), 0)),
    }
}

/// Where more brackets are open than any configuration has; those in texts count, which errs on the safe side.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > BRACKETS {
            return Some(offset);
        }
    }
    None
}

/// The place of a key of the topmost mapping, and its value: the one line that begins with it, as in block style a key
/// of this mapping always does. Otherwise the beginning of the file.
fn places(source: &Source, key: &str) -> (DiagnosticPlace, DiagnosticPlace) {
    let value_of = |line: &str| {
        let rest = ["", "\"", "'"].iter().find_map(|quote| {
            line.strip_prefix(*quote)?
                .strip_prefix(key)?
                .strip_prefix(*quote)?
                .trim_start_matches(' ')
                .strip_prefix(':')
        })?;
        rest.is_empty().then_some(0).or_else(|| rest.starts_with([' ', '\t']).then(|| rest.trim_start().len()))
    };
    let mut lines = source.lines().filter_map(|(start, line)| Some((start, line.len() - value_of(line)?)));
    match (lines.next(), lines.next()) {
        (Some((start, value)), None) => (source.place(start), source.place(start + value)),
        _ => (DiagnosticPlace::start(&source.file), DiagnosticPlace::start(&source.file)),
    }
}

fn datum(value: &Value, place: &DiagnosticPlace) -> Located<Datum> {
    let datum = match value {
        Value::String(text) => Datum::Text(text.clone()),
        Value::Bool(bool) => Datum::Bool(*bool),
        Value::Number(number) => number.as_i64().map_or(Datum::Other, Datum::Integer),
        Value::Sequence(items) => Datum::List(items.iter().map(|item| self::datum(item, place)).collect()),
        Value::Mapping(_) | Value::Null | Value::Tagged(_) => Datum::Other,
    };
    Located { value: datum, place: place.clone() }
}
