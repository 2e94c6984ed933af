//! Variables with their values: `{ NAME = value, … }`.

use proc_macro2::{Delimiter, Ident};
use registry_model::check::Place;
use registry_model::model::Mapping;

use super::cursor::Cursor;
use super::value::parse_template;
use crate::syntax::{Cx, Diagnostic};

/// `{ NAME = value, … }`; the function gives the places of a name and of its value.
pub(super) fn mappings<'b>(
    cx: &mut Cx<'b>,
    cursor: &mut Cursor,
    places: impl Fn(usize) -> (Place, Place),
) -> Result<&'b [Mapping<'b>], Diagnostic> {
    let group = cursor.group(Delimiter::Brace, "`{ NAME = value, … }`")?;
    let mut mappings = Vec::new();
    for mut piece in Cursor::of(&group).split() {
        let (at_name, at_value) = places(mappings.len());
        let Some(name) = cx.take(mapping_name(&mut piece)) else { continue };
        let value = parse_template(cx, at_value, piece);
        cx.mark(at_name, name.span());
        if let Some(value) = cx.take(value) {
            mappings.push(Mapping { name: cx.text(&name.to_string()), value });
        }
    }
    Ok(cx.list(&mappings))
}

/// `NAME =`; what JSON or a struct would have there is shown as it should be.
fn mapping_name(piece: &mut Cursor) -> Result<Ident, Diagnostic> {
    let (span, quoted) = (piece.span(), piece.string(""));
    let name = if let Ok((_, text)) = quoted {
        text
    } else {
        let name = piece.ident("the name of a variable")?;
        if !piece.is_punct(':') {
            piece.punct('=')?;
            return Ok(name);
        }
        name.to_string()
    };
    let mut rest = piece.clone();
    if rest.is_punct(':') || rest.is_punct('=') {
        rest.next();
    }
    let value = Some(rest.text()).filter(|it| !it.is_empty() && it.len() <= 60);
    let help = format!("write `{name} = {}`", value.as_deref().unwrap_or("…"));
    Err(Diagnostic::new(span, "expected `NAME = value`", help))
}
