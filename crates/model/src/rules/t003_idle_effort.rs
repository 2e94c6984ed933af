//! Reports levels of effort that reach no agent, and values that read a level that is always refused.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::Effort;
use crate::place::{Field, Place};
use crate::template::Value;
use crate::variables::canonical;

pub(super) const RULE: Rule = Rule {
    sentence: "an entry that lists levels of effort passes `EFFORT` on, and one that does not list any does not read it",
    example: r#"effort: ["low", "high"]"#,
    corrected: r#"effort: ["low", "high"], env: { PARROT_EFFORT = EFFORT }"#,
    help: "write `EFFORT` where the agent reads the level: in `env`, `config` or `launch`",
    incidents: &[98],
    reads: &[Field::Env, Field::Config, Field::Launch],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let name = cx.agent.name;
    let mut read = None;
    cx.visit_values(&mut |_, place, value| {
        let reads = |it: &str| canonical(it).is_some_and(|known| known.name == Effort::VARIABLE);
        let here = match value {
            Value::Variable(it) | Value::Uint(it) => reads(it),
            Value::Match { variable, .. } => reads(variable),
            _ => false,
        };
        if here && read.is_none() {
            read = Some(place);
        }
    });
    match (cx.agent.effort, read) {
        (Some(Effort::Levels([_, ..])), None) => {
            let message = format!("`{name}` lists levels of effort, and no value reads `EFFORT`");
            report.add(&RULE, Place::field(Field::Effort), message, RULE.help);
        }
        (Some(Effort::Levels(levels)), Some(_)) => {
            for (index, level) in levels.iter().enumerate() {
                if !is_level(level) || levels.iter().take(index).any(|it| it == level) {
                    let message = format!("`{level}` is not a separate level");
                    let help = "write each level once, in lower-case letters, digits, `-` or `_`";
                    report.add(&RULE, Place::field(Field::Effort).item(index), message, help);
                }
            }
        }
        (_, Some(place)) => {
            let message = format!("`{name}` reads `EFFORT` and lists no levels of effort");
            report.add(
                &RULE,
                place,
                message,
                "add `effort: [\"low\", \"medium\", \"high\"]`, with the levels that it takes",
            );
        }
        (_, None) => {}
    }
}

/// Whether a text can be a level: it must survive a command line and a log.
fn is_level(level: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    !level.is_empty() && level.bytes().all(plain)
}
