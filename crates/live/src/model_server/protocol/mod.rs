//! The four APIs: how each asks, answers, streams and refuses.

mod completions;
mod generate_content;
mod messages;
mod models;
mod responses;
mod turn;

use registry_model::model::Protocol;
use serde_json::Value;

use super::query::ModelQuery;

pub(crate) use models::{counted, described};
pub(crate) use turn::{Event, Turn};

/// Reads a request.
pub(crate) fn read(protocol: Protocol, body: &Value) -> ModelQuery {
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
    // Google ends its lines with CR and LF, and only OpenAI's chat completions announce the end of the stream.
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

#[cfg(test)]
mod tests;
