//! The files of routing equal those that the launcher's program writes.

#![expect(clippy::expect_used, reason = "a test panics on failure")]
#![allow(clippy::indexing_slicing, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::launch_support::{agents, share};
use registry::REGISTRY;
use registry::model::{Agent, ConfigFile, FileFormat, Owner, Registry};
use registry::template::Template;
use registry_routing::{Given, Resolution, Router, Sandbox};
use registry_scripts::site::Site;
use registry_scripts::{ScriptKind, scripts};
use serde_json::Value;

/// Models of every kind of route: providers by each protocol, families, and one with a slash in its id.
const REFERENCES: [&str; 8] = [
    "zai/glm-5",
    "xiaomi/mimo-v2.5",
    "openai/gpt-5.5",
    "openrouter/qwen/qwen3.5-397b-a17b",
    "azure-foundry-anthropic/claude-opus-4-5",
    "gpt-5.4-nano",
    "claude-sonnet-4-6",
    "gemini-2.5-flash",
];

/// The variables of the host, for every route.
const HOST: [(&str, &str); 10] = [
    ("ZAI_API_KEY", "za-1"),
    ("XIAOMI_API_KEY", "xm-1"),
    ("XIAOMI_BASE_URL", "https://mi.example/v1/"),
    ("OPENAI_API_KEY", "sk-1"),
    // An agent that pastes references into its file must not be started with this value.
    ("OPENROUTER_API_KEY", "or \"quoted\""),
    ("AZURE_API_KEY", "az-1"),
    ("AZURE_API_ENDPOINT", "https://acme.services.ai.azure.com/"),
    ("ANTHROPIC_API_KEY", "an \"quoted\" \u{7f} key"),
    ("GEMINI_API_KEY", "gm-1"),
    ("LLM_TIMEOUT", "0030"),
];

/// The variables of a gateway.
const GATEWAY: [(&str, &str); 3] = [
    ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-some-model"),
    ("BENCHFLOW_PROVIDER_BASE_URL", "http://127.0.0.1:4000/v1"),
    ("BENCHFLOW_PROVIDER_API_KEY", "gw-1"),
];

/// The files of an agent's install, by their names.
fn payload(agent: &Agent<'_>) -> BTreeMap<String, String> {
    let all = scripts(agent, &Site::default()).expect("a registered agent is rendered");
    let install = all.into_iter().find(|it| it.kind == ScriptKind::Install).expect("there is an install script");
    let packed = install.payloads.first().expect("it carries a payload").bytes.clone();
    let mut gzip = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("gzip");
    let mut input = gzip.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || input.write_all(&packed));
    let output = gzip.wait_with_output().expect("gzip ends");
    writer.join().expect("the writer ends").expect("gzip reads");
    serde_json::from_slice(&output.stdout).expect("a payload is JSON of texts")
}

/// The files that the launcher's program writes into an empty home, by path; `None` if it refuses.
#[track_caller]
fn written(lib: &Path, found: &Resolution<'_>, home: &Path) -> Option<BTreeMap<String, String>> {
    let mut command = Command::new("node");
    command.arg(lib.join("launch.mjs"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", home);
    command.envs(found.variables.iter().map(|(name, it)| (name.to_string(), it.value.clone())));
    let output = command.output().expect("node starts");
    if output.status.code() == Some(14) {
        return None;
    }
    assert!(output.status.success(), "{}: {}", found.agent.name, String::from_utf8_lossy(&output.stderr));
    let mut files = BTreeMap::new();
    collect(home, home, &mut files);
    Some(files)
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).map(|it| format!("~/{}", it.display())).unwrap_or_default();
            files.insert(name, fs::read_to_string(&path).expect("what was written is text"));
        }
    }
}

/// The content of a file for comparisons: JSON as its value, TOML as its text.
fn meaning(text: &str, format: FileFormat) -> Value {
    match format {
        FileFormat::Json | FileFormat::Jsonc => serde_json::from_str(text).expect("it is JSON"),
        FileFormat::Toml => Value::from(text),
    }
}

