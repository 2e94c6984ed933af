//! A refusal is the same everywhere: in routing, in `resolve` as text and JSON, in `resolve --batch`, and in the
//! launcher with the variables of a harness.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::Command;
use std::sync::LazyLock;

use crate::launch_support::{Prefix, SHELLS, agents, noted_environment};
use registry::REGISTRY;
use registry::model::Agent;
use registry_outputs::{GENERATORS, Input};
use registry_routing::{Given, Refusal, Resolution, Router, Sandbox};
use registry_scripts::site::Site;
use registry_tests::{command_self, finish};
use serde_json::{Value, json};

/// A reference of every kind of route, with the variable of its key, and whether the base URL is the caller's.
const REFERENCES: [(&str, &str, bool); 6] = [
    ("vllm/m-1", "OPENAI_API_KEY", true),
    ("benchflow-x", "BENCHFLOW_PROVIDER_API_KEY", true),
    ("llama-4", "BENCHFLOW_PROVIDER_API_KEY", true),
    ("gpt-5.5", "OPENAI_API_KEY", false),
    ("zai/glm-5", "ZAI_API_KEY", false),
    ("claude-opus-4-1", "ANTHROPIC_API_KEY", false),
];

const URL: &str = "BENCHFLOW_PROVIDER_BASE_URL";

/// Changes of a question with an answer: a variable (`KEY` is the key's variable) and its value.
const CHANGES: [(&str, &str); 25] = [
    ("UNRELATED", "x"),
    (URL, "localhost:4000"),
    (URL, "https://gw.example.org:99999/v1"),
    (URL, "https://gw.example.org/v1/chat/completions"),
    (URL, "https://gw.example.org/v1/messages"),
    (URL, "https://gw.example.org/v1?key=1"),
    (URL, "https://gw.example.org/v1/"),
    ("KEY", "\"sk-1\""),
    ("KEY", "sk-\n1"),
    ("KEY", "\u{201c}sk-1\u{201d}"),
    ("KEY", "{env:HOME}"),
    ("KEY", "${HOME}"),
    ("KEY", "back\\slash"),
    ("LLM_TIMEOUT", "soon"),
    ("LLM_TIMEOUT", "30"),
    ("BENCHFLOW_DISALLOW_WEB_TOOLS", "1"),
    ("BENCHFLOW_DISALLOW_WEB_TOOLS", "hosted"),
    ("BENCHFLOW_PERMISSION", "ask"),
    ("BENCHFLOW_PERMISSION", "yes"),
    ("BENCHFLOW_PERMISSION", " "),
    ("BENCHFLOW_REASONING_EFFORT", "high"),
    ("BENCHFLOW_REASONING_EFFORT", "no-such-level"),
    ("BENCHFLOW_ACP_MODEL_ID", "openai/a[b]@c"),
    ("BENCHFLOW_ACP_MODEL_ID", "openai/a\u{1b}c"),
    ("BENCHFLOW_PROVIDER_PROTOCOL", "openai\ncompletions"),
];

/// Kinds of refusals about the server of a model, which a launcher does not know.
const OF_ROUTING_ALONE: [&str; 4] =
    ["protocol-unsupported", "missing-credential", "missing-url-parameter", "dropped-base-url"];

struct Question {
    agent: &'static Agent<'static>,
    model: &'static str,
    key: &'static str,
    own_place: bool,
    env: BTreeMap<String, String>,
}

fn questions() -> Vec<Question> {
    let mut all = Vec::new();
    for agent in agents() {
        for (model, key, own_place) in REFERENCES {
            for (name, value) in CHANGES {
                let mut env: BTreeMap<String, String> = [(key, "sk-1"), (URL, "https://gw.example.org/v1")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into();
                env.insert(if name == "KEY" { key } else { name }.to_owned(), value.to_owned());
                all.push(Question { agent, model, key, own_place, env });
            }
        }
    }
    all
}

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    let root = Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout.starts_with(b"0\n"));
    Sandbox { home: "/root".to_owned(), root, folder: "/x".to_owned(), path: Sandbox::PATH.to_owned() }
});

fn resolve<'r>(router: &Router<'r>, question: &Question) -> Result<Resolution<'r>, Refusal> {
    let entry = router.entry(question.agent.name).expect("it is registered");
    let given = Given { host: question.env.clone().into_iter().collect(), ..Given::default() };
    let found = router.resolve(entry, question.model, &given, &SANDBOX)?;
    found.acp_model_id.clone()?;
    found.files(&SANDBOX, true)?;
    Ok(found)
}

