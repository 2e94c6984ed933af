//! The first answers of an agent, before any prompt, and the facts in them.

use registry_scripts::behaviour::{Behaviour, Facts};
use serde_json::Value;

/// What an agent answered before it was asked anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Greeting {
    /// To `initialize`.
    pub(crate) started: Value,
    /// To `session/new`.
    pub(crate) session: Value,
}

/// The facts of the answers to `initialize` and `session/new`: names and switches, and no id of a session.
pub(crate) fn facts(Greeting { started, session }: &Greeting) -> Behaviour {
    if started.is_null() {
        return Behaviour::new();
    }
    let mut handshake = Facts::new();
    flatten("", started.get("agentInfo").unwrap_or(&Value::Null), &mut handshake);
    flatten("protocolVersion", started.get("protocolVersion").unwrap_or(&Value::Null), &mut handshake);
    for method in list(started.get("authMethods")) {
        handshake.insert(format!("login {}", text(method, "id")), text(method, "name"));
    }
    let mut capabilities = Facts::new();
    flatten("", started.get("agentCapabilities").unwrap_or(&Value::Null), &mut capabilities);
    let mut answer = Facts::new();
    for (list_of, member, id) in [("models", "availableModels", "modelId"), ("modes", "availableModes", "id")] {
        let of = session.get(list_of);
        let kind = list_of.trim_end_matches('s');
        for one in list(of.and_then(|it| it.get(member))) {
            answer.insert(format!("{kind} {}", text(one, id)), text(one, "name"));
        }
        let current = if list_of == "models" { "currentModelId" } else { "currentModeId" };
        if let Some(current) = of.and_then(|it| it.get(current)).and_then(Value::as_str) {
            answer.insert(format!("current {kind}"), current.to_owned());
        }
    }
    for option in list(session.get("configOptions")) {
        let choices = list(option.get("options")).map(|it| text(it, "value")).collect::<Vec<_>>();
        answer.insert(format!("option {}", text(option, "id")), choices.join(" "));
    }
    [("handshake", handshake), ("capabilities", capabilities), ("session", answer)]
        .map(|(aspect, facts)| (aspect.to_owned(), facts))
        .into()
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The leaves of a value by their paths; what protocols keep for extensions (`_meta`) is left out.
fn flatten(path: &str, value: &Value, into: &mut Facts) {
    match value {
        Value::Object(members) => {
            for (key, it) in members.iter().filter(|(key, _)| *key != "_meta") {
                flatten(&if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, it, into);
            }
            if members.is_empty() && !path.is_empty() {
                into.insert(path.to_owned(), "{}".to_owned());
            }
        }
        Value::Null => {}
        Value::String(text) => drop(into.insert(path.to_owned(), text.clone())),
        other => drop(into.insert(path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn greeting_facts_have_no_session_ids() {
        let started = json!({
            "protocolVersion": 1, "agentInfo": {"name": "a", "version": "1.0", "_meta": {"x": 1}},
            "agentCapabilities": {"loadSession": true, "promptCapabilities": {"image": false}},
            "authMethods": [{"id": "key", "name": "Key"}],
        });
        let session = json!({
            "sessionId": "s-1",
            "models": {"currentModelId": "m", "availableModels": [{"modelId": "m", "name": "M"}]},
            "modes": {"currentModeId": "ask", "availableModes": [{"id": "ask", "name": "Ask"}]},
            "configOptions": [{"id": "effort", "options": [{"value": "low"}, {"value": "high"}]}],
        });
        let facts = facts(&Greeting { started, session });
        let text = serde_json::to_string(&facts).expect("it is JSON");
        let expected = json!({
            "handshake": {"name": "a", "version": "1.0", "protocolVersion": "1", "login key": "Key"},
            "capabilities": {"loadSession": "true", "promptCapabilities.image": "false"},
            "session": {"model m": "M", "current model": "m", "mode ask": "Ask", "current mode": "ask",
                "option effort": "low high"},
        });
        assert_eq!(serde_json::from_str::<Value>(&text).expect("it is JSON"), expected);
    }
}
