//! Values and conditions: the one grammar of the environment, files, policies and argument vectors.

use std::borrow::Cow;

use proc_macro2::{Delimiter, Ident, TokenTree};
use quote::{quote, quote_spanned};
use registry_model::check::{Part, Place};
use registry_model::model::{McpTransport, ServerPart};
use registry_model::names::{kebab, nearest};
use registry_model::template::{Condition, Member, Template, Value};
use registry_model::variables::{CANONICAL, canonical, is_variable_name};

use super::cursor::Cursor;
use super::fields::closed_word;
use crate::span::before;
use crate::syntax::{Cx, Diagnostic, Formatted};

/// How deep a value may be nested.
const MAX_DEPTH: usize = 48;

/// Reads values at a place, and marks the span of each.
pub(super) struct Values<'c, 'b> {
    cx: &'c mut Cx<'b>,
    place: Place,
    /// The number of the next value, in the order of the text.
    next: usize,
    depth: usize,
    /// The number of the value whose condition is being read, and how many variables it has named.
    condition: (usize, usize),
    /// The transport of the form of a server that is being read.
    server: Option<McpTransport>,
}

/// A value at a place; the whole of the cursor.
pub(super) fn parse_template<'b>(cx: &mut Cx<'b>, place: Place, cursor: Cursor) -> Result<Template<'b>, Diagnostic> {
    parse_template_if(cx, place, None, cursor)
}

/// A value whose `if` is written elsewhere, as in `json("…", if proxy) { … }`.
pub(super) fn parse_template_if<'b>(
    cx: &mut Cx<'b>,
    place: Place,
    condition: Option<Condition<'static>>,
    mut cursor: Cursor,
) -> Result<Template<'b>, Diagnostic> {
    cx.mark(place, cursor.span());
    let mut values =
        Values { cx, place, next: usize::from(condition.is_some()), depth: 0, condition: (0, 0), server: None };
    let value = values.value(&mut cursor)?;
    cursor.end()?;
    let value = match condition {
        Some(condition) => Value::If { condition, then: Box::new(value), otherwise: None },
        None => value,
    };
    Ok(Template(cx.text(&value.encode())))
}

/// A condition; the whole of the cursor.
pub(super) fn parse_condition(
    cx: &mut Cx<'_>,
    place: Place,
    cursor: &mut Cursor,
) -> Result<Condition<'static>, Diagnostic> {
    Values { cx, place, next: 0, depth: 0, condition: (0, 0), server: None }.condition(cursor)
}

type Parsed = Result<Value<'static>, Diagnostic>;

impl Values<'_, '_> {
    fn value(&mut self, cursor: &mut Cursor) -> Parsed {
        let span = cursor.span();
        if self.depth >= MAX_DEPTH {
            return Err(Diagnostic::new(span, "this value is nested too deeply", "write a value with fewer levels"));
        }
        self.cx.mark(self.place.node(self.next), span);
        self.next += 1;
        self.depth += 1;
        let value = self.shallow(cursor);
        self.depth -= 1;
        value
    }

    fn shallow(&mut self, cursor: &mut Cursor) -> Parsed {
        match cursor.peek() {
            Some(TokenTree::Ident(ident)) => {
                let ident = ident.clone();
                cursor.next();
                self.word(&ident, cursor)
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                let items = Cursor::of(group);
                cursor.next();
                self.items(items).map(Value::List)
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let members = Cursor::of(group);
                cursor.next();
                self.object(members)
            }
            Some(TokenTree::Punct(_) | TokenTree::Literal(_)) => literal(cursor),
            _ => Err(cursor.expected("a value")),
        }
    }

