//! From an agent and a site to three POSIX shell scripts: install.sh, launch.sh, web-policy.sh. No I/O.
//!
//! ```
//! use registry_model::model::Agent;
//! use registry_scripts::{RenderError, scripts, site::Site};
//!
//! let entry = Agent { name: "my-agent", ..Agent::EMPTY };
//! // The entry starts no program.
//! assert!(matches!(scripts(&entry, &Site::default()), Err(RenderError::NoProgram(_))));
//! ```

pub mod behaviour;
pub mod evidence;
mod expected;
mod install;
mod json;
mod launch;
mod payload;
mod plan;
pub mod site;
mod web;
mod writer;

use core::fmt;

use registry_model::model::{Agent, Artefact, Lock, RuntimeKind, UnreadableLock, without_licenses};
use registry_model::rules::MAX_QUOTED_TWICE;
use registry_model::template::{Template, Value};

use crate::site::{Site, SiteError};
pub use expected::Expected;
use install::{Parts, PayloadPlace};
pub use payload::Payload;
pub(crate) use payload::sha256;
use plan::Proofs;
use writer::Writer;

/// The kind of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScriptKind {
    /// Installs the agent.
    Install,
    /// Starts it.
    Launch,
    /// Turns its web tools off.
    WebPolicy,
}

impl ScriptKind {
    /// Every kind, in the order in which a harness runs them.
    pub const ALL: [Self; 3] = [Self::Install, Self::WebPolicy, Self::Launch];

    /// The name of its file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Install => "install.sh",
            Self::Launch => "launch.sh",
            Self::WebPolicy => "web-policy.sh",
        }
    }
}

/// A script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Which one.
    pub kind: ScriptKind,
    /// Its whole text.
    pub text: String,
    /// Its packed payload; at most one.
    pub payloads: Vec<Payload>,
    /// Files that must be on the site's mirror: name and bytes.
    pub mirrored: Vec<(String, Vec<u8>)>,
}

impl Script {
    /// The text with a summary instead of packed lines, for reviewers and snapshots.
    pub fn review_text(&self) -> String {
        self.payloads.iter().fold(self.text.clone(), |text, it| text.replace(&it.lines(), &it.summary()))
    }

    /// Its length in bytes as one argument, after a harness has quoted it twice.
    pub fn quoted_twice(&self) -> usize {
        quoted_twice(&self.text)
    }
}

/// Why an agent cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenderError {
    /// The site is invalid.
    Site(SiteError),
    /// The lock cannot be read.
    Lock(UnreadableLock),
    /// The text at this place is not an encoded value.
    Template(String),
    /// The value at this place has structure, but must be a text.
    Structure(String),
    /// A program that no artefact of the entry provides.
    NoProgram(String),
    /// A NUL byte, which a shell word cannot contain.
    Nul,
    /// An invisible or reordering character at this line.
    Hidden(char, usize),
    /// A here-document that contains its own delimiter.
    HereDocument(String),
    /// The site's interpreter has another version of Python.
    Python {
        /// The version that the entry requires.
        wanted: String,
        /// The version of the site.
        version: String,
    },
    /// I007: a script that does not fit one argument.
    TooLarge {
        /// The script.
        kind: ScriptKind,
        /// Its bytes after quoting twice.
        bytes: usize,
    },
}

impl RenderError {
    /// The code of the broken rule; `None` for an error outside the rules.
    pub const fn rule(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge { .. } => Some("I007"),
            Self::Lock(_) => Some("I001"),
            Self::NoProgram(_) => Some("I002"),
            _ => None,
        }
    }
}

impl From<UnreadableLock> for RenderError {
    fn from(error: UnreadableLock) -> Self {
        Self::Lock(error)
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site(error) => write!(f, "site: {error}"),
            Self::Lock(error) => write!(f, "I001: {error}; {}", error.help()),
            Self::Template(place) => write!(f, "`{place}` is not an encoded value"),
            Self::Structure(place) => write!(f, "`{place}` must be a text, a variable or a choice between these"),
            Self::NoProgram(word) => write!(f, "I002: no artefact of the entry provides the program `{word}`"),
            Self::Nul => f.write_str("a text has a NUL byte, which a shell word cannot contain"),
            Self::Hidden(char, line) => {
                write!(
                    f,
                    "line {line} would have U+{:04X}, which a reader of the script does not see",
                    u32::from(*char)
                )
            }
            Self::HereDocument(end) => write!(f, "a here-document contains its own delimiter `{end}`"),
            Self::Python { wanted, version } => {
                write!(f, "the entry requires Python `{wanted}`, the site has {version}")
            }
            Self::TooLarge { kind, bytes } => write!(
                f,
                "I007: {} has {bytes} bytes after quoting twice, {MAX_QUOTED_TWICE} are allowed; name a `mirror` in the \
                 site file, which then carries the payload",
                kind.file_name()
            ),
        }
    }
}

