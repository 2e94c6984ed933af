//! The data that installed programs read about an agent: `agent.json` for the install, `plan.json` for every launch.

use core::fmt::Write as _;

use registry_model::model::{
    Agent, Artefact, ArtefactKind, Beside, ConfigFile, FileFormat, Lock, Mapping, McpTransport, Off, Owner, Proof,
    ProofKind, Semantics, Session, SessionKind, WithoutWeb,
};
use registry_model::template::{Template, Value};
use registry_model::variables::{CANONICAL, VariableKind};
use serde::Serialize;
use serde_json::value::RawValue;

use super::expected::Expected;
use super::json::{self, Members};
use super::{InstallPaths, RenderError, read};
use crate::site::{Site, Wheel};

/// A program that an install provides.
pub(crate) struct Program<'a> {
    /// Its name, without folders.
    pub(crate) name: &'a str,
    /// Where it is, relative to the agent's folder.
    pub(crate) path: String,
    /// What installs it.
    pub(crate) kind: ArtefactKind,
    /// The locked version of its package; empty for a program that is not in a lock.
    pub(crate) version: &'a str,
}

/// The programs of an agent, in the order of its artefacts.
pub(crate) fn programs<'a>(agent: &'a Agent<'a>, lock: &Lock<'a>) -> Vec<Program<'a>> {
    let place = |index: usize, artefact: &Artefact<'a>| {
        let bin = artefact.bin();
        let name = bin.rsplit('/').next().unwrap_or(bin);
        let path = match artefact {
            Artefact::Npm(_) => format!("node_modules/.bin/{bin}"),
            Artefact::Pypi(_) => format!("venv/bin/{bin}"),
            Artefact::Archive(_) => format!("archives/{index}/{bin}"),
            Artefact::Git(_) => format!("git/{name}/{bin}"),
            Artefact::Program(_) => format!("programs/{bin}"),
            Artefact::Sh(_) => format!("steps/bin/{bin}"),
        };
        let version = artefact
            .package()
            .and_then(|(ecosystem, package)| lock.package(ecosystem, package))
            .map_or("", |package| package.version);
        Program { name, path, kind: artefact.kind(), version }
    };
    let all = agent.install.iter().enumerate().filter(|(_, artefact)| !artefact.bin().is_empty());
    all.map(|(index, artefact)| place(index, artefact)).collect()
}

/// The program of an argument vector: its first word.
pub(crate) fn program<'p, 'a>(
    programs: &'p [Program<'a>],
    first: Option<&Template<'_>>,
    place: &str,
) -> Result<&'p Program<'a>, RenderError> {
    let Some(first) = first else { return Err(RenderError::NoProgram(String::new())) };
    let Value::Text(word) = read(*first, place)? else { return Err(RenderError::NoProgram(place.to_owned())) };
    let name = word.rsplit('/').next().unwrap_or(&word);
    programs.iter().find(|it| it.name == name).ok_or_else(|| RenderError::NoProgram(word.to_string()))
}

/// Whether an install proves that the agent starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proofs {
    /// As the entry declares; over ACP when it declares nothing.
    Declared,
    /// Not at all, to measure an agent whose entry is not correct yet.
    Skipped,
}

/// `agent.json`, in the order of its members.
#[derive(Serialize)]
struct AgentFile<'a> {
    name: &'a str,
    runs: &'static str,
    npm: Vec<NpmPackage<'a>>,
    pypi: Vec<&'a str>,
    git: Vec<Repository<'a>>,
    steps: Vec<Step>,
    programs: Vec<PlannedProgram<'a>>,
    uv: &'a [Wheel],
    #[serde(rename = "buildTools")]
    build_tools: &'a [Wheel],
    proof: Vec<PlannedProof<'a>>,
    handshake: Answers,
}

#[derive(Serialize)]
struct NpmPackage<'a> {
    package: &'a str,
    postinstall: &'a [&'a str],
}

#[derive(Serialize)]
struct Repository<'a> {
    url: &'a str,
    commit: &'a str,
    bin: &'a str,
}

#[derive(Serialize)]
struct Step {
    file: String,
}

#[derive(Serialize)]
struct PlannedProgram<'a> {
    name: &'a str,
    path: &'a str,
    kind: &'static str,
    launch: bool,
}

/// A proof. Only the proof of a version has more than a kind.
#[derive(Serialize)]
struct PlannedProof<'a> {
    kind: &'static str,
    #[serde(flatten)]
    version: Option<VersionProof<'a>>,
}

#[derive(Serialize)]
struct VersionProof<'a> {
    bin: &'a str,
    args: &'a [&'a str],
    output: String,
}

