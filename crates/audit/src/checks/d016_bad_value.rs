//! Finds values of the wrong kind, and words that are not of their set.

use registry_model::model::{ModelIdFormat, Protocol};
use registry_model::variables::{canonical, is_variable_name};

use crate::diagnostic::{Located, quoted};
use crate::read::Contents;
use crate::read::datum::{Datum, Member, Table};
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "the value of each key of a manifest is what the contract allows",
    example: r#"api_protocol = "openai""#,
    help: "write a value of the type and the set that the contract allows",
    incidents: &[82, 12],
    run: Some(check),
    ..named!()
};

/// What a key holds.
enum ValueType {
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
const KEYS: [(&str, ValueType); 16] = [
    ("contract_version", ValueType::Text),
    ("name", ValueType::Text),
    ("install_cmd", ValueType::Text),
    ("launch_cmd", ValueType::Text),
    ("description", ValueType::Text),
    ("default_model", ValueType::Text),
    ("protocol", ValueType::OneOf(&["acp"])),
    ("api_protocol", ValueType::OneOf(PROTOCOLS)),
    ("acp_model_format", ValueType::OneOf(FORMATS)),
    ("supports_acp_set_model", ValueType::Bool),
    ("install_timeout", ValueType::Seconds),
    ("requires_env", ValueType::Texts),
    ("skill_paths", ValueType::Texts),
    ("home_dirs", ValueType::Texts),
    ("aliases", ValueType::Texts),
    ("env_mapping", ValueType::Mapping),
];

/// Whether the contract has a key.
pub(crate) fn is_key(key: &str) -> bool {
    KEYS.iter().any(|(name, _)| *name == key)
}

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        for (key, holds) in &KEYS {
            if let Some(value) = manifest.table.get(key) {
                check_value(key, holds, value, findings);
            }
        }
    }
}

fn check_value(key: &str, holds: &ValueType, value: &Located<Datum>, findings: &mut Diagnostics) {
    let wanted = match (holds, &value.value) {
        // BenchFlow 0.7.11 takes the protocol from the model when the manifest's is empty.
        (ValueType::OneOf(_), Datum::Text(text)) if key == "api_protocol" && text.is_empty() => return,
        (ValueType::OneOf(words), Datum::Text(text)) if !words.contains(&text.as_str()) => {
            let words = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` is not a valid `{key}`", quoted(text));
            return findings.add_with_help(&CHECK, &value.place, message, format!("expected one of {words}"));
        }
        (ValueType::Seconds, Datum::Integer(seconds)) if *seconds < 1 => {
            return findings.add(&CHECK, &value.place, format!("`{key}` must be more than zero"));
        }
        (ValueType::Text | ValueType::OneOf(_), Datum::Text(_))
        | (ValueType::Bool, Datum::Bool(_))
        | (ValueType::Seconds, Datum::Integer(_)) => return,
        (ValueType::Texts, Datum::List(items)) if items.iter().all(|it| it.value.text().is_some()) => return,
        (ValueType::Mapping, Datum::Table(table)) => return check_mapping(table, findings),
        (ValueType::Text | ValueType::OneOf(_), _) => "a string",
        (ValueType::Bool, _) => "a boolean",
        (ValueType::Seconds, _) => "an integer of seconds",
        (ValueType::Texts, _) => "a list of strings",
        (ValueType::Mapping, _) => "a table of variables",
    };
    findings.add(&CHECK, &value.place, format!("`{key}` is {}, and must be {wanted}", value.value.kind()));
}

fn check_mapping(table: &Table, findings: &mut Diagnostics) {
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
