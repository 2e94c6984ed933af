//! The Python half of a lock: uv's resolution for each target, and its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use percent_encoding::percent_decode_str;
use registry_model::model::{Answer, Cause, Target, Version};
use registry_model::names;
use toml::{Table, Value};

use super::age::Cutoff;
use super::lock::{Distribution, Draft, PackageLine, Unresolved};
use super::npm::Wanted;
use super::provenance;
use crate::clients::Tools;
use crate::clients::process;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// uv's resolution of the packages of an entry for one target.
enum Resolved {
    /// The files.
    Files(Vec<Distribution>),
    /// Why it failed.
    Nothing(Cause<'static>),
    /// A package that the entry names does not exist.
    Absent(String),
}

/// Resolves the Python packages of an entry for a version of Python into a draft.
pub(crate) fn resolve(
    tools: &Tools,
    wanted: &[Wanted],
    python: Version,
    today: &Cutoff,
    draft: &mut Draft,
    console: Console,
) -> Result<(), Unresolved> {
    let (mut exact, cutoff) = date(tools, wanted, python, today)?;
    console.step(match &cutoff {
        Some(cutoff) => format!("  {cutoff}"),
        None => "  the index gives no upload dates: releases of any age are accepted".to_owned(),
    });
    let dates: Vec<Option<String>> = exact.iter().map(|it| it.published.clone()).collect();
    let cutoff = cutoff.as_ref();
    let mut exact: Vec<Wanted> = exact.drain(..).map(|it| it.wanted).collect();
    for target in Target::ALL {
        console.step(format!("  Python packages for {}", target.id()));
        match resolve_target(tools, &exact, (target, python), false, cutoff)? {
            Resolved::Files(files) => {
                for package in &mut exact {
                    let same = |it: &&Distribution| it.name == names::pypi(&package.name);
                    package.version = files.iter().find(same).map(|it| it.version.clone()).unwrap_or_default();
                }
                for file in files {
                    draft.wheels.entry(file).or_default().push(target);
                }
            }
            Resolved::Nothing(cause) => draft.add_unavailable(target, cause),
            Resolved::Absent(name) => {
                let version = wanted.iter().find(|it| it.name == name).map_or("", |it| it.version.as_str());
                return Ok(draft.add_absent("pypi", &name, version)?);
            }
        }
    }
    add_packages(tools, &exact, &dates, draft)
}

/// A package with the date of its version; the version is empty when nothing was found.
struct Dated {
    wanted: Wanted,
    published: Option<String>,
}

/// The versions of the packages that an entry names, and the cutoff for their dependencies; no cutoff if the index
/// gives no dates, since uv would then accept no release.
fn date(tools: &Tools, wanted: &[Wanted], python: Version, today: &Cutoff) -> Outcome<(Vec<Dated>, Option<Cutoff>)> {
    let (mut dated, mut cutoff, mut without) = (Vec::new(), today.clone(), false);
    for one in wanted {
        let mut one = Dated { wanted: one.clone(), published: None };
        let alone = std::slice::from_ref(&one.wanted);
        // Without a version: the newest release that is old enough, or the newest if no date is known.
        let before = one.wanted.version.is_empty().then_some(today);
        let mut found = first(tools, alone, python, before)?;
        if found.is_none() && before.is_some() {
            found = first(tools, alone, python, None)?;
            if let Some(it) = found.as_ref().filter(|it| it.uploaded.is_some()) {
                let message = format!("`{}` has no release that is old enough; the newest is {}", it.name, it.version);
                return Err(Failure::new(message).help(format!("name the version: `{}={}`", it.name, it.version)));
            }
        }
        if let Some(file) = found {
            without |= file.uploaded.is_none();
            cutoff.admit(&format!("{}=={}", file.name, file.version), file.uploaded.as_deref());
            one.wanted.version = file.version;
            one.published = file.uploaded;
        }
        dated.push(one);
    }
    Ok((dated, (!without).then_some(cutoff)))
}

/// The first file of a package for the first target that has one.
fn first(tools: &Tools, alone: &[Wanted], python: Version, before: Option<&Cutoff>) -> Outcome<Option<Distribution>> {
    for target in Target::ALL {
        if let Resolved::Files(files) = resolve_target(tools, alone, (target, python), true, before)? {
            return Ok(files.into_iter().next());
        }
    }
    Ok(None)
}

/// Resolves one package without its dependencies, for the first target that has it.
pub(crate) fn resolve_alone(tools: &Tools, wanted: &Wanted, python: Version, draft: &mut Draft) -> Outcome<()> {
    for target in Target::ALL {
        match resolve_target(tools, std::slice::from_ref(wanted), (target, python), true, None)? {
            Resolved::Files(files) => {
                draft.wheels.extend(files.into_iter().map(|file| (file, vec![target])));
                draft.unavailable.clear();
                return Ok(());
            }
            Resolved::Nothing(cause) => draft.add_unavailable(target, cause),
            Resolved::Absent(name) => return draft.add_absent("pypi", &name, &wanted.version),
        }
    }
    Ok(())
}

/// The packages that the entry names, with the checksum of their file for the first target that has one.
fn add_packages(
    tools: &Tools,
    exact: &[Wanted],
    dates: &[Option<String>],
    draft: &mut Draft,
) -> Result<(), Unresolved> {
    for (Wanted { name, version, .. }, published) in exact.iter().zip(dates) {
        let same = |it: &&Distribution| it.name == names::pypi(name) && it.version == *version;
        let Some(file) = draft.wheels.keys().find(same) else {
            let reason = draft.unavailable.values().next().map(ToString::to_string).unwrap_or_default();
            return Err(Unresolved::NoSolution(format!("`{name}` cannot be installed on any target: {reason}")));
        };
        let integrity = format!("sha256:{}", file.sha256);
        let line = PackageLine::new("pypi", name, version, &integrity, published.clone());
        draft.packages.push(line.with_provenance(provenance::of_file(tools, file)?));
    }
    Ok(())
}

fn resolve_target(
    tools: &Tools,
    wanted: &[Wanted],
    machine: (Target, Version),
    flat: bool,
    before: Option<&Cutoff>,
) -> Outcome<Resolved> {
    let answer = compile(tools, wanted, machine, flat, before)?;
    if answer.ok {
        return Ok(Resolved::Files(read_pylock(&answer.stdout)?));
    }
    let said = answer.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(absent) = wanted.iter().find(|it| is_absent(&said, it)) {
        return Ok(Resolved::Absent(absent.name.clone()));
    }
    if !said.contains("No solution found") {
        return Err(answer.failure(&format!("resolving Python packages for {}", machine.0.id())));
    }
    let cause = if let Some((name, version)) = without_wheels(&said) {
        Cause::new("pypi", name.to_owned(), version.to_owned(), Answer::OnlySource)
    } else {
        let (name, version) = wanted.first().map_or(("-", ""), |it| (it.name.as_str(), it.version.as_str()));
        let version = if version.is_empty() { "-" } else { version };
        Cause::new("pypi", name.to_owned(), version.to_owned(), Answer::Says(cause(&said).into()))
    };
    Ok(Resolved::Nothing(cause))
}

fn compile(
    tools: &Tools,
    wanted: &[Wanted],
    machine: (Target, Version),
    flat: bool,
    before: Option<&Cutoff>,
) -> Outcome<process::ProcessOutput> {
    let folder = tools.cell.scratch().folder("pypi")?;
    let input = folder.join("packages.txt");
    let lines: Vec<String> = wanted.iter().map(requirement).collect();
    fs::write(&input, lines.join("\n")).map_err(|error| Failure::io("write", &input, &error))?;
    let names: Vec<&str> = wanted.iter().filter(|it| it.source).map(|it| it.name.as_str()).collect();
    let mut command = compile_command(tools, &folder, &input, machine, &names, flat);
    if let Some(cutoff) = before {
        command.args(["--exclude-newer", &cutoff.instant()]);
    }
    process::run(&mut command)
}

/// The uv command that resolves a file of requirements for a target and a version of Python. `sources` are the packages
/// that may come as source; `flat` omits dependencies.
pub(crate) fn compile_command(
    tools: &Tools,
    folder: &Path,
    input: &Path,
    (target, python): (Target, Version),
    sources: &[&str],
    flat: bool,
) -> Command {
    let mut command = tools.uv(folder);
    command.args(["pip", "compile", "--quiet", "--format", "pylock.toml", "--no-header", "--no-annotate"]);
    command.args(["--python-version", &python.to_string(), "--python-platform", platform(target)]);
    command.args(["--only-binary", ":all:"]);
    command.arg("--python").arg(tools.python()).arg(input);
    for name in sources {
        command.args(["--no-binary", name]);
    }
    if flat {
        command.arg("--no-deps");
    }
    if let Some(index) = Tools::index() {
        command.arg("--default-index").arg(index);
    }
    command
}

fn requirement(wanted: &Wanted) -> String {
    let Wanted { name, version, .. } = wanted;
    if version.is_empty() { name.clone() } else { format!("{name}=={version}") }
}

/// uv's name of a target. 2.28 is the glibc of Debian 10 and RHEL 8, the oldest that current wheels are built for.
fn platform(target: Target) -> &'static str {
    match target {
        Target::LinuxX64 => "x86_64-manylinux_2_28",
        Target::LinuxArm64 => "aarch64-manylinux_2_28",
        Target::LinuxX64Musl => "x86_64-unknown-linux-musl",
        Target::LinuxArm64Musl => "aarch64-unknown-linux-musl",
    }
}

