//! The last step: writes all changes of the new versions to the tree, through the journal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use registry_model::model::{Agent, Registry};

use super::journal::{Change, Guard, Journal};
use super::keep::Kept;
use super::snapshots;
use crate::generate;
use crate::probe::evidence;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};
use registry_command::files;

/// An agent with its proved new version.
#[derive(Debug)]
pub(super) struct Upgraded<'a> {
    /// The agent of the entry.
    pub agent: &'a Agent<'a>,
    /// The text of its new lock.
    pub lock: String,
    /// The text of its new evidence.
    pub evidence: String,
    /// Its old version, where that stays.
    pub kept: Option<Kept>,
}

/// The same entry with another lock, as the compiler would embed it.
pub(super) fn with_lock<'s>(agent: &'s Agent<'_>, lock: &'s str) -> Agent<'s> {
    Agent { lock, ..*agent }
}

/// Writes the locks and the evidence of some agents, and files that are generated from them.
pub(super) fn write(
    registry: &Registry<'_>,
    journal: &Journal,
    guard: &Guard,
    upgraded: &[Upgraded<'_>],
    console: Console,
) -> Outcome<()> {
    // A file that is stale for another reason is not the upgrade's.
    if upgraded.is_empty() {
        return Ok(());
    }
    let changes = changes(registry, journal.root(), upgraded)?;
    if changes.is_empty() {
        return Ok(());
    }
    refuse_dirty(journal.root(), &changes.iter().map(|it| it.path.clone()).collect::<Vec<_>>())?;
    journal.commit(guard, &changes)?;
    for Change { path, .. } in &changes {
        console.step(format!("written: {}", path.strip_prefix(journal.root()).unwrap_or(path).display()));
    }
    Ok(())
}

/// The files that are stale with the new versions.
fn changes(registry: &Registry<'_>, root: &Path, upgraded: &[Upgraded<'_>]) -> Outcome<Vec<Change>> {
    let kept: Vec<Option<Agent<'_>>> =
        upgraded.iter().map(|it| it.kept.as_ref().map(|kept| kept.agent(it.agent))).collect();
    let also: Vec<Vec<&Agent<'_>>> = (upgraded.iter().zip(&kept))
        .map(|(it, kept)| kept.iter().chain(it.agent.also.iter().copied()).collect())
        .collect();
    let new: Vec<Agent<'_>> =
        upgraded.iter().zip(&also).map(|(it, also)| Agent { also, ..with_lock(it.agent, &it.lock) }).collect();
    let newest = |agent: &'_ &Agent<'_>| new.iter().position(|it| it.name == agent.name);
    let agents: Vec<&Agent<'_>> =
        registry.agents.iter().map(|agent| newest(agent).and_then(|it| new.get(it)).unwrap_or(agent)).collect();
    let with_new = Registry { agents: &agents, ..*registry };
    let mut found = Vec::new();
    let mut measured = BTreeMap::new();
    for it in upgraded {
        let lock = registry_supply::pin::lock::lock_path(registry, it.agent);
        add(&mut found, lock, it.lock.clone())?;
        add(&mut found, evidence::path(registry, it.agent.name), it.evidence.clone())?;
        measured.insert(it.agent.name.to_owned(), it.evidence.clone());
        if let Some(Kept { name, lock, evidence, entry: (path, text) }) = &it.kept {
            let lock_path = registry_supply::pin::lock::lock_path(registry, &Agent { name, ..Agent::EMPTY });
            add(&mut found, lock_path, lock.clone())?;
            add(&mut found, evidence::path(registry, name), evidence.clone())?;
            add(&mut found, path.clone(), text.clone())?;
            measured.insert(name.clone(), evidence.clone());
        }
    }
    let names: Vec<&str> =
        upgraded.iter().map(|it| it.agent.name).chain(kept.iter().flatten().map(|it| it.name)).collect();
    for (path, text, mode) in generate::make::changed(&with_new, &names, &measured, root)? {
        found.push(Change { path, bytes: text.into_bytes(), mode });
    }
    for (path, text) in snapshots::changed(&with_new, &names, &measured, root)? {
        found.push(Change { path, bytes: text.into_bytes(), mode: 0o644 });
    }
    Ok(found)
}

fn add(changes: &mut Vec<Change>, path: PathBuf, text: String) -> Outcome<()> {
    if files::read_if_there(&path)?.as_deref() != Some(text.as_str()) {
        changes.push(Change { path, bytes: text.into_bytes(), mode: 0o644 });
    }
    Ok(())
}

/// Refuses when one of these files has uncommitted changes in git: they could not be separated from those of the
/// upgrade.
pub(super) fn refuse_dirty(root: &Path, paths: &[PathBuf]) -> Outcome<()> {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(["status", "--porcelain", "-z", "--no-renames", "--"]).args(paths);
    // Without git, or outside of a work tree, there are no uncommitted changes.
    let Ok(output) = command.output() else { return Ok(()) };
    if !output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let dirty: Vec<&str> = said.split('\0').filter_map(|it| it.get(3..)).filter(|it| !it.is_empty()).collect();
    if dirty.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` has changes that are not committed, and the upgrade writes it", dirty.join("`, `")))
        .help("commit or stash them; nothing was written"))
}
