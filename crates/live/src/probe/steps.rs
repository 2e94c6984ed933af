//! The steps of one agent: its install, its runs, and the verdicts on all of them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use registry_model::model::{Agent, Hosted, McpWay, Registry, WebPolicy, WithoutWeb};
use registry_routing::Sandbox;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::choice::{self, Told};
use super::dns_server::Network;
use super::judge::{self, Wanted};
use super::options::{Break, Event, Options};
use super::record::Record;
use super::report::{Evidence, Run};
use super::scenario::{self, Answers, Ask, BASE_PATH, Course, Mode, Route, SCENARIOS, Scenario, Servers, Web};
use super::secrets::{self, RunFiles};
use super::server::{self, Server};
use super::start::{self, Start};
use super::times::{self, RunTimes, Times, elapsed};
use super::verdict::Verdict;
use super::{behaviour, lifecycle, mcp, prompts, session, web};
use crate::sandbox::{As, HOME, Host};
use crate::verify::Class;
use crate::verify::install::Outcome;
use crate::verify::installer::{Ready, StepFailure};

/// What is the same for all agents of a run.
pub(crate) struct Context<'a> {
    pub(crate) registry: &'a Registry<'a>,
    pub(crate) host: &'a Host,
    pub(crate) options: &'a Options,
    pub(crate) folder: PathBuf,
    pub(crate) tell: &'a dyn Fn(Event<'_>),
    /// As many as runs may go on at a time, of whichever agents.
    pub(crate) permits: Semaphore,
}

/// A run and what arrived.
struct Seen {
    scenario: Scenario,
    record: Record,
    run: Run,
}

/// Probes an agent. The verdict of an error is the reason why nothing more was judged.
pub(crate) async fn probe(cx: &Context<'_>, agent: &Agent<'_>) -> Evidence {
    let begin = Instant::now();
    let mut evidence = Evidence::new(agent, &cx.options.date);
    if let Err(why) = all(cx, agent, &mut evidence).await {
        evidence.give_up(&why);
    }
    evidence.milliseconds = elapsed(begin);
    (cx.tell)(Event::Judged(&evidence));
    evidence
}

async fn all(cx: &Context<'_>, agent: &Agent<'_>, evidence: &mut Evidence) -> Result<(), Verdict> {
    evidence.pins = agent.read_lock().map_err(|error| Verdict::Unproven(error.to_string()))?.pins();
    evidence.inputs =
        registry_scripts::evidence::inputs(agent).map_err(|error| Verdict::Unproven(error.to_string()))?;
    let (ready, installed) = install(cx, agent).await?;
    evidence.runtime = installed.runtime;
    cx.host.target.id().clone_into(&mut evidence.target);
    evidence.stamp = installed.stamp;
    evidence.megabytes = ready.cell.changes(As::Root).ok().map(|it| it.bytes / 1_000_000);
    let wanted: Vec<Scenario> = SCENARIOS.into_iter().filter(|it| is_wanted(cx, agent, *it)).collect();
    let runs = wanted.iter().enumerate().map(|(index, scenario)| {
        settled(cx, agent, &ready, *scenario, Turn { number: index + 1, of: wanted.len(), tries: 1 })
    });
    let seen = futures::future::join_all(runs).await;
    evidence.web = judge_web(agent, &seen);
    let told = seen.iter().map(|it| Told { scenario: it.scenario, record: &it.record, gave_up: gave_up(it) });
    evidence.effort = choice::effort(agent, &told.collect::<Vec<_>>());
    evidence.take(seen.into_iter().map(|it| it.run).collect());
    evidence.times = Some(Times::of(&evidence.runs.iter().map(|it| it.times).collect::<Vec<_>>(), cx.options.jobs));
    Ok(())
}

/// Installs an agent in a sandbox of its own.
pub(crate) async fn install(cx: &Context<'_>, agent: &Agent<'_>) -> Result<(Ready, Outcome), Verdict> {
    let _permit = cx.permits.acquire().await;
    (cx.tell)(Event::Began { agent: agent.name, run: "install", number: 0, of: 0 });
    let failed = |failed: StepFailure| {
        let detail = format!("install, class {}: {}", failed.class.0, failed.detail);
        // What the entry or the lock is the reason of says something about them; all else is the machine's.
        match failed.class {
            Class::UNSUPPORTED | Class::INTEGRITY | Class::DOES_NOT_START => Verdict::Unproven(detail),
            _ => Verdict::Error(detail),
        }
    };
    let ready = Ready::open(agent, cx.host, &cx.options.site, &cx.folder).map_err(failed)?;
    let installed = ready.install(As::Root, "install", agent.install_timeout).await.map_err(failed)?;
    Ok((ready, installed))
}

