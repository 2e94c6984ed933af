//! Shared by the tests: the folder of the workspace, its files, and runs of its commands. It contains no tests.
//!
//! ```
//! assert!(registry_tests::read("Cargo.toml").contains("[workspace]"));
//! ```

#![allow(clippy::missing_panics_doc, reason = "a test helper reports its failure by a panic")]
#![expect(clippy::panic, reason = "a helper of tests fails as the tests do")]

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The shells under which the scripts run, the first of which must be here.
const SHELLS: [&[&str]; 6] = [&["dash"], &["busybox", "ash"], &["bash"], &["bash", "--posix"], &["mksh"], &["yash"]];

/// The installed shells, each as the words that start it; skipped shells are printed on standard error.
#[track_caller]
pub fn shells() -> Vec<&'static [&'static str]> {
    let is_here = |shell: &&[&str]| {
        let Some((program, rest)) = shell.split_first() else { return false };
        let status = Command::new(program).args(rest).args(["-c", ":"]).stderr(Stdio::null()).status();
        let here = status.is_ok_and(|status| status.success());
        assert!(here || *shell != ["dash"], "help: install dash");
        if !here {
            eprintln!("left out, since it is not here: {}", shell.join(" "));
        }
        here
    };
    SHELLS.into_iter().filter(is_here).collect()
}

/// Folders without sources; folders of cargo are recognised by their tag.
const NOT_SOURCES: [&str; 6] = [".git", "scripts", "manifests", "harbor", "sbom", "node_modules"];

/// The separator of [`run_self`]'s arguments in the variable.
const SEPARATOR: &str = "\u{1f}";

/// The separator between the words of the test harness and those of the program.
const BEGIN: &str = "\u{1}program\u{1}\n";

/// The variable that makes a test binary run as the program.
const ARGUMENTS: &str = "REGISTRY_TESTS_ARGUMENTS";

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The text of a file of the workspace.
#[track_caller]
pub fn read(path: &str) -> String {
    let path = workspace().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a folder of the workspace, sorted; none when there is no such folder.
pub fn names_in(folder: &str) -> Vec<String> {
    let listed = fs::read_dir(workspace().join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<String> = listed.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every file of the sources, by its path in the workspace with `/` between, sorted.
pub fn sources() -> Vec<String> {
    let mut waiting = vec![String::new()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for name in names_in(&folder) {
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if NOT_SOURCES.contains(&path.as_str()) {
                continue;
            }
            let full = workspace().join(&path);
            if !full.is_dir() {
                found.push(path);
            } else if !full.join("CACHEDIR.TAG").exists() && !full.join(".rustc_info.json").exists() {
                waiting.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 100, "the walk found {} files, which cannot be all", found.len());
    found
}

/// The sources with one of these extensions.
pub fn sources_of(extensions: &[&str]) -> Vec<String> {
    let extension = |path: &str| path.rsplit_once('.').map(|(_, it)| it.to_owned()).unwrap_or_default();
    sources().into_iter().filter(|path| extensions.contains(&extension(path).as_str())).collect()
}

/// Writes a program and the folders that it needs.
///
/// Another process writes it: a file that is open for writing here can be inherited by a process that another test
/// starts at that moment, and then it cannot be run ("text file busy").
#[track_caller]
pub fn write_program(path: &Path, text: &str) {
    let folder = path.parent().unwrap_or_else(|| panic!("{}: a program is in a folder", path.display()));
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut install = Command::new("install");
    install.args(["-m", "755", "/dev/stdin"]).arg(path).stdin(Stdio::piped());
    let mut child = install.spawn().unwrap_or_else(|error| panic!("install: {error}\nhelp: install coreutils"));
    let written = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    let ended = child.wait().is_ok_and(|status| status.success());
    assert!(ended && written.is_some_and(|it| it.is_ok()), "{} cannot be written", path.display());
}

/// Fails with all faults, one per line.
#[track_caller]
pub fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A text of Rust or shell-like Rust with the inside of comments and of string literals blanked out: what is left is
/// code, on the same lines and, where the text is ASCII, in the same columns.
pub fn code_only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, keep) = match first {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), 0),
            '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |end| end + 2), 0),
            '"' => (quoted_length(rest), 1),
            'r' if is_raw(rest) && !out.ends_with(|it: char| it.is_alphanumeric() || it == '_') => {
                (raw_length(rest), 1)
            }
            '\'' if rest.starts_with("'\"'") => (3, 1),
            '\'' if rest.starts_with("'\\''") || rest.starts_with("'\\\"'") => (4, 1),
            _ => (first.len_utf8(), usize::MAX),
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if keep == usize::MAX {
            out.push_str(token);
        } else {
            blank(token, keep, &mut out);
        }
        rest = after;
    }
    out
}

/// Blanks out a token, except line ends and, if `edges` is not zero, its first and last character.
fn blank(token: &str, edges: usize, out: &mut String) {
    let last = token.chars().count().saturating_sub(1);
    for (index, char) in token.chars().enumerate() {
        let edge = edges > 0 && (index == 0 || index == last);
        out.push(if edge || char == '\n' { char } else { ' ' });
    }
}

fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_raw(text: &str) -> bool {
    text.strip_prefix('r').is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
}

fn raw_length(text: &str) -> usize {
    let hashes = text.bytes().skip(1).take_while(|&byte| byte == b'#').count();
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = hashes + 2;
    text.get(begin..).and_then(|inside| inside.find(&end)).map_or(text.len(), |at| begin + at + end.len())
}

/// The positions of a word in a text, without a letter, digit or underscore beside it.
pub fn find_word(text: &str, word: &str) -> Vec<usize> {
    let beside = |char: Option<char>| char.is_some_and(|it| it.is_ascii_alphanumeric() || it == '_');
    let free = |&at: &usize| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        !beside(before.chars().next_back()) && !beside(after.chars().next())
    };
    text.match_indices(word).map(|(at, _)| at).filter(free).collect()
}

