//! install.sh: constants of the agent and the site, the fixed parts, and the payload.

use registry_model::model::{Agent, Artefact, ImageNeed, Lock, RuntimeKind, Target, Version};
use registry_model::names;

use super::payload::Payload;
use super::writer::{Word, Writer};
use super::{InstallPaths, RenderError, header};
use crate::site::{Runtime, Site};

/// The delimiter of the here-document with the installer.
const BODY_END: &str = "BENCHFLOW_INSTALLER";
/// The delimiter of the here-document with the payload.
const PAYLOAD_END: &str = "BENCHFLOW_PAYLOAD";

/// The fixed parts, in reading order.
const LIBRARY: [&str; 4] =
    [include_str!("sh/base.sh"), include_str!("sh/fetch.sh"), include_str!("sh/place.sh"), include_str!("sh/modes.sh")];

/// Where the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayloadPlace {
    /// In the script.
    Inside,
    /// On the site's mirror, under its name.
    Mirror,
}

/// The input of install.sh.
pub(crate) struct Parts<'a> {
    pub(crate) agent: &'a Agent<'a>,
    pub(crate) lock: &'a Lock<'a>,
    pub(crate) site: &'a Site,
    pub(crate) place: &'a InstallPaths,
    pub(crate) payload: &'a Payload,
    pub(crate) carried: PayloadPlace,
}

/// The text of install.sh.
pub(crate) fn install(parts: &Parts<'_>) -> Result<String, RenderError> {
    let mut w = Writer::default();
    header(&mut w, parts.agent, "installs the agent under one prefix and changes nothing else");
    // The packages with their versions are only in the packed payload, so they are listed for readers of the script.
    parts.lock.pins().iter().for_each(|pin| w.comment(pin));
    w.comment(
        "Modes: BENCHFLOW_INSTALL_MODE=install|check|remove|rollback|gc|plan|runtimes. The last line on standard error is JSON.",
    );
    w.library(include_str!("sh/outer.sh"));
    let body = body(parts)?;
    w.here_document("exec env -i \"$@\" sh -s", BODY_END, &body);
    w.finish()
}

fn body(parts: &Parts<'_>) -> Result<String, RenderError> {
    let mut w = Writer::default();
    w.library(include_str!("sh/inner.sh"));
    write_constants(&mut w, parts);
    w.section("what differs between machines");
    write_runtimes(&mut w, parts);
    write_needs(&mut w, parts.agent);
    write_runtime_needs(&mut w, parts);
    write_image_needs(&mut w, parts.agent);
    write_artefacts(&mut w, parts.agent);
    write_plan(&mut w, parts);
    w.section("the payload: lock, launcher, programs");
    write_payload(&mut w, parts);
    for piece in LIBRARY {
        w.library(piece);
    }
    w.blank();
    w.line("main </dev/null");
    w.line("exit");
    w.finish()
}

fn write_constants(w: &mut Writer, parts: &Parts<'_>) {
    let Parts { agent, lock, site, place, .. } = parts;
    let text = |text: &str| Word::text(text);
    let optional = |text: &Option<String>| Word::text(text.clone().unwrap_or_default());
    w.blank();
    w.assign("AGENT", &text(agent.name));
    w.assign("VERSION", &text(agent.locked_version(lock).unwrap_or_default()));
    w.assign("STAMP", &text(&place.stamp));
    w.assign("PREFIX", &text(&site.prefix));
    w.assign("HOLDER", &Word::text(place.holder()));
    w.line("DIR=$HOLDER/$STAMP");
    w.assign("NODE_LINK", &Word::text(format!("{}/node", site.prefix)));
    w.assign("LAUNCHER", &Word::text(site.launcher(agent.name)));
    w.assign("TIMEOUT", &Word::text(agent.install_timeout.to_string()));
    w.assign("DISK", &Word::text(site.disk_megabytes.to_string()));
    w.assign("SITE_MIRROR", &optional(&site.mirror));
    w.assign("SITE_NPM_REGISTRY", &optional(&site.npm_registry));
    w.assign("SITE_PYPI_INDEX", &optional(&site.pypi_index));
    w.assign("SITE_CA_BUNDLE", &optional(&site.ca_bundle));
    w.assign("SITE_PROXY", &optional(&site.proxy));
}

