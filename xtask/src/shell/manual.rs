//! Manual pages: one for all commands, or one for each.

use std::fs;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::files;

/// Prints the page, or writes those of all commands into a folder.
pub(super) fn make(folder: Option<&Path>, console: Console) -> Outcome {
    let whole = crate::cli().name("cargo-xtask");
    let Some(folder) = folder else {
        print(rendered(&whole)?.trim_end())?;
        return Ok(Status::Done);
    };
    fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    let parts = whole.get_subcommands().map(|part| {
        let name = format!("cargo-xtask-{}", part.get_name());
        part.clone().name(name)
    });
    let mut count = 0;
    for command in std::iter::once(whole.clone()).chain(parts) {
        let path = folder.join(format!("{}.1", command.get_name()));
        files::write_atomically(&path, rendered(&command)?.as_bytes(), 0o644)?;
        count += 1;
    }
    console.step(format!("{count} pages in {}", folder.display()));
    Ok(Status::Done)
}

/// A page without a date, so that its bytes do not change.
fn rendered(command: &Command) -> Outcome<String> {
    let mut out = Vec::new();
    let page = Man::new(command.clone()).manual("The registry of coding agents").source("registry").date("");
    page.render(&mut out).map_err(|error| Failure::new(format!("the page cannot be made: {error}")))?;
    String::from_utf8(out).map_err(|error| Failure::new(format!("the page is not UTF-8: {error}")))
}
