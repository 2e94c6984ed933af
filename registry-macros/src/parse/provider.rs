//! Providers and families.

use proc_macro2::{Delimiter, TokenTree};
use registry_model::check::{Field, Part, Place};
use registry_model::entry::{FamilyEntry, ProviderEntry};
use registry_model::model::{
    Auth, Credential, CredentialKind, Endpoint, Family, ModelRecord, Protocol, Provider, UrlParameter,
};
use registry_model::names::kebab;

use super::agent::Entry;
use super::cursor::Cursor;
use super::fields::{
    RawField, argument_key, arguments, either, known_word, marked_texts, parse_head, text, texts, unknown_argument,
    unknown_field, variables, word,
};
use crate::syntax::{Cx, Diagnostic};

/// Reads a provider; none when it has no name.
pub(crate) fn parse_provider<'b>(cx: &mut Cx<'b>, mut cursor: Cursor) -> Option<Entry<Provider<'b>>> {
    let head = parse_head(cx, &mut cursor, "a provider", "ProviderEntry")?;
    let mut provider = Provider::EMPTY;
    provider.name = cx.text(&kebab(&head.name.to_string()));
    provider.description = cx.text(&head.description);
    for (key, example) in [("endpoints", "endpoints: { OpenAiCompletions = \"https://…\" }"), ("auth", "auth: ApiKey")]
    {
        if !head.fields.iter().any(|field| field.key == key) {
            let message = format!("`{}` has no field `{key}`", provider.name);
            cx.missing(head.name.span(), message, format!("add `{example}`"));
        }
    }
    for field in head.fields {
        parse_provider_field(cx, &mut provider, field);
    }
    Some(Entry { ident: head.name, model: provider })
}

fn parse_provider_field<'b>(cx: &mut Cx<'b>, provider: &mut Provider<'b>, field: RawField) {
    let RawField { key, value: mut cursor } = field;
    let mut mark = |field: Field| cx.mark(Place::field(field), key.span());
    let parsed = match key.to_string().as_str() {
        "endpoints" => {
            mark(Field::Endpoints);
            parse_endpoints(cx, &mut cursor).map(|it| provider.endpoints = it)
        }
        "parameters" => {
            mark(Field::Parameters);
            parse_parameters(cx, &mut cursor).map(|it| provider.parameters = it)
        }
        "auth" => {
            mark(Field::Auth);
            parse_auth(cx, &mut cursor).map(|it| provider.auth = it)
        }
        "credential" => {
            mark(Field::Credential);
            parse_credential(cx, &mut cursor).map(|it| provider.credential = it)
        }
        "families" => {
            mark(Field::Families);
            texts(cx, Field::Families, &mut cursor).map(|it| provider.families = it)
        }
        "models" => {
            mark(Field::Models);
            parse_models(cx, &mut cursor).map(|it| provider.models = it)
        }
        "spellings" => {
            mark(Field::Spellings);
            texts(cx, Field::Spellings, &mut cursor).map(|it| provider.spellings = it)
        }
        _ => return unknown_field(cx, ProviderEntry::FIELDS, &key),
    };
    let parsed = parsed.and_then(|()| cursor.end());
    cx.take(parsed);
}

fn parse_endpoints<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b [Endpoint<'b>], Diagnostic> {
    let group = cursor.group(Delimiter::Brace, "`{ OpenAiCompletions = \"https://…\" }`")?;
    let mut endpoints = Vec::new();
    for (index, mut piece) in Cursor::of(&group).split().into_iter().enumerate() {
        let place = Place::field(Field::Endpoints).item(index);
        let ident = piece.ident("a protocol")?;
        let protocol = word(cx, place, &ident, Protocol::OpenAiCompletions);
        piece.punct('=')?;
        let url = text(cx, place.part(Part::Value), &mut piece, "a URL")?;
        piece.end()?;
        endpoints.push(Endpoint { protocol, url });
    }
    Ok(cx.list(&endpoints))
}

