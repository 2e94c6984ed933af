//! The verdicts on made-up records, each of which is first seen to turn when one thing in the record is wrong.

use registry_model::model::{Agent, Host, Hosted, Mapping, Off, WebPolicy};
use registry_model::template::Template;
use serde_json::json;

use super::judge::{self, Wanted};
use super::record::{Answered, Record, RecordedRequest};
use super::scenario::Route;
use super::verdict::Verdict;
use super::web;

const KEY: &str = "a-key-of-a-run";
const PATH: &str = "/probe-task/bin:/usr/bin:/bin";
const OFF: Off<'_> = Off::Env(&[Mapping { name: "NO_WEB", value: Template("\"1\"") }]);

fn agent() -> Agent<'static> {
    Agent { name: "fixture", web: Some(WebPolicy::Switch { tools: &["get_page"], off: &[OFF] }), ..Agent::EMPTY }
}

/// A model call as it must be, with a prompt.
fn call(prompt: &str) -> RecordedRequest {
    let text = |it: &str| Some(it.to_owned());
    RecordedRequest {
        listener: "127.0.0.1:8443".to_owned(),
        scheme: "https".to_owned(),
        sni: text("models.probe.example"),
        method: text("POST"),
        host: text("models.probe.example:8443"),
        path: "/gateway/v7/chat/completions".to_owned(),
        headers: vec![("Authorization".to_owned(), format!("Bearer {KEY}"))],
        body: json!({"messages": [prompt]}),
        protocol: text("openai-completions"),
        model: text("a-model"),
        tools: ["bash", "get_page"].map(str::to_owned).into(),
        answered: Some(Answered { status: 200, kind: "text".to_owned(), tool: None }),
        ..RecordedRequest::default()
    }
}

/// The record of a run in which all is well.
fn record() -> Record {
    let result = format!(
        "node=</probe-task/bin/node>\npython3=</probe-task/bin/python3>\nnpm=</probe-task/bin/npm>\n\
         PROBE-ENVIRONMENT <{PATH}> </probe-task/venv>"
    );
    let with_result = RecordedRequest { tool_results: vec![result], ..call("PROBE-SHELL") };
    Record { requests: vec![call("PROBE-HELLO"), with_result], ..Record::default() }
}

fn changed(change: impl FnOnce(&mut RecordedRequest)) -> Record {
    let mut record = record();
    change(record.requests.last_mut().expect("there is one"));
    record
}

fn judged(record: &Record, judge: impl FnOnce(&Record, &Wanted<'_>) -> Verdict) -> Verdict {
    let route = Route {
        variables: Vec::new(),
        base_url: "https://models.probe.example:8443/gateway/v7".to_owned(),
        key: KEY.to_owned(),
        model: "a-model".to_owned(),
        told: "a-model".to_owned(),
        mode: String::new(),
        folder: String::new(),
    };
    let wanted = Wanted {
        route: &route,
        prompts: &["PROBE-HELLO", "PROBE-SHELL"],
        programs: "/probe-task/bin",
        path: PATH,
        virtual_env: "/probe-task/venv",
        prefix: "/opt/benchflow",
    };
    judge(record, &wanted)
}

#[track_caller]
fn check(verdict: &Verdict, word: &str, says: &str) {
    assert_eq!((verdict.word(), verdict.detail().contains(says)), (word, true), "{}", verdict.detail());
}

#[track_caller]
fn check_routing(change: impl FnOnce(&mut RecordedRequest), word: &str, says: &str) {
    check(&judged(&changed(change), judge::routing), word, says);
}

#[test]
fn call_that_differs_from_the_resolution_fails_routing() {
    check_routing(|_| {}, "proved", "");
    check_routing(|it| it.model = Some("another".to_owned()), "failed", "is for `another`, and `a-model` was resolved");
    check_routing(|it| it.model = None, "failed", "is for `none`");
    check_routing(|it| it.headers.clear(), "failed", "has not the resolved key");
    check_routing(|it| it.headers = vec![("x-api-key".into(), KEY.into())], "failed", "has not the resolved key");
    check_routing(|it| it.host = Some("api.example.org".to_owned()), "failed", "is not at https://models");
    check_routing(|it| it.host = Some("models.probe.example:443".to_owned()), "failed", "is not at https://models");
    check_routing(|it| it.scheme = "http".to_owned(), "failed", "is not at https://models");
    check_routing(|it| it.path = "/v1/chat/completions".to_owned(), "failed", "is not at https://models");
    check_routing(|it| it.path = "/gateway/v70/chat/completions".to_owned(), "failed", "is not at https://models");
    check_routing(|it| it.path.push_str(KEY), "failed", "the key is in the path");
    check_routing(|it| it.query = Some(format!("key={KEY}")), "failed", "the key is in the query");
    check_routing(|it| it.body = json!({"messages": ["PROBE-SHELL", KEY]}), "failed", "the key is in the body");
}

#[test]
fn other_requests_must_be_under_the_base_url() {
    let other = |path: &'static str| move |it: &mut RecordedRequest| (it.protocol, it.path) = (None, path.to_owned());
    // Without it the second prompt has no call that was answered.
    check_routing(other("/gateway/v7/models"), "unproven", "PROBE-SHELL");
    check_routing(other("/models"), "failed", "is not under https://models");
    let elsewhere = |text: &'static str| {
        move |it: &mut RecordedRequest| {
            (it.protocol, it.host, it.body) = (None, Some("x.example".to_owned()), json!([text]));
        }
    };
    check_routing(elsewhere("version"), "unproven", "PROBE-SHELL");
    check_routing(elsewhere("PROBE-HELLO"), "failed", "a prompt is in POST https://x.example");
}

