//! The layout of the sources: first comments, forbidden names and phrases, lines, and how entries are written.

use std::cmp::Reverse;

use registry_model::entry::{AgentEntry, FamilyEntry, ProviderEntry};
use registry_tests::{code_only, find_word, read, report, sources, sources_of, workspace};

/// Columns of a line of Rust.
const COLUMNS: usize = 120;

/// Spaces of a level of an entry.
const INDENT: usize = 4;

/// Runs a check over files and reports what it finds, each with its file.
#[track_caller]
fn check_files(paths: &[String], check: impl Fn(&str, &str) -> Vec<String>) {
    assert!(!paths.is_empty(), "there are no such files");
    let mut faults = Vec::new();
    for path in paths {
        let bytes = std::fs::read(workspace().join(path));
        // A file that another test has removed meanwhile has no faults.
        let found = bytes.map(|bytes| check(path, &String::from_utf8_lossy(&bytes))).unwrap_or_default();
        faults.extend(found.into_iter().map(|fault| format!("{path}{fault}")));
    }
    report(&faults);
}

/// Compares the faults that a check finds in a text with the expected ones.
#[track_caller]
fn check_finds(check: impl Fn(&str, &str) -> Vec<String>, path: &str, text: &str, expected: &[&str]) {
    assert_eq!(check(path, text), expected, "in {text:?}");
}

/// Finds lines for which a function gives a message.
fn lines(text: &str, fault: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let faults = text.lines().enumerate().filter_map(|(index, line)| Some((index, fault(line)?)));
    faults.map(|(index, fault)| format!(":{}: {fault}", index + 1)).collect()
}

fn first_comment(_: &str, text: &str) -> Vec<String> {
    let says = text.strip_prefix("//! ").is_some_and(|rest| !rest.trim().is_empty());
    if says { Vec::new() } else { vec![":1: does not open with a `//!` that describes the file".to_owned()] }
}

#[test]
fn every_file_opens_with_a_module_comment() {
    check_finds(first_comment, "a.rs", "// A.\n", &[":1: does not open with a `//!` that describes the file"]);
    check_files(&sources_of(&["rs"]), first_comment);
}

/// The only files that may name the compiler's own crate: everything below them runs in unit tests too.
const NAME_PROC_MACRO: [&str; 2] = ["registry-macros/src/lib.rs", "registry-macros/src/span.rs"];

fn compiler_crate(path: &str, text: &str) -> Vec<String> {
    const NAME: &str = "proc_macro";
    let path_or_import = |line: &str, at: usize| line[at + NAME.len()..].trim_start().starts_with([':', ';']);
    let named = |line: &str| find_word(line, NAME).into_iter().any(|at| path_or_import(line, at));
    let fault = |line: &str| named(line).then(|| "names `proc_macro`; use `proc_macro2`".to_owned());
    if NAME_PROC_MACRO.contains(&path) { Vec::new() } else { lines(&code_only(text), fault) }
}

#[test]
fn only_two_files_name_proc_macro() {
    let text = "// proc_macro\nuse proc_macro2::Span;\nfn f() { proc_macro::is_available(); }\n";
    check_finds(compiler_crate, "x.rs", text, &[":3: names `proc_macro`; use `proc_macro2`"]);
    check_files(&sources_of(&["rs"]), compiler_crate);
}

/// Every spelling of every agent's name.
fn agent_words() -> Vec<String> {
    let names = registry::REGISTRY.names();
    let mut words: Vec<String> = names
        .iter()
        .flat_map(|name| [(*name).to_owned(), name.replace('-', "_"), registry::names::constant(name)])
        .collect();
    // The longest first, so that a fault names the longest match.
    words.sort_by_key(|word| (Reverse(word.len()), word.clone()));
    words.dedup();
    words
}

/// Text without its unit tests, which are at the end of a file.
fn without_tests(text: &str) -> &str {
    text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(before, _)| before)
}

