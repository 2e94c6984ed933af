//! `upgrade`: upgrades agents and shows what changed. The tree is changed atomically at the end.
//!
//! The steps are those of other commands: `outdated` finds versions, `pin` locks, `mirror` fetches, `verify` and
//! `probe` prove. This module adds the comparison, the store of completed steps, and the journal.

#![cfg_attr(not(feature = "upgrade"), allow(dead_code, reason = "a build without the feature only looks"))]

#[cfg(feature = "upgrade")]
mod cached;
#[cfg(feature = "supply")]
mod candidates;
mod journal;
#[cfg(feature = "upgrade")]
mod keep;
#[cfg(feature = "supply")]
mod plan;
#[cfg(feature = "supply")]
mod report;
#[cfg(feature = "supply")]
mod request;
#[cfg(feature = "upgrade")]
mod run;
#[cfg(feature = "supply")]
mod runtime;
#[cfg(any(feature = "upgrade", test))]
mod snapshots;
#[cfg(feature = "supply")]
mod step;
#[cfg(feature = "upgrade")]
mod write;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use journal::{Found, Journal};
use registry_command::console::Console;
use registry_command::failure::Outcome;
/// The option for a runtime in place of agents.
const RUNTIME: &str = "runtime";

pub(crate) fn command() -> Command {
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
    };
    Command::new("upgrade")
        .about("Upgrade agents to the newest allowed version, prove it, and show what changed")
        .after_help(
            "It looks for versions, writes locks, fetches, verifies, probes and compares. Only then, and only with\n\
             `--write`, the tree changes: locks, evidence and what is generated from them, all or nothing. Steps that\n\
             are done are not repeated. BENCHFLOW_NPM_REGISTRY and BENCHFLOW_PYPI_INDEX name other places to ask.\n\n\
             Examples:\n  cargo xtask upgrade --dry-run\n  cargo xtask upgrade my-agent\n  \
             cargo xtask upgrade my-agent --to 1.2.3 --write\n  \
             cargo xtask upgrade my-agent --newest-good --write --pr-body body.md\n  \
             cargo xtask upgrade --runtime python --write\n\n\
             Exit status: 0 nothing is newer, or the new version behaves the same; 1 it is proved and behaves\n\
             otherwise; 2 the command could not run; 3 something newer is not allowed; 4 the entry must change first.\n\
             Of several agents, the first of 2, 4, 1, 3, 0 counts. With `--dry-run`: 0, 2 or 3.",
        )
        .arg(
            Arg::new("agent")
                .value_name("AGENT")
                .action(ArgAction::Append)
                .help("Agents by name or alias; all, when none is given"),
        )
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("[PKG=|PKG@]V")
                .action(ArgAction::Append)
                .conflicts_with("newest-good")
                .requires("agent")
                .help("This version, newer or older; with the package's name if an agent has several"),
        )
        .arg(
            Arg::new(RUNTIME)
                .long(RUNTIME)
                .value_name("KIND")
                .value_parser(["node", "python", "uv"])
                .conflicts_with_all(["agent", "to", "newest-good", "keep-old", "allow-lost-target", "json", "pr-body"])
                .help("Instead of agents, the runtime that they share: the newest version of each of its lines"),
        )
        .arg(
            path("checksums", "FILE", "For `--runtime node`: the release's SHASUMS256.txt, if it cannot be fetched")
                .requires(RUNTIME),
        )
        .arg(switch("newest-good", "If the newest version fails, find the newest that does not"))
        .arg(
            Arg::new("min-age")
                .long("min-age")
                .value_name("DAYS")
                .default_value("7d")
                .value_parser(days)
                .help("Skip releases younger than this, of the agent and of its dependencies"),
        )
        .arg(
            switch("keep-old", "Keep the old version as `AGENT@VERSION`, with its lock and evidence")
                .conflicts_with("dry-run"),
        )
        .arg(switch("allow-lost-target", "Allow a version without a target that the lock has now"))
        .arg(switch("dry-run", "Only find versions").conflicts_with_all(["write", "newest-good"]))
        .arg(switch("write", "Write the locks, the evidence and generated files"))
        .arg(switch("json", "Print JSON"))
        .arg(path("pr-body", "FILE", "Write the report as Markdown too, for a pull request"))
        .arg(switch("keep-going", "Continue with the next agent after a failure"))
        .arg(path("cache", "DIR", "The folder for fetched files and completed steps, instead of one in `target`"))
        .arg(
            path("python", "DIR", "Pack this CPython (DIR/bin/python3) if its line cannot be fetched; once a line")
                .action(ArgAction::Append),
        )
}

/// Reads `7d` or `7`.
fn days(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    number.parse().map_err(|_| format!("`{text}` is not a number of days; write `7d`"))
}

/// Completes or drops the journal of an interrupted upgrade.
pub(crate) fn recover(registry: &Registry<'_>, console: Console) -> Outcome<()> {
    let journal = Journal::of(registry);
    if !journal.is_there() {
        return Ok(());
    }
    // When another command has locked the tree, the journal is in use.
    let Some(guard) = journal.guard()? else { return Ok(()) };
    match journal.recover(&guard)? {
        Found::Nothing => {}
        Found::Dropped => console.step("an interrupted upgrade had changed nothing yet; its journal is removed"),
        Found::Finished(files) => {
            console.step(format!("an interrupted upgrade is finished: {files} files are written"));
        }
    }
    Ok(())
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    if matches.contains_id(RUNTIME) {
        return built_with!("supply", console, runtime::run(registry, matches, console));
    }
    if matches.get_flag("dry-run") {
        return built_with!("supply", console, plan::run(registry, matches, console));
    }
    // Checked before a build, so that a wrong command line fails at once.
    #[cfg(feature = "supply")]
    request::UpgradeRequest::read(registry, matches)?;
    built_with!("upgrade", console, run::run(registry, matches, console))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn min_age_is_a_number_of_days() {
        assert_eq!((days("7d"), days("0"), days("30")), (Ok(7), Ok(0), Ok(30)));
        for text in ["", "d", "7h", "-1", "a week"] {
            assert!(days(text).is_err_and(|it| it.contains("write `7d`")), "{text}");
        }
    }
}
