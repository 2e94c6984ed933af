//! Rule I004: an unverified download, or one that is run before it is verified.
//!
//! Incident 3: an error page, served with status 429, was run as a script. Incidents 4, 41 and 46 are similar.

use std::collections::{BTreeMap, BTreeSet};

use super::{has, operands, option_value, program};
use crate::finding::Findings;
use crate::reader::{Command, Reading};
use crate::sink::{ListPlace, Shape};
use crate::word::Word;
use crate::wrappers::{base, unwrapped};

const RULE: &str = "I004";

const HELP: &str = "download to a file, check it with `sha256sum -c`, then use it";

/// A command that fetches something.
struct Download<'w> {
    index: usize,
    tool: &'w str,
    /// The file that it writes, if it is known.
    file: Option<&'w str>,
    git: bool,
}

pub(super) fn check(reading: &Reading<'_>, findings: &mut Findings<'_>) {
    let commands = || reading.commands.iter().enumerate();
    let downloads: Vec<Download<'_>> = commands().filter_map(|(index, command)| download(index, command)).collect();
    if downloads.is_empty() {
        return;
    }
    let files: BTreeSet<&str> = downloads.iter().filter_map(Download::name).collect();
    let mut checks = Checks::default();
    for (index, command) in commands() {
        checks.add(reading, index, command, &files);
    }
    let last_pin = commands().filter(|(_, command)| pins_commit(reading, command)).map(|(index, _)| index).next_back();
    for download in &downloads {
        let Some(command) = reading.commands.get(download.index) else { continue };
        let tool = download.tool;
        if let Some(shell) = runs_as_it_arrives(reading, download.index) {
            let message =
                format!("`{shell}` runs the output of `{tool}` before it is verified, an error page included");
            findings.add(RULE, &command.range, message, HELP);
        } else if download.git {
            if last_pin.is_none_or(|pin| pin < download.index) {
                let message = "`git clone` of a branch, whose content can change";
                findings.add(RULE, &command.range, message, "add `git checkout` of a full commit after it");
            }
        } else if !checks.verify(download) {
            findings.add(RULE, &command.range, format!("unverified download by `{tool}`"), HELP);
        }
    }
}

impl<'w> Download<'w> {
    /// The last part of its file's path.
    fn name(&self) -> Option<&'w str> {
        self.file.map(base).filter(|name| !name.is_empty())
    }
}

/// The last checksum check of each download that a check names, and the last check by a list of sums (for all).
#[derive(Default)]
struct Checks<'f> {
    named: BTreeMap<&'f str, usize>,
    listed: Option<usize>,
}

impl<'f> Checks<'f> {
    fn add(&mut self, reading: &Reading<'_>, index: usize, command: &Command<'_>, files: &BTreeSet<&'f str>) {
        if !checks_sum(reading, command) {
            return;
        }
        // A function may be called after its definition.
        let in_function = reading.holders(command).any(|holder| holder.shape == Shape::Function);
        let index = if in_function { usize::MAX } else { index };
        let about = said_around(reading, command);
        let mut named = files.iter().filter(|file| about.contains(**file)).peekable();
        if named.peek().is_none() {
            self.listed = self.listed.max(Some(index));
        }
        for file in named {
            let last = self.named.entry(*file).or_insert(index);
            *last = index.max(*last);
        }
    }

    fn verify(&self, download: &Download<'_>) -> bool {
        let named = download.name().and_then(|name| self.named.get(name)).copied();
        self.listed.max(named).is_some_and(|check| check > download.index)
    }
}

fn download<'w>(index: usize, command: &'w Command<'_>) -> Option<Download<'w>> {
    let (tool, arguments) = program(command)?;
    let file = match tool {
        "curl" => {
            if has(arguments, &["--version", "-V", "--help", "-h", "-I", "--head"]) {
                return None;
            }
            option_value(arguments, &["-o", "--output"]).or_else(|| bundled_output(arguments, 'o'))
        }
        "wget" => {
            if has(arguments, &["--version", "-V", "--help", "-h", "--spider"]) {
                return None;
            }
            option_value(arguments, &["-O", "--output-document"]).or_else(|| bundled_output(arguments, 'O'))
        }
        "aria2c" | "axel" => option_value(arguments, &["-o", "--out", "--output"]),
        "git" if operands(arguments).take(3).any(|word| word.is("clone")) => {
            let pinned = option_value(arguments, &["--revision"]).is_some_and(is_commit);
            return (!pinned).then_some(Download { index, tool, file: None, git: true });
        }
        _ => return None,
    };
    let redirected = command
        .redirections
        .iter()
        .filter(|redirection| redirection.operator.writes() && redirection.fd.is_none_or(|fd| fd == 1));
    let redirected =
        redirected.filter_map(|redirection| redirection.target.as_ref()).next_back().map(|target| &*target.text);
    let url = operands(arguments).find(|word| word.text.contains("://")).map(|word| &*word.text);
    let file = redirected.or(file).filter(|file| *file != "-").or_else(|| url.map(base));
    let local = ["://localhost", "://127.0.0.1", "://[::1]", "://$", "file://"];
    let is_local = url.is_some_and(|url| local.iter().any(|host| url.contains(host) && *host != "://$"));
    let checked = arguments.iter().any(|word| word.text.starts_with("--checksum"));
    (!is_local && !checked && file != Some("/dev/null")).then_some(Download { index, tool, file, git: false })
}

