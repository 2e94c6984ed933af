//! Checks generated files with parsers of their formats: JSON by its schema, HCL and a Dockerfile by their parsers.
//!
//! The files are the committed ones, which are as they are generated (`cargo xtask gen --check`).

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dockerfile_parser::{Dockerfile, Instruction};
use serde_json::{Value, json};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the package is in the workspace").to_path_buf()
}

#[track_caller]
fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).expect("the file is there")
}

#[track_caller]
fn json(path: &str) -> Value {
    serde_json::from_str(&read(path)).expect("it is JSON")
}

/// The output of a command, which must end with this status.
#[track_caller]
fn xtask(words: &[&str], status: i32) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    let run = cargo.args(["xtask"]).args(words).current_dir(workspace()).output().expect("cargo starts");
    assert_eq!(run.status.code(), Some(status), "{run:?}");
    String::from_utf8(run.stdout).expect("it is text")
}

/// The errors of a document by a schema.
fn against(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).expect("the schema is one of 2020-12");
    validator.iter_errors(document).map(|it| format!("{}: {it}", it.instance_path())).collect()
}

#[test]
fn registry_json_matches_its_schema() {
    let (schema, document) =
        (&json("generated/registry/registry.schema.json"), &json("generated/registry/registry.json"));
    assert!(jsonschema::meta::is_valid(schema), "the schema is none of its dialect");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(against(schema, document), Vec::<String>::new());
    assert_eq!(document["schema"], "benchflow-registry/2");
}

/// Checks that a document with one changed value does not match the schema.
#[track_caller]
fn check_refused(place: &str, new: Value) {
    let (schema, mut document) =
        (&json("generated/registry/registry.schema.json"), json("generated/registry/registry.json"));
    *document.pointer_mut(place).expect("the document has such a place") = new;
    assert!(!against(schema, &document).is_empty(), "the schema accepts any value at {place}");
}

#[test]
fn registry_schema_rejects_invalid_documents() {
    check_refused("/schema", json!("benchflow-registry/1"));
    check_refused("/agents", json!({}));
    check_refused("/agents/0/name", json!(1));
    check_refused("/agents/0/model", json!({"format": "Bare"}));
    check_refused("/agents/0/model/format", json!("bare"));
    check_refused("/agents/0/handshake/exit", json!("endofinput"));
    check_refused("/agents/0/platforms/0", json!("linux-x64"));
    check_refused("/agents/0/install/0", json!({"npm": "x"}));
    check_refused("/agents/0/lock", json!({"packages": [{"name": "x"}]}));
    check_refused("/agents/0/suite/usage_tracking", json!("off"));
    check_refused("/providers/0/endpoints/0", json!("https://models.example"));
    check_refused("/providers/0/credential", json!({"any_of": "KEY"}));
    check_refused("/families/0/tokens", json!(null));
}

/// The schema of the public registry of ACP agents, as its page describes the format.
fn schema_of_editors() -> Value {
    let package = json!({
        "type": "object", "required": ["package"], "additionalProperties": false,
        "properties": {
            "package": {"type": "string", "pattern": "^(@[a-z0-9-]+/)?[a-z0-9._-]+(@|==)[0-9]+\\.[0-9]+\\.[0-9]+$"},
            "args": {"type": "array", "items": {"type": "string"}},
            "env": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    });
    let machine = json!({
        "type": "object", "required": ["archive", "cmd"],
        "properties": {"archive": {"type": "string", "pattern": "^https://"}, "cmd": {"type": "string"}},
    });
    json!({
        "type": "object", "required": ["id", "name", "version", "description", "distribution"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            "name": {"type": "string", "minLength": 1},
            "version": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$"},
            "description": {"type": "string", "minLength": 1},
            "distribution": {
                "type": "object", "minProperties": 1, "additionalProperties": false,
                "properties": {"npx": package, "uvx": package, "binary": {
                    "type": "object", "minProperties": 1, "additionalProperties": false,
                    "patternProperties": {"^(darwin|linux|windows)-(aarch64|x86_64)$": machine},
                }},
            },
        },
    })
}

#[test]
fn acp_agent_files_match_the_public_schema() {
    let schema = schema_of_editors();
    assert!(!against(&schema, &json!({"id": "X"})).is_empty());
    let folder = "generated/registry/acp";
    let agents =
        fs::read_dir(workspace().join(folder)).expect("the folder is there").map(|it| it.expect("it is readable"));
    let paths: Vec<String> = agents.map(|it| format!("{folder}/{}/agent.json", it.file_name().display())).collect();
    assert!(paths.len() > 5, "only {} agents are described", paths.len());
    for path in paths {
        assert_eq!(against(&schema, &json(&path)), Vec::<String>::new(), "{path}");
    }
}

/// The schema of a Dev Container feature: the members that its specification lists, with their types. No package of npm
/// or of Python has the specification's own.
fn schema_of_features() -> Value {
    let text = json!({"type": "string"});
    let flag = json!({"type": "boolean"});
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let option = |kind: &str, more: Value| {
        let mut properties =
            json!({"type": {"const": kind}, "default": {"type": kind}, "description": {"type": "string"}});
        if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
            properties.extend(more);
        }
        json!({
            "type": "object", "required": ["type", "default"], "additionalProperties": false, "properties": properties,
        })
    };
    json!({
        "type": "object", "required": ["id", "version", "name"], "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            "version": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$"},
            "name": text, "description": text, "documentationURL": text, "licenseURL": text, "entrypoint": text,
            "init": flag, "privileged": flag, "deprecated": flag,
            "capAdd": texts, "securityOpt": texts, "installsAfter": texts, "legacyIds": texts, "keywords": texts,
            "containerEnv": {"type": "object", "additionalProperties": {"type": "string"}},
            "options": {"type": "object", "additionalProperties": {"anyOf": [
                option("boolean", json!({})),
                option("string", json!({"enum": texts})),
                option("string", json!({"proposals": texts})),
            ]}},
        },
    })
}