/// The runtimes that an agent needs, each with the version of its line: Node.js first.
fn runtimes(parts: &Parts<'_>) -> impl Iterator<Item = (RuntimeKind, Version)> {
    let node = parts.agent.node(parts.lock);
    [(RuntimeKind::Node, Some(node)), (RuntimeKind::Python, parts.agent.python())]
        .into_iter()
        .filter_map(|(kind, version)| Some((kind, version?)))
}

/// Why an agent is refused on a target, or `None`.
fn refusal(parts: &Parts<'_>, target: Target) -> Option<String> {
    let Parts { agent, lock, site, .. } = parts;
    if let Some(it) = lock.unavailable_on(target) {
        return Some(format!("not installable since {}: {}", it.date, it.cause));
    }
    if !agent.platforms.is_empty() && !agent.platforms.contains(&target) {
        return Some(format!("{} does not run on {}", agent.name, target.id()));
    }
    if let Some((kind, version)) =
        runtimes(parts).find(|&(kind, version)| site.runtime(kind, version, target).is_none())
    {
        return Some(format!("the site has no {} for {}", kind.name(version), target.id()));
    }
    agent.python()?;
    let serves = |targets: &str| targets.split(',').any(|it| it == target.id());
    // What only other packages need may be needed on some targets alone.
    let named = |name: &str| lock.packages.iter().any(|it| it.ecosystem == "pypi" && names::pypi(it.name) == name);
    let missing = lock
        .wheels
        .iter()
        .filter(|it| named(it.name))
        .find(|it| !lock.wheels.iter().any(|other| other.name == it.name && serves(other.targets)))?;
    Some(format!("{} {} has no wheel for {}", missing.name, missing.version, target.id()))
}

/// The function that chooses the runtimes of the target, or refuses it.
fn write_runtimes(w: &mut Writer, parts: &Parts<'_>) {
    w.function("choose_runtimes", |w| {
        w.line("PYTHON_NAME= PYTHON_URL= PYTHON_SHA256= RUNTIME_ORIGIN=official");
        w.block("case $TARGET in", "esac", |w| {
            for target in Target::ALL {
                w.arm(Some(target.id()), |w| match refusal(parts, target) {
                    Some(reason) => w.command("fail 11 target", &[Word::text(reason)], ""),
                    None => write_target(w, parts, target),
                });
            }
        });
    });
}

fn write_target(w: &mut Writer, parts: &Parts<'_>, target: Target) {
    for (kind, version) in runtimes(parts) {
        let Some(runtime) = parts.site.runtime(kind, version, target) else { continue };
        match kind {
            RuntimeKind::Node => {
                // BenchFlow reads the version of a script's Node.js from this variable.
                w.assign("BF_NODE_VERSION", &Word::text(runtime.version.as_str()));
                write_runtime(w, "NODE", "node", runtime);
            }
            RuntimeKind::Python => write_runtime(w, "PYTHON", "python/cpython", runtime),
        }
    }
}

fn write_runtime(w: &mut Writer, variable: &str, folder: &str, runtime: &Runtime) {
    let short = runtime.sha256.get(..8).unwrap_or_default();
    w.assign(&format!("{variable}_NAME"), &Word::text(format!("{folder}-{}-{short}", runtime.version)));
    w.assign(&format!("{variable}_URL"), &Word::text(runtime.url.as_str()));
    w.assign(&format!("{variable}_SHA256"), &Word::text(runtime.sha256.as_str()));
    if runtime.substituted {
        w.line("RUNTIME_ORIGIN=substituted");
    }
}

/// The function that checks the tools which only this agent's artefacts need.
fn write_needs(w: &mut Writer, agent: &Agent<'_>) {
    w.function("extra_needs", |w| {
        for artefact in agent.install {
            match artefact {
                Artefact::Git(_) => w.line("need git git git"),
                Artefact::Sh(step) => {
                    for tool in step.needs {
                        let tool = Word::text(*tool);
                        w.command("need", &[tool.clone(), tool.clone(), tool], "");
                    }
                }
                _ => {}
            }
        }
        w.line(":");
    });
}

/// The function that asks for the shared libraries of the runtimes, which the site knows.
fn write_runtime_needs(w: &mut Writer, parts: &Parts<'_>) {
    w.function("runtime_needs", |w| {
        for target in Target::ALL {
            let found = runtimes(parts).filter_map(|(kind, version)| parts.site.runtime(kind, version, target));
            let libraries: Vec<_> = found.flat_map(|it| &it.libraries).collect();
            if libraries.is_empty() {
                continue;
            }
            w.block(&format!("if [ \"$TARGET\" = {} ]; then", target.id()), "fi", |w| {
                for (name, debian) in libraries {
                    w.command("need_library", &[Word::text(name.as_str()), Word::text(debian.as_str())], "");
                }
            });
        }
        w.line(":");
    });
}

