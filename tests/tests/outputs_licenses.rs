//! The licenses of locks in what is generated: the bill of materials, the labels of images, the docs.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test panics on failure")]

use std::collections::BTreeMap;

use registry::REGISTRY;
use registry::model::{Agent, LockedPackage};
use registry_outputs::{GENERATORS, Input};
use registry_scripts::site::Site;
use serde_json::{Value, json};

/// A license that is shell, an escape, a variable and a cell of a table.
const HOSTILE: &str = r#""MIT" \ $HOME `id` | <b>"#;

/// The first file of a generator for an agent.
fn file(generator: &str, name: &str, agent: &Agent<'_>) -> String {
    let site = Site::default();
    let input = Input { agents: vec![agent], ..Input::new(&REGISTRY, &site) };
    let generator = GENERATORS.iter().find(|it| it.name == generator).expect("it is a generator");
    let files = (generator.make)(&input).expect("it is written");
    files.into_iter().find(|it| it.path.ends_with(name)).expect("it is one of the files").text
}

/// The components of a bill of materials, by their references.
fn components(agent: &Agent<'_>) -> BTreeMap<String, Value> {
    let bill: Value = serde_json::from_str(&file("gen-sbom", "sbom.cdx.json", agent)).expect("it is JSON");
    let all = bill["components"].as_array().expect("it has components").clone();
    all.into_iter().map(|it| (it["bom-ref"].as_str().expect("it has one").to_owned(), it)).collect()
}

/// An agent of the registry with one npm package, and its lock without licenses.
fn plain() -> (&'static Agent<'static>, LockedPackage<'static>, String) {
    let agent = REGISTRY.agents().into_iter().find(|it| it.name == "gemini").expect("it is an agent");
    let lock = agent.read_lock().expect("it has a lock");
    (agent, *lock.packages.first().expect("it has a package"), registry::model::without_licenses(agent.lock))
}

#[test]
fn components_have_the_licenses_of_the_lock() {
    for agent in REGISTRY.agents() {
        let lock = agent.read_lock().expect("it has a lock");
        let all = components(agent);
        let licensed = all.values().filter(|it| it["type"] == "library" && it.get("licenses").is_some()).count();
        let mut expected: Vec<_> = lock.npm.iter().map(|it| ("npm", &*it.name, it.version, "")).collect();
        expected.extend(lock.wheels.iter().map(|it| ("pypi", it.name, it.version, it.file)));
        expected.sort_unstable();
        expected.dedup();
        expected.retain(|(ecosystem, name, version, _)| lock.licenses_of(ecosystem, name, version).next().is_some());
        assert_eq!(licensed, expected.len(), "{}", agent.name);
    }
}

#[test]
fn lock_without_licenses_gives_components_without_them() {
    let (agent, package, lock) = plain();
    let old = Agent { lock: &lock, ..*agent };
    assert!(components(&old).values().all(|it| it.get("licenses").is_none()));
    assert!(!file("gen-suite", "Dockerfile", &old).contains("license"));
    assert!(file("gen-docs", "agents.md", &old).contains("not all of the packages that it names have one"));
    let LockedPackage { name, version, .. } = package;
    let lock = format!("{lock}license npm {name} {version} MIT OR ISC\n");
    let new = components(&Agent { lock: &lock, ..*agent });
    assert_eq!(new["agent:gemini"]["licenses"], json!([{ "expression": "MIT OR ISC" }]));
}

#[test]
fn any_license_is_data_in_generated_files() {
    let (agent, LockedPackage { name, version, .. }, lock) = plain();
    let lock = format!("{lock}license npm {name} {version} {HOSTILE}\n");
    let agent = Agent { lock: &lock, ..*agent };
    assert_eq!(components(&agent)["agent:gemini"]["licenses"], json!([{ "license": { "name": HOSTILE } }]));
    let label = r#"org.benchflow.license="\"MIT\" \\ \$HOME `id` | <b>""#;
    let dockerfile = file("gen-suite", "Dockerfile", &agent);
    assert!(dockerfile.contains(label) && !dockerfile.contains("image.licenses"), "{dockerfile}");
    let page = file("gen-docs", "agents.md", &agent);
    assert!(page.contains(r#"| ``"MIT" \ $HOME `id` \| <b>`` |"#), "{page}");
}

#[test]
fn image_with_terms_of_its_own_inside_has_no_spdx_label() {
    let (agent, LockedPackage { name, version, .. }, lock) = plain();
    let labels = |more: &str| {
        let lock = format!("{lock}license npm {name} {version} MIT\n{more}");
        let dockerfile = file("gen-suite", "Dockerfile", &Agent { lock: &lock, ..*agent });
        ["org.benchflow.license=\"MIT\"", "image.licenses=\"MIT\""].map(|it| dockerfile.matches(it).count())
    };
    assert_eq!(labels(""), [2, 2]);
    assert_eq!(labels("license npm other 1.0.0 UNLICENSED\n"), [2, 0]);
}

/// The packages of an agent with terms of their own; one whose name continues another's is a part of that.
fn own_terms(agent: &Agent<'_>) -> Vec<String> {
    let lock = agent.read_lock().expect("it has a lock");
    let own = |it: &str| it == "UNLICENSED" || it.starts_with("SEE LICENSE IN ") || it.contains("LicenseRef-");
    let names: Vec<&str> = lock.licenses.iter().filter(|it| own(it.license)).map(|it| it.package).collect();
    let part = |name: &str| names.iter().any(|it| name.strip_prefix(it).is_some_and(|rest| rest.starts_with('-')));
    names.iter().filter(|it| !part(it)).map(|it| format!("`{it}`")).collect()
}

#[test]
fn docs_list_every_agent_with_terms_of_its_own() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/containers.md"));
    let docs = docs.expect("it is there");
    let (_, table) =
        docs.split_once("| agent | packages with terms of their own |\n|---|---|\n").expect("it has a table");
    let found: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    let agents = REGISTRY.agents();
    let rows = agents.iter().filter(|it| it.version().is_none()).map(|it| (it.name, own_terms(it)));
    let rows: Vec<String> = rows
        .filter(|(_, packages)| !packages.is_empty())
        .map(|(name, packages)| format!("| {name} | {} |", packages.join(", ")))
        .collect();
    assert_eq!(found, rows);
}
