//! MCP servers with one tool each, beside the model: `/mcp/stdio` and `/mcp/http`, over streamable HTTP with JSON
//! answers.
//!
//! A prompt with the word of a server has its tool called, under whatever name the agent offers it. The form is that of
//! <https://modelcontextprotocol.io/specification/2025-06-18/basic/transports>. A server without sessions that sends
//! nothing by itself needs no stream.

use hyper::{Method, StatusCode};
use registry_model::model::McpTransport;
use serde_json::{Value, json};

use super::query::{Form, Message, ModelQuery};
use super::tools::{self, Call};

/// A server with a tool that reverses a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct McpServer {
    /// How the agent reaches it.
    pub(crate) transport: McpTransport,
    /// The word of a prompt that has its tool called.
    pub(crate) word: &'static str,
    /// The prompt.
    pub(crate) prompt: &'static str,
    /// The path at which it is served.
    pub(crate) path: &'static str,
    /// The name of its tool.
    pub(crate) tool: &'static str,
    /// What the tool is called with.
    pub(crate) text: &'static str,
}

/// One server for each transport.
static SERVERS: [McpServer; 2] = [
    McpServer {
        transport: McpTransport::Stdio,
        word: "PROBE-MCP-STDIO",
        prompt: "PROBE-MCP-STDIO: reverse the text that you know of.",
        path: "/mcp/stdio",
        tool: "reverse_by_stdio",
        text: "over-stdio-5b1f",
    },
    McpServer {
        transport: McpTransport::Http,
        word: "PROBE-MCP-HTTP",
        prompt: "PROBE-MCP-HTTP: reverse the text that you know of.",
        path: "/mcp/http",
        tool: "reverse_by_http",
        text: "over-http-5b1f",
    },
];

/// The JSON-RPC code of an unknown method.
const UNKNOWN_METHOD: i32 = -32601;

/// The JSON-RPC code of wrong parameters.
const WRONG_PARAMETERS: i32 = -32602;

