//! What a person sees on standard error: steps, warnings and errors, with colours where there is a terminal.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use crate::failure::{Failure, Outcome};

/// Prints a line on standard output; a reader that went away has seen enough.
pub fn print(text: impl Display) -> Outcome<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output cannot be written: {error}"))
                .help("free some space, or print elsewhere"))
        }
        _ => Ok(()),
    }
}

/// The columns of the terminal that shows standard output, or of `COLUMNS`; none where no terminal does.
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

/// When colours are shown, as `--color` names it.
pub const COLOURS: [&str; 3] = ["auto", "always", "never"];

/// Sets for all streams of this process when colours are shown: `--color`, else `NO_COLOR`, else `FORCE_COLOR` and
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

/// What the command line says of colours: read before it is parsed, since its errors have colours too.
fn asked(words: &[OsString]) -> Option<&str> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let apart = words.windows(2).find_map(|pair| match pair {
        ["--color", choice] => Some(*choice),
        _ => None,
    });
    words.iter().find_map(|word| word.strip_prefix("--color=")).or(apart)
}

/// The way to the person at the other end. Standard output belongs to what was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    colour: bool,
    terminal: bool,
    quiet: bool,
}

impl Console {
    /// Finds out what standard error is; a quiet one shows errors and warnings only.
    pub fn new(quiet: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Self { colour, terminal: io::stderr().is_terminal() && !dumb && !quiet, quiet }
    }

    /// A line that says what is being done.
    pub fn step(self, text: impl Display) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// A line of an answer that is an error.
    pub fn line(self, text: impl Display) {
        self.clear();
        eprintln!("{text}");
    }

    /// A line on standard output that says what was done.
    pub fn done(self, text: impl Display) -> Outcome<()> {
        if self.quiet { Ok(()) } else { print(text) }
    }

    /// How far a long step is: overwritten in place on a terminal, nothing elsewhere.
    pub fn progress(self, text: impl Display) {
        if self.terminal {
            eprint!("\r\x1b[K{text}");
            // A terminal that cannot be written to is no reason to stop.
            let _ = io::stderr().flush();
        }
    }

    /// Takes the progress line away.
    pub fn clear(self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }

    /// Something that a person should know, though the command goes on.
    pub fn warning(self, text: impl Display) {
        self.clear();
        eprintln!("{} {}", self.painted("33;1", "warning:"), self.helped(&text.to_string()));
    }

    /// An error; its lines that begin with `help:` are the way out.
    pub fn error(self, text: impl Display) {
        self.clear();
        eprintln!("{} {}", self.painted("31;1", "error:"), self.helped(&text.to_string()));
    }

    /// A text whose lines that begin with `help:` are the way out.
    fn helped(self, text: &str) -> String {
        text.replace("\nhelp: ", &format!("\n{} ", self.painted("36;1", "help:")))
    }

    /// A text in a colour (the numbers of an SGR sequence), where colours are shown.
    pub fn painted(self, colour: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_before_the_command_line_is() {
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
