//! The recogniser against the dash of this machine, on random scripts of several kinds.
//!
//! `SHELL_CASES` sets how many scripts are compared (default 20,000) and `SHELL_SEED` which ones.

#![expect(clippy::panic, reason = "a helper of tests fails as the tests do")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use registry_model::shell::{check_syntax, find_bashisms, lint};
use serde_json::Value;

const BATCH: usize = 2_000;
const INSTALL: &str = "the tests compare with dash: install it with `apt-get install dash`";

/// Reads file names and prints for each the status of sourcing it; the file's first line is `set -n`.
const DRIVER: &str = r#"while read -r f; do (. "$f") 2>/dev/null; echo $?; done"#;

/// The verdicts of dash on many scripts, from one process.
fn dash_verdicts(folder: &Path, scripts: &[Vec<u8>]) -> Vec<bool> {
    let mut names = String::new();
    for (number, script) in scripts.iter().enumerate() {
        let path = folder.join(number.to_string());
        fs::write(&path, [b"set -n\n", script.as_slice()].concat()).unwrap_or_else(|error| panic!("{error}"));
        names.extend([&*path.to_string_lossy(), "\n"]);
    }
    let mut dash = Command::new("dash")
        .args(["-c", DRIVER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{INSTALL} ({error})"));
    let mut input = dash.stdin.take().unwrap_or_else(|| panic!("no pipe to dash"));
    let writer = thread::spawn(move || input.write_all(names.as_bytes()));
    let output = dash.wait_with_output().unwrap_or_else(|error| panic!("{error}"));
    writer.join().unwrap_or_else(|_| panic!("writer")).unwrap_or_else(|error| panic!("{error}"));
    let verdicts: Vec<bool> = String::from_utf8_lossy(&output.stdout).lines().map(|status| status == "0").collect();
    assert_eq!(verdicts.len(), scripts.len(), "dash gave up");
    verdicts
}

fn env_number(name: &str) -> Option<usize> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

/// Compares `share` of the cases, drawn from one kind of scripts.
#[track_caller]
fn check_agreement(kind: &str, share: usize, strategy: &BoxedStrategy<Vec<u8>>) {
    let cases = env_number("SHELL_CASES").unwrap_or(20_000) * share / 100;
    let mut seed = [0; 32];
    let number = env_number("SHELL_SEED").unwrap_or(1).to_le_bytes();
    seed.iter_mut().zip(number.iter().chain(kind.as_bytes())).for_each(|(to, from)| *to = *from);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let folder = tempfile::Builder::new().prefix("shell").tempdir().unwrap_or_else(|error| panic!("{error}"));

    let (mut accepted, mut compared, mut wrong) = (0, 0, Vec::new());
    while compared < cases && wrong.len() < 10 {
        let mut trees: Vec<_> = (0..BATCH.min(cases - compared))
            .map(|_| strategy.new_tree(&mut runner).unwrap_or_else(|error| panic!("{error}")))
            .collect();
        let scripts: Vec<_> = trees.iter().map(ValueTree::current).collect();
        for ((tree, script), verdict) in trees.iter_mut().zip(&scripts).zip(dash_verdicts(folder.path(), &scripts)) {
            accepted += usize::from(verdict);
            if check_syntax(script).is_ok() != verdict {
                wrong.push(shrink(folder.path(), tree));
            }
        }
        compared += scripts.len();
    }
    println!("{kind}: {compared} compared, {accepted} accepted, {} disagreements", wrong.len());
    assert_ne!(compared, 0, "{kind}: nothing was compared");
    assert!(accepted > 0 && accepted < compared, "{kind}: {accepted} of {compared} accepted proves little");
    assert!(wrong.is_empty(), "{kind}:\n{}", wrong.join("\n"));
}

/// A smaller script on which the two still disagree.
fn shrink(folder: &Path, tree: &mut impl ValueTree<Value = Vec<u8>>) -> String {
    let disagree = |script: &Vec<u8>| {
        dash_verdicts(folder, std::slice::from_ref(script)).first() != Some(&check_syntax(script).is_ok())
    };
    let mut smallest = tree.current();
    for _ in 0..400 {
        let moved = if disagree(&tree.current()) {
            smallest = tree.current();
            tree.simplify()
        } else {
            tree.complicate()
        };
        if !moved {
            break;
        }
    }
    format!("{:?}: ours {:?}", String::from_utf8_lossy(&smallest), check_syntax(&smallest))
}

fn joined(parts: impl Strategy<Value = Vec<Vec<u8>>> + 'static) -> BoxedStrategy<Vec<u8>> {
    parts.prop_map(|parts| parts.concat()).boxed()
}

fn pieces(from: &'static [&'static str], most: usize) -> BoxedStrategy<Vec<u8>> {
    joined(vec(select(from).prop_map(|piece| piece.as_bytes().to_vec()), 1..most))
}

const TOKENS: &[&str] = &[
    "if ",
    "then ",
    "elif ",
    "else ",
    "fi ",
    "while ",
    "until ",
    "for ",
    "in ",
    "do ",
    "done ",
    "case ",
    "esac ",
    "{ ",
    "} ",
    "! ",
    "( ",
    ") ",
    ";",
    ";; ",
    "& ",
    "&& ",
    "| ",
    "|| ",
    "\n",
    "> ",
    ">> ",
    "< ",
    "<&",
    ">&",
    ">|",
    "<>",
    "<<E ",
    "<<-E ",
    "<<'E' ",
    "2>",
    "10>",
    "E\n",
    "\nE\n",
    "\n\tE\n",
    "a ",
    "x=1 ",
    "f() ",
    "f()",
    "()",
    "$x ",
    "\"a b\" ",
    "'c' ",
    "`a` ",
    "$(a) ",
    "$((1)) ",
    "${x} ",
    "${x:-b} ",
    "\\\n",
    "\\",
    "#",
    " # c\n",
    "a) ",
    "(a) ",
    "a|b) ",
    "x in ",
    "set() ",
    "f-g() ",
    "{ a; } ",
    "(a)",
    "if a; then b; fi ",
    "while a; do b; done ",
    "for i in 1 2; do b; done ",
    "case x in a) b;; esac ",
    "$(",
    "`",
    "\"",
    "'",
    "${",
    "$((",
    "))",
];
const QUOTING: &[&str] = &[
    "\"", "\"", "'", "`", "\\", "$", "{", "}", "}", "(", ")", "))", "${", "${x", "${x:-", "${x%", "${x##", "${#",
    "${#x", "$((", "$(", "\\`", "\\\"", "\\$", "\\\\", "\\\n", "\n", " ", "x", "1", "#", "%", ":", "-", "+", "=", "?",
    "/", "!", "@", "*", "<", ">", "&", ";", "|",
];
const HERE: &[&str] = &[
    "a <<E",
    "a <<-E",
    "a <<'E'",
    "a <<\\E",
    "a <<E\"F\"",
    "a <<$x",
    "a <<''",
    "a <<\"E\nF\"",
    "a << `b`",
    "<<\"E$x\"",
    "\nE\n",
    "\n\tE\n",
    "\nEF\n",
    "\n$x\n",
    "\n`b`\n",
    "\n\n",
    "\nE$x\n",
    "\nE",
    " ",
    "; ",
    "| b ",
    "&& ",
    "&",
    "( ",
    ") ",
    "{ ",
    "} ",
    "$(",
    "`",
    "${x:-",
    "${x%",
    "}",
    "$((",
    "))",
    "\"",
    "'",
    "\\",
    "\\\n",
    "\n",
    "b",
    "\t",
    "if ",
    "; then ",
    "fi ",
    "case x in (",
    "for i in b",
    "\ndo c; done",
    "esac",
    "\\`",
];
const BYTES: &[u8] = b"aEx1 \t\n;&|<>(){}[]$`'\"\\#%:=-+?!*~/@,^\x00\x81\x82\xc3\xa9\r\x0b";

/// Scripts that mostly follow the grammar.
fn grammatical() -> BoxedStrategy<Vec<u8>> {
    let word = prop_oneof![
        6 => select(&["a", "b", "x=1", "if", "done", "{", "}", "-n", "'q r'", "\"d $x\"", "a\\ b", "2", "[", "]", "=", "!"]
            as &[&str]).prop_map(str::to_owned),
        1 => pieces(QUOTING, 5).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ];
    let simple = (vec(word, 1..4), select(&["", "", "", " >f", " 2>&1", " <f", " <<E", "\nE"] as &[&str]))
        .prop_map(|(words, tail)| words.join(" ") + tail);
    let list = simple.prop_recursive(5, 40, 6, |inner| {
        let separator = select(&["; ", "\n", " & ", " && ", " || ", " | ", "\nE\n", " ;\n", "", " "] as &[&str]);
        let pair = (inner.clone(), separator, inner.clone()).prop_map(|(a, by, b)| a + by + &b);
        let shape = select(&[
            "if @; then @; fi",
            "if @\nthen @\nelse @\nfi",
            "while @; do @; done",
            "{ @; }",
            "( @ )",
            "(@)",
            "f() { @; }",
            "f() ( @ )",
            "f()\n@",
            "! @",
            "x=$(@)",
            "echo \"$(@)\"",
            "x=`@`",
            "echo \"`@`\"",
            "for i in @; do @; done",
            "for i; do @; done",
            "case @ in @) @;; (b|c) @;; esac",
            "case x in a) @; esac",
            "cat <<E\n@\n$(@)\nE\n",
            "echo ${x:-@}",
            "echo \"${x:-@}\"",
            "echo \"${x%@}\"",
            "echo $((@))",
            "@ >f",
            "{ @; } 2>&1 | @",
            "until @\ndo @\ndone",
            "@ # @\n",
        ] as &[&str]);
        let nested = (shape, inner.clone(), inner).prop_map(|(shape, a, b)| {
            let mut turns = [a, b].into_iter().cycle();
            shape.split('@').enumerate().fold(String::new(), |out, (number, part)| {
                if number == 0 { part.to_owned() } else { out + &turns.next().unwrap_or_default() + part }
            })
        });
        prop_oneof![2 => pair, 3 => nested]
    });
    list.prop_map(String::into_bytes).boxed()
}

/// Scripts to mutate: the vectors, and the shell scripts of this machine cut into pieces.
fn samples() -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/shell.jsonl");
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let script =
        |line: &str| Some(serde_json::from_str::<Value>(line).ok()?.get("script")?.as_str()?.as_bytes().to_vec());
    let mut samples: Vec<_> = text.lines().filter_map(script).filter(|script| !script.is_empty()).collect();
    assert!(samples.len() > 1_000, "the vectors are missing");
    for folder in ["/usr/bin", "/etc/init.d", "/var/lib/dpkg/info"] {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for script in paths.iter().filter_map(|path| fs::read(path).ok()).filter(|text| text.starts_with(b"#!/bin/sh"))
        {
            let lines: Vec<&[u8]> = script.split_inclusive(|&byte| byte == b'\n').collect();
            samples.extend(lines.chunks(25).map(<[_]>::concat));
            if script.len() < 4_000 {
                samples.push(script);
            }
        }
    }
    samples
}

