//! `verify` in a build that can: the choice of agents and sandbox, the lines and the display, the report.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::ArgMatches;
use registry_core::model::{Agent, Registry};
use registry_live::Refusal;
use registry_live::sandbox::{Host, Kind};
use registry_live::verify::{self, Event, Options, Runtime, StepName, Verdict};

use crate::console::{Console, print};
use crate::failure::{Failure, Outcome, Status};
use crate::{lookup, rendering};

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let words =
        |name: &str| matches.get_many::<String>(name).unwrap_or_default().map(String::as_str).collect::<Vec<_>>();
    let path = |name: &str| matches.get_one::<PathBuf>(name).map(PathBuf::as_path);
    let (named, required) = (chosen(registry, &words("agent"))?, chosen(registry, &words("require"))?);
    let mut agents = if named.is_empty() { registry.agents() } else { named };
    agents.extend(required.iter().copied());
    agents.sort_by_key(|agent| agent.name);
    agents.dedup_by_key(|agent| agent.name);
    let site = rendering::site(path("site"))?;
    let kind = matches.get_one::<String>("sandbox").and_then(|word| Kind::from_word(word));
    let image = matches.get_one::<String>("image").map(String::as_str);
    let host = Host::choose(kind, path("rootfs"), image).map_err(failure)?;
    console.step(format!("sandbox: {}", host.describe()));
    let options = Options {
        site,
        jobs: matches.get_one::<usize>("jobs").copied().unwrap_or(1),
        keep: matches.get_flag("keep"),
        require: required.iter().map(|agent| agent.name.to_owned()).collect(),
    };
    let mut display = Display { console, total: agents.len(), judged: 0, running: BTreeMap::new() };
    let report = verify::run(&agents, &host, &options, &mut |event| display.show(&event)).map_err(failure)?;
    console.clear();
    if matches.get_flag("json") {
        let text = serde_json::to_string_pretty(&report);
        print(text.map_err(|error| Failure::new(format!("the report cannot be written as JSON: {error}")))?)?;
        console.step(report.table());
    } else {
        print(report.table())?;
    }
    Ok(Status::found(!report.ok))
}

fn failure(refusal: Refusal) -> Failure {
    Failure::new(refusal.message).help(refusal.help)
}

fn chosen<'a>(registry: &Registry<'a>, names: &[&str]) -> Outcome<Vec<&'a Agent<'a>>> {
    names.iter().map(|name| lookup::agent(registry, name)).collect()
}

/// What runs now, and the lines on what is done.
struct Display {
    console: Console,
    total: usize,
    judged: usize,
    running: BTreeMap<String, (StepName, Instant)>,
}

impl Display {
    fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Began { agent, step } => {
                self.running.insert((*agent).to_owned(), (*step, Instant::now()));
            }
            Event::Step { agent, step } => {
                let seconds = format!("{}.{}", step.milliseconds / 1000, step.milliseconds % 1000 / 100);
                let word =
                    if step.ok { self.console.painted("32", "ok  ") } else { self.console.painted("31;1", "FAIL") };
                self.console.step(format!("{agent:<18} {:<8} {word} {seconds:>6} s  {}", step.step, step.detail));
            }
            Event::Judged(evidence) => {
                self.running.remove(&evidence.agent);
                self.judged += 1;
                let on = if evidence.runtime == Runtime::Substituted { " on a substituted runtime" } else { "" };
                let text = match &evidence.verdict {
                    Verdict::Passed => format!("passed{on}"),
                    Verdict::Failed { class, step, detail } => format!("failed, class {}, {step}: {detail}", class.0),
                    Verdict::Unavailable { detail } => format!("unavailable: {detail}"),
                };
                self.console.step(format!("{:<18} {text}", evidence.agent));
            }
            Event::Note(text) => self.console.step(text),
            Event::Tick => {}
        }
        self.progress();
    }

    fn progress(&self) {
        let running =
            self.running.iter().map(|(agent, (step, since))| format!("{agent} {step} {} s", since.elapsed().as_secs()));
        let running = running.collect::<Vec<_>>().join(", ");
        if !running.is_empty() {
            self.console.progress(format!("{} of {}: {running}", self.judged, self.total));
        }
    }
}
