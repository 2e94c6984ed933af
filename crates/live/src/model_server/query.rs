//! What a request asks of a model, in no API's form.

use serde_json::Value;

/// A request for an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ModelQuery {
    /// The model, as the body names it.
    pub(crate) model: Option<String>,
    /// Whether the answer is to come as a stream.
    pub(crate) streams: bool,
    /// The tools that the model may call.
    pub(crate) tools: Vec<Tool>,
    /// What was said so far, in order.
    pub(crate) said: Vec<Message>,
    /// What the system says.
    pub(crate) system: String,
    /// The schema that the answer must fit.
    pub(crate) schema: Option<Value>,
    /// Which tool must be called.
    pub(crate) choice: Choice,
}

/// A part of what was said. What the system says is not among it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// A text of the user's, or of the agent's in the user's name.
    User(String),
    /// Something of the model's: a text, a call of a tool, a thought.
    Model,
    /// What a tool gave.
    Output(String),
}

/// Which tool must be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// None, or any.
    #[default]
    Free,
    /// One of those that are offered.
    Any,
    /// This one.
    Named(String),
}

/// A tool that is offered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tool {
    /// Its name; that of its type where it has no other.
    pub(crate) name: String,
    /// The description that the model gets of it.
    pub(crate) description: String,
    /// How it is called.
    pub(crate) form: Form,
    /// The group that it is in, where an API has groups.
    pub(crate) namespace: Option<String>,
    /// The schema of its arguments.
    pub(crate) schema: Value,
}

/// How a tool is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// With arguments that fit a schema.
    Function,
    /// With a text.
    Custom,
    /// With an argument vector: the shell that the Responses API knows by itself.
    LocalShell,
    /// With a question: the search for tools that the Responses API knows by itself, where the agent runs it.
    Search,
    /// Not by the agent: the provider runs it.
    Hosted,
}

impl Tool {
    /// A tool that is called with arguments.
    pub(crate) fn function(name: impl Into<String>, schema: Value) -> Self {
        Self { name: name.into(), description: String::new(), form: Form::Function, namespace: None, schema }
    }

    /// The same with the description of its definition.
    pub(crate) fn described(self, definition: &Value) -> Self {
        Self { description: string(definition, "description").unwrap_or_default(), ..self }
    }

    /// A tool that is called in another way.
    pub(crate) fn other(name: impl Into<String>, form: Form) -> Self {
        Self { form, ..Self::function(name, Value::Null) }
    }
}

impl ModelQuery {
    /// What the user said since the model or a tool said something.
    pub(crate) fn last_words(&self) -> String {
        let last = self.said.iter().rev().map_while(|said| match said {
            Message::User(text) => Some(text.as_str()),
            Message::Model | Message::Output(_) => None,
        });
        let mut texts = last.collect::<Vec<_>>();
        texts.reverse();
        texts.join("\n")
    }

    /// What tools gave, in order.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &str> {
        self.said.iter().filter_map(|said| match said {
            Message::Output(text) => Some(text.as_str()),
            Message::User(_) | Message::Model => None,
        })
    }
}

/// The text of a value that is a text, an object with one, or a list of these.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
        Value::Object(part) => {
            let inner = ["text", "output", "content"].into_iter().find_map(|key| part.get(key));
            match inner {
                Some(inner @ (Value::String(_) | Value::Array(_))) => text(inner),
                _ => value.to_string(),
            }
        }
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// The string at a key.
pub(crate) fn string(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The items of the list at a key.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// What the system says: beside the messages, or as one of them.
pub(crate) fn system(body: &Value) -> String {
    let beside = ["system", "instructions", "systemInstruction", "system_instruction"];
    let beside = beside.into_iter().filter_map(|key| body.get(key)).map(|it| text(it.get("parts").unwrap_or(it)));
    let messages = ["messages", "input"].into_iter().flat_map(|key| items(body, key));
    let is_system = |it: &&Value| matches!(it.get("role").and_then(Value::as_str), Some("system" | "developer"));
    let among = messages.filter(is_system).filter_map(|it| it.get("content")).map(text);
    beside.chain(among).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn last_user_text_follows_the_last_model_and_tool_output() {
        let user = |text: &str| Message::User(text.to_owned());
        let said = vec![user("a"), Message::Model, Message::Output("x".to_owned()), user("b"), user("c")];
        let asked = ModelQuery { said, ..ModelQuery::default() };
        assert_eq!(asked.last_words(), "b\nc");
        assert_eq!(asked.outputs().collect::<Vec<_>>(), ["x"]);
        assert_eq!(ModelQuery { said: vec![user("a"), Message::Model], ..ModelQuery::default() }.last_words(), "");
    }

    #[test]
    fn text_is_extracted_from_every_content_form() {
        assert_eq!(text(&json!("a")), "a");
        assert_eq!(text(&json!([{"type": "text", "text": "a"}, {"type": "x", "content": [{"text": "b"}]}])), "a\nb");
        assert_eq!(text(&json!({"output": "a"})), "a");
        assert_eq!(text(&json!({"error": "e"})), r#"{"error":"e"}"#);
        assert_eq!(text(&json!({"output": {"a": 1}})), r#"{"output":{"a":1}}"#);
    }
}
