//! OpenAI's responses.

use serde_json::{Value, json};

use super::super::answer::ModelAnswer;
use super::super::query::{Choice, Form, Message, ModelQuery, Tool, items, string, system, text};
use super::super::tools::Call;
use super::turn::{Event, MADE, Turn, pieces, total};

/// Reads a request.
pub(super) fn read(body: &Value) -> ModelQuery {
    let said = match body.get("input") {
        Some(Value::String(text)) => vec![Message::User(text.clone())],
        _ => items(body, "input").filter_map(read_item).collect(),
    };
    ModelQuery {
        model: string(body, "model"),
        streams: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
        tools: items(body, "tools").chain(found(body)).flat_map(|tool| read_tool(tool, None)).collect(),
        said,
        system: system(body),
        schema: body.get("text").and_then(|text| read_format(text.get("format")?)),
        choice: body.get("tool_choice").map_or(Choice::Free, read_choice),
    }
}

/// The tools that the agent's own search found; a later request has them among what was said.
fn found(body: &Value) -> impl Iterator<Item = &Value> {
    let answers = items(body, "input").filter(|it| string(it, "type").as_deref() == Some("tool_search_output"));
    answers.flat_map(|it| items(it, "tools"))
}

fn read_tool(tool: &Value, namespace: Option<&str>) -> Vec<Tool> {
    let kind = tool.get("type").and_then(Value::as_str).unwrap_or_default();
    let name = string(tool, "name");
    let read = match (kind, name) {
        ("namespace", Some(name)) => {
            return items(tool, "tools").flat_map(|tool| read_tool(tool, Some(&name))).collect();
        }
        ("function", Some(name)) => Tool::function(name, tool.get("parameters").cloned().unwrap_or_default()),
        ("custom", Some(name)) => Tool::other(name, Form::Custom),
        ("tool_search", _) if string(tool, "execution").as_deref() == Some("client") => {
            Tool::other("tool_search", Form::Search)
        }
        ("local_shell", _) => Tool::other("local_shell", Form::LocalShell),
        (kind, name) => Tool::other(name.unwrap_or_else(|| kind.to_owned()), Form::Hosted),
    };
    vec![Tool { namespace: namespace.map(str::to_owned), ..read.described(tool) }]
}

fn read_item(item: &Value) -> Option<Message> {
    match item.get("type").and_then(Value::as_str).unwrap_or("message") {
        "message" => match item.get("role").and_then(Value::as_str)? {
            "user" => Some(Message::User(item.get("content").map(text).unwrap_or_default())),
            "assistant" => Some(Message::Model),
            _ => None,
        },
        kind if kind.ends_with("_output") => Some(Message::Output(item.get("output").map(text).unwrap_or_default())),
        kind if kind.ends_with("_call") => Some(Message::Model),
        _ => None,
    }
}

fn read_format(format: &Value) -> Option<Value> {
    match format.get("type").and_then(Value::as_str)? {
        "json_schema" => format.get("schema").cloned(),
        "json_object" => Some(json!({"type": "object"})),
        _ => None,
    }
}

fn read_choice(choice: &Value) -> Choice {
    match (string(choice, "name"), choice.as_str()) {
        (Some(name), _) => Choice::Named(name),
        (None, Some("required")) => Choice::Any,
        (None, _) => Choice::Free,
    }
}

/// An answer in one piece.
pub(super) fn whole(turn: &Turn<'_>) -> Value {
    response(turn, "completed", &json!([item(turn, true)]), &usage(turn))
}

/// An answer as a stream.
pub(super) fn events(turn: &Turn<'_>) -> Vec<Event> {
    let begun = response(turn, "in_progress", &json!([]), &Value::Null);
    let mut events = vec![
        Event::named("response.created", json!({"response": begun})),
        Event::named("response.in_progress", json!({"response": begun})),
        Event::named("response.output_item.added", json!({"output_index": 0, "item": item(turn, false)})),
    ];
    events.extend(match turn.answer {
        ModelAnswer::Text(text) => text_events(turn, text),
        ModelAnswer::Call(call) => call_events(turn, call),
    });
    events.push(Event::named("response.output_item.done", json!({"output_index": 0, "item": item(turn, true)})));
    events.push(Event::named("response.completed", json!({"response": whole(turn)})));
    for (number, event) in events.iter_mut().enumerate() {
        if let Some(members) = event.data.as_object_mut() {
            members.insert("sequence_number".to_owned(), Value::from(number));
        }
    }
    events
}

