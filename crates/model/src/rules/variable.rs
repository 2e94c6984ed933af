//! Functions shared by the rules about variables.

use crate::check::{Channel, Diagnostic, Diagnostics, Rule, Subject, switches};
use crate::model::{Agent, Off};
use crate::names::nearest;
use crate::place::{Field, Part, Place};
use crate::template::Value;
use crate::variables::{CANONICAL, canonical, shell_variable, word};

/// Reports variables that are neither canonical nor accepted, in the templates of some channels.
pub(super) fn unknown_variables(
    rule: &'static Rule,
    cx: &Subject<'_>,
    wanted: fn(Channel<'_>) -> bool,
    report: &mut Diagnostics,
) {
    let known = |name: &str| match canonical(name) {
        Some(variable) => variable.word != "PORT" || cx.agent.beside.is_some(),
        None => cx.agent.accepts.contains(&name),
    };
    // The parts of the `fmt` that was visited last.
    let mut parts_of_format = Vec::new();
    cx.visit_values(&mut |located, place, value| {
        if !wanted(located.channel) {
            return;
        }
        if let (Value::Format(parts), Some(node)) = (value, place.node) {
            parts_of_format = (node + 1..=node + parts.len()).map(|node| located.place.node(node)).collect();
        }
        let mut check = |place: Place, name: &str| {
            if !known(name) {
                let message = format!("unknown variable `{}` in the entry of `{}`", word(name), cx.agent.name);
                let violation = Diagnostic::new(rule, place, message, help(cx.agent, name));
                report.violations.push(Diagnostic { in_format: parts_of_format.contains(&place), ..violation });
            }
        };
        match value {
            Value::Text(text) => check_text(rule, cx, text, place, report),
            Value::Format(parts) => check_format(rule, parts, place, report),
            Value::Variable(name) | Value::Uint(name) | Value::Reference(name) => check(place, name),
            Value::Match { variable, .. } => check(place, variable),
            Value::If { condition, .. } => {
                let mut nth = 0;
                condition.visit_variables(&mut |name| {
                    check(place.part(Part::Nth(nth)), name);
                    nth += 1;
                });
            }
            _ => {}
        }
    });
}

/// A variable in shell syntax in a string, which is not replaced.
fn check_text(rule: &'static Rule, cx: &Subject<'_>, text: &str, place: Place, report: &mut Diagnostics) {
    let Some((range, name)) = shell_variable(text, |name| cx.knows(name)) else { return };
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    let written = text.get(range).unwrap_or_default();
    let name = word(name);
    let is_reference = cx.agent.references.is_some_and(|it| it.form.replace("NAME", name) == text);
    let help = match (before, after) {
        _ if is_reference => format!("write `ref({name})`"),
        ("", "") => format!("write `{name}`, without quotes"),
        _ if before.contains(['{', '}']) || after.contains(['{', '}']) => format!("write `fmt(\"…{{{name}}}…\")`"),
        _ => format!("write `fmt(\"{before}{{{name}}}{after}\")`"),
    };
    report.add(rule, place, format!("`{written}` is plain text here and is not replaced by a variable"), help);
}

/// A `$` before a placeholder, as in a shell, which stays in the string.
fn check_format(rule: &'static Rule, parts: &[Value<'_>], place: Place, report: &mut Diagnostics) {
    let dollar = parts.windows(2).find_map(|pair| match pair {
        [Value::Text(text), Value::Variable(name)] if text.ends_with('$') => Some(word(name)),
        _ => None,
    });
    let Some(name) = dollar else { return };
    let meant: String = parts
        .iter()
        .map(|part| match part {
            Value::Text(text) => text.strip_suffix('$').unwrap_or(text).to_owned(),
            Value::Variable(name) => format!("{{{}}}", word(name)),
            _ => String::new(),
        })
        .collect();
    let alone = meant == format!("{{{name}}}");
    let help = if alone { format!("write `{name}`") } else { format!("write `fmt(\"{meant}\")`") };
    report.add(rule, place, format!("the `$` before `{{{name}}}` is not removed from the string"), help);
}

fn help(agent: &Agent<'_>, name: &str) -> String {
    if canonical(name).is_some_and(|variable| variable.word == "PORT") {
        return "`PORT` requires a helper process: add `beside: { argv: […], within: 30s }`".to_owned();
    }
    let words = CANONICAL.iter().map(|variable| variable.word).chain(agent.accepts.iter().copied());
    match nearest(name, words) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("add it to `accepts: [{name}]`, or use one of {}", words_of_all()),
    }
}

fn words_of_all() -> String {
    CANONICAL.iter().map(|variable| format!("`{}`", variable.word)).collect::<Vec<_>>().join(", ")
}

/// The variables that a run without web drops.
pub(super) fn unset_variables<'a>(agent: &Agent<'a>) -> Vec<(Place, &'a str)> {
    let mut all = Vec::new();
    for (place, off) in switches(agent) {
        let Off::Unset(names) = off else { continue };
        all.extend(names.iter().enumerate().map(|(nth, name)| (place.item(nth), *name)));
    }
    all
}

/// The variables that an agent is started with: its mapping, the switches of its hosts, web policy and
/// permission.
pub(super) fn set_variables<'a>(agent: &Agent<'a>) -> Vec<(Place, &'a str)> {
    let mut all = Vec::new();
    for (index, mapping) in agent.env.iter().enumerate() {
        all.push((Place::field(Field::Env).item(index).part(Part::Name), mapping.name));
    }
    for (place, off) in switches(agent) {
        let Off::Env(mappings) = off else { continue };
        all.extend(mappings.iter().map(|it| (place, it.name)));
    }
    for (index, host) in agent.hosts.iter().enumerate() {
        let place = |nth| Place::field(Field::Hosts).item(index).part(Part::Nth(nth));
        all.extend(host.off.iter().enumerate().map(|(nth, it)| (place(nth), it.name)));
    }
    all
}
