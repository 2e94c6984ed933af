//! What others wait for: files that are there whole or not at all.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// Where the provider is.
    pub listen: SocketAddr,
    /// The further addresses, in the order of the plan.
    pub also_listen: Vec<SocketAddr>,
}

impl Listening {
    /// Tells it to who waits for the file.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string(self).unwrap_or_default() + "\n";
        write(path, &text, "the bound addresses", "`--ready`")
    }
}

/// Writes a file beside its place, and puts it there.
pub(crate) fn write(path: &Path, text: &str, what: &str, option: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::Builder::new().permissions(readable()).tempfile_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(|error| {
        let message = format!("cannot write {what} to `{}`: {error}", path.display());
        Failure::new(message, format!("give a place for it with {option}"))
    })
}

/// A client may run as another user.
fn readable() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}