#[derive(Serialize)]
struct Answers {
    info: Option<Members<&'static str, String>>,
    env: Members<String, String>,
    session: SessionAnswer,
    exit: &'static str,
}

/// An answer to `session/new`: a word, or the code of the error.
#[derive(Serialize)]
#[serde(untagged)]
enum SessionAnswer {
    Word(&'static str),
    Code(i32),
}

/// The text of `agent.json`.
pub(crate) fn agent_json(
    agent: &Agent<'_>,
    lock: &Lock<'_>,
    site: &Site,
    proving: Proofs,
) -> Result<String, RenderError> {
    let programs = programs(agent, lock);
    let launch = program(&programs, agent.launch.first(), "launch")?.name;
    let (mut npm, mut pypi, mut git, mut steps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, artefact) in agent.install.iter().enumerate() {
        match artefact {
            Artefact::Npm(it) => npm.push(NpmPackage { package: it.package, postinstall: it.postinstall }),
            Artefact::Pypi(it) => pypi.push(it.package),
            Artefact::Git(it) => git.push(Repository { url: it.url, commit: it.commit, bin: it.bin }),
            Artefact::Sh(_) => steps.push(Step { file: format!("steps/{index}.sh") }),
            Artefact::Archive(_) | Artefact::Program(_) => {}
        }
    }
    Ok(json::text(&AgentFile {
        name: agent.name,
        runs: agent.runs.word(),
        npm,
        pypi,
        git,
        steps,
        programs: programs.iter().map(|it| launched(it, launch)).collect(),
        uv: &site.uv,
        build_tools: &site.build_tools,
        proof: if proving == Proofs::Skipped { Vec::new() } else { proofs(agent, &programs) },
        handshake: handshake(agent, lock)?,
    }))
}

fn launched<'p>(program: &'p Program<'_>, launch: &str) -> PlannedProgram<'p> {
    let Program { name, path, kind, version: _ } = program;
    PlannedProgram { name, path, kind: kind.word(), launch: *name == launch }
}

/// The proofs; an agent without declared proofs is proved over ACP.
fn proofs<'a>(agent: &Agent<'a>, programs: &[Program<'_>]) -> Vec<PlannedProof<'a>> {
    let declared = if agent.proof.is_empty() { &[Proof::Acp] } else { agent.proof };
    let shown = |proof: &Proof<'a>| match *proof {
        Proof::Acp => PlannedProof { kind: ProofKind::Acp.word(), version: None },
        Proof::Version { bin, args, output } => {
            let version = programs.iter().find(|it| it.name == bin).map_or("", |it| it.version);
            let printed = VersionProof { bin, args, output: output.replace("{VERSION}", version) };
            PlannedProof { kind: ProofKind::Version.word(), version: Some(printed) }
        }
    };
    declared.iter().map(shown).collect()
}

fn handshake(agent: &Agent<'_>, lock: &Lock<'_>) -> Result<Answers, RenderError> {
    let Expected { env, info, session, exit, version: _ } = Expected::with_lock(agent, lock)?;
    let session = match session {
        Session::Ok => SessionAnswer::Word(SessionKind::Ok.word()),
        Session::Refused(code) => SessionAnswer::Code(code),
    };
    Ok(Answers { info: info.map(Members), env: Members(env), session, exit: exit.word() })
}

/// `plan.json`, in the order of its members.
#[derive(Serialize)]
struct PlanFile<'a> {
    agent: &'a str,
    runs: &'static str,
    program: &'a str,
    launch: Vec<Box<RawValue>>,
    beside: Option<Helper<'a>>,
    format: &'static str,
    form: &'static str,
    env: Vec<Variable<'a>>,
    withhold: Vec<&'a str>,
    idle: Vec<(&'a str, String)>,
    references: Option<Form<'a>>,
    config: Vec<FilePlan<'a>>,
    policy: String,
    // Left out where it says nothing, so that the plans of other agents do not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<String>,
    without: Without<'a>,
    permission: Choice<'a>,
    effort: Levels<'a>,
    mcp: Members<&'static str, Option<String>>,
    companions: Members<&'a str, String>,
    refuses: &'a [&'a str],
    variables: Members<&'a str, &'static str>,
}

/// The name of a variable, and its encoded value.
type Variable<'a> = (&'a str, Box<RawValue>);

/// The helper program of an agent, with its arguments.
#[derive(Serialize)]
struct Helper<'a> {
    program: &'a str,
    argv: Vec<Box<RawValue>>,
    within: u32,
}

