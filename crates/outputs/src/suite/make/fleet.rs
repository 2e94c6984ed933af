//! Builds of all agents in CI: a matrix for hosted runners, and a build for `BuildKit`.
//!
//! Each image has one agent, installed and proved by its own script. At run time the same script finds its stamp and
//! does nothing. A layer has only the prefix, so that any image can copy it.

use std::fmt::Write as _;

use registry_model::model::{Agent, Lock, RuntimeKind, Target, Version};
use registry_scripts::site::Site;
use serde::Serialize;

use super::head;

/// The hosted machine to build on, if there is one.
const fn machine(target: Target) -> Option<(&'static str, &'static str)> {
    match target {
        Target::LinuxX64 => Some(("linux/amd64", "ubuntu-24.04")),
        Target::LinuxArm64 => Some(("linux/arm64", "ubuntu-24.04-arm")),
        // The images of these stages have glibc.
        Target::LinuxX64Musl | Target::LinuxArm64Musl => None,
    }
}

/// A job of the matrix.
#[derive(Debug, Serialize)]
struct Job<'a> {
    agent: &'a str,
    /// The stage of the Dockerfile, the target of the bake file and the tag of the image.
    target: String,
    platform: &'static str,
    runner: &'static str,
    timeout_minutes: u32,
}

/// An agent that is built, with its machines: for each, Docker's name and the name of GitHub's runner.
pub(super) struct Built<'a> {
    agent: &'a Agent<'a>,
    machines: Vec<(&'static str, &'static str)>,
    /// The stage that it begins with.
    runtime: String,
}

/// The agents that can be built on at least one machine.
pub(super) fn built<'a>(agents: &[&'a Agent<'a>]) -> Result<Vec<Built<'a>>, String> {
    let mut all = Vec::new();
    for &agent in agents {
        let lock = agent.read_lock().map_err(|error| error.to_string())?;
        let targets = agent.targets(&lock);
        let machines: Vec<_> = targets.into_iter().filter_map(machine).collect();
        if !machines.is_empty() {
            all.push(Built { agent, machines, runtime: runtime_of(agent, &lock) });
        }
    }
    Ok(all)
}

/// The matrix of GitHub Actions, a job for each agent and machine: `matrix: ${{ fromJSON(…) }}`. It has no other
/// member, since a member beside `include` would be a dimension of the matrix.
pub(super) fn matrix(all: &[Built<'_>]) -> Result<String, String> {
    #[derive(Serialize)]
    struct Matrix<'a> {
        include: Vec<Job<'a>>,
    }
    let jobs = all.iter().flat_map(|built| built.machines.iter().map(|&it| job(built.agent, it)));
    let text = serde_json::to_string_pretty(&Matrix { include: jobs.collect() });
    text.map(|text| format!("{text}\n")).map_err(|error| format!("cannot write JSON: {error}"))
}

fn job<'a>(agent: &Agent<'a>, (platform, runner): (&'static str, &'static str)) -> Job<'a> {
    // The time of an install and of the job's start.
    let timeout_minutes = agent.install_timeout.div_ceil(60) + 5;
    Job { agent: agent.name, target: agent.plain_name(), platform, runner, timeout_minutes }
}

/// `docker-bake.hcl`: a target for each agent.
pub(super) fn bake(all: &[Built<'_>]) -> String {
    let names = all.iter().map(|it| format!("\"{}\"", it.agent.plain_name())).collect::<Vec<_>>().join(", ");
    let mut out =
        head("Builds an image for each agent: `docker buildx bake` in this folder, after `cargo xtask gen-scripts`.");
    out.push_str(BAKE);
    let _ = write!(out, "\ngroup \"default\" {{\n  targets = [{names}]\n}}\n");
    for Built { agent, machines, .. } in all {
        let platforms = machines.iter().map(|(platform, _)| format!("\"{platform}\"")).collect::<Vec<_>>();
        for end in ["", "-layer"] {
            let _ = write!(
                out,
                "\ntarget \"{0}{end}\" {{\n  inherits = [\"agent\"]\n  target = \"{0}{end}\"\n  \
                 tags = [\"${{IMAGE}}:{0}{end}\"]\n  platforms = [{1}]\n}}\n",
                agent.plain_name(),
                platforms.join(", ")
            );
        }
    }
    out
}

const BAKE: &str = "
# The image over which the agents are installed; it needs a shell, and glibc.
variable \"BASE\" {
  default = \"debian:bookworm-slim\"
}

