//! `list`, `show`, `lint`, `explain` and the command line itself, as a user runs them.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::xtask_support::{Run, check, check_command};

#[test]
fn list_prints_a_table_or_json() {
    check("both", &["list"], 0, &["name   version", "alpha  -", "no tools", "An agent of the tests."]);
    check("both", &["list", "--wide"], 0, &["aliases", "platforms", "  al  ", "openai-completions"]);
    let run = check("both", &["list", "--json"], 0, &[]);
    let agents: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(agents[0]["name"], "alpha");
    assert_eq!(agents[1]["platforms"][0], "LinuxX64");
    assert_eq!((&agents[0]["version"], &agents[0]["verdicts"]["web"]), (&"-".into(), &"not measured".into()));
}

#[test]
fn list_filters_by_name_and_fits_the_terminal() {
    let run = check("both", &["list", "al"], 0, &["alpha"]);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
    check("both", &["list", "bta"], 2, &["no such agent: `bta`", "did you mean `beta`?"]);
    let run = check_command(Run::of("both", &["list"]).env("COLUMNS", "44"), 0, &["alpha", "…"]);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 44), "{}", run.stdout);
    let run = check_command(Run::of("both", &["list", "--wide"]).env("COLUMNS", "44"), 0, &["An agent of the tests."]);
    assert!(!run.stdout.contains('…'), "{}", run.stdout);
}

#[test]
fn listed_version_comes_from_the_lock() {
    check("wrong lock", &["list"], 0, &["alpha  1.0.0"]);
}

#[test]
fn unlisted_entry_files_are_reported() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let agents = folder.path().join("src/agents");
    fs::create_dir_all(&agents).expect("there is room");
    fs::write(folder.path().join("src/lib.rs"), "registry! { agents { mod pinned; } }\n").expect("there is room");
    for (name, text) in
        [("pinned.rs", "agent! { pinned { } }"), ("shared.rs", "pub const X: u8 = 1;"), ("mod.rs", "agent! { }")]
    {
        fs::write(agents.join(name), text).expect("there is room");
    }
    let here = folder.path().to_str().expect("its name is text").to_owned();
    let out = folder.path().join("out").display().to_string();
    let gen_scripts = ["gen-scripts", "--no-dash", "--out", &out];
    for words in [&["list"][..], &gen_scripts] {
        let run = Run::finish(&mut Run::of(&here, words));
        assert!(!run.stderr.contains("is not in a list"), "{}", run.stderr);
    }
    fs::write(agents.join("echo_bot.rs"), "agent! { echo_bot { } }").expect("there is room");
    for words in [&["list"][..], &gen_scripts] {
        let run = Run::finish(&mut Run::of(&here, words));
        for text in [
            "warning: `src/agents/echo_bot.rs` is not in a list",
            "help: add `mod echo_bot;` to `agents { … }` in `src/lib.rs`",
        ] {
            assert!(run.stderr.contains(text), "no {text} in {}", run.stderr);
        }
        assert_eq!(run.stderr.matches("is not in a list").count(), 1, "{}", run.stderr);
    }
}

