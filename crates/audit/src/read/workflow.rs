//! Workflows and composite actions of GitHub: the text of each `run`, in the language of its `shell`.

use super::datum::{self, Datum, Table};
use super::script::{Origin, Script};
use crate::diagnostic::Located;
use crate::language::Language;
use crate::source::Source;

/// The scripts of a workflow or an action; on a fault, what is wrong and its offset.
pub(crate) fn scripts(source: &Source) -> Result<Vec<Script>, (String, usize)> {
    let table = datum::yaml(source)?;
    let mut scripts = Vec::new();
    let shell = default_shell(&table);
    for job in table.table("jobs").iter().flat_map(|it| &it.members) {
        let Datum::Table(job) = &job.value.value else { continue };
        let on_windows = job.text("runs-on").is_some_and(|it| it.value.contains("windows"));
        let shell = default_shell(job).or(shell).or(on_windows.then_some("pwsh"));
        steps(source, job, shell, &mut scripts);
    }
    if let Some(runs) = table.table("runs") {
        steps(source, runs, shell, &mut scripts);
    }
    Ok(scripts)
}

fn default_shell(table: &Table) -> Option<&str> {
    table.table("defaults")?.table("run")?.text("shell").map(|it| it.value)
}

fn steps(source: &Source, of: &Table, shell: Option<&str>, scripts: &mut Vec<Script>) {
    let Some(Datum::List(steps)) = of.get("steps").map(|it| &it.value) else { return };
    for step in steps {
        let Datum::Table(step) = &step.value else { continue };
        let Some(run) = step.text("run") else { continue };
        let shell = step.text("shell").map(|it| it.value).or(shell).unwrap_or("bash -e");
        // Steps of other programs are theirs: `python`, `pwsh`, `cmd`.
        let Some((language, first)) = language(shell) else { continue };
        let bytes = format!("{first}\n{}", without_expressions(run.value)).into_bytes();
        scripts.push(Script::within(&source.file, bytes, language, origin(source, &run)));
    }
}

/// The language of a shell, and a first line that has its options: GitHub starts `bash` and `sh` with `-e`.
fn language(shell: &str) -> Option<(Language, String)> {
    let mut words = shell.split_whitespace();
    let program = words.next()?;
    let language = Language::of("", format!("#!{program}\n").as_bytes());
    let options: Vec<&str> = words.filter(|word| *word != "{0}").collect();
    let options = if shell == "bash" || shell == "sh" { "-e".to_owned() } else { options.join(" ") };
    language
        .is_read()
        .then(|| (language, format!("#!/bin/{} {options}", program.rsplit('/').next().unwrap_or(program))))
}

/// The text with a variable of unknown value, as long, in place of each `${{ expression }}`.
fn without_expressions(text: &str) -> String {
    let mut rest = text;
    let mut replaced = String::new();
    while let Some((before, after)) = rest.split_once("${{") {
        let Some((inner, after)) = after.split_once("}}").filter(|(inner, _)| !inner.contains('\n')) else { break };
        replaced.push_str(before);
        replaced.push_str("${");
        replaced.push_str(&"_".repeat(inner.chars().count() + 2));
        replaced.push('}');
        rest = after;
    }
    replaced + rest
}

/// Where the text of a `run` is: its lines in a literal block, or its first character.
fn origin(source: &Source, run: &Located<&str>) -> Origin {
    let (line, column) = (run.place.line, run.place.column);
    let lines: Vec<&str> = source.lines().map(|(_, line)| line).collect();
    let at = |line: usize| lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
    let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
    // The place of a block is that of its content.
    let content = (line..=lines.len()).find(|number| !at(*number).trim().is_empty()).unwrap_or(line);
    let first = run.value.lines().position(|it| !it.trim().is_empty()).unwrap_or_default();
    let header = content.saturating_sub(1 + first);
    if header > 0 && at(header).rsplit_once("run:").is_some_and(|(_, it)| it.trim_start().starts_with('|')) {
        let inner = run.value.lines().nth(first).map_or(0, blanks);
        // The line that was added before the script is line 1.
        return Origin::Lines { line: header, column: 1, indent: blanks(at(content)).saturating_sub(inner) };
    }
    let written: String = at(line).chars().skip(column.saturating_sub(1)).collect();
    let quoted = usize::from(written.starts_with(['"', '\'']));
    if written.chars().skip(quoted).take(run.value.chars().count()).eq(run.value.chars()) {
        return Origin::OneLine { line, column: column + quoted };
    }
    Origin::Start(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize, usize, Language)]) {
        let scripts = scripts(&Source::new(&"w.yml".into(), text.to_owned())).expect("it is YAML");
        let found: Vec<_> = scripts.iter().map(Script::last_word).collect();
        let expected: Vec<_> = expected.iter().map(|it| (it.0.to_owned(), it.1, it.2, it.3)).collect();
        assert_eq!(found, expected, "{text}");
    }

    /// A workflow of one job.
    fn job(rest: &str) -> String {
        format!("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{rest}")
    }

    #[test]
    fn runs_are_read_at_their_places() {
        use Language::{Bash, Posix};
        check(&job("    - run: a b\n"), &[("b", 6, 14, Bash)]);
        check(&job("    - run: 'a b'\n"), &[("b", 6, 15, Bash)]);
        check(&job("    - run: |\n        a\n        b c\n"), &[("c", 8, 11, Bash)]);
        check(&job("    - run: |\n\n        a b\n"), &[("b", 8, 11, Bash)]);
        check(&job("    - run: >\n        a\n        b\n"), &[("b", 7, 1, Bash)]);
        check(&job("    - run: a b\n      shell: sh\n"), &[("b", 6, 14, Posix)]);
        check(&job("    - run: a b\n      shell: bash -eo pipefail {0}\n"), &[("b", 6, 14, Bash)]);
        check(&job("    - run: print(1)\n      shell: python\n    - uses: x/y@v1\n"), &[]);
        check(&job("    - run: a\n").replace("ubuntu", "windows"), &[]);
        check(&format!("defaults:\n  run:\n    shell: sh\n{}", job("    - run: a b\n")), &[("b", 9, 14, Posix)]);
        check("runs:\n  using: composite\n  steps:\n  - run: a b\n    shell: bash\n", &[("b", 4, 12, Bash)]);
        check("on: push\n", &[]);
    }

    #[test]
    fn expressions_are_unknown_values() {
        assert_eq!(without_expressions("a ${{ x }} b ${{"), "a ${_____} b ${{");
        let found = crate::lint_text(
            &job("    - run: curl -fsSL https://x/${{ matrix.v }}/i.sh | sh\n"),
            ".github/workflows/w.yml",
        );
        assert_eq!(found, [("I004", 6, 12)]);
        let found =
            crate::lint_text(&job("    - run: |\n        npm ci\n        echo done\n"), ".github/workflows/w.yml");
        assert!(found.is_empty(), "{found:?}");
    }
}
