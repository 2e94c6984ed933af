//! Finds keys that other processes or users can read, and keys that are pasted into JSON.

use std::collections::BTreeSet;

use registry_model::shell::{Command, Shape, Word};

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::read::manifest::Manifest;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a manifest's commands keep a key out of argument vectors and of files that others can read",
    example: r#"launch_cmd = 'agent --api-key "$OPENAI_API_KEY"'"#,
    help: "hand it over in the environment, or write a file with `umask 077` by a program that encodes it",
    incidents: &[53, 55],
    run: Some(check),
    ..named!()
};

/// Commands of the shell itself: what they are given is in no argument vector of a process.
const BUILTINS: [&str; 17] = [
    ":", "[", "[[", "alias", "case", "declare", "echo", "eval", "exit", "export", "local", "printf", "readonly",
    "return", "set", "test", "unset",
];

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        for script in manifest.commands.iter().map(|it| &it.script) {
            let commands = script.commands();
            let keys = &Keys::new(manifest, &commands);
            for command in &commands {
                if let Some((word, key)) = in_argv(command, keys) {
                    let message =
                        format!("`${key}` is an argument of `{}`, and every process can read it", name(command));
                    findings.add(&CHECK, &script.place_of(word.range.start), message);
                }
                let body = here_document(&script.bytes, command);
                let Some((at, key, json)) = printed(command, keys).or_else(|| shown(command, body?, keys)) else {
                    continue;
                };
                if json {
                    let message = format!("`${key}` is pasted into JSON: a quote or a backslash in it breaks the file");
                    findings.add(&CHECK, &script.place_of(at), message);
                }
                if let Some((offset, file)) = written(&commands, command)
                    && !is_protected(&commands, command, &file)
                {
                    let message = format!("`{}` has `${key}` in it, and other users can read it", quoted(&file));
                    findings.add(&CHECK, &script.place_of(offset), message);
                }
            }
        }
    }
}

fn name<'c>(command: &'c Command<'_>) -> &'c str {
    command.words.first().map_or("", |word| &word.text)
}

/// A key among the arguments of a program.
fn in_argv<'c, 'a>(command: &'c Command<'a>, keys: &Keys<'_>) -> Option<(&'c Word<'a>, String)> {
    if command.shape != Shape::Simple || BUILTINS.contains(&name(command)) {
        return None;
    }
    // `env KEY=$KEY agent` and `KEY=$KEY agent` set the environment.
    let mut words = command.words.iter().skip(1).filter(|word| !word.literal && word.assignment().is_none());
    words.find_map(|word| Some((word, keys.find(&word.text)?)))
}

/// A key that `printf` or `echo` prints: its place, its name, and whether JSON is around it.
fn printed(command: &Command<'_>, keys: &Keys<'_>) -> Option<(usize, String, bool)> {
    if !matches!(name(command), "printf" | "echo") {
        return None;
    }
    command.words.iter().skip(1).filter(|word| !word.literal).find_map(|word| {
        let key = keys.find(&word.text)?;
        let json = is_json(command, &key);
        Some((word.range.start, key, json))
    })
}

/// A key in the here-document of a program that prints it.
fn shown(command: &Command<'_>, body: &str, keys: &Keys<'_>) -> Option<(usize, String, bool)> {
    let key = keys.find(body).filter(|_| matches!(name(command), "cat" | "tee"))?;
    let json = [format!("\"${key}\""), format!("\"${{{key}")].iter().any(|it| body.contains(it.as_str()));
    Some((command.range.start, key, json))
}

/// The text of a command's here-document, where its variables are replaced.
fn here_document<'s>(script: &'s [u8], command: &Command<'_>) -> Option<&'s str> {
    let here = command.redirections.iter().find(|it| it.operator.is_here())?;
    let delimiter = here.target.as_ref().filter(|it| *it.source == *it.text.as_bytes())?;
    let rest = std::str::from_utf8(script.get(here.offset..)?).ok()?;
    let body = rest.split_once('\n')?.1;
    let ends = |line: &str| line.trim_start_matches('\t') == delimiter.text;
    let length = body.split_inclusive('\n').take_while(|line| !ends(line.trim_end_matches('\n'))).map(str::len).sum();
    body.get(..length)
}