/// Which of how many runs of an agent, and which try of it.
#[derive(Clone, Copy)]
struct Turn {
    number: usize,
    of: usize,
    tries: u32,
}

/// One run, and a second try where the first one left something open.
async fn settled(cx: &Context<'_>, agent: &Agent<'_>, ready: &Ready, scenario: Scenario, place: Turn) -> Seen {
    let _permit = cx.permits.acquire().await;
    let one = attempt(cx, agent, ready, scenario, place).await;
    match one.run.unsettled().filter(|_| cx.options.breaks.is_empty()) {
        Some(why) => {
            // A run that is unsettled twice is reported as it is.
            (cx.tell)(Event::Retried { agent: agent.name, run: scenario.name, why });
            attempt(cx, agent, ready, scenario, Turn { tries: 2, ..place }).await
        }
        None => one,
    }
}

/// One run, reported from its beginning to its verdicts.
async fn attempt(cx: &Context<'_>, agent: &Agent<'_>, ready: &Ready, scenario: Scenario, place: Turn) -> Seen {
    let begin = Instant::now();
    let Turn { number, of, tries } = place;
    (cx.tell)(Event::Began { agent: agent.name, run: scenario.name, number, of });
    let mut run = Run { tries, ..Run::new(scenario.name) };
    let record = match hold(cx, agent, ready, scenario, &mut run).await {
        Ok(record) => record,
        Err(why) => {
            run.give_up(&why);
            Record::default()
        }
    };
    run.milliseconds = elapsed(begin);
    (cx.tell)(Event::Ran { agent: agent.name, run: &run });
    Seen { scenario, record, run }
}

/// An agent without a policy has no run with it, one whose hosted tools have no switches of their own has none without
/// these, one whose tools never ask has none in which they do, and one that takes no MCP servers has none with them.
fn is_wanted(cx: &Context<'_>, agent: &Agent<'_>, scenario: Scenario) -> bool {
    let named = &cx.options.runs;
    let has_policy = matches!(agent.web, Some(WebPolicy::Switch { .. }));
    // Where all are hosted, the switches are those of the other runs.
    let has_hosted = matches!(agent.hosted, Some(Hosted::Some { .. }));
    let asks = agent.ask_refusal().is_none();
    (named.is_empty() || named.iter().any(|it| it == scenario.name))
        && (has_policy || scenario.web == Web::On)
        && (has_hosted || scenario.web != Web::Hosted)
        && (asks || scenario.ask == Ask::No)
        && (scenario.servers == Servers::Without || !prompts::transports(agent, scenario).is_empty())
}

/// One run, from a fresh home to what arrived.
async fn hold(
    cx: &Context<'_>,
    agent: &Agent<'_>,
    ready: &Ready,
    scenario: Scenario,
    run: &mut Run,
) -> Result<Record, Verdict> {
    // Why routing refuses is about the entry; what fails from here on is the machine or the probe.
    let route = route(cx, agent, scenario).map_err(Verdict::Unproven)?;
    let folder = cx.folder.join(agent.name).join("runs").join(scenario.name);
    let sandbox = Scratch::new(cx.folder.join(agent.name).join("sessions").join(scenario.name), cx.options.keep);
    let ready = &ready.beside(&sandbox.path, scenario.name).map_err(|refusal| Verdict::Error(refusal.message))?;
    let breaks = &cx.options.breaks;
    let left_out = breaks.contains(&Break::Policy);
    if scenario.web == Web::Policy && !left_out {
        session::turn_web_off(ready).await?;
    }
    if scenario.course == Course::Lifecycle {
        lifecycle::put_skill(ready, agent).await?;
    }
    let own =
        if scenario.web == Web::Hosted { agent.hosted_tools() } else { agent.web.map_or(&[][..], |it| it.tools()) };
    let tool = own.first().copied();
    // An agent that is said to have no web tool must not find one either.
    let searched = tool.or(matches!(agent.web, Some(WebPolicy::NoTools(_))).then_some("WebSearch"));
    let tools = server::Tools { called: tool.filter(|_| scenario.web != Web::On), searched };
    let answers = if breaks.contains(&Break::Server) { Answers::Garbage } else { scenario.answers };
    let plan = server::plan(&folder, scenario, &route.model, tools, answers);
    let mut started = route.clone();
    if left_out {
        started.variables.retain(|(name, _)| name != WithoutWeb::VARIABLE && !sets_policy(agent, name));
    }
    if breaks.contains(&Break::Place) {
        let another = |value: &mut String| *value = value.replace(BASE_PATH, "/gateway/v8");
        started.variables.iter_mut().for_each(|(_, value)| another(value));
    }
    let SessionResult { fault, remains, record } =
        meet(cx, agent, ready, &started, scenario, &folder, &plan).await.map_err(Verdict::Error)?;
    run.fault = fault;
    judge_run(cx, agent, scenario, &route, &record, &remains, run);
    keep_record(cx, &folder, &record);
    Ok(record)
}

