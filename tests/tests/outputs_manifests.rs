//! The manifests: the keys of their contract, the checks of their readers, and runs of the two commands after the
//! wrapping that harnesses apply.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use crate::launch_support::share;
use regex::Regex;
use registry::REGISTRY;
use registry::model::{Agent, Artefact, Registry, WebPolicy};
use registry_model::rules::MAX_QUOTED_TWICE;
use registry_outputs::{GENERATORS, Generator, Input};
use registry_scripts::site::Site;
use registry_scripts::{ScriptKind, scripts};
use registry_tests::report;
use toml::{Table, Value};

/// The shells that a harness may have.
const SHELLS: [&str; 2] = ["dash", "bash"];

/// The prefix of the launch command of a run without web.
const NO_WEB: &str = " -c tools.web_search=false";

fn generator() -> &'static Generator {
    GENERATORS.iter().find(|it| it.name == "gen-manifests").expect("it is a generator")
}

/// The manifests of a site, by the names of their agents.
fn manifests(site: &Site) -> Vec<(&'static Agent<'static>, Table)> {
    let files = (generator().make)(&Input::new(&REGISTRY, site)).expect("every agent has a manifest");
    let agents = REGISTRY.agents();
    assert_eq!(files.len(), agents.len());
    let read = |(agent, file): (&'static Agent<'static>, registry_outputs::File)| {
        assert_eq!(file.path, Path::new(agent.name).join("manifest.toml"), "the loader looks in folders");
        (agent, file.text.parse().expect("a manifest is TOML"))
    };
    agents.into_iter().zip(files).map(read).collect()
}

fn text<'t>(table: &'t Table, key: &str) -> &'t str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn texts<'t>(table: &'t Table, key: &str) -> Vec<&'t str> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The fault of a value by version 1.0 of the contract.
fn against_contract(key: &str, value: &Value) -> Option<String> {
    let text = |holds: &dyn Fn(&str) -> bool| value.as_str().is_some_and(holds);
    let texts = |holds: &dyn Fn(&str) -> bool| {
        value.as_array().is_some_and(|items| items.iter().all(|item| item.as_str().is_some_and(holds)))
    };
    let holds = match key {
        "contract_version" => text(&|it| it == "1.0"),
        "name" | "install_cmd" | "launch_cmd" | "description" | "default_model" => text(&|it| !it.trim().is_empty()),
        "protocol" => text(&|it| it == "acp"),
        "api_protocol" => text(&|it| ["anthropic-messages", "openai-completions", "openai-responses"].contains(&it)),
        "acp_model_format" => text(&|it| ["bare", "provider/model", "registered-provider/model"].contains(&it)),
        "supports_acp_set_model" => value.is_bool(),
        "install_timeout" => value.as_integer().is_some_and(|seconds| seconds >= 1),
        "requires_env" | "aliases" => texts(&|it| !it.is_empty()),
        "skill_paths" => texts(&|it| it.starts_with("$HOME/") || it.starts_with("$WORKSPACE/")),
        "home_dirs" => texts(&|it| it.starts_with('.')),
        "env_mapping" => value.as_table().is_some_and(|it| {
            it.iter().all(|(from, to)| {
                from.starts_with("BENCHFLOW_PROVIDER_") && to.as_str().is_some_and(|to| !to.is_empty())
            })
        }),
        _ => return Some(format!("`{key}` is no key of the contract")),
    };
    (!holds).then(|| format!("`{key}` is {value}"))
}

#[test]
fn manifest_keys_and_types_follow_the_contract() {
    assert_eq!(against_contract("wrong", &Value::Boolean(true)).as_deref(), Some("`wrong` is no key of the contract"));
    assert!(against_contract("home_dirs", &Value::from(vec!["x"])).is_some());
    let mut faults = Vec::new();
    for (agent, manifest) in manifests(&Site::default()) {
        for key in ["contract_version", "name", "install_cmd", "launch_cmd"] {
            if !manifest.contains_key(key) {
                faults.push(format!("{}: `{key}` is required", agent.name));
            }
        }
        let against = manifest.iter().filter_map(|(key, value)| against_contract(key, value));
        faults.extend(against.map(|fault| format!("{}: {fault}", agent.name)));
    }
    report(&faults);
}

#[test]
fn names_and_aliases_are_unique() {
    let all = manifests(&Site::default());
    let words: Vec<&str> =
        all.iter().flat_map(|(_, it)| [vec![text(it, "name")], texts(it, "aliases")].concat()).collect();
    let different: BTreeSet<&&str> = words.iter().collect();
    assert!(different.len() == words.len() && words.len() > all.len(), "{words:?}");
}

#[test]
fn manifest_matches_its_entry() {
    for (agent, manifest) in manifests(&Site::default()) {
        let scripts = scripts(agent, &Site::default()).expect("a registered agent is rendered");
        let install = scripts.iter().find(|it| it.kind == ScriptKind::Install).expect("every agent is installed");
        assert_eq!(text(&manifest, "install_cmd"), install.text, "{}", agent.name);
        assert_eq!(text(&manifest, "name"), agent.name);
        assert_eq!(texts(&manifest, "aliases"), agent.aliases);
        assert_eq!(texts(&manifest, "home_dirs"), agent.home);
        assert_eq!(text(&manifest, "acp_model_format"), agent.model.format.id());
        assert_eq!(manifest.get("install_timeout").and_then(Value::as_integer), Some(agent.install_timeout.into()));
        let skills: Vec<String> = texts(&manifest, "skill_paths").iter().map(|it| it.replace("$HOME", "~")).collect();
        assert_eq!(skills, agent.skills);
        let suite = agent.suite.map(|it| [it.model.provider, it.model.id].join("/")).unwrap_or_default();
        assert_eq!(text(&manifest, "default_model"), suite.trim_start_matches('/'), "{}", agent.name);
        for (from, to) in manifest.get("env_mapping").and_then(Value::as_table).into_iter().flatten() {
            // The id that a bare agent gets over ACP is the model's.
            let told = if from == "BENCHFLOW_PROVIDER_MODEL" { "BENCHFLOW_ACP_MODEL_ID" } else { from };
            let says = |it: &registry::model::Mapping<'_>| {
                Some(it.name) == to.as_str() && (it.value.0.contains(from) || it.value.0.contains(told))
            };
            assert!(agent.env.iter().any(says), "{}: {from} = {to}", agent.name);
        }
        let log_ins: BTreeSet<&str> = agent.login.iter().map(|it| it.instead_of).collect();
        assert_eq!(texts(&manifest, "requires_env"), log_ins.into_iter().collect::<Vec<_>>(), "{}", agent.name);
    }
}

