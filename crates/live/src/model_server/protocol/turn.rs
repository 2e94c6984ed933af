//! An answer on its way into the form of an API, and what the forms have in common.

use serde_json::{Value, json};

use super::super::answer::ModelAnswer;

/// When everything was made: answers are the same bytes for the same request.
pub(super) const MADE: u64 = 1_767_225_600;

/// An answer on its way into the form of an API.
#[derive(Clone, Debug)]
pub(crate) struct Turn<'a> {
    /// What its identifiers end in: another one for another request.
    pub(crate) id: String,
    /// The model, as the request named it.
    pub(crate) model: &'a str,
    /// What the model says.
    pub(crate) answer: &'a ModelAnswer,
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
    pub(super) fn unnamed(data: Value) -> Self {
        Self { name: None, data }
    }

    /// An event whose name is its type too.
    pub(super) fn named(name: &'static str, mut data: Value) -> Self {
        if let Some(members) = data.as_object_mut() {
            members.insert("type".to_owned(), Value::from(name));
        }
        Self { name: Some(name), data }
    }
}

/// A text in the pieces in which a stream brings it: never one alone, so that a client must put them together.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let middle = text.len() / 2;
    let at = (0..=middle).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (first, second) = text.split_at(at);
    [first, second].into_iter().filter(|piece| !piece.is_empty()).collect()
}

/// Usage in OpenAI's names.
pub(super) fn total(input: u64, output: u64, names: [&str; 2]) -> Value {
    let [input_name, output_name] = names;
    json!({ input_name: input, output_name: output, "total_tokens": input.saturating_add(output) })
}
