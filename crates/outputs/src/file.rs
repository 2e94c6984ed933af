//! A generated file, or a generated region of a file that people write.

use std::path::PathBuf;

/// What a generator makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// A file's place under the folder of its generator; that of a file with a region is under the working directory.
    pub path: PathBuf,
    /// What it holds, or what stands between the marks of the region; it ends in a newline.
    pub text: String,
    /// Whether it is a file or a region of one.
    pub kind: FileKind,
}

/// Whether a text is a file or a region of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A whole file with these permission bits. Its first lines hold the generator's mark; a format without comments
    /// is kept account of beside it.
    Whole(u32),
    /// The lines between `<!-- generated: NAME … -->` and `<!-- end -->` of a file that is otherwise left alone.
    Region(&'static str),
}

impl File {
    /// A file that is read.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), kind: FileKind::Whole(0o644) }
    }

    /// A file that is run.
    pub fn program(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { kind: FileKind::Whole(0o755), ..Self::new(path, text) }
    }

    /// A region of a file that people write.
    pub fn region(path: impl Into<PathBuf>, name: &'static str, text: impl Into<String>) -> Self {
        Self { kind: FileKind::Region(name), ..Self::new(path, text) }
    }
}