/// Whether uv reports that a package, or its wanted version, is not in the index.
fn is_absent(said: &str, wanted: &Wanted) -> bool {
    let name = names::pypi(&wanted.name);
    let version = &wanted.version;
    said.contains(&format!("{name} was not found in the package registry"))
        || (!version.is_empty() && said.contains(&format!("there is no version of {name}=={version}")))
}

/// The package without a wheel for any machine, by uv's message, with its version or `-`.
fn without_wheels(said: &str) -> Option<(&str, &str)> {
    let (before, _) = said.split_once(" has no usable wheels")?;
    // A package that is asked for under a condition has it behind its name: `x{sys_platform != 'android'}>=1`.
    let (before, bounds) = match before.rsplit_once('}').filter(|(_, bounds)| !bounds.contains(' ')) {
        Some((marked, bounds)) => (marked.rsplit_once('{')?.0, bounds),
        None => (before, ""),
    };
    let spec = before.rsplit(' ').next()?;
    let name = spec.split(['=', '<', '>', '!', '~']).next().filter(|name| !name.is_empty())?;
    let spec = if bounds.is_empty() { spec } else { bounds };
    Some((name, spec.split_once("==").map_or("-", |(_, version)| version)))
}

/// The first sentence of uv's explanation, short enough for a line.
fn cause(said: &str) -> String {
    let from = said.split_once("Because ").map_or(said, |(_, rest)| rest);
    let sentence = from.split_once(", we can conclude").map_or(from, |(first, _)| first);
    let known = sentence.split_once(" and ").map_or(sentence, |(first, _)| first);
    known.chars().take(160).collect()
}

