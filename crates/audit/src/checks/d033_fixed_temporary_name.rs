//! Finds files in `/tmp` whose names every user of the machine knows.

use registry_model::shell::Word;

use crate::diagnostic::{Level, quoted};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a manifest's commands write no fixed name in a folder that all users share",
    example: "install_cmd = 'curl -fsSLo /tmp/agent.tgz https://…'",
    help: "make a folder of its own with `mktemp -d`",
    incidents: &[5, 4],
    run: Some(check),
    ..named!()
};

/// Programs that write what is named last, or after an option.
const WRITERS: [&str; 13] =
    ["cp", "curl", "dd", "git", "install", "ln", "mkdir", "mv", "rsync", "tar", "tee", "touch", "wget"];

/// Options whose value is written.
const OUTPUTS: [&str; 8] =
    ["-o", "-O", "--output", "--output-document", "-C", "--directory", "-t", "--target-directory"];

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for script in contents.manifests.iter().flat_map(|it| &it.commands).map(|it| &it.script) {
        let mut names: Vec<String> = Vec::new();
        for command in &script.commands() {
            let redirected = command.redirections.iter().filter(|it| it.operator.writes());
            let redirected = redirected.filter_map(|it| it.target.as_ref());
            for word in redirected.chain(operands(command.program())) {
                let Some(name) = fixed(&word.text).filter(|_| word.literal) else { continue };
                // A file below a folder that was reported is not reported again.
                if names.contains(&name) {
                    continue;
                }
                let message = format!("`/tmp/{}` is a fixed name: another user or run can own it", quoted(&name));
                findings.add(&CHECK, &script.place_of(word.range.start), message);
                names.push(name);
            }
        }
    }
}

/// The words that a program writes to.
fn operands<'w, 'a>(program: Option<(&str, &'w [Word<'a>])>) -> Vec<&'w Word<'a>> {
    let Some((name, arguments)) = program.filter(|(name, _)| WRITERS.contains(name)) else { return Vec::new() };
    let after_option = arguments.windows(2).filter_map(|pair| match pair {
        [option, value] if OUTPUTS.iter().any(|it| option.is(it)) || is_cluster(&option.text) => Some(value),
        _ => None,
    });
    let mut found: Vec<&Word<'a>> = after_option.collect();
    if matches!(name, "mkdir" | "tee" | "touch") {
        found.extend(arguments.iter().filter(|word| !word.text.starts_with('-')));
    } else if matches!(name, "cp" | "git" | "install" | "ln" | "mv" | "rsync") {
        found.extend(arguments.last());
    }
    found
}

/// `-fsSLo` of curl, `-qO` of wget: a row of options that ends with the one for the file.
fn is_cluster(option: &str) -> bool {
    let letters = option.strip_prefix('-').unwrap_or_default();
    letters.len() > 1 && letters.ends_with(['o', 'O', 'C']) && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The first part of a path below the shared folder.
fn fixed(path: &str) -> Option<String> {
    let rest = ["/tmp/", "/var/tmp/"].iter().find_map(|folder| path.strip_prefix(folder))?;
    let name = rest.split('/').next().filter(|it| !it.is_empty())?;
    (!name.contains(['$', '*', '?'])).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest;

    #[track_caller]
    fn check(command: &str, names: &[&str]) {
        let expected: Vec<String> = names.iter().map(|name| format!("`/tmp/{name}` is a fixed name")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check_manifest("D033", &format!("install_cmd = '''{command} '''"), &expected);
    }

    #[test]
    fn names_in_tmp_are_not_fixed() {
        check("curl -fsSLo /tmp/a.tgz https://x/a.tgz && tar -xzf /tmp/a.tgz", &["a.tgz"]);
        check("curl -fsSL https://x -o /tmp/a.tgz", &["a.tgz"]);
        check("wget -qO /tmp/a https://x", &["a"]);
        check("echo x >/tmp/log; echo y >>/tmp/log", &["log"]);
        check("mkdir -p /tmp/a/b /tmp/c; touch /tmp/a/d", &["a", "c"]);
        check("git clone https://x/y /tmp/y", &["y"]);
        check("mv x /tmp/y; cp -r y /var/tmp/z", &["y", "z"]);
        check("sudo tee /tmp/x </dev/null", &["x"]);
        check("d=$(mktemp -d); curl -o \"$d/a\" https://x; mktemp /tmp/a.XXXXXX", &[]);
        check("echo x >/tmp/log.$$; mkdir \"/tmp/$NAME\"; mkdir -p /tmp", &[]);
        check("cat /tmp/a; cp /tmp/a b; rm -rf /tmp/a; [ -f /tmp/b ]; tar -xzf /tmp/c.tgz -C /opt/x", &[]);
        check("echo 'curl -o /tmp/a'", &[]);
    }
}
