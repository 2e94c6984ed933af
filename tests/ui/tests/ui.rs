//! The compiler's errors for wrong entries, and no errors for right ones.
//!
//! A case is named after the rule it breaks and the mistake. To accept the compiler's current output:
//! `UI=overwrite cargo test -p registry-ui`; of the cases whose path contains a text: `UI_CASE=TEXT UI=overwrite …`.
//!
//! A wrong case is one process of the compiler, which is given the libraries that this test is linked with.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::SystemTime;

use registry::model::Registry;
use registry::rules::check_registry;

/// The maximum lines of a case: more would hide its subject.
const LINES: usize = 25;

/// Right cases: they are modules of this program, so that its own compilation is the test.
macro_rules! right {
    ($($case:ident)*) => {
        #[path = "../pass"]
        #[allow(dead_code, unreachable_pub, reason = "elsewhere each case is a crate")]
        mod pass {
            $(pub(super) mod $case;)*
        }

        const RIGHT: &[(&str, &Registry<'static>)] = &[$((stringify!($case), &pass::$case::REGISTRY)),*];
    };
}

right! {
    a001_idle_allow
    c001_exposed_secret
    c002_path_leaves_home
    c003_dollar_in_text
    c003_unknown_variable
    c004_impossible_template
    c005_written_secret
    c006_mismatched_format
    c007_clashing_shapes
    e001_unknown_source
    e002_bad_target
    e003_variable_set_twice
    e004_half_routed
    e005_unserved_protocol
    e006_idle_withhold
    i001_unlocked_package
    i002_unknown_program
    i003_allowed
    i003_touches_task
    i004_unchecked_download
    i005_hidden_failure
    i006_old_runtime
    i008_no_time
    i009_bad_image_need
    i010_unpinned_step
    m001_unroutable_suite_model
    m002_untrackable_usage
    m003_unreachable_model
    m004_routed_closed_agent
    n001_misnamed_module
    n002_duplicate_name
    n003_no_description
    n004_bad_alias
    n005_wrong_version
    p001_loose_placeholder
    p002_bad_family_token
    p003_credential_mismatch
    p004_duplicate_model
    s001_shell_syntax
    s002_bashism
    t001_permission_said_twice
    t002_unexplained_choice
    t003_idle_effort
    t004_idle_servers
    w001_no_web_policy
    w002_policy_outside_home
    w003_empty_policy
    w004_unexplained_policy
    w005_allowed
    w005_unnamed_tool
    w006_unclear_hosted
}

/// The sources in a folder, each with its name without the ending.
fn cases(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let names = fs::read_dir(&folder).expect("the folder is there").map(|it| it.expect("it is readable").path());
    let sources = names.filter(|path| path.extension().is_some_and(|it| it == "rs"));
    let mut cases: Vec<_> = sources
        .map(|path| {
            let text = fs::read_to_string(&path).expect("the case is readable");
            (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), text)
        })
        .collect();
    cases.sort();
    cases
}

/// The compiler, with the libraries of this test.
struct Compiler {
    folder: PathBuf,
    externs: [String; 2],
}

impl Compiler {
    fn new() -> Self {
        let this = std::env::current_exe().expect("a test has a binary");
        let folder = this.parent().map(Path::to_path_buf).unwrap_or_default();
        // Cargo builds a library right before what is linked with it, and keeps others that were built otherwise.
        let (ui, built) = newest(&folder, "registry_ui", modified(&this));
        let (registry, _) = newest(&folder, "registry", built);
        let external = |name: &str, path: &Path| format!("{name}={}", path.display());
        Self { externs: [external("registry", &registry), external("registry_ui", &ui)], folder }
    }

    /// Its output for a case, which must not compile.
    fn refuse(&self, case: &str) -> Result<String, String> {
        let ui = Path::new(env!("CARGO_MANIFEST_DIR"));
        let out = tempfile::tempdir().expect("there is room for a folder");
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["--edition=2024", "--crate-type=bin", "--crate-name=case", "--emit=metadata", "-Adead_code"]);
        rustc.arg("--out-dir").arg(out.path()).arg(format!("-Ldependency={}", self.folder.display()));
        for it in &self.externs {
            rustc.args(["--extern", it]);
        }
        // Paths in a library are relative to the workspace.
        rustc.current_dir(ui.ancestors().nth(2).unwrap_or(ui)).env("CARGO_MANIFEST_DIR", ui);
        let output = rustc.arg(ui.join(case)).output().expect("the compiler starts");
        if output.status.success() {
            return Err(format!("{case}: it compiles"));
        }
        Ok(portable(&String::from_utf8_lossy(&output.stderr), case))
    }
}

fn modified(path: &Path) -> SystemTime {
    path.metadata().and_then(|it| it.modified()).expect("the file is there")
}

