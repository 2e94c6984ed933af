//! Prints values in the syntax of entries.

use core::fmt::Write as _;

use registry_model::names;
use registry_model::template::{Condition, Member, Template, Value};
use registry_model::variables;

/// A value that is longer is broken into lines.
const COLUMNS: usize = 88;

/// The text of a value.
pub(crate) fn text(template: Template<'_>) -> String {
    template.value().map_or_else(|| template.0.to_owned(), |value| nested(&value, 0))
}

/// The condition and the text of a file: its object without the `if` around it.
pub(crate) fn file(template: Template<'_>) -> (String, String) {
    match template.value() {
        Some(Value::If { condition: holds, then, otherwise: None }) => {
            (format!("if {}", condition(&holds)), nested(&then, 0))
        }
        _ => (String::new(), text(template)),
    }
}

/// The text of a value in one line.
#[cfg(feature = "make")]
pub(crate) fn one_line(template: Template<'_>) -> String {
    template.value().map_or_else(|| template.0.to_owned(), |value| flat(&value))
}

fn nested(value: &Value<'_>, depth: usize) -> String {
    let short = flat(value);
    if short.len() + 4 * depth <= COLUMNS {
        return short;
    }
    let lines = |items: Vec<String>| {
        let indent = "    ".repeat(depth + 1);
        items.into_iter().map(|item| format!("{indent}{item},\n")).collect::<Vec<_>>().concat()
    };
    let end = "    ".repeat(depth);
    match value {
        Value::Object(members) => {
            let item = |it: &Member<'_>| format!("{}: {}", key(it), nested(&it.value, depth + 1));
            format!("{{\n{}{end}}}", lines(members.iter().map(item).collect()))
        }
        Value::List(items) => format!("[\n{}{end}]", lines(items.iter().map(|it| nested(it, depth + 1)).collect())),
        Value::Match { variable, arms } => {
            let arms =
                arms.iter().map(|(content, value)| format!("{} => {}", arm_key(content), nested(value, depth + 1)));
            format!("match {} {{\n{}{end}}}", variables::word(variable), lines(arms.collect()))
        }
        Value::Servers { named, forms } => {
            let forms = forms.iter().map(|(it, form)| format!("{}: {}", it.word(), nested(form, depth + 1)));
            let (open, close) = if *named { ('{', '}') } else { ('[', ']') };
            format!("servers {open}\n{}{end}{close}", lines(forms.collect()))
        }
        Value::If { condition: holds, then, otherwise } => {
            let indent = "    ".repeat(depth + 1);
            let mut out = format!("if {} {{\n{indent}{}\n{end}}}", condition(holds), nested(then, depth + 1));
            match otherwise.as_deref() {
                None => {}
                Some(other @ Value::If { .. }) => {
                    let _ = write!(out, " else {}", nested(other, depth));
                }
                Some(other) => {
                    let _ = write!(out, " else {{\n{indent}{}\n{end}}}", nested(other, depth + 1));
                }
            }
            out
        }
        _ => short,
    }
}

fn flat(value: &Value<'_>) -> String {
    let all = |items: &[Value<'_>]| items.iter().map(flat).collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Number(it) => it.clone().into_owned(),
        Value::Text(it) => quoted(it),
        Value::Variable(it) => variables::word(it).to_owned(),
        Value::Uint(it) => format!("uint({})", variables::word(it)),
        Value::Reference(it) => format!("ref({})", variables::word(it)),
        Value::Companion(it) => format!("companion({})", quoted(it)),
        Value::Format(parts) => format!("fmt({})", quoted(&parts.iter().map(part).collect::<String>())),
        Value::List(items) => format!("[{}]", all(items)),
        Value::Append(items) => format!("append([{}])", all(items)),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members = members.iter().map(|it| format!("{}: {}", key(it), flat(&it.value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Match { variable, arms } => {
            let arms = arms.iter().map(|(content, value)| format!("{} => {}", arm_key(content), flat(value)));
            format!("match {} {{ {} }}", variables::word(variable), arms.collect::<Vec<_>>().join(", "))
        }
        Value::Servers { named, forms } => {
            let forms: Vec<_> = forms.iter().map(|(it, form)| format!("{}: {}", it.word(), flat(form))).collect();
            let (open, close) = if *named { ('{', '}') } else { ('[', ']') };
            format!("servers {open} {} {close}", forms.join(", "))
        }
        Value::Server(part) => format!("server({})", part.word()),
        Value::If { condition: holds, then, otherwise } => {
            let mut out = format!("if {} {{ {} }}", condition(holds), flat(then));
            if let Some(other) = otherwise {
                let _ = match &**other {
                    Value::If { .. } => write!(out, " else {}", flat(other)),
                    _ => write!(out, " else {{ {} }}", flat(other)),
                };
            }
            out
        }
    }
}

fn part(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => text.clone().into_owned(),
        other => format!("{{{}}}", flat(other)),
    }
}

fn key(member: &Member<'_>) -> String {
    format!("{}{}", flat(&member.key), if member.optional { "?" } else { "" })
}

fn arm_key(content: &str) -> String {
    if content.is_empty() { "_".to_owned() } else { quoted(content) }
}

fn condition(holds: &Condition<'_>) -> String {
    let all = |items: &[Condition<'_>]| items.iter().map(condition).collect::<Vec<_>>().join(", ");
    match holds {
        Condition::Set(it) => format!("set({})", variables::word(it)),
        Condition::Direct => "direct".to_owned(),
        Condition::Proxy => "proxy".to_owned(),
        Condition::Provider(it) => format!("provider({})", names::constant(it)),
        Condition::Root => "root".to_owned(),
        Condition::Not(it) => format!("not({})", condition(it)),
        Condition::All(items) => format!("all({})", all(items)),
        Condition::Any(items) => format!("any({})", all(items)),
    }
}

/// A text in quotes, on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '\\' | '"' => out.extend(['\\', char]),
            _ if char.is_control() => out.extend(char.escape_default()),
            _ => out.push(char),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(encoded: &str, expected: &str) {
        assert_eq!(text(Template(encoded)), expected, "{encoded}");
    }

    #[test]
    fn values_are_printed_in_entry_syntax() {
        for (name, expected) in [
            (r#"["variable","BENCHFLOW_PROVIDER_API_KEY"]"#, "API_KEY"),
            (r#""a\"b""#, r#""a\"b""#),
            ("no value", "no value"),
        ] {
            check(name, expected);
        }
    }
}
