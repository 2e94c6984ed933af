//! `gen-suite`: the files of the integration suite, and builds for `BuildKit` and hosted runners.

#[cfg(feature = "make")]
mod make;

use crate::Generator;

/// The generator of a configuration for each agent, the functions of the suite's runner, a matrix, and a build.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-suite",
    about: "Write the files of the integration suite, a build matrix, docker-bake.hcl and its Dockerfile",
    folder: "generated/suite",
    kept: true,
    by_agent: false,
    #[cfg(feature = "make")]
    make: make::suite,
};