/// The word after bundled letters, as in `-fsSLo file`.
fn bundled_output<'w>(arguments: &'w [Word<'_>], letter: char) -> Option<&'w str> {
    let bundled =
        |word: &Word<'_>| !word.text.starts_with("--") && word.text.starts_with('-') && word.text.ends_with(letter);
    let option = arguments.iter().position(bundled)?;
    arguments.get(option + 1).map(|word| &*word.text)
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

fn is_short(word: &Word<'_>, letter: char) -> bool {
    word.text.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
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
    let runs = match kind {
        "eval" => true,
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" | "su" => words.iter().any(|word| is_short(word, 'c')),
        "python" => words.iter().any(|word| is_short(word, 'c')),
        "node" | "perl" | "ruby" => words.iter().any(|word| is_short(word, 'e')),
        _ => false,
    };
    if runs {
        Some(name.to_owned())
    } else if inside(first) {
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

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A full commit, or a variable that the script does not set to anything else.
fn names_commit(reading: &Reading<'_>, word: &Word<'_>) -> bool {
    let Some(name) = word.text.strip_prefix('$').filter(|_| !word.literal) else { return is_commit(&word.text) };
    let assigned = reading.commands.iter().flat_map(|command| command.assignments.iter().chain(&command.words));
    let mut values = assigned.filter_map(Word::assignment).filter(|(assigned, _)| *assigned == name);
    crate::text::is_name(name.as_bytes()) && values.all(|(_, value)| is_commit(value) || value.starts_with('$'))
}

fn checks_sum(reading: &Reading<'_>, command: &Command<'_>) -> bool {
    let Some((name, arguments)) = program(command) else { return false };
    match name {
        "sha256sum" | "sha512sum" | "sha384sum" | "shasum" | "b2sum" | "b3sum" | "sha256" => {
            let compares = || {
                reading.holders(command).next().is_some_and(|holder| {
                    matches!(holder.name(), Some("[" | "test"))
                        || !holder.assignments.is_empty()
                        || holder.shape == Shape::Case
                })
            };
            let checks =
                |word: &Word<'_>| is_short(word, 'c') || word.text == "--check" || word.text.starts_with("--check=");
            arguments.iter().any(checks) || compares()
        }
        "openssl" => operands(arguments).next().is_some_and(|word| matches!(&*word.text, "dgst" | "sha256" | "sha512")),
        "gpg" | "gpgv" => name == "gpgv" || has(arguments, &["--verify"]),
        "cosign" => operands(arguments).any(|word| word.text.starts_with("verify")),
        "minisign" | "signify" => has(arguments, &["-V", "-Vm"]),
        _ => false,
    }
}

/// The text of a check: its pipeline, its here-document and the command around it.
fn said_around(reading: &Reading<'_>, command: &Command<'_>) -> String {
    let mut first = command;
    while let Some(previous) = first.previous.and_then(|previous| reading.commands.get(previous)) {
        first = previous;
    }
    let holder = (command.place == ListPlace::Substitution).then(|| reading.holders(command).next()).flatten();
    let start = holder.map_or(first.range.start, |holder| holder.range.start.min(first.range.start));
    let end = holder.map_or(command.range.end, |holder| holder.range.end.max(command.range.end));
    let here = command.redirections.iter().any(|redirection| redirection.operator.is_here());
    let end = if here { reading.script.len().min(end + 1_000) } else { end };
    String::from_utf8_lossy(reading.script.get(start..end).unwrap_or_default()).into_owned()
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
            "wget https://x/a.tgz",
            "wget -O a https://x/a.tgz\nsh a",
            "curl https://x > a",
            "v=$(curl https://x/version)",
            "sha256sum -c sums\ncurl -O https://x/a",
            "curl https://x | python3 -m json.tool",
            "curl -o a https://x/a\nsha256sum a",
        ] {
            check(script, &["unverified download"]);
        }
        check(
            "curl -o a https://x/a\ncurl -o b https://x/b\necho \"$h  a\" | sha256sum -c -",
            &["unverified download"],
        );
    }

    #[test]
    fn a_verified_download_passes() {
        for script in [
            "curl -fsSLo a.tgz https://x/a.tgz\necho \"$sum  a.tgz\" | sha256sum -c -",
            "curl -fo \"$t/a\" \"https://x/a\"\nprintf '%s  %s\\n' \"$h\" \"$t/a\" | sha256sum -c >/dev/null",
            "curl -O https://x/a.tgz\nsha256sum --check sums",
            "wget -O a https://x/a\nshasum -a 256 -c sums",
            "curl -o a https://x/a\n[ \"$(sha256sum a | cut -d' ' -f1)\" = abc ]",
            "curl -o a https://x/a\nactual=$(sha256sum a)",
            "curl -o a https://x/a\nopenssl dgst -sha256 a",
            "curl -o a https://x/a\nsha256sum -c <<EOF\nabc  a\nEOF",
            "verify() { echo \"$2  $1\" | sha256sum -c -; }\ncurl -o a https://x/a\nverify a abc",
            "aria2c --checksum=sha-256=abc https://x/a",
            "curl --version",
            "command -v curl >/dev/null",
            "curl -fsS http://localhost:8080/health",
            "curl -sf https://x -o /dev/null",
            "echo curl https://x",
        ] {
            check(script, &[]);
        }
    }

    #[test]
    fn a_clone_is_pinned_by_a_full_commit() {
        check("git clone https://x/a", &["whose content can change"]);
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
