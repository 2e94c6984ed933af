//! The lock next to an entry: the whole dependency tree, with the place and the integrity of each part.
//!
//! A line is a keyword and fields with one blank between them; lines that begin with `#` and empty lines do not count.
//!
//! ```text
//! format 1
//! package npm opencode-ai 1.18.11 sha512-… 2026-11-20
//! provenance npm opencode-ai https://slsa.dev/provenance/v1 git+https://github.com/anomalyco/opencode.git
//! npm node_modules/opencode-ai 1.18.11 sha512-… opencode-ai/-/opencode-ai-1.18.11.tgz {"bin":{…}}
//! bundled node_modules/opencode-ai/node_modules/zod 4.1.0 {}
//! wheel openhands 1.16.0 openhands-1.16.0-py3-none-any.whl sha256:… linux-x64,linux-arm64
//! source func-timeout 4.3.5 func_timeout-4.3.5.tar.gz sha256:… linux-x64,linux-arm64
//! unavailable linux-arm64 2026-11-23 npm opencode-linux-arm64 1.18.11 404
//! unavailable package 2026-11-23 npm @mimo-ai/cli 0.1.4 404
//! unavailable linux-x64-musl 2026-11-23 pypi example 1.0 says there is no version of example==1.0
//! license npm zod 4.1.0 MIT
//! license pypi func-timeout 4.3.5 GNU Lesser General Public License v2 (LGPLv2)
//! ```
//!
//! The day at the end of a `package` is that of its release; locks of before do not have it. A `bundled` package is a
//! part of the tarball of the package that it is in, and so has no checksum of its own. A `provenance` is what the
//! registry served for a package of the entry: recorded, never required. A `license` is what a package of the tree
//! names, in its own words: a package that names none has no line, and one that names several has a line for each. No
//! install reads these lines: [`without_licenses`] is the rest.

use core::fmt;
use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{NpmPlatform, Target};
use crate::json::{self, Json};
use crate::names;

/// A lock, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock<'a> {
    /// The packages that the entry names.
    pub packages: Vec<LockedPackage<'a>>,
    /// The provenance of these packages, as far as their registries serve it.
    pub provenance: Vec<Provenance<'a>>,
    /// The npm tree, in the order of its places.
    pub npm: Vec<LockedNpm<'a>>,
    /// The wheels, and the source distributions that the entry asks for, in the order of their names.
    pub wheels: Vec<LockedWheel<'a>>,
    /// What could not be fetched when the lock was written.
    pub unavailable: Vec<Unavailable<'a>>,
    /// The licenses of the packages of the tree, as far as the packages name them.
    pub licenses: Vec<PackageLicense<'a>>,
}

/// A package that an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct LockedPackage<'a> {
    /// `npm` or `pypi`.
    pub ecosystem: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its exact version.
    pub version: &'a str,
    /// Its integrity (`sha512-…` or `sha256:…`); `-` where it is not known.
    pub integrity: &'a str,
    /// The day of its release, `2026-11-20`; none where the lock does not have it.
    pub published: Option<&'a str>,
}

/// How a package was built, as its registry says: npm checks that the source of a package with a provenance is the
/// repository of the workflow that built it (npm's documentation, "Generating provenance statements").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance<'a> {
    /// `npm`.
    pub ecosystem: &'a str,
    /// The package.
    pub package: &'a str,
    /// The kind of the statement, a URL: `https://slsa.dev/provenance/v1`.
    pub kind: &'a str,
    /// The repository that it was built from; `-` where the registry does not say.
    pub source: &'a str,
}

/// A license of a package of the tree, as the package names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageLicense<'a> {
    /// `npm` or `pypi`.
    pub ecosystem: &'a str,
    /// The package, by its name in the registry; normalised for `pypi`.
    pub package: &'a str,
    /// Its exact version.
    pub version: &'a str,
    /// The license: an SPDX identifier, an SPDX expression, or other words.
    pub license: &'a str,
}

/// A package of the npm tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedNpm<'a> {
    /// Where it goes: `node_modules/a/node_modules/b`.
    pub place: &'a str,
    /// Its exact version.
    pub version: &'a str,
    /// Its tarball; none for a package that another's tarball bundles.
    pub tarball: Option<Tarball<'a>>,
    /// The rest of its entry in a package-lock: a JSON object.
    pub rest: &'a str,
    /// Its name in the registry: an alias has another than its place.
    pub name: Cow<'a, str>,
    /// The machines that it is for.
    pub platform: NpmPlatform<'a>,
    /// The range of Node.js that it accepts; none where it names none, and where the tree is whole without it.
    pub node: Option<Cow<'a, str>>,
}

