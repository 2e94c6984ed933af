//! The source of a new entry: a package of a registry, a program, or an `agent.json` of the public ACP registry.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::entry::Package;
use crate::pin::request::version_of;
use registry_command::failure::{Failure, Outcome};
use registry_command::files;

/// A package, with the facts that were given with its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The package; `None` until one is found.
    pub(super) package: Option<Package>,
    /// Its version; empty for the newest.
    pub version: String,
    /// The title; empty when none is given.
    pub title: String,
    /// The description; empty when none is given.
    pub description: String,
    /// Its license; empty when none is given.
    pub license: String,
    /// The arguments that make it speak ACP.
    pub arguments: Vec<String>,
    /// Variables for its start.
    pub env: Vec<String>,
    /// The shipped program; `None` for a package of a registry.
    pub program: Option<PathBuf>,
}

/// The parts of an `agent.json` that an entry uses.
#[derive(Debug, Deserialize)]
struct AgentFile {
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    license: String,
    #[serde(default)]
    distribution: Distribution,
}

#[derive(Debug, Default, Deserialize)]
struct Distribution {
    npx: Option<Run>,
    uvx: Option<Run>,
    binary: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Run {
    package: String,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: std::collections::BTreeMap<String, String>,
}

impl Source {
    /// A program that is shipped beside the entry.
    pub fn program(path: &Path) -> Outcome<Self> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let plain =
            !name.starts_with(['.', '-']) && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it));
        if name.is_empty() || !plain {
            return Err(Failure::new(format!("`{}` is not the name of a program", path.display()))
                .help("name it with letters, digits, `-`, `_` and `.`"));
        }
        let package = Some(Package::Program(name.to_owned()));
        Ok(Self { package, program: Some(path.to_owned()), ..Self::default() })
    }

    /// A package of the npm registry, in npm's syntax, `@scope/name@1.2.3`, or in that of `pin`, `@scope/name=1.2.3`.
    pub fn npm(spec: &str) -> Outcome<Self> {
        let (name, version) = version_of(spec).unwrap_or((spec, ""));
        Self::of(Package::Npm(name.to_owned()), version, spec)
    }

    /// A package of the Python package index: `name==1.2.3`, `name@1.2.3` or `name=1.2.3`.
    pub fn pypi(spec: &str) -> Outcome<Self> {
        let (name, version) = version_of(spec).unwrap_or((spec, ""));
        Self::of(Package::Pypi(name.to_owned()), version, spec)
    }

    fn of(package: Package, version: &str, spec: &str) -> Outcome<Self> {
        let plain = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphanumeric())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        let name = package.name();
        let good = match (&package, name.strip_prefix('@').and_then(|rest| rest.split_once('/'))) {
            (Package::Npm(_), Some((scope, rest))) => plain(scope) && plain(rest),
            _ => plain(name),
        };
        let exact = version.starts_with(|first: char| first.is_ascii_digit())
            && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-!_".contains(&byte));
        if !good || !(exact || version.is_empty() || version == "latest") {
            let help = "write a name with an exact version, or without one for the newest: `some-agent@1.2.3`";
            return Err(Failure::new(format!("`{spec}` is not a package name")).help(help));
        }
        let version = if version == "latest" { "" } else { version };
        Ok(Self { version: version.to_owned(), package: Some(package), ..Self::default() })
    }

    /// The package of an `agent.json` of the public ACP registry.
    pub fn acp(path: &Path) -> Outcome<Self> {
        let Some(text) = files::read_if_there(path)? else {
            let message = format!("no such file: `{}`", path.display());
            return Err(Failure::new(message).help("give the `agent.json` of an agent in the public ACP registry"));
        };
        let file: AgentFile = serde_json::from_str(&text).map_err(|error| {
            Failure::new(format!("`{}` is not a valid agent.json: {error}", path.display()))
                .help("it is an object with `name`, `description` and `distribution`")
        })?;
        let (source, run) = match file.distribution {
            Distribution { npx: Some(run), .. } => (Self::npm(&run.package)?, run),
            Distribution { uvx: Some(run), .. } => (Self::pypi(&run.package)?, run),
            Distribution { binary, .. } => return Err(without_package(path, binary.is_some())),
        };
        let env = run.env.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (title, description, license) = (file.name, file.description, file.license);
        Ok(Self { title, description, license, arguments: run.args, env, ..source })
    }
}