fn text_events(turn: &Turn<'_>, text: &str) -> Vec<Event> {
    let at = |name, key: &str, value: Value| {
        let id = item_id(turn);
        let mut data = json!({"item_id": id, "output_index": 0, "content_index": 0, key: value});
        if key != "part"
            && let Some(members) = data.as_object_mut()
        {
            members.insert("logprobs".to_owned(), json!([]));
        }
        Event::named(name, data)
    };
    let mut events = vec![at("response.content_part.added", "part", part(""))];
    events.extend(pieces(text).into_iter().map(|piece| at("response.output_text.delta", "delta", Value::from(piece))));
    events.push(at("response.output_text.done", "text", Value::from(text)));
    events.push(at("response.content_part.done", "part", part(text)));
    events
}

fn call_events(turn: &Turn<'_>, call: &Call) -> Vec<Event> {
    let (delta, done, key) = match call.tool.form {
        Form::Custom => ("response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input"),
        // The API's own tools come in one piece.
        Form::LocalShell | Form::Search => return Vec::new(),
        Form::Function | Form::Hosted => {
            ("response.function_call_arguments.delta", "response.function_call_arguments.done", "arguments")
        }
    };
    let arguments = written(call);
    let at = |name, key: &str, value: &str| {
        Event::named(name, json!({"item_id": item_id(turn), "output_index": 0, key: value}))
    };
    let mut events = pieces(&arguments).into_iter().map(|piece| at(delta, "delta", piece)).collect::<Vec<_>>();
    events.push(at(done, key, &arguments));
    events
}

/// What the model gives, when it begins and when it is done.
fn item(turn: &Turn<'_>, done: bool) -> Value {
    let status = if done { "completed" } else { "in_progress" };
    match turn.answer {
        ModelAnswer::Text(text) => {
            let content = if done { json!([part(text)]) } else { json!([]) };
            json!({"type": "message", "id": item_id(turn), "status": status, "role": "assistant", "content": content})
        }
        ModelAnswer::Call(call) => call_item(turn, call, status, done),
    }
}

fn call_item(turn: &Turn<'_>, call: &Call, status: &str, done: bool) -> Value {
    let (id, call_id) = (item_id(turn), format!("call_{}", turn.id));
    let given = if done { written(call) } else { String::new() };
    let mut item = match call.tool.form {
        Form::Custom => json!({"type": "custom_tool_call", "name": call.tool.name, "input": given}),
        Form::LocalShell => {
            let action = json!({"type": "exec", "command": call.arguments, "env": {}});
            json!({"type": "local_shell_call", "action": action})
        }
        Form::Search => json!({"type": "tool_search_call", "execution": "client", "arguments": call.arguments}),
        Form::Function | Form::Hosted => json!({"type": "function_call", "name": call.tool.name, "arguments": given}),
    };
    if let Some(members) = item.as_object_mut() {
        let common = [("id", id), ("call_id", call_id), ("status", status.to_owned())];
        let namespace = call.tool.namespace.clone().map(|name| ("namespace", name));
        members.extend(common.into_iter().chain(namespace).map(|(key, value)| (key.to_owned(), Value::from(value))));
    }
    item
}

fn part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

fn item_id(turn: &Turn<'_>) -> String {
    let kind = match turn.answer {
        ModelAnswer::Text(_) => "msg",
        ModelAnswer::Call(call) => match call.tool.form {
            Form::Custom => "ctc",
            Form::LocalShell => "lsh",
            Form::Search => "tsc",
            Form::Function | Form::Hosted => "fc",
        },
    };
    format!("{kind}_{}", turn.id)
}

/// Arguments as the text that goes over the wire.
fn written(call: &Call) -> String {
    call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned)
}

fn response(turn: &Turn<'_>, status: &str, output: &Value, usage: &Value) -> Value {
    json!({
        "id": format!("resp_{}", turn.id), "object": "response", "created_at": MADE, "status": status,
        "background": false, "error": null, "incomplete_details": null, "instructions": null,
        "max_output_tokens": null, "model": turn.model, "output": output, "parallel_tool_calls": true,
        "previous_response_id": null, "reasoning": {"effort": null, "summary": null}, "store": false,
        "temperature": 1.0, "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "truncation": "disabled", "usage": usage, "user": null, "metadata": {},
    })
}

fn usage(turn: &Turn<'_>) -> Value {
    let mut usage = total(turn.input, turn.answer.tokens(), ["input_tokens", "output_tokens"]);
    if let Some(members) = usage.as_object_mut() {
        members.insert("input_tokens_details".to_owned(), json!({"cached_tokens": 0}));
        members.insert("output_tokens_details".to_owned(), json!({"reasoning_tokens": 0}));
    }
    usage
}