/// A tarball of the npm registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tarball<'a> {
    /// Its integrity, `sha512-…`.
    pub integrity: &'a str,
    /// Where it is, relative to the registry.
    pub path: &'a str,
}

/// A wheel, or a source distribution that the entry asks for by `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedWheel<'a> {
    /// The package's normalised name.
    pub name: &'a str,
    /// Its exact version.
    pub version: &'a str,
    /// The file's name.
    pub file: &'a str,
    /// `sha256:` and 64 hexadecimal digits.
    pub hash: &'a str,
    /// The ids of the targets that it serves, with commas between.
    pub targets: &'a str,
}

/// Something that could not be fetched when the lock was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Unavailable<'a> {
    /// The target it is about; none for the package itself, and so for every target.
    pub target: Option<Target>,
    /// The day, `2026-11-23`.
    pub date: &'a str,
    /// What was asked for, and the answer.
    #[cfg_attr(feature = "serde", serde(rename = "reason"))]
    pub cause: Cause<'a>,
}

/// Why something is unavailable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause<'a> {
    /// `npm` or `pypi`.
    pub ecosystem: Cow<'a, str>,
    /// The package that was asked for.
    pub package: Cow<'a, str>,
    /// Its version; `-` where none was named.
    pub version: Cow<'a, str>,
    /// The result.
    pub answer: Answer<'a>,
}

/// The result of a request for a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The registry does not have it.
    NotFound,
    /// The checksum of the downloaded file differs from the registry's.
    OtherChecksum,
    /// It has no part for the target.
    NoBuild,
    /// It has only a source distribution, which the entry does not ask for.
    OnlySource,
    /// The message of the client.
    Says(Cow<'a, str>),
}

/// A line of a lock that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl core::error::Error for LockError {}

/// The lock of an agent that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableLock {
    /// The agent.
    pub agent: String,
    /// The line, and what is wrong with it.
    pub error: LockError,
    /// The command that writes the lock again.
    pub command: String,
}

impl UnreadableLock {
    /// How to fix it.
    pub fn help(&self) -> String {
        format!("write the lock again: `{}`", self.command)
    }
}

impl fmt::Display for UnreadableLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the lock of `{}` cannot be read: {}", self.agent, self.error)
    }
}

impl core::error::Error for UnreadableLock {}

impl<'a> Cause<'a> {
    /// What was requested, and the result; the version is `-` where none was named.
    pub fn new(
        ecosystem: impl Into<Cow<'a, str>>,
        package: impl Into<Cow<'a, str>>,
        version: impl Into<Cow<'a, str>>,
        answer: Answer<'a>,
    ) -> Self {
        Self { ecosystem: ecosystem.into(), package: package.into(), version: version.into(), answer }
    }

    /// The package and its version, as its manager writes them.
    pub fn spec(&self) -> String {
        let Self { ecosystem, package, version, answer: _ } = self;
        match (&**ecosystem, &**version) {
            (_, "-") => package.to_string(),
            ("pypi", _) => format!("{package}=={version}"),
            _ => format!("{package}@{version}"),
        }
    }
}

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spec = self.spec();
        match &self.answer {
            Answer::NotFound => write!(f, "{spec} answers 404"),
            Answer::OtherChecksum => write!(f, "{spec} has another checksum than the registry says"),
            Answer::NoBuild => write!(f, "{spec} has no package for it"),
            Answer::OnlySource => {
                write!(f, "{spec} has only a source distribution, and the entry does not ask for it by `source`")
            }
            Answer::Says(text) => f.write_str(text),
        }
    }
}

impl<'a> Answer<'a> {
    /// The words of a lock.
    pub fn words(&self) -> Cow<'static, str> {
        match self {
            Self::NotFound => Cow::Borrowed("404"),
            Self::OtherChecksum => Cow::Borrowed("checksum"),
            Self::NoBuild => Cow::Borrowed("no-build"),
            Self::OnlySource => Cow::Borrowed("only-source"),
            Self::Says(text) => Cow::Owned(format!("says {text}")),
        }
    }

    /// The answer of these words.
    fn of_words(words: &'a str) -> Option<Self> {
        match words {
            "404" => Some(Self::NotFound),
            "checksum" => Some(Self::OtherChecksum),
            "no-build" => Some(Self::NoBuild),
            "only-source" => Some(Self::OnlySource),
            _ => {
                words.strip_prefix("says ").filter(|text| !text.is_empty()).map(|text| Self::Says(Cow::Borrowed(text)))
            }
        }
    }
}

