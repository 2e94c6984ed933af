//! The display of commands that run agents: running agents, finished ones, and the report.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Instant;

use clap::ArgMatches;
use registry_live::sandbox::{SandboxKind, Wanted};
use registry_model::model::{Agent, Registry};
use serde::Serialize;

use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome};
use registry_command::lookup;

/// The colour of good results.
pub(crate) const GOOD: &str = "32";
/// The colour of bad results.
pub(crate) const BAD: &str = "31;1";
/// The colour of unproven results.
pub(crate) const OPEN: &str = "33";
/// The colour of errors.
pub(crate) const BROKEN: &str = "35;1";

/// The sandbox options of a command line.
pub(crate) fn wanted(matches: &ArgMatches) -> Wanted<'_> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    Wanted {
        kind: word("sandbox").and_then(SandboxKind::from_word),
        root: matches.get_one::<PathBuf>("rootfs").map(PathBuf::as_path),
        image: word("image"),
        network: word("network"),
    }
}

/// The running agents, and the number of finished ones.
pub(crate) struct Watch {
    pub(crate) console: Console,
    total: usize,
    judged: usize,
    running: BTreeMap<String, (String, Instant)>,
}

impl Watch {
    pub(crate) fn new(console: Console, total: usize) -> Self {
        Self { console, total, judged: 0, running: BTreeMap::new() }
    }

    /// An agent starts a step.
    pub(crate) fn began(&mut self, agent: &str, what: String) {
        self.running.insert(agent.to_owned(), (what, Instant::now()));
    }

    /// An agent is finished; prints its line.
    pub(crate) fn judged(&mut self, agent: &str, line: impl Display) {
        self.running.remove(agent);
        self.judged += 1;
        self.line(line);
    }

    /// Prints a line.
    pub(crate) fn line(&self, text: impl Display) {
        self.console.step(text);
    }

    /// A word in a colour.
    pub(crate) fn painted(&self, colour: &str, word: &str) -> String {
        self.console.painted(colour, word)
    }

    /// Shows the running agents.
    pub(crate) fn progress(&self) {
        let one = |(agent, (what, since)): (&String, &(String, Instant))| {
            format!("{agent} {what} {} s", since.elapsed().as_secs())
        };
        let running = self.running.iter().map(one).collect::<Vec<_>>().join(", ");
        if !running.is_empty() {
            self.console.progress(format!("{} of {}: {running}", self.judged, self.total));
        }
    }
}

/// Prints a report: the table, or JSON on standard output and the table on standard error.
pub(crate) fn show(console: Console, json: bool, report: &impl Serialize, table: String) -> Outcome<()> {
    console.clear();
    if !json {
        return print(table);
    }
    let text = serde_json::to_string_pretty(report);
    print(text.map_err(|error| Failure::new(format!("the report cannot be written as JSON: {error}")))?)?;
    console.step(table);
    Ok(())
}

/// The failure of a command for a refusal of a run.
pub(crate) fn failure(refusal: registry_live::Failure) -> Failure {
    Failure::new(refusal.message).help(refusal.help)
}

/// The agents of these names.
pub(crate) fn chosen<'a>(registry: &Registry<'a>, names: &[&str]) -> Outcome<Vec<&'a Agent<'a>>> {
    names.iter().map(|name| lookup::agent(registry, name)).collect()
}
