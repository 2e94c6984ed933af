//! The packages of the entries, with their newest versions and why a newer one is not allowed.

pub mod choice;
mod releases;
pub mod rows;
