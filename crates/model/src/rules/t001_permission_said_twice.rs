//! Reports what lets an agent's tools run without asking and is not in `permission` alone.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Mapping, Off};
use crate::place::{Field, Part, Place};
use crate::template::Value;

use super::leaf::leaves;

pub(super) const RULE: Rule = Rule {
    sentence: "what `permission` sets is set nowhere else in the entry, so that `BENCHFLOW_PERMISSION=ask` leaves all of it out",
    example: r#"launch: ["parrot", "acp", "--yolo"], permission: [argv ["--yolo"]]"#,
    corrected: r#"launch: ["parrot", "acp"], permission: [argv ["--yolo"]]"#,
    help: "keep it in `permission`",
    incidents: &[97],
    reads: &[Field::Permission],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let mut repeated = Vec::new();
    for (nth, off) in cx.agent.permission_switches().iter().enumerate() {
        match off {
            Off::Argv(words) => repeated.extend(arguments(cx, words)),
            Off::Env(mappings) => repeated.extend(mappings.iter().flat_map(|it| variables(cx, it))),
            Off::File { path, .. } => repeated.extend(keys(cx, nth, path)),
            Off::Unset(_) => {}
        }
    }
    for (place, what) in repeated {
        let message = format!("{what} is in `permission` of `{}` too", cx.agent.name);
        report.add(&RULE, place, message, format!("remove it here: {}", RULE.help));
    }
}

/// The words of `launch` that are options of the permission.
fn arguments(cx: &Subject<'_>, words: &[&str]) -> Vec<(Place, String)> {
    let said = |word: &str| word.starts_with('-') && words.contains(&word);
    let launch = (0..cx.agent.launch.len()).map(|index| Place::field(Field::Launch).item(index));
    let word = |place: Place| match cx.value_at(place) {
        Some(Value::Text(word)) if said(word) => Some((place, format!("`{word}`"))),
        _ => None,
    };
    launch.filter_map(word).collect()
}

/// The mapping of a variable to the same value, or the switch of a host.
fn variables(cx: &Subject<'_>, set: &Mapping<'_>) -> Vec<(Place, String)> {
    let own =
        cx.agent.env.iter().enumerate().map(|(index, it)| (Place::field(Field::Env).item(index).part(Part::Name), it));
    let hosts = cx.agent.hosts.iter().enumerate().flat_map(|(index, host)| {
        let place = move |nth| Place::field(Field::Hosts).item(index).part(Part::Nth(nth));
        host.off.iter().enumerate().map(move |(nth, it)| (place(nth), it))
    });
    own.chain(hosts).filter(|(_, it)| it == &set).map(|(place, it)| (place, format!("`{}`", it.name))).collect()
}

/// The keys of the entry's files that have the permission's value in the same file. Another value is what holds where
/// tools are to ask.
fn keys(cx: &Subject<'_>, nth: usize, path: &str) -> Vec<(Place, String)> {
    let set = cx.value_at(Place::field(Field::Permission).part(Part::Off(nth))).map(leaves).unwrap_or_default();
    let mut found = Vec::new();
    for (index, _) in cx.agent.config.iter().enumerate().filter(|(_, file)| file.path == path) {
        let place = Place::field(Field::Config).item(index).part(Part::Value);
        let Some(value) = cx.value_at(place) else { continue };
        let leaves = leaves(value);
        let said = leaves.iter().filter(|leaf| set.iter().any(|it| it.is_same(leaf)));
        found.extend(said.map(|leaf| (place.node(leaf.node), format!("`{}` of `{path}`", leaf.path()))));
    }
    found
}
