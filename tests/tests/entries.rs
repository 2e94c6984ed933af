//! Properties of every entry of the registry, including entries that are added later.

#![expect(clippy::expect_used, reason = "a helper of tests fails as the tests do")]

use std::collections::BTreeSet;

use registry::REGISTRY;
use registry::agents::{GEMINI, OPENCODE};
use registry_model::assert::Listed;
use registry_model::model::{Agent, Artefact, FileFormat, Lock, Mapping, Off, WebPolicy};
use registry_model::names::{constant, is_kebab, is_snake, kebab};
use registry_model::template::{Condition, Template, Value};
use registry_tests::{names_in, read, report};
use serde_json::Value as Json;

/// Checks every agent, after checking that the check finds the fault of a wrong one.
#[track_caller]
fn check_agents(wrong: &Agent<'_>, check: impl Fn(&Agent<'_>) -> Vec<String>) {
    assert!(!check(wrong).is_empty(), "the check finds nothing wrong with `{}`", wrong.name);
    let agents = REGISTRY.agents();
    assert!(agents.len() >= 12, "the registry has {} agents", agents.len());
    let of =
        |agent: &&Agent<'_>| check(agent).into_iter().map(|it| format!("{}: {it}", agent.name)).collect::<Vec<_>>();
    report(&agents.iter().flat_map(of).collect::<Vec<_>>());
}

/// A fault, if a condition is false.
fn unless(holds: bool, fault: impl Into<String>) -> Vec<String> {
    if holds { Vec::new() } else { vec![fault.into()] }
}

/// The stem of an entry's file.
fn stem(name: &str) -> String {
    name.replace('-', "_")
}

#[test]
fn every_name_spelling_round_trips() {
    check_agents(&Agent { name: "no-such-agent", ..OPENCODE }, |agent| {
        let name = agent.name;
        [
            unless(is_kebab(agent.entry()) && is_kebab(&agent.plain_name()), "is not a kebab-case name"),
            unless(is_snake(&stem(agent.entry())), "its file is not a snake-case name"),
            unless(kebab(&constant(name)) == agent.plain_name(), "its constant leads to another name"),
            unless(REGISTRY.agent(name).is_some_and(|it| it.name == name), "is not found by its name"),
        ]
        .concat()
    });
}

#[test]
fn every_alias_resolves_to_one_agent() {
    check_agents(&Agent { aliases: &["gemini"], ..OPENCODE }, |agent| {
        let lost = |alias: &&&str| REGISTRY.agent(alias).is_none_or(|it| it.name != agent.name);
        agent.aliases.iter().filter(lost).map(|alias| format!("the alias `{alias}` is another's")).collect()
    });
}