/// A folder that a run leaves only where it is to be kept, and that is not there at its beginning.
struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    fn new(path: PathBuf, keep: bool) -> Self {
        // A first try left it.
        let _ = std::fs::remove_dir_all(&path);
        Self { path, keep }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            // What a process that was just killed still writes goes with the folder of the command.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// What came of a dialogue: why it ended before its time, what it left, and what arrived.
pub(crate) struct SessionResult {
    pub(crate) fault: Option<String>,
    pub(crate) remains: RunFiles,
    pub(crate) record: Record,
}

/// A dialogue with the agent beside a model server, in a folder of the run's own.
pub(crate) async fn meet(
    cx: &Context<'_>,
    agent: &Agent<'_>,
    ready: &Ready,
    route: &Route,
    scenario: Scenario,
    folder: &Path,
    plan: &Value,
) -> Result<SessionResult, String> {
    let holder = ready.cell.network_holder().map_err(|refusal| refusal.message)?;
    let server = Server::start(folder, plan, scenario.network, holder).await?;
    let beyond = start::lay(folder, scenario, server.inside);
    let beyond = beyond.map_err(|error| format!("cannot lay out the task in `{}`: {error}", folder.display()))?;
    let start = Start { ready, agent, route, scenario, breaks: &cx.options.breaks };
    let held = session::hold(&start, &beyond, folder).await;
    let mut record = server.stop().await?;
    let (fault, remains) = held?;
    record.called.clone_from(&remains.trace.called);
    Ok(SessionResult { fault, remains, record })
}

/// Whether a variable is a part of the policy.
fn sets_policy(agent: &Agent<'_>, name: &str) -> bool {
    let sets = |off: &registry_model::model::Off<'_>| match off {
        registry_model::model::Off::Env(mappings) => mappings.iter().any(|it| it.name == name),
        _ => false,
    };
    agent.web_switches().iter().any(sets)
}

/// What routing says for a run.
pub(crate) fn route(cx: &Context<'_>, agent: &Agent<'_>, scenario: Scenario) -> Result<Route, String> {
    let folder = registry_scripts::folder(agent, &cx.options.site).map_err(|error| error.to_string())?;
    let sandbox = Sandbox { home: HOME.to_owned(), root: false, folder, path: start::path() };
    let by_file = prompts::transports_by(agent, scenario, McpWay::File);
    let servers = mcp::servers(agent, &sandbox.folder, start::TASK, &by_file);
    scenario::route(cx.registry, agent, scenario, servers, &sandbox)
}

/// What is asked of a run: where every call is denied, only that it keeps its secrets.
fn judge_run(
    cx: &Context<'_>,
    agent: &Agent<'_>,
    scenario: Scenario,
    route: &Route,
    record: &Record,
    remains: &RunFiles,
    run: &mut Run,
) {
    let mut route = route.clone();
    if cx.options.breaks.contains(&Break::Model) {
        route.model.push_str("-of-another");
    }
    let (programs, path, virtual_env) = (start::programs(), start::path(), start::virtual_env());
    let prompts: Vec<&str> = prompts::prompts(agent, scenario).iter().map(|(word, _)| *word).collect();
    let wanted = Wanted {
        route: &route,
        prompts: &prompts,
        programs: &programs,
        path: &path,
        virtual_env: &virtual_env,
        prefix: &cx.options.site.prefix,
    };
    run.calls = record.model_calls().count();
    let first_call = prompts.first().and_then(|word| times::first_call(record, remains.prompted_at, word));
    run.times = RunTimes { start: remains.started_in, first_call };
    run.base_url.clone_from(&route.base_url);
    run.model.clone_from(&route.model);
    if scenario.answers == Answers::Denial {
        (run.routing, run.environment) = (silent(denied(record), record, remains, scenario.network), Verdict::Proved);
    } else {
        let routing = because(judge::routing(record, &wanted), run.fault.as_deref());
        run.routing = silent(routing, record, remains, scenario.network);
        run.environment = because(judge::environment(record, &wanted), run.fault.as_deref());
    }
    run.added_folders = judge::added_folders(record, &wanted).into_iter().collect();
    run.secrets = secrets::secrets(remains, &route.key, &prompts);
    let strangers = judge::strangers(record);
    run.hosts = match secrets::changed_prefix(remains) {
        Some(place) => Verdict::Failed(format!("it changed what is installed: {place}")),
        None => judge::hosts(&strangers, agent),
    };
    run.strangers = strangers.into_iter().collect();
    run.offence = behaviour::offence(record, &wanted, run);
    if scenario.answers == Answers::Model {
        let verdict = choice::permission(agent, scenario, record, &remains.requests);
        run.permission = verdict.map(|it| because(it, run.fault.as_deref()));
        let verdict = mcp::mcp(agent, scenario, record, &remains.greeting.started);
        run.mcp = verdict.map(|it| because(it, run.fault.as_deref()));
    }
    run.behaviour = behaviour::of_run(agent, scenario, record, remains, &route.key);
    run.forbidden_call = web::answer(record);
    let web::Offered { listed, named, found, .. } = web::Offered::of(record, agent);
    [run.tools, run.named_tools, run.found_tools] = [listed, named, found].map(|it| it.into_iter().collect());
}

