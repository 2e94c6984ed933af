//! `completions` in real shells, `man`, and the examples of every help text.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::xtask_support::check;

/// Whether this machine has a program.
fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// The output of a script in a shell with the completions.
fn run(shell: &str, script: &str) -> String {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("completions");
    fs::write(&path, check("both", &["completions", shell], 0, &[]).stdout).expect("there is room");
    let mut command = Command::new(shell);
    // The shell has no home, so that no completions of the user are loaded.
    command.args(["-c", script]).env("COMPLETIONS", &path).env("HOME", folder.path()).current_dir(folder.path());
    let output = command.output().expect("the shell starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The completions of bash for the last word.
#[track_caller]
fn check_bash(words: &str, offers: &[&str]) {
    let script = format!(
        "source \"$COMPLETIONS\"; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
         _cargo_with_xtask cargo \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; echo \"${{COMPREPLY[@]}}\""
    );
    let offered = run("bash", &script);
    assert_eq!(offered.split_whitespace().collect::<Vec<_>>(), offers, "{words}");
}

#[test]
fn bash_completes_commands_agents_and_rules_but_not_cargo() {
    check_bash("cargo xtask expl", &["explain"]);
    check_bash("cargo xtask show al", &["alpha", "al"]);
    check_bash("cargo xtask gen-scripts --agent be", &["beta"]);
    check_bash("cargo xtask explain I00", &["I001", "I002", "I003", "I004", "I005", "I006", "I007", "I008", "I009"]);
    check_bash("cargo xtask completions f", &["fish"]);
    check_bash("cargo buil", &[]);
}

#[test]
fn fish_completes_commands_agents_and_rules() {
    if !has("fish") {
        return;
    }
    let offered = |words: &str| {
        let said = run("fish", &format!("source $COMPLETIONS; complete -C '{words}'"));
        said.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered("cargo xtask expl"), ["explain"]);
    assert_eq!(offered("cargo xtask gen-scripts --agent be"), ["beta"]);
    assert!(offered("cargo xtask show al").starts_with(&["al".to_owned(), "alpha".to_owned()]));
}

#[test]
fn zsh_loads_its_completions() {
    if has("zsh") {
        assert_eq!(
            run("zsh", "zsh -n \"$COMPLETIONS\"; compdef() { :; }; source \"$COMPLETIONS\"; whence -w _xtask"),
            "_xtask: function\n"
        );
    }
}

#[test]
fn unknown_completion_shell_is_rejected() {
    check("both", &["completions", "csh"], 2, &["invalid value 'csh'", "bash, zsh, fish"]);
}

#[test]
fn manual_has_a_page_for_each_command() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let out = folder.path().join("man").display().to_string();
    check("both", &["man", "--out", &out], 0, &["pages in "]);
    let help = check("both", &["--help"], 0, &[]).stdout;
    for command in commands(&help) {
        let page =
            fs::read_to_string(Path::new(&out).join(format!("cargo-xtask-{command}.1"))).expect("it was written");
        assert!(page.starts_with(".ie") && page.contains(".TH "), "{command}: {page}");
    }
    check("both", &["man"], 0, &[".TH cargo-xtask 1", "cargo\\-xtask\\-gen\\-scripts(1)"]);
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The examples of a help text: the lines after `Examples:`.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

/// The error of the real command line for an example, without its pipe, redirection and comment.
fn refusal(example: &str) -> Option<String> {
    let own = example.split(" # ").next().unwrap_or(example);
    let own = own.split(['|', '>', '<']).next().unwrap_or(own);
    let mut words: Vec<&str> = own.split_whitespace().collect();
    let start = if words.starts_with(&["cargo", "pin"]) { 1 } else { 2 };
    if start == 2 && !words.starts_with(&["cargo", "xtask"]) {
        return Some("does not begin with `cargo xtask`".to_owned());
    }
    words.truncate(words.iter().position(|word| *word == "--").unwrap_or(words.len()));
    words.push("--help");
    let own = words.get(start..).unwrap_or_default();
    let run = crate::xtask_support::Run::finish(&mut crate::xtask_support::Run::of("both", own));
    (run.status != Some(0)).then(|| run.stderr.lines().next().unwrap_or_default().to_owned())
}

#[test]
fn examples_in_command_help_parse() {
    assert_eq!(refusal("cargo xtask list --json | jq ."), None);
    assert_eq!(refusal("cargo xtask list --jsn"), Some("error: unexpected argument '--jsn' found".to_owned()));
    let mut faults = Vec::new();
    for command in commands(&check("both", &["--help"], 0, &[]).stdout) {
        let examples = examples(&check("both", &[&command, "--help"], 0, &[]).stdout);
        if examples.is_empty() {
            faults.push(format!("`{command}` has no line `Examples:` with examples under it"));
        }
        let refused = examples.iter().filter_map(|it| Some(format!("`{command}`: `{it}`: {}", refusal(it)?)));
        faults.extend(refused);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
