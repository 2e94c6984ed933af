//! Where agents are installed and run: a sandbox over the machine's own root, over another root, or in a container.
//!
//! An install may change everything in its sandbox, and its changes are reported (`Cell::changes`). The agent runs as
//! a user that is not root on the host and that the sandbox does not know, and that is proved before each session.

mod cell;
mod changes;
mod choose;
mod container;
mod engine;
mod folders;
mod host;
mod overlay;
mod setting;
#[cfg(test)]
mod tests;
mod trace;
mod tracer;

pub(crate) use cell::Cell;
pub(crate) use choose::folder;
pub use host::{Host, SandboxKind, Wanted};
pub(crate) use setting::{As, BROKEN, Changes, HOME, PATH, PROVED, SessionExtras, Setting, WORKSPACE};
pub(crate) use tracer::children;
