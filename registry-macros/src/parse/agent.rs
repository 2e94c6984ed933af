//! An agent: its fields, one function each.

use proc_macro2::{Delimiter, Ident, Span, TokenTree};
use registry_model::check::{Field, Part, Place};
use registry_model::entry::{AgentEntry, BesideEntry, ModelEntry, SuiteEntry};
use registry_model::model::{
    Agent, BaseUrlForm, Beside, ModelDelivery, ModelReference, Protocol, ProxyKind, ProxyMode, References, Runs,
    Semantics, Suite, Target, Version,
};
use registry_model::names::kebab;

use super::config::parse_config;
use super::cursor::Cursor;
use super::draft::Draft;
use super::fields::{
    RawField, allow, arguments, closed_word, either, here, known_word, parse_head, part_key, switch, text, texts,
    unknown_field, unknown_word, variables, word, word_of,
};
use super::image::parse_image;
use super::install::parse_install;
use super::login::{parse_hosts, parse_login};
use super::mapping::mappings;
use super::policy::{parse_handshake, parse_hosted, parse_proof, parse_web, reason};
use super::session::{parse_effort, parse_mcp, parse_permission};
use super::value::{parse_template, probe_formats, probe_provider};
use super::versions::{OtherVersion, parse_also};
use crate::syntax::{Cx, Diagnostic};

/// An entry: its identifier and what was read of it.
pub(crate) struct Entry<T> {
    pub(crate) ident: Ident,
    pub(crate) model: T,
}

/// The fields that no agent can do without.
const REQUIRED: [(&str, &str); 6] = [
    ("protocol", "protocol: OpenAiCompletions"),
    ("install", "install: [npm(\"package\", bin: \"program\")]"),
    ("runs", "runs: node` or `runs: python"),
    ("launch", "launch: [\"program\", \"--acp\"]"),
    ("handshake", "handshake: { name: \"…\", session: ok, exit: eof }"),
    ("model", "model: { format: Bare, via: SetModel, proxy: AsIs }"),
];

/// Reads an agent in its newest version or in another one, and what the entry says of other versions; none when it has
/// no name.
pub(crate) fn parse_agent<'b>(
    cx: &mut Cx<'b>,
    mut cursor: Cursor,
    version: Option<&OtherVersion>,
) -> Option<(Entry<Agent<'b>>, Vec<OtherVersion>)> {
    let mut head = parse_head(cx, &mut cursor, "an agent", "AgentEntry")?;
    let mut draft = Draft { agent: Agent::EMPTY, allows: Vec::new(), also: Vec::new() };
    let mut name = kebab(&head.name.to_string());
    if let Some(other) = version {
        name = format!("{name}@{}", other.version);
        cx.mark(Place::field(Field::Also), other.span);
        head.fields = other.fields(cx, head.fields);
    }
    draft.agent.name = cx.text(&name);
    draft.agent.description = cx.text(&head.description);
    let is_closed = |it: &RawField| it.key == "model" && it.value.clone().eat_word(ModelDelivery::NONE);
    let closed = head.fields.iter().any(is_closed);
    for (key, example) in REQUIRED {
        if closed && key == "protocol" {
            continue;
        }
        if !head.fields.iter().any(|field| field.key == key) {
            let message = format!("`{}` has no field `{key}`", draft.agent.name);
            cx.missing(head.name.span(), message, format!("add `{example}`"));
            cx.broken_fields.insert(key.to_owned());
        }
    }
    for field in head.fields {
        let (key, before) = (field.key.to_string(), cx.count());
        parse_field(cx, &mut draft, field);
        if cx.count() > before {
            cx.broken_fields.insert(key);
        }
    }
    draft.agent.allow = cx.list(&draft.allows);
    probe_formats(cx, draft.agent.accepts);
    Some((Entry { ident: head.name, model: draft.agent }, draft.also))
}

