//! The forms in which clients ask: each API's own tools, choices and schemas. How answers are read is held by the tests
//! that speak to a whole server.

use serde_json::{Value, json};

use super::super::answer::{ModelAnswer, TEXT};
use super::super::query::{Choice, Form, Message, Tool};
use super::super::tools::Call;
use super::*;

#[track_caller]
fn check_tools(protocol: Protocol, tools: &Value, expected: &[(&str, Form)]) {
    let tools = read(protocol, &json!({ "tools": tools })).tools;
    let read: Vec<_> = tools.iter().map(|it| (it.name.as_str(), it.form)).collect();
    assert_eq!(read, expected, "{}", protocol.id());
}

#[test]
fn tools_are_parsed_in_every_protocol() {
    use Form::{Custom, Function, Hosted, LocalShell};
    let chat =
        json!([{"type": "function", "function": {"name": "a"}}, {"type": "custom", "custom": {"name": "b"}}, {}]);
    check_tools(Protocol::OpenAiCompletions, &chat, &[("a", Function), ("b", Custom)]);
    let group = json!({"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "d"}]});
    let responses = json!([{"type": "function", "name": "a"}, {"type": "custom", "name": "b"}, {"type": "local_shell"},
        {"type": "web_search"}, group]);
    let expected =
        [("a", Function), ("b", Custom), ("local_shell", LocalShell), ("web_search", Hosted), ("d", Function)];
    check_tools(Protocol::OpenAiResponses, &responses, &expected);
    let messages = json!([{"name": "a", "input_schema": {}}, {"type": "bash_20250124", "name": "bash"}]);
    check_tools(Protocol::AnthropicMessages, &messages, &[("a", Function), ("bash", Function)]);
    let google = json!([{"functionDeclarations": [{"name": "a"}]}, {"googleSearch": {}}]);
    check_tools(Protocol::GoogleGenerateContent, &google, &[("a", Function), ("googleSearch", Hosted)]);
}

#[test]
fn search_of_the_responses_api_is_called_and_its_tools_are_read() {
    let search = json!({"type": "tool_search", "execution": "client", "parameters": {"type": "object"}});
    check_tools(Protocol::OpenAiResponses, &json!([search]), &[("tool_search", Form::Search)]);
    check_tools(Protocol::OpenAiResponses, &json!([{"type": "tool_search"}]), &[("tool_search", Form::Hosted)]);
    let call = Call { tool: Tool::other("tool_search", Form::Search), arguments: json!({"query": "q"}) };
    let answer = ModelAnswer::Call(call);
    let turn = Turn { id: "1".to_owned(), model: "m", answer: &answer, input: 1, usage: true };
    let item = whole(Protocol::OpenAiResponses, &turn)["output"][0].clone();
    assert_eq!((&item["type"], &item["arguments"]), (&json!("tool_search_call"), &json!({"query": "q"})));
    let group = json!({"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "d"}]});
    let found = json!({"type": "tool_search_output", "call_id": "call_1", "tools": [group]});
    let tools = read(Protocol::OpenAiResponses, &json!({"input": [found]})).tools;
    let read: Vec<_> = tools.iter().map(|it| (it.name.as_str(), it.namespace.as_deref())).collect();
    assert_eq!(read, [("d", Some("n"))]);
}

#[track_caller]
fn check_choice(protocol: Protocol, body: &Value, expected: &Choice) {
    assert_eq!(read(protocol, body).choice, *expected, "{}: {body}", protocol.id());
}

#[test]
fn tool_choice_is_parsed_in_every_protocol() {
    let named = || Choice::Named("a".to_owned());
    let chat = |choice: Value| json!({ "tool_choice": choice });
    check_choice(Protocol::OpenAiCompletions, &chat(json!({"function": {"name": "a"}})), &named());
    check_choice(Protocol::OpenAiCompletions, &chat(json!("required")), &Choice::Any);
    check_choice(Protocol::OpenAiCompletions, &chat(json!("auto")), &Choice::Free);
    check_choice(Protocol::OpenAiResponses, &chat(json!({"type": "function", "name": "a"})), &named());
    check_choice(Protocol::OpenAiResponses, &chat(json!("required")), &Choice::Any);
    check_choice(Protocol::AnthropicMessages, &chat(json!({"type": "tool", "name": "a"})), &named());
    check_choice(Protocol::AnthropicMessages, &chat(json!({"type": "any"})), &Choice::Any);
    let google =
        |names: Value| json!({"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": names}}});
    check_choice(Protocol::GoogleGenerateContent, &google(json!(["a"])), &named());
    check_choice(Protocol::GoogleGenerateContent, &google(json!(["a", "b"])), &Choice::Any);
}

#[test]
fn response_schema_is_parsed_in_every_protocol() {
    let schema = json!({"type": "object", "properties": {"title": {"type": "string"}}});
    let forms = [
        (
            Protocol::OpenAiCompletions,
            json!({"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}),
        ),
        (Protocol::OpenAiResponses, json!({"text": {"format": {"type": "json_schema", "schema": schema}}})),
        (Protocol::AnthropicMessages, json!({"output_config": {"format": {"type": "json_schema", "schema": schema}}})),
        (Protocol::GoogleGenerateContent, json!({"generationConfig": {"responseJsonSchema": schema}})),
        (Protocol::GoogleGenerateContent, json!({"generation_config": {"response_schema": schema}})),
    ];
    for (protocol, body) in forms {
        assert_eq!(read(protocol, &body).schema.as_ref(), Some(&schema), "{}: {body}", protocol.id());
    }
}

#[test]
fn tool_results_are_separated_from_user_text() {
    let body = json!({"messages": [{"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "out"}]},
        {"type": "text", "text": "more"},
    ]}]});
    let said = read(Protocol::AnthropicMessages, &body).said;
    assert_eq!(said, [Message::Output("out".to_owned()), Message::User("more".to_owned())]);
    let body = json!({"input": [{"role": "developer", "content": "PROBE-SHELL"}, {"type": "local_shell_call_output",
        "output": "out"}]});
    assert_eq!(read(Protocol::OpenAiResponses, &body).said, [Message::Output("out".to_owned())]);
}

/// The last event of a stream, for a text and for a call.
#[track_caller]
fn check_end(protocol: Protocol, place: &str, ends: [&str; 2]) {
    let call = Call { tool: Tool::function("a", json!({})), arguments: json!({"b": 1}) };
    for (answer, end) in [ModelAnswer::Text(TEXT.to_owned()), ModelAnswer::Call(call)].iter().zip(ends) {
        let turn = Turn { id: "0".to_owned(), model: "m", answer, input: 1, usage: false };
        let events = events(protocol, &turn);
        let found = events.iter().rev().find_map(|event| event.data.pointer(place)).and_then(Value::as_str);
        assert_eq!(found, Some(end), "{}", protocol.id());
        let sent = server_sent(protocol, &events);
        let done = sent.last().is_some_and(|last| last == "data: [DONE]\n\n");
        assert_eq!(done, protocol == Protocol::OpenAiCompletions, "{}", protocol.id());
    }
}

#[test]
fn stream_ends_with_a_finish_reason() {
    check_end(Protocol::OpenAiCompletions, "/choices/0/finish_reason", ["stop", "tool_calls"]);
    check_end(Protocol::OpenAiResponses, "/response/status", ["completed"; 2]);
    check_end(Protocol::AnthropicMessages, "/delta/stop_reason", ["end_turn", "tool_use"]);
    check_end(Protocol::GoogleGenerateContent, "/candidates/0/finishReason", ["STOP"; 2]);
}

#[test]
fn google_stream_is_a_json_array_unless_sse_is_requested() {
    let answer = ModelAnswer::Text(TEXT.to_owned());
    let turn = Turn { id: "0".to_owned(), model: "m", answer: &answer, input: 1, usage: false };
    let text = json_array(&events(Protocol::GoogleGenerateContent, &turn)).concat();
    let list: Vec<Value> = serde_json::from_str(&text).expect("it is a list");
    assert_eq!(list.len(), 2);
}
