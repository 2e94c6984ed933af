//! Reused homes: a launch removes leftovers of earlier launches that it does not set, and keeps everything of the task.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::launch_support::{Installed, Prefix, agents, files_under, parsed};
use registry::REGISTRY;
use registry::model::{Agent, ConfigFile, Owner};
use registry::template::Template;
use serde_json::Value;

const GATEWAY: &[(&str, &str)] = &[
    ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-x"),
    ("BENCHFLOW_PROVIDER_BASE_URL", "http://127.0.0.1:4000/v1"),
    ("BENCHFLOW_PROVIDER_API_KEY", "gateway-key"),
    ("BENCHFLOW_PROVIDER_MODEL", "benchflow-x"),
];
const PROVIDER: &[(&str, &str)] = &[
    ("BENCHFLOW_PROVIDER_NAME", "acme"),
    ("BENCHFLOW_PROVIDER_BASE_URL", "https://acme.example/v1"),
    ("BENCHFLOW_PROVIDER_API_KEY", "acme-key"),
    ("BENCHFLOW_PROVIDER_MODEL", "model"),
    ("BENCHFLOW_PROVIDER_PROTOCOL", "anthropic-messages"),
];
const OTHER: &[(&str, &str)] = &[
    ("BENCHFLOW_PROVIDER_NAME", "xiaomi"),
    ("BENCHFLOW_PROVIDER_BASE_URL", "https://other.example/v1"),
    ("BENCHFLOW_PROVIDER_API_KEY", "other-key"),
    ("BENCHFLOW_PROVIDER_MODEL", "vendor/model"),
    ("XIAOMI_API_KEY", "other-key"),
    ("LLM_TIMEOUT", "30"),
];
/// The vendor of the model, at the agent's own endpoint.
const VENDOR: &[(&str, &str)] = &[
    ("BENCHFLOW_ACP_MODEL_ID", "google/gemini-9"),
    ("BENCHFLOW_PROVIDER_NAME", "acme"),
    ("BENCHFLOW_PROVIDER_API_KEY", "vendor-key"),
    ("BENCHFLOW_PROVIDER_MODEL", "gemini-9"),
    ("GEMINI_API_KEY", "vendor-key"),
];

fn agent(name: &str) -> &'static Agent<'static> {
    REGISTRY.agents().into_iter().find(|it| it.name == name).expect("it is registered")
}

