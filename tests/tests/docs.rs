//! Checks the documents: their length, the paths and commands in them, and their quotes.

#![expect(clippy::expect_used, reason = "a helper of tests fails as the tests do")]

use registry::entry;
use registry_tests::{names_in, read, report, run_self, workspace};

/// The documents that must be short.
const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

/// The documents whose paths and commands are checked.
const CHECKED: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/dsl.md", "docs/glossary.md"];

/// The limit of lines; a document must have fewer.
const LINES: usize = 150;

/// Subcommands of cargo itself that the documents may use.
const OF_CARGO: [&str; 10] = ["bench", "build", "check", "clippy", "doc", "fmt", "install", "run", "test", "update"];

/// A block between fences, with its language and the comment on the line before it.
#[derive(Debug)]
struct Block<'t> {
    line: usize,
    language: &'t str,
    comment: &'t str,
    text: String,
}

/// The fenced blocks of a document.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found: Vec<Block<'_>> = Vec::new();
    let (mut open, mut before) = (false, "");
    for (index, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), open) {
            (Some(_), true) => open = false,
            (Some(language), false) => {
                found.push(Block { line: index + 1, language, comment: before, text: String::new() });
                open = true;
            }
            (None, true) => {
                let block = found.last_mut().expect("a block is open");
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) if line.trim().is_empty() => {}
            (None, false) => before = line.trim(),
        }
    }
    found
}

/// A document without its fenced blocks, line by line.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut open = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            open = !open;
        } else if !open {
            lines.push((index + 1, line));
        }
    }
    lines
}

/// Words in backticks that look like a path of the workspace.
fn paths(text: &str) -> Vec<(usize, &str)> {
    let tops = names_in("");
    let looks = |word: &str| {
        let top = word.split('/').next().unwrap_or_default();
        let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
        plain && word.contains('/') && tops.iter().any(|it| it == top)
    };
    let words = |line| str::split(line, '`').skip(1).step_by(2);
    prose(text).into_iter().flat_map(|(at, line)| words(line).filter(|it| looks(it)).map(move |it| (at, it))).collect()
}

fn missing_paths(text: &str) -> Vec<String> {
    let gone = |path: &str| !workspace().join(path).exists();
    let faults = paths(text).into_iter().filter(|(_, path)| gone(path));
    faults.map(|(line, path)| format!(":{line}: there is no `{path}`")).collect()
}

/// The commands of a `sh` block: each line that begins with `cargo`, without its comment and its pipe.
fn commands(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for block in blocks(text).iter().filter(|block| ["sh", "console", "shell", "bash"].contains(&block.language)) {
        for (index, line) in block.text.lines().enumerate() {
            let line = line.trim().trim_start_matches("$ ");
            let command = line.split([' ']).take_while(|word| !["#", "|", "&&", ">", ";", "||"].contains(word));
            let words: Vec<String> = command.filter(|word| !word.is_empty()).map(str::to_owned).collect();
            if words.first().is_some_and(|word| word == "cargo") {
                found.push((block.line + index + 1, words));
            }
        }
    }
    found
}

/// The error of the real command line for a command.
fn refusal(words: &[String]) -> Option<String> {
    let [_, name, rest @ ..] = words else { return Some("names no command".to_owned()) };
    if name == "xtask" {
        // Words after `--` are not options.
        let own = rest.iter().map(String::as_str).take_while(|word| *word != "--");
        let words: Vec<&str> = own.chain(["--help"]).collect();
        let run = run_self(&words);
        let first = run.stderr.lines().next().unwrap_or_default().to_owned();
        return (run.status != Some(0)).then_some(first);
    }
    let alias = read(".cargo/config.toml").lines().any(|line| line.starts_with(&format!("{name} =")));
    (!alias && !OF_CARGO.contains(&name.as_str())).then(|| format!("cargo has no command and no alias `{name}`"))
}

fn refused_commands(text: &str) -> Vec<String> {
    let refused = |(line, words): (usize, Vec<String>)| {
        refusal(&words).map(|why| format!(":{line}: `{}` does not parse: {why}", words.join(" ")))
    };
    commands(text).into_iter().filter_map(refused).collect()
}

/// The macro call of an entry's file: the text after its `use`.
fn entry_body(file: &str) -> String {
    let text = read(file);
    text.split_once("agent! {").map(|(_, body)| format!("agent! {{{body}")).expect("an agent's file calls `agent!`")
}

/// Blocks with a whole entry that differs from the real one.
fn changed_entries(text: &str, real: &str) -> Vec<String> {
    let entries: Vec<Block<'_>> = blocks(text).into_iter().filter(|it| it.text.contains("agent! {")).collect();
    if entries.is_empty() {
        return vec![": quotes no entry".to_owned()];
    }
    let quotes = |block: &&Block<'_>| !block.text.trim_end().ends_with(real.trim_end());
    entries.iter().filter(quotes).map(|block| format!(":{}: is not the entry as it is", block.line)).collect()
}

