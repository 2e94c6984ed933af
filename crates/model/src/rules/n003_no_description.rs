//! Reports entries without a doc comment.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Family, Provider};
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "an entry has a doc comment that describes it",
    example: "agent! { parrot { … } }   // without a `///` line",
    corrected: "agent! { /// Parrot, a coding agent that repeats. parrot { … } }   // the `///` on a line of its own",
    help: "write `/// What it is, in one sentence.` above the name",
    incidents: &[73],
    absence: true,
    agent: Some(check),
    provider: Some(check_provider),
    family: Some(check_family),
    ..named!()
};

/// Reports an agent without a doc comment.
fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    check_description(cx.agent.name, cx.agent.description, report);
}

/// Reports a provider without a doc comment.
fn check_provider(provider: &Provider<'_>, report: &mut Diagnostics) {
    check_description(provider.name, provider.description, report);
}

/// Reports a family without a doc comment.
fn check_family(family: &Family<'_>, report: &mut Diagnostics) {
    check_description(family.name, family.description, report);
}

fn check_description(name: &str, description: &str, report: &mut Diagnostics) {
    if description.trim().is_empty() {
        report.add(&RULE, Place::field(Field::Name), format!("`{name}` has no description"), RULE.help);
    }
}