/// Samples with a few bytes or pieces removed, inserted, doubled or swapped.
fn mutated() -> BoxedStrategy<Vec<u8>> {
    let edit = (0..5_u8, any::<Index>(), any::<Index>(), select(TOKENS), select(BYTES));
    (select(samples()), vec(edit, 0..4))
        .prop_map(|(mut script, edits)| {
            for (what, from, to, token, byte) in edits {
                let (from, to) = (from.index(script.len() + 1), to.index(script.len() + 1));
                let (start, end) = (from.min(to), from.max(to).min(from.min(to) + 12));
                match what {
                    0 => drop(script.drain(start..end)),
                    1 => drop(script.splice(start..start, token.bytes())),
                    2 => script.insert(start, byte),
                    3 => drop(script.splice(start..end, [byte])),
                    _ => drop(script.splice(start..start, script.get(start..end).unwrap_or_default().to_vec())),
                }
            }
            script
        })
        .boxed()
}

#[test]
fn random_tokens_match_dash() {
    check_agreement("token soup", 20, &pieces(TOKENS, 12));
}

#[test]
fn random_quoting_matches_dash() {
    check_agreement("quoting soup", 20, &pieces(QUOTING, 14));
}

#[test]
fn here_documents_match_dash() {
    check_agreement("here-documents", 20, &pieces(HERE, 12));
}

