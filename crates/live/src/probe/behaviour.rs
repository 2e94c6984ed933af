//! What a run shows of an agent beside its verdicts: facts to compare two versions by, and the first request that went
//! wrong.

use std::collections::{BTreeMap, BTreeSet};

use registry_model::model::Agent;
use registry_scripts::behaviour::{Behaviour, Facts};

use super::choice;
use super::dns_server::Network;
use super::greeting;
use super::judge;
use super::lifecycle;
use super::mcp;
use super::record::{Record, RecordedRequest};
use super::report::{Evidence, Run, UndeclaredRequest};
use super::scenario::{Answers, Course, NAME, Scenario};
use super::secrets::RunFiles;
use super::verdict::Verdict;

/// How many bytes of a body are shown.
const SHOWN: usize = 16_384;

/// The replacement of a secret.
const REDACTED: &str = "<redacted>";

/// The facts of a run.
pub(crate) fn of_run(
    agent: &Agent<'_>,
    scenario: Scenario,
    record: &Record,
    remains: &RunFiles,
    key: &str,
) -> Behaviour {
    let mut behaviour = greeting::facts(&remains.greeting);
    behaviour.extend(choices(agent, scenario, record, remains));
    // Where the network fails or every call is denied, how often is a matter of time.
    if scenario.answers != Answers::Model || scenario.network != Network::Leading {
        return behaviour;
    }
    if scenario.course == Course::Lifecycle {
        // A turn that is cancelled may try again before it ends, so its calls are not counted.
        let facts = lifecycle::facts(agent, &remains.greeting, &remains.lifecycle, record);
        behaviour.insert("lifecycle".to_owned(), facts);
        return behaviour;
    }
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in record.model_calls() {
        let host = call.to().split(':').next().unwrap_or_default();
        let host = if host == NAME || host == "127.0.0.1" { "the model server" } else { host };
        *calls.entry(format!("{} at {host}", call.model.as_deref().unwrap_or("no model"))).or_default() += 1;
    }
    let counts = calls.iter().map(|(what, times)| (format!("{}: {what}", scenario.name), times.to_string()));
    behaviour.insert("call-counts".to_owned(), counts.collect());
    let called = calls.keys().map(|what| (format!("{}: {what}", scenario.name), "called".to_owned()));
    behaviour.insert("mcp".to_owned(), mcp::facts(agent, scenario, record));
    behaviour.insert("calls".to_owned(), called.collect());
    behaviour.insert("keys".to_owned(), keys(record, remains, key));
    behaviour.insert("usage".to_owned(), remains.usage.clone());
    behaviour
}

/// What a choice changed: the level of effort as the wire has it, and the first tool that was asked about.
fn choices(agent: &Agent<'_>, scenario: Scenario, record: &Record, remains: &RunFiles) -> [(String, Facts); 2] {
    let (mut effort, mut permission) = (Facts::new(), Facts::new());
    if let Some(level) = scenario.level(agent) {
        effort.insert(format!("{}: {level}", scenario.name), choice::words(&choice::told(record)));
    }
    // Titles hold what differs from run to run; the kind is the first word.
    let kind = |it: &String| it.split(' ').next().unwrap_or_default().to_owned();
    for it in remains.requests.iter().take(1) {
        permission.insert(format!("{}: asks before", scenario.name), kind(it));
    }
    [("effort".to_owned(), effort), ("permission".to_owned(), permission)]
}

/// The places of the key: headers of requests, and files that are left.
fn keys(record: &Record, remains: &RunFiles, key: &str) -> Facts {
    let headers = record.requests.iter().flat_map(|it| &it.headers).filter(|(_, value)| value.contains(key));
    let headers: BTreeSet<String> = headers.map(|(name, _)| format!("header {}", name.to_ascii_lowercase())).collect();
    let holds = |file: &std::path::Path| {
        std::fs::read(file).is_ok_and(|bytes| bytes.windows(key.len().max(1)).any(|part| part == key.as_bytes()))
    };
    let files = remains.files.iter().filter(|(_, file)| holds(file)).map(|(place, _)| format!("file {place}"));
    headers.into_iter().chain(files).map(|place| (place, "key".to_owned())).collect()
}

