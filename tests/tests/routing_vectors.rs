//! Cases of routing with their answers, a JSON object a line: lookup, base URL, model id, environment.

use registry::REGISTRY;
use registry::model::Protocol;
use registry_routing::{Given, Refusal, Router, Sandbox, Variables};
use registry_tests::{read, report};
use serde_json::{Map, Value, json};

/// Answers every case of a file and compares the keys that the case gives.
#[track_caller]
fn check_vectors(name: &str, at_least: usize, answer: impl Fn(&Router<'static>, &Value) -> Value) {
    let router = Router::new(&REGISTRY);
    let text = read(&format!("tests/vectors/{name}.jsonl"));
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap_or_else(|error| unreachable!("{name}: {error}"));
        let given = answer(&router, &case);
        for (key, wanted) in case.as_object().into_iter().flatten().filter(|(key, _)| !is_question(key)) {
            if !holds(wanted, given.get(key)) {
                faults.push(format!("{name}.jsonl:{}: {key}: wanted {wanted}, is {given}", index + 1));
            }
        }
    }
    assert!(text.lines().count() >= at_least, "{name}.jsonl lost its cases");
    report(&faults);
}

/// The input keys of a case; the others are the answer.
fn is_question(key: &str) -> bool {
    ["agent", "env", "model", "protocol"].contains(&key)
}

/// Whether an answer has the expected content; of an object, only the given keys are compared.
fn holds(wanted: &Value, given: Option<&Value>) -> bool {
    match (wanted, given) {
        (Value::Object(wanted), Some(given)) => wanted.iter().all(|(key, it)| holds(it, given.get(key))),
        (wanted, given) => given == Some(wanted),
    }
}

fn text<'c>(case: &'c Value, key: &str) -> &'c str {
    case.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn given(case: &Value) -> Given {
    let env = case.get("env").and_then(Value::as_object).cloned().unwrap_or_default();
    let host = env.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
    Given { host: host.collect::<Variables>(), ..Given::default() }
}

fn refused(refusal: &Refusal) -> Value {
    json!({"error": {"kind": refusal.kind(), "name": refusal.name()}})
}

fn sandbox() -> Sandbox {
    Sandbox {
        home: "/root".to_owned(),
        root: true,
        folder: "/opt/benchflow/x".to_owned(),
        path: Sandbox::PATH.to_owned(),
    }
}

#[test]
fn lookups_match_the_vectors() {
    check_vectors("lookup", 150, |router, case| {
        let reference = text(case, "model");
        let (provider, stripped) = router.provider(reference);
        json!({
            "provider": provider.map(|it| it.name),
            "stripped": stripped,
            "bare_provider": router.bare_provider(reference).map(|it| it.name),
            "auth_env": router.auth_env(reference),
            "credential": router.credential(reference),
        })
    });
}

#[test]
fn base_urls_match_the_vectors() {
    check_vectors("base_url", 80, |router, case| {
        let Some(provider) = router.provider_named(text(case, "provider")) else { return json!({}) };
        let protocol = Protocol::ALL.into_iter().find(|it| it.id() == text(case, "protocol"));
        match registry_routing::base_url(provider, protocol, &given(case)) {
            Ok(url) => json!({"provider": provider.name, "base_url": url}),
            Err(refusal) => {
                let Value::Object(mut answer) = refused(&refusal) else { return json!({}) };
                answer.insert("provider".to_owned(), json!(provider.name));
                Value::Object(answer)
            }
        }
    });
}

#[test]
fn model_ids_match_the_vectors() {
    check_vectors("acp_model_id", 250, |router, case| {
        let Some(entry) = router.entry(text(case, "agent")) else { return json!({}) };
        match router.acp_model_id(entry.agent.model.format, text(case, "model")) {
            Ok(id) => json!({"acp_model_id": id}),
            Err(refusal) => refused(&refusal),
        }
    });
}

#[test]
fn environments_match_the_vectors() {
    check_vectors("agent_env", 104, |router, case| {
        let Some(entry) = router.entry(text(case, "agent")) else { return json!({}) };
        match router.resolve(entry, text(case, "model"), &given(case), &sandbox()) {
            Ok(found) => {
                let set: Map<String, Value> =
                    found.variables.iter().map(|(name, it)| (name.to_string(), json!(it.value))).collect();
                json!({"set": set})
            }
            Err(refusal) => refused(&refusal),
        }
    });
}
