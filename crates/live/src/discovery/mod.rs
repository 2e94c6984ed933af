//! `try`: which of the common ways an agent gets its base URL, key and model by, as requests at a model server show.
//!
//! Nothing is taken from the entry but what installs and starts the program: the other fields are what is looked for.

mod attempt;
mod judge;
mod report;
mod suggestion;
mod trial;
mod ways;

use std::path::{Path, PathBuf};
use std::time::Instant;

use registry_model::model::{Agent, Handshake, ModelDelivery, WebPolicy};
use registry_model::template::Value;
use registry_scripts::site::Site;

pub use report::{Answer, TryReport, Verdict};
pub use suggestion::Suggestion;

use crate::sandbox::Host;
use crate::verify::installer::{Ready, StepFailure};
use crate::{Failure, run as running};
use attempt::attempt;
use judge::{Finding, judge};
use suggestion::suggest;
use trial::Trial;
use ways::{WAYS, Way};

/// What is asked of a run.
#[derive(Debug)]
pub struct Options {
    /// Where artefacts come from.
    pub site: Site,
    /// Whether the sandbox and the server's logs are kept for inspection.
    pub keep: bool,
    /// The ways that are wanted; all, when none is named.
    pub ways: Vec<String>,
}

/// The messages for a user who watches.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// The install begins, or a way is tried.
    Began(&'a str),
    /// A way was tried.
    Tried(&'a Answer),
    /// Something to know.
    Note(String),
    /// Time passes.
    Tick,
}

/// The names of all ways, in their order, each with what it is.
pub fn ways() -> Vec<(&'static str, &'static str)> {
    WAYS.iter().map(|it| (it.name, it.about)).collect()
}

/// Tries the ways with an agent, and reports each answer at once.
pub fn run(
    agent: &Agent<'_>,
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<TryReport, Failure> {
    let program = program(agent)?;
    running::within(options.keep, async |folder| {
        if options.keep {
            tell(Event::Note(format!("the sandbox and the logs of the server stay in {}", folder.display())));
        }
        let tell = std::cell::RefCell::new(tell);
        let tell = |event: Event<'_>| (tell.borrow_mut())(event);
        let work = all(agent, &program, host, options, folder, &tell);
        let done = running::each(std::iter::once(work), 1, &|| tell(Event::Tick)).await;
        done.into_iter().next().unwrap_or_else(|| Ok(TryReport::new(agent.name)))
    })?
}

async fn all(
    agent: &Agent<'_>,
    program: &str,
    host: &Host,
    options: &Options,
    folder: &Path,
    tell: &dyn Fn(Event<'_>),
) -> Result<TryReport, Failure> {
    let bare = bare(agent);
    let failed = |failed: StepFailure| {
        let message = format!("`{}` is not installed, class {}: {}", agent.name, failed.class.0, failed.detail);
        Failure::new(message, format!("`cargo xtask verify {}` shows its install alone", agent.name))
    };
    tell(Event::Began("install"));
    let ready = Ready::open(&bare, host, &options.site, folder).map_err(failed)?;
    ready.install_unproved(&bare, &options.site).await.map_err(failed)?;
    let mut report = TryReport::new(agent.name);
    for way in WAYS.into_iter().filter(|it| options.ways.is_empty() || options.ways.iter().any(|name| name == it.name))
    {
        tell(Event::Began(way.name));
        let answer = answer(&ready, &bare, way, program, &folder.join("ways").join(way.name)).await?;
        tell(Event::Tried(&answer));
        report.answers.push(answer);
    }
    Ok(report)
}

/// Tries a way; one that works is tried again with what is needed of it alone.
async fn answer(ready: &Ready, agent: &Agent<'_>, way: Way, program: &str, folder: &Path) -> Result<Answer, Failure> {
    let begin = Instant::now();
    let trial = Trial::new(way, program);
    let held = async |trial: &Trial, folder: PathBuf| {
        let help = "run it again with `--keep`, and read the logs";
        attempt(ready, agent, trial, &folder).await.map_err(|message| Failure::new(message, help))
    };
    let first = held(&trial, folder.join("all")).await?;
    let finding = judge(&trial, &first.record);
    let mut answer = Answer::new(&trial, &finding, first.refused);
    if let Finding::Works(found) = &finding {
        let less = trial.only(&found.sources());
        answer.suggestion = Some(suggest(&less, found));
        if less.sources().count() < trial.sources().count() {
            let second = held(&less, folder.join("needed")).await?;
            answer.confirm(found, &judge(&less, &second.record), &trial);
        }
    }
    answer.milliseconds = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(answer)
}

/// The agent without the fields that are looked for, and without everything else that writes a file or a variable.
fn bare<'a>(agent: &Agent<'a>) -> Agent<'a> {
    Agent {
        handshake: Handshake::EMPTY,
        proof: &[],
        model: ModelDelivery::EMPTY,
        env: &[],
        accepts: &[],
        withhold: &[],
        config: &[],
        references: None,
        web: Some(WebPolicy::Untested { tools: &[], reason: "it is tried how it gets its model" }),
        permission: None,
        effort: None,
        mcp: None,
        login: &[],
        ..*agent
    }
}

/// The program that an entry launches.
fn program(agent: &Agent<'_>) -> Result<String, Failure> {
    match agent.launch.first().and_then(|it| it.value()) {
        Some(Value::Text(program)) => Ok(program.into_owned()),
        _ => Err(Failure::new(
            format!("the first word of `launch` of `{}` is not a program", agent.name),
            "write the name of a program that the entry installs",
        )),
    }
}