/// Reads a pylock.toml: its wheels, and the source distribution of a package without wheels.
pub(crate) fn read_pylock(text: &str) -> Outcome<Vec<Distribution>> {
    let unreadable = |why: &str| Failure::new(format!("uv wrote a pylock.toml that cannot be read: {why}"));
    let table: Table = text.parse().map_err(|error: toml::de::Error| unreadable(&error.to_string()))?;
    let packages = table.get("packages").and_then(Value::as_array).ok_or_else(|| unreadable("no `packages`"))?;
    let mut files = Vec::new();
    for package in packages {
        let word = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let wheels = package.get("wheels").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let source = package.get("sdist").filter(|_| wheels.is_empty());
        for file in wheels.iter().chain(source) {
            let read = distribution(word("name"), word("version"), file);
            files.push(read.ok_or_else(|| unreadable(&format!("a file of `{}`", word("name"))))?);
        }
    }
    Ok(files)
}

/// File names and URLs by SHA-256, of a pylock.toml.
pub(crate) fn read_urls(text: &str) -> Outcome<BTreeMap<String, (String, String)>> {
    let unreadable = |why: &str| Failure::new(format!("uv wrote a pylock.toml that cannot be read: {why}"));
    let table: Table = text.parse().map_err(|error: toml::de::Error| unreadable(&error.to_string()))?;
    let packages = table.get("packages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let wheels = |package: &Value| package.get("wheels").and_then(Value::as_array).cloned().unwrap_or_default();
    let files = packages.iter().flat_map(|it| wheels(it).into_iter().chain(it.get("sdist").cloned()));
    let read = |file: Value| {
        let url = file.get("url")?.as_str()?.to_owned();
        let sha256 = file.get("hashes")?.get("sha256")?.as_str()?.to_owned();
        let name = file.get("name").and_then(Value::as_str).unwrap_or_else(|| url.rsplit('/').next().unwrap_or(&url));
        let name = percent_decode_str(name).decode_utf8().ok()?.into_owned();
        Some((sha256, (name, url)))
    };
    files.map(|file| read(file).ok_or_else(|| unreadable("a file without its URL or checksum"))).collect()
}

fn distribution(name: &str, version: &str, file: &Value) -> Option<Distribution> {
    let word = |key: &str| file.get(key).and_then(Value::as_str);
    let file_name = word("name").or_else(|| word("url")?.rsplit('/').next())?;
    let sha256 = file.get("hashes")?.get("sha256")?.as_str()?;
    let file_name = percent_decode_str(file_name).decode_utf8().ok()?.into_owned();
    Some(Distribution {
        name: names::pypi(name),
        version: version.to_owned(),
        file: file_name,
        sha256: sha256.to_owned(),
        uploaded: uploaded(file),
    })
}

/// The upload date of a file.
fn uploaded(file: &Value) -> Option<String> {
    let time = match file.get("upload-time")? {
        Value::Datetime(time) => time.to_string(),
        other => other.as_str()?.to_owned(),
    };
    time.get(..10).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pylock_gives_wheels_or_the_sdist_without_wheels() {
        let text = r#"
            [[packages]]
            name = "a"
            version = "1.0+local"
            wheels = [{ url = "https://i.example/x/a-1.0%2Blocal-py3-none-any.whl", hashes = { sha256 = "aa" } }]
            [[packages]]
            name = "Func_Timeout"
            version = "4.3.5"
            sdist = { url = "https://i.example/y/func_timeout-4.3.5.tar.gz", hashes = { sha256 = "bb" } }
        "#;
        let files = read_pylock(text).expect("the text is well-formed");
        let seen: Vec<_> = files.iter().map(|it| (it.name.as_str(), it.file.as_str(), it.sha256.as_str())).collect();
        assert_eq!(
            seen,
            [("a", "a-1.0+local-py3-none-any.whl", "aa"), ("func-timeout", "func_timeout-4.3.5.tar.gz", "bb")]
        );
    }

    #[test]
    fn pylock_gives_urls_of_wheels_and_sdists() {
        let text = r#"
            [[packages]]
            name = "a"
            sdist = { url = "https://i.example/a-1.0.tar.gz", hashes = { sha256 = "aa" } }
            wheels = [{ url = "https://i.example/x/a-1.0%2Blocal-py3-none-any.whl", hashes = { sha256 = "bb" } }]
        "#;
        let files = read_urls(text).expect("the text is well-formed");
        assert_eq!(files["aa"], ("a-1.0.tar.gz".to_owned(), "https://i.example/a-1.0.tar.gz".to_owned()));
        assert_eq!(files["bb"].0, "a-1.0+local-py3-none-any.whl");
        assert!(read_urls("[[packages]]\nsdist = {}").is_err());
    }

    #[test]
    fn uv_error_without_wheels_is_parsed() {
        let said = "No solution found when resolving dependencies: cause: Because func-timeout==4.3.5 has no usable wheels and only func-timeout<=4.3.5 is available, we can conclude that x";
        assert_eq!(without_wheels(said), Some(("func-timeout", "4.3.5")));
        assert_eq!(cause(said), "func-timeout==4.3.5 has no usable wheels");
        assert_eq!(without_wheels("Because all versions of x<=2 has no usable wheels"), Some(("x", "-")));
        let said = "Because all versions of playwright{sys_platform != 'android'} has no usable wheels and y";
        assert_eq!(without_wheels(said), Some(("playwright", "-")));
        let said = "Because all versions of playwright{sys_platform != 'android'}>=1.40 has no usable wheels";
        assert_eq!(without_wheels(said), Some(("playwright", "-")));
        let said = "Because playwright{sys_platform != 'android'}==1.40 has no usable wheels";
        assert_eq!(without_wheels(said), Some(("playwright", "1.40")));
        let wanted = Wanted { name: "No_Such".to_owned(), version: "1.0".to_owned(), source: false };
        assert!(is_absent("Because no-such was not found in the package registry and you require", &wanted));
        assert!(!is_absent(said, &wanted));
    }
}
