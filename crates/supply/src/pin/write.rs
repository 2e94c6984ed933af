//! Resolves locks with pinned package managers in an empty environment, and writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Lock, Registry, Target, without_licenses};
use registry_scripts::behaviour::license_changes;

use super::age::Cutoff;
use super::licenses::Licenses;
use super::lock::{Draft, Unresolved, lock_path};
use super::request::PinRequest;
use super::{check, license_requests, npm, pypi};
use crate::clients::{self, Tools};
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::{dates, files};

/// Checks the locks of the requested agents: `Found` if a pin cannot be fetched any more.
pub fn check(registry: &Registry<'_>, request: &PinRequest<'_>, console: Console) -> Outcome {
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    check::run(registry, request, &tools, console)
}

/// Writes the locks of the requested agents, each by a rename.
pub fn write(registry: &Registry<'_>, request: &PinRequest<'_>, console: Console) -> Outcome {
    // Before anything is fetched.
    let earlier = request.agents.iter().map(|agent| ExistingLock::read(registry, agent, request, console));
    let earlier = earlier.collect::<Outcome<Vec<ExistingLock>>>()?;
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    for (agent, earlier) in request.agents.iter().zip(earlier) {
        pin(agent, &earlier, request, &tools, console)?;
    }
    Ok(Status::Done)
}

/// Writes the licenses into the locks of the requested agents, and nothing else: their pins stay as they are.
pub fn write_licenses(registry: &Registry<'_>, request: &PinRequest<'_>, console: Console) -> Outcome {
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    for agent in &request.agents {
        console.step(format!("licenses of {}", agent.name));
        let path = lock_path(registry, agent);
        let Some(text) = files::read_if_there(&path)? else {
            let help = format!("write it: `cargo pin {}`", agent.name);
            return Err(Failure::new(format!("`{}` has no lock", agent.name)).help(help));
        };
        let on_disk = Agent { lock: &text, ..**agent };
        let lock = on_disk.read_lock()?;
        let licenses = license_requests::complete(Licenses::of_lock(&lock), &tools, &lock, agent.python(), console)?;
        store(&path, &text, &(without_licenses(&text) + &licenses.lines()), console)?;
    }
    Ok(Status::Done)
}

/// The existing lock.
#[derive(Debug)]
struct ExistingLock {
    path: PathBuf,
    /// Its text; empty if there is none, or none that can be read.
    text: String,
}

impl ExistingLock {
    /// Reads it. A lock that cannot be read has no versions to keep: then all versions must be named.
    fn read(registry: &Registry<'_>, agent: &Agent<'_>, request: &PinRequest<'_>, console: Console) -> Outcome<Self> {
        let path = lock_path(registry, agent);
        let text = files::read_if_there(&path)?.unwrap_or_default();
        let Err(error) = (Agent { lock: &text, ..*agent }).read_lock() else { return Ok(Self { path, text }) };
        if !request.names_all(agent) {
            return Err(error.into());
        }
        console.warning(format!("{error}; it is written again"));
        Ok(Self { path, text: String::new() })
    }

    fn lock(&self) -> Option<Lock<'_>> {
        Lock::parse(&self.text).ok()
    }
}

/// Writes the lock of an agent by a rename.
fn pin(
    agent: &Agent<'_>,
    earlier: &ExistingLock,
    request: &PinRequest<'_>,
    tools: &Tools,
    console: Console,
) -> Outcome<()> {
    let ExistingLock { path, text: earlier_text } = earlier;
    let earlier = earlier.lock();
    console.step(format!("pinning {}", agent.name));
    let draft = resolve(agent, earlier.as_ref(), request, tools, console)?;
    let lost = draft
        .unavailable
        .get(&None)
        .filter(|_| earlier.as_ref().is_some_and(|it| it.unavailable_everywhere().is_none()));
    if let Some(cause) = lost {
        let message = format!("`{}` cannot be pinned: {cause}; its lock is unchanged", agent.name);
        let help = "name an available version: `PACKAGE=VERSION`; to record that it is gone, remove the lock first";
        return Err(Failure::new(message).help(help));
    }
    let text = text(agent.name, &draft, earlier.as_ref())?;
    for (target, cause) in &draft.unavailable {
        let what = target.map_or("the package", Target::id);
        console.warning(format!("{}: {what} is unavailable: {cause}", agent.name));
    }
    if let (Some(old), Ok(new)) = (&earlier, Lock::parse(&text)) {
        for change in license_changes(old, &new) {
            console.warning(format!("{}: {change}", agent.name));
        }
    }
    store(path, earlier_text, &text, console)
}

