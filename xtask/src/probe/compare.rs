//! Compares the behaviour in two evidences. Each is a file, or the committed evidence on an agent.

use std::fmt::Write as _;
use std::path::Path;

use registry_command::console::print;
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::lookup;
use registry_model::model::Registry;
use registry_scripts::behaviour::{self, ASPECTS, Behaviour};
use serde_json::Value;

use super::evidence;

/// How evidence is written again.
const AGAIN: &str = "measure it again: cargo xtask probe --write AGENT";

/// One side of a comparison.
struct Side {
    /// Its name, pins and date.
    title: String,
    behaviour: Behaviour,
}

/// Prints the differences from one evidence to another.
pub(crate) fn run(registry: &Registry<'_>, [old, new]: [&str; 2]) -> Outcome {
    let (text, differ) = compare(&read(registry, old)?, &read(registry, new)?);
    print(text.trim_end())?;
    Ok(Status::found(differ))
}

/// Reads the evidence of a side: a file when its name has a `/` or ends with `.json`, that on an agent otherwise.
fn read(registry: &Registry<'_>, name: &str) -> Outcome<Side> {
    let path = Path::new(name);
    if !name.contains('/') && path.extension().is_none_or(|it| it != "json") {
        let agent = lookup::agent(registry, name)?;
        let none = || Failure::new(format!("there is no evidence on `{}`", agent.name)).help(AGAIN);
        return side(agent.name, &evidence::read(registry, agent.name)?.ok_or_else(none)?);
    }
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    let value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("`{name}` is not valid JSON: {error}")).help(AGAIN))?;
    side(name, &value)
}

/// The side of an evidence.
fn side(name: &str, evidence: &Value) -> Outcome<Side> {
    let part = |key: &str| evidence.get(key).cloned().unwrap_or_default();
    let Ok(behaviour) = serde_json::from_value(part("behaviour")) else {
        return Err(Failure::new(format!("`{name}` has no evidence with a member `behaviour`")).help(AGAIN));
    };
    let pins: Vec<String> = serde_json::from_value(part("pins")).unwrap_or_default();
    let date = evidence.get("date").and_then(Value::as_str).unwrap_or("no date");
    Ok(Side { title: format!("{name}: {}; {date}", pins.join(", ")), behaviour })
}

/// The differences as text, and whether there are any. Two sides with different aspects are not the same.
fn compare(old: &Side, new: &Side) -> (String, bool) {
    let differences = behaviour::compare(&old.behaviour, &new.behaviour);
    let mut text = format!("- {}\n+ {}\n", old.title, new.title);
    let mut differ = !differences.is_empty();
    for aspect in ASPECTS {
        let has = |side: &Side| side.behaviour.contains_key(aspect.name);
        if has(old) != has(new) {
            differ = true;
            let sign = if has(old) { '-' } else { '+' };
            let _ = writeln!(text, "{}: measured only in `{sign}`", aspect.title);
        }
        let mut all = differences.iter().filter(|it| it.aspect == aspect).peekable();
        if all.peek().is_some() {
            let _ = writeln!(text, "{}", aspect.title);
        }
        for it in all {
            let _ = writeln!(text, "  {}", it.line(str::to_owned));
        }
    }
    if !differ {
        text.push_str("no differences\n");
    }
    (text, differ)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(old: &Value, new: &Value, expected: &str) {
        let [old, new] = [("old", old), ("new", new)].map(|(name, it)| side(name, it).expect("it is evidence"));
        let (text, differ) = compare(&old, &new);
        assert_eq!(text.lines().skip(2).collect::<Vec<_>>().join("\n"), expected);
        assert_eq!(differ, expected != "no differences");
    }

    #[test]
    fn differences_are_listed_by_aspect() {
        let old = json!({"behaviour": {"tools": {"a": "listed", "b": "listed"}, "hosts": {"h": "called"}}});
        let new = json!({"behaviour": {"tools": {"b": "named", "c": ""}, "hosts": {"h": "called"}}});
        check(&old, &new, "Tools\n  - a: listed\n  ~ b: listed -> named\n  + c");
        check(&old, &old, "no differences");
    }

    #[test]
    fn aspect_of_one_side_is_named_with_its_side() {
        let old = json!({"behaviour": {"tools": {}, "effort": {"low": "sent"}}});
        let new = json!({"behaviour": {"tools": {}, "usage": {}}});
        check(&old, &new, "Reasoning effort: measured only in `-`\nUsage: measured only in `+`");
    }

    #[test]
    fn times_are_not_compared() {
        let evidence = |longest: u64| json!({"behaviour": {"tools": {}}, "times": {"start": {"shortest_ms": 100, "longest_ms": longest}}});
        check(&evidence(900), &evidence(4000), "no differences");
        check(&json!({"behaviour": {"tools": {}}}), &evidence(4000), "no differences");
    }

    #[test]
    fn title_has_the_pins_and_the_date() {
        let evidence = json!({"behaviour": {}, "pins": ["a@1.0", "b==2.0"], "date": "2026-01-31"});
        assert_eq!(side("a", &evidence).expect("it is evidence").title, "a: a@1.0, b==2.0; 2026-01-31");
    }

    #[test]
    fn file_without_behaviour_is_not_evidence() {
        for it in [json!(null), json!([]), json!({}), json!({"behaviour": {"tools": []}}), json!({"behaviour": null})] {
            let error = side("x.json", &it).err().expect("it is not evidence").to_string();
            assert!(error.contains("`x.json` has no evidence with a member `behaviour`"), "{it}: {error}");
        }
    }
}
