//! Rule I005: a package manager whose output or failure is lost.
//!
//! Incidents 6 and 7: a failed install was reported as done, and its output was lost.

use super::managers::{Manager, Run, run};
use super::{has, option_value};
use crate::finding::Findings;
use crate::reader::{Command, Reading};
use crate::sink::{Follow, ListPlace, Operator, Shape};
use crate::word::Word;

const RULE: &str = "I005";

pub(super) fn check(reading: &Reading<'_>, findings: &mut Findings<'_>) {
    let (mut errors_allowed, mut all_discarded) = (false, None);
    let waits = |command: &Command<'_>| command.name() == Some("wait") && command.words.len() > 1;
    let last_wait = reading.commands.iter().rposition(waits);
    for (index, command) in reading.commands.iter().enumerate() {
        if let Some(errexit) = sets_errexit(command) {
            errors_allowed = !errexit;
        }
        if command.name() == Some("exec") && command.words.len() == 1 {
            all_discarded = all_discarded.or_else(|| discards(command));
        }
        let Some(run) = run(command) else { continue };
        let step = Step { reading, index, command, errors_allowed, all_discarded, last_wait };
        let name = format!("{} {}", run.name, run.verb);
        if let Some(by) = step.hides(&run) {
            let message = format!("{by} hides the output of `{name}`");
            findings.add(RULE, &command.range, message, "remove it: the log of a failed install must show the output");
        }
        if let Some(by) = step.ignores() {
            let message = format!("{by} ignores the failure of `{name}`");
            findings.add(RULE, &command.range, message, "let the step fail, or exit with an error message");
        }
    }
}

/// A package manager's command.
struct Step<'r, 'a> {
    reading: &'r Reading<'a>,
    index: usize,
    command: &'r Command<'a>,
    /// Whether `set +e` is in effect.
    errors_allowed: bool,
    /// The redirection of an `exec` before it that discards everything.
    all_discarded: Option<&'static str>,
    /// The last `wait` for a process.
    last_wait: Option<usize>,
}

impl<'r, 'a> Step<'r, 'a> {
    /// The command, then the commands that contain it and share its output.
    fn around(&self) -> impl Iterator<Item = &'r Command<'a>> {
        let mut within = self.command.place;
        let holders = self.reading.holders(self.command).take_while(move |holder| {
            let shared = within == ListPlace::Body || within == ListPlace::Condition;
            within = holder.place;
            shared
        });
        std::iter::once(self.command).chain(holders)
    }

    fn hides(&self, run: &Run<'_, '_>) -> Option<String> {
        if let Some(target) = self.around().find_map(discards) {
            return Some(format!("`{target}`"));
        }
        if let Some(target) = self.all_discarded {
            return Some(format!("`exec {target}` before it"));
        }
        quiet_option(run).map(|option| format!("`{option}`"))
    }

    fn ignores(&self) -> Option<String> {
        for command in self.around() {
            if command.next.is_some() {
                return Some("the pipe after it".to_owned());
            }
            if let Some(by) = self.ignored_after(command) {
                return Some(by);
            }
            if command.negated && command.place != ListPlace::Condition && command.follow == Follow::End {
                return Some("`!`".to_owned());
            }
            if matches!(command.place, ListPlace::Condition) || command.shape == Shape::Function {
                return None;
            }
        }
        self.lost_in_word().or_else(|| self.unguarded())
    }

    /// The commands after a command that turn its failure into a success.
    fn ignored_after(&self, command: &Command<'a>) -> Option<String> {
        let successor = command.successor.and_then(|next| Some((next, self.reading.commands.get(next)?)));
        match (command.follow, successor) {
            (Follow::Background, _) => (!self.is_awaited()).then(|| "`&`".to_owned()),
            (Follow::Or, Some((next, fallback))) if self.forgives(next, fallback) => {
                Some(format!("`|| {}`", fallback.name().unwrap_or("…")))
            }
            (Follow::End, Some((_, next)))
                if matches!(next.name(), Some("true" | ":")) && next.redirections.is_empty() =>
            {
                let between = self.reading.script.get(command.range.end..next.range.start).unwrap_or_default();
                (!between.contains(&b'\n')).then(|| format!("`; {}`", next.name().unwrap_or("true")))
            }
            _ => None,
        }
    }

