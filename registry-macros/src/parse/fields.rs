//! The parts of all entries: a doc comment, a name, and fields in braces.

use proc_macro2::{Delimiter, Ident, Span};
use quote::{quote, quote_spanned};
use registry_model::check::{Field, Part, Place};
use registry_model::entry::AgentEntry;
use registry_model::model::{Allow, Word};
use registry_model::names::{is_snake, nearest};

use super::cursor::Cursor;
use crate::span::before;
use crate::syntax::{Cx, Diagnostic};

/// The head of an entry.
pub(super) struct Head {
    pub(super) name: Ident,
    pub(super) description: String,
    pub(super) fields: Vec<RawField>,
}

/// A field whose value is still tokens.
pub(super) struct RawField {
    pub(super) key: Ident,
    pub(super) value: Cursor,
}

/// Reads `/// doc` `name { key: value, … }`; none when there is no name.
pub(super) fn parse_head(cx: &mut Cx<'_>, cursor: &mut Cursor, what: &str, entry: &'static str) -> Option<Head> {
    let description = cx.take(doc(cursor))?;
    let name = cx.take(cursor.ident(&format!("the name of {what}")))?;
    cx.mark(Place::field(Field::Name), name.span());
    if cursor.is_punct('-') {
        let help = "write an identifier with underscores; the kebab-case id is derived from it";
        cx.error(name.span(), format!("the name of {what} must not contain hyphens"), help);
        return None;
    }
    if !is_snake(&name.to_string()) {
        let help = "use lower-case letters, digits and single underscores; the kebab-case id is derived from it";
        cx.error(name.span(), format!("`{name}` is not a snake-case name"), help);
    }
    let mut fields = Vec::new();
    let body = cursor.group(Delimiter::Brace, "`{ field: value, … }`").and_then(|body| cursor.end().map(|()| body));
    if let Some(body) = cx.take(body) {
        for piece in Cursor::of(&body).split() {
            collect_field(cx, entry, piece, &mut fields);
        }
    }
    Some(Head { name, description, fields })
}

