//! The verdict on MCP servers that a client passes in `session/new`.

use registry_model::model::{Agent, McpTransport, McpWay};
use registry_scripts::behaviour::Facts;
use serde_json::{Value, json};

use super::prompts::transports;
use super::record::{Record, RecordedRequest};
use super::scenario::{Scenario, Web};
use super::verdict::Verdict;
use super::web;
use crate::model_server::{McpServer, is_bridge};

/// The program of the server over standard input and output, in the task's folder.
pub(crate) const PROGRAM: &str = "mcp_server.mjs";
pub(crate) const PROGRAM_TEXT: &str = include_str!("mcp_server.mjs");

/// Where the servers listen: the second address of every model server, which serves no model.
const ADDRESS: &str = "http://127.0.0.1";

/// What the client hands over to a server, by a variable or a header: tokens of real servers go this way.
const HEADER: &str = "x-probe-mcp";
const HANDED_OVER: &str = "what-the-client-hands-over";

/// The same in a file of an agent that does not resolve references in its files, by its entry.
const HANDED_OVER_BY_FILE: &str = "what-the-client-hands-over-${HOME}-$HOME";

/// What the client hands over to the server of a transport.
fn handed_over(agent: &Agent<'_>, transport: McpTransport) -> &'static str {
    let by_file = agent.mcp.and_then(|it| it.way(transport)) == Some(McpWay::File);
    if by_file && agent.references.is_none() { HANDED_OVER_BY_FILE } else { HANDED_OVER }
}

/// The servers of these transports, as `mcpServers` has them. The program runs on the Node.js of the install.
pub(crate) fn servers(agent: &Agent<'_>, install: &str, task: &str, transports: &[McpTransport]) -> Vec<Value> {
    let server = |transport: &McpTransport| {
        let server = McpServer::of(*transport)?;
        let handed_over = handed_over(agent, *transport);
        let (name, url) = (format!("probe-{}", transport.word()), format!("{ADDRESS}{}", server.path));
        Some(match transport {
            McpTransport::Stdio => json!({
                "name": name,
                "command": format!("{install}/node/bin/node"),
                "args": [format!("{task}/{PROGRAM}"), url],
                "env": [{"name": "PROBE_MCP", "value": handed_over}],
            }),
            McpTransport::Http => json!({
                "type": "http",
                "name": name,
                "url": url,
                "headers": [{"name": HEADER, "value": handed_over}],
            }),
        })
    };
    transports.iter().filter_map(server).collect()
}

/// The verdict of one run on the servers that it passed; none where it passed none.
pub(crate) fn mcp(agent: &Agent<'_>, scenario: Scenario, record: &Record, started: &Value) -> Option<Verdict> {
    let transports = transports(agent, scenario);
    if transports.is_empty() {
        return None;
    }
    if record.model_calls().next().is_none() {
        return Some(Verdict::Unproven("no model call arrived".to_owned()));
    }
    let of = |it: &McpTransport| Some((it.word(), McpServer::of(*it).map(|server| works(agent, record, server))?));
    let servers = Verdict::worst(transports.iter().filter_map(of));
    let reports_http = started.pointer("/agentCapabilities/mcpCapabilities/http") == Some(&Value::Bool(true));
    Some(match servers {
        // mutant: web tools may come with servers
        Verdict::Proved if scenario.web == Web::Policy => match web::offered(agent, record) {
            Some(tools) => Verdict::Failed(format!("with the web policy it offers {tools}")),
            None => Verdict::Proved,
        },
        // mutant: a reported transport need not be listed
        Verdict::Proved if reports_http && !transports.contains(&McpTransport::Http) => {
            Verdict::Unproven("it reports `mcpCapabilities.http`, and the entry does not list `http`".to_owned())
        }
        verdict => verdict,
    })
}

/// Whether the tool of a server is offered, is run by the server when the model calls it, and its answer comes back.
fn works(agent: &Agent<'_>, record: &Record, server: &McpServer) -> Verdict {
    let failed = |what: &str| Verdict::Failed(what.to_owned());
    // On a busy machine a server may be late, so another try may go better.
    let unproven = |what: &str| Verdict::Unproven(what.to_owned());
    let arrived: Vec<&RecordedRequest> = record.requests.iter().filter(|it| it.path == server.path).collect();
    if arrived.is_empty() {
        return unproven("it does not connect to the server");
    }
    // mutant: a tool need not be offered
    if offered_as(record, server).is_none() {
        return unproven("it does not offer the tool of the server to the model");
    }
    if !record.model_calls().filter_map(RecordedRequest::called_tool).any(|it| server.is_tool(it) || is_bridge(it)) {
        return unproven("the tool of the server was not called");
    }
    // mutant: a call need not reach the server
    let Some(call) = arrived.iter().find(|it| is_call(it, server)) else {
        return failed("the call of the model does not reach the server");
    };
    // mutant: what the client hands over may be lost
    if call.header(HEADER) != Some(handed_over(agent, server.transport)) {
        return failed("the variable or header of the client does not reach the server");
    }
    let answer = server.answer();
    // mutant: an answer need not return
    if !record.model_calls().flat_map(|it| &it.tool_results).any(|it| it.contains(&answer)) {
        return failed("the answer of the server does not reach the model");
    }
    Verdict::Proved
}

/// The name under which the tool of a server is offered: in a list of tools, or in what the agent's search has found.
fn offered_as<'r>(record: &'r Record, server: &McpServer) -> Option<&'r str> {
    let listed = record.model_calls().flat_map(|it| &it.tools).map(String::as_str).find(|it| server.is_tool(it));
    let bridges = || record.model_calls().flat_map(|it| &it.tools).any(|it| is_bridge(it));
    let found = || server.name_in(record.model_calls().flat_map(|it| &it.tool_results).map(String::as_str));
    // mutant: a bridge offers nothing
    // mutant: whatever an output names is offered
    listed.or_else(|| if bridges() { found() } else { None })
}

