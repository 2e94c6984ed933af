//! `audit` and `explain` as a user runs them: lines for people, JSON, exit statuses, and the page about it.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;

use registry_audit::checks;
use registry_tests::{Run, names_in, read, run_self, workspace};
use serde_json::Value;

const SAMPLE: &str = "tests/audit/sample";

/// Runs a command, which must end with this status and print these texts.
#[track_caller]
fn check(words: &[&str], status: i32, says: &[&str]) -> Run {
    let run = run_self(words);
    assert_eq!(run.status, Some(status), "{run:?}");
    for text in says {
        assert!(run.stdout.contains(text) || run.stderr.contains(text), "no `{text}` in {run:#?}");
    }
    run
}

/// A folder of the workspace, as a word.
fn path(folder: &str) -> String {
    workspace().join(folder).display().to_string()
}

#[test]
fn audit_page_quotes_the_command_output() {
    let run = check(&["audit", &path(SAMPLE)], 1, &[]);
    let page = read("docs/audit.md");
    let shown = page.split(&format!("$ cargo xtask audit {SAMPLE}\n")).nth(1).and_then(|rest| rest.split("```").next());
    let summary = run.stderr.lines().last().unwrap_or_default();
    assert_eq!(shown, Some(format!("{}{summary}\n", run.stdout).as_str()), "help: paste the output into docs/audit.md");
}

#[test]
fn audit_page_has_a_row_for_every_check() {
    let page = read("docs/audit.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| D0")).collect();
    let expected: Vec<String> = checks::ALL
        .iter()
        .map(|it| format!("| {} | `{}` | {} | {} |", it.code, it.name, it.level.word(), it.sentence))
        .collect();
    assert_eq!(rows, expected, "help: paste the rows into docs/audit.md");
}

#[test]
fn every_check_is_listed_and_explained() {
    let list = check(&["audit", "--checks"], 0, &[]).stdout;
    assert_eq!(list.lines().count(), checks::ALL.len());
    for it in checks::ALL {
        check(&["explain", it.code], 0, &[it.name, it.sentence, it.help, "It happened"]);
        assert!(list.contains(&format!("{}  {}", it.code, it.name)), "{list}");
    }
    check(&["explain", "d009"], 0, &["D009 wrong-gate", "61  a stale key hid a valid log-in"]);
    check(&["explain", "D999"], 2, &["no such rule: `D999`"]);
}

#[test]
fn audit_json_has_the_documented_fields() {
    let run = check(&["audit", "--json", &path(SAMPLE)], 1, &[]);
    let report: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!((&report["schema"], &report["read"]["manifests"]), (&1.into(), &1.into()));
    let first = report["findings"][0].as_object().expect("it is an object");
    let page = read("docs/audit.md");
    for key in first.keys().chain(report["read"].as_object().expect("it is an object").keys()) {
        assert!(page.contains(&format!("`{key}`")), "docs/audit.md says nothing of `{key}`");
    }
    assert_eq!(first.len(), 9);
}

#[test]
fn exit_status_separates_findings_from_failures() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let text = folder.path().display().to_string();
    check(&["audit", &text], 2, &["has no files that `audit` checks", "help: give a folder with"]);
    check(&["audit", "/nonexistent/tree"], 2, &["cannot read `/nonexistent/tree`", "help: "]);
    check(&["audit"], 2, &["PATH"]);
    check(&["audit", "--json", "--sarif", &text], 2, &["cannot be used with"]);
    let script = folder.path().join("anything.sh");
    fs::write(&script, "echo x\n").expect("there is room");
    check(&["audit", &text], 0, &["nothing found in 1 script"]);
    fs::write(&script, "source x\n").expect("there is room");
    check(&["audit", &text], 1, &["error[S002]: `source`", "--> anything.sh:1:1", "1 error in 1 script"]);
    check(&["audit", &script.display().to_string()], 1, &["--> anything.sh:1:1"]);
}

