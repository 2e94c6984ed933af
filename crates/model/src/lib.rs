//! The model of an agent, and the rules that check it.
//!
//! The macro fills the model from tokens, the generator and the linters from constants and files; all check it with
//! the same functions. This crate does no I/O, does not use `syn`, and depends on the shell parser only.
//!
//! ```
//! use registry_model::check::LockUse;
//! use registry_model::model::Agent;
//! use registry_model::rules::check_agent;
//!
//! let entry = Agent { name: "my-agent", ..Agent::EMPTY };
//! let violations = check_agent(&entry, LockUse::Required);
//! // It has no web policy.
//! assert!(violations.iter().any(|it| it.rule.code == "W001"));
//! ```

pub use registry_shell as shell;

pub mod assert;
pub mod check;
#[doc(hidden)]
pub mod entry;
pub mod incidents;
mod json;
mod mcp_server;
pub mod model;
pub mod names;
mod place;
pub mod rules;
pub mod template;
pub mod variables;
mod words;
