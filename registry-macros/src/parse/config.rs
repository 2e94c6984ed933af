//! The files that an agent is given at launch.

use proc_macro2::Delimiter;
use registry_model::check::{Field, Part, Place};
use registry_model::model::{ConfigFile, FileFormat, Owner};
use registry_model::template::Template;

use super::cursor::Cursor;
use super::draft::Draft;
use super::fields::{allow, argument_key, arguments, either, known_word, listed, text, unknown_argument, word};
use super::value::{parse_condition, parse_template_if};
use crate::syntax::{Cx, Diagnostic};

pub(super) fn parse_config<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[json(\"~/…\") { … }]`")?;
    let mut files = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_config_file(cx, draft, files.len(), piece);
        files.extend(cx.take(parsed));
    }
    draft.agent.config = cx.list(&files);
    Ok(())
}

fn parse_config_file<'b>(
    cx: &mut Cx<'b>,
    draft: &mut Draft<'b>,
    index: usize,
    mut piece: Cursor,
) -> Result<ConfigFile<'b>, Diagnostic> {
    let place = Place::field(Field::Config).item(index);
    let body_place = place.part(Part::Value);
    let kind = piece.ident(&either::<FileFormat>())?;
    cx.mark(place, kind.span());
    cx.mark(place.part(Part::FileFormat), kind.span());
    let Some(format) = known_word::<FileFormat>(&kind) else {
        let help = format!("expected one of {}", listed(FileFormat::ALL.iter().map(|it| it.word())));
        return Err(Diagnostic::new(kind.span(), format!("unknown file format `{kind}`"), help));
    };
    let group = piece.group(Delimiter::Parenthesis, "`(\"~/path\", …)`")?;
    let mut options = arguments(Cursor::of(&group)).into_iter();
    let mut first = options.next().unwrap_or_else(|| Cursor::of(&group));
    let path = text(cx, place.part(Part::Path), &mut first, "the path of a file")?;
    first.end()?;
    let mut file = ConfigFile { path, format, owner: Owner::Keys, mode: ConfigFile::DEFAULT_MODE, body: Template("") };
    let mut condition = None;
    for mut option in options {
        if option.eat_word("if") {
            condition = Some(parse_condition(cx, body_place, &mut option)?);
        } else {
            let key = argument_key(&mut option)?;
            match key.to_string().as_str() {
                "owner" => file.owner = owner(cx, place.part(Part::Owner), &mut option)?,
                "mode" => file.mode = mode(cx, place.part(Part::Mode), &mut option)?,
                "allow" => allow(cx, &mut draft.allows, Some(place), &mut option)?,
                _ => return Err(unknown_argument(&key, &["if", "owner", "mode", "allow"])),
            }
        }
        option.end()?;
    }
    file.body = parse_template_if(cx, body_place, condition, piece)?;
    Ok(file)
}

/// `Keys` or `Whole`.
pub(super) fn owner(cx: &mut Cx<'_>, place: Place, cursor: &mut Cursor) -> Result<Owner, Diagnostic> {
    let ident = cursor.ident(&either::<Owner>())?;
    Ok(word(cx, place, &ident, Owner::Keys))
}

fn mode(cx: &mut Cx<'_>, place: Place, cursor: &mut Cursor) -> Result<u32, Diagnostic> {
    let (span, mode, _) = cursor.integer("permission bits, like `0o600`")?;
    cx.mark(place, span);
    if mode > 0o777 {
        return Err(Diagnostic::new(span, format!("`{mode:#o}` is not a file mode"), "write it in octal: `0o600`"));
    }
    Ok(mode)
}
