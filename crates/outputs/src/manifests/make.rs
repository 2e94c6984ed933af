//! From an agent to the text of its manifest.

use std::collections::BTreeMap;

use registry_model::model::{Agent, ModelReference, Protocol};
use registry_scripts::ScriptKind;
use registry_scripts::site::Site;
use serde::Serialize;

use super::GENERATOR;
use crate::{File, Input};

/// The version of the contract.
const CONTRACT: &str = "1.0";

/// A manifest. Empty members are omitted; the table must be the last member.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    contract_version: &'static str,
    name: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'a str>,
    protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_protocol: Option<&'static str>,
    acp_model_format: &'static str,
    supports_acp_set_model: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_model: Option<String>,
    install_timeout: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requires_env: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skill_paths: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    home_dirs: Vec<&'a str>,
    launch_cmd: String,
    install_cmd: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env_mapping: BTreeMap<&'static str, &'a str>,
}

/// One manifest for each agent.
pub(crate) fn manifests(input: &Input<'_>) -> Result<Vec<File>, String> {
    input.agents.iter().map(|agent| file(agent, input.site)).collect()
}

fn file(agent: &Agent<'_>, site: &Site) -> Result<File, String> {
    let failed = |error: &dyn core::fmt::Display| format!("`{}` has no manifest: {error}", agent.name);
    let manifest = manifest(agent, site).map_err(|error| failed(&error))?;
    let body = toml::to_string(&manifest).map_err(|error| failed(&error))?;
    let entry = agent.entry_file();
    let head = format!("# {} from the entry in `{entry}`; change that, not this file.\n", GENERATOR.mark());
    Ok(File::new(format!("{}/manifest.toml", agent.name), format!("{head}{body}")))
}

fn manifest<'a>(agent: &'a Agent<'a>, site: &Site) -> Result<Manifest<'a>, registry_scripts::RenderError> {
    Ok(Manifest {
        contract_version: CONTRACT,
        name: agent.name,
        description: description(agent),
        aliases: agent.aliases.to_vec(),
        protocol: "acp",
        api_protocol: api_protocol(agent),
        acp_model_format: agent.model.format.id(),
        // From the source of BenchFlow 0.7.11: without this key, an agent whose session offers a model option still
        // gets the model by that option (Pi); Codex, whose file has the model, is not changed. With it, an id that
        // Codex does not know ends the run.
        supports_acp_set_model: agent.sets_model(),
        default_model: agent.suite.map(|suite| reference(suite.model)),
        install_timeout: agent.install_timeout,
        requires_env: agent.required_variables(),
        skill_paths: agent.skills.iter().map(|path| absolute(path)).collect(),
        home_dirs: agent.home.to_vec(),
        launch_cmd: site.launcher(agent.name),
        install_cmd: install_script(agent, site)?,
        env_mapping: agent.plain_mappings(),
    })
}

/// Its summary; the contract has no other member for the refusal of every model.
fn description(agent: &Agent<'_>) -> String {
    let refusal = agent.model_refusal().map(|it| format!("Not routable: {it}."));
    let words = agent.summary().split_whitespace().map(str::to_owned).chain(refusal);
    words.collect::<Vec<_>>().join(" ")
}

/// The only protocol of the agent. With several, or one without a word in the contract, the harness uses the provider's
/// protocol.
fn api_protocol(agent: &Agent<'_>) -> Option<&'static str> {
    match agent.protocols {
        [Protocol::GoogleGenerateContent] => None,
        [protocol] => Some(protocol.id()),
        _ => None,
    }
}

/// A model as it is typed.
fn reference(model: ModelReference<'_>) -> String {
    if model.provider.is_empty() { model.id.to_owned() } else { format!("{}/{}", model.provider, model.id) }
}

fn absolute(path: &str) -> String {
    path.strip_prefix("~/").map_or_else(|| path.to_owned(), |rest| format!("$HOME/{rest}"))
}

fn install_script(agent: &Agent<'_>, site: &Site) -> Result<String, registry_scripts::RenderError> {
    let scripts = registry_scripts::scripts(agent, site)?;
    Ok(scripts.into_iter().find(|it| it.kind == ScriptKind::Install).map(|it| it.text).unwrap_or_default())
}