/// Its variable holds a prefix too, which a mapping of names cannot add: its launcher sets it.
const MORE_THAN_THE_MODEL: [&str; 1] = ["bub"];

#[test]
fn model_in_a_variable_is_mapped_and_not_set_over_acp() {
    let mapped: Vec<(&str, String)> = manifests(&Site::default())
        .into_iter()
        .filter_map(|(agent, it)| {
            let model = it.get("env_mapping")?.get("BENCHFLOW_PROVIDER_MODEL")?.as_str()?.to_owned();
            assert_eq!(it.get("supports_acp_set_model").and_then(Value::as_bool), Some(false), "{}", agent.name);
            Some((agent.name, model))
        })
        .collect();
    let by_variable = REGISTRY.agents().into_iter().filter(|it| it.model.via == registry::model::Via::Env);
    let by_variable = by_variable.map(|it| it.name).filter(|name| !MORE_THAN_THE_MODEL.contains(name));
    let by_variable: Vec<&str> = by_variable.collect();
    assert_eq!(mapped.iter().map(|it| it.0).collect::<Vec<_>>(), by_variable);
    assert!(mapped.contains(&("claude-agent-acp", "ANTHROPIC_MODEL".to_owned())), "{mapped:?}");
}

#[test]
fn install_command_names_packages_with_versions() {
    for (agent, manifest) in manifests(&Site::default()) {
        let install = text(&manifest, "install_cmd");
        for pin in agent.read_lock().expect("it can be read").pins() {
            assert!(install.lines().any(|line| line == format!("# {pin}")), "{}: {pin}", agent.name);
        }
        assert!(!agent.read_lock().expect("it can be read").pins().is_empty(), "{}", agent.name);
    }
}

/// The checks of the readers' tests on an install command; returns the failures.
const REFUSED: [&str; 15] = [
    r"\bpipefail\b",
    r"\[\[\s",
    "<<<",
    r"\$\(\(",
    r"(^|[\s;&|])function\s+\w",
    r"\b(declare|local)\s+-",
    r"[^<]<\(",
    // It would be read as a use of the image's npm.
    r"npm\s+install",
    "/usr/bin/node",
    "/usr/local/bin/npm",
    "command -v node",
    r"deb\.nodesource\.com",
    r"/root/\.local/bin/",
    r"\bsudo\b",
    // A carriage return would be part of a word.
    r"\r",
];

