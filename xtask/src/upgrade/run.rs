//! The steps after the first: lock, fetch, verify, probe, compare; and at the end, for all agents together, write.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ArgMatches;
use registry_live::probe::{self, Evidence, Verdict};
use registry_live::sandbox::{Host, SandboxKind, Wanted};
use registry_live::verify::{self, Class};
use registry_model::model::{Agent, Lock, Registry, Target};
use registry_model::rules;
use registry_scripts::Expected;
use registry_scripts::behaviour::{self, Behaviour};
use registry_scripts::site::Site;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cached;
use super::candidates::{self, UpgradeOptions};
use super::journal::Journal;
use super::keep::{self, Kept};
use super::report::{self, UndeclaredRequest, UpgradeReport};
use super::request::UpgradeRequest;
use super::step::{Step, Stop, Store};
use super::write::{self, Upgraded, with_lock};
use crate::probe::evidence as committed;
use crate::rendering;
use registry_command::console::Console;
use registry_command::dates;
use registry_command::failure::{Failure, Outcome};
use registry_command::text::count;
use registry_supply::clients::{self, Tools};
use registry_supply::mirror::make::{self as mirror, SITE};
use registry_supply::mirror::request::MirrorRequest;
use registry_supply::pin::age::Cutoff;
use registry_supply::pin::lock::{Unresolved, lock_path};
use registry_supply::pin::write as pin;

/// The version of the steps. It is increased when a step gives another result for the same inputs, so that stored
/// results are not used.
const METHOD: &str = "1";

/// The shared context of all steps.
struct Context<'a> {
    registry: &'a Registry<'a>,
    request: &'a UpgradeRequest<'a>,
    tools: &'a Tools,
    store: &'a Store,
    /// The fetched files, in the layout of a mirror.
    files: PathBuf,
    host: OnceCell<Host>,
    console: Console,
}

/// The result of `verify`.
#[derive(Debug, Serialize, Deserialize)]
struct Verified {
    passed: bool,
    why: Vec<String>,
}

/// A version that was locked, fetched, verified and probed.
struct Proved {
    lock: String,
    evidence: Evidence,
}

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let request = &UpgradeRequest::read(registry, matches)?;
    let journal = Journal::of(registry);
    let Some(guard) = journal.guard()? else {
        return Err(
            Failure::new(format!("another upgrade runs in `{}`", journal.root().display())).help("wait for it to end")
        );
    };
    if request.write {
        // Checked before any step; generated files are checked when they are known.
        let own = |agent: &&Agent<'_>| {
            let entry = request.keep_old.then(|| keep::entry_path(registry, agent));
            [lock_path(registry, agent), committed::path(registry, agent.name)].into_iter().chain(entry)
        };
        write::refuse_dirty(journal.root(), &request.agents.iter().flat_map(own).collect::<Vec<_>>())?;
    }
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    let looks = candidates::look_all(&tools, request, console);
    let store = Store::open(request.cache.join("steps"))?;
    let files = request.cache.join("files");
    let cx = Context { registry, request, tools: &tools, store: &store, files, host: OnceCell::new(), console };
    let (mut reports, mut done) = (Vec::new(), Vec::new());
    for (agent, look) in request.agents.iter().zip(looks) {
        let mut report = UpgradeReport::new(agent);
        match look.and_then(|look| upgrade(&cx, agent, look, &mut report)) {
            Ok(upgraded) => done.push(upgraded),
            Err(end) => report.end(end),
        }
        let stops = matches!(report.verdict, report::Verdict::Failed | report::Verdict::EntryMustChange);
        reports.push(report);
        if stops && !request.keep_going {
            break;
        }
    }
    let written = if request.write { write::write(registry, &journal, &guard, &done, console) } else { Ok(()) };
    for report in &mut reports {
        report.written = request.write && written.is_ok() && done.iter().any(|it| it.agent.name == report.agent);
    }
    report::show(&reports, request)?;
    written?;
    report::outcome(&reports)
}

/// Upgrades an agent to the version that was found, or to the newest good one.
fn upgrade<'a>(
    cx: &Context<'a>,
    agent: &'a Agent<'a>,
    look: UpgradeOptions,
    report: &mut UpgradeReport,
) -> Step<Upgraded<'a>> {
    report.notes = look.notes;
    let proved = if look.candidates.is_empty() {
        prove(cx, agent, &look.wanted, report)?
    } else {
        newest_good(cx, agent, &look.candidates, report)?
    };
    compare(cx, agent, &proved, report)?;
    let kept = if cx.request.keep_old { Some(keep(cx, agent, report)?) } else { None };
    Ok(Upgraded { agent, lock: proved.lock, evidence: crate::probe::live::text(&proved.evidence)?, kept })
}

