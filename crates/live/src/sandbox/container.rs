//! The sandbox of a container engine: what is installed is committed as an image, and every step is a container of it.
//!
//! A step as root keeps its container until the next step, which first commits it: the changes of one step are the
//! engine's own account of one container. A session cannot write the root; its home and the temporary folders are
//! folders of this machine, so that what it leaves can be read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::changes;
use super::engine::{self, Engine, words};
use super::folders::{TEMPORARY, make, make_temporary};
use super::host::Host;
use super::setting::{As, CALLS, CANARY, Changes, FILES, HOME, PATH, SessionExtras, Setting, WORKSPACE, proved};
use super::tracer::{GATE, Tracer, WAIT};
use crate::Failure;

/// A sandbox of containers.
#[derive(Debug)]
pub(crate) struct Container {
    engine: Engine,
    name: String,
    uid: u32,
    /// The image to install over.
    base: String,
    network: Option<String>,
    setting: Setting,
    folder: PathBuf,
    /// What the engine itself changes in a container that does nothing.
    untouched: BTreeSet<String>,
    state: Mutex<State>,
}

/// What came of the steps so far.
#[derive(Debug, Default)]
struct State {
    /// Every image that was committed, in its order.
    images: Vec<String>,
    /// The image of what is installed now; none before the first install.
    installed: Option<String>,
    /// What sessions see, where root changed something for them.
    beside: Option<String>,
    /// A container with changes that are not committed yet, and its user.
    open: Option<As>,
    tracer: Option<Tracer>,
}

/// The containers of a sandbox, by the ends of their names.
const STEPS: [As; 5] = [As::Root, As::RootReadOnly, As::RootTraced, As::Agent, As::RootBeside];

const fn suffix(who: As) -> &'static str {
    match who {
        As::Root => "root",
        As::RootReadOnly => "read-only",
        As::RootTraced => "traced",
        As::Agent => "agent",
        As::RootBeside => "beside",
    }
}

impl Container {
    /// Makes the folders of one, and finds what the engine changes by itself.
    pub(super) fn open(
        host: &Host,
        engine: Engine,
        setting: &Setting,
        folder: &Path,
        name: &str,
    ) -> Result<Self, Failure> {
        if let Some(shown) = setting.shown.iter().find(|it| it.to_string_lossy().contains(':')) {
            let message = format!("`{}` cannot be mounted in a container: its path has a colon", shown.display());
            return Err(Failure::new(message, "move it to a path without colons"));
        }
        let mut cell = Self {
            engine,
            // Engines allow no `@`, which is in the name of an agent of another version.
            name: format!("verify-{}-{}", name.replace('@', "-"), std::process::id()),
            uid: host.uid,
            base: host.image.clone(),
            network: host.network.clone(),
            setting: setting.clone(),
            folder: folder.to_path_buf(),
            untouched: BTreeSet::new(),
            state: Mutex::default(),
        };
        cell.make_folders()?;
        cell.inspect_base()?;
        Ok(cell)
    }

    /// Another one over what is installed, for a session beside others.
    pub(super) fn beside(&self, folder: &Path, name: &str) -> Result<Self, Failure> {
        self.settle()?;
        let cell = Self {
            engine: self.engine,
            name: format!("{}-{name}", self.name),
            uid: self.uid,
            base: self.state().installed.clone().unwrap_or_else(|| self.base.clone()),
            network: self.network.clone(),
            setting: self.setting.clone(),
            folder: folder.to_path_buf(),
            untouched: self.untouched.clone(),
            state: Mutex::default(),
        };
        cell.make_folders()?;
        Ok(cell)
    }

    /// A container that does nothing: the image must not have the prefix, and what is different is the engine's doing.
    fn inspect_base(&mut self) -> Result<(), Failure> {
        let container = self.container(As::Root);
        let absent = "[ ! -e \"$1\" ] && [ ! -L \"$1\" ] || { echo there; }";
        let argv = words(&["sh", "-c", absent, "look", &self.setting.prefix]);
        let said = self.engine.ask(&self.words(As::Root, &SessionExtras::default(), &self.base, &[], &argv))?;
        if said.trim() == "there" {
            return Err(Failure::new(
                format!("`{}` is there already in the image `{}`", self.setting.prefix, self.base),
                "name an image without it: no install would be a first one",
            ));
        }
        self.untouched = self.diff(&container)?.lines().map(str::to_owned).collect();
        self.engine.remove(&container);
        Ok(())
    }

