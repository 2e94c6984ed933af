//! The four APIs: how each asks, answers, streams and refuses.

mod completions;
mod generate_content;
mod messages;
mod models;
mod responses;

use registry_core::model::Protocol;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::Asked;

pub(crate) use models::{counted, described};

/// When everything was made: answers are the same bytes for the same request.
const MADE: u64 = 1_767_225_600;

/// An answer on its way into the form of an API.
#[derive(Clone, Debug)]
pub(crate) struct Turn<'a> {
    /// What its identifiers end in: another one for another request.
    pub(crate) id: String,
    /// The model, as the request named it.
    pub(crate) model: &'a str,
    /// What the model says.
    pub(crate) answer: &'a Answer,
    /// About how many tokens the request has.
    pub(crate) input: u64,
    /// Whether the usage is asked for, where it must be.
    pub(crate) usage: bool,
}

/// An event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// Its name, where the API gives one.
    pub(crate) name: Option<&'static str>,
    /// What it holds.
    pub(crate) data: Value,
}

impl Event {
    fn unnamed(data: Value) -> Self {
        Self { name: None, data }
    }

    /// An event whose name is its type too.
    fn named(name: &'static str, mut data: Value) -> Self {
        if let Some(members) = data.as_object_mut() {
            members.insert("type".to_owned(), Value::from(name));
        }
        Self { name: Some(name), data }
    }
}

/// Reads a request.
pub(crate) fn read(protocol: Protocol, body: &Value) -> Asked {
    match protocol {
        Protocol::AnthropicMessages => messages::read(body),
        Protocol::OpenAiCompletions => completions::read(body),
        Protocol::OpenAiResponses => responses::read(body),
        Protocol::GoogleGenerateContent => generate_content::read(body),
    }
}

/// Whether a body is a request at all: the one member that each API demands.
pub(crate) fn is_request(protocol: Protocol, body: &Value) -> bool {
    let (name, text_will_do) = match protocol {
        Protocol::AnthropicMessages | Protocol::OpenAiCompletions => ("messages", false),
        Protocol::OpenAiResponses => ("input", true),
        Protocol::GoogleGenerateContent => ("contents", false),
    };
    body.get(name).is_some_and(|value| value.is_array() || (text_will_do && value.is_string()))
}

/// An answer in one piece.
pub(crate) fn whole(protocol: Protocol, turn: &Turn<'_>) -> Value {
    match protocol {
        Protocol::AnthropicMessages => messages::whole(turn),
        Protocol::OpenAiCompletions => completions::whole(turn),
        Protocol::OpenAiResponses => responses::whole(turn),
        Protocol::GoogleGenerateContent => generate_content::whole(turn),
    }
}

/// An answer as a stream.
pub(crate) fn events(protocol: Protocol, turn: &Turn<'_>) -> Vec<Event> {
    match protocol {
        Protocol::AnthropicMessages => messages::events(turn),
        Protocol::OpenAiCompletions => completions::events(turn),
        Protocol::OpenAiResponses => responses::events(turn),
        Protocol::GoogleGenerateContent => generate_content::events(turn),
    }
}

/// Events as server-sent events.
pub(crate) fn server_sent(protocol: Protocol, events: &[Event]) -> Vec<String> {
    // Google ends its lines with CR and LF, and only OpenAI's chat completions tell the end of the stream.
    let line = if protocol == Protocol::GoogleGenerateContent { "\r\n" } else { "\n" };
    let event = |event: &Event| {
        let name = event.name.map(|name| format!("event: {name}{line}")).unwrap_or_default();
        format!("{name}data: {}{line}{line}", event.data)
    };
    let end = (protocol == Protocol::OpenAiCompletions).then(|| "data: [DONE]\n\n".to_owned());
    events.iter().map(event).chain(end).collect()
}

/// Events as the pieces of one JSON array, which is how Google streams unless asked for server-sent events.
pub(crate) fn json_array(events: &[Event]) -> Vec<String> {
    let pieces = events.iter().enumerate().map(|(index, event)| {
        let before = if index == 0 { "[" } else { ",\r\n" };
        format!("{before}{}", event.data)
    });
    pieces.chain(["]".to_owned()]).collect()
}

/// An error.
pub(crate) fn error(protocol: Protocol, status: u16, message: &str) -> Value {
    match protocol {
        Protocol::AnthropicMessages => messages::error(status, message),
        Protocol::OpenAiCompletions | Protocol::OpenAiResponses => completions::error(status, message),
        Protocol::GoogleGenerateContent => generate_content::error(status, message),
    }
}

/// A text in the pieces in which a stream brings it: never one alone, so that a client must put them together.
fn pieces(text: &str) -> Vec<&str> {
    let middle = text.len() / 2;
    let at = (0..=middle).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (first, second) = text.split_at(at);
    [first, second].into_iter().filter(|piece| !piece.is_empty()).collect()
}

/// Usage in OpenAI's names.
fn total(input: u64, output: u64, names: [&str; 2]) -> Value {
    let [input_name, output_name] = names;
    json!({ input_name: input, output_name: output, "total_tokens": input.saturating_add(output) })
}

#[cfg(test)]
mod tests;