fn agent_names(_: &str, text: &str) -> Vec<String> {
    let words = agent_words();
    lines(without_tests(text), |line| {
        // A comment may use an agent as its example.
        if line.trim_start().starts_with("//") {
            return None;
        }
        let word = words.iter().find(|word| !find_word(line, word).is_empty())?;
        Some(format!("names the agent `{word}`: {}", line.trim()))
    })
}

/// Whether a file is one of the parts that must work for any agent.
fn knows_no_agent(path: &str) -> bool {
    const PARTS: [&str; 9] = [
        "crates/shell/src/",
        "crates/model/src/",
        "registry-macros/src/",
        "crates/scripts/src/",
        "crates/scripts/src/payload/",
        "crates/routing/src/",
        "crates/outputs/src/",
        "crates/audit/src/",
        "xtask/",
    ];
    // The sources of incidents are issues of other projects, and a harness may have the name of its agent.
    let cites = ["crates/model/src/incidents.rs", "crates/outputs/src/openhands_sdk/mod.rs"].contains(&path);
    let tests = path.ends_with("/tests.rs") || path.contains("/tests/") || path.contains("/benches/");
    PARTS.iter().any(|part| path.starts_with(part)) && !tests && !cites
}

#[test]
fn shared_code_names_no_agent() {
    let fault = ":2: names the agent `codex-acp`: if name == \"codex-acp\" {";
    check_finds(agent_names, "x.rs", "// codex_acpx\nif name == \"codex-acp\" {\n", &[fault]);
    let files = sources_of(&["rs", "mjs", "sh"]).into_iter().filter(|path| knows_no_agent(path)).collect::<Vec<_>>();
    check_files(&files, agent_names);
}

/// The folders whose messages and `//!` headers are checked for plain language.
const PLAIN_LANGUAGE: [&str; 14] = [
    "crates/audit/",
    "crates/command/",
    "crates/live/",
    "crates/model/",
    "crates/outputs/",
    "crates/routing/",
    "crates/shell/",
    "crates/supply/",
    "registry-macros/",
    "tests/benches/",
    "tests/formats/",
    "tests/src/",
    "tests/ui/",
    "xtask/",
];

/// The folders whose comments are checked too.
const PLAIN_COMMENTS: [&str; 9] = [
    "crates/",
    "registry/",
    "registry-macros/",
    "tests/benches/",
    "tests/formats/",
    "tests/src/",
    "tests/tests/",
    "tests/ui/",
    "xtask/",
];

/// Phrases that a search does not find and a reader has to decode, each with what to write instead.
const RIDDLES: [(&str, &str); 31] = [
    ("is no", "is not a"),
    ("are no", "are not"),
    ("nobody", "no provider, no run, not tested"),
    ("somebody", "a user, a project"),
    ("fellow", "unmatched, unclosed"),
    ("lies", "is"),
    ("lie", "are"),
    ("stands", "is"),
    ("stand", "are"),
    ("tells", "prints, returns, reports"),
    ("tell", "print, return, report"),
    ("told", "reported, passed"),
    ("mend", "correct, fix"),
    ("mends", "corrects, fixes"),
    ("bear", "have"),
    ("bears", "has"),
    ("held against", "compared with, checked by"),
    ("hold against", "compare with, check by"),
    ("holds against", "compares with, checks by"),
    ("of itself", "its name, its version"),
    ("comes to", "is, returns"),
    ("look at", "check, read"),
    ("looks at", "checks, reads"),
    ("looked at", "checked, read"),
    ("no one", "no agent, no user"),
    ("anew", "again"),
    ("be had", "is available, is unavailable"),
    ("left alone", "kept, unchanged"),
    ("hands on", "passes on"),
    ("handed on", "passed on"),
    ("a line a", "one line per"),
];