/// The function that asks for what the agent requires of the image.
fn write_image_needs(w: &mut Writer, agent: &Agent<'_>) {
    w.function("image_needs", |w| {
        for need in agent.image {
            let command = match need {
                ImageNeed::Certificates => "need_certificates",
                ImageNeed::Tool { .. } => "need",
                ImageNeed::Library { .. } => "need_library",
            };
            let words = need.named().map(|(name, debian)| vec![Word::text(name), Word::text(debian)]);
            w.command(command, &words.unwrap_or_default(), "");
        }
        w.line(":");
    });
}

/// The function that fetches the archives of an entry.
fn write_artefacts(w: &mut Writer, agent: &Agent<'_>) {
    w.function("fetch_artefacts", |w| {
        for (index, artefact) in agent.install.iter().enumerate() {
            let Artefact::Archive(archive) = artefact else { continue };
            w.block("case $TARGET in", "esac", |w| {
                for download in archive.downloads {
                    w.arm(Some(download.target.id()), |w| {
                        let words =
                            [Word::text(index.to_string()), Word::text(download.url), Word::text(download.sha256)];
                        w.command("archive \"$1\"", &words, "");
                    });
                }
                w.arm(None, |w| {
                    let reason = format!("{} has no archive for this machine", archive.bin);
                    w.command("fail 11 target", &[Word::text(reason)], "");
                });
            });
        }
        w.line(":");
    });
    if !agent.install.iter().any(|artefact| matches!(artefact, Artefact::Archive(_))) {
        return;
    }
    w.library(include_str!("sh/archive.sh"));
}

/// The function that prints what an install would fetch.
fn write_plan(w: &mut Writer, parts: &Parts<'_>) {
    let (npm, wheels) = (parts.lock.npm.len(), parts.lock.wheels.len());
    w.function("print_plan", |w| {
        w.line("python=");
        w.block("if [ -n \"$PYTHON_NAME\" ]; then", "fi", |w| {
            w.line("python=$(plan_artefact \"$PYTHON_NAME\" \"$PYTHON_URL\" \"$PYTHON_SHA256\")");
        });
        w.command(
            "printf",
            &[Word::text(
                "{\"schema\":\"benchflow-plan/1\",\"agent\":\"%s\",\"version\":\"%s\",\"stamp\":\"%s\",\"target\":\"%s\",\
                 \"runtime\":\"%s\",\"artefacts\":[%s%s],\"locked\":{\"npm\":%s,\"wheels\":%s},\"bytes\":null,\
                 \"disk_bytes\":%s}\\n",
            )],
            " \\",
        );
        w.line("    \"$AGENT\" \"$VERSION\" \"$STAMP\" \"$TARGET\" \"$RUNTIME_ORIGIN\" \\");
        w.line("    \"$(plan_artefact \"$NODE_NAME\" \"$NODE_URL\" \"$NODE_SHA256\")\" \"${python:+,$python}\" \\");
        w.line(&format!("    {npm} {wheels} \"$(expr \"$DISK\" \\* 1048576)\""));
    });
    w.function("plan_artefact", |w| {
        w.line("printf '{\"name\":\"%s\",\"source\":\"%s\",\"sha256\":\"%s\"}' \"$1\" \"$(json_text \"$(place \"$2\")\")\" \"$3\"");
    });
}

/// The function that writes the payload into a file, which the private Node.js decodes.
fn write_payload(w: &mut Writer, parts: &Parts<'_>) {
    let Parts { payload, .. } = parts;
    w.assign("PAYLOAD_SHA256", &Word::text(payload.sha256.as_str()));
    match parts.carried {
        PayloadPlace::Inside => {
            w.line("PAYLOAD_ENCODING=base64");
            w.blank();
            w.line("write_payload() {");
            w.here_document("cat >\"$1\"", PAYLOAD_END, &payload.lines());
            w.line("}");
        }
        PayloadPlace::Mirror => {
            w.line("PAYLOAD_ENCODING=latin1");
            w.function("write_payload", |w| {
                w.command("fetch", &[Word::text(payload.name.as_str())], " \"$1\" \"$PAYLOAD_SHA256\"");
            });
        }
    }
}
