//! Commands that need a feature which this build lacks: the same command line is run again by a build that has it.
//!
//! So `gen-scripts` never waits for an async runtime or for writers of many formats, and a private registry has these
//! commands without a line of its own: the build is that of the package that runs.
#![cfg_attr(
    all(feature = "live", feature = "outputs"),
    allow(dead_code, reason = "the build that has the features runs the commands itself")
)]

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// Becomes a build with these features, which runs this very command line; `what` is built by it, for the reader.
pub(crate) fn with(features: &[&str], what: &str, console: Console) -> Outcome {
    let (Some(cargo), Some(package)) = (std::env::var_os("CARGO"), std::env::var_os("CARGO_MANIFEST_DIR")) else {
        let help = "run it as `cargo xtask …`";
        return Err(Failure::new("this command builds what it needs, and cargo did not start it").help(help));
    };
    console.step(format!("building {what}; the first time takes a minute"));
    let arguments = arguments(features, &PathBuf::from(package), std::env::args_os().skip(1));
    let error = Command::new(&cargo).args(arguments).exec();
    Err(Failure::new(format!("cannot run `{}`: {error}", cargo.to_string_lossy()))
        .help("look at cargo: `cargo --version`"))
}

fn arguments(features: &[&str], package: &Path, own: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let features = features.iter().map(|feature| format!("xtask/{feature}")).collect::<Vec<_>>().join(",");
    let mut words: Vec<OsString> =
        ["run", "--quiet", "--features", &features, "--manifest-path"].map(OsString::from).into();
    words.push(package.join("Cargo.toml").into_os_string());
    words.push(OsString::from("--"));
    words.extend(own);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_runs(features: &[&str], expected: &str) {
        let own = ["verify", "--jobs", "2"].map(OsString::from);
        let words = arguments(features, Path::new("/home/x/own"), own.into_iter());
        let text = words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        assert_eq!(
            text,
            format!("run --quiet --features {expected} --manifest-path /home/x/own/Cargo.toml -- verify --jobs 2")
        );
    }

    #[test]
    fn the_package_that_runs_is_the_one_that_is_built() {
        check_runs(&["live"], "xtask/live");
        check_runs(&["live", "outputs"], "xtask/live,xtask/outputs");
    }
}