    fn diff(&self, container: &str) -> Result<String, Failure> {
        self.engine.ask(&words(&["diff", container]))
    }

    fn container(&self, who: As) -> String {
        format!("{}-{}", self.name, suffix(who))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The command of the host that runs a command inside.
    pub(super) fn command(
        &self,
        who: As,
        beyond: &SessionExtras,
        env: &[(String, String)],
        argv: &[String],
    ) -> Result<Command, Failure> {
        self.settle()?;
        let mut state = self.state();
        let installed = state.installed.as_deref().unwrap_or(&self.base);
        let image = match who {
            As::Root | As::RootReadOnly | As::RootBeside => installed,
            As::RootTraced => &self.base,
            As::Agent => state.beside.as_deref().unwrap_or(installed),
        };
        // A client that was killed leaves its container.
        self.engine.remove(&self.container(who));
        let command = self.engine.command(&self.words(who, beyond, image, env, argv));
        state.open = keeps(who).then_some(who);
        if let Some((flags, record)) = self.traced(who, beyond) {
            let gate = self.gate();
            // That of an earlier session is open.
            let _ = fs::remove_file(gate.join("open"));
            state.tracer = Some(Tracer::follow(self.engine, self.container(who), flags, record, gate));
        }
        Ok(command)
    }

    /// The flags of strace and its record, where a step is recorded.
    fn traced(&self, who: As, beyond: &SessionExtras) -> Option<(Vec<String>, PathBuf)> {
        if who == As::RootTraced {
            return Some((
                words(&["-f", "-qq", "-y", "-Z", "-s", "512", "-e", FILES, "-e", "signal=none"]),
                self.record(),
            ));
        }
        let record = beyond.record.clone()?;
        Some((words(&["-f", "-qq", "-s", "4096", "-e", "abbrev=none", "-e", CALLS, "-e", "signal=none"]), record))
    }

    fn record(&self) -> PathBuf {
        self.folder.join("record")
    }

    fn gate(&self) -> PathBuf {
        self.folder.join("gate")
    }

    /// The words of the client that run a command in a container of an image.
    fn words(
        &self,
        who: As,
        beyond: &SessionExtras,
        image: &str,
        env: &[(String, String)],
        inside: &[String],
    ) -> Vec<String> {
        let mut run = engine::run(&self.container(who));
        run.push("--init".to_owned());
        if !keeps(who) {
            run.push("--rm".to_owned());
        }
        let mut mount = |from: &Path, to: &str, mode: &str| {
            run.extend(["--volume".to_owned(), format!("{}:{to}{mode}", from.display())]);
        };
        for shown in &self.setting.shown {
            mount(shown, &shown.to_string_lossy(), ":ro");
        }
        if who.sees_home() {
            mount(&self.session("home"), HOME, "");
            for (part, place) in TEMPORARY {
                mount(&self.session(part), place, "");
            }
            mount(&self.folder.join("canary"), CANARY, ":ro");
        }
        for (from, to) in &beyond.laid {
            mount(from, &to.to_string_lossy(), ":ro");
        }
        if who == As::RootTraced {
            mount(&self.folder.join("traced"), &self.setting.prefix, "");
        }
        let waits = self.traced(who, beyond).is_some();
        if waits {
            mount(&self.gate(), GATE, ":ro");
        }
        run.extend(self.network(who, beyond));
        if matches!(who, As::Agent | As::RootReadOnly | As::RootTraced) {
            run.extend(self.engine.read_only());
        }
        if who == As::Agent {
            run.extend(self.engine.unknown_user(self.uid));
            run.extend(words(&["--interactive", "--workdir", WORKSPACE]));
            run.extend(words(&["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]));
            run.extend(words(&["--env", &format!("PATH={PATH}")]));
            // A session's environment is in no image: its container is not committed.
            run.extend(env.iter().flat_map(|(name, value)| ["--env".to_owned(), format!("{name}={value}")]));
        } else {
            run.extend(words(&["--user", "0:0"]));
        }
        let mut argv = Vec::new();
        if waits {
            argv.extend(words(&["sh", "-c", WAIT, "wait"]));
        }
        if who == As::Agent {
            argv.extend(proved(self.uid, &self.setting.prefix, inside));
        } else {
            // As words: what a container is given as its environment, an image of it has as well.
            argv.extend(words(&["env", &format!("PATH={PATH}")]));
            argv.extend(env.iter().map(|(name, value)| format!("{name}={value}")));
            argv.extend_from_slice(inside);
        }
        let mut argv = argv.into_iter();
        run.extend(["--entrypoint".to_owned(), argv.next().unwrap_or_default(), image.to_owned()]);
        run.extend(argv);
        run
    }

    fn network(&self, who: As, beyond: &SessionExtras) -> Vec<String> {
        match (&self.network, who.sees_home()) {
            _ if beyond.network_of.is_some() => words(&["--network", &format!("container:{}-net", self.name)]),
            (Some(network), false) if self.setting.network => words(&["--network", network]),
            (None, false) if self.setting.network => Vec::new(),
            _ => words(&["--network", "none"]),
        }
    }

    /// A process in a network of loopback alone, which sessions can share.
    pub(super) fn network_holder(&self) -> Result<i32, Failure> {
        self.settle()?;
        let name = format!("{}-net", self.name);
        self.engine.remove(&name);
        let mut run = engine::run(&name);
        run.extend(words(&["--detach", "--rm", "--init", "--network", "none", "--cap-drop", "ALL"]));
        run.extend(words(&["--entrypoint", "sleep", &self.base, "100000"]));
        self.engine.ask(&run)?;
        let said = self.engine.ask(&words(&["inspect", "--format", "{{.State.Pid}}", &name]))?;
        said.trim().parse().map_err(|_| {
            Failure::new(format!("the engine gives no process of `{name}`: {}", said.trim()), "check its log")
        })
    }

    /// Commits what the last step as root changed.
    fn settle(&self) -> Result<(), Failure> {
        let mut state = self.state();
        let Some(who) = state.open.take() else { return Ok(()) };
        let container = self.container(who);
        // With a name: an engine that removes an image also removes those below it that have none.
        let name = format!("localhost/benchflow-verify:{container}-{}", state.images.len());
        let image = self.engine.ask(&words(&["commit", &container, &name]))?;
        let image = image.lines().next_back().unwrap_or_default().trim().to_owned();
        self.engine.remove(&container);
        state.images.push(image.clone());
        match who {
            As::RootBeside => state.beside = Some(image),
            _ => state.installed = Some(image),
        }
        Ok(())
    }

    /// What the last step changed outside the prefix, and how large the prefix is.
    pub(super) fn changes(&self, who: As) -> Result<Changes, Failure> {
        if who == As::RootTraced {
            let prefix = self.folder.join("traced");
            let bytes = changes::size(&prefix).map_err(|error| changes::unread(&prefix, &error))?;
            return Ok(Changes { outside: Vec::new(), prefix: true, bytes });
        }
        let open = self.state().open;
        let outside = match open {
            Some(open) => outside(&self.diff(&self.container(open))?, &self.setting.prefix, &self.untouched),
            None => Vec::new(),
        };
        self.settle()?;
        let image = self.state().installed.clone().unwrap_or_else(|| self.base.clone());
        let measure = "[ ! -e \"$1\" ] || du -sk \"$1\"";
        let mut run = engine::run(&format!("{}-size", self.name));
        run.extend(words(&["--rm", "--network", "none", "--user", "0:0", "--entrypoint", "sh", &image]));
        run.extend(words(&["-c", measure, "measure", &self.setting.prefix]));
        let said = self.engine.ask(&run)?;
        let kilobytes = said.split_whitespace().next().and_then(|it| it.parse::<u64>().ok());
        Ok(Changes { outside, prefix: kilobytes.is_some(), bytes: kilobytes.unwrap_or_default() * 1024 })
    }

    /// Every file that sessions left: its path inside, and its path on the host.
    pub(super) fn left(&self) -> Vec<(String, PathBuf)> {
        let parts = TEMPORARY.into_iter().map(|(part, place)| (place.to_owned(), self.session(part)));
        changes::files(parts.chain([(HOME.to_owned(), self.session("home"))]).collect())
    }

    /// Makes the folders of sessions again.
    pub(super) fn renew(&self) -> Result<(), Failure> {
        self.engine.remove(&self.container(As::Agent));
        self.state().beside = None;
        let gone = fs::remove_dir_all(self.folder.join("session"));
        gone.and_then(|()| self.make_session()).map_err(|error| self.no_folders(&error))
    }

    /// The paths of refused writes of the traced run.
    pub(super) fn refused(&self) -> Vec<String> {
        self.finish_record();
        super::trace::refused(&String::from_utf8_lossy(&fs::read(self.record()).unwrap_or_default()))
    }

    /// Waits until the record of the last step is whole.
    pub(super) fn finish_record(&self) {
        let Some(tracer) = self.state().tracer.take() else { return };
        // It may go on where its client was killed.
        for who in [As::Agent, As::RootTraced] {
            self.engine.remove(&self.container(who));
        }
        tracer.finish();
    }

    /// Asks the agent to end: a signal to the client of the engine does not reach it in every case.
    pub(super) fn terminate(&self) {
        // One that has gone already is as it should be.
        let _ = self.engine.ask(&words(&["kill", "--signal", "TERM", &self.container(As::Agent)]));
    }

    fn session(&self, part: &str) -> PathBuf {
        self.folder.join("session").join(part)
    }

    fn make_folders(&self) -> Result<(), Failure> {
        let made = ["gate", "traced"].iter().try_for_each(|part| make(&self.folder.join(part), 0o755));
        let made = made.and_then(|()| make(&self.folder.join("canary"), 0o700));
        let secret = || fs::write(self.folder.join("canary/secret"), "only root may read this\n");
        made.and_then(|()| secret()).and_then(|()| self.make_session()).map_err(|error| self.no_folders(&error))
    }

    fn make_session(&self) -> std::io::Result<()> {
        make_temporary(&self.folder.join("session"))?;
        make(&self.session("home/workspace"), 0o755)?;
        let own = |part: &str| std::os::unix::fs::chown(self.session(part), Some(self.uid), Some(self.uid));
        ["home", "home/workspace"].into_iter().try_for_each(own)
    }

    fn no_folders(&self, error: &std::io::Error) -> Failure {
        Failure::new(
            format!("cannot make the folders of a session in `{}`: {error}", self.folder.display()),
            "name a folder with room in TMPDIR",
        )
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        for end in STEPS.map(suffix).into_iter().chain(["net", "size"]) {
            self.engine.remove(&format!("{}-{end}", self.name));
        }
        // The newest first: an engine keeps an image that another one is made from.
        let images = core::mem::take(&mut self.state().images);
        images.iter().rev().for_each(|image| self.engine.remove_image(image));
    }
}

/// Whether a container stays until its changes are committed.
const fn keeps(who: As) -> bool {
    matches!(who, As::Root | As::RootBeside)
}

/// The paths of an engine's account that are neither its own doing, nor under the prefix, nor on the way to others.
/// A temporary folder is always changed by what came and went in it.
fn outside(listed: &str, prefix: &str, untouched: &BTreeSet<String>) -> Vec<String> {
    let lines = listed.lines().filter(|line| !untouched.contains(*line));
    let all: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(' ')).collect();
    let under =
        |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|it| it.is_empty() || it.starts_with('/'));
    let ours = |kind: &str, path: &str| {
        under(path, prefix)
            || under(prefix, path) && kind != "D"
            || kind == "C" && TEMPORARY.iter().any(|(_, place)| path == *place)
    };
    let leads = |path: &str| all.iter().any(|(_, other)| *other != path && under(other, path));
    let kept = all.iter().filter(|(kind, path)| !ours(kind, path) && (*kind == "D" || !leads(path)));
    let told = kept.map(|(kind, path)| if *kind == "D" { format!("{path} (removed)") } else { (*path).to_owned() });
    told.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_outside(listed: &str, untouched: &[&str], places: &[&str]) {
        let untouched = untouched.iter().map(ToString::to_string).collect();
        assert_eq!(outside(listed, "/opt/benchflow", &untouched), places, "of {listed:?}");
    }

    #[test]
    fn container_diff_ignores_changes_of_the_engine() {
        let listed = "C /opt\nA /opt/benchflow\nA /opt/benchflow/bin\nC /etc\nA /etc/new\nD /etc/old\nA /tmp/x\n";
        check_outside(listed, &[], &["/etc/new", "/etc/old (removed)", "/tmp/x"]);
        check_outside("C /tmp\nC /root\n", &[], &["/root"]);
        check_outside("A /srv\nA /srv/mirror\nC /etc\nA /etc/x\n", &["A /srv", "A /srv/mirror"], &["/etc/x"]);
        check_outside("D /opt/benchflow\nC /opt\n", &[], &[]);
        check_outside("D /opt\n", &[], &["/opt (removed)"]);
        check_outside("A /opt/benchflower\n", &[], &["/opt/benchflower"]);
    }
}
