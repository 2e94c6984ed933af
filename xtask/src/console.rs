//! What a person sees on standard error: steps, warnings and errors, with colours where there is a terminal.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use crate::failure::{Failure, Outcome};

/// Prints a line on standard output; a reader that went away has seen enough.
pub(crate) fn print(text: impl Display) -> Outcome<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output cannot be written: {error}"))
                .help("free some space, or print elsewhere"))
        }
        _ => Ok(()),
    }
}

/// The columns of the terminal that shows standard output, or of `COLUMNS`; none where no terminal does.
pub(crate) fn columns() -> Option<usize> {
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

/// The way to the person at the other end. Standard output belongs to what was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    colour: bool,
    terminal: bool,
}

impl Console {
    /// Finds out what standard error is; `NO_COLOR` and a dumb terminal are heeded.
    pub(crate) fn new() -> Self {
        let terminal = io::stderr().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let silent = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colour: terminal && !dumb && !silent, terminal: terminal && !dumb }
    }

    /// A line that says what is being done.
    pub(crate) fn step(self, text: impl Display) {
        self.clear();
        eprintln!("{text}");
    }

    /// How far a long step is: overwritten in place on a terminal, nothing elsewhere.
    pub(crate) fn progress(self, text: impl Display) {
        if self.terminal {
            eprint!("\r\x1b[K{text}");
            // A terminal that cannot be written to is no reason to stop.
            let _ = io::stderr().flush();
        }
    }

    /// Takes the progress line away.
    pub(crate) fn clear(self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }

    /// Something that a person should know, though the command goes on.
    pub(crate) fn warning(self, text: impl Display) {
        self.clear();
        eprintln!("{} {}", self.painted("33;1", "warning:"), self.helped(&text.to_string()));
    }

    /// An error; its lines that begin with `help:` are the way out.
    pub(crate) fn error(self, text: impl Display) {
        self.clear();
        eprintln!("{} {}", self.painted("31;1", "error:"), self.helped(&text.to_string()));
    }

    /// A text whose lines that begin with `help:` are the way out.
    fn helped(self, text: &str) -> String {
        text.replace("\nhelp: ", &format!("\n{} ", self.painted("36;1", "help:")))
    }

    /// A text in a colour (the numbers of an SGR sequence), where colours are shown.
    pub(crate) fn painted(self, colour: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
