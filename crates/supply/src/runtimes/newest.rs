//! What the makers offer: the newest version of each line, with its checksums.

use std::fs;
use std::path::{Path, PathBuf};

use registry_model::model::{RuntimeKind, Target, Version};
use registry_scripts::site::archive_url;
use serde_json::Value;

use super::table::{PinnedLine, Tables};
use crate::clients::fetch::{self, Fetched};
use crate::clients::tools::NODE_PACKAGE;
use crate::clients::{Tools, process};
use crate::mirror::pack;
use crate::mirror::wanted::file_name;
use crate::pin::age::Cutoff;
use crate::pin::lock::Distribution;
use crate::pin::pypi;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// What can be given a newer version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The lines of a runtime.
    Runtime(RuntimeKind),
    /// uv.
    Uv,
}

/// What is asked for.
#[derive(Debug)]
pub struct Request {
    /// The subject.
    pub subject: Subject,
    /// The days that a wheel must have been published for.
    pub min_age: u64,
    /// The lists of checksums of Node.js releases, where their maker cannot be asked.
    pub checksums: Option<PathBuf>,
}

/// The tables with the newest version of each line of the subject. A line stays in its series: `22` of Node.js, `3.12`
/// of `CPython`.
pub fn newest(tools: &Tools, request: &Request, console: Console) -> Outcome<Tables> {
    let mut tables = Tables::committed();
    match request.subject {
        Subject::Runtime(RuntimeKind::Node) => {
            for line in &mut tables.node {
                let series = RuntimeKind::Node.series(line.version);
                console.step(format!("asking for the newest Node.js {series}"));
                newest_node(tools, request, &series, line)?;
            }
        }
        Subject::Runtime(RuntimeKind::Python) => {
            console.step("asking uv for the builds of CPython that it knows");
            let builds = python_builds(tools)?;
            for line in &mut tables.python {
                newest_python(tools, &builds, line)?;
            }
        }
        Subject::Uv => {
            console.step("asking for the newest uv");
            let (version, wheels) = newest_wheels(tools, "uv", "", request.min_age)?;
            if tables.uv.version.is_below(version) {
                (tables.uv.version, tables.uv.wheels) = (version, wheels);
            }
        }
    }
    Ok(tables)
}

/// The newest version of a package within a series, with the checksum of its wheel for each target.
fn newest_wheels(
    tools: &Tools,
    package: &str,
    series: &str,
    min_age: u64,
) -> Outcome<(Version, Vec<(Target, String)>)> {
    let mut found: Option<(Version, Vec<(Target, String)>)> = None;
    for target in Target::ALL {
        // The other targets take the version of the first one.
        let requirement = match &found {
            Some((version, _)) => format!("{package}=={version}"),
            None if series.is_empty() => package.to_owned(),
            None => format!("{package}=={series}.*"),
        };
        let Some(file) = ask(tools, &requirement, target, min_age)? else { continue };
        let unreadable = || Failure::new(format!("the index has `{package}` {}, which is not a version", file.version));
        let version = Version::parse(&file.version).ok_or_else(unreadable)?;
        found.get_or_insert((version, Vec::new())).1.push((target, file.sha256));
    }
    found.ok_or_else(|| {
        Failure::new(format!("the index has no wheel of `{package}` {series} that is {min_age} days old"))
            .help("name another age: `--min-age 0d`")
    })
}

/// The file of a requirement for a target; `None` if the index has none.
fn ask(tools: &Tools, requirement: &str, target: Target, min_age: u64) -> Outcome<Option<Distribution>> {
    let folder = tools.cell.scratch().folder("runtimes")?;
    let input = folder.join("wanted.txt");
    fs::write(&input, requirement).map_err(|error| Failure::io("write", &input, &error))?;
    let machine = (target, RuntimeKind::Python.default_version());
    let mut command = pypi::compile_command(tools, &folder, &input, machine, &[], true);
    let answer = process::run(command.args(["--exclude-newer", &Cutoff::of(min_age).instant()]))?;
    if answer.ok {
        return Ok(pypi::read_pylock(&answer.stdout)?.into_iter().next());
    }
    if answer.stderr.contains("No solution found") {
        return Ok(None);
    }
    Err(answer.failure(&format!("asking for `{requirement}`")))
}