#[test]
fn show_prints_every_field_of_an_agent() {
    let run =
        check("both", &["show", "al"], 0, &["alpha {\n    aliases: [\"al\"],\n    protocol: OpenAiCompletions,\n"]);
    check(
        "both",
        &["show", "al"],
        0,
        &["    web: NoTools(\"it is a program of one line\"),\n", "scripts   install.sh "],
    );
    let order = ["aliases:", "install:", "launch:", "model:", "web:", "home:", "\nscripts", "\nevidence  not measured"];
    let places: Vec<_> = order.iter().map(|text| run.stdout.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {}", run.stdout);
    let run = check("both", &["show", "beta", "--json"], 0, &[]);
    let agent: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(agent["install"][0]["program"], "beta.mjs");
    assert!(agent["script_bytes"]["install.sh"].as_u64().is_some_and(|bytes| bytes > 100), "{agent}");
    check("both", &["show", "al@1.0"], 2, &["`alpha` has no version 1.0 here", "there is `alpha`, its newest version"]);
    check("both", &["show", "bta"], 2, &["no such agent: `bta`", "did you mean `beta`?"]);
}

#[test]
fn rules_are_explained_by_code_or_name() {
    check(
        "both",
        &["explain", "i001"],
        0,
        &["I001 unlocked-package", "Way out:", "14  a pinned Node.js and an unpinned agent drifted apart"],
    );
    check("both", &["explain", "Unlocked-Package"], 0, &["I001 unlocked-package"]);
    check(
        "both",
        &["explain", "unlocked-pakage"],
        2,
        &["no such rule: `unlocked-pakage`", "did you mean `unlocked-package`?"],
    );
    let run = check("both", &["explain"], 0, &["I001", "S002", "W004"]);
    assert_eq!(run.stdout.lines().count(), registry_model::rules::ALL.len());
}

#[test]
fn rules_and_incidents_link_to_each_other() {
    check("both", &["explain", "I001"], 0, &["https://github.com/benchflow-ai/benchflow/issues/972"]);
    check(
        "both",
        &["explain", "14"],
        0,
        &["a pinned Node.js and an unpinned agent", "Rules against it", "I001", "I006"],
    );
    check("both", &["explain", "255"], 2, &["no such rule: `255`"]);
}

#[test]
fn every_rule_can_be_explained() {
    for rule in registry_model::rules::ALL {
        let first = |text: &'static str| text.lines().next().unwrap_or_default();
        check(
            "both",
            &["explain", rule.code],
            0,
            &[rule.name, first(rule.example), "Corrected", first(rule.corrected)],
        );
    }
}

#[test]
fn a_mistyped_command_gets_a_suggestion() {
    check("both", &["gen-script"], 2, &["similar subcommands exist: ", "'gen-scripts'"]);
    check("both", &["gen-scripts", "--chek"], 2, &["similar argument exists: '--check'"]);
    check("both", &[], 2, &["Usage:", "gen-scripts", "lint", "pin"]);
    check("both", &["--help"], 0, &["Exit status: 0 done"]);
}

#[test]
fn a_mistyped_way_or_agent_of_try_gets_a_suggestion() {
    check("both", &["try", "alpha", "--way", "own,opnai"], 2, &["no such way: `opnai`", "did you mean `openai`?"]);
    check("both", &["try", "alpha", "--way", "zzzzzz"], 2, &["the ways are openai, anthropic, gemini"]);
    check("both", &["try", "bta"], 2, &["no such agent: `bta`", "did you mean `beta`?"]);
}

#[test]
fn usage_names_cargo_xtask() {
    check("both", &["--version"], 0, &["cargo xtask 0."]);
    check("both", &["--help"], 0, &["Usage: cargo xtask [OPTIONS] <COMMAND>", "--color <WHEN>", "-q, --quiet"]);
    check("both", &["show", "--help"], 0, &["Usage: cargo xtask show [OPTIONS] <NAME>"]);
    check("both", &["show"], 2, &["Usage: cargo xtask show <NAME>"]);
}

/// Runs a command that fails, with some variables and words, and checks whether its error has colours.
#[track_caller]
fn check_coloured(environment: &[(&str, &str)], words: &[&str], coloured: bool) {
    for command in [&["show", "no-such-agent"][..], &["no-such-command"]] {
        let mut run = Run::of("both", &[words, command].concat());
        for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
            run.env_remove(name);
        }
        let run = check_command(run.env("TERM", "xterm").envs(environment.iter().copied()), 2, &["error:"]);
        assert_eq!(run.stderr.contains('\x1b'), coloured, "{environment:?} {words:?}: {}", run.stderr);
    }
}

#[test]
fn colors_follow_flags_and_variables() {
    check_coloured(&[], &[], false);
    check_coloured(&[], &["--color", "always"], true);
    check_coloured(&[("NO_COLOR", "1")], &["--color=always"], true);
    check_coloured(&[("FORCE_COLOR", "1")], &[], true);
    check_coloured(&[("CLICOLOR_FORCE", "1")], &[], true);
    check_coloured(&[("FORCE_COLOR", "0")], &[], false);
    check_coloured(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[], false);
    check_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false);
    check_coloured(&[("FORCE_COLOR", "1")], &["--color", "never"], false);
    check_coloured(&[], &["--color", "auto"], false);
}

#[test]
fn quiet_command_prints_only_requested_output() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let out = folder.path().display().to_string();
    let run = check("both", &["gen-scripts", "--no-dash", "--out", &out, "-q"], 0, &[]);
    assert_eq!((run.stdout.trim_end_matches('\n'), run.stderr.as_str()), ("", ""), "nothing is said");
    check("both", &["-q", "list"], 0, &["alpha"]);
    check(
        "broken step",
        &["gen-scripts", "--no-dash", "--out", &out, "--quiet"],
        1,
        &["error[S001]", "nothing was written"],
    );
}

#[test]
fn rust_files_are_rejected_by_lint() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let entry = folder.path().join("x.rs");
    fs::write(&entry, "agent! { x { } }").expect("there is room");
    let path = entry.display().to_string();
    check(
        "both",
        &["lint", &path],
        2,
        &["x.rs` is Rust", "help: entries are checked by the compiler: run `cargo check`"],
    );
}

