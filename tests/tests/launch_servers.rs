//! MCP servers in a file of an agent: what the launcher writes and refuses is what routing says, servers of an earlier
//! launch go, and those of the task stay.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::launch_support::{Installed, Prefix, files_under, noted_environment};
use registry::REGISTRY;
use registry::model::{Agent, ConfigFile, FileFormat, Mcp, McpTransport, Owner, Registry};
use registry::template::Template;
use registry_routing::{Given, Refusal, Router, Sandbox};
use serde_json::{Value, json};

/// A file that has servers only where the run has some.
const BY_NAME: &str = r#"["if",["set","BENCHFLOW_MCP_SERVERS"],["object",["mcp",["object",["servers",["servers",true,["stdio",["object",["command",["server","command"]],["args",["server","args"],true],["env",["server","env"],true]]],["http",["object",["type","http"],["url",["server","url"]],["headers",["server","headers"]]]]]]]]]]"#;
const LIST: &str = r#"["if",["set","BENCHFLOW_MCP_SERVERS"],["object",["servers",["servers",false,["stdio",["object",["name",["server","name"]],["command",["list",["server","command"]]],["env",["server","env"]]]],["http",["object",["name",["server","name"]],["url",["server","url"]]]]]]]]"#;
const BOTH: Mcp<'static> = Mcp::Servers { acp: &[], file: &[McpTransport::Stdio, McpTransport::Http] };

/// An agent with servers in one file, beside those of its entry.
fn with_file(path: &'static str, owner: Owner, body: &'static str) -> &'static Agent<'static> {
    let format = if path.ends_with("toml") { FileFormat::Toml } else { FileFormat::Json };
    let file = ConfigFile { path, format, owner, mode: 0o600, body: Template(body) };
    let base = REGISTRY.agent("pi-acp").expect("it is registered");
    let files: &'static [ConfigFile<'static>] = Box::leak(base.config.iter().copied().chain([file]).collect());
    Box::leak(Box::new(Agent { config: files, mcp: Some(BOTH), references: None, ..*base }))
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

fn stdio(name: &str, token: &str) -> Value {
    json!({"name": name, "command": "/bin/docs", "args": ["--in", "/docs"], "env": [{"name": "TOKEN", "value": token}]})
}

/// Launches the agent in a home with servers; the status and what it says.
fn launch(installed: &Installed, home: &Path, servers: &str) -> (i32, String) {
    let mut command = installed.launch(&["dash"], home);
    command.env("NOTE", home.join("note")).env("BENCHFLOW_MCP_SERVERS", servers);
    let output = command.output().expect("dash is installed");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What routing says: the text of the file with this path, or the refusal.
fn routed(agent: &'static Agent<'static>, servers: &str, path: &str) -> Result<Option<String>, Refusal> {
    let agents: &'static [&'static Agent<'static>] = Box::leak(Box::new([agent]));
    let registry = Registry { agents, ..REGISTRY };
    let router = Router::new(&registry);
    let entry = router.entry(agent.name).expect("it is in the registry");
    let flags = [
        ("BENCHFLOW_MCP_SERVERS", servers),
        ("BENCHFLOW_PROVIDER_BASE_URL", "https://x.example/v1"),
        ("BENCHFLOW_PROVIDER_API_KEY", "k"),
    ];
    let given =
        Given { flags: flags.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), ..Given::default() };
    let sandbox =
        Sandbox { home: "/nowhere".to_owned(), root: true, folder: "/x".to_owned(), path: Sandbox::PATH.to_owned() };
    let found = router.resolve(entry, "vllm/model", &given, &sandbox)?;
    Ok(found.files(&sandbox, true)?.into_iter().find(|it| it.path == path).map(|it| it.content))
}

#[track_caller]
fn check_same(path: &'static str, owner: Owner, body: &'static str, servers: &Value) {
    let agent = with_file(path, owner, body);
    let (prefix, home) = (Prefix::new(), tempfile::tempdir().expect("there is room for a folder"));
    let installed = prefix.add(agent);
    let (status, error) = launch(&installed, home.path(), &servers.to_string());
    assert_eq!(status, 0, "{error}");
    let written = fs::read_to_string(home.path().join(path.trim_start_matches("~/"))).ok();
    assert_eq!(written, routed(agent, &servers.to_string(), path).expect("it is resolved"), "{path}: {servers}");
    let environment = noted_environment(&home.path().join("note")).expect("the agent was started");
    assert!(!environment.contains_key("BENCHFLOW_MCP_SERVERS"), "the agent reads them in its file");
}

#[test]
fn launcher_writes_the_servers_that_routing_shows() {
    let http = json!({"type": "http", "name": "web", "url": "https://x.example/mcp", "headers": [{"name": "A", "value": "b\"c"}]});
    let bare = json!({"name": "bare", "command": "x", "args": [], "env": []});
    for servers in [json!([]), json!([stdio("docs", "t"), http, bare])] {
        check_same("~/.pi/mcp.json", Owner::Keys, BY_NAME, &servers);
        check_same("~/.pi/mcp.json", Owner::Whole, LIST, &servers);
        check_same("~/.pi/mcp.toml", Owner::Whole, LIST, &servers);
        check_same("~/.pi/mcp.toml", Owner::Whole, BY_NAME, &servers);
    }
}

/// The launcher and routing refuse with the same reason.
#[track_caller]
fn check_refused(agent: &'static Agent<'static>, servers: &str, status: i32, says: &str) {
    let (prefix, home) = (Prefix::new(), tempfile::tempdir().expect("there is room for a folder"));
    let said = launch(&prefix.add(agent), home.path(), servers);
    assert!(said.0 == status && said.1.contains(says), "{servers}: {said:?}");
    assert_eq!(
        files_under(home.path()).len(),
        1,
        "{servers}: a refused launch writes nothing but the record of the test"
    );
    let refusal = routed(agent, servers, "~/.pi/mcp.json").expect_err("routing refuses it too").to_string();
    assert!(refusal.replace('`', "").contains(&says.replace('`', "")), "{servers}: {refusal}");
}