/// The newest build of a library that is not newer than the program that links it.
fn newest(folder: &Path, name: &str, until: SystemTime) -> (PathBuf, SystemTime) {
    let files = fs::read_dir(folder).expect("the folder is there").map(|it| it.expect("it is readable").path());
    let is_one = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        file.starts_with(&format!("lib{name}-")) && file.ends_with(".rlib")
    };
    let builds = files.filter(is_one).map(|path| (modified(&path), path)).filter(|(built, _)| *built <= until);
    let (built, path) = builds.max().expect("the library is built");
    (path, built)
}

/// The compiler's output, without parts that differ between machines or change with other files.
fn portable(printed: &str, case: &str) -> String {
    let ui = format!("{}/", env!("CARGO_MANIFEST_DIR"));
    let workspace = ui.trim_end_matches("tests/ui/");
    let (mut text, mut elsewhere) = (String::new(), false);
    for line in printed.lines().map(str::trim_end) {
        let place = ["--> ", "::: "].iter().any(|it| line.trim_start().starts_with(it));
        let mut line = line.replace(&ui, "").replace(workspace, "$WORKSPACE/");
        if place {
            elsewhere = !line.contains(case) && line.contains('/');
        } else if !line.trim_start().starts_with(|it: char| it.is_ascii_digit() || it == '|' || it == '.') {
            elsewhere = false;
        }
        if elsewhere && place {
            line.truncate(line.trim_end_matches(|it: char| it.is_ascii_digit() || it == ':').len());
        } else if elsewhere {
            let digits = line.len() - line.trim_start_matches(|it: char| it.is_ascii_digit() || it == ' ').len();
            line.replace_range(..digits, &" ".repeat(digits));
        }
        let summary = ["error: aborting due to ", "For more information about ", "Some errors have detailed "];
        let is_summary = summary.iter().any(|it| line.starts_with(it));
        let is_second_blank = line.is_empty() && text.ends_with("\n\n");
        if !is_summary && !is_second_blank {
            text.push_str(&line);
            text.push('\n');
        }
    }
    format!("{}\n", text.trim_end())
}

/// Compiles a wrong case, and compares the output with the file beside it, or writes that file.
fn check_wrong(compiler: &Compiler, case: &str, overwrite: bool) -> Result<(), String> {
    let printed = compiler.refuse(case)?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(case).with_extension("stderr");
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if printed == expected {
        return Ok(());
    }
    if overwrite {
        return fs::write(&file, printed).map_err(|error| format!("{}: {error}", file.display()));
    }
    Err(format!("{case}: expected\n{expected}\n{case}: the compiler prints\n{printed}"))
}

#[test]
fn compile_fail_cases_match_their_stderr() {
    let only = std::env::var("UI_CASE").unwrap_or_default();
    let overwrite = std::env::var("UI").is_ok_and(|it| it == "overwrite");
    let all = ["fail", "fail/syntax"]
        .into_iter()
        .flat_map(|folder| cases(folder).into_iter().map(move |(case, _)| format!("{folder}/{case}.rs")));
    let chosen: Vec<String> = all.filter(|case| case.contains(&only)).collect();
    assert!(!chosen.is_empty(), "no case has `{only}` in its path");
    let (compiler, waiting, faults) = (Compiler::new(), Mutex::new(chosen.iter()), Mutex::new(Vec::new()));
    let next = || waiting.lock().expect("no worker panics").next();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let fault = check_wrong(&compiler, case, overwrite).err();
                    faults.lock().expect("no worker panics").extend(fault);
                }
            });
        }
    });
    let mut faults = faults.into_inner().expect("no worker panics");
    faults.sort();
    assert!(
        faults.is_empty(),
        "{}\n{} of {} cases differ\nhelp: `UI=overwrite cargo test -p registry-ui` accepts what is printed",
        faults.join("\n"),
        faults.len(),
        chosen.len(),
    );
}

#[test]
fn pass_cases_compile_and_break_no_rule() {
    let listed: Vec<_> = RIGHT.iter().map(|(case, _)| (*case).to_owned()).collect();
    let there: Vec<_> = cases("pass").into_iter().map(|(case, _)| case).collect();
    assert_eq!(listed, there, "each case of `pass` is a line of `right!`");
    for (case, registry) in RIGHT {
        let broken = check_registry(registry);
        assert!(broken.is_empty(), "{case}: {broken:?}");
    }
}

#[test]
fn ui_cases_are_short() {
    for folder in ["fail", "fail/syntax", "fail/agents", "pass"] {
        for (case, text) in cases(folder) {
            let lines = text.lines().count();
            assert!(lines <= LINES, "{folder}/{case}.rs has {lines} lines\nhelp: take the rest from `registry_ui`");
        }
    }
}
