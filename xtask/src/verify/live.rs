//! `verify` in a build with the feature `live`: chooses agents and the sandbox, shows progress, prints the report.

use std::path::PathBuf;

use clap::ArgMatches;
use registry_live::report::{Runtime, seconds};
use registry_live::sandbox::Host;
use registry_live::verify::{self, Event, Options, Verdict};
use registry_model::model::Registry;

use crate::watch::{self, Watch, chosen, failure};
use crate::{rendering, targets};
use registry_command::console::Console;
use registry_command::failure::{Outcome, Status};
use registry_command::lookup;
use registry_outputs::targets::Done;

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
    let host = Host::choose(watch::wanted(matches)).map_err(failure)?;
    console.step(format!("sandbox: {}", host.describe()));
    let options = Options {
        site,
        jobs: matches.get_one::<usize>("jobs").copied().unwrap_or(1),
        keep: matches.get_flag("keep"),
        require: required.iter().map(|agent| agent.name.to_owned()).collect(),
    };
    let mut watch = Watch::new(console, agents.len());
    let report = verify::run(&agents, &host, &options, &mut |event| tell(&mut watch, &event)).map_err(failure)?;
    if matches.get_flag("record") {
        for it in report.agents.iter().filter(|it| it.verdict == Verdict::Passed) {
            targets::record(registry, lookup::agent(registry, &it.agent)?, &[host.target()], Done::Run)?;
        }
    }
    watch::show(console, matches.get_flag("json"), &report, report.table())?;
    Ok(Status::found(!report.ok))
}

/// Shows the events of a run.
fn tell(watch: &mut Watch, event: &Event<'_>) {
    match event {
        Event::Began { agent, step } => watch.began(agent, step.to_string()),
        Event::Step { agent, step } => {
            let word = if step.ok { watch.painted(watch::GOOD, "ok  ") } else { watch.painted(watch::BAD, "FAIL") };
            let seconds = seconds(step.milliseconds);
            watch.line(format!("{agent:<18} {:<8} {word} {seconds:>6} s  {}", step.step, step.detail));
        }
        Event::Judged(evidence) => {
            let on = if evidence.runtime == Runtime::Substituted { " on a substituted runtime" } else { "" };
            let text = match &evidence.verdict {
                Verdict::Passed => format!("passed{on}"),
                // The rest of it is above.
                Verdict::Failed { class, step, detail } => {
                    format!("failed, class {}, {step}: {}", class.0, detail.lines().next().unwrap_or_default())
                }
                Verdict::Unavailable { detail } => format!("unavailable: {detail}"),
            };
            watch.judged(&evidence.agent, format!("{:<18} {text}", evidence.agent));
        }
        Event::Note(text) => watch.line(text),
        Event::Tick => {}
    }
    watch.progress();
}
