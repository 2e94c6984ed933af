//! JSON, by `serde_json`; places come from the slices of the text that it hands out.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Datum, Member, Table};
use crate::diagnostic::Located;
use crate::source::{Source, offset_in};

/// How deep data may nest, more than any entry.
const DEPTH: usize = 32;

/// Reads a file of JSON that is an object; on a fault, what is wrong and its offset.
pub(crate) fn json(source: &Source) -> Result<Table, (String, usize)> {
    let fault = |error: &serde_json::Error| {
        let starts = source.lines().nth(error.line().saturating_sub(1)).map_or(0, |(start, _)| start);
        (format!("it is not JSON: {error}"), (starts + error.column().saturating_sub(1)).min(source.text.len()))
    };
    let raw: &RawValue = serde_json::from_str(&source.text).map_err(|error| fault(&error))?;
    match datum(source, raw, DEPTH).map_err(|error| (format!("it is not JSON: {error}"), 0))?.value {
        Datum::Table(table) => Ok(table),
        other => Err((format!("expected an object, found {}", other.kind()), 0)),
    }
}

fn datum(source: &Source, raw: &RawValue, depth: usize) -> Result<Located<Datum>, String> {
    let text = raw.get();
    let failed = |error: serde_json::Error| error.to_string();
    let depth = depth.checked_sub(1).ok_or("it is nested too deeply")?;
    let datum = match text.as_bytes().first() {
        Some(b'"') => Datum::Text(serde_json::from_str(text).map_err(failed)?),
        Some(b't' | b'f') => Datum::Bool(text == "true"),
        Some(b'{') => {
            let members: Members<'_> = serde_json::from_str(text).map_err(failed)?;
            let member = |(key, value): (String, &RawValue)| {
                let value_at = offset_in(&source.text, value.get());
                // Only whitespace and a colon are between a key and its value.
                let before =
                    source.text.get(..value_at).unwrap_or_default().trim_end_matches([' ', '\t', '\n', '\r', ':']);
                let key_at =
                    before.get(..before.len().saturating_sub(1)).and_then(|it| it.rfind('"')).unwrap_or(value_at);
                Ok(Member { key: source.at(key, key_at), value: self::datum(source, value, depth)? })
            };
            Datum::Table(Table { members: members.0.into_iter().map(member).collect::<Result<_, String>>()? })
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(failed)?;
            Datum::List(items.into_iter().map(|item| self::datum(source, item, depth)).collect::<Result<_, String>>()?)
        }
        _ => text.parse().map_or(Datum::Other, Datum::Integer),
    };
    Ok(source.at(datum, offset_in(&source.text, text)))
}

/// The members of an object, in their order, each value as raw text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((key, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(InOrder).map(Members)
    }
}
