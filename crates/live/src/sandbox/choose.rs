//! Which sandbox a host can give, and whether it really does.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cell::Cell;
use super::host::{Host, Kind};
use super::setting::{As, Setting};
use crate::Refusal;

/// The first user id that is tried for the agent.
const FIRST_UID: u32 = 24_711;

impl Host {
    /// Finds the sandbox that is wanted, or the first that works here.
    pub fn choose(wanted: Option<Kind>, root: Option<&Path>, image: Option<&str>) -> Result<Self, Refusal> {
        match wanted {
            Some(Kind::Bwrap) => Self::bwrap(root),
            Some(Kind::Docker) => Self::docker(image),
            None if root.is_some() => Self::bwrap(root),
            None if image.is_some() => Self::docker(image),
            None => Self::bwrap(root).or_else(|first| {
                Self::docker(image).map_err(|second| {
                    let message =
                        format!("no sandbox works here\n  bwrap: {}\n  docker: {}", first.message, second.message);
                    Refusal::new(message, first.help)
                })
            }),
        }
    }

    fn bwrap(root: Option<&Path>) -> Result<Self, Refusal> {
        if !rustix::process::geteuid().is_root() {
            let message = "bwrap with another user than its own needs root";
            return Err(Refusal::new(message, "run the command as root, or with `--sandbox docker`"));
        }
        let version = said("bwrap", &["--version"]).ok_or_else(|| {
            let help = "install it (Debian: `apt-get install bubblewrap`), or pass `--sandbox docker`";
            Refusal::new("`bwrap` is not in PATH", help)
        })?;
        let root = root.unwrap_or(Path::new("/"));
        let root = root.canonicalize().ok().filter(|it| it.join("bin/sh").exists() && plain(it)).ok_or_else(|| {
            let help = "name a folder made by debootstrap, without blanks, commas and colons in its path";
            Refusal::new(format!("`{}` is no root of a system", root.display()), help)
        })?;
        let uid = free_uid(&root);
        let traces = said("strace", &["--version"]).is_some();
        let host = Self { kind: Kind::Bwrap, version, root, image: String::new(), uid, traces };
        host.try_once()?;
        Ok(host)
    }

    /// Runs a command that does nothing: a host may have bwrap and forbid namespaces, or overlays on this disk.
    fn try_once(&self) -> Result<(), Refusal> {
        let folder = folder()?;
        let setting = Setting { prefix: "/verify/prefix".to_owned(), shown: Vec::new(), network: false };
        let cell = Cell::open(self, &setting, folder.path(), "try")?;
        let Some(mut command) = cell.command(As::Root, &[], &["true".to_owned()]) else { return Ok(()) };
        let output = command.stdin(Stdio::null()).output();
        let said = match output {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        Err(Refusal::new(
            format!("this host gives no sandbox of namespaces: {said}"),
            "run it where root may mount (a virtual machine, or a container with SYS_ADMIN and TMPDIR on a disk that is \
             no overlay itself), or pass `--sandbox docker`",
        ))
    }

    fn docker(image: Option<&str>) -> Result<Self, Refusal> {
        let version = said("docker", &["version", "--format", "{{.Server.Version}}"]).ok_or_else(|| {
            Refusal::new("no engine answers `docker version`", "start one, or pass `--sandbox bwrap`")
        })?;
        let image = image.unwrap_or("debian:12-slim").to_owned();
        Ok(Self { kind: Kind::Docker, version, root: PathBuf::from("/"), image, uid: FIRST_UID, traces: false })
    }
}

/// A folder for the sandboxes of a run, on a disk with room: `TMPDIR`, or /var/tmp.
pub(crate) fn folder() -> Result<tempfile::TempDir, Refusal> {
    let base = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from);
    let made = base.canonicalize().and_then(|base| {
        if plain(&base) {
            tempfile::Builder::new().prefix("verify-").tempdir_in(base)
        } else {
            Err(std::io::Error::other("its path has blanks, commas or colons"))
        }
    });
    made.map_err(|error| {
        Refusal::new(format!("cannot make a folder in `{}`: {error}", base.display()), "name another in TMPDIR")
    })
}

/// Whether a path can stand in the options of a mount.
fn plain(path: &Path) -> bool {
    !path.to_string_lossy().contains([',', ':', ' ', '\\', '\n'])
}

/// A user id that a root does not know.
fn free_uid(root: &Path) -> u32 {
    let text = std::fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
    let taken = |uid: u32| text.lines().any(|line| line.split(':').nth(2) == Some(uid.to_string().as_str()));
    (FIRST_UID..FIRST_UID + 10_000).find(|&uid| !taken(uid)).unwrap_or(FIRST_UID)
}

/// The first line that a program prints, when it succeeds.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}
