//! Shared parts of the commands over a registry: failures, console output, atomic files.
//!
//! ```
//! use registry_command::failure::Failure;
//!
//! let failure = Failure::new("no such agent: `gemni`").help("did you mean `gemini`?");
//! assert_eq!(failure.to_string(), "no such agent: `gemni`\nhelp: did you mean `gemini`?");
//! ```

pub mod console;
#[cfg(feature = "day")]
pub mod dates;
pub mod failure;
pub mod files;
pub mod listing;
pub mod lookup;
pub mod parallel;
pub mod text;
