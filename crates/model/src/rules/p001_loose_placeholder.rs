//! Reports placeholders without a parameter, and parameters that no URL uses.

use std::collections::BTreeSet;

use crate::check::{Diagnostics, Rule};
use crate::model::Provider;
use crate::place::{Field, Part, Place};
use crate::variables::is_variable_name;

pub(super) const RULE: Rule = Rule {
    sentence: "every placeholder of a URL has a parameter, and every parameter a placeholder",
    example: r#"endpoints: { OpenAiCompletions = "https://{resource}.example.org" }   // and no parameters"#,
    corrected: r#"endpoints: { OpenAiCompletions = "https://{resource}.example.org" }, parameters: { resource = MAKERS_RESOURCE }"#,
    help: "write `parameters: { resource = SOME_VARIABLE }`, or remove the placeholder",
    incidents: &[63],
    provider: Some(check),
    ..named!()
};

fn check(provider: &Provider<'_>, report: &mut Diagnostics) {
    let mut used = BTreeSet::new();
    if provider.endpoints.is_empty() {
        let message = format!("`{}` has no endpoint", provider.name);
        report.add(&RULE, Place::field(Field::Endpoints), message, "write `{ OpenAiCompletions = \"https://…\" }`");
    }
    for (index, endpoint) in provider.endpoints.iter().enumerate() {
        let place = Place::field(Field::Endpoints).item(index).part(Part::Value);
        let whole = ["https://", "http://", "{"].iter().any(|start| endpoint.url.starts_with(start));
        if !endpoint.url.is_empty() && !whole {
            report.add(
                &RULE,
                place,
                format!("`{}` is not a URL", endpoint.url),
                "write a URL that begins with `https://`, or an empty string",
            );
        }
        if provider.endpoints.iter().take(index).any(|other| other.protocol == endpoint.protocol) {
            let message = format!("`{}` has two endpoints for `{}`", provider.name, endpoint.protocol.word());
            report.add(&RULE, place, message, "keep one of them");
        }
        let Some(placeholders) = placeholders(endpoint.url) else {
            report.add(&RULE, place, format!("unmatched brace in the URL `{}`", endpoint.url), "write `{parameter}`");
            continue;
        };
        for name in placeholders {
            used.insert(name);
            if !provider.parameters.iter().any(|it| it.name == name) {
                report.add(
                    &RULE,
                    place,
                    format!("`{{{name}}}` in a URL of `{}` has no parameter", provider.name),
                    format!("write `parameters: {{ {name} = SOME_VARIABLE }}`"),
                );
            }
        }
    }
    for (index, parameter) in provider.parameters.iter().enumerate() {
        let place = Place::field(Field::Parameters).item(index);
        if !used.contains(parameter.name) {
            report.add(
                &RULE,
                place.part(Part::Name),
                format!("no URL of `{}` uses `{{{}}}`", provider.name, parameter.name),
                "remove it",
            );
        }
        if !is_variable_name(parameter.variable) {
            report.add(
                &RULE,
                place.part(Part::Value),
                format!("`{}` is not a variable name", parameter.variable),
                "use upper-case letters, digits and underscores",
            );
        }
    }
}

/// The words in braces of a URL; `None` for an unmatched brace.
fn placeholders(url: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if before.contains('}') || name.contains('{') || name.is_empty() {
            return None;
        }
        names.push(name);
        rest = after;
    }
    (!rest.contains('}')).then_some(names)
}
