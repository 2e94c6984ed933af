//! A new entry with its lock, from a package's own metadata.

mod entry;
pub mod make;
mod package;
mod shipped;
pub mod source;
pub mod suggested;