impl core::error::Error for RenderError {}

/// Where an agent goes under the prefix.
pub(crate) struct InstallPaths {
    prefix: String,
    folder: &'static str,
    agent: String,
    stamp: String,
}

impl InstallPaths {
    fn new(agent: &Agent<'_>, site: &Site, stamp: &str) -> Self {
        let python = agent.install.iter().any(|artefact| matches!(artefact, Artefact::Pypi(_)));
        Self {
            prefix: site.prefix.clone(),
            folder: if python { "python" } else { "js-agents" },
            agent: agent.name.to_owned(),
            stamp: stamp.to_owned(),
        }
    }

    /// The folder of all stamps of the agent.
    pub(crate) fn holder(&self) -> String {
        format!("{}/{}/{}", self.prefix, self.folder, self.agent)
    }

    /// The folder of this stamp.
    pub(crate) fn dir(&self) -> String {
        format!("{}/{}", self.holder(), self.stamp)
    }

    /// The mark of web-policy.sh.
    pub(crate) fn policy(&self) -> String {
        format!("{}/policy/{}", self.prefix, self.agent)
    }
}

/// The folder under the prefix in which an agent is installed at a site.
pub fn folder(agent: &Agent<'_>, site: &Site) -> Result<String, RenderError> {
    let stamp = stamp(agent, &agent.read_lock()?, site)?;
    Ok(InstallPaths::new(agent, site, &stamp).dir())
}

/// The three scripts of an agent.
///
/// The same agent and site give the same bytes. A script that does not fit one argument is rejected; with a mirror, its
/// payload is moved there.
pub fn scripts(agent: &Agent<'_>, site: &Site) -> Result<Vec<Script>, RenderError> {
    site.validate().map_err(RenderError::Site)?;
    let lock = agent.read_lock()?;
    check_python(agent, site)?;
    let stamp = stamp(agent, &lock, site)?;
    let place = InstallPaths::new(agent, site, &stamp);
    let install = packed_install(agent, &lock, site, &place, Proofs::Declared)?;
    let plain = |kind, text| Script { kind, text, payloads: Vec::new(), mirrored: Vec::new() };
    let all = vec![
        install,
        plain(ScriptKind::WebPolicy, web::web_policy(agent, &place)?),
        plain(ScriptKind::Launch, launch::launch(agent, &place)?),
    ];
    for script in &all {
        let bytes = script.quoted_twice();
        if bytes > MAX_QUOTED_TWICE {
            return Err(RenderError::TooLarge { kind: script.kind, bytes });
        }
    }
    Ok(all)
}

/// The text of an install.sh without the proof, to measure an agent whose entry is not correct yet.
pub fn unproved_install(agent: &Agent<'_>, site: &Site) -> Result<String, RenderError> {
    let lock = agent.read_lock()?;
    let place = InstallPaths::new(agent, site, &stamp(agent, &lock, site)?);
    Ok(packed_install(agent, &lock, site, &place, Proofs::Skipped)?.text)
}

/// install.sh with its payload.
fn packed_install(
    agent: &Agent<'_>,
    lock: &Lock<'_>,
    site: &Site,
    place: &InstallPaths,
    proofs: Proofs,
) -> Result<Script, RenderError> {
    let files = files(agent, lock, site, place, proofs)?;
    install_script(agent, lock, site, place, payload::pack(agent.name, &place.stamp, &files))
}

/// What a running agent depends on. The stamp is left blank: it changes with every change of the install.
pub(crate) struct RunInputs {
    /// The launcher with its plan and programs.
    pub(crate) launch: String,
    pub(crate) web_policy: String,
}

/// The same scripts with the default site and no stamp.
pub(crate) fn unstamped(agent: &Agent<'_>) -> Result<RunInputs, RenderError> {
    let lock = agent.read_lock()?;
    let place = InstallPaths::new(agent, &Site::default(), "");
    let plan = plan::plan_json(agent, &lock, &place)?;
    let launch = format!("{}{plan}\n{}", launch::launch(agent, &place)?, payload::launch_programs());
    Ok(RunInputs { launch, web_policy: web::web_policy(agent, &place)? })
}

