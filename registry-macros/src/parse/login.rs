//! Log-ins that replace a key, and the hosts that an agent looks up by itself.

use proc_macro2::Delimiter;
use registry_model::check::{Field, Part, Place};
use registry_model::model::{Host, Login, LoginKind, LoginSource};

use super::cursor::Cursor;
use super::draft::Draft;
use super::fields::{argument_key, arguments, either, here, known_word, marked_texts, text, unknown_argument};
use super::mapping::mappings;
use crate::syntax::{Cx, Diagnostic};

pub(super) fn parse_login<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[files([\"~/…\"], instead_of: VARIABLE)]`")?;
    let mut logins = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_one_login(cx, logins.len(), piece);
        logins.extend(cx.take(parsed));
    }
    draft.agent.login = cx.list(&logins);
    Ok(())
}

fn parse_one_login<'b>(cx: &mut Cx<'b>, index: usize, mut piece: Cursor) -> Result<Login<'b>, Diagnostic> {
    let place = Place::field(Field::Login).item(index);
    let kind = piece.ident(&either::<LoginKind>())?;
    cx.mark(place, kind.span());
    let group = piece.group(Delimiter::Parenthesis, "`(…, instead_of: VARIABLE)`")?;
    piece.end()?;
    let mut options = arguments(Cursor::of(&group)).into_iter();
    let mut first = options.next().unwrap_or_else(|| Cursor::of(&group));
    let source = match known_word(&kind) {
        Some(LoginKind::Files) => LoginSource::Files(marked_texts(cx, &mut first, |nth| place.part(Part::Nth(nth)))?),
        Some(LoginKind::Variable) => LoginSource::Variable(cx.text(&first.ident("a variable")?.to_string())),
        None => {
            let help = format!("expected {}", either::<LoginKind>());
            return Err(Diagnostic::new(kind.span(), format!("unknown kind of log-in `{kind}`"), help));
        }
    };
    first.end()?;
    let mut login = Login { source, instead_of: "", own_endpoint_only: false };
    for mut option in options {
        if option.eat_word("own_endpoint") {
            login.own_endpoint_only = true;
        } else {
            let key = argument_key(&mut option)?;
            if key != "instead_of" {
                return Err(unknown_argument(&key, &["instead_of", "own_endpoint"]));
            }
            login.instead_of = cx.text(&option.ident("a variable")?.to_string());
        }
        option.end()?;
    }
    if login.instead_of.is_empty() {
        return Err(Diagnostic::new(
            kind.span(),
            "missing `instead_of` in this log-in",
            "write `instead_of: VARIABLE`",
        ));
    }
    Ok(login)
}

pub(super) fn parse_hosts<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[host(\"example.org\", env { X = \"1\" })]`")?;
    let mut hosts = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_host(cx, hosts.len(), piece);
        hosts.extend(cx.take(parsed));
    }
    draft.agent.hosts = cx.list(&hosts);
    Ok(())
}

fn parse_host<'b>(cx: &mut Cx<'b>, index: usize, mut piece: Cursor) -> Result<Host<'b>, Diagnostic> {
    let place = Place::field(Field::Hosts).item(index);
    cx.mark(place, here(&piece));
    if !piece.eat_word("host") {
        let name = piece.clone().string("").map_or_else(|_| "example.org".to_owned(), |(_, name)| name);
        return Err(Diagnostic { help: host_forms(&name), ..piece.expected("`host(…)`") });
    }
    let group = piece.group(Delimiter::Parenthesis, "`(\"example.org\", …)`")?;
    piece.end()?;
    let mut pieces = arguments(Cursor::of(&group)).into_iter();
    let mut first = pieces.next().unwrap_or_else(|| Cursor::of(&group));
    let name = text(cx, place.part(Part::Name), &mut first, "the name of a host")?;
    first.end()?;
    let what = "`env { … }` or `none(\"why\")`";
    let mut second = pieces
        .next()
        .ok_or_else(|| Diagnostic::new(group.span_close(), format!("expected {what} here"), host_forms(name)))?;
    let host = if second.eat_word("env") {
        let place = |nth| place.part(Part::Nth(nth));
        Host { name, off: mappings(cx, &mut second, |nth| (place(nth), place(nth)))?, reason: "" }
    } else if second.eat_word("none") {
        let mut inner = Cursor::of(&second.group(Delimiter::Parenthesis, "`(\"reason\")` after `none`")?);
        let reason = text(cx, place.part(Part::Reason), &mut inner, "the reason")?;
        inner.end()?;
        Host { name, off: &[], reason }
    } else {
        return Err(Diagnostic { help: host_forms(name), ..second.expected(what) });
    };
    second.end()?;
    Ok(host)
}

/// Both forms of a host, in full.
fn host_forms(name: &str) -> String {
    format!(
        "write `host(\"{name}\", env {{ OFFLINE = \"1\" }})`, or `host(\"{name}\", none(\"why it cannot be stopped\"))`"
    )
}
