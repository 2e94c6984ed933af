//! Commands with a feature that this build does not have: a build with the feature runs the same command line.
//!
//! So `gen-scripts` compiles no async runtime and no writers of other formats, and a private registry has these
//! commands without code: the package that runs is built again with the feature.
#![cfg_attr(feature = "upgrade", allow(dead_code, reason = "the build that has the features runs the commands itself"))]

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome, Status};

/// Calls a function in a build with a feature; other builds are replaced by one with the feature and this command line.
macro_rules! built_with {
    ($feature:literal, $console:expr, $($function:ident)::+ ( $($argument:expr),* $(,)? )) => {{
        #[cfg(feature = $feature)]
        {
            let _ = $console;
            $($function)::+($($argument),*)
        }
        #[cfg(not(feature = $feature))]
        {
            $(let _ = &$argument;)*
            $crate::relaunch::with($feature, $console).into()
        }
    }};
}
pub(crate) use built_with;

/// The features of the builds that commands run in. `unlocked` is that of `cargo pin`.
pub(crate) const FEATURES: [&str; 5] = ["outputs", "supply", "live", "upgrade", "unlocked"];

/// The cargo that started this program, and the package that it is of.
fn started_by() -> Outcome<(OsString, PathBuf)> {
    let (Some(cargo), Some(package)) = (std::env::var_os("CARGO"), std::env::var_os("CARGO_MANIFEST_DIR")) else {
        let help = "run it as `cargo xtask …`";
        return Err(Failure::new("this command needs another build, and was not started by cargo").help(help));
    };
    Ok((cargo, PathBuf::from(package)))
}

/// Builds every command, so that none has to wait later.
pub(crate) fn build_all(console: Console) -> Outcome {
    let (cargo, package) = started_by()?;
    for feature in FEATURES {
        build(&cargo, feature, &package, console)?;
    }
    console.step("every command is built");
    Ok(Status::Done)
}

/// Replaces this process by a build with a feature, which runs this command line.
pub(crate) fn with(feature: &str, console: Console) -> Outcome {
    let (cargo, package) = started_by()?;
    build(&cargo, feature, &package, console)?;
    let mut words = arguments("run", feature, &package);
    words.insert(1, OsString::from("--quiet"));
    words.push(OsString::from("--"));
    words.extend(std::env::args_os().skip(1));
    let error = Command::new(&cargo).args(words).exec();
    Err(cannot_run(&cargo, &error))
}

fn cannot_run(cargo: &OsStr, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot run `{}`: {error}", cargo.to_string_lossy()))
        .help("check that cargo works: `cargo --version`")
}

fn arguments(command: &str, feature: &str, package: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> =
        [command, "--features", &format!("xtask/{feature}"), "--manifest-path"].map(OsString::from).into();
    words.push(package.join("Cargo.toml").into_os_string());
    words
}

/// Builds it, and prints a line if there is something to build or to wait for.
fn build(cargo: &OsStr, feature: &str, package: &Path, console: Console) -> Outcome<()> {
    let mut child = Command::new(cargo)
        .args(arguments("build", feature, package))
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_run(cargo, &error))?;
    let what = match feature {
        "live" => "the commands that run agents",
        "upgrade" => "`try` and `upgrade`, which use all of the others",
        "supply" => "the commands that use package registries",
        "unlocked" => "`cargo pin`",
        _ => "the readers and writers of other formats",
    };
    let (mut said, mut building, mut waits) = (String::new(), false, Vec::new());
    for line in child.stderr.take().map(BufReader::new).into_iter().flat_map(|it| it.lines().map_while(Result::ok)) {
        match Step::of(&line) {
            // Cargo repeats the line for each of the locks that it takes.
            Some(Step::Waits(lock)) => {
                if !waits.contains(&lock.to_owned()) {
                    console.step(format!("waiting for another cargo, which has locked the {lock}"));
                    waits.push(lock.to_owned());
                }
            }
            Some(Step::Compiles(name)) => {
                if !building {
                    console.step(format!("building {what}; the first time takes minutes, and later times none"));
                }
                building = true;
                console.progress(format!("building {what}: {name}"));
            }
            None => said = said + &line + "\n",
        }
    }
    let done = child.wait().map_err(|error| cannot_run(cargo, &error))?.success();
    console.clear();
    if done {
        return Ok(());
    }
    Err(Failure::new(format!("cannot build {what}")).note(said.trim_end()).help("fix cargo's errors above"))
}

/// A step of cargo's work, from a line of its output.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    /// For this lock: of the build directory, or of the packages of all builds of this user.
    Waits(&'a str),
    Compiles(&'a str),
}

impl<'a> Step<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (verb, rest) = line.trim_start().split_once(' ')?;
        match verb {
            "Blocking" => rest.strip_prefix("waiting for file lock on ").map(Self::Waits),
            "Compiling" | "Downloading" | "Downloaded" => Some(Self::Compiles(rest.split(" (").next().unwrap_or(rest))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_build_has_its_features() {
        let manifest: BTreeMap<String, toml::Value> =
            toml::from_str(include_str!("../Cargo.toml")).expect("the manifest is TOML");
        let features = manifest.get("features").and_then(toml::Value::as_table).expect("it has features");
        let declared: Vec<&str> = features.keys().map(String::as_str).collect();
        let mut built = FEATURES;
        built.sort_unstable();
        assert_eq!(declared, built);
    }

    #[test]
    fn relaunch_builds_the_package_of_the_registry() {
        let words = arguments("run", "live", Path::new("/home/x/own"));
        let text = words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        assert_eq!(text, "run --features xtask/live --manifest-path /home/x/own/Cargo.toml");
    }

    #[test]
    fn cargo_progress_lines_are_parsed() {
        assert_eq!(
            Step::of("    Blocking waiting for file lock on build directory"),
            Some(Step::Waits("build directory"))
        );
        assert_eq!(Step::of("    Blocking waiting for file lock on package cache"), Some(Step::Waits("package cache")));
        assert_eq!(Step::of("   Compiling serde v1.0.0 (/x)"), Some(Step::Compiles("serde v1.0.0")));
        for other in ["", "    Finished `dev` profile", "error: x", "Blocking"] {
            assert_eq!(Step::of(other), None, "{other}");
        }
    }
}
