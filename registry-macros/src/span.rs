//! Functions that need a real `proc_macro::Span`; outside a macro, in unit tests, each returns a harmless default.

use std::path::PathBuf;

use proc_macro2::Span;

/// The file of a token, if the compiler provides it.
pub(crate) fn file(span: Span) -> Option<PathBuf> {
    proc_macro::is_available().then(|| span.unwrap().local_file()).flatten()
}

/// A span for the path before a user's word: it begins where the word does, has no width, and resolves as `krate` does,
/// so that rustc underlines the word alone and go-to-definition has one target.
pub(crate) fn before(word: Span, krate: Span) -> Span {
    if proc_macro::is_available() {
        let start: Span = word.unwrap().start().into();
        krate.located_at(start)
    } else {
        word
    }
}

/// A span at a user's words that resolves as another does.
pub(crate) fn at(words: Span, resolves: Span) -> Span {
    if proc_macro::is_available() { resolves.located_at(words) } else { words }
}
