//! The sandbox of namespaces: a writable overlay over a root that is not changed, entered by bwrap.
//!
//! bwrap runs without a user namespace, so that root inside is root and the agent's user does not exist on the host.
//! The overlay is mounted in a mount namespace of the command's own, so that nothing is left mounted when it ends.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::folders::{TEMPORARY, make, make_temporary};
use super::host::Host;
use super::setting::{As, CALLS, CANARY, Changes, FILES, HOME, PATH, SessionExtras, Setting, WORKSPACE, proved};
use super::{changes, trace};
use crate::Failure;

/// Mounts overlays (options, place) up to a `--` and becomes the command that follows.
const MOUNT: &str = "\
while [ \"$1\" != -- ]; do
    mount -t overlay overlay -o \"$1\" \"$2\" || exit 96
    shift 2
done
shift
exec \"$@\"";

/// What root may do in a container of the usual engines, and so in an install.
const CONTAINER_CAPABILITIES: [&str; 14] = [
    "CAP_AUDIT_WRITE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_MKNOD",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_RAW",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];

/// What it takes to become another user for good.
const DROPPING_CAPABILITIES: [&str; 3] = ["CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID"];

/// A sandbox of namespaces.
#[derive(Clone, Debug)]
pub(crate) struct Overlay {
    root: PathBuf,
    uid: u32,
    setting: Setting,
    /// The folder with the layers of installs.
    installed: PathBuf,
    /// The folder with the layer of sessions; another one where several sessions share an install.
    folder: PathBuf,
}

/// The folders of one layer: what it changes, and what is mounted over it.
struct Layer<'a> {
    folder: &'a Path,
    name: &'static str,
}

impl Layer<'_> {
    fn part(&self, part: &str) -> PathBuf {
        self.folder.join(self.name).join(part)
    }

    /// The path of a place of the sandbox among the changes.
    fn upper(&self, place: &str) -> PathBuf {
        self.part("upper").join(place.trim_start_matches('/'))
    }
}

impl Overlay {
    /// Makes the folders of one.
    pub(super) fn open(host: &Host, setting: &Setting, folder: &Path) -> Result<Self, Failure> {
        let cell = Self {
            root: host.root.clone(),
            uid: host.uid,
            setting: setting.clone(),
            installed: folder.to_path_buf(),
            folder: folder.to_path_buf(),
        };
        if cell.in_root(&setting.prefix).exists() {
            return Err(Failure::new(
                format!(
                    "`{}` is there already, so that no install would be a first one",
                    cell.in_root(&setting.prefix).display()
                ),
                "give another root with `--rootfs`, or remove the folder",
            ));
        }
        let made = cell.make_folders();
        made.map_err(|error| {
            Failure::new(
                format!("cannot make the folders of a sandbox in `{}`: {error}", folder.display()),
                "name a folder with room in TMPDIR",
            )
        })?;
        Ok(cell)
    }

    /// Another one over the same install, for a session beside others.
    pub(super) fn beside(&self, folder: &Path) -> Result<Self, Failure> {
        let cell = Self { folder: folder.to_path_buf(), ..self.clone() };
        cell.make_session().map_err(|error| cell.no_session(&error))?;
        Ok(cell)
    }

