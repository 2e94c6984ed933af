//! Reports files that their format cannot represent, duplicate keys, and files that contradict each other.

use std::collections::BTreeSet;

use crate::check::{Channel, Diagnostics, Located, Rule, Subject, switches};
use crate::model::{BaseUrlForm, FileFormat, Off, Owner};
use crate::place::{Field, Part, Place};
use crate::template::{Condition, Member, Value};

use super::leaf::leaves;

pub(super) const RULE: Rule = Rule {
    sentence: "the format of a file can represent its content, and each key is written once",
    example: r#"config: [toml("~/.parrot/config.toml", owner: Whole) { "model": null }]"#,
    corrected: r#"config: [toml("~/.parrot/config.toml", owner: Whole) { "model"?: MODEL }]"#,
    help: "write a value that the format can represent, each key once",
    incidents: &[55, 56, 57],
    reads: &[Field::References, Field::BaseUrl],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    for located in &cx.templates {
        let format = match located.channel {
            Channel::Config(index) => cx.agent.config.get(index).map(|file| file.format),
            Channel::OffFile => Some(policy_format(cx, located.place)),
            Channel::Env(_) | Channel::Argv | Channel::Switch(_) => None,
        };
        match (&located.value, format) {
            (None, _) => report.add(
                &RULE,
                located.place,
                "this constant is not an encoded value",
                "create it with `Value::encode`",
            ),
            (Some(value), Some(format)) => check_file(cx, value, format, located, report),
            (Some(value), None) => check_scalar(value, located.place, report),
        }
    }
    check_owners(cx, report);
    check_contradictions(cx, report);
}

/// The canonical variable that holds the base URL.
const BASE_URL: &str = "BENCHFLOW_PROVIDER_BASE_URL";

fn policy_format(cx: &Subject<'_>, place: Place) -> FileFormat {
    match switches(cx.agent).find(|(it, _)| *it == place) {
        Some((_, Off::File { format, .. })) => *format,
        _ => FileFormat::Json,
    }
}

fn check_file(
    cx: &Subject<'_>,
    value: &Value<'_>,
    format: FileFormat,
    located: &Located<'_>,
    report: &mut Diagnostics,
) {
    let body = match value {
        Value::If { then, .. } => then,
        other => other,
    };
    if !matches!(body, Value::Object(_)) {
        report.add(&RULE, located.place, "the content of a file must be an object", "write `{ \"key\": value }`");
    }
    value.visit(&mut |node, value| {
        let place = located.place.node(node);
        match value {
            Value::Null if format == FileFormat::Toml => {
                report.add(&RULE, place, "TOML has no `null`", "remove the key, or mark it with `?`");
            }
            Value::Append(_) if located.channel != Channel::OffFile => {
                report.add(&RULE, place, "`append` is allowed in `web` and `permission` only", "write the whole list");
            }
            Value::Reference(_) if cx.agent.references.is_none() => {
                let message =
                    format!("`ref` in a file of `{}`, whose entry does not declare `references`", cx.agent.name);
                report.add(&RULE, place, message, "add `references: \"{env:NAME}\"`, in the syntax of the agent");
            }
            Value::Reference(name) if *name == BASE_URL && cx.agent.base_url != BaseUrlForm::AsGiven => {
                let message = format!(
                    "`ref(BASE_URL)` passes the provider's URL to `{}` without the form of `base_url`",
                    cx.agent.name
                );
                report.add(&RULE, place, message, "write `BASE_URL`, which is converted to the form of `base_url`");
            }
            Value::Object(members) => check_keys(members, node, located.place, report),
            _ => {}
        }
    });
}

fn check_keys(members: &[Member<'_>], node: usize, place: Place, report: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    let mut next = node + 1;
    for member in members {
        match &member.key {
            Value::Text(key) if !seen.insert(key.clone()) => {
                report.add(&RULE, place.node(next), format!("duplicate key `{key}`"), "keep one of them");
            }
            Value::Text(_) | Value::Variable(_) | Value::Format(_) => {}
            _ => report.add(
                &RULE,
                place.node(next),
                "a key must be a string, a variable or a `fmt`",
                "write the key in quotes",
            ),
        }
        next += member.key.count() + member.value.count();
    }
}

/// A variable and a word of an argument vector hold text only.
fn check_scalar(value: &Value<'_>, place: Place, report: &mut Diagnostics) {
    value.visit(&mut |node, value| {
        let what = match value {
            Value::List(_) | Value::Append(_) => "a list",
            Value::Object(_) => "an object",
            Value::Servers { .. } | Value::Server(_) => "`servers`",
            Value::Null => "`null`",
            Value::Reference(_) => "`ref`",
            Value::Text(text) if text.contains('\0') => "a NUL byte",
            _ => return,
        };
        report.add(
            &RULE,
            place.node(node),
            format!("a variable or an argument must be a string, found {what}"),
            "write a string, a variable or `fmt(\"…\")`",
        );
    });
}

fn check_owners(cx: &Subject<'_>, report: &mut Diagnostics) {
    for (index, file) in cx.agent.config.iter().enumerate() {
        let place = Place::field(Field::Config).item(index);
        if file.format == FileFormat::Toml && file.owner == Owner::Keys {
            report.add(
                &RULE,
                place.part(Part::FileFormat),
                format!("`{}` is a TOML file, and keys cannot be merged into TOML", file.path),
                "write `owner: Whole`, in a folder that only the agent uses",
            );
        }
        let first = cx.agent.config.iter().find(|other| other.path == file.path).unwrap_or(file);
        if (first.format, first.owner, first.mode) != (file.format, file.owner, file.mode) {
            report.add(
                &RULE,
                place.part(Part::Path),
                format!("`{}` is written twice with another format, owner or mode", file.path),
                "use the same format, owner and mode for both",
            );
        }
    }
}

fn check_contradictions(cx: &Subject<'_>, report: &mut Diagnostics) {
    for (index, file) in cx.agent.config.iter().enumerate() {
        let place = file_place(index);
        for (before, _) in cx.agent.config.iter().enumerate().take(index).filter(|(_, it)| it.path == file.path) {
            let (Some(ours), Some(theirs)) = (cx.value_at(place), cx.value_at(file_place(before))) else { continue };
            if condition(ours).zip(condition(theirs)).is_some_and(|(a, b)| a.excludes(b)) {
                continue;
            }
            let theirs = leaves(theirs);
            for leaf in leaves(ours).iter().filter(|leaf| leaf.contradicts(&theirs)) {
                report.add(
                    &RULE,
                    place.node(leaf.node),
                    format!("`{}` of `{}` has a different value above", leaf.path(), file.path),
                    "write it once, or under two conditions that exclude each other",
                );
            }
        }
    }
}

/// The place of the body of a file that is written at launch.
fn file_place(index: usize) -> Place {
    Place::field(Field::Config).item(index).part(Part::Value)
}

fn condition<'v, 'a>(value: &'v Value<'a>) -> Option<&'v Condition<'a>> {
    match value {
        Value::If { condition, .. } => Some(condition),
        _ => None,
    }
}
