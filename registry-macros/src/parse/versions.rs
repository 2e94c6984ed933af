//! `also`: other versions of an agent. Each is the entry once more, with another lock and the fields that differ.

use proc_macro2::{Delimiter, Group, Span};
use registry_model::check::{Field, Place};
use registry_model::model::{Agent, is_exact_version};

use super::cursor::Cursor;
use super::fields::{RawField, collect_field, here};
use crate::syntax::{Cx, Diagnostic};

/// Another version of an agent, as the entry says it.
pub(crate) struct OtherVersion {
    /// The version, as it was written.
    pub(crate) version: String,
    pub(crate) span: Span,
    /// The fields in braces behind it.
    fields: Option<Group>,
}

/// What belongs to the entry as a whole.
const OF_THE_ENTRY: [&str; 2] = ["aliases", "also"];

/// Reads `["1.0.0", "0.9.0" { field: value }]` of the agent of a name: what its constant refers to, and what is read again
/// for each version.
pub(super) fn parse_also<'b>(
    cx: &mut Cx<'b>,
    agent: &str,
    cursor: &mut Cursor,
) -> Result<(&'b [&'b Agent<'b>], Vec<OtherVersion>), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[\"1.0.0\"]`")?;
    let (mut versions, mut others): (Vec<&'b Agent<'b>>, Vec<OtherVersion>) = (Vec::new(), Vec::new());
    for (index, mut piece) in Cursor::of(&group).split().into_iter().enumerate() {
        let (literal, version) = piece.string("a version in quotes")?;
        cx.mark(Place::field(Field::Also).item(index), literal.span());
        let fields = if piece.is_empty() { None } else { Some(piece.group(Delimiter::Brace, "`{ field: value }`")?) };
        piece.end()?;
        // A rule reports what is not a version or occurs twice; it has no constant.
        if is_exact_version(&version) && others.iter().all(|it| it.version != version) {
            others.push(OtherVersion { version: version.clone(), span: literal.span(), fields });
        }
        let name = cx.text(&format!("{agent}@{version}"));
        versions.push(cx.bump.alloc(Agent { name, ..Agent::EMPTY }));
    }
    if versions.is_empty() {
        return Err(Diagnostic::new(here(cursor), "`also` is empty", "remove the field, or name a version in it"));
    }
    Ok((cx.list(&versions), others))
}

impl OtherVersion {
    /// Its fields: its own, and those of the entry that it does not give.
    pub(super) fn fields(&self, cx: &mut Cx<'_>, mut entry: Vec<RawField>) -> Vec<RawField> {
        let mut own = Vec::new();
        for piece in self.fields.as_ref().map(|body| Cursor::of(body).split()).unwrap_or_default() {
            collect_field(cx, "AgentEntry", piece, &mut own);
        }
        let belongs_to_entry = |field: &RawField| OF_THE_ENTRY.iter().any(|it| field.key == it);
        for field in own.iter().filter(|it| belongs_to_entry(it)) {
            let message = format!("`{}` is not a field of a single version", field.key);
            cx.error(field.key.span(), message, "move it out of the braces, to the fields of the entry");
        }
        own.retain(|it| !belongs_to_entry(it));
        entry.retain(|field| !belongs_to_entry(field) && own.iter().all(|it| it.key != field.key));
        entry.append(&mut own);
        entry
    }
}
