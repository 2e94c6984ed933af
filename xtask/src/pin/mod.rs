//! `pin`: writes the locks, with pinned package managers in an empty environment.

mod age;
mod check;
mod groups;
pub(crate) mod lock;
pub(crate) mod npm;
mod platform;
pub(crate) mod pypi;
mod request;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use registry_core::model::{Agent, Lock, Registry, UnreadableLock};

use crate::clients::{self, Tools};
use crate::console::Console;
use crate::failure::{Failure, Outcome, Status};
use crate::{day, files};
use lock::Draft;
use npm::Wanted;
use request::Request;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("pin")
        .about("Write the locks: the exact version and checksum of everything that an agent installs")
        .after_help(
            "`cargo pin` and `cargo xtask pin` do the same. Where an entry has no lock yet, `cargo xtask` does not build:\n\
             then use `cargo pin`, which is built without that check. With `--check`, either will do.\n\n\
             Versions come from PKG=VERSION, else from the lock that is there, else the latest. Packages\n\
             whose versions must match are given together, as in the second example. Releases younger than\n\
             7 days are skipped, for the whole tree; a version that is named is taken whatever its age.\n\
             BENCHFLOW_NPM_REGISTRY and BENCHFLOW_PYPI_INDEX name other places to ask; no lock holds a place.\n\n\
             Examples:\n  \
             cargo pin my-agent\n  \
             cargo pin my-agent my-adapter=0.0.34 @scope/my-agent=0.87.1\n  \
             cargo xtask pin --check",
        )
        .arg(Arg::new("what").value_name("AGENT|PKG=VERSION").action(ArgAction::Append).help("Agents (all, when none is given) and versions"))
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Write nothing; say which pins cannot be fetched any more (exit 1), and which are old"),
        )
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let words: Vec<&str> = matches.get_many::<String>("what").unwrap_or_default().map(String::as_str).collect();
    let request = Request::read(registry, &words)?;
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    if matches.get_flag("check") {
        return check::run(registry, &request, &tools, console);
    }
    for agent in &request.agents {
        pin(registry, agent, &request, &tools, console)?;
    }
    Ok(Status::Done)
}

/// The lock of an agent.
fn lock_path(registry: &Registry<'_>, agent: &Agent<'_>) -> PathBuf {
    let snake = agent.name.replace('-', "_");
    Path::new(registry.folder).join("src/agents").join(format!("{snake}.lock"))
}

/// Writes the lock of an agent, whole or not at all.
fn pin(
    registry: &Registry<'_>,
    agent: &Agent<'_>,
    request: &Request<'_>,
    tools: &Tools,
    console: Console,
) -> Outcome<()> {
    let path = lock_path(registry, agent);
    let earlier_text = files::read_if_there(&path)?.unwrap_or_default();
    let earlier = earlier(agent, &earlier_text, request, console)?;
    console.step(format!("pinning {}", agent.name));
    let mut draft = Draft::default();
    let (npm, pypi) = (request.wanted(agent, "npm", earlier.as_ref()), request.wanted(agent, "pypi", earlier.as_ref()));
    if !npm.is_empty() {
        npm::resolve(tools, &npm, &mut draft, console).map_err(|failure| about(failure, agent))?;
    }
    if !pypi.is_empty() {
        pypi::resolve(tools, &pypi, &mut draft, console).map_err(|failure| about(failure, agent))?;
    }
    let lost = draft
        .unavailable
        .get(&None)
        .filter(|_| earlier.as_ref().is_some_and(|it| it.unavailable_everywhere().is_none()));
    if let Some(reason) = lost {
        let message = format!("`{}` cannot be pinned: {reason}; its lock stays as it is", agent.name);
        let help =
            "name a version that can be had: `PACKAGE=VERSION`; to record that it is gone, remove the lock first";
        return Err(Failure::new(message).help(help));
    }
    let text = draft.text(&format!("cargo pin {}", agent.name), earlier.as_ref(), &day::today());
    Lock::parse(&text)
        .map_err(|error| Failure::new(format!("the lock of `{}` came out wrong: {error}", agent.name)))?;
    for (target, cause) in &draft.unavailable {
        let what = target.map_or("the package", registry_core::model::Target::id);
        console.warning(format!("{}: {what} is unavailable: {cause}", agent.name));
    }
    if text == earlier_text {
        console.step(format!("  unchanged: {}", path.display()));
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    }
    files::write_atomically(&path, text.as_bytes(), 0o644)?;
    console.step(format!("  written: {} ({} bytes)", path.display(), text.len()));
    Ok(())
}

/// The lock that is there. One that cannot be read has no versions to keep: then all of them must be named.
fn earlier<'t>(agent: &Agent<'_>, text: &'t str, request: &Request<'_>, console: Console) -> Outcome<Option<Lock<'t>>> {
    if text.is_empty() {
        return Ok(None);
    }
    match (Agent { lock: text, ..Agent::EMPTY }.read_lock()) {
        Ok(lock) => Ok(Some(lock)),
        Err(error) => {
            let error = UnreadableLock { agent: agent.name.to_owned(), command: agent.pin_command(), ..error };
            if !request.names_all(agent) {
                return Err(error.into());
            }
            console.warning(format!("{error}; it is written anew"));
            Ok(None)
        }
    }
}

fn about(failure: Failure, agent: &Agent<'_>) -> Failure {
    failure.note(format!("while pinning `{}`", agent.name))
}
