//! The files of the suite: each is read by a parser of its format, and the credential gate is compared with routing.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use registry::REGISTRY;
use registry::model::{Agent, Protocol, Registry, RuntimeKind};
use registry_outputs::{GENERATORS, Input};
use registry_routing::{Given, Router, Sandbox};
use registry_scripts::site::Site;
use serde_json::Value;

/// The files of `gen-suite`, by their names.
fn files() -> BTreeMap<String, String> {
    let generator = GENERATORS.iter().find(|it| it.name == "gen-suite").expect("it is a generator");
    let files = (generator.make)(&Input::new(&REGISTRY, &Site::default())).expect("the suite is written");
    files.into_iter().map(|it| (it.path.display().to_string(), it.text)).collect()
}

/// The output of commands in a shell that has sourced the functions, with only these variables.
fn sourced(shell: &str, commands: &str, variables: &BTreeMap<String, String>) -> (Option<i32>, String) {
    static FUNCTIONS: LazyLock<String> = LazyLock::new(|| files().remove("suite.sh").expect("the suite has functions"));
    let mut child = Command::new(shell)
        .args(["-eu", "-s"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the shell is installed");
    let script = format!("{}{commands}", *FUNCTIONS);
    child.stdin.take().expect("it was asked for").write_all(script.as_bytes()).expect("the shell reads");
    let output = child.wait_with_output().expect("the shell ends");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The answers of a function for all agents of the suite, one per line.
fn answers(function: &str) -> Vec<String> {
    let commands = format!("for agent in $(suite_agents); do {function} \"$agent\"; done\n");
    let (status, out) = sourced("dash", &commands, &BTreeMap::new());
    assert_eq!(status, Some(0));
    out.lines().map(str::to_owned).collect()
}

/// The agents of the suite, and their models as they are typed.
fn members() -> Vec<(&'static Agent<'static>, String)> {
    let reference = |agent: &Agent<'_>| {
        let model = agent.suite?.model;
        Some([model.provider, model.id].join("/").trim_start_matches('/').to_owned())
    };
    REGISTRY.agents().into_iter().filter_map(|agent| Some((agent, reference(agent)?))).collect()
}

#[test]
fn suite_functions_have_every_agent_and_model() {
    assert_eq!(answers("echo"), members().iter().map(|(agent, _)| agent.name).collect::<Vec<_>>());
    assert_eq!(answers("suite_model"), members().into_iter().map(|(_, model)| model).collect::<Vec<_>>());
    let tracking = members().into_iter().map(|(agent, _)| agent.suite.is_some_and(|it| it.usage_tracking));
    assert_eq!(answers("suite_usage_tracking"), tracking.map(|it| if it { "on" } else { "off" }).collect::<Vec<_>>());
    for function in ["suite_model", "suite_usage_tracking", "suite_has_credentials", "suite_credentials"] {
        assert_eq!(sourced("dash", &format!("{function} nobody\n"), &BTreeMap::new()).0, Some(2), "{function}");
    }
}

#[test]
fn suite_run_needs_its_environment_and_credentials() {
    let gate = |names: &[&str]| {
        let variables = names.iter().map(|name| ((*name).to_owned(), "value".to_owned())).collect();
        sourced("dash", "suite_can_run mimo\n", &variables).0
    };
    assert_eq!(gate(&["DAYTONA_API_KEY", "XIAOMI_API_KEY", "XIAOMI_BASE_URL"]), Some(0));
    assert_eq!(gate(&["XIAOMI_API_KEY", "XIAOMI_BASE_URL"]), Some(1));
    assert_eq!(gate(&["DAYTONA_API_KEY", "XIAOMI_API_KEY"]), Some(1));
    assert_eq!(gate(&["DAYTONA_API_KEY"]), Some(1));
}

/// A registry in which an agent is the client of the suite: with usage tracking, the gateway, which speaks every
/// protocol and has no login.
fn client(agent: &Agent<'static>) -> Registry<'static> {
    let tracked = agent.suite.is_some_and(|it| it.usage_tracking);
    let protocols: &[Protocol] = if tracked { &Protocol::ALL } else { agent.protocols };
    let agent: &'static Agent<'static> = Box::leak(Box::new(Agent { protocols, login: &[], ..*agent }));
    Registry { agents: Box::leak(Box::new([agent])), extends: None, ..REGISTRY }
}

/// Every choice among some variables, each unset, blank or set.
fn environments(names: &[&str]) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for name in names {
        let with = |value: &str| {
            let value = value.to_owned();
            move |it: &BTreeMap<String, String>| {
                let mut it = it.clone();
                it.insert((*name).to_owned(), value.clone());
                it
            }
        };
        let set: Vec<_> = all.iter().map(with("https://models.example/v1")).collect();
        let blank: Vec<_> = all.iter().map(with(" \t")).collect();
        all.extend(set);
        all.extend(blank);
    }
    all
}

/// Checks that the gate of an agent agrees with routing for each environment.
#[track_caller]
fn check_gate(agent: &Agent<'static>, reference: &str) {
    let registry = client(agent);
    let routes = Router::new(&registry);
    let entry = routes.entry(agent.name).expect("it is registered");
    let sandbox = Sandbox {
        home: "/nowhere".to_owned(),
        root: false,
        folder: "/opt/benchflow".to_owned(),
        path: Sandbox::PATH.to_owned(),
    };
    let needs = routes.needs(Some(entry.agent), reference).expect("the suite's model is served");
    let mut names = needs.concat();
    // An unrelated variable.
    names.push("AZURE_API_KEY");
    let (mut yes, mut no) = (0, 0);
    for host in environments(&names) {
        let given = Given { host: host.clone(), ..Given::default() };
        let answer = routes.resolve(entry, reference, &given, &sandbox);
        let gate = sourced("dash", &format!("suite_has_credentials {}\n", agent.name), &host).0;
        assert_eq!(gate, Some(i32::from(answer.is_err())), "{} with {host:?}: {answer:?}", agent.name);
        *(if answer.is_ok() { &mut yes } else { &mut no }) += 1;
    }
    assert!(yes > 0 && no > 0, "{}: {yes} environments do, {no} do not", agent.name);
}

#[test]
fn credential_gate_agrees_with_routing() {
    for (agent, reference) in members() {
        check_gate(agent, &reference);
    }
}

/// A model is served exactly where one variable of each need is set.
#[track_caller]
fn check_needs(reference: &str) {
    let first = REGISTRY.agents().into_iter().next().expect("there are agents");
    let tracked = Agent {
        suite: Some(registry::model::Suite {
            model: registry::model::ModelReference { provider: "", id: "x" },
            usage_tracking: true,
        }),
        ..*first
    };
    let registry = client(&tracked);
    let routes = Router::new(&registry);
    let entry = routes.entry(first.name).expect("it is registered");
    let sandbox = Sandbox {
        home: "/nowhere".to_owned(),
        root: false,
        folder: "/opt/benchflow".to_owned(),
        path: Sandbox::PATH.to_owned(),
    };
    let needs = routes.needs(None, reference).expect("somebody serves it");
    for host in environments(&needs.concat()) {
        let set = |name: &&str| host.get(*name).is_some_and(|value| !value.trim().is_empty());
        let given = Given { host: host.clone(), ..Given::default() };
        match routes.resolve(entry, reference, &given, &sandbox) {
            // A value can still be invalid; then nothing is missing.
            Err(refusal) if refusal.kind() != "missing-credential" && refusal.kind() != "missing-url-parameter" => {}
            answer => {
                let met = needs.iter().all(|need| need.iter().any(set));
                assert_eq!(answer.is_ok(), met, "{reference}, {host:?}");
            }
        }
    }
}

#[test]
fn required_variables_of_a_model_match_routing() {
    for provider in REGISTRY.providers() {
        check_needs(&format!("{}/some-model", provider.name));
    }
    for family in REGISTRY.families().into_iter().filter(|it| !it.keys.is_empty()) {
        check_needs(&format!("{}-1", family.tokens.first().expect("a family has words")));
    }
}

#[test]
fn suite_config_is_yaml_with_the_exact_model() {
    let files = files();
    assert_eq!(files.keys().filter(|path| path.starts_with("configs/")).count(), members().len());
    for (agent, model) in members() {
        let text = &files[&format!("configs/{}.yaml", agent.name)];
        let config: serde_yaml::Value = serde_yaml::from_str(text).expect("a configuration is YAML");
        assert_eq!(config["agent"].as_str(), Some(agent.name));
        assert_eq!(config["model"].as_str(), Some(&*model));
        assert_eq!(config["jobs_dir"].as_str(), Some(&*format!("jobs/integration/{}", agent.name)));
        assert_eq!(config["environment"].as_str(), Some("daytona"));
        assert_eq!(config["include"].as_sequence().map(Vec::len), Some(9));
        assert_eq!((config["concurrency"].as_u64(), config["max_retries"].as_u64()), (Some(64), Some(1)));
        let off = agent.suite.is_some_and(|it| !it.usage_tracking);
        // The quotes are for parsers of YAML 1.1, which read the bare word as `false`.
        assert_eq!(text.contains("\nusage_tracking: \"off\"\n"), off, "{text}");
        assert_eq!(config["usage_tracking"].as_str(), off.then_some("off"));
    }
}

/// The agents that can be installed on a machine with glibc, by their names.
fn built() -> Vec<&'static str> {
    let glibc = |agent: &&Agent<'_>| {
        agent
            .read_lock()
            .map(|lock| agent.targets(&lock))
            .expect("its lock can be read")
            .iter()
            .any(|it| !it.id().ends_with("musl"))
    };
    REGISTRY.agents().into_iter().filter(|agent| glibc(agent)).map(|agent| agent.name).collect()
}

