//! What the verdicts of a probe depend on, as one hash for each question: evidence is stale when its hash differs.

use std::collections::BTreeMap;
use std::fmt::Write;

use registry_model::model::{
    Agent, Artefact, ConfigFile, Exit, Handshake, Info, Mapping, McpWay, ModelDelivery, Off, Permission, ProxyMode,
    References, Semantics, Session, Version, without_licenses,
};

use crate::RenderError;

/// A hash for each question, by its name: 16 hexadecimal digits.
pub type Inputs = BTreeMap<String, String>;

/// The questions of a probe, each with the number of its method. A changed method gets a new number, which makes all
/// earlier verdicts stale.
pub const QUESTIONS: [(&str, u32); 8] = [
    ("routing", 2),
    ("environment", 4),
    ("hosts", 2),
    ("web", 2),
    ("secrets", 2),
    ("permission", 2),
    ("effort", 1),
    ("mcp", 1),
];

/// Why a question without a hash is stale, where others have one.
pub const UNASKED: &str = "it was not measured";

/// The checksum of an agent's lock, without its licenses: they are not installed.
pub fn lock_sum(agent: &Agent<'_>) -> String {
    format!("sha256:{}", crate::sha256(without_licenses(agent.lock).as_bytes()))
}

/// The hashes of an agent as its entry and lock are now.
pub fn inputs(agent: &Agent<'_>) -> Result<Inputs, RenderError> {
    inputs_on(agent, agent.node(&agent.read_lock()?), agent.python())
}

/// The same with these versions of Node.js and Python.
fn inputs_on(agent: &Agent<'_>, node: Version, python: Option<Version>) -> Result<Inputs, RenderError> {
    let scripts = crate::unstamped(&without_reasons(agent))?;
    let common = common(agent, &scripts.launch, node, python);
    let hash = |question: &str, method: u32| {
        let own = match question {
            "hosts" => hosts(agent),
            // mutant: a changed policy keeps evidence fresh
            "web" => web(agent, &scripts.web_policy),
            "permission" => permission(agent),
            "effort" => effort(agent),
            "mcp" => mcp(agent),
            _ => String::new(),
        };
        let sum = crate::sha256(format!("{method}\n{common}{own}").as_bytes());
        sum.get(..16).unwrap_or_default().to_owned()
    };
    let asked = QUESTIONS.iter().filter(|(question, _)| *question != "mcp" || takes_servers(agent));
    Ok(asked.map(|&(question, method)| (question.to_owned(), hash(question, method))).collect())
}

/// The agent as a probe runs it: what its entry says about a switch that it does not have changes no run.
fn without_reasons<'a>(agent: &Agent<'a>) -> Agent<'a> {
    Agent {
        web: agent.web.filter(|_| agent.no_web_refusal().is_none()),
        hosted: agent.hosted.filter(|it| it.reason().is_empty()),
        permission: agent.permission.filter(|_| agent.ask_refusal().is_none()),
        effort: agent.effort.filter(|it| !it.levels().is_empty()),
        // The transports are inputs of one question alone.
        mcp: None,
        ..*agent
    }
}

/// Whether the entry says that the agent takes MCP servers: without that, there is nothing to measure.
fn takes_servers(agent: &Agent<'_>) -> bool {
    agent.mcp.is_some_and(|it| !it.transports().is_empty())
}

/// The questions whose verdict is stale, in their order, each with the reason: other inputs, or no recorded inputs. A
/// question that is newer than the evidence is the only one that is stale for that.
pub fn stale(
    agent: &Agent<'_>,
    pins: &[String],
    measured: &Inputs,
) -> Result<Vec<(&'static str, String)>, RenderError> {
    let (now, locked) = (inputs(agent)?, agent.read_lock()?.pins());
    let why = if measured.is_empty() {
        "it has no hashes".to_owned()
    } else if pins == locked {
        "the lock, the launcher, the entry, the runtime or the method has changed since".to_owned()
    } else {
        format!("measured with {}, and the lock has {}", pins.join(", "), locked.join(", "))
    };
    let reason = |question: &str| match (measured.get(question), now.get(question)) {
        (measured, now) if measured == now => None,
        (None, _) if !measured.is_empty() => Some(UNASKED.to_owned()),
        _ => Some(why.clone()),
    };
    Ok(QUESTIONS.iter().filter_map(|(question, _)| Some((*question, reason(question)?))).collect())
}

