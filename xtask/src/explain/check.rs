//! A check of `audit`, explained by a build that has the checks.

use registry_audit::Level;
use registry_audit::checks::{self, Check};

use registry_command::console::print;
use registry_command::failure::{Outcome, Status};

/// Prints what a check is about; nothing where no check has the code.
pub(super) fn explain(code: &str) -> Option<Outcome> {
    let check = checks::find(code)?;
    Some(print(page(check).trim_end()).map(|()| Status::Done))
}

fn page(check: &Check) -> String {
    let Check { code, name, level, sentence, example, help, incidents, .. } = check;
    let level = match level {
        Level::Error => "error: a run goes wrong, or is not what it says it is",
        Level::Warning => "warning: a reader is misled, or a run will go wrong one day",
    };
    format!(
        "{code} {name}\n\n{sentence}.\n\nBroken by\n\n    {}\n\nWay out:   {help}\nChecked:   by `cargo xtask audit`\n\
         Level:     {level}\n\nIt happened\n\n{}",
        example.replace('\n', "\n    "),
        super::incidents(incidents),
    )
}