fn refused(install: &str) -> Vec<String> {
    static PATTERNS: LazyLock<[Regex; 15]> =
        LazyLock::new(|| REFUSED.map(|pattern| Regex::new(pattern).expect("it is a pattern")));
    let hit = |it: &Regex| Some(format!("`{it}` finds `{}`", it.find(install)?.as_str()));
    PATTERNS.iter().filter_map(hit).collect()
}

#[test]
fn install_command_passes_the_harness_checks() {
    for text in
        ["set -o pipefail", "[[ a", "x <<<y", "$((1))", "; function f", "local -a x", "cat <(x)", "npm install x"]
    {
        assert_eq!(refused(text).len(), 1, "{text}: {:?}", refused(text));
    }
    let found = |(agent, it): (&Agent<'_>, Table)| {
        let faults = [refused(text(&it, "install_cmd")), refused(text(&it, "launch_cmd"))].concat();
        faults.into_iter().map(|fault| format!("{}: {fault}", agent.name)).collect::<Vec<_>>()
    };
    report(&manifests(&Site::default()).into_iter().flat_map(found).collect::<Vec<_>>());
}

#[test]
fn npm_install_command_names_its_node_and_paths() {
    let version = Regex::new(r"BF_NODE_VERSION=(\d+)\.(\d+)\.(\d+)").expect("it is a pattern");
    let mut seen = 0;
    for (agent, manifest) in manifests(&Site::default()) {
        if !agent.install.iter().any(|it| matches!(it, Artefact::Npm(_))) {
            continue;
        }
        let install = text(&manifest, "install_cmd");
        for place in ["/opt/benchflow/node", "/opt/benchflow/js-agents", "/opt/benchflow/bin"] {
            assert!(install.contains(place), "{} has no {place}", agent.name);
        }
        let found: Vec<(u32, u32)> = version
            .captures_iter(install)
            .map(|it| (it[1].parse().unwrap_or_default(), it[2].parse().unwrap_or_default()))
            .collect();
        // A refused target has none.
        let refused = !install.contains("NODE_URL=");
        assert!(
            found.iter().all(|version| *version >= (22, 19)) && (refused || !found.is_empty()),
            "{}: {found:?}",
            agent.name
        );
        seen += usize::from(!refused);
    }
    assert!(seen > 5, "only {seen} agents bring Node.js");
}

#[test]
fn launch_command_is_one_line_of_plain_words() {
    let form = Regex::new(
        r"^([A-Za-z0-9_=./ ]+; exec )?/opt/benchflow/bin/[a-z0-9-]+(@[0-9][A-Za-z0-9.+-]*)?( [A-Za-z0-9_=./-]+)*$",
    )
    .expect("it is a pattern");
    for (agent, manifest) in manifests(&Site::default()) {
        assert!(form.is_match(text(&manifest, "launch_cmd")), "{}: {}", agent.name, text(&manifest, "launch_cmd"));
    }
}

/// Texts quoted by Python's `shlex` as often as by a harness: `sh -c 'sh -c '"'"'…'"'"''`.
fn twice(text: &str) -> String {
    let program = "import shlex, sys; text = sys.stdin.read()\n\
                   sys.stdout.write('sh -c ' + shlex.quote('sh -c ' + shlex.quote(text)))";
    let mut python = Command::new("python3").args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let python = python.as_mut().expect("python3 runs; help: install python3");
    let mut input = python.stdin.take().expect("it was asked for");
    input.write_all(text.as_bytes()).expect("python3 reads");
    drop(input);
    let mut out = String::new();
    std::io::Read::read_to_string(&mut python.stdout.take().expect("it was asked for"), &mut out)
        .expect("python3 writes");
    assert!(python.wait().is_ok_and(|status| status.success()));
    out
}

/// Runs a command as one argument of a shell, without anything of this environment.
fn run(shell: &str, command: &str, variables: &[(&str, &str)]) -> Output {
    let mut program = Command::new(shell);
    program.arg("-c").arg(command).env_clear().env("PATH", "/usr/bin:/bin").envs(variables.iter().copied());
    program.output().expect("the command fits an argument of a shell that is installed")
}