/// What lets tools run without asking, and why they cannot ask where they cannot.
#[derive(Serialize)]
struct Choice<'a> {
    files: Vec<FilePlan<'a>>,
    env: Vec<Variable<'a>>,
    argv: Vec<&'a str>,
    refusal: Option<String>,
}

/// The levels of effort, and what is said of any other.
#[derive(Serialize)]
struct Levels<'a> {
    levels: &'a [&'a str],
    refusal: String,
}

/// What turns web tools off, by how much of the web a run does without.
#[derive(Serialize)]
struct Without<'a> {
    hosted: Policy<'a>,
    all: Policy<'a>,
}

/// What turns web tools off, and why a run without them is rejected where it is.
#[derive(Serialize)]
struct Policy<'a> {
    refusal: Option<String>,
    #[serde(flatten)]
    off: Switches<'a>,
}

/// What turns something off: files, variables, words, and variables that are dropped.
#[derive(Serialize)]
struct Switches<'a> {
    files: Vec<FilePlan<'a>>,
    env: Vec<Variable<'a>>,
    argv: Vec<&'a str>,
    unset: Vec<&'a str>,
}

#[derive(Serialize)]
struct Form<'a> {
    form: &'a str,
    textual: bool,
}

/// A file with its encoded body; a file of the web policy has no mode.
#[derive(Serialize)]
struct FilePlan<'a> {
    path: &'a str,
    format: &'static str,
    owner: &'static str,
    body: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<u32>,
}

impl<'a> FilePlan<'a> {
    fn new(
        path: &'a str,
        format: FileFormat,
        owner: Owner,
        body: Template<'_>,
        place: &str,
    ) -> Result<Self, RenderError> {
        read(body, place)?;
        let body = encoded(body, place)?;
        Ok(Self { path, format: format.word(), owner: owner.id(), body, mode: None })
    }
}

/// The text of `plan.json`, the data of `launch.mjs` and `policy.mjs` about the agent.
pub(crate) fn plan_json(agent: &Agent<'_>, lock: &Lock<'_>, place: &InstallPaths) -> Result<String, RenderError> {
    let mut config = Vec::new();
    for (index, file) in agent.config.iter().enumerate() {
        let plan = FilePlan::new(file.path, file.format, file.owner, file.body, &format!("config {index}"))?;
        config.push(FilePlan { mode: Some(file.mode), ..plan });
    }
    let programs = programs(agent, lock);
    let dir = place.dir();
    let companions = programs.iter().map(|it| (it.name, format!("{dir}/shims/{}", it.name))).collect();
    let mappings = agent.env.iter().chain(agent.hosts.iter().flat_map(|host| host.off));
    Ok(json::text(&PlanFile {
        agent: agent.name,
        runs: agent.runs.word(),
        program: &program(&programs, agent.launch.first(), "launch")?.path,
        launch: words(agent.launch, "launch")?,
        beside: agent.beside.map(|it| Helper::new(&it, &programs)).transpose()?,
        format: agent.model.format.word(),
        form: agent.base_url.word(),
        env: variables(mappings)?,
        withhold: agent.withheld().collect(),
        idle: agent.idle(),
        references: agent.references.map(|it| Form { form: it.form, textual: it.semantics == Semantics::Textual }),
        config,
        policy: place.policy(),
        closed: agent.model_refusal(),
        without: Without { hosted: Policy::new(agent, WithoutWeb::Hosted)?, all: Policy::new(agent, WithoutWeb::All)? },
        permission: Choice::new(agent)?,
        effort: Levels { levels: agent.effort.map_or(&[], |it| it.levels()), refusal: agent.effort_refusal() },
        mcp: Members(McpTransport::ALL.iter().map(|it| (it.word(), agent.servers_refusal(*it))).collect()),
        companions: Members(companions),
        refuses: agent.model.refuses,
        variables: Members(kinds(agent).into_iter().map(|(name, kind)| (name, kind.word())).collect()),
    }))
}

impl<'a> Helper<'a> {
    fn new(beside: &Beside<'_>, programs: &[Program<'a>]) -> Result<Self, RenderError> {
        let program = program(programs, beside.argv.first(), "beside")?.name;
        Ok(Self { program, argv: words(beside.argv, "beside")?, within: beside.within })
    }
}

impl<'a> Policy<'a> {
    fn new(agent: &Agent<'a>, web: WithoutWeb) -> Result<Self, RenderError> {
        let place = if web == WithoutWeb::Hosted { "hosted" } else { "web" };
        Ok(Self { refusal: agent.refusal_without(web), off: Switches::new(agent.switches_without(web), place)? })
    }
}

