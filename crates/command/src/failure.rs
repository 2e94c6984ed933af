//! Failures of commands that could not run, and exit statuses of commands that ran.

use std::fmt;
use std::io;
use std::path::Path;

use registry_model::model::UnreadableLock;

/// The result of a command that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing to report: exit status 0.
    Done,
    /// Something was found: exit status 1.
    Found,
    /// A status that the help of the command explains.
    Exit(u8),
}

impl Status {
    /// `Found` if the condition is true.
    pub fn found(something: bool) -> Self {
        if something { Self::Found } else { Self::Done }
    }

    /// The worse of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::found(self == Self::Found || other == Self::Found)
    }
}

/// Why a command could not run: exit status 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    notes: Vec<String>,
    help: String,
}

/// The result of a command.
pub type Outcome<T = Status> = Result<T, Failure>;

impl Failure {
    /// A failure that names the thing and the place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), notes: Vec::new(), help: String::new() }
    }

    /// A failure of the file system, with the way out that its kind suggests.
    pub fn io(verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {verb} `{}`: {error}", path.display())).help(way_out(error.kind()))
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds something that was seen, for example the end of a program's output.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl From<UnreadableLock> for Failure {
    fn from(error: UnreadableLock) -> Self {
        Self::new(error.to_string()).help(error.help())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        for note in &self.notes {
            write!(f, "\n{note}")?;
        }
        if self.help.is_empty() { Ok(()) } else { write!(f, "\nhelp: {}", self.help) }
    }
}

fn way_out(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "make room, then run the command again; the previous content is unchanged"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "give a path that this user may read and write"
        }
        io::ErrorKind::NotFound => "check the path: it does not exist",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "a file is in the way of a folder",
        io::ErrorKind::IsADirectory => "a folder is in the way of a file",
        _ => "",
    }
}
