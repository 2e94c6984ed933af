//! A dialogue with an installed agent in the network of the model server.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use registry_model::model::McpWay;
use registry_scripts::behaviour::Facts;
use serde_json::Value;

use super::greeting::Greeting;
use super::lifecycle;
use super::mcp;
use super::prompts::{self, prompts};
use super::scenario::{Answers, Course};
use super::secrets::RunFiles;
use super::server;
use super::start::{Start, TASK};
use super::times::{self, elapsed};
use super::trace::Trace;
use super::verdict::Verdict;
use crate::dialogue::{DialogueError, Limits, Permission, Turn, converse};
use crate::process;
use crate::sandbox::{As, BROKEN, HOME, PROVED, SessionExtras, WORKSPACE};
use crate::text::{last_words, shortened};
use crate::verify::installer::Ready;

/// How long an agent has to answer.
const LIMITS: Limits =
    Limits { start: Duration::from_mins(2), answer: Duration::from_secs(90), turn: Duration::from_secs(150) };
/// For a turn in which every call is denied: some agents try again for minutes. One that starts slowly gets three times
/// as long as it took to open the session.
const DENIED: Duration = Duration::from_secs(20);
/// How long it has to end.
const PATIENCE: Duration = Duration::from_secs(8);
/// For web-policy.sh.
const POLICY: Duration = Duration::from_secs(90);

/// Turns the web off as root does, with the script of the entry.
pub(crate) async fn turn_web_off(ready: &Ready) -> Result<(), Verdict> {
    let argv = ["sh", "-c", ready.policy(), "web-policy", HOME].map(str::to_owned);
    let command = ready.cell.command(As::RootBeside, &[], &argv);
    let command = command.map_err(|refusal| Verdict::Error(refusal.message))?;
    let finished = process::run(command, POLICY).await;
    let finished = finished.map_err(|error| Verdict::Error(format!("web-policy.sh: {error}")))?;
    match finished.status {
        Some(0) => Ok(()),
        Some(status) => {
            Err(Verdict::Unproven(format!("web-policy.sh ends with {status}: {}", shortened(&finished.stderr))))
        }
        None => Err(Verdict::Error(format!("web-policy.sh does not end in {} s", POLICY.as_secs()))),
    }
}

/// Talks to the agent; what ended the dialogue early is only reported, since what arrived decides.
pub(crate) async fn hold(
    start: &Start<'_>,
    beyond: &SessionExtras,
    folder: &Path,
) -> Result<(Option<String>, RunFiles), String> {
    let Start { ready, agent, route, scenario, .. } = *start;
    let servers = mcp::servers(agent, &route.folder, TASK, &prompts::transports_by(agent, scenario, McpWay::Acp));
    let goes_on = scenario.course == Course::Lifecycle;
    let begin = Instant::now();
    let mut peer = start.peer(beyond)?;
    let limits = ready.limits(agent, LIMITS);
    let (mut refused, mut turns, mut greeting) = (Vec::new(), Vec::new(), Greeting::default());
    let (mut session, mut facts) = (String::new(), Facts::new());
    let (mut started_in, mut prompted_at) = (None, None);
    let said = converse(&mut peer, limits, Permission::Allow, async |dialogue| {
        greeting.started = dialogue.initialize().await?;
        started_in = Some(elapsed(begin));
        greeting.session = dialogue.new_session(Path::new(WORKSPACE), servers, lifecycle::meta(scenario)).await?;
        let id = greeting.session.get("sessionId").and_then(Value::as_str);
        id.unwrap_or_default().clone_into(&mut session);
        start.select(dialogue, &session).await?;
        let denied = scenario.answers == Answers::Denial;
        let turn = if denied { DENIED.max(3 * begin.elapsed()) } else { limits.turn };
        for (_, text) in prompts(agent, scenario) {
            prompted_at.get_or_insert_with(times::now);
            // After a turn that the agent gives up, the next prompt is still sent.
            match dialogue.prompt_within(&session, text, turn).await {
                Err(fault @ DialogueError::Refused { .. }) => refused.push(fault.to_string()),
                other => turns.push(other?),
            }
        }
        if goes_on {
            lifecycle::cancel(dialogue, &session, &server::log(folder), &mut facts).await;
        }
        Ok(())
    })
    .await;
    let id = peer.id();
    let (errors, output) = (peer.tail(), peer.heard());
    let ending = peer.stop(PATIENCE, || id.map_or((), |id| ready.cell.terminate(id))).await;
    let errors = errors.text();
    if ending.status == BROKEN || !errors.contains(PROVED) {
        return Err(format!("the sandbox does not hold: {}", shortened(&errors)));
    }
    if goes_on && said.is_ok() {
        lifecycle::open_again(start, beyond, limits, &session, &greeting, &mut facts).await?;
    }
    let late = matches!(said, Err(DialogueError::Late { .. }));
    let fault = said.err().map(|fault| fault.to_string()).or_else(|| refused.into_iter().next());
    let account = match (&fault, turns.first()) {
        (Some(fault), _) => fault.clone(),
        (None, Some(turn)) => format!("its turn ended with `{}`", turn.stop_reason),
        (None, None) => "it was asked nothing".to_owned(),
    };
    let fault = fault.map(|fault| format!("{fault}; its last words: {}", last_words(&errors)));
    ready.cell.finish_record();
    let record = beyond.record.as_ref().map(std::fs::read).transpose();
    let record = record.map_err(|error| format!("strace left no record: {error}"))?.unwrap_or_default();
    let remains = RunFiles {
        status: ending.status,
        trace: Trace::read(&String::from_utf8_lossy(&record)),
        account,
        requests: turns.iter().flat_map(|turn| &turn.permissions).map(request).collect(),
        usage: usage(&turns),
        greeting,
        started_in,
        prompted_at,
        lifecycle: facts,
        late,
        errors,
        output: output.text(),
        files: ready.cell.left(),
        prefix: ready.prefix.clone(),
    };
    Ok((fault, remains))
}

/// A request for permission: the kind and the title of the tool's call.
fn request(request: &Value) -> String {
    let part = |name: &str| request.pointer(&format!("/toolCall/{name}")).and_then(Value::as_str);
    shortened(&[part("kind"), part("title")].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// How an agent reports what a turn used: updates of the session, and members of its answer.
fn usage(turns: &[Turn]) -> BTreeMap<String, String> {
    let mut usage = BTreeMap::new();
    if turns.iter().any(|turn| turn.kinds().any(|kind| kind == "usage_update")) {
        usage.insert("usage_update".to_owned(), "sent".to_owned());
    }
    let members = turns.iter().filter_map(|turn| turn.usage.as_object()).flat_map(|it| it.keys());
    for member in members {
        usage.insert(format!("usage.{member}"), "in the answer".to_owned());
    }
    usage
}
