//! Explains a check of `audit`, in a build that has the checks.

use registry_audit::Level;
use registry_audit::checks::{self, Check};

use registry_command::console::print;
use registry_command::failure::{Outcome, Status};

/// Prints the explanation of a check; nothing if no check has the code.
pub(super) fn explain(code: &str) -> Option<Outcome> {
    let check = checks::find(code)?;
    Some(print(page(check).trim_end()).map(|()| Status::Done))
}

fn page(check: &Check) -> String {
    let Check { code, name, level, sentence, example, help, incidents, .. } = check;
    let level = match level {
        Level::Error => "error: a run fails or is unsafe, or does not run what it claims",
        Level::Warning => "warning: a reader is misled, or a run may fail later",
        Level::Note => "note: a matter of taste",
    };
    format!(
        "{code} {name}\n\n{sentence}.\n\nBroken by\n\n    {}\n\nWay out:   {help}\nChecked:   by `cargo xtask audit`\n\
         Level:     {level}\n\nIt happened\n\n{}",
        example.replace('\n', "\n    "),
        super::incidents(incidents),
    )
}
