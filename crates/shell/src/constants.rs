//! Variables with constant values, functions that run their arguments, and the folder that a command runs in.
//!
//! A word with such a variable is read with its value, so that `SUDO=sudo; $SUDO npm ci` runs `npm`. Where a variable
//! has several values, each is a choice. A value that the script does not contain is never invented: the word keeps the
//! expansion.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::reader::{Command, Reading};
use super::sink::{ListPlace, Shape};
use super::text::{in_name, is_name, starts_name};
use super::word::Word;
use super::wrappers::unwrapped;

/// How many values of a variable are followed.
const CHOICES: usize = 3;

/// How deep values refer to other variables.
const DEPTH: usize = 4;

/// How many values are looked up in a script.
const LOOKUPS: usize = 500_000;

/// The longest value that is followed.
const LENGTH: usize = 4_096;

/// A value as [`Word::text`] has it where the word is not literal: a `$` that is a character is `\$`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value {
    text: String,
    /// Nothing in it is unknown.
    known: bool,
}

/// The folder that a command runs in, where that is known.
type Folder = Option<String>;

/// An assignment.
struct Assigned<'r> {
    index: usize,
    /// The function that it is in.
    function: Option<usize>,
    /// It may not happen.
    conditional: bool,
    values: Vec<&'r str>,
    literal: bool,
}

/// A function that runs its arguments.
struct Runner {
    /// How many of them it takes first.
    skipped: usize,
    /// The command that they become.
    command: usize,
    /// The function's own.
    function: usize,
}

/// What a script sets.
pub(super) struct Constants<'r, 'a> {
    reading: &'r Reading<'a>,
    assigned: BTreeMap<&'r str, Vec<Assigned<'r>>>,
    runners: BTreeMap<&'r str, Runner>,
    /// By command: the function that it is in.
    functions: Vec<Option<usize>>,
    /// How many more values are looked up: values of values multiply.
    budget: Cell<usize>,
}

impl<'r, 'a> Constants<'r, 'a> {
    pub(super) fn new(reading: &'r Reading<'a>) -> Self {
        let mut functions: Vec<Option<usize>> = Vec::with_capacity(reading.commands.len());
        let mut conditional: Vec<bool> = Vec::with_capacity(reading.commands.len());
        for command in &reading.commands {
            // A holder precedes what it holds.
            let parent = command.parent.and_then(|at| Some((at, reading.commands.get(at)?)));
            let inherited = command.parent.and_then(|at| functions.get(at).copied().flatten());
            let inside = command.parent.and_then(|at| conditional.get(at).copied()).unwrap_or(false);
            let (function, depends) = match parent {
                Some((at, holder)) if holder.shape == Shape::Function => (Some(at), false),
                Some((_, holder)) => {
                    let depends = matches!(
                        holder.shape,
                        Shape::If | Shape::Case | Shape::While | Shape::Until | Shape::For | Shape::Subshell
                    );
                    (inherited, inside || depends && command.place == ListPlace::Body)
                }
                None => (None, false),
            };
            functions.push(function);
            conditional.push(depends);
        }
        let (assigned, runners, budget) = (BTreeMap::new(), BTreeMap::new(), Cell::new(LOOKUPS));
        let mut constants = Self { reading, assigned, runners, functions, budget };
        for (index, command) in reading.commands.iter().enumerate() {
            constants.take(index, command, conditional.get(index).copied().unwrap_or(false));
        }
        constants
    }