fn newest_node(tools: &Tools, request: &Request, series: &str, line: &mut PinnedLine) -> Outcome<()> {
    let (version, wheels) = newest_wheels(tools, NODE_PACKAGE, series, request.min_age)?;
    if !line.version.is_below(version) {
        return Ok(());
    }
    let lists = match &request.checksums {
        Some(file) => fs::read_to_string(file).map_err(|error| Failure::io("read", file, &error))?,
        None => fetch_lists(tools, version)?,
    };
    let archives = Target::ALL.into_iter().filter_map(|target| {
        let url = archive_url(RuntimeKind::Node, version, "", target);
        Some((target, listed(&lists, file_name(&url))?))
    });
    let archives: Vec<_> = archives.collect();
    // For AArch64 with musl, no archive is built.
    if let Some(missing) =
        [Target::LinuxX64, Target::LinuxArm64].iter().find(|it| !archives.iter().any(|(its, _)| its == *it))
    {
        let url = archive_url(RuntimeKind::Node, version, "", *missing);
        return Err(Failure::new(format!("the lists of checksums have none of `{}`", file_name(&url)))
            .help("give `--checksums` the release's SHASUMS256.txt, and that of the unofficial builds for musl"));
    }
    *line = PinnedLine { version, release: String::new(), archives, wheels };
    Ok(())
}

/// The lists of a release of Node.js: of its maker, and of the unofficial builds for musl.
fn fetch_lists(tools: &Tools, version: Version) -> Outcome<String> {
    let list = |target| {
        let url = archive_url(RuntimeKind::Node, version, "", target);
        url.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/SHASUMS256.txt"))
    };
    let urls = [list(Target::LinuxX64), list(Target::LinuxX64Musl)];
    let folder = tools.cell.scratch().folder("checksums")?;
    let mut text = String::new();
    fetch::fetch(&tools.cell, &folder, &urls, |index, answer| {
        let url = urls.get(index).map_or("", String::as_str);
        match answer {
            Fetched::Came(path) => {
                text += &fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
                text.push('\n');
                Ok(())
            }
            Fetched::Gone(why) | Fetched::Refused(why) | Fetched::Silence(why) => {
                Err(Failure::new(format!("`{url}`: {why}"))
                    .help("fetch it elsewhere, and give the file with `--checksums FILE`; nothing was written"))
            }
        }
    })?;
    Ok(text)
}

/// The SHA-256 of a file in lists of `SHA256  NAME`.
fn listed(lists: &str, name: &str) -> Option<String> {
    let sum = lists.lines().find_map(|line| {
        let (sum, its) = line.split_once([' ', '\t'])?;
        (its.trim().trim_start_matches('*') == name).then_some(sum)
    })?;
    is_sum(sum).then(|| sum.to_owned())
}

fn is_sum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A build of `CPython` that uv knows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Build {
    version: Version,
    /// The release of the standalone builds.
    release: String,
    target: Target,
    /// uv's name of it.
    key: String,
}

fn python_builds(tools: &Tools) -> Outcome<Vec<Build>> {
    let folder = tools.cell.scratch().folder("pythons")?;
    let mut command = tools.uv(&folder);
    command.env("UV_PYTHON_DOWNLOADS", "manual").args(["python", "list", "--all-versions", "--all-arches"]);
    command.args(["--all-platforms", "--only-downloads", "--show-urls", "--output-format", "json"]);
    let answer = process::run_well(&mut command, "asking uv for the builds of CPython")?;
    read_builds(&answer.stdout)
}

/// Reads uv's list: finished versions of `CPython` for the targets, in their usual variant.
fn read_builds(text: &str) -> Outcome<Vec<Build>> {
    let unreadable = |error: &dyn std::fmt::Display| Failure::new(format!("uv's list cannot be read: {error}"));
    let all: Vec<Value> = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
    let builds: Vec<Build> = all.iter().filter_map(build).collect();
    if builds.is_empty() { Err(unreadable(&"it has no build for Linux")) } else { Ok(builds) }
}

fn build(one: &Value) -> Option<Build> {
    let word = |name: &str| one.get(name)?.as_str();
    if [word("implementation"), word("os"), word("variant")] != [Some("cpython"), Some("linux"), Some("default")] {
        return None;
    }
    let target = match (word("arch")?, word("libc")?) {
        ("x86_64", "gnu") => Target::LinuxX64,
        ("aarch64", "gnu") => Target::LinuxArm64,
        ("x86_64", "musl") => Target::LinuxX64Musl,
        ("aarch64", "musl") => Target::LinuxArm64Musl,
        _ => return None,
    };
    // The URL ends in `/RELEASE/FILE`; what is not finished has a version that is not three numbers.
    let release = word("url")?.rsplit('/').nth(1)?.to_owned();
    Some(Build { version: Version::parse(word("version")?)?, release, target, key: word("key")?.to_owned() })
}

