//! Generated files: written, or held against what is there. Every generator gives paths and texts, and is done.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::console::{Console, print};
use crate::failure::{Failure, Outcome};
use crate::files::Staged;

/// How many lines from the top the mark of a generated file may be.
const MARK_LINES: usize = 5;

/// Lines of a diff longer than this are payloads.
const LONG_LINE: usize = 160;

/// Lines of base64 are at least this long, but for the last one.
const PACKED_LINE: usize = 60;

/// A generated file.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// Where it goes, under the folder of the generator.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
    /// Its permission bits.
    pub mode: u32,
}

/// What a generator makes, and where.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// Whether the generator makes all of it: then generated files beside its own are left over.
    pub complete: bool,
    /// What marks a file as generated; it stands in its first lines.
    pub mark: &'static str,
    /// The command that makes them.
    pub command: String,
}

/// What was done, or what would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Files that are missing or stale: written, unless this is a check.
    pub written: usize,
    /// Files that were as they should be.
    pub unchanged: usize,
    /// Files that belong to nothing any more: removed, unless this is a check.
    pub removed: usize,
    /// Bytes of all generated files.
    pub bytes: usize,
}

/// Takes generated files as they are made and keeps none of them in memory: each is held against what is there, and
/// then staged beside it, or told where this is a check.
#[derive(Debug)]
pub(crate) struct Generated {
    place: Place,
    check: bool,
    console: Console,
    staged: Staged,
    expected: BTreeSet<PathBuf>,
    tally: Tally,
}

impl Generated {
    /// Begins; nothing is replaced before [`Generated::finish`].
    pub(crate) fn new(place: Place, check: bool, console: Console) -> Self {
        let (staged, expected, tally) = (Staged::default(), BTreeSet::new(), Tally::default());
        Self { place, check, console, staged, expected, tally }
    }

    /// Takes a file.
    pub(crate) fn add(&mut self, output: &Output) -> Outcome<()> {
        let path = self.place.folder.join(&output.path);
        self.tally.bytes += output.text.len();
        let old = self.read_ours(&path)?;
        if old.as_ref().is_some_and(|old| *old == output.text && has_mode(&path, output.mode)) {
            self.tally.unchanged += 1;
        } else if self.check {
            self.tell(&path, old.as_deref(), &output.text)?;
        } else {
            self.staged.add(&path, output.text.as_bytes(), output.mode)?;
            self.tally.written += 1;
        }
        self.expected.insert(path);
        Ok(())
    }

    fn tell(&mut self, path: &Path, old: Option<&str>, new: &str) -> Outcome<()> {
        self.tally.written += 1;
        let Some(old) = old else {
            self.console.error(format!("`{}` is missing", path.display()));
            return Ok(());
        };
        self.console.error(format!("`{}` is stale", path.display()));
        print(diff(path, old, new).trim_end())
    }

    /// Puts everything into place and removes what is left over; or, in a check, says what is to be done.
    pub(crate) fn finish(mut self) -> Outcome<Tally> {
        let orphans = if self.place.complete { self.orphans()? } else { Vec::new() };
        self.tally.removed = orphans.len();
        if self.check {
            for path in &orphans {
                self.console.error(format!("`{}` belongs to nothing any more", path.display()));
            }
            if self.tally.written + self.tally.removed > 0 {
                self.console.step(format!("help: run `{}`", self.place.command));
            }
            return Ok(self.tally);
        }
        self.staged.commit()?;
        for path in &orphans {
            fs::remove_file(path).map_err(|error| Failure::io("remove", path, &error))?;
            // A folder with something of its owner's in it stays.
            let _ = path.parent().map(fs::remove_dir);
        }
        Ok(self.tally)
    }

