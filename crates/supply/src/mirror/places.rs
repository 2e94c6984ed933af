//! Looks up the URLs of artefacts with the package managers' clients.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use registry_model::model::{Libc, Target};
use registry_scripts::site::Site;

use super::checksum::Content;
use super::wanted::Pin;
use crate::clients::process::{self, ProcessOutput};
use crate::clients::{Tools, fetch};
use crate::pin::pypi;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// The help for a client without an answer.
pub(crate) const TRY_AGAIN: &str =
    "check the network, the proxy and the certificates, then run the command again; fetched files are kept";

/// Looks up URLs of artefacts. The clients are fetched at the first lookup.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    site: &'a Site,
    cache: PathBuf,
    console: Console,
    tools: OnceCell<Tools>,
}

/// The answers of a Python index for some pins.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// File names and URLs, by SHA-256.
    pub files: BTreeMap<String, (String, String)>,
    /// The reasons for requirements without a file.
    absent: BTreeMap<String, String>,
}

impl<'a> Places<'a> {
    /// Creates it without a lookup.
    pub(crate) fn new(site: &'a Site, cache: PathBuf, console: Console) -> Self {
        Self { site, cache, console, tools: OnceCell::new() }
    }

    /// The clients.
    pub(crate) fn tools(&self) -> Outcome<&Tools> {
        if let Some(tools) = self.tools.get() {
            return Ok(tools);
        }
        let tools = Tools::prepare(&self.cache, self.console).map_err(|failure| failure.help(TRY_AGAIN))?;
        Ok(self.tools.get_or_init(|| tools))
    }

    /// The URL of the npm registry, without a slash at its end.
    pub(crate) fn npm(&self) -> Outcome<String> {
        let named = Tools::registry().map(|it| it.to_string_lossy().into_owned());
        match named.or_else(|| self.site.npm_registry.clone()) {
            Some(place) => Ok(fetch::url(place.trim_end_matches('/'))),
            None => self.tools()?.npm_registry().map_err(|failure| failure.help(TRY_AGAIN)),
        }
    }

    /// The answers of the Python package index for some pins.
    pub(crate) fn pypi(&self, pins: &BTreeSet<Pin>) -> Outcome<Index> {
        let named = Tools::index().map(|it| it.to_string_lossy().into_owned());
        let place = named.or_else(|| self.site.pypi_index.clone());
        match place {
            Some(folder) if folder.starts_with('/') => read_folder(Path::new(&folder)),
            place => self.ask_index(pins, place.as_deref()),
        }
    }

    fn ask_index(&self, pins: &BTreeSet<Pin>, place: Option<&str>) -> Outcome<Index> {
        let mut index = Index::default();
        let mut groups: BTreeMap<(&str, &str), Vec<&Pin>> = BTreeMap::new();
        for pin in pins {
            groups.entry((&pin.lock, pin.target)).or_default().push(pin);
        }
        for ((_, target), group) in groups {
            self.console.progress(format!("asking the index for {} Python packages for {target}", group.len()));
            if self.ask(&group, place, &mut index)?.is_none() {
                continue;
            }
            // One of them is missing; asking for each alone shows which.
            for pin in group {
                if let Some(reason) = self.ask(&[pin], place, &mut index)? {
                    index.absent.insert(pin.requirement.clone(), reason);
                }
            }
        }
        Ok(index)
    }

    /// Asks for pins of one target; returns the reason when the index lacks one.
    fn ask(&self, pins: &[&Pin], place: Option<&str>, index: &mut Index) -> Outcome<Option<String>> {
        let tools = self.tools()?;
        let folder = tools.cell.scratch().folder("mirror")?;
        let input = folder.join("pins.txt");
        let lines: Vec<&str> = pins.iter().map(|it| it.requirement.as_str()).collect();
        fs::write(&input, lines.join("\n")).map_err(|error| Failure::io("write", &input, &error))?;
        let name = |pin: &&Pin| pin.requirement.split("==").next().unwrap_or_default().to_owned();
        let sources: Vec<String> = pins.iter().filter(|it| it.source).copied().map(|it| name(&it)).collect();
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let Some(first) = pins.first() else { return Ok(None) };
        let machine = (Target::from_id(first.target).unwrap_or(Target::LinuxX64), first.python);
        let mut command = pypi::compile_command(tools, &folder, &input, machine, &sources, true);
        if let Some(place) = place.filter(|_| Tools::index().is_none()) {
            command.args(["--default-index", place]);
        }
        let answer = process::run(&mut command)?;
        if answer.ok {
            index.files.extend(pypi::read_urls(&answer.stdout)?);
            return Ok(None);
        }
        absence(&answer).map(Some).ok_or_else(|| answer.failure("asking the Python package index").help(TRY_AGAIN))
    }
}