/// Riddles in string literals and `//!` lines.
fn plain_language(_: &str, text: &str) -> Vec<String> {
    let code = code_only(text);
    let mut rest = code.lines();
    lines_with(text, |line| {
        let code = rest.next().unwrap_or_default();
        let start = line.trim_start();
        match (start.starts_with("//!"), start.starts_with("//")) {
            (true, _) => riddle(line),
            (false, true) => None,
            (false, false) => riddle(&strings(line, code)),
        }
    })
}

/// Riddles in comments that are lines of their own.
fn plain_comments(_: &str, text: &str) -> Vec<String> {
    lines(text, |line| if line.trim_start().starts_with("//") { riddle(line) } else { None })
}

/// The first riddle of a text, as a fault.
fn riddle(text: &str) -> Option<String> {
    // "there is no such file" is plain English.
    let plain = |at: usize| text.get(..at).is_some_and(|before| before.to_lowercase().ends_with("there "));
    let found = |phrase: &str| find_word(text, phrase).into_iter().any(|at| !plain(at));
    let (phrase, instead) = RIDDLES.iter().find(|(phrase, _)| found(phrase))?;
    Some(format!("says `{phrase}`; write for example: {instead}"))
}

/// What a line has within string literals: all that `code_only` blanks out.
fn strings(line: &str, code: &str) -> String {
    line.chars().zip(code.chars()).map(|(char, code)| if code == ' ' { char } else { '"' }).collect()
}

#[test]
fn texts_use_plain_english() {
    let text = "//! Nobody knows; nobody says.\n// told\nlet told = \"`x` is no value\";\nf(\"there is no `x`\", r\"it\nlies here\");\n";
    let expected = [
        ":1: says `nobody`; write for example: no provider, no run, not tested",
        ":3: says `is no`; write for example: is not a",
        ":5: says `lies`; write for example: is",
    ];
    check_finds(plain_language, "x.rs", text, &expected);
    let comments = "// It stands there.\nlet a = \"b lies c\"; // told\n/// Written anew.\n";
    let expected = [":1: says `stands`; write for example: is", ":3: says `anew`; write for example: again"];
    check_finds(plain_comments, "x.rs", comments, &expected);
    let files =
        |folder: &str| sources_of(&["rs"]).into_iter().filter(|path| path.starts_with(folder)).collect::<Vec<_>>();
    for folder in PLAIN_LANGUAGE {
        check_files(&files(folder), plain_language);
    }
    for folder in PLAIN_COMMENTS {
        check_files(&files(folder), plain_comments);
    }
}

/// The hosts of package registries, put together here so that this file names none.
fn registry_hosts() -> Vec<String> {
    let hosts: [&[&str]; 6] = [
        &["registry", "npmjs", "org"],
        &["registry", "yarnpkg", "com"],
        &["pypi", "org"],
        &["files", "pythonhosted", "org"],
        &["static", "crates", "io"],
        &["index", "crates", "io"],
    ];
    hosts.map(|labels| labels.join(".")).to_vec()
}

fn package_hosts(_: &str, text: &str) -> Vec<String> {
    let hosts = registry_hosts();
    let named = |line: &str| hosts.iter().find(|host| !find_word(line, host).is_empty()).cloned();
    lines(text, |line| named(line).map(|host| format!("names the package registry `{host}`")))
}

#[test]
fn package_registry_hosts_are_not_named() {
    let text = format!("a\nb https://{}/x\n", registry_hosts().concat());
    assert!(package_hosts("x", &text).is_empty(), "hosts without a boundary are other hosts");
    let text = format!("a\nb https://{}/x\n", ["pypi", "org"].join("."));
    check_finds(
        package_hosts,
        "x",
        &text,
        &[&format!(":2: names the package registry `{}`", ["pypi", "org"].join("."))],
    );
    check_files(&sources(), package_hosts);
}

fn long_lines(_: &str, text: &str) -> Vec<String> {
    lines(text, |line| {
        let columns = line.chars().count();
        // Lines with a string literal may be longer, as in rustfmt: a wrapped text cannot be searched for.
        (columns > COLUMNS && !line.contains('"')).then(|| format!("{columns} columns; {COLUMNS} are allowed"))
    })
}

