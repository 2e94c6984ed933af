//! Snapshots of every script of every agent, and of the output of commands.
//!
//! To accept the current output: `INSTA_UPDATE=always cargo test -p registry-tests snapshots::`.

#![expect(clippy::expect_used, reason = "a helper of tests fails as the tests do")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::{Command, Stdio};

use registry::REGISTRY;
use registry_model::model::Agent;
use registry_model::rules::MAX_QUOTED_TWICE;
use registry_model::shell::{check_syntax, find_bashisms, lint};
use registry_outputs::{GENERATORS, Input};
use registry_scripts::site::Site;
use registry_scripts::{Script, ScriptKind, scripts};
use registry_tests::{names_in, report, run_self};

/// The commands with snapshots.
const COMMANDS: [&[&str]; 5] =
    [&["list"], &["show", "mimo"], &["explain"], &["explain", "I001"], &["show", "mimo", "--json"]];

/// The agents with snapshots of their manifests. Other generated files are committed in `generated/`.
const MANIFESTS: [&str; 2] = ["mimo", "pi-acp"];

/// Files with snapshots, by generator and path: generators whose files are not committed.
const GENERATED: [(&str, &str); 6] = [
    ("gen-acpx", "config.json"),
    ("gen-devcontainer", "src/mimo/devcontainer-feature.json"),
    ("gen-egress", "mimo.txt"),
    ("gen-egress", "providers.json"),
    ("gen-harbor", "benchflow_harbor.py"),
    ("gen-harbor", "mimo/entry.json"),
];

/// Compares a text with the snapshot of a name.
#[track_caller]
fn check_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The snapshot of a script: `mimo__install.sh`.
fn script_name(agent: &Agent<'_>, kind: ScriptKind) -> String {
    format!("{}__{}", agent.name, kind.file_name())
}

/// The snapshot of a command: `xtask__show_mimo`.
fn command_name(words: &[&str]) -> String {
    format!("xtask__{}", words.join("_"))
}

/// The broken promises of a script; every script has the same promises.
fn broken_promises(script: &Script) -> Vec<String> {
    let bytes = script.text.as_bytes();
    let mut faults = Vec::new();
    if let Err(error) = check_syntax(bytes) {
        faults.push(format!("the recogniser refuses it: {error}"));
    }
    faults.extend(find_bashisms(bytes).iter().map(|it| format!("a bash-ism: {it:?}")));
    faults.extend(lint(bytes).iter().map(|it| format!("lint: {it:?}")));
    if script.quoted_twice() > MAX_QUOTED_TWICE {
        faults.push(format!("{} bytes after quoting twice", script.quoted_twice()));
    }
    // Text that a harness's own tests read as bash, or as an install by the image's npm.
    for words in ["$((", "npm install"] {
        if script.text.contains(words) {
            faults.push(format!("holds `{words}`"));
        }
    }
    if script.text.lines().any(|line| line.ends_with([' ', '\t'])) {
        faults.push("a line ends in a blank".to_owned());
    }
    faults.extend(dash(bytes));
    faults
}