/// Compares the files of an agent's routes with those that its launcher's program writes.
#[track_caller]
fn check_files<'m>(
    agent: &Agent<'_>,
    router: &Router<'static>,
    host: &[(&str, &str)],
    references: impl IntoIterator<Item = &'m str>,
) -> usize {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let lib = folder.path().join("lib");
    fs::create_dir(&lib).expect("there is room");
    for (name, text) in payload(agent) {
        if let Some(file) = name.strip_prefix("lib/") {
            fs::write(lib.join(file), text).expect("there is room");
        }
    }
    let host = host.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let given = Given { host, ..Given::default() };
    let place = registry_scripts::folder(agent, &Site::default()).expect("a registered agent has a folder");
    let sandbox = Sandbox {
        home: "/root".to_owned(),
        root: true,
        folder: place,
        path: std::env::var("PATH").unwrap_or_default(),
    };
    let entry = router.entry(agent.name).expect("a registered agent has an entry");
    let mut compared = 0;
    for reference in references {
        let Ok(found) = router.resolve(entry, reference, &given, &sandbox) else { continue };
        let home = tempfile::tempdir().expect("there is room for a folder");
        let real = written(&lib, &found, home.path());
        let Ok(files) = found.files(&sandbox, true) else {
            assert_eq!(real, None, "{} with {reference} is refused", agent.name);
            compared += 1;
            continue;
        };
        let formats: BTreeMap<String, FileFormat> = files.iter().map(|it| (it.path.clone(), it.format)).collect();
        let format = |path: &String| formats.get(path).copied().unwrap_or(FileFormat::Json);
        let shown: BTreeMap<_, _> = files.iter().map(|it| (it.path.clone(), meaning(&it.content, it.format))).collect();
        let real = real.map(|files| {
            files
                .into_iter()
                .map(|(path, text)| (path.clone(), meaning(&text, format(&path))))
                .collect::<BTreeMap<_, _>>()
        });
        assert_eq!(Some(shown), real, "{} with {reference}", agent.name);
        compared += files.len();
    }
    compared
}

/// An entry whose files have values that two parsers could read differently.
fn numbers() -> Agent<'static> {
    let body = Template("[\"object\",[\"a\",1.50],[\"b\",-2e+3],[\"c\",[\"list\",1,2.0]],[\"c\",[\"append\",1,3.10]]]");
    let file = |path, format, owner| ConfigFile { path, format, owner, mode: 0o600, body };
    let cline = REGISTRY.agents().into_iter().find(|it| it.name == "cline").expect("it is registered");
    let files = [
        // It has the base URL, which is required for routing.
        cline.config[0],
        file("~/.cline/numbers.json", FileFormat::Json, Owner::Keys),
        file("~/.cline/numbers.toml", FileFormat::Toml, Owner::Whole),
    ];
    Agent { config: Box::leak(Box::new(files)), ..*cline }
}

#[test]
fn number_in_a_file_keeps_its_source_text() {
    let agent: &'static Agent<'static> = Box::leak(Box::new(numbers()));
    let agents: &'static [&'static Agent<'static>] = Box::leak(Box::new([agent]));
    let router = Router::new(Box::leak(Box::new(Registry { agents, ..REGISTRY })));
    assert!(check_files(agent, &router, &HOST, REFERENCES) > 0);
    let given = Given { flags: [("ZAI_API_KEY".to_owned(), "k".to_owned())].into(), ..Given::default() };
    let sandbox = Sandbox { home: "/".to_owned(), root: true, folder: "/x".to_owned(), path: String::new() };
    let entry = router.entry("cline").expect("it is registered");
    let files = router.resolve(entry, "zai/glm-5", &given, &sandbox).and_then(|it| it.files(&sandbox, true));
    let files = files.expect("it resolves");
    assert!(files[1..].iter().all(|it| it.content.contains("1.50") && it.content.contains("3.10")), "{files:?}");
}

