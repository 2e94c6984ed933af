//! From tokens to the model of `registry-model`, with every error on the way: a bad piece is reported and skipped, the
//! pieces next to it are still parsed.

mod agent;
mod config;
mod cursor;
mod draft;
mod fields;
mod image;
mod install;
mod list;
mod login;
mod mapping;
mod policy;
mod provider;
mod session;
mod value;
mod versions;

pub(crate) use agent::{Entry, parse_agent};
pub(crate) use cursor::Cursor;
pub(crate) use list::{Listing, Module, parse_registry};
pub(crate) use provider::{parse_family, parse_provider};
pub(crate) use versions::OtherVersion;