fn parse_field<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, field: RawField) {
    let RawField { key, value: mut cursor } = field;
    let parsed = match key.to_string().as_str() {
        "protocol" => at(cx, Field::Protocols, &key, |cx| parse_protocols(cx, draft, &mut cursor)),
        "aliases" => at(cx, Field::Aliases, &key, |cx| {
            draft.agent.aliases = texts(cx, Field::Aliases, &mut cursor)?;
            Ok(())
        }),
        "also" => at(cx, Field::Also, &key, |cx| {
            (draft.agent.also, draft.also) = parse_also(cx, draft.agent.name, &mut cursor)?;
            Ok(())
        }),
        "install" => at(cx, Field::Install, &key, |cx| parse_install(cx, draft, &mut cursor)),
        "carries" => at(cx, Field::Carries, &key, |cx| {
            draft.agent.carries = texts(cx, Field::Carries, &mut cursor)?;
            Ok(())
        }),
        "runs" => at(cx, Field::Runs, &key, |cx| parse_runs(cx, draft, &mut cursor)),
        "requires" => at(cx, Field::NodeFloor, &key, |cx| parse_requires(cx, draft, &mut cursor)),
        "platforms" => at(cx, Field::Platforms, &key, |cx| parse_platforms(cx, draft, &mut cursor)),
        "image" => at(cx, Field::Image, &key, |cx| parse_image(cx, draft, &mut cursor)),
        "launch" => at(cx, Field::Launch, &key, |cx| {
            draft.agent.launch = argv(cx, Field::Launch, &mut cursor)?;
            Ok(())
        }),
        "beside" => at(cx, Field::Beside, &key, |cx| parse_beside(cx, draft, &mut cursor)),
        "handshake" => at(cx, Field::Handshake, &key, |cx| parse_handshake(cx, draft, &mut cursor)),
        "proof" => at(cx, Field::Proof, &key, |cx| parse_proof(cx, draft, &mut cursor)),
        "model" => at(cx, Field::Model, &key, |cx| parse_model(cx, draft, &mut cursor)),
        "env" => at(cx, Field::Env, &key, |cx| parse_env(cx, draft, &mut cursor)),
        "accepts" => at(cx, Field::Accepts, &key, |cx| {
            draft.agent.accepts = variables(cx, Field::Accepts, &mut cursor)?;
            Ok(())
        }),
        "withhold" => at(cx, Field::Withhold, &key, |cx| {
            draft.agent.withhold = variables(cx, Field::Withhold, &mut cursor)?;
            Ok(())
        }),
        "base_url" => at(cx, Field::BaseUrl, &key, |cx| parse_base_url(cx, draft, &mut cursor)),
        "references" => at(cx, Field::References, &key, |cx| parse_references(cx, draft, &mut cursor)),
        "config" => at(cx, Field::Config, &key, |cx| parse_config(cx, draft, &mut cursor)),
        "web" => at(cx, Field::Web, &key, |cx| parse_web(cx, draft, &mut cursor)),
        "hosted" => at(cx, Field::Hosted, &key, |cx| parse_hosted(cx, draft, &mut cursor)),
        "permission" => at(cx, Field::Permission, &key, |cx| parse_permission(cx, draft, &mut cursor)),
        "effort" => at(cx, Field::Effort, &key, |cx| parse_effort(cx, draft, &mut cursor)),
        "mcp" => at(cx, Field::Mcp, &key, |cx| parse_mcp(cx, draft, &mut cursor)),
        "home" => at(cx, Field::Home, &key, |cx| {
            draft.agent.home = texts(cx, Field::Home, &mut cursor)?;
            Ok(())
        }),
        "skills" => at(cx, Field::Skills, &key, |cx| {
            draft.agent.skills = texts(cx, Field::Skills, &mut cursor)?;
            Ok(())
        }),
        "login" => at(cx, Field::Login, &key, |cx| parse_login(cx, draft, &mut cursor)),
        "hosts" => at(cx, Field::Hosts, &key, |cx| parse_hosts(cx, draft, &mut cursor)),
        "timeout" => at(cx, Field::Timeout, &key, |cx| parse_timeout(cx, draft, &mut cursor)),
        "suite" => at(cx, Field::Suite, &key, |cx| parse_suite(cx, draft, &mut cursor)),
        "allow" => at(cx, Field::Allow, &key, |cx| parse_allow(cx, draft, &mut cursor)),
        _ => return unknown_field(cx, AgentEntry::FIELDS, &key),
    };
    let parsed = parsed.and_then(|()| cursor.end());
    cx.take(parsed);
}

