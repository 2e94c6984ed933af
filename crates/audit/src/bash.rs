//! Bash as bash: the commands of a script, lowered from the tree of `shuck-parser` into the one that the rules read.
//!
//! A statement that is not understood is left out, and so said; the rest of the script is read.

mod compounds;
mod lists;
mod lowering;
mod words;

use registry_model::shell::{Command, ListPlace};
use shuck_parser::parser::{ParseStatus, Parser};
use shuck_parser::{ShellDialect, ShellProfile};

use lowering::{DEPTH, Lowering, Scope, Skipped};

/// How often a script is read on after a statement that is not understood.
const RESTARTS: usize = 20;

/// Parser steps for each byte, so that the time is bounded. Real scripts take fewer.
const FUEL: usize = 1;

/// How many `${` may be open. The parser's time grows with the third power of that (300 take 5 s, and 40 a millisecond;
/// shuck-parser 0.2.8), and its limit of steps does not count it.
const EXPANSIONS: usize = 30;

/// Where a text has too many `${` open, quotes and comments not considered.
fn nests_too_deeply(text: &str) -> Option<usize> {
    let mut open = 0usize;
    let mut before = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if before == b'$' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > EXPANSIONS {
            // The line that opens the last one is left out with the rest.
            return text.get(..at).map(|it| it.rfind('\n').map_or(0, |at| at + 1));
        }
        before = byte;
    }
    None
}

/// The commands of a script, and what was left out.
pub(crate) struct Lowered<'a> {
    pub(crate) commands: Vec<Command<'a>>,
    pub(crate) skipped: Vec<Skipped>,
}

/// The commands of a bash script.
pub(crate) fn commands(script: &[u8]) -> Vec<Command<'_>> {
    read(script, ShellDialect::Bash).commands
}

/// Reads a script of bash, or of zsh, on a thread of its own: what walks a tree is recursive, so its stack must be
/// known; and if the parser panics in spite of its limits, only this script is left out.
pub(crate) fn read(script: &[u8], dialect: ShellDialect) -> Lowered<'_> {
    let failed = |why: &str| {
        let skipped = vec![Skipped { offset: 0, why: why.to_owned() }];
        Lowered { commands: Vec::new(), skipped }
    };
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || lower(script, dialect));
        match reader {
            Ok(reader) => reader.join().unwrap_or_else(|_| failed("the parser failed")),
            Err(error) => failed(&format!("no thread for the parser: {error}")),
        }
    })
}

/// The stack of the thread that reads a script; the parser itself takes no more than 1.5 MiB.
const STACK: usize = 32 << 20;

fn lower(script: &[u8], dialect: ShellDialect) -> Lowered<'_> {
    let (text, skipped) = match std::str::from_utf8(script) {
        Ok(text) => (text, Vec::new()),
        Err(error) => {
            let offset = error.valid_up_to();
            let before = script.get(..offset).unwrap_or_default();
            let why = "what follows is not UTF-8".to_owned();
            (std::str::from_utf8(before).unwrap_or_default(), vec![Skipped { offset, why }])
        }
    };
    let (text, skipped) = match nests_too_deeply(text) {
        Some(offset) => {
            let why = format!("`${{` is nested more than {EXPANSIONS} deep");
            (text.get(..offset).unwrap_or_default(), vec![Skipped { offset, why }])
        }
        None => (text, skipped),
    };
    let mut lowering =
        Lowering { script, base: 0, commands: Vec::new(), skipped, top: Scope::new(None, ListPlace::Top, 0) };
    let mut start = 0;
    for _ in 0..RESTARTS {
        let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) else { break };
        let Some(next) = lowering.take(rest, start, dialect) else { break };
        start = next;
    }
    Lowered { commands: lowering.commands, skipped: lowering.skipped }
}

impl Lowering<'_> {
    /// Reads from an offset; the offset at which to go on, where a statement was not understood.
    fn take(&mut self, text: &str, base: usize, dialect: ShellDialect) -> Option<usize> {
        self.base = base;
        let fuel = text.len().saturating_mul(FUEL).max(100_000);
        let parser = Parser::with_limits_and_profile(text, DEPTH, fuel, ShellProfile::native(dialect));
        let result = parser.parse();
        let fault = result.diagnostics.first();
        let end = match (result.status, fault) {
            (ParseStatus::Clean, _) => text.len(),
            (_, Some(fault)) => fault.span.start.offset(),
            (_, None) => 0,
        };
        let mut scope = std::mem::replace(&mut self.top, Scope::new(None, ListPlace::Top, 0));
        let whole = result.file.body.stmts.iter().filter(|it| it.span.end.offset() <= end);
        let mut read = 0;
        for statement in whole {
            self.statement(&mut scope, statement, 0);
            read = read.max(statement.span.end.offset());
        }
        self.top = scope;
        if result.status == ParseStatus::Clean {
            return None;
        }
        // The statement that is not understood begins after those that are; the next line is tried after it.
        let from = text.get(read..)?;
        let blank = from.len() - without_comments(from).len();
        let why = fault.map_or_else(|| "it is not understood".to_owned(), |it| it.message.clone());
        let begin = read + blank;
        if self.skipped.last().is_none_or(|it| it.why != why || it.offset + 400 < base + begin) {
            self.skipped.push(Skipped { offset: base + begin, why });
        }
        let line = text.get(begin..)?.find('\n')?;
        Some(base + begin + line + 1)
    }
}