/// What every question depends on: a line for each fact. A default has no line, so a new field of the model changes no
/// hash while it has its default.
fn common(agent: &Agent<'_>, launch: &str, node: Version, python: Option<Version>) -> String {
    let mut facts = Facts::default();
    // mutant: a changed lock keeps evidence fresh
    facts.add("lock", &installed(agent.lock));
    // mutant: a changed launcher keeps evidence fresh
    facts.add("launch.sh", launch);
    // mutant: a changed Node.js keeps evidence fresh
    facts.add("node", &node.to_string());
    if let Some(python) = python {
        facts.add("python", &python.to_string());
    }
    for artefact in agent.install {
        match artefact {
            Artefact::Npm(it) => facts.add_all("postinstall", it.postinstall),
            Artefact::Archive(it) => {
                for download in it.downloads {
                    facts.add("archive", &format!("{} {} {}", download.target.id(), download.url, download.sha256));
                }
            }
            Artefact::Git(it) => facts.add("git", &format!("{} {}", it.url, it.commit)),
            Artefact::Program(it) => facts.add("program", it.text),
            Artefact::Sh(it) => facts.add("step", it.script),
            // The lock has its wheels and sources.
            Artefact::Pypi(_) => {}
        }
    }
    add_model(&mut facts, &agent.model);
    // mutant: a changed handshake keeps evidence fresh
    add_handshake(&mut facts, &agent.handshake);
    for ConfigFile { path, format, owner, mode, body } in agent.config {
        facts.add("file", &format!("{path} {} {} {mode:o} {}", format.word(), owner.word(), body.0));
    }
    if let Some(References { form, semantics }) = agent.references {
        facts.add("references", form);
        facts.flag("parsed", semantics == Semantics::Parsed);
    }
    facts.0
}

/// The lines of a lock about what is installed, without licenses and the dates of releases and of unavailable packages.
fn installed(lock: &str) -> String {
    let lock = without_licenses(lock);
    let kept = lock.split_inclusive('\n').filter(|line| !line.starts_with("unavailable "));
    kept.map(|line| match line.strip_prefix("package ") {
        // The fifth field is the date of the release.
        Some(_) => format!("{}\n", line.trim_end().splitn(6, ' ').take(5).collect::<Vec<_>>().join(" ")),
        None => line.to_owned(),
    })
    .collect()
}

fn add_model(facts: &mut Facts, model: &ModelDelivery<'_>) {
    let ModelDelivery { format, via, proxy, refuses, none } = model;
    facts.add("model.format", format.id());
    facts.add("model.via", via.id());
    facts.flag("model.registers", *proxy == ProxyMode::RegisterProvider);
    facts.flag("model.takes_no_alias", matches!(proxy, ProxyMode::Unsupported(_)));
    facts.add_all("model.refuses", refuses);
    facts.flag("model.none", none.is_some());
}

fn add_handshake(facts: &mut Facts, handshake: &Handshake<'_>) {
    let Handshake { info, env, session, exit } = handshake;
    if let Info::Fields { name, title, version_is_pinned } = info {
        facts.add("handshake.name", name);
        facts.add("handshake.title", title);
        facts.flag("handshake.version", *version_is_pinned);
    }
    add_mappings(facts, "handshake.env", env);
    if let Session::Refused(code) = session {
        facts.add("handshake.refused", &code.to_string());
    }
    facts.flag("handshake.signal", *exit == Exit::Signal);
}