# The name of the images; the tag is the agent's.
variable \"IMAGE\" {
  default = \"agents\"
}

# The folder that `gen-scripts` wrote; for a site of folders, it has them in `mirror`.
variable \"SCRIPTS\" {
  default = \"../../scripts\"
}

target \"agent\" {
  context = SCRIPTS
  dockerfile = \"cwd://Dockerfile\"
  args = {
    BASE = BASE
  }
}
";

/// The Dockerfile: two stages for each agent. Its build context is the output of `gen-scripts`.
pub(super) fn dockerfile(all: &[Built<'_>], site: &Site) -> Result<String, String> {
    let mut out =
        head("Images of agents, built from the output of `gen-scripts`; docs/containers.md has the commands.");
    out.push_str("\nARG BASE=debian:bookworm-slim\n");
    out.push_str("\n# The scripts. A build context of the same name replaces this stage.\n");
    out.push_str("FROM scratch AS scripts\nCOPY . /\n");
    let folder = folders(site)?;
    if folder.is_some() {
        out.push_str(
            "\n# The folder of the site: `mirror` of the build context, or a build context of the same name.\n",
        );
        out.push_str("FROM scratch AS mirror\nCOPY mirror /\n");
    }
    out.push_str("\nFROM ${BASE} AS base\n");
    let mut mounts = String::new();
    if let Some(folder) = folder {
        let _ = write!(mounts, "--mount=type=bind,from=mirror,target={} \\\n    ", instruction(&folder)?);
    }
    let prefix = instruction(&site.prefix)?;
    let node = runtime_stage(RuntimeKind::Node, RuntimeKind::Node.default_version());
    for (kind, line) in RuntimeKind::ALL.into_iter().flat_map(|kind| kind.lines().iter().map(move |it| (kind, it))) {
        let (runtime, shown) = (runtime_stage(kind, line.version), kind.name(line.version));
        let below = if kind == RuntimeKind::Python { &node } else { "base" };
        // Any agent has the script that fetches them.
        let Some(one) = all.iter().find(|it| it.runtime == runtime) else { continue };
        let below = if all.iter().any(|it| it.runtime == below) { below } else { "base" };
        let _ = write!(
            out,
            "\n# What agents on {shown} share.\nFROM {below} AS {runtime}\n\
             RUN {mounts}--mount=type=bind,from=scripts,source={}/install.sh,target=/run/install.sh \\\n    \
             BENCHFLOW_INSTALL_MODE=runtimes BENCHFLOW_ALLOW_PACKAGE_MANAGER=1 sh /run/install.sh && \\\n    \
             rm -rf {prefix}/.staging\n",
            one.agent.name
        );
    }
    for built in all {
        add_stages(&mut out, built, site, &prefix, &mounts)?;
    }
    Ok(out)
}

/// The stage of a line of a runtime, without dots as the names of agents.
fn runtime_stage(kind: RuntimeKind, version: Version) -> String {
    let name = kind.word();
    if version == kind.default_version() {
        return name.to_owned();
    }
    format!("{name}-{}", kind.series(version).replace('.', "-"))
}

/// The base of an agent's stage.
fn runtime_of(agent: &Agent<'_>, lock: &Lock<'_>) -> String {
    match agent.python() {
        Some(version) => runtime_stage(RuntimeKind::Python, version),
        None => runtime_stage(RuntimeKind::Node, agent.node(lock)),
    }
}

/// The stage of an image, and that of a layer to copy.
fn add_stages(out: &mut String, built: &Built<'_>, site: &Site, prefix: &str, mounts: &str) -> Result<(), String> {
    let Built { agent, runtime, .. } = built;
    let (name, stage, told) = (agent.name, agent.plain_name(), |error: &dyn core::fmt::Display| error.to_string());
    let lock = agent.read_lock().map_err(|error| told(&error))?;
    let folder = registry_scripts::folder(agent, site).map_err(|error| told(&error))?;
    let stamp = folder.rsplit('/').next().unwrap_or_default();
    let mut labels = vec![
        ("org.benchflow.agent", name.to_owned()),
        ("org.benchflow.stamp", stamp.to_owned()),
        ("org.benchflow.pins", lock.pins().join(" ")),
    ];
    let licenses = lock.own_licenses();
    if !licenses.is_empty() {
        labels.push(("org.benchflow.license", licenses.join(", ")));
    }
    // This label is an SPDX expression about all that is contained: with terms of its own in the tree there is none.
    if !lock.licenses.iter().any(|it| crate::licenses::is_own_terms(it.license)) {
        labels.extend(crate::licenses::together(&licenses).map(|it| ("org.opencontainers.image.licenses", it)));
    }
    let _ = write!(
        out,
        "\nFROM {runtime} AS {stage}\n\
         RUN {mounts}--mount=type=bind,from=scripts,source={name}/install.sh,target=/run/install.sh \\\n    \
         BENCHFLOW_ALLOW_PACKAGE_MANAGER=1 sh /run/install.sh && rm -rf {prefix}/log {prefix}/.staging\n"
    );
    out.push_str("ENV PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:");
    let _ = writeln!(out, "{prefix}/bin");
    add_labels(out, &labels);
    let _ = write!(out, "ENTRYPOINT [\"{prefix}/bin/{name}\"]\n\nFROM scratch AS {stage}-layer\n");
    let _ = writeln!(out, "COPY --from={stage} {prefix} {prefix}");
    add_labels(out, &labels);
    Ok(())
}

fn add_labels(out: &mut String, labels: &[(&str, String)]) {
    // Only the builder knows the machine of an image.
    out.push_str("ARG TARGETPLATFORM\nLABEL org.benchflow.platform=\"${TARGETPLATFORM}\"");
    for (name, value) in labels {
        let _ = write!(out, " \\\n    {name}=\"{}\"", quoted(value));
    }
    out.push('\n');
}

/// A text between the double quotes of a label, where the builder expands variables and reads escapes.
fn quoted(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, char| {
        if matches!(char, '"' | '\\' | '$') {
            out.push('\\');
        }
        out.push(char);
        out
    })
}

