//! `gen-sbom`: what installs bring, by the locks, as a bill of materials in `CycloneDX` 1.6.

#[cfg(feature = "make")]
mod make;

use crate::Generator;

/// One file for all agents.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-sbom",
    about: "Write a bill of materials (CycloneDX) of everything that the locks pin",
    folder: "sbom",
    kept: false,
    by_agent: false,
    #[cfg(feature = "make")]
    make: make::bill,
};