#[test]
fn credential_is_expected_in_the_protocol_header() {
    let carried = |protocol: &'static str, header: &'static str| {
        move |it: &mut RecordedRequest| {
            it.protocol = Some(protocol.to_owned());
            it.headers = vec![(header.to_owned(), KEY.to_owned())];
        }
    };
    check_routing(carried("anthropic-messages", "X-Api-Key"), "proved", "");
    check_routing(carried("google-generate-content", "x-goog-api-key"), "proved", "");
    check_routing(carried("openai-responses", "x-goog-api-key"), "failed", "has not the resolved key");
}

#[test]
fn call_without_a_model_answer_is_unproven() {
    let answered = |status, kind: &'static str| {
        move |it: &mut RecordedRequest| it.answered = Some(Answered { status, kind: kind.to_owned(), tool: None })
    };
    check_routing(answered(200, "garbage"), "unproven", "PROBE-SHELL");
    check_routing(answered(401, "refusal"), "unproven", "PROBE-SHELL");
    check_routing(answered(500, "text"), "unproven", "PROBE-SHELL");
    check_routing(|it| it.answered = None, "unproven", "PROBE-SHELL");
    let broken = RecordedRequest {
        sni: Some("x".to_owned()),
        error: Some("unknown CA".to_owned()),
        ..RecordedRequest::default()
    };
    let record = Record { requests: vec![broken], ..Record::default() };
    check(&judged(&record, judge::routing), "failed", "no model call arrived (a connection for x: unknown CA)");
}

#[test]
fn agent_without_a_model_call_fails() {
    check(&judged(&Record::default(), judge::routing), "failed", "no model call arrived");
    // A list of models is not a call.
    let listed = changed(|it| (it.protocol, it.path) = (None, "/gateway/v7/models".to_owned()));
    let record = Record { requests: listed.requests.into_iter().skip(1).collect(), ..Record::default() };
    check(&judged(&record, judge::routing), "failed", "no model call arrived");
}

#[test]
fn body_search_decodes_nested_json() {
    let with_quotes = "a \"key\" of some length";
    let request = |body| RecordedRequest { body, ..RecordedRequest::default() };
    // JSON in a text of JSON, as the arguments of a tool are.
    let arguments = json!({"x": with_quotes}).to_string();
    assert!(request(json!({"arguments": arguments})).says(with_quotes));
    assert!(request(json!({with_quotes: 1})).says(with_quotes));
    let encoded = base64::engine::Engine::encode(&base64::engine::general_purpose::STANDARD, "x PROBE-HELLO y");
    assert!(request(json!({"base64": encoded})).says("PROBE-HELLO"));
    check_routing(
        |it| it.body = json!({"messages": ["PROBE-SHELL", json!({"k": KEY}).to_string()]}),
        "failed",
        "the body",
    );
}