/// Whether a request calls the tool with the text of the model.
fn is_call(request: &RecordedRequest, server: &McpServer) -> bool {
    let says = |at: &str, text: &str| request.body.pointer(at).and_then(Value::as_str) == Some(text);
    says("/method", "tools/call") && says("/params/arguments/text", server.text)
}

/// The names of the tools, by the transports.
pub(crate) fn facts(agent: &Agent<'_>, scenario: Scenario, record: &Record) -> Facts {
    let name = |it: &McpTransport| {
        let name = offered_as(record, McpServer::of(*it)?)?;
        Some((format!("{}: tool", it.word()), name.to_owned()))
    };
    transports(agent, scenario).iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use registry_model::model::{Mcp, References, Semantics, WebPolicy};

    use super::super::record::Answered;
    use super::super::scenario::{DIRECT, Servers};
    use super::*;

    const AGENT: Agent<'static> = Agent {
        name: "fixture",
        mcp: Some(Mcp::Servers { acp: &[McpTransport::Stdio], file: &[] }),
        web: Some(WebPolicy::NoSwitch { tools: &["fetch"], reason: "seen" }),
        ..Agent::EMPTY
    };
    const MCP: Scenario = Scenario { name: "mcp", servers: Servers::With, ..DIRECT };
    const POLICY: Scenario = Scenario { web: Web::Policy, ..MCP };

    /// A server that was asked for its tools and ran it, and a model that was offered it and got the answer.
    fn record() -> Record {
        let served = |body: Value| RecordedRequest {
            path: "/mcp/stdio".to_owned(),
            headers: vec![(HEADER.to_owned(), HANDED_OVER.to_owned())],
            body,
            ..RecordedRequest::default()
        };
        let call = json!({"method": "tools/call", "params": {
            "name": "reverse_by_stdio", "arguments": {"text": "over-stdio-5b1f"}}});
        let model = RecordedRequest {
            protocol: Some("openai-completions".to_owned()),
            tools: vec!["bash".to_owned(), "mcp__probe__reverse_by_stdio".to_owned()],
            tool_results: vec!["[f1b5-oidts-revo]".to_owned()],
            answered: Some(Answered {
                status: 200,
                tool: Some("mcp__probe__reverse_by_stdio".to_owned()),
                ..Answered::default()
            }),
            ..RecordedRequest::default()
        };
        Record { requests: vec![served(json!({"method": "tools/list"})), served(call), model], ..Record::default() }
    }

    #[track_caller]
    fn check_in(
        scenario: Scenario,
        started: &Value,
        change: impl FnOnce(&mut Vec<RecordedRequest>),
        word: &str,
        says: &str,
    ) {
        let mut record = record();
        change(&mut record.requests);
        let verdict = mcp(&AGENT, scenario, &record, started).expect("servers were passed");
        assert_eq!((verdict.word(), verdict.detail().contains(says)), (word, true), "{}", verdict.detail());
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Vec<RecordedRequest>), word: &str, says: &str) {
        check_in(MCP, &Value::Null, change, word, says);
    }

    #[test]
    fn tool_of_a_server_is_offered_and_runs() {
        check(|_| {}, "proved", "");
        check(|it| drop(it.drain(..2)), "unproven", "stdio: it does not connect");
        check(|it| it[2].answered = None, "unproven", "was not called");
        check(|it| drop(it[2].tools.pop()), "unproven", "does not offer the tool");
        check(|it| drop(it.remove(1)), "failed", "does not reach the server");
        check(|it| it[1].body["params"]["arguments"]["text"] = json!("another"), "failed", "does not reach the server");
        check(|it| it[1].headers.clear(), "failed", "variable or header");
        check(|it| it[2].tool_results = vec!["over-stdio-5b1f".to_owned()], "failed", "answer of the server");
        check(|it| it.truncate(2), "unproven", "no model call");
    }

    #[test]
    fn tool_that_a_search_finds_is_offered_where_another_calls_it() {
        let found = |it: &mut Vec<RecordedRequest>| {
            it[2].tools = vec!["search_tool".to_owned()];
            it[2].tool_results.push("Found: probe__reverse_by_stdio.".to_owned());
            it[2].answered.as_mut().expect("it is answered").tool = Some("use_tool".to_owned());
        };
        check(found, "unproven", "does not offer the tool");
        let bridged = |it: &mut Vec<RecordedRequest>| {
            found(it);
            it[2].tools.push("use_tool".to_owned());
        };
        check(bridged, "proved", "");
        let mut record = record();
        bridged(&mut record.requests);
        let facts = facts(&AGENT, MCP, &record);
        assert_eq!(facts, Facts::from([("stdio: tool".to_owned(), "probe__reverse_by_stdio".to_owned())]));
    }

    #[test]
    fn web_tools_do_not_come_with_servers() {
        check_in(POLICY, &Value::Null, |_| {}, "proved", "");
        check_in(POLICY, &Value::Null, |it| it[2].tools.push("fetch".to_owned()), "failed", "it offers `fetch`");
        check(|it| it[2].tools.push("fetch".to_owned()), "proved", "");
    }

    #[test]
    fn reported_transport_must_be_listed() {
        let reports = |http: bool| json!({"agentCapabilities": {"mcpCapabilities": {"http": http}}});
        check_in(MCP, &reports(true), |_| {}, "unproven", "does not list `http`");
        check_in(MCP, &reports(false), |_| {}, "proved", "");
    }

    #[test]
    fn run_without_servers_is_not_judged() {
        for mcp_field in [None, Some(Mcp::None("seen")), Some(Mcp::Untested("not yet"))] {
            assert_eq!(mcp(&Agent { mcp: mcp_field, ..AGENT }, MCP, &record(), &Value::Null), None);
        }
        assert_eq!(mcp(&AGENT, DIRECT, &record(), &Value::Null), None);
        assert_eq!(servers(&AGENT, "/opt/x", "/task", &[]), Vec::<Value>::new());
    }

    #[test]
    fn file_of_an_agent_keeps_what_looks_like_a_reference() {
        let file = Agent { mcp: Some(Mcp::Servers { acp: &[], file: &[McpTransport::Stdio] }), ..AGENT };
        let verdict = |agent: &Agent<'_>, value: &str| {
            let mut record = record();
            record.requests[1].headers = vec![(HEADER.to_owned(), value.to_owned())];
            mcp(agent, MCP, &record, &Value::Null).map(|it| it.word())
        };
        assert_eq!(verdict(&file, HANDED_OVER_BY_FILE), Some("proved"));
        assert_eq!(verdict(&file, "what-the-client-hands-over-/root-/root"), Some("failed"));
        let references = Some(References { form: "${NAME}", semantics: Semantics::Parsed });
        assert_eq!(verdict(&Agent { references, ..file }, HANDED_OVER), Some("proved"));
    }

    #[test]
    fn facts_have_the_name_that_the_agent_offers() {
        let facts = facts(&AGENT, MCP, &record());
        assert_eq!(facts, Facts::from([("stdio: tool".to_owned(), "mcp__probe__reverse_by_stdio".to_owned())]));
    }
}
