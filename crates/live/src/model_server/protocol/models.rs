//! The answers of the APIs about models and token counts.

use registry_model::model::Protocol;
use serde_json::{Value, json};

use super::turn::MADE;

/// When the model was made, as Anthropic reports it: the time of `MADE`.
const MADE_AS_TEXT: &str = "2026-01-01T00:00:00Z";

/// The list of models for an empty name, otherwise that model if there is one.
pub(crate) fn described(protocol: Protocol, name: &str, model: &str) -> Option<Value> {
    match name {
        "" => Some(list(protocol, model)),
        name if name == model => Some(one(protocol, model)),
        _ => None,
    }
}

fn list(protocol: Protocol, model: &str) -> Value {
    let one = one(protocol, model);
    match protocol {
        Protocol::AnthropicMessages => json!({"data": [one], "has_more": false, "first_id": model, "last_id": model}),
        Protocol::OpenAiCompletions | Protocol::OpenAiResponses => json!({"object": "list", "data": [one]}),
        Protocol::GoogleGenerateContent => json!({"models": [one]}),
    }
}

fn one(protocol: Protocol, model: &str) -> Value {
    match protocol {
        Protocol::AnthropicMessages => {
            json!({"type": "model", "id": model, "display_name": model, "created_at": MADE_AS_TEXT})
        }
        Protocol::OpenAiCompletions | Protocol::OpenAiResponses => {
            json!({"id": model, "object": "model", "created": MADE, "owned_by": "probe"})
        }
        Protocol::GoogleGenerateContent => json!({
            "name": format!("models/{model}"), "version": "001", "displayName": model,
            "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }),
    }
}

/// How many tokens something has.
pub(crate) fn counted(protocol: Protocol, tokens: u64) -> Value {
    match protocol {
        Protocol::GoogleGenerateContent => json!({"totalTokens": tokens}),
        _ => json!({"input_tokens": tokens}),
    }
}
