//! One trial: the agent beside a model server, with nothing of its entry but its program, asked a few times.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use registry_model::model::Agent;
use serde_json::{Value, json};

use super::trial::{CONFIG_OPTION, LISTEN, SET_MODEL, Trial};
use crate::dialogue::{Dialogue, DialogueError, Limits, Peer, Permission, converse};
use crate::probe::dns_server::Network;
use crate::probe::record::Record;
use crate::probe::server::Server;
use crate::process;
use crate::sandbox::{As, BROKEN, HOME, PATH, PROVED, SessionExtras, WORKSPACE};
use crate::text::{last_words, shortened};
use crate::verify::installer::Ready;

/// How long an agent has to answer. One that waits for a log-in never does.
const LIMITS: Limits =
    Limits { start: Duration::from_mins(2), answer: Duration::from_secs(30), turn: Duration::from_secs(45) };
/// How long it has to end.
const PATIENCE: Duration = Duration::from_secs(4);
/// For writing a file.
const WRITING: Duration = Duration::from_secs(20);

/// What is asked.
const PROMPT: &str = "Answer with one short sentence.";

/// What came of a trial: what arrived, and what the agent refused on the way.
pub(crate) struct Attempt {
    pub(crate) record: Record,
    pub(crate) refused: Vec<String>,
}

/// Tries a way; the error is the machine's or the trial's, not the agent's.
pub(crate) async fn attempt(ready: &Ready, agent: &Agent<'_>, trial: &Trial, folder: &Path) -> Result<Attempt, String> {
    ready.cell.renew().map_err(|refusal| refusal.message)?;
    for (path, text) in trial.texts() {
        write_file(ready, &path, &text).await?;
    }
    let holder = ready.cell.network_holder().map_err(|refusal| refusal.message)?;
    let server = Server::start(folder, &plan(trial), Network::Leading, holder).await?;
    let beyond = lay(folder, server.inside);
    let beyond = beyond.map_err(|error| format!("cannot write in `{}`: {error}", folder.display()))?;
    let held = hold(ready, agent, trial, &beyond).await;
    let record = server.stop().await?;
    Ok(Attempt { record, refused: held? })
}

/// The configuration of the model server: it serves under every path, and its own model is the agent's choice.
fn plan(trial: &Trial) -> Value {
    json!({
        "listen": LISTEN,
        "model": trial.model(SET_MODEL),
        "shell_command": "true",
        "also_listen": ["127.0.0.1:443", "127.0.0.1:80"],
    })
}

/// What makes the names of hosts lead to the model server.
fn lay(folder: &Path, network_of: i32) -> io::Result<SessionExtras> {
    let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let files = [
        ("hosts", format!("127.0.0.1 localhost {}\n", own.trim())),
        ("resolv.conf", "nameserver 127.0.0.1\n".to_owned()),
    ];
    let mut laid = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text)?;
        laid.push((path, PathBuf::from(format!("/etc/{name}"))));
    }
    Ok(SessionExtras { network_of: Some(network_of), laid, record: None })
}

/// Writes a file of the home folder, as the agent's user.
async fn write_file(ready: &Ready, path: &str, text: &str) -> Result<(), String> {
    let path = path.replacen('~', HOME, 1);
    let script = "umask 077; mkdir -p \"${1%/*}\" && printf %s \"$2\" >\"$1\"";
    let argv = ["sh", "-c", script, "file", &path, text].map(str::to_owned);
    let command = ready.cell.command(As::Agent, &[], &argv).map_err(|refusal| refusal.message)?;
    let finished = process::run(command, WRITING).await.map_err(|error| format!("writing `{path}`: {error}"))?;
    match finished.status {
        Some(0) => Ok(()),
        _ => Err(format!("writing `{path}`: {}", last_words(&finished.stderr))),
    }
}

