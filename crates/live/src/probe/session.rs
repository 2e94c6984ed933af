//! A dialogue with an installed agent in the network of the model server.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use registry_model::model::{Agent, Via};
use registry_scripts::behaviour::Facts;
use serde_json::Value;

use super::greeting::Greeting;
use super::judge::PROGRAMS;
use super::lifecycle;
use super::mcp;
use super::options::Break;
use super::prompts::{self, prompts};
use super::scenario::{Answers, Course, NAME, Route, Scenario, Wire};
use super::secrets::RunFiles;
use super::server;
use super::trace::Trace;
use super::verdict::Verdict;
use crate::dialogue::{Dialogue, DialogueError, Limits, Peer, Permission, Turn, converse};
use crate::process;
use crate::sandbox::{As, BROKEN, HOME, PATH, PROVED, SessionExtras, WORKSPACE};
use crate::text::{last_words, shortened};
use crate::verify::installer::Ready;

/// Where the task's own folder is in the sandbox, and the certificate of the private authority.
const TASK: &str = "/probe-task";
const AUTHORITY: &str = "/probe-task/ca.pem";

/// How long an agent has to answer.
const LIMITS: Limits =
    Limits { start: Duration::from_mins(2), answer: Duration::from_secs(90), turn: Duration::from_secs(150) };
/// For a turn in which every call is denied: some agents try again for minutes.
const DENIED: Duration = Duration::from_secs(20);
/// How long it has to end.
const PATIENCE: Duration = Duration::from_secs(8);
/// For web-policy.sh.
const POLICY: Duration = Duration::from_secs(90);

/// The folder of the task's programs.
pub(crate) fn programs() -> String {
    format!("{TASK}/bin")
}

/// The task's own PATH.
pub(crate) fn path() -> String {
    format!("{}:{PATH}", programs())
}

/// The task's own virtual environment.
pub(crate) fn virtual_env() -> String {
    format!("{TASK}/venv")
}

/// Lays out the task's folder, and what makes names be found.
pub(crate) fn lay(folder: &Path, scenario: Scenario, network_of: i32) -> io::Result<SessionExtras> {
    let task = folder.join("task");
    std::fs::create_dir_all(task.join("bin"))?;
    std::fs::create_dir_all(task.join("venv"))?;
    for program in PROGRAMS {
        let path = task.join("bin").join(program);
        std::fs::write(&path, format!("#!/bin/sh\necho 'the {program} of the task'\n"))?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    }
    let write = |name: &str, text: &str| -> io::Result<PathBuf> {
        let path = folder.join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    };
    std::fs::write(task.join(mcp::PROGRAM), mcp::PROGRAM_TEXT)?;
    if scenario.wire == Wire::Tls {
        std::fs::copy(server::authority(folder), task.join("ca.pem"))?;
    }
    // A machine knows its own name: a program that asks for it looks up no host.
    let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let hosts = write("hosts", &format!("127.0.0.1 localhost {NAME} {}\n", own.trim()))?;
    let resolver = write("resolv.conf", "nameserver 127.0.0.1\n")?;
    let laid = [(task, TASK), (hosts, "/etc/hosts"), (resolver, "/etc/resolv.conf")];
    let laid = laid.into_iter().map(|(from, to)| (from, PathBuf::from(to))).collect();
    Ok(SessionExtras { network_of: Some(network_of), laid, record: Some(folder.join("record")) })
}

/// The environment of the agent: the task's, what routing says, and a trust as a deployment gives it.
fn environment(route: &Route, scenario: Scenario) -> Vec<(String, String)> {
    let mut env = vec![
        ("HOME".to_owned(), HOME.to_owned()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ("PATH".to_owned(), path()),
        ("VIRTUAL_ENV".to_owned(), virtual_env()),
    ];
    if scenario.wire == Wire::Tls {
        let trusts = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];
        env.extend(trusts.map(|name| (name.to_owned(), AUTHORITY.to_owned())));
    }
    env.extend(route.variables.iter().cloned());
    env
}

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