impl<'a> Lock<'a> {
    /// The version of the format that is read and written.
    pub const FORMAT: &'static str = "1";

    /// Reads the text of a lock.
    pub fn parse(text: &'a str) -> Result<Self, LockError> {
        let mut lock = Self::default();
        let mut format = false;
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let error = |message: String| LockError { line: index + 1, message };
            let (keyword, fields) = line.split_once(' ').unwrap_or((line, ""));
            if !format && keyword != "format" {
                return Err(error(format!("a lock must begin with `format {}`, found `{keyword}`", Self::FORMAT)));
            }
            match keyword {
                "format" if fields == Self::FORMAT => format = true,
                "format" => return Err(error(format!("format `{fields}` is not `{}`", Self::FORMAT))),
                "package" => lock.packages.push(package(fields).ok_or_else(|| error(short(keyword)))?),
                "provenance" => lock.provenance.push(provenance(fields).ok_or_else(|| error(short(keyword)))?),
                "npm" => lock.npm.push(npm(fields).map_err(error)?),
                "bundled" => lock.npm.push(bundled(fields).map_err(error)?),
                "wheel" | "source" => {
                    let file = wheel(fields).ok_or_else(|| error(short(keyword)))?;
                    if file.is_source() != (keyword == "source") {
                        return Err(error(format!("`{}` is not a {keyword}", file.file)));
                    }
                    lock.wheels.push(file);
                }
                "unavailable" => lock.unavailable.push(unavailable(fields).map_err(error)?),
                LICENSE => lock.licenses.push(license(fields).map_err(error)?),
                _ => return Err(error(format!("unknown keyword `{keyword}` in a lock"))),
            }
        }
        if !format {
            return Err(LockError { line: 1, message: "the lock is empty".to_owned() });
        }
        Ok(lock)
    }

    /// The package of a name.
    pub fn package(&self, ecosystem: &str, name: &str) -> Option<&LockedPackage<'a>> {
        self.packages.iter().find(|package| package.ecosystem == ecosystem && package.name == name)
    }

    /// The packages of the entry with their versions, each as its manager writes it: `name@1.2.3`, `name==1.2.3`.
    pub fn pins(&self) -> Vec<String> {
        let pin = |it: &LockedPackage<'_>| match it.ecosystem {
            "pypi" => format!("{}=={}", it.name, it.version),
            _ => format!("{}@{}", it.name, it.version),
        };
        self.packages.iter().map(pin).collect()
    }

    /// The ecosystem and version of a package anywhere in the tree; of several versions, that of the outermost.
    pub fn anywhere(&self, name: &str) -> Option<(&'static str, &'a str)> {
        let of = |it: &LockedNpm<'a>| it.place.rsplit_once("node_modules/").map_or(it.place, |(_, name)| name) == name;
        let npm = self.npm.iter().filter(|it| of(it)).min_by_key(|it| it.place.len()).map(|it| ("npm", it.version));
        npm.or_else(|| self.wheels.iter().find(|it| it.name == name).map(|it| ("pypi", it.version)))
    }

    /// The licenses of a package, as far as it names them.
    pub fn licenses_of(&self, ecosystem: &str, name: &str, version: &str) -> impl Iterator<Item = &'a str> {
        let same = move |it: &&PackageLicense<'a>| (it.ecosystem, it.package, it.version) == (ecosystem, name, version);
        self.licenses.iter().filter(same).map(|it| it.license)
    }

    /// The licenses of the packages that the entry names, without repetition; none if one of them names none.
    pub fn own_licenses(&self) -> Vec<&'a str> {
        let mut all = Vec::new();
        for LockedPackage { ecosystem, name, version, .. } in &self.packages {
            let normal = if *ecosystem == "pypi" { names::pypi(name) } else { (*name).to_owned() };
            let its: Vec<&str> = self.licenses_of(ecosystem, &normal, version).collect();
            if its.is_empty() {
                return its;
            }
            all.extend(its);
        }
        let mut seen = BTreeSet::new();
        all.retain(|it| seen.insert(*it));
        all
    }

    /// Why nothing can be installed on any target, where that is so.
    pub fn unavailable_everywhere(&self) -> Option<&Unavailable<'a>> {
        self.unavailable.iter().find(|it| it.target.is_none())
    }

    /// Why nothing can be installed on a target, where that is so.
    pub fn unavailable_on(&self, target: Target) -> Option<&Unavailable<'a>> {
        self.unavailable.iter().find(|it| it.target.is_none_or(|its| its == target))
    }
}

