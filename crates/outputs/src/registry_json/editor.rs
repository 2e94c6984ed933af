//! An agent in the format of the public ACP registry, from which editors run agents by `npx`, `uvx` or an archive.

use std::collections::BTreeMap;

use registry_model::model::{Agent, Archive, Artefact, Info, Lock, Target};
use registry_model::template::{Template, Value};
use serde::Serialize;

/// An agent in the format of the public registry.
#[derive(Debug, Serialize)]
pub(super) struct Described<'a> {
    pub(super) id: String,
    name: &'a str,
    version: String,
    description: String,
    distribution: Distribution,
}

/// The distribution for editors: one of the three forms.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Distribution {
    Npx(Package),
    Uvx(Package),
    Binary(BTreeMap<&'static str, Binary>),
}

/// A package that runs without an install.
#[derive(Debug, Serialize)]
struct Package {
    #[serde(rename = "package")]
    exact: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env: BTreeMap<String, String>,
}

/// An archive that is unpacked before the run.
#[derive(Debug, Serialize)]
struct Binary {
    archive: String,
    cmd: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env: BTreeMap<String, String>,
}

/// The description of an agent; `None` if the format cannot express it: several packages, a shipped program, a helper
/// process, arguments that depend on the run, or packages that cannot be fetched.
pub(super) fn agent_json<'a>(agent: &Agent<'a>, lock: &Lock<'_>) -> Option<Described<'a>> {
    let [artefact] = agent.install else { return None };
    if agent.beside.is_some() || agent.targets(lock).is_empty() {
        return None;
    }
    let (program, args) = agent.launch.split_first()?;
    if literal(program)? != artefact.bin() {
        return None;
    }
    let args = args.iter().map(literal).collect::<Option<Vec<_>>>()?;
    let version = lock.packages.first().map(|it| it.version.to_owned());
    let distribution = distribution(artefact, version.as_deref(), args, env(agent))?;
    let name = match agent.handshake.info {
        Info::Fields { title, .. } if !title.is_empty() => title,
        Info::Fields { name, .. } => name,
        Info::None(_) => agent.name,
    };
    let description = agent.summary().split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Described { id: agent.plain_name(), name, version: version?, description, distribution })
}

fn distribution(
    artefact: &Artefact<'_>,
    version: Option<&str>,
    args: Vec<String>,
    env: BTreeMap<String, String>,
) -> Option<Distribution> {
    match artefact {
        Artefact::Npm(npm) => {
            Some(Distribution::Npx(Package { exact: format!("{}@{}", npm.package, version?), args, env }))
        }
        // `uvx` runs the program with the package's name.
        Artefact::Pypi(pypi) if pypi.bin == pypi.package => {
            Some(Distribution::Uvx(Package { exact: format!("{}=={}", pypi.package, version?), args, env }))
        }
        Artefact::Archive(archive) => Some(Distribution::Binary(binaries(archive, &args, &env))),
        Artefact::Pypi(_) | Artefact::Git(_) | Artefact::Program(_) | Artefact::Sh(_) => None,
    }
}

/// The archives by the format's names of machines. The names have no C library, so archives for musl are omitted.
fn binaries(archive: &Archive<'_>, args: &[String], env: &BTreeMap<String, String>) -> BTreeMap<&'static str, Binary> {
    let named = |target| match target {
        Target::LinuxX64 => Some("linux-x86_64"),
        Target::LinuxArm64 => Some("linux-aarch64"),
        Target::LinuxX64Musl | Target::LinuxArm64Musl => None,
    };
    let binary = |url: &str| Binary {
        archive: url.to_owned(),
        cmd: format!("./{}", archive.bin),
        args: args.to_vec(),
        env: env.clone(),
    };
    archive.downloads.iter().filter_map(|it| Some((named(it.target)?, binary(it.url)))).collect()
}

/// The variables that turn off its calls of other hosts; variables of its routes are only for the launcher.
fn env(agent: &Agent<'_>) -> BTreeMap<String, String> {
    let variables = agent.hosts.iter().flat_map(|host| host.off);
    variables.filter_map(|it| Some((it.name.to_owned(), literal(&it.value)?))).collect()
}

fn literal(template: &Template<'_>) -> Option<String> {
    match template.value()? {
        Value::Text(text) | Value::Number(text) => Some(text.into_owned()),
        _ => None,
    }
}