#[test]
fn scripts_are_linted_by_file_line_and_column() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let script = folder.path().join("a.sh");
    fs::write(&script, b"echo \xff\n  source x\n").expect("there is room");
    let path = script.display().to_string();
    check("both", &["lint", &path], 1, &["error[S002]: `source`", &format!("--> {path}:2:3"), "\n  = help: "]);
    let run = check("both", &["lint", "--json", &path], 1, &[]);
    let found: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!((&found[0]["line"], &found[0]["column"], &found[0]["rule"]), (&2.into(), &3.into(), &"S002".into()));
    assert_eq!(found[0].as_object().map(serde_json::Map::len), Some(9));
}

#[test]
fn unreadable_file_does_not_stop_lint() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let script = folder.path().join("a.sh");
    fs::write(&script, "source x\n").expect("there is room");
    let path = script.display().to_string();
    check("both", &["lint", "/nonexistent.sh", &path], 2, &["cannot read `/nonexistent.sh`", "a.sh:1:1\n"]);
    check("both", &["lint", folder.path().to_str().unwrap_or_default(), &path], 2, &["cannot read `", "a.sh:1:1\n"]);
}

#[test]
fn manifest_commands_are_linted_at_their_lines() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let manifest = folder.path().join("manifest.toml");
    fs::write(&manifest, "name = \"x\"\ninstall_cmd = '''\nset -eu\n[[ a ]]\n'''\nlaunch_cmd = \"exec x\"\n")
        .expect("there is room");
    let path = manifest.display().to_string();
    check("both", &["lint", &path], 1, &["error[S002]: `[[`", "manifest.toml:4:1\n"]);
    fs::write(&manifest, "name = \"x\"\n").expect("there is room");
    check("both", &["lint", &path], 2, &["neither `install_cmd` nor `launch_cmd`"]);
}

#[test]
fn standard_input_is_linted() {
    for words in [&["lint"][..], &["lint", "-"]] {
        let mut command = Run::of("both", words);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the test binary starts");
        let sent = child.stdin.take().expect("it is piped").write_all(b"echo ${x^^}\n");
        sent.expect("the program reads it");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stdout).contains("<stdin>:1:"));
    }
}

#[test]
fn invalid_lock_stops_every_command_that_reads_it() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let out = folder.path().join("out");
    let out = out.to_str().expect("its name is text");
    let here = folder.path().to_str().expect("its name is text");
    let says = [
        "the lock of `alpha` cannot be read: line 3: expected `npm` or `pypi`",
        "found `alpha@1.0.0`",
        "`cargo pin alpha alpha=VERSION`",
    ];
    for words in [
        &["list"][..],
        &["list", "--json"],
        &["show", "alpha"],
        &["show", "alpha", "--json"],
        &["gen-scripts", "--out", out],
        &["gen-registry", "--out", out],
        &["gen-docs", "--out", out],
        &["gen-suite", "--out", out],
        &["mirror", "--out", out],
        &["probe", "--check"],
        &["audit", here],
    ] {
        // To generators it is a violation of I001, to all others a failure.
        let status = if words.first().is_some_and(|word| word.starts_with("gen-")) { 1 } else { 2 };
        let run = check("old lock", words, status, &[]);
        let all = run.stdout + &run.stderr;
        for text in says {
            assert!(all.contains(text), "{words:?} does not say {text:?}:\n{all}");
        }
    }
}

#[test]
fn probe_compares_two_evidences_without_a_run() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let evidence = |name: &str, tools: &str| {
        let path = folder.path().join(name);
        let text = format!(r#"{{"behaviour": {{"tools": {tools}}}, "pins": ["{name}@1.0"], "date": "2026-01-31"}}"#);
        fs::write(&path, text).expect("there is room");
        path.display().to_string()
    };
    let (old, new) = (evidence("old", r#"{"a": "listed"}"#), evidence("new", r#"{"b": "listed"}"#));
    let title = format!("- {old}: old@1.0; 2026-01-31\n");
    check("both", &["probe", "--compare", &old, &new], 1, &[&title, "Tools\n  - a: listed\n  + b: listed\n"]);
    check("both", &["probe", "--compare", &old, &old], 0, &["no differences"]);
    check(
        "both",
        &["probe", "--compare", "al", &old],
        2,
        &["there is no evidence on `alpha`", "help: measure it again"],
    );
    check("both", &["probe", "--compare", "bta", &old], 2, &["no such agent: `bta`"]);
    check("both", &["probe", "--compare", "gone.json", &old], 2, &["cannot read `gone.json`"]);
    check("both", &["probe", "--compare", &old, &new, "al"], 2, &["cannot be used with"]);
}
