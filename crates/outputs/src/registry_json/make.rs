//! From a registry to `registry.json` and its schema.

use registry_model::model::{Agent, Family, Provider};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Value, json};

use super::{GENERATOR, editor};
use crate::evidence::Evidence;
use crate::facts::{self, Facts};
use crate::json::text;
use crate::{File, Input};

/// The version of the format. An added member does not change it; a removed member or a changed meaning does.
const SCHEMA: &str = "benchflow-registry/2";

/// The file of the schema, beside the document.
const SCHEMA_FILE: &str = "registry.schema.json";

/// Every agent, provider and family of a registry, for programs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "A registry of coding agents")]
struct Document<'a> {
    /// The command that wrote this file.
    #[serde(rename = "$comment")]
    comment: String,
    /// The schema of this file.
    #[serde(rename = "$schema")]
    location: &'static str,
    /// The version of this format: `benchflow-registry/2`.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The agents, sorted by name.
    agents: Vec<Facts<'a>>,
    /// The providers, in order of precedence.
    providers: Vec<&'a Provider<'a>>,
    /// The families, in order of precedence.
    families: Vec<&'a Family<'a>>,
}

/// `registry.json`, its schema, and the files for editors.
pub(crate) fn registry_files(input: &Input<'_>) -> Result<Vec<File>, String> {
    let mut files =
        vec![File::new("registry.json", text(&document(input)?)?), File::new(SCHEMA_FILE, text(&schema())?)];
    for agent in &input.agents {
        let lock = agent.read_lock().map_err(|error| error.to_string())?;
        if let Some(described) = editor::agent_json(agent, &lock) {
            files.push(File::new(format!("acp/{}/agent.json", described.id), text(&described)?));
        }
    }
    Ok(files)
}

fn document<'a>(input: &Input<'a>) -> Result<Document<'a>, String> {
    let registry = input.registry;
    Ok(Document {
        comment: GENERATOR.mark(),
        location: SCHEMA_FILE,
        schema: SCHEMA,
        agents: registry.agents().into_iter().map(|it| measured(it, input)).collect::<Result<_, _>>()?,
        providers: registry.providers(),
        families: registry.families(),
    })
}

/// All facts of an agent, with its evidence.
fn measured<'a>(agent: &'a Agent<'a>, input: &Input<'_>) -> Result<Facts<'a>, String> {
    let evidence = Evidence::read(agent, input.evidence.get(agent.name).map(String::as_str))?;
    facts::whole(agent, &evidence).map_err(|error| error.to_string())
}

fn schema() -> Value {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Document<'_>>();
    let mut schema = schema.to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("$comment".to_owned(), json!(GENERATOR.mark()));
    }
    schema
}
