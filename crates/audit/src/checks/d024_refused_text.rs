//! Finds texts that the reference harness's tests reject in install commands. A line with a finding of a
//! rule is not reported again.

use crate::diagnostic::Level;
use crate::read::Contents;
use crate::read::script::Script;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "an install command contains no text that the harness's own tests reject",
    example: r#"install_cmd = "n=$((n + 1))""#,
    help: "write it another way: the tests search the whole text, payloads included",
    incidents: &[1, 82, 13],
    run: Some(check),
    ..named!()
};

/// What is rejected anywhere in a command, and why.
type Pattern = (fn(&str) -> Option<usize>, &'static str);

const PATTERNS: [Pattern; 8] = [
    (|text| word(text, "pipefail"), "`pipefail`"),
    (|text| text.find("[[ ").or_else(|| text.find("[[\n")), "`[[`"),
    (|text| text.find("<<<"), "`<<<`"),
    (|text| text.find("$(("), "`$((`"),
    (function_word, "`function NAME`"),
    (|text| option_of(text, "declare"), "`declare -`"),
    (|text| option_of(text, "local"), "`local -`"),
    (process_substitution, "`<(`"),
];

/// What an agent of npm may not name, and what it must.
const NPM_REFUSED: [&str; 5] =
    ["/usr/bin/node", "/usr/local/bin/npm", "command -v node", "deb.nodesource.com", "/root/.local/bin/"];
const NPM_WANTED: [&str; 4] =
    ["/opt/benchflow/node", "/opt/benchflow/js-agents", "/opt/benchflow/bin", "--prefix /opt/benchflow/js-agents"];
const NODE_VERSION: &str = "BF_NODE_VERSION=";
const NODE_FLOOR: (u32, u32) = (22, 19);

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let Some(script) = manifest.command("install_cmd") else { continue };
        let text = String::from_utf8_lossy(&script.bytes);
        for (find, shown) in &PATTERNS {
            if let Some(at) = find(&text) {
                add(script, at, format!("the harness's tests reject {shown} anywhere in an install command"), findings);
            }
        }
        // BenchFlow 0.7.11 asks this of its own agents alone.
        if let Some(at) = text.find("npm install").filter(|_| manifest.is_of_the_harness()) {
            check_npm(script, &text, at, findings);
        }
    }
}

fn add(script: &Script, offset: usize, message: String, findings: &mut Diagnostics) {
    let place = script.place_of(offset);
    if !findings.any_at(&place.file, place.line) {
        findings.add(&CHECK, &place, message);
    }
}

fn check_npm(script: &Script, text: &str, at: usize, findings: &mut Diagnostics) {
    for refused in NPM_REFUSED {
        if let Some(at) = text.find(refused) {
            add(script, at, format!("the harness's tests reject `{refused}` together with `npm install`"), findings);
        }
    }
    let mut wanted: Vec<String> =
        NPM_WANTED.into_iter().filter(|wanted| !text.contains(wanted)).map(|wanted| format!("`{wanted}`")).collect();
    if !has_new_node(text) {
        let (major, minor) = NODE_FLOOR;
        wanted.push(format!("`{NODE_VERSION}{major}.{minor}.0` or later"));
    }
    if !wanted.is_empty() {
        let message = format!("the harness's tests require {} together with `npm install`", wanted.join(", "));
        findings.add(&CHECK, &script.place_of(at), message);
    }
}

/// Whether the version of Node.js that a script sets is new enough.
fn has_new_node(text: &str) -> bool {
    let version = text.split_once(NODE_VERSION).map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
    let mut numbers = version.unwrap_or_default().split(|char: char| !char.is_ascii_digit()).map(str::parse);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= NODE_FLOOR)
}

/// The offsets of a word with word boundaries on both sides.
fn word(text: &str, word: &str) -> Option<usize> {
    let part = |char: char| char.is_alphanumeric() || char == '_';
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        !before.ends_with(part) && !after.starts_with(part)
    })
}

/// `function name` where a command begins.
fn function_word(text: &str) -> Option<usize> {
    text.match_indices("function").map(|(at, _)| at).find(|at| {
        let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + 8..).unwrap_or_default());
        let name = after.trim_start();
        (before.is_empty() || before.ends_with(|char: char| char.is_whitespace() || ";&|".contains(char)))
            && name.len() < after.len()
            && name.starts_with(|char: char| char.is_alphanumeric() || char == '_')
    })
}

/// A builtin with an option.
fn option_of(text: &str, name: &str) -> Option<usize> {
    let part = |char: char| char.is_alphanumeric() || char == '_';
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + name.len()..).unwrap_or_default());
        let rest = after.trim_start();
        !before.ends_with(part) && rest.len() < after.len() && rest.starts_with('-')
    })
}

/// `<(` after anything but `<`.
fn process_substitution(text: &str) -> Option<usize> {
    text.match_indices("<(").map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        !before.is_empty() && !before.ends_with('<')
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest_of;

    #[test]
    fn npm_of_the_harness_needs_its_node() {
        let manifest = "install_cmd = 'npm install --prefix /opt/benchflow/js-agents/a a@1.2.3'";
        check_manifest_of("antigravity", "D024", manifest, &["require `/opt/benchflow/node`"]);
        // Its tests ask nothing of the manifests of others.
        check_manifest_of("somebodys-agent", "D024", manifest, &[]);
        check_manifest_of("somebodys-agent", "D024", "install_cmd = ': pipefail'", &["`pipefail`"]);
    }
}
