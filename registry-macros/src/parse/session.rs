//! What a run chooses for a session: the permission, the effort and the MCP servers of an agent.

use proc_macro2::Delimiter;
use registry_model::check::{Field, Part, Place};
use registry_model::model::{Effort, EffortKind, Mcp, McpKind, McpTransport, McpWay, Off, Permission, PermissionKind};

use super::cursor::Cursor;
use super::draft::Draft;
use super::fields::{closed_word, here, text, texts};
use super::policy::{parse_switch, reason};
use crate::syntax::{Cx, Diagnostic};

pub(super) fn parse_permission<'b>(
    cx: &mut Cx<'b>,
    draft: &mut Draft<'b>,
    cursor: &mut Cursor,
) -> Result<(), Diagnostic> {
    let field = Field::Permission;
    if cursor.eat_word(PermissionKind::None.word()) {
        draft.agent.permission = Some(Permission::None(reason(cx, field, cursor)?));
        return Ok(());
    }
    if cursor.eat_word(PermissionKind::Untested.word()) {
        draft.agent.permission = Some(Permission::Untested(reason(cx, field, cursor)?));
        return Ok(());
    }
    let what = "a list `[argv [\"--yolo\"]]`, `none(\"why\")` or `untested(\"why\")`";
    let group = cursor.group(Delimiter::Bracket, what)?;
    let (mut mode, mut off) = ("", Vec::new());
    for mut piece in Cursor::of(&group).split() {
        if piece.eat_word(Permission::MODE) {
            let parsed = parse_mode(cx, mode, &mut piece);
            mode = cx.take(parsed).unwrap_or(mode);
            continue;
        }
        let span = here(&piece);
        let parsed = parse_switch(cx, field, off.len(), piece);
        match cx.take(parsed) {
            Some(Off::Unset(_)) => {
                let help = "write what the launcher sets: a file, `env { … }`, `argv […]` or `mode(\"id\")`";
                cx.error(span, "`unset` is a switch of a web policy only", help);
            }
            switch => off.extend(switch),
        }
    }
    draft.agent.permission = Some(Permission::Switch { mode, off: cx.list(&off) });
    Ok(())
}

/// `("id")` after `mode`: a session has one mode.
fn parse_mode<'b>(cx: &mut Cx<'b>, before: &str, piece: &mut Cursor) -> Result<&'b str, Diagnostic> {
    let place = Place::field(Field::Permission).part(Part::Mode);
    let group = piece.group(Delimiter::Parenthesis, "`(\"id\")` after `mode`")?;
    let mut inner = Cursor::of(&group);
    let mode = text(cx, place, &mut inner, "the id of an ACP mode")?;
    inner.end()?;
    piece.end()?;
    let fault = |message: &str, help: &str| Err(Diagnostic::new(group.span_open(), message, help));
    match (before, mode.trim()) {
        (_, "") => {
            fault("the id of a mode must not be empty", "copy an id of `modes` in the response to `session/new`")
        }
        ("", _) => Ok(mode),
        _ => fault("a second `mode` in `permission`", "keep one: a session has one mode at a time"),
    }
}

pub(super) fn parse_effort<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let field = Field::Effort;
    draft.agent.effort = Some(if cursor.eat_word(EffortKind::None.word()) {
        Effort::None(reason(cx, field, cursor)?)
    } else if cursor.eat_word(EffortKind::Untested.word()) {
        Effort::Untested(reason(cx, field, cursor)?)
    } else if cursor.is_group(Delimiter::Bracket) {
        Effort::Levels(texts(cx, field, cursor)?)
    } else {
        return Err(cursor.expected("a list of levels `[\"low\", \"high\"]`, `none(\"why\")` or `untested(\"why\")`"));
    });
    Ok(())
}

pub(super) fn parse_mcp<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let field = Field::Mcp;
    draft.agent.mcp = Some(if cursor.eat_word(McpKind::None.word()) {
        Mcp::None(reason(cx, field, cursor)?)
    } else if cursor.eat_word(McpKind::Untested.word()) {
        Mcp::Untested(reason(cx, field, cursor)?)
    } else {
        let acp = parse_transports(cx, McpWay::Acp, cursor)?;
        let file = parse_transports(cx, McpWay::File, cursor)?;
        if acp.is_none() && file.is_none() {
            return Err(cursor.expected("`acp [stdio, http]`, `file [stdio]`, `none(\"why\")` or `untested(\"why\")`"));
        }
        Mcp::Servers { acp: acp.unwrap_or_default(), file: file.unwrap_or_default() }
    });
    Ok(())
}

/// `acp [stdio, http]`: a way and its transports, each once; none where the way is not written.
fn parse_transports<'b>(
    cx: &mut Cx<'b>,
    way: McpWay,
    cursor: &mut Cursor,
) -> Result<Option<&'b [McpTransport]>, Diagnostic> {
    if !cursor.eat_word(way.word()) {
        return Ok(None);
    }
    let group = cursor.group(Delimiter::Bracket, &format!("`[stdio, http]` after `{}`", way.word()))?;
    let mut transports = Vec::new();
    for mut piece in Cursor::of(&group).split() {
        let span = here(&piece);
        let parsed = closed_word::<McpTransport>("", &mut piece).and_then(|it| piece.end().map(|()| it));
        match cx.take(parsed) {
            Some(transport) if transports.contains(&transport) => {
                let message = format!("`{}` is listed twice in `mcp`", transport.word());
                cx.error(span, message, "list each transport once");
            }
            transport => transports.extend(transport),
        }
    }
    Ok(Some(cx.list(&transports)))
}
