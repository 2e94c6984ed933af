//! What the commands over a registry are made of: why one could not run, what a person sees, files written whole.

pub mod console;
#[cfg(feature = "day")]
pub mod day;
pub mod failure;
pub mod files;
pub mod listing;
pub mod lookup;
pub mod parallel;
pub mod text;
