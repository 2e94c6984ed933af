//! The suite's page for people: how many agents it counts, and its tables.

use crate::diagnostic::{DiagnosticPlace, Located};
use crate::source::{Source, offset_in};

/// The page.
#[derive(Debug)]
pub(crate) struct Docs {
    /// The counts in "all N registered agents".
    pub(crate) counts: Vec<Located<usize>>,
    /// Which variables are for what.
    pub(crate) variables: Option<Rows>,
    /// Which agent runs with which model.
    pub(crate) models: Option<Rows>,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Where its heading is.
    pub(crate) place: DiagnosticPlace,
    /// The first two cells of each row.
    pub(crate) rows: Vec<[Located<String>; 2]>,
}

impl Docs {
    pub(crate) fn read(source: &Source) -> Self {
        let mut docs = Self { counts: Vec::new(), variables: None, models: None };
        let mut fenced = false;
        // The table that is being read: of variables or of models.
        let mut open: Option<(bool, Rows)> = None;
        for (start, line) in source.lines() {
            fenced ^= line.trim_start().starts_with("```");
            let cells = if fenced { None } else { cells(source, line) };
            match (cells, &mut open) {
                (Some(cells), Some((_, rows))) => rows.rows.extend(Some(cells).filter(|cells| !is_rule(cells))),
                (Some([first, second]), None) => {
                    let heading = |one: &str, other: &str| first.value == one && second.value == other;
                    let variables = heading("Variable", "Required for");
                    if variables || heading("Agent", "Default Model") {
                        open = Some((variables, Rows { place: source.place(start), rows: Vec::new() }));
                    }
                }
                (None, _) => docs.close(open.take()),
            }
            if !fenced {
                docs.counts.extend(count(line).map(|(number, at)| source.at(number, start + at)));
            }
        }
        docs.close(open);
        docs
    }

    fn close(&mut self, open: Option<(bool, Rows)>) {
        match open {
            Some((true, rows)) => self.variables = Some(rows),
            Some((false, rows)) => self.models = Some(rows),
            None => {}
        }
    }
}

/// The first two cells of a row.
fn cells(source: &Source, line: &str) -> Option<[Located<String>; 2]> {
    let mut cells = line.trim().strip_prefix('|')?.split('|').map(|cell| {
        let text = cell.trim();
        source.at(text.to_owned(), offset_in(&source.text, text))
    });
    Some([cells.next()?, cells.next()?])
}

/// A cell without its code marks, links and emphasis: the first word in backticks, or else all of it.
pub(crate) fn plain(cell: &str) -> &str {
    let coded = cell.split('`').nth(1).filter(|code| !code.is_empty());
    coded.unwrap_or_else(|| cell.trim_matches(['*', '_', ' ']))
}

/// Whether a row is the line below a heading.
fn is_rule(cells: &[Located<String>; 2]) -> bool {
    cells.iter().all(|cell| !cell.value.is_empty() && cell.value.bytes().all(|byte| matches!(byte, b'-' | b':')))
}

/// The number of "all N registered agents", and its offset in the line.
fn count(line: &str) -> Option<(usize, usize)> {
    let lower = line.to_ascii_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.windows(4).find_map(|window| {
        let [all, number, registered, agents] = window else { return None };
        let says = all.trim_matches(|char: char| !char.is_ascii_alphabetic()) == "all"
            && *registered == "registered"
            && agents.starts_with("agents");
        Some((number.parse().ok().filter(|_| says)?, offset_in(&lower, number)))
    })
}
