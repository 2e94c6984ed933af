//! An install that is real except for the agent: the generated scripts and the programs of the payload, run by a real
//! Node.js. A program that records its arguments and environment replaces the agent.

#![allow(clippy::expect_used, clippy::panic, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use registry::REGISTRY;
use registry::model::{Agent, Artefact};
use registry_scripts::site::Site;
use registry_scripts::{ScriptKind, scripts};
use registry_tests::write_program;
use serde_json::Value;

/// The shells under which a launcher must behave alike.
pub(crate) const SHELLS: [&[&str]; 2] = [&["dash"], &["busybox", "ash"]];

/// All agents whose launch may differ: without the other versions that have the fields of their entry.
pub(crate) fn agents() -> Vec<&'static Agent<'static>> {
    let differs = |agent: &&'static Agent<'static>| {
        let entry = REGISTRY.agent(agent.entry()).expect("its entry is registered");
        agent.version().is_none()
            || **agent != Agent { name: agent.name, lock: agent.lock, aliases: &[], also: &[], ..*entry }
    };
    REGISTRY.agents().into_iter().filter(differs).collect()
}

/// Replaces the agent and its runtimes: programs of the payload are run, other programs are recorded in `$NOTE`.
const PROGRAM: &str = "#!/bin/sh
if [ -n \"${NOTE-}\" ]; then printf '%s\\0' \"$0\" \"$@\" >>\"$NOTE.argv\"; fi
case ${1-} in
*/launch.mjs | */policy.mjs) exec \"@NODE@\" \"$@\" ;;
esac
if [ -n \"${NOTE-}\" ]; then exec env -0 >\"$NOTE.env\"; fi
";

/// A folder with installs in it.
pub(crate) struct Prefix {
    /// Keeps the temporary folder.
    _folder: tempfile::TempDir,
    site: Site,
}

/// One agent of it.
pub(crate) struct Installed {
    pub(crate) agent: &'static Agent<'static>,
    /// The launcher.
    pub(crate) launcher: PathBuf,
    /// The text of web-policy.sh.
    pub(crate) web_policy: String,
    /// The folder of the install.
    pub(crate) dir: PathBuf,
}

impl Prefix {
    pub(crate) fn new() -> Self {
        for tool in ["node", "dash", "busybox", "gzip"] {
            find(tool);
        }
        let folder = tempfile::tempdir().expect("there is room for a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        let site = Site { prefix: folder.path().join("prefix").display().to_string(), ..Site::default() };
        Self { _folder: folder, site }
    }

    /// Puts an agent into the prefix.
    pub(crate) fn add(&self, agent: &'static Agent<'static>) -> Installed {
        put(agent, &self.site, PROGRAM)
    }

    /// The path of the policy's mark.
    pub(crate) fn policy(&self, agent: &Agent<'_>) -> PathBuf {
        PathBuf::from(&self.site.prefix).join("policy").join(agent.name)
    }
}

impl Installed {
    /// The launcher under a shell, with only `PATH` and `HOME` in its environment.
    pub(crate) fn launch(&self, shell: &[&str], home: &Path) -> Command {
        let mut command = Command::new(shell.first().expect("a shell has a name"));
        command.args(shell.get(1..).unwrap_or_default()).arg(&self.launcher);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home).stdin(Stdio::null());
        command
    }

    /// web-policy.sh as a harness runs it, for a home.
    pub(crate) fn apply_policy(&self, home: &Path) -> Output {
        let mut command = Command::new("dash");
        command.args(["-c", &self.web_policy, "web-policy.sh"]).arg(home);
        command.env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
        command.output().expect("dash starts")
    }
}

/// Installs an agent as at a site, with this program instead of each of its own; in it, `@NODE@` is the real Node.js.
pub(crate) fn put(agent: &'static Agent<'static>, site: &Site, program: &str) -> Installed {
    let all = scripts(agent, site).expect("a registered agent is rendered");
    let text = |kind| all.iter().find(|it| it.kind == kind).map(|it| it.text.clone()).unwrap_or_default();
    let dir = PathBuf::from(registry_scripts::folder(agent, site).expect("a registered agent has a folder"));
    for (name, text) in payload(&all) {
        write(&dir.join(name), &text, 0o644);
    }
    let program = program.replace("@NODE@", &find("node").display().to_string());
    let bins = agent.install.iter().map(Artefact::bin).filter(|bin| !bin.is_empty());
    let bins = bins.flat_map(|bin| [format!("node_modules/.bin/{bin}"), format!("venv/bin/{bin}")]);
    for path in bins.chain(["node/bin/node".to_owned(), "venv/bin/python".to_owned()]) {
        write_program(&dir.join(path), &program);
    }
    let launcher = PathBuf::from(&site.prefix).join("bin").join(agent.name);
    write_program(&launcher, &text(ScriptKind::Launch));
    Installed { agent, launcher, web_policy: text(ScriptKind::WebPolicy), dir }
}

/// The cases of the agent in a row of the registry, where the product of agents and cases would be too many: an agent
/// gets one case of `of`, and a case goes to one agent of `of`.
pub(crate) fn share<T>(row: usize, of: usize, cases: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
    let mine = move |(column, _): &(usize, T)| (row + column).is_multiple_of(of);
    cases.into_iter().enumerate().filter(mine).map(|(_, case)| case)
}

/// The variables of a provider, in direct mode or through a proxy.
pub(crate) fn provide(command: &mut Command, proxy: bool) {
    command.env("BENCHFLOW_PROVIDER_NAME", "acme").env("BENCHFLOW_PROVIDER_API_KEY", "key");
    command.env("BENCHFLOW_PROVIDER_BASE_URL", "https://model.example/v1").env("BENCHFLOW_PROVIDER_MODEL", "model");
    if proxy {
        command.env("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-model");
    }
}

/// A tool of PATH.
#[track_caller]
pub(crate) fn find(tool: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|it| it.is_file());
    found.unwrap_or_else(|| {
        panic!("`{tool}` is not in PATH\nhelp: install it; without it nothing of the launcher is tested")
    })
}