    /// Whether a command after `||` ignores the failure.
    fn forgives(&self, index: usize, fallback: &Command<'a>) -> bool {
        if fallback.shape != Shape::Simple {
            let mut held = self.reading.held(index).filter(|held| held.shape == Shape::Simple).peekable();
            return held.peek().is_some() && held.all(is_idle) && !matches!(fallback.follow, Follow::And);
        }
        is_idle(fallback) && fallback.follow != Follow::And && fallback.next.is_none()
    }

    fn is_awaited(&self) -> bool {
        self.last_wait.is_some_and(|wait| wait > self.index)
    }

    /// `echo $(npm …)` and `local x=$(npm …)`: the outer command's status counts.
    fn lost_in_word(&self) -> Option<String> {
        if self.command.place != ListPlace::Substitution {
            return None;
        }
        let holder = self.reading.commands.get(self.command.parent?)?;
        holder.words.first().map(|word| format!("`{}` around it", word.text))
    }

    /// `set +e` before it, without a check of `$?` right after.
    fn unguarded(&self) -> Option<String> {
        let next = self.command.successor.and_then(|next| self.reading.commands.get(next));
        let asks = |word: &Word<'_>| word.text.contains("$?");
        let asked = next.is_some_and(|next| {
            let held = next.words.iter().chain(&next.assignments).any(asks);
            let text = self.reading.script.get(next.range.clone()).unwrap_or_default();
            held || text.windows(2).any(|pair| pair == b"$?")
        });
        let handled = matches!(self.command.follow, Follow::Or);
        (self.errors_allowed && !asked && !handled).then(|| "`set +e` before it".to_owned())
    }
}

/// Commands that succeed without an effect.
fn is_idle(command: &Command<'_>) -> bool {
    match command.name() {
        Some("true" | ":" | "echo" | "printf" | "warn" | "log" | "sleep") => true,
        Some("exit" | "return") => command.words.get(1).is_some_and(|status| status.is("0")),
        _ => false,
    }
}

/// `set -e` is true, `set +e` is false.
fn sets_errexit(command: &Command<'_>) -> Option<bool> {
    let (first, options) = command.words.split_first()?;
    if !first.is("set") {
        return None;
    }
    let mut errexit = None;
    for (number, option) in options.iter().enumerate() {
        let text = option.literal()?;
        let (on, letters) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
            (Some("-"), _) => break,
            (Some(letters), _) => (true, letters),
            (_, Some(letters)) => (false, letters),
            _ => continue,
        };
        let named = letters.contains('o') && options.get(number + 1).is_some_and(|name| name.is("errexit"));
        if named || letters.contains('e') {
            errexit = Some(on);
        }
    }
    errexit
}