    fn word(&mut self, word: &Ident, cursor: &mut Cursor) -> Parsed {
        match word.to_string().as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" => Ok(Value::Null),
            "if" => self.conditional(cursor),
            "match" => self.choice(cursor),
            "fmt" => self.format(cursor),
            "uint" => self.argument(cursor).map(|variable| Value::Uint(full(&variable))),
            "ref" => self.argument(cursor).map(|variable| Value::Reference(full(&variable))),
            "companion" => self.companion(cursor),
            "servers" => self.servers(cursor),
            "server" => self.server_part(cursor),
            "append" => {
                let group = cursor.group(Delimiter::Parenthesis, "`([…])` after `append`")?;
                let mut inner = Cursor::of(&group);
                let list = inner.group(Delimiter::Bracket, "a list in `append`")?;
                inner.end()?;
                self.items(Cursor::of(&list)).map(Value::Append)
            }
            name if is_variable_name(name) && !name.starts_with('_') => Ok(Value::Variable(full(word))),
            name => {
                let help = match meant(name) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write a string in quotes, a variable in capitals".to_owned(),
                };
                Err(Diagnostic::new(word.span(), format!("`{name}` is not a value"), help))
            }
        }
    }

    fn items(&mut self, items: Cursor) -> Result<Vec<Value<'static>>, Diagnostic> {
        self.each(items, |values, item| {
            let value = values.value(item)?;
            item.end()?;
            Ok(value)
        })
    }

    /// Reads the pieces between commas; an error in one keeps none of the others from being reported.
    fn each<T>(
        &mut self,
        cursor: Cursor,
        mut parse: impl FnMut(&mut Self, &mut Cursor) -> Result<T, Diagnostic>,
    ) -> Result<Vec<T>, Diagnostic> {
        let (mut parsed, mut failed) = (Vec::new(), None);
        for mut piece in cursor.split() {
            match parse(self, &mut piece) {
                Ok(item) => parsed.push(item),
                Err(fault) => {
                    if let Some(earlier) = failed.replace(fault) {
                        self.cx.push(earlier);
                    }
                }
            }
        }
        failed.map_or(Ok(parsed), Err)
    }

    fn object(&mut self, members: Cursor) -> Parsed {
        self.each(members, Self::member).map(Value::Object)
    }

    fn member(&mut self, cursor: &mut Cursor) -> Result<Member<'static>, Diagnostic> {
        let key = self.value(cursor)?;
        let optional = cursor.eat('?');
        cursor.punct(':')?;
        let value = self.value(cursor)?;
        cursor.end()?;
        Ok(Member { key, value, optional })
    }

    fn conditional(&mut self, cursor: &mut Cursor) -> Parsed {
        self.condition = (self.next.saturating_sub(1), 0);
        let condition = self.condition(cursor)?;
        let then = self.block(cursor, "`{ value }` after the condition")?;
        let otherwise = match (cursor.eat_word("else"), cursor.is_word("if")) {
            (false, _) => None,
            (true, true) => Some(Box::new(self.value(cursor)?)),
            (true, false) => Some(Box::new(self.block(cursor, "`{ value }` or `if` after `else`")?)),
        };
        Ok(Value::If { condition, then: Box::new(then), otherwise })
    }

    fn block(&mut self, cursor: &mut Cursor, what: &str) -> Parsed {
        let mut inner = Cursor::of(&cursor.group(Delimiter::Brace, what)?);
        let value = self.value(&mut inner)?;
        inner.end()?;
        Ok(value)
    }

    fn choice(&mut self, cursor: &mut Cursor) -> Parsed {
        let variable = full(&cursor.ident("a variable after `match`")?);
        let arms = Cursor::of(&cursor.group(Delimiter::Brace, "`{ \"content\" => value }`")?);
        let mut parsed = Vec::new();
        for mut arm in arms.split() {
            let content = if arm.eat_word("_") { String::new() } else { arm.string("a string or `_`")?.1 };
            arm.punct('=')?;
            arm.punct('>')?;
            parsed.push((Cow::Owned(content), self.value(&mut arm)?));
            arm.end()?;
        }
        Ok(Value::Match { variable, arms: parsed })
    }

    fn format(&mut self, cursor: &mut Cursor) -> Parsed {
        let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(\"…\")` after `fmt`")?);
        let (literal, text) = inner.string("a text")?;
        inner.end()?;
        let Some(parts) = format_parts(&text) else {
            let message = "unmatched brace in the format string";
            return Err(Diagnostic::new(
                literal.span(),
                message,
                "write `{VARIABLE}`; `fmt` does not support literal braces",
            ));
        };
        let names = parts.iter().filter_map(|part| match part {
            Value::Variable(name) => Some(name.to_string()),
            _ => None,
        });
        self.cx.formatted.push(Formatted { literal: literal.clone(), names: names.collect() });
        for _ in &parts {
            self.cx.mark(self.place.node(self.next), literal.span());
            self.next += 1;
        }
        Ok(Value::Format(parts))
    }

    fn argument(&mut self, cursor: &mut Cursor) -> Result<Ident, Diagnostic> {
        let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(VARIABLE)`")?);
        let variable = inner.ident("a variable")?;
        inner.end()?;
        self.cx.mark(self.place.node(self.next.saturating_sub(1)), variable.span());
        Ok(variable)
    }

    /// `{ stdio: form, http: form }` or `[…]` after `servers`: members of an object, or items of a list.
    fn servers(&mut self, cursor: &mut Cursor) -> Parsed {
        let named = !cursor.is_group(Delimiter::Bracket);
        let delimiter = if named { Delimiter::Brace } else { Delimiter::Bracket };
        let group = cursor.group(delimiter, "`{ stdio: { … }, http: { … } }` or `[…]` after `servers`")?;
        let mut forms: Vec<(McpTransport, Value<'static>)> = Vec::new();
        let parsed = self.each(Cursor::of(&group), |values, piece| {
            let span = piece.span();
            let transport = closed_word::<McpTransport>("", piece)?;
            piece.punct(':')?;
            let outer = values.server.replace(transport);
            let form = values.value(piece);
            values.server = outer;
            piece.end()?;
            Ok((span, transport, form?))
        })?;
        for (span, transport, form) in parsed {
            if forms.iter().any(|(it, _)| *it == transport) {
                let message = format!("`{}` is written twice in `servers`", transport.word());
                return Err(Diagnostic::new(span, message, "write one form for each transport"));
            }
            forms.push((transport, form));
        }
        Ok(Value::Servers { named, forms })
    }

    /// `(part)` after `server`, in a form of `servers`.
    fn server_part(&mut self, cursor: &mut Cursor) -> Parsed {
        let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(name)` after `server`")?);
        let span = inner.span();
        let part = closed_word::<ServerPart>("", &mut inner)?;
        inner.end()?;
        let Some(transport) = self.server else {
            return Err(Diagnostic::new(
                span,
                "`server(…)` is outside of `servers`",
                "write it in a form of `servers`",
            ));
        };
        if !transport.parts().contains(&part) {
            let parts: Vec<String> = transport.parts().iter().map(|it| format!("`{}`", it.word())).collect();
            let message = format!("a server over `{}` has no `{}`", transport.word(), part.word());
            return Err(Diagnostic::new(span, message, format!("its parts are {}", parts.join(", "))));
        }
        Ok(Value::Server(part))
    }

    fn companion(&mut self, cursor: &mut Cursor) -> Parsed {
        let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(\"program\")` after `companion`")?);
        let (literal, program) = inner.string("the name of a program")?;
        inner.end()?;
        self.cx.mark(self.place.node(self.next.saturating_sub(1)), literal.span());
        Ok(Value::Companion(Cow::Owned(program)))
    }

    fn condition(&mut self, cursor: &mut Cursor) -> Result<Condition<'static>, Diagnostic> {
        if self.depth >= MAX_DEPTH {
            return Err(Diagnostic::new(cursor.span(), "this condition is nested too deeply", ""));
        }
        self.depth += 1;
        let condition = self.shallow_condition(cursor);
        self.depth -= 1;
        condition
    }

    fn shallow_condition(&mut self, cursor: &mut Cursor) -> Result<Condition<'static>, Diagnostic> {
        const WORDS: [&str; 8] = ["set", "direct", "proxy", "provider", "root", "not", "all", "any"];
        let word = cursor.ident("a condition")?;
        Ok(match word.to_string().as_str() {
            "direct" => Condition::Direct,
            "proxy" => Condition::Proxy,
            "root" => Condition::Root,
            "set" => {
                let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(VARIABLE)` after `set`")?);
                let variable = inner.ident("a variable")?;
                inner.end()?;
                let (node, nth) = self.condition;
                self.cx.mark(self.place.node(node).part(Part::Nth(nth)), variable.span());
                self.condition = (node, nth + 1);
                Condition::Set(full(&variable))
            }
            "provider" => self.provider(cursor)?,
            "not" => {
                let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(condition)` after `not`")?);
                let condition = self.condition(&mut inner)?;
                inner.end()?;
                Condition::Not(Box::new(condition))
            }
            "all" => Condition::All(self.conditions(cursor)?),
            "any" => Condition::Any(self.conditions(cursor)?),
            other => {
                let help = match nearest(other, WORDS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("expected one of `{}`", WORDS.join("`, `")),
                };
                return Err(Diagnostic::new(word.span(), format!("unknown condition `{other}`"), help));
            }
        })
    }

    fn conditions(&mut self, cursor: &mut Cursor) -> Result<Vec<Condition<'static>>, Diagnostic> {
        let group = cursor.group(Delimiter::Parenthesis, "`(condition, …)`")?;
        let mut conditions = Vec::new();
        for mut piece in Cursor::of(&group).split() {
            conditions.push(self.condition(&mut piece)?);
            piece.end()?;
        }
        Ok(conditions)
    }

    fn provider(&mut self, cursor: &mut Cursor) -> Result<Condition<'static>, Diagnostic> {
        let mut inner = Cursor::of(&cursor.group(Delimiter::Parenthesis, "`(PROVIDER)` after `provider`")?);
        let provider = inner.ident("a provider's constant")?;
        inner.end()?;
        probe_provider(self.cx, &provider);
        Ok(Condition::Provider(Cow::Owned(kebab(&provider.to_string()))))
    }
}

