//! TOML, by the crate of that name, which keeps spans and bounds the nesting.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Datum, Member, Table};
use crate::diagnostic::Located;
use crate::source::Source;

/// Reads a file of TOML; on a fault, what is wrong and its offset.
pub(crate) fn toml(source: &Source) -> Result<Table, (String, usize)> {
    let parsed = DeTable::parse(&source.text);
    let parsed = parsed.map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        (format!("it is not TOML: {}", error.message()), offset)
    })?;
    Ok(table(source, parsed.get_ref()))
}

fn table(source: &Source, table: &DeTable<'_>) -> Table {
    let member = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| Member {
        key: source.at(key.get_ref().to_string(), key.span().start),
        value: datum(source, value),
    };
    let mut members: Vec<Member> = table.iter().map(member).collect();
    members.sort_by(|one, other| one.key.place.cmp(&other.key.place));
    Table { members }
}

fn datum(source: &Source, value: &Spanned<DeValue<'_>>) -> Located<Datum> {
    let datum = match value.get_ref() {
        DeValue::String(text) => Datum::Text(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Datum::Other, Datum::Integer)
        }
        DeValue::Boolean(bool) => Datum::Bool(*bool),
        DeValue::Array(items) => Datum::List(items.iter().map(|item| self::datum(source, item)).collect()),
        DeValue::Table(inner) => Datum::Table(table(source, inner)),
        DeValue::Float(_) | DeValue::Datetime(_) => Datum::Other,
    };
    source.at(datum, value.span().start)
}