/// Blocks that quote a file (`<!-- from: PATH -->`) and differ from it.
fn changed_quotes(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for block in blocks(text) {
        let source = block.comment.strip_prefix("<!-- from:").and_then(|rest| rest.strip_suffix("-->")).map(str::trim);
        let Some(source) = source else { continue };
        if !workspace().join(source).is_file() {
            faults.push(format!(":{}: there is no `{source}` to quote", block.line));
        } else if read(source).trim_end() != block.text.trim_end() {
            faults.push(format!(":{}: is not `{source}` as it is", block.line));
        }
    }
    faults
}

fn too_long(text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines < LINES { Vec::new() } else { vec![format!(": has {lines} lines; it has less than {LINES}")] }
}

/// Runs a check over documents and reports what it finds, each with its document.
#[track_caller]
fn check_documents(documents: &[&str], check: impl Fn(&str) -> Vec<String>) {
    let mut faults = Vec::new();
    for name in documents {
        match std::fs::read_to_string(workspace().join(name)) {
            Ok(text) => faults.extend(check(&text).into_iter().map(|fault| format!("{name}{fault}"))),
            Err(error) => faults.push(format!("{name}: {error}")),
        }
    }
    report(&faults);
}

/// Compares the faults that a check finds in a text with the expected ones.
#[track_caller]
fn check_finds(check: impl Fn(&str) -> Vec<String>, text: &str, expected: &[&str]) {
    assert_eq!(check(text), expected, "in {text:?}");
}

#[test]
fn documents_have_less_than_150_lines() {
    check_finds(too_long, &"\n".repeat(149), &[]);
    check_finds(too_long, &"\n".repeat(150), &[": has 150 lines; it has less than 150"]);
    check_documents(&DOCUMENTS, too_long);
}

#[test]
fn paths_in_documents_exist() {
    let text =
        "`registry/src/agents/<name>.rs`, `registry/src/lib.rs` and `xtask/src/nothing.rs`, `application/json`\n";
    check_finds(missing_paths, text, &[":1: there is no `xtask/src/nothing.rs`"]);
    check_documents(&CHECKED, missing_paths);
}

#[test]
fn commands_in_documents_parse() {
    check_finds(refused_commands, "```sh\ncargo xtask list --json   # all\ncargo test\n```\n", &[]);
    let text = "```sh\ncargo xtask lost\n```\n";
    check_finds(
        refused_commands,
        text,
        &[":2: `cargo xtask lost` does not parse: error: unrecognized subcommand 'lost'"],
    );
    let text = "```sh\nls\ncargo xtask list --jsn\n```\n";
    check_finds(
        refused_commands,
        text,
        &[":3: `cargo xtask list --jsn` does not parse: error: unexpected argument '--jsn' found"],
    );
    let text = "```sh\ncargo lost\n```\n";
    check_finds(refused_commands, text, &[":2: `cargo lost` does not parse: cargo has no command and no alias `lost`"]);
    check_documents(&CHECKED, refused_commands);
}

#[test]
fn quoted_entry_matches_its_file() {
    let real = entry_body("registry/src/agents/mimo.rs");
    let check = |text: &str| changed_entries(text, &real);
    check_finds(check, &format!("```rust\n{real}```\n"), &[]);
    check_finds(check, &format!("```rust\n{}```\n", real.replace("1200s", "900s")), &[":1: is not the entry as it is"]);
    check_finds(check, "no entry", &[": quotes no entry"]);
    check_documents(&["README.md"], check);
}

#[test]
fn quoted_files_match_their_sources() {
    let source = "tests/ui/fail/e003_variable_set_twice.stderr";
    let quote = |text: &str| format!("<!-- from: {source} -->\n\n```text\n{text}```\n");
    check_finds(changed_quotes, &quote(&read(source)), &[]);
    check_finds(changed_quotes, &quote("error: other\n"), &[&format!(":3: is not `{source}` as it is")]);
    let lost = "<!-- from: tests/ui/fail/lost.stderr -->\n```\n```\n";
    check_finds(changed_quotes, lost, &[":2: there is no `tests/ui/fail/lost.stderr` to quote"]);
    check_documents(&DOCUMENTS, changed_quotes);
}

#[test]
fn readme_quotes_a_compiler_error() {
    let shown = |text: &str| {
        let any = blocks(text)
            .iter()
            .any(|it| it.comment.starts_with("<!-- from: tests/ui/") && it.comment.contains(".stderr"));
        if any { Vec::new() } else { vec![": quotes no error of the compiler".to_owned()] }
    };
    check_finds(shown, "nothing", &[": quotes no error of the compiler"]);
    check_documents(&["README.md"], shown);
}

/// The sections of a page by their headings of a level, each with its text.
fn sections<'t>(text: &'t str, level: &str) -> Vec<(&'t str, &'t str)> {
    let mark = format!("\n{level} ");
    text.split(&mark).skip(1).map(|it| it.split_once('\n').unwrap_or((it, ""))).collect()
}

