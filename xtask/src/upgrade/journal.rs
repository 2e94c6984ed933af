//! Changes many files atomically: all of them or none, also after a power failure.
//!
//! New files are first written into a folder in the tree, then a plan that lists them. Without a plan, nothing has
//! changed and the folder is removed; with one, every change can be repeated until all are made. So the next command
//! that finds a journal completes it or drops it, and needs only the journal.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use registry_model::model::Registry;
use serde::{Deserialize, Serialize};

use registry_command::failure::{Failure, Outcome};
use registry_command::files;

/// The folder of a journal, at the root of the tree: renames must not cross file systems.
const FOLDER: &str = ".upgrade-journal";

/// The list of changes.
const PLAN: &str = "plan.json";

/// A file with its new content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Its path.
    pub path: PathBuf,
    /// Its new content.
    pub bytes: Vec<u8>,
    /// Its permission bits.
    pub mode: u32,
}

/// A change of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Planned {
    /// The file of the journal that replaces it.
    from: String,
    to: PathBuf,
    /// The SHA-256 of the old file; `None` for no file.
    old: Option<String>,
    /// The SHA-256 of the new file.
    new: String,
}

/// The journal of a tree.
#[derive(Debug)]
pub(crate) struct Journal {
    root: PathBuf,
}

/// The lock of a tree, until it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Guard {
    lock: File,
}

impl Drop for Guard {
    /// A program that is being started meanwhile has the file open too, until its `exec`: closing alone would not do.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

/// The result of the recovery of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There was no journal.
    Nothing,
    /// It had no plan: the tree is unchanged.
    Dropped,
    /// All its changes are made.
    Finished(usize),
}

/// Called before each change of the disk; a test stops there.
type Tick<'t> = &'t mut dyn FnMut() -> Outcome<()>;

impl Journal {
    /// The journal of the tree with a registry's package.
    pub(crate) fn of(registry: &Registry<'_>) -> Self {
        let folder = Path::new(registry.folder);
        let root = folder.ancestors().find(|it| it.join("Cargo.lock").is_file()).unwrap_or(folder);
        Self { root: root.to_path_buf() }
    }

    /// The root of the tree.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether an earlier command left a journal, or another command uses it.
    pub(crate) fn is_there(&self) -> bool {
        self.folder().is_dir()
    }

