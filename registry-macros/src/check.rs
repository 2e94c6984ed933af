//! The rules of `registry-model` over an entry, their places turned into spans.

use registry_model::check::{Diagnostic, Field, LockUse, Place};
use registry_model::model::{Agent, Family, Provider};
use registry_model::names::is_snake;
use registry_model::rules::{check_agent, check_family, check_provider};

use proc_macro2::Ident;

use crate::span;
use crate::syntax::Cx;

/// N001 for an entry in a file of its own, which Rust looks for as `agents/<name>.rs`. The constant then takes the name
/// of the file, so that the list finds it: one mistake, one error.
pub(crate) fn check_file_name(cx: &mut Cx<'_>, entry: &mut Ident, folder: &str) {
    let Some(file) = span::file(entry.span()) else { return };
    let Some(stem) = file.file_stem().and_then(|stem| stem.to_str()) else { return };
    let in_folder = file.parent().and_then(|parent| parent.file_name()).is_some_and(|it| it == folder);
    if !in_folder || stem == "mod" || !is_snake(stem) || *entry == stem {
        return;
    }
    cx.misnamed = true;
    let message = format!("the entry in `{stem}.rs` is named `{entry}` [N001]");
    cx.error_at(
        Place::field(Field::Name),
        message,
        format!("name it `{stem}`, like the file and its line in the list"),
    );
    *entry = Ident::new(stem, entry.span());
}

pub(crate) fn check_agent_entry(cx: &mut Cx<'_>, agent: &Agent<'_>, lock: LockUse) {
    for violation in check_agent(agent, lock) {
        // rustc underlines the placeholder itself: see `parse::value::probe_formats`.
        let by_rustc = violation.in_format && cx.rustc_reports_formats();
        if !by_rustc && !follows(cx, &violation) {
            report(cx, agent.name, violation);
        }
    }
}

/// Whether a violation may follow from another error: in a field that its rule reads, or in what may have allowed it.
fn follows(cx: &Cx<'_>, violation: &Diagnostic) -> bool {
    let exception = violation.rule.allowable.then_some(&Field::Allow);
    violation.rule.reads.iter().chain(exception).any(|field| cx.broken_fields.contains(field.word()))
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

fn report(cx: &mut Cx<'_>, entry: &str, violation: Diagnostic) {
    let Diagnostic { rule, place, range, in_format: _, message, help } = violation;
    let message = format!("{message} [{}]", rule.code);
    if rule.absence {
        let (_, span) = cx.find(place);
        return cx.missing(span, message, help);
    }
    let drawn = range.and_then(|range| cx.script(place).map(|text| draw(entry, text, range)));
    cx.error_at(place, message + &drawn.unwrap_or_default(), help);
}

/// The line of a script that contains a fault, with a mark under it: stable Rust has no spans inside a literal.
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