#[test]
fn unreadable_body_is_unproven() {
    let unread = |it: &mut RecordedRequest| {
        it.headers.push(("content-encoding".to_owned(), "br".to_owned()));
        it.body = json!({"base64": "AAAA"});
    };
    check_routing(unread, "unproven", "in `br`, which is not read");
    let damaged = |it: &mut RecordedRequest| it.error = Some("the body cannot be decompressed".to_owned());
    check_routing(damaged, "unproven", "/chat/completions: the body cannot be decompressed");
}

#[track_caller]
fn check_environment(from: &str, to: &str, word: &str, says: &str) {
    let replace = |it: &mut RecordedRequest| it.tool_results.iter_mut().for_each(|text| *text = text.replace(from, to));
    check(&judged(&changed(replace), judge::environment), word, says);
}

#[test]
fn agent_commands_must_see_the_task_environment() {
    check_environment("", "", "proved", "");
    let added = format!("/opt/benchflow/x/0123/bin:{PATH}");
    check_environment(PATH, &added, "proved", "");
    check_environment(
        PATH,
        "/probe-task/bin:/bin",
        "failed",
        "do not have the task's /usr/bin in PATH (its commands may run in a login shell",
    );
    check_environment(PATH, "/usr/bin:/probe-task/bin:/bin", "failed", "another order than the task's: /usr/bin");
    check_environment("/probe-task/bin/node", "/usr/bin/node", "failed", "find /usr/bin/node for the task's `node`");
    check_environment("npm=", "", "failed", "find nothing for the task's `npm`");
    check_environment("/probe-task/venv", "", "failed", "VIRTUAL_ENV is not");
    check_environment("PROBE-ENVIRONMENT", "bash: not found", "unproven", "its tool said: node=</probe-task/bin/node");
    // The command is shown before its output.
    check_environment("node=<", "s/.*/node=<&>/ echo PROBE-ENVIRONMENT <$PATH> node=<", "proved", "");
    // It is shown behind the output, in a text that is JSON itself, as `isaac` 0.4.0 does it.
    let shown = serde_json::json!({ "command": super::prompts::SHELL }).to_string();
    check_environment("</probe-task/venv>", &format!("</probe-task/venv>{shown}"), "proved", "");
    // A command that was shown and did not run.
    let record = changed(|it| it.tool_results = vec![shown.clone()]);
    check(&judged(&record, judge::environment), "unproven", "no answer of its shell tool");
    for line in ["outside=<outside>", "network=<open>"] {
        assert!(!shown.split_whitespace().collect::<String>().contains(line), "the command itself says {line}");
    }
    // A terminal of few columns.
    check_environment("python3", "pyth\non3", "proved", "");
    // JSON that is safe in a page.
    check_environment("<", "\\u003c", "proved", "");
}

#[test]
fn added_path_folders_are_reported_without_random_parts() {
    let path = format!("/opt/benchflow/x/0123/bin:{PATH}:/verify-home/.x/tmp/a0b1");
    let record = changed(|it| it.tool_results.iter_mut().for_each(|text| *text = text.replace(PATH, &path)));
    let mut added = std::collections::BTreeSet::new();
    judged(&record, |record, wanted| {
        added = judge::added_folders(record, wanted);
        Verdict::Proved
    });
    assert_eq!(added.into_iter().collect::<Vec<_>>(), ["/opt/benchflow/…/bin", "~/.x/…"]);
}

#[track_caller]
fn check_hosts(names: &[&str], word: &str, says: &str) {
    let hosts = [
        Host { name: "quiet.example", off: &[Mapping { name: "QUIET", value: Template("\"1\"") }], reason: "" },
        Host { name: "loud.example", off: &[], reason: "no switch" },
        Host { name: "npm", off: &[], reason: "a plugin of its own" },
    ];
    let agent = Agent { hosts: &hosts, ..agent() };
    let record = Record { names: names.iter().map(ToString::to_string).collect(), ..record() };
    check(&judge::hosts(&judge::strangers(&record), &agent), word, says);
}