impl<'a> Choice<'a> {
    fn new(agent: &Agent<'a>) -> Result<Self, RenderError> {
        let Switches { mut files, env, argv, unset: _ } = Switches::new(agent.permission_switches(), "permission")?;
        for file in &mut files {
            // A file of the launch has the permission bits that the entry gives it; every other has the default.
            let own = agent.config.iter().find(|it| it.path == file.path);
            file.mode = Some(own.map_or(ConfigFile::DEFAULT_MODE, |it| it.mode));
        }
        Ok(Self { files, env, argv, refusal: agent.ask_refusal() })
    }
}

impl<'a> Switches<'a> {
    fn new(switches: &'a [Off<'a>], place: &str) -> Result<Self, RenderError> {
        let (mut files, mut env, mut argv, mut unset) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for it in switches {
            match *it {
                Off::File { path, format, owner, body } => {
                    files.push(FilePlan::new(path, format, owner, body, place)?);
                }
                Off::Env(mappings) => env.extend(mappings),
                Off::Argv(words) => argv.extend_from_slice(words),
                Off::Unset(names) => unset.extend_from_slice(names),
            }
        }
        Ok(Self { files, env: variables(env.into_iter())?, argv, unset })
    }
}

/// Variables with their values, in the order in which they are set.
fn variables<'a>(mappings: impl Iterator<Item = &'a Mapping<'a>>) -> Result<Vec<Variable<'a>>, RenderError> {
    mappings.map(|it| Ok((it.name, text(it.value, &format!("env: {}", it.name))?))).collect()
}

/// The words of an argument vector after its program.
fn words(argv: &[Template<'_>], place: &str) -> Result<Vec<Box<RawValue>>, RenderError> {
    argv.iter().skip(1).map(|it| text(*it, place)).collect()
}

/// A value for the environment or an argument vector: it must be a text.
fn text(template: Template<'_>, place: &str) -> Result<Box<RawValue>, RenderError> {
    if is_text(&read(template, place)?) {
        encoded(template, place)
    } else {
        Err(RenderError::Structure(place.to_owned()))
    }
}

/// The encoded form of a value.
fn encoded(template: Template<'_>, place: &str) -> Result<Box<RawValue>, RenderError> {
    let value = RawValue::from_string(with_numbers_as_written(template.0));
    value.map_err(|_| RenderError::Template(place.to_owned()))
}

fn is_text(value: &Value<'_>) -> bool {
    match value {
        Value::Text(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Variable(_)
        | Value::Uint(_)
        | Value::Companion(_) => true,
        Value::Format(parts) => parts.iter().all(is_text),
        Value::Match { arms, .. } => arms.iter().all(|(_, it)| is_text(it)),
        Value::If { then, otherwise, .. } => is_text(then) && otherwise.as_deref().is_none_or(is_text),
        Value::Null
        | Value::Reference(_)
        | Value::List(_)
        | Value::Append(_)
        | Value::Object(_)
        | Value::Servers { .. }
        | Value::Server(_) => false,
    }
}

/// Every variable that reaches the agent, the canonical ones first, with its kind.
fn kinds<'a>(agent: &'a Agent<'_>) -> Vec<(&'a str, VariableKind)> {
    let mut names: Vec<&str> = CANONICAL.iter().map(|it| it.name).collect();
    for name in agent.own_variables() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| (name, VariableKind::of(name))).collect()
}

/// An encoded value in which numbers are operations with their text: read as JSON, `1.50` would become `1.5`.
fn with_numbers_as_written(encoded: &str) -> String {
    let mut out = String::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some(first) = rest.chars().next() {
        let (length, number) = match first {
            '"' => (end_of_string(rest), false),
            '-' | '0'..='9' => (
                rest.find(|char: char| !char.is_ascii_alphanumeric() && !"+-.".contains(char)).unwrap_or(rest.len()),
                true,
            ),
            other => (other.len_utf8(), false),
        };
        let (piece, more) = rest.split_at(length);
        if number {
            let _ = write!(out, "[\"number\",\"{piece}\"]");
        } else {
            out.push_str(piece);
        }
        rest = more;
    }
    out
}

/// The length of the JSON string at the beginning of a text.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_keeps_its_source_text() {
        let check = |encoded, expected| assert_eq!(with_numbers_as_written(encoded), expected);
        check(
            "[\"object\",[\"a1\",1.50],[\"b\\\"2\",-3e+5]]",
            "[\"object\",[\"a1\",[\"number\",\"1.50\"]],[\"b\\\"2\",[\"number\",\"-3e+5\"]]]",
        );
        check("7", "[\"number\",\"7\"]");
        check("[\"text 1\",true,null]", "[\"text 1\",true,null]");
    }
}
