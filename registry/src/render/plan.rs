//! What the installed programs are told of an agent: `agent.json` for the install, `plan.json` for every launch.

use core::fmt::Write as _;

use registry_core::model::{
    Agent, Artefact, ArtefactKind, FileFormat, Lock, Off, Owner, Proof, ProofKind, Semantics, Session, SessionKind,
};
use registry_core::template::{Template, Value};
use registry_core::variables::{CANONICAL, Kind};

use super::RenderError;
use super::expected::Expected;
use super::json::Json;
use super::value::read;
use crate::site::{Site, Wheel};

/// A program that an install provides.
pub(crate) struct Program<'a> {
    /// Its name, without folders.
    pub(crate) name: &'a str,
    /// Where it is, relative to the agent's folder.
    pub(crate) path: String,
    /// What installs it.
    pub(crate) kind: ArtefactKind,
    /// The locked version of its package; empty for what is in no lock.
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

/// The program that the first word of an argument vector names.
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
    /// As its entry declares; over ACP where that declares nothing.
    Declared,
    /// Not at all: for a look at an agent of which the entry says something wrong.
    Skipped,
}

/// The text of `agent.json`.
pub(crate) fn agent_json(
    agent: &Agent<'_>,
    lock: &Lock<'_>,
    site: &Site,
    proving: Proofs,
) -> Result<Json, RenderError> {
    let programs = programs(agent, lock);
    let launch = program(&programs, agent.launch.first(), "launch")?.name;
    let program = |it: &Program<'_>| {
        Json::object([
            ("name", Json::text(it.name)),
            ("path", Json::text(it.path.as_str())),
            ("kind", Json::text(it.kind.word())),
            ("launch", Json::Bool(it.name == launch)),
        ])
    };
    let mut lists = [const { Vec::new() }; 4];
    let [npm, pypi, git, steps] = &mut lists;
    for (index, artefact) in agent.install.iter().enumerate() {
        match artefact {
            Artefact::Npm(it) => npm.push(Json::object([
                ("package", Json::text(it.package)),
                ("postinstall", Json::texts(it.postinstall.iter().copied())),
            ])),
            Artefact::Pypi(it) => pypi.push(Json::text(it.package)),
            Artefact::Git(it) => git.push(Json::object([
                ("url", Json::text(it.url)),
                ("commit", Json::text(it.commit)),
                ("bin", Json::text(it.bin)),
            ])),
            Artefact::Sh(_) => steps.push(Json::object([("file", Json::text(format!("steps/{index}.sh")))])),
            Artefact::Archive(_) | Artefact::Program(_) => {}
        }
    }
    let [npm, pypi, git, steps] = lists.map(Json::List);
    Ok(Json::object([
        ("name", Json::text(agent.name)),
        ("runs", Json::text(agent.runs.word())),
        ("npm", npm),
        ("pypi", pypi),
        ("git", git),
        ("steps", steps),
        ("programs", Json::list(programs.iter().map(program))),
        ("uv", wheels(&site.uv)),
        ("buildTools", wheels(&site.build_tools)),
        ("proof", if proving == Proofs::Skipped { Json::list([]) } else { proofs(agent, &programs) }),
        ("handshake", handshake(agent, lock)?),
    ]))
}

fn wheels(wheels: &[Wheel]) -> Json {
    Json::list(wheels.iter().map(|it| {
        Json::object([
            ("name", Json::text(it.name.as_str())),
            ("version", Json::text(it.version.as_str())),
            ("sha256", Json::texts(it.sha256.iter().map(String::as_str))),
        ])
    }))
}

/// The proofs; an agent that declares none is asked over ACP.
fn proofs(agent: &Agent<'_>, programs: &[Program<'_>]) -> Json {
    let acp = || Json::object([("kind", Json::text(ProofKind::Acp.word()))]);
    if agent.proof.is_empty() {
        return Json::list([acp()]);
    }
    Json::list(agent.proof.iter().map(|proof| match proof {
        Proof::Acp => acp(),
        Proof::Version { bin, args, output } => {
            let version = programs.iter().find(|it| it.name == *bin).map_or("", |it| it.version);
            Json::object([
                ("kind", Json::text(ProofKind::Version.word())),
                ("bin", Json::text(*bin)),
                ("args", Json::texts(args.iter().copied())),
                ("output", Json::text(output.replace("{VERSION}", version))),
            ])
        }
    }))
}

