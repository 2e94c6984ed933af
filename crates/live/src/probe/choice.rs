//! The verdicts on what a run chooses: whether tools ask before they run, and how hard the model has to think.

use std::collections::BTreeSet;

use registry_model::model::{Agent, Effort, Permission};
use serde_json::Value;

use super::judge::{self, ShellAnswer};
use super::prompts::PROMPTS;
use super::record::{Record, RecordedRequest};
use super::scenario::{Ask, Mode, Scenario, Thinking};
use super::verdict::Verdict;

/// What begins the line that a file outside the project holds, as the shell command prints it.
const OUTSIDE: &str = "outside=<outside>";

/// What the shell command prints once it has opened a connection.
const NETWORK: &str = "network=<open>";

/// The places of a request that say how hard the model is to think, by the protocols that have them.
const PLACES: [&str; 8] = [
    "/reasoning_effort",
    "/reasoning/effort",
    "/thinking/type",
    "/thinking/budget_tokens",
    "/output_config/effort",
    "/thinking_budget",
    "/generationConfig/thinkingConfig/thinkingLevel",
    "/generationConfig/thinkingConfig/thinkingBudget",
];

/// Whether the entry says how its tools run, so that a run can show it.
fn is_known(agent: &Agent<'_>) -> bool {
    matches!(agent.permission, Some(Permission::Switch { .. } | Permission::None(_)))
}

/// The verdict of one run on the permission; none where the entry says nothing.
pub(crate) fn permission(
    agent: &Agent<'_>,
    scenario: Scenario,
    record: &Record,
    requests: &[String],
) -> Option<Verdict> {
    if !is_known(agent) {
        return None;
    }
    let answer = judge::shell_answer(record);
    let first = requests.first();
    Some(match (scenario.ask, first) {
        // mutant: a request need not arrive
        (Ask::Yes, None) if answer.is_some() => Verdict::Failed("its command ran without a request".to_owned()),
        (Ask::Yes, None) => Verdict::Unproven("neither a request nor an answer of its shell tool arrived".to_owned()),
        (Ask::Yes, Some(_)) => Verdict::Proved,
        // mutant: it may ask
        (Ask::No, Some(what)) => Verdict::Failed(format!("it asks before a tool runs: {what}")),
        (Ask::No, None) => unhindered(answer.as_ref()),
    })
}

/// Whether a command could do what a sandbox of the agent's own forbids.
fn unhindered(answer: Option<&ShellAnswer>) -> Verdict {
    let Some(answer) = answer else {
        return Verdict::Unproven("no answer of its shell tool arrived".to_owned());
    };
    // mutant: a write need not succeed
    if !answer.text.contains(OUTSIDE) {
        return Verdict::Failed("its command cannot write outside the project".to_owned());
    }
    // mutant: the network need not be there
    if !answer.text.contains(NETWORK) {
        // A machine without bash opens none either.
        return Verdict::Unproven("its command opened no connection on loopback".to_owned());
    }
    Verdict::Proved
}

/// What a run sends about effort: each place with its value, in the calls of its first prompt. Where some of them offer
/// tools, the others are about the session, for example for its title.
pub(crate) fn told(record: &Record) -> BTreeSet<String> {
    let (word, _) = PROMPTS[0];
    let calls: Vec<&RecordedRequest> = record.model_calls().filter(|call| call.says(word)).collect();
    let has_tools = calls.iter().any(|call| !call.tools.is_empty());
    calls.into_iter().filter(|call| call.tools.is_empty() != has_tools).flat_map(places).collect()
}

fn places(call: &RecordedRequest) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let found = PLACES.iter().filter_map(|place| {
        let value = call.body.pointer(place).filter(|it| !it.is_null())?;
        Some(format!("{}={}", place.trim_start_matches('/').replace('/', "."), text(value)))
    });
    found.collect()
}

/// A run with what it sent of effort.
pub(crate) struct Told<'r> {
    pub(crate) scenario: Scenario,
    pub(crate) record: &'r Record,
    /// Why the run says nothing.
    pub(crate) gave_up: Option<Verdict>,
}

/// Whether two runs with different levels differ on the wire, directly and through a gateway; none where the entry
/// lists no levels.
pub(crate) fn effort(agent: &Agent<'_>, runs: &[Told<'_>]) -> Option<Verdict> {
    agent.effort.filter(|it| matches!(it, Effort::Levels(_)))?;
    let of = |mode: Mode| {
        let given = |it: &&Told<'_>| it.scenario.mode == mode && it.scenario.level(agent).is_some();
        let most = runs.iter().filter(given).find(|it| it.scenario.thinking == Thinking::Most);
        let other = |it: &&Told<'_>| it.scenario.mode == mode && it.scenario.thinking != Thinking::Most;
        let least = runs.iter().filter(given).find(|it| it.scenario.thinking == Thinking::Least);
        (least.or_else(|| runs.iter().find(other)), most)
    };
    let verdict = |mode: Mode| match of(mode) {
        (Some(least), Some(most)) => compare(agent, least, most),
        _ => Verdict::Unproven("there were no two runs with different levels".to_owned()),
    };
    Some(Verdict::worst([("direct", verdict(Mode::Direct)), ("proxy", verdict(Mode::Proxy))]))
}

fn compare(agent: &Agent<'_>, least: &Told<'_>, most: &Told<'_>) -> Verdict {
    if let Some(why) = [least, most].into_iter().find_map(|it| it.gave_up.clone()) {
        return why;
    }
    let (low, high) = (told(least.record), told(most.record));
    let level = most.scenario.level(agent).unwrap_or_default();
    // mutant: a level need not arrive
    if high.is_empty() {
        return Verdict::Failed(format!("no request says anything of effort with `{level}`"));
    }
    // mutant: two levels may be sent alike
    if low == high {
        return Verdict::Failed(format!("every level is sent as {}", words(&high)));
    }
    Verdict::Proved
}