#[test]
fn both_commands_print_the_same_formats() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let script = folder.path().join("a.sh");
    fs::write(&script, "  source x\n").expect("there is room");
    let file = script.display().to_string();
    for (words, name) in [(["audit", &file], "a.sh"), (["lint", &file], file.as_str())] {
        let [command, file] = words;
        let place = format!("--> {name}:1:3");
        check(
            &words,
            1,
            &["error[S002]: `source`", &place, "1 |   source x\n  |   ^^^^^^", "  = help: ", "1 error in 1 script"],
        );
        check(&["--color", "always", command, file], 1, &["\u{1b}["]);
        let plain = check(&["--color", "never", command, file], 1, &[]);
        assert!(!plain.stdout.contains('\u{1b}'), "{plain:?}");
        let line = format!("::error file={name},line=1,col=3,endColumn=9,title=S002 ");
        check(&[command, "--format", "github", file], 1, &[&line]);
        let run = check(&[command, "--sarif", file], 1, &[]);
        let log: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
        let region = log.pointer("/runs/0/results/0/locations/0/physicalLocation/region");
        assert_eq!(region, Some(&serde_json::json!({ "startLine": 1, "startColumn": 3, "endColumn": 9 })));
    }
}

#[test]
fn only_errors_fail_unless_more_is_denied() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let script = folder.path().join("install.sh");
    fs::write(&script, "echo a\r\n").expect("there is room");
    let file = script.display().to_string();
    for command in ["audit", "lint"] {
        check(&[command, &file], 0, &["warning[D002]", "1 warning in 1 script"]);
        check(&[command, "--deny", "warnings", &file], 1, &["warning[D002]"]);
        check(&[command, "--deny", "notes", &file], 1, &["warning[D002]"]);
    }
}

#[test]
fn findings_of_a_baseline_are_not_reported() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (script, baseline) = (folder.path().join("install.sh"), folder.path().join("known.json"));
    let (file, known) = (script.display().to_string(), baseline.display().to_string());
    for command in ["audit", "lint"] {
        fs::write(&script, "source x\nlet y\n").expect("there is room");
        let compare = [command, "--baseline", &known, &file];
        check(&compare, 2, &["cannot read `", "help: write it with `--update-baseline`"]);
        check(&[command, "--baseline", &known, "--update-baseline", &file], 0, &["2 findings written to `"]);
        let run = check(&compare, 0, &["nothing found in 1 script (2 more in the baseline)"]);
        assert_eq!(run.stdout, "");
        fs::write(&script, "echo\nsource x\nsource z\n").expect("there is room");
        check(
            &compare,
            1,
            &["install.sh:3:1", "1 error in 1 script (1 more in the baseline, 1 of it not found any more)"],
        );
        fs::write(&baseline, "{}").expect("there is room");
        check(&compare, 2, &["is not a baseline: its `schema` is not 1"]);
        fs::remove_file(&baseline).expect("it was written");
    }
    check(&["audit", "--update-baseline", &file], 2, &["--baseline"]);
}

#[test]
fn list_of_the_peer_decides_which_agents_are_expected() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let tree = folder.path().join("tree");
    let suite = tree.join("tests/integration");
    fs::create_dir_all(suite.join("configs")).expect("there is room");
    fs::create_dir_all(tree.join("src/agents")).expect("there is room");
    let runner = "ALL_AGENTS=(\n  theirs\n  other\n)\n";
    fs::write(suite.join("run.sh"), runner).expect("there is room");
    let text = tree.display().to_string();
    check(&["audit", &text], 1, &["unknown agent `theirs`", "`mimo` is missing from the list"]);
    let file = folder.path().join("agents.txt").display().to_string();
    fs::write(&file, "theirs\nthird # soon\n").expect("there is room");
    let run =
        check(&["audit", "--agents", &file, &text], 1, &["unknown agent `other`", "`third` is missing from the list"]);
    assert!(!run.stdout.contains("mimo") && !run.stdout.contains("`theirs`"), "{run:?}");
    // The list of the runner is the tree's own, where it has no other.
    let run = check(&["audit", "--agents", "auto", &text], 0, &[]);
    assert!(!run.stdout.contains("unknown agent"), "{run:?}");
    // What differs from an agent of this registry is a note there.
    let manifest = "name = \"gemini\"\ninstall_timeout = 7\ninstall_cmd = \": BENCHFLOW_DISALLOW_WEB_TOOLS\"\n";
    fs::create_dir_all(tree.join("gemini")).expect("there is room");
    fs::write(tree.join("gemini/manifest.toml"), manifest).expect("there is room");
    check(&["audit", &text], 1, &["warning[D021]: `install_timeout` is `7` here"]);
    check(&["audit", "--agents", "auto", &text], 1, &["note[D021]: `install_timeout` is `7` here"]);
    fs::remove_dir_all(tree.join("gemini")).expect("it is there");
    let registry = "AGENTS: dict[str, AgentConfig] = {\n    \"theirs\": AgentConfig(\n    ),\n}\n";
    fs::write(tree.join("src/agents/registry.py"), registry).expect("there is room");
    check(&["audit", "--agents", "auto", &text], 1, &["unknown agent `other`"]);
    fs::write(&file, "").expect("there is room");
    check(
        &["audit", "--agents", &file, &text],
        2,
        &["is not a list of agents: it names no agent", "help: write a name"],
    );
}

