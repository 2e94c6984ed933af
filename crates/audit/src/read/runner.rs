//! The integration suite's shell runner: its list of agents, its table of models and its credential gate. Read as text
//! with the shell parser, never sourced: the runner is bash, and the rest of it is not checked.

use std::ops::Range;

use registry_model::shell::{self, Command, Shape};

use crate::diagnostic::Located;
use crate::gate::{self, Gate};
use crate::source::Source;

/// A runner.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) list: Option<Located<Vec<Located<String>>>>,
    /// The arms that answer a model; none in an arm that answers in a way that is not read.
    pub(crate) models: Option<Located<Vec<Arm<Option<String>>>>>,
    /// The arms that ask for credentials; none in an arm that asks in a way that is not read.
    pub(crate) gates: Option<Located<Vec<Arm<Option<Gate>>>>>,
}

/// An arm of a `case`.
#[derive(Debug)]
pub(crate) struct Arm<T> {
    pub(crate) patterns: Vec<Located<String>>,
    /// What it answers, and where.
    pub(crate) answer: Located<T>,
}

/// The words that the reference harness uses.
pub(crate) const LIST: &str = "ALL_AGENTS";
pub(crate) const MODELS: &str = "model_for_agent";
pub(crate) const GATES: &str = "has_creds_for";

/// The functions of a generated `suite.sh`, which a runner may source instead.
const GENERATED: [&str; 3] = ["suite_agents", "suite_model", "suite_has_credentials"];

/// How many functions may call one another for a gate.
const CALLS: usize = 8;

impl Runner {
    pub(crate) fn read(source: &Source) -> Self {
        let [agents, models, gates] = GENERATED;
        let of_model = |name| table(source, name, &|commands, arm| answer(source, commands, arm));
        let of_gate = |name| table(source, name, &|commands, arm| asks(source, commands, arm, CALLS));
        Self {
            list: list(source).or_else(|| printed_list(source, agents)),
            models: of_model(MODELS).or_else(|| of_model(models)),
            gates: of_gate(GATES).or_else(|| of_gate(gates)),
        }
    }

    /// The places that it lacks, or that are written in a way that is not read.
    pub(crate) fn unread(&self) -> Vec<&'static str> {
        let places = [(self.list.is_none(), LIST), (self.models.is_none(), MODELS), (self.gates.is_none(), GATES)];
        places.into_iter().filter(|(unread, _)| *unread).map(|(_, place)| place).collect()
    }

    /// The arm that matches a name.
    pub(crate) fn arm<'t, T>(arms: Option<&'t Located<Vec<Arm<T>>>>, name: &str) -> Option<&'t Arm<T>> {
        let arms = &arms?.value;
        arms.iter().find(|arm| arm.patterns.iter().any(|pattern| matches(&pattern.value, name)))
    }
}

/// The value of a variable that is set at the beginning of a line, and its offset.
fn assigned<'s>(source: &'s Source, name: &str) -> Option<(&'s str, usize)> {
    const BEFORE: [&str; 5] = ["readonly ", "export ", "declare -r ", "declare -a ", "declare -ra "];
    source.lines().find_map(|(start, line)| {
        let bare = BEFORE.iter().find_map(|word| line.strip_prefix(*word)).unwrap_or(line);
        let value = bare.strip_prefix(name)?.strip_prefix('=')?;
        let at = start + line.len() - value.len();
        Some((source.text.get(at..).unwrap_or_default(), at))
    })
}

/// The agents of the list: a bash array, or one text.
fn list(source: &Source) -> Option<Located<Vec<Located<String>>>> {
    let (value, at) = assigned(source, LIST)?;
    let close = match value.chars().next()? {
        '(' => ')',
        quote @ ('"' | '\'') => quote,
        _ => return None,
    };
    let mut names = Vec::new();
    let mut offset = at + 1;
    for line in value.get(1..)?.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        let (code, over) = code.split_once(close).map_or((code, false), |(before, _)| (before, true));
        for word in code.split_whitespace() {
            let within = offset + crate::source::offset_in(line, word);
            names.push(source.at(word.trim_matches(['"', '\'']).to_owned(), within));
        }
        offset += line.len();
        if over {
            break;
        }
    }
    Some(source.at(names, at))
}

