//! `registry.json`, its schema, and the files for editors.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;

use registry::REGISTRY;
use registry_model::model::BaseUrlForm;
use registry_outputs::evidence::Evidence;
use registry_outputs::{GENERATORS, Input, entry, facts, json};
use registry_scripts::site::Site;
use serde_json::Value;

/// The files of `gen-registry`, by their names.
fn files() -> BTreeMap<String, Value> {
    let generator = GENERATORS.iter().find(|it| it.name == "gen-registry").expect("it is a generator");
    let files = (generator.make)(&Input::new(&REGISTRY, &Site::default())).expect("the registry is written");
    let read = |file: registry_outputs::File| {
        (file.path.display().to_string(), serde_json::from_str(&file.text).expect("the file is JSON"))
    };
    files.into_iter().map(read).collect()
}

#[test]
fn registry_json_has_every_agent_as_printed_by_show() {
    let document = &files()["registry.json"];
    let agents = document["agents"].as_array().expect("a list");
    let facts = REGISTRY.agents().into_iter().map(|it| {
        let evidence = Evidence::read(it, None).expect("there is none");
        serde_json::to_value(facts::whole(it, &evidence).expect("its lock can be read")).expect("facts are JSON")
    });
    assert_eq!(*agents, facts.map(json::sorted).collect::<Vec<_>>());
    let names = |key: &str| {
        let all = document[key].as_array().into_iter().flatten();
        all.map(|it| it["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("providers"), REGISTRY.providers().iter().map(|it| it.name).collect::<Vec<_>>());
    assert_eq!(names("families"), REGISTRY.families().iter().map(|it| it.name).collect::<Vec<_>>());
}

/// A word with an argument is an object of one member: `{ "refused": -32000 }` for `refused(-32000)`.
fn spelled(value: &Value) -> String {
    match value {
        Value::String(word) => word.clone(),
        Value::Object(members) => {
            members.iter().map(|(word, argument)| format!("{word}({argument})")).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// The words of a list, as an entry has them.
fn spelled_list(value: &Value) -> String {
    value.as_array().into_iter().flatten().map(spelled).collect::<Vec<_>>().join(", ")
}

#[test]
fn registry_json_spells_words_as_entries() {
    let document = &files()["registry.json"];
    let agents = document["agents"].as_array().expect("a list");
    for (agent, facts) in REGISTRY.agents().into_iter().zip(agents) {
        let printed = entry::text(agent);
        let protocols = spelled_list(&facts["protocols"]);
        let protocols = if agent.protocols.len() == 1 { protocols } else { format!("[{protocols}]") };
        let (handshake, model) = (&facts["handshake"], &facts["model"]);
        let mut words = vec![
            format!("    runs: {},\n", spelled(&facts["runs"])),
            format!("session: {}", spelled(&handshake["session"])),
            format!("exit: {}", spelled(&handshake["exit"])),
        ];
        if let Some(why) = model["none"].as_str() {
            assert!(!agent.is_routable() && printed.contains(why), "{printed}");
            words.push("    model: none(".to_owned());
        } else {
            words.extend([
                format!("    protocol: {protocols},\n"),
                format!("format: {}", spelled(&model["format"])),
                format!("via: {}", spelled(&model["via"])),
                format!("proxy: {}", spelled(&model["proxy"])),
            ]);
        }
        words.extend(facts["config"].as_array().into_iter().flatten().flat_map(|file| {
            let owner = spelled(&file["owner"]);
            let owner = (owner != "Keys").then(|| format!("owner: {owner}"));
            owner.into_iter().chain([format!("{}(\"{}\"", spelled(&file["format"]), spelled(&file["path"]))])
        }));
        if agent.base_url != BaseUrlForm::AsGiven {
            words.push(format!("base_url: {},", spelled(&facts["base_url"])));
        }
        for word in words {
            assert!(printed.contains(&word), "`{word}` is not in the entry:\n{printed}");
        }
    }
}

#[test]
fn acp_agent_files_name_pinned_packages() {
    let files = files();
    let described: Vec<(&String, &Value)> = files.iter().filter(|(path, _)| path.starts_with("acp/")).collect();
    assert!(described.len() > 5, "only {} agents are described", described.len());
    for (path, agent) in described {
        assert_eq!(*path, format!("acp/{}/agent.json", agent["id"].as_str().unwrap_or_default()));
        let entry = REGISTRY.agents().into_iter().find(|it| agent["id"] == it.plain_name()).expect("it is registered");
        let package =
            agent["distribution"]["npx"]["package"].as_str().or(agent["distribution"]["uvx"]["package"].as_str());
        let pinned = entry.lock.lines().any(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            words.first() == Some(&"package") && package == Some(&*format!("{}@{}", words[2], words[3]))
                || words.first() == Some(&"package") && package == Some(&*format!("{}=={}", words[2], words[3]))
        });
        assert!(pinned, "{path}: {package:?} is not what the lock says");
    }
}
