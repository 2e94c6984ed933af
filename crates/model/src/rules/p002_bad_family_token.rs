//! Reports words of families that are not lower-case, and those that two providers or families claim.

use std::collections::BTreeMap;

use crate::check::{Checked, Diagnostics, EntryDiagnostics, Rule};
use crate::model::{Family, Provider, Registry};
use crate::names::is_kebab;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "the words of a family are lower-case, and each belongs to one provider or family",
    example: r#"families: ["GLM"]"#,
    corrected: r#"families: ["glm"]"#,
    help: "write the word in lower case, in one provider or family",
    incidents: &[62, 65],
    checked: Checked::Registry,
    provider: Some(check_provider),
    family: Some(check_family),
    registry: Some(check),
    ..named!()
};

/// Reports words of a provider that are not lower-case.
fn check_provider(provider: &Provider<'_>, report: &mut Diagnostics) {
    check_tokens(provider.name, provider.families, Field::Families, report);
}

/// Reports words of a family that are not lower-case.
fn check_family(family: &Family<'_>, report: &mut Diagnostics) {
    if family.tokens.is_empty() || family.protocols.is_empty() {
        let message = format!("the family `{}` has no tokens or no protocols", family.name);
        report.add(&RULE, Place::field(Field::Name), message, "write at least one token and one protocol");
    }
    check_tokens(family.name, family.tokens, Field::Tokens, report);
}

fn check_tokens(name: &str, tokens: &[&str], field: Field, report: &mut Diagnostics) {
    for (index, token) in tokens.iter().enumerate() {
        if !is_kebab(token) {
            let message = format!("`{token}` of `{name}` is not a word of lower-case letters, digits and hyphens");
            report.add(
                &RULE,
                Place::field(field).item(index),
                message,
                "write it in lower case: model ids are compared in lower case",
            );
        }
    }
}

/// Reports words that two providers, or two families, claim.
fn check(registry: &Registry<'_>, report: &mut EntryDiagnostics) {
    let mut seen = BTreeMap::new();
    for provider in registry.providers() {
        claim(provider.name, provider.families, Field::Families, &mut seen, report);
    }
    for family in registry.families() {
        claim(family.name, family.tokens, Field::Tokens, &mut seen, report);
    }
}

fn claim<'a>(
    name: &'a str,
    tokens: &[&'a str],
    field: Field,
    seen: &mut BTreeMap<&'a str, &'a str>,
    report: &mut EntryDiagnostics,
) {
    for (index, token) in tokens.iter().enumerate() {
        if let Some(other) = seen.insert(token, name) {
            let message = format!("`{token}` is a word of both `{other}` and `{name}`");
            report.add(name, &RULE, Place::field(field).item(index), message, "remove it from one of them");
        }
    }
}
