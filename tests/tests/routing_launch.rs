//! The launcher and routing say the same: what launch.sh exports under dash is what routing says it exports.

#![expect(clippy::expect_used, reason = "a test stops where something is not as it must be")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use registry::REGISTRY;
use registry::model::{Agent, Provider};
use registry::render::{self, ScriptKind, scripts};
use registry::routing::{Given, Resolution, Router, Sandbox, Variables};
use registry::site::Site;
use registry_tests::write_program;

/// The place of every program of an install: it says what it was started with.
const PROGRAM: &str = "#!/bin/sh\ncase ${1-} in */beside.mjs) [ \"$2\" = port ] && echo 45678 && exit ;; */config.mjs) exit ;; esac\nexec env -0\n";

/// Variables that are the launcher's own and no part of a route.
const OF_THE_LAUNCHER: [&str; 2] = ["BENCHFLOW_BESIDE_PORT", "PWD"];

/// An install whose programs only show their environment.
struct Install {
    folder: tempfile::TempDir,
    site: Site,
}

impl Install {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let site = Site { prefix: folder.path().display().to_string(), ..Site::default() };
        Self { folder, site }
    }

    /// Puts the programs that the launcher of an agent starts, and the launcher.
    fn add(&self, agent: &Agent<'_>) -> String {
        let all = scripts(agent, &self.site).expect("a registered agent is rendered");
        let launcher = all.into_iter().find(|it| it.kind == ScriptKind::Launch).map(|it| it.text).unwrap_or_default();
        let inside = render::folder(agent, &self.site).expect("a registered agent has a folder");
        let bins = agent.install.iter().map(registry::model::Artefact::bin).filter(|bin| !bin.is_empty());
        let programs = bins.flat_map(|bin| [format!("node_modules/.bin/{bin}"), format!("venv/bin/{bin}")]);
        let runtimes = ["node/bin/node".to_owned(), "venv/bin/python".to_owned()];
        for program in programs.chain(runtimes) {
            write_program(&Path::new(&inside).join(program), PROGRAM);
        }
        let path = self.folder.path().join(format!("{}.sh", agent.name));
        fs::write(&path, launcher).expect("there is room");
        path.display().to_string()
    }

    fn sandbox(&self, agent: &Agent<'_>) -> Sandbox {
        let folder = render::folder(agent, &self.site).expect("a registered agent has a folder");
        Sandbox { home: "/nowhere".to_owned(), root: uid() == "0", folder, path: Sandbox::PATH.to_owned() }
    }
}

fn uid() -> String {
    let output = Command::new("id").arg("-u").output().expect("`id` is there");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// What a launcher exports when it is started with these variables and nothing else.
#[track_caller]
fn exported(launcher: &str, variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut command = Command::new("dash");
    command.arg(launcher).env_clear().env("PATH", "/usr/bin:/bin").envs(variables);
    let output = command.output().expect("dash is installed");
    assert!(output.status.success(), "{launcher}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pairs = text.split('\0').filter_map(|line| line.split_once('='));
    let pairs = pairs.filter(|(name, value)| *name != "PATH" && !OF_THE_LAUNCHER.contains(name) && !value.is_empty());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn values(resolution: &Resolution<'_>) -> BTreeMap<String, String> {
    resolution.variables.iter().map(|(name, it)| (name.to_string(), it.value.clone())).collect()
}

/// Every variable that some provider or family could ask for, each with a value of its own.
fn everything() -> Variables {
    let of =
        |it: &&Provider<'_>| registry::routing::owned_variables(it).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let names = REGISTRY.providers().iter().flat_map(of).collect::<Vec<_>>();
    let keys = REGISTRY.families().into_iter().flat_map(|it| it.keys.iter().map(|key| (*key).to_owned()));
    let value = |name: &str| match name {
        // The first label of its host is what the other variable holds.
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

/// Resolves every model for every agent, and holds what its launcher exports against what routing says.
#[track_caller]
fn check_launchers(flags: &[(&str, &str)], inherited: &[(&str, &str)]) {
    let (install, router) = (Install::new(), Router::new(&REGISTRY));
    let mut compared = 0;
    for agent in REGISTRY.agents() {
        let launcher = install.add(agent);
        let entry = router.entry(agent.name).expect("a registered agent has an entry");
        for reference in references() {
            let Ok(found) = router.resolve(entry, &reference, &given(flags), &install.sandbox(agent)) else { continue };
            if found.acp_model_id.is_err() {
                continue;
            }
            let mut wanted = values(&found);
            let mut start: BTreeMap<String, String> =
                inherited.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            start.retain(|name, _| agent.env.iter().any(|it| it.name == name) && wanted.contains_key(name));
            // A harness gives the canonical variables; the agent's own are the launcher's work.
            let own = |name: &str| agent.env.iter().any(|it| it.name == name) && !is_flag(flags, name);
            start.extend(wanted.clone().into_iter().filter(|(name, _)| !own(name)));
            wanted.remove("BENCHFLOW_EXPLICIT_ENV");
            // Files have these; the agent's process does not get them.
            wanted.retain(|name, _| agent.withheld().all(|it| it != name));
            assert_eq!(exported(&launcher, &start), wanted, "{} with {reference}", agent.name);
            compared += 1;
        }
    }
    assert!(compared > 100, "only {compared} routes were compared");
}

fn is_flag(flags: &[(&str, &str)], name: &str) -> bool {
    flags.iter().any(|(flag, _)| *flag == name)
}

#[test]
fn a_launcher_exports_what_routing_says() {
    check_launchers(&[], &[]);
}

#[test]
fn a_mapping_wins_over_what_is_inherited() {
    let key = "the key of another vendor";
    check_launchers(&[], &[("OPENAI_API_KEY", key), ("GEMINI_API_KEY", key), ("ANTHROPIC_AUTH_TOKEN", key)]);
}

#[test]
fn what_is_explicit_wins_over_a_mapping() {
    check_launchers(&[("OPENAI_API_KEY", "explicit"), ("ANTHROPIC_MODEL", "explicit too")], &[]);
}

#[test]
fn a_gateway_is_routed_the_same_way() {
    let alias = ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-some-model");
    let url = ("BENCHFLOW_PROVIDER_BASE_URL", "http://127.0.0.1:4000");
    check_launchers(&[alias, url, ("BENCHFLOW_PROVIDER_API_KEY", "gateway-key")], &[]);
}

#[test]
fn a_policy_wins_over_what_is_explicit() {
    let off = ("BENCHFLOW_DISALLOW_WEB_TOOLS", "1");
    check_launchers(&[off, ("COPILOT_OFFLINE", "false"), ("OPENCODE_CONFIG_CONTENT", "{}")], &[]);
}