fn without_package(path: &Path, binary: bool) -> Failure {
    let path = path.display();
    if binary {
        return Failure::new(format!("`{path}` has only `binary` in its `distribution`, which names no checksum"))
            .help("write `archive(\"PROGRAM\", { LinuxX64: url(\"https://…\", sha256: \"…\") })` with the output of `sha256sum`");
    }
    Failure::new(format!("`{path}` has neither `npx` nor `uvx` in its `distribution`"))
        .help("name the package: `--npm PACKAGE` or `--pypi PACKAGE`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_spec(read: fn(&str) -> Outcome<Source>, spec: &str, name: &str, version: &str) {
        let source = read(spec).expect("it is a package");
        assert_eq!(
            (source.package.as_ref().map(Package::name), source.version.as_str()),
            (Some(name), version),
            "{spec}"
        );
    }

    #[test]
    fn package_specs_are_parsed_in_client_syntax() {
        check_spec(Source::npm, "some-agent", "some-agent", "");
        check_spec(Source::npm, "some-agent@1.2.3", "some-agent", "1.2.3");
        check_spec(Source::npm, "@scope/some-agent", "@scope/some-agent", "");
        check_spec(Source::npm, "@scope/some-agent@2026.1.2-rc.1", "@scope/some-agent", "2026.1.2-rc.1");
        check_spec(Source::npm, "some-agent@latest", "some-agent", "");
        check_spec(Source::npm, "@scope/some-agent=1.2.3", "@scope/some-agent", "1.2.3");
        check_spec(Source::pypi, "some-agent=1.2", "some-agent", "1.2");
        check_spec(Source::pypi, "some_agent==1.2", "some_agent", "1.2");
        check_spec(Source::pypi, "some.agent@1.2", "some.agent", "1.2");
    }

    #[test]
    fn invalid_package_spec_is_rejected() {
        for spec in [
            "",
            "@",
            "@scope",
            "@/x",
            "a b",
            "--registry",
            "x@^1",
            "x@next",
            "https://x.example/y",
            "../x",
            "@a/b/c",
            "x@1 2",
            "é",
        ] {
            assert!(Source::npm(spec).is_err(), "{spec}");
        }
        for spec in ["", "-r", "x>=1", "@scope/x", "x==*", "git+https://x.example"] {
            assert!(Source::pypi(spec).is_err(), "{spec}");
        }
    }

    #[track_caller]
    fn check_file(text: &str, expected: Result<(&str, &str, &[&str]), &str>) {
        let scratch = files::Scratch::new().expect("there is room for a folder");
        let path = scratch.path().join("agent.json");
        std::fs::write(&path, text).expect("there is room");
        match (Source::acp(&path), expected) {
            (Ok(source), Ok((name, version, arguments))) => {
                assert_eq!(source.package.as_ref().map(Package::name), Some(name));
                assert_eq!(
                    (source.version.as_str(), source.arguments),
                    (version, arguments.iter().map(|it| (*it).to_owned()).collect())
                );
            }
            (Err(failure), Err(says)) => assert!(failure.to_string().contains(says), "{failure}"),
            (read, _) => panic!("{read:?} of {text}"),
        }
    }

    #[test]
    fn agent_json_gives_its_package() {
        check_file(
            r#"{"name":"A","distribution":{"npx":{"package":"@a/b@1.0.0","args":["--acp"]}}}"#,
            Ok(("@a/b", "1.0.0", &["--acp"])),
        );
        check_file(
            r#"{"distribution":{"uvx":{"package":"a==2.0","env":{"X":"1"}},"binary":{}}}"#,
            Ok(("a", "2.0", &[])),
        );
        check_file(r#"{"distribution":{"binary":{"linux-x86_64":{}}}}"#, Err("names no checksum"));
        check_file(r#"{"distribution":{}}"#, Err("neither `npx` nor `uvx`"));
        check_file(r#"{"distribution":{"npx":{"package":"../../x"}}}"#, Err("is not a package name"));
        check_file("[", Err("is not a valid agent.json"));
        assert!(Source::acp(Path::new("/nonexistent/agent.json")).is_err());
    }
}
