//! Writes generated files, or compares them with those on disk. Generators only return paths and texts.

mod diff;
mod region;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use registry_outputs::{File, FileKind};

pub(crate) use diff::diff;
#[cfg(feature = "upgrade")]
pub(crate) use region::filled;
use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome};
use registry_command::files::{Staged, read_if_there};

/// The mark of a generated file must be within this number of lines from the top.
const MARK_LINES: usize = 5;

/// The file that lists generated files beside it in formats without comments for the mark.
const LISTING: &str = ".generated";

/// The destination of a generator's files.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// The folder.
    pub folder: PathBuf,
    /// Whether the generator makes all generated files in it: then other generated files there are orphaned.
    pub complete: bool,
    /// Whether the files must exist: a check ignores a missing folder of files that are not committed.
    pub kept: bool,
    /// Whether regions of files written by people are included.
    pub regions: bool,
    /// The mark of a generated file, in its first lines.
    pub mark: String,
    /// The command that makes them.
    pub command: String,
}

/// Counts of what was done, or would be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Files that are missing or stale: written, unless this is a check.
    pub written: usize,
    /// Unchanged files.
    pub unchanged: usize,
    /// Orphaned files: removed, unless this is a check.
    pub removed: usize,
    /// Files that were not compared, since their folder is not committed and does not exist.
    pub uncompared: usize,
    /// Bytes of all generated files.
    pub bytes: usize,
}

impl Tally {
    /// The number of generated files.
    pub(crate) fn files(self) -> usize {
        self.written + self.unchanged + self.uncompared
    }

    /// The counts in words.
    pub(crate) fn told(self, check: bool) -> String {
        let Self { written, unchanged, removed, uncompared, .. } = self;
        match (check, written + removed) {
            (false, _) => format!("{written} written, {unchanged} unchanged, {removed} removed"),
            (true, 0) if uncompared > 0 => "not committed here, so only generated".to_owned(),
            (true, 0) => "all as generated".to_owned(),
            (true, _) => format!("{written} stale or missing, {unchanged} unchanged, {removed} orphaned"),
        }
    }
}

/// Takes generated files one by one, without keeping them in memory: each is compared with the existing file, and then
/// staged beside it, or reported in a check.
#[derive(Debug)]
pub(crate) struct Generated {
    place: Destination,
    check: bool,
    console: Console,
    staged: Staged,
    expected: BTreeSet<PathBuf>,
    /// Files without the mark that an earlier run listed.
    listed: BTreeSet<PathBuf>,
    /// Files without the mark that this run made.
    unmarked: BTreeSet<PathBuf>,
    /// Files with regions: the existing and the expected text.
    regions: BTreeMap<PathBuf, (String, String)>,
    tally: Tally,
}

impl Generated {
    /// Starts; nothing is replaced before [`Generated::finish`].
    pub(crate) fn new(place: Destination, check: bool, console: Console) -> Outcome<Self> {
        let mut generated = Self {
            place,
            check,
            console,
            staged: Staged::default(),
            expected: BTreeSet::new(),
            listed: BTreeSet::new(),
            unmarked: BTreeSet::new(),
            regions: BTreeMap::new(),
            tally: Tally::default(),
        };
        let listing = generated.read_ours(&generated.place.folder.join(LISTING), None)?.unwrap_or_default();
        generated.listed = listing.lines().filter(|line| !line.starts_with('#')).map(PathBuf::from).collect();
        Ok(generated)
    }

    /// Adds a file, or a region of one.
    pub(crate) fn add(&mut self, file: &File) -> Outcome<()> {
        self.tally.bytes += file.text.len();
        match file.kind {
            FileKind::Whole(mode) => {
                if !is_marked(&file.text, &self.place.mark) {
                    self.unmarked.insert(file.path.clone());
                }
                self.add_whole(&file.path, &file.text, mode)
            }
            FileKind::Region(name) if self.place.regions => self.add_region(&file.path, name, &file.text),
            FileKind::Region(_) => Ok(()),
        }
    }

    fn add_whole(&mut self, path: &Path, text: &str, mode: u32) -> Outcome<()> {
        if self.check && !self.place.kept && !self.place.folder.exists() {
            self.tally.uncompared += 1;
            return Ok(());
        }
        let path = self.place.folder.join(path);
        let old = self.read_ours(&path, Some(text))?;
        if old.as_ref().is_some_and(|old| *old == text && has_mode(&path, mode)) {
            self.tally.unchanged += 1;
        } else if self.check {
            self.tell(&path, old.as_deref(), text)?;
        } else {
            self.staged.add(&path, text.as_bytes(), mode)?;
            self.tally.written += 1;
        }
        self.expected.insert(path);
        Ok(())
    }

