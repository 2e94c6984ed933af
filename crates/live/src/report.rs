//! What the reports of all commands that run agents have in common: the table, the verdict on the whole, and times.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whether an agent was run by its maker's runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// The maker's own archive.
    Real,
    /// Another build of the same version, as the site file says.
    Substituted,
    /// Nothing was installed.
    Unknown,
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Real => "real",
            Self::Substituted => "substituted",
            Self::Unknown => "-",
        })
    }
}

/// Seconds with one decimal.
pub fn seconds(milliseconds: u64) -> String {
    format!("{}.{}", milliseconds / 1000, milliseconds % 1000 / 100)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(crate) fn tenths<S: Serializer>(milliseconds: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    let tenths = u32::try_from(milliseconds / 100).unwrap_or(u32::MAX);
    serializer.serialize_f64(f64::from(tenths) / 10.0)
}

/// Reads what [`tenths`] writes.
pub(crate) fn from_tenths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
    Ok((seconds * 1000.0).round() as u64)
}

/// A table: a line for each row, columns as wide as what is in them, two blanks apart.
pub(crate) struct Table<const N: usize> {
    /// The columns of numbers, which end at one place.
    numbers: &'static [usize],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(heads: [&str; N], numbers: &'static [usize]) -> Self {
        Self { numbers, rows: vec![heads.map(str::to_owned)] }
    }

    pub(crate) fn extend(&mut self, rows: impl IntoIterator<Item = [String; N]>) {
        self.rows.extend(rows);
    }

    /// The whole, each line with its end.
    pub(crate) fn text(&self) -> String {
        let width = |column: usize| self.rows.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max();
        let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or_default()).collect();
        let cell = |(column, (cell, width)): (usize, (&String, &usize))| {
            if self.numbers.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        };
        let line = |row: &[String; N]| {
            let cells: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
            format!("{}\n", cells.join("  ").trim_end())
        };
        self.rows.iter().map(line).collect()
    }
}

/// The required agents that do not hold.
pub(crate) fn missing(require: &[String], holds: impl Fn(&str) -> bool) -> Vec<String> {
    require.iter().filter(|name| !holds(name)).cloned().collect()
}

/// Whether a run is good: when `any` agent is as it must be, and every required one; where none is required, when none
/// `failed`.
pub(crate) const fn is_good(any: bool, failed: bool, require: &[String], missing: &[String]) -> bool {
    any && missing.is_empty() && !(require.is_empty() && failed)
}

/// The verdict on the whole, in a line: what was counted, and the required agents that do not hold.
pub(crate) fn sentence(counted: String, word: &str, missing: &[String]) -> String {
    if missing.is_empty() {
        return counted;
    }
    format!("{counted}; required and not {word}: {}", missing.join(", "))
}
