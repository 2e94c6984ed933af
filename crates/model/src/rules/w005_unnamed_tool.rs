//! Reports switches whose strings do not name a web tool of the agent, which would ignore them and offer the tools.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Hosted, Off, WebPolicy};
use crate::place::{Field, Part, Place};
use crate::template::Value;

pub(super) const RULE: Rule = Rule {
    sentence: "a switch of the web policy names a web tool",
    example: r#"web: { tools: ["web_fetch"], off: [json("~/.parrot/x.json") { "deny": append(["webfetch"]) }] }"#,
    corrected: r#"web: { tools: ["web_fetch"], off: [json("~/.parrot/x.json") { "deny": append(["web_fetch"]) }] }"#,
    help: "write the names as in `tools`, or give the reason why it works: `allow: [W005(\"why\")]`",
    incidents: &[57, 59],
    allowable: true,
    reads: &[Field::Web, Field::Hosted],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    if let Some(WebPolicy::Switch { tools, off }) = cx.agent.web {
        check_switches(cx, Field::Web, tools, off, report);
    }
    if let Some(Hosted::Some { tools, off }) = cx.agent.hosted {
        check_switches(cx, Field::Hosted, tools, off, report);
    }
}

fn check_switches(cx: &Subject<'_>, field: Field, tools: &[&str], off: &[Off<'_>], report: &mut Diagnostics) {
    for (index, off) in off.iter().enumerate() {
        let place = Place::field(field).part(Part::Off(index));
        let texts = texts(cx, place, off);
        let named = texts.iter().any(|(_, text)| tools.iter().any(|tool| names(text, tool)));
        if texts.is_empty() || tools.is_empty() || named {
            continue;
        }
        let list = tools.iter().map(|tool| format!("`{tool}`")).collect::<Vec<_>>().join(", ");
        let meant = texts.iter().find_map(|(place, text)| Some((place, text, meant(text, tools)?)));
        if let Some((place, text, tool)) = meant {
            let message = format!("`{text}` is not a web tool of `{}`; its web tools are {list}", cx.agent.name);
            report.add(&RULE, *place, message, format!("did you mean `{tool}`?"));
        } else {
            let message =
                format!("this switch does not name a web tool of `{}`; its web tools are {list}", cx.agent.name);
            report.add(&RULE, place, message, RULE.help);
        }
    }
}

/// The texts of a switch in which a tool may be named, each with its place. A variable that is set to a plain word, and
/// options without a value, are switches of the whole agent: they have none.
fn texts(cx: &Subject<'_>, switch: Place, off: &Off<'_>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    let mut collect = |place: Place| {
        let Some(value) = cx.value_at(place) else { return };
        value.visit(&mut |node, value| {
            if let Value::Text(text) = value {
                found.push((place.node(node), text.to_string()));
            }
        });
    };
    match off {
        Off::File { .. } => collect(switch),
        Off::Env(mappings) => {
            (0..mappings.len()).for_each(|nth| collect(switch.item(nth)));
            found.retain(|(_, text)| !is_plain(text));
        }
        Off::Argv(words) if words.iter().any(|word| !word.starts_with('-') || word.contains('=')) => {
            found.extend(words.iter().enumerate().map(|(nth, word)| (switch.item(nth), (*word).to_owned())));
        }
        Off::Argv(_) | Off::Unset(_) => {}
    }
    found
}

/// Whether a text says only whether something is on.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] = ["", "0", "1", "true", "false", "on", "off", "yes", "no", "enabled", "disabled"];
    WORDS.iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// Whether a text holds the name of a tool, with no letter, digit or underscore beside it.
fn names(text: &str, tool: &str) -> bool {
    let beside = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
    text.match_indices(tool).any(|(at, _)| {
        let after = text.get(at + tool.len()..).unwrap_or_default();
        !beside(text.get(..at).unwrap_or_default().chars().next_back()) && !beside(after.chars().next())
    })
}

/// The tool whose name a string misspells with other capitals, hyphens or underscores.
fn meant<'t>(text: &str, tools: &[&'t str]) -> Option<&'t str> {
    let letters = |text: &str| -> String {
        text.chars().filter(|char| char.is_alphanumeric()).map(|char| char.to_ascii_lowercase()).collect()
    };
    tools.iter().copied().find(|tool| letters(text) == letters(tool))
}
