//! A tree of files as an audit sees it: listed and read, never followed out of, never run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file of so many bytes.
    File(u64),
    /// A symbolic link, whatever it leads to.
    Link,
    /// A FIFO, a socket, a device.
    Other,
}

/// A tree; paths are relative to its root, which is the empty path.
pub trait Tree {
    /// An entry of a folder.
    ///
    /// # Errors
    ///
    /// Why it cannot be listed, as a complete sentence.
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, String>;

    /// The bytes of a file, at most one more than `limit` of them. It does not follow links and does not block.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, as a complete sentence.
    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, String>;
}

/// Folders that hold no sources of the tree's own.
const SKIPPED: [&str; 9] =
    [".git", ".hg", ".svn", "node_modules", "target", ".venv", "venv", "__pycache__", "site-packages"];

/// How deep a tree is read.
const DEPTH: usize = 64;

/// How many entries of a tree are checked.
const ENTRIES: usize = 200_000;

/// An entry with its path.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) kind: EntryKind,
}

/// A part of a tree that was not checked, and why.
pub(crate) type Skipped = (PathBuf, String);

/// Everything in a tree but folders, in the order of the paths, and what was left.
pub(crate) fn walk(tree: &dyn Tree) -> (Vec<Found>, Vec<Skipped>) {
    let mut waiting = vec![(PathBuf::new(), 0)];
    let (mut found, mut left) = (Vec::new(), Vec::new());
    while let Some((folder, depth)) = waiting.pop() {
        let entries = match tree.list(&folder) {
            Ok(entries) => entries,
            Err(why) => {
                left.push((folder, why));
                continue;
            }
        };
        for entry in entries {
            if found.len() + waiting.len() >= ENTRIES {
                left.push((folder, format!("the tree has more than {ENTRIES} entries; the rest is not checked")));
                found.sort_by(|one: &Found, other| one.path.cmp(&other.path));
                return (found, left);
            }
            let path = folder.join(&entry.name);
            let skipped = entry.name.to_str().is_some_and(|name| SKIPPED.contains(&name));
            match entry.kind {
                EntryKind::Folder if skipped => {}
                EntryKind::Folder if depth == DEPTH => {
                    left.push((path, format!("it is nested deeper than {DEPTH} folders")));
                }
                EntryKind::Folder => waiting.push((path, depth + 1)),
                kind => found.push(Found { path, kind }),
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    (found, left)
}

/// A path as it is shown: with `/` between its parts, on every machine.
pub(crate) fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    if parts.is_empty() { ".".to_owned() } else { crate::diagnostic::one_line(&parts.join("/")) }
}