#[test]
fn rust_lines_are_at_most_120_columns() {
    check_finds(long_lines, "x.rs", &"x".repeat(121), &[":1: 121 columns; 120 are allowed"]);
    check_finds(long_lines, "x.rs", &format!("f(\"{}\")", "x".repeat(121)), &[]);
    // Compile-fail cases may have long lines, so that the compiler's errors are short.
    let files = sources_of(&["rs"]).into_iter().filter(|path| !path.starts_with("tests/ui/")).collect::<Vec<_>>();
    check_files(&files, long_lines);
}

fn line_ends(_: &str, text: &str) -> Vec<String> {
    let mut faults = lines(text, |line| line.ends_with([' ', '\t', '\r']).then(|| "ends in a blank".to_owned()));
    if !text.ends_with('\n') || text.ends_with("\n\n") {
        faults.push(": does not end in one newline".to_owned());
    }
    faults
}

#[test]
fn shipped_programs_have_clean_line_ends() {
    check_finds(line_ends, "x.sh", "a \nb", &[":1: ends in a blank", ": does not end in one newline"]);
    let shipped = |path: &String| path.starts_with("registry/src/") || path.starts_with("crates/scripts/src/");
    check_files(&sources_of(&["sh", "mjs", "js", "py"]).into_iter().filter(shipped).collect::<Vec<_>>(), line_ends);
}

/// The fields of an entry, in their order.
fn field_order(kind: &str) -> Vec<String> {
    let fields = match kind {
        "agent" => AgentEntry::FIELDS,
        "provider" => ProviderEntry::FIELDS,
        _ => FamilyEntry::FIELDS,
    };
    fields.iter().map(|field| (*field).to_owned()).collect()
}

/// The layout of one entry. Rustfmt leaves the bodies of macros alone and never visits files of `registry!`.
fn entry_layout(path: &str, text: &str) -> Vec<String> {
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    let kind = match folder {
        "families" => "family",
        other => other.strip_suffix('s').unwrap_or(other),
    };
    let mut faults = line_ends(path, text);
    faults.extend(long_lines(path, text));
    let code = code_only(text);
    let head = format!("\n\nuse crate::{kind};\n\n{kind}! {{\n    ");
    let opens = text.starts_with("//! ") && text.find('\n').is_some_and(|end| text[end..].starts_with(&head));
    let others = code.lines().skip(5).any(|line| line.starts_with(|first: char| !" }".contains(first)));
    if !opens || others || !text.ends_with("\n    }\n}\n") {
        faults.push(format!(":1: is not a `//!`, `use crate::{kind};` and one `{kind}! {{ name {{ … }} }}`"));
    }
    faults.extend(lines(text, |line| line.contains('\t').then(|| "has a tab".to_owned())));
    faults.extend(indentation(&code));
    faults.extend(trailing_commas(&code));
    faults.extend(field_sequence(&code, &field_order(kind)));
    faults
}

/// A level is four spaces. Lines inside a string are not checked.
fn indentation(code: &str) -> Vec<String> {
    let mut inside = false;
    lines_with(code, |line| {
        let within = inside;
        inside ^= line.matches('"').count() % 2 == 1;
        let blanks = line.len() - line.trim_start().len();
        let odd = !line.trim().is_empty() && !within && blanks % INDENT != 0;
        odd.then(|| format!("is indented by {blanks} spaces, not a multiple of {INDENT}"))
    })
}

/// [`lines`] for a function with state.
fn lines_with(text: &str, mut fault: impl FnMut(&str) -> Option<String>) -> Vec<String> {
    let faults = text.lines().enumerate().filter_map(|(index, line)| Some((index, fault(line)?)));
    faults.map(|(index, fault)| format!(":{}: {fault}", index + 1)).collect()
}