/// Has rustc resolve a key: an editor shows what the field says, and an unknown one is E0609 with the similar names.
fn resolve_field(cx: &mut Cx<'_>, entry: &'static str, key: &Ident) {
    let access = quote_spanned!(before(key.span(), Span::call_site())=> it.);
    cx.field(entry, quote!(let _ = &#access #key;));
}

/// Reads `key:` of a part in a field's braces, and has rustc resolve it where it is known.
pub(super) fn part_key(
    cx: &mut Cx<'_>,
    entry: &'static str,
    known: &[&str],
    piece: &mut Cursor,
) -> Result<Ident, Diagnostic> {
    let key = argument_key(piece)?;
    if !known.iter().any(|word| key == word) {
        return Err(unknown_argument(&key, known));
    }
    resolve_field(cx, entry, &key);
    Ok(key)
}

/// Reads `key: value` of an entry, which may have the key once.
pub(super) fn collect_field(cx: &mut Cx<'_>, entry: &'static str, mut piece: Cursor, fields: &mut Vec<RawField>) {
    let Some(key) = cx.take(piece.ident("a field")) else { return };
    if cx.take(piece.punct(':')).is_none() {
        return;
    }
    resolve_field(cx, entry, &key);
    if fields.iter().any(|field| field.key == key) {
        cx.error(key.span(), format!("duplicate field `{key}`"), "keep one of them");
        return;
    }
    if piece.is_empty() {
        cx.error(key.span(), format!("the field `{key}` has no value"), "");
        return;
    }
    fields.push(RawField { key, value: piece });
}

/// The doc comments at the beginning, joined.
pub(super) fn doc(cursor: &mut Cursor) -> Result<String, Diagnostic> {
    let mut lines = Vec::new();
    while cursor.eat('#') {
        let attribute = cursor.group(Delimiter::Bracket, "an attribute")?;
        let mut inner = Cursor::of(&attribute);
        if !inner.eat_word("doc") {
            return Err(Diagnostic::new(
                attribute.span(),
                "only doc comments are allowed as attributes of an entry",
                "write `/// …`",
            ));
        }
        inner.punct('=')?;
        lines.push(inner.string("a text")?.1.trim().to_owned());
    }
    Ok(lines.join("\n").trim().to_owned())
}

/// Leaves an unknown field to rustc. The misspelt field is unknown too, so rules that read it are skipped.
pub(super) fn unknown_field(cx: &mut Cx<'_>, known: &[&str], key: &Ident) {
    cx.leave_to_rustc();
    cx.broken_fields.extend(nearest(&key.to_string(), known.iter().copied()).map(str::to_owned));
}

/// A closed word of an entry that is the name of a variant. One that resembles a known one is left to rustc, whose
/// error has the similar variants.
pub(super) fn word<T: Word>(cx: &mut Cx<'_>, place: Place, ident: &Ident, default: T) -> T {
    word_of(cx, place, ident, T::ALL, default)
}

/// The same for some of the words.
pub(super) fn word_of<T: Word>(cx: &mut Cx<'_>, place: Place, ident: &Ident, words: &[T], default: T) -> T {
    let known = words.iter().copied().find(|it| ident == it.word());
    let text = ident.to_string();
    if known.is_none() && nearest(&text, words.iter().map(|it| it.word())).is_none() {
        cx.mark(place, ident.span());
        cx.push(unknown_word(ident.span(), &text, words));
    } else {
        cx.word(place, ident, known.is_some());
    }
    known.unwrap_or(default)
}

/// A closed word that must come next: an item of a list, or behind a field's name and colon, which help shows with it.
pub(super) fn closed_word<T: Word>(field: &str, cursor: &mut Cursor) -> Result<T, Diagnostic> {
    let form = |written: &str| {
        let words = || T::ALL.iter().map(|it| it.word());
        let near = nearest(&written.to_lowercase(), words()).or_else(|| words().next());
        format!("{field}{}", near.unwrap_or_default())
    };
    let what = either::<T>();
    let fault = if field.is_empty() { cursor.expected(&what) } else { cursor.expected_form(&what, form) };
    let Ok(ident) = cursor.ident("a word") else { return Err(fault) };
    known_word(&ident).ok_or(fault)
}

/// The closed word that an identifier is.
pub(super) fn known_word<T: Word>(ident: &Ident) -> Option<T> {
    T::ALL.iter().copied().find(|it| ident == it.word())
}

/// The words of a closed set: `` `a`, `b` or `c` ``.
pub(super) fn either<T: Word>() -> String {
    let mut words: Vec<String> = T::ALL.iter().map(|it| format!("`{}`", it.word())).collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() { last } else { format!("{} or {last}", words.join(", ")) }
}

/// An error for an unknown word, with the similar one or with all of them.
pub(super) fn unknown_word<T: Word>(span: Span, text: &str, words: &[T]) -> Diagnostic {
    let letters = |text: &str| -> String {
        text.chars().filter(|char| char.is_alphanumeric()).map(|char| char.to_ascii_lowercase()).collect()
    };
    let wanted = letters(text);
    let words = || words.iter().map(|it| it.word());
    let help = match words().find(|word| !wanted.is_empty() && letters(word).starts_with(&wanted)) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("expected one of {}", listed(words())),
    };
    Diagnostic::new(span, format!("unknown word `{text}`"), help)
}

/// Words in backticks, with commas between.
pub(super) fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A list of texts; each is marked as an item of the field.
pub(super) fn texts<'b>(cx: &mut Cx<'b>, field: Field, cursor: &mut Cursor) -> Result<&'b [&'b str], Diagnostic> {
    marked_texts(cx, cursor, |index| Place::field(field).item(index))
}

/// A list of texts, each marked at a place of its own.
pub(super) fn marked_texts<'b>(
    cx: &mut Cx<'b>,
    cursor: &mut Cursor,
    place: impl Fn(usize) -> Place,
) -> Result<&'b [&'b str], Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[\"…\"]`")?;
    let mut items = Vec::new();
    for (index, mut piece) in Cursor::of(&group).split().into_iter().enumerate() {
        let parsed = piece.string("a string in quotes").and_then(|it| piece.end().map(|()| it));
        if let Some((literal, item)) = cx.take(parsed) {
            cx.mark(place(index), literal.span());
            items.push(cx.text(&item));
        }
    }
    Ok(cx.list(&items))
}

