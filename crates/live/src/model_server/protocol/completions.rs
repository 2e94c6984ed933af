//! OpenAI's chat completions.

use serde_json::{Value, json};

use super::super::answer::ModelAnswer;
use super::super::query::{Choice, Form, Message, ModelQuery, Tool, items, string, system, text};
use super::super::tools::Call;
use super::turn::{Event, MADE, Turn, pieces, total};

/// Reads a request.
pub(super) fn read(body: &Value) -> ModelQuery {
    ModelQuery {
        model: string(body, "model"),
        streams: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
        tools: items(body, "tools").filter_map(read_tool).collect(),
        said: items(body, "messages").filter_map(read_message).collect(),
        system: system(body),
        schema: body.get("response_format").and_then(read_format),
        choice: body.get("tool_choice").map_or(Choice::Free, read_choice),
    }
}

fn read_tool(tool: &Value) -> Option<Tool> {
    if let Some(custom) = tool.get("custom") {
        return Some(Tool::other(string(custom, "name")?, Form::Custom));
    }
    let function = tool.get("function").unwrap_or(tool);
    let schema = function.get("parameters").cloned().unwrap_or_default();
    Some(Tool::function(string(function, "name")?, schema).described(function))
}

fn read_message(message: &Value) -> Option<Message> {
    let content = || message.get("content").map(text).unwrap_or_default();
    match message.get("role").and_then(Value::as_str)? {
        "user" => Some(Message::User(content())),
        "assistant" => Some(Message::Model),
        "tool" | "function" => Some(Message::Output(content())),
        _ => None,
    }
}

fn read_format(format: &Value) -> Option<Value> {
    match format.get("type").and_then(Value::as_str)? {
        "json_schema" => format.get("json_schema")?.get("schema").cloned(),
        "json_object" => Some(json!({"type": "object"})),
        _ => None,
    }
}

fn read_choice(choice: &Value) -> Choice {
    let named = ["function", "custom"].iter().find_map(|kind| string(choice.get(kind)?, "name"));
    match (named, choice.as_str()) {
        (Some(name), _) => Choice::Named(name),
        (None, Some("required")) => Choice::Any,
        (None, _) => Choice::Free,
    }
}

/// An answer in one piece.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let message = match turn.answer {
        ModelAnswer::Text(text) => json!({"role": "assistant", "content": text, "refusal": null, "annotations": []}),
        ModelAnswer::Call(call) => {
            let call = tool_call(turn, call, &written(call));
            json!({"role": "assistant", "content": null, "refusal": null, "tool_calls": [call]})
        }
    };
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": reason(turn)});
    json!({
        "id": format!("chatcmpl-{}", turn.id), "object": "chat.completion", "created": MADE, "model": turn.model,
        "choices": [choice], "usage": usage(turn),
    })
}

/// An answer as a stream.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let mut deltas = match turn.answer {
        ModelAnswer::Text(text) => text_deltas(text),
        ModelAnswer::Call(call) => call_deltas(turn, call),
    };
    deltas.push(json!({}));
    let last = deltas.len() - 1;
    let chunks = deltas.into_iter().enumerate().map(|(index, delta)| {
        let reason = if index == last { Value::from(reason(turn)) } else { Value::Null };
        chunk(turn, &json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]))
    });
    let mut chunks = chunks.collect::<Vec<_>>();
    if turn.usage {
        let mut last = chunk(turn, &json!([]));
        if let Some(members) = last.as_object_mut() {
            members.insert("usage".to_owned(), usage(turn));
        }
        chunks.push(last);
    }
    chunks.into_iter().map(Event::unnamed).collect()
}

fn text_deltas(text: &str) -> Vec<Value> {
    let first = json!({"role": "assistant", "content": "", "refusal": null});
    std::iter::once(first).chain(pieces(text).into_iter().map(|piece| json!({"content": piece}))).collect()
}

fn call_deltas(turn: &Turn<'_>, call: &Call) -> Vec<Value> {
    let mut begun = tool_call(turn, call, "");
    if let Some(members) = begun.as_object_mut() {
        members.insert("index".to_owned(), Value::from(0));
    }
    let first = json!({"role": "assistant", "content": null, "tool_calls": [begun]});
    let arguments = written(call);
    // A tool that is called with a text has its pieces elsewhere.
    let place = |piece: &str| match call.tool.form {
        Form::Custom => json!({"tool_calls": [{"index": 0, "custom": {"input": piece}}]}),
        _ => json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}),
    };
    std::iter::once(first).chain(pieces(&arguments).into_iter().map(place)).collect()
}

fn chunk(turn: &Turn<'_>, choices: &Value) -> Value {
    json!({
        "id": format!("chatcmpl-{}", turn.id), "object": "chat.completion.chunk", "created": MADE,
        "model": turn.model, "choices": choices,
    })
}

fn tool_call(turn: &Turn<'_>, call: &Call, arguments: &str) -> Value {
    let id = format!("call_{}", turn.id);
    match call.tool.form {
        Form::Custom => json!({"id": id, "type": "custom", "custom": {"name": call.tool.name, "input": arguments}}),
        _ => json!({"id": id, "type": "function", "function": {"name": call.tool.name, "arguments": arguments}}),
    }
}

/// Arguments as the text that goes over the wire.
fn written(call: &Call) -> String {
    call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned)
}

fn reason(turn: &Turn<'_>) -> &'static str {
    match turn.answer {
        ModelAnswer::Text(_) => "stop",
        ModelAnswer::Call(_) => "tool_calls",
    }
}

fn usage(turn: &Turn<'_>) -> Value {
    total(turn.input, turn.answer.tokens(), ["prompt_tokens", "completion_tokens"])
}

/// An error.
pub(super) fn error(status: u16, message: &str) -> Value {
    let code = match status {
        401 => Value::from("invalid_api_key"),
        _ => Value::Null,
    };
    json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}})
}
