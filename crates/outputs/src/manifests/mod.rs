//! `gen-manifests`: a `manifest.toml` for each agent, in contract 1.0 of BenchFlow's agent manifests.

#[cfg(feature = "make")]
mod make;

use crate::Generator;

/// The generator of manifests: a folder for each agent, so that `BENCHFLOW_AGENTS_DIR` can name their parent.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-manifests",
    about: "Write a BenchFlow manifest for each agent, for BENCHFLOW_AGENTS_DIR",
    folder: "manifests",
    kept: false,
    by_agent: true,
    #[cfg(feature = "make")]
    make: make::manifests,
};
