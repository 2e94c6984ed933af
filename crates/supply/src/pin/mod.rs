//! Locks: the exact version and checksum of everything that an agent installs.

pub mod age;
mod check;
mod groups;
mod license_requests;
pub(crate) mod licenses;
pub mod lock;
pub(crate) mod npm;
mod platform;
mod provenance;
pub(crate) mod pypi;
pub mod request;
mod tree;
pub mod write;
