//! Anthropic's messages.

use serde_json::{Value, json};

use super::super::answer::ModelAnswer;
use super::super::query::{Choice, Message, ModelQuery, Tool, items, string, system, text};
use super::turn::{Event, Turn, pieces};

/// Reads a request.
pub(super) fn read(body: &Value) -> ModelQuery {
    let format =
        body.get("output_config").and_then(|config| config.get("format")).or_else(|| body.get("output_format"));
    ModelQuery {
        model: string(body, "model"),
        streams: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
        tools: items(body, "tools").filter_map(read_tool).collect(),
        said: items(body, "messages").flat_map(read_message).collect(),
        system: system(body),
        schema: format.and_then(|format| format.get("schema")).cloned(),
        choice: body.get("tool_choice").map_or(Choice::Free, read_choice),
    }
}

/// A tool with a type of Anthropic's own has no schema: some are run by the agent (`bash_20250124`), some are not.
fn read_tool(tool: &Value) -> Option<Tool> {
    let schema = tool.get("input_schema").cloned().unwrap_or_default();
    Some(Tool::function(string(tool, "name")?, schema).described(tool))
}

fn read_message(message: &Value) -> Vec<Message> {
    let content = message.get("content").unwrap_or(&Value::Null);
    match message.get("role").and_then(Value::as_str) {
        Some("user") => match content {
            Value::Array(blocks) => blocks.iter().map(read_block).collect(),
            content => vec![Message::User(text(content))],
        },
        Some("assistant") => vec![Message::Model],
        _ => Vec::new(),
    }
}

fn read_block(block: &Value) -> Message {
    match block.get("type").and_then(Value::as_str) {
        Some("tool_result") => Message::Output(block.get("content").map(text).unwrap_or_default()),
        Some("text") => Message::User(string(block, "text").unwrap_or_default()),
        _ => Message::User(String::new()),
    }
}

fn read_choice(choice: &Value) -> Choice {
    match (choice.get("type").and_then(Value::as_str), string(choice, "name")) {
        (Some("tool"), Some(name)) => Choice::Named(name),
        (Some("any"), _) => Choice::Any,
        _ => Choice::Free,
    }
}

/// An answer in one piece.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let content = match turn.answer {
        ModelAnswer::Text(text) => json!({"type": "text", "text": text}),
        ModelAnswer::Call(call) => tool_use(turn, &call.tool.name, &call.arguments),
    };
    message(turn, &json!([content]), &Value::from(reason(turn)), turn.answer.tokens())
}

/// An answer as a stream.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let (block, deltas) = match turn.answer {
        ModelAnswer::Text(text) => {
            let delta = |piece: &str| json!({"type": "text_delta", "text": piece});
            (json!({"type": "text", "text": ""}), pieces(text).into_iter().map(delta).collect::<Vec<_>>())
        }
        ModelAnswer::Call(call) => {
            let arguments = call.arguments.to_string();
            let delta = |piece: &str| json!({"type": "input_json_delta", "partial_json": piece});
            (tool_use(turn, &call.tool.name, &json!({})), pieces(&arguments).into_iter().map(delta).collect())
        }
    };
    let begun = message(turn, &json!([]), &Value::Null, 1);
    let mut events = vec![
        Event::named("message_start", json!({"message": begun})),
        Event::named("content_block_start", json!({"index": 0, "content_block": block})),
        Event::named("ping", json!({})),
    ];
    let delta = |delta| Event::named("content_block_delta", json!({"index": 0, "delta": delta}));
    events.extend(deltas.into_iter().map(delta));
    events.push(Event::named("content_block_stop", json!({"index": 0})));
    let end = json!({"stop_reason": reason(turn), "stop_sequence": null});
    let usage = json!({"output_tokens": turn.answer.tokens()});
    events.push(Event::named("message_delta", json!({"delta": end, "usage": usage})));
    events.push(Event::named("message_stop", json!({})));
    events
}

fn message(turn: &Turn<'_>, content: &Value, reason: &Value, output: u64) -> Value {
    let usage = json!({
        "input_tokens": turn.input, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        "output_tokens": output, "service_tier": "standard",
    });
    json!({
        "id": format!("msg_{}", turn.id), "type": "message", "role": "assistant", "model": turn.model,
        "content": content, "stop_reason": reason, "stop_sequence": null, "usage": usage,
    })
}

fn tool_use(turn: &Turn<'_>, name: &str, input: &Value) -> Value {
    json!({"type": "tool_use", "id": format!("toolu_{}", turn.id), "name": name, "input": input})
}

fn reason(turn: &Turn<'_>) -> &'static str {
    match turn.answer {
        ModelAnswer::Text(_) => "end_turn",
        ModelAnswer::Call(_) => "tool_use",
    }
}

/// An error.
pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        404 => "not_found_error",
        413 => "request_too_large",
        _ => "invalid_request_error",
    };
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": null})
}
