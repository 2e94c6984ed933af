//! A tree on the disk.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use crate::tree::{Entry, EntryKind, Tree};

/// A folder, or one file in it.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
    only: Option<OsString>,
}

impl Disk {
    /// The tree at a path; at a file, the tree of this file alone. The path itself may be a link.
    ///
    /// # Errors
    ///
    /// That of the file system.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let root = fs::canonicalize(path)?;
        if root.is_dir() {
            fs::read_dir(&root)?;
            return Ok(Self { root, only: None });
        }
        let only = root.file_name().map(OsString::from);
        Ok(Self { root: root.parent().map(Path::to_path_buf).unwrap_or_default(), only })
    }
}

impl Tree for Disk {
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, String> {
        let listed = fs::read_dir(self.root.join(folder)).map_err(|error| format!("cannot list it: {error}"))?;
        let mut entries = Vec::new();
        for entry in listed.flatten().filter(|it| self.only.as_ref().is_none_or(|only| *only == it.file_name())) {
            // A file that is removed during the audit is skipped.
            let Ok(about) = entry.path().symlink_metadata() else { continue };
            let kind = match about.file_type() {
                kind if kind.is_symlink() => EntryKind::Link,
                kind if kind.is_dir() => EntryKind::Folder,
                kind if kind.is_file() => EntryKind::File(about.len()),
                _ => EntryKind::Other,
            };
            entries.push(Entry { name: entry.file_name(), kind });
        }
        Ok(entries)
    }

    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, String> {
        // Between the listing and now it may have become a link or a FIFO: neither is followed or waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::open(self.root.join(file), flags, Mode::empty());
        let opened = File::from(opened.map_err(|error| format!("cannot open it: {error}"))?);
        let about = opened.metadata().map_err(|error| format!("cannot read it: {error}"))?;
        if !about.is_file() {
            return Err("it is not a file".to_owned());
        }
        let mut bytes = Vec::new();
        let read = opened.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| format!("cannot read it: {error}"))?;
        Ok(bytes)
    }
}
