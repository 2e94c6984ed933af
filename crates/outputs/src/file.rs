//! A generated file, or a generated region of a file written by people.

use std::path::PathBuf;

/// The output of a generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path under the folder of its generator; a file with a region is under the working directory.
    pub path: PathBuf,
    /// Its text, or the text between the marks of the region; it ends in a newline.
    pub text: String,
    /// Whether it is a file or a region of one.
    pub kind: FileKind,
}

/// Whether a text is a file or a region of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A whole file with these permission bits. Its first lines have the generator's mark; files in formats without
    /// comments are listed in a file beside them.
    Whole(u32),
    /// The lines between `<!-- generated: NAME … -->` and `<!-- end -->` of a file; its other lines are kept.
    Region(&'static str),
}

impl File {
    /// A file that is not executable.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), kind: FileKind::Whole(0o644) }
    }

    /// An executable file.
    pub fn program(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { kind: FileKind::Whole(0o755), ..Self::new(path, text) }
    }

    /// A region of a file written by people.
    pub fn region(path: impl Into<PathBuf>, name: &'static str, text: impl Into<String>) -> Self {
        Self { kind: FileKind::Region(name), ..Self::new(path, text) }
    }
}
