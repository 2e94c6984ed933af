//! What is answered to a request, and what of it goes into the record.

use bytes::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, StatusCode};
use registry_model::model::Protocol;
use serde_json::Value;

use super::answer::{self, ModelAnswer};
use super::endpoint::{self, Endpoint, Operation};
use super::mcp::McpServer;
use super::plan::{Mode, Plan};
use super::protocol::{self, Turn};
use super::query::ModelQuery;

/// A request that is whole.
#[derive(Debug)]
pub(crate) struct ModelRequest<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    /// Its body, where it is JSON.
    pub(crate) body: Option<&'a Value>,
    /// Whether it came where the provider is.
    pub(crate) provider: bool,
}

/// What is made of a request.
#[derive(Debug, Default)]
pub(crate) struct ParsedRequest {
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) asked: ModelQuery,
}

/// What is sent back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    /// The body, in the pieces in which it is sent.
    pub(crate) pieces: Vec<Bytes>,
    /// What the record calls it.
    pub(crate) kind: &'static str,
    /// The tool that is called.
    pub(crate) tool: Option<String>,
}

impl Reply {
    fn json(kind: &'static str, value: &Value) -> Self {
        let pieces = vec![Bytes::from(value.to_string())];
        Self { status: StatusCode::OK, content_type: "application/json", pieces, kind, tool: None }
    }

    /// A refusal in the form of an API.
    pub(crate) fn error(protocol: Protocol, status: StatusCode, message: &str) -> Self {
        Self { status, ..Self::json("error", &protocol::error(protocol, status.as_u16(), message)) }
    }
}

impl ModelRequest<'_> {
    /// Reads the request, wherever it was sent.
    pub(crate) fn understood(&self) -> ParsedRequest {
        let Some(endpoint) = Endpoint::of(self.path) else { return ParsedRequest::default() };
        let mut asked = self.body.map(|body| protocol::read(endpoint.protocol, body)).unwrap_or_default();
        asked.model = asked.model.or_else(|| endpoint.model.clone());
        asked.streams |= endpoint.operation == Operation::Stream;
        ParsedRequest { endpoint: Some(endpoint), asked }
    }

    /// The answer.
    pub(crate) fn reply(&self, understood: &ParsedRequest, plan: &Plan) -> Reply {
        if let Some(server) = McpServer::at(self.path) {
            let (status, body) = server.respond(self.method, self.body);
            let pieces = body.map(|it| Bytes::from(it.to_string())).into_iter().collect();
            return Reply { status, content_type: "application/json", pieces, kind: "mcp", tool: None };
        }
        let dialect = match &understood.endpoint {
            Some(endpoint) => endpoint.protocol,
            None => endpoint::dialect(self.path, self.query, |name| self.headers.contains_key(name)),
        };
        if !self.provider || !self.is_below(&plan.base_path) {
            return Reply::error(dialect, StatusCode::NOT_FOUND, "there is no API here");
        }
        match plan.mode {
            Mode::Garbage => garbage(understood.asked.streams),
            Mode::Refuse401 => Reply::error(dialect, StatusCode::UNAUTHORIZED, "the API key is not valid"),
            Mode::Dialogue => self.said(dialect, understood, plan),
        }
    }

    /// Whether the path is below the base path, whatever the client escapes of it.
    fn is_below(&self, base_path: &str) -> bool {
        let plain = |path| percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        plain(self.path).strip_prefix(&*plain(base_path)).is_some_and(|rest| rest.starts_with('/'))
    }

    fn said(&self, dialect: Protocol, understood: &ParsedRequest, plan: &Plan) -> Reply {
        let Some(endpoint) = &understood.endpoint else { return self.described(dialect, plan) };
        if self.headers.contains_key("upgrade") {
            // The one answer after which a client of the Responses API goes on over plain HTTP at once.
            let message = "a websocket is not served here; send the request over HTTP";
            return Reply::error(dialect, StatusCode::UPGRADE_REQUIRED, message);
        }
        if self.method != Method::POST {
            return Reply::error(dialect, StatusCode::METHOD_NOT_ALLOWED, "only POST is served here");
        }
        let Some(body) = self.body else {
            return Reply::error(dialect, StatusCode::BAD_REQUEST, "the body is not JSON");
        };
        let tokens = answer::tokens(body);
        if endpoint.operation == Operation::CountTokens {
            return Reply::json("count", &protocol::counted(dialect, tokens));
        }
        if !protocol::is_request(dialect, body) {
            return Reply::error(dialect, StatusCode::BAD_REQUEST, "the body holds no messages");
        }
        self.generated(dialect, &understood.asked, body, plan)
    }

    fn generated(&self, dialect: Protocol, asked: &ModelQuery, body: &Value, plan: &Plan) -> Reply {
        let answer = answer::answer(asked, plan);
        let tool = match &answer {
            ModelAnswer::Call(call) => Some(call.tool.name.clone()),
            ModelAnswer::Text(_) => None,
        };
        let usage = body.get("stream_options").and_then(|options| options.get("include_usage"));
        let turn = Turn {
            id: identifier(body),
            model: asked.model.as_deref().unwrap_or(&plan.model),
            answer: &answer,
            input: answer::tokens(body),
            usage: usage.and_then(Value::as_bool).unwrap_or(false),
        };
        if !asked.streams {
            return Reply { tool, ..Reply::json(answer.kind(), &protocol::whole(dialect, &turn)) };
        }
        let events = protocol::events(dialect, &turn);
        let array = dialect == Protocol::GoogleGenerateContent && !self.query.split('&').any(|pair| pair == "alt=sse");
        let (content_type, pieces) = if array {
            ("application/json", protocol::json_array(&events))
        } else {
            ("text/event-stream; charset=utf-8", protocol::server_sent(dialect, &events))
        };
        let pieces = pieces.into_iter().map(Bytes::from).collect();
        Reply { status: StatusCode::OK, content_type, pieces, kind: answer.kind(), tool }
    }

    /// What is asked about models, and what is not served.
    fn described(&self, dialect: Protocol, plan: &Plan) -> Reply {
        let reads = self.method == Method::GET || self.method == Method::HEAD;
        let name = endpoint::described(self.path).filter(|_| reads);
        let found = name.and_then(|name| protocol::described(dialect, name, &plan.model));
        match (found, name) {
            (Some(found), _) => Reply::json("models", &found),
            (None, Some(name)) => {
                let message = format!("the model `{name}` does not exist");
                Reply::error(dialect, StatusCode::NOT_FOUND, &message)
            }
            (None, None) => {
                let message = format!("there is no `{} {}`", self.method, self.path);
                Reply::error(dialect, StatusCode::NOT_FOUND, &message)
            }
        }
    }
}

/// Bytes that are not JSON, in either of the forms in which an answer comes.
fn garbage(streams: bool) -> Reply {
    let content_type = if streams { "text/event-stream; charset=utf-8" } else { "application/json" };
    let text: &[u8] = if streams { b"data: \xff{no JSON\n\n" } else { b"\xff{no JSON" };
    Reply { status: StatusCode::OK, content_type, pieces: vec![Bytes::from(text)], kind: "garbage", tool: None }
}

/// What the identifiers of an answer end in: the same for the same request, since nothing is remembered.
fn identifier(body: &Value) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    body.to_string().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