impl Index {
    /// The URL of a file, or why there is none.
    pub(crate) fn url(&self, sha256: &str, requirement: &str) -> Result<String, String> {
        let known = self.files.get(sha256).map(|(_, url)| url.clone());
        let nothing = || "is not in the index with this checksum".to_owned();
        known.ok_or_else(|| self.why(requirement).map_or_else(nothing, str::to_owned))
    }

    /// The reason of the index for having no file for a requirement, if it gave one.
    pub(crate) fn why(&self, requirement: &str) -> Option<&str> {
        self.absent.get(requirement).map(String::as_str)
    }
}

/// What the index lacks by uv's message, if that is why uv failed.
fn absence(answer: &ProcessOutput) -> Option<String> {
    let said = answer.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, because) = said.split_once("No solution found when resolving dependencies")?;
    let cause = because.split_once("Because ").map_or(because, |(_, rest)| rest);
    let cause = cause.split_once(" and you require").or_else(|| cause.split_once(", we can")).map_or(cause, |it| it.0);
    Some(format!("is not in the index: {}", cause.trim()))
}

/// The files of a folder of Python packages.
fn read_folder(folder: &Path) -> Outcome<Index> {
    let failed = |error: &std::io::Error| Failure::io("read", folder, error);
    let mut index = Index::default();
    for entry in fs::read_dir(folder).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() {
            let content = Content::of_file(&path).map_err(|error| Failure::io("read", &path, &error))?;
            index.files.insert(content.sha256, (name, fetch::url(&path.to_string_lossy())));
        }
    }
    Ok(index)
}

/// Whether a wheel can be used on a target, by the tags at the end of its name; a source distribution always can.
pub(crate) fn serves(file: &str, target: Target) -> bool {
    let Some(tags) = file.strip_suffix(".whl").and_then(|name| name.rsplit('-').next()) else { return true };
    let machine = if target.arch().word() == "x64" { "x86_64" } else { "aarch64" };
    let libc = if target.libc() == Libc::Musl { "musllinux" } else { "manylinux" };
    tags.split('.').any(|tag| tag == "any" || tag.starts_with(libc) && tag.ends_with(machine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_serves(file: &str, expected: &[&str]) {
        let targets: Vec<&str> = Target::ALL.into_iter().filter(|&it| serves(file, it)).map(Target::id).collect();
        assert_eq!(targets, expected, "{file}");
    }

    #[test]
    fn wheel_tags_give_its_targets() {
        let all = Target::ALL.map(Target::id);
        check_serves("a-1.0-py3-none-any.whl", &all);
        check_serves("a-1.0.tar.gz", &all);
        check_serves("a-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", &["linux-x64"]);
        check_serves(
            "a-1.0-py3-none-manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl",
            &["linux-arm64", "linux-arm64-musl"],
        );
        check_serves("a-1.0-py3-none-macosx_11_0_arm64.whl", &[]);
    }

    #[test]
    fn uv_missing_version_differs_from_other_failures() {
        let answer = |stderr: &str| ProcessOutput {
            ok: false,
            stdout: String::new(),
            stderr: stderr.to_owned(),
            line: String::new(),
        };
        let said = "error: No solution found when resolving dependencies\n  cause: Because there is no version of six==99.0 and you require six==99.0, we can conclude that your requirements are unsatisfiable.";
        let expected = "is not in the index: there is no version of six==99.0";
        assert_eq!(absence(&answer(said)).as_deref(), Some(expected));
        assert_eq!(absence(&answer("error: Failed to fetch: connection refused")), None);
    }
}
