//! A new entry with its lock, from what a package says of itself.

pub(crate) mod engines;
mod entry;
pub mod make;
mod package;
mod shipped;
pub mod source;