#[test]
fn dockerfiles_workflows_and_features_are_read() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let write = |path: &str, text: &str| {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("there is room");
        fs::write(file, text).expect("there is room");
    };
    write("Dockerfile", "FROM debian\nRUN set -eu; \\\n    curl -fsSL https://x.example/i.sh | sh\n");
    write(".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n    - run: |\n        a\n        npm ci || true\n");
    let text = folder.path().display().to_string();
    let places = ["--> Dockerfile:3:5", "--> .github/workflows/ci.yml:6:9", "2 errors in 1 Dockerfile, 1 workflow"];
    check(&["audit", &text], 1, &places);
    write("src/tool/devcontainer-feature.json", r#"{"id":"tools","version":"1.0.0","name":"Tool"}"#);
    write("src/tool/install.sh", "source x\n");
    let run = check(&["audit", &text], 1, &["error[D035]: the id `tools`", "--> src/tool/install.sh:1:1"]);
    // In a tree that says what it is for, other scripts are not read.
    assert!(!run.stdout.contains("Dockerfile"), "{run:?}");
    check(&["lint", &folder.path().join("Dockerfile").display().to_string()], 1, &["Dockerfile:3:5"]);
}

/// Checks that `lint` and `audit` report the same findings in the bytes and the shell text of a sample file.
#[track_caller]
fn check_linted(file: &str, expected: usize) {
    let members = ["line", "column", "rule", "message", "help"];
    let facts = |it: &Value| members.map(|member| it[member].clone());
    let run = check(&["audit", "--json", &path(SAMPLE)], 1, &[]);
    let audited: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let of_text = |it: &&Value| it["file"] == file && it["rule"].as_str().is_some_and(|code| !code.starts_with('D'));
    let audited: Vec<_> =
        audited.get("findings").and_then(Value::as_array).into_iter().flatten().filter(of_text).map(facts).collect();
    let run = check(&["lint", "--json", &path(&format!("{SAMPLE}/{file}"))], 1, &[]);
    let linted: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let linted: Vec<_> = linted.as_array().into_iter().flatten().map(facts).collect();
    assert_eq!((linted.len(), &linted), (expected, &audited));
}

#[test]
fn lint_reports_the_audit_findings_of_a_file() {
    check_linted("agents/mimo/manifest.toml", 4);
    check_linted("installers/mimo/install.sh", 2);
}

/// Runs a generator into a new folder; the audit reads all of its files and has no findings.
#[track_caller]
fn check_generated(generator: &str, read: &str) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let text = folder.path().display().to_string();
    check(&[generator, "--out", &text], 0, &[]);
    check(&["audit", &text], 0, &[&format!("nothing found in {read}")]);
}

#[test]
fn generated_files_pass_the_audit() {
    let agents = registry::REGISTRY.agents().len();
    check_generated("gen-scripts", &format!("{} scripts", 3 * agents));
    check_generated("gen-manifests", &format!("{agents} manifests"));
    let members = registry::REGISTRY.agents().into_iter().filter(|it| it.suite.is_some()).count();
    check_generated("gen-suite", &format!("{members} suite configs, 1 suite runner"));
    let described = names_in("generated/registry/acp").len();
    check_generated("gen-registry", &format!("{described} ACP entries"));
}