fn handshake(agent: &Agent<'_>, lock: &Lock<'_>) -> Result<Json, RenderError> {
    let Expected { env, info, session, exit, version: _ } = Expected::with_lock(agent, lock)?;
    let env = Json::object(env.iter().map(|(name, value)| (name.as_str(), Json::text(value.as_str()))));
    let info =
        info.map_or(Json::Null, |fields| Json::object(fields.into_iter().map(|(key, it)| (key, Json::text(it)))));
    let session = match session {
        Session::Ok => Json::text(SessionKind::Ok.word()),
        Session::Refused(code) => Json::Number(code.into()),
    };
    Ok(Json::object([("info", info), ("env", env), ("session", session), ("exit", Json::text(exit.word()))]))
}

/// The text of `plan.json`: the files of a launch and of the web policy.
pub(crate) fn plan_json(agent: &Agent<'_>, lock: &Lock<'_>, prefix_dir: &str) -> Result<Json, RenderError> {
    let mut config = Vec::new();
    for (index, file) in agent.config.iter().enumerate() {
        read(file.body, &format!("config {index}"))?;
        let mut members = file_members(file.path, file.format, file.owner, file.body);
        members.push(("mode", Json::Number(file.mode.into())));
        config.push(Json::object(members));
    }
    let mut web = Vec::new();
    for off in agent.web_switches() {
        if let Off::File { path, format, owner, body } = *off {
            read(body, "web")?;
            web.push(Json::object(file_members(path, format, owner, body)));
        }
    }
    let references = agent.references.map_or(Json::Null, |it| {
        let textual = it.semantics == Semantics::Textual;
        Json::object([("form", Json::text(it.form)), ("textual", Json::Bool(textual))])
    });
    let companions = programs(agent, lock);
    let companions = companions.iter().map(|it| (it.name, Json::text(format!("{prefix_dir}/shims/{}", it.name))));
    Ok(Json::object([
        ("agent", Json::text(agent.name)),
        ("references", references),
        ("config", Json::List(config)),
        ("web", Json::List(web)),
        ("companions", Json::object(companions)),
        ("refuses", Json::texts(agent.model.refuses.iter().copied())),
        ("variables", Json::object(kinds(agent).into_iter().map(|(name, kind)| (name, Json::text(kind.word()))))),
    ]))
}

/// Every variable that reaches the agent, the canonical ones first, with what it holds.
fn kinds<'a>(agent: &'a Agent<'_>) -> Vec<(&'a str, Kind)> {
    let mut names: Vec<&str> = CANONICAL.iter().map(|it| it.name).collect();
    for name in agent.own_variables() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| (name, Kind::of(name))).collect()
}

fn file_members(path: &str, format: FileFormat, owner: Owner, body: Template<'_>) -> Vec<(&'static str, Json)> {
    vec![
        ("path", Json::text(path)),
        ("format", Json::text(format.word())),
        ("owner", Json::text(owner.id())),
        ("body", Json::Raw(with_numbers_as_written(body.0))),
    ]
}

/// An encoded value in which a number is an operation on its own text: read as JSON, `1.50` would be `1.5`.
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

/// The length of the string of JSON that a text begins with.
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
    fn a_number_keeps_its_text() {
        let check = |encoded, expected| assert_eq!(with_numbers_as_written(encoded), expected);
        check(
            "[\"object\",[\"a1\",1.50],[\"b\\\"2\",-3e+5]]",
            "[\"object\",[\"a1\",[\"number\",\"1.50\"]],[\"b\\\"2\",[\"number\",\"-3e+5\"]]]",
        );
        check("7", "[\"number\",\"7\"]");
        check("[\"text 1\",true,null]", "[\"text 1\",true,null]");
    }
}
