//! Which sandbox a host can give, and whether it really does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use registry_model::model::Target;

use super::cell::Cell;
use super::engine::{self, Engine, words};
use super::host::{Host, SandboxKind, Wanted};
use super::setting::{As, Setting};
use crate::Failure;

/// The first user id that is tried for the agent.
const FIRST_UID: u32 = 24_711;

impl Host {
    /// Finds the sandbox that is wanted, or the first that works here.
    pub fn choose(wanted: Wanted<'_>) -> Result<Self, Failure> {
        let Wanted { kind, root, image, network } = wanted;
        let given =
            if root.is_some() { Some(SandboxKind::Bwrap) } else { image.or(network).map(|_| SandboxKind::Docker) };
        if let Some(kind) = kind.or(given) {
            return Self::of_kind(kind, wanted);
        }
        let mut message = "no sandbox works here".to_owned();
        let mut help = String::new();
        for kind in SandboxKind::ALL {
            match Self::of_kind(kind, wanted) {
                Ok(host) => return Ok(host),
                Err(refusal) => {
                    let _ = write!(message, "\n  {kind}: {}", refusal.message);
                    help = if help.is_empty() { refusal.help } else { help };
                }
            }
        }
        Err(Failure::new(message, help))
    }

    fn of_kind(kind: SandboxKind, Wanted { root, image, network, .. }: Wanted<'_>) -> Result<Self, Failure> {
        match kind.engine() {
            None if image.is_some() || network.is_some() => {
                let message = "bwrap takes no image and no network of an engine";
                Err(Failure::new(message, "leave `--image` and `--network` out, or pass `--sandbox docker`"))
            }
            None => Self::bwrap(root),
            Some(_) if root.is_some() => {
                let message = format!("{kind} takes an image, not a folder");
                Err(Failure::new(message, format!("`tar -C DIR -c . | {kind} import - NAME`, then `--image NAME`")))
            }
            Some(engine) => Self::container(kind, engine, image, network),
        }
    }

    fn bwrap(root: Option<&Path>) -> Result<Self, Failure> {
        if !rustix::process::geteuid().is_root() {
            let message = "bwrap with another user than its own needs root";
            return Err(Failure::new(message, "run the command as root"));
        }
        let version = said("bwrap", &["--version"]).ok_or_else(|| {
            let help = "install it (Debian: `apt-get install bubblewrap`), or pass `--sandbox docker`";
            Failure::new("`bwrap` is not in PATH", help)
        })?;
        let root = root.unwrap_or(Path::new("/"));
        let root = root.canonicalize().ok().filter(|it| it.join("bin/sh").exists() && plain(it)).ok_or_else(|| {
            let help = "name a folder made by debootstrap, without blanks, commas and colons in its path";
            Failure::new(format!("`{}` is not the root of a system", root.display()), help)
        })?;
        let uid = free_uid(&std::fs::read_to_string(root.join("etc/passwd")).unwrap_or_default());
        let target = target(|loader| root.join(loader.trim_start_matches('/')).exists());
        let traces = said("strace", &["--version"]).is_some();
        let (kind, image, network) = (SandboxKind::Bwrap, String::new(), None);
        let host = Self { kind, version, root, image, network, target, uid, traces };
        host.try_once()?;
        Ok(host)
    }