/// The files that an install script carries, by their names.
pub(crate) fn payload(scripts: &[registry_scripts::Script]) -> BTreeMap<String, String> {
    let install = scripts.iter().find(|it| it.kind == ScriptKind::Install).expect("there is an install script");
    let packed = install.payloads.first().expect("it carries a payload").bytes.clone();
    let mut gzip = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("gzip");
    let mut input = gzip.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || input.write_all(&packed));
    let output = gzip.wait_with_output().expect("gzip ends");
    writer.join().expect("the writer ends").expect("gzip reads");
    serde_json::from_slice(&output.stdout).expect("a payload is JSON of texts")
}

/// Writes a file and the folders that it needs.
#[track_caller]
pub(crate) fn write(path: &Path, text: &str, mode: u32) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("there is room");
    fs::write(path, text).expect("there is room");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
}

/// The environment of a recorded process as bytes, by name.
pub(crate) fn noted_environment(note: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
    let bytes = fs::read(note.with_extension("env")).ok()?;
    let pairs = bytes.split(|&byte| byte == 0).filter_map(|pair| {
        let at = pair.iter().position(|&byte| byte == b'=')?;
        Some((String::from_utf8_lossy(pair.get(..at)?).into_owned(), pair.get(at + 1..)?.to_vec()))
    });
    Some(pairs.collect())
}

/// The argument vectors of all recorded processes, in order.
pub(crate) fn noted_words(note: &Path) -> Vec<u8> {
    fs::read(note.with_extension("argv")).unwrap_or_default()
}

/// Every file under a folder with its bytes, by its path there.
pub(crate) fn files_under(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut waiting, mut found) = (vec![folder.to_path_buf()], BTreeMap::new());
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|it| it.is_dir()) {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).map(|it| it.display().to_string()).unwrap_or_default();
                // A pipe would block, and a link is recorded by its target.
                let file = entry.file_type().is_ok_and(|it| it.is_file());
                let link = || fs::read_link(&path).unwrap_or_default().into_os_string().into_encoded_bytes();
                found.insert(name, if file { fs::read(&path).unwrap_or_default() } else { link() });
            }
        }
    }
    found
}

/// A file by a strict parser of its format.
#[track_caller]
pub(crate) fn parsed(name: &str, bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    if Path::new(name).extension() == Some(OsStr::new("toml")) {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        return Ok(from_toml(toml::Value::Table(table)));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, it)| (key, from_toml(it))).collect()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(from_toml).collect()),
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(bool) => Value::Bool(bool),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
    }
}
