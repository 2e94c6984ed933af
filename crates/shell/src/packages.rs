//! Packages that a script installs with a package manager, each with its version.

use std::ops::Range;

use super::reader::Command;
use super::word::Word;

/// A package as a script asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedPackage {
    /// `npm` or `pypi`.
    pub ecosystem: &'static str,
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: Pin,
    /// Its place in the script.
    pub range: Range<usize>,
}

/// How a version is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    /// One version.
    Exact(String),
    /// A range, a tag, or nothing: as it is written.
    Floating(String),
    /// By a variable that the script does not set to a text.
    Unknown,
}

/// What a package manager's words mean.
struct Manager {
    ecosystem: &'static str,
    /// Options that take a word.
    with_value: &'static [&'static str],
    /// Options that take a package.
    with_package: &'static [&'static str],
    /// Only the first operand is a package; the rest are the words of what is run.
    runs: bool,
}

const NPM_VALUES: &[&str] = &[
    "--prefix",
    "-C",
    "--registry",
    "--cache",
    "--userconfig",
    "--globalconfig",
    "-w",
    "--workspace",
    "--loglevel",
    "--omit",
    "--include",
    "--fetch-retries",
    "--fetch-timeout",
    "-c",
    "--call",
];
const PYPI_VALUES: &[&str] = &[
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-t",
    "--target",
    "--prefix",
    "-i",
    "--index-url",
    "--index",
    "--extra-index-url",
    "--python",
    "-p",
    "-f",
    "--find-links",
    "--cache-dir",
    "--root",
    "--platform",
    "-e",
    "--editable",
    "--no-binary",
    "--only-binary",
    "--timeout",
    "--retries",
    "--proxy",
    "--cert",
    "--python-version",
    "--directory",
];

/// The packages that the commands of a script install, in their order.
pub fn requested_packages(commands: &[Command<'_>]) -> Vec<RequestedPackage> {
    commands.iter().flat_map(|command| of_command(commands, command)).collect()
}

fn of_command(commands: &[Command<'_>], command: &Command<'_>) -> Vec<RequestedPackage> {
    let Some((manager, arguments)) = manager(command) else { return Vec::new() };
    let mut asked = Vec::new();
    // `uv tool install --from PLACE NAME`: the place is what is installed.
    let from = !manager.runs
        && manager.ecosystem == "pypi"
        && arguments.iter().any(|word| word.is("--from") || word.text.starts_with("--from="));
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let (name, value) = word.text.split_once('=').unwrap_or((&word.text, ""));
        let attached = word.text.starts_with("--") && !value.is_empty();
        if manager.with_package.contains(&name) {
            if attached {
                asked.extend(package(commands, &manager, word, value));
            } else if let Some(word) = words.next() {
                asked.extend(package(commands, &manager, word, &word.text));
            }
            if manager.runs {
                return asked;
            }
        } else if manager.with_value.contains(&name) {
            if !attached {
                words.next();
            }
        } else if !word.text.starts_with('-') && !from {
            asked.extend(package(commands, &manager, word, &word.text));
            if manager.runs {
                break;
            }
        }
    }
    asked
}

/// The package manager that a command has install something, and the words after its verbs.
fn manager<'w, 'a>(command: &'w Command<'a>) -> Option<(Manager, &'w [Word<'a>])> {
    let (name, mut arguments) = command.program()?;
    let mut name = name.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
    if matches!(name, "python" | "node" | "$NODE" | "$PYTHON") {
        let at =
            arguments.iter().position(|word| word.text.ends_with("npm-cli.js") || word.is("pip") || word.is("uv"))?;
        name = if arguments.get(at)?.is("uv") {
            "uv"
        } else if arguments.get(at)?.is("pip") {
            "pip"
        } else {
            "npm"
        };
        arguments = arguments.get(at + 1..)?;
    }
    let npm = |runs| Manager {
        ecosystem: "npm",
        with_value: NPM_VALUES,
        with_package: if runs { &["-p", "--package"] } else { &[] },
        runs,
    };
    let pypi = |runs| Manager { ecosystem: "pypi", with_value: PYPI_VALUES, with_package: &["--from", "--with"], runs };
    let verbs: &[(&[&str], Manager)] = &match name {
        "npm" => [(&["install", "i", "add"][..], npm(false)), (&["exec", "x"], npm(true))],
        "pip" | "pipx" => [(&["install", "download"][..], pypi(false)), (&["run"], pypi(true))],
        "uv" => [(&["install", "add"][..], pypi(false)), (&["run"], pypi(true))],
        "npx" => return Some((npm(true), arguments)),
        "uvx" => return Some((pypi(true), arguments)),
        _ => return None,
    };
    // `uv` has two verbs: `uv tool install`, `uv pip install`; but `uv run` does not install, and `uv python install`
    // installs no package.
    if name == "uv" && arguments.first().is_some_and(|word| word.is("run") || word.is("python")) {
        return None;
    }
    let mut first = arguments.iter().take(6).enumerate();
    let (at, verb) =
        first.find_map(|(at, word)| Some((at, verbs.iter().find(|(words, _)| words.contains(&&*word.text))?)))?;
    let Manager { ecosystem, with_value, with_package, runs } = verb.1;
    Some((Manager { ecosystem, with_value, with_package, runs }, arguments.get(at + 1..)?))
}

/// A package and its version as an entry of the ACP registry writes them.
pub fn split_package(ecosystem: &str, text: &str) -> Option<(String, Pin)> {
    let (package, version) = if ecosystem == "npm" { split_npm(text)? } else { split_pypi(text)? };
    let exact = is_exact(version, if ecosystem == "npm" { 2 } else { 1 });
    let pin = if exact { Pin::Exact(version.to_owned()) } else { Pin::Floating(text.to_owned()) };
    Some((package.to_owned(), pin))
}

