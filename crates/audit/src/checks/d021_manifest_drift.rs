//! Finds values of a manifest that differ from the entry.

use registry_model::model::Agent;

use crate::diagnostic::{DiagnosticPlace, Level, quoted};
use crate::read::Contents;
use crate::read::datum::Datum;
use crate::read::manifest::Manifest;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a manifest of a registered agent agrees with its entry",
    example: r#"acp_model_format = "bare"   # the entry has provider/model"#,
    help: "write the value of the entry, or run `cargo xtask gen-manifests`",
    incidents: &[65, 67, 73, 82],
    compares: true,
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let Some(agent) = manifest.name().and_then(|name| facts.agent(name)) else { continue };
        for (key, kind, expected) in expected_values(agent) {
            // D016 reports a value of another type.
            let Some(value) = manifest.table.get(key).filter(|it| it.value.kind() == kind) else { continue };
            if harmless(agent, manifest, key, &value.value) {
                continue;
            }
            if let Some(said) = shown(&value.value).filter(|said| *said != expected) {
                let message =
                    format!("`{key}` is {} here, and {expected} in the entry of `{}`", quoted(&said), agent.name);
                add(&value.place, message, findings);
            }
        }
        check_protocol(agent, manifest, findings);
        check_model(facts, agent, manifest, findings);
    }
}

/// A line with a finding of another check is not reported again.
fn add(place: &DiagnosticPlace, message: String, findings: &mut Diagnostics) {
    if !findings.any_at(&place.file, place.line) {
        findings.add(&CHECK, place, message);
    }
}

/// Whether a harness does the same with a value as with the entry's: a longer time-out, more folders, an alias that is
/// the name.
fn harmless(agent: &Agent<'_>, manifest: &Manifest, key: &str, value: &Datum) -> bool {
    let given: Vec<&str> = value.texts().into_iter().map(|it| it.value).collect();
    let has_all = |expected: &[&str]| expected.iter().all(|it| given.contains(it));
    match (key, value) {
        ("install_timeout", Datum::Integer(seconds)) => *seconds >= i64::from(agent.install_timeout),
        ("home_dirs", Datum::List(_)) => {
            // BenchFlow 0.7.11 copies the folders of skills too.
            let skills = manifest.table.get("skill_paths").map(|it| it.value.texts()).unwrap_or_default();
            let of_skills = |folder: &str| {
                skills
                    .iter()
                    .any(|it| it.value.strip_prefix("$HOME/").and_then(|it| it.split('/').next()) == Some(folder))
            };
            agent.home.iter().all(|it| given.contains(it) || of_skills(it))
        }
        ("aliases", Datum::List(_)) => {
            has_all(agent.aliases) && given.iter().all(|it| *it == agent.name || agent.aliases.contains(it))
        }
        _ => false,
    }
}

/// Keys with the kind of their values and what the entry has for them, as [`shown`] shows it.
fn expected_values(agent: &Agent<'_>) -> [(&'static str, &'static str, String); 6] {
    let list = |items: Vec<String>| shown_list(items.into_iter());
    let skills = agent
        .skills
        .iter()
        .map(|it| it.strip_prefix("~/").map_or_else(|| (*it).to_owned(), |rest| format!("$HOME/{rest}")));
    [
        ("acp_model_format", "a string", format!("`{}`", agent.model.format.id())),
        ("supports_acp_set_model", "a boolean", format!("`{}`", agent.sets_model())),
        ("install_timeout", "an integer", format!("`{}`", agent.install_timeout)),
        ("skill_paths", "a list", list(skills.collect())),
        ("home_dirs", "a list", list(agent.home.iter().map(|it| (*it).to_owned()).collect())),
        ("aliases", "a list", list(agent.aliases.iter().map(|it| (*it).to_owned()).collect())),
    ]
}

fn shown(value: &Datum) -> Option<String> {
    match value {
        Datum::Text(text) => Some(format!("`{text}`")),
        Datum::Bool(bool) => Some(format!("`{bool}`")),
        Datum::Integer(number) => Some(format!("`{number}`")),
        Datum::List(_) => Some(shown_list(value.texts().into_iter().map(|it| it.value.to_owned()))),
        Datum::Table(_) | Datum::Other => None,
    }
}

/// A list whose order does not matter.
fn shown_list(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.collect();
    items.sort();
    format!("`[{}]`", items.join(", "))
}

/// A protocol that the agent does not speak.
fn check_protocol(agent: &Agent<'_>, manifest: &Manifest, findings: &mut Diagnostics) {
    // The empty text leaves the protocol to the model.
    let Some(said) = manifest.table.text("api_protocol").filter(|it| !it.value.is_empty()) else { return };
    let spoken: Vec<String> = agent.protocols.iter().map(|it| format!("`{}`", it.id())).collect();
    if !agent.protocols.iter().any(|it| it.id() == said.value) {
        let message = match &*spoken {
            [] => format!("`{}` takes no model, and `api_protocol` is `{}`", agent.name, quoted(said.value)),
            _ => format!("`{}` uses {}, not `{}`", agent.name, spoken.join(", "), quoted(said.value)),
        };
        add(&said.place, message, findings);
    }
}

/// A default model that does not resolve to a model id of the agent.
fn check_model(facts: &RegistryFacts<'_>, agent: &Agent<'_>, manifest: &Manifest, findings: &mut Diagnostics) {
    let Some(model) = manifest.table.text("default_model") else { return };
    let prefix = model.value.split_once('/').map(|(prefix, _)| prefix);
    let registered =
        |prefix: &str| facts.router.provider(model.value).0.is_some() || facts.namespaces.contains(&prefix);
    if let Some(prefix) = prefix.filter(|prefix| !registered(prefix)) {
        let message = format!("the provider `{}` of `{}` is not registered", quoted(prefix), quoted(model.value));
        findings.add(&CHECK, &model.place, message);
    } else if let Err(refusal) = facts.router.acp_model_id(agent.model.format, model.value) {
        let text = refusal.to_string();
        let message = text.lines().next().unwrap_or_default();
        findings.add(&CHECK, &model.place, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest;

    #[track_caller]
    fn check(manifest: &str, expected: &[&str]) {
        check_manifest("D021", manifest, expected);
    }

    #[test]
    fn values_that_a_harness_treats_alike_are_no_drift() {
        check("install_timeout = 1200", &[]);
        check("install_timeout = 1800", &[]);
        check("install_timeout = 600", &["`install_timeout` is `600` here, and `1200` in the entry of `alpha`"]);
        check("home_dirs = ['.config/alpha', '.alpha', '.cache/alpha']", &[]);
        check("home_dirs = ['.alpha']", &["`home_dirs` is `[.alpha]` here"]);
        let skills = "skill_paths = ['$HOME/.alpha/skills']";
        let drift = "`skill_paths` is `[$HOME/.alpha/skills]` here";
        check(&format!("home_dirs = ['.config/alpha']\n{skills}"), &[drift]);
        check("aliases = []", &[]);
        check("aliases = ['alpha']", &[]);
        check("aliases = ['alfa']", &["`aliases` is `[alfa]` here"]);
        check("api_protocol = ''", &[]);
        check("api_protocol = 'openai-completions'", &[]);
        check("api_protocol = 'openai-responses'", &["`alpha` uses `openai-completions`, not `openai-responses`"]);
        check("supports_acp_set_model = true", &[]);
        check("supports_acp_set_model = false", &["`supports_acp_set_model` is `false` here"]);
        check("default_model = 'unheard/x'", &["the provider `unheard` of `unheard/x` is not registered"]);
    }
}