/// The first request of a run that made a verdict fail.
pub(crate) fn offence(record: &Record, wanted: &judge::Wanted<'_>, run: &Run) -> Option<UndeclaredRequest> {
    let failed = |verdict: &Verdict| matches!(verdict, Verdict::Failed(_));
    let strange = |it: &&RecordedRequest| run.strangers.iter().any(|host| it.to().split(':').next() == Some(host));
    let misrouted = || record.requests.iter().find(|it| judge::misrouted(it, wanted).is_some());
    let request = misrouted()
        .filter(|_| failed(&run.routing))
        .or_else(|| record.requests.iter().find(strange).filter(|_| failed(&run.hosts)));
    if let Some(request) = request {
        let host = request.to().split(':').next().unwrap_or_default();
        let literals = [Some(host), request.model.as_deref()].into_iter().flatten();
        // What the run itself gave the agent is in no package.
        let given = |it: &str| it == NAME || it == "127.0.0.1" || it == wanted.route.model || it.is_empty();
        let literals = literals.filter(|it| !given(it)).map(str::to_owned).collect();
        return Some(UndeclaredRequest { request: shown(request, &wanted.route.key), literals });
    }
    let host = run.strangers.first().filter(|_| failed(&run.hosts))?;
    let name = host.split(':').next().unwrap_or(host).to_owned();
    Some(UndeclaredRequest {
        request: format!("a look-up or a call of `{host}`, which came to no request"),
        literals: vec![name],
    })
}

/// A request in full: its line, headers and body, with neither the key nor another credential.
fn shown(request: &RecordedRequest, key: &str) -> String {
    let secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["authorization", "cookie", "token", "secret", "api-key", "apikey"].iter().any(|it| name.contains(it))
    };
    let mut text = request.describe();
    if let Some(query) = request.query.as_deref().filter(|it| !it.is_empty()) {
        // A query may carry a credential under any name.
        let names = query.split('&').map(|it| it.split('=').next().unwrap_or_default());
        text.extend(["?", &names.map(|it| format!("{it}=…")).collect::<Vec<_>>().join("&")]);
    }
    for (name, value) in &request.headers {
        text.extend(["\n", name, ": ", if secret(name) { REDACTED } else { value }]);
    }
    if !request.body.is_null() {
        let body = serde_json::to_string_pretty(&request.body).unwrap_or_default();
        text.extend(["\n\n", &body.chars().take(SHOWN).collect::<String>()]);
        if body.chars().nth(SHOWN).is_some() {
            text.push_str("\n… (cut)");
        }
    }
    if key.is_empty() { text } else { text.replace(key, REDACTED) }
}