#[test]
fn toml_null_is_refused_by_router_and_launcher() {
    let body = Template("[\"object\",[\"model\",[\"variable\",\"BENCHFLOW_ACP_MODEL_ID\"]],[\"a\",null]]");
    let file = ConfigFile { path: "~/.cline/a.toml", format: FileFormat::Toml, owner: Owner::Whole, mode: 0o600, body };
    let cline = REGISTRY.agents().into_iter().find(|it| it.name == "cline").expect("it is registered");
    let config: &'static [ConfigFile<'static>] = Box::leak(Box::new([cline.config[0], file]));
    let agent: &'static Agent<'static> = Box::leak(Box::new(Agent { config, ..*cline }));
    let agents: &'static [&'static Agent<'static>] = Box::leak(Box::new([agent]));
    let router = Router::new(Box::leak(Box::new(Registry { agents, ..REGISTRY })));
    let given = Given { flags: [("ZAI_API_KEY".to_owned(), "k".to_owned())].into(), ..Given::default() };
    let sandbox = Sandbox { home: "/".to_owned(), root: true, folder: "/x".to_owned(), path: String::new() };
    let entry = router.entry("cline").expect("it is registered");
    let refused = router.resolve(entry, "zai/glm-5", &given, &sandbox).map_err(|it| it.kind());
    assert_eq!(refused.err(), Some("broken-entry"));
    // The same variables, for the launcher's program.
    let whole = Router::new(&REGISTRY);
    let found = whole.entry("cline").map(|entry| whole.resolve(entry, "zai/glm-5", &given, &sandbox));
    let found = found.expect("it is registered").expect("it resolves");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let lib = folder.path().join("lib");
    fs::create_dir(&lib).expect("there is room");
    for (name, text) in
        payload(agent).into_iter().filter_map(|(name, text)| Some((name.strip_prefix("lib/")?.to_owned(), text)))
    {
        fs::write(lib.join(name), text).expect("there is room");
    }
    assert_eq!(written(&lib, &found, tempfile::tempdir().expect("there is room").path()), None);
}

#[test]
fn a_run_whose_tools_ask_removes_what_an_earlier_launch_permitted() {
    let agent = REGISTRY.agents().into_iter().find(|it| it.name == "opencode").expect("it is registered");
    let router = Router::new(&REGISTRY);
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (lib, home) = (folder.path().join("lib"), folder.path().join("home"));
    fs::create_dir(&lib).and_then(|()| fs::create_dir(&home)).expect("there is room");
    for (name, text) in payload(agent) {
        if let Some(file) = name.strip_prefix("lib/") {
            fs::write(lib.join(file), text).expect("there is room");
        }
    }
    let sandbox = Sandbox { home: "/".to_owned(), root: true, folder: "/x".to_owned(), path: String::new() };
    let entry = router.entry(agent.name).expect("it is registered");
    let mode = |ask: &str| {
        let flags = [("ZAI_API_KEY", "k"), ("BENCHFLOW_PERMISSION", ask)];
        let flags = flags.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = Given { flags: flags.into(), ..Given::default() };
        let found = router.resolve(entry, "zai/glm-5", &given, &sandbox).expect("it resolves");
        let files = written(&lib, &found, &home).expect("it is not refused");
        let file: Value = serde_json::from_str(&files["~/.config/opencode/opencode.json"]).expect("it is JSON");
        file["permission"]["external_directory"].clone()
    };
    assert_eq!([mode(""), mode("ask"), mode("")], [Value::from("allow"), Value::Null, Value::from("allow")]);
}

#[test]
fn resolved_files_match_the_launchers_files() {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    assert!(node.is_ok(), "`node` is not in PATH\nhelp: install it; without it the files are compared with nothing");
    let router = Router::new(&REGISTRY);
    let [off, hosted] = ["1", "hosted"].map(|it| [("BENCHFLOW_DISALLOW_WEB_TOOLS", it)]);
    let (ask, effort) = ([("BENCHFLOW_PERMISSION", "ask")], [("BENCHFLOW_REASONING_EFFORT", "high")]);
    let with = |more: &[(&'static str, &'static str)]| [&HOST[..], more].concat();
    let kinds = [HOST.to_vec(), with(&GATEWAY), with(&off), with(&hosted), with(&ask), with(&effort)];
    let mut compared = 0;
    for (row, agent) in agents().into_iter().enumerate() {
        for (kind, host) in kinds.iter().enumerate() {
            compared += check_files(agent, &router, host, share(row + kind, 2, REFERENCES));
        }
    }
    assert!(compared > 100, "only {compared} files were compared");
}
