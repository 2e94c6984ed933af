//! Finds launch commands that a harness cannot quote, collapse and add words to.

use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a launch command is one line of plain words",
    example: r#"launch_cmd = "cd \"$HOME\" && exec agent --acp""#,
    help: "move the rest into a launcher that the install writes, and launch that",
    incidents: &[55, 59],
    run: Some(check),
    ..named!()
};

/// The words that may precede the program end in this.
const PREFIX: &str = "; exec ";

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let (Some(script), Some(value)) = (manifest.command("launch_cmd"), manifest.table.text("launch_cmd")) else {
            continue;
        };
        let text = value.value;
        let words = text.split_once(PREFIX).map_or(text, |(_, words)| words);
        let message = if text.trim_end_matches('\n').contains('\n') {
            "the launch command has several lines, and a harness may collapse their whitespace".to_owned()
        } else if let Some(at) = words.find(|char: char| !plain(char)) {
            let char = words.get(at..).and_then(|it| it.chars().next()).unwrap_or_default();
            format!("the launch command contains `{char}` after its program, and a harness adds and quotes words")
        } else if text.contains("  ") || text.contains('\t') {
            "the launch command contains whitespace that a harness collapses".to_owned()
        } else {
            continue;
        };
        findings.add(&CHECK, &script.place(1, 1), message);
    }
}

/// Whether a character is literal in a word of a shell.
fn plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || " /._-+=:,@%\n".contains(char)
}