    fn take(&mut self, index: usize, command: &'r Command<'a>, conditional: bool) {
        let function = self.functions.get(index).copied().flatten();
        let guarded = self
            .reading
            .commands
            .iter()
            .take(index)
            .rev()
            .take(1)
            .any(|before| before.successor == Some(index) && !matches!(before.follow, super::sink::Follow::End));
        let conditional = conditional || guarded;
        let mut add = |name: &'r str, values: Vec<&'r str>, literal: bool| {
            let assigned = Assigned { index, function, conditional, values, literal };
            self.assigned.entry(name).or_default().push(assigned);
        };
        match command.shape {
            Shape::For => {
                let Some((name, words)) = command.words.split_first() else { return };
                let literal = words.iter().all(|word| word.literal);
                add(&name.text, words.iter().map(|word| &*word.text).take(CHOICES).collect(), literal);
            }
            Shape::Simple => {
                let declares = matches!(command.name(), Some("export" | "readonly" | "local" | "declare" | "typeset"));
                let words = if declares { command.words.get(1..).unwrap_or_default() } else { &[] };
                // Before a command they are of that command alone.
                let own: &[Word<'a>] = if command.words.is_empty() { &command.assignments } else { &[] };
                for word in own.iter().chain(words) {
                    if let Some((name, value)) = word.assignment() {
                        add(name, vec![value], word.literal);
                    }
                }
                // `: "${DIR:=/usr/local}"`
                for word in command.words.iter().skip(1).filter(|_| command.name() == Some(":")) {
                    let name = word.text.strip_prefix("${").and_then(|it| Some(it.split_once(":=")?.0));
                    if let Some(name) = name.filter(|it| is_name(it.as_bytes())) {
                        add(name, vec![&word.text], false);
                    }
                }
                if command.name() == Some("read") {
                    for word in command.words.iter().skip(1).filter(|word| is_name(word.text.as_bytes())) {
                        add(&word.text, Vec::new(), false);
                    }
                }
            }
            _ => {}
        }
        self.take_runner(index, command);
    }

    /// Notes a function that runs its arguments, as in `run() { "$@"; }`.
    fn take_runner(&mut self, index: usize, command: &'r Command<'a>) {
        let Some(function) = self.functions.get(index).copied().flatten() else { return };
        let runs = unwrapped(&command.words).first().is_some_and(|word| matches!(&*word.text, "$@" | "${@}" | "$*"));
        let Some(name) = self.reading.commands.get(function).and_then(|it| it.words.first()) else { return };
        if !runs || self.runners.contains_key(&*name.text) {
            return;
        }
        let shifts = self.reading.commands.get(function..index).unwrap_or_default();
        let shifts = shifts.iter().filter(|it| it.name() == Some("shift"));
        let skipped = shifts.map(|it| it.words.get(1).and_then(|n| n.text.parse().ok()).unwrap_or(1usize)).sum();
        self.runners.insert(&*name.text, Runner { skipped, command: index, function });
    }

    /// How many choices there are.
    pub(super) fn choices(&self) -> usize {
        let count = |list: &Vec<Assigned<'_>>| list.iter().map(|it| it.values.len().max(1)).sum();
        self.assigned.values().map(count).max().unwrap_or(1).clamp(1, CHOICES)
    }

    /// The script with the values of one choice in its words.
    pub(super) fn reading(&self, choice: usize) -> Reading<'a> {
        let mut commands = self.reading.commands.clone();
        for (index, command) in commands.iter_mut().enumerate() {
            if command.shape == Shape::Simple {
                self.follow(index, command, choice);
            }
            for target in command.redirections.iter_mut().filter_map(|it| it.target.as_mut()) {
                if let Some(word) = self.resolved(index, target, choice).into_iter().next() {
                    *target = word;
                }
            }
        }
        Reading { script: self.reading.script, commands, expansions: Vec::new(), error: None }
    }

    fn follow(&self, index: usize, command: &mut Command<'a>, choice: usize) {
        let mut words = Vec::with_capacity(command.words.len());
        for word in &command.words {
            if word.literal || !word.text.contains('$') {
                words.push(word.clone());
            } else {
                words.extend(self.resolved(index, word, choice));
            }
        }
        for _ in 0..DEPTH {
            let Some(runner) = words.first().and_then(|word| self.runners.get(word.literal()?)) else { break };
            let Some(rest) = words.get(1 + runner.skipped..).filter(|rest| !rest.is_empty()) else { break };
            words = rest.to_vec();
            for hides in [runner.command, runner.function] {
                let inner = self.reading.commands.get(hides).map(|it| it.redirections.clone());
                command.redirections.extend(inner.unwrap_or_default());
            }
        }
        command.words = words;
    }