/// Launches an agent in a home; it must start.
#[track_caller]
fn launch(installed: &Installed, home: &Path, variables: &[(&str, &str)]) {
    let output = installed.launch(&["dash"], home).envs(variables.iter().copied()).output().expect("the shell starts");
    let name = installed.agent.name;
    assert!(output.status.success(), "{name} {variables:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The parsed files of a home, without empty ones.
fn meaning(home: &Path) -> BTreeMap<String, Value> {
    let read = |(name, bytes): (String, Vec<u8>)| {
        let value = parsed(&name, &bytes).expect("a launch writes its format");
        (name, value)
    };
    let empty = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
    files_under(home).into_iter().map(read).filter(|(_, value)| !empty(value)).collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

#[test]
fn reused_home_equals_a_fresh_one() {
    let prefix = Prefix::new();
    for agent in agents().into_iter().filter(|it| it.is_routable()) {
        let (installed, home) = (prefix.add(agent), folder());
        let mut fresh: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        for (name, variables) in [
            ("gateway", GATEWAY),
            ("vendor", VENDOR),
            ("provider", PROVIDER),
            ("vendor", VENDOR),
            ("other", OTHER),
            ("provider", PROVIDER),
            ("gateway", GATEWAY),
        ] {
            let wanted = fresh.entry(name).or_insert_with(|| {
                let home = folder();
                launch(&installed, home.path(), variables);
                meaning(home.path())
            });
            launch(&installed, home.path(), variables);
            assert_eq!(&meaning(home.path()), wanted, "{}: {name}", agent.name);
        }
    }
}

/// Launches an agent with a gateway and then without, over a file of the task; returns the text after each.
#[track_caller]
fn over(name: &str, file: &str, text: &str, second: &[(&str, &str)]) -> [String; 2] {
    let (prefix, home) = (Prefix::new(), folder());
    let installed = prefix.add(agent(name));
    crate::launch_support::write(&home.path().join(file), text, 0o600);
    [GATEWAY, second].map(|variables| {
        launch(&installed, home.path(), variables);
        fs::read_to_string(home.path().join(file)).expect("a launch keeps the file")
    })
}

#[test]
fn task_settings_and_comments_are_kept() {
    let own = "{\n  // the task's\n  \"theme\": \"dark\", // too\n  \"provider\": {\n    // a provider of the task's\n    \
               \"mine\": { \"npm\": \"x\", \"options\": { \"baseURL\": \"https://mine.example\", \"apiKey\": \"{env:MINE}\" } },\n    \
               \"litellm\": { \"models\": { \"m\": {} } }\n  }\n}\n";
    let bare = [("BENCHFLOW_PROVIDER_API_KEY", "k")];
    let [with, without] = over("opencode", ".config/opencode/opencode.json", own, &bare);
    assert!(with.contains("{env:BENCHFLOW_PROVIDER_BASE_URL}"), "{with}");
    // A launch adds how tools run, and changes no other byte.
    let (kept, added) = without.split_once(",\n  \"permission\": {").expect("a launch sets `permission`");
    assert_eq!(format!("{kept}\n}}\n"), own);
    assert!(!added.contains("provider"), "{added}");
}

#[test]
fn earlier_base_url_in_a_file_is_not_used_with_a_new_key() {
    let own = r#"{"llm": {"model": "m", "base_url": "https://earlier.example", "mine": 1}, "mine": 2}"#;
    let [_, without] = over("openhands", ".openhands/agent_settings.json", own, VENDOR);
    let value: Value = serde_json::from_str(&without).expect("it is JSON");
    let kept = (value.pointer("/llm/mine"), value.pointer("/mine"), value.pointer("/llm/base_url"));
    assert_eq!(kept, (Some(&Value::from(1)), Some(&Value::from(2)), None), "{without}");
    assert_eq!(value.pointer("/llm/api_key"), Some(&Value::from("vendor-key")), "{without}");
}

#[test]
fn launch_without_variables_keeps_task_settings() {
    let own = r#"{"llm": {"model": "openai/m", "api_key": "mine", "base_url": "https://mine.example"}}"#;
    let (prefix, home) = (Prefix::new(), folder());
    crate::launch_support::write(&home.path().join(".openhands/agent_settings.json"), own, 0o600);
    launch(&prefix.add(agent("openhands")), home.path(), &[]);
    assert_eq!(fs::read_to_string(home.path().join(".openhands/agent_settings.json")).ok().as_deref(), Some(own));
}

#[test]
fn web_policy_keys_are_kept() {
    let prefix = Prefix::new();
    for name in ["opencode", "gemini", "codex-acp"] {
        let (installed, home) = (prefix.add(agent(name)), folder());
        launch(&installed, home.path(), &[GATEWAY, &[("BENCHFLOW_DISALLOW_WEB_TOOLS", "1")]].concat());
        let off = meaning(home.path());
        launch(&installed, home.path(), &[GATEWAY, &[("BENCHFLOW_DISALLOW_WEB_TOOLS", "1")]].concat());
        assert_eq!(meaning(home.path()), off, "{name}");
        if name != "codex-acp" {
            launch(&installed, home.path(), GATEWAY);
            assert_eq!(meaning(home.path()), off, "{name}: a launch without it");
        }
    }
}

/// An agent with an owned file in a format, which is written only with a key.
fn with_whole(path: &'static str) -> &'static Agent<'static> {
    let format =
        if path.ends_with("toml") { agent("codex-acp").config[0].format } else { agent("pi-acp").config[0].format };
    let body = Template(
        "[\"if\",[\"set\",\"BENCHFLOW_PROVIDER_API_KEY\"],[\"object\",[\"key\",[\"variable\",\"BENCHFLOW_PROVIDER_API_KEY\"]]]]",
    );
    let file = ConfigFile { path, format, owner: Owner::Whole, mode: 0o600, body };
    let files: &'static [ConfigFile<'static>] = Box::leak(Box::new([file]));
    Box::leak(Box::new(Agent { config: files, ..*agent("codex-acp") }))
}

#[test]
fn owned_file_is_removed_when_its_condition_is_false() {
    for path in ["~/.codex/own.toml", "~/.codex/own.json"] {
        let (prefix, home) = (Prefix::new(), folder());
        let installed = prefix.add(with_whole(path));
        launch(&installed, home.path(), &[("BENCHFLOW_PROVIDER_API_KEY", "k"), ("BENCHFLOW_PROVIDER_MODEL", "m")]);
        assert_eq!(meaning(home.path()).len(), 1, "{path}");
        launch(&installed, home.path(), &[("BENCHFLOW_PROVIDER_MODEL", "m")]);
        assert_eq!(meaning(home.path()), BTreeMap::new(), "{path}");
        // A file that existed before is the task's.
        let own = if path.ends_with("toml") { "mine = 1\n" } else { "{ \"mine\": 1 }\n" };
        crate::launch_support::write(&home.path().join(path.trim_start_matches("~/")), own, 0o640);
        launch(&installed, home.path(), &[("BENCHFLOW_PROVIDER_MODEL", "m")]);
        assert_eq!(fs::read_to_string(home.path().join(path.trim_start_matches("~/"))).ok().as_deref(), Some(own));
    }
}
