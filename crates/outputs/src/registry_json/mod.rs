//! `gen-registry`: `registry.json` with its schema, and an `agent.json` for each agent that editors can run.

#[cfg(feature = "make")]
mod editor;
#[cfg(feature = "make")]
mod make;

use crate::Generator;

/// The generator of one file with everything, and of a folder for each agent under `acp`.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-registry",
    about: "Write registry.json with its JSON Schema, and agent.json files for editors",
    folder: "generated/registry",
    kept: true,
    by_agent: false,
    #[cfg(feature = "make")]
    make: make::registry_files,
};
