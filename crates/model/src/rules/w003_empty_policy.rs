//! Reports empty policies, and settings that undo one.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Off, WebKind, WebPolicy};
use crate::place::{Field, Part, Place};
use crate::template::Value;

use super::leaf::leaves;

pub(super) const RULE: Rule = Rule {
    sentence: "a policy turns the web tools off, and no file of the same entry turns them on again",
    example: r#"web: { tools: ["webfetch"], off: [] }"#,
    corrected: r#"web: { tools: ["webfetch"], off: [json("~/.parrot/settings.json") { "deny": append(["webfetch"]) }] }"#,
    help: "write the setting that turns them off, or `NoSwitch` or `Untested` with a reason",
    incidents: &[56, 58, 59],
    reads: &[Field::Web],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    let web = Place::field(Field::Web);
    match agent.web {
        Some(WebPolicy::Switch { tools, off }) if is_empty(cx, off) => {
            let tools = tools.iter().map(|tool| format!("`{tool}`")).collect::<Vec<_>>().join(", ");
            report.add(
                &RULE,
                web,
                format!("the web policy of `{}` is empty and leaves {tools} on", agent.name),
                RULE.help,
            );
        }
        Some(web_policy) if web_policy.kind() != WebKind::NoTools && web_policy.tools().is_empty() => {
            let message = format!("`tools` in the web policy of `{}` is empty", agent.name);
            report.add(
                &RULE,
                web,
                message,
                "list in `tools` the names that the agent offers to its model, or write `NoTools`",
            );
        }
        _ => {}
    }
    for (place, path, file) in contradictions(cx) {
        report.add(
            &RULE,
            place,
            format!("`{path}` in `{file}` undoes the web policy of `{}`", agent.name),
            "remove the key from the file",
        );
    }
}

/// Whether nothing in a policy turns anything off.
fn is_empty(cx: &Subject<'_>, off: &[Off<'_>]) -> bool {
    off.iter().enumerate().all(|(index, off)| match off {
        Off::File { .. } => {
            matches!(cx.value_at(switch_place(index)), Some(Value::Object(members)) if members.is_empty())
        }
        Off::Env(mappings) => mappings.is_empty(),
        Off::Argv(words) => words.is_empty(),
        // It keeps other switches in force and turns nothing off by itself.
        Off::Unset(_) => true,
    })
}

/// The leaves of the entry's files that differ from the policy's in the same file.
fn contradictions<'a>(cx: &Subject<'a>) -> Vec<(Place, String, &'a str)> {
    let mut found = Vec::new();
    for (nth, off) in cx.agent.web_switches().iter().enumerate() {
        let Off::File { path: file, .. } = off else { continue };
        let policy = cx.value_at(switch_place(nth)).map(leaves).unwrap_or_default();
        for (index, _) in cx.agent.config.iter().enumerate().filter(|(_, config)| config.path == *file) {
            let place = Place::field(Field::Config).item(index).part(Part::Value);
            let Some(value) = cx.value_at(place) else { continue };
            for leaf in leaves(value).iter().filter(|leaf| leaf.contradicts(&policy)) {
                found.push((place.node(leaf.node), leaf.path(), *file));
            }
        }
    }
    found
}

/// The place of a file of the policy.
fn switch_place(index: usize) -> Place {
    Place::field(Field::Web).part(Part::Off(index))
}