#[test]
fn random_bytes_match_dash() {
    check_agreement("random bytes", 10, &vec(select(BYTES), 1..16).boxed());
}

#[test]
fn grammatical_scripts_match_dash() {
    check_agreement("grammatical", 15, &grammatical());
}

#[test]
fn mutated_scripts_match_dash() {
    check_agreement("mutated", 15, &mutated());
}

/// Every kind of nesting, 100,000 deep, on a stack a thread of a careful program has.
#[test]
fn deep_nesting_never_exhausts_the_stack() {
    let openers = [
        "(",
        "( ",
        "{ ",
        "$(",
        "`",
        "${",
        "${x:-",
        "\"${x%",
        "$((",
        "$(( ( ",
        "if ",
        "if a; then ",
        "while ",
        "until a; do ",
        "for i do ",
        "case x in a) ",
        "case x in (",
        "f() ",
        "f() { ",
        "! ",
        "a | ",
        "a && ",
        "\"$(",
        "\"`",
        "\\`",
        "<<E $(",
        "a <<E\n$(",
        "\"${x:-\"",
        "'",
        "\\\n",
        "$\\\n",
        "x=$(case $(",
        "if $(",
        "a;",
        "\n",
        "#\n",
        "a <<E;",
    ];
    let small = thread::Builder::new().stack_size(256 * 1024).spawn(move || {
        for opener in openers {
            for closer in ["", ")", "; }", "; fi"] {
                let script = [opener.repeat(100_000), "a".to_owned(), closer.repeat(100_000)].concat();
                let _ = check_syntax(script.as_bytes());
                if closer.is_empty() {
                    lint(script.as_bytes());
                }
            }
        }
    });
    small.unwrap_or_else(|error| panic!("{error}")).join().unwrap_or_else(|_| panic!("the recogniser panicked"));
}