impl LockedPackage<'_> {
    /// Whether its version is one exact version and its integrity a real checksum.
    pub fn is_exact(&self) -> bool {
        is_exact_version(self.version) && is_checksum(self.integrity)
    }
}

impl LockedWheel<'_> {
    /// Whether it is a source distribution, which an install has to build.
    pub fn is_source(&self) -> bool {
        self.file.rsplit('.').next() != Some("whl")
    }
}

/// The keyword of a license.
const LICENSE: &str = "license";

/// The text of a lock without its licenses: what an install reads, and what its checksum is about.
pub fn without_licenses(text: &str) -> String {
    let is_license = |line: &&str| line.split(' ').next() == Some(LICENSE);
    text.split_inclusive('\n').filter(|line| !is_license(line)).collect()
}

/// Whether a text is short and plain enough for a license in a lock: one line of at most 120 printable ASCII
/// characters, without blanks at its ends. A longer text is that of a license, not its name.
pub fn is_license_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    plain && !text.is_empty() && text.len() <= 120 && text.trim() == text
}

/// Whether a version is exact: digits first, and none of the characters of ranges and tags.
pub fn is_exact_version(version: &str) -> bool {
    version.starts_with(|first: char| first.is_ascii_digit())
        && version.contains('.')
        && !version.split('.').any(|part| part.is_empty() || part == "x" || part == "*")
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-!_".contains(&byte))
}

/// Whether a text is a SHA-512 in npm's form or a SHA-256 in pip's.
pub(crate) fn is_checksum(text: &str) -> bool {
    let base64 = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    match (text.strip_prefix("sha512-"), text.strip_prefix("sha256:")) {
        (Some(digits), _) => digits.len() == 88 && base64(digits),
        (_, Some(digits)) => is_sha256(digits),
        _ => false,
    }
}

/// Whether a text is 64 lower-case hexadecimal digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn short(keyword: &str) -> String {
    format!("missing field after `{keyword}`")
}

fn package(fields: &str) -> Option<LockedPackage<'_>> {
    let mut fields = fields.split(' ');
    let package = LockedPackage {
        ecosystem: fields.next()?,
        name: fields.next()?,
        version: fields.next()?,
        integrity: fields.next()?,
        published: fields.next(),
    };
    fields.next().is_none().then_some(package)
}

fn provenance(fields: &str) -> Option<Provenance<'_>> {
    let mut fields = fields.split(' ');
    let mut next = || fields.next().filter(|it| !it.is_empty());
    let provenance = Provenance { ecosystem: next()?, package: next()?, kind: next()?, source: next()? };
    next().is_none().then_some(provenance)
}

fn npm(fields: &str) -> Result<LockedNpm<'_>, String> {
    let mut fields = fields.splitn(5, ' ');
    let mut next = || fields.next().ok_or_else(|| short("npm"));
    let (place, version) = (next()?, next()?);
    let tarball = Tarball { integrity: next()?, path: next()? };
    in_tree(place, version, Some(tarball), next()?)
}

fn bundled(fields: &str) -> Result<LockedNpm<'_>, String> {
    let mut fields = fields.splitn(3, ' ');
    let mut next = || fields.next().ok_or_else(|| short("bundled"));
    in_tree(next()?, next()?, None, next()?)
}

fn in_tree<'a>(
    place: &'a str,
    version: &'a str,
    tarball: Option<Tarball<'a>>,
    rest: &'a str,
) -> Result<LockedNpm<'a>, String> {
    let entry = json::parse(rest).filter(|it| matches!(it, Json::Object(_)));
    let entry = entry.ok_or_else(|| format!("expected a JSON object after `{place}`"))?;
    let (_, known_as) =
        place.rsplit_once("node_modules/").ok_or_else(|| format!("`{place}` is not in node_modules"))?;
    let name = match entry.get("name") {
        Some(Json::String(name)) => name.clone(),
        _ => Cow::Borrowed(known_as),
    };
    let node = match entry.get("engines").and_then(|it| it.get("node")) {
        Some(Json::String(range)) if entry.get("optional") != Some(&Json::Bool(true)) => Some(range.clone()),
        _ => None,
    };
    Ok(LockedNpm { place, version, tarball, rest, name, platform: NpmPlatform::of_json(&entry), node })
}

