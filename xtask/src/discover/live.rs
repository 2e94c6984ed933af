//! `try` in a build with the feature `upgrade`: shows progress, prints the suggestion, writes it into the entry.

use std::path::PathBuf;

use clap::ArgMatches;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::{files, lookup};
use registry_live::discovery::{self, Answer, Event, Options, Suggestion, Verdict};
use registry_live::report::seconds;
use registry_live::sandbox::Host;
use registry_model::model::{Agent, Protocol, Registry};
use registry_supply::new::make::{common_model, entry_path};
use registry_supply::new::suggested::with_fields;

use crate::rendering;
use crate::watch::{self, Watch, failure};

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let agent = lookup::agent(registry, matches.get_one::<String>("agent").map_or("", String::as_str))?;
    let ways = ways(matches.get_many::<String>("way").unwrap_or_default().collect())?;
    let site = rendering::site(matches.get_one::<PathBuf>("site").map(PathBuf::as_path))?;
    let host = Host::choose(watch::wanted(matches)).map_err(failure)?;
    console.step(format!("sandbox: {}", host.describe()));
    let options = Options { site, keep: matches.get_flag("keep"), ways };
    let mut watch = Watch::new(console, 1);
    let report = discovery::run(agent, &host, &options, &mut |event| show(&mut watch, agent, &event));
    let report = report.map_err(failure)?;
    watch::show(console, matches.get_flag("json"), &report, report.table())?;
    let best = report.best().and_then(|it| it.suggestion.as_ref());
    match best {
        Some(suggestion) if matches.get_flag("write") => write(registry, agent, suggestion, console)?,
        _ => {}
    }
    Ok(Status::found(best.is_none()))
}

fn ways(words: Vec<&String>) -> Outcome<Vec<String>> {
    let known: Vec<&str> = discovery::ways().into_iter().map(|(name, _)| name).collect();
    match words.iter().find(|word| !known.contains(&word.as_str())) {
        Some(word) => {
            Err(Failure::new(format!("no such way: `{word}`")).help(lookup::meant(word, &known, "the ways are")))
        }
        None => Ok(words.into_iter().cloned().collect()),
    }
}

/// Writes the suggestion in the place of the fields that `new` wrote.
fn write(registry: &Registry<'_>, agent: &Agent<'_>, suggestion: &Suggestion, console: Console) -> Outcome<()> {
    let path = entry_path(registry, agent.name);
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let protocol = Protocol::from_word(&suggestion.protocol).unwrap_or(Protocol::OpenAiCompletions);
    let suite = common_model(registry, protocol);
    let text = with_fields(&text, &suggestion.fields, protocol, suite.as_deref())?;
    files::write_atomically(&path, text.as_bytes(), 0o644)?;
    console.step(format!("  written: {}", path.display()));
    Ok(())
}

/// Shows the events of a run.
fn show(watch: &mut Watch, agent: &Agent<'_>, event: &Event<'_>) {
    match event {
        Event::Began(what) => watch.began(agent.name, (*what).to_owned()),
        Event::Tried(Answer { way, given, verdict, detail, refused, milliseconds, .. }) => {
            let colour = match verdict {
                Verdict::Works => watch::GOOD,
                Verdict::Partly => watch::OPEN,
                Verdict::Nothing => watch::BAD,
            };
            let word = watch.painted(colour, &format!("{:<7}", verdict.word()));
            watch.line(format!("{way:<10} {:>5} s  {word}  {detail}", seconds(*milliseconds)));
            watch.line(format!("{:28}given: {}", "", given.join(", ")));
            for refusal in refused {
                watch.line(format!("{:28}{refusal}", ""));
            }
        }
        Event::Note(text) => watch.line(text),
        Event::Tick => {}
    }
    watch.progress();
}
