//! Base URLs that a launcher gets without routing: it converts them to the agent's form, or refuses them.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::fs;

use crate::launch_support::{Prefix, SHELLS, files_under, noted_environment, parsed};
use registry::REGISTRY;
use registry::model::Agent;
use serde_json::Value;

fn agent(name: &str) -> &'static Agent<'static> {
    REGISTRY.agents().into_iter().find(|it| it.name == name).expect("it is registered")
}

/// The result of a launch: the environment of the agent, its files, and the launcher's messages.
struct LaunchResult {
    status: Option<i32>,
    environment: BTreeMap<String, Vec<u8>>,
    files: BTreeMap<String, Value>,
    error: String,
}

#[track_caller]
fn launch(name: &str, shell: &[&str], variables: &[(&str, &str)]) -> LaunchResult {
    let prefix = Prefix::new();
    let installed = prefix.add(agent(name));
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let (home, note) = (scratch.path().join("home"), scratch.path().join("note"));
    fs::create_dir(&home).expect("there is room");
    let mut command = installed.launch(shell, &home);
    let output = command.env("NOTE", &note).envs(variables.iter().copied()).output().expect("a shell starts");
    let file = |(name, bytes): (String, Vec<u8>)| {
        let value = parsed(&name, &bytes).expect("what is written can be read");
        (name, value)
    };
    LaunchResult {
        status: output.status.code(),
        environment: noted_environment(&note).unwrap_or_default(),
        files: files_under(&home).into_iter().map(file).collect(),
        error: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A base URL under the agent's own name must reach the agent in this form.
#[track_caller]
fn check_formed(name: &str, variable: &str, given: &str, expected: &str) {
    for shell in SHELLS {
        let ended = launch(name, shell, &[(variable, given)]);
        let told = ended.environment.get(variable).map(|it| String::from_utf8_lossy(it).into_owned());
        assert_eq!((ended.status, told.as_deref()), (Some(0), Some(expected)), "{name}: {}", ended.error);
    }
}

#[test]
fn native_base_url_has_the_form_of_its_agent() {
    let bare = "https://gw.example.org";
    check_formed("claude-agent-acp", "ANTHROPIC_BASE_URL", "https://gw.example.org/v1", bare);
    check_formed("claude-agent-acp", "ANTHROPIC_BASE_URL", "https://gw.example.org/v1//", bare);
    check_formed("claude-agent-acp", "ANTHROPIC_BASE_URL", bare, bare);
    check_formed("gemini", "GOOGLE_GEMINI_BASE_URL", "https://gw.example.org/v1", bare);
    // The canonical one is preferred.
    let both = [("ANTHROPIC_BASE_URL", "https://other.example/v1"), ("BENCHFLOW_PROVIDER_BASE_URL", bare)];
    let ended = launch("claude-agent-acp", SHELLS[0], &both);
    assert_eq!(ended.environment.get("ANTHROPIC_BASE_URL").map(Vec::as_slice), Some(bare.as_bytes()));
}

/// A launch must be refused, by this name, before anything is written.
#[track_caller]
fn check_refused(name: &str, variables: &[(&str, &str)], says: &str) {
    for shell in SHELLS {
        let ended = launch(name, shell, variables);
        assert_eq!(ended.status, Some(14), "{name}: {}", ended.error);
        assert!(ended.error.contains(says), "{name}: {}", ended.error);
        assert!(ended.files.is_empty() && ended.environment.is_empty(), "{name}");
    }
}

#[test]
fn unusable_base_url_starts_no_agent() {
    let gateway = [("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-x"), ("BENCHFLOW_PROVIDER_API_KEY", "k")];
    for bad in ["localhost:4000", "https://gw.example.org:99999", "https://gw.example.org/v1/messages"] {
        let canonical = [&gateway[..], &[("BENCHFLOW_PROVIDER_BASE_URL", bad)]].concat();
        for name in ["opencode", "qwen-code", "codex-acp"] {
            check_refused(name, &canonical, "BENCHFLOW_PROVIDER_BASE_URL");
        }
        check_refused("claude-agent-acp", &[("ANTHROPIC_BASE_URL", bad)], "ANTHROPIC_BASE_URL");
    }
}

#[test]
fn base_url_without_a_provider_name_is_refused() {
    let url = ("BENCHFLOW_PROVIDER_BASE_URL", "https://gw.example.org/v1");
    let nameless = [url, ("BENCHFLOW_PROVIDER_API_KEY", "k"), ("BENCHFLOW_PROVIDER_MODEL", "m")];
    for name in ["pi-acp", "opencode", "mimo"] {
        check_refused(name, &nameless, "set BENCHFLOW_PROVIDER_NAME");
        let named = [&nameless[..], &[("BENCHFLOW_PROVIDER_NAME", "acme")]].concat();
        assert_eq!(launch(name, SHELLS[0], &named).status, Some(0), "{name}");
    }
}

#[test]
fn key_with_a_quotation_mark_starts_no_agent() {
    for bad in ["\"sk-1\"", "sk-\n1", "\u{201c}sk-1\u{201d}"] {
        check_refused("codex-acp", &[("BENCHFLOW_PROVIDER_API_KEY", bad)], "BENCHFLOW_PROVIDER_API_KEY");
        check_refused("claude-agent-acp", &[("ANTHROPIC_API_KEY", bad)], "ANTHROPIC_API_KEY");
        check_refused("claude-agent-acp", &[("CLAUDE_CODE_OAUTH_TOKEN", bad)], "CLAUDE_CODE_OAUTH_TOKEN");
    }
}

#[test]
fn model_not_set_over_acp_is_in_the_config_file() {
    let named = [
        ("BENCHFLOW_PROVIDER_BASE_URL", "https://gw.example.org/v1"),
        ("BENCHFLOW_PROVIDER_API_KEY", "k"),
        ("BENCHFLOW_PROVIDER_MODEL", "m"),
        ("BENCHFLOW_PROVIDER_NAME", "acme"),
    ];
    let ended = launch("opencode", SHELLS[0], &named);
    let file = ended.files.get(".config/opencode/opencode.json").expect("it is written");
    assert_eq!((&file["model"], &file["small_model"]), (&"acme/m".into(), &"acme/m".into()), "{file}");
}