/// Measures the version of the entry under the name that it keeps.
fn keep(cx: &Context<'_>, agent: &Agent<'_>, report: &mut UpgradeReport) -> Step<Kept> {
    let name = keep::name(agent)?;
    let lock = keep::lock(agent, &name);
    let entry = keep::entry(cx.registry, agent, &name)?;
    let old = keep::version(agent, &name, &lock);
    let site = fetch(cx, &old)?;
    let evidence = crate::probe::live::text(&probe(cx, &old, &site)?)?;
    report.notes.push(format!("the old version is kept as `{name}`"));
    Ok(Kept { name, lock, evidence, entry })
}

/// The newest version that behaves as the entry declares.
fn newest_good(
    cx: &Context<'_>,
    agent: &Agent<'_>,
    candidates: &[BTreeMap<String, String>],
    report: &mut UpgradeReport,
) -> Step<Proved> {
    let mut good = None;
    let mut why = Vec::new();
    let found = candidates::last_good(candidates.len(), |index| {
        let Some(wanted) = candidates.get(index) else { return Ok(false) };
        match prove(cx, agent, wanted, report) {
            Ok(proved) => {
                good = Some((index, proved));
                Ok(true)
            }
            Err(Stop::EntryMustChange(reasons) | Stop::Blocked(reasons)) => {
                why.extend(reasons.iter().map(|it| format!("{}: {it}", words(wanted).join(", "))));
                Ok(false)
            }
            Err(end) => Err(end),
        }
    })?;
    match (found, good) {
        (Some(index), Some((tried, proved))) if index == tried => {
            report.to = candidates.get(index).map(words).unwrap_or_default();
            report.notes.extend(why);
            Ok(proved)
        }
        // The search only moves up from good versions, so the last good one is the newest.
        _ => Err(Stop::EntryMustChange(why)),
    }
}

fn words(versions: &BTreeMap<String, String>) -> Vec<String> {
    versions.iter().map(|(name, version)| format!("{name} {version}")).collect()
}

/// Locks, fetches, verifies and probes a version.
fn prove(
    cx: &Context<'_>,
    agent: &Agent<'_>,
    wanted: &BTreeMap<String, String>,
    report: &mut UpgradeReport,
) -> Step<Proved> {
    report.to = words(wanted);
    let lock = lock(cx, agent, wanted)?;
    let new = with_lock(agent, &lock);
    allowed(cx, agent, &new)?;
    let site = fetch(cx, &new)?;
    verify(cx, &new, &site)?;
    let evidence = probe(cx, &new, &site)?;
    let before = committed::read(cx.registry, agent.name)?.unwrap_or_default();
    let why = lost(&before, &evidence);
    if why.is_empty() {
        return Ok(Proved { lock, evidence });
    }
    if let Some(probe::UndeclaredRequest { request, literals }) = evidence.offence() {
        let found = cached::holders(&new, &cx.files, cx.tools, literals)?;
        report.offence = Some(UndeclaredRequest { request: request.clone(), found });
    }
    Err(Stop::EntryMustChange(why))
}

/// The lock of an agent, or the failure to read it.
fn lock_of<'a>(agent: &Agent<'a>) -> Step<Lock<'a>> {
    Ok(agent.read_lock().map_err(Failure::from)?)
}

/// The text of the lock of a version.
fn lock(cx: &Context<'_>, agent: &Agent<'_>, wanted: &BTreeMap<String, String>) -> Step<String> {
    let min_days = cx.request.limits.min_age;
    let until = Cutoff::of(min_days).instant();
    let versions = words(wanted).join(" ");
    cx.store.once("lock", &[METHOD, agent.name, agent.lock, &versions, &until], || {
        pin::lock_text(cx.registry, agent, wanted, min_days, cx.tools, cx.console).map_err(
            |unresolved| match unresolved {
                Unresolved::NoSolution(why) => Stop::Blocked(vec![why]),
                Unresolved::Failed(failure) => failure.into(),
            },
        )
    })
}

