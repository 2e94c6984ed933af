//! Credential gates: the variables that shell code checks, compared with what a model needs.

use core::fmt;
use std::collections::BTreeSet;

use registry_model::shell::{Command, Follow, Shape, Word};

/// A condition over variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// A variable is set and not empty.
    Set(String),
    Not(Box<Gate>),
    All(Vec<Gate>),
    Any(Vec<Gate>),
}

/// The key of the sandboxes that the reference harness runs in: every agent needs it, whatever its model.
pub(crate) const SANDBOX_KEY: &str = "DAYTONA_API_KEY";

/// The function of a generated `suite.sh` that holds when one of its arguments is not blank.
const ANY_GIVEN: &str = "suite_any_given";

/// Gates with more variables are not compared: the reference harness has none.
const VARIABLES: usize = 12;

/// What another function checks.
type Functions<'f> = dyn Fn(&str) -> Option<Gate> + 'f;

const ALWAYS: Gate = Gate::All(Vec::new());
const NEVER: Gate = Gate::Any(Vec::new());

/// The condition of a list of commands; `None` if it cannot be parsed.
pub(crate) fn read(commands: &[Command<'_>], members: &[usize], functions: &Functions<'_>) -> Option<Gate> {
    let chain: Vec<&Command<'_>> = members.iter().filter_map(|index| commands.get(*index)).collect();
    let mut backwards = chain.split_inclusive(|it| !matches!(it.follow, Follow::And | Follow::Or)).rev();
    let last = backwards.next()?;
    let mut gate = statement(commands, members, last, None, functions)?;
    for earlier in backwards {
        gate = statement(commands, members, earlier, Some(gate), functions)?;
    }
    Some(gate)
}

/// The condition of a statement and of the ones after it, up to a `return`.
fn statement(
    commands: &[Command<'_>],
    members: &[usize],
    chain: &[&Command<'_>],
    after: Option<Gate>,
    functions: &Functions<'_>,
) -> Option<Gate> {
    let (last, before) = chain.split_last()?;
    let returned = returns(last);
    let conditions = if returned.is_some() { before } else { chain };
    let mut gate: Option<(Gate, Follow)> = None;
    for command in conditions {
        let one = condition(commands, members, command, functions)?;
        let joined = match gate {
            None => one,
            Some((first, Follow::And)) => Gate::All(vec![first, one]),
            Some((first, _)) => Gate::Any(vec![first, one]),
        };
        gate = Some((joined, command.follow));
    }
    let rest = after.clone().unwrap_or(NEVER);
    Some(match (gate, returned) {
        (None, Some(true)) => ALWAYS,
        (None, Some(false)) => NEVER,
        (None, None) => return None,
        // What comes before the last statement counts only by its `return`.
        (Some((gate, _)), None) => after.unwrap_or(gate),
        (Some((gate, Follow::And)), Some(true)) => Gate::Any(vec![gate, rest]),
        (Some((gate, Follow::And)), Some(false)) => Gate::All(vec![Gate::Not(Box::new(gate)), rest]),
        (Some((gate, _)), Some(false)) => {
            if after.is_some() {
                Gate::All(vec![gate, rest])
            } else {
                gate
            }
        }
        (Some((gate, _)), Some(true)) => Gate::Any(vec![Gate::Not(Box::new(gate)), rest]),
    })
}

/// The status of a `return`.
fn returns(command: &Command<'_>) -> Option<bool> {
    let name = command.name()?;
    (name == "return").then(|| command.words.get(1).is_none_or(|status| status.is("0")))
}

fn condition(
    commands: &[Command<'_>],
    members: &[usize],
    command: &Command<'_>,
    functions: &Functions<'_>,
) -> Option<Gate> {
    if command.previous.is_some() || command.next.is_some() {
        return None;
    }
    let gate = match command.shape {
        Shape::Group | Shape::Subshell => {
            let own = members
                .iter()
                .copied()
                .find(|index| commands.get(*index).is_some_and(|it| it.range == command.range))?;
            let inner: Vec<usize> =
                commands.iter().enumerate().filter(|(_, it)| it.parent == Some(own)).map(|(index, _)| index).collect();
            read(commands, &inner, functions)?
        }
        Shape::Simple if command.words.is_empty() => ALWAYS,
        Shape::Simple => test(command, functions)?,
        _ => return None,
    };
    Some(if command.negated { Gate::Not(Box::new(gate)) } else { gate })
}

/// `[ -n "${NAME:-}" ]`, a piece of `[[ … && … ]]`, or a call.
fn test(command: &Command<'_>, functions: &Functions<'_>) -> Option<Gate> {
    let words: Vec<&Word<'_>> =
        command.words.iter().filter(|word| !matches!(&*word.text, "[" | "[[" | "]" | "]]" | "test")).collect();
    let bare = words.len() == command.words.len();
    match words.as_slice() {
        [sign, value] if sign.is("-n") => variable(value).map(Gate::Set),
        [sign, value] if sign.is("-z") => variable(value).map(|name| Gate::Not(Box::new(Gate::Set(name)))),
        [value] if !bare => variable(value).map(Gate::Set),
        [name, values @ ..] if bare && name.is(ANY_GIVEN) => {
            values.iter().map(|it| variable(it).map(Gate::Set)).collect::<Option<_>>().map(Gate::Any)
        }
        [name, ..] if bare => match name.literal()? {
            "true" | ":" | "local" | "readonly" => Some(ALWAYS),
            "false" => Some(NEVER),
            name => functions(name),
        },
        _ => None,
    }
}

/// The variable of `$NAME`, `${NAME}` or `${NAME:-}`.
fn variable(word: &Word<'_>) -> Option<String> {
    let inside = word.text.strip_prefix('$').filter(|_| !word.literal)?;
    let inside = inside.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(inside);
    let name = inside.strip_suffix(":-").or_else(|| inside.strip_suffix('-')).unwrap_or(inside);
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain.then(|| name.to_owned())
}

impl Gate {
    fn holds(&self, set: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Set(name) => set(name),
            Self::Not(gate) => !gate.holds(set),
            Self::All(gates) => gates.iter().all(|gate| gate.holds(set)),
            Self::Any(gates) => gates.iter().any(|gate| gate.holds(set)),
        }
    }

    /// Every variable it checks.
    pub(crate) fn variables(&self) -> BTreeSet<&str> {
        match self {
            Self::Set(name) => BTreeSet::from([name.as_str()]),
            Self::Not(gate) => gate.variables(),
            Self::All(gates) | Self::Any(gates) => gates.iter().flat_map(Self::variables).collect(),
        }
    }

    /// Whether it is true for exactly those environments that have what is needed.
    pub(crate) fn is(&self, needs: &[Vec<&str>]) -> bool {
        let mut names = self.variables();
        names.extend(needs.iter().flatten().copied());
        names.remove(SANDBOX_KEY);
        let names: Vec<&str> = names.into_iter().collect();
        if names.len() > VARIABLES {
            return false;
        }
        (0_u32..1 << names.len()).all(|set| {
            let is_set = |name: &str| {
                name == SANDBOX_KEY || names.iter().position(|it| *it == name).is_some_and(|at| set >> at & 1 == 1)
            };
            self.holds(&is_set) == needs.iter().all(|group| group.iter().any(|name| is_set(name)))
        })
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (gates, word) = match self {
            Self::Set(name) => return write!(f, "`{name}`"),
            Self::Not(gate) => return write!(f, "not {gate}"),
            Self::All(gates) if gates.is_empty() => return f.write_str("nothing"),
            Self::Any(gates) if gates.is_empty() => return f.write_str("a condition that is never true"),
            Self::All(gates) => (gates, "and"),
            Self::Any(gates) => (gates, "or"),
        };
        for (index, gate) in gates.iter().enumerate() {
            if index > 0 {
                write!(f, " {word} ")?;
            }
            match (gate, self) {
                (Self::Any(inner), Self::All(_)) if gates.len() > 1 && inner.len() > 1 => write!(f, "({gate})")?,
                _ => write!(f, "{gate}")?,
            }
        }
        Ok(())
    }
}

/// What is needed, in words: "`A` and (`B` or `C`)".
pub(crate) fn needed(needs: &[Vec<&str>]) -> String {
    let group = |names: &Vec<&str>| Gate::Any(names.iter().map(|name| Gate::Set((*name).to_owned())).collect());
    Gate::All(needs.iter().map(group).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_reads(script: &str, expected: Option<&[&[&str]]>) {
        let commands = registry_model::shell::commands(script.as_bytes());
        let list: Vec<usize> = (0..commands.len()).filter(|&it| commands[it].parent.is_none()).collect();
        let gate = read(&commands, &list, &|name| (name == "other").then(|| Gate::Set("O".to_owned())));
        let needs: Option<Vec<Vec<&str>>> = expected.map(|groups| groups.iter().map(|it| it.to_vec()).collect());
        match (gate, needs) {
            (None, None) => {}
            (Some(gate), Some(needs)) => assert!(gate.is(&needs), "{script}: {gate}"),
            (gate, _) => panic!("{script}: {gate:?}"),
        }
    }

    #[test]
    fn gates_are_parsed_as_a_shell_runs_them() {
        check_reads("[ -n \"${A:-}\" ] && [ -n \"$B\" ]", Some(&[&["A"], &["B"]]));
        check_reads("[ -n \"${A:-}\" ] || test -n \"${B-}\"", Some(&[&["A", "B"]]));
        check_reads("[[ -n \"${A:-}\" && -n \"${B:-}\" ]]", Some(&[&["A"], &["B"]]));
        check_reads("[ -n \"$A\" ] && { [ -n \"$B\" ] || [ -n \"$C\" ]; }", Some(&[&["A"], &["B", "C"]]));
        check_reads("[ -n \"$A\" ] || return 1\n[ -n \"$B\" ]", Some(&[&["A"], &["B"]]));
        check_reads("[ -n \"$A\" ] && return 0\n[ -n \"$B\" ] && return 0\nreturn 1", Some(&[&["A", "B"]]));
        check_reads("[ -n \"$A\" ] && return 0\nreturn 1", Some(&[&["A"]]));
        check_reads("[ -z \"$A\" ] && return 1\n[ -n \"$B\" ]", Some(&[&["A"], &["B"]]));
        check_reads("other && [ -n \"$DAYTONA_API_KEY\" ]", Some(&[&["O"]]));
        check_reads("suite_any_given \"${A-}\" \"${B-}\" && suite_any_given \"$C\"", Some(&[&["A", "B"], &["C"]]));
        check_reads("return 0", Some(&[]));
        check_reads("grep -q x file", None);
        check_reads("if [ -n \"$A\" ]; then return 0; fi", None);
    }

    #[test]
    fn gates_with_other_variables_do_not_match() {
        let set = |name: &str| Gate::Set(name.to_owned());
        assert!(!set("A").is(&[vec!["A"], vec!["B"]]));
        assert!(!Gate::All(vec![set("A"), set("B")]).is(&[vec!["A"]]));
        assert_eq!(needed(&[vec!["A"], vec!["B", "C"]]), "`A` and (`B` or `C`)");
        assert_eq!(needed(&[]), "nothing");
    }
}