/// Writes the text of a lock by a rename, unless it is there.
fn store(path: &Path, earlier: &str, text: &str, console: Console) -> Outcome<()> {
    if text == earlier {
        console.step(format!("  unchanged: {}", path.display()));
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    }
    files::write_atomically(path, text.as_bytes(), 0o644)?;
    console.step(format!("  written: {} ({} bytes)", path.display(), text.len()));
    Ok(())
}

/// Resolves the lock of an agent at the requested versions, else at those of its earlier lock, else at the newest that
/// are old enough. The npm tree is installed from it once; nothing is written.
///
/// Fails with [`Unresolved::NoSolution`] if no releases meet the requirements.
pub fn resolve(
    agent: &Agent<'_>,
    earlier: Option<&Lock<'_>>,
    request: &PinRequest<'_>,
    tools: &Tools,
    console: Console,
) -> Result<Draft, Unresolved> {
    let mut draft = Draft::default();
    let (npm, pypi) = (request.wanted(agent, "npm", earlier), request.wanted(agent, "pypi", earlier));
    if !npm.is_empty() {
        npm::resolve(tools, &npm, Cutoff::of(request.min_days), &mut draft, console)
            .map_err(|unresolved| about(unresolved, agent))?;
    }
    if let Some(python) = agent.python() {
        pypi::resolve(tools, &pypi, python, &Cutoff::of(request.min_days), &mut draft, console)
            .map_err(|unresolved| about(unresolved, agent))?;
    }
    let text = text(agent.name, &draft, earlier)?;
    let lock = Lock::parse(&text).map_err(|error| Failure::new(error.to_string()))?;
    let known = Licenses::of_tree(&draft.npm).or(earlier.map(Licenses::of_lock).unwrap_or_default());
    draft.licenses = license_requests::complete(known, tools, &lock, agent.python(), console)?;
    Ok(draft)
}

/// The text of a lock, checked by parsing it.
pub fn text(agent: &str, draft: &Draft, earlier: Option<&Lock<'_>>) -> Outcome<String> {
    let text = draft.text(&format!("cargo pin {agent}"), earlier, &dates::today());
    match Lock::parse(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::new(format!("internal error: the generated lock of `{agent}` is invalid: {error}"))),
    }
}

/// The text of an agent's lock with these versions of its packages and this minimum age; nothing is written.
pub fn lock_text(
    registry: &Registry<'_>,
    agent: &Agent<'_>,
    versions: &BTreeMap<String, String>,
    min_days: u64,
    tools: &Tools,
    console: Console,
) -> Result<String, Unresolved> {
    let words: Vec<String> = versions.iter().map(|(name, version)| format!("{name}={version}")).collect();
    let words: Vec<&str> = std::iter::once(agent.name).chain(words.iter().map(String::as_str)).collect();
    let mut request = PinRequest::read(registry, &words)?;
    request.min_days = min_days;
    let earlier = agent.read_lock().map_err(Failure::from)?;
    let draft = resolve(agent, Some(&earlier), &request, tools, console)?;
    Ok(text(agent.name, &draft, Some(&earlier))?)
}

fn about(unresolved: Unresolved, agent: &Agent<'_>) -> Unresolved {
    match unresolved {
        Unresolved::Failed(failure) => failure.note(format!("while pinning `{}`", agent.name)).into(),
        Unresolved::NoSolution(why) => Unresolved::NoSolution(why),
    }
}