#[test]
fn call_to_a_switched_off_or_undeclared_host_fails() {
    check_hosts(&[], "proved", "");
    check_hosts(&["loud.example", "models.probe.example"], "proved", "");
    check_hosts(&["quiet.example"], "failed", "is called although QUIET is set");
    check_hosts(&["other.example"], "failed", "`other.example` is not in the entry");
    // The package managers' own registries have no names here.
    check_hosts(&["registry.npm.example"], "proved", "");
    let stray = RecordedRequest { sni: Some("api.example.org".to_owned()), ..call("") };
    let record = Record { requests: vec![stray], ..Record::default() };
    assert!(judge::strangers(&record).contains("api.example.org"));
}

/// A record of a run that offers these tools.
fn offers(tools: &[&str], text: &str) -> Record {
    let call = RecordedRequest { tools: tools.iter().map(ToString::to_string).collect(), ..call(text) };
    Record { requests: vec![call], ..Record::default() }
}

/// The record with a call in which the server asks for the web tool; none is added where no call arrived.
fn forbidden(record: &Record) -> Record {
    let mut record = record.clone();
    if let Some(last) = record.requests.last().cloned() {
        let answered = Some(Answered { status: 200, kind: "tool_call".to_owned(), tool: Some("get_page".to_owned()) });
        record.requests.push(RecordedRequest { answered, body: json!({"messages": ["PROBE-WEB"]}), ..last });
    }
    record
}

#[track_caller]
fn check_web(without: &Record, with: &Record, word: &str, says: &str) {
    check(&web::web(&agent(), without, Some(&forbidden(with))), word, says);
}

#[test]
fn web_tool_not_called_by_name_is_unproven() {
    let (without, with) = (offers(&["bash", "get_page"], ""), offers(&["bash"], ""));
    check(&web::web(&agent(), &without, Some(&with)), "unproven", "was not called by its name");
}

#[test]
fn web_policy_removes_web_tools_and_no_others() {
    let control = offers(&["bash", "get_page"], "");
    check_web(&control, &offers(&["bash"], ""), "proved", "");
    check_web(&control, &offers(&["bash", "get_page"], ""), "failed", "`get_page` is still offered");
    check_web(&control, &offers(&["bash", "web_search_20250305"], ""), "failed", ") is still offered");
    check_web(&control, &offers(&["bash", "google_search"], ""), "failed", ") is still offered");
    check_web(&control, &offers(&[], ""), "failed", "it changes other tools too: `bash`");
    check_web(&control, &offers(&["bash", "more"], ""), "failed", "it changes other tools too: `more`");
    check_web(&control, &Record::default(), "unproven", "with the policy no model call");
    check_web(&Record::default(), &offers(&["bash"], ""), "unproven", "without the policy no model call");
    check_web(&offers(&["bash"], ""), &offers(&["bash"], ""), "unproven", "no web tool is offered either");
}

#[test]
fn described_web_tool_counts_as_offered() {
    let described = offers(&["bash"], "deferred tools: get_page");
    check_web(&described, &offers(&["bash"], ""), "proved", "");
    check_web(&described, &described, "failed", "is still described");
    check_web(&described, &offers(&["bash"], "get_pages"), "proved", "");
    // A name at the start of a line, also where the text was encoded twice.
    check_web(&described, &offers(&["bash"], "tools:\nget_page\nmore"), "failed", "is still described");
    check_web(&described, &offers(&["bash"], "tools:\\nget_page\\nmore"), "failed", "is still described");
    let line = offers(&["bash"], "tools:\nget_page\nmore");
    check_web(&line, &offers(&["bash"], ""), "proved", "");
    check_web(&line, &line, "failed", "is still described");
    // A word about a tool that was in the list does not offer it once it is gone from there.
    check_web(&offers(&["bash", "get_page"], ""), &offers(&["bash"], "no get_page here"), "proved", "");
}