/// The result of a command.
#[derive(Debug)]
pub struct Run {
    /// Its exit status.
    pub status: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Starts this test binary again as the program (its test `child`), and waits for it.
#[track_caller]
pub fn run_self(words: &[&str]) -> Run {
    finish(&mut command_self(words))
}

/// The command for this test binary as the program (its test `child`), to be changed before [`finish`] runs it.
#[track_caller]
pub fn command_self(words: &[&str]) -> Command {
    let binary = std::env::current_exe().unwrap_or_else(|error| panic!("a test has a binary: {error}"));
    let mut command = Command::new(binary);
    command.args(["--exact", "child", "--nocapture", "--test-threads=1"]).env(ARGUMENTS, words.join(SEPARATOR));
    // Outputs are compared without the width and colours of a terminal.
    command.env("NO_COLOR", "1").env_remove("COLUMNS").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs the program of [`command_self`] and waits for it.
#[track_caller]
pub fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap_or_else(|error| panic!("the test binary starts: {error}"));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let own = stdout.split_once(BEGIN).map_or(stdout.as_str(), |(_, own)| own).to_owned();
    Run { status: output.status.code(), stdout: own, stderr: String::from_utf8_lossy(&output.stderr).into_owned() }
}

/// Called by the test `child`: runs the program, if [`run_self`] started this binary.
pub fn child(program: impl FnOnce(Vec<OsString>) -> ExitCode) {
    let Ok(words) = std::env::var(ARGUMENTS) else { return };
    print!("{BEGIN}");
    let words = std::iter::once("xtask").chain(words.split(SEPARATOR).filter(|word| !word.is_empty()));
    let code = program(words.map(OsString::from).collect());
    let status = (0..=2_u8).find(|&status| code == ExitCode::from(status));
    std::process::exit(status.map_or(101, i32::from));
}