#[test]
fn nesting_accepted_by_dash_is_accepted() {
    for (opener, middle, closer) in
        [("( ", "a", " )"), ("$(", "a", ")"), ("{ ", "a", "; }"), ("if ", "a", "; then b; fi"), ("${x:-", "a", "}")]
    {
        let script = [&opener.repeat(10_000), middle, &closer.repeat(10_000)].concat();
        assert_eq!(check_syntax(script.as_bytes()), Ok(()), "{opener}");
    }
}

/// A megabyte of anything is read in one pass: nothing here is quadratic.
#[test]
fn megabyte_scripts_parse_in_linear_time() {
    let start = std::time::Instant::now();
    for piece in [TOKENS, QUOTING, HERE].concat() {
        let script = piece.repeat(1_000_000 / piece.len());
        let _ = check_syntax(script.as_bytes());
        let _ = check_syntax(["a <<E\n", &script].concat().as_bytes());
        let _ = check_syntax(["echo \"", &script].concat().as_bytes());
    }
    assert!(start.elapsed().as_secs() < 120, "took {:?}", start.elapsed());
}

#[test]
fn random_bytes_never_panic() {
    let mut runner = TestRunner::new(Config { cases: 100_000, failure_persistence: None, ..Config::default() });
    let any_bytes =
        prop_oneof![vec(any::<u8>(), 0..64), vec(select(BYTES), 0..64), pieces(TOKENS, 12), pieces(QUOTING, 12)];
    let result = runner.run(&any_bytes, |script| {
        let verdict = check_syntax(&script);
        let findings = lint(&script);
        prop_assert_eq!(verdict.is_err(), findings.iter().any(|finding| finding.rule == "S001"));
        prop_assert!(findings.is_sorted_by_key(|finding| finding.offset));
        for finding in find_bashisms(&script).into_iter().chain(findings) {
            prop_assert!(finding.offset <= finding.end && finding.end <= script.len(), "{:?}", finding);
        }
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}
