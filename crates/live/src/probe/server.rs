//! The model server of a run, in a network of its own that has nothing but loopback, and the names asked for there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::{Child, ChildStdin};

use super::dns_server::{DnsServer, Network};
use super::prompts::SHELL;
use super::record::Record;
use super::scenario::{Answers, NAME, Scenario, Wire};
use crate::process::{self, Group, OutputTail};
use crate::sandbox;

/// How long the server may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that listens.
pub(crate) struct Server {
    child: Child,
    group: Group,
    stdin: Option<ChildStdin>,
    errors: OutputTail,
    folder: PathBuf,
    names: DnsServer,
    /// A process in its network.
    pub(crate) inside: i32,
}

impl Server {
    /// Starts one, in a network of its own or in that of a process; its files are in the folder.
    pub(crate) async fn start(
        folder: &Path,
        plan: &Value,
        network: Network,
        holder: Option<i32>,
    ) -> Result<Self, String> {
        let say = |what: &str, error: std::io::Error| format!("cannot {what} in `{}`: {error}", folder.display());
        make_empty(folder).map_err(|error| say("make the folder of a run", error))?;
        std::fs::write(folder.join("plan.json"), plan.to_string()).map_err(|error| say("write the plan", error))?;
        let program = std::env::current_exe().map_err(|error| format!("this program is nowhere: {error}"))?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        match holder {
            Some(holder) => command.arg("nsenter").arg(format!("--net=/proc/{holder}/ns/net")),
            // bwrap gives a network whose loopback is up; nothing else of the host is taken away from the server.
            None => command.args(["bwrap", "--unshare-net", "--dev-bind", "/", "/", "--die-with-parent", "--"]),
        };
        command.arg(&program).arg("model-server");
        for name in ["plan", "log", "ready"] {
            command.arg(format!("--{name}")).arg(file(folder, name));
        }
        let (mut child, group) = process::spawn(command).map_err(|error| format!("cannot start setpriv: {error}"))?;
        let (errors, _) = process::keep(child.stderr.take());
        let (_, _) = process::keep(child.stdout.take());
        let stdin = child.stdin.take();
        let inside = listening(&mut child, folder, holder).await.map_err(|why| with_last_words(why, &errors))?;
        let names = DnsServer::serve(inside, network)?;
        Ok(Self { child, group, stdin, errors, folder: folder.to_path_buf(), names, inside })
    }

    /// Ends it, and reads what arrived.
    pub(crate) async fn stop(mut self) -> Result<Record, String> {
        drop(self.stdin.take());
        if tokio::time::timeout(PATIENCE, self.child.wait()).await.is_err() {
            self.group.kill();
        }
        let log = std::fs::read_to_string(file(&self.folder, "log"));
        let missing = |error| with_last_words(format!("the model server left no log ({error})"), &self.errors);
        let log = log.map_err(missing)?;
        Record::read(&log, self.names.take())
    }
}

/// Makes a folder with nothing in it: what an earlier try left would be taken for this one's.
fn make_empty(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => std::fs::create_dir_all(folder),
    }
}

/// A failure of the server with what it said last, where it said anything.
fn with_last_words(why: String, errors: &OutputTail) -> String {
    match errors.text().trim() {
        "" => why,
        last => format!("{why}: {last}"),
    }
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(if name == "log" { "log.jsonl".to_owned() } else { format!("{name}.json") })
}

/// Waits until it listens; a process in its network.
async fn listening(child: &mut Child, folder: &Path, holder: Option<i32>) -> Result<i32, String> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("the model server ended with {}", process::code(status)));
        }
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let inside = || holder.or_else(|| id.and_then(|id| sandbox::children(id).into_iter().next()));
        if file(folder, "ready").exists()
            && let Some(inside) = inside()
        {
            return Ok(inside);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("the model server does not listen within {} s", PATIENCE.as_secs()))
}

/// The web tools that the server asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tools<'a> {
    /// The one that it calls.
    pub(crate) called: Option<&'a str>,
    /// The one that it has the agent's own search look for.
    pub(crate) searched: Option<&'a str>,
}

/// The configuration of the server.
pub(crate) fn plan(folder: &Path, scenario: Scenario, model: &str, tools: Tools<'_>, answers: Answers) -> Value {
    let tls = match scenario.wire {
        Wire::Tls => json!({"names": [NAME], "ca_out": authority(folder)}),
        Wire::Loopback => Value::Null,
    };
    json!({
        "listen": scenario.listen(),
        "tls": tls,
        "base_path": scenario.base_path(),
        "model": model,
        "shell_command": SHELL,
        "web_tool": tools.called,
        "searched_tool": tools.searched,
        // It is called although it is not offered: that is the question.
        "web_unoffered": true,
        "also_listen": ["127.0.0.1:443", "127.0.0.1:80"],
        "mode": answers.word(),
    })
}

/// The path of its record.
pub(crate) fn log(folder: &Path) -> PathBuf {
    file(folder, "log")
}

/// The path of the certificate of the private authority.
pub(crate) fn authority(folder: &Path) -> PathBuf {
    folder.join("ca.pem")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_starts_in_an_empty_run_folder() {
        let folder = tempfile::tempdir().expect("there is room");
        let run = folder.path().join("runs/direct");
        for _ in 0..2 {
            make_empty(&run).expect("there is room");
            assert_eq!(std::fs::read_dir(&run).expect("it is there").count(), 0);
            for name in ["ready", "log"] {
                std::fs::write(file(&run, name), "").expect("there is room");
            }
        }
    }

    #[test]
    fn failure_without_stderr_has_no_trailing_colon() {
        let said = OutputTail::default();
        assert_eq!(with_last_words("it ended".to_owned(), &said), "it ended");
        said.push(b"no room\n");
        assert_eq!(with_last_words("it ended".to_owned(), &said), "it ended: no room");
    }
}