impl Evidence {
    /// The facts of all runs.
    pub fn behaviour(&self) -> Behaviour {
        let mut all = Behaviour::new();
        for run in &self.runs {
            for (aspect, facts) in &run.behaviour {
                let into = all.entry(aspect.clone()).or_default();
                for (fact, value) in facts {
                    into.entry(fact.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        // The pinned version changes with every upgrade; that it is reported is the fact.
        let pinned = |told: &str| self.pins.iter().any(|it| it.rsplit(['@', '=']).next() == Some(told));
        if let Some(version) = all.get_mut("handshake").and_then(|it| it.get_mut("version"))
            && pinned(version)
        {
            "the pinned one".clone_into(version);
        }
        let verdicts = self.verdicts().into_iter();
        let verdicts = verdicts.map(|(question, it)| (question.to_owned(), it.word().to_owned()));
        all.insert("verdicts".to_owned(), verdicts.collect());
        all.insert("tools".to_owned(), self.tools("direct"));
        let (on, off) = (self.tools("direct"), self.tools("policy"));
        let gone = on.keys().filter(|_| !off.is_empty()).filter(|it| !off.contains_key(*it));
        all.insert("web".to_owned(), gone.map(|it| (it.clone(), "turned off".to_owned())).collect());
        all.insert("hosts".to_owned(), self.strangers.iter().map(|it| (it.clone(), "called".to_owned())).collect());
        if let Some(megabytes) = self.megabytes {
            all.insert("installed".to_owned(), Facts::from([("megabytes".to_owned(), megabytes.to_string())]));
        }
        all
    }

    /// The first request that made a verdict fail.
    pub fn offence(&self) -> Option<&UndeclaredRequest> {
        self.runs.iter().find_map(|run| run.offence.as_ref())
    }

    /// The tools of a run, each with how the model learns of it.
    fn tools(&self, run: &str) -> Facts {
        let Some(run) = self.runs.iter().find(|it| it.name == run) else { return Facts::new() };
        let told =
            |names: &[String], how: &str| names.iter().map(|it| (it.clone(), how.to_owned())).collect::<Vec<_>>();
        // A tool that is in the list too counts as listed.
        [told(&run.named_tools, "named"), told(&run.found_tools, "found"), told(&run.tools, "listed")]
            .into_iter()
            .flatten()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::greeting::Greeting;
    use super::super::scenario::DIRECT;
    use super::*;

    fn request(host: &str, model: &str) -> RecordedRequest {
        RecordedRequest {
            method: Some("POST".to_owned()),
            scheme: "https".to_owned(),
            host: Some(host.to_owned()),
            path: "/v1/x".to_owned(),
            query: Some("key=k-1&alt=sse".to_owned()),
            headers: vec![
                ("Authorization".to_owned(), "Bearer k-1".to_owned()),
                ("x-trace".to_owned(), "a k-1 b".to_owned()),
                ("Cookie".to_owned(), "session=another".to_owned()),
            ],
            body: json!({"model": model, "key": "k-1"}),
            protocol: Some("openai-completions".to_owned()),
            model: Some(model.to_owned()),
            ..RecordedRequest::default()
        }
    }

    #[test]
    fn printed_request_has_no_secrets() {
        let text = shown(&request("h.example", "m"), "k-1");
        assert!(!text.contains("k-1") && !text.contains("another") && !text.contains("Bearer"), "{text}");
        for part in ["POST https://h.example/v1/x?key=…&alt=…", "Authorization: <redacted>", "\"model\": \"m\""] {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
    }

    #[test]
    fn run_facts_record_calls_and_key_locations_without_times() {
        let calls = vec![request(NAME, "m"), request(NAME, "m"), request("other.example", "n")];
        let record = Record { requests: calls, ..Record::default() };
        let facts = of_run(&Agent::EMPTY, DIRECT, &record, &RunFiles::default(), "k-1");
        let names = ["direct: m at the model server", "direct: n at other.example"];
        let check = |aspect: &str, values: [&str; 2]| {
            let facts: Vec<_> = facts[aspect].iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(facts, names.into_iter().zip(values).collect::<Vec<_>>(), "{aspect}");
        };
        check("call-counts", ["2", "1"]);
        check("calls", ["called", "called"]);
        let places: Vec<&str> = facts["keys"].keys().map(String::as_str).collect();
        assert_eq!(places, ["header authorization", "header x-trace"]);
    }

    #[test]
    fn pinned_version_in_the_greeting_is_not_a_difference() {
        let evidence = |pin: &str| {
            let mut evidence = Evidence::new(&Agent { name: "fixture", ..Agent::EMPTY }, "2026-01-31");
            evidence.pins = vec![format!("a@{pin}")];
            let behaviour =
                greeting::facts(&Greeting { started: json!({"agentInfo": {"version": "1.0"}}), session: Value::Null });
            evidence.runs = vec![Run { behaviour, ..Run::new("direct") }];
            evidence.behaviour()["handshake"]["version"].clone()
        };
        assert_eq!((evidence("1.0"), evidence("1.1")), ("the pinned one".to_owned(), "1.0".to_owned()));
    }
}