fn package(commands: &[Command<'_>], manager: &Manager, word: &Word<'_>, text: &str) -> Option<RequestedPackage> {
    let (package, version) = if manager.ecosystem == "npm" { split_npm(text)? } else { split_pypi(text)? };
    let exact = |version: &str| is_exact(version, if manager.ecosystem == "npm" { 2 } else { 1 });
    let version = match version.strip_prefix('$') {
        Some(name) if !word.literal => match assigned(commands, name.trim_matches(['{', '}'])) {
            Some(version) if exact(&version) => Pin::Exact(version),
            _ => Pin::Unknown,
        },
        _ if exact(version) || names_commit(version) => Pin::Exact(version.to_owned()),
        _ => Pin::Floating(text.to_owned()),
    };
    Some(RequestedPackage {
        ecosystem: manager.ecosystem,
        package: package.to_owned(),
        version,
        range: word.range.clone(),
    })
}

/// `@scope/name@version`; none for a path, a URL and a repository.
fn split_npm(text: &str) -> Option<(&str, &str)> {
    let (name, version) = match text.char_indices().skip(1).find(|(_, char)| *char == '@') {
        Some((at, _)) => (text.get(..at)?, text.get(at + 1..)?),
        None => (text, ""),
    };
    let slashes = usize::from(name.starts_with('@'));
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@/._-".contains(&byte));
    let file = [".tgz", ".tar.gz"].iter().any(|end| text.ends_with(end));
    (plain && name.matches('/').count() == slashes && !name.starts_with('.') && !name.is_empty() && !file)
        .then_some((name, version))
}

/// `name[extra]==version`, or `name@version` of `uvx`; none for a path and a URL.
fn split_pypi(text: &str) -> Option<(&str, &str)> {
    let text = text.split(';').next()?.trim();
    let end = text.find(|char: char| !(char.is_ascii_alphanumeric() || "._-".contains(char))).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let rest = match rest.strip_prefix('[') {
        Some(extra) => extra.split_once(']')?.1,
        None => rest,
    };
    let path = name.starts_with('.')
        || rest.starts_with('/')
        || rest.contains("://")
        || [".whl", ".tar.gz", ".txt"].iter().any(|end| text.ends_with(end));
    let version = rest.trim_start().trim_start_matches("===").trim_start_matches("==").trim_start_matches('@').trim();
    (!path && !name.is_empty()).then_some((name, version))
}

/// Whether a version is a repository at a full commit: `git+https://…#0123…`, `git+https://…@0123…`.
fn names_commit(version: &str) -> bool {
    let commit = version.rsplit(['#', '@']).next().unwrap_or_default();
    commit.len() < version.len() && commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a version is one version: so many dots at least, and nothing of a range.
fn is_exact(version: &str, dots: usize) -> bool {
    version.starts_with(|first: char| first.is_ascii_digit())
        && version.bytes().filter(|byte| *byte == b'.').count() >= dots
        && !version.split('.').any(|part| part.is_empty() || part == "x" || part == "*")
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-!_".contains(&byte))
}

/// What a script sets a variable to, where it does so once and to a text.
fn assigned(commands: &[Command<'_>], name: &str) -> Option<String> {
    let words = commands.iter().flat_map(|it| it.assignments.iter().chain(&it.words));
    let mut values =
        words.filter_map(|word| Some((word.literal, word.assignment()?))).filter(|(_, (it, _))| *it == name);
    let (literal, (_, value)) = values.next()?;
    (literal && values.next().is_none()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_asks(script: &str, expected: &[(&str, &str)]) {
        let shown = |it: RequestedPackage| {
            let version = match it.version {
                Pin::Exact(version) => version,
                Pin::Floating(_) => "floating".to_owned(),
                Pin::Unknown => "unknown".to_owned(),
            };
            (format!("{} {}", it.ecosystem, it.package), version)
        };
        let found: Vec<(String, String)> =
            requested_packages(&crate::commands(script.as_bytes())).into_iter().map(shown).collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn packages_are_found_with_their_versions() {
        check_asks("npm install -g --prefix /opt/x @a/b@1.2.3 c", &[("npm @a/b", "1.2.3"), ("npm c", "floating")]);
        check_asks("V=2.0.1\n\"$P/bin/npm\" i \"c@$V\"", &[("npm c", "2.0.1")]);
        check_asks("npm i c@$V", &[("npm c", "unknown")]);
        check_asks(
            "npm i c@latest d@^1.2.3 e@1.2",
            &[("npm c", "floating"), ("npm d", "floating"), ("npm e", "floating")],
        );
        check_asks("npx -y c@1.2.3 --acp", &[("npm c", "1.2.3")]);
        check_asks(
            "sudo pip3 install 'a[x]==1.2' b>=3 -r c.txt ./d e-1.whl",
            &[("pypi a", "1.2"), ("pypi b", "floating")],
        );
        check_asks("python3 -m pip install --require-hashes -r x.txt", &[]);
        check_asks("uv tool install --python 3.12 openx==1.16.0", &[("pypi openx", "1.16.0")]);
        check_asks("uvx --from a==1.0 b", &[("pypi a", "1.0")]);
        check_asks("uv tool install --python 3.12 --from a==1.0 b", &[("pypi a", "1.0")]);
        check_asks("uv tool install --from 'git+https://x/y@0123' b", &[]);
        check_asks("uv python install 3.13", &[]);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let place = format!("git+https://x/y#{commit}");
        check_asks(&format!("npm i 'c@{place}'"), &[("npm c", &place)]);
        check_asks(
            "npm ci --prefix x; npm --version; command -v npm; echo npm install x; npm i ./a.tgz https://x/y.tgz o/r",
            &[],
        );
    }
}
