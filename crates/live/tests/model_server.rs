//! The model server spoken to by curl: four APIs, whole and as streams, over TLS of its own authority and plainly.

#![allow(clippy::expect_used, clippy::panic, reason = "a test stops where something is not as it must be")]

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use registry_live::model_server::{Plan, Record, SHELL_WORD, Server, TEXT};
use serde_json::{Value, json};

const NAME: &str = "models.probe.example";
const COMMAND: &str = "echo \"$PATH\"";

/// A server in a thread of its own, and what a client needs to know of it.
struct Served {
    folder: tempfile::TempDir,
    provider: SocketAddr,
    beside: SocketAddr,
    tls: bool,
    stop: tokio::sync::oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Served {
    fn new(tls: bool, mode: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let mut plan = json!({
            "listen": "127.0.0.1:0", "also_listen": ["127.0.0.1:0"], "base_path": "/gateway/v7", "model": "a-model",
            "shell_command": COMMAND, "mode": mode,
        });
        if tls {
            let about = json!({"names": [NAME], "ca_out": folder.path().join("ca.pem")});
            plan.as_object_mut().expect("it is an object").insert("tls".to_owned(), about);
        }
        let plan: Plan = serde_json::from_value(plan).expect("it is a plan");
        let log = folder.path().join("log");
        let (tells, told) = std::sync::mpsc::channel();
        let (stop, stops) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("there is a runtime").block_on(async {
                let server = Server::start(plan, &log).await.expect("loopback has free ports");
                tells.send(server.bound().clone()).expect("a receiver waits");
                let _ = stops.await;
                server.stop().await;
            });
        });
        let bound = told.recv().expect("it listens");
        let beside = *bound.also_listen.first().expect("there is another address");
        Self { folder, provider: bound.listen, beside, tls, stop, thread }
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What curl gets: the body, the status behind it.
    fn curl(&self, path: &str, body: Option<&Value>, more: &[&str]) -> Output {
        let (scheme, port) = (if self.tls { "https" } else { "http" }, self.provider.port());
        let mut command = Command::new("curl");
        command.args(["-sS", "--noproxy", "*", "--max-time", "20", "-w", "\n%{http_code}"]);
        command.args(["--resolve", &format!("{NAME}:{port}:127.0.0.1")]).args(more);
        if self.tls && !more.contains(&"--cacert") {
            command.arg("--cacert").arg(self.authority());
        }
        if body.is_some() {
            command.args(["-H", "content-type: application/json", "--data-binary", "@-"]);
        }
        command.arg(format!("{scheme}://{NAME}:{port}{path}"));
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("curl is there");
        let text = body.map(Value::to_string).unwrap_or_default();
        child.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("curl reads it");
        child.wait_with_output().expect("curl ends")
    }

    /// The status and the body of an answer.
    #[track_caller]
    fn ask(&self, path: &str, body: Option<&Value>, more: &[&str]) -> (u16, String) {
        let output = self.curl(path, body, more);
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n').expect("curl writes the status last");
        (status.parse().expect("it is a number"), body.to_owned())
    }

    /// Stops it, and gives the record.
    fn record(self) -> Vec<Record> {
        self.stop.send(()).expect("it runs");
        self.thread.join().expect("it ends");
        let log = std::fs::read_to_string(self.folder.path().join("log")).expect("there is a record");
        log.lines().map(|line| serde_json::from_str(line).expect("a line is a record")).collect()
    }
}

