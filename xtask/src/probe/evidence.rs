//! The evidence that is committed: a file an agent in `src/evidence` of the package whose registry was probed.
//!
//! A registry that extends another has the other's evidence too; a file of its own comes before it.

use std::path::{Path, PathBuf};

use registry_core::model::{Agent, Lock, Registry};
use serde_json::Value;

use crate::console::print;
use crate::failure::{Failure, Outcome, Status};
use crate::{day, lookup};

/// For how many days evidence is good.
const DAYS: u64 = 30;

/// The file of an agent in the package of a registry.
pub(crate) fn path(registry: &Registry<'_>, agent: &str) -> PathBuf {
    Path::new(registry.folder).join("src/evidence").join(format!("{agent}.json"))
}

/// The evidence on an agent: that of this registry, or of those that it extends; none where there is no file.
pub(crate) fn read(registry: &Registry<'_>, agent: &str) -> Outcome<Option<Value>> {
    let path = path(registry, agent);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| {
            Failure::new(format!("`{}` is no JSON: {error}", path.display()))
                .help("write it anew: cargo xtask probe --write")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            registry.extends.map_or(Ok(None), |extended| read(extended, agent))
        }
        Err(error) => Err(Failure::io("read", &path, &error)),
    }
}

/// Why the evidence on an agent does not count any more; none when it does.
pub(crate) fn stale(agent: &Agent<'_>, evidence: Option<&Value>) -> Option<String> {
    let Some(evidence) = evidence else { return Some("there is none".to_owned()) };
    let Some(measured) = evidence.get("pins").and_then(Value::as_array) else {
        return Some("it names no pins".to_owned());
    };
    let measured: Vec<&str> = measured.iter().filter_map(Value::as_str).collect();
    let pins = agent.pins();
    if measured != pins {
        return Some(format!("measured with {}, and the lock has {}", measured.join(", "), pins.join(", ")));
    }
    let date = evidence.get("date").and_then(Value::as_str).unwrap_or_default();
    match day::age(date) {
        None => Some(format!("its date is `{date}`")),
        Some(age) if age > DAYS => Some(format!("it is {age} days old")),
        Some(_) => None,
    }
}

/// Says what is stale, of the agents that are named or of all that can be installed.
pub(crate) fn check(registry: &Registry<'_>, named: &[&str]) -> Outcome {
    let agents: Vec<&Agent<'_>> = if named.is_empty() {
        registry.agents().into_iter().filter(|agent| can_be_probed(agent)).collect()
    } else {
        named.iter().map(|name| lookup::agent(registry, name)).collect::<Outcome<_>>()?
    };
    let mut status = Status::Done;
    for agent in agents {
        if let Some(why) = stale(agent, read(registry, agent.name)?.as_ref()) {
            print(format!("{}: {why}", agent.name))?;
            status = Status::Found;
        }
    }
    if status == Status::Found {
        print(format!("help: cargo xtask probe --write AGENT… (evidence is good for {DAYS} days and for its pins)"))?;
    }
    Ok(status)
}

/// Whether there is anything to install, by the agent's own lock.
fn can_be_probed(agent: &Agent<'_>) -> bool {
    let lock = Lock::parse(agent.lock).unwrap_or_default();
    !lock.unavailable.iter().any(|it| it.target.is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LOCK: &str = "format 1\npackage npm a 1.0 sha512-x\npackage pypi b 2.0 -\n";

    #[track_caller]
    fn check_stale(evidence: Option<&Value>, why: Option<&str>) {
        let agent = Agent { name: "fixture", lock: LOCK, ..Agent::EMPTY };
        assert_eq!(stale(&agent, evidence).as_deref(), why);
    }

    #[test]
    fn evidence_goes_stale_with_its_pins_and_with_time() {
        let pins = json!(["a@1.0", "b==2.0"]);
        check_stale(None, Some("there is none"));
        check_stale(Some(&json!({"pins": pins, "date": day::today()})), None);
        check_stale(
            Some(&json!({"pins": ["a@0.9", "b==2.0"], "date": day::today()})),
            Some("measured with a@0.9, b==2.0, and the lock has a@1.0, b==2.0"),
        );
        check_stale(Some(&json!({"pins": pins, "date": "soon"})), Some("its date is `soon`"));
        let old = stale(&Agent { lock: LOCK, ..Agent::EMPTY }, Some(&json!({"pins": pins, "date": "2020-01-01"})));
        assert!(old.is_some_and(|why| why.ends_with(" days old")));
    }

    #[test]
    fn evidence_without_its_pins_is_stale() {
        check_stale(Some(&json!({"date": day::today()})), Some("it names no pins"));
    }
}
