//! Findings as commands of a workflow of GitHub, which shows them beside the lines of a change.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Level};

/// One line a finding, as documented under "Workflow commands for GitHub Actions".
pub fn github(findings: &[Diagnostic]) -> String {
    let mut text = String::new();
    for Diagnostic { file, line, column, code, name, level, message, help, end_column, .. } in findings {
        let command = if *level == Level::Note { "notice" } else { level.word() };
        let help = if help.is_empty() { String::new() } else { format!("\nhelp: {help}") };
        let _ = writeln!(
            text,
            "::{command} file={},line={line},col={column},endColumn={end_column},title={code} {name}::{}",
            escaped(file, true),
            escaped(&format!("{message}{help}"), false),
        );
    }
    text
}

/// A value as a command carries it; in a property, what separates properties too.
fn escaped(text: &str, is_property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if is_property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_end_a_command() {
        let finding = Diagnostic {
            file: "a,b:c%.sh".to_owned(),
            line: 1,
            column: 2,
            code: "X001",
            name: "an-example",
            level: Level::Note,
            message: "100% wrong: a,b".to_owned(),
            help: "write c".to_owned(),
            end_column: 3,
            excerpt: String::new(),
        };
        let expected = "::notice file=a%2Cb%3Ac%25.sh,line=1,col=2,endColumn=3,title=X001 an-example::100%25 wrong: \
                        a,b%0Ahelp: write c\n";
        assert_eq!(github(&[finding]), expected);
    }
}