    /// The command of the host that runs a command inside.
    pub(super) fn command(
        &self,
        who: As,
        beyond: &SessionExtras,
        env: &[(String, String)],
        argv: &[String],
    ) -> Command {
        let layer = self.layer(who);
        // Whatever ends this process ends all of it, whatever happens to its parent.
        let mut command = Command::new("setpriv");
        // The tools of the host see nothing of the caller's settings but where they are.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_else(|| PATH.into()));
        command.args(["--pdeathsig", "KILL"]);
        if let Some(process) = beyond.network_of {
            command.arg("nsenter").arg(format!("--net=/proc/{process}/ns/net"));
        }
        command.args(["unshare", "--mount", "sh", "-c", MOUNT, "mount"]);
        if who.sees_home() {
            // The agent sees what was installed, and changes nothing of it. A second overlay over the first one, since
            // the folders of a single one must not be within each other, and these are all in the root.
            // Sessions side by side mount the first one several times, and so it must not be written.
            let installed = self.layer(As::Root);
            let mut options = mount_options(&self.root, &installed, &layer.part("below"));
            options.push(",index=off,ro");
            command.arg(options).arg(installed.part("merged"));
            command
                .arg(mount_options(&installed.part("merged"), &layer, &layer.part("work")))
                .arg(layer.part("merged"));
        } else {
            command.arg(mount_options(&self.root, &layer, &layer.part("work"))).arg(layer.part("merged"));
        }
        command.arg("--");
        if who == As::RootTraced {
            let flags = ["strace", "-f", "-qq", "--seccomp-bpf", "-y", "-Z", "-s", "512", "-e", FILES];
            command.args(flags).args(["-e", "signal=none", "-o"]).arg(self.record());
        }
        if let Some(record) = &beyond.record {
            let flags = ["strace", "-f", "-qq", "--seccomp-bpf", "-s", "4096", "-e", "abbrev=none", "-e", CALLS];
            command.args(flags).args(["-e", "signal=none", "-o"]).arg(record);
        }
        command.arg("bwrap").args(self.mounts(&layer, who));
        for (from, to) in &beyond.laid {
            command.arg("--ro-bind").arg(from).arg(to);
        }
        command.args(self.isolation(who, beyond));
        command.args(["--clearenv", "--setenv", "PATH", PATH]);
        for (name, value) in env {
            command.args(["--setenv", name, value]);
        }
        command.arg("--");
        if who == As::Agent {
            let uid = self.uid.to_string();
            command.args(["setpriv", "--reuid", &uid, "--regid", &uid, "--clear-groups", "--no-new-privs"]);
            command.args(["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]);
            command.args(proved(self.uid, &self.setting.prefix, argv));
        } else {
            command.args(argv);
        }
        command
    }

    /// What is different outside the prefix.
    pub(super) fn changes(&self, who: As) -> Result<Changes, Failure> {
        let layer = self.layer(who);
        let mut found = Changes::default();
        for (part, place) in [("upper", "")].into_iter().chain(TEMPORARY) {
            let seen = changes::Seen { prefix: &self.setting.prefix, points: &self.setting.shown };
            let folder = layer.part(part);
            let read = changes::collect(&folder, place, &seen, &mut found);
            read.map_err(|error| changes::unread(&folder, &error))?;
        }
        found.outside.sort();
        Ok(found)
    }

    /// Every file that sessions left: its path inside, and its path on the host.
    pub(super) fn left(&self) -> Vec<(String, PathBuf)> {
        let layer = self.layer(As::Agent);
        changes::files(vec![
            (String::new(), layer.part("upper")),
            (HOME.to_owned(), layer.part("home")),
            ("/tmp".to_owned(), layer.part("tmp")),
            ("/dev/shm".to_owned(), layer.part("shm")),
        ])
    }

    /// The paths of refused writes of the traced run.
    pub(super) fn refused(&self) -> Vec<String> {
        let record = fs::read(self.record()).unwrap_or_default();
        trace::refused(&String::from_utf8_lossy(&record))
    }

    fn record(&self) -> PathBuf {
        self.installed.join("record")
    }

    fn in_root(&self, place: &str) -> PathBuf {
        self.root.join(place.trim_start_matches('/'))
    }

    fn layer(&self, who: As) -> Layer<'_> {
        let (folder, name) = match who {
            As::Root | As::RootReadOnly => (&self.installed, "install"),
            As::RootTraced => (&self.installed, "traced"),
            As::Agent | As::RootBeside => (&self.folder, "agent"),
        };
        Layer { folder, name }
    }

    fn make_folders(&self) -> io::Result<()> {
        for who in [As::Root, As::RootTraced] {
            self.make_layer(who)?;
        }
        for who in [As::Root, As::RootTraced] {
            self.make_points(&self.layer(who))?;
        }
        make(&self.layer(As::RootTraced).upper(&self.setting.prefix), 0o755)?;
        self.make_session()
    }

    fn make_session(&self) -> io::Result<()> {
        self.make_layer(As::Agent)?;
        // Two mounts that start at the same time with the same work folder fail.
        make(&self.layer(As::Agent).part("below"), 0o755)?;
        self.make_home()
    }

    /// Makes the layer of sessions again.
    pub(super) fn renew(&self) -> Result<(), Failure> {
        let gone = fs::remove_dir_all(self.folder.join(self.layer(As::Agent).name));
        gone.and_then(|()| self.make_session()).map_err(|error| self.no_session(&error))
    }

    fn no_session(&self, error: &io::Error) -> Failure {
        Failure::new(
            format!("cannot make the folders of a session in `{}`: {error}", self.folder.display()),
            "name a folder with room in TMPDIR",
        )
    }

    fn make_layer(&self, who: As) -> io::Result<()> {
        let layer = self.layer(who);
        for part in ["upper", "work", "tmp", "shm", "merged"] {
            make(&layer.part(part), 0o755)?;
        }
        make_temporary(&layer.folder.join(layer.name))
    }

    /// Makes what the folders and files of the site are mounted on.
    fn make_points(&self, layer: &Layer<'_>) -> io::Result<()> {
        self.setting.shown.iter().try_for_each(|shown| self.make_point(layer, shown))
    }

    fn make_home(&self) -> io::Result<()> {
        let agent = self.layer(As::Agent);
        make(&agent.upper(HOME), 0o755)?;
        make(&agent.part("home/workspace"), 0o755)?;
        for owned in ["home", "home/workspace"] {
            std::os::unix::fs::chown(agent.part(owned), Some(self.uid), Some(self.uid))?;
        }
        make(&agent.upper(CANARY), 0o700)?;
        fs::write(agent.upper(CANARY).join("secret"), "only root may read this\n")
    }

    /// Where the root does not have the place of something that is shown, the layer above it has. What is in a folder
    /// with another mount is not in the root.
    fn make_point(&self, layer: &Layer<'_>, shown: &Path) -> io::Result<()> {
        let place = shown.strip_prefix("/").unwrap_or(shown);
        let temporary =
            TEMPORARY.iter().find_map(|(part, at)| Some(layer.part(part).join(shown.strip_prefix(at).ok()?)));
        if temporary.is_none() && self.root.join(place).exists() {
            return Ok(());
        }
        let point = temporary.unwrap_or_else(|| layer.part("upper").join(place));
        if shown.is_dir() {
            return make(&point, 0o755);
        }
        point.parent().map_or(Ok(()), |parent| make(parent, 0o755))?;
        fs::write(point, "")
    }

    fn mounts(&self, layer: &Layer<'_>, who: As) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        let mut add = |kind: &str, from: &Path, to: &Path| {
            words.extend([OsString::from(kind), from.into(), to.into()]);
        };
        let merged = layer.part("merged");
        let read_only = matches!(who, As::RootReadOnly | As::RootTraced);
        let bind = if read_only { "--ro-bind" } else { "--bind" };
        add(bind, &merged, Path::new("/"));
        if who == As::RootTraced {
            add("--bind", &merged.join(self.setting.prefix.trim_start_matches('/')), Path::new(&self.setting.prefix));
        }
        for (part, place) in TEMPORARY {
            if place == "/dev/shm" {
                let system = ["--ro-bind-try", "/sys", "/sys", "--proc", "/proc", "--dev", "/dev"];
                words.extend(system.map(OsString::from));
            }
            words.extend([OsString::from(bind), layer.part(part).into(), OsString::from(place)]);
        }
        if who.sees_home() {
            words.extend([OsString::from("--bind"), layer.part("home").into(), OsString::from(HOME)]);
        }
        // Last, so that nothing that is mounted hides what the site names.
        for shown in &self.setting.shown {
            words.extend([OsString::from("--ro-bind"), shown.into(), shown.into()]);
        }
        words.extend(["--remount-ro", "/dev"].map(OsString::from));
        words
    }

    fn isolation(&self, who: As, beyond: &SessionExtras) -> Vec<String> {
        let mut words: Vec<String> = ["--die-with-parent", "--unshare-pid", "--unshare-ipc"].map(str::to_owned).into();
        let alone = who.sees_home() || !self.setting.network;
        if alone && beyond.network_of.is_none() {
            words.push("--unshare-net".to_owned());
        }
        let capabilities: &[&str] = if who == As::Agent { &DROPPING_CAPABILITIES } else { &CONTAINER_CAPABILITIES };
        words.extend(["--cap-drop", "ALL"].map(str::to_owned));
        words.extend(capabilities.iter().flat_map(|it| ["--cap-add".to_owned(), (*it).to_owned()]));
        let folder = if who == As::Agent { WORKSPACE } else { "/" };
        words.extend(["--chdir", folder].map(str::to_owned));
        words
    }
}

/// The options of an overlay over a root.
fn mount_options(root: &Path, layer: &Layer<'_>, work: &Path) -> OsString {
    let mut options = OsString::from("lowerdir=");
    options.push(root);
    options.push(",upperdir=");
    options.push(layer.part("upper"));
    options.push(",workdir=");
    options.push(work);
    options
}
