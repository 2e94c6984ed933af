//! `probe` in a build with the feature `live`: chooses agents, shows progress, prints the report, writes the evidence.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use registry_live::probe::{self, Break, Event, Evidence, Options, ProbeReport, Tally, Verdict};
use registry_live::report::seconds;
use registry_live::sandbox::{Host, SandboxKind};
use registry_model::model::{Agent, Registry};
use serde_json::{Value, json};

use super::{evidence, stale};
use crate::watch::{self, Watch, chosen, failure};
use crate::{json, list, rendering};
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::{dates, files, lookup};

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let words =
        |name: &str| matches.get_many::<String>(name).unwrap_or_default().map(String::as_str).collect::<Vec<_>>();
    let path = |name: &str| matches.get_one::<PathBuf>(name).map(PathBuf::as_path);
    let runs = runs(&words("run"))?;
    let (named, required) = (chosen(registry, &words("agent"))?, chosen(registry, &words("require"))?);
    if let Some(report) = path("from") {
        return write_from(registry, report, &named, console);
    }
    let agents = match (named.is_empty(), matches.contains_id("stale")) {
        (_, true) => {
            let days = matches.get_one::<u64>("stale").copied().unwrap_or(stale::DAYS);
            stale(registry, &named, days, console)?
        }
        (true, false) => registry.agents(),
        (false, false) => named,
    };
    let agents = routable(agents, console);
    if agents.is_empty() {
        console.step("no evidence is stale, or no agent can be measured; nothing to run");
        return Ok(Status::Done);
    }
    let site = rendering::site(path("site"))?;
    let wanted = watch::wanted(matches);
    if matches.get_flag("write") && wanted.kind != Some(SandboxKind::Bwrap) {
        return Err(Failure::new("the evidence of the registry is measured in bwrap, and this run is in a container")
            .help("leave out `--write`, or `--sandbox`"));
    }
    let host = Host::choose(wanted).map_err(failure)?;
    console.step(format!("sandbox: {}", host.describe()));
    let options = Options {
        site,
        jobs: matches.get_one::<usize>("jobs").copied().unwrap_or(1),
        keep: matches.get_flag("keep"),
        require: required.iter().map(|agent| agent.name.to_owned()).collect(),
        runs,
        date: dates::today(),
        breaks: words("break").into_iter().filter_map(Break::from_word).collect(),
    };
    let mut watch = Watch::new(console, agents.len());
    let writes = matches.get_flag("write");
    if matches.get_flag("values") {
        return try_values(registry, &agents, &host, &options, &mut watch, matches.get_flag("json"));
    }
    let mut failures = Vec::new();
    let mut tell = |event: Event<'_>| {
        show(&mut watch, &event);
        // Written at once: the run may fail or be ended before the last agent.
        if let Event::Judged(evidence) = event
            && writes
            && let Err(failure) = write(registry, evidence, console)
        {
            failures.push(failure);
        }
    };
    let report = probe::run(registry, &agents, &host, &options, &mut tell).map_err(failure)?;
    watch::show(console, matches.get_flag("json"), &report, report.table())?;
    // After the report: when a file could not be written, `--from` can use the report.
    failures.into_iter().next().map_or(Ok(()), Err)?;
    let failed = report.agents.iter().flat_map(Evidence::verdicts).any(|(_, it)| matches!(it, Verdict::Failed(_)));
    match report.errors().map(|it| it.agent.as_str()).collect::<Vec<_>>().as_slice() {
        [] => Ok(Status::found(!report.ok)),
        _ if failed => Ok(Status::Found),
        open => Err(Failure::new(format!("`{}` could not be measured: see the errors above", open.join("`, `")))
            .help("fix these errors, and run these agents again")),
    }
}