/// The error of `dash -n` for a script.
fn dash(script: &[u8]) -> Option<String> {
    let mut dash = Command::new("dash")
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("dash is installed: `apt-get install dash`");
    dash.stdin.take().expect("a pipe").write_all(script).expect("dash reads");
    let output = dash.wait_with_output().expect("dash ends");
    (!output.status.success()).then(|| format!("dash: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Renders an agent twice, and compares each script with its promises and its snapshot.
fn agent_faults(agent: &Agent<'_>) -> Vec<String> {
    let render = || scripts(agent, &Site::default());
    let first = match render() {
        Ok(first) => first,
        Err(error) => return vec![format!("{}: cannot be rendered: {error}", agent.name)],
    };
    let mut faults = Vec::new();
    if Ok(&first) != render().as_ref() {
        faults.push(format!("{}: a second rendering has other bytes", agent.name));
    }
    for script in &first {
        let name = script_name(agent, script.kind);
        faults.extend(broken_promises(script).into_iter().map(|fault| format!("{name}: {fault}")));
        // After a difference, the other snapshots are still written.
        if catch_unwind(|| check_snapshot(&name, &script.review_text())).is_err() {
            faults.push(format!("{name}: is not as its snapshot"));
        }
    }
    faults
}

fn every_script_keeps_its_promises() {
    report(&REGISTRY.agents().into_iter().flat_map(agent_faults).collect::<Vec<_>>());
}

#[test]
fn scripts_and_commands_match_their_snapshots() {
    every_script_keeps_its_promises();
    MANIFESTS.into_iter().for_each(check_manifest);
    COMMANDS.into_iter().for_each(check_command);
    for (generator, path) in GENERATED {
        check_generated(generator, path);
    }
    no_snapshot_is_left_over();
}

/// Runs a command, and compares its output with its snapshot.
#[track_caller]
fn check_command(words: &[&str]) {
    let run = run_self(words);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{words:?}");
    check_snapshot(&command_name(words), &if words.contains(&"--json") { yaml(&run.stdout) } else { run.stdout });
}

/// Compares a manifest with its snapshot, without the install script, which has its own snapshot.
fn check_manifest(name: &str) {
    let site = Site::default();
    let generator = GENERATORS.iter().find(|it| it.name == "gen-manifests").expect("it is a generator");
    let agents = vec![REGISTRY.agent(name).expect("it is registered")];
    let files = (generator.make)(&Input { agents, ..Input::new(&REGISTRY, &site) }).expect("it has a manifest");
    let text = &files.first().expect("a manifest an agent").text;
    let (before, script) = text.split_once("#!/bin/sh\n").expect("a manifest has a script");
    let (_, after) = script.split_once("\n'''\n").expect("the script ends");
    check_snapshot(&manifest_name(name), &format!("{before}(install.sh)\n'''\n{after}"));
}

/// The snapshot of a manifest: `mimo__manifest.toml`.
fn manifest_name(agent: &str) -> String {
    format!("{agent}__manifest.toml")
}

/// Compares a generated file with its snapshot.
fn check_generated(name: &str, path: &str) {
    let site = Site::default();
    let generator = GENERATORS.iter().find(|it| it.name == name).expect("it is a generator");
    let files = (generator.make)(&Input::new(&REGISTRY, &site)).expect("it makes its files");
    let file = files.iter().find(|it| it.path == Path::new(path)).expect("it makes this file");
    check_snapshot(&generated_name(name, path), &file.text);
}

/// The snapshot of a generated file: `gen-harbor__mimo_entry.json`.
fn generated_name(generator: &str, path: &str) -> String {
    format!("{generator}__{}", path.replace('/', "_"))
}

/// JSON as YAML, which a reviewer reads more easily and whose diffs are lines.
fn yaml(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).expect("the command prints JSON");
    serde_yaml::to_string(&value).expect("JSON is YAML")
}

/// Runs after the others, which may be writing new ones.
fn no_snapshot_is_left_over() {
    let agents = REGISTRY.agents();
    let scripts = agents.iter().flat_map(|agent| ScriptKind::ALL.map(|kind| script_name(agent, kind)));
    let expected: BTreeSet<String> = scripts
        .chain(MANIFESTS.map(manifest_name))
        .chain(COMMANDS.map(command_name))
        .chain(GENERATED.map(|(generator, path)| generated_name(generator, path)))
        .map(|name| format!("{name}.snap"))
        .collect();
    // A failed run leaves a `.snap.new` for review; git ignores it.
    let there = names_in("tests/snapshots").into_iter().filter(|name| !name.ends_with(".snap.new")).collect();
    assert_eq!(expected, there);
}

#[test]
fn broken_script_promises_are_reported() {
    let broken = |text: &str| {
        let script =
            Script { kind: ScriptKind::Launch, text: text.to_owned(), payloads: Vec::new(), mirrored: Vec::new() };
        broken_promises(&script).len()
    };
    assert_eq!(broken("#!/bin/sh\necho a\n"), 0);
    assert_eq!(broken("#!/bin/sh\nif true; then\n"), 3, "syntax: the recogniser, lint and dash");
    assert_eq!(broken("#!/bin/sh\n[[ -n $1 ]] && echo a\n"), 2, "a bash-ism, which lint reports too");
    assert_eq!(broken("#!/bin/sh\necho $((1 + 1)) \n"), 2, "words that harnesses refuse, and a blank");
    assert_eq!(broken(&format!("#!/bin/sh\n# {}\n", "x".repeat(MAX_QUOTED_TWICE))), 1, "too long");
}
