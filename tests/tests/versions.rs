//! Other versions of an agent: their names, how they are found, and that every output has them apart.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeSet;

use registry::REGISTRY;
use registry_model::model::Agent;
use registry_outputs::{GENERATORS, Input};
use registry_routing::Router;
use registry_scripts::site::Site;

/// An entry with other versions.
fn entry() -> &'static Agent<'static> {
    REGISTRY.agent("claude").expect("it is registered")
}

fn other() -> &'static Agent<'static> {
    entry().also.first().expect("it has another version")
}

#[track_caller]
fn check_found(name: &str, expected: Option<&Agent<'_>>) {
    assert_eq!(REGISTRY.agent(name).map(|it| it.name), expected.map(|it| it.name), "{name}");
}

#[test]
fn version_is_found_by_name_and_by_alias() {
    let (entry, other) = (entry(), other());
    let version = other.version().expect("its name says it");
    check_found(other.name, Some(other));
    check_found(&format!("claude@{version}"), Some(other));
    let lock = entry.read_lock().expect("it can be read");
    let newest = entry.locked_version(&lock).expect("it is locked");
    check_found(&format!("claude@{newest}"), Some(entry));
    for name in ["claude@", "claude@0", "claude@latest", "@0.100.0", "nobody@0.100.0"] {
        check_found(name, None);
    }
}

#[test]
fn version_is_routed_like_its_entry() {
    let router = Router::new(&REGISTRY);
    for name in [other().name.to_owned(), format!("claude@{}", other().version().unwrap_or_default())] {
        assert_eq!(router.entry(&name).map(|it| it.agent.name), Some(other().name), "{name}");
    }
    assert!(router.entry("claude@9.9.9").is_none());
}

#[test]
fn version_has_its_own_lock_and_the_fields_of_its_entry() {
    let (entry, other) = (entry(), other());
    let lock = other.read_lock().expect("it can be read");
    assert_eq!(other.locked_version(&lock), other.version());
    assert_ne!(other.lock, entry.lock);
    let same = Agent { name: entry.name, aliases: entry.aliases, also: entry.also, lock: entry.lock, ..*other };
    assert_eq!(&same, entry);
}

/// What a place that refuses `@` and `.` is given.
#[track_caller]
fn check_plain(generator: &str, file: &str, line: impl Fn(&str) -> Option<&str>) {
    let site = Site::default();
    let found = GENERATORS.iter().find(|it| it.name == generator).expect("it is a generator");
    let files = (found.make)(&Input::new(&REGISTRY, &site)).expect("every agent can be described");
    let texts = files.iter().filter(|it| it.path.to_string_lossy().ends_with(file));
    let names: Vec<String> = texts.flat_map(|it| it.text.lines().filter_map(&line).map(str::to_owned)).collect();
    let plain = other().plain_name();
    assert!(names.contains(&plain), "{plain} is not among {names:?}");
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
    let is_plain = |it: &String| it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    assert!(names.iter().all(is_plain), "{names:?}");
}

#[test]
fn plain_names_are_unique_and_plain() {
    let quoted = |line: &str, key: &str| -> Option<usize> { line.trim().starts_with(key).then_some(key.len()) };
    check_plain("gen-suite", "Dockerfile", |line| line.strip_prefix("FROM ")?.split_once(" AS ").map(|it| it.1));
    check_plain("gen-suite", "docker-bake.hcl", |line| line.strip_prefix("target \"")?.strip_suffix("\" {"));
    for (generator, file) in [("gen-registry", "agent.json"), ("gen-devcontainer", "devcontainer-feature.json")] {
        check_plain(generator, file, |line| {
            let start = quoted(line, "\"id\": \"")?;
            line.trim().get(start..)?.split('"').next()
        });
    }
}