/// Values in one line.
pub(crate) fn words(told: &BTreeSet<String>) -> String {
    told.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use registry_model::model::Off;
    use serde_json::json;

    use super::super::scenario::DIRECT;
    use super::*;

    const ARGV: Off<'static> = Off::Argv(&["--yolo"]);
    const AGENT: Agent<'static> = Agent {
        name: "fixture",
        permission: Some(Permission::Switch { mode: "", off: &[ARGV] }),
        effort: Some(Effort::Levels(&["low", "high"])),
        ..Agent::EMPTY
    };
    const ANSWER: &str = "outside=<outside>\nnetwork=<open>\nPROBE-ENVIRONMENT </usr/bin> <>";
    const ASK: Scenario = Scenario { name: "ask", ask: Ask::Yes, ..DIRECT };
    const MOST: Scenario = Scenario { name: "most", thinking: Thinking::Most, ..DIRECT };
    const LEAST: Scenario = Scenario { name: "least", thinking: Thinking::Least, ..DIRECT };

    fn call(body: Value, results: &[&str]) -> RecordedRequest {
        RecordedRequest {
            body,
            protocol: Some("openai-completions".to_owned()),
            tools: vec!["bash".to_owned()],
            tool_results: results.iter().map(ToString::to_string).collect(),
            ..RecordedRequest::default()
        }
    }

    #[track_caller]
    fn check_permission(scenario: Scenario, answer: &str, requests: &[&str], word: &str) {
        let record = Record { requests: vec![call(Value::Null, &[answer])], ..Record::default() };
        let requests: Vec<String> = requests.iter().map(ToString::to_string).collect();
        let verdict = permission(&AGENT, scenario, &record, &requests).expect("the entry says something");
        assert_eq!(verdict.word(), word, "{}", verdict.detail());
    }

    #[test]
    fn tools_run_without_a_request_or_a_sandbox() {
        check_permission(DIRECT, ANSWER, &[], "proved");
        check_permission(DIRECT, ANSWER, &["execute"], "failed");
        check_permission(DIRECT, &ANSWER.replace("<outside>", "<>"), &[], "failed");
        check_permission(DIRECT, &ANSWER.replace("<open>", "<>"), &[], "unproven");
        check_permission(DIRECT, "denied", &[], "unproven");
    }

    #[test]
    fn ask_run_sends_a_permission_request() {
        check_permission(ASK, ANSWER, &["execute"], "proved");
        check_permission(ASK, "denied", &["execute"], "proved");
        check_permission(ASK, ANSWER, &[], "failed");
        check_permission(ASK, "denied", &[], "unproven");
    }

    #[test]
    fn an_entry_without_facts_is_not_judged() {
        let record = Record::default();
        for silent in [None, Some(Permission::Untested("not yet"))] {
            assert_eq!(permission(&Agent { permission: silent, ..AGENT }, DIRECT, &record, &[]), None);
        }
        for silent in [None, Some(Effort::Untested("not yet")), Some(Effort::None("it has none"))] {
            assert_eq!(effort(&Agent { effort: silent, ..AGENT }, &[]), None);
        }
    }

    /// Two direct runs and two through the gateway, with what each sends.
    #[track_caller]
    fn check_effort(least: &Value, most: &Value, word: &str) {
        let body = |it: &Value| {
            let mut body = json!({"messages": ["PROBE-HELLO"]});
            if let (Some(body), Some(more)) = (body.as_object_mut(), it.as_object()) {
                body.extend(more.clone());
            }
            Record { requests: vec![call(body, &[])], ..Record::default() }
        };
        let (least, most) = (body(least), body(most));
        let told = |scenario, record| Told { scenario, record, gave_up: None };
        let proxy = |scenario| Scenario { mode: Mode::Proxy, ..scenario };
        let runs = [told(LEAST, &least), told(MOST, &most), told(proxy(DIRECT), &least), told(proxy(MOST), &most)];
        let verdict = effort(&AGENT, &runs).expect("the entry lists levels");
        assert_eq!(verdict.word(), word, "{}", verdict.detail());
    }

    #[test]
    fn effort_is_read_in_requests_with_tools_if_there_are_any() {
        let request = |level: &str, tools: &[&str]| RecordedRequest {
            tools: tools.iter().map(ToString::to_string).collect(),
            ..call(json!({"messages": ["PROBE-HELLO"], "reasoning_effort": level}), &[])
        };
        let sent = |requests| told(&Record { requests, ..Record::default() }).into_iter().collect::<Vec<_>>();
        assert_eq!(sent(vec![request("low", &[]), request("high", &["bash"])]), ["reasoning_effort=high"]);
        assert_eq!(sent(vec![request("low", &[])]), ["reasoning_effort=low"]);
    }

    #[test]
    fn two_levels_differ_on_the_wire() {
        check_effort(&json!({"reasoning_effort": "low"}), &json!({"reasoning_effort": "high"}), "proved");
        check_effort(&json!({}), &json!({"thinking": {"type": "enabled", "budget_tokens": 9}}), "proved");
        let config = |level: &str| json!({"generationConfig": {"thinkingConfig": {"thinkingLevel": level}}});
        check_effort(&config("LOW"), &config("HIGH"), "proved");
        check_effort(&json!({"reasoning": {"effort": "low"}}), &json!({"reasoning": {"effort": "low"}}), "failed");
        check_effort(&json!({"reasoning_effort": "low"}), &json!({}), "failed");
        check_effort(&json!({}), &json!({}), "failed");
    }
}