/// The redirection that discards a command's output or errors.
fn discards(command: &Command<'_>) -> Option<&'static str> {
    command.redirections.iter().find_map(|redirection| {
        let target = &*redirection.target.as_ref()?.text;
        let gone = match redirection.operator {
            Operator::DuplicateOutput => target == "-",
            operator => operator.writes() && target == "/dev/null",
        };
        match redirection.fd {
            _ if !gone => None,
            Some(2) => Some("2>/dev/null"),
            None | Some(1) => Some(">/dev/null"),
            Some(_) => None,
        }
    })
}

/// The option or variable that makes a package manager silent.
fn quiet_option<'w>(run: &Run<'w, '_>) -> Option<&'w str> {
    let quiet: &[&str] = match run.manager {
        Manager::Npm | Manager::Pnpm | Manager::Yarn | Manager::Bun => {
            &["--silent", "-s", "--quiet", "-q", "--reporter=silent"]
        }
        // One `-q` only removes the progress bars.
        Manager::System if matches!(run.name, "apt" | "apt-get" | "aptitude") => {
            &["-qq", "-qqq", "-yqq", "-qqy", "-q=2", "-qq=2"]
        }
        Manager::System | Manager::Other | Manager::Pip | Manager::Uv => {
            &["-q", "-qq", "-qqq", "--quiet", "--silent", "-yq", "-qy"]
        }
    };
    let option = run.arguments.iter().find(|word| quiet.contains(&&*word.text)).map(|word| &*word.text);
    let level =
        option_value(run.arguments, &["--loglevel", "--reporter"]).filter(|level| matches!(*level, "silent" | "error"));
    let twice = run.arguments.iter().filter(|word| word.is("-q")).count() > 1;
    option.or(level).or_else(|| (twice || has(run.arguments, &["--no-output"])).then_some("-q -q"))
}

#[cfg(test)]
mod tests {
    use crate::find_hidden_failures;

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let found = find_hidden_failures(script.as_bytes());
        let agree = found.len() == expected.len()
            && found.iter().zip(expected).all(|(finding, part)| finding.message.contains(part));
        assert!(agree, "{script}\n{found:#?}");
    }

    #[test]
    fn hidden_output_is_found() {
        for script in [
            "npm install a >/dev/null 2>&1",
            "npm ci 2>/dev/null",
            "npm install a 2>&-",
            "npm install --silent a",
            "npm install --loglevel silent a",
            "npm install --loglevel=silent a",
            "apt-get install -qq -y git",
            "apt-get -qq update",
            "apt-get update -qq",
            "pip install -q a",
            "python3 -m pip install --quiet a",
            "uv pip install -q a",
            "uv sync --quiet",
            "apk add -q git",
            "sudo npm install a > /dev/null",
            "{ npm ci; npm rebuild a; } >/dev/null 2>&1",
            "install_it() { npm ci; } 2>/dev/null",
            "exec 2>/dev/null\nnpm ci",
            "if npm ci >/dev/null 2>&1; then echo yes; fi",
            "(cd a && npm ci) >/dev/null",
            "env A=1 npm ci 2>/dev/null",
        ] {
            let found = find_hidden_failures(script.as_bytes());
            assert!(!found.is_empty() && found.iter().all(|f| f.message.contains("hides")), "{script}\n{found:#?}");
        }
    }

    #[test]
    fn ignored_failures_are_found() {
        for script in [
            "npm ci || true",
            "npm ci || :",
            "npm ci; true",
            "npm ci || echo failed",
            "npm ci || echo failed >&2",
            "npm ci || { echo failed; }",
            "npm ci || exit 0",
            "{ npm ci; } || true",
            "(cd a && npm ci) || true",
            "if x; then npm ci; fi || true",
            "set +e\nnpm ci\nnpm run build --help",
            "npm ci | tee log",
            "npm ci 2>&1 | tail -5",
            "npm ci &",
            "(npm ci) &",
            "! npm ci",
            "echo $(npm ci)",
            "apt-get update || true",
            "pip install a || true",
            "npx -y a || true",
            "for p in a b; do npm install $p || true; done",
        ] {
            let found = find_hidden_failures(script.as_bytes());
            assert!(!found.is_empty() && found.iter().all(|f| f.message.contains("ignores")), "{script}\n{found:#?}");
        }
        check("npm ci >/dev/null 2>&1 || true", &["hides", "ignores"]);
    }

    #[test]
    fn steps_that_show_and_fail_pass() {
        for script in [
            "npm ci",
            "npm ci >>\"$log\" 2>&1",
            "npm ci || exit 1",
            "npm ci || { echo failed >&2; exit 1; }",
            "npm ci || fail 'npm'",
            "npm ci || npm ci",
            "npm ci && echo done",
            "if ! npm ci; then exit 1; fi",
            "npm --version >/dev/null 2>&1",
            "command -v npm >/dev/null 2>&1 || true",
            "npm config get prefix 2>/dev/null",
            "dpkg -s git >/dev/null 2>&1 || true",
            "apt-get install -y -q git",
            "set +e\nnpm ci\nstatus=$?\nset -e",
            "set +e\nset -e\nnpm ci",
            "yes | npm ci",
            "npm ci & wait \"$!\"",
            "x=$(npm install a)",
            "rm -rf a || true",
            "echo npm install || true",
            "npm ci\ntrue",
        ] {
            check(script, &[]);
        }
    }
}