/// The agents that a function prints by a here-document.
fn printed_list(source: &Source, function: &str) -> Option<Located<Vec<Located<String>>>> {
    let range = body(source, function)?;
    let text = source.text.get(range.clone())?;
    let (head, rest) = text.split_once("<<")?;
    let (mark, document) = rest.split_once('\n')?;
    let mark = mark.trim_matches(['\\', '"', '\'', '-', ' ']);
    let mut offset = range.start + head.len() + 2 + rest.len() - document.len();
    let mut names = Vec::new();
    for line in document.lines().take_while(|line| *line != mark) {
        names.push(source.at(line.trim().to_owned(), offset));
        offset += line.len() + 1;
    }
    Some(source.at(names, range.start))
}

/// The body of a function, by its range in the text.
fn body(source: &Source, name: &str) -> Option<Range<usize>> {
    let mut lines = source.lines();
    let (start, head) = lines.find(|(_, line)| {
        let line = line.strip_prefix("function ").unwrap_or(line).trim_start();
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['(', ' ', '{']))
    })?;
    let open = start + source.text.get(start..)?.find('{')? + 1;
    if open <= start + head.len() && head.trim_end().ends_with('}') {
        return Some(open..start + head.trim_end().len() - 1);
    }
    let end = lines.find(|(_, line)| line.trim_end() == "}").map_or(source.text.len(), |(end, _)| end);
    Some(open..end.max(open))
}

/// Something of the commands of an arm.
type OfArm<'f, T> = dyn Fn(&Body<'_>, &[usize]) -> T + 'f;

/// The commands of a function's body.
struct Body<'s> {
    commands: Vec<Command<'s>>,
    /// The range of the body in the file.
    base: usize,
}

impl<'s> Body<'s> {
    fn of(source: &'s Source, name: &str) -> Option<Self> {
        let range = body(source, name)?;
        let text = source.text.get(range.clone())?;
        Some(Self { commands: shell::commands(text.as_bytes()), base: range.start })
    }

    /// The commands directly in another one, or at the top level, within a range.
    fn directly_in(&self, parent: Option<usize>, within: &Range<usize>) -> Vec<usize> {
        let inside = |command: &Command<'_>| command.parent == parent && within.contains(&command.range.start);
        self.commands.iter().enumerate().filter(|(_, it)| inside(it)).map(|(index, _)| index).collect()
    }
}

/// The arms of the `case` of a function.
fn table<T>(source: &Source, name: &str, of_arm: &OfArm<'_, T>) -> Option<Located<Vec<Arm<T>>>> {
    let body = Body::of(source, name)?;
    let (index, case) = body.commands.iter().enumerate().find(|(_, it)| it.shape == Shape::Case)?;
    let mut arms = Vec::new();
    let mut patterns = case.patterns.iter().peekable();
    let mut group = Vec::new();
    while let Some(pattern) = patterns.next() {
        group.push(source.at(pattern.text.to_string(), body.base + pattern.range.start));
        let next = patterns.peek().map_or(case.range.end, |next| next.range.start);
        let between = source.text.get(body.base + pattern.range.end..body.base + next).unwrap_or_default();
        if patterns.peek().is_some() && !between.contains(')') {
            continue;
        }
        let inside = body.directly_in(Some(index), &(pattern.range.end..next));
        let first =
            inside.first().and_then(|it| body.commands.get(*it)).map_or(pattern.range.start, |it| it.range.start);
        let answer = source.at(of_arm(&body, &inside), body.base + first);
        arms.push(Arm { patterns: core::mem::take(&mut group), answer });
    }
    Some(source.at(arms, body.base))
}

