//! The crates depend on each other as in ARCHITECTURE.md, and `registry/` contains only entries.

#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "a test that reads wrongly fails")]

use std::collections::{BTreeMap, BTreeSet};

use registry_tests::{names_in, read, report};

/// The packages of this project that a package's manifest names under a heading.
fn dependencies(manifest: &str, heading: &str) -> BTreeSet<String> {
    let table: toml::Table = manifest.parse().expect("a manifest is TOML");
    let names = table.get(heading).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
    names.filter(|it| *it == "xtask" || *it == "registry" || it.starts_with("registry-")).cloned().collect()
}

/// The packages of the code map, with the packages that each uses; `everything` and `all below` are expanded.
fn shown(document: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows: Vec<Vec<&str>> = document
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .take_while(|cells| cells.len() == 6)
        .collect();
    let packages: Vec<String> = rows.iter().map(|cells| package(cells[1])).collect();
    let uses = |index: usize| -> BTreeSet<String> {
        let said = rows[index][3];
        let below = packages[index + 1..].iter().filter(|it| it.starts_with("registry-")).cloned();
        let named = said.split('`').skip(1).step_by(2).map(str::to_owned);
        match said {
            "everything" => packages.iter().filter(|it| *it != &packages[index]).cloned().collect(),
            _ if said.starts_with("all below") => below.chain(named).collect(),
            _ => named.collect(),
        }
    };
    packages.iter().enumerate().map(|(index, package)| (package.clone(), uses(index))).collect()
}

/// The package of a folder: `crates/model/` is `registry-model`.
fn package(folder: &str) -> String {
    let folder = folder.trim_matches(['`', '/']);
    match folder.rsplit_once('/') {
        Some(("crates", name)) => format!("registry-{name}"),
        Some((_, name)) => name.to_owned(),
        None if folder == "tests" => "registry-tests".to_owned(),
        None => folder.to_owned(),
    }
}

fn folder(package: &str) -> String {
    match package.strip_prefix("registry-") {
        Some("macros") | None => package.to_owned(),
        Some("tests") => "tests".to_owned(),
        Some(name) => format!("crates/{name}"),
    }
}

/// What a package's manifest names and the code map does not show, as faults.
fn unshown(package: &str, manifest: &str, shown: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let Some(may) = shown.get(package) else { return vec![format!("the code map does not show `{package}`")] };
    let named = dependencies(manifest, "dependencies");
    let missing =
        named.difference(may).map(|it| format!("`{package}` depends on `{it}`, and the code map does not say so"));
    let everything = package == "registry-tests" || package == "xtask";
    let idle = may.difference(&named).filter(|_| !everything);
    let idle = idle.map(|it| format!("the code map says that `{package}` uses `{it}`, and its manifest does not"));
    missing.chain(idle).collect()
}

#[test]
fn crates_depend_on_each_other_as_the_code_map_shows() {
    let shown = shown(&read("ARCHITECTURE.md"));
    let workspace: toml::Table = read("Cargo.toml").parse().expect("a manifest is TOML");
    let members = workspace["workspace"]["members"].as_array().expect("the workspace has members");
    let mut faults = Vec::new();
    for member in members.iter().filter_map(toml::Value::as_str).filter(|it| *it != "tests/ui") {
        let manifest = read(&format!("{member}/Cargo.toml"));
        let about: toml::Table = manifest.parse().expect("a manifest is TOML");
        let name = about["package"]["name"].as_str().expect("a package has a name");
        if folder(name) != member {
            faults.push(format!("`{name}` is in `{member}`, not in `{}`", folder(name)));
        }
        faults.extend(unshown(name, &manifest, &shown));
    }
    report(&faults);
}

#[test]
fn undocumented_dependency_is_reported() {
    let shown = BTreeMap::from([("registry-model".to_owned(), BTreeSet::from(["registry-shell".to_owned()]))]);
    let model = |lines: &str| unshown("registry-model", &format!("[dependencies]\n{lines}"), &shown);
    assert_eq!(model("registry-shell.workspace = true\nserde = \"1\"\n"), [""; 0]);
    assert_eq!(
        model("registry-shell.workspace = true\nregistry-scripts = { path = \"../scripts\" }\n"),
        ["`registry-model` depends on `registry-scripts`, and the code map does not say so"]
    );
    assert_eq!(model(""), ["the code map says that `registry-model` uses `registry-shell`, and its manifest does not"]);
    assert_eq!(unshown("registry-new", "", &shown), ["the code map does not show `registry-new`"]);
}

#[test]
fn crate_dependencies_have_no_cycle() {
    let shown = shown(&read("ARCHITECTURE.md"));
    let mut left = shown.clone();
    // Removes packages whose dependencies are all removed, until none is left.
    while !left.is_empty() {
        let names: BTreeSet<String> = left.keys().cloned().collect();
        let free: Vec<String> =
            left.iter().filter(|(_, uses)| uses.is_disjoint(&names)).map(|it| it.0.clone()).collect();
        assert!(!free.is_empty(), "these use each other: {}", names.into_iter().collect::<Vec<_>>().join(", "));
        left.retain(|name, _| !free.contains(name));
    }
    assert!(!shown["registry-scripts"].contains("registry-routing"));
    assert!(!shown["registry-routing"].contains("registry-scripts"));
}

/// The files in `registry/src` besides entries, their locks, evidence, records of targets and shipped programs.
fn others(names: &[String]) -> Vec<&String> {
    const FOLDERS: [&str; 5] = ["agents", "providers", "families", "evidence", "targets"];
    names.iter().filter(|it| *it != "lib.rs" && !FOLDERS.contains(&it.as_str())).collect()
}

#[test]
fn registry_contains_only_entries() {
    let names: Vec<String> = names_in("registry/src").into_iter().collect();
    assert_eq!(others(&names), Vec::<&String>::new());
    assert_eq!(others(&["routing".to_owned(), "agents".to_owned()]), ["routing"]);
    let mut faults = Vec::new();
    for kind in ["agents", "providers", "families"] {
        for name in names_in(&format!("registry/src/{kind}"))
            .iter()
            .filter(|it| it.rsplit_once('.').is_some_and(|(_, end)| end == "rs"))
        {
            let text = read(&format!("registry/src/{kind}/{name}"));
            let items = text.lines().filter(|it| it.starts_with(|first: char| first.is_ascii_lowercase()));
            let calls = ["agent! {", "provider! {", "family! {"];
            let strange = items.filter(|it| !it.starts_with("use ") && !calls.contains(it));
            faults.extend(strange.map(|it| format!("registry/src/{kind}/{name}: `{it}` is no entry")));
        }
    }
    report(&faults);
}

/// Only the binaries of the commands, tests and benches name the constant of this registry.
#[test]
fn crates_do_not_name_this_registry() {
    let mut faults = Vec::new();
    for file in registry_tests::sources() {
        let binary = file == "xtask/src/main.rs" || file.starts_with("xtask/src/bin/");
        let inside = file.starts_with("crates/") || (file.starts_with("xtask/src/") && !binary);
        let text = if inside { read(&file) } else { String::new() };
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        if !file.contains("/benches/") && code.contains(concat!("registry::", "REGISTRY")) {
            faults.push(format!("{file} names this registry"));
        }
    }
    report(&faults);
}
