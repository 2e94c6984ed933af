//! All agents built and verified elsewhere: a matrix for hosted runners, and a build for `BuildKit`.
//!
//! Each image holds one agent, installed by its own script and proved by it. At run time the same script finds its
//! stamp and does nothing.

use std::fmt::Write as _;

use registry_model::model::{Agent, Target};
use serde::Serialize;

use super::head;

/// A machine to build on, where there is a hosted one.
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
    platform: &'static str,
    runner: &'static str,
    timeout_minutes: u32,
}

/// An agent that is built, with its machines: Docker's name of each and that of GitHub's runner.
pub(super) struct Built<'a> {
    agent: &'a Agent<'a>,
    machines: Vec<(&'static str, &'static str)>,
}

/// The agents that can be built anywhere.
pub(super) fn built<'a>(agents: &[&'a Agent<'a>]) -> Result<Vec<Built<'a>>, String> {
    let mut all = Vec::new();
    for &agent in agents {
        let targets = agent.targets(&agent.read_lock().map_err(|error| error.to_string())?);
        let machines: Vec<_> = targets.into_iter().filter_map(machine).collect();
        if !machines.is_empty() {
            all.push(Built { agent, machines });
        }
    }
    Ok(all)
}

/// The matrix of GitHub Actions, a job an agent and machine: `matrix: ${{ fromJSON(…) }}`. A member beside `include`
/// would be a dimension of the matrix, so nothing else stands in it.
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
    // An install, and what it takes to begin.
    let timeout_minutes = agent.install_timeout.div_ceil(60) + 5;
    Job { agent: agent.name, platform, runner, timeout_minutes }
}

/// `docker-bake.hcl`: a target an agent.
pub(super) fn bake(all: &[Built<'_>]) -> String {
    let names = all.iter().map(|it| format!("\"{}\"", it.agent.name)).collect::<Vec<_>>().join(", ");
    let mut out =
        head("Builds an image an agent: `docker buildx bake` in this folder, after `cargo xtask gen-scripts`.");
    out.push_str(BAKE);
    let _ = write!(out, "\ngroup \"default\" {{\n  targets = [{names}]\n}}\n");
    for Built { agent, machines } in all {
        let platforms = machines.iter().map(|(platform, _)| format!("\"{platform}\"")).collect::<Vec<_>>();
        let _ = write!(
            out,
            "\ntarget \"{0}\" {{\n  inherits = [\"agent\"]\n  target = \"{0}\"\n  tags = [\"${{IMAGE}}:{0}\"]\n  platforms = [{1}]\n}}\n",
            agent.name,
            platforms.join(", ")
        );
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

# The folder that `gen-scripts` wrote.
variable \"SCRIPTS\" {
  default = \"../../scripts\"
}

target \"agent\" {
  dockerfile = \"Dockerfile\"
  contexts = {
    scripts = SCRIPTS
  }
  args = {
    BASE = BASE
  }
}
";

/// The Dockerfile: a stage an agent. Its build context is what `gen-scripts` wrote.
pub(super) fn dockerfile(all: &[Built<'_>], prefix: &str) -> String {
    let mut out = head(
        "A stage an agent, built from what `gen-scripts` wrote: `docker build --target AGENT -f Dockerfile SCRIPTS`.",
    );
    out.push_str(DOCKERFILE);
    for built in all {
        let name = built.agent.name;
        let _ = write!(
            out,
            "\nFROM base AS {name}\n\
             RUN --mount=type=bind,from=scripts,source={name}/install.sh,target=/run/install.sh \\\n    \
             BENCHFLOW_ALLOW_PACKAGE_MANAGER=1 sh /run/install.sh\n\
             ENTRYPOINT [\"{prefix}/bin/{name}\"]\n"
        );
    }
    out
}

const DOCKERFILE: &str = "
ARG BASE=debian:bookworm-slim

# The scripts; docker-bake.hcl puts a context of the same name in the place of this stage.
FROM scratch AS scripts
COPY . /

FROM ${BASE} AS base
";