/// The variables that a harness without routing gives to a launcher.
fn started_with(question: &Question) -> BTreeMap<String, String> {
    let mut start = question.env.clone();
    if !question.own_place {
        start.remove(URL);
    }
    let key = start.remove(question.key).unwrap_or_default();
    start.insert("BENCHFLOW_PROVIDER_API_KEY".to_owned(), key);
    let model = match question.model.split_once('/') {
        Some((provider, id)) => {
            start.insert("BENCHFLOW_PROVIDER_NAME".to_owned(), provider.to_owned());
            start.entry(URL.to_owned()).or_insert_with(|| "https://provider.example/v1".to_owned());
            id
        }
        None => question.model,
    };
    start.insert("BENCHFLOW_PROVIDER_MODEL".to_owned(), model.to_owned());
    if model.starts_with("benchflow-") {
        start.insert("BENCHFLOW_LITELLM_MODEL_ALIAS".to_owned(), model.to_owned());
    }
    start
}

fn kind(answer: &Value) -> Option<&str> {
    ["/error/kind", "/acp_model_error/kind"].iter().find_map(|place| answer.pointer(place)?.as_str())
}

fn batch(questions: &[Question]) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("lines.jsonl");
    let line = |it: &Question| json!({"agent": it.agent.name, "model": it.model, "env": it.env}).to_string();
    fs::write(&file, questions.iter().map(line).collect::<Vec<_>>().join("\n")).expect("there is room");
    let mut words = vec!["resolve", "--batch", "-"];
    if !SANDBOX.root {
        words.push("--not-root");
    }
    let run = finish(command_self(&words).stdin(File::open(&file).expect("it is there")));
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

/// The kind of the refusal as text or JSON; `None` if there is an answer.
#[track_caller]
fn shown(question: &Question, json: bool) -> Option<String> {
    let mut words = vec!["resolve", question.agent.name, "--model", question.model];
    words.extend(json.then_some("--json"));
    let mut command = command_self(&words);
    let of_the_test: Vec<_> =
        command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    command.env_clear().envs(of_the_test).env("HOME", "/nonexistent").envs(&question.env);
    let run = finish(&mut command);
    assert_eq!(run.status, Some(i32::from(run.stdout.contains("\"kind\"") || run.stderr.contains("help:"))));
    match (json, run.status) {
        (_, Some(0)) => None,
        (true, _) => kind(&serde_json::from_str(&run.stdout).expect("it is JSON")).map(str::to_owned),
        (false, _) => Some(String::new()),
    }
}

#[test]
fn routing_launcher_and_batch_refuse_the_same_values() {
    let (router, prefix, questions) = (Router::new(&REGISTRY), Prefix::new(), questions());
    let answers = batch(&questions);
    assert_eq!(answers.len(), questions.len());
    let installed: BTreeMap<&str, _> = agents().into_iter().map(|it| (it.name, prefix.add(it))).collect();
    let (mut wrong, mut refused, mut started) = (Vec::new(), 0, 0);
    for (index, (question, answer)) in questions.iter().zip(&answers).enumerate() {
        let told = resolve(&router, question);
        let by_routing = told.as_ref().err().map(Refusal::kind);
        let about = format!("{} with {} {:?}", question.agent.name, question.model, question.env);
        if by_routing != kind(answer) {
            wrong.push(format!("{about}: routing {by_routing:?}, batch {:?}", kind(answer)));
        }
        if index % 53 == 0 {
            let by_resolve = (shown(question, true), shown(question, false).is_some());
            if by_resolve != (by_routing.map(str::to_owned), by_routing.is_some()) {
                wrong.push(format!("{about}: routing {by_routing:?}, resolve {by_resolve:?}"));
            }
        }
        // With an id of the caller's, a launcher asks for no provider: the agent knows the server by the id.
        let told_id = by_routing == Some("no-provider") && question.env.contains_key("BENCHFLOW_ACP_MODEL_ID");
        let of_routing = told_id || by_routing.is_some_and(|kind| OF_ROUTING_ALONE.contains(&kind));
        // Each launcher gets each change; shells and references rotate.
        let (row, change) = (index / CHANGES.len(), index % CHANGES.len());
        let (agent, reference) = (row / REFERENCES.len(), row % REFERENCES.len());
        if of_routing || !(agent + reference + change).is_multiple_of(REFERENCES.len()) {
            continue;
        }
        let start = told.as_ref().map_or_else(
            |_| started_with(question),
            |found| found.variables.iter().map(|(name, it)| (name.to_string(), it.value.clone())).collect(),
        );
        let scratch = tempfile::tempdir().expect("there is room for a folder");
        fs::create_dir(scratch.path().join("home")).expect("there is room");
        let shell = SHELLS[(agent + change) % SHELLS.len()];
        let mut command = installed[question.agent.name].launch(shell, &scratch.path().join("home"));
        let output = command.env("NOTE", scratch.path().join("note")).envs(&start).output().expect("a shell starts");
        let runs = noted_environment(&scratch.path().join("note")).is_some();
        let expected = match by_routing {
            None => 0,
            Some("web-policy" | "not-offered" | "not-routable") => 11,
            Some(_) => 14,
        };
        if output.status.code() != Some(expected) || runs != (expected == 0) {
            let error = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!("{about}: routing {by_routing:?}, launcher {:?} {error}", output.status.code()));
        }
        refused += usize::from(expected != 0);
        started += usize::from(expected == 0);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 60 && started > 100, "{refused} were refused, {started} started");
}