impl McpServer {
    /// The server of a transport.
    pub(crate) fn of(transport: McpTransport) -> Option<&'static Self> {
        SERVERS.iter().find(|it| it.transport == transport)
    }

    /// The server at a path.
    pub(crate) fn at(path: &str) -> Option<&'static Self> {
        SERVERS.iter().find(|it| it.path == path)
    }

    /// The server that a prompt asks for.
    pub(crate) fn asked_for(prompt: &str) -> Option<&'static Self> {
        SERVERS.iter().find(|it| prompt.contains(it.word))
    }

    /// Whether this is the name under which an agent offers the tool: most put the name of the server before it.
    pub(crate) fn is_tool(&self, name: &str) -> bool {
        // mutant: any tool is that of the server
        tools::plain(name).contains(&tools::plain(self.tool))
    }

    /// What the tool gives.
    pub(crate) fn answer(&self) -> String {
        reversed(self.text)
    }

    /// A call of the tool. Where the agent lists only a tool that finds others: a call of that one and, once it has
    /// found the tool, of the one that calls others by their names, if it lists such a one.
    pub(crate) fn call(&self, asked: &ModelQuery) -> Option<Call> {
        let arguments = json!({"text": self.text});
        if let Some(tool) = asked.tools.iter().find(|it| it.form != Form::Hosted && self.is_tool(&it.name)) {
            return Some(tools::with(tool, &arguments));
        }
        let found = self.name_in(asked.outputs());
        // mutant: a tool that was found is never called
        if let Some(call) = found.and_then(|name| tools::bridge(&asked.tools, name, &arguments)) {
            return Some(call);
        }
        let user = asked.said.iter().filter_map(|it| match it {
            Message::User(text) => Some(text.as_str()),
            Message::Model | Message::Output(_) => None,
        });
        let named = self.name_in(user.chain([asked.system.as_str()]));
        tools::search(&asked.tools, named.unwrap_or(self.tool), named.is_some())
            .or_else(|| tools::search_by_api(&asked.tools, self.tool))
    }

    /// The name of the tool in texts: the longest one, since a text may repeat what was searched for.
    pub(crate) fn name_in<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        let part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
        let words = texts.flat_map(|text| text.split(move |it| !part(it))).map(|it| it.trim_matches('.'));
        let names = words.filter(|it| self.is_tool(it));
        names.max_by_key(|it| it.len())
    }

    /// The status and the body of the answer to a request at its path.
    pub(crate) fn respond(&self, method: &Method, body: Option<&Value>) -> (StatusCode, Option<Value>) {
        if method != Method::POST {
            return (StatusCode::METHOD_NOT_ALLOWED, None);
        }
        let Some(body) = body else { return (StatusCode::BAD_REQUEST, None) };
        let Some(id) = body.get("id") else { return (StatusCode::ACCEPTED, None) };
        let answer = match self.result(body) {
            Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            Err((code, message)) => json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}),
        };
        (StatusCode::OK, Some(answer))
    }

    fn result(&self, body: &Value) -> Result<Value, (i32, String)> {
        let params = |at: &str| body.pointer(&format!("/params/{at}"));
        match body.get("method").and_then(Value::as_str).unwrap_or_default() {
            "initialize" => Ok(json!({
                // A client that asks for a version understands it, and what is said here is the same in all.
                "protocolVersion": params("protocolVersion").cloned().unwrap_or_else(|| json!("2025-06-18")),
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "probe", "version": "1"},
            })),
            "ping" => Ok(json!({})),
            "tools/list" => Ok(json!({"tools": [{
                "name": self.tool,
                "description": "Reverses a text.",
                "inputSchema": {
                    "type": "object",
                    "properties": {"text": {"type": "string", "description": "The text."}},
                    "required": ["text"],
                },
            }]})),
            "tools/call" if params("name").and_then(Value::as_str) == Some(self.tool) => {
                let text = params("arguments/text").and_then(Value::as_str);
                let text = text.ok_or_else(|| (WRONG_PARAMETERS, "`text` is missing".to_owned()))?;
                Ok(json!({"content": [{"type": "text", "text": reversed(text)}], "isError": false}))
            }
            "tools/call" => Err((WRONG_PARAMETERS, "no such tool".to_owned())),
            other => Err((UNKNOWN_METHOD, format!("no such method: {other}"))),
        }
    }
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::super::query::Tool;
    use super::*;

    fn server() -> &'static McpServer {
        McpServer::of(McpTransport::Stdio).expect("each transport has one")
    }

    #[track_caller]
    fn check(method: &Method, body: &Value, status: u16, at: &str, expected: &Value) {
        let (found_status, answer) = server().respond(method, Some(body));
        let answer = answer.unwrap_or_default();
        let found = answer.pointer(at).unwrap_or(&Value::Null);
        assert_eq!((found_status.as_u16(), found), (status, expected), "{answer}");
    }

    #[test]
    fn mcp_server_lists_and_runs_its_tool() {
        let ask = |method: &str, params: Value| json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let version = json!("2024-11-05");
        let begin = ask("initialize", json!({"protocolVersion": version}));
        check(&Method::POST, &begin, 200, "/result/protocolVersion", &version);
        check(&Method::POST, &begin, 200, "/id", &json!(7));
        check(&Method::POST, &ask("tools/list", json!({})), 200, "/result/tools/0/name", &json!("reverse_by_stdio"));
        let call = ask("tools/call", json!({"name": "reverse_by_stdio", "arguments": {"text": "abc"}}));
        check(&Method::POST, &call, 200, "/result/content/0/text", &json!("cba"));
        let wrong = ask("tools/call", json!({"name": "another", "arguments": {"text": "abc"}}));
        check(&Method::POST, &wrong, 200, "/error/code", &json!(WRONG_PARAMETERS));
        check(
            &Method::POST,
            &ask("tools/call", json!({"name": "reverse_by_stdio"})),
            200,
            "/error/code",
            &json!(WRONG_PARAMETERS),
        );
        check(&Method::POST, &ask("resources/list", json!({})), 200, "/error/code", &json!(UNKNOWN_METHOD));
        let told = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        check(&Method::POST, &told, 202, "", &Value::Null);
        check(&Method::GET, &Value::Null, 405, "", &Value::Null);
    }

    #[test]
    fn mcp_tool_is_called_under_the_name_that_the_agent_offers() {
        let tool = |name: &str| Tool::function(name, Value::Null);
        let mut asked =
            ModelQuery { tools: vec![tool("bash"), tool("mcp__probe__ReverseByStdio")], ..ModelQuery::default() };
        let call = server().call(&asked).expect("it is offered");
        assert_eq!(
            (call.tool.name.as_str(), call.arguments),
            ("mcp__probe__ReverseByStdio", json!({"text": "over-stdio-5b1f"}))
        );
        // An agent may ask for more than the server does.
        let risk = json!({"properties": {"risk": {"enum": ["LOW"]}, "text": {}}, "required": ["risk", "text"]});
        asked.tools[1].schema = risk;
        let arguments = server().call(&asked).map(|it| it.arguments);
        assert_eq!(arguments, Some(json!({"risk": "LOW", "text": "over-stdio-5b1f"})));
        asked.tools.pop();
        assert_eq!(server().call(&asked), None);
        let schema = json!({"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]});
        let search = Tool { description: "Use select:NAME.".to_owned(), ..Tool::function("ToolSearch", schema) };
        asked.tools.push(search);
        let query = |asked: &ModelQuery| server().call(asked).map(|it| it.arguments);
        assert_eq!(query(&asked), Some(json!({"query": "reverse_by_stdio"})));
        asked.system = "later:\nmcp__probe__reverse_by_stdio\nother".to_owned();
        assert_eq!(query(&asked), Some(json!({"query": "select:mcp__probe__reverse_by_stdio"})));
        // What the search has found is called by a tool that calls others, if there is one.
        asked.said.push(Message::Output("of reverse_by_stdio: probe__reverse_by_stdio".to_owned()));
        assert_eq!(query(&asked), Some(json!({"query": "select:mcp__probe__reverse_by_stdio"})));
        let properties = json!({"tool_name": {"type": "string"}, "tool_input": {"type": "object"}});
        asked.tools.push(Tool::function("use_tool", json!({"type": "object", "properties": properties})));
        let arguments = json!({"tool_name": "probe__reverse_by_stdio", "tool_input": {"text": "over-stdio-5b1f"}});
        assert_eq!(query(&asked), Some(arguments));
        // Or by a program.
        asked.said.push(Message::Output("1. mcp_of_probe.reverse_by_stdio - 24.0".to_owned()));
        let schema = json!({"properties": {"code": {"type": "string"}}, "required": ["code"]});
        asked.tools[2] = Tool::function("run_typescript", schema);
        let call = r#"tools.mcp_of_probe.reverse_by_stdio({"text":"over-stdio-5b1f"})"#;
        let code = format!("async function main() {{ return await {call}; }}");
        assert_eq!(query(&asked), Some(json!({"code": code})));
        asked.said.clear();
        assert_eq!(query(&asked), Some(json!({"query": "select:mcp__probe__reverse_by_stdio"})));
    }
}