/// Marks a field and reads it.
fn at<'b>(
    cx: &mut Cx<'b>,
    field: Field,
    key: &Ident,
    parse: impl FnOnce(&mut Cx<'b>) -> Result<(), Diagnostic>,
) -> Result<(), Diagnostic> {
    cx.mark(Place::field(field), key.span());
    parse(cx)
}

fn parse_protocols<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let mut protocols = Vec::new();
    let pieces = if cursor.is_group(Delimiter::Bracket) {
        Cursor::of(&cursor.group(Delimiter::Bracket, "a list of protocols")?).split()
    } else {
        core::mem::replace(cursor, Cursor::new(proc_macro2::TokenStream::new(), here(cursor))).split()
    };
    for (index, mut piece) in pieces.into_iter().enumerate() {
        if let Ok((literal, text)) = piece.clone().string("a protocol") {
            return Err(unknown_word(literal.span(), &text, &Protocol::ALL));
        }
        let ident = piece.ident("a protocol")?;
        piece.end()?;
        let place = Place::field(Field::Protocols).item(index);
        protocols.push(word(cx, place, &ident, Protocol::OpenAiCompletions));
    }
    draft.agent.protocols = cx.list(&protocols);
    Ok(())
}

fn parse_runs(cx: &mut Cx<'_>, draft: &mut Draft<'_>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    cx.mark(Place::field(Field::Runs), here(cursor));
    draft.agent.runs = closed_word("runs: ", cursor)?;
    Ok(())
}

fn parse_requires(cx: &mut Cx<'_>, draft: &mut Draft<'_>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let whole = cursor.clone();
    if cursor.eat_word(Runs::Node.word()) && cursor.eat('>') && cursor.eat('=') {
        cx.mark(Place::field(Field::NodeFloor), here(cursor));
        let version = match cursor.next() {
            Some(TokenTree::Literal(literal)) => Version::parse(literal.to_string().trim_matches('"')),
            _ => None,
        };
        if version.is_some() && cursor.is_empty() {
            draft.agent.node_floor = version;
            return Ok(());
        }
    }
    Err(not_a_floor(&whole))
}

/// What was written instead of `node >= 22.19`, and how its version is written.
fn not_a_floor(written: &Cursor) -> Diagnostic {
    let text = written.text();
    let version = text.trim_matches(|char: char| !char.is_ascii_digit());
    let help = match (Version::parse(version), version.matches('.').count()) {
        (Some(_), 2) => format!("write `requires: node >= \"{version}\"`: a version of three numbers needs quotes"),
        (Some(_), _) => format!("write `requires: node >= {version}`"),
        (None, _) => "write `requires: node >= 22.19`, or `requires: node >= \"22.19.1\"`".to_owned(),
    };
    Diagnostic::new(written.span(), format!("expected `node >= VERSION`, found `{text}`"), help)
}

fn parse_platforms<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[LinuxX64]`")?;
    let mut platforms = Vec::new();
    if group.stream().is_empty() {
        let help = "remove the field: the default is every target for which the lock has all packages";
        return Err(Diagnostic::new(group.span_open(), "`platforms` is empty", help));
    }
    for (index, mut piece) in Cursor::of(&group).split().into_iter().enumerate() {
        let ident = piece.ident("a target")?;
        piece.end()?;
        platforms.push(word(cx, Place::field(Field::Platforms).item(index), &ident, Target::LinuxX64));
    }
    draft.agent.platforms = cx.list(&platforms);
    Ok(())
}

/// The words of an argument vector, each a value.
fn argv<'b>(
    cx: &mut Cx<'b>,
    field: Field,
    cursor: &mut Cursor,
) -> Result<&'b [registry_model::template::Template<'b>], Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[\"program\", \"argument\"]`")?;
    let mut words = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_template(cx, Place::field(field).item(words.len()), piece);
        words.extend(cx.take(parsed));
    }
    Ok(cx.list(&words))
}

