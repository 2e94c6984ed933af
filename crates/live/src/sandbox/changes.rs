//! What a command changed: the upper folder of an overlay and the folders that were mounted over it, read as a list.

use std::fs::{self, FileType};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::setting::Changes;
use crate::Failure;

/// What is known of a sandbox before anything runs in it.
pub(super) struct Seen<'a> {
    /// The one folder that may change.
    pub(super) prefix: &'a str,
    /// Places on which something is mounted; the sandbox may have made them itself, empty.
    pub(super) points: &'a [PathBuf],
}

/// Adds what is in a folder that was empty before, under its path in the sandbox, to a list.
///
/// A folder is listed by its content; an empty one, and anything else, by its own name. What overlayfs writes for
/// something that was removed is a character device 0/0.
pub(super) fn collect(folder: &Path, place: &str, known: &Seen<'_>, changes: &mut Changes) -> io::Result<()> {
    let Seen { prefix, points } = *known;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let seen = format!("{place}/{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if seen == prefix {
            changes.prefix = !is_whiteout(&entry.path(), kind)?;
            changes.bytes += size(&entry.path())?;
        } else if kind.is_dir() && fs::read_dir(entry.path())?.next().is_some() {
            collect(&entry.path(), &seen, known, changes)?;
        } else if kind.is_dir() && prefix.starts_with(&format!("{seen}/")) {
            // The way to the prefix.
        } else if points.iter().any(|point| point == Path::new(&seen))
            && (kind.is_dir() || entry.metadata()?.len() == 0)
        {
            // What the sandbox itself made to mount something on.
        } else if is_whiteout(&entry.path(), kind)? {
            changes.outside.push(format!("{seen} (removed)"));
        } else {
            changes.outside.push(seen);
        }
    }
    Ok(())
}

fn is_whiteout(path: &Path, kind: FileType) -> io::Result<bool> {
    Ok(kind.is_char_device() && fs::symlink_metadata(path)?.rdev() == 0)
}

/// Every file under some folders: its path inside, and its path on the host; sorted.
pub(super) fn files(mut waiting: Vec<(String, PathBuf)>) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    while let Some((place, folder)) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let seen = format!("{place}/{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push((seen, entry.path())),
                _ => files.push((seen, entry.path())),
            }
        }
    }
    files.sort();
    files
}

/// Why nothing can be said about what an install changed.
pub(super) fn unread(folder: &Path, error: &io::Error) -> Failure {
    Failure::new(
        format!("cannot read what an install changed in `{}`: {error}", folder.display()),
        "run it again; if it stays so, this is a fault of `verify`",
    )
}

/// The bytes on the disk of everything under a path; a file of two names counts once for each.
pub(super) fn size(path: &Path) -> io::Result<u64> {
    let about = fs::symlink_metadata(path)?;
    let mut bytes = about.blocks() * 512;
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            bytes += size(&entry?.path())?;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_changes(make: &[&str], outside: &[&str], prefix: bool) {
        let folder = tempfile::tempdir().expect("there is room");
        for path in make {
            let path = folder.path().join(path);
            let file = !path.to_string_lossy().ends_with('/');
            fs::create_dir_all(if file { path.parent().expect("it has one") } else { &path }).expect("there is room");
            if file {
                fs::write(path, "x").expect("there is room");
            }
        }
        let mut changes = Changes::default();
        let known = Seen { prefix: "/opt/benchflow", points: &["/srv/mirror".into()] };
        collect(folder.path(), "", &known, &mut changes).expect("it can be read");
        changes.outside.sort();
        assert_eq!((changes.outside, changes.prefix), (outside.iter().map(ToString::to_string).collect(), prefix));
    }

    #[test]
    fn changes_outside_the_prefix_are_reported_by_path() {
        check_changes(&[], &[], false);
        check_changes(&["opt/"], &[], false);
        check_changes(&["opt/benchflow/bin/x"], &[], true);
        check_changes(&["opt/benchflow/x", "etc/a", "root/.b/"], &["/etc/a", "/root/.b"], true);
        check_changes(&["srv/mirror/", "srv/other/"], &["/srv/other"], false);
        check_changes(&["srv/mirror/x"], &["/srv/mirror/x"], false);
        check_changes(&["opt/benchflower", "opt/other/"], &["/opt/benchflower", "/opt/other"], false);
    }
}
