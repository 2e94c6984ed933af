//! A new entry with its lock, from a package's own metadata.

pub(crate) mod engines;
mod entry;
pub mod make;
mod package;
mod shipped;
pub mod source;