/// Checks that a folder has one file for each entry, and no unused files.
#[track_caller]
fn check_folder(folder: &str, names: &[&str], beside: &[String]) {
    let entries = names.iter().map(|name| format!("{}.rs", stem(name)));
    let expected: BTreeSet<String> = entries.chain(beside.iter().cloned()).collect();
    assert_eq!(names_in(&format!("registry/src/{folder}")).into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn entries_and_files_match() {
    let agents = REGISTRY.agents();
    let locks = agents.iter().filter(|agent| !agent.lock.is_empty()).map(|agent| agent.lock_file());
    let shipped = agents.iter().flat_map(|agent| agent.install).filter_map(|artefact| match artefact {
        Artefact::Program(it) => Some(it.name.to_owned()),
        _ => None,
    });
    let beside: Vec<String> = locks.chain(shipped).collect();
    check_folder("agents", &agents.iter().map(|it| it.entry()).collect::<Vec<_>>(), &beside);
    check_folder("providers", &REGISTRY.providers().iter().map(|it| it.name).collect::<Vec<_>>(), &[]);
    check_folder("families", &REGISTRY.families().iter().map(|it| it.name).collect::<Vec<_>>(), &[]);
}

#[test]
fn every_package_is_in_a_valid_lock() {
    check_agents(&Agent { lock: GEMINI.lock, ..OPENCODE }, |agent| {
        let packages: Vec<_> = agent.install.iter().filter_map(Artefact::package).collect();
        if packages.is_empty() {
            return unless(agent.lock.is_empty(), "has a lock and no package");
        }
        if agent.lock != read(&format!("registry/src/agents/{}.lock", stem(agent.name))) {
            return vec!["its lock is not the file beside it".to_owned()];
        }
        let lock = match Lock::parse(agent.lock) {
            Ok(lock) => lock,
            Err(error) => return vec![format!("its lock cannot be read: {error}")],
        };
        let lost = packages.iter().filter(|(ecosystem, name)| lock.package(ecosystem, name).is_none());
        lost.map(|(ecosystem, name)| format!("the {ecosystem} package `{name}` is not in its lock")).collect()
    });
}

/// Every template of an agent.
fn templates<'a>(agent: &Agent<'a>) -> Vec<Template<'a>> {
    let mut all: Vec<Template<'a>> = agent.launch.to_vec();
    all.extend(agent.beside.iter().flat_map(|it| it.argv));
    let mut add = |mappings: &[Mapping<'a>]| all.extend(mappings.iter().map(|it| it.value));
    add(agent.handshake.env);
    add(agent.env);
    agent.hosts.iter().for_each(|it| add(it.off));
    for off in agent.web_switches().iter().chain(agent.permission_switches()) {
        match off {
            Off::File { body, .. } => all.push(*body),
            Off::Env(mappings) => all.extend(mappings.iter().map(|it| it.value)),
            Off::Argv(_) | Off::Unset(_) => {}
        }
    }
    all.extend(agent.config.iter().map(|it| it.body));
    all
}

#[test]
fn every_template_round_trips() {
    let spaced = [Template(r#"["variable", "HOME"]"#)];
    check_agents(&Agent { launch: &spaced, ..OPENCODE }, |agent| {
        let differs = |it: &Template<'_>| it.value().is_none_or(|value| value.encode() != it.0);
        templates(agent).into_iter().filter(differs).map(|it| format!("{} is another value when read", it.0)).collect()
    });
}

/// The providers in a condition.
fn asked(condition: &Condition<'_>) -> Vec<String> {
    match condition {
        Condition::Provider(name) => vec![name.to_string()],
        Condition::Not(inner) => asked(inner),
        Condition::All(inner) | Condition::Any(inner) => inner.iter().flat_map(asked).collect(),
        Condition::Set(_) | Condition::Direct | Condition::Proxy | Condition::Root => Vec::new(),
    }
}

#[test]
fn every_provider_that_an_entry_names_is_registered() {
    let condition = [Template(r#"["if",["provider","nobody"],"acp"]"#)];
    check_agents(&Agent { launch: &condition, ..OPENCODE }, |agent| {
        let mut named: Vec<String> = agent.suite.iter().map(|suite| suite.model.provider.to_owned()).collect();
        for value in templates(agent).iter().filter_map(|it| it.value()) {
            value.visit(&mut |_, value| {
                if let Value::If { condition, .. } = value {
                    named.extend(asked(condition));
                }
            });
        }
        let known = |name: &String| name.is_empty() || REGISTRY.providers().iter().any(|it| it.name == name);
        named.into_iter().filter(|name| !known(name)).map(|name| format!("there is no provider `{name}`")).collect()
    });
}

#[test]
fn web_policies_name_distinct_tools() {
    let twice = WebPolicy::Untested { tools: &["fetch", "fetch"], reason: "nobody tried" };
    check_agents(&Agent { web: Some(twice), ..OPENCODE }, |agent| match agent.web {
        None => vec!["has no web policy".to_owned()],
        Some(WebPolicy::NoTools(evidence)) => unless(!evidence.is_empty(), "says not how it was seen"),
        Some(policy) => {
            let tools: BTreeSet<_> = policy.tools().iter().collect();
            unless(!tools.is_empty() && tools.len() == policy.tools().len(), "names no web tool, or one twice")
        }
    });
}

#[test]
fn agents_with_web_tools_say_which_are_hosted() {
    check_agents(&Agent { hosted: None, ..OPENCODE }, |agent| {
        let tools = agent.web.is_some_and(|it| !it.tools().is_empty());
        unless(!tools || agent.hosted.is_some(), "does not say which of its web tools are hosted")
    });
}

#[test]
fn every_config_file_is_in_an_agent_folder() {
    check_agents(&Agent { home: &[".elsewhere"], ..OPENCODE }, |agent| {
        let own = |path: &str| {
            let below = |home: &&str| {
                path.strip_prefix("~/").and_then(|it| it.strip_prefix(*home)).is_some_and(|it| it.starts_with('/'))
            };
            agent.home.iter().any(below)
        };
        let strays = agent.config.iter().filter(|file| !own(file.path));
        let strays = strays.map(|file| format!("`{}` is in no folder of `home`", file.path));
        let plain = agent.config.iter().filter(|it| it.format == FileFormat::Toml && it.mode & 0o077 != 0);
        strays.chain(plain.map(|file| format!("`{}` may be read by others", file.path))).collect()
    });
}

/// The cases of a file of vectors.
#[track_caller]
fn vectors(file: &str) -> Vec<Json> {
    let text = read(&format!("tests/vectors/{file}"));
    let rows: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect();
    assert!(rows.len() > 50, "{file} has {} cases", rows.len());
    rows
}

fn text<'j>(row: &'j Json, key: &str) -> &'j str {
    row[key].as_str().expect("a case has this text")
}

/// A reference without its registered provider: case is ignored, and the longest name is tried first.
fn stripped(reference: &str) -> &str {
    let begins = |name: &&str| {
        reference.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name))
            && reference.get(name.len()..).is_some_and(|it| it.starts_with('/'))
    };
    let names = REGISTRY.providers().into_iter().map(|it| it.name).filter(begins);
    names.max_by_key(|name| name.len()).map_or(reference, |name| &reference[name.len() + 1..])
}

fn model_faults(row: &Json) -> Vec<String> {
    let (agent, model) = (text(row, "agent"), text(row, "model"));
    let Some(entry) = REGISTRY.agent(agent) else { return vec![format!("no such agent: `{agent}`")] };
    let id = stripped(model);
    // An alias of the gateway has an id in every format.
    let ours = id.starts_with("benchflow-") || Listed::of(&REGISTRY).yields_model_id(entry.model.format, id);
    unless(ours == row["error"].is_null(), format!("{agent} {model}: yields {ours}, and the case is {row}"))
}

#[test]
fn model_ids_match_the_recorded_cases() {
    let rows = vectors("acp_model_id.jsonl");
    assert!(rows.iter().any(|row| row["error"]["kind"] == "no-provider"), "a refusal is among the cases");
    report(&rows.iter().flat_map(model_faults).collect::<Vec<_>>());
}
