//! Folders of a sandbox on this machine, with modes that no umask changes.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Folders of the sandbox's own that are mounted over those of the root: the part of a layer, and its place inside.
pub(super) const TEMPORARY: [(&str, &str); 2] = [("tmp", "/tmp"), ("shm", "/dev/shm")];

/// Makes the temporary folders as every system has them: writable by all, and no user removes another's files.
pub(super) fn make_temporary(folder: &Path) -> io::Result<()> {
    TEMPORARY.iter().try_for_each(|(part, _)| make(&folder.join(part), 0o1777))
}

/// Makes a folder and those above it, and gives it its mode whatever the umask is.
pub(super) fn make(path: &Path, mode: u32) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|it| !it.exists()).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)?;
        fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
}
