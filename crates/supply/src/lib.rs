//! Where the packages of coding agents come from: locks of all that an install fetches, newer versions, mirrors, and
//! entries for new agents.
//!
//! The package managers' own clients do the asking, at pinned versions and in an empty environment.

pub mod clients;
pub mod mirror;
pub mod new;
pub mod outdated;
pub mod pin;