/// A list of variables, each marked as an item of the field.
pub(super) fn variables<'b>(cx: &mut Cx<'b>, field: Field, cursor: &mut Cursor) -> Result<&'b [&'b str], Diagnostic> {
    marked_variables(cx, cursor, |index| Place::field(field).item(index))
}

/// A list of variables, each marked at a place of its own.
pub(super) fn marked_variables<'b>(
    cx: &mut Cx<'b>,
    cursor: &mut Cursor,
    place: impl Fn(usize) -> Place,
) -> Result<&'b [&'b str], Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[VARIABLE]`")?;
    let mut items = Vec::new();
    for (index, mut piece) in Cursor::of(&group).split().into_iter().enumerate() {
        let parsed = piece.ident("a variable").and_then(|it| piece.end().map(|()| it));
        if let Some(ident) = cx.take(parsed) {
            cx.mark(place(index), ident.span());
            items.push(cx.text(&ident.to_string()));
        }
    }
    Ok(cx.list(&items))
}

/// A text, marked at a place.
pub(super) fn text<'b>(cx: &mut Cx<'b>, place: Place, cursor: &mut Cursor, what: &str) -> Result<&'b str, Diagnostic> {
    let (literal, text) = cursor.string(what)?;
    cx.mark(place, literal.span());
    Ok(cx.text(&text))
}

/// `allow: CODE("reason")` after a key that was read: the exception, about a place.
pub(super) fn allow<'b>(
    cx: &mut Cx<'b>,
    allows: &mut Vec<Allow<'b>>,
    about: Option<Place>,
    cursor: &mut Cursor,
) -> Result<(), Diagnostic> {
    let code = cursor.ident("the code of a rule")?;
    let group = cursor.group(Delimiter::Parenthesis, "`(\"reason\")` after the code")?;
    let place = Place::field(Field::Allow).item(allows.len());
    cx.mark(place.part(Part::Name), code.span());
    let mut inner = Cursor::of(&group);
    cx.mark(place.part(Part::Reason), inner.span());
    let reason = if inner.is_empty() { "" } else { text(cx, place.part(Part::Reason), &mut inner, "the reason")? };
    inner.end()?;
    allows.push(Allow { code: cx.text(&code.to_string()), reason, place: about });
    Ok(())
}

/// Named arguments after the first comma: `key: value` or a bare key.
pub(super) fn arguments(cursor: Cursor) -> Vec<Cursor> {
    cursor.split()
}

/// Reads `key:` of a named argument.
pub(super) fn argument_key(piece: &mut Cursor) -> Result<Ident, Diagnostic> {
    let key = piece.ident("a named argument")?;
    piece.punct(':')?;
    Ok(key)
}

/// An error for a named argument that does not exist.
pub(super) fn unknown_argument(key: &Ident, words: &[&str]) -> Diagnostic {
    if AgentEntry::FIELDS.iter().any(|field| key == field) {
        let message = format!("`{key}` is a field of the entry and is not allowed inside another field");
        return Diagnostic::new(key.span(), message, format!("move `{key}: …` to the top level of the entry"));
    }
    let help = match nearest(&key.to_string(), words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected one of `{}`", words.join("`, `")),
    };
    Diagnostic::new(key.span(), format!("unknown argument `{key}`"), help)
}

/// The span of a cursor's next token, for marks.
pub(super) fn here(cursor: &Cursor) -> Span {
    cursor.span()
}

/// A boolean word, `on` or `off`, after a field's name and colon.
pub(super) fn switch(field: &str, cursor: &mut Cursor) -> Result<bool, Diagnostic> {
    if cursor.eat_word("on") {
        Ok(true)
    } else if cursor.eat_word("off") {
        Ok(false)
    } else {
        let off = |written: &str| ["false", "off", "no", "0"].iter().any(|it| written.eq_ignore_ascii_case(it));
        let form = |written: &str| format!("{field}: {}", if off(written) { "off" } else { "on" });
        Err(cursor.expected_form("`on` or `off`", form))
    }
}