/// Talks to the agent, and ends it; what it refused.
async fn hold(ready: &Ready, agent: &Agent<'_>, trial: &Trial, beyond: &SessionExtras) -> Result<Vec<String>, String> {
    let mut environment = vec![
        ("HOME".to_owned(), HOME.to_owned()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ("PATH".to_owned(), PATH.to_owned()),
    ];
    environment.extend(trial.environment());
    let argv = [format!("{}/bin/{}", ready.prefix, agent.name)];
    let command = ready.cell.command_with(As::Agent, beyond, &environment, &argv);
    let command = command.map_err(|refusal| refusal.message)?;
    let mut peer = Peer::start(command).map_err(|error| format!("cannot start the sandbox: {error}"))?;
    let mut refused = Vec::new();
    let limits = ready.limits(agent, LIMITS);
    let said =
        converse(&mut peer, limits, Permission::Refuse, async |dialogue| talk(dialogue, trial, &mut refused).await)
            .await;
    let id = peer.id();
    let errors = peer.tail();
    let ending = peer.stop(PATIENCE, || id.map_or((), |id| ready.cell.terminate(id))).await;
    let errors = errors.text();
    if ending.status == BROKEN || !errors.contains(PROVED) {
        return Err(format!("the sandbox does not hold: {}", shortened(&errors)));
    }
    if let Err(fault) = said {
        let mut text = fault.to_string();
        // A refusal is in the agent's own words already.
        if !matches!(fault, DialogueError::Refused { .. }) {
            let _ = write!(text, "; its last words: {}", last_words(&errors));
        }
        refused.push(text);
    }
    Ok(refused)
}

/// A session with three turns: with the model of the variables and files, with that of `session/set_model`, and with
/// that of a config option. A refusal of one does not end the others.
async fn talk(dialogue: &Dialogue, trial: &Trial, refused: &mut Vec<String>) -> Result<(), DialogueError> {
    dialogue.initialize().await?;
    let answer = dialogue.new_session(Path::new(WORKSPACE), Vec::new(), Value::Null).await?;
    let session = answer.get("sessionId").and_then(Value::as_str).unwrap_or_default().to_owned();
    goes_on(dialogue.prompt(&session, PROMPT).await.map(drop), refused)?;
    let told = dialogue.set_model(&session, &trial.told(SET_MODEL)).await.map(drop);
    if goes_on(told, refused)? {
        goes_on(dialogue.prompt(&session, PROMPT).await.map(drop), refused)?;
    }
    let Some(option) = model_option(&answer) else { return Ok(()) };
    let told = dialogue.set_config_option(&session, option, &trial.told(CONFIG_OPTION)).await.map(drop);
    if goes_on(told, refused)? {
        goes_on(dialogue.prompt(&session, PROMPT).await.map(drop), refused)?;
    }
    Ok(())
}

/// Whether it was done; a refusal is kept. Everything else ends the dialogue.
fn goes_on(done: Result<(), DialogueError>, refused: &mut Vec<String>) -> Result<bool, DialogueError> {
    match done {
        Ok(()) => Ok(true),
        Err(fault @ DialogueError::Refused { .. }) => {
            refused.push(fault.to_string());
            Ok(false)
        }
        Err(fault) => Err(fault),
    }
}

/// The config option of a session that is about the model.
fn model_option(session: &Value) -> Option<&str> {
    let options = session.get("configOptions").and_then(Value::as_array)?;
    let text = |option: &Value, key: &str| option.get(key).and_then(Value::as_str).map(str::to_owned);
    let is_model = |option: &&Value| {
        text(option, "category").as_deref() == Some("model") || text(option, "id").as_deref() == Some("model")
    };
    options.iter().find(is_model)?.get("id")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_option_is_found_by_category_or_id() {
        let session = json!({"configOptions": [{"id": "effort"}, {"id": "llm", "category": "model"}]});
        assert_eq!(model_option(&session), Some("llm"));
        assert_eq!(model_option(&json!({"configOptions": [{"id": "model"}]})), Some("model"));
        assert_eq!(model_option(&json!({"configOptions": [{"id": "mode", "category": "mode"}]})), None);
        assert_eq!(model_option(&json!({})), None);
    }
}
