//! Output for people on standard error: steps, warnings and errors, in colour on a terminal.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use crate::failure::{Failure, Outcome};

/// Prints a line on standard output; a closed pipe is not an error.
pub fn print(text: impl Display) -> Outcome<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output cannot be written: {error}"))
                .help("free some space, or print elsewhere"))
        }
        _ => Ok(()),
    }
}

/// Whether standard output is shown in colours.
pub fn stdout_has_colours() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// The columns of the terminal of standard output, or of `COLUMNS`; `None` without a terminal.
pub fn columns() -> Option<usize> {
    if let Some(given) = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()) {
        return Some(given);
    }
    if !io::stdout().is_terminal() {
        return None;
    }
    let terminal = std::fs::File::open("/dev/tty").ok()?;
    let said = std::process::Command::new("stty").arg("size").stdin(terminal).output().ok()?;
    String::from_utf8_lossy(&said.stdout).split_whitespace().nth(1)?.parse().ok().filter(|columns| *columns > 0)
}

/// The values of `--color`.
pub const COLOURS: [&str; 3] = ["auto", "always", "never"];

/// Turns colours on or off for all streams of this process: by `--color`, else `NO_COLOR`, else `FORCE_COLOR` and
/// `CLICOLOR_FORCE`, else whether there is a terminal.
pub fn choose_colours(words: &[OsString]) {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let forced = set("FORCE_COLOR") && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let choice = match asked(words) {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ if forced => ColorChoice::Always,
        _ => ColorChoice::Auto,
    };
    choice.write_global();
}

/// The `--color` of the command line, read before the command line is parsed, since parse errors have colours too.
fn asked(words: &[OsString]) -> Option<&str> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let apart = words.windows(2).find_map(|pair| match pair {
        ["--color", choice] => Some(*choice),
        _ => None,
    });
    words.iter().find_map(|word| word.strip_prefix("--color=")).or(apart)
}

/// The output of a command on standard error. Standard output is only for the requested data.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    colour: bool,
    terminal: bool,
    quiet: bool,
}

impl Console {
    /// Detects the terminal of standard error; a quiet console prints only errors and warnings.
    pub fn new(quiet: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Self { colour, terminal: io::stderr().is_terminal() && !dumb && !quiet, quiet }
    }

    /// Prints what is being done.
    pub fn step(self, text: impl Display) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// Prints a line of a result that is an error.
    pub fn line(self, text: impl Display) {
        self.clear();
        eprintln!("{text}");
    }

    /// Prints on standard output what was done.
    pub fn done(self, text: impl Display) -> Outcome<()> {
        if self.quiet { Ok(()) } else { print(text) }
    }

    /// Shows the progress of a long step: overwritten in place on a terminal, not printed otherwise.
    pub fn progress(self, text: impl Display) {
        if self.terminal {
            eprint!("\r\x1b[K{text}");
            // A terminal that cannot be written to does not stop the command.
            let _ = io::stderr().flush();
        }
    }

    /// Removes the progress line.
    pub fn clear(self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }

    /// Prints a warning; the command continues.
    pub fn warning(self, text: impl Display) {
        self.clear();
        eprintln!("{} {}", self.painted("33;1", "warning:"), self.helped(&text.to_string()));
    }

    /// Prints an error; its lines that begin with `help:` are the help.
    pub fn error(self, text: impl Display) {
        self.clear();
        eprintln!("{} {}", self.painted("31;1", "error:"), self.helped(&text.to_string()));
    }

    /// A text with its `help:` lines in their own colour.
    fn helped(self, text: &str) -> String {
        text.replace("\nhelp: ", &format!("\n{} ", self.painted("36;1", "help:")))
    }

    /// A text in a colour (the numbers of an SGR sequence), when colours are on.
    pub fn painted(self, colour: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_flag_is_read_before_the_command_line_is_parsed() {
        for (words, expected) in [
            (&["xtask", "list", "--color", "never"][..], Some("never")),
            (&["xtask", "--color=always", "list"], Some("always")),
            (&["xtask", "new", "x", "--", "--color", "never"], None),
            (&["xtask", "--color"], None),
            (&[], None),
        ] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(asked(&words), expected, "{words:?}");
        }
    }
}