fn parse_beside<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Brace, "`{ argv: […], within: 30s }`")?;
    let mut beside = Beside { argv: &[], within: 30 };
    for mut piece in arguments(Cursor::of(&group)) {
        let key = part_key(cx, "BesideEntry", BesideEntry::FIELDS, &mut piece)?;
        if key == "argv" {
            beside.argv = argv(cx, Field::Beside, &mut piece)?;
        } else {
            beside.within = seconds(&mut piece)?.1;
        }
        piece.end()?;
    }
    draft.agent.beside = Some(beside);
    Ok(())
}

/// A number of seconds: `1200s`.
fn seconds(cursor: &mut Cursor) -> Result<(Span, u32), Diagnostic> {
    let (span, number, suffix) = cursor.integer("a number of seconds, like `900s`")?;
    if suffix == "s" {
        return Ok((span, number));
    }
    Err(Diagnostic::new(span, format!("unknown unit in `{number}{suffix}`"), format!("write seconds: `{number}s`")))
}

fn parse_model<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    if cursor.eat_word(ModelDelivery::NONE) {
        let none = Some(reason(cx, Field::Model, cursor)?);
        draft.agent.model = ModelDelivery { none, ..ModelDelivery::EMPTY };
        return Ok(());
    }
    let group = cursor.group(Delimiter::Brace, "`{ format: …, via: …, proxy: … }` or `none(\"why\")`")?;
    let place = Place::field(Field::Model);
    let mut model = ModelDelivery::EMPTY;
    let mut given = Vec::new();
    for mut piece in arguments(Cursor::of(&group)) {
        let key = part_key(cx, "ModelEntry", ModelEntry::FIELDS, &mut piece)?;
        let name = key.to_string();
        if name == "refuses" {
            model.refuses = refused_texts(cx, place, &mut piece)?;
        } else {
            let value = piece.ident("a word")?;
            match name.as_str() {
                "format" => model.format = word(cx, place.part(Part::Format), &value, model.format),
                "via" => model.via = word(cx, place.part(Part::Via), &value, model.via),
                _ => model.proxy = proxy(cx, place, &value, &mut piece)?,
            }
        }
        piece.end()?;
        given.push(key.to_string());
    }
    for key in ["format", "via", "proxy"] {
        if !given.iter().any(|it| it == key) {
            cx.missing(
                group.span_open(),
                format!("missing `{key}` in `model`"),
                "write `{ format: …, via: …, proxy: … }`",
            );
        }
    }
    draft.agent.model = model;
    Ok(())
}

/// Strings that a model id must not contain; an empty one matches each.
fn refused_texts<'b>(cx: &mut Cx<'b>, place: Place, piece: &mut Cursor) -> Result<&'b [&'b str], Diagnostic> {
    let group = piece.group(Delimiter::Bracket, "a list of strings")?;
    let mut refused = Vec::new();
    for mut item in Cursor::of(&group).split() {
        let at = place.part(Part::Refuses).item(refused.len());
        let it = text(cx, at, &mut item, "a text")?;
        item.end()?;
        if it.is_empty() {
            let message = "an empty string in `refuses` matches every model id";
            return Err(Diagnostic::new(
                cx.find(at).1,
                message,
                "write what this agent rejects in a model id: `refuses: [\"@\"]`",
            ));
        }
        refused.push(it);
    }
    Ok(cx.list(&refused))
}

fn proxy<'b>(cx: &mut Cx<'b>, place: Place, value: &Ident, piece: &mut Cursor) -> Result<ProxyMode<'b>, Diagnostic> {
    let place = place.part(Part::Proxy);
    if known_word(value) != Some(ProxyKind::Unsupported) {
        // What takes a reason is not among the words without one.
        let words = &[ProxyKind::AsIs, ProxyKind::RegisterProvider];
        return Ok(match word_of(cx, place, value, words, ProxyKind::AsIs) {
            ProxyKind::RegisterProvider => ProxyMode::RegisterProvider,
            ProxyKind::AsIs | ProxyKind::Unsupported => ProxyMode::AsIs,
        });
    }
    cx.mark(place, value.span());
    let mut inner = Cursor::of(&piece.group(Delimiter::Parenthesis, &format!("`(\"why\")` after `{value}`"))?);
    let reason = text(cx, place, &mut inner, "the reason")?;
    inner.end()?;
    Ok(ProxyMode::Unsupported(reason))
}