#[test]
fn wrong_servers_are_refused_by_router_and_launcher() {
    let agent = with_file("~/.pi/mcp.json", Owner::Keys, BY_NAME);
    let wrong = "the value of BENCHFLOW_MCP_SERVERS is not a list of servers as `session/new` has them: ";
    for (servers, what) in [
        ("{", "it is not JSON"),
        ("{}", "it is not a list"),
        ("[null]", "item 0 has no `name`"),
        (r#"[{"name": "a"}]"#, "item 0 has no `command`"),
        (r#"[{"name": "a", "type": 1, "command": "x"}]"#, "`type` of item 0 is not a text"),
        (r#"[{"name": "a", "type": "http"}]"#, "item 0 has no `url`"),
        (r#"[{"name": "a", "command": "x", "args": [1]}]"#, "`args` of item 0 is not a list of texts"),
        (r#"[{"name": "a", "command": "x", "env": {"A": "b"}}]"#, "`env` of item 0 is not a list of names and values"),
        (r#"[{"name": "a", "type": "http", "url": "x", "headers": [{"name": "A"}]}]"#, "`headers` of item 0 is not"),
        (r#"[{"name": "a", "command": "x"}, {"name": "a", "command": "y"}]"#, "two servers have the name of item 1"),
    ] {
        check_refused(agent, servers, 14, &format!("{wrong}{what}"));
    }
    let sse = r#"[{"name": "a", "type": "sse", "url": "https://x.example"}]"#;
    check_refused(agent, sse, 11, "takes no such BENCHFLOW_MCP_SERVERS: the transport `sse` is none of those");
    let secret = r#"[{"name": "a", "command": "x", "env": [{"name": "A", "value": "$" }]}]"#.replace('$', "{env:HOME}");
    let opencode = REGISTRY.agent("opencode").expect("it is registered");
    let referring: &'static Agent<'static> = Box::leak(Box::new(Agent { references: opencode.references, ..*agent }));
    check_refused(
        referring,
        &secret,
        14,
        "the value of BENCHFLOW_MCP_SERVERS holds a text that looks like a reference",
    );
}

#[test]
fn agent_without_a_file_for_servers_refuses_them() {
    let stdio = json!([stdio("docs", "t")]).to_string();
    for (mcp, says) in [
        (Some(Mcp::Servers { acp: &[McpTransport::Stdio], file: &[] }), "let its client pass them in `mcpServers`"),
        (Some(Mcp::Servers { acp: &[], file: &[McpTransport::Http] }), "it takes no servers over `stdio`"),
        (Some(Mcp::None("seen")), "it takes no servers: seen"),
        (Some(Mcp::Untested("not yet")), "not verified: not yet"),
        (None, "not verified: its entry has no `mcp`"),
    ] {
        let agent: &'static Agent<'static> =
            Box::leak(Box::new(Agent { mcp, ..*REGISTRY.agent("pi-acp").expect("it is registered") }));
        check_refused(agent, &stdio, 11, says);
    }
}

#[test]
fn servers_of_an_earlier_launch_go_and_those_of_the_task_stay() {
    let agent = with_file("~/.pi/mcp.json", Owner::Keys, BY_NAME);
    let (prefix, home) = (Prefix::new(), tempfile::tempdir().expect("there is room for a folder"));
    let (installed, file) = (prefix.add(agent), home.path().join(".pi/mcp.json"));
    let own = "{\n  \"mine\": 1,\n  \"mcp\": {\n    \"servers\": {\n      \"task\": { \"command\": \"/bin/docs\", \"args\": [] }\n    }\n  }\n}\n";
    crate::launch_support::write(&file, own, 0o600);
    let after = |servers: &Value| {
        let (status, error) = launch(&installed, home.path(), &servers.to_string());
        assert_eq!(status, 0, "{error}");
        let text = fs::read_to_string(&file).expect("it is there");
        serde_json::from_str::<Value>(&text).expect("it is JSON")
    };
    let names = |value: &Value| -> BTreeSet<String> {
        value.pointer("/mcp/servers").and_then(Value::as_object).into_iter().flat_map(|it| it.keys().cloned()).collect()
    };
    assert_eq!(names(&after(&json!([stdio("a", "one"), stdio("b", "two")]))), set(["a", "b", "task"]));
    assert!(!fs::read_to_string(home.path().join(".pi/mcp.json.servers")).expect("a record").contains("one"));
    // A server of another content has nothing of the earlier one.
    let changed = after(&json!([{"name": "a", "command": "/bin/other"}]));
    assert_eq!(names(&changed), set(["a", "task"]));
    assert_eq!(changed.pointer("/mcp/servers/a"), Some(&json!({"command": "/bin/other"})));
    // What has been changed since is not ours.
    let text = fs::read_to_string(&file).expect("it is there").replace("/bin/other", "/bin/changed");
    fs::write(&file, text).expect("there is room");
    assert_eq!(names(&after(&json!([stdio("b", "two")]))), set(["a", "b", "task"]));
    let (status, error) = launch(&installed, home.path(), "");
    assert_eq!(status, 0, "{error}");
    let last: Value = serde_json::from_str(&fs::read_to_string(&file).expect("it is there")).expect("it is JSON");
    assert_eq!(names(&last), set(["a", "task"]));
    // A server of the run replaces one of the task with its name.
    assert_eq!(after(&json!([stdio("task", "t")])).pointer("/mcp/servers/task/env/TOKEN"), Some(&json!("t")));
}