/// The word or the canonical variable that is similar to an unknown one.
fn meant(name: &str) -> Option<&'static str> {
    const WORDS: [&str; 12] =
        ["true", "false", "null", "if", "match", "fmt", "uint", "ref", "companion", "append", "servers", "server"];
    if ["none", "nil", "undefined"].iter().any(|it| name.eq_ignore_ascii_case(it)) {
        return Some("null");
    }
    nearest(name, WORDS.into_iter().chain(CANONICAL.iter().map(|variable| variable.word)))
}

/// Lets rustc resolve a provider: a wrong name is its E0425, with the similar names.
pub(super) fn probe_provider(cx: &mut Cx<'_>, provider: &Ident) {
    let path = quote_spanned!(before(provider.span(), provider.span())=> super::providers::);
    cx.mention(quote!(#path #provider));
}

/// The full name of a variable's word.
pub(super) fn full(word: &Ident) -> Cow<'static, str> {
    let word = word.to_string();
    canonical(&word).map_or(Cow::Owned(word), |variable| Cow::Borrowed(variable.name))
}

/// The strings and variables of a `fmt`; `None` for an unmatched brace.
fn format_parts(text: &str) -> Option<Vec<Value<'static>>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if before.contains('}') || name.is_empty() || name.contains('{') {
            return None;
        }
        if !before.is_empty() {
            parts.push(Value::Text(Cow::Owned(before.to_owned())));
        }
        let variable = canonical(name).map_or(Cow::Owned(name.to_owned()), |it| Cow::Borrowed(it.name));
        parts.push(Value::Variable(variable));
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    if !rest.is_empty() {
        parts.push(Value::Text(Cow::Owned(rest.to_owned())));
    }
    Some(parts)
}

