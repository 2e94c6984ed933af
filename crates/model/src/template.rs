//! The values of an entry: one grammar for the environment, files, policies and argument vectors.
//!
//! A constant holds a value as text, since that is what costs rustc least; [`Template::value`] reads it. The text is
//! JSON in which every array is an operation: `["variable", NAME]`, `["object", [key, value], …]` and so on, so a plain
//! string is never parsed.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::json::{self, Json};
use crate::mcp_server::{McpTransport, ServerPart};

/// A value in its encoded form; made by [`Value::encode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template<'a>(pub &'a str);

impl<'a> Template<'a> {
    /// The value; `None` when the string is not an encoded value, as in a constant written by hand.
    pub fn value(self) -> Option<Value<'a>> {
        decode(json::parse(self.0)?)
    }
}

/// A value of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Cow<'a, str>),
    /// A literal, never scanned for anything.
    Text(Cow<'a, str>),
    /// The content of a variable, by its full name.
    Variable(Cow<'a, str>),
    /// The content of a variable as a non-negative integer.
    Uint(Cow<'a, str>),
    /// A reference to a variable that the agent resolves by itself.
    Reference(Cow<'a, str>),
    /// The absolute path of an installed program.
    Companion(Cow<'a, str>),
    /// Texts and variables, joined.
    Format(Vec<Value<'a>>),
    /// A list.
    List(Vec<Value<'a>>),
    /// Items that are added to a list which is there.
    Append(Vec<Value<'a>>),
    /// An object, in the order of its members.
    Object(Vec<Member<'a>>),
    /// One of several values, by the content of a variable.
    Match {
        /// The variable.
        variable: Cow<'a, str>,
        /// Contents and values; an empty content is the default arm.
        arms: Vec<(Cow<'a, str>, Value<'a>)>,
    },
    /// The MCP servers of `BENCHFLOW_MCP_SERVERS`, each in the form of its transport.
    Servers {
        /// Whether they are members of an object, by their names; otherwise they are items of a list.
        named: bool,
        /// The transports, each with the form of a server.
        forms: Vec<(McpTransport, Value<'a>)>,
    },
    /// A part of the server whose form this is in.
    Server(ServerPart),
    /// A value where a condition holds.
    If {
        /// The condition.
        condition: Condition<'a>,
        /// The value where it holds.
        then: Box<Value<'a>>,
        /// The value where it does not; without one, nothing is written.
        otherwise: Option<Box<Value<'a>>>,
    },
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its key: a literal, a variable or a format.
    pub key: Value<'a>,
    /// Its value.
    pub value: Value<'a>,
    /// Whether it is left out when a variable of its value is unset.
    pub optional: bool,
}

/// When something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// A variable is set and not blank.
    Set(Cow<'a, str>),
    /// The agent talks to the provider itself.
    Direct,
    /// The agent talks to a gateway.
    Proxy,
    /// The provider is this one.
    Provider(Cow<'a, str>),
    /// The agent runs as uid 0.
    Root,
    /// The opposite.
    Not(Box<Condition<'a>>),
    /// All of them.
    All(Vec<Condition<'a>>),
    /// One of them at least.
    Any(Vec<Condition<'a>>),
}

impl Value<'_> {
    /// The encoded form, which [`Template`] holds.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        encode(self, &mut out);
        out
    }

    /// Calls a function on this value and on every value in it, keys included, in the order of the text; the number is
    /// the value's place in that order.
    pub fn visit(&self, visit: &mut dyn FnMut(usize, &Value<'_>)) {
        let mut index = 0;
        walk(self, &mut index, visit);
    }

    /// How many values there are in it, itself and keys included.
    pub(crate) fn count(&self) -> usize {
        let mut count = 0;
        self.visit(&mut |_, _| count += 1);
        count
    }
}

/// Visits a value, and then what is in it: keys before their values.
fn walk(value: &Value<'_>, index: &mut usize, visit: &mut dyn FnMut(usize, &Value<'_>)) {
    visit(*index, value);
    *index += 1;
    match value {
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Variable(_)
        | Value::Uint(_)
        | Value::Reference(_)
        | Value::Companion(_)
        | Value::Server(_) => {}
        Value::Format(items) | Value::List(items) | Value::Append(items) => {
            for item in items {
                walk(item, index, visit);
            }
        }
        Value::Object(members) => {
            for Member { key, value, optional: _ } in members {
                walk(key, index, visit);
                walk(value, index, visit);
            }
        }
        Value::Match { variable: _, arms } => {
            for (_, value) in arms {
                walk(value, index, visit);
            }
        }
        Value::Servers { named: _, forms } => {
            for (_, value) in forms {
                walk(value, index, visit);
            }
        }
        Value::If { condition: _, then, otherwise } => {
            walk(then, index, visit);
            if let Some(otherwise) = otherwise {
                walk(otherwise, index, visit);
            }
        }
    }
}

impl Condition<'_> {
    /// Calls a function on every variable that the condition reads.
    pub fn visit_variables(&self, visit: &mut dyn FnMut(&str)) {
        match self {
            Self::Set(variable) => visit(variable),
            Self::Direct | Self::Proxy | Self::Provider(_) | Self::Root => {}
            Self::Not(condition) => condition.visit_variables(visit),
            Self::All(conditions) | Self::Any(conditions) => {
                for condition in conditions {
                    condition.visit_variables(visit);
                }
            }
        }
    }

    /// Whether this condition and another exclude each other syntactically.
    pub fn excludes(&self, other: &Self) -> bool {
        let opposite = |a: &Self, b: &Self| match (a, b) {
            (Self::Direct, Self::Proxy) | (Self::Proxy, Self::Direct) => true,
            (Self::Provider(a), Self::Provider(b)) => a != b,
            (a, Self::Not(b)) | (Self::Not(b), a) => *a == **b,
            _ => false,
        };
        self.conjuncts().iter().any(|a| other.conjuncts().iter().any(|b| opposite(a, b)))
    }

    fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::All(conditions) => conditions.iter().flat_map(Self::conjuncts).collect(),
            _ => vec![self],
        }
    }
}

fn operation(name: &str, out: &mut String, body: impl FnOnce(&mut String)) {
    let _ = write!(out, "[\"{name}\"");
    body(out);
    out.push(']');
}

fn string(text: &str, out: &mut String) {
    out.push(',');
    json::write_string(text, out);
}

fn items(values: &[Value<'_>], out: &mut String) {
    for value in values {
        out.push(',');
        encode(value, out);
    }
}

fn encode(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) => out.push_str(number),
        Value::Text(text) => json::write_string(text, out),
        Value::Variable(name) => operation("variable", out, |out| string(name, out)),
        Value::Uint(name) => operation("uint", out, |out| string(name, out)),
        Value::Reference(name) => operation("ref", out, |out| string(name, out)),
        Value::Companion(name) => operation("companion", out, |out| string(name, out)),
        Value::Format(values) => operation("fmt", out, |out| items(values, out)),
        Value::List(values) => operation("list", out, |out| items(values, out)),
        Value::Append(values) => operation("append", out, |out| items(values, out)),
        Value::Object(members) => operation("object", out, |out| encode_members(members, out)),
        Value::Match { variable, arms } => operation("match", out, |out| encode_match(variable, arms, out)),
        Value::Servers { named, forms } => operation("servers", out, |out| {
            out.push_str(if *named { ",true" } else { ",false" });
            for (transport, form) in forms {
                out.push_str(",[");
                json::write_string(transport.word(), out);
                out.push(',');
                encode(form, out);
                out.push(']');
            }
        }),
        Value::Server(part) => operation("server", out, |out| string(part.word(), out)),
        Value::If { condition, then, otherwise } => operation("if", out, |out| {
            out.push(',');
            encode_condition(condition, out);
            items(core::slice::from_ref(then), out);
            if let Some(otherwise) = otherwise {
                items(core::slice::from_ref(otherwise), out);
            }
        }),
    }
}

fn encode_members(members: &[Member<'_>], out: &mut String) {
    for member in members {
        out.push_str(",[");
        encode(&member.key, out);
        out.push(',');
        encode(&member.value, out);
        out.push_str(if member.optional { ",true]" } else { "]" });
    }
}

fn encode_match(variable: &str, arms: &[(Cow<'_, str>, Value<'_>)], out: &mut String) {
    string(variable, out);
    for (content, value) in arms {
        out.push_str(",[");
        json::write_string(content, out);
        out.push(',');
        encode(value, out);
        out.push(']');
    }
}

fn encode_condition(condition: &Condition<'_>, out: &mut String) {
    let all = |conditions: &[Condition<'_>], out: &mut String| {
        for condition in conditions {
            out.push(',');
            encode_condition(condition, out);
        }
    };
    match condition {
        Condition::Set(name) => operation("set", out, |out| string(name, out)),
        Condition::Direct => operation("direct", out, |_| {}),
        Condition::Proxy => operation("proxy", out, |_| {}),
        Condition::Provider(name) => operation("provider", out, |out| string(name, out)),
        Condition::Root => operation("root", out, |_| {}),
        Condition::Not(condition) => operation("not", out, |out| all(core::slice::from_ref(condition), out)),
        Condition::All(conditions) => operation("all", out, |out| all(conditions, out)),
        Condition::Any(conditions) => operation("any", out, |out| all(conditions, out)),
    }
}

fn text(json: Json<'_>) -> Option<Cow<'_, str>> {
    match json {
        Json::String(text) => Some(text),
        _ => None,
    }
}

fn decode(json: Json<'_>) -> Option<Value<'_>> {
    let list = match json {
        Json::Null => return Some(Value::Null),
        Json::Bool(bool) => return Some(Value::Bool(bool)),
        Json::Number(number) => return Some(Value::Number(Cow::Borrowed(number))),
        Json::String(text) => return Some(Value::Text(text)),
        Json::List(list) => list,
        // The encoded form has no objects.
        Json::Object(_) => return None,
    };
    let mut list = list.into_iter();
    let operation = text(list.next()?)?;
    Some(match &*operation {
        "variable" => Value::Variable(text(list.next()?)?),
        "uint" => Value::Uint(text(list.next()?)?),
        "ref" => Value::Reference(text(list.next()?)?),
        "companion" => Value::Companion(text(list.next()?)?),
        "fmt" => Value::Format(list.map(decode).collect::<Option<_>>()?),
        "list" => Value::List(list.map(decode).collect::<Option<_>>()?),
        "append" => Value::Append(list.map(decode).collect::<Option<_>>()?),
        "object" => Value::Object(list.map(decode_member).collect::<Option<_>>()?),
        "match" => Value::Match { variable: text(list.next()?)?, arms: list.map(decode_arm).collect::<Option<_>>()? },
        "servers" => {
            let Json::Bool(named) = list.next()? else { return None };
            Value::Servers { named, forms: list.map(decode_form).collect::<Option<_>>()? }
        }
        "server" => Value::Server(ServerPart::from_word(&text(list.next()?)?)?),
        "if" => {
            let condition = decode_condition(list.next()?)?;
            let then = Box::new(decode(list.next()?)?);
            let otherwise = list.next().map(|value| decode(value).map(Box::new));
            Value::If { condition, then, otherwise: if let Some(value) = otherwise { Some(value?) } else { None } }
        }
        _ => return None,
    })
}

fn decode_member(json: Json<'_>) -> Option<Member<'_>> {
    let Json::List(list) = json else { return None };
    let mut list = list.into_iter();
    let (key, value) = (decode(list.next()?)?, decode(list.next()?)?);
    Some(Member { key, value, optional: list.next() == Some(Json::Bool(true)) })
}

fn decode_form(json: Json<'_>) -> Option<(McpTransport, Value<'_>)> {
    let Json::List(list) = json else { return None };
    let mut list = list.into_iter();
    Some((McpTransport::from_word(&text(list.next()?)?)?, decode(list.next()?)?))
}

fn decode_arm(json: Json<'_>) -> Option<(Cow<'_, str>, Value<'_>)> {
    let Json::List(list) = json else { return None };
    let mut list = list.into_iter();
    Some((text(list.next()?)?, decode(list.next()?)?))
}

fn decode_condition(json: Json<'_>) -> Option<Condition<'_>> {
    let Json::List(list) = json else { return None };
    let mut list = list.into_iter();
    let operation = text(list.next()?)?;
    Some(match &*operation {
        "set" => Condition::Set(text(list.next()?)?),
        "direct" => Condition::Direct,
        "proxy" => Condition::Proxy,
        "provider" => Condition::Provider(text(list.next()?)?),
        "root" => Condition::Root,
        "not" => Condition::Not(Box::new(decode_condition(list.next()?)?)),
        "all" => Condition::All(list.map(decode_condition).collect::<Option<_>>()?),
        "any" => Condition::Any(list.map(decode_condition).collect::<Option<_>>()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_round_trip() {
        let value = Value::If {
            condition: Condition::All(vec![Condition::Proxy, Condition::Not(Box::new(Condition::Set("X".into())))]),
            then: Box::new(Value::Object(vec![
                Member { key: Value::Text("a\"b".into()), value: Value::Number("1.50".into()), optional: false },
                Member { key: Value::Variable("M".into()), value: Value::Uint("T".into()), optional: true },
                Member {
                    key: Value::Text("list".into()),
                    value: Value::List(vec![Value::Null, Value::Bool(true), Value::Reference("K".into())]),
                    optional: false,
                },
            ])),
            otherwise: Some(Box::new(Value::Match {
                variable: "P".into(),
                arms: vec![
                    ("x".into(), Value::Append(vec![])),
                    ("".into(), Value::Format(vec![Value::Text("/".into())])),
                ],
            })),
        };
        let text = value.encode();
        assert_eq!(Template(&text).value(), Some(value), "{text}");
    }

    #[test]
    fn value_places_follow_text_order() {
        let value = Value::Object(vec![Member {
            key: Value::Text("k".into()),
            value: Value::List(vec![Value::Text("v".into())]),
            optional: false,
        }]);
        let mut seen = Vec::new();
        value.visit(&mut |index, _| seen.push(index));
        assert_eq!(seen, [0, 1, 2, 3]);
    }
}