/// Whether the text around a key is a text of JSON: `"%s"` in a format, or `"$KEY"`.
fn is_json(command: &Command<'_>, key: &str) -> bool {
    command.words.iter().skip(1).any(|word| {
        let text = &word.text;
        (text.contains('{') || text.contains("\":"))
            && (text.contains("\"%s\"") || text.contains(&format!("\"${key}\"")))
    })
}

/// The file that a command's output is written to, by its own redirection or that of a command around it.
fn written(commands: &[Command<'_>], command: &Command<'_>) -> Option<(usize, String)> {
    let around = std::iter::successors(Some(command), |it| commands.get(it.parent?));
    // The output of a pipeline's member goes to the next one.
    let around = around.take_while(|it| it.next.is_none());
    around.flat_map(|it| &it.redirections).find_map(|it| {
        let to_file = it.operator.writes() && it.fd.is_none_or(|fd| fd == 1);
        let target = it.target.as_ref().filter(|_| to_file)?;
        (!target.text.starts_with("/dev/")).then(|| (it.offset, target.text.clone().into_owned()))
    })
}

/// Whether only the owner can read a file: a `umask` before it is written, or a `chmod` of it.
fn is_protected(commands: &[Command<'_>], writer: &Command<'_>, file: &str) -> bool {
    commands.iter().any(|command| {
        let arguments = || command.words.iter().skip(1).map(|word| &*word.text);
        match name(command) {
            "umask" => command.range.start < writer.range.start && arguments().any(|mode| mode.ends_with("77")),
            "chmod" | "install" => {
                let private = |mode: &str| ["600", "0600", "400", "go-rwx", "go=", "u=rw,go=", "-m600"].contains(&mode);
                arguments().any(private) && arguments().any(|it| it == file)
            }
            _ => false,
        }
    })
}

/// The variables of a manifest's commands that hold keys.
struct Keys<'c> {
    /// The one that the harness sets to the key.
    mapped: Option<&'c str>,
    /// Those that are set from another one.
    copies: BTreeSet<&'c str>,
}

impl<'c> Keys<'c> {
    fn new(manifest: &'c Manifest, commands: &'c [Command<'_>]) -> Self {
        let mapped = manifest.table.table("env_mapping").and_then(|it| it.text("BENCHFLOW_PROVIDER_API_KEY"));
        let mut keys = Self { mapped: mapped.map(|it| it.value), copies: BTreeSet::new() };
        for word in commands.iter().flat_map(|it| it.assignments.iter().chain(&it.words)) {
            if let Some((name, value)) = word.assignment().filter(|(_, value)| keys.find(value).is_some()) {
                // `PLAN=$(f "$KEY")` is what a program says about it.
                if !value.contains("$(") && !value.contains('`') {
                    keys.copies.insert(name);
                }
            }
        }
        keys
    }

    /// The first variable in a text that holds a key; its length and whether it is set are none.
    fn find(&self, text: &str) -> Option<String> {
        text.match_indices('$').find_map(|(at, _)| {
            if text.get(..at).is_some_and(|before| before.ends_with('\\')) {
                return None;
            }
            let rest = text.get(at + 1..)?;
            let rest = rest.strip_prefix('{').unwrap_or(rest);
            let end = rest.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_')).unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(end)?;
            let only_asks = after.starts_with(":+") || after.starts_with('+');
            (!only_asks && self.has(name)).then(|| name.to_owned())
        })
    }

    /// Whether a variable holds a key: by its name, by what is mapped to it, or by what it is set from.
    fn has(&self, name: &str) -> bool {
        let named = ["API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "ACCESS_KEY"].iter().any(|end| name.ends_with(end));
        named && !name.contains("PUBLIC") || self.mapped == Some(name) || self.copies.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest;

    #[track_caller]
    fn check(launch: &str, expected: &[&str]) {
        check_manifest("D032", &format!("launch_cmd = '''{launch} '''"), expected);
    }

    #[test]
    fn keys_stay_out_of_argument_vectors() {
        let argument = "`$X_API_KEY` is an argument of `agent`";
        check("agent --api-key \"$X_API_KEY\"", &[argument]);
        check("agent --api-key=${X_API_KEY:-none}", &[argument]);
        check("exec curl -H \"Authorization: Bearer $HF_TOKEN\" https://x", &["`$HF_TOKEN` is an argument of `exec`"]);
        check("X_API_KEY=\"$Y_API_KEY\" agent", &[]);
        check("env X_API_KEY=\"$Y_API_KEY\" agent", &[]);
        check("export X_API_KEY=\"$Y_API_KEY\"; agent", &[]);
        check("[ -n \"$X_API_KEY\" ] && agent", &[]);
        check("[[ -n $X_API_KEY ]] && agent", &[]);
        check("agent ${X_API_KEY:+--with-key}", &[]);
        check("agent --max $MAX_TOKENS '$X_API_KEY' $SSH_PUBLIC_KEY", &[]);
        check("case \"$X_API_KEY\" in '') exit 1;; esac; agent", &[]);
        let mapped = "env_mapping = { BENCHFLOW_PROVIDER_API_KEY = 'LLM_K' }\nlaunch_cmd = 'agent $LLM_K $OTHER'";
        check_manifest("D032", mapped, &["`$LLM_K` is an argument of `agent`"]);
    }

    #[test]
    fn keys_are_not_pasted_into_json() {
        let json = "`$X_API_KEY` is pasted into JSON";
        check("umask 077; printf '{\"key\":\"%s\"}' \"$X_API_KEY\" >a.json", &[json]);
        check("umask 077; echo \"{\\\"key\\\": \\\"$X_API_KEY\\\"}\" >a.json", &[json]);
        check("umask 077; printf '%s' \"$X_API_KEY\" >key", &[]);
        check("umask 077\ncat >a.json <<JSON\n{\"key\": \"${X_API_KEY:-none}\"}\nJSON\n", &[json]);
        check("umask 077\ncat >a.json <<'JSON'\n{\"key\": \"$X_API_KEY\"}\nJSON\n", &[]);
        check("umask 077\ncat >a <<END\n$X_MODEL\nEND\nprintf '{}' >b # $X_API_KEY", &[]);
        let copied = "`$T` is pasted into JSON";
        check("umask 077; T=\"${X_API_KEY:-none}\"; printf '{\"key\":\"%s\"}' \"$T\" >a.json", &[copied]);
        check("umask 077; T=$(login \"$X_MODEL\"); printf '{\"plan\":\"%s\"}' \"$T\" >a.json", &[]);
        check("umask 077; jq -n '{key: env.X_API_KEY}' >a.json", &[]);
        check("umask 077; printf '{\"model\":\"%s\"}' \"$X_MODEL\" >a.json", &[]);
    }

    #[test]
    fn files_with_keys_are_private() {
        let open = "`~/.x/key` has `$X_API_KEY` in it, and other users can read it";
        check("printf %s \"$X_API_KEY\" >~/.x/key", &[open]);
        check("{ echo a; printf %s \"$X_API_KEY\"; } >~/.x/key", &[open]);
        check("umask 022; printf %s \"$X_API_KEY\" >~/.x/key", &[open]);
        check("umask 077; printf %s \"$X_API_KEY\" >~/.x/key", &[]);
        check("printf %s \"$X_API_KEY\" >~/.x/key; chmod 600 ~/.x/key", &[]);
        check("cat >~/.x/key <<END\n$X_API_KEY\nEND\n", &[open]);
        check("printf %s \"$X_API_KEY\" | login", &[]);
        check("printf %s \"$X_API_KEY\" >/dev/stderr", &[]);
        check("printf %s \"$X_MODEL\" >~/.x/key", &[]);
    }
}
