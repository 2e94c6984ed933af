//! Installs into the Node, the Python or the packages of the whole machine.

use std::collections::BTreeSet;
use std::ops::Range;

use super::managers::{Manager, Run};
use super::paths::{HELP, RULE, is_owned};
use super::{has, operands, option_value, program};
use crate::diagnostic::Diagnostics;
use crate::reader::{Command, Reading};

/// Facts of the whole script that decide about a step: the variables it sets, and where a virtual environment starts.
pub(super) struct Script<'r> {
    variables: BTreeSet<&'r str>,
    activated: Option<usize>,
}

impl<'r> Script<'r> {
    pub(super) fn new(reading: &'r Reading<'_>) -> Self {
        let words = reading.commands.iter().flat_map(|command| command.assignments.iter().chain(&command.words));
        let variables = words.filter_map(|word| Some(word.assignment()?.0)).collect();
        let activated = reading.commands.iter().position(|command| {
            let file = command.words.get(1).filter(|_| matches!(command.name(), Some("." | "source")));
            file.is_some_and(|file| file.text.ends_with("/activate"))
        });
        Script { variables, activated }
    }

    fn sets(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.variables.contains(name))
    }
}

/// Set-up scripts of the distribution's Node, and nvm.
pub(super) fn check_setup(command: &Command<'_>, findings: &mut Diagnostics<'_>) {
    for word in &command.words {
        if word.text.contains("nodesource.com") {
            let message = "a set-up script of `nodesource` replaces the distribution's Node for the whole task";
            findings.add(RULE, &word.range, message, "unpack a pinned Node under `/opt/benchflow`");
        } else if word.text.contains("nvm-sh/nvm") || word.text.ends_with("/nvm.sh") {
            let message = format!("`{}` installs `nvm`, whose default Node belongs to the task", word.text);
            findings.add(RULE, &word.range, message, "unpack a pinned Node under `/opt/benchflow`");
        }
    }
}

/// Programs that switch the Node or the Python of a whole machine.
pub(super) fn check_node_managers(command: &Command<'_>, findings: &mut Diagnostics<'_>) {
    let Some((name, arguments)) = program(command) else { return };
    let verb = operands(arguments).next().map(|word| &*word.text);
    let switches = match name {
        "nvm" | "fnm" | "n" | "volta" | "nodenv" => {
            matches!(
                verb,
                Some(
                    "install"
                        | "use"
                        | "alias"
                        | "default"
                        | "global"
                        | "uninstall"
                        | "lts"
                        | "latest"
                        | "stable"
                        | "pin"
                )
            ) || (name == "n" && verb.is_some())
        }
        "pyenv" => matches!(verb, Some("install" | "global" | "local" | "uninstall")),
        "corepack" => matches!(verb, Some("enable" | "disable" | "install" | "prepare")),
        "update-alternatives" | "alternatives" => has(arguments, &["--install", "--set", "--config", "--remove"]),
        _ => false,
    };
    if switches {
        let message = format!("`{name}` switches programs that the task also uses");
        findings.add(RULE, &command.range, message, HELP);
    }
}

