//! Reads a `.env` file with `dotenvy`, without changing this process's environment.

use std::cell::Cell;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use registry_routing::Variables;

use registry_command::failure::{Failure, Outcome};

/// The variables of a file; the last line of a name is used.
pub(crate) fn read(path: &Path) -> Outcome<Variables> {
    let bytes = fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = 1 + before.filter(|&&byte| byte == b'\n').count();
        Failure::new(format!("`{}:{line}` is not UTF-8", path.display())).help("write the file in UTF-8")
    })?;
    parse(&text).map_err(|line| {
        Failure::new(format!("`{}:{line}` is not a line of a .env file", path.display()))
            .help("NAME=VALUE; quote a value with blanks, quotes or `#`")
    })
}

/// The variables of a text, or the number of the first invalid line. The parser's error contains the value, so it is
/// dropped.
fn parse(text: &str) -> Result<Variables, usize> {
    let handed_out = Cell::new(0);
    // The parser finds the end of a quoted value only at a line's end.
    let text = format!("{}\n", text.strip_prefix('\u{feff}').unwrap_or(text));
    let (text, dollar) = without_references(&text);
    let lines = Lines { rest: text.as_bytes(), handed_out: &handed_out };
    let mut variables = Variables::new();
    for pair in dotenvy::Iter::new(lines) {
        let (name, value) = pair.map_err(|error| match error {
            // A value can have several lines: the error is reported at its first line. An unclosed value still has its
            // last newline.
            dotenvy::Error::LineParse(entry, _) => {
                let lines = entry.matches('\n').count() + usize::from(!entry.ends_with('\n'));
                handed_out.get() + 1 - lines.min(handed_out.get())
            }
            _ => handed_out.get().max(1),
        })?;
        variables.insert(name, value.replace(dollar, "$"));
    }
    Ok(variables)
}

/// A text with every unescaped `$` replaced by a character that does not occur in it, and that character.
///
/// The parser would expand `$word` to variables of this process: a key with a `$` would change, and variables of the
/// host would reach an agent. With this, a `$` is literal.
fn without_references(text: &str) -> (String, char) {
    let dollar = ('\u{e000}'..='\u{f8ff}').find(|char| !text.contains(*char)).unwrap_or('\u{e000}');
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for char in text.chars() {
        out.push(if char == '$' && !escaped { dollar } else { char });
        escaped = char == '\\' && !escaped;
    }
    (out, dollar)
}

/// Returns one line per read, so that the line number is known where parsing stops.
struct Lines<'t> {
    rest: &'t [u8],
    handed_out: &'t Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line = self.rest.iter().position(|&byte| byte == b'\n').map_or(self.rest.len(), |at| at + 1);
        let (Some(from), Some(to)) =
            (self.rest.get(..line.min(buffer.len())), buffer.get_mut(..line.min(buffer.len())))
        else {
            return Ok(0);
        };
        to.copy_from_slice(from);
        self.handed_out.set(self.handed_out.get() + usize::from(from.ends_with(b"\n")));
        self.rest = self.rest.get(from.len()..).unwrap_or_default();
        Ok(from.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[(&str, &str)], usize>) {
        let expected = expected.map(|pairs| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Variables>()
        });
        assert_eq!(parse(text), expected, "{text:?}");
    }

    #[test]
    fn env_file_syntax_is_parsed() {
        check("", Ok(&[]));
        check(
            "\u{feff}A=1\r\n# B=2\n\nexport C='a b'\nD=\"x\ny\"\nA=3",
            Ok(&[("A", "3"), ("C", "a b"), ("D", "x\ny")]),
        );
        check("KEY=sk-1 # mine\nEMPTY=\nLAST=1  ", Ok(&[("EMPTY", ""), ("KEY", "sk-1"), ("LAST", "1")]));
    }

    #[test]
    fn env_file_dollars_are_not_expanded() {
        check("A=1\nB=x$A${A}$HOME$", Ok(&[("A", "1"), ("B", "x$A${A}$HOME$")]));
        check("B=\"$HOME \\$HOME\"\nC='$HOME \\$HOME'", Ok(&[("B", "$HOME $HOME"), ("C", "$HOME \\$HOME")]));
    }

    #[test]
    fn invalid_env_file_line_is_reported_by_number() {
        check("A=1\n\nno pair\nB=2\n", Err(3));
        check("A=1\nB='x\n", Err(2));
        check("A=1\nB='x\ny\nz\n", Err(2));
        check("A=1\nB='x\ny' z\nC=1", Err(2));
        check("1A=1", Err(1));
        check("A=a b", Err(1));
        check(&format!("A={}\n=\n", "x".repeat(20_000)), Err(2));
    }
}