/// How a client of an API asks and reads. Of two places the first is that of a whole answer, the other of a stream.
struct Api {
    protocol: &'static str,
    header: &'static str,
    paths: [&'static str; 2],
    /// A prompt; with the output of a tool behind it, when there is one.
    body: fn(&str, Option<&str>) -> Value,
    text: [&'static str; 2],
    tool: [&'static str; 2],
    arguments: [&'static str; 2],
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]})
}

fn completions(prompt: &str, output: Option<&str>) -> Value {
    let call = json!({"id": "c", "type": "function", "function": {"name": "bash", "arguments": "{}"}});
    let mut messages = vec![json!({"role": "system", "content": "s"}), json!({"role": "user", "content": prompt})];
    messages.extend(output.into_iter().flat_map(|output| {
        [
            json!({"role": "assistant", "content": null, "tool_calls": [call]}),
            json!({"role": "tool", "tool_call_id": "c", "content": output}),
        ]
    }));
    let tool = json!({"type": "function", "function": {"name": "bash", "parameters": schema()}});
    json!({"model": "a-model", "messages": messages, "tools": [tool]})
}

fn responses(prompt: &str, output: Option<&str>) -> Value {
    let content = json!([{"type": "input_text", "text": prompt}]);
    let mut input = vec![json!({"type": "message", "role": "user", "content": content})];
    input.extend(output.into_iter().flat_map(|output| {
        [
            json!({"type": "function_call", "call_id": "c", "name": "bash", "arguments": "{}"}),
            json!({"type": "function_call_output", "call_id": "c", "output": output}),
        ]
    }));
    let tool = json!({"type": "function", "name": "bash", "parameters": schema()});
    json!({"model": "a-model", "input": input, "tools": [tool]})
}

fn messages(prompt: &str, output: Option<&str>) -> Value {
    let mut messages = vec![json!({"role": "user", "content": [{"type": "text", "text": prompt}]})];
    messages.extend(output.into_iter().flat_map(|output| {
        let call = json!({"type": "tool_use", "id": "c", "name": "bash", "input": {}});
        let result = json!({"type": "tool_result", "tool_use_id": "c", "content": output});
        [json!({"role": "assistant", "content": [call]}), json!({"role": "user", "content": [result]})]
    }));
    json!({"model": "a-model", "max_tokens": 9, "messages": messages, "tools": [{"name": "bash", "input_schema": schema()}]})
}

fn contents(prompt: &str, output: Option<&str>) -> Value {
    let mut contents = vec![json!({"role": "user", "parts": [{"text": prompt}]})];
    contents.extend(output.into_iter().flat_map(|output| {
        let response = json!({"functionResponse": {"name": "bash", "response": {"output": output}}});
        [
            json!({"role": "model", "parts": [{"functionCall": {"name": "bash", "args": {}}}]}),
            json!({"role": "user", "parts": [response]}),
        ]
    }));
    json!({"contents": contents, "tools": [{"functionDeclarations": [{"name": "bash", "parameters": schema()}]}]})
}

const APIS: [Api; 4] = [
    Api {
        protocol: "openai-completions",
        header: "authorization: Bearer a-key",
        paths: ["/gateway/v7/chat/completions"; 2],
        body: completions,
        text: ["/choices/0/message/content", "/choices/0/delta/content"],
        tool: ["/choices/0/message/tool_calls/0/function/name", "/choices/0/delta/tool_calls/0/function/name"],
        arguments: [
            "/choices/0/message/tool_calls/0/function/arguments",
            "/choices/0/delta/tool_calls/0/function/arguments",
        ],
    },
    Api {
        protocol: "openai-responses",
        header: "authorization: Bearer a-key",
        paths: ["/gateway/v7/responses"; 2],
        body: responses,
        text: ["/output/0/content/0/text", "/delta"],
        tool: ["/output/0/name", "/response/output/0/name"],
        arguments: ["/output/0/arguments", "/delta"],
    },
    Api {
        protocol: "anthropic-messages",
        header: "x-api-key: a-key",
        paths: ["/gateway/v7/v1/messages"; 2],
        body: messages,
        text: ["/content/0/text", "/delta/text"],
        tool: ["/content/0/name", "/content_block/name"],
        arguments: ["/content/0/input", "/delta/partial_json"],
    },
    Api {
        protocol: "google-generate-content",
        header: "x-goog-api-key: a-key",
        paths: [
            "/gateway/v7/v1beta/models/a-model:generateContent",
            "/gateway/v7/v1beta/models/a-model:streamGenerateContent?alt=sse",
        ],
        body: contents,
        text: ["/candidates/0/content/parts/0/text"; 2],
        tool: ["/candidates/0/content/parts/0/functionCall/name"; 2],
        arguments: ["/candidates/0/content/parts/0/functionCall/args"; 2],
    },
];

impl Api {
    /// Sends a request, and gives the values of the answer: one, or those of the stream.
    #[track_caller]
    fn ask(&self, served: &Served, streams: bool, prompt: &str, output: Option<&str>) -> Vec<Value> {
        let mut body = (self.body)(prompt, output);
        if streams && body.get("model").is_some() {
            body.as_object_mut().expect("it is an object").insert("stream".to_owned(), Value::Bool(true));
        }
        let [whole, stream] = self.paths;
        let (status, text) = served.ask(if streams { stream } else { whole }, Some(&body), &["-H", self.header]);
        assert_eq!(status, 200, "{}: {text}", self.protocol);
        let parsed = |text: &str| serde_json::from_str(text).expect("it is JSON");
        if !streams {
            return vec![parsed(&text)];
        }
        let data = text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
        data.map(parsed).collect()
    }
}

/// What is at a place of all values, put together.
fn joined(values: &[Value], place: &str) -> String {
    let found = values.iter().filter_map(|value| value.pointer(place)).filter(|value| !value.is_null());
    found.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

/// Holds a dialogue: a text, a call of the shell, and a text behind its output.
#[track_caller]
fn check_dialogue(tls: bool, api: &Api, streams: bool) {
    let at = usize::from(streams);
    let place = |places: [&'static str; 2]| *places.get(at).expect("there are two");
    let served = Served::new(tls, "dialogue");
    let said = api.ask(&served, streams, "hello", None);
    assert_eq!(joined(&said, place(api.text)), TEXT, "{}: {said:?}", api.protocol);
    assert_eq!(said.len() > 1, streams, "{}: a stream has several events", api.protocol);
    let called = api.ask(&served, streams, SHELL_WORD, None);
    assert_eq!(joined(&called, place(api.tool)), "bash", "{}: {called:?}", api.protocol);
    let arguments = joined(&called, place(api.arguments));
    assert_eq!(serde_json::from_str::<Value>(&arguments).ok(), Some(json!({"command": COMMAND})), "{arguments}");
    let ended = api.ask(&served, streams, SHELL_WORD, Some("what it printed"));
    assert_eq!(joined(&ended, place(api.text)), TEXT, "{}: {ended:?}", api.protocol);

    let record = served.record();
    let kinds: Vec<_> = record.iter().filter_map(|it| Some(it.answered.as_ref()?.kind.as_str())).collect();
    assert_eq!(kinds, ["text", "tool_call", "text"], "{}", api.protocol);
    for (number, request) in (1..).zip(&record) {
        let (header, value) = api.header.split_once(": ").expect("it is a header");
        assert!(request.headers.contains(&(header.to_owned(), value.to_owned())), "{:?}", request.headers);
        assert_eq!((request.n, request.stream), (number, streams));
        assert_eq!(request.protocol.as_deref(), Some(api.protocol));
        assert_eq!((request.model.as_deref(), request.tools.as_slice()), (Some("a-model"), &["bash".to_owned()][..]));
        let (scheme, sni) = if tls { ("https", Some(NAME)) } else { ("http", None) };
        assert_eq!((request.scheme.as_str(), request.sni.as_deref()), (scheme, sni));
    }
    assert_eq!(record.last().map(|it| it.tool_results.clone()), Some(vec!["what it printed".to_owned()]));
}

#[test]
fn every_api_serves_dialogues_over_tls() {
    for api in &APIS {
        check_dialogue(true, api, true);
        check_dialogue(true, api, false);
    }
}

#[test]
fn every_api_serves_dialogues_without_tls() {
    for api in &APIS {
        check_dialogue(false, api, true);
        check_dialogue(false, api, false);
    }
}

/// Holds the status of an answer and a word of it, and what the record calls it.
#[track_caller]
fn check_answer(mode: &str, path: &str, extra: &[&str], expected: (u16, &str, &str)) {
    let served = Served::new(true, mode);
    let body = completions("hello", None);
    let (status, text) = served.ask(path, Some(&body), extra);
    let record = served.record();
    let kind = record.first().and_then(|it| it.answered.as_ref()).map(|it| it.kind.clone()).unwrap_or_default();
    assert_eq!((status, kind.as_str()), (expected.0, expected.2), "{text}");
    assert!(text.contains(expected.1), "{text}");
}

#[test]
fn unserved_request_is_refused_in_the_format_of_its_api() {
    let chat = "/gateway/v7/chat/completions";
    check_answer("dialogue", "/v1/chat/completions", &[], (404, "there is no API here", "error"));
    check_answer("dialogue", "/gateway/v70/chat/completions", &[], (404, "there is no API here", "error"));
    check_answer("dialogue", chat, &["-X", "PUT"], (405, "only POST", "error"));
    check_answer("dialogue", chat, &["-H", "upgrade: websocket"], (426, "over HTTP", "error"));
    check_answer("refuse_401", chat, &[], (401, "invalid_api_key", "error"));
    check_answer("refuse_401", "/gateway/v7/v1/messages", &[], (401, "authentication_error", "error"));
    check_answer("refuse_401", "/gateway/v7/models/m:generateContent", &[], (401, "UNAUTHENTICATED", "error"));
    check_answer("garbage", chat, &[], (200, "no JSON", "garbage"));
}

#[test]
fn untrusting_client_is_recorded() {
    let (served, other) = (Served::new(true, "dialogue"), Served::new(true, "dialogue"));
    let authority = other.authority();
    let untrusting = served.curl("/gateway/v7/models", None, &["--cacert", &authority.to_string_lossy()]);
    assert_eq!(untrusting.status.code(), Some(60), "{}", String::from_utf8_lossy(&untrusting.stderr));
    let (status, models) = served.ask("/gateway/v7/models", None, &[]);
    assert_eq!((status, models.contains("\"a-model\"")), (200, true), "{models}");
    let record = served.record();
    let [refused, answered] = record.as_slice() else { panic!("two connections: {record:?}") };
    let error = refused.error.as_deref().unwrap_or_default();
    assert!(error.starts_with("the TLS handshake failed: "), "{error}");
    assert_eq!((refused.sni.as_deref(), refused.method.as_deref()), (Some(NAME), None));
    assert_eq!((answered.sni.as_deref(), answered.method.as_deref()), (Some(NAME), Some("GET")));
}

#[test]
fn call_to_another_address_is_recorded_and_gets_no_answer() {
    let served = Served::new(true, "dialogue");
    let beside = format!("models.other.example:{}:127.0.0.1", served.beside.port());
    let url = format!("https://models.other.example:{}/gateway/v7/models", served.beside.port());
    let output = Command::new("curl")
        .args(["-sS", "-k", "--noproxy", "*", "--max-time", "20", "--resolve", &beside, "-w", "\n%{http_code}", &url])
        .output()
        .expect("curl is there");
    assert!(output.stdout.ends_with(b"\n404"), "{}", String::from_utf8_lossy(&output.stdout));
    let record = served.record();
    let names: Vec<_> = record.iter().map(|it| (it.sni.as_deref(), it.method.as_deref())).collect();
    assert_eq!(names, [(Some("models.other.example"), Some("GET"))]);
}

#[test]
fn held_answer_is_recorded_before_it_is_sent() {
    let served = Served::new(false, "dialogue");
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "PROBE-WAIT: say hello."}]});
    let output = served.curl("/gateway/v7/chat/completions", Some(&body), &["--max-time", "1"]);
    assert_eq!(output.status.code(), Some(28), "curl gives up: {}", String::from_utf8_lossy(&output.stdout));
    // The prompt of a cancelled turn is still there.
    let later = json!({"model": "m", "messages": [
        {"role": "user", "content": "PROBE-WAIT: say hello."}, {"role": "user", "content": "PROBE-AFTER: say hello."}]});
    assert_eq!(served.ask("/gateway/v7/chat/completions", Some(&later), &[]).0, 200);
    let record = served.record();
    let answered: Vec<_> = record.iter().map(|it| it.answered.as_ref().map(|it| it.status)).collect();
    assert_eq!(answered, [Some(200), Some(200)]);
}
