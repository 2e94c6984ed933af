//! `gen-docs`: the pages on agents, providers and rules, the table of agents in the README, and the page to browse.

#[cfg(feature = "make")]
mod agents;
#[cfg(feature = "make")]
mod facts;
#[cfg(feature = "make")]
mod make;
#[cfg(feature = "make")]
mod matrix;
#[cfg(feature = "make")]
mod page;
#[cfg(feature = "make")]
mod providers;
#[cfg(feature = "make")]
mod rules;
#[cfg(feature = "make")]
mod targets;
#[cfg(feature = "make")]
mod text;

use crate::Generator;

/// The generator of pages. They are committed, so that people read them next to the sources.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-docs",
    about: "Write the pages on agents, providers and rules, and docs/index.html to browse",
    folder: "docs",
    kept: true,
    by_agent: false,
    #[cfg(feature = "make")]
    make: make::docs,
};