/// The words that start the agent; broken on purpose, they do before it what it must not.
fn words(launcher: String, breaks: &[Break]) -> Vec<String> {
    let mut before = String::new();
    if breaks.contains(&Break::Secret) {
        before.push_str("sh -c : \"$BENCHFLOW_PROVIDER_API_KEY\"; ");
    }
    if breaks.contains(&Break::Hosts) {
        // By its path: the task's own `python3` comes first in PATH.
        before.push_str("/usr/bin/python3 -c 'import socket; socket.socket().connect_ex((\"192.0.2.1\", 9))'; ");
    }
    if before.is_empty() {
        return vec![launcher];
    }
    ["sh", "-c", &format!("{before}exec \"$0\""), &launcher].map(str::to_owned).into()
}

/// What an agent of a run is started with.
pub(crate) struct Start<'a> {
    pub(crate) ready: &'a Ready,
    pub(crate) agent: &'a Agent<'a>,
    pub(crate) route: &'a Route,
    pub(crate) scenario: Scenario,
    pub(crate) breaks: &'a [Break],
}

impl Start<'_> {
    /// Starts its process.
    pub(crate) fn peer(&self, beyond: &SessionExtras) -> Result<Peer, String> {
        let argv = words(format!("{}/bin/{}", self.ready.prefix, self.agent.name), self.breaks);
        let environment = environment(self.route, self.scenario);
        let command = self.ready.cell.command_with(As::Agent, beyond, &environment, &argv);
        let command = command.map_err(|refusal| refusal.message)?;
        Peer::start(command).map_err(|error| format!("cannot start the sandbox: {error}"))
    }

    /// Sets the model and the mode; a variable, a file or an argument may have set them already.
    pub(crate) async fn select(&self, dialogue: &Dialogue, session: &str) -> Result<(), DialogueError> {
        let told = &self.route.told;
        match self.agent.model.via {
            Via::SetModel => drop(dialogue.set_model(session, told).await?),
            Via::ConfigOption => drop(dialogue.set_config_option(session, "model", told).await?),
            Via::Env | Via::File | Via::Argv => {}
        }
        if !self.route.mode.is_empty() {
            dialogue.set_mode(session, &self.route.mode).await?;
        }
        Ok(())
    }
}

/// Talks to the agent; what ended the dialogue early is only reported, since what arrived decides.
pub(crate) async fn hold(
    start: &Start<'_>,
    beyond: &SessionExtras,
    folder: &Path,
) -> Result<(Option<String>, RunFiles), String> {
    let Start { ready, agent, route, scenario, .. } = *start;
    let servers = mcp::servers(&route.folder, TASK, prompts::transports(agent, scenario));
    let goes_on = scenario.course == Course::Lifecycle;
    let mut peer = start.peer(beyond)?;
    let mut limits = ready.limits(agent, LIMITS);
    if scenario.answers == Answers::Denial {
        limits.turn = DENIED;
    }
    let (mut refused, mut turns, mut greeting) = (Vec::new(), Vec::new(), Greeting::default());
    let (mut session, mut facts) = (String::new(), Facts::new());
    let said = converse(&mut peer, limits, Permission::Allow, async |dialogue| {
        session = begin(dialogue, &mut greeting, servers, lifecycle::meta(scenario)).await?;
        start.select(dialogue, &session).await?;
        for (_, text) in prompts(agent, scenario) {
            // After a turn that the agent gives up, the next prompt is still sent.
            match dialogue.prompt(&session, text).await {
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

async fn begin(
    dialogue: &Dialogue,
    greeting: &mut Greeting,
    servers: Vec<Value>,
    meta: Value,
) -> Result<String, DialogueError> {
    greeting.started = dialogue.initialize().await?;
    greeting.session = dialogue.new_session(Path::new(WORKSPACE), servers, meta).await?;
    Ok(greeting.session.get("sessionId").and_then(Value::as_str).unwrap_or_default().to_owned())
}
