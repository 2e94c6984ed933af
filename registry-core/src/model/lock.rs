//! The lock beside an entry: the whole dependency tree, with the place and the integrity of each part.
//!
//! A line is a keyword and fields with one blank between them; lines that begin with `#` and empty lines do not count.
//!
//! ```text
//! format 1
//! package npm opencode-ai 1.18.11 sha512-…
//! npm node_modules/opencode-ai 1.18.11 sha512-… opencode-ai/-/opencode-ai-1.18.11.tgz {"bin":{…}}
//! wheel openhands 1.16.0 openhands-1.16.0-py3-none-any.whl sha256:… linux-x64,linux-arm64
//! source func-timeout 4.3.5 func_timeout-4.3.5.tar.gz sha256:… linux-x64,linux-arm64
//! unavailable linux-arm64 2026-11-23 opencode-linux-arm64@1.18.11 answers 404
//! unavailable package 2026-11-23 the registry answers 404 for @mimo-ai/cli
//! ```

use core::fmt;

use super::Target;

/// A lock, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock<'a> {
    /// The packages that the entry names.
    pub packages: Vec<LockedPackage<'a>>,
    /// The npm tree, in the order of its places.
    pub npm: Vec<LockedNpm<'a>>,
    /// The wheels, and the source distributions that the entry asks for, in the order of their names.
    pub wheels: Vec<LockedWheel<'a>>,
    /// What could not be fetched when the lock was written.
    pub unavailable: Vec<Unavailable<'a>>,
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
    /// Its integrity (`sha512-…` or `sha256:…`); `-` when it could not be had.
    pub integrity: &'a str,
}

/// A package of the npm tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedNpm<'a> {
    /// Where it goes: `node_modules/a/node_modules/b`.
    pub place: &'a str,
    /// Its exact version.
    pub version: &'a str,
    /// Its integrity, `sha512-…`.
    pub integrity: &'a str,
    /// Where its tarball is, relative to the registry.
    pub path: &'a str,
    /// The rest of its entry in a package-lock: a JSON object.
    pub rest: &'a str,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Unavailable<'a> {
    /// The target it is about; none for the package itself, and so for every target.
    pub target: Option<Target>,
    /// The day, `2026-11-23`.
    pub date: &'a str,
    /// What was asked for, and the answer.
    pub reason: &'a str,
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
                return Err(error(format!("a lock begins with `format {}`, not `{keyword}`", Self::FORMAT)));
            }
            match keyword {
                "format" if fields == Self::FORMAT => format = true,
                "format" => return Err(error(format!("format `{fields}` is not `{}`", Self::FORMAT))),
                "package" => lock.packages.push(package(fields).ok_or_else(|| error(short(keyword)))?),
                "npm" => lock.npm.push(npm(fields).ok_or_else(|| error(short(keyword)))?),
                "wheel" | "source" => {
                    let file = wheel(fields).ok_or_else(|| error(short(keyword)))?;
                    if file.is_source() != (keyword == "source") {
                        return Err(error(format!("`{}` is no {keyword}", file.file)));
                    }
                    lock.wheels.push(file);
                }
                "unavailable" => lock.unavailable.push(unavailable(fields).ok_or_else(|| error(short(keyword)))?),
                _ => return Err(error(format!("no line of a lock begins with `{keyword}`"))),
            }
        }
        if !format {
            return Err(LockError { line: 1, message: "it is empty".to_owned() });
        }
        Ok(lock)
    }

    /// The package of a name.
    pub fn package(&self, ecosystem: &str, name: &str) -> Option<&LockedPackage<'a>> {
        self.packages.iter().find(|package| package.ecosystem == ecosystem && package.name == name)
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

/// Whether a version is exact: digits first, and none of the characters of ranges and tags.
pub(crate) fn is_exact_version(version: &str) -> bool {
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
    format!("a field is missing after `{keyword}`")
}

fn package(fields: &str) -> Option<LockedPackage<'_>> {
    let mut fields = fields.split(' ');
    let package = LockedPackage {
        ecosystem: fields.next()?,
        name: fields.next()?,
        version: fields.next()?,
        integrity: fields.next()?,
    };
    fields.next().is_none().then_some(package)
}

fn npm(fields: &str) -> Option<LockedNpm<'_>> {
    let mut fields = fields.splitn(5, ' ');
    Some(LockedNpm {
        place: fields.next()?,
        version: fields.next()?,
        integrity: fields.next()?,
        path: fields.next()?,
        rest: fields.next().filter(|rest| rest.starts_with('{') && rest.ends_with('}'))?,
    })
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

fn unavailable(fields: &str) -> Option<Unavailable<'_>> {
    let mut fields = fields.splitn(3, ' ');
    let what = fields.next()?;
    let target = if what == "package" { None } else { Some(Target::from_id(what)?) };
    Some(Unavailable { target, date: fields.next()?, reason: fields.next()? })
}
