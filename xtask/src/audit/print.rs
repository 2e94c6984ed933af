//! Prints findings of `audit` and `lint` as text.

use registry_audit::Finding;

use registry_command::console::print;
use registry_command::failure::Outcome;

/// Prints findings, each with its help.
pub(crate) fn text(findings: &[Finding]) -> Outcome<()> {
    for Finding { file, line, column, code, level, message, help, .. } in findings {
        print(format!("{file}:{line}:{column}: {}: {message} [{code}]", level.word()))?;
        if !help.is_empty() {
            print(format!("  help: {help}"))?;
        }
    }
    Ok(())
}