/// The agents that a model server can be given to; the others are named with their reason, and are not measured.
fn routable<'a>(agents: Vec<&'a Agent<'a>>, console: Console) -> Vec<&'a Agent<'a>> {
    let told = |agent: &&'a Agent<'a>| match agent.model_refusal() {
        None => true,
        Some(why) => {
            console.step(format!("{:<18} not measured: {why}", agent.name));
            false
        }
    };
    agents.into_iter().filter(told).collect()
}

/// The agents with stale evidence, and why.
fn stale<'a>(
    registry: &Registry<'a>,
    named: &[&'a Agent<'a>],
    days: u64,
    console: Console,
) -> Outcome<Vec<&'a Agent<'a>>> {
    let found = stale::all_stale(registry, named, days)?;
    for (agent, reasons) in &found {
        console.step(format!("{:<18} stale: {}", agent.name, reasons.join("; ")));
    }
    Ok(found.into_iter().map(|(agent, _)| agent).collect())
}

/// Writes the evidence of a finished run, for the named agents or for all of its agents.
fn write_from(registry: &Registry<'_>, path: &Path, named: &[&Agent<'_>], console: Console) -> Outcome {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    let report = ProbeReport::read(&text).map_err(|error| {
        Failure::new(format!("`{}` is not a report of `probe --json`: {error}", path.display()))
            .help("keep the standard output of `cargo xtask probe --json`")
    })?;
    if !report.complete {
        return Err(Failure::new(format!("`{}` is the report of some runs only, or of broken ones", path.display()))
            .help("run `cargo xtask probe --json` without `--run` and `--break`"));
    }
    for evidence in &report.agents {
        lookup::agent(registry, &evidence.agent)?;
    }
    if let Some(agent) = named.iter().find(|it| !report.agents.iter().any(|has| has.agent == it.name)) {
        return Err(Failure::new(format!("`{}` has no agent `{}`", path.display(), agent.name))
            .help("name agents of the report, or none for all of them"));
    }
    let wanted = |it: &&Evidence| named.is_empty() || named.iter().any(|agent| agent.name == it.agent);
    let mut status = Status::Done;
    for evidence in report.agents.iter().filter(wanted) {
        status = status.and(Status::found(!write(registry, evidence, console)?));
    }
    Ok(status)
}

/// Tries hostile values instead of the runs.
fn try_values(
    registry: &Registry<'_>,
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    watch: &mut Watch,
    json: bool,
) -> Outcome {
    let tallies = probe::try_values(registry, agents, host, options, &mut |event| show(watch, &event));
    let tallies = tallies.map_err(failure)?;
    watch::show(watch.console, json, &tallies, table(&tallies))?;
    Ok(Status::found(tallies.is_empty() || !tallies.iter().all(Tally::is_good)))
}

fn table(tallies: &[Tally]) -> String {
    let mut lines = vec![format!("{:<18} accepted  refused  wrong", "agent")];
    for Tally { agent, accepted, refused, wrong, .. } in tallies {
        lines.push(format!("{agent:<18} {accepted:>8} {refused:>8} {:>6}", wrong.len()));
    }
    for Tally { agent, accepted, refused, wrong, floor, unproven, .. } in tallies {
        lines.extend(wrong.iter().map(|it| format!("{agent}: {it}")));
        lines.extend(unproven.iter().map(|why| format!("{agent}: no value was tried: {why}")));
        if accepted * 100 < (accepted + refused) * floor {
            lines.push(format!("{agent}: fewer than {floor} % are accepted"));
        }
    }
    lines.join("\n")
}

fn runs(words: &[&str]) -> Outcome<Vec<String>> {
    let known = probe::runs();
    match words.iter().find(|word| !known.contains(word)) {
        Some(word) => {
            Err(Failure::new(format!("no such run: `{word}`")).help(lookup::meant(word, &known, "the runs are")))
        }
        None => Ok(words.iter().map(ToString::to_string).collect()),
    }
}

