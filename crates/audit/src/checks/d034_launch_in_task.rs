//! Finds launch commands that write into the task's folder, or start the agent in another one.

use registry_model::shell::{Command, ListPlace, Shape, Word};

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a launch command starts the agent in the task's folder, and writes nothing there",
    example: "launch_cmd = 'cd /opt/agent && exec ./agent'",
    help: "write below `$HOME` or a folder of `mktemp -d`, and name programs by their absolute paths",
    incidents: &[40],
    run: Some(check),
    ..named!()
};

/// Programs whose operands are written; for the others of the list, the last one.
const WRITERS: [&str; 8] = ["cp", "git", "install", "ln", "mkdir", "mv", "tee", "touch"];

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for script in contents.manifests.iter().filter_map(|it| it.command("launch_cmd")) {
        let commands = script.commands();
        // What follows a change of the folder is about another one.
        let moved = commands.iter().filter(|it| is_cd(it)).map(|it| it.range.start).min().unwrap_or(usize::MAX);
        for command in commands.iter().filter(|it| it.range.start < moved) {
            for word in written(command).filter(|word| is_in_task(&word.text)) {
                let message = format!("`{}` is written into the task's folder at launch", quoted(&word.text));
                findings.add(&CHECK, &script.place_of(word.range.start), message);
            }
        }
        let last = commands.iter().rfind(|it| is_cd(it) && it.parent.is_none() && it.next.is_none());
        if let Some(cd) = last.filter(|it| !returns(it)) {
            let to = cd.words.get(1).map_or("~", |word| &*word.text);
            let message = format!("the agent starts in `{}` instead of the task's folder", quoted(to));
            findings.add(&CHECK, &script.place_of(cd.range.start), message);
        }
    }
}

fn is_cd(command: &Command<'_>) -> bool {
    command.shape == Shape::Simple && command.name() == Some("cd") && command.place != ListPlace::Substitution
}

/// `cd -`, `cd "$OLDPWD"`, `cd "$WORKSPACE"`, `cd "$PWD"`, `cd .`.
fn returns(cd: &Command<'_>) -> bool {
    let target = cd.words.iter().skip(1).find(|word| !word.is("--"));
    target.is_some_and(|word| ["-", ".", "$OLDPWD", "$PWD", "$WORKSPACE", "$OLD"].contains(&&*word.text))
}

/// The files that a command writes.
fn written<'c, 'a>(command: &'c Command<'a>) -> impl Iterator<Item = &'c Word<'a>> {
    let redirected = command.redirections.iter().filter(|it| it.operator.writes()).filter_map(|it| it.target.as_ref());
    let (name, arguments) = command.program().filter(|(name, _)| WRITERS.contains(name)).unwrap_or_default();
    let operands: Vec<&Word<'a>> = arguments.iter().filter(|word| !word.text.starts_with('-')).collect();
    let operands = match name {
        "mkdir" | "tee" | "touch" => operands,
        _ => operands.last().copied().into_iter().collect(),
    };
    redirected.chain(operands)
}

/// Whether a path is relative, or below the folder that the launch begins in.
fn is_in_task(path: &str) -> bool {
    let inside = path.strip_prefix("$PWD").or_else(|| path.strip_prefix("$WORKSPACE"));
    let relative = path.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '.' || first == '_');
    inside.is_some_and(|rest| rest.starts_with('/')) || relative && !path.starts_with("..") && path != "."
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest;

    #[track_caller]
    fn check(launch: &str, expected: &[&str]) {
        check_manifest("D034", &format!("launch_cmd = '''{launch} '''"), expected);
    }

    #[test]
    fn launch_may_write_into_the_home_of_the_agent() {
        let launch = |command: &str| format!("launch_cmd = '{command}'");
        check_manifest("I003", &launch("mkdir -p \"$HOME/.local/state\"; agent"), &[]);
        check_manifest("I003", &launch("d=\"$HOME/.local/state\"; mkdir -p \"$d\"; agent"), &[]);
        check_manifest("I003", &launch("mkdir -p /usr/local/state; agent"), &["`/usr/local/state`"]);
        let install = "install_cmd = 'mkdir -p \"$HOME/.local/state\"'";
        check_manifest("I003", install, &["`$HOME/.local/state`"]);
    }

    #[test]
    fn launches_write_nothing_into_the_task() {
        let written = |path: &str| format!("`{path}` is written into the task's folder at launch");
        check("echo '{}' >.agent.json; agent", &[&written(".agent.json")]);
        check("mkdir -p .agent logs; agent", &[&written(".agent"), &written("logs")]);
        check("cp ~/x \"$PWD/x\"; agent", &[&written("$PWD/x")]);
        check("agent 2>err.log", &[&written("err.log")]);
        check("agent 2>&1 2>/dev/null 2>\"$HOME/err.log\"", &[]);
        check("mkdir -p ~/.agent \"$HOME/x\" /opt/x \"$DIR\"; agent", &[]);
        check("cat x | tee \"$LOG\"; agent", &[]);
        check("agent --out x.json", &[]);
    }

    #[test]
    fn agents_start_in_the_folder_of_the_task() {
        let elsewhere = |path: &str| format!("the agent starts in `{path}` instead of the task's folder");
        check("cd /opt/agent && exec ./agent", &[&elsewhere("/opt/agent")]);
        check("cd && agent", &[&elsewhere("~")]);
        check("cd /opt/agent; ./setup >log; cd - >/dev/null; agent", &[]);
        check("(cd /opt/agent && ./setup); agent", &[]);
        check("D=$(cd \"$(dirname x)\" && pwd); agent", &[]);
        check("cd \"$WORKSPACE\" && agent", &[]);
        check("agent --cd /x", &[]);
    }
}