fn wheel(fields: &str) -> Option<LockedWheel<'_>> {
    let mut fields = fields.split(' ');
    let wheel = LockedWheel {
        name: fields.next()?,
        version: fields.next()?,
        file: fields.next()?,
        hash: fields.next()?,
        targets: fields.next()?,
    };
    fields.next().is_none().then_some(wheel)
}

fn unavailable(fields: &str) -> Result<Unavailable<'_>, String> {
    let mut fields = fields.splitn(6, ' ');
    let mut next = || fields.next().ok_or_else(|| short("unavailable"));
    let (what, date, ecosystem) = (next()?, next()?, next()?);
    let target = match what {
        "package" => None,
        id => Some(Target::from_id(id).ok_or_else(|| format!("`{id}` is not a target"))?),
    };
    if !["npm", "pypi"].contains(&ecosystem) {
        return Err(format!(
            "expected `npm` or `pypi` after the date of `unavailable`, found `{ecosystem}`; an older version of `cargo pin` wrote this line"
        ));
    }
    let (package, version, words) = (next()?, next()?, next()?);
    let answer = Answer::of_words(words).ok_or_else(|| format!("`{words}` is not a reason"))?;
    Ok(Unavailable { target, date, cause: Cause::new(ecosystem, package, version, answer) })
}