/// The variables of a harness that describe a model or its server, each with a value.
const MODEL: [(&str, &str); 5] = [
    ("BENCHFLOW_PROVIDER_MODEL", "gpt-5.5"),
    ("BENCHFLOW_PROVIDER_BASE_URL", "https://gw.example.org/v1"),
    ("BENCHFLOW_PROVIDER_API_KEY", "sk-1"),
    ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-x"),
    ("BENCHFLOW_ACP_MODEL_ID", "gpt-5.5"),
];

#[test]
fn agent_without_routing_refuses_every_model_with_one_sentence() {
    let (router, prefix) = (Router::new(&REGISTRY), Prefix::new());
    let place = Site::default();
    let input = Input::new(&REGISTRY, &place);
    let made = |name: &str| {
        let generator = GENERATORS.iter().find(|it| it.name == name).expect("it is a generator");
        (generator.make)(&input).expect("it is written")
    };
    let (manifests, suite) = (made("gen-manifests"), made("gen-suite"));
    let closed = REGISTRY.agents().into_iter().filter_map(|agent| Some((agent, agent.model_refusal()?)));
    let closed: Vec<_> = closed.collect();
    assert!(!closed.is_empty(), "the registry has an agent that is not routable");
    for (agent, sentence) in closed {
        let entry = router.entry(agent.name).expect("it is registered");
        for (model, ..) in REFERENCES {
            let refusal = router.resolve(entry, model, &Given::default(), &SANDBOX).expect_err("it takes no model");
            assert_eq!(refusal.kind(), "not-routable");
            assert!(
                refusal.to_string().starts_with(&format!("`{model}` cannot be run: {sentence}\nhelp: ")),
                "{refusal}"
            );
        }
        let manifest = manifests.iter().find(|it| it.path.starts_with(agent.name)).expect("it has a manifest");
        let manifest: toml::Table = manifest.text.parse().expect("it is TOML");
        let description = manifest.get("description").and_then(toml::Value::as_str).unwrap_or_default();
        assert!(description.ends_with(&format!(" Not routable: {sentence}.")), "{description}");
        let functions = suite.iter().find(|it| it.path.ends_with("suite.sh")).expect("the suite has functions");
        let script = format!("{}suite_model {}\n", functions.text, agent.name);
        let output = Command::new("dash").args(["-c", &script]).output().expect("dash starts");
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("suite_model: {sentence}\n"));
        let installed = prefix.add(agent);
        let launched = |variable: Option<(&str, &str)>| {
            let scratch = tempfile::tempdir().expect("there is room for a folder");
            fs::create_dir(scratch.path().join("home")).expect("there is room");
            let mut command = installed.launch(&["dash"], &scratch.path().join("home"));
            let output = command.env("NOTE", scratch.path().join("note")).envs(variable).output().expect("dash starts");
            let runs = noted_environment(&scratch.path().join("note")).is_some();
            (output.status.code(), runs, String::from_utf8_lossy(&output.stderr).into_owned())
        };
        for (name, value) in MODEL {
            let told = format!("{}: {name} is set, and {sentence}\n", agent.name);
            assert_eq!(launched(Some((name, value))), (Some(11), false, told));
        }
        assert_eq!(launched(None), (Some(0), true, String::new()));
    }
}