fn newest_python(tools: &Tools, builds: &[Build], line: &mut PinnedLine) -> Outcome<()> {
    let kind = RuntimeKind::Python;
    let of_line = || builds.iter().filter(|it| kind.is_one_line(it.version, line.version));
    let Some(newest) = of_line().map(|it| it.version).max().filter(|it| line.version.is_below(*it)) else {
        return Ok(());
    };
    let of_version: Vec<&Build> = of_line().filter(|it| it.version == newest).collect();
    let release = of_version.iter().map(|it| it.release.as_str()).max().unwrap_or_default().to_owned();
    let mut archives = Vec::new();
    for target in Target::ALL {
        let Some(build) = of_version.iter().find(|it| it.target == target && it.release == release) else { continue };
        archives.push((target, known_sum(tools, build)?));
    }
    *line = PinnedLine { version: newest, release, archives, wheels: Vec::new() };
    Ok(())
}

/// The checksum that uv has of a build. It prints it nowhere but where a file has another one, so it is offered an
/// empty archive.
fn known_sum(tools: &Tools, build: &Build) -> Outcome<String> {
    let folder = tools.cell.scratch().folder("offered")?;
    let url = archive_url(RuntimeKind::Python, build.version, &build.release, build.target);
    let place = folder.join(&build.release);
    fs::create_dir_all(&place).map_err(|error| Failure::io("make", &place, &error))?;
    let member = ("bin/python3".to_owned(), pack::Member::File(Vec::new(), true));
    pack::pack(&place.join(file_name(&url)), "python", &pack::Members::from([member]))?;
    let mut command = tools.uv(&folder);
    command.env("UV_PYTHON_DOWNLOADS", "manual").env("UV_HTTP_RETRIES", "0").args(["python", "install", "--no-bin"]);
    command.arg("--install-dir").arg(folder.join("installed")).arg("--mirror").arg(file_url(&folder)).arg(&build.key);
    let answer = process::run(&mut command)?;
    expected_sum(&answer.stderr).ok_or_else(|| {
        Failure::new(format!("uv does not say which checksum it has of `{}`", build.key))
            .help(format!("its last words: {}", answer.stderr.trim()))
    })
}

fn file_url(folder: &Path) -> String {
    fetch::url(&folder.to_string_lossy())
}

/// The checksum that uv expected.
fn expected_sum(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("Expected:")?;
    let sum = rest.split_whitespace().next()?;
    is_sum(sum).then(|| sum.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test panics on failure")]

    use super::*;

    #[test]
    fn checksum_of_a_file_is_found_in_lists() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let lists = format!("{a}  node-v24.19.0-linux-x64.tar.gz\nshort  node-v24.19.0.tar.gz\n{b} *other.tar.xz\n");
        assert_eq!(listed(&lists, "node-v24.19.0-linux-x64.tar.gz"), Some(a));
        assert_eq!(listed(&lists, "other.tar.xz"), Some(b));
        assert_eq!(listed(&lists, "node-v24.19.0.tar.gz"), None);
        assert_eq!(listed(&lists, "linux-x64.tar.gz"), None);
    }

    // Recorded of uv 0.13.9.
    #[test]
    fn builds_of_uv_are_read_without_what_is_not_finished_or_for_other_machines() {
        let one = |key: &str, version: &str, os: &str, variant: &str| {
            let url = format!("https://mirror.example/download/20261110/{key}.tar.gz");
            format!(
                r#"{{"key":"{key}","version":"{version}","url":"{url}","os":"{os}","variant":"{variant}","implementation":"cpython","arch":"x86_64","libc":"gnu"}}"#
            )
        };
        let all = [
            one("cpython-3.13.18-linux-x86_64-gnu", "3.13.18", "linux", "default"),
            one("cpython-3.16.0a2-linux-x86_64-gnu", "3.16.0a2", "linux", "default"),
            one("cpython-3.13.18+freethreaded-linux-x86_64-gnu", "3.13.18", "linux", "freethreaded"),
            one("cpython-3.13.18-macos-x86_64-none", "3.13.18", "macos", "default"),
        ];
        let builds = read_builds(&format!("[{}]", all.join(","))).expect("it is uv's list");
        let found: Vec<_> = builds.iter().map(|it| (it.version, it.release.as_str(), it.target)).collect();
        assert_eq!(found, [(Version::new(3, 13, 18), "20261110", Target::LinuxX64)]);
        assert!(read_builds("[]").is_err() && read_builds("{}").is_err());
    }

    // Recorded of uv 0.13.9.
    #[test]
    fn checksum_that_uv_expected_is_read_from_its_refusal() {
        let sum = "f2d2199eb25880e07863b391cf7124e7ffa1338b0d65600dfcec117c4223a7fb";
        let said = format!(
            "error: Failed to install cpython-3.13.18-linux-x86_64-gnu\n  cause: Hash mismatch for \
             `cpython-3.13.18-linux-x86_64-gnu`\n\n         Expected:\n         {sum}\n\n         Computed:\n         00\n"
        );
        assert_eq!(expected_sum(&said).as_deref(), Some(sum));
        assert_eq!(expected_sum("error: Failed to install\n  cause: Invalid tar file\n"), None);
    }
}