fn add_mappings(facts: &mut Facts, key: &str, mappings: &[Mapping<'_>]) {
    for it in mappings {
        facts.add(key, &format!("{}={}", it.name, it.value.0));
    }
}

/// The hosts that the entry declares; their switches are part of launch.sh.
fn hosts(agent: &Agent<'_>) -> String {
    let mut facts = Facts::default();
    for host in agent.hosts {
        facts.add("host", host.name);
        add_mappings(&mut facts, "host.off", host.off);
    }
    facts.0
}

/// The web policy: the tools that it names, and how it turns them off.
fn web(agent: &Agent<'_>, script: &str) -> String {
    let mut facts = Facts::default();
    let Some(policy) = agent.web else { return facts.0 };
    facts.add("web-policy.sh", script);
    facts.add("web", policy.kind().id());
    facts.add_all("web.tool", policy.tools());
    add_switches(&mut facts, "web", agent.web_switches());
    facts.add_all("hosted.tool", agent.hosted_tools());
    add_switches(&mut facts, "hosted", agent.hosted_switches());
    facts.0
}

/// The permission: what it turns off.
fn permission(agent: &Agent<'_>) -> String {
    let mut facts = Facts::default();
    let Some(permission) = agent.permission.filter(|it| !matches!(it, Permission::Untested(_))) else { return facts.0 };
    facts.add("permission", permission.kind().id());
    facts.add("permission.mode", permission.mode());
    add_switches(&mut facts, "permission", permission.off());
    facts.0
}

/// The levels of effort; where they go is in the launcher and the files.
fn effort(agent: &Agent<'_>) -> String {
    let mut facts = Facts::default();
    let Some(effort) = agent.effort.filter(|it| !it.levels().is_empty()) else { return facts.0 };
    facts.add("effort", effort.kind().id());
    facts.add_all("effort.level", effort.levels());
    facts.0
}

/// The transports of the MCP servers that it takes.
fn mcp(agent: &Agent<'_>) -> String {
    let mut facts = Facts::default();
    for way in McpWay::ALL {
        for transport in agent.mcp.map_or(&[] as &[_], |it| it.by(way)) {
            facts.add(&format!("mcp.{}", way.word()), transport.word());
        }
    }
    facts.0
}

fn add_switches(facts: &mut Facts, field: &str, switches: &[Off<'_>]) {
    for off in switches {
        match off {
            Off::File { path, format, owner, body } => {
                facts.add(&format!("{field}.file"), &format!("{path} {} {} {}", format.word(), owner.word(), body.0));
            }
            Off::Env(mappings) => add_mappings(facts, &format!("{field}.env"), mappings),
            Off::Argv(words) => facts.add_all(&format!("{field}.argument"), words),
            Off::Unset(names) => facts.add_all(&format!("{field}.unset"), names),
        }
    }
}

/// Facts as text, one per line; a fact that is empty or false has no line.
#[derive(Debug, Default)]
struct Facts(String);

impl Facts {
    fn add(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            // The length separates facts, also when a value contains line breaks.
            let _ = writeln!(self.0, "{key} {} {value}", value.len());
        }
    }

    fn add_all(&mut self, key: &str, values: &[&str]) {
        for value in values {
            self.add(key, value);
        }
    }

    fn flag(&mut self, key: &str, is: bool) {
        self.add(key, if is { "yes" } else { "" });
    }
}

#[cfg(test)]
mod tests {
    use registry_model::model::{
        Archive, Download, Effort, FileFormat, Host, Mcp, McpTransport, Npm, Owner, Pypi, Target, WebPolicy,
    };
    use registry_model::template::Template;

    use super::*;

    const LOCK: &str = "format 1\npackage npm a 1.0 sha512-x\n";
    const NPM: Artefact<'static> = Artefact::Npm(Npm { package: "a", bin: "a", postinstall: &[] });
    const LAUNCH: [Template<'static>; 1] = [Template("\"a\"")];
    const FILE: Template<'static> = Template("[\"object\",[\"web\",false]]");
    const OFF: Off<'static> =
        Off::File { path: "~/.a/a.json", format: FileFormat::Json, owner: Owner::Keys, body: FILE };
    const AGENT: Agent<'static> = Agent {
        name: "fixture",
        install: &[NPM],
        launch: &LAUNCH,
        web: Some(WebPolicy::Switch { tools: &["fetch"], off: &[OFF] }),
        lock: LOCK,
        ..Agent::EMPTY
    };

    /// Checks which questions a change makes stale.
    #[track_caller]
    fn check_stale(changed: &Agent<'_>, questions: &[&str]) {
        let measured = inputs(&AGENT).expect("it is rendered");
        let stale = stale(changed, &["a@1.0".to_owned()], &measured).expect("it is rendered");
        assert_eq!(stale.iter().map(|(question, _)| *question).collect::<Vec<_>>(), questions);
    }

    const ALL: [&str; 7] = ["routing", "environment", "hosts", "web", "secrets", "permission", "effort"];

    #[test]
    fn evidence_is_stale_after_its_inputs_change() {
        check_stale(&AGENT, &[]);
        // The same version with another tree.
        check_stale(&Agent { lock: "format 1\npackage npm a 1.0 sha512-y\n", ..AGENT }, &ALL);
        check_stale(&Agent { launch: &[Template("\"a\""), Template("\"--acp\"")], ..AGENT }, &ALL);
        let handshake = Handshake { exit: Exit::Signal, ..Handshake::EMPTY };
        check_stale(&Agent { handshake, ..AGENT }, &ALL);
        let model = ModelDelivery { via: registry_model::model::Via::File, ..ModelDelivery::EMPTY };
        check_stale(&Agent { model, ..AGENT }, &ALL);
        let body = Template("[\"object\",[\"model\",\"x\"]]");
        let file = ConfigFile { path: "~/.a/b.json", format: FileFormat::Json, owner: Owner::Keys, mode: 0o600, body };
        check_stale(&Agent { config: &[file], ..AGENT }, &ALL);
        let npm = Artefact::Npm(Npm { package: "a", bin: "a", postinstall: &["node", "x.mjs"] });
        check_stale(&Agent { install: &[npm], ..AGENT }, &ALL);
        let archive = |sha256| {
            let download = Download { target: Target::LinuxX64, url: "https://example.org/a", sha256 };
            Artefact::Archive(Archive { bin: "a", downloads: Box::leak(Box::new([download])) })
        };
        let hashes = |sha256| inputs(&Agent { install: &[NPM, archive(sha256)], ..AGENT }).expect("it is rendered");
        assert_ne!(hashes("0"), hashes("1"));
    }

    #[test]
    fn changed_runtime_invalidates_the_evidence_of_its_agents() {
        let on = |agent: &Agent<'_>, node, python| {
            let python = agent.python().map(|_| Version::new(3, 12, python));
            inputs_on(agent, Version::new(22, node, 0), python).expect("it is rendered")
        };
        let differ =
            |one: &Inputs, other: &Inputs| QUESTIONS.iter().filter(|(it, _)| one.get(*it) != other.get(*it)).count();
        assert_eq!(differ(&on(&AGENT, 1, 1), &on(&AGENT, 2, 1)), ALL.len());
        assert_eq!(differ(&on(&AGENT, 1, 1), &on(&AGENT, 1, 2)), 0);
        let pypi = Pypi { package: "a", bin: "a", python: "==3.12.*", source: "" };
        let python = Agent { install: &[Artefact::Pypi(pypi)], ..AGENT };
        assert_eq!(differ(&on(&python, 1, 1), &on(&python, 1, 2)), ALL.len());
    }

    #[test]
    fn input_of_one_question_leaves_the_others_fresh() {
        let host = Host { name: "a.example", off: &[], reason: "none" };
        check_stale(&Agent { hosts: &[host], ..AGENT }, &["hosts"]);
        let web = Some(WebPolicy::Switch { tools: &["fetch", "search"], off: &[OFF] });
        check_stale(&Agent { web, ..AGENT }, &["web"]);
        let off = Off::File {
            path: "~/.a/a.json",
            format: FileFormat::Json,
            owner: Owner::Keys,
            body: Template("[\"object\"]"),
        };
        // The launcher's plan has the files of the policy.
        check_stale(&Agent { web: Some(WebPolicy::Switch { tools: &["fetch"], off: &[off] }), ..AGENT }, &ALL);
    }

    #[test]
    fn unmeasured_question_leaves_the_others_fresh() {
        const MCP: Agent<'static> =
            Agent { mcp: Some(Mcp::Servers { acp: &[McpTransport::Stdio], file: &[] }), ..AGENT };
        let measured = inputs(&AGENT).expect("it is rendered");
        assert!(!measured.contains_key("mcp"));
        let reasons = stale(&MCP, &["a@1.0".to_owned()], &measured).expect("it is rendered");
        assert_eq!(reasons, [("mcp", UNASKED.to_owned())]);
        let measured = inputs(&MCP).expect("it is rendered");
        let both = Mcp::Servers { acp: &[McpTransport::Stdio, McpTransport::Http], file: &[] };
        for mcp in [Some(both), None] {
            let reasons = stale(&Agent { mcp, ..AGENT }, &["a@1.0".to_owned()], &measured).expect("it is rendered");
            assert_eq!(reasons.iter().map(|(question, _)| *question).collect::<Vec<_>>(), ["mcp"]);
        }
    }

    #[test]
    fn dates_in_a_lock_keep_evidence_fresh() {
        let dated = format!("{} 2026-11-20\nunavailable linux-arm64 2026-11-23 npm a-arm64 1.0 404\n", LOCK.trim_end());
        check_stale(&Agent { lock: &dated, ..AGENT }, &[]);
    }

    #[test]
    fn licenses_in_a_lock_keep_evidence_fresh() {
        let licensed = Agent { lock: &format!("{LOCK}license npm a 1.0 MIT\n"), ..AGENT };
        check_stale(&licensed, &[]);
        assert_eq!(lock_sum(&licensed), lock_sum(&AGENT));
    }

    #[test]
    fn unrelated_fields_keep_evidence_fresh() {
        check_stale(&Agent { aliases: &["other"], description: "Another text.", install_timeout: 7, ..AGENT }, &[]);
    }

    #[test]
    fn reason_without_a_switch_keeps_evidence_fresh() {
        let untested = Agent {
            permission: Some(Permission::Untested("no one tried")),
            effort: Some(Effort::Untested("no one tried")),
            ..AGENT
        };
        check_stale(&untested, &[]);
        check_stale(&Agent { effort: Some(Effort::None("it has none")), ..untested }, &[]);
        check_stale(&Agent { permission: Some(Permission::None("it never asks")), ..untested }, &["permission"]);
        let because = |reason| {
            let web = Some(WebPolicy::Untested { tools: &["fetch"], reason });
            inputs(&Agent { web, ..AGENT }).expect("it is rendered")
        };
        assert_eq!(because("no one tried"), because("it was tried once"));
    }

    #[test]
    fn evidence_without_hashes_is_stale() {
        let why = |pins: &[&str], measured: &Inputs| {
            let pins: Vec<String> = pins.iter().map(ToString::to_string).collect();
            let stale = stale(&AGENT, &pins, measured).expect("it is rendered");
            assert_eq!(stale.len(), ALL.len());
            stale[0].1.clone()
        };
        let other = Inputs::from([("routing".to_owned(), "0123456789abcdef".to_owned())]);
        assert_eq!(why(&["a@1.0"], &Inputs::new()), "it has no hashes");
        assert!(why(&["a@1.0"], &other).starts_with("the lock, the launcher"));
        assert_eq!(why(&["a@0.9"], &other), "measured with a@0.9, and the lock has a@1.0");
    }
}