/// The last item of a list or object that ends on a line of its own has a comma. The one value of an `if`, an `else` or
/// a pair of parentheses has none, and neither has the entry itself.
fn trailing_commas(code: &str) -> Vec<String> {
    let mut open: Vec<bool> = Vec::new();
    let mut last = (0, "");
    let mut faults = Vec::new();
    for (index, line) in code.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (number, before) = core::mem::replace(&mut last, (index + 1, line.trim_end()));
        let closes = line.trim_start().starts_with(['}', ']']) && open.len() > 1;
        if closes && open.last() == Some(&true) && !before.ends_with([',', '{', '[', '(']) {
            faults.push(format!(":{number}: has no comma at its end"));
        }
        for (at, char) in line.char_indices() {
            match char {
                '{' | '[' | '(' => open.push(char != '(' && !opens_choice(&line[..at])),
                '}' | ']' | ')' => drop(open.pop()),
                _ => {}
            }
        }
    }
    faults
}

/// Whether the brace after this text opens the value of an `if` or an `else`.
fn opens_choice(before: &str) -> bool {
    let words = |word: &str| find_word(before, word).pop();
    words("else")
        .max(words("if"))
        .is_some_and(|at| !before[at..].contains(['{', '}', '[', ':', ',']) || is_condition(&before[at..]))
}

/// Whether a text is `if` and one condition: all of its parentheses are closed, and nothing follows them.
fn is_condition(text: &str) -> bool {
    text.starts_with("if ") && text.trim_end().ends_with(')') && text.matches('(').count() == text.matches(')').count()
}

/// Fields must be in the order of the grammar, each on its own line.
fn field_sequence(code: &str, order: &[String]) -> Vec<String> {
    let mut last = 0;
    lines_with(code, |line| {
        let field = line.strip_prefix("        ").filter(|rest| !rest.starts_with(' '))?;
        let (word, _) = field.split_once(':')?;
        let Some(place) = order.iter().position(|it| it == word) else {
            return Some(format!("begins with `{word}`, which is not a field"));
        };
        let late = place < last;
        let before = order.get(last).cloned().unwrap_or_default();
        last = place;
        late.then(|| format!("`{word}` is after `{before}`"))
    })
}

#[track_caller]
fn check_layout_finds(old: &str, new: &str, expected: &[&str]) {
    let good = read("registry/src/providers/deepseek.rs");
    check_finds(entry_layout, "registry/src/providers/deepseek.rs", &good, &[]);
    assert!(good.contains(old), "the example has no {old:?}");
    check_finds(entry_layout, "registry/src/providers/deepseek.rs", &good.replacen(old, new, 1), expected);
}

#[test]
fn entries_have_one_layout() {
    let shape = ":1: is not a `//!`, `use crate::provider;` and one `provider! { name { … } }`";
    check_layout_finds("use crate::provider;", "use registry::provider;", &[shape]);
    check_layout_finds("\nprovider! {", "\nconst A: u8 = 1;\nprovider! {", &[shape]);
    check_layout_finds(
        "        auth: ApiKey,",
        "       auth: ApiKey,",
        &[":10: is indented by 7 spaces, not a multiple of 4"],
    );
    check_layout_finds("        auth: ApiKey,", "        auth: ApiKey, ", &[":10: ends in a blank"]);
    check_layout_finds("        auth: ApiKey,\n", "", &[]);
    check_layout_finds(
        "        auth: ApiKey,",
        "        authority: ApiKey,",
        &[":10: begins with `authority`, which is not a field"],
    );
    check_layout_finds(
        "    deepseek {\n",
        "    deepseek {\n        families: [],\n",
        &[":9: `endpoints` is after `families`"],
    );
    check_layout_finds("\n    }\n}", "\n        models: []\n    }\n}", &[":13: has no comma at its end"]);
    let entry = |folder: &str| {
        let start = format!("registry/src/{folder}/");
        sources_of(&["rs"]).into_iter().filter(|path| path.starts_with(&start)).collect::<Vec<_>>()
    };
    check_files(&["agents", "providers", "families"].map(entry).concat(), entry_layout);
}