/// Writes the evidence on an agent, and returns whether it was written. After an error of the machine or of the probe,
/// the existing evidence is kept.
fn write(registry: &Registry<'_>, evidence: &Evidence, console: Console) -> Outcome<bool> {
    if let Some(why) = evidence.error() {
        console.warning(format!("no evidence is written for `{}`: {}", evidence.agent, probe::brief(why)));
        return Ok(false);
    }
    let path = evidence::path(registry, &evidence.agent);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    }
    let text = text(evidence)?;
    files::write_atomically(&path, text.as_bytes(), 0o644).map(|()| true)
}

/// The text of the committed file.
pub(crate) fn text(evidence: &Evidence) -> Outcome<String> {
    Ok(format!("{}\n", list::pretty(&json::sorted(committed(evidence)))?))
}

/// The committed part of the evidence: only the date and the times differ from run to run.
fn committed(evidence: &Evidence) -> Value {
    let verdict = |it: &Verdict| json!({"verdict": it.word(), "detail": it.detail()});
    let run = |run: &probe::Run| {
        json!({
            "name": run.name,
            "model": run.model,
            "tools": run.tools,
            "named_tools": run.named_tools,
            "found_tools": run.found_tools,
            "added_folders": run.added_folders,
            "forbidden_call": run.forbidden_call,
        })
    };
    json!({
        "agent": evidence.agent,
        "date": evidence.date,
        "pins": evidence.pins,
        "behaviour": evidence.behaviour(),
        "inputs": evidence.inputs,
        "runtime": evidence.runtime,
        "target": evidence.target,
        "verdicts": evidence.verdicts().into_iter().map(|(question, it)| (question.to_owned(), verdict(it))).collect::<serde_json::Map<_, _>>(),
        "strangers": evidence.strangers,
        "times": evidence.times,
        "runs": evidence.runs.iter().map(run).collect::<Vec<_>>(),
    })
}

/// Shows the events of a run.
fn show(watch: &mut Watch, event: &Event<'_>) {
    match event {
        Event::Began { agent, run, number, of } => {
            let what = if *of == 0 { (*run).to_owned() } else { format!("{run}, run {number} of {of},") };
            watch.began(agent, what);
        }
        Event::Retried { agent, run, why } => watch.line(format!("{agent:<18} {run:<15} is retried: {why}")),
        Event::Ran { agent, run } => {
            let words = words(watch, &run.verdicts());
            let seconds = seconds(run.milliseconds);
            let again = if run.tries > 1 { " (2nd try)" } else { "" };
            let line = format!("{agent:<18} {:<15} {seconds:>6} s  {} calls, {words}{again}", run.name, run.calls);
            watch.line(line);
            for (question, verdict) in run.verdicts() {
                if *verdict != Verdict::Proved {
                    watch.line(format!("{:19}{question}: {}", "", verdict.detail()));
                }
            }
            if let Some(fault) = &run.fault {
                watch.line(format!("{:19}{fault}", ""));
            }
        }
        Event::Judged(evidence) => {
            let words = words(watch, &evidence.verdicts());
            watch.judged(&evidence.agent, format!("{:<18} {words}", evidence.agent));
        }
        Event::Tried(tally) => {
            let Tally { agent, accepted, refused, wrong, .. } = tally;
            let text = format!("{agent:<18} {accepted} accepted, {refused} refused, {} wrong", wrong.len());
            watch.judged(agent, text);
        }
        Event::Note(text) => watch.line(text),
        Event::Tick => {}
    }
    watch.progress();
}

/// Each question with its verdict, in colour.
fn words(watch: &Watch, verdicts: &[(&str, &Verdict)]) -> String {
    let word = |(question, verdict): &(&str, &Verdict)| {
        let colour = match verdict {
            Verdict::Proved => watch::GOOD,
            Verdict::Failed(_) => watch::BAD,
            Verdict::Unproven(_) => watch::OPEN,
            Verdict::Error(_) => watch::BROKEN,
        };
        format!("{question} {}", watch.painted(colour, verdict.word()))
    };
    verdicts.iter().map(word).collect::<Vec<_>>().join(", ")
}
