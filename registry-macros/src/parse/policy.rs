//! The web policy, the handshake and the proof of an agent.

use proc_macro2::{Delimiter, Span};
use registry_model::check::{Field, Part, Place};
use registry_model::entry::{HandshakeEntry, HostedEntry, WebEntry};
use registry_model::model::{
    FileFormat, Handshake, Hosted, HostedKind, Info, Mapping, Off, OffKind, Owner, Proof, ProofKind, Session,
    SessionKind, WebKind, WebPolicy,
};
use registry_model::variables::canonical;

use super::cursor::Cursor;
use super::draft::Draft;
use super::fields::{
    argument_key, arguments, closed_word, here, known_word, listed, marked_texts, marked_variables, part_key, text,
    unknown_argument,
};
use super::mapping::mappings;
use super::value::parse_template;
use crate::syntax::{Cx, Diagnostic};

const WEB: Place = Place::field(Field::Web);

pub(super) fn parse_web<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    if cursor.eat_word(WebKind::NoTools.word()) {
        let evidence = reason(cx, Field::Web, cursor)?;
        draft.agent.web = Some(WebPolicy::NoTools(evidence));
        return Ok(());
    }
    let group = cursor.group(Delimiter::Brace, "`{ tools: […], off: […] }` or `NoTools(\"evidence\")`")?;
    let mut tools: &[&str] = &[];
    let mut off = None;
    for mut piece in arguments(Cursor::of(&group)) {
        let key = part_key(cx, "WebEntry", WebEntry::FIELDS, &mut piece);
        let Some(key) = cx.take(key) else { continue };
        let parsed = match key.to_string().as_str() {
            "tools" => marked_texts(cx, &mut piece, |_| WEB.part(Part::Tools)).map(|it| tools = it),
            _ => parse_off(cx, key.span(), &mut piece).map(|it| off = Some(it)),
        };
        let parsed = parsed.and_then(|()| piece.end());
        cx.take(parsed);
    }
    draft.agent.web = Some(match off {
        Some(SwitchOff::Switches(off)) => WebPolicy::Switch { tools, off },
        Some(SwitchOff::None(reason)) => WebPolicy::NoSwitch { tools, reason },
        Some(SwitchOff::Untested(reason)) => WebPolicy::Untested { tools, reason },
        None => WebPolicy::Switch { tools, off: &[] },
    });
    Ok(())
}

/// The value of `off`.
enum SwitchOff<'b> {
    Switches(&'b [Off<'b>]),
    None(&'b str),
    Untested(&'b str),
}

fn parse_off<'b>(cx: &mut Cx<'b>, key: Span, cursor: &mut Cursor) -> Result<SwitchOff<'b>, Diagnostic> {
    cx.mark(WEB, key);
    if cursor.eat_word(WebKind::NoSwitch.word()) {
        return reason(cx, Field::Web, cursor).map(SwitchOff::None);
    }
    if cursor.eat_word(WebKind::Untested.word()) {
        return reason(cx, Field::Web, cursor).map(SwitchOff::Untested);
    }
    let what = "a list of switches, `NoSwitch(\"why\")` or `Untested(\"why\")`";
    parse_switches(cx, Field::Web, what, cursor).map(SwitchOff::Switches)
}

fn parse_switches<'b>(
    cx: &mut Cx<'b>,
    field: Field,
    what: &str,
    cursor: &mut Cursor,
) -> Result<&'b [Off<'b>], Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, what)?;
    let mut switches = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_switch(cx, field, switches.len(), piece);
        switches.extend(cx.take(parsed));
    }
    Ok(cx.list(&switches))
}

