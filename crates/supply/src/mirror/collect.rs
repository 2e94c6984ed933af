//! Collects artefacts: existing ones are checked, missing ones fetched and checked, unavailable ones recorded.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::checksum::{Content, Sum};
use super::folder::{Folder, State};
use super::places::TRY_AGAIN;
use super::wanted::{Artefact, Users};
use crate::clients::fetch::{self, Fetched};
use crate::clients::process::CleanEnvironment;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};
use registry_command::parallel;

/// A file that is to be fetched.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Its path in the mirror.
    pub path: String,
    /// Its expected checksum.
    pub sum: Sum,
    /// Its URL.
    pub url: String,
    /// The agents that need it.
    pub users: Users,
    /// Whether the command continues without an answer: the maker's server may be unreachable from here.
    pub may_be_silent: bool,
}

/// The artefacts that were collected so far.
#[derive(Debug)]
pub(crate) struct Collection<'a> {
    folder: &'a Folder,
    cell: &'a CleanEnvironment,
    console: Console,
    /// The files of the mirror, by their paths.
    pub held: BTreeMap<String, Content>,
    /// The unavailable artefacts, one line each.
    pub missing: Vec<String>,
    /// How many files were fetched or packed.
    pub new: usize,
}

impl<'a> Collection<'a> {
    /// Starts an empty collection.
    pub(crate) fn new(folder: &'a Folder, cell: &'a CleanEnvironment, console: Console) -> Self {
        Self { folder, cell, console, held: BTreeMap::new(), missing: Vec::new(), new: 0 }
    }

    /// Adds the artefacts that exist, and returns the paths of the others. A damaged one is removed first.
    pub(crate) fn look(&mut self, artefacts: &BTreeMap<String, Artefact>) -> Outcome<Vec<String>> {
        let all: Vec<(&String, &Artefact)> = artefacts.iter().collect();
        self.console.progress(format!("checking {} artefacts", all.len()));
        let states = parallel::map(&all, |(path, artefact)| self.folder.look(path, &artefact.sum));
        let mut absent = Vec::new();
        // A foreign file stops the command before anything is removed.
        let states = states.into_iter().collect::<Outcome<Vec<State>>>()?;
        for ((path, artefact), state) in all.into_iter().zip(states) {
            if !self.take(path, &artefact.sum, state)? {
                absent.push(path.clone());
            }
        }
        Ok(absent)
    }

    /// Adds a file if it exists with this checksum; returns whether it does.
    pub(crate) fn holds(&mut self, path: &str, sum: &Sum) -> Outcome<bool> {
        let state = self.folder.look(path, sum)?;
        self.take(path, sum, state)
    }

    fn take(&mut self, path: &str, sum: &Sum, state: State) -> Outcome<bool> {
        match state {
            State::Missing => Ok(false),
            State::Right(content) => {
                self.held.insert(path.to_owned(), content);
                Ok(true)
            }
            State::Damaged(content) => {
                let found = sum.of(&content);
                self.console.warning(format!("`{path}` is damaged: it has {found}, not {sum}; it is fetched again"));
                self.folder.remove(path)?;
                Ok(false)
            }
        }
    }

    /// Records something unavailable.
    pub(crate) fn miss(&mut self, what: &str, why: &str, users: &Users) {
        self.missing.push(format!("`{what}` {why}; needed by {users}"));
    }

    /// Fetches files, and returns those without an answer that may have none, with the reason.
    pub(crate) fn fetch(&mut self, jobs: &[Job]) -> Outcome<BTreeMap<String, String>> {
        if jobs.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.console.step(format!("fetching {} of {} artefacts", jobs.len(), jobs.len() + self.held.len()));
        let staging = self.folder.staging()?;
        let urls: Vec<String> = jobs.iter().map(|it| it.url.clone()).collect();
        let (mut done, mut silent, mut failed) = (0, Vec::new(), BTreeMap::new());
        let (cell, console) = (self.cell, self.console);
        fetch::fetch(cell, staging.path(), &urls, |index, answer| {
            let Some(job) = jobs.get(index) else { return Ok(()) };
            done += 1;
            console.progress(format!("{done} of {}: {}", jobs.len(), job.path));
            let why = match answer {
                Fetched::Came(file) => self.check(job, &file)?,
                Fetched::Silence(why) if !job.may_be_silent => {
                    silent.push(format!("`{}`: {why}", job.url));
                    None
                }
                Fetched::Gone(why) | Fetched::Refused(why) | Fetched::Silence(why) => Some(why),
            };
            match why {
                Some(why) if job.may_be_silent => drop(failed.insert(job.path.clone(), why)),
                Some(why) => self.miss(&job.path, &why, &job.users),
                None => {}
            }
            Ok(())
        })?;
        match silent.first() {
            None => Ok(failed),
            Some(first) => {
                let message =
                    format!("{} of {} artefacts got no answer, the first of them {first}", silent.len(), jobs.len());
                Err(Failure::new(message).help(TRY_AGAIN))
            }
        }
    }

    /// Gives a file its final name if it has the checksum; otherwise removes it and returns the reason.
    fn check(&mut self, job: &Job, file: &Path) -> Outcome<Option<String>> {
        // curl creates no file for an answer without a body.
        let content = if file.exists() { Content::of_file(file) } else { Content::of(&b""[..]) };
        let content = content.map_err(|error| Failure::io("read", file, &error))?;
        if !job.sum.fits(&content) {
            let _ = fs::remove_file(file);
            let found = job.sum.of(&content);
            return Ok(Some(format!("came with {found} ({} bytes), not {}", content.bytes, job.sum)));
        }
        self.folder.accept(file, &job.path)?;
        self.held.insert(job.path.clone(), content);
        self.new += 1;
        Ok(None)
    }

    /// Adds a file that was created here.
    pub(crate) fn adopt(&mut self, path: &str, file: &Path) -> Outcome<Content> {
        let content = Content::of_file(file).map_err(|error| Failure::io("read", file, &error))?;
        if !self.holds(path, &Sum::Sha256(content.sha256.clone()))? {
            self.folder.accept(file, path)?;
            self.held.insert(path.to_owned(), content.clone());
            self.new += 1;
        }
        Ok(content)
    }
}

impl Collection<'_> {
    /// Fetches and checks a temporary file, or returns why it is unavailable.
    pub(crate) fn download(&self, url: &str, sum: &Sum, folder: &Path) -> Outcome<Result<PathBuf, String>> {
        self.console.progress(format!("fetching {url}"));
        let mut result = Err(format!("`{url}` was not fetched"));
        fetch::fetch(self.cell, folder, &[url.to_owned()], |_, answer| {
            result = match answer {
                Fetched::Came(file) => {
                    let content = Content::of_file(&file).map_err(|error| Failure::io("read", &file, &error))?;
                    let wrong = || format!("`{url}` came with {}, not {sum}", sum.of(&content));
                    if sum.fits(&content) { Ok(file) } else { Err(wrong()) }
                }
                Fetched::Gone(why) | Fetched::Refused(why) | Fetched::Silence(why) => Err(format!("`{url}` {why}")),
            };
            Ok(())
        })?;
        Ok(result)
    }
}
