//! Atomic writes of files, and a temporary folder that is removed when it is dropped.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest as _, Sha256};

use crate::failure::{Failure, Outcome};

/// A counter, so that every temporary name of this process is unique.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// Writes a file by a temporary one beside it and a rename, so that no reader sees a partial file.
pub fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> Outcome<()> {
    let temporary = temporary_beside(path);
    let written = write_new(&temporary, bytes, mode).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        // Report the first error, not one of the cleanup.
        let _ = fs::remove_file(&temporary);
        Failure::io("write", path, &error)
    })
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Temporary files on the disk, beside the files that they will replace.
#[derive(Debug, Default)]
pub struct Staged {
    files: Vec<(PathBuf, PathBuf)>,
    folders: Vec<PathBuf>,
}

impl Staged {
    /// Writes a temporary file, and creates missing folders.
    pub fn add(&mut self, path: &Path, bytes: &[u8], mode: u32) -> Outcome<()> {
        self.make_folders(path.parent().unwrap_or(path))?;
        let temporary = temporary_beside(path);
        self.files.push((temporary.clone(), path.to_path_buf()));
        write_new(&temporary, bytes, mode).map_err(|error| Failure::io("write", path, &error))
    }

    /// The files that are not renamed yet.
    pub fn waiting(&self) -> BTreeSet<&Path> {
        self.files.iter().map(|(temporary, _)| temporary.as_path()).collect()
    }

    /// Renames all files into place.
    pub fn commit(mut self) -> Outcome<usize> {
        let count = self.files.len();
        for (temporary, path) in &self.files {
            fs::rename(temporary, path).map_err(|error| Failure::io("write", path, &error))?;
        }
        self.files.clear();
        self.folders.clear();
        Ok(count)
    }

    fn make_folders(&mut self, folder: &Path) -> Outcome<()> {
        let missing: Vec<&Path> =
            folder.ancestors().take_while(|it| !it.as_os_str().is_empty() && !it.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| Failure::io("make", folder, &error))?;
            self.folders.push(folder.to_path_buf());
        }
        Ok(())
    }
}

impl Drop for Staged {
    /// Removes files that were not renamed, and the folders that were created for them.
    fn drop(&mut self) {
        for (temporary, _) in &self.files {
            let _ = fs::remove_file(temporary);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    // The umask removed some bits at creation.
    File::set_permissions(&file, fs::Permissions::from_mode(mode))
}

fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", unique()))
}

fn unique() -> String {
    format!("xtask-{}-{}", process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// A temporary folder, removed with its content when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Creates one in the system's folder for temporary files; other users have no access.
    pub fn new() -> Outcome<Self> {
        let path = std::env::temp_dir().join(unique());
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| Failure::io("make", &path, &error))?;
        let path = fs::canonicalize(&path).map_err(|error| Failure::io("find", &path, &error))?;
        Ok(Self { path })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Creates a folder in it.
    pub fn folder(&self, name: &str) -> Outcome<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).map_err(|error| Failure::io("make", &path, &error))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // An error is ignored: the system cleans its temporary folder itself.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The permission bits of a file.
pub fn mode(path: &Path) -> Outcome<u32> {
    let about = fs::metadata(path).map_err(|error| Failure::io("read", path, &error))?;
    Ok(about.permissions().mode() & 0o777)
}

/// Reads a text file; `None` when it does not exist.
pub fn read_if_there(path: &Path) -> Outcome<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}