pub(super) fn parse_hosted<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let field = Field::Hosted;
    draft.agent.hosted = Some(if cursor.eat_word(HostedKind::All.word()) {
        Hosted::All
    } else if cursor.eat_word(HostedKind::None.word()) {
        Hosted::None(reason(cx, field, cursor)?)
    } else if cursor.eat_word(HostedKind::Untested.word()) {
        Hosted::Untested(reason(cx, field, cursor)?)
    } else {
        let what = "`all`, `{ tools: […], off: […] }`, `none(\"why\")` or `untested(\"why\")`";
        let group = cursor.group(Delimiter::Brace, what)?;
        let (mut tools, mut off): (&[&str], &[Off<'_>]) = (&[], &[]);
        for mut piece in arguments(Cursor::of(&group)) {
            let key = part_key(cx, "HostedEntry", HostedEntry::FIELDS, &mut piece);
            let Some(key) = cx.take(key) else { continue };
            let parsed = match key.to_string().as_str() {
                "tools" => marked_texts(cx, &mut piece, |_| Place::field(field).part(Part::Tools)).map(|it| tools = it),
                _ => parse_switches(cx, field, "a list of switches", &mut piece).map(|it| off = it),
            };
            let parsed = parsed.and_then(|()| piece.end());
            cx.take(parsed);
        }
        Hosted::Some { tools, off }
    });
    Ok(())
}

/// A switch of the web policy, of the hosted tools or of the permission, by its index there.
pub(super) fn parse_switch<'b>(
    cx: &mut Cx<'b>,
    field: Field,
    index: usize,
    mut piece: Cursor,
) -> Result<Off<'b>, Diagnostic> {
    let place = Place::field(field).part(Part::Off(index));
    cx.mark(place, here(&piece));
    let kind = piece.ident("a switch")?;
    if let Some(known) = known_word(&kind) {
        let off = match known {
            OffKind::Env => Off::Env(mappings(cx, &mut piece, |nth| (place.item(nth), place.item(nth)))?),
            OffKind::Argv => Off::Argv(marked_texts(cx, &mut piece, |nth| place.item(nth))?),
            OffKind::Unset => Off::Unset(marked_variables(cx, &mut piece, |nth| place.item(nth))?),
        };
        piece.end()?;
        return Ok(off);
    }
    let Some(format) = known_word::<FileFormat>(&kind) else {
        let words = FileFormat::ALL.iter().map(|it| it.word()).chain(OffKind::ALL.iter().map(|it| it.word()));
        let help = format!("expected one of {}", listed(words));
        return Err(Diagnostic::new(kind.span(), format!("unknown kind of switch `{kind}`"), help));
    };
    let group = piece.group(Delimiter::Parenthesis, "`(\"~/…\")`")?;
    let mut inner = arguments(Cursor::of(&group)).into_iter();
    let mut first = inner.next().unwrap_or_else(|| Cursor::of(&group));
    let path = text(cx, Place::field(field).part(Part::OffPath(index)), &mut first, "a path")?;
    first.end()?;
    let mut owner = if format == FileFormat::Toml { Owner::Whole } else { Owner::Keys };
    for mut argument in inner {
        let key = argument_key(&mut argument)?;
        if key != "owner" {
            return Err(unknown_argument(&key, &["owner"]));
        }
        owner = super::config::owner(cx, Place::field(field).part(Part::Owner), &mut argument)?;
        argument.end()?;
    }
    let body = parse_template(cx, place, piece)?;
    Ok(Off::File { path, format, owner, body })
}

/// `("reason")` after a word of a field.
pub(super) fn reason<'b>(cx: &mut Cx<'b>, field: Field, cursor: &mut Cursor) -> Result<&'b str, Diagnostic> {
    let group = cursor.group(Delimiter::Parenthesis, "`(\"reason\")`")?;
    let mut inner = Cursor::of(&group);
    let place = Place::field(field).part(Part::Reason);
    cx.mark(place, here(&inner));
    if inner.is_empty() {
        return Ok("");
    }
    let reason = text(cx, place, &mut inner, "the reason")?;
    inner.end()?;
    Ok(reason)
}

pub(super) fn parse_handshake<'b>(
    cx: &mut Cx<'b>,
    draft: &mut Draft<'b>,
    cursor: &mut Cursor,
) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Brace, "`{ name: \"…\", session: ok, exit: eof }`")?;
    let mut handshake = Handshake::EMPTY;
    let (mut name, mut title, mut version_is_pinned, mut none) = (None, "", false, None);
    for mut piece in arguments(Cursor::of(&group)) {
        let key = part_key(cx, "HandshakeEntry", HandshakeEntry::FIELDS, &mut piece);
        let Some(key) = cx.take(key) else { continue };
        let parsed = match key.to_string().as_str() {
            "name" => agent_name(cx, &mut piece).map(|it| name = Some(it)),
            "title" => text(cx, AGENT_NAME, &mut piece, "the agent's own title").map(|it| title = it),
            "version" => pinned(&mut piece).map(|()| version_is_pinned = true),
            "info" => no_info(cx, &mut piece).map(|it| none = Some(it)),
            "env" => handshake_env(cx, &mut piece).map(|it| handshake.env = it),
            "session" => session(&mut piece).map(|it| handshake.session = it),
            _ => closed_word("exit: ", &mut piece).map(|it| handshake.exit = it),
        };
        let parsed = parsed.and_then(|()| piece.end());
        cx.take(parsed);
    }
    handshake.info = match (name, none) {
        (Some(name), None) => Info::Fields { name, title, version_is_pinned },
        (None, Some(reason)) => Info::None(reason),
        _ => {
            let message = "a handshake must have either a `name` or `info: none(\"why\")`";
            return Err(Diagnostic::new(
                group.span_open(),
                message,
                "copy the `agentInfo` of the agent's response to `initialize`",
            ));
        }
    };
    draft.agent.handshake = handshake;
    Ok(())
}