fn install_script(
    agent: &Agent<'_>,
    lock: &Lock<'_>,
    site: &Site,
    place: &InstallPaths,
    payload: Payload,
) -> Result<Script, RenderError> {
    let render = |carried| install::install(&Parts { agent, lock, site, place, payload: &payload, carried });
    let text = render(PayloadPlace::Inside)?;
    if site.mirror.is_some() && quoted_twice(&text) > MAX_QUOTED_TWICE {
        let text = render(PayloadPlace::Mirror)?;
        let mirrored = vec![(payload.name.clone(), payload.bytes.clone())];
        return Ok(Script { kind: ScriptKind::Install, text, payloads: vec![payload], mirrored });
    }
    Ok(Script { kind: ScriptKind::Install, text, payloads: vec![payload], mirrored: Vec::new() })
}

/// The value of a template, or an error with its place.
pub(crate) fn read<'a>(template: Template<'a>, place: &str) -> Result<Value<'a>, RenderError> {
    template.value().ok_or_else(|| RenderError::Template(place.to_owned()))
}

/// The first 16 digits of a checksum over everything that is rendered, with the stamp left blank.
fn stamp(agent: &Agent<'_>, lock: &Lock<'_>, site: &Site) -> Result<String, RenderError> {
    let place = InstallPaths::new(agent, site, "");
    let files = files(agent, lock, site, &place, Proofs::Declared)?;
    let payload = payload::unpacked(&files);
    let parts = Parts { agent, lock, site, place: &place, payload: &payload, carried: PayloadPlace::Inside };
    let mut text = install::install(&parts)?;
    text.push_str(&web::web_policy(agent, &place)?);
    let sum = sha256(text.as_bytes());
    Ok(sum.get(..16).unwrap_or_default().to_owned())
}

/// The files of the payload that are the agent's own, in a fixed order.
fn files(
    agent: &Agent<'_>,
    lock: &Lock<'_>,
    site: &Site,
    place: &InstallPaths,
    proofs: Proofs,
) -> Result<Vec<(String, String)>, RenderError> {
    let mut files = vec![
        ("launch.sh".to_owned(), launch::launch(agent, place)?),
        ("lib/agent.json".to_owned(), plan::agent_json(agent, lock, site, proofs)?),
        ("lib/plan.json".to_owned(), plan::plan_json(agent, lock, place)?),
        ("lib/lock.txt".to_owned(), without_licenses(agent.lock)),
    ];
    for (index, artefact) in agent.install.iter().enumerate() {
        match artefact {
            Artefact::Program(it) => files.push((format!("programs/{}", it.name), it.text.to_owned())),
            Artefact::Sh(it) => files.push((format!("steps/{index}.sh"), it.script.to_owned())),
            Artefact::Npm(_) | Artefact::Pypi(_) | Artefact::Archive(_) | Artefact::Git(_) => {}
        }
    }
    Ok(files)
}

/// Rejects a site's interpreter that the entry does not accept; only `==X.Y.*` is checked here.
fn check_python(agent: &Agent<'_>, site: &Site) -> Result<(), RenderError> {
    for artefact in agent.install {
        let Artefact::Pypi(it) = artefact else { continue };
        let Some(wanted) = it.python.strip_prefix("==").and_then(|rest| rest.strip_suffix('*')) else { continue };
        let of_line = agent.python().and_then(|it| site.python.get(&RuntimeKind::Python.series(it)));
        let mut runtimes = of_line.into_iter().flatten().map(|(_, runtime)| runtime);
        if let Some(runtime) = runtimes.find(|runtime| !runtime.version.starts_with(wanted)) {
            return Err(RenderError::Python { wanted: it.python.to_owned(), version: runtime.version.clone() });
        }
    }
    Ok(())
}

/// The lines that every script begins with.
fn header(w: &mut Writer, agent: &Agent<'_>, what: &str) {
    w.line("#!/bin/sh");
    w.comment(&format!("{}: {what}.", agent.name));
    w.comment(&format!(
        "Generated by `cargo xtask gen-scripts` from registry/src/agents/{}; change that, not this file.",
        agent.entry_file()
    ));
}

/// The bytes of a text after `shlex.quote(shlex.quote(text))` of Python, which harnesses use: a quote within becomes
/// `'"'"'`, and the whole is put between two.
fn quoted_twice(text: &str) -> usize {
    let quotes = text.bytes().filter(|&byte| byte == b'\'').count();
    // Each time, a quote becomes five bytes, three of them quotes, and two quotes are added around the whole.
    let (once, inner) = (text.len() + 4 * quotes + 2, 3 * quotes + 2);
    once + 4 * inner + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_length_matches_python_shlex() {
        // python3 -c 'import shlex; print(len(shlex.quote(shlex.quote("a b"))))' and so on.
        assert_eq!(quoted_twice("a b"), 15);
        assert_eq!(quoted_twice("it's"), 32);
    }
}
