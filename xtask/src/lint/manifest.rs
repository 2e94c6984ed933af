//! The commands in a manifest, linted as scripts, with lines and columns of the manifest.

use registry_core::shell;
use toml::de::{DeTable, DeValue};

use super::Found;
use crate::failure::{Failure, Outcome};

/// The keys that hold shell text.
const COMMANDS: [&str; 2] = ["install_cmd", "launch_cmd"];

/// Lints the commands of a manifest.
pub(crate) fn lint(name: &str, bytes: &[u8]) -> Outcome<Vec<Found>> {
    let refused = |why: &str| Failure::new(format!("`{name}` cannot be read as a manifest: {why}"));
    let text = std::str::from_utf8(bytes).map_err(|error| refused(&error.to_string()))?;
    let table = DeTable::parse(text).map_err(|error| refused(&error.to_string()))?;
    let mut found = Vec::new();
    let mut commands = 0;
    for key in COMMANDS {
        let Some(value) = table.get_ref().get(key) else { continue };
        let DeValue::String(script) = value.get_ref() else {
            return Err(refused(&format!("`{key}` is no string")));
        };
        commands += 1;
        let source = shell::Embedded::new(text, value.span(), script);
        for finding in shell::lint(script.as_bytes()) {
            let (line, column) = source.place(finding.line, finding.column);
            found.push(Found::new(name, line, column, finding));
        }
    }
    if commands == 0 {
        return Err(refused("it has neither `install_cmd` nor `launch_cmd`")
            .help("a script is linted by any other name than `*.toml`"));
    }
    found.sort_by_key(|it| (it.line, it.column));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_places(text: &str, expected: &[(usize, usize)]) {
        let found = lint("manifest.toml", text.as_bytes()).expect("it is a manifest");
        assert_eq!(found.iter().map(|it| (it.line, it.column)).collect::<Vec<_>>(), expected, "{found:?}");
    }

    #[test]
    fn findings_have_the_lines_of_the_manifest() {
        check_places(
            "name = 'a'\ninstall_cmd = '''\necho a\nsource x\n'''\nlaunch_cmd = 'source y'\n",
            &[(4, 1), (6, 15)],
        );
        check_places("install_cmd = \"echo a\\nsource x\"\n", &[(1, 16)]);
        check_places("install_cmd = \"\"\"\necho \\\"a\\\"\nsource x\n\"\"\"\n", &[(3, 1)]);
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_its_name() {
        for text in ["name = 'a'\n", "install_cmd = 3\n", "install_cmd = \n"] {
            let failure = lint("x/manifest.toml", text.as_bytes()).expect_err("it is no manifest");
            assert!(failure.to_string().contains("`x/manifest.toml`"), "{failure}");
        }
    }
}
