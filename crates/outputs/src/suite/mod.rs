//! `gen-suite`: the wiring of the integration suite, and the fleet for `BuildKit` and for hosted runners.

#[cfg(feature = "make")]
mod make;

use crate::Generator;

/// A configuration an agent, the functions of the suite's runner, a matrix, and a build.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-suite",
    about: "Write the integration suite's wiring, a build matrix, docker-bake.hcl and its Dockerfile",
    folder: "generated/suite",
    kept: true,
    by_agent: false,
    #[cfg(feature = "make")]
    make: make::suite,
};
