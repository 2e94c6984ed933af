//! Prints findings of `audit` and `lint` as text.

use registry_audit::Diagnostic;

use registry_command::console::print;
use registry_command::failure::Outcome;

/// Prints findings, each with its help.
pub(crate) fn text(findings: &[Diagnostic]) -> Outcome<()> {
    for Diagnostic { file, line, column, code, level, message, help, .. } in findings {
        print(format!("{file}:{line}:{column}: {}: {message} [{code}]", level.word()))?;
        if !help.is_empty() {
            print(format!("  help: {help}"))?;
        }
    }
    Ok(())
}
