//! What an agent of a run is started with, and what it finds: the task's folder, its environment and its words.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Via};

use super::judge::PROGRAMS;
use super::mcp;
use super::options::Break;
use super::scenario::{NAME, Route, Scenario, Wire};
use super::server;
use crate::dialogue::{Dialogue, DialogueError, Peer};
use crate::sandbox::{As, HOME, PATH, SessionExtras};
use crate::verify::installer::Ready;

/// Where the task's own folder is in the sandbox, and the certificate of the private authority.
pub(crate) const TASK: &str = "/probe-task";
const AUTHORITY: &str = "/probe-task/ca.pem";

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
