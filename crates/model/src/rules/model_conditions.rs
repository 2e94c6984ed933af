//! The conditions under which a value names the model: all combinations are checked.

use crate::template::{Condition, Member, Value};
use crate::variables::{canonical, word};

/// A part of a condition whose truth is the run's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    /// A variable is set, by its full name.
    Set(String),
    /// The agent goes through the gateway.
    Proxy,
    /// The provider is this one.
    Provider(String),
    /// The agent runs as root.
    Root,
    /// A variable has this content.
    Content(String, String),
}

/// The assumptions about a run.
pub(super) type Case = Vec<(Atom, bool)>;

/// The limit of conditions that are combined for one entry; entries have about six.
const DEPTH: usize = 14;

/// Whether something holds in a case, or the part of a condition on which that depends.
enum Answer {
    Yes,
    No,
    Depends(Atom),
}

impl Answer {
    fn of(case: &Case, atom: Atom) -> Self {
        match case.iter().find(|(known, _)| *known == atom) {
            Some((_, true)) => Self::Yes,
            Some((_, false)) => Self::No,
            None => Self::Depends(atom),
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            depends @ Self::Depends(_) => depends,
        }
    }

    /// Whether any of several holds.
    fn any(answers: impl Iterator<Item = Self>) -> Self {
        let mut all = Self::No;
        for answer in answers {
            match (answer, &all) {
                (Self::Yes, _) => return Self::Yes,
                (depends @ Self::Depends(_), Self::No) => all = depends,
                _ => {}
            }
        }
        all
    }

    fn all(answers: impl Iterator<Item = Self>) -> Self {
        Self::any(answers.map(Self::not)).not()
    }
}

/// The first case, of those that a known case leaves open, in which no value names the model; none where each does.
pub(super) fn case_without_model(values: &[&Value<'_>], known: Case) -> Option<Case> {
    match Answer::any(values.iter().map(|value| names_model(value, &known))) {
        Answer::Yes => None,
        Answer::No => Some(known),
        Answer::Depends(_) if known.len() >= DEPTH => None,
        Answer::Depends(atom) => [true, false].into_iter().find_map(|truth| {
            let mut next = known.clone();
            next.push((atom.clone(), truth));
            if is_possible(&next) { case_without_model(values, next) } else { None }
        }),
    }
}

/// Whether a case can be: a variable has one content, and a provider has one name.
fn is_possible(case: &Case) -> bool {
    let providers = case.iter().filter(|(atom, truth)| *truth && matches!(atom, Atom::Provider(_))).count();
    let contents = |name: &str| {
        case.iter().filter(|(atom, truth)| *truth && matches!(atom, Atom::Content(of, _) if of == name)).count()
    };
    providers <= 1 && case.iter().all(|(atom, _)| !matches!(atom, Atom::Content(name, _) if contents(name) > 1))
}

fn names_model(value: &Value<'_>, case: &Case) -> Answer {
    match value {
        Value::Variable(name) | Value::Reference(name) => match canonical(name).map(|it| it.word) {
            Some("MODEL" | "ACP_MODEL" | "ACP_MODEL_NAME") => Answer::Yes,
            Some("ALIAS") => Answer::of(case, Atom::Proxy),
            _ => Answer::No,
        },
        Value::Format(parts) | Value::List(parts) | Value::Append(parts) => {
            Answer::any(parts.iter().map(|part| names_model(part, case)))
        }
        Value::Object(members) => Answer::any(members.iter().map(|member| in_member(member, case))),
        Value::Match { variable, arms } => in_arms(variable, arms, case),
        Value::If { condition, then, otherwise } => match holds(condition, case) {
            Answer::Yes => names_model(then, case),
            Answer::No => otherwise.as_deref().map_or(Answer::No, |value| names_model(value, case)),
            depends @ Answer::Depends(_) => depends,
        },
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Uint(_)
        | Value::Companion(_)
        | Value::Servers { .. }
        | Value::Server(_) => Answer::No,
    }
}

fn in_member(Member { key, value, optional }: &Member<'_>, case: &Case) -> Answer {
    let there = if *optional { are_set(value, case) } else { Answer::Yes };
    let named = || Answer::any([key, value].into_iter().map(|it| names_model(it, case)));
    match there {
        Answer::Yes => named(),
        Answer::No => Answer::No,
        // A member that never names the model does not need more cases.
        depends @ Answer::Depends(_) => {
            if matches!(named(), Answer::No) {
                Answer::No
            } else {
                depends
            }
        }
    }
}

/// Whether the variables of a value, which leaves its member out otherwise, are all set.
fn are_set(value: &Value<'_>, case: &Case) -> Answer {
    match value {
        Value::Variable(name) | Value::Reference(name) | Value::Uint(name) => is_set(name, case),
        Value::Format(parts) | Value::List(parts) => Answer::all(parts.iter().map(|part| are_set(part, case))),
        _ => Answer::Yes,
    }
}

fn in_arms(variable: &str, arms: &[(std::borrow::Cow<'_, str>, Value<'_>)], case: &Case) -> Answer {
    for (content, value) in arms.iter().filter(|(content, _)| !content.is_empty()) {
        match Answer::of(case, Atom::Content(variable.to_owned(), content.to_string())) {
            Answer::Yes => return names_model(value, case),
            Answer::No => {}
            depends @ Answer::Depends(_) => return depends,
        }
    }
    let default = arms.iter().find(|(content, _)| content.is_empty());
    default.map_or(Answer::No, |(_, value)| names_model(value, case))
}

fn is_set(name: &str, case: &Case) -> Answer {
    match canonical(name).map(|it| it.word) {
        // Runs without a model are not checked.
        Some("MODEL" | "ACP_MODEL" | "ACP_MODEL_NAME") => Answer::Yes,
        Some("ALIAS") => Answer::of(case, Atom::Proxy),
        _ => Answer::of(case, Atom::Set(name.to_owned())),
    }
}

fn holds(condition: &Condition<'_>, case: &Case) -> Answer {
    match condition {
        Condition::Set(name) => is_set(name, case),
        Condition::Direct => Answer::of(case, Atom::Proxy).not(),
        Condition::Proxy => Answer::of(case, Atom::Proxy),
        Condition::Provider(name) => Answer::of(case, Atom::Provider(name.to_string())),
        Condition::Root => Answer::of(case, Atom::Root),
        Condition::Not(condition) => holds(condition, case).not(),
        Condition::All(conditions) => Answer::all(conditions.iter().map(|it| holds(it, case))),
        Condition::Any(conditions) => Answer::any(conditions.iter().map(|it| holds(it, case))),
    }
}

/// A case in the words of an entry.
pub(super) fn words(case: &[(Atom, bool)]) -> String {
    let part = |(atom, truth): &(Atom, bool)| {
        let text = match atom {
            Atom::Set(name) => format!("set({})", word(name)),
            Atom::Proxy => return if *truth { "proxy".to_owned() } else { "direct".to_owned() },
            Atom::Provider(name) => format!("provider({})", name.to_uppercase().replace('-', "_")),
            Atom::Root => "root".to_owned(),
            Atom::Content(name, content) => format!("{} == \"{content}\"", word(name)),
        };
        if *truth { text } else { format!("not({text})") }
    };
    case.iter().map(part).collect::<Vec<_>>().join(", ")
}