/// The packages that a build of the commands compiles, with these words for its features.
fn compiled(features: &[&str]) -> Vec<String> {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.current_dir(workspace()).args(["tree", "--offline", "--locked", "--package", "xtask"]);
    cargo.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]).args(features);
    let output = cargo.output();
    let succeeded = output.as_ref().is_ok_and(|output| output.status.success());
    assert!(succeeded, "cargo cannot list what it compiles: {output:?}");
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// Checks that only a build with a feature compiles these packages.
#[track_caller]
fn check_only_with(feature: &str, packages: &[&str]) {
    let (main, other) = (compiled(&[]), compiled(&["--features", &format!("xtask/{feature}")]));
    for name in packages {
        assert!(other.iter().any(|package| package == name), "the build with `{feature}` has no `{name}`");
        assert!(main.iter().all(|package| package != name), "`gen-scripts` would wait for `{name}`");
    }
    assert!(main.iter().any(|package| package == "clap"), "{main:?}");
}

#[test]
fn gen_scripts_compiles_no_async_runtime() {
    check_only_with("live", &["registry-live", "tokio", "futures", "agent-client-protocol"]);
}

#[test]
fn gen_scripts_compiles_no_registry_client() {
    check_only_with("supply", &["jiff", "percent-encoding", "tar"]);
}

#[test]
fn gen_scripts_compiles_no_format_libraries() {
    check_only_with("outputs", &["registry-audit", "annotate-snippets", "schemars", "serde_yaml", "toml_writer"]);
}

/// The missing parts of a package: a description, licences, a front page with an example, the workspace's `publish`.
fn package_faults(folder: &str, manifest: &str, front: &str, licences: bool) -> Vec<String> {
    let table: toml::Table = manifest.parse().unwrap_or_default();
    let package = table.get("package");
    let field = |name: &str| package.and_then(|it| it.get(name));
    let described = field("description").and_then(toml::Value::as_str).is_some_and(|it| it.len() > 20);
    let inherits =
        |name: &str| field(name).and_then(|it| it.get("workspace")).is_some_and(|it| it.as_bool() == Some(true));
    // The macros cannot depend on the crate that uses them, so their example is on its front page.
    let example = folder == "registry-macros" || front.lines().any(|line| line == "//! ```");
    let wanted = [
        (described, "a description"),
        (inherits("publish"), "`publish.workspace = true`"),
        (inherits("license") && licences, "the licences"),
        (inherits("rust-version"), "`rust-version.workspace = true`"),
        (example, "an example on its front page that is run"),
    ];
    wanted.into_iter().filter(|(there, _)| !there).map(|(_, what)| format!("{folder}: lacks {what}")).collect()
}

#[test]
fn packages_have_metadata_and_are_not_published() {
    let found = package_faults("x", "[package]\nname = \"x\"\n", "//! X.\n", false);
    assert_eq!(found.len(), 5, "{found:?}");
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap_or_default();
    let shared = workspace.get("workspace").and_then(|it| it.get("package"));
    assert_eq!(shared.and_then(|it| it.get("publish")).and_then(toml::Value::as_bool), Some(false));
    let members = workspace.get("workspace").and_then(|it| it.get("members")).and_then(toml::Value::as_array);
    let mut faults = Vec::new();
    for folder in members.into_iter().flatten().filter_map(toml::Value::as_str) {
        let same = |name: &str| read(&format!("{folder}/{name}")) == read(name);
        let licences = same("LICENSE-MIT") && same("LICENSE-APACHE");
        let front = read(&format!("{folder}/src/lib.rs"));
        faults.extend(package_faults(folder, &read(&format!("{folder}/Cargo.toml")), &front, licences));
    }
    report(&faults);
}