#[test]
fn dev_container_features_match_their_format() {
    let schema = schema_of_features();
    let folder = tempfile::tempdir().expect("there is room for a folder");
    xtask(&["gen-devcontainer", "--out", &folder.path().display().to_string()], 0);
    let mut read = 0;
    for entry in fs::read_dir(folder.path().join("src")).expect("the folder is there") {
        let path = entry.expect("it is readable").path().join("devcontainer-feature.json");
        let text = fs::read_to_string(&path).expect("every feature has a description");
        let mut feature: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(against(&schema, &feature), Vec::<String>::new(), "{}", path.display());
        assert_eq!(path.parent().and_then(Path::file_name).and_then(|it| it.to_str()), feature["id"].as_str());
        let values = &mut feature["options"].as_object_mut().expect("it has options").values_mut();
        *values.next().expect("it has an option") = json!({"type": "string", "default": true});
        assert!(!against(&schema, &feature).is_empty(), "the schema accepts any option");
        read += 1;
    }
    assert!(read > 5, "{read} features");
}

#[test]
fn bake_file_and_dockerfile_have_one_target_per_agent() {
    let matrix = json("generated/suite/matrix.json");
    let jobs = matrix["include"].as_array().expect("a list");
    let mut built: Vec<&str> = jobs.iter().filter_map(|job| job["target"].as_str()).collect();
    built.dedup();
    let bake: hcl::Body = hcl::parse(&read("generated/suite/docker-bake.hcl")).expect("the build is HCL");
    let label = |block: &hcl::Block| block.labels().first().map(|it| it.as_str().to_owned()).unwrap_or_default();
    let targets: Vec<&hcl::Block> =
        bake.blocks().filter(|it| it.identifier() == "target" && label(it) != "agent").collect();
    let both: Vec<String> = built.iter().flat_map(|it| [(*it).to_owned(), format!("{it}-layer")]).collect();
    assert_eq!(targets.iter().map(|it| label(it)).collect::<Vec<_>>(), both);
    let dockerfile = Dockerfile::parse(&read("generated/suite/Dockerfile")).expect("it is a Dockerfile");
    let stages: Vec<String> = dockerfile
        .instructions
        .iter()
        .filter_map(
            |it| if let Instruction::From(from) = it { Some(from.alias.as_ref()?.content.clone()) } else { None },
        )
        .collect();
    let wanted: Vec<String> = targets
        .iter()
        .map(|it| {
            let attribute = it.body().attributes().find(|it| it.key() == "target").expect("a target has a stage");
            attribute.expr().to_string().trim_matches('"').to_owned()
        })
        .collect();
    // Without the first, an engine asks an image registry for an image of that name.
    let shared = ["scripts", "base", "node", "node-24", "python"].map(str::to_owned);
    assert_eq!(stages.get(..shared.len()), Some(shared.as_slice()));
    assert_eq!(stages.get(shared.len()..), Some(wanted.as_slice()));
    let runs = dockerfile.instructions.iter().filter(|it| matches!(it, Instruction::Run(_))).count();
    // One for each runtime, beside the agents.
    assert_eq!(runs, built.len() + 3);
}

/// Checks a log by the used part of SARIF's schema; other members are not allowed.
#[track_caller]
fn check_sarif(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).expect("it is JSON");
    let schema: Value = json("tests/schemas/sarif-2.1.0-part.json");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let faults: Vec<String> = validator.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    // A rejected log shows that the schema checks members that are not required.
    let mut wrong = log.clone();
    if let Some(results) = wrong.pointer_mut("/runs/0/results") {
        *results = json!([{ "ruleId": 1 }]);
    }
    assert!(!validator.is_valid(&wrong));
    log
}

#[test]
fn sarif_output_matches_its_schema() {
    let sample = workspace().join("tests/audit/sample").display().to_string();
    let log = check_sarif(&xtask(&["audit", "--format", "sarif", &sample], 1));
    assert_eq!(xtask(&["audit", "--sarif", &sample], 1).trim(), log.to_string());
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("there are results");
    let found: Value = serde_json::from_str(&xtask(&["audit", "--json", &sample], 1)).expect("it is JSON");
    assert_eq!(results.len(), found["findings"].as_array().map_or(0, Vec::len));
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("it is a number")).expect("it is small");
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["shortDescription"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("it is a text");
        assert!(Path::new(&sample).join(uri).is_file(), "{uri}");
    }
}

#[test]
fn sarif_without_findings_is_a_valid_log() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    fs::write(folder.path().join("install.sh"), "echo x\n").expect("there is room");
    let log = check_sarif(&xtask(&["audit", "--sarif", &folder.path().display().to_string()], 0));
    assert_eq!(log["runs"][0]["results"], json!([]));
}
