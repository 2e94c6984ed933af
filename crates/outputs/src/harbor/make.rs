//! From a registry to the module and the files that its classes read.

use core::fmt::Write as _;

use registry_model::model::{Agent, McpWay, Via, WebKind, WebPolicy};
use registry_routing::Router;
use registry_scripts::ScriptKind;
use registry_scripts::site::Site;
use serde::Serialize;
use serde_json::json;

use super::GENERATOR;
use crate::json::text;
use crate::{File, Input, routes};

/// The part of the module that is the same for all agents.
const COMMON: &str = include_str!("common.py");

/// The name of the module.
const MODULE: &str = "benchflow_harbor.py";

/// The module, and one folder for each agent.
pub(crate) fn files(input: &Input<'_>) -> Result<Vec<File>, String> {
    let router = Router::new(input.registry);
    let mark = GENERATOR.mark();
    let mut module = format!("# {mark} from the entries; change those, not this file.\n{COMMON}\n\n{}", routes::PYTHON);
    let mut files = Vec::new();
    for agent in &input.agents {
        module.push_str(&class(agent));
        let of_agent = |name: &str| format!("{}/{name}", agent.name);
        files.push(File::new(of_agent("entry.json"), text(&entry(agent, input.site)?)?));
        let table = routes::of(&router, input.registry, agent, &input.site.prefix);
        files.push(File::new(of_agent("routes.json"), text(&table)?));
        let scripts = registry_scripts::scripts(agent, input.site).map_err(|error| error.to_string())?;
        let install = scripts.into_iter().find(|it| it.kind == ScriptKind::Install);
        let head = format!("#!/bin/sh\n# {}; change the entries, not this file.\n", GENERATOR.mark());
        let install = install.map(|it| it.text.replacen("#!/bin/sh\n", &head, 1)).unwrap_or_default();
        files.push(File::program(of_agent("install.sh"), install));
    }
    files.push(File::new(MODULE, module));
    Ok(files)
}

/// An entry in the format of the public registry of ACP agents, as Harbor's own `acp` agent takes it.
fn entry(agent: &Agent<'_>, site: &Site) -> Result<impl Serialize + use<>, String> {
    let lock = agent.read_lock().map_err(|error| error.to_string())?;
    Ok(json!({
        "id": agent.plain_name(),
        "name": agent.name,
        // What cannot be fetched has no version; Harbor requires a text.
        "version": lock.packages.first().map_or("unknown", |it| it.version),
        "description": one_line(agent.summary()),
        "distribution": { "local": { "cmd": site.launcher(agent.name) } },
    }))
}

/// The class of an agent.
fn class(agent: &Agent<'_>) -> String {
    let mut text = String::new();
    let session_model = agent.model.via == Via::ConfigOption;
    let web = !matches!(agent.web.as_ref().map(WebPolicy::kind), Some(WebKind::NoTools));
    let skills = agent.skills.iter().find_map(|path| path.strip_prefix("~/"));
    let _ = write!(
        text,
        "\n\nclass {}(_Agent):\n    \"\"\"{}\"\"\"\n\n    AGENT = \"{}\"\n",
        class_name(&agent.plain_name()),
        one_line(agent.summary()).replace('\\', "\\\\").replace('"', "'"),
        agent.name
    );
    if session_model {
        text.push_str("    MODEL_OPTION = True\n");
    }
    if let Some(path) = skills {
        let _ = writeln!(text, "    SKILLS = {}", json!(path));
    }
    let by_file: Vec<String> =
        agent.mcp.map_or(&[] as &[_], |it| it.by(McpWay::File)).iter().map(|it| json!(it.word()).to_string()).collect();
    if !by_file.is_empty() {
        let _ = writeln!(text, "    MCP_BY_FILE = ({},)", by_file.join(", "));
    }
    // In the words of Harbor's `AgentCapabilities`.
    let capabilities = [
        ("base_url", agent.is_routable()),
        ("reasoning_effort", agent.effort.is_some_and(|it| !it.levels().is_empty())),
        ("mcp_servers", agent.mcp.is_some_and(|it| !it.transports().is_empty())),
        ("native_web_tools", web),
        ("skills", skills.is_some()),
    ];
    let capabilities = capabilities.map(|(name, value)| format!("{name}={}", python(value)));
    let _ = writeln!(text, "    capabilities = _capabilities(\n        {},\n    )", capabilities.join(", "));
    text
}

fn python(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// The name of a class: `codex-acp` is `CodexAcp`.
fn class_name(name: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    name.split('-').map(capital).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