/// Whether there was anything to deny: without a call nothing is known of how its errors look.
fn denied(record: &Record) -> Verdict {
    judge::no_call(record).map_or(Verdict::Proved, Verdict::Failed)
}

/// Adds to what is not proved how the dialogue ended before its time.
fn because(verdict: Verdict, fault: Option<&str>) -> Verdict {
    match (verdict, fault) {
        (Verdict::Unproven(detail), Some(fault)) => Verdict::Unproven(format!("{detail}; {fault}")),
        (verdict, _) => verdict,
    }
}

/// Adds to a run without a call how its turns ended. Where an answer was late, the machine may be too slow; in a
/// network that leads nowhere it is the agent that waits.
fn silent(verdict: Verdict, record: &Record, remains: &RunFiles, network: Network) -> Verdict {
    match (verdict, judge::no_call(record)) {
        (Verdict::Failed(detail), Some(_)) => {
            let detail = format!("{detail}; {}", remains.account);
            if remains.late && network == Network::Leading { Verdict::Error(detail) } else { Verdict::Failed(detail) }
        }
        (verdict, _) => verdict,
    }
}

/// A run that gave up says why, and nothing about its tools.
fn gave_up(it: &Seen) -> Option<Verdict> {
    match &it.run.routing {
        verdict @ (Verdict::Error(_) | Verdict::Unproven(_)) if it.record.requests.is_empty() => Some(verdict.clone()),
        _ => None,
    }
}

/// Each run without the web against the one that is the same but for that.
fn judge_web(agent: &Agent<'_>, seen: &[Seen]) -> Verdict {
    // Servers add their own tools, so a run with servers is not compared with one without.
    let seen: Vec<&Seen> = seen.iter().filter(|it| it.scenario.servers == Servers::Without).collect();
    // The first of a mode is the one with a network that leads somewhere and a server that answers.
    let control = |mode| seen.iter().find(|it| it.scenario.mode == mode && it.scenario.web == Web::On);
    if !matches!(agent.web, Some(WebPolicy::Switch { .. })) {
        let verdict = |it: &&Seen| gave_up(it).unwrap_or_else(|| web::web(agent, &it.record, None));
        return Verdict::worst(seen.iter().map(|it| (it.scenario.name, verdict(it))));
    }
    let off = seen.iter().filter(|it| it.scenario.web != Web::On);
    Verdict::worst(off.map(|it| {
        let Some(control) = control(it.scenario.mode) else {
            let with = if it.scenario.mode == Mode::Proxy { "proxy" } else { "direct" };
            return (it.scenario.name, Verdict::Unproven(format!("it is compared with `{with}`, which was not run")));
        };
        let judged = || match it.scenario.web {
            Web::Hosted => web::hosted(agent, &control.record, &it.record),
            Web::On | Web::Policy | Web::Variable => web::web(agent, &control.record, Some(&it.record)),
        };
        let verdict =
            gave_up(control).or_else(|| gave_up(it)).unwrap_or_else(|| because(judged(), it.run.fault.as_deref()));
        (it.scenario.name, verdict)
    }))
}

/// With `--keep`, the names that were asked for stay beside the log.
fn keep_record(cx: &Context<'_>, folder: &Path, record: &Record) {
    if cx.options.keep {
        // What cannot be kept was judged all the same.
        let _ = std::fs::write(folder.join("names"), record.names.join("\n"));
    }
}
