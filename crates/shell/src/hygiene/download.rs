//! Rule I004: an unverified download, or one that is run before it is verified.
//!
//! Incident 3: an error page, served with status 429, was run as a script. Incidents 4, 41 and 46 are similar.

use std::collections::BTreeSet;

use super::checksum::{Check, Checks};
use super::sources::{Source, is_commit, source};
use super::status::Failures;
use super::{is_short, operands, program};
use crate::diagnostic::Diagnostics;
use crate::reader::{Command, Reading, Redirection};
use crate::sink::{ListPlace, Operator, Shape};
use crate::word::Word;
use crate::wrappers::{base, unwrapped};

const RULE: &str = "I004";

const HELP: &str = "download to a file, check it with `sha256sum -c`, then use it";

pub(super) fn check(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    let commands = || reading.commands.iter().enumerate();
    let sources: Vec<(usize, Source<'_>)> =
        commands().filter_map(|(index, command)| Some((index, source(reading, command)?))).collect();
    if sources.is_empty() {
        return;
    }
    let failures = Failures::new(reading);
    // A list of sums that is fetched too is about the others.
    let programs = sources.iter().filter(|(_, it)| !matches!(it, Source::Fetched { answer: true, .. }));
    let files: Vec<(usize, &str)> = programs.filter_map(|(index, it)| Some((*index, it.name()?))).collect();
    let finder = Checks::new(reading, &failures);
    let checks: Vec<Check<'_>> = finder.find(&files);
    let unproved = finder.unproved(&files, &checks);
    let pins: Vec<usize> =
        commands().filter(|(_, command)| pins_commit(reading, command)).map(|(index, _)| index).collect();
    let branches: Vec<usize> =
        sources.iter().filter(|(_, it)| matches!(it, Source::Branch(_))).map(|(index, _)| *index).collect();
    for (index, source) in &sources {
        let Some(command) = reading.commands.get(*index) else { continue };
        match source {
            Source::Pulled(message) => {
                let help = "pin it to a full commit, or install a version from a package registry";
                findings.add(RULE, &command.range, message.clone(), help);
            }
            Source::Branch(verb) => {
                if !pins.iter().any(|pin| is_pinned_by(reading, *index, *pin, &branches)) {
                    let message = format!("`git {verb}` of a branch, whose content can change");
                    findings.add(RULE, &command.range, message, "add `git checkout` of a full commit after it");
                }
            }
            Source::Fetched { tool, url, answer, .. } => {
                if let Some(shell) = runs_as_it_arrives(reading, *index) {
                    let message =
                        format!("`{shell}` runs the output of `{tool}` before it is verified, an error page included");
                    findings.add(RULE, &command.range, message, HELP);
                } else if !answer && !is_verified(reading, *index, source, &checks, &unproved) {
                    let of = if url.is_empty() { String::new() } else { format!(" of `{url}`") };
                    findings.add(RULE, &command.range, format!("unverified download by `{tool}`{of}"), HELP);
                }
            }
        }
    }
}

/// Whether a commit that is checked out is of a repository that was fetched: of the last before it, or of a named one.
fn is_pinned_by(reading: &Reading<'_>, index: usize, pin: usize, branches: &[usize]) -> bool {
    let nearest = || !branches.iter().any(|other| *other > index && *other < pin);
    let named = || {
        let folder = reading.commands.get(index).and_then(|it| it.words.last()).map(|word| base(&word.text));
        let folder = folder.map(|it| it.trim_end_matches(".git")).filter(|it| !it.is_empty());
        let words = reading.commands.get(pin).map(|it| it.words.as_slice()).unwrap_or_default();
        folder.is_some_and(|folder| words.iter().any(|word| base(&word.text) == folder))
    };
    pin > index && (nearest() || named())
}

/// Whether a check about a download comes after it, and before its first use.
///
/// A list of sums, whose content is not known, is not about a file whose own checksum decides nothing.
fn is_verified(
    reading: &Reading<'_>,
    index: usize,
    source: &Source<'_>,
    checks: &[Check<'_>],
    unproved: &BTreeSet<&str>,
) -> bool {
    let used = source.name().and_then(|name| first_use(reading, index, name));
    let is_unproved = source.name().is_some_and(|name| unproved.contains(name));
    checks.iter().any(|check| {
        let about =
            check.files.is_empty() && !is_unproved || source.name().is_some_and(|name| check.files.contains(&name));
        about && (check.in_function || check.index > index && used.is_none_or(|used| check.index < used))
    })
}

/// The first command after a download that unpacks or runs its file.
fn first_use(reading: &Reading<'_>, index: usize, name: &str) -> Option<usize> {
    let after = reading.commands.iter().enumerate().skip(index + 1);
    let mut uses = after.filter(|(_, command)| {
        let Some((first, arguments)) = unwrapped(&command.words).split_first() else { return false };
        let is_file = |word: &Word<'_>| base(&word.text) == name;
        let unpacks = matches!(
            base(&first.text),
            "tar" | "unzip" | "bsdtar" | "gunzip" | "xz" | "7z" | "dpkg" | "rpm" | "sh" | "bash" | "." | "source"
        );
        let runs = is_file(first) && first.text.contains('/');
        runs || unpacks && arguments.iter().any(is_file)
    });
    uses.next().map(|(at, _)| at)
}

/// The interpreter that runs what a download prints.
fn runs_as_it_arrives(reading: &Reading<'_>, index: usize) -> Option<String> {
    let mut member = Some(index);
    while let Some(command) = member.and_then(|member| reading.commands.get(member)) {
        if let Some(shell) = command.next.and_then(|next| reads_script(reading, next)) {
            return Some(shell);
        }
        if let Some(shell) = runs_substitution(reading, command) {
            return Some(shell);
        }
        // The pipe may start inside a compound command: `(curl …) | sh`.
        member = if command.next.is_some() {
            command.next
        } else {
            command.parent.filter(|_| command.place == ListPlace::Body)
        };
    }
    None
}

/// Whether a command of a pipe runs its input as a script.
fn reads_script(reading: &Reading<'_>, index: usize) -> Option<String> {
    let command = reading.commands.get(index)?;
    if command.shape != Shape::Simple {
        let mut simple =
            reading.held(index).filter(|held| held.shape == Shape::Simple && held.place == ListPlace::Body);
        return simple.find_map(interpreter_of_input);
    }
    interpreter_of_input(command)
}

fn interpreter_of_input(command: &Command<'_>) -> Option<String> {
    let (first, arguments) = unwrapped(&command.words).split_first()?;
    let name = base(&first.text);
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let from_input = match kind {
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" | "fish" => {
            !arguments.iter().any(|word| is_short(word, 'c'))
                && (arguments.iter().any(|word| is_short(word, 's')) || first_operand(arguments).is_none_or(is_input))
        }
        "python" | "node" | "perl" | "ruby" | "php" | "deno" | "bun" => {
            let inline = |word: &Word<'_>| word.text.len() > 1 && word.text.starts_with('-');
            !arguments.iter().any(inline) && first_operand(arguments).is_none_or(is_input)
        }
        "." | "source" => first_operand(arguments).is_some_and(is_input),
        "su" => first_operand(arguments).is_none_or(|operand| operand == "-"),
        _ => false,
    };
    from_input.then(|| name.to_owned())
}

fn first_operand<'w>(arguments: &'w [Word<'_>]) -> Option<&'w str> {
    arguments.iter().map(|word| &*word.text).find(|text| *text == "-" || !text.starts_with(['-', '+']))
}

fn is_input(operand: &str) -> bool {
    matches!(operand, "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
}

/// `sh -c "$(curl …)"`, `eval "$(curl …)"`, and `$(curl …)` as a command.
fn runs_substitution(reading: &Reading<'_>, command: &Command<'_>) -> Option<String> {
    let holder = match command.place {
        ListPlace::Substitution => reading.commands.get(command.parent?)?,
        _ => return None,
    };
    let words = unwrapped(&holder.words);
    let first = words.first()?;
    let name = base(&first.text);
    let inside = |word: &Word<'_>| word.range.start <= command.range.start && command.range.end <= word.range.end;
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let in_word = words.iter().find(|word| inside(word));
    // `bash <(curl …)` and `python3 <<<"$(curl …)"`.
    let process = in_word.is_some_and(|word| word.text.starts_with("<("));
    let is_shell = matches!(kind, "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" | "." | "source");
    let string = |it: &Redirection<'_>| it.operator == Operator::HereString && it.target.as_ref().is_some_and(inside);
    if holder.redirections.iter().any(string) {
        return interpreter_of_input(holder);
    }
    let runs = match kind {
        _ if process => is_shell || matches!(kind, "python" | "node" | "perl" | "ruby"),
        "eval" => true,
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" | "su" => words.iter().any(|word| is_short(word, 'c')),
        "python" => words.iter().any(|word| is_short(word, 'c')),
        "node" | "perl" | "ruby" => words.iter().any(|word| is_short(word, 'e')),
        _ => false,
    };
    if runs {
        Some(name.to_owned())
    } else if inside(first) && !process {
        Some("the shell".to_owned())
    } else {
        None
    }
}

/// Whether a command checks a full commit out.
fn pins_commit(reading: &Reading<'_>, command: &Command<'_>) -> bool {
    let Some(("git", arguments)) = program(command) else { return false };
    let moves = ["checkout", "reset", "switch", "fetch"];
    operands(arguments).any(|word| moves.contains(&&*word.text))
        && operands(arguments).any(|word| names_commit(reading, word))
}

/// A commit in full, or a variable that the script does not set to anything else.
fn names_commit(reading: &Reading<'_>, word: &Word<'_>) -> bool {
    let Some(name) = word.text.strip_prefix('$').filter(|_| !word.literal) else { return is_commit(&word.text) };
    let assigned = reading.commands.iter().flat_map(|command| command.assignments.iter().chain(&command.words));
    let mut values = assigned.filter_map(Word::assignment).filter(|(assigned, _)| *assigned == name);
    crate::text::is_name(name.as_bytes()) && values.all(|(_, value)| is_commit(value) || value.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use crate::find_unverified_downloads;

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let found = find_unverified_downloads(script.as_bytes());
        let agree = found.len() == expected.len()
            && found.iter().zip(expected).all(|(finding, part)| finding.message.contains(part));
        assert!(agree, "{script}\n{found:#?}");
    }

    #[test]
    fn piped_downloads_are_found() {
        for script in [
            "curl -fsSL https://x/i.sh | sh",
            "curl https://x/i.sh | bash -s -- -y",
            "curl https://x | sudo bash",
            "curl https://x | sudo -E bash -",
            "curl https://x | env A=1 sh",
            "curl https://x | A=1 sh",
            "wget -qO- https://x | sh",
            "wget -O - https://x | bash",
            "sh -c \"$(curl -fsSL https://x)\"",
            "bash -c \"$(wget -qO- https://x)\"",
            "eval \"$(curl https://x)\"",
            "eval `curl https://x`",
            "$(curl https://x)",
            "curl https://x | python3",
            "curl https://x | python3 -",
            "curl https://x | tee i.sh | sh",
            "curl https://x | { sh; }",
            "(curl https://x) | sh",
            "{ curl https://x; } | sh",
            "if ! curl https://x | sh; then exit 1; fi",
            "f() { curl https://x | sh; }",
            "curl https://x | sh /dev/stdin --yes",
            "curl https://x |\n  sh",
            "timeout 60 curl https://x | sh",
        ] {
            check(script, &["before it is verified"]);
        }
    }

    #[test]
    fn unverified_downloads_are_found() {
        for script in [
            "curl -fsSLo a.tgz https://x/a.tgz",
            "curl -O https://x/a.tgz && tar xf a.tgz",
            "curl https://x/a.tgz | tar xz",
            "F='curl -fsSLO'\n$F https://x/a.tgz",
            "curl -o a https://x/a\necho \"$h  a\" | sha256sum -c - || true",
            "curl -o a https://x/a\necho \"$h  a\" | sha256sum -c -\n./a",
            "curl -o a https://x/a\ncurl -o a.sha256 https://x/a.sha256\nsha256sum a",
            "set -e\ncurl -o a https://x/a\ntar xf a\necho \"$h  a\" | sha256sum -c -",
            "set -e\ncurl -o a https://x/a\nif [ \"$(sha256sum a)\" != x ]; then echo differs; fi",
            "set -e\ncurl -o a https://x/a\nsum=$(sha256sum a)\necho \"$sum\"",
            "curl -o a https://x/a\nactual=$(sha256sum a)",
            "curl -o a https://x/a\nopenssl dgst -sha256 a",
            "lwp-download https://x/a",
            "gh release download v1 --repo a/b",
            "wget https://x/a.tgz",
            "wget -O a https://x/a.tgz\nsh a",
            "curl https://x > a",
            "sha256sum -c sums\ncurl -O https://x/a",
            "curl -o a https://x/a\nsha256sum a",
        ] {
            check(script, &["unverified download"]);
        }
        check(
            "set -e\ncurl -o a https://x/a\ncurl -o b https://x/b\necho \"$h  a\" | sha256sum -c -",
            &["unverified download"],
        );
    }

    #[test]
    fn checks_are_about_the_files_that_they_name() {
        let verify = "set -e\nverify() { echo \"$2  $1\" | sha256sum -c -; }\n";
        let one = "curl -o a https://x/a\n";
        let both = "curl -o a https://x/a\ncurl -o b https://x/b\n";
        check(&format!("{verify}{both}verify a x\nverify b y"), &[]);
        check(&format!("{verify}{both}verify b y"), &["unverified download by `curl` of `https://"]);
        check(&format!("{verify}{one}verify other x"), &["unverified download"]);
        check(&format!("{verify}{one}verify \"$file\" x"), &[]);
        // It is not called here, so that its caller is not known.
        check(&format!("{verify}{one}"), &[]);
        check(&format!("set -e\nverify() {{ sha256sum -c sums; }}\n{one}verify"), &[]);
        // A sum that is printed or that only warns is not made up for by a list.
        check(&format!("set -e\n{one}openssl dgst -sha256 a\nsha256sum -c sums"), &["unverified download"]);
        let warns = "echo \"$h  a\" | sha256sum -c - || echo differs\n";
        check(&format!("set -e\n{one}{warns}sha256sum -c sums"), &["unverified download"]);
        check(&format!("set -e\n{one}{warns}echo \"$h  a\" | sha256sum -c -"), &[]);
        check(&format!("set -e\n{both}sha256sum b >>sums\nsha256sum -c sums"), &[]);
    }

    #[test]
    fn modules_of_go_without_a_version_are_found() {
        check("go install example.com/tool@v1.2.3\ngo run ./cmd\ngo install ./...\ngo get -u", &[]);
        check("go run example.com/tool@0123456789abcdef0123456789abcdef01234567", &[]);
        check("go run example.com/tool@latest -v", &["`go` fetches `example.com/tool@latest`"]);
        check("GOBIN=/x go install example.com/a/b@master", &["`go` fetches `example.com/a/b@master`"]);
    }

    #[test]
    fn verified_downloads_pass() {
        for script in [
            "curl -fsSLo a.tgz https://x/a.tgz\necho \"$sum  a.tgz\" | sha256sum -c -",
            "curl -fo \"$t/a\" \"https://x/a\"\nprintf '%s  %s\\n' \"$h\" \"$t/a\" | sha256sum -c >/dev/null",
            "curl -O https://x/a.tgz\nsha256sum --check sums",
            "wget -O a https://x/a\nshasum -a 256 -c sums",
            "curl -o a https://x/a\n[ \"$(sha256sum a | cut -d' ' -f1)\" = abc ]",
            "curl -o a https://x/a\nactual=$(sha256sum a)\n[ \"$actual\" = \"$h\" ] || exit 1",
            "S='shasum -a 256'\ncurl -o a https://x/a\necho \"$h  a\" | $S -c - || exit 1",
            "curl -o a https://x/a\necho \"$h  a\" | sha256sum -c - || a || b || exit 1",
            "curl -o a https://x/a\necho \"$h  a\" | sha256sum -c - && ./a",
            "v=$(curl https://x/version)",
            "curl https://x | python3 -m json.tool",
            "curl -sX POST https://x/a",
            "curl -d @x https://x/a",
            "curl -T a https://x/a",
            "curl -fsSLO https://x/a.sha256",
            "curl -o a https://x/a\nsha256sum -c <<EOF\nabc  a\nEOF",
            "verify() { echo \"$2  $1\" | sha256sum -c -; }\ncurl -o a https://x/a\nverify a abc",
            "aria2c --checksum=sha-256=abc https://x/a",
            "curl --version",
            "command -v curl >/dev/null",
            "curl -fsS http://localhost:8080/health",
            "curl -sf https://x -o /dev/null",
            "echo curl https://x",
        ] {
            check(&format!("set -e\n{script}"), &[]);
        }
    }

    #[test]
    fn only_a_full_commit_pins_a_git_clone() {
        for script in [
            "pip install git+https://x/a",
            "npx https://x/a.tgz",
            "uvx --from git+https://x/a a",
            "cargo install --git https://x/a",
            "python3 -c \"exec(urlopen('https://x/a').read())\"",
        ] {
            check(script, &["unverified"]);
        }
        check("git fetch origin main", &["whose content can change"]);
        check("pip install --index-url https://x/simple a", &[]);
        check("pip install git+https://x/a@0123456789abcdef0123456789abcdef01234567", &[]);
        check("git clone https://x/a", &["whose content can change"]);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        check(
            &format!("git clone https://x/a\ngit clone https://x/b\ngit -C b checkout {commit}"),
            &["whose content can change"],
        );
        check(
            &format!(
                "git clone https://x/a\ngit clone https://x/b\ngit -C a checkout {commit}\ngit -C b checkout {commit}"
            ),
            &[],
        );
        check("git clone --depth 1 --branch v1.0 https://x/a", &["whose content can change"]);
        check("git clone https://x/a && git -C a checkout v1.0", &["whose content can change"]);
        check("c=main\ngit clone https://x/a\ngit -C a checkout \"$c\"", &["whose content can change"]);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        check(&format!("git clone https://x/a\ngit -C a checkout {commit}"), &[]);
        check(&format!("c={commit}\ngit clone https://x/a\ngit -C a checkout \"$c\""), &[]);
        check(&format!("git clone --revision={commit} https://x/a"), &[]);
        check(&format!("git clone https://x/a\n(cd a && git reset --hard {commit})"), &[]);
    }
}