/// The place of the agent's own name.
const AGENT_NAME: Place = Place::field(Field::Handshake).part(Part::Name);

fn agent_name<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b str, Diagnostic> {
    let (literal, name) = cursor.string("the agent's own name")?;
    if name.trim().is_empty() {
        let help =
            "write the `agentInfo.name` of the agent's response, or `info: none(\"why\")` if it has no `agentInfo`";
        // It counts as a name, so that a missing name is not reported too.
        cx.take::<()>(Err(Diagnostic::new(literal.span(), "the name of an agent must not be empty", help)));
    }
    cx.mark(AGENT_NAME, literal.span());
    Ok(cx.text(&name))
}

fn pinned(cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let form = |_: &str| "version: pinned".to_owned();
    if cursor.eat_word("pinned") {
        Ok(())
    } else {
        Err(cursor.expected_form("`pinned`: versions are in the lock", form))
    }
}

fn no_info<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b str, Diagnostic> {
    if !cursor.eat_word("none") {
        return Err(cursor.expected("`none(\"reason\")`"));
    }
    let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(\"reason\")`")?);
    let reason = text(cx, Place::field(Field::Handshake).part(Part::Reason), &mut inner, "the reason")?;
    inner.end()?;
    Ok(reason)
}

fn handshake_env<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b [Mapping<'b>], Diagnostic> {
    let mut env = mappings(cx, cursor, |nth| {
        let place = Place::field(Field::Handshake).item(nth);
        (place.part(Part::Name), place.part(Part::Value))
    })?
    .to_vec();
    // What a harness would fill in: here, and only here, an entry gives the canonical variables.
    for mapping in &mut env {
        mapping.name = canonical(mapping.name).map_or(mapping.name, |variable| variable.name);
    }
    Ok(cx.list(&env))
}

fn session(cursor: &mut Cursor) -> Result<Session, Diagnostic> {
    if cursor.eat_word(SessionKind::Ok.word()) {
        return Ok(Session::Ok);
    }
    if !cursor.eat_word(SessionKind::Refused.word()) {
        let (ok, refused) = (Session::Ok, Session::Refused(-32_000));
        return Err(cursor.expected_form(&format!("`{ok}` or `{refused}`"), |written| {
            let is_refused = written.to_lowercase().starts_with(SessionKind::Refused.word());
            format!("session: {}", if is_refused { refused } else { ok })
        }));
    }
    let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(-32000)` after `refused`")?);
    let negative = inner.eat('-');
    let (span, code, _) = inner.integer("a JSON-RPC code")?;
    inner.end()?;
    let code = i32::try_from(code)
        .map_err(|_| Diagnostic::new(span, "this is not a JSON-RPC code", "write an integer of 32 bits"))?;
    Ok(Session::Refused(if negative { -code } else { code }))
}

pub(super) fn parse_proof<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[acp, version(…)]`")?;
    let mut proofs = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_one_proof(cx, proofs.len(), piece);
        proofs.extend(cx.take(parsed));
    }
    draft.agent.proof = cx.list(&proofs);
    Ok(())
}

fn parse_one_proof<'b>(cx: &mut Cx<'b>, index: usize, mut piece: Cursor) -> Result<Proof<'b>, Diagnostic> {
    let place = Place::field(Field::Proof).item(index);
    cx.mark(place, here(&piece));
    if piece.eat_word(ProofKind::Acp.word()) {
        piece.end()?;
        return Ok(Proof::Acp);
    }
    if !piece.eat_word(ProofKind::Version.word()) {
        return Err(piece.expected("`acp` or `version(\"program\", [\"--version\"], \"output\")`"));
    }
    let group = piece.group(Delimiter::Parenthesis, "`(\"program\", [\"--version\"], \"output\")`")?;
    piece.end()?;
    let mut pieces = arguments(Cursor::of(&group)).into_iter();
    let mut next = |what: &str| {
        pieces.next().ok_or_else(|| Diagnostic::new(group.span_close(), format!("expected {what} here"), ""))
    };
    let (mut program, mut words, mut printed) = (next("a program")?, next("its arguments")?, next("its output")?);
    let bin = text(cx, place.part(Part::Name), &mut program, "a program")?;
    let args = marked_texts(cx, &mut words, |_| place)?;
    let output = text(cx, place.part(Part::Value), &mut printed, "its exact output")?;
    printed.end()?;
    Ok(Proof::Version { bin, args, output })
}