/// Fields that a part of the reference names by its headings, in their order, if they are not the fields of the macro.
fn other_fields(text: &str, part: &str, fields: &[&str]) -> Vec<String> {
    let body = sections(text, "##").into_iter().find(|it| it.0 == part).map_or("", |it| it.1);
    let found: Vec<&str> = sections(body, "###").into_iter().map(|it| it.0.trim_matches('`')).collect();
    if found == fields { Vec::new() } else { vec![format!(": {part} has {found:?}; the macro has {fields:?}")] }
}

/// Parts of a field that its section does not name in backticks.
fn unnamed_parts(text: &str, field: &str, parts: &[&str]) -> Vec<String> {
    let heading = format!("`{field}`");
    let body = sections(text, "###").into_iter().find(|it| it.0 == heading).map_or("", |it| it.1);
    let named = |part: &&&str| body.contains(&format!("`{part}`")) || body.contains(&format!("`{part}:"));
    parts.iter().filter(|part| !named(part)).map(|part| format!(": {heading} does not name `{part}`")).collect()
}

/// The compile-fail cases: the text of each with the compiler's errors.
fn compile_fail_cases() -> Vec<(String, String)> {
    let mut cases = Vec::new();
    for folder in ["tests/ui/fail", "tests/ui/fail/syntax"] {
        for name in names_in(folder).iter().filter_map(|it| it.strip_suffix(".stderr")) {
            cases.push((read(&format!("{folder}/{name}.rs")), read(&format!("{folder}/{name}.stderr"))));
        }
    }
    cases
}

/// Wrong examples (the block after `Wrong:`) whose error (the block after that) no compile-fail case has.
fn unproved_errors(text: &str, cases: &[(String, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    let blocks = blocks(text);
    for pair in blocks.windows(2) {
        let [wrong, error] = pair else { continue };
        if wrong.comment != "Wrong:" || error.language != "text" {
            continue;
        }
        let lines = |text: &str| text.lines().map(|it| it.trim().to_owned()).collect::<Vec<String>>();
        let holds = |text: &str, wanted: &str| lines(wanted).iter().all(|it| lines(text).contains(it));
        if !cases.iter().any(|(source, stderr)| holds(source, &wrong.text) && holds(stderr, &error.text)) {
            faults.push(format!(":{}: no case of tests/ui/fail has this line and this error", wrong.line));
        }
    }
    faults
}

#[test]
fn reference_has_every_macro_field() {
    let page = "\n## Fields\n\n### `a`\n\n`x: 1`\n\n### `b`\n";
    check_finds(|text| other_fields(text, "Fields", &["a", "b"]), page, &[]);
    let other = [": Fields has [\"a\", \"b\"]; the macro has [\"a\", \"c\"]"];
    check_finds(|text| other_fields(text, "Fields", &["a", "c"]), page, &other);
    check_finds(|text| unnamed_parts(text, "a", &["x", "y"]), page, &[": `a` does not name `y`"]);
    let text = read("docs/dsl.md");
    let mut faults = other_fields(&text, "Fields of `agent!`", entry::AgentEntry::FIELDS);
    faults.extend(other_fields(&text, "Fields of `provider!`", entry::ProviderEntry::FIELDS));
    faults.extend(other_fields(&text, "Fields of `family!`", entry::FamilyEntry::FIELDS));
    faults.extend(unnamed_parts(&text, "handshake", entry::HandshakeEntry::FIELDS));
    faults.extend(unnamed_parts(&text, "model", entry::ModelEntry::FIELDS));
    faults.extend(unnamed_parts(&text, "web", entry::WebEntry::FIELDS));
    report(&faults);
}

#[test]
fn reference_errors_have_compile_fail_cases() {
    let cases = [("    a: 1,\n".to_owned(), "error: no\n       help: yes\n".to_owned())];
    let page = |error: &str| format!("Wrong:\n\n```rust\na: 1,\n```\n```text\n{error}\n```\n");
    check_finds(|text| unproved_errors(text, &cases), &page("error: no\nhelp: yes"), &[]);
    let fault = [":3: no case of tests/ui/fail has this line and this error"];
    check_finds(|text| unproved_errors(text, &cases), &page("error: other"), &fault);
    let text = read("docs/dsl.md");
    assert!(text.matches("\nWrong:\n").count() > 20, "the reference shows wrong examples");
    report(&unproved_errors(&text, &compile_fail_cases()));
}

#[test]
fn faults_page_has_every_row_of_the_fault_table() {
    let program = workspace().join("tests/sandbox/faults.py");
    let out = std::process::Command::new("python3").arg(program).arg("--table").output();
    let out = out.expect("python3 runs; help: install python3");
    let (table, page) = (String::from_utf8_lossy(&out.stdout), read("docs/faults.md"));
    assert!(out.status.success() && table.lines().count() > 2, "{}", String::from_utf8_lossy(&out.stderr));
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows, table.lines().collect::<Vec<_>>(), "help: paste `python3 tests/sandbox/faults.py --table`");
}
