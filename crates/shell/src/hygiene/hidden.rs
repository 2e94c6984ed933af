//! Rule I005: a package manager whose output or failure is lost.
//!
//! Incidents 6 and 7: a failed install was reported as done, and its output was lost.

use super::managers::{Manager, Run, run};
use super::status::{Failures, is_idle};
use super::{has, option_value};
use crate::diagnostic::Diagnostics;
use crate::reader::{Command, Reading};
use crate::sink::{Follow, ListPlace, Operator, Shape};
use crate::word::Word;

const RULE: &str = "I005";

const OUTPUT: &str = "remove it: the log of a failed install must show the output";
const FAILURE: &str = "let the step fail, or exit with an error message";

pub(super) fn check(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    let failures = Failures::new(reading);
    let (mut errors_allowed, mut all_discarded) = (false, None);
    let waits = |command: &Command<'_>| command.name() == Some("wait") && command.words.len() > 1;
    let last_wait = reading.commands.iter().rposition(waits);
    let ends_well = ends_in_success(reading);
    let installers = installing_functions(reading);
    let mut installs = false;
    let mut traps = Vec::new();
    for (index, command) in reading.commands.iter().enumerate() {
        if command.name() == Some("set") {
            errors_allowed = !failures.errexit(index) && (errors_allowed || turns_off(command));
        }
        if command.name() == Some("exec") && command.words.len() == 1 {
            all_discarded = all_discarded.or_else(|| discards(command));
        }
        if traps_exit(command) {
            traps.push(command);
        }
        let step =
            Step { reading, failures: &failures, index, command, errors_allowed, all_discarded, last_wait, ends_well };
        if let Some(called) = command.name().filter(|name| installers.contains(name)) {
            if let Some(by) = step.ignored_by_holders() {
                let message = format!("{by} ignores the failure of what `{called}` installs");
                findings.add(RULE, &command.range, message, FAILURE);
            }
            continue;
        }
        let Some(run) = run(command) else { continue };
        installs = true;
        let name = format!("{} {}", run.name, run.verb);
        if let Some(by) = step.hides(&run) {
            findings.add(RULE, &command.range, format!("{by} hides the output of `{name}`"), OUTPUT);
        }
        if let Some(by) = step.ignores() {
            findings.add(RULE, &command.range, format!("{by} ignores the failure of `{name}`"), FAILURE);
        }
    }
    for trap in traps.into_iter().filter(|_| installs) {
        let message = "a trap that exits with 0 ignores the failure of every step";
        findings.add(RULE, &trap.range, message, "keep the status: `trap 'status=$?; …; exit \"$status\"' EXIT`");
    }
}

/// `set +e`.
fn turns_off(command: &Command<'_>) -> bool {
    command.words.iter().any(|word| word.text.starts_with('+') && word.text.contains('e') || word.is("errexit"))
}

/// `trap 'exit 0' EXIT`.
fn traps_exit(command: &Command<'_>) -> bool {
    let [trap, action, signals @ ..] = command.words.as_slice() else { return false };
    let ends = action.literal().is_some_and(|it| {
        let last = it.rsplit([';', '\n']).map(str::trim).find(|part| !part.is_empty());
        last == Some("exit 0")
    });
    trap.is("trap") && ends && signals.iter().any(|it| matches!(&*it.text, "EXIT" | "0" | "ERR"))
}

/// Whether the last command of the script itself succeeds whatever came before.
fn ends_in_success(reading: &Reading<'_>) -> bool {
    let last = reading.commands.iter().rfind(|command| command.place == ListPlace::Top);
    let removes = |command: &Command<'_>| {
        command.name() == Some("rm") && command.words.iter().any(|it| it.text.starts_with('-') && it.text.contains('f'))
    };
    last.is_some_and(|it| (is_idle(it) || removes(it)) && it.previous.is_none())
}

/// The names of functions that install something.
fn installing_functions<'r>(reading: &'r Reading<'_>) -> Vec<&'r str> {
    let functions = reading.commands.iter().enumerate().filter(|(_, it)| it.shape == Shape::Function);
    let installs = functions.filter(|(index, _)| reading.held(*index).any(|held| run(held).is_some()));
    installs.filter_map(|(_, function)| Some(&*function.words.first()?.text)).collect()
}

