//! `gen-manifests`: a `manifest.toml` an agent, in contract 1.0 of BenchFlow's agent manifests.

#[cfg(feature = "make")]
mod make;

use crate::Generator;

/// A folder an agent, so that `BENCHFLOW_AGENTS_DIR` may name theirs.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-manifests",
    about: "Write a BenchFlow manifest for each agent, for BENCHFLOW_AGENTS_DIR",
    folder: "manifests",
    kept: false,
    by_agent: true,
    #[cfg(feature = "make")]
    make: make::manifests,
};