#[test]
fn web_tool_in_a_catalogue_counts_as_listed() {
    let run = |names: &[&str], more: &str| {
        let lines: Vec<_> = names.iter().map(|name| format!("- {name} (core): does this, and browses")).collect();
        offers(&["bash", "tool_search"], &format!("More tools:\n{}\n{more}", lines.join("\n")))
    };
    let control = run(&["ask", "edit", "get_page", "terminal"], "The weather is read with get_page.");
    // A word elsewhere does not offer a tool that the catalogue had.
    check_web(&control, &run(&["ask", "edit", "terminal"], "The weather is read with get_page."), "proved", "");
    check_web(&control, &control, "failed", "`get_page` is still offered");
    check_web(&control, &run(&["ask", "edit"], ""), "failed", "it changes other tools too: `terminal`");
    // One line alone is not a catalogue.
    let alone = run(&["get_page"], "");
    check_web(&alone, &alone, "failed", "is still described");
}

/// A run whose list has a search for tools, and whose text names others: what they are, and what the search brings.
fn deferred(named: &str, found: &[&str]) -> Record {
    let listed = ["bash", "ToolSearch"];
    let text = format!("found by ToolSearch:\n{named}\n");
    let mut record = offers(&listed, &text);
    let tools = |more: &[&str]| listed.iter().chain(more).map(ToString::to_string).collect();
    let answered = Some(Answered { status: 200, kind: "tool_call".to_owned(), tool: Some("ToolSearch".to_owned()) });
    record.requests.push(RecordedRequest { tools: tools(&[]), answered, ..call("PROBE-SEARCH") });
    record.requests.push(RecordedRequest { tools: tools(found), ..call("PROBE-SEARCH") });
    record
}

#[test]
fn named_tools_are_separated_from_listed_tools() {
    let offered = web::Offered::of(&deferred("get_page\nplan_trip", &["get_page"]), &agent());
    let names = |it: std::collections::BTreeSet<String>| it.into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(
        [offered.listed, offered.named, offered.found].map(names),
        ["ToolSearch bash", "get_page plan_trip", "get_page"]
    );
    // The name of a tool that was called is a text of its own, and no list.
    let called = RecordedRequest { body: json!([{"text": "ToolSearch"}, {"name": "WebFetch"}]), ..call("") };
    let called = RecordedRequest { tools: vec!["ToolSearch".to_owned()], ..called };
    assert!(web::Offered::of(&Record { requests: vec![called], ..Record::default() }, &agent()).named.is_empty());
    // Without a search, such lines are only lines; and a line alone is not a list.
    let offered = web::Offered::of(&offers(&["bash"], "files:\nmain\nlib"), &agent());
    assert!(offered.named.is_empty());
    let offered = web::Offered::of(&offers(&["ToolSearch"], "Use ToolSearch.\nmain\nand others."), &agent());
    assert!(offered.named.is_empty());
}

#[test]
fn hosted_tools_alone_are_removed() {
    let hosted = Some(Hosted::Some { tools: &["get_page"], off: &[OFF] });
    let agent = Agent { hosted, ..agent() };
    let control = offers(&["bash", "WebFetch", "get_page"], "");
    let check = |with: &Record, word: &str, says: &str| {
        check(&web::hosted(&agent, &control, &forbidden(with)), word, says);
    };
    check(&offers(&["bash", "WebFetch"], ""), "proved", "");
    check(&offers(&["bash", "WebFetch", "get_page"], ""), "failed", "`get_page` is still offered");
    check(&offers(&["bash"], ""), "failed", "it changes other tools too: `WebFetch`");
    check(&Record::default(), "unproven", "no model call arrived");
    // Of tools that a search finds, the control has searched for another one.
    let agent = Agent { web: Some(WebPolicy::Switch { tools: &["WebFetch", "get_page"], off: &[OFF] }), ..agent };
    let control = deferred("WebFetch\nget_page\nask_user", &["WebFetch"]);
    let with = forbidden(&deferred("WebFetch\nask_user", &[]));
    super::tests::check(&web::hosted(&agent, &control, &with), "proved", "");
}

