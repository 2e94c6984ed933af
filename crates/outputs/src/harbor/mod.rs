//! `gen-harbor`: a Python module with an agent class for each agent, and what each class reads.

#[cfg(feature = "make")]
mod make;

use crate::Generator;

/// One module, and one folder for each agent with its registry entry, its routes and its install script.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-harbor",
    about: "Write a Harbor agent for each agent: a Python module, registry entries, routes, install scripts",
    folder: "harbor",
    kept: false,
    by_agent: false,
    #[cfg(feature = "make")]
    make: make::files,
};