#[test]
fn doubly_quoted_command_round_trips_and_fits_one_argument() {
    for (agent, manifest) in manifests(&Site::default()) {
        for key in ["install_cmd", "launch_cmd"] {
            let command = text(&manifest, key);
            let quoted = twice(command);
            assert!(quoted.len() <= MAX_QUOTED_TWICE, "{}: {} bytes", agent.name, quoted.len());
            let inner = shlex::split(&quoted).and_then(|words| shlex::split(words.last()?)).and_then(|mut it| it.pop());
            assert!(inner.as_deref() == Some(command), "{}: {key} is not what it was", agent.name);
        }
    }
}

#[test]
fn install_command_runs_when_quoted_twice() {
    let mode = [("BENCHFLOW_INSTALL_MODE", "plan")];
    for (agent, manifest) in manifests(&Site::default()) {
        let command = text(&manifest, "install_cmd");
        let quoted = twice(command);
        for shell in SHELLS {
            let (plain, quoted) = (run(shell, command, &mode), run(shell, &quoted, &mode));
            let out = String::from_utf8_lossy(&quoted.stdout).into_owned();
            assert_eq!((quoted.status, &out), (plain.status, &String::from_utf8_lossy(&plain.stdout).into_owned()));
            let planned: serde_json::Value = serde_json::from_str(&out).unwrap_or_default();
            let refused = quoted.status.code() == Some(11);
            assert!(
                refused || planned["agent"] == agent.name,
                "{}: {out}{}",
                agent.name,
                String::from_utf8_lossy(&quoted.stderr)
            );
        }
    }
}

/// Replaces the agent: it prints its arguments and environment.
const PROGRAM: &str = "#!/bin/sh\ncase ${1-} in */launch.mjs) exec \"@NODE@\" \"$@\" ;; esac\nprintf '<%s>' \"$@\"\n";

/// Launch commands after the wrapping of harnesses.
fn treatments(command: &str) -> Vec<String> {
    let collapsed = command.split_whitespace().collect::<Vec<_>>().join(" ");
    let without_web = format!("{collapsed}{NO_WEB}");
    vec![command.to_owned(), collapsed, twice(command), twice(&without_web), without_web]
}

#[test]
fn launch_command_starts_the_launcher_under_every_wrapping() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let site = Site { prefix: folder.path().display().to_string(), ..Site::default() };
    for (row, (agent, manifest)) in manifests(&site).into_iter().enumerate() {
        crate::launch_support::put(agent, &site, PROGRAM);
        let commands = treatments(text(&manifest, "launch_cmd"));
        let cases = commands.iter().flat_map(|command| SHELLS.map(|shell| (shell, command)));
        for (shell, command) in share(row, 3, cases) {
            let output = run(shell, command, &[("HOME", &site.prefix)]);
            let out = String::from_utf8_lossy(&output.stdout);
            let said =
                format!("{}: {shell} -c {command:?}: {out}{}", agent.name, String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{said}");
            assert_eq!(command.contains(NO_WEB.trim()), out.ends_with("<-c><tools.web_search=false>"), "{said}");
        }
    }
}

/// Checks the status of the launch command of an agent's manifest when the web must be off.
#[track_caller]
fn check_without_web(agent: &'static Agent<'static>, status: i32) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let site = Site { prefix: folder.path().display().to_string(), ..Site::default() };
    crate::launch_support::put(agent, &site, PROGRAM);
    let (registry, generator) = (Registry { agents: &[], ..REGISTRY }, generator());
    let input = Input { agents: vec![agent], ..Input::new(&registry, &site) };
    let files = (generator.make)(&input).expect("every agent has a manifest");
    let manifest: Table = files.first().and_then(|it| it.text.parse().ok()).expect("a manifest is TOML");
    let command = twice(text(&manifest, "launch_cmd"));
    let output = run("dash", &command, &[("BENCHFLOW_DISALLOW_WEB_TOOLS", "1"), ("HOME", &site.prefix)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{}: {said}", agent.name);
}

#[test]
fn launch_command_follows_the_web_policy() {
    for agent in REGISTRY.agents() {
        let starts = matches!(agent.web, Some(WebPolicy::Switch { .. } | WebPolicy::NoTools(_)));
        check_without_web(agent, if starts { 0 } else { 11 });
    }
    let first = REGISTRY.agents().into_iter().next().expect("there are agents");
    let untested = Agent { web: Some(WebPolicy::Untested { tools: &["web"], reason: "nobody tried" }), ..*first };
    check_without_web(Box::leak(Box::new(untested)), 11);
}
