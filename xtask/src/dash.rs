//! Checks many scripts with the real dash: one dash per core reads file names, instead of one process per script.
//!
//! Each script is copied with a line `set -n` before it and sourced in a subshell, so that no command of it runs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use registry_command::failure::{Failure, Outcome};
use registry_command::files::Scratch;

/// Reads file names from standard input and prints for each the status of dash.
const LOOP: &str = r#"while IFS= read -r f; do (. "$f"); echo "$? $f"; done"#;

/// A script that dash rejects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DashDiagnostic {
    /// The index of the script.
    pub index: usize,
    /// The line in the given script, from 1; 0 when dash printed none.
    pub line: usize,
    /// The message of dash.
    pub message: String,
}

/// The dash of the search path.
pub(crate) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("dash"))
        .find(|it| it.is_file())
}

/// The scripts that dash rejects, in their order.
pub(crate) fn check(dash: &Path, scripts: &[&[u8]]) -> Outcome<Vec<DashDiagnostic>> {
    let scratch = Scratch::new()?;
    let workers = thread::available_parallelism().map_or(1, usize::from).min(scripts.len().div_ceil(16)).max(1);
    let work = |worker: usize| {
        let mine: Vec<(usize, &[u8])> = scripts.iter().copied().enumerate().skip(worker).step_by(workers).collect();
        check_some(dash, scratch.path(), &mine)
    };
    let results: Vec<Outcome<Vec<DashDiagnostic>>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        let lost = |_| Err(Failure::new("a thread of the dash check was lost"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(lost)).collect()
    });
    let mut refusals = Vec::new();
    for result in results {
        refusals.extend(result?);
    }
    refusals.sort_by_key(|refusal| refusal.index);
    Ok(refusals)
}

fn check_some(dash: &Path, folder: &Path, scripts: &[(usize, &[u8])]) -> Outcome<Vec<DashDiagnostic>> {
    let failed = |error: &std::io::Error| Failure::io("check scripts with", dash, error);
    let file = |index: usize| folder.join(index.to_string());
    let mut names = Vec::new();
    for &(index, script) in scripts {
        let path = file(index);
        let copied =
            fs::File::create(&path).and_then(|mut it| it.write_all(b"set -n\n").and_then(|()| it.write_all(script)));
        copied.map_err(|error| Failure::io("write", &path, &error))?;
        names.extend_from_slice(path.as_os_str().as_encoded_bytes());
        names.push(b'\n');
    }
    let list = folder.join(format!("list-{}", scripts.first().map_or(0, |(index, _)| *index)));
    fs::write(&list, names).map_err(|error| Failure::io("write", &list, &error))?;
    let input = fs::File::open(&list).map_err(|error| Failure::io("read", &list, &error))?;
    let mut command = Command::new(dash);
    // No closure before exec: with one, std forks this process instead of spawning.
    command.args(["-c", LOOP]).env_clear().stdin(Stdio::from(input));
    let output = command.output().map_err(|error| failed(&error))?;
    let (said, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let verdicts: Vec<&str> = said.lines().filter_map(|line| line.split_once(' ')).map(|(status, _)| status).collect();
    if verdicts.len() != scripts.len() {
        return Err(Failure::new(format!(
            "`{}` checked {} of {} scripts",
            dash.display(),
            verdicts.len(),
            scripts.len()
        ))
        .note(complaints.trim().to_owned())
        .help("check that dash, or pass `--no-dash`"));
    }
    let refused = scripts.iter().zip(verdicts).filter(|(_, status)| *status != "0");
    Ok(refused.map(|(&(index, _), _)| refusal(index, &file(index), &complaints)).collect())
}

/// Finds the message of dash about a file: `dash: 4: /folder/12: Syntax error: …`.
fn refusal(index: usize, file: &Path, complaints: &str) -> DashDiagnostic {
    let named = format!(": {}: ", file.display());
    let found = complaints.lines().find_map(|line| line.split_once(&named));
    let line = found.and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok());
    let message = found.map_or("rejected without a message", |(_, message)| message).to_owned();
    // The copy has one line more.
    DashDiagnostic { index, line: line.map_or(0, |line: usize| line.saturating_sub(1)), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_scripts(scripts: &[&str], expected: &[(usize, usize, &str)]) {
        let dash = find().expect("dash is installed where the tests run");
        let bytes: Vec<&[u8]> = scripts.iter().map(|script| script.as_bytes()).collect();
        let refusals = check(&dash, &bytes).expect("dash runs");
        let seen: Vec<_> = refusals.iter().map(|it| (it.index, it.line, it.message.as_str())).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn dash_errors_have_the_line_of_their_script() {
        check_scripts(
            &["echo a\n", "echo a\nif b; then\n", "echo \"\n", "f() {\n}\n} x\n", ""],
            &[
                (1, 3, "Syntax error: end of file unexpected (expecting \"fi\")"),
                (2, 2, "Syntax error: Unterminated quoted string"),
                (3, 2, "Syntax error: \"}\" unexpected"),
            ],
        );
    }

    #[test]
    fn checked_scripts_are_not_executed() {
        check_scripts(
            &["touch /nonexistent/x\nexit 3\n", "set +n\nexit 3\n", "kill $$\n", "read x\nread y\n", "echo b"],
            &[],
        );
    }

    #[test]
    fn scripts_are_checked_separately() {
        check_scripts(
            &["if a; then\n", "b; fi\n"],
            &[
                (0, 2, "Syntax error: end of file unexpected (expecting \"fi\")"),
                (1, 1, "Syntax error: \"fi\" unexpected"),
            ],
        );
    }

    #[test]
    fn dash_errors_keep_script_numbers() {
        let scripts: Vec<String> =
            (0..100).map(|n| if n % 10 == 7 { format!("{}(", "\n".repeat(n)) } else { "echo a".to_owned() }).collect();
        let bytes: Vec<&[u8]> = scripts.iter().map(String::as_bytes).collect();
        let refusals = check(&find().expect("dash is installed"), &bytes).expect("dash runs");
        let seen: Vec<_> = refusals.iter().map(|it| (it.index, it.line)).collect();
        assert_eq!(seen, (0..10).map(|n| (n * 10 + 7, n * 10 + 8)).collect::<Vec<_>>());
    }
}