#[test]
fn web_policy_removes_deferred_web_tools() {
    let control = deferred("get_page\nplan_trip\nask_user", &["get_page"]);
    check_web(&control, &deferred("plan_trip\nask_user", &[]), "proved", "");
    check_web(&control, &deferred("get_page\nplan_trip\nask_user", &[]), "failed", "is still named to the model");
    check_web(&control, &deferred("WebSearch\nplan_trip\nask_user", &[]), "failed", "`WebSearch`");
    check_web(&control, &deferred("plan_trip\nask_user", &["get_page"]), "failed", "is still found by its search");
    check_web(&control, &deferred("plan_trip\nmore", &[]), "failed", "it changes other tools too: `ask_user`, `more`");
    // The last web tool of a list is alone.
    check_web(&deferred("get_page\nWebSearch", &["get_page"]), &deferred("WebSearch", &[]), "failed", "`WebSearch`");
    // The control must show that the search finds what it names.
    let dumb = deferred("get_page\nplan_trip\nask_user", &[]);
    check_web(&dumb, &deferred("plan_trip\nask_user", &[]), "unproven", "did not bring it");
    let mut uncalled = dumb;
    uncalled.requests.iter_mut().for_each(|it| it.answered = Some(Answered::default()));
    check_web(&uncalled, &deferred("plan_trip\nask_user", &[]), "unproven", "search for tools was not called");
    let none = Agent { web: Some(WebPolicy::NoTools("seen")), ..agent() };
    check(&web::web(&none, &deferred("WebFetch\nplan_trip", &[]), None), "failed", "it names `WebFetch`");
    check(&web::web(&none, &deferred("plan_trip\nask_user", &["WebFetch"]), None), "failed", "it finds `WebFetch`");
}

#[test]
fn forbidden_tool_with_network_access_fails() {
    let mut with = offers(&["bash"], "");
    with.requests.push(RecordedRequest {
        tool_results: vec!["no such tool".to_owned()],
        tools: vec!["bash".to_owned()],
        ..call("PROBE-WEB get_page")
    });
    check_web(&offers(&["bash", "get_page"], ""), &with, "proved", "");
    assert_eq!(web::answer(&with).as_deref(), Some("no such tool"));
    with.names.push("web.example".to_owned());
    check_web(&offers(&["bash", "get_page"], ""), &with, "failed", "it reaches `web.example`");
}

#[test]
fn no_tools_declaration_is_verified() {
    let none = Agent { web: Some(WebPolicy::NoTools("seen")), ..agent() };
    check(&web::web(&none, &offers(&["bash"], ""), None), "proved", "");
    check(&web::web(&none, &offers(&["bash", "web_search"], ""), None), "failed", "it offers `web_search`");
    check(&web::web(&none, &offers(&[], ""), None), "unproven", "no tools at all");
    let untested = Agent { web: Some(WebPolicy::Untested { tools: &["get_page"], reason: "why" }), ..agent() };
    check(&web::web(&untested, &offers(&["bash"], ""), None), "unproven", "there is no policy: why");
}

#[test]
fn worst_verdict_of_several_runs_is_reported() {
    let failed = || Verdict::Failed("this".to_owned());
    let unproven = || Verdict::Unproven("that".to_owned());
    check(&Verdict::worst([("a", Verdict::Proved), ("b", unproven())]), "unproven", "b: that");
    check(&Verdict::worst([("a", failed()), ("b", unproven()), ("c", failed())]), "failed", "a, c: this");
    check(&Verdict::worst([("a", Verdict::Proved)]), "proved", "");
    check(&Verdict::worst([]), "unproven", "nothing was run");
    // An error of the machine says nothing, and must not be taken for an open question.
    let error = || Verdict::Error("no room".to_owned());
    check(&Verdict::worst([("a", error()), ("b", unproven())]), "error", "a: no room");
    check(&Verdict::worst([("a", error()), ("b", failed())]), "failed", "b: this");
}

#[test]
fn record_log_is_parsed_line_by_line() {
    let log = r#"{"n":1,"listener":"x","sni":"y","method":null,"path":null,"error":"no TLS"}

{"n":2,"method":"POST","path":"/p","headers":[["A","b"]],"body":{},"protocol":null,"answered":{"status":404,"kind":null}}"#;
    let record = Record::read(log, Vec::new()).expect("it is a log");
    assert_eq!(record.requests.len(), 2);
    assert_eq!(record.requests.first().map(RecordedRequest::describe).as_deref(), Some("a connection for y: no TLS"));
    let error = Record::read("{}\nnonsense", Vec::new()).expect_err("it is not a log");
    assert!(error.starts_with("line 2 of the server's log: "), "{error}");
}
