//! A generated region of a file written by people: found by its marks; everything around it is kept.

use std::path::Path;

use registry_command::failure::{Failure, Outcome};

/// The line after the region.
const END: &str = "<!-- end -->";

/// The text of a file with the lines of a region replaced.
pub(crate) fn filled(path: &Path, text: &str, name: &str, lines: &str) -> Outcome<String> {
    let missing = |what: &str| {
        Failure::new(format!("`{}` has no line `{what}` for the generated region `{name}`", path.display()))
            .help(format!("put the region between `{}` and `{END}`, each on a line of its own", begin(name)))
    };
    let (before, rest) = split_after_line(text, |line| is_begin(line, name)).ok_or_else(|| missing(&begin(name)))?;
    let (inside, _) = split_after_line(rest, |line| line.trim() == END).ok_or_else(|| missing(END))?;
    let after = rest.get(inside.len() - last_line(inside).len()..).unwrap_or_default();
    if inside.lines().any(|line| line.trim_start().starts_with("<!-- generated:")) {
        // Otherwise the next region's end would be mistaken for this one's.
        return Err(missing(END));
    }
    Ok(format!("{before}{lines}{after}"))
}

fn begin(name: &str) -> String {
    format!("<!-- generated: {name} -->")
}

/// Whether a line opens the region; words after the name are for people.
fn is_begin(line: &str, name: &str) -> bool {
    let words = line.trim().strip_prefix("<!-- generated:").and_then(|rest| rest.strip_suffix("-->"));
    words.and_then(|words| words.split([' ', ',', ';']).find(|word| !word.is_empty())) == Some(name)
}

/// Splits a text after the first line that satisfies a condition.
fn split_after_line(text: &str, holds: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if holds(line) {
            return text.split_at_checked(at);
        }
    }
    None
}

fn last_line(text: &str) -> &str {
    text.split_inclusive('\n').next_back().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Result<&str, &str>) {
        let found = filled(Path::new("README.md"), text, "agents", "new\n").map_err(|error| error.to_string());
        match (&found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
            _ => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn only_lines_between_the_marks_are_replaced() {
        check(
            "a\n<!-- generated: agents -->\nold\n<!-- end -->\nb",
            &Ok("a\n<!-- generated: agents -->\nnew\n<!-- end -->\nb"),
        );
        check(
            "<!-- generated: agents, by x -->\n<!-- end -->\n",
            &Ok("<!-- generated: agents, by x -->\nnew\n<!-- end -->\n"),
        );
        check(
            "<!-- end -->\n  <!-- generated: agents -->\n  <!-- end -->",
            &Ok("<!-- end -->\n  <!-- generated: agents -->\nnew\n  <!-- end -->"),
        );
    }

    #[test]
    fn missing_region_mark_is_reported() {
        check("a\n", &Err("has no line `<!-- generated: agents -->` for the generated region `agents`\nhelp: put"));
        check("<!-- generated: agents2 -->\n<!-- end -->\n", &Err("has no line `<!-- generated: agents -->`"));
        check("<!-- generated: agents -->\na\n", &Err("has no line `<!-- end -->`"));
        let two = "<!-- generated: agents -->\na\n<!-- generated: rules -->\n<!-- end -->\n";
        check(two, &Err("has no line `<!-- end -->`"));
    }
}