    fn add_region(&mut self, path: &Path, name: &str, text: &str) -> Outcome<()> {
        let known = self.regions.get(path).map(|(_, new)| new.clone());
        let Some(old) = known.map_or_else(|| read_if_there(path), |text| Ok(Some(text)))? else {
            self.console.step(format!("no file `{}` with a region `{name}`", path.display()));
            return Ok(());
        };
        let new = region::filled(path, &old, name, text)?;
        self.regions.entry(path.to_path_buf()).or_insert((old, String::new())).1 = new;
        Ok(())
    }

    /// Compares the files with regions with the existing ones.
    fn compare_regions(&mut self) -> Outcome<()> {
        for (path, (old, new)) in std::mem::take(&mut self.regions) {
            if old == new {
                self.tally.unchanged += 1;
            } else if self.check {
                self.tell(&path, Some(&old), &new)?;
            } else {
                let about = fs::metadata(&path).map_err(|error| Failure::io("read", &path, &error))?;
                self.staged.add(&path, new.as_bytes(), about.permissions().mode() & 0o777)?;
                self.tally.written += 1;
            }
        }
        Ok(())
    }

    /// Updates the list of files without the mark.
    fn add_listing(&mut self) -> Outcome<()> {
        let mut lines = self.unmarked.clone();
        if !self.place.complete {
            lines.extend(self.listed.iter().cloned());
        }
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = format!("# {}, as are these files, whose formats have no comments.\n", self.place.mark);
        for path in &lines {
            text.extend([&*path.to_string_lossy(), "\n"]);
        }
        self.tally.bytes += text.len();
        self.add_whole(Path::new(LISTING), &text, 0o644)
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

    /// Renames all files into place and removes orphaned ones; in a check, reports what would be done.
    pub(crate) fn finish(mut self) -> Outcome<Tally> {
        self.add_listing()?;
        self.compare_regions()?;
        let orphans = if self.place.complete { self.orphans()? } else { Vec::new() };
        self.tally.removed = orphans.len();
        if self.check {
            for path in &orphans {
                self.console.error(format!("`{}` is not generated any more", path.display()));
            }
            if self.tally.written + self.tally.removed > 0 {
                self.console.step(format!("help: run `{}`", self.place.command));
            }
            return Ok(self.tally);
        }
        self.staged.commit()?;
        for path in &orphans {
            fs::remove_file(path).map_err(|error| Failure::io("remove", path, &error))?;
            // A folder with other files is kept.
            let above = path.ancestors().skip(1).take_while(|it| *it != self.place.folder);
            let _ = above.map(fs::remove_dir).take_while(Result::is_ok).count();
        }
        Ok(self.tally)
    }

    /// The text of a file that this generator wrote; `None` if there is no file, an error if it is a foreign one. A
    /// foreign file with the expected text is accepted.
    fn read_ours(&self, path: &Path, expected: Option<&str>) -> Outcome<Option<String>> {
        let not_ours = |path: &Path, what: &str| {
            Failure::new(format!("`{}` is {what} that `{}` did not write", path.display(), self.place.command))
                .help("move it away, or give another folder with `--out`; nothing was written")
        };
        let foreign = |what: &str| not_ours(path, what);
        // Only the given folder may be a link: files behind another link are foreign.
        let inside = path.ancestors().skip(1).take_while(|it| *it != self.place.folder);
        if let Some(link) = inside.into_iter().find(|it| it.is_symlink()) {
            return Err(not_ours(link, "a link"));
        }
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::io("read", path, &error)),
            Ok(about) if !about.is_file() => return Err(foreign("something other than a file")),
            Ok(_) => {}
        }
        let bytes = fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let listed = path.strip_prefix(&self.place.folder).is_ok_and(|path| self.listed.contains(path));
        if listed || expected == Some(text.as_str()) || is_marked(&text, &self.place.mark) {
            Ok(Some(text))
        } else {
            Err(foreign("a file"))
        }
    }

    /// Orphaned files of the generator, no deeper than its current files.
    fn orphans(&self) -> Outcome<Vec<PathBuf>> {
        let waiting = self.staged.waiting();
        let mut orphans = Vec::new();
        let folder_depth = self.place.folder.components().count();
        let depth = self.expected.iter().map(|path| path.components().count()).max().unwrap_or_default();
        let mut folders = vec![self.place.folder.clone()];
        while let Some(folder) = folders.pop() {
            for path in entries(&folder)? {
                let ours = self.expected.contains(&path) || waiting.contains(path.as_path());
                if is_real_folder(&path) {
                    let deep = path.components().count() >= depth.max(folder_depth + 2);
                    folders.extend((!deep).then_some(path));
                } else if !ours && matches!(self.read_ours(&path, None), Ok(Some(_))) {
                    orphans.push(path);
                }
            }
        }
        orphans.sort();
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
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o777 == mode)
}

/// The entries of a folder, sorted; none when there is no folder.
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