/// Checks that a lock is available, keeps the targets, and fits the entry.
fn allowed(cx: &Context<'_>, old: &Agent<'_>, new: &Agent<'_>) -> Step<()> {
    let (before, after) = (lock_of(old)?, lock_of(new)?);
    if let Some(gone) = after.unavailable_everywhere() {
        return Err(Stop::Blocked(vec![gone.cause.to_string()]));
    }
    let lost = Target::ALL.into_iter().filter(|target| before.unavailable_on(*target).is_none());
    let lost = lost.filter_map(|target| Some((target, after.unavailable_on(target)?)));
    let lost: Vec<String> = lost.map(|(target, it)| format!("it loses {}: {}", target.id(), it.cause)).collect();
    if !lost.is_empty() && !cx.request.limits.may_lose_targets {
        let help = "allow it with `--allow-lost-target`".to_owned();
        return Err(Stop::Blocked(lost.into_iter().chain([help]).collect()));
    }
    let agents: Vec<&Agent<'_>> =
        cx.registry.agents.iter().map(|it| if it.name == new.name { new } else { it }).collect();
    let registry = Registry { agents: &agents, ..*cx.registry };
    let violations = rules::check_registry(&registry).into_iter().filter(|(entry, _)| entry == new.name);
    let why: Vec<String> = violations.map(|(_, it)| format!("{}: {}", it.rule.code, it.message)).collect();
    if why.is_empty() { Ok(()) } else { Err(Stop::EntryMustChange(why)) }
}

/// Fetches the files of a lock into the cache; existing ones are checked and not fetched again.
fn fetch(cx: &Context<'_>, agent: &Agent<'_>) -> Step<Site> {
    let request = MirrorRequest::growing(cx.files.clone(), vec![agent], cx.request.pythons.clone());
    let mirror::Summary { new, missing, .. } = mirror::mirror(cx.registry, &request, cx.console)?;
    cx.console.step(format!("fetching {}: {} new", agent.name, count(new, "file")));
    if missing.is_empty() {
        return Ok(rendering::site(Some(&cx.files.join(SITE)))?);
    }
    let failure = missing.iter().fold(Failure::new("some files cannot be fetched"), |it, line| it.note(line.clone()));
    Err(failure.help("for a missing runtime, see `--python`; fetched files are kept").into())
}

/// Installs it in a sandbox and compares it with its entry.
fn verify(cx: &Context<'_>, agent: &Agent<'_>, site: &Site) -> Step<()> {
    let scripts = rendering::scripts(agent, site).map_err(Failure::new)?;
    let texts: String = scripts.iter().map(|it| it.text.as_str()).collect();
    let expected = Expected::of(agent).map_err(|error| Failure::new(error.to_string()))?;
    let verified = cx.store.once("verify", &[METHOD, &texts, &format!("{expected:?}")], || {
        let options = verify::Options { site: site.clone(), jobs: 1, keep: false, require: Vec::new() };
        cx.console.step(format!("verifying {}", agent.name));
        let report = verify::run(&[agent], cx.host()?, &options, &mut |_| {}).map_err(refused)?;
        let Some(evidence) = report.agents.into_iter().next() else {
            return Err(Failure::new("nothing was verified").into());
        };
        match evidence.verdict {
            verify::Verdict::Passed => Ok(Verified { passed: true, why: Vec::new() }),
            verify::Verdict::Failed { class: Class::INFRASTRUCTURE | Class::OURS, step, detail } => {
                Err(Failure::new(format!("`{}` could not be verified: {step}: {detail}", agent.name)).into())
            }
            verify::Verdict::Failed { step, detail, .. } => {
                let help = evidence.handshake.map(|it| format!("help: replace the handshake of the entry with {it}"));
                Ok(Verified { passed: false, why: [format!("{step}: {detail}")].into_iter().chain(help).collect() })
            }
            verify::Verdict::Unavailable { detail } => Err(Stop::Blocked(vec![detail])),
        }
    })?;
    if verified.passed { Ok(()) } else { Err(Stop::EntryMustChange(verified.why)) }
}

/// Probes it.
fn probe(cx: &Context<'_>, agent: &Agent<'_>, site: &Site) -> Step<Evidence> {
    let inputs = registry_scripts::evidence::inputs(agent).map_err(|error| Failure::new(error.to_string()))?;
    let scripts = rendering::scripts(agent, site).map_err(Failure::new)?;
    let texts: String = scripts.iter().map(|it| it.text.as_str()).collect();
    cx.store.once("probe", &[METHOD, agent.name, &format!("{inputs:?}"), &texts], || {
        let options = probe::Options {
            site: site.clone(),
            jobs: 1,
            keep: false,
            require: Vec::new(),
            runs: Vec::new(),
            date: dates::today(),
            breaks: Vec::new(),
        };
        cx.console.step(format!("probing {} ({})", agent.name, lock_of(agent)?.pins().join(", ")));
        let tell = &mut |event: probe::Event<'_>| {
            if let probe::Event::Ran { run, .. } = event {
                cx.console.step(format!("  {}: {} calls", run.name, run.calls));
            }
        };
        let alone = [agent];
        let registry = Registry { agents: &alone, extends: Some(cx.registry), ..*cx.registry };
        let report = probe::run(&registry, &[agent], cx.host()?, &options, tell).map_err(refused)?;
        let Some(evidence) = report.agents.into_iter().next() else {
            return Err(Failure::new("nothing was probed").into());
        };
        match evidence.error() {
            Some(why) => Err(Failure::new(format!("`{}` could not be measured: {why}", agent.name)).into()),
            None => Ok(evidence),
        }
    })
}

