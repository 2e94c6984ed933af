//! Finds values of the wrong kind, and words that are not of their set.

use registry_model::model::{ModelIdFormat, Protocol};
use registry_model::variables::{canonical, is_variable_name};

use crate::finding::{At, quoted};
use crate::read::Contents;
use crate::read::datum::{Datum, Member, Table};
use crate::registry_facts::RegistryFacts;

use super::{Check, Findings};

pub(super) const CHECK: Check = Check {
    sentence: "the value of each key of a manifest is what the contract allows",
    example: r#"api_protocol = "openai""#,
    help: "write a value of the type and the set that the contract allows",
    incidents: &[82, 12],
    run: Some(check),
    ..named!()
};

/// What a key holds.
enum Holds {
    Text,
    Bool,
    Seconds,
    Texts,
    Mapping,
    OneOf(&'static [&'static str]),
}

/// The protocols of the contract: fewer than an entry may name.
const PROTOCOLS: &[&str] =
    &[Protocol::AnthropicMessages.id(), Protocol::OpenAiCompletions.id(), Protocol::OpenAiResponses.id()];
const FORMATS: &[&str] =
    &[ModelIdFormat::Bare.id(), ModelIdFormat::ModelsDev.id(), ModelIdFormat::RegisteredProvider.id()];

/// The keys of the contract.
const KEYS: [(&str, Holds); 16] = [
    ("contract_version", Holds::Text),
    ("name", Holds::Text),
    ("install_cmd", Holds::Text),
    ("launch_cmd", Holds::Text),
    ("description", Holds::Text),
    ("default_model", Holds::Text),
    ("protocol", Holds::OneOf(&["acp"])),
    ("api_protocol", Holds::OneOf(PROTOCOLS)),
    ("acp_model_format", Holds::OneOf(FORMATS)),
    ("supports_acp_set_model", Holds::Bool),
    ("install_timeout", Holds::Seconds),
    ("requires_env", Holds::Texts),
    ("skill_paths", Holds::Texts),
    ("home_dirs", Holds::Texts),
    ("aliases", Holds::Texts),
    ("env_mapping", Holds::Mapping),
];

/// Whether the contract has a key.
pub(crate) fn is_key(key: &str) -> bool {
    KEYS.iter().any(|(name, _)| *name == key)
}

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Findings) {
    for manifest in &contents.manifests {
        for (key, holds) in &KEYS {
            if let Some(value) = manifest.table.get(key) {
                check_value(key, holds, value, findings);
            }
        }
    }
}

fn check_value(key: &str, holds: &Holds, value: &At<Datum>, findings: &mut Findings) {
    let wanted = match (holds, &value.value) {
        (Holds::OneOf(words), Datum::Text(text)) if !words.contains(&text.as_str()) => {
            let words = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` is not a valid `{key}`", quoted(text));
            return findings.add_with_help(&CHECK, &value.place, message, format!("expected one of {words}"));
        }
        (Holds::Seconds, Datum::Integer(seconds)) if *seconds < 1 => {
            return findings.add(&CHECK, &value.place, format!("`{key}` must be more than zero"));
        }
        (Holds::Text | Holds::OneOf(_), Datum::Text(_))
        | (Holds::Bool, Datum::Bool(_))
        | (Holds::Seconds, Datum::Integer(_)) => return,
        (Holds::Texts, Datum::List(items)) if items.iter().all(|it| it.value.text().is_some()) => return,
        (Holds::Mapping, Datum::Table(table)) => return check_mapping(table, findings),
        (Holds::Text | Holds::OneOf(_), _) => "a string",
        (Holds::Bool, _) => "a boolean",
        (Holds::Seconds, _) => "an integer of seconds",
        (Holds::Texts, _) => "a list of strings",
        (Holds::Mapping, _) => "a table of variables",
    };
    findings.add(&CHECK, &value.place, format!("`{key}` is {}, and must be {wanted}", value.value.kind()));
}

fn check_mapping(table: &Table, findings: &mut Findings) {
    for Member { key, value } in &table.members {
        if !key.value.starts_with("BENCHFLOW_PROVIDER_") || canonical(&key.value).is_none() {
            findings.add(&CHECK, &key.place, format!("`{}` is not a canonical variable", quoted(&key.value)));
        }
        if !value.value.text().is_some_and(is_variable_name) {
            findings.add(
                &CHECK,
                &value.place,
                format!("`{}` is mapped to a value that is not a variable name", quoted(&key.value)),
            );
        }
    }
}
