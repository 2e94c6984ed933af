//! The exports of launch.sh under dash equal those of routing.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::process::Command;

use crate::launch_support::{Installed, Prefix, agents, noted_environment};
use registry::REGISTRY;
use registry::model::{Agent, Off, Provider};
use registry_routing::{Given, Resolution, Router, Sandbox, Variables};

/// Variables of the launcher or the test, which are not part of a route.
const NO_ROUTE: [&str; 5] = ["BENCHFLOW_BESIDE_PORT", "HOME", "NOTE", "PATH", "PWD"];

fn sandbox(installed: &Installed) -> Sandbox {
    let folder = installed.dir.display().to_string();
    Sandbox { home: "/nowhere".to_owned(), root: uid() == "0", folder, path: Sandbox::PATH.to_owned() }
}

fn uid() -> String {
    let output = Command::new("id").arg("-u").output().expect("`id` is there");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The exports of a launcher that is started with only these variables.
#[track_caller]
fn exported(installed: &Installed, variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let note = scratch.path().join("note");
    let mut command = installed.launch(&["dash"], scratch.path());
    let output = command.env("NOTE", &note).envs(variables).output().expect("dash is installed");
    let name = installed.agent.name;
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let pairs = noted_environment(&note).expect("the agent was started");
    let pairs = pairs.into_iter().filter(|(name, value)| !NO_ROUTE.contains(&name.as_str()) && !value.is_empty());
    pairs.map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect()
}

fn values(resolution: &Resolution<'_>) -> BTreeMap<String, String> {
    resolution.variables.iter().map(|(name, it)| (name.to_string(), it.value.clone())).collect()
}

/// Every variable of a provider or family, each with a different value.
fn everything() -> Variables {
    let of =
        |it: &&Provider<'_>| registry_routing::owned_variables(it).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let names = REGISTRY.providers().iter().flat_map(of).collect::<Vec<_>>();
    let keys = REGISTRY.families().into_iter().flat_map(|it| it.keys.iter().map(|key| (*key).to_owned()));
    let value = |name: &str| match name {
        // The first label of its host is the value of the other variable.
        "AZURE_API_ENDPOINT" => "https://value-of-AZURE_RESOURCE.openai.azure.com/".to_owned(),
        "AZURE_RESOURCE" => "value-of-AZURE_RESOURCE".to_owned(),
        _ if name.ends_with("_BASE_URL") || name.ends_with("_API_BASE") => {
            format!("https://{}.example/v1/", name.to_lowercase().replace('_', "-"))
        }
        _ => format!("value-of-{name}"),
    };
    names.into_iter().chain(keys).map(|name| (name.clone(), value(&name))).collect()
}

/// A model of every provider and of every family, and one of a gateway.
fn references() -> Vec<String> {
    let named = REGISTRY.providers().into_iter().map(|it| format!("{}/some-model-1", it.name));
    let families = REGISTRY.families().into_iter().map(|it| format!("{}-9", it.tokens.first().unwrap_or(&"")));
    named.chain(families).chain(["glm-5.1".to_owned(), "benchflow-some-alias".to_owned()]).collect()
}

fn given(flags: &[(&str, &str)]) -> Given {
    let flags = flags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Given { flags, host: everything(), ..Given::default() }
}

/// Resolves models for every agent, each model for one agent in `every`, and compares the exports of its launcher with
/// those of routing.
#[track_caller]
fn check_launchers(every: usize, flags: &[(&str, &str)], inherited: &[(&str, &str)]) {
    let (prefix, router) = (Prefix::new(), Router::new(&REGISTRY));
    let mut compared = 0;
    for (row, agent) in agents().into_iter().enumerate() {
        let installed = prefix.add(agent);
        let entry = router.entry(agent.name).expect("a registered agent has an entry");
        for (column, reference) in references().into_iter().enumerate() {
            if !(row + column).is_multiple_of(every) {
                continue;
            }
            let Ok(found) = router.resolve(entry, &reference, &given(flags), &sandbox(&installed)) else { continue };
            if found.acp_model_id.is_err() {
                continue;
            }
            let mut wanted = values(&found);
            let mut start: BTreeMap<String, String> =
                inherited.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            start.retain(|name, _| agent.env.iter().any(|it| it.name == name) && wanted.contains_key(name));
            // A harness gives the canonical variables; the launcher sets the agent's own.
            let own = |name: &str| sets(agent, name) && !is_flag(flags, name);
            start.extend(wanted.clone().into_iter().filter(|(name, _)| !own(name)));
            wanted.remove("BENCHFLOW_EXPLICIT_ENV");
            // These are only in files; the agent's process does not get them.
            wanted.retain(|name, _| agent.withheld().all(|it| it != name));
            assert_eq!(exported(&installed, &start), wanted, "{} with {reference}", agent.name);
            compared += 1;
        }
    }
    assert!(compared * every > 50, "only {compared} routes were compared");
}

/// Whether the launcher of an agent may set a variable.
fn sets(agent: &Agent<'_>, name: &str) -> bool {
    let permission = agent.permission_switches().iter().flat_map(Off::mappings);
    agent.env.iter().chain(permission).any(|it| it.name == name)
}

fn is_flag(flags: &[(&str, &str)], name: &str) -> bool {
    flags.iter().any(|(flag, _)| *flag == name)
}

#[test]
fn launcher_exports_match_routing() {
    check_launchers(3, &[], &[]);
}

#[test]
fn mapping_overrides_inherited_variables() {
    let key = "the key of another vendor";
    check_launchers(8, &[], &[("OPENAI_API_KEY", key), ("GEMINI_API_KEY", key), ("ANTHROPIC_AUTH_TOKEN", key)]);
}

#[test]
fn explicit_variables_override_mappings() {
    check_launchers(8, &[("OPENAI_API_KEY", "explicit"), ("ANTHROPIC_MODEL", "explicit too")], &[]);
}

#[test]
fn gateway_exports_match_routing() {
    let alias = ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-some-model");
    let url = ("BENCHFLOW_PROVIDER_BASE_URL", "http://127.0.0.1:4000");
    check_launchers(8, &[alias, url, ("BENCHFLOW_PROVIDER_API_KEY", "gateway-key")], &[]);
}

#[test]
fn web_policy_overrides_explicit_variables() {
    let off = ("BENCHFLOW_DISALLOW_WEB_TOOLS", "1");
    check_launchers(8, &[off, ("COPILOT_OFFLINE", "false"), ("OPENCODE_CONFIG_CONTENT", "{}")], &[]);
}

#[test]
fn choices_of_a_run_are_routed_the_same_way() {
    check_launchers(8, &[("BENCHFLOW_PERMISSION", "ask")], &[]);
    check_launchers(8, &[("BENCHFLOW_REASONING_EFFORT", "high")], &[]);
    check_launchers(8, &[("BENCHFLOW_DISALLOW_WEB_TOOLS", "hosted")], &[]);
}

const URL: (&str, &str) = ("BENCHFLOW_PROVIDER_BASE_URL", "https://gw.example.org/v1");
const KEY: (&str, &str) = ("BENCHFLOW_PROVIDER_API_KEY", "k");

/// Gives openhands a variable that none of its files uses, and checks the messages of routing and the launcher.
#[track_caller]
fn check_idle(name: &str, value: &str, by_routing: &str, by_launcher: &str) {
    let (prefix, router) = (Prefix::new(), Router::new(&REGISTRY));
    let entry = router.entry("openhands").expect("it is registered");
    let installed = prefix.add(entry.agent);
    let flags = [URL, KEY, (name, value)].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let given = Given { flags: flags.into(), ..Given::default() };
    let found = router.resolve(entry, "vllm/model", &given, &sandbox(&installed));
    let told = match &found {
        Ok(found) => {
            let names: Vec<&str> = found.idle.iter().map(|(name, _)| *name).collect();
            format!("idle {}", names.join(" "))
        }
        Err(refusal) => format!("{} {}", refusal.kind(), refusal.name()),
    };
    assert_eq!(told, by_routing);
    let home = tempfile::tempdir().expect("there is room for a folder");
    let mut command = installed.launch(&["dash"], home.path());
    command.env(URL.0, URL.1).env(KEY.0, KEY.1).env("BENCHFLOW_PROVIDER_MODEL", "model");
    let output = command.env(name, value).env("BENCHFLOW_EXPLICIT_ENV", name).output().expect("dash is installed");
    let error = String::from_utf8_lossy(&output.stderr);
    let said = format!("{} {error}", output.status.code().unwrap_or(-1));
    assert!(said.starts_with(by_launcher) && !said.contains(value), "{said}");
}

#[test]
fn unused_variable_is_reported_by_router_and_launcher() {
    let key = "LLM_API_KEY";
    check_idle(key, "sk-explicit", "idle LLM_API_KEY", "0 openhands: LLM_API_KEY is not used");
    let url = "LLM_BASE_URL";
    check_idle(url, URL.1, "idle LLM_BASE_URL", "0 openhands: LLM_BASE_URL is not used");
    // A key would be sent to another server than the caller gave.
    let (other, refused) = ("https://other.example.org/v1", "14 openhands: LLM_BASE_URL is set beside");
    check_idle(url, other, "dropped-base-url LLM_BASE_URL", refused);
}