/// The questions that were proved for the old version and are not for the new one; all questions, if nothing is known.
fn lost(before: &Value, after: &Evidence) -> Vec<String> {
    let was = |question: &str| before.pointer(&format!("/verdicts/{question}/verdict")).and_then(Value::as_str);
    let lost = |(question, now): (&str, &Verdict)| {
        let needed = was(question).is_none_or(|it| it == Verdict::Proved.word());
        (needed && *now != Verdict::Proved).then(|| format!("{question} is {}: {}", now.word(), now.detail()))
    };
    after.verdicts().into_iter().filter_map(lost).collect()
}

/// Reports the differences between the version of the lock and the new one.
fn compare(cx: &Context<'_>, agent: &Agent<'_>, proved: &Proved, report: &mut UpgradeReport) -> Step<()> {
    let new = with_lock(agent, &proved.lock);
    let mut after = proved.evidence.behaviour();
    let (mut before, measured) = match before(cx, agent) {
        Ok(before) => (before, true),
        Err(Stop::Failed(failure)) => {
            report.notes.push(format!("the old version could not be measured: {failure}"));
            (Behaviour::new(), false)
        }
        Err(end) => return Err(end),
    };
    let (old, new) = (lock_of(agent)?, lock_of(&new)?);
    before.extend(behaviour::of_lock(&old));
    after.extend(behaviour::of_lock(&new));
    report.notes.extend(behaviour::license_changes(&old, &new));
    report.compare(behaviour::compare(&before, &after));
    if !measured {
        // It is unknown whether the behaviour is the same.
        report.verdict = report::Verdict::Other;
    }
    Ok(())
}

/// The behaviour of the version of the lock: from its evidence if that is complete, else measured now.
fn before(cx: &Context<'_>, agent: &Agent<'_>) -> Step<Behaviour> {
    let site = fetch(cx, agent)?;
    if let Some(evidence) = committed::read(cx.registry, agent.name)? {
        let part = |key: &str| evidence.get(key).cloned().unwrap_or_default();
        let inputs: registry_scripts::evidence::Inputs = serde_json::from_value(part("inputs")).unwrap_or_default();
        let behaviour: Behaviour = serde_json::from_value(part("behaviour")).unwrap_or_default();
        let fresh = registry_scripts::evidence::inputs(agent).is_ok_and(|now| now == inputs);
        if fresh && behaviour::is_measured(&behaviour) {
            return Ok(behaviour);
        }
    }
    Ok(probe(cx, agent, &site)?.behaviour())
}

fn refused(refusal: registry_live::Failure) -> Failure {
    Failure::new(refusal.message).help(refusal.help)
}

impl Context<'_> {
    /// The sandbox, chosen when an agent needs it first.
    fn host(&self) -> Outcome<&Host> {
        if let Some(host) = self.host.get() {
            return Ok(host);
        }
        let host = Host::choose(Wanted { kind: Some(SandboxKind::Bwrap), ..Wanted::default() }).map_err(refused)?;
        self.console.step(format!("sandbox: {}", host.describe()));
        Ok(self.host.get_or_init(|| host))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_lost(before: &Value, change: impl FnOnce(&mut Evidence), expected: &[&str]) {
        let proved = json!({"verdict": "proved"});
        let all = json!({
            "agent": "fixture", "date": "2026-01-31", "pins": [], "inputs": {}, "runtime": "real", "stamp": "",
            "routing": proved, "environment": proved, "hosts": proved, "web": proved, "secrets": proved,
            "strangers": [], "seconds": 1.0, "runs": [],
        });
        let mut evidence: Evidence = serde_json::from_value(all).expect("it is evidence");
        change(&mut evidence);
        assert_eq!(lost(before, &evidence), expected);
    }

    #[test]
    fn lost_proofs_are_reported() {
        let was = |word: &str| json!({"verdicts": {"hosts": {"verdict": word}}});
        let fails = |it: &mut Evidence| it.hosts = Verdict::Failed("`h` is not in the entry".to_owned());
        check_lost(&was("proved"), |_| {}, &[]);
        check_lost(&was("proved"), fails, &["hosts is failed: `h` is not in the entry"]);
        check_lost(&was("failed"), fails, &[]);
        check_lost(&Value::Null, fails, &["hosts is failed: `h` is not in the entry"]);
        let open = |it: &mut Evidence| it.web = Verdict::Unproven("no call".to_owned());
        check_lost(&was("proved"), open, &["web is unproven: no call"]);
    }
}
