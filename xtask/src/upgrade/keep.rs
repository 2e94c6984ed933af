//! `--keep-old`: the version that an entry has until now becomes another version of it.

use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Registry};
use registry_model::names;

use registry_command::failure::{Failure, Outcome};
use registry_command::files;

/// A version that stays beside the new one.
#[derive(Debug)]
pub(super) struct Kept {
    /// Its name, with the version.
    pub name: String,
    /// The text of its lock.
    pub lock: String,
    /// The text of its evidence.
    pub evidence: String,
    /// The file of the entry, and its text with the version.
    pub entry: (PathBuf, String),
}

impl Kept {
    /// The agent, as the compiler would make it of the entry.
    pub(super) fn agent<'s>(&'s self, newest: &'s Agent<'_>) -> Agent<'s> {
        version(newest, &self.name, &self.lock)
    }
}

/// Another version of an agent.
pub(super) fn version<'s>(newest: &'s Agent<'_>, name: &'s str, lock: &'s str) -> Agent<'s> {
    Agent { name, lock, aliases: &[], also: &[], ..*newest }
}

/// The name of the version that an agent has now.
pub(super) fn name(agent: &Agent<'_>) -> Outcome<String> {
    let lock = agent.read_lock().map_err(Failure::from)?;
    match agent.locked_version(&lock) {
        Some(version) => Ok(format!("{}@{version}", agent.name)),
        None => {
            Err(Failure::new(format!("the lock of `{}` has no version to keep", agent.name))
                .help("leave `--keep-old` out"))
        }
    }
}

/// The lock of an agent under another name: its first line names the command that writes it.
pub(super) fn lock(agent: &Agent<'_>, name: &str) -> String {
    agent.lock.replacen(&format!("`cargo pin {}`", agent.name), &format!("`cargo pin {name}`"), 1)
}

/// The file of an entry.
pub(super) fn entry_path(registry: &Registry<'_>, agent: &Agent<'_>) -> PathBuf {
    Path::new(registry.folder).join("src/agents").join(agent.entry_file())
}

/// The text of an entry with one more version in its field `also`.
pub(super) fn entry(registry: &Registry<'_>, agent: &Agent<'_>, name: &str) -> Outcome<(PathBuf, String)> {
    let path = entry_path(registry, agent);
    let text = files::read_if_there(&path)?.unwrap_or_default();
    let version = names::split_version(name).1.unwrap_or_default();
    match with_version(&text, &agent.entry().replace('-', "_"), version) {
        Some(text) => Ok((path, text)),
        None => Err(Failure::new(format!("`{}` has no line `{} {{`", path.display(), agent.entry().replace('-', "_")))
            .help(format!("add `also: [\"{version}\"]` to the entry by hand, and leave `--keep-old` out"))),
    }
}

/// Adds a version in front of the others, or the field after the names of the entry.
fn with_version(text: &str, ident: &str, version: &str) -> Option<String> {
    const FIELD: &str = "also: [";
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let trimmed = |line: &String| line.trim_start().to_owned();
    if let Some(line) = lines.iter_mut().find(|line| trimmed(line).starts_with(FIELD)) {
        let more = if line.trim_end().ends_with('[') { "," } else { ", " };
        *line = line.replacen(FIELD, &format!("{FIELD}\"{version}\"{more}"), 1);
    } else {
        let head = lines.iter().position(|line| trimmed(line).trim_end() == format!("{ident} {{"))?;
        let named = lines.get(head + 1).is_some_and(|it| it.trim().starts_with("aliases:") && it.ends_with("],"));
        let margin: String = lines.get(head)?.chars().take_while(|it| it.is_whitespace()).collect();
        lines.insert(head + 1 + usize::from(named), format!("{margin}    {FIELD}\"{version}\"],"));
    }
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str) {
        assert_eq!(with_version(before, "polly", "1.2.0").as_deref(), Some(after));
    }

    #[test]
    fn version_is_added_to_the_entry() {
        check(
            "agent! {\n    polly {\n        runs: node,\n    }\n}\n",
            "agent! {\n    polly {\n        also: [\"1.2.0\"],\n        runs: node,\n    }\n}\n",
        );
        check(
            "agent! {\n    polly {\n        aliases: [\"p\"],\n        runs: node,\n",
            "agent! {\n    polly {\n        aliases: [\"p\"],\n        also: [\"1.2.0\"],\n        runs: node,\n",
        );
        check(
            "    polly {\n        also: [\"1.0.0\" { runs: native }],\n",
            "    polly {\n        also: [\"1.2.0\", \"1.0.0\" { runs: native }],\n",
        );
        check(
            "    polly {\n        also: [\n            \"1.0.0\",\n",
            "    polly {\n        also: [\"1.2.0\",\n            \"1.0.0\",\n",
        );
        assert_eq!(with_version("agent! { polly { runs: node } }\n", "polly", "1.2.0"), None);
    }

    #[test]
    fn lock_is_that_of_the_command_that_writes_it() {
        let agent =
            Agent { name: "polly", lock: "# Written by `cargo pin polly`; not to be edited.\n", ..Agent::EMPTY };
        assert_eq!(lock(&agent, "polly@1.2.0"), "# Written by `cargo pin polly@1.2.0`; not to be edited.\n");
    }
}
