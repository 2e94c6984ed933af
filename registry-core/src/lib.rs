//! The one copy of the model of an agent, and the rules over it.
//!
//! The macro fills the model from tokens, the generator and the linters from constants and files; all check it with
//! the same functions. This crate does no I/O, knows no `syn`, and depends on nothing but the recogniser of shell.

pub use registry_shell as shell;

pub mod assert;
pub mod check;
#[doc(hidden)]
pub mod entry;
pub mod incidents;
mod json;
pub mod model;
pub mod names;
pub mod rules;
pub mod template;
pub mod variables;