/// A text or a number.
fn literal(cursor: &mut Cursor) -> Parsed {
    let negative = cursor.eat('-');
    if !negative && let Ok((_, text)) = cursor.string("a text") {
        return Ok(Value::Text(Cow::Owned(text)));
    }
    let fault = cursor.expected("a value");
    let Some(TokenTree::Literal(literal)) = cursor.next() else { return Err(fault) };
    let digits = literal.to_string().replace('_', "");
    if !is_json_number(&digits) {
        return Err(Diagnostic::new(
            literal.span(),
            format!("`{literal}` is not a value"),
            "write a string in double quotes, or a decimal number",
        ));
    }
    Ok(Value::Number(Cow::Owned(if negative { format!("-{digits}") } else { digits })))
}

/// Whether JSON has a number: digits, and a fraction with digits on both sides.
fn is_json_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let whole = text.split('.').next().unwrap_or_default();
    let led_by_zero = whole.len() > 1 && whole.starts_with('0');
    !led_by_zero && text.split('.').count() <= 2 && text.split('.').all(digits)
}

/// Makes rustc underline the placeholders of `fmt("…")` that are not variables of the entry.
pub(super) fn probe_formats(cx: &mut Cx<'_>, accepts: &[&str]) {
    for Formatted { literal, names } in core::mem::take(&mut cx.formatted) {
        let known = |name: &str| canonical(name).is_some() || accepts.contains(&name);
        if names.iter().all(|name| known(name)) {
            continue;
        }
        let words = CANONICAL.iter().flat_map(|it| [it.word, it.name]).chain(accepts.iter().copied());
        let legal = words.filter(|word| is_variable_name(word)).map(|word| Ident::new(word, literal.span()));
        cx.leave_formats_to_rustc();
        cx.probe_error(quote! {
            #[allow(unused_variables, non_snake_case)]
            const _: fn() = || {
                #(let #legal = "";)*
                let _ = ::core::format_args!(#literal);
            };
        });
    }
}
