//! Runs programs in an empty environment: without the caller's home, rc files and variables.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use registry_command::failure::{Failure, Outcome};
use registry_command::files::Scratch;

/// The variables that are passed on: proxies and certificates.
const PASSED_ON: &[&str] = &[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
];

/// A temporary folder with an empty home, in which programs run.
#[derive(Debug)]
pub struct CleanEnvironment {
    scratch: Scratch,
    home: PathBuf,
}

/// The result of a program.
#[derive(Debug)]
pub struct ProcessOutput {
    /// Whether its exit status was 0.
    pub ok: bool,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// The command, as it would be typed.
    pub line: String,
}

impl CleanEnvironment {
    /// Creates one, with an empty home folder.
    pub fn new() -> Outcome<Self> {
        let scratch = Scratch::new()?;
        let home = scratch.folder("home")?;
        Ok(Self { scratch, home })
    }

    /// Its folder.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// A command in it: only `PATH`, the empty home and the proxy and certificate variables are set.
    pub fn command(&self, program: impl AsRef<OsStr>, path: &OsStr) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", path).env("HOME", &self.home).env("TMPDIR", self.scratch.path());
        command.env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1").env("PIP_CONFIG_FILE", "/dev/null");
        for name in PASSED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.current_dir(&self.home).stdin(Stdio::null());
        command
    }
}

/// The given folders, then those of the system's own programs.
pub fn search_path(first: &[PathBuf]) -> OsString {
    let system = ["/usr/bin", "/bin"].map(PathBuf::from);
    std::env::join_paths(first.iter().chain(&system)).unwrap_or_else(|_| OsString::from("/usr/bin:/bin"))
}

/// Runs a command to completion.
pub fn run(command: &mut Command) -> Outcome<ProcessOutput> {
    let line = line(command);
    let output = command.output().map_err(|error| Failure::new(format!("cannot run `{line}`: {error}")))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(ProcessOutput { ok: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr), line })
}

/// Runs a command that must succeed.
pub fn run_well(command: &mut Command, purpose: &str) -> Outcome<ProcessOutput> {
    let answer = run(command)?;
    if answer.ok { Ok(answer) } else { Err(answer.failure(purpose)) }
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

impl ProcessOutput {
    /// The failure of the program, with the end of its output.
    pub fn failure(&self, purpose: &str) -> Failure {
        let said: Vec<&str> = self.stderr.lines().chain(self.stdout.lines()).filter(|line| !line.is_empty()).collect();
        let tail = said.get(said.len().saturating_sub(12)..).unwrap_or_default().join("\n  ");
        Failure::new(format!("{purpose}: the program failed"))
            .note(format!("tried: {}", self.line))
            .note(format!("its output:\n  {tail}"))
            .help("check the network, the proxy and the certificates; no lock was changed")
    }
}