#[test]
fn suite_matrix_has_only_an_include_list() {
    let matrix: Value = serde_json::from_str(&files()["matrix.json"]).expect("the matrix is JSON");
    assert_eq!(matrix.as_object().map(|it| it.keys().cloned().collect::<Vec<_>>()), Some(vec!["include".to_owned()]));
    let jobs = matrix["include"].as_array().expect("a list");
    let mut agents: Vec<&str> = jobs.iter().filter_map(|job| job["agent"].as_str()).collect();
    agents.dedup();
    assert_eq!(agents, built());
    // The maximum number of jobs in a matrix of GitHub Actions.
    assert!(jobs.len() <= 256 && jobs.iter().all(|job| job["runner"].is_string() && job["timeout_minutes"].is_u64()));
}

/// The Dockerfile of a site, or the error.
fn dockerfile(site: &str) -> Result<String, String> {
    let site: Site = toml::from_str(site).expect("it is a site file");
    let generator = GENERATORS.iter().find(|it| it.name == "gen-suite").expect("it is a generator");
    let files = (generator.make)(&Input::new(&REGISTRY, &site))?;
    Ok(files.into_iter().find(|it| it.path.ends_with("Dockerfile")).expect("there is a Dockerfile").text)
}

#[test]
fn dockerfile_for_a_folder_site_has_one_mount_per_step() {
    assert!(!dockerfile("").expect("it is written").contains("FROM scratch AS mirror"));
    let text = dockerfile("mirror = '/srv/m/runtimes'\nnpm-registry = '/srv/m/npm'\n").expect("it is written");
    let mounts = text.matches("RUN --mount=type=bind,from=mirror,target=/srv/m \\").count();
    let shared = text.matches("\n# What agents on ").count();
    assert_eq!(mounts, built().len() + shared, "{text}");
    assert!(shared > RuntimeKind::ALL.len(), "{text}");
    assert!(text.contains("\nFROM scratch AS mirror\nCOPY mirror /\n"), "{text}");
    let apart = dockerfile("mirror = '/one/runtimes'\nnpm-registry = '/other/npm'\n").expect_err("it has no mount");
    assert!(apart.contains("have no common folder but `/`"), "{apart}");
    let blank = dockerfile("prefix = '/opt/a b'\n").expect_err("it is no path of a Dockerfile");
    assert!(blank.contains("`/opt/a b` cannot be written into a Dockerfile"), "{blank}");
}
