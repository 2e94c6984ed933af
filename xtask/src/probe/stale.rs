//! Finds stale evidence.

use registry_model::model::{Agent, Registry};
use registry_scripts::evidence::{self, Inputs};
use serde_json::Value;

use super::evidence::read;
use registry_command::console::print;
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::{dates, lookup};

/// The maximum age of evidence in days.
pub(super) const DAYS: u64 = 30;

/// Why the evidence on an agent is stale, by its inputs or after some days, a line per reason; empty when it is fresh.
fn stale(agent: &Agent<'_>, evidence: Option<&Value>, days: u64) -> Outcome<Vec<String>> {
    let Some(evidence) = evidence else { return Ok(vec!["there is none".to_owned()]) };
    let part = |key: &str| evidence.get(key).cloned().unwrap_or_default();
    let pins: Vec<String> = serde_json::from_value(part("pins")).unwrap_or_default();
    let inputs: Inputs = serde_json::from_value(part("inputs")).unwrap_or_default();
    let changed = evidence::stale(agent, &pins, &inputs);
    let changed = changed.map_err(|error| Failure::new(format!("`{}` cannot be rendered: {error}", agent.name)))?;
    let mut reasons: Vec<String> = Vec::new();
    for alike in changed.chunk_by(|(_, one), (_, other)| one == other) {
        let questions: Vec<&str> = alike.iter().map(|(question, _)| *question).collect();
        reasons.extend(alike.first().map(|(_, why)| format!("{}: {why}", questions.join(", "))));
    }
    let date = evidence.get("date").and_then(Value::as_str).unwrap_or_default();
    match dates::age(date) {
        None => reasons.push(format!("its date is `{date}`")),
        Some(age) if age > days => reasons.push(format!("it is {age} days old")),
        Some(_) => {}
    }
    Ok(reasons)
}

/// The agents with stale evidence, among the named ones or all that can be installed, each with the reasons.
pub(crate) fn all_stale<'a>(
    registry: &Registry<'a>,
    named: &[&'a Agent<'a>],
    days: u64,
) -> Outcome<Vec<(&'a Agent<'a>, Vec<String>)>> {
    let agents = match named {
        [] => can_be_probed(registry)?,
        named => named.to_vec(),
    };
    let mut found = Vec::new();
    for agent in agents {
        let reasons = stale(agent, read(registry, agent.name)?.as_ref(), days)?;
        if !reasons.is_empty() {
            found.push((agent, reasons));
        }
    }
    Ok(found)
}

/// Prints the stale evidence of the named agents, or of all that can be installed.
#[cfg_attr(not(feature = "supply"), allow(dead_code, reason = "only a build with `supply` reads dates"))]
pub(crate) fn check(registry: &Registry<'_>, named: &[&str]) -> Outcome {
    let named: Vec<&Agent<'_>> = named.iter().map(|name| lookup::agent(registry, name)).collect::<Outcome<_>>()?;
    let found = all_stale(registry, &named, DAYS)?;
    for (agent, reasons) in &found {
        print(format!("{}: {}", agent.name, reasons.join("; ")))?;
    }
    if found.is_empty() {
        return Ok(Status::Done);
    }
    print(format!(
        "help: cargo xtask probe --stale --write (evidence is stale after {DAYS} days or when its inputs change)"
    ))?;
    Ok(Status::Found)
}

/// The agents that can be installed, by their locks, and routed.
fn can_be_probed<'a>(registry: &Registry<'a>) -> Outcome<Vec<&'a Agent<'a>>> {
    let mut all = Vec::new();
    for agent in registry.agents() {
        // No request of a closed agent reaches a model server here.
        if agent.is_routable() && agent.read_lock()?.unavailable_everywhere().is_none() {
            all.push(agent);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use registry_model::model::{Artefact, Mcp, McpTransport, Npm};
    use registry_model::template::Template;
    use serde_json::json;

    use super::*;

    const NPM: Artefact<'static> = Artefact::Npm(Npm { package: "a", bin: "a", postinstall: &[] });
    const AGENT: Agent<'static> = Agent {
        name: "fixture",
        install: &[NPM],
        launch: &[Template("\"a\"")],
        lock: "format 1\npackage npm a 1.0 sha512-x\n",
        ..Agent::EMPTY
    };

    #[track_caller]
    fn check_stale(agent: &Agent<'_>, evidence: Option<&Value>, reasons: &[&str]) {
        assert_eq!(stale(agent, evidence, DAYS).expect("it is rendered"), reasons);
    }

    /// Evidence of today, with the current inputs.
    fn fresh() -> Value {
        json!({"pins": ["a@1.0"], "inputs": evidence::inputs(&AGENT).expect("it is rendered"), "date": dates::today()})
    }

    const ALL: &str = "routing, environment, hosts, web, secrets, permission, effort";

    #[test]
    fn evidence_is_stale_after_a_change_or_with_age() {
        check_stale(&AGENT, None, &["there is none"]);
        check_stale(&AGENT, Some(&fresh()), &[]);
        let tree = Agent { lock: "format 1\npackage npm a 1.0 sha512-y\n", ..AGENT };
        check_stale(
            &tree,
            Some(&fresh()),
            &[&format!("{ALL}: the lock, the launcher, the entry, the runtime or the method has changed since")],
        );
        let version = Agent { lock: "format 1\npackage npm a 2.0 sha512-x\n", ..AGENT };
        check_stale(&version, Some(&fresh()), &[&format!("{ALL}: measured with a@1.0, and the lock has a@2.0")]);
        let dated = |date: &str| {
            let mut evidence = fresh();
            evidence["date"] = json!(date);
            evidence
        };
        check_stale(&AGENT, Some(&dated("soon")), &["its date is `soon`"]);
        assert_eq!(stale(&AGENT, Some(&fresh()), 0).expect("it is rendered"), Vec::<String>::new());
        let old = stale(&AGENT, Some(&dated("2020-01-01")), DAYS).expect("it is rendered");
        assert!(matches!(old.as_slice(), [why] if why.ends_with(" days old")), "{old:?}");
    }

    #[test]
    fn newer_question_leaves_the_others_fresh() {
        let agent = Agent { mcp: Some(Mcp::Servers { acp: &[McpTransport::Stdio], file: &[] }), ..AGENT };
        check_stale(&agent, Some(&fresh()), &["mcp: it was not measured"]);
        let untested = Agent { mcp: Some(Mcp::Untested("not yet")), ..AGENT };
        check_stale(&untested, Some(&fresh()), &[]);
    }

    #[test]
    fn evidence_without_hashes_is_stale() {
        let old = json!({"pins": ["a@1.0"], "date": dates::today()});
        check_stale(&AGENT, Some(&old), &[&format!("{ALL}: it has no hashes")]);
    }
}
