//! What `audit` and `lint` do with findings: their options are here, which every build has.

#[cfg(feature = "outputs")]
mod report;

use std::path::PathBuf;

use clap::{Arg, ArgAction, value_parser};

#[cfg(feature = "outputs")]
pub(crate) use report::{language, report};

/// The lines of a command's help about the exit status.
pub(crate) const STATUS: &str =
    "Exit status: 0 no errors, 1 errors (with `--deny`, also lesser findings), 2 the command could not run.";

/// The options about findings.
pub(crate) fn options() -> [Arg; 7] {
    [
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(["human", "json", "sarif", "github"])
            .default_value("human")
            .help("The format of findings"),
        switch("json", "As --format json").conflicts_with("format"),
        switch("sarif", "As --format sarif: SARIF 2.1.0, for code scanning").conflicts_with_all(["format", "json"]),
        Arg::new("deny")
            .long("deny")
            .value_name("LEVEL")
            .value_parser(["warnings", "notes"])
            .help("Exit with 1 for warnings too, or for notes too"),
        Arg::new("baseline")
            .long("baseline")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Report only findings that this file does not list"),
        switch("update-baseline", "Write the findings into the file of --baseline instead of comparing them")
            .requires("baseline"),
        Arg::new("shell")
            .long("shell")
            .value_name("SHELL")
            .value_parser(["sh", "bash"])
            .help("Read every script as this language [default: by its first line]"),
    ]
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}
