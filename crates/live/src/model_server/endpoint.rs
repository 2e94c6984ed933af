//! Which operation of which API a path means, by its tail. The part before it is the base URL, which is not known.

use registry_model::model::Protocol;

/// An operation of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The API.
    pub(crate) protocol: Protocol,
    /// What is asked of it.
    pub(crate) operation: Operation,
    /// The model, where the path names it.
    pub(crate) model: Option<String>,
}

/// What is asked of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// An answer of the model; the body says whether as a stream.
    Generate,
    /// An answer of the model, as a stream, because the path says so.
    Stream,
    /// How many tokens something is.
    CountTokens,
}

impl Endpoint {
    fn new(protocol: Protocol, operation: Operation) -> Self {
        Self { protocol, operation, model: None }
    }

    /// The operation that a path ends in.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let has = |tail: &str| path.ends_with(tail);
        if has("/chat/completions") {
            Some(Self::new(Protocol::OpenAiCompletions, Operation::Generate))
        } else if has("/responses") {
            Some(Self::new(Protocol::OpenAiResponses, Operation::Generate))
        } else if has("/messages") {
            Some(Self::new(Protocol::AnthropicMessages, Operation::Generate))
        } else if has("/messages/count_tokens") {
            Some(Self::new(Protocol::AnthropicMessages, Operation::CountTokens))
        } else {
            Self::of_verb(path)
        }
    }

    /// Google's operations are a verb behind the name of the model, those of Anthropic's models on Vertex AI too.
    fn of_verb(path: &str) -> Option<Self> {
        let (before, model) = path.rsplit_once("/models/")?;
        // Some clients escape the colon.
        let model = model.replace("%3A", ":");
        let (model, verb) = model.rsplit_once(':')?;
        let (protocol, operation) = match verb {
            "generateContent" => (Protocol::GoogleGenerateContent, Operation::Generate),
            "streamGenerateContent" => (Protocol::GoogleGenerateContent, Operation::Stream),
            "countTokens" => (Protocol::GoogleGenerateContent, Operation::CountTokens),
            "rawPredict" if before.ends_with("/publishers/anthropic") => {
                let counts = model == "count-tokens";
                let operation = if counts { Operation::CountTokens } else { Operation::Generate };
                (Protocol::AnthropicMessages, operation)
            }
            "streamRawPredict" if before.ends_with("/publishers/anthropic") => {
                (Protocol::AnthropicMessages, Operation::Stream)
            }
            _ => return None,
        };
        Some(Self { protocol, operation, model: Some(model.to_owned()) })
    }
}

/// The model whose description a path asks for: empty for the list of all.
pub(crate) fn described(path: &str) -> Option<&str> {
    if path.ends_with("/models") || path.ends_with("/models/") {
        return Some("");
    }
    path.rsplit_once("/models/").map(|(_, model)| model).filter(|model| !model.contains(':'))
}

/// The API that a request means whose path names none: each has a header of its own.
pub(crate) fn dialect(path: &str, query: &str, has_header: impl Fn(&str) -> bool) -> Protocol {
    let google = has_header("x-goog-api-key")
        || query.split('&').any(|pair| pair.starts_with("key="))
        || path.contains("/v1beta/")
        || path.contains("/publishers/google/");
    if has_header("anthropic-version") {
        Protocol::AnthropicMessages
    } else if google {
        Protocol::GoogleGenerateContent
    } else {
        Protocol::OpenAiCompletions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, protocol: Protocol, operation: Operation, model: Option<&str>) {
        let expected = Endpoint { protocol, operation, model: model.map(str::to_owned) };
        assert_eq!(Endpoint::of(path), Some(expected), "{path}");
    }

    #[test]
    fn path_suffix_selects_the_operation() {
        use Operation::{CountTokens, Generate, Stream};
        use Protocol::{AnthropicMessages, GoogleGenerateContent, OpenAiCompletions, OpenAiResponses};
        check("/gateway/v7/v1/messages", AnthropicMessages, Generate, None);
        check("/messages", AnthropicMessages, Generate, None);
        check("/v1/messages/count_tokens", AnthropicMessages, CountTokens, None);
        check("/openai/deployments/x/chat/completions", OpenAiCompletions, Generate, None);
        check("/x/responses", OpenAiResponses, Generate, None);
        check("/v1beta/models/m-1:generateContent", GoogleGenerateContent, Generate, Some("m-1"));
        check("/v1beta/models/m%3AstreamGenerateContent", GoogleGenerateContent, Stream, Some("m"));
        check("/v1beta/models/a/b:countTokens", GoogleGenerateContent, CountTokens, Some("a/b"));
        let vertex = "/v1/projects/p/locations/l/publishers";
        check(&format!("{vertex}/google/models/m:generateContent"), GoogleGenerateContent, Generate, Some("m"));
        check(&format!("{vertex}/anthropic/models/m@1:streamRawPredict"), AnthropicMessages, Stream, Some("m@1"));
        check(&format!("{vertex}/anthropic/models/m:rawPredict"), AnthropicMessages, Generate, Some("m"));
        let count = format!("{vertex}/anthropic/models/count-tokens:rawPredict");
        check(&count, AnthropicMessages, CountTokens, Some("count-tokens"));
    }

    #[test]
    fn other_paths_are_not_operations() {
        for path in ["", "/", "/v1/models", "/v1/xresponses", "/v1/responses/r1", "/models/m:embedContent", "/models/:"]
        {
            assert_eq!(Endpoint::of(path), None, "{path}");
        }
        assert_eq!(Endpoint::of("/publishers/mistral/models/m:rawPredict"), None);
    }

    #[test]
    fn model_list_and_model_paths_are_recognized() {
        assert_eq!(described("/x/v1/models"), Some(""));
        assert_eq!(described("/x/v1/models/a/b"), Some("a/b"));
        assert_eq!(described("/x/v1/models/a:predict"), None);
        assert_eq!(described("/x/v1/modelsx"), None);
    }

    #[test]
    fn header_or_key_parameter_selects_the_api() {
        assert_eq!(dialect("/v1/models", "", |name| name == "anthropic-version"), Protocol::AnthropicMessages);
        assert_eq!(dialect("/v1/models", "", |name| name == "x-goog-api-key"), Protocol::GoogleGenerateContent);
        assert_eq!(dialect("/v1/models", "a=b&key=k", |_| false), Protocol::GoogleGenerateContent);
        assert_eq!(dialect("/v1beta/models", "", |_| false), Protocol::GoogleGenerateContent);
        assert_eq!(dialect("/v1/models", "", |_| false), Protocol::OpenAiCompletions);
    }
}