fn parse_env<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    draft.agent.env = mappings(cx, cursor, |index| {
        let place = Place::field(Field::Env).item(index);
        (place.part(Part::Name), place.part(Part::Value))
    })?;
    Ok(())
}

fn parse_base_url(cx: &mut Cx<'_>, draft: &mut Draft<'_>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let ident = cursor.ident(&either::<BaseUrlForm>())?;
    draft.agent.base_url = word(cx, Place::field(Field::BaseUrl).part(Part::Value), &ident, BaseUrlForm::AsGiven);
    Ok(())
}

fn parse_references<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let place = Place::field(Field::References).part(Part::Value);
    let (form, semantics) = if cursor.eat_word(Semantics::Parsed.word()) {
        let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(\"NAME\")` after `parsed`")?);
        let form = text(cx, place, &mut inner, "the form of a reference")?;
        inner.end()?;
        (form, Semantics::Parsed)
    } else {
        (text(cx, place, cursor, "the form of a reference, or `parsed(\"…\")`")?, Semantics::Textual)
    };
    if form.matches("NAME").count() != 1 {
        let message = format!("`{form}` does not contain the placeholder `NAME` exactly once");
        return Err(Diagnostic::new(
            cx.find(place).1,
            message,
            "write `NAME` once, in place of the variable's name: \"{env:NAME}\"",
        ));
    }
    draft.agent.references = Some(References { form, semantics });
    Ok(())
}

fn parse_timeout(cx: &mut Cx<'_>, draft: &mut Draft<'_>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    if !cursor.eat_word("install") {
        return Err(cursor.expected("`install(900s)`"));
    }
    let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(900s)` after `install`")?);
    let (span, number) = seconds(&mut inner)?;
    cx.mark(Place::field(Field::Timeout), span);
    inner.end()?;
    draft.agent.install_timeout = number;
    Ok(())
}

fn parse_suite<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Brace, "`{ model: …, usage_tracking: on }`")?;
    let mut suite = Suite { model: ModelReference { provider: "", id: "" }, usage_tracking: true };
    let place = Place::field(Field::Suite);
    for mut piece in arguments(Cursor::of(&group)) {
        let key = part_key(cx, "SuiteEntry", SuiteEntry::FIELDS, &mut piece)?;
        if key == "model" {
            suite.model = parse_model_reference(cx, place.part(Part::Model), &mut piece)?;
        } else {
            cx.mark(place.part(Part::UsageTracking), here(&piece));
            suite.usage_tracking = switch("usage_tracking", &mut piece)?;
        }
        piece.end()?;
    }
    if suite.model.id.is_empty() {
        return Err(Diagnostic::new(
            group.span_open(),
            "missing `model` in `suite`",
            "write `model: PROVIDER / \"id\"`",
        ));
    }
    draft.agent.suite = Some(suite);
    Ok(())
}

fn parse_model_reference<'b>(
    cx: &mut Cx<'b>,
    place: Place,
    cursor: &mut Cursor,
) -> Result<ModelReference<'b>, Diagnostic> {
    let mut provider = "";
    if let Some(TokenTree::Ident(ident)) = cursor.peek().cloned() {
        cursor.next();
        probe_provider(cx, &ident);
        provider = cx.text(&kebab(&ident.to_string()));
        cursor.punct('/')?;
    }
    let id = text(cx, place, cursor, "a model's id, or `PROVIDER / \"id\"`")?;
    Ok(ModelReference { provider, id })
}

fn parse_allow<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[E004(\"reason\")]`")?;
    for mut piece in Cursor::of(&group).split() {
        allow(cx, &mut draft.allows, None, &mut piece)?;
        piece.end()?;
    }
    Ok(())
}
