//! What the rules about variables share.

use crate::check::{Channel, Field, Part, Place, Report, Subject};
use crate::model::{Agent, Off};
use crate::names::nearest;
use crate::template::Value;
use crate::variables::{CANONICAL, canonical, word};

use super::Rule;

/// Reports variables that are neither canonical nor accepted, in the templates of some channels.
pub(super) fn unknown_variables(
    rule: &'static Rule,
    cx: &Subject<'_>,
    wanted: fn(Channel<'_>) -> bool,
    report: &mut Report,
) {
    let known = |name: &str| match canonical(name) {
        Some(variable) => variable.word != "PORT" || cx.agent.beside.is_some(),
        None => cx.agent.accepts.contains(&name),
    };
    cx.visit_values(&mut |located, place, value| {
        if !wanted(located.channel) {
            return;
        }
        let mut check = |place: Place, name: &str| {
            if !known(name) {
                report.add(
                    rule,
                    place,
                    format!("`{}` is no variable of `{}`", word(name), cx.agent.name),
                    help(cx.agent, name),
                );
            }
        };
        match value {
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

fn help(agent: &Agent<'_>, name: &str) -> String {
    if canonical(name).is_some_and(|variable| variable.word == "PORT") {
        return "`PORT` is the free port of `beside: { argv: […], within: 30s }`, which this entry has not".to_owned();
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
    for (index, off) in agent.web_switches().iter().enumerate() {
        let Off::Unset(names) = off else { continue };
        let place = |nth| Place::field(Field::Web).part(Part::Off(index)).item(nth);
        all.extend(names.iter().enumerate().map(|(nth, name)| (place(nth), *name)));
    }
    all
}

/// The variables that an agent is started with: its mapping, the switches of its hosts and of its web policy.
pub(super) fn set_variables<'a>(agent: &Agent<'a>) -> Vec<(Place, &'a str)> {
    let mut all = Vec::new();
    for (index, mapping) in agent.env.iter().enumerate() {
        all.push((Place::field(Field::Env).item(index).part(Part::Name), mapping.name));
    }
    for (index, off) in agent.web_switches().iter().enumerate() {
        let Off::Env(mappings) = off else { continue };
        all.extend(mappings.iter().map(|it| (Place::field(Field::Web).part(Part::Off(index)), it.name)));
    }
    for (index, host) in agent.hosts.iter().enumerate() {
        let place = |nth| Place::field(Field::Hosts).item(index).part(Part::Nth(nth));
        all.extend(host.off.iter().enumerate().map(|(nth, it)| (place(nth), it.name)));
    }
    all
}
