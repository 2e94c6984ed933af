//! Files of the Harbor classes: for each agent an entry, routes and a script, and the module with the classes.

#![expect(clippy::expect_used, reason = "a test stops where something is not as it must be")]

use std::collections::BTreeMap;

use registry::REGISTRY;
use registry_outputs::{FileKind, GENERATORS, Input};
use registry_routing::{Given, Router, Sandbox, Variables};
use registry_scripts::site::Site;
use registry_tests::report;
use serde_json::Value;

/// The generated texts, by their paths.
fn files() -> BTreeMap<String, String> {
    let generator = GENERATORS.iter().find(|it| it.name == "gen-harbor").expect("it is a generator");
    let site = Site::default();
    let files = (generator.make)(&Input::new(&REGISTRY, &site)).expect("every agent can be described");
    files.into_iter().map(|file| (file.path.display().to_string(), file.text)).collect()
}

fn json(files: &BTreeMap<String, String>, path: &str) -> Value {
    serde_json::from_str(files.get(path).map_or("", String::as_str)).expect("it is JSON")
}

/// What a table says of a reference at its provider's own base URL, as the module reads it.
fn looked_up(routes: &Value, prefix: &str, model: &str) -> Result<BTreeMap<String, String>, String> {
    let row = routes.pointer(&format!("/{prefix}/direct")).unwrap_or(&Value::Null);
    let filled = |text: &str| text.replace("PREFIX-ID", prefix).replace("MODEL-ID", model);
    match row {
        Value::String(refusal) => Err(filled(refusal)),
        row => Ok((row.as_object().expect("variables").iter())
            .map(|(name, value)| (name.clone(), filled(value.as_str().expect("a text"))))
            .collect()),
    }
}

/// The same from the router itself.
fn resolved(agent: &str, reference: &str) -> Result<BTreeMap<String, String>, String> {
    let router = Router::new(&REGISTRY);
    let entry = router.entry(agent).expect("it is registered");
    let key = ("BENCHFLOW_PROVIDER_API_KEY".to_owned(), "given".to_owned());
    let given = Given { flags: Variables::from([key]), ..Given::default() };
    let folder = format!("/opt/benchflow/{agent}");
    let sandbox = Sandbox { home: "/root".to_owned(), root: true, folder, path: Sandbox::PATH.to_owned() };
    let found = router.resolve(entry, reference, &given, &sandbox).map_err(|refusal| refusal.to_string())?;
    let canonical = found.variables.into_iter().filter(|(name, _)| name.starts_with("BENCHFLOW_"));
    Ok(canonical
        .filter(|(name, _)| name != "BENCHFLOW_PROVIDER_API_KEY")
        .map(|(k, v)| (k.to_string(), v.value))
        .collect())
}

#[test]
fn routes_of_harbor_are_those_of_the_router() {
    let files = files();
    let mut faults = Vec::new();
    let mut routed = 0;
    for agent in REGISTRY.agents() {
        let table = json(&files, &format!("{}/routes.json", agent.name));
        for provider in REGISTRY.providers() {
            let (written, resolved) = (
                looked_up(&table, provider.name, "some-model-7"),
                resolved(agent.name, &format!("{}/some-model-7", provider.name)),
            );
            routed += usize::from(resolved.is_ok());
            if written != resolved {
                faults.push(format!("{}, {}: {written:?}, and the router {resolved:?}", agent.name, provider.name));
            }
        }
    }
    report(&faults);
    assert!(routed > 100, "{routed} routes");
}

#[test]
fn unregistered_prefix_gets_no_vendor_key() {
    let files = files();
    let mut faults = Vec::new();
    for agent in REGISTRY.agents() {
        let routes = json(&files, &format!("{}/routes.json", agent.name));
        for (prefix, route) in routes.as_object().expect("a table") {
            let known = REGISTRY.providers().iter().any(|it| it.name == prefix)
                || REGISTRY.families().iter().any(|it| it.namespace == prefix);
            let keys = route.get("keys").and_then(Value::as_array).expect("a list");
            if !known && !keys.is_empty() {
                faults.push(format!("{}: a URL given for `{prefix}` would get {keys:?}", agent.name));
            }
        }
    }
    report(&faults);
}

#[test]
fn capabilities_are_those_of_the_entry() {
    let files = files();
    let module = files.get("benchflow_harbor.py").expect("the module");
    let check = |class: &str, expected: &str| {
        let body = module.split_once(&format!("class {class}(_Agent):")).expect("its class").1;
        let line = body.split_once("capabilities = _capabilities(\n").expect("its capabilities").1;
        assert_eq!(line.lines().next().unwrap_or_default().trim(), expected, "{class}");
    };
    let all = "base_url=True, reasoning_effort=True, mcp_servers=True, native_web_tools=True, skills=True,";
    check("CodexAcp", all);
    // It has no levels and no web tools, and takes servers by a file.
    let few = "base_url=True, reasoning_effort=False, mcp_servers=True, native_web_tools=False, skills=True,";
    check("BoxAgent", few);
    // Its back end is closed.
    let closed = "base_url=False, reasoning_effort=False, mcp_servers=False, native_web_tools=True, skills=False,";
    check("Auggie", closed);
}

#[test]
fn every_agent_has_a_class_and_three_files() {
    let files = files();
    let module = files.get("benchflow_harbor.py").expect("the module");
    for agent in REGISTRY.agents() {
        assert!(module.contains(&format!("    AGENT = \"{}\"\n", agent.name)), "{}", agent.name);
        let entry = json(&files, &format!("{}/entry.json", agent.name));
        assert_eq!(
            entry.pointer("/distribution/local/cmd"),
            Some(&Value::from(format!("/opt/benchflow/bin/{}", agent.name)))
        );
        assert!(entry.get("version").and_then(Value::as_str).is_some_and(|it| !it.is_empty()));
        let script = files.get(&format!("{}/install.sh", agent.name)).expect("the script");
        assert!(script.starts_with("#!/bin/sh\n# Generated by `cargo xtask gen-harbor`"), "{}", agent.name);
    }
    assert_eq!(files.len(), 3 * REGISTRY.agents().len() + 1);
}

#[test]
fn install_script_is_executable() {
    let generator = GENERATORS.iter().find(|it| it.name == "gen-harbor").expect("it is a generator");
    let site = Site::default();
    let files = (generator.make)(&Input::new(&REGISTRY, &site)).expect("every agent can be described");
    let scripts = files.iter().filter(|it| it.path.ends_with("install.sh"));
    assert!(scripts.map(|it| it.kind).all(|kind| kind == FileKind::Whole(0o755)));
}