    /// A word with the values of its variables: several words, where it is unquoted, or none.
    fn resolved(&self, index: usize, word: &Word<'a>, choice: usize) -> Vec<Word<'a>> {
        let value = self.expanded(index, &word.text, choice, DEPTH);
        let shown = if value.known { value.text.replace("\\$", "$") } else { value.text };
        if shown == word.text || shown.len() > LENGTH {
            return vec![word.clone()];
        }
        let array = word.source.windows(3).any(|it| it == b"[@]");
        let quoted = !array && word.source.iter().any(|byte| matches!(byte, b'"' | b'\''));
        if quoted || word.source.first() != Some(&b'$') && !array {
            return vec![word.with_text(shown, value.known)];
        }
        let shown = shown.trim_start_matches('(').trim_end_matches(')');
        shown.split_whitespace().map(|part| word.with_text(part.to_owned(), value.known)).collect()
    }

    /// A text with the values of its variables.
    fn expanded(&self, index: usize, text: &str, choice: usize, depth: usize) -> Value {
        let mut value = Value { text: String::new(), known: true };
        let mut rest = text;
        while let Some(at) = rest.find(['$', '`', '\\']) {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            value.text.push_str(before);
            if let Some(after) = from.strip_prefix("\\$") {
                value.text.push_str("\\$");
                rest = after;
                continue;
            }
            let (part, after) = from.split_at_checked(expansion_length(from)).unwrap_or((from, ""));
            if let Some(it) = self.part(index, part, choice, depth) {
                value.text.push_str(&it.text);
                value.known &= it.known;
            } else {
                value.text.push_str(part);
                value.known &= !part.starts_with(['$', '`']);
            }
            rest = after;
            if value.text.len() > LENGTH {
                break;
            }
        }
        value.text.push_str(rest);
        value
    }

    /// The value of `$name`, `${name}`, `${name[@]}`, `${name:-default}` and the like.
    fn part(&self, index: usize, part: &str, choice: usize, depth: usize) -> Option<Value> {
        let inner = match part.strip_prefix("${") {
            Some(inner) => inner.strip_suffix('}')?,
            None => part.strip_prefix('$')?,
        };
        let end = inner.find(|char: char| !u8::try_from(char).is_ok_and(in_name)).unwrap_or(inner.len());
        let (name, operator) = inner.split_at_checked(end)?;
        if !is_name(name.as_bytes()) || depth == 0 {
            return None;
        }
        let default = [":-", ":=", "-", "="].iter().find_map(|it| operator.strip_prefix(it));
        if default.is_none() && !matches!(operator, "" | "[@]" | "[*]") {
            return None;
        }
        let value = self.value(name, index, choice, depth - 1);
        match (value, default) {
            (Some(value), Some(default)) if value.text.is_empty() => {
                Some(self.expanded(index, default.trim_matches('"'), choice, depth - 1))
            }
            (None, Some(default)) => {
                let default = self.expanded(index, default.trim_matches('"'), choice, depth - 1);
                (!default.text.contains("$(")).then_some(default)
            }
            (value, _) => value,
        }
    }

    /// The value that a variable may have at a command.
    fn value(&self, name: &str, index: usize, choice: usize, depth: usize) -> Option<Value> {
        let list = self.assigned.get(name)?;
        self.budget.set(self.budget.get().checked_sub(list.len())?);
        let function = self.functions.get(index).copied().flatten();
        let before = list.iter().filter(|it| it.index < index && it.function == function);
        let start = before.filter(|it| !it.conditional).map(|it| it.index).next_back();
        let counts = |it: &&Assigned<'_>| match start {
            Some(start) => it.index >= start && it.index < index && it.function == function,
            None => function.is_some() || it.index < index || it.function.is_some(),
        };
        let mut values: Vec<Value> = Vec::new();
        for assigned in list.iter().filter(counts) {
            for text in &assigned.values {
                let value = if assigned.literal {
                    Value { text: text.replace('$', "\\$"), known: true }
                } else {
                    // `DIR=${DIR:-x}` is `x` where nothing else has set it.
                    self.expanded(assigned.index, text, choice, depth)
                };
                if !value.text.contains("$(") && !value.text.contains('`') && !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        let number = values.len();
        values.into_iter().nth(choice % number.max(1))
    }

    /// By command: the folder that it runs in, where that is known.
    pub(super) fn folders(reading: &Reading<'_>) -> Vec<Option<String>> {
        let mut folders: Vec<Option<String>> = Vec::with_capacity(reading.commands.len());
        // The folder at the end of each list so far: by the holder and the number of the list.
        let mut now: BTreeMap<(Option<usize>, usize), (Folder, Vec<Folder>)> = BTreeMap::new();
        for command in &reading.commands {
            let key = (command.parent, command.list);
            let outer = command.parent.and_then(|at| folders.get(at).cloned().flatten());
            let (folder, stack) = now.entry(key).or_insert_with(|| (outer, Vec::new()));
            folders.push(folder.clone());
            let target = |word: Option<&Word<'_>>| {
                let word = word?;
                let path = &*word.text;
                match path.strip_prefix('/') {
                    Some(_) => Some(path.to_owned()),
                    None if path.starts_with(['$', '~']) => Some(path.to_owned()),
                    None => folder.as_ref().map(|it| format!("{it}/{path}")),
                }
            };
            match command.name() {
                Some("cd") => *folder = target(command.words.iter().skip(1).find(|it| !it.text.starts_with('-'))),
                Some("pushd") => {
                    let next = target(command.words.get(1));
                    stack.push(std::mem::replace(folder, next));
                }
                Some("popd") => *folder = stack.pop().flatten(),
                _ => {}
            }
        }
        folders
    }
}

/// The length of an expansion at the start of a text; of one character where it is none.
fn expansion_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let closed = |open: u8, close: u8| {
        let mut depth = 0usize;
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == open {
                depth += 1;
            } else if *byte == close {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
        }
        bytes.len()
    };
    match (bytes.first(), bytes.get(1)) {
        (Some(b'$'), Some(b'{')) => closed(b'{', b'}'),
        (Some(b'$'), Some(b'(')) => closed(b'(', b')'),
        (Some(b'`'), _) => bytes.iter().skip(1).position(|byte| *byte == b'`').map_or(bytes.len(), |at| at + 2),
        (Some(b'$'), Some(byte)) if starts_name(*byte) => {
            1 + bytes.iter().skip(1).take_while(|byte| in_name(**byte)).count()
        }
        (Some(b'$'), Some(byte)) if byte.is_ascii() => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::read;
    use super::Constants;

    /// The words of every command of a script, by choice.
    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let reading = read(script.as_bytes());
        let constants = Constants::new(&reading);
        let mut shown: Vec<String> = Vec::new();
        for choice in 0..constants.choices() {
            for command in constants.reading(choice).commands {
                let words: Vec<&str> = command.words.iter().map(|word| &*word.text).collect();
                let line = words.join(" ");
                if !line.is_empty() && !shown.contains(&line) {
                    shown.push(line);
                }
            }
        }
        assert_eq!(shown, expected, "{script}");
    }