/// The text that an arm prints.
fn answer(source: &Source, body: &Body<'_>, arm: &[usize]) -> Option<String> {
    let printed = |index: &usize| {
        let command = body.commands.get(*index)?;
        let word = match command.name()? {
            "echo" => command.words.get(1)?,
            "printf" => command.words.get(2)?,
            _ => return None,
        };
        match word.text.strip_prefix('$') {
            Some(name) if !word.literal => assigned(source, name).map(|(value, _)| value_of(value)),
            _ => word.literal().map(str::to_owned),
        }
    };
    arm.iter().find_map(printed)
}

/// What a line sets a variable to; of `${NAME:-text}` the text.
fn value_of(value: &str) -> String {
    let line = value.lines().next().unwrap_or_default();
    let bare = match line.chars().next() {
        Some(quote @ ('"' | '\'')) => line.get(1..).and_then(|rest| rest.split(quote).next()).unwrap_or_default(),
        _ => line.split([' ', '\t', ';', '#']).next().unwrap_or_default(),
    };
    let default = bare.strip_prefix("${").and_then(|it| it.strip_suffix('}')).and_then(|it| it.split_once(":-"));
    default.map_or(bare, |(_, default)| default).to_owned()
}

/// What an arm asks for.
fn asks(source: &Source, body: &Body<'_>, arm: &[usize], calls: usize) -> Option<Gate> {
    let function = |name: &str| {
        let called = Body::of(source, name).filter(|_| calls > 0)?;
        let all = called.directly_in(None, &(0..usize::MAX));
        asks(source, &called, &all, calls - 1)
    };
    gate::read(&body.commands, arm, &function)
}

/// Whether a pattern of `case` with `*` and `?` matches a name.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.len() == name.len() && pattern.bytes().zip(name.bytes()).all(|(p, n)| p == b'?' || p == n),
        Some((before, after)) => {
            let rest = name.strip_prefix(before);
            let starts = |rest: &str| (0..=rest.len()).filter_map(|at| rest.get(at..)).any(|tail| matches(after, tail));
            rest.is_some_and(|rest| after.is_empty() || (after.len() < 32 && starts(rest)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_patterns_match_as_in_a_shell() {
        for (pattern, name, takes) in [
            ("*", "a", true),
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*d", "abc", false),
            ("a?c", "abc", true),
        ] {
            assert_eq!(matches(pattern, name), takes, "{pattern} {name}");
        }
    }

    #[test]
    fn list_models_and_gates_of_a_runner_are_parsed() {
        let text = "#!/bin/bash\nALL_AGENTS=(\n  one # first\n  \"two\"\n)\nDEFAULT_MODEL=\"${M:-big-1}\"\nmodel_for_agent() {\n  case \"$1\" in\n    one|uno) echo \"p/m\" ;;\n    *) echo \"$DEFAULT_MODEL\" ;;\n  esac\n}\nhas_creds_for() {\n  case \"$1\" in\n    one) [ -n \"${A:-}\" ] && [ -n \"${B:-}\" ] ;;\n    *) other ;;\n  esac\n}\nother() { [[ -n \"${C:-}\" || -n \"$D\" ]]; }\n";
        let runner = Runner::read(&Source::new(&"run.sh".into(), text.to_owned()));
        let list = runner.list.as_ref().expect("it has a list");
        let names: Vec<_> = list.value.iter().map(|it| (it.value.as_str(), it.place.line, it.place.column)).collect();
        assert_eq!(names, [("one", 3, 3), ("two", 4, 3)]);
        let model = |name: &str| Runner::arm(runner.models.as_ref(), name).and_then(|arm| arm.answer.value.clone());
        assert_eq!((model("uno"), model("two")), (Some("p/m".to_owned()), Some("big-1".to_owned())));
        let gate = |name: &str| {
            Runner::arm(runner.gates.as_ref(), name).and_then(|arm| arm.answer.value.as_ref().map(Gate::to_string))
        };
        assert_eq!((gate("one"), gate("two")), (Some("`A` and `B`".to_owned()), Some("`C` or `D`".to_owned())));
        let arm = Runner::arm(runner.gates.as_ref(), "one").expect("it has an arm");
        assert_eq!((arm.patterns[0].place.line, arm.answer.place.column), (15, 10));
    }
}