    /// Runs a command that does nothing: a host may have bwrap and forbid namespaces, or overlays on this disk.
    fn try_once(&self) -> Result<(), Failure> {
        let folder = folder()?;
        let setting = Setting { prefix: "/verify/prefix".to_owned(), shown: Vec::new(), network: false };
        let cell = Cell::open(self, &setting, folder.path(), "try")?;
        let mut command = cell.command(As::Root, &[], &["true".to_owned()])?;
        let output = command.stdin(Stdio::null()).output();
        let said = match output {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        Err(Failure::new(
            format!("this host gives no sandbox of namespaces: {said}"),
            "run it where root may mount (a virtual machine, or a container with SYS_ADMIN and TMPDIR on a disk that is \
             no overlay itself), or pass `--sandbox docker`",
        ))
    }

    fn container(
        kind: SandboxKind,
        engine: Engine,
        image: Option<&str>,
        network: Option<&str>,
    ) -> Result<Self, Failure> {
        if !rustix::process::geteuid().is_root() {
            let message = format!("{kind} with a home folder of another user needs root");
            return Err(Failure::new(message, "run the command as root"));
        }
        let version = engine.version()?;
        engine.remove_orphans();
        let image = image.unwrap_or("debian:12-slim").to_owned();
        engine.require_image(&image)?;
        let seen = look(engine, &image)?;
        let uid = free_uid(&seen);
        let target = target(|loader| seen.lines().any(|line| line == loader));
        let traces = said("strace", &["--version"]).is_some();
        let network = network.map(str::to_owned);
        Ok(Self { kind, version, root: PathBuf::from("/"), image, network, target, uid, traces })
    }
}

/// The loaders of an image and its list of users: it must have a shell, and the engine must be able to run it.
fn look(engine: Engine, image: &str) -> Result<String, Failure> {
    let script = "for it in \"$@\"; do [ ! -e \"$it\" ] || echo \"$it\"; done; \
                  [ ! -e /etc/passwd ] || while read -r line; do echo \"$line\"; done </etc/passwd";
    let mut run = engine::run(&format!("verify-look-{}", std::process::id()));
    run.extend(words(&["--rm", "--init", "--network", "none", "--entrypoint", "sh", image, "-c", script, "look"]));
    run.extend(LOADERS.iter().map(|(loader, _)| (*loader).to_owned()));
    engine.ask(&run).map_err(|refusal| {
        let help = "the image needs a POSIX `sh`, and the engine must start a container of it with `--init` and \
                    `--network none`: see docs/containers.md";
        Failure::new(format!("no command runs in the image `{image}`: {}", refusal.message), help)
    })
}

/// The loaders of programs, and whether they are those of musl.
const LOADERS: [(&str, bool); 4] = [
    ("/lib/ld-musl-x86_64.so.1", true),
    ("/lib/ld-musl-aarch64.so.1", true),
    ("/lib64/ld-linux-x86-64.so.2", false),
    ("/lib/ld-linux-aarch64.so.1", false),
];

/// The target of a root, by the loaders that it has; that of this program where it has none that is known.
fn target(has: impl Fn(&str) -> bool) -> Target {
    let any = |musl| LOADERS.iter().any(|&(loader, it)| it == musl && has(loader));
    match (cfg!(target_arch = "aarch64"), any(true) && !any(false)) {
        (false, false) => Target::LinuxX64,
        (false, true) => Target::LinuxX64Musl,
        (true, false) => Target::LinuxArm64,
        (true, true) => Target::LinuxArm64Musl,
    }
}

/// A folder for the sandboxes of a run, on a disk with room: `TMPDIR`, or /var/tmp.
pub(crate) fn folder() -> Result<tempfile::TempDir, Failure> {
    let base = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from);
    let made = base.canonicalize().and_then(|base| {
        if plain(&base) {
            tempfile::Builder::new().prefix("verify-").tempdir_in(base)
        } else {
            Err(std::io::Error::other("its path has blanks, commas or colons"))
        }
    });
    made.map_err(|error| {
        Failure::new(format!("cannot make a folder in `{}`: {error}", base.display()), "name another in TMPDIR")
    })
}

/// Whether a path can be in the options of a mount.
fn plain(path: &Path) -> bool {
    !path.to_string_lossy().contains([',', ':', ' ', '\\', '\n'])
}

/// A user id that a list of users does not have.
fn free_uid(text: &str) -> u32 {
    let taken = |uid: u32| text.lines().any(|line| line.split(':').nth(2) == Some(uid.to_string().as_str()));
    (FIRST_UID..FIRST_UID + 10_000).find(|&uid| !taken(uid)).unwrap_or(FIRST_UID)
}

/// The first line that a program prints, when it succeeds.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}
