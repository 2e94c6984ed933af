//! What an agent requires of the image.

use proc_macro2::Delimiter;
use registry_model::check::{Field, Part, Place};
use registry_model::model::{ImageNeed, ImageNeedKind};

use super::cursor::Cursor;
use super::draft::Draft;
use super::fields::{argument_key, arguments, either, known_word, text, unknown_argument};
use crate::syntax::{Cx, Diagnostic};

pub(super) fn parse_image<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[certificates, tool(\"git\", debian: \"git\")]`")?;
    let mut needs = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_need(cx, needs.len(), piece);
        needs.extend(cx.take(parsed));
    }
    draft.agent.image = cx.list(&needs);
    Ok(())
}

fn parse_need<'b>(cx: &mut Cx<'b>, index: usize, mut piece: Cursor) -> Result<ImageNeed<'b>, Diagnostic> {
    let place = Place::field(Field::Image).item(index);
    let fault = piece.expected(&either::<ImageNeedKind>());
    let Ok(kind) = piece.ident("a word") else { return Err(fault) };
    cx.mark(place, kind.span());
    let Some(known) = known_word(&kind) else {
        let help = format!("expected {}", either::<ImageNeedKind>());
        return Err(Diagnostic::new(kind.span(), format!("unknown requirement on the image `{kind}`"), help));
    };
    if known == ImageNeedKind::Certificates {
        piece.end()?;
        return Ok(ImageNeed::Certificates);
    }
    let group = piece.group(Delimiter::Parenthesis, "`(\"name\", debian: \"package\")`")?;
    piece.end()?;
    let mut pieces = arguments(Cursor::of(&group)).into_iter();
    let mut first = pieces.next().unwrap_or_else(|| Cursor::of(&group));
    let name = text(cx, place.part(Part::Name), &mut first, "its name")?;
    first.end()?;
    let mut package = None;
    for mut argument in pieces {
        let key = argument_key(&mut argument)?;
        if key != "debian" {
            return Err(unknown_argument(&key, &["debian"]));
        }
        package = Some(text(cx, place.part(Part::Value), &mut argument, "the Debian package that has it")?);
        argument.end()?;
    }
    let Some(debian) = package else {
        let help =
            format!("write `{kind}(\"{name}\", debian: \"…\")`: an install prints the package where it is missing");
        return Err(Diagnostic::new(kind.span(), format!("missing `debian` in `{kind}`"), help));
    };
    Ok(match known {
        ImageNeedKind::Library => ImageNeed::Library { name, debian },
        ImageNeedKind::Tool | ImageNeedKind::Certificates => ImageNeed::Tool { name, debian },
    })
}