pub(super) fn check_manager(
    script: &Script<'_>,
    index: usize,
    command: &Command<'_>,
    run: &Run<'_, '_>,
    findings: &mut Diagnostics<'_>,
) {
    let range = &command.range;
    match run.manager {
        Manager::System => check_packages(run, findings),
        Manager::Npm => {
            check_global(
                script,
                run,
                range,
                &["NPM_CONFIG_PREFIX", "npm_config_prefix"],
                &["--prefix", "-C"],
                findings,
            );
        }
        Manager::Pnpm => check_global(script, run, range, &["PNPM_HOME"], &["--global-dir", "--dir", "-C"], findings),
        Manager::Bun => {
            check_global(script, run, range, &["BUN_INSTALL", "BUN_INSTALL_GLOBAL_DIR"], &["--cwd"], findings);
        }
        Manager::Yarn if operands(run.arguments).next().is_some_and(|word| word.is("global")) => {
            check_private(
                script,
                run,
                range,
                &["YARN_GLOBAL_FOLDER", "PREFIX"],
                &["--prefix", "--global-folder"],
                findings,
            );
        }
        Manager::Pip if matches!(run.verb, "install" | "uninstall") => {
            check_pip(script, index, command, run, findings);
        }
        Manager::Uv if has(run.arguments, &["--system", "--break-system-packages"]) => {
            let message = "`uv --system` changes the task's Python";
            findings.add(RULE, range, message, "make a virtual environment under `/opt/benchflow` with `uv venv`");
        }
        Manager::Uv if run.verb == "tool" && has(run.arguments, &["install", "upgrade"]) => {
            check_private(
                script,
                run,
                range,
                &["UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "XDG_DATA_HOME", "HOME"],
                &[],
                findings,
            );
        }
        Manager::Other if run.name == "pipx" => {
            check_private(script, run, range, &["PIPX_HOME", "PIPX_BIN_DIR"], &[], findings);
        }
        _ => {}
    }
}

/// A global install into a private folder is allowed.
fn check_global(
    script: &Script<'_>,
    run: &Run<'_, '_>,
    range: &Range<usize>,
    variables: &[&str],
    options: &[&str],
    findings: &mut Diagnostics<'_>,
) {
    let global = has(run.arguments, &["-g", "--global", "--location=global"])
        || option_value(run.arguments, &["--location"]) == Some("global")
        || (run.verb == "link" && operands(run.arguments).count() == 1);
    if global {
        check_private(script, run, range, variables, options, findings);
    }
}

fn check_private(
    script: &Script<'_>,
    run: &Run<'_, '_>,
    range: &Range<usize>,
    variables: &[&str],
    options: &[&str],
    findings: &mut Diagnostics<'_>,
) {
    let name = run.name;
    match option_value(run.arguments, options) {
        Some(folder) if is_owned(folder) => {
            findings.add(RULE, range, format!("`{name}` installs into `{folder}`, which belongs to the task"), HELP);
        }
        Some(_) => {}
        None if script.sets(variables) => {}
        None => {
            let help = match options.first() {
                Some(option) => format!("pass a private folder under `/opt/benchflow` with `{option}`"),
                None => format!("set `{}` to a folder under `/opt/benchflow`", variables.first().unwrap_or(&"PREFIX")),
            };
            findings.add(RULE, range, format!("`{name}` installs for the whole machine, the task included"), help);
        }
    }
}

/// Node, npm and Python of the distribution.
fn check_packages(run: &Run<'_, '_>, findings: &mut Diagnostics<'_>) {
    for word in operands(run.arguments).filter(|word| word.text != run.verb) {
        let package = word.prefix().split(['=', '/', ':']).next().unwrap_or_default();
        let theirs =
            ["nodejs", "npm", "yarn", "python", "py3-", "python3"].iter().any(|name| package.starts_with(name));
        if theirs || matches!(package, "node" | "pip" | "pip3" | "pipx") {
            let message = format!("`{}` changes the distribution's `{package}`, which belongs to the task", run.name);
            findings.add(RULE, &word.range, message, "unpack a pinned version under `/opt/benchflow`");
        }
    }
}

/// `pip` outside a virtual environment.
fn check_pip(
    script: &Script<'_>,
    index: usize,
    command: &Command<'_>,
    run: &Run<'_, '_>,
    findings: &mut Diagnostics<'_>,
) {
    let program = crate::wrappers::unwrapped(&command.words).first();
    let path = program.map(|word| &*word.text).unwrap_or_default();
    let own_program = path.contains('/') && !is_owned(path);
    let elsewhere = option_value(&command.words, &["--target", "--prefix", "--root", "-t", "--python"]);
    let activated = script.activated.is_some_and(|activated| activated < index);
    let private = own_program
        || activated
        || elsewhere.is_some_and(|folder| !is_owned(folder))
        || script.sets(&["VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX"]);
    if !private || has(run.arguments, &["--break-system-packages", "--user"]) {
        let message = format!("`{}` changes the task's Python", run.name);
        findings.add(
            RULE,
            &command.range,
            message,
            "make a virtual environment under `/opt/benchflow`, or pass `--target`",
        );
    }
}
