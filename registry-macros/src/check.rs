//! The rules of `registry-core` over an entry, their places turned into spans.

use registry_core::check::{LockUse, Violation, check, check_family, check_provider};
use registry_core::model::{Agent, Family, Provider};

use crate::syntax::Cx;

pub(crate) fn check_agent(cx: &mut Cx<'_>, agent: &Agent<'_>, lock: LockUse) {
    for violation in check(agent, lock) {
        // rustc underlines the placeholder itself: see `parse::value::probe_formats`.
        let by_rustc = cx.rustc_reports_formats() && is_placeholder(agent, &violation);
        let follows = reads(violation.rule.code).iter().any(|field| cx.broken_fields.contains(*field));
        if !by_rustc && !follows {
            report(cx, agent.name, violation);
        }
    }
}

pub(crate) fn check_provider_entry(cx: &mut Cx<'_>, provider: &Provider<'_>) {
    for violation in check_provider(provider) {
        report(cx, provider.name, violation);
    }
}

pub(crate) fn check_family_entry(cx: &mut Cx<'_>, family: &Family<'_>) {
    for violation in check_family(family) {
        report(cx, family.name, violation);
    }
}

/// The fields that a rule reads beside the one it points at: an error there would bring one of this rule with it.
fn reads(code: &str) -> &'static [&'static str] {
    match code {
        "A001" => &["install", "config", "env", "web"],
        "C003" | "E001" => &["accepts"],
        "E004" => &["env", "config", "launch"],
        "I001" => &["install"],
        "I002" => &["install", "launch"],
        "M003" => &["env", "config", "launch", "model"],
        "W002" => &["home"],
        "W001" | "W003" => &["web"],
        _ => &[],
    }
}

/// Whether a violation is about a variable in the text of a `fmt`.
fn is_placeholder(agent: &Agent<'_>, violation: &Violation) -> bool {
    use registry_core::template::Value;
    if !matches!(violation.rule.code, "E001" | "C003") {
        return false;
    }
    let Some(node) = violation.place.node else { return false };
    let template = registry_core::check::template_at(agent, violation.place);
    let mut formatted = false;
    if let Some(value) = template.and_then(registry_core::template::Template::value) {
        value.visit(&mut |index, value| {
            if let Value::Format(parts) = value {
                formatted |= (index + 1..=index + parts.len()).contains(&node);
            }
        });
    }
    formatted
}

fn report(cx: &mut Cx<'_>, entry: &str, violation: Violation) {
    let Violation { rule, place, range, message, help } = violation;
    let message = format!("{message} [{}]", rule.code);
    if rule.absence {
        let (_, span) = cx.find(place);
        return cx.missing(span, message, help);
    }
    let drawn = range.and_then(|range| cx.script(place).map(|text| draw(entry, text, range)));
    cx.error_at(place, message + &drawn.unwrap_or_default(), help);
}

/// The line of a script that a fault lies in, with a mark under it: stable Rust has no spans inside a literal.
fn draw(entry: &str, text: &str, range: core::ops::Range<usize>) -> String {
    let before = text.get(..range.start).unwrap_or(text);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    let shown = text.lines().nth(line).unwrap_or_default().replace('\t', " ");
    let faulty = text.get(range).unwrap_or_default().lines().next().unwrap_or_default();
    let mark = "^".repeat(faulty.chars().count().max(1));
    format!(
        "\n--> the script of `{entry}`, line {}, column {}\n  | {shown}\n  | {:column$}{mark}",
        line + 1,
        column + 1,
        ""
    )
}