    /// Locks the tree for this process; `None` if another process has locked it.
    pub(crate) fn guard(&self) -> Outcome<Option<Guard>> {
        let lock = File::open(&self.root).map_err(|error| Failure::io("open", &self.root, &error))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            // On a file system without locks, the user must not run two commands at once.
            _ => Ok(Some(Guard { lock })),
        }
    }

    /// Completes or drops the journal of an earlier command.
    pub(crate) fn recover(&self, _: &Guard) -> Outcome<Found> {
        if !self.is_there() {
            return Ok(Found::Nothing);
        }
        match self.plan()? {
            Some(plan) => self.apply(&plan, &mut || Ok(())).map(|()| Found::Finished(plan.len())),
            None => self.discard().map(|()| Found::Dropped),
        }
    }

    /// Makes all changes. After an error before the first, nothing is changed; after a later error, the journal
    /// remains, and the next command completes it.
    pub(crate) fn commit(&self, _: &Guard, changes: &[Change]) -> Outcome<()> {
        let mut tick = || Ok(());
        match self.stage(changes, &mut tick) {
            Ok(plan) => self.apply(&plan, &mut tick).map_err(|failure| {
                failure
                    .note("some files are changed and some are not")
                    .help("run any command: it makes the remaining changes")
            }),
            Err(failure) => {
                // Report the first error, not one of the cleanup.
                let _ = self.discard();
                Err(failure)
            }
        }
    }

    fn folder(&self) -> PathBuf {
        self.root.join(FOLDER)
    }

    fn plan(&self) -> Outcome<Option<Vec<Planned>>> {
        let path = self.folder().join(PLAN);
        let Some(text) = files::read_if_there(&path)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            Failure::new(format!("`{}` cannot be read: {error}", path.display()))
                .help(format!("see what changed with `git status`, and remove `{}`", self.folder().display()))
        })
    }

    /// Writes the new files and then the plan; the tree is unchanged.
    fn stage(&self, changes: &[Change], tick: Tick<'_>) -> Outcome<Vec<Planned>> {
        let folder = self.folder();
        tick()?;
        fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
        let mut plan = Vec::new();
        for (index, Change { path, bytes, mode }) in changes.iter().enumerate() {
            let from = format!("{index}.new");
            tick()?;
            write_durably(&folder.join(&from), bytes, *mode)?;
            plan.push(Planned { from, to: path.clone(), old: sum_of(path)?, new: sum(bytes) });
        }
        let text = serde_json::to_string_pretty(&plan)
            .map_err(|error| Failure::new(format!("the plan cannot be written: {error}")))?;
        // A partial plan would be wrong: the file is renamed when it is complete.
        let (draft, path) = (folder.join("plan.draft"), folder.join(PLAN));
        tick()?;
        write_durably(&draft, text.as_bytes(), 0o644)?;
        tick()?;
        fs::rename(&draft, &path).map_err(|error| Failure::io("write", &path, &error))?;
        // Best effort: a file system that cannot do this keeps the order anyway or loses the whole journal.
        let _ = File::open(&folder).and_then(|it| it.sync_all());
        Ok(plan)
    }

    /// Makes the changes that are not made yet.
    fn apply(&self, plan: &[Planned], tick: Tick<'_>) -> Outcome<()> {
        // Checked before the first change, so that changes of a user meanwhile are not lost.
        if let Some(foreign) = plan.iter().find_map(|it| self.changed_meanwhile(it).transpose()) {
            let place = foreign?;
            return Err(Failure::new(format!("`{}` has changed since an upgrade was interrupted", place.display()))
                .help(format!("keep it and remove `{}`, or restore it with git", self.folder().display())));
        }
        for Planned { from, to, .. } in plan {
            let from = self.folder().join(from);
            if !from.exists() {
                continue;
            }
            let parent = to.parent().unwrap_or(to);
            fs::create_dir_all(parent).map_err(|error| Failure::io("make", parent, &error))?;
            tick()?;
            fs::rename(&from, to).map_err(|error| Failure::io("write", to, &error))?;
        }
        tick()?;
        self.discard()
    }

    /// The path of a change whose file is neither the old nor the new one.
    fn changed_meanwhile(&self, planned: &Planned) -> Outcome<Option<PathBuf>> {
        let now = sum_of(&planned.to)?;
        let made = now.as_ref() == Some(&planned.new);
        let waits = self.folder().join(&planned.from).exists();
        Ok((!made && (now != planned.old || !waits)).then(|| planned.to.clone()))
    }

    /// Removes the journal: first the plan, without which the other files are ignored.
    fn discard(&self) -> Outcome<()> {
        let folder = self.folder();
        match fs::remove_file(folder.join(PLAN)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Failure::io("remove", &folder.join(PLAN), &error));
            }
            _ => {}
        }
        fs::remove_dir_all(&folder).map_err(|error| Failure::io("remove", &folder, &error))
    }
}

fn write_durably(path: &Path, bytes: &[u8], mode: u32) -> Outcome<()> {
    let written = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path);
    let written = written.and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
        file.sync_all()
    });
    written.map_err(|error| Failure::io("write", path, &error))
}

fn sum(bytes: &[u8]) -> String {
    files::sha256(bytes)
}

