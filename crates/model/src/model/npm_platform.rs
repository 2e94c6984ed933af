//! Which machines an npm package is for: npm's own rule over the fields `os`, `cpu` and `libc`.
//!
//! `fits` of `crates/scripts/src/payload/common.mjs` is its twin; `tests/vectors/npm_platform.jsonl` holds both to
//! npm's answers.

use std::borrow::Cow;

use super::Target;
use crate::json::Json;

/// The fields `os`, `cpu` and `libc` of a package; a field that is missing, null or empty restricts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NpmPlatform<'a> {
    /// The systems.
    pub os: Vec<Cow<'a, str>>,
    /// The processors.
    pub cpu: Vec<Cow<'a, str>>,
    /// The C libraries.
    pub libc: Vec<Cow<'a, str>>,
}

impl<'a> NpmPlatform<'a> {
    /// Whether npm installs the package on a target.
    pub fn fits(&self, target: Target) -> bool {
        allows(&self.os, "linux") && allows(&self.cpu, target.arch().word()) && allows(&self.libc, target.libc().word())
    }

    /// Whether a field names machines.
    pub fn is_restricted(&self) -> bool {
        !(self.os.is_empty() && self.cpu.is_empty() && self.libc.is_empty())
    }

    pub(super) fn of_json(entry: &Json<'a>) -> Self {
        Self { os: words(entry.get("os")), cpu: words(entry.get("cpu")), libc: words(entry.get("libc")) }
    }
}

/// Whether a field allows a value, as `checkList` of npm-install-checks decides: `any` counts alone, a refusal (`!`)
/// counts most, and names count where there are some.
pub fn allows<T: AsRef<str>>(list: &[T], value: &str) -> bool {
    if let [one] = list
        && one.as_ref() == "any"
    {
        return true;
    }
    let (refused, named): (Vec<&str>, Vec<&str>) = list.iter().map(AsRef::as_ref).partition(|it| it.starts_with('!'));
    !refused.iter().any(|it| it.strip_prefix('!') == Some(value)) && (named.is_empty() || named.contains(&value))
}

fn words<'a>(field: Option<&Json<'a>>) -> Vec<Cow<'a, str>> {
    let text = |it: &Json<'a>| match it {
        Json::String(text) => Some(text.clone()),
        _ => None,
    };
    match field {
        Some(Json::List(list)) => list.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().filter(|it| !it.is_empty()).collect(),
        None => Vec::new(),
    }
}
