//! Precision and recall of the hygiene rules on the labelled corpus, by rule and kind of script.
//!
//! `cargo test -p registry-audit corpus -- --nocapture` prints them; `CORPUS=misses` prints each line on which a rule
//! and its label disagree, but for the scripts that are set aside.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use registry_model::model::Registry;

use crate::diagnostic::Diagnostic;

const RULES: [(&str, &str); 3] = [("I003", "3"), ("I004", "4"), ("I005", "5")];

const KINDS: [(&str, &str); 5] = [
    ("bash", include_str!("../../../tests/vectors/audit/corpus/bash.txt")),
    ("sh", include_str!("../../../tests/vectors/audit/corpus/sh.txt")),
    ("docker", include_str!("../../../tests/vectors/audit/corpus/docker.txt")),
    ("workflow", include_str!("../../../tests/vectors/audit/corpus/workflow.txt")),
    ("manifest", include_str!("../../../tests/vectors/audit/corpus/manifest.txt")),
];

/// What the figures may not fall below, in percent, over all kinds: precision and recall of each rule.
const FLOORS: [(usize, usize); 3] = [(97, 97), (97, 94), (98, 93)];

/// A script of the corpus.
struct Case {
    name: String,
    text: String,
    /// By line of the text: its labels, and whether it continues the line before it.
    labels: Vec<(&'static str, bool)>,
}

/// The outcome of one rule.
#[derive(Clone, Copy, Default)]
struct Tally {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    fn precision(self) -> usize {
        percent(self.right, self.wrong)
    }

    fn recall(self) -> usize {
        percent(self.right, self.missed)
    }
}

fn percent(part: usize, rest: usize) -> usize {
    (part * 100).checked_div(part + rest).unwrap_or(100)
}

fn cases(kind: &str, text: &'static str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut script = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut script);
            cases.push(Case { name: script.clone(), text: String::new(), labels: Vec::new() });
            continue;
        }
        let (labels, line) = line.split_once(" | ").or_else(|| Some((line.strip_suffix(" |")?, ""))).expect("a line");
        let continues = cases.last().is_some_and(|it| it.text.ends_with("\\\n"));
        // Every instruction of a Dockerfile is a script.
        if kind == "docker" && !continues && cases.last().is_some_and(|it| !it.text.is_empty()) {
            cases.push(Case { name: script.clone(), text: String::new(), labels: Vec::new() });
        }
        let case = cases.last_mut().expect("a script has a name");
        case.labels.push((labels, continues));
        case.text.push_str(line);
        case.text.push('\n');
    }
    cases
}

/// FNV-1a: the same on every machine.
fn is_set_aside(name: &str) -> bool {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash.is_multiple_of(3)
}

fn lint(kind: &str, text: &str) -> Vec<Diagnostic> {
    let registry = Registry { agents: &[], providers: &[], families: &[], extends: None, folder: "" };
    let prefix = if kind == "workflow" { "#!/bin/bash -e\n" } else { "#!/bin/sh\n" };
    let prefix = if text.starts_with("#!") { "" } else { prefix };
    let mut found = crate::lint(&registry, "script.sh", format!("{prefix}{text}").into_bytes()).expect("it is read");
    for finding in &mut found {
        finding.line -= prefix.matches('\n').count();
    }
    found
}

/// The tallies of the three rules in a script, and the lines on which they and the labels disagree.
fn measure(kind: &str, case: &Case) -> ([Tally; 3], String) {
    let found = lint(kind, &case.text);
    let (mut tallies, mut misses) = ([Tally::default(); 3], String::new());
    let lines: Vec<&str> = case.text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let continued = case.labels[at + 1..].iter().take_while(|it| it.1).count();
        let last = at + continued;
        for ((code, label), tally) in RULES.iter().zip(&mut tallies) {
            let wanted = case.labels[at].0.split_whitespace().any(|it| it == *label);
            let got = found.iter().find(|it| it.code == *code && (at + 1..=last + 1).contains(&it.line));
            match (wanted, got) {
                (true, Some(_)) => tally.right += 1,
                (true, None) => {
                    tally.missed += 1;
                    let _ = writeln!(misses, "{kind} {}: missed {code}: {}", case.name, lines[at]);
                }
                (false, Some(finding)) => {
                    tally.wrong += 1;
                    let message = &finding.message;
                    let _ = writeln!(misses, "{kind} {}: wrong {code}: {}: {message}", case.name, lines[at]);
                }
                (false, None) => {}
            }
        }
        at = last + 1;
    }
    (tallies, misses)
}

#[test]
fn corpus_figures_do_not_fall() {
    let shows_misses = std::env::var("CORPUS").is_ok_and(|it| it == "misses");
    let mut sums: BTreeMap<(bool, &str), [Tally; 3]> = BTreeMap::new();
    let (mut labelled, mut total) = ([0; 3], [Tally::default(); 3]);
    for (kind, text) in KINDS {
        for case in cases(kind, text) {
            let aside = is_set_aside(&case.name);
            let (tallies, misses) = measure(kind, &case);
            if shows_misses && !aside {
                print!("{misses}");
            }
            for (number, tally) in tallies.into_iter().enumerate() {
                sums.entry((aside, kind)).or_default()[number].add(tally);
                total[number].add(tally);
                let label = RULES[number].1;
                let about = |labels: &&str| labels.split_whitespace().any(|it| it.trim_start_matches('!') == label);
                labelled[number] += case.labels.iter().filter(|it| about(&it.0)).count();
            }
        }
    }
    println!("{:<10} {:<9} {:>16} {:>16} {:>16}", "scripts", "kind", "I003", "I004", "I005");
    let show = |tallies: &[Tally; 3]| {
        let cell = |it: &Tally| format!("{:>4} % {:>4} %", it.precision(), it.recall());
        tallies.iter().map(|it| format!("{:>16}", cell(it))).collect::<Vec<_>>().join(" ")
    };
    for aside in [false, true] {
        let share = if aside { "set aside" } else { "open" };
        let mut sum = [Tally::default(); 3];
        for (kind, tallies) in sums.iter().filter(|((it, _), _)| *it == aside).map(|((_, kind), it)| (kind, it)) {
            println!("{share:<10} {kind:<9} {}", show(tallies));
            for (number, tally) in tallies.iter().enumerate() {
                sum[number].add(*tally);
            }
        }
        println!("{share:<10} {:<9} {}", "all", show(&sum));
    }
    println!("{:<10} {:<9} {}   (precision, recall)", "all", "all", show(&total));
    for ((tally, (precision, recall)), (code, _)) in total.iter().zip(FLOORS).zip(RULES) {
        assert!(tally.precision() >= precision && tally.recall() >= recall, "{code} fell: {}", show(&total));
    }
    assert!(labelled.iter().all(|it| *it >= 150), "too few labelled lines: {labelled:?}");
}