/// A text without the blanks and comments that it begins with.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_start_matches([' ', '\t', '\n', ';']);
    while let Some((_, rest)) = text.strip_prefix('#').and_then(|it| it.split_once('\n')) {
        text = rest.trim_start_matches([' ', '\t', '\n', ';']);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use registry_model::shell;
    use shuck_parser::ShellDialect;

    use super::{commands, read};

    const CORPUS: &str = include_str!("../../../tests/vectors/audit/corpus/bash.txt");

    /// The words of each command, and what was left out.
    #[track_caller]
    fn check(script: &str, expected: &[&str], skipped: usize) {
        let read = read(script.as_bytes(), ShellDialect::Bash);
        let shown: Vec<String> = read
            .commands
            .iter()
            .map(|it| it.assignments.iter().chain(&it.words).map(|it| &*it.text).collect::<Vec<_>>().join(" "))
            .filter(|it| !it.is_empty())
            .collect();
        assert_eq!(
            (shown, read.skipped.len()),
            (expected.iter().map(|it| (*it).to_owned()).collect(), skipped),
            "{script}"
        );
    }

    #[test]
    fn the_syntax_of_bash_is_lowered() {
        check("a=(b c); echo \"${a[@]}\"", &["a=(b c)", "echo ${a[@]}"], 0);
        check("function f { x y; }; my-fn() { z; }", &["f", "x y", "my-fn", "z"], 0);
        check("cat <<<\"$x\"; a |& b", &["cat", "a", "b"], 0);
        check("diff <(a b) <(c)", &["diff <(a b) <(c)", "a b", "c"], 0);
        check("[[ $a == b* ]] && ((x++)); y", &["[[ $a b* ==", "((", "y"], 0);
        check("case $x in a) b ;;& c) d ;& esac", &["$x", "b", "d"], 0);
        check("for ((i=0;i<3;i++)); do a; done; select x in y; do b; done", &["a", "y", "b"], 0);
        check("time npm ci; export A=1 B; exit 3", &["npm ci", "export A=1 B", "exit 3"], 0);
        check("echo \"$(a \"$(b)\")\" `c`", &["echo $(a \"$(b)\") `c`", "a $(b)", "b", "c"], 0);
        check("a\necho )\nb", &["a", "b"], 1);
    }

    #[test]
    fn chains_and_pipes_keep_their_order() {
        let read = commands(b"a | b && c || d & e");
        let names: Vec<_> = read.iter().filter_map(shell::Command::name).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
        assert_eq!(read.iter().map(|it| it.next).collect::<Vec<_>>(), [Some(1), None, None, None, None]);
        let successors: Vec<_> = read.iter().map(|it| it.successor).collect();
        assert_eq!(successors, [Some(2), Some(2), Some(3), Some(4), None]);
    }

    #[test]
    fn hostile_scripts_take_bounded_time() {
        let deep = |open: &str, close: &str| format!("{}a{}", open.repeat(1_000), close.repeat(1_000));
        for script in [
            deep("$(", ")"),
            deep("{ ", "; }"),
            deep("(", ")"),
            deep("if a; then ", "; fi"),
            deep("\"${a:-", "}\""),
            deep("[[ ( ", " ) ]]"),
            "a && ".repeat(3_000) + "b",
            "a | ".repeat(3_000) + "b",
            "echo )\n".repeat(500),
            "`".repeat(2_000),
        ] {
            let start = Instant::now();
            let read = read(script.as_bytes(), ShellDialect::Bash);
            let found = shell::lint_commands(script.as_bytes(), read.commands, commands);
            assert!(start.elapsed() < Duration::from_mins(2), "{:.40}: {} findings", script, found.len());
        }
        assert_eq!(read(b"a \xff b", ShellDialect::Bash).skipped.len(), 1);
    }

    /// `MUTATIONS=100000 cargo test -p registry-audit mutated` tries so many.
    #[test]
    fn mutated_scripts_cause_no_panic() {
        let wanted = std::env::var("MUTATIONS").ok().and_then(|it| it.parse().ok()).unwrap_or(500);
        let text: Vec<u8> =
            CORPUS.lines().filter_map(|it| it.split_once(" | ")).flat_map(|it| [it.1, "\n"]).collect::<String>().into();
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below.max(1) as u64).unwrap_or_default()
        };
        for _ in 0..wanted {
            let start = random(text.len());
            let end = (start + 100 + random(700)).min(text.len());
            let mut script = text[start..end].to_vec();
            for _ in 0..=random(4) {
                let at = random(script.len());
                match random(3) {
                    0 => drop(script.drain(at..(at + random(20)).min(script.len()))),
                    1 => script.insert(at, b"(){}[]$`'\"\\;|&<>\n #!=*?~"[random(24)]),
                    _ => {
                        let piece = script[at..(at + random(30)).min(script.len())].to_vec();
                        let to = random(script.len());
                        script.splice(to..to, piece);
                    }
                }
            }
            let read = read(&script, ShellDialect::Bash);
            let failed = read.skipped.iter().any(|it| it.why.contains("the parser failed"));
            assert!(!failed, "{}", String::from_utf8_lossy(&script));
            drop(shell::lint_commands(&script, read.commands, commands));
        }
    }
}
