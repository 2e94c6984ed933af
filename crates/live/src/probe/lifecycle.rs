//! What a client can do with a session beside its prompts: cancel a turn, open the session again, and hand over a
//! system prompt. And whether a skill in the entry's folder reaches the model. These are facts, not verdicts: an entry
//! says nothing about them.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use registry_model::model::Agent;
use registry_scripts::behaviour::Facts;
use serde_json::{Value, json};

use super::greeting::Greeting;
use super::record::{Record, RecordedRequest};
use super::scenario::{Course, Scenario};
use super::start::Start;
use super::verdict::Verdict;
use crate::dialogue::{Dialogue, DialogueError, Limits, Permission, converse};
use crate::model_server::WAIT_WORD;
use crate::process;
use crate::sandbox::{As, HOME, SessionExtras, WORKSPACE};
use crate::text::shortened;
use crate::verify::installer::Ready;

/// The prompt whose answer the model server holds back.
const WAIT: &str = "PROBE-WAIT: say hello when you can.";

/// The prompt after it, in the same session.
const AFTER: (&str, &str) = ("PROBE-AFTER", "PROBE-AFTER: say hello in one word.");

/// The first prompt of every run: a session that is open again still has it.
const FIRST: &str = "PROBE-HELLO";

/// The text of a client's own system prompt.
const SYSTEM: &str = "PROBE-SYSTEM-5b1f";

/// The name of the skill, and the description that a model gets of it.
const SKILL: &str = "probe-skill-5b1f";
const SKILL_TEXT: &str = "---\nname: probe-skill-5b1f\ndescription: What to do about a probe, probe-skill-5b1f.\n---\n\
                          Say hello.\n";

/// How long a call may take to arrive, and a turn to end once it is cancelled.
const ARRIVAL: Duration = Duration::from_secs(45);
const CANCELLED: Duration = Duration::from_secs(20);

/// How long the agent has to end after the session was opened again.
const PATIENCE: Duration = Duration::from_secs(8);

/// The ways to open a session again: the fact, the method, the capability, and the prompt that follows.
const WAYS: [(&str, &str, &str, &str, &str); 2] = [
    ("load", "session/load", "/agentCapabilities/loadSession", "PROBE-LOADED", "PROBE-LOADED: say hello in one word."),
    (
        "resume",
        "session/resume",
        "/agentCapabilities/sessionCapabilities/resume",
        "PROBE-RESUMED",
        "PROBE-RESUMED: say hello in one word.",
    ),
];

/// What `session/new` gets beside the folder: a system prompt as adapters of Claude Code read it, which others ignore.
pub(crate) fn meta(scenario: Scenario) -> Value {
    match scenario.course {
        Course::Prompts => Value::Null,
        Course::Lifecycle => json!({"systemPrompt": {"append": SYSTEM}}),
    }
}

/// Puts a skill into the first folder of the entry, as the agent's user.
pub(crate) async fn put_skill(ready: &Ready, agent: &Agent<'_>) -> Result<(), Verdict> {
    let Some(folder) = folder_of_skills(agent) else { return Ok(()) };
    let script = "mkdir -p \"$1\" && printf %s \"$2\" >\"$1/SKILL.md\"";
    let argv = ["sh", "-c", script, "skill", &format!("{folder}/{SKILL}"), SKILL_TEXT].map(str::to_owned);
    let command = ready.cell.command(As::Agent, &[], &argv);
    let command = command.map_err(|refusal| Verdict::Error(refusal.message))?;
    let finished = process::run(command, CANCELLED).await;
    let finished = finished.map_err(|error| Verdict::Error(format!("writing a skill: {error}")))?;
    match finished.status {
        Some(0) => Ok(()),
        _ => Err(Verdict::Error(format!("writing a skill: {}", shortened(&finished.stderr)))),
    }
}

/// The first folder of skills in the home; others are in the task's folder, which belongs to the task.
fn folder_of_skills(agent: &Agent<'_>) -> Option<String> {
    let folder = agent.skills.iter().find_map(|it| it.strip_prefix("~/"))?;
    Some(format!("{HOME}/{folder}"))
}

/// Cancels a turn while the model's answer is held back, and asks once more.
pub(crate) async fn cancel(dialogue: &Dialogue, session: &str, log: &Path, facts: &mut Facts) {
    let mut turn = pin!(dialogue.prompt(session, WAIT));
    let early = tokio::select! {
        biased;
        _ = turn.as_mut() => true,
        came = arrived(log) => !came,
    };
    let mut say = |what: &str| drop(facts.insert("cancel".to_owned(), what.to_owned()));
    if early {
        return say("its turn did not wait for the model");
    }
    if dialogue.cancel(session).is_err() {
        return say("the connection ended");
    }
    match tokio::time::timeout(CANCELLED, turn).await {
        Err(_) => return say("the turn goes on"),
        Ok(Ok(turn)) => say(&format!("ends the turn with `{}`", turn.stop_reason)),
        Ok(Err(DialogueError::Refused { .. })) => say("ends the turn with an error"),
        Ok(Err(_)) => return say("the connection ended"),
    }
    let _ = dialogue.prompt(session, AFTER.1).await;
}

