//! The folder of a mirror. Its own files are those that its `SHA256SUMS` lists; no other file is replaced or removed.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::checksum::{Content, Sum};
use super::wanted::is_plain;
use registry_command::failure::{Failure, Outcome};
use registry_command::files;

/// The list of the mirror's files, as `sha256sum -c` reads it.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// The folder for downloads; on the file system of the mirror, so that a rename is enough.
const STAGING: &str = ".mirror-staging";

/// A mirror's folder, locked by one command at a time.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    ours: BTreeMap<String, String>,
    _lock: File,
}

/// The state of an artefact's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Missing,
    /// The artefact.
    Right(Content),
    /// A file of the mirror that does not have the artefact's checksum any more.
    Damaged(Content),
}

/// A folder in the mirror for unchecked files, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Staging(PathBuf);

impl Folder {
    /// Opens the folder, which is created if it does not exist, and reads its list of files.
    pub(crate) fn open(path: &Path) -> Outcome<Self> {
        fs::create_dir_all(path).map_err(|error| Failure::io("make", path, &error))?;
        let path = fs::canonicalize(path).map_err(|error| Failure::io("find", path, &error))?;
        let lock = File::open(&path).map_err(|error| Failure::io("open", &path, &error))?;
        // On a file system without locks, the operator must not run two commands at once.
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(Failure::new(format!("another `mirror` runs in `{}`", path.display()))
                .help("wait for it to end, or give another folder with `--out`"));
        }
        let ours = files::read_if_there(&path.join(SUMS))?.map_or(Some(BTreeMap::new()), |text| read_sums(&text));
        let Some(ours) = ours else { return Err(foreign(&path.join(SUMS))) };
        Ok(Self { path, ours, _lock: lock })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The checksum that the last run recorded for a file.
    pub(crate) fn noted(&self, path: &str) -> Option<Sum> {
        self.ours.get(path).map(|sum| Sum::Sha256(sum.clone()))
    }

    /// The state of an artefact's place; an error when a foreign file is there.
    pub(crate) fn look(&self, path: &str, sum: &Sum) -> Outcome<State> {
        let place = self.path.join(path);
        let about = match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Missing),
            Err(error) => return Err(Failure::io("read", &place, &error)),
            Ok(about) => about,
        };
        if about.is_dir() {
            return Err(foreign(&place));
        }
        let content = Content::of_file(&place).map_err(|error| Failure::io("read", &place, &error))?;
        if sum.fits(&content) {
            return Ok(State::Right(content));
        }
        if about.is_file() && self.ours.contains_key(path) { Ok(State::Damaged(content)) } else { Err(foreign(&place)) }
    }

    /// The names of the files in one of its folders, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let listed = fs::read_dir(self.path.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = listed.filter_map(|it| it.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Removes a damaged file of the mirror.
    pub(crate) fn remove(&self, path: &str) -> Outcome<()> {
        let place = self.path.join(path);
        fs::remove_file(&place).map_err(|error| Failure::io("remove", &place, &error))
    }

    /// Creates the folder for unchecked files; leftovers of a killed run are removed.
    pub(crate) fn staging(&self) -> Outcome<Staging> {
        let path = self.path.join(STAGING);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Failure::io("remove", &path, &error)),
            _ => fs::create_dir(&path).map_err(|error| Failure::io("make", &path, &error))?,
        }
        Ok(Staging(path))
    }

    /// Gives a checked file its final name.
    pub(crate) fn accept(&self, from: &Path, path: &str) -> Outcome<()> {
        let place = self.place(path)?;
        let moved =
            fs::set_permissions(from, fs::Permissions::from_mode(0o644)).and_then(|()| fs::rename(from, &place));
        moved.map_err(|error| Failure::io("write", &place, &error))
    }

    /// Rejects a place with a file that is not the mirror's.
    pub(crate) fn claim(&self, path: &str) -> Outcome<()> {
        let place = self.path.join(path);
        let free = self.ours.contains_key(path) || fs::symlink_metadata(&place).is_err();
        if free { Ok(()) } else { Err(foreign(&place)) }
    }

    /// Writes a file that the mirror generates, unless it is unchanged.
    pub(crate) fn write(&self, path: &str, bytes: &[u8], content: &Content) -> Outcome<()> {
        if matches!(self.look(path, &Sum::Sha256(content.sha256.clone()))?, State::Right(_)) {
            return Ok(());
        }
        files::write_atomically(&self.place(path)?, bytes, 0o644)
    }

    /// Writes the list of the mirror's files; with `before`, files of earlier runs that still exist are included.
    pub(crate) fn note(&self, held: &BTreeMap<String, Content>, before: bool) -> Outcome<()> {
        let mut sums: BTreeMap<&str, &str> =
            held.iter().map(|(path, content)| (path.as_str(), content.sha256.as_str())).collect();
        let still_there = |path: &str| before && self.path.join(path).is_file();
        for (path, sum) in self.ours.iter().filter(|(path, _)| still_there(path)) {
            sums.entry(path).or_insert(sum);
        }
        let text = sums.iter().fold(String::new(), |text, (path, sum)| text + sum + "  " + path + "\n");
        let place = self.path.join(SUMS);
        if files::read_if_there(&place)?.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        files::write_atomically(&place, text.as_bytes(), 0o644)
    }

    /// Removes files of earlier runs that are not needed any more, except changed ones; returns their number.
    pub(crate) fn remove_others(&self, held: &BTreeMap<String, Content>) -> Outcome<usize> {
        let mut removed = 0;
        for (path, sum) in self.ours.iter().filter(|(path, _)| !held.contains_key(*path)) {
            if matches!(self.look(path, &Sum::Sha256(sum.clone())), Ok(State::Right(_))) {
                self.remove(path)?;
                self.remove_empty(path);
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes the folders of a removed file, as far as they are empty.
    fn remove_empty(&self, path: &str) {
        let folders = Path::new(path).ancestors().skip(1).filter(|it| !it.as_os_str().is_empty());
        for folder in folders {
            if fs::remove_dir(self.path.join(folder)).is_err() {
                return;
            }
        }
    }

    fn place(&self, path: &str) -> Outcome<PathBuf> {
        let place = self.path.join(path);
        let folder = place.parent().unwrap_or(&self.path);
        fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
        Ok(place)
    }
}

impl Staging {
    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // The next run removes what could not be removed now.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn foreign(place: &Path) -> Failure {
    Failure::new(format!("`{}` was not written by `mirror`", place.display()))
        .help("move it away, or give another folder with `--out`; it was not changed")
}

/// Reads the list of a mirror's files; `None` when the text is not such a list.
fn read_sums(text: &str) -> Option<BTreeMap<String, String>> {
    let line = |line: &str| {
        let (sum, path) = line.split_once("  ")?;
        let digits = sum.len() == 64 && sum.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (digits && is_plain(path)).then(|| (path.to_owned(), sum.to_owned()))
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_list_with_an_outside_path_is_rejected() {
        let sum = "0".repeat(64);
        let list = read_sums(&format!("{sum}  npm/a/-/a-1.0.0.tgz\n"));
        assert_eq!(list.map(|it| it.len()), Some(1));
        for line in [format!("{sum}  ../a"), format!("{sum} a"), "0  a".to_owned(), "notes of mine".to_owned()] {
            assert_eq!(read_sums(&line), None, "{line:?}");
        }
    }
}