/// A package manager's command.
struct Step<'r, 'a> {
    reading: &'r Reading<'a>,
    failures: &'r Failures<'r, 'a>,
    index: usize,
    command: &'r Command<'a>,
    /// Whether `set +e` is in effect.
    errors_allowed: bool,
    /// The redirection of an `exec` before it that discards everything.
    all_discarded: Option<&'static str>,
    /// The last `wait` for a process.
    last_wait: Option<usize>,
    /// The script ends in a success.
    ends_well: bool,
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
        self.ignored_by_holders().or_else(|| self.lost_in_word()).or_else(|| self.unguarded())
    }

    /// What ignores the failure in the lists around the command.
    fn ignored_by_holders(&self) -> Option<String> {
        for command in self.around() {
            if command.next.is_some() && !self.failures.pipefail(self.index) {
                return Some("the pipe after it".to_owned());
            }
            if let Some(by) = self.ignored_after(command) {
                return Some(by);
            }
            if command.negated && command.place != ListPlace::Condition && command.follow == Follow::End {
                return Some("`!`".to_owned());
            }
            if command.place == ListPlace::Condition {
                return self.ignored_by_if(command);
            }
            if command.shape == Shape::Function {
                return None;
            }
        }
        None
    }

    /// An `if` that does nothing when what it asks fails.
    fn ignored_by_if(&self, asked: &Command<'a>) -> Option<String> {
        let at = asked.parent?;
        let holder = self.reading.commands.get(at)?;
        // `if a && npm ci` goes on to the rest only where it succeeds; `if ! npm ci` is asked for its failure.
        if holder.shape != Shape::If
            || asked.negated
            || matches!(asked.follow, Follow::Or)
            || holder.follow != Follow::End
        {
            return None;
        }
        let body =
            || self.reading.commands.iter().filter(move |it| it.parent == Some(at) && it.place == ListPlace::Body);
        let mut otherwise = body().filter(|it| it.list % 2 == 0).peekable();
        let remembers = |it: &Command<'_>| {
            !it.assignments.is_empty() && it.words.is_empty()
                || matches!(it.name(), Some("break" | "return" | "exit" | "continue" | "exec"))
        };
        if self.reading.held(at).any(remembers) {
            return None;
        }
        if otherwise.peek().is_none() {
            let more = self
                .reading
                .commands
                .iter()
                .any(|it| it.parent == Some(at) && it.place == ListPlace::Condition && it.list > asked.list);
            return (!more).then(|| "`if` without `else`".to_owned());
        }
        let idle = otherwise.all(|it| it.shape == Shape::Simple && is_idle(it) && !self.failures.stops(it));
        idle.then(|| "an `else` that only prints".to_owned())
    }

    /// The commands after a command that turn its failure into a success.
    fn ignored_after(&self, command: &Command<'a>) -> Option<String> {
        let mut command = command;
        // `npm ci && echo done || true`: a chain of `&&` fails as one.
        while let (Follow::And, Some(next)) =
            (command.follow, command.successor.and_then(|next| self.reading.commands.get(next)))
            && matches!(next.follow, Follow::Or | Follow::And)
            && next.name() != Some("break")
            && command.range.start < next.range.start
        {
            command = next;
        }
        let successor = command.successor.and_then(|next| Some((next, self.reading.commands.get(next)?)));
        match (command.follow, successor) {
            (Follow::Background, _) => (!self.is_awaited()).then(|| "`&`".to_owned()),
            (Follow::Or, Some((next, fallback))) if self.forgives(next, fallback) => {
                Some(format!("`|| {}`", fallback.name().unwrap_or("…")))
            }
            (Follow::And, Some((_, next))) if next.name() == Some("break") && self.is_loop_lost(command) => {
                Some("the loop that ends in `&& break`".to_owned())
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

    /// Whether nothing asks after a loop whether one of its rounds succeeded.
    fn is_loop_lost(&self, command: &Command<'a>) -> bool {
        let Some(holder) = command.parent.and_then(|at| self.reading.commands.get(at)) else { return false };
        let next = holder.successor.and_then(|at| self.reading.commands.get(at));
        let asks = next.is_some_and(|next| {
            matches!(next.name(), Some("[" | "test" | "[[" | "command" | "exit" | "return")) || next.shape == Shape::If
        });
        matches!(holder.shape, Shape::For | Shape::While | Shape::Until) && !asks && holder.follow != Follow::Or
    }

    /// Whether a command after `||` ignores the failure.
    fn forgives(&self, index: usize, fallback: &Command<'a>) -> bool {
        if fallback.shape != Shape::Simple {
            let mut held = self.reading.held(index).filter(|held| held.shape == Shape::Simple).peekable();
            return held.peek().is_some() && held.all(|it| is_idle(it)) && !matches!(fallback.follow, Follow::And);
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
        let first = holder.words.first()?;
        // A test of what it prints.
        (!matches!(&*first.text, "[" | "[[" | "test")).then(|| format!("`{}` around it", first.text))
    }

    /// `set +e` before it, or no `set -e` at all and an end that is a success, without a check of `$?` right after.
    fn unguarded(&self) -> Option<String> {
        let in_condition = self.around().any(|it| it.place == ListPlace::Condition);
        if self.failures.errexit(self.index) || in_condition {
            return None;
        }
        let next = self.command.successor.and_then(|next| self.reading.commands.get(next));
        let asks = |word: &Word<'_>| word.text.contains("$?");
        let asked = next.is_some_and(|next| {
            let held = next.words.iter().chain(&next.assignments).any(asks);
            let text = self.reading.script.get(next.range.clone()).unwrap_or_default();
            held || text.windows(2).any(|pair| pair == b"$?")
        });
        let handled = self.around().any(|it| matches!(it.follow, Follow::Or));
        if asked || handled {
            return None;
        }
        if self.errors_allowed {
            return Some("`set +e` before it".to_owned());
        }
        let in_function = self.reading.holders(self.command).any(|it| it.shape == Shape::Function);
        let substituted = self.around().any(|it| it.place == ListPlace::Substitution);
        // A later `exit` after the same chain: `a && b || exit`.
        let lost = self.ends_well && !in_function && !substituted && !self.is_chained_to_stop();
        lost.then(|| "the end of the script, which succeeds without `set -e`,".to_owned())
    }

    /// Whether the chain of `&&` that the command is in ends in `|| exit`.
    fn is_chained_to_stop(&self) -> bool {
        let mut command = self.command;
        while let (Follow::And | Follow::Or, Some((at, next))) =
            (command.follow, command.successor.and_then(|at| Some((at, self.reading.commands.get(at)?))))
        {
            if command.follow == Follow::Or && self.failures.stops_within(at) {
                return true;
            }
            command = next;
        }
        let asks = command.successor.and_then(|at| self.reading.commands.get(at)).is_some_and(|next| {
            let text = self.reading.script.get(next.range.clone()).unwrap_or_default();
            text.windows(2).any(|pair| pair == b"$?")
        });
        // The status of the last command of the script is the script's own.
        asks || command.successor.is_none() && command.place == ListPlace::Top
    }
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

/// The option by which a package manager prints no errors either. Most quiet options still print them.
fn quiet_option<'w>(run: &Run<'w, '_>) -> Option<&'w str> {
    let quiet: &[&str] = match run.manager {
        Manager::Npm | Manager::Pnpm | Manager::Bun => &["--silent", "-s", "--reporter=silent", "--loglevel=silent"],
        Manager::Pip => &["-qqq"],
        _ => &[],
    };
    let option = run.arguments.iter().find(|word| quiet.contains(&&*word.text)).map(|word| &*word.text);
    let level = option_value(run.arguments, &["--loglevel", "--reporter"]).filter(|level| *level == "silent");
    option.or(level).or_else(|| has(run.arguments, &["--no-output"]).then_some("--no-output"))
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
            "pip install -qqq a",
            "quiet() { \"$@\" >/dev/null 2>&1; }\nquiet npm ci",
            "S=sudo\n$S npm ci >/dev/null",
            "sudo npm install a > /dev/null",
            "{ npm ci; npm rebuild a; } >/dev/null 2>&1",
            "install_it() { npm ci; } 2>/dev/null",
            "exec 2>/dev/null\nnpm ci",
            "if npm ci >/dev/null 2>&1; then echo yes; else exit 1; fi",
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
            "npm ci && echo done || true",
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
            "npm ci\necho done",
            "npm ci\nexit 0",
            "apt-get update; apt-get install -y jq; rm -rf /var/lib/apt/lists/*",
            "if npm ci; then echo yes; fi",
            "if npm ci; then echo yes; else echo no; fi",
            "for i in 1 2 3; do npm ci && break; sleep 1; done",
            "f() { npm ci; }\nf || true",
            "f() { npm ci; }\nif f; then echo yes; fi",
            "run() { \"$@\"; }\nrun npm ci || true",
            "$SUDO apt-get install -y git || true",
            "set -e\ntrap 'exit 0' EXIT\nnpm ci",
        ] {
            let found = find_hidden_failures(script.as_bytes());
            assert!(!found.is_empty() && found.iter().all(|f| f.message.contains("ignores")), "{script}\n{found:#?}");
        }
        check("npm ci >/dev/null 2>&1 || true", &["hides", "ignores"]);
    }

    #[test]
    fn long_chains_take_no_stack() {
        for link in ["npm ci && ", "npm ci || ", "a | ", "sha256sum -c a || "] {
            find_hidden_failures(format!("{}true", link.repeat(3_000)).as_bytes());
            crate::find_unverified_downloads(format!("curl -O https://x/a; {}a", link.repeat(3_000)).as_bytes());
        }
    }

    #[test]
    fn steps_with_visible_output_and_failures_pass() {
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
            "set -e\nnpm ci\necho done",
            "#!/bin/sh -e\nnpm ci\necho done",
            "npm ci\ncommand -v x || exit 1",
            "set -e\nnpm ci || again || exit 1",
            "npm ci && npm run build || exit 1\necho done",
            "if npm ci; then ok=1; fi",
            "if ! npm ci; then exit 1; fi\necho done",
            "if npm ci; then echo yes; else exit 1; fi",
            "for i in 1 2 3; do npm ci && break; done\n[ -d node_modules ] || exit 1",
            "f() { rm x; }\nf || true",
            "set -o pipefail\nnpm ci | tee log",
            "apt-get install -qq -y git",
            "apt-get -qq update",
            "pip install -q a",
            "uv sync --quiet",
            "npm install --loglevel=error a",
            "npm ls | grep -q x",
            "uv tool list | grep -q x",
            "uv pip show x | grep -q 1.0",
            "npm ls x || true",
            "set -e\ntrap 'rm -rf x' EXIT\nnpm ci",
        ] {
            check(script, &[]);
        }
    }
}