/// The folder that contains all folders of a site; `None` if it has only URLs.
fn folders(site: &Site) -> Result<Option<String>, String> {
    let sources = [&site.npm_registry, &site.pypi_index, &site.mirror, &site.ca_bundle];
    let runtimes = site.runtimes().map(|runtime| runtime.url.as_str());
    let parent = |it: &str| it.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let named = sources.into_iter().flatten().map(String::as_str).chain(runtimes).filter(|it| it.starts_with('/'));
    let Some(common) = named.map(parent).reduce(|one, other| common(&one, &other)) else { return Ok(None) };
    if common.is_empty() {
        let help = "keep them in one folder, as `cargo xtask mirror` does";
        return Err(format!(
            "the folders of the site have no common folder but `/`, which cannot be mounted\nhelp: {help}"
        ));
    }
    Ok(Some(common))
}

/// The common parent of two folders.
fn common(one: &str, other: &str) -> String {
    let same = one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other);
    same.map(|(part, _)| part).collect::<Vec<_>>().join("/")
}

/// A path for an instruction, both with and without quotes.
fn instruction(path: &str) -> Result<String, String> {
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+@".contains(it);
    if path.chars().all(plain) {
        return Ok(path.to_owned());
    }
    Err(format!(
        "`{path}` cannot be written into a Dockerfile\nhelp: use letters, digits and `/._-+@` in the paths of the site"
    ))
}
