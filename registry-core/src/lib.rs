//! The one copy of the model of an agent, the rules over it, and the POSIX shell recogniser.
//!
//! The macro fills the model from tokens, the generator and the linters from constants and files; all check it with
//! the same functions. This crate does no I/O, knows no `syn`, and has no dependencies.

pub mod assert;
pub mod check;
#[doc(hidden)]
pub mod entry;
pub mod incidents;
mod json;
pub mod model;
pub mod names;
pub mod rules;
pub mod shell;
pub mod template;
pub mod variables;
