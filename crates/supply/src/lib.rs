//! Packages of coding agents: locks of all that an install fetches, newer versions, mirrors, runtimes, and new entries.
//!
//! Registries are queried only by the package managers' own clients, at pinned versions and in an empty environment.
//!
//! ```
//! use registry_supply::new::source::Source;
//!
//! // An entry pins an exact version, not a range.
//! assert!(Source::npm("some-agent@^1.2").is_err());
//! assert_eq!(Source::npm("some-agent@1.2.3").map(|it| it.version), Ok("1.2.3".to_owned()));
//! ```

pub mod clients;
pub mod mirror;
pub mod new;
pub mod outdated;
pub mod pin;
pub mod runtimes;