fn parse_parameters<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b [UrlParameter<'b>], Diagnostic> {
    let group = cursor.group(Delimiter::Brace, "`{ parameter = VARIABLE }`")?;
    let mut parameters = Vec::new();
    for (index, mut piece) in Cursor::of(&group).split().into_iter().enumerate() {
        let place = Place::field(Field::Parameters).item(index);
        let name = piece.ident("the name of a parameter")?;
        cx.mark(place.part(Part::Name), name.span());
        piece.punct('=')?;
        let variable = piece.ident("a variable")?;
        cx.mark(place.part(Part::Value), variable.span());
        let mut parameter = UrlParameter {
            name: cx.text(&name.to_string()),
            variable: cx.text(&variable.to_string()),
            default: "",
            from_host_of: "",
        };
        if piece.eat_word("or") {
            if piece.eat_word("host_of") {
                let mut inner = Cursor::of(&piece.group(Delimiter::Parenthesis, "`(VARIABLE)` after `host_of`")?);
                parameter.from_host_of = cx.text(&inner.ident("a variable")?.to_string());
                inner.end()?;
            } else {
                parameter.default = text(cx, place, &mut piece, "a default, or `host_of(VARIABLE)`")?;
            }
        }
        piece.end()?;
        parameters.push(parameter);
    }
    Ok(cx.list(&parameters))
}

fn parse_auth(cx: &mut Cx<'_>, cursor: &mut Cursor) -> Result<Auth, Diagnostic> {
    let ident = cursor.ident(&either::<Auth>())?;
    Ok(word(cx, Place::field(Field::Auth).part(Part::Value), &ident, Auth::None))
}

fn parse_credential<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<Credential<'b>, Diagnostic> {
    let ident = cursor.ident("a variable, `any_of(…)`, `file(…)` or `all_of(…)`")?;
    cx.mark(Place::field(Field::Credential), ident.span());
    let name = ident.to_string();
    let Some(kind) = known_word::<CredentialKind>(&ident) else {
        return Ok(Credential::AnyOf(cx.list(&[cx.text(&name)])));
    };
    let group = cursor.group(Delimiter::Parenthesis, &format!("`(…)` after `{name}`"))?;
    let mut pieces = arguments(Cursor::of(&group)).into_iter();
    if kind == CredentialKind::File {
        let mut next = |what: &str| {
            pieces.next().ok_or_else(|| Diagnostic::new(group.span_close(), format!("expected {what} here"), ""))
        };
        let (mut content, mut path, mut variable) = (next("a variable")?, next("a path")?, next("a variable")?);
        return Ok(Credential::File {
            content: cx.text(&content.ident("a variable")?.to_string()),
            path: text(cx, Place::field(Field::Credential).part(Part::Path), &mut path, "a path")?,
            variable: cx.text(&variable.ident("a variable")?.to_string()),
        });
    }
    let mut groups = Vec::new();
    for mut piece in pieces {
        groups.push(one_of_several(cx, &mut piece)?);
        piece.end()?;
    }
    if kind == CredentialKind::AllOf {
        return Ok(Credential::AllOf(cx.list(&groups)));
    }
    Ok(Credential::AnyOf(cx.list(&groups.concat())))
}

/// A variable, or a list of them.
fn one_of_several<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b [&'b str], Diagnostic> {
    if let Some(TokenTree::Ident(ident)) = cursor.peek().cloned() {
        cursor.next();
        return Ok(cx.list(&[cx.text(&ident.to_string())]));
    }
    let group = cursor.group(Delimiter::Bracket, "a variable, or a list of them")?;
    let mut names = Vec::new();
    for mut piece in Cursor::of(&group).split() {
        names.push(cx.text(&piece.ident("a variable")?.to_string()));
        piece.end()?;
    }
    Ok(cx.list(&names))
}

fn parse_models<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b [ModelRecord<'b>], Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[model(\"id\", …)]`")?;
    let mut models = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_record(cx, models.len(), piece);
        models.extend(cx.take(parsed));
    }
    Ok(cx.list(&models))
}