/// Waits until the call that is held back is in the log of the model server; whether it came.
async fn arrived(log: &Path) -> bool {
    let came = async {
        loop {
            // A line that is still being written is found by the next read.
            if std::fs::read_to_string(log).is_ok_and(|text| text.contains(WAIT_WORD)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(ARRIVAL, came).await.is_ok()
}

/// Opens the session again in a new process, by each way that the agent reports.
pub(crate) async fn open_again(
    start: &Start<'_>,
    extras: &SessionExtras,
    limits: Limits,
    session: &str,
    greeting: &Greeting,
    facts: &mut Facts,
) -> Result<(), String> {
    for (fact, method, capability, _, prompt) in WAYS {
        if !matches!(greeting.started.pointer(capability), Some(Value::Bool(true) | Value::Object(_))) {
            continue;
        }
        // The record of the first process is what the verdicts are about.
        let record = extras.record.as_ref().map(|it| it.with_extension(fact));
        let mut peer = start.peer(&SessionExtras { record, ..extras.clone() })?;
        let opened = converse(&mut peer, limits, Permission::Allow, async |dialogue| {
            dialogue.initialize().await?;
            dialogue.open_session(method, session, Path::new(WORKSPACE)).await?;
            start.select(dialogue, session).await?;
            dialogue.prompt(session, prompt).await.map(drop)
        })
        .await;
        let id = peer.id();
        peer.stop(PATIENCE, || id.map_or((), |id| start.ready.cell.terminate(id))).await;
        if let Err(fault @ DialogueError::Refused { .. }) = opened
            && let Some(why) = fault.to_string().strip_prefix(&format!("`{method}` "))
        {
            facts.insert(fact.to_owned(), shortened(&why.replace(session, "ID")));
        }
    }
    Ok(())
}

/// All facts of the run: those that the dialogue had, and what arrived.
pub(crate) fn facts(agent: &Agent<'_>, greeting: &Greeting, held: &Facts, record: &Record) -> Facts {
    let mut facts = held.clone();
    let say = |facts: &mut Facts, fact: &str, what: &str| {
        facts.entry(fact.to_owned()).or_insert_with(|| what.to_owned());
    };
    let with = |word: &str| record.model_calls().find(|it| it.says(word));
    if facts.get("cancel").is_some_and(|it| it.starts_with("ends")) {
        let answered = with(AFTER.0).is_some_and(RecordedRequest::is_answered);
        say(&mut facts, "after cancel", if answered { "the next prompt is answered" } else { "no further call" });
    }
    for (fact, _, capability, word, _) in WAYS {
        let reported = greeting.started.pointer(capability);
        if !matches!(reported, Some(Value::Bool(true) | Value::Object(_))) {
            continue;
        }
        let what = match with(word) {
            // mutant: an opened session has no past
            Some(call) if call.says(FIRST) => "restores the dialogue",
            Some(_) => "the model gets nothing of the dialogue",
            None => "no call after it",
        };
        say(&mut facts, fact, what);
    }
    let anywhere = |text: &str| record.model_calls().any(|it| it.says(text));
    let system = if anywhere(SYSTEM) { "reaches the model" } else { "is ignored" };
    say(&mut facts, "system prompt", system);
    if folder_of_skills(agent).is_some() {
        say(&mut facts, "skill", if anywhere(SKILL) { "is offered to the model" } else { "is not in its requests" });
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::super::record::Answered;
    use super::*;

    const AGENT: Agent<'static> = Agent { name: "fixture", skills: &["~/.fixture/skills"], ..Agent::EMPTY };

    fn call(texts: &[&str]) -> RecordedRequest {
        RecordedRequest {
            protocol: Some("openai-completions".to_owned()),
            body: json!({"messages": texts}),
            answered: Some(Answered { status: 200, kind: "text".to_owned(), ..Answered::default() }),
            ..RecordedRequest::default()
        }
    }

    #[track_caller]
    fn check(started: Value, held: &[(&str, &str)], calls: &[&[&str]], expected: &[(&str, &str)]) {
        let own = |facts: &[(&str, &str)]| -> Facts {
            facts.iter().map(|(fact, what)| ((*fact).to_owned(), (*what).to_owned())).collect()
        };
        let record = Record { requests: calls.iter().map(|it| call(it)).collect(), ..Record::default() };
        let greeting = Greeting { started, ..Greeting::default() };
        assert_eq!(facts(&AGENT, &greeting, &own(held), &record), own(expected));
    }

    #[test]
    fn reported_ways_are_judged_by_what_arrives() {
        let both = || json!({"agentCapabilities": {"loadSession": true, "sessionCapabilities": {"resume": {}}}});
        let ignored = [("skill", "is not in its requests"), ("system prompt", "is ignored")];
        check(json!({"agentCapabilities": {"loadSession": false}}), &[], &[&[FIRST]], &ignored);
        check(
            both(),
            &[("resume", "is refused")],
            &[&[FIRST], &[FIRST, "PROBE-LOADED"]],
            &[&ignored[..], &[("load", "restores the dialogue"), ("resume", "is refused")]].concat(),
        );
        check(
            both(),
            &[],
            &[&[FIRST], &["PROBE-LOADED"]],
            &[&ignored[..], &[("load", "the model gets nothing of the dialogue"), ("resume", "no call after it")]]
                .concat(),
        );
    }

    #[test]
    fn turn_after_a_cancelled_one_must_be_answered() {
        let ends = ("cancel", "ends the turn with `cancelled`");
        let seen = [("skill", "is offered to the model"), ("system prompt", "reaches the model")];
        let texts: &[&str] = &[SYSTEM, SKILL, "PROBE-AFTER"];
        check(
            json!({}),
            &[ends],
            &[texts],
            &[&seen[..], &[ends, ("after cancel", "the next prompt is answered")]].concat(),
        );
        check(json!({}), &[ends], &[&texts[..2]], &[&seen[..], &[ends, ("after cancel", "no further call")]].concat());
        let goes_on = ("cancel", "the turn goes on");
        check(json!({}), &[goes_on], &[texts], &[&seen[..], &[goes_on]].concat());
    }
}
