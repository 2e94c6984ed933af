//! Package managers: the commands that run one, and their verbs.

use super::{base, operands, program};
use crate::reader::Command;
use crate::word::Word;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manager {
    Npm,
    Yarn,
    Pnpm,
    Bun,
    Pip,
    Uv,
    /// The distribution's own.
    System,
    Other,
}

/// A run of a package manager.
pub(super) struct Run<'w, 'a> {
    pub(super) manager: Manager,
    /// Its name, for messages.
    pub(super) name: &'w str,
    /// Its words, options included.
    pub(super) arguments: &'w [Word<'a>],
    /// Its subcommand.
    pub(super) verb: &'w str,
}

fn manager(name: &str) -> Option<Manager> {
    let python = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    Some(match name {
        "npm" | "npx" => Manager::Npm,
        "yarn" | "yarnpkg" => Manager::Yarn,
        "pnpm" | "pnpx" => Manager::Pnpm,
        "bun" | "bunx" => Manager::Bun,
        "uv" | "uvx" => Manager::Uv,
        "apt" | "apt-get" | "aptitude" | "apk" | "dnf" | "yum" | "microdnf" | "zypper" | "pacman" | "dpkg" | "rpm" => {
            Manager::System
        }
        "pipx" | "poetry" | "conda" | "mamba" | "cargo" | "gem" | "brew" | "go" | "corepack" => Manager::Other,
        _ if python == "pip" => Manager::Pip,
        _ => return None,
    })
}

/// Verbs that change something; the others only print.
fn acts(manager: Manager, verb: &str) -> bool {
    const VERBS: &[&str] = &[
        "install",
        "i",
        "add",
        "ci",
        "clean-install",
        "update",
        "up",
        "upgrade",
        "dist-upgrade",
        "full-upgrade",
        "remove",
        "rm",
        "uninstall",
        "un",
        "purge",
        "autoremove",
        "del",
        "erase",
        "link",
        "rebuild",
        "sync",
        "download",
        "fetch",
        "global",
        "dlx",
        "exec",
        "x",
        "venv",
        "tool",
        "python",
        "pip",
        "run",
        "create",
        "build-dep",
        "reinstall",
        "in",
        "enable",
        "build",
        "dedupe",
        "prune",
        "build",
    ];
    VERBS.contains(&verb)
        || (manager == Manager::System
            && (verb.starts_with("-S") || matches!(verb, "-i" | "-U" | "-Uvh" | "--install" | "--configure")))
}

/// Verbs that only print.
const PRINTS: [&str; 18] = [
    "ls", "list", "view", "show", "info", "search", "config", "why", "outdated", "check", "freeze", "root", "bin",
    "prefix", "help", "whoami", "ping", "policy",
];

/// The package manager a command runs, if it is asked to change something.
pub(super) fn run<'w, 'a>(command: &'w Command<'a>) -> Option<Run<'w, 'a>> {
    let (name, arguments) = program(command)?;
    let (name, arguments) = through_python(name, arguments).unwrap_or((name, arguments));
    let manager = manager(name)?;
    // What only prints has operands that may be anything.
    let verbs = operands(arguments).map(|word| &*word.text);
    // `uv tool list`, `uv pip show`: the first word names a group of verbs.
    let group = name == "uv" && operands(arguments).next().is_some_and(|it| matches!(&*it.text, "tool" | "pip"));
    if verbs.skip(usize::from(group)).take(1).any(|verb| PRINTS.contains(&verb)) {
        return None;
    }
    let verb = match operands(arguments).find(|word| acts(manager, &word.text)) {
        Some(verb) if operands(arguments).take(3).any(|word| word.range == verb.range) => &*verb.text,
        _ if matches!(name, "npx" | "uvx" | "bunx" | "pnpx") && operands(arguments).next().is_some() => "exec",
        _ if manager == Manager::Yarn
            && operands(arguments).next().is_none()
            && !super::has(arguments, &["--version", "-v"]) =>
        {
            "install"
        }
        _ => &*arguments.iter().find(|word| manager == Manager::System && acts(manager, &word.text))?.text,
    };
    Some(Run { manager, name, arguments, verb })
}

/// `python3 -m pip …`.
fn through_python<'w, 'a>(name: &str, arguments: &'w [Word<'a>]) -> Option<(&'w str, &'w [Word<'a>])> {
    if !name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').eq("python") {
        return None;
    }
    let module = arguments.iter().position(|word| word.is("-m"))?;
    let (first, rest) = arguments.get(module + 1..)?.split_first()?;
    Some((base(&first.text), rest))
}