fn parse_record<'b>(cx: &mut Cx<'b>, index: usize, mut piece: Cursor) -> Result<ModelRecord<'b>, Diagnostic> {
    const WORDS: &[&str] = &["context_window", "max_tokens", "reasoning", "input"];
    if !piece.eat_word("model") {
        return Err(piece.expected("`model(\"id\", …)`"));
    }
    let group = piece.group(Delimiter::Parenthesis, "`(\"id\", …)` after `model`")?;
    piece.end()?;
    let mut pieces = arguments(Cursor::of(&group)).into_iter();
    let mut first = pieces.next().unwrap_or_else(|| Cursor::of(&group));
    let place = Place::field(Field::Models).item(index);
    let id = text(cx, place, &mut first, "a model's id")?;
    first.end()?;
    let mut record = ModelRecord { id, context_window: 0, max_tokens: 0, reasoning: false, input: &["text"] };
    for mut piece in pieces {
        let key = argument_key(&mut piece)?;
        match key.to_string().as_str() {
            "context_window" => record.context_window = piece.integer("a number of tokens")?.1,
            "max_tokens" => record.max_tokens = piece.integer("a number of tokens")?.1,
            "reasoning" => record.reasoning = boolean(&mut piece)?,
            "input" => record.input = marked_texts(cx, &mut piece, |nth| place.part(Part::Nth(nth)))?,
            _ => return Err(unknown_argument(&key, WORDS)),
        }
        piece.end()?;
    }
    Ok(record)
}

fn boolean(cursor: &mut Cursor) -> Result<bool, Diagnostic> {
    if cursor.eat_word("true") {
        Ok(true)
    } else if cursor.eat_word("false") {
        Ok(false)
    } else {
        Err(cursor.expected("`true` or `false`"))
    }
}

/// Reads a family; none when it has no name.
pub(crate) fn parse_family<'b>(cx: &mut Cx<'b>, mut cursor: Cursor) -> Option<Entry<Family<'b>>> {
    let head = parse_head(cx, &mut cursor, "a family", "FamilyEntry")?;
    let mut family = Family::EMPTY;
    family.name = cx.text(&kebab(&head.name.to_string()));
    family.description = cx.text(&head.description);
    for (key, example) in [
        ("tokens", "tokens: [\"word\"]"),
        ("namespace", "namespace: \"vendor\""),
        ("protocols", "protocols: [OpenAiCompletions]"),
    ] {
        if !head.fields.iter().any(|field| field.key == key) {
            let message = format!("`{}` has no field `{key}`", family.name);
            cx.missing(head.name.span(), message, format!("add `{example}`"));
        }
    }
    for field in head.fields {
        parse_family_field(cx, &mut family, field);
    }
    Some(Entry { ident: head.name, model: family })
}

fn parse_family_field<'b>(cx: &mut Cx<'b>, family: &mut Family<'b>, field: RawField) {
    let RawField { key, value: mut cursor } = field;
    let parsed = match key.to_string().as_str() {
        "tokens" => texts(cx, Field::Tokens, &mut cursor).map(|it| family.tokens = it),
        "namespace" => {
            let place = Place::field(Field::Namespace);
            text(cx, place, &mut cursor, "the provider's name in models.dev").map(|it| family.namespace = it)
        }
        "protocols" => parse_protocol_list(cx, &mut cursor).map(|it| family.protocols = it),
        "keys" => variables(cx, Field::Keys, &mut cursor).map(|it| family.keys = it),
        "base_urls" => variables(cx, Field::BaseUrl, &mut cursor).map(|it| family.base_urls = it),
        "excludes" => texts(cx, Field::Excludes, &mut cursor).map(|it| family.excludes = it),
        "spellings" => texts(cx, Field::Spellings, &mut cursor).map(|it| family.spellings = it),
        _ => return unknown_field(cx, FamilyEntry::FIELDS, &key),
    };
    let parsed = parsed.and_then(|()| cursor.end());
    cx.take(parsed);
}

fn parse_protocol_list<'b>(cx: &mut Cx<'b>, cursor: &mut Cursor) -> Result<&'b [Protocol], Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list of protocols")?;
    let mut protocols = Vec::new();
    for (index, mut piece) in Cursor::of(&group).split().into_iter().enumerate() {
        let ident = piece.ident("a protocol")?;
        piece.end()?;
        let place = Place::field(Field::Protocols).item(index);
        protocols.push(word(cx, place, &ident, Protocol::OpenAiCompletions));
    }
    Ok(cx.list(&protocols))
}