    #[test]
    fn constant_words_are_followed() {
        check("S=sudo; $S npm ci", &["sudo npm ci"]);
        check("S=; $S npm ci", &["npm ci"]);
        check("${S:-} npm ci", &["npm ci"]);
        check("${S:-sudo} npm ci", &["sudo npm ci"]);
        check("D=${D:-/usr/local/bin}; cp x \"$D/x\"", &["cp x /usr/local/bin/x"]);
        check("A=/usr; B=$A/local; C=\"$B/bin\"; cp x ${C}/x", &["cp x /usr/local/bin/x"]);
        check("N='npm --no-audit'; $N ci; \"$N\" ci", &["npm --no-audit ci"]);
        check("A=1; A=2; echo $A", &["echo 2"]);
        check("if x; then A=1; else A=2; fi; echo $A", &["x", "echo 1", "echo 2"]);
        check("for d in /a /b; do mkdir $d; done", &["d /a /b", "mkdir /a", "mkdir /b"]);
        check(": \"${D:=/usr}\"; cp x $D", &[": /usr", "cp x /usr"]);
        check("s='sh -c'; $s 'npm ci'", &["sh -c npm ci"]);
        check("P='$x'; echo \"$P\"", &["echo $x"]);
    }

    #[test]
    fn unknown_values_are_kept() {
        check("$S npm ci", &["$S npm ci"]);
        check("D=$(mktemp -d); cp x \"$D/x\"", &["mktemp -d", "cp x $D/x"]);
        check("read D; cp x $D", &["read D", "cp x $D"]);
        check("echo ${A%x} ${#A} $1 $@", &["echo ${A%x} ${#A} $1 $@"]);
        check("A=$A; echo $A", &["echo $A"]);
        check("D=$HOME/bin; cp x \"$D/x\"", &["cp x $HOME/bin/x"]);
    }

    #[test]
    fn values_of_values_do_not_multiply() {
        let many = |name: &str| format!("${name}").repeat(1_000);
        let script = format!("A=; B={}; C={}; D={}; echo {}", many("A"), many("B"), many("C"), many("D"));
        let reading = read(script.as_bytes());
        assert_eq!(Constants::new(&reading).reading(0).commands.len(), 5);
    }

    #[test]
    fn functions_that_run_their_arguments_are_followed() {
        check("run() { echo \"+ $*\"; \"$@\"; }; run npm ci", &["run", "echo + $*", "$@", "npm ci"]);
        check("spin() { shift; sudo \"$@\"; }; spin text npm ci", &["spin", "shift", "sudo $@", "npm ci"]);
    }

    #[test]
    fn folders_are_followed() {
        let script =
            "cd /usr; touch a; (cd /etc && touch b); touch c; pushd /opt; touch d; popd; touch e; cd $(x); touch f";
        let reading = read(script.as_bytes());
        let folders = Constants::folders(&reading);
        let touched: Vec<Option<&str>> = reading
            .commands
            .iter()
            .zip(&folders)
            .filter(|(command, _)| command.name() == Some("touch"))
            .map(|(_, folder)| folder.as_deref())
            .collect();
        assert_eq!(touched, [Some("/usr"), Some("/etc"), Some("/usr"), Some("/opt"), Some("/usr"), Some("$(x)")]);
    }
}