fn sum_of(path: &Path) -> Outcome<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(sum(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use registry_command::files::Scratch;

    /// A tree with two files, and the changes that replace them and add a third.
    struct Room {
        scratch: Scratch,
        journal: Journal,
    }

    impl Room {
        fn new() -> Self {
            let scratch = Scratch::new().expect("there is room");
            let room = Self { journal: Journal { root: scratch.path().to_path_buf() }, scratch };
            for name in ["a", "b"] {
                fs::write(room.path(name), "old").expect("there is room");
            }
            room
        }

        fn path(&self, name: &str) -> PathBuf {
            self.scratch.path().join(name)
        }

        fn changes(&self) -> Vec<Change> {
            let change = |name: &str| Change { path: self.path(name), bytes: b"new".to_vec(), mode: 0o640 };
            ["a", "b", "folder/c"].map(change).into()
        }

        /// The files of the tree, the journal left out.
        fn content(&self) -> [Option<String>; 3] {
            ["a", "b", "folder/c"].map(|name| fs::read_to_string(self.path(name)).ok())
        }

        /// Commits, and stops before the change of this number; returns whether it was stopped.
        fn killed_at(&self, number: usize) -> bool {
            let mut left = number;
            let mut tick = || {
                left = left.checked_sub(1).ok_or_else(|| Failure::new("killed"))?;
                Ok(())
            };
            let staged = self.journal.stage(&self.changes(), &mut tick);
            staged.and_then(|plan| self.journal.apply(&plan, &mut tick)).is_err()
        }

        fn recover(&self) -> Outcome<Found> {
            let guard = self.journal.guard()?.expect("no other process has it");
            self.journal.recover(&guard)
        }
    }

    const OLD: [Option<&str>; 3] = [Some("old"), Some("old"), None];
    const NEW: [Option<&str>; 3] = [Some("new"); 3];

    #[test]
    fn killed_commit_is_completed_or_rolled_back() {
        let (mut rolled_back, mut finished) = (0, 0);
        for number in 0.. {
            let room = Room::new();
            if !room.killed_at(number) {
                assert_eq!(room.content().each_ref().map(Option::as_deref), NEW);
                break;
            }
            let found = room.recover().expect("it recovers");
            let content = room.content();
            let content = content.each_ref().map(Option::as_deref);
            if let Found::Finished(_) = found {
                assert_eq!(content, NEW, "killed before change {number}");
                finished += 1;
            } else {
                assert_eq!(content, OLD, "killed before change {number}");
                rolled_back += 1;
            }
            assert!(!room.journal.is_there(), "killed before change {number}");
            assert_eq!(room.recover(), Ok(Found::Nothing));
        }
        // The folder, three files and two steps of the plan; then three renames and the removal.
        assert_eq!((rolled_back, finished), (6, 4));
    }

    #[test]
    fn second_kill_during_recovery_is_recovered() {
        let room = Room::new();
        assert!(room.killed_at(7));
        let plan = room.journal.plan().expect("it can be read").expect("there is one");
        let mut once = Some(());
        let stopped = room.journal.apply(&plan, &mut || once.take().ok_or_else(|| Failure::new("killed")));
        assert!(stopped.is_err());
        assert_eq!(room.recover(), Ok(Found::Finished(3)));
        assert_eq!(room.content().each_ref().map(Option::as_deref), NEW);
    }

    #[test]
    fn file_changed_after_an_interruption_is_kept() {
        let room = Room::new();
        assert!(room.killed_at(7), "one of three is renamed");
        fs::write(room.path("b"), "mine").expect("there is room");
        let failure = room.recover().expect_err("it must not write over it");
        assert!(failure.to_string().contains("b` has changed since an upgrade was interrupted"), "{failure}");
        assert_eq!(fs::read_to_string(room.path("b")).expect("it is there"), "mine");
    }

    #[test]
    fn error_before_the_first_change_keeps_the_tree() {
        let room = Room::new();
        fs::create_dir_all(room.path(FOLDER).join("1.new")).expect("there is room");
        let guard = room.journal.guard().expect("it can be locked").expect("no other process has it");
        assert!(room.journal.commit(&guard, &room.changes()).is_err());
        assert_eq!(room.content().each_ref().map(Option::as_deref), OLD);
        assert!(!room.journal.is_there());
    }

    #[test]
    fn upgrade_lock_is_exclusive() {
        let room = Room::new();
        let guard = room.journal.guard().expect("it can be locked");
        assert!(guard.is_some());
        assert!(room.journal.guard().expect("it can be asked").is_none());
        drop(guard);
        assert!(room.journal.guard().expect("it can be locked").is_some());
    }
}
