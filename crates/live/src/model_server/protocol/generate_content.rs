//! Google's generateContent, of the Gemini API and of Vertex AI.

use serde_json::{Value, json};

use super::super::answer::ModelAnswer;
use super::super::query::{Choice, Form, Message, ModelQuery, Tool, system, text};
use super::turn::{Event, Turn, pieces};

/// The member of an object by its name in JSON, or by that of the protocol's definition, which is taken as well.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).or_else(|| {
        let letters = name.chars().flat_map(|letter| {
            let joint = letter.is_ascii_uppercase().then_some('_');
            joint.into_iter().chain([letter.to_ascii_lowercase()])
        });
        value.get(letters.collect::<String>())
    })
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    member(value, name).and_then(Value::as_array).into_iter().flatten()
}

/// Reads a request. Model and streaming are in the path.
pub(super) fn read(body: &Value) -> ModelQuery {
    ModelQuery {
        model: None,
        streams: false,
        tools: list(body, "tools").flat_map(read_tools).collect(),
        said: list(body, "contents").flat_map(read_content).collect(),
        system: system(body),
        schema: member(body, "generationConfig").and_then(read_format),
        choice: member(body, "toolConfig").map_or(Choice::Free, read_choice),
    }
}

/// An entry of the tools is a list of functions, or one tool of Google's own by its name.
fn read_tools(entry: &Value) -> Vec<Tool> {
    let names = entry.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let hosted = names.filter(|name| !matches!(*name, "functionDeclarations" | "function_declarations"));
    let functions = list(entry, "functionDeclarations").filter_map(|function| {
        let name = function.get("name")?.as_str()?;
        let schema = member(function, "parametersJsonSchema").or_else(|| function.get("parameters"));
        Some(Tool::function(name, schema.cloned().unwrap_or_default()).described(function))
    });
    functions.chain(hosted.map(|name| Tool::other(name, Form::Hosted))).collect()
}

fn read_content(content: &Value) -> Vec<Message> {
    if content.get("role").and_then(Value::as_str) == Some("model") {
        return vec![Message::Model];
    }
    let part = |part: &Value| match member(part, "functionResponse") {
        Some(response) => Message::Output(response.get("response").map(text).unwrap_or_default()),
        None => Message::User(part.get("text").map(text).unwrap_or_default()),
    };
    list(content, "parts").map(part).collect()
}

fn read_format(config: &Value) -> Option<Value> {
    let schema = member(config, "responseJsonSchema").or_else(|| member(config, "responseSchema"));
    let json = member(config, "responseMimeType").is_some_and(|kind| kind == "application/json");
    schema.cloned().or_else(|| json.then(|| json!({"type": "object"})))
}

fn read_choice(config: &Value) -> Choice {
    let Some(calling) = member(config, "functionCallingConfig") else { return Choice::Free };
    let must = calling.get("mode").and_then(Value::as_str).is_some_and(|mode| mode.eq_ignore_ascii_case("any"));
    let mut names = list(calling, "allowedFunctionNames").filter_map(Value::as_str);
    match (must, names.next(), names.next()) {
        (false, _, _) => Choice::Free,
        (true, Some(name), None) => Choice::Named(name.to_owned()),
        (true, _, _) => Choice::Any,
    }
}

/// An answer in one piece.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let part = match turn.answer {
        ModelAnswer::Text(text) => json!({"text": text}),
        ModelAnswer::Call(call) => json!({"functionCall": {"name": call.tool.name, "args": call.arguments}}),
    };
    response(turn, &part, true)
}

/// An answer as a stream: whole answers, of which the last says why it ends.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    match turn.answer {
        ModelAnswer::Text(text) => {
            let pieces = pieces(text);
            let last = pieces.len().saturating_sub(1);
            let part = |(index, piece)| Event::unnamed(response(turn, &json!({"text": piece}), index == last));
            pieces.into_iter().enumerate().map(part).collect()
        }
        ModelAnswer::Call(_) => vec![Event::unnamed(whole(turn))],
    }
}

fn response(turn: &Turn<'_>, part: &Value, last: bool) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": [part]}, "index": 0});
    if last && let Some(members) = candidate.as_object_mut() {
        members.insert("finishReason".to_owned(), Value::from("STOP"));
    }
    let output = turn.answer.tokens();
    let usage = json!({
        "promptTokenCount": turn.input, "candidatesTokenCount": output,
        "totalTokenCount": turn.input.saturating_add(output),
    });
    json!({"candidates": [candidate], "usageMetadata": usage, "modelVersion": turn.model, "responseId": turn.id})
}

/// An error.
pub(super) fn error(status: u16, message: &str) -> Value {
    let name = match status {
        401 => "UNAUTHENTICATED",
        404 => "NOT_FOUND",
        _ => "INVALID_ARGUMENT",
    };
    json!({"error": {"code": status, "message": message, "status": name}})
}