    /// The text of a file that this generator wrote; none when there is no file, an error when it is another's.
    fn read_ours(&self, path: &Path) -> Outcome<Option<String>> {
        let not_ours = |path: &Path, what: &str| {
            Failure::new(format!("`{}` is {what} that `{}` did not write", path.display(), self.place.command))
                .help("move it away, or give another folder with `--out`; nothing was written")
        };
        let foreign = |what: &str| not_ours(path, what);
        // Only the folder that is given may be a link: what lies behind another one is not this generator's.
        let inside = path.ancestors().skip(1).take_while(|it| *it != self.place.folder);
        if let Some(link) = inside.into_iter().find(|it| it.is_symlink()) {
            return Err(not_ours(link, "a link"));
        }
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::io("look at", path, &error)),
            Ok(about) if !about.is_file() => return Err(foreign("something else than a file")),
            Ok(_) => {}
        }
        let bytes = fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if is_marked(&text, self.place.mark) { Ok(Some(text)) } else { Err(foreign("a file")) }
    }

    /// Files with the mark in a folder of the generator's that nothing generates any more.
    fn orphans(&self) -> Outcome<Vec<PathBuf>> {
        let waiting = self.staged.waiting();
        let mut orphans = Vec::new();
        for folder in entries(&self.place.folder)?.into_iter().filter(|path| is_real_folder(path)) {
            for path in entries(&folder)? {
                let ours = self.expected.contains(&path) || waiting.contains(path.as_path());
                if !ours && matches!(self.read_ours(&path), Ok(Some(_))) {
                    orphans.push(path);
                }
            }
        }
        Ok(orphans)
    }
}

fn is_marked(text: &str, mark: &str) -> bool {
    text.lines().take(MARK_LINES).any(|line| line.contains(mark))
}

fn is_real_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

fn has_mode(path: &Path, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o777 == mode)
}

/// What is in a folder, sorted; nothing when there is no folder.
fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let failed = |error: &io::Error| Failure::io("read", folder, error);
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    let mut paths =
        listed.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(|error| failed(&error))?;
    paths.sort();
    Ok(paths)
}

/// A unified diff in which payloads are cut short.
fn diff(path: &Path, old: &str, new: &str) -> String {
    if old == new {
        return format!("  (only the permissions of `{}` differ)\n", path.display());
    }
    let (old, new) = (short_lines(old), short_lines(new));
    let name = path.display().to_string();
    TextDiff::from_lines(&old, &new).unified_diff().header(&name, &format!("{name} (generated)")).to_string()
}

/// The lines of a text, with each run of packed lines (and each line that is too long to read) told in one.
fn short_lines(text: &str) -> String {
    let mut short = String::new();
    let mut packed: Vec<&str> = Vec::new();
    for line in text.lines() {
        if is_packed(line) {
            packed.push(line);
            continue;
        }
        tell_packed(&mut packed, &mut short);
        match line.char_indices().nth(LONG_LINE) {
            None => short.push_str(line),
            Some((cut, _)) => {
                let head = line.get(..cut).unwrap_or(line);
                let _ = write!(short, "{head}… ({} bytes, checksum {:016x})", line.len(), fingerprint(line));
            }
        }
        short.push('\n');
    }
    tell_packed(&mut packed, &mut short);
    short
}

fn tell_packed(packed: &mut Vec<&str>, out: &mut String) {
    if !packed.is_empty() {
        let _ = writeln!(out, "({} packed lines, checksum {:016x})", packed.len(), fingerprint(&packed.concat()));
        packed.clear();
    }
}

/// Whether a line is base64.
fn is_packed(line: &str) -> bool {
    line.len() >= PACKED_LINE && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

/// Tells payloads that begin alike apart (FNV-1a).
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_cut_short_in_a_diff() {
        let text = |letter: &str| format!("#!/bin/sh\n{0}\n{0}\nend '{0}{0}'\n", letter.repeat(100));
        let shown = diff(Path::new("a/install.sh"), &text("a"), &text("b"));
        assert!(
            shown.contains("-(2 packed lines, checksum ") && shown.contains("+(2 packed lines, checksum "),
            "{shown}"
        );
        assert!(shown.lines().all(|line| line.chars().count() < 220), "{shown}");
        assert!(shown.starts_with("--- a/install.sh\n+++ a/install.sh (generated)\n"), "{shown}");
    }
}