fn license(fields: &str) -> Result<PackageLicense<'_>, String> {
    let mut fields = fields.splitn(4, ' ');
    let mut next = || fields.next().filter(|it| !it.is_empty()).ok_or_else(|| short(LICENSE));
    let license = PackageLicense { ecosystem: next()?, package: next()?, version: next()?, license: next()? };
    if !["npm", "pypi"].contains(&license.ecosystem) {
        return Err(format!("expected `npm` or `pypi` after `{LICENSE}`, found `{}`", license.ecosystem));
    }
    if !is_license_name(license.license) {
        return Err(format!(
            "the license of `{}` is not one line of at most 120 printable ASCII characters without blanks at its ends",
            license.package
        ));
    }
    Ok(license)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LICENSED: &str = "format 1\npackage npm a 1.0.0 sha512-x\npackage pypi My_B 2.0 sha256:x\n\
                            license npm a 1.0.0 MIT OR \"x\"\nlicense npm c 3.0.0 ISC\nlicense pypi my-b 2.0 BSD License\n\
                            license pypi my-b 2.0 ISC\n";

    #[test]
    fn licenses_are_those_of_a_version() {
        let lock = Lock::parse(LICENSED).expect("it is a lock");
        assert_eq!(lock.licenses_of("pypi", "my-b", "2.0").collect::<Vec<_>>(), ["BSD License", "ISC"]);
        assert_eq!(lock.licenses_of("npm", "c", "3.0.1").count(), 0);
        assert_eq!(lock.own_licenses(), ["MIT OR \"x\"", "BSD License", "ISC"]);
        // One package without a license: those of the others are not all of the agent's.
        let text = LICENSED.replace("license npm a 1.0.0", "license npm a 1.0.1");
        assert_eq!(Lock::parse(&text).expect("it is a lock").own_licenses(), Vec::<&str>::new());
    }

    #[test]
    fn lock_without_licenses_is_readable() {
        let text = without_licenses(LICENSED);
        assert_eq!(text, "format 1\npackage npm a 1.0.0 sha512-x\npackage pypi My_B 2.0 sha256:x\n");
        let lock = Lock::parse(&text).expect("it is a lock");
        assert!(lock.licenses.is_empty() && lock.own_licenses().is_empty());
        assert_eq!(without_licenses(&text), text);
    }

    #[test]
    fn bad_license_is_rejected_with_its_line() {
        check_refused("license npm a 1.0.0", "line 2: missing field after `license`");
        check_refused("license npm a 1.0.0 ", "line 2: missing field after `license`");
        check_refused("license cargo a 1.0.0 MIT", "line 2: expected `npm` or `pypi` after `license`, found `cargo`");
        let long = "x".repeat(121);
        for bad in [long.as_str(), " MIT", "MIT ", "M\tIT", "\u{1b}[31mMIT", "Lizenz für alle", "M\rIT"] {
            let error = "line 2: the license of `a` is not one line of at most 120 printable ASCII characters without \
                         blanks at its ends";
            check_refused(&format!("license npm a 1.0.0 {bad}"), error);
        }
        // A line break ends the license, and what follows is not a fact.
        check_refused("license npm a 1.0.0 MIT\nPermission", "line 3: unknown keyword `Permission` in a lock");
    }

    #[track_caller]
    fn check_refused(lines: &str, error: &str) {
        assert_eq!(Lock::parse(&format!("format 1\n{lines}")).expect_err("it is refused").to_string(), error);
    }

    #[test]
    fn old_lock_format_is_rejected_with_its_line() {
        check_refused(
            "package npm @mimo-ai/cli 0.1.4 -\nunavailable package 2026-11-23 @mimo-ai/cli@0.1.4 answers 404\n",
            "line 3: expected `npm` or `pypi` after the date of `unavailable`, found `@mimo-ai/cli@0.1.4`; \
             an older version of `cargo pin` wrote this line",
        );
    }

    #[test]
    fn incomplete_lock_line_is_rejected() {
        check_refused("npm node_modules/a 1.0.0 sha512-x {}", "line 2: missing field after `npm`");
        check_refused(
            "npm node_modules/a 1.0.0 sha512-x a [1]",
            "line 2: expected a JSON object after `node_modules/a`",
        );
        check_refused(
            "npm node_modules/a 1.0.0 sha512-x a {\"os\":",
            "line 2: expected a JSON object after `node_modules/a`",
        );
        check_refused("bundled node_modules/a 1.0.0", "line 2: missing field after `bundled`");
        check_refused("bundled a 1.0.0 {}", "line 2: `a` is not in node_modules");
        check_refused("package npm a 1.0.0 sha512-x 2026-11-20 x", "line 2: missing field after `package`");
        check_refused("provenance npm a https://slsa.dev/provenance/v1", "line 2: missing field after `provenance`");
        check_refused("unavailable linux-z80 2026-11-23 npm a 1 404", "line 2: `linux-z80` is not a target");
        check_refused("unavailable package 2026-11-23 npm a 1", "line 2: missing field after `unavailable`");
        check_refused("unavailable package 2026-11-23 npm a 1 gone", "line 2: `gone` is not a reason");
        check_refused("unavailable package 2026-11-23 npm a 1 says ", "line 2: `says ` is not a reason");
    }

    #[test]
    fn unavailable_lines_are_parsed() {
        let text = "format 1\nunavailable linux-arm64 2026-11-23 npm a-linux-arm64 1.2.3 404\n\
                    unavailable linux-x64-musl 2026-11-24 pypi b - says no wheel fits\n";
        let lock = Lock::parse(text).expect("it is a lock");
        let cause = Cause::new("npm", "a-linux-arm64", "1.2.3", Answer::NotFound);
        let first = Unavailable { target: Some(Target::LinuxArm64), date: "2026-11-23", cause };
        assert_eq!(lock.unavailable.first(), Some(&first));
        let reasons: Vec<String> = lock.unavailable.iter().map(|it| it.cause.to_string()).collect();
        assert_eq!(reasons, ["a-linux-arm64@1.2.3 answers 404", "no wheel fits"]);
    }

    #[test]
    fn answers_round_trip() {
        let all = [
            Answer::NotFound,
            Answer::OtherChecksum,
            Answer::NoBuild,
            Answer::OnlySource,
            Answer::Says("x y 404".into()),
        ];
        for answer in all {
            assert_eq!(Answer::of_words(&answer.words()), Some(answer));
        }
    }

    #[test]
    fn lock_packages_have_names_and_targets() {
        let text = "format 1\npackage npm a 1.0.0 sha512-x 2026-11-20\npackage npm b 1.0.0 sha512-x\n\
                    npm node_modules/a 1.0.0 sha512-x real/-/real-1.0.0.tgz {\"name\":\"real\",\"os\":[\"linux\"]}\n\
                    bundled node_modules/a/node_modules/@s/c 2.0.0 {}\n";
        let lock = Lock::parse(text).expect("it is a lock");
        assert_eq!(lock.packages.iter().map(|it| it.published).collect::<Vec<_>>(), [Some("2026-11-20"), None]);
        let seen: Vec<_> =
            lock.npm.iter().map(|it| (&*it.name, it.platform.is_restricted(), it.tarball.is_some())).collect();
        assert_eq!(seen, [("real", true, true), ("@s/c", false, false)]);
    }
}
