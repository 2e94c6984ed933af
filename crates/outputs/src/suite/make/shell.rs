//! The shell functions that the suite's runner sources: its agents, their models, and whether they can run here.

use std::fmt::Write as _;

use registry_model::model::Agent;
use registry_routing::Need;

use super::config::ENVIRONMENT;
use super::{Member, head, told};

/// The functions that are the same for every registry.
const COMMON: &str = include_str!("suite.sh");

/// The text of the file; POSIX shell without `local`, so that any runner can source it.
pub(super) fn text(members: &[Member<'_>], agents: &[&Agent<'_>]) -> Result<String, String> {
    let mut out = head("Functions for the runner of the integration suite: agents, models, credentials. POSIX shell.");
    out.push_str("# shellcheck shell=sh\n\n");
    let common = COMMON.replace("@KEY@", &format!("{}_API_KEY", ENVIRONMENT.to_uppercase()));
    out.push_str(&common.replace("@CLOSED@", &closed(agents)?));
    out.push_str("\n# The agents, one per line.\nsuite_agents() {\n    cat <<\\AGENTS\n");
    for member in members {
        out.extend([member.agent.name, "\n"]);
    }
    out.push_str("AGENTS\n}\n");
    cases(&mut out, "The model of an agent, as its configuration has it.", "suite_model", members, &|member| {
        Ok(format!("printf \"%s\\n\" {}", quoted(&member.model)?))
    })?;
    cases(&mut out, "Whether usage is counted: `on` or `off`.", "suite_usage_tracking", members, &|member| {
        Ok(format!("echo {}", if member.suite.usage_tracking { "on" } else { "off" }))
    })?;
    cases(
        &mut out,
        "Whether the host has the credentials for the model of an agent.",
        "suite_has_credentials",
        members,
        &|it| Ok(condition(&it.needs)),
    )?;
    cases(&mut out, "The variables of these credentials, as text.", "suite_credentials", members, &|member| {
        Ok(format!("echo {}", quoted(&told(&member.needs))?))
    })?;
    Ok(out)
}

/// The refusals of agents that no model server can be given to: the suite runs every agent with a model.
fn closed(agents: &[&Agent<'_>]) -> Result<String, String> {
    let mut cases = String::new();
    for (agent, why) in agents.iter().filter_map(|agent| Some((agent, agent.model_refusal()?))) {
        let _ = write!(
            cases,
            "    {})\n        printf \"%s: %s\\n\" \"$1\" {} >&2\n        return 2\n        ;;\n",
            agent.name,
            quoted(&why)?
        );
    }
    Ok(if cases.is_empty() { cases } else { format!("    case $2 in\n{cases}    esac\n") })
}

/// A function with an answer for each agent; it fails with 2 for an unknown one.
fn cases(
    out: &mut String,
    comment: &str,
    name: &str,
    members: &[Member<'_>],
    answer: &dyn Fn(&Member<'_>) -> Result<String, String>,
) -> Result<(), String> {
    let _ = write!(out, "\n# {comment}\n{name}() {{\n    case ${{1-}} in\n");
    for member in members {
        let _ = writeln!(out, "    {}) {} ;;", member.agent.name, answer(member)?);
    }
    let _ = writeln!(out, "    *) suite_unknown {name} \"${{1-}}\" ;;\n    esac\n}}");
    Ok(())
}

/// A command list that succeeds when one variable of each need is set.
fn condition(needs: &[Need<'_>]) -> String {
    if needs.is_empty() {
        return "true".to_owned();
    }
    let group = |need: &Need<'_>| {
        let words = need.iter().map(|name| format!("\"${{{name}-}}\"")).collect::<Vec<_>>().join(" ");
        format!("suite_any_given {words}")
    };
    needs.iter().map(group).collect::<Vec<_>>().join(" && ")
}

/// A text as one shell word.
fn quoted(text: &str) -> Result<String, String> {
    shlex::try_quote(text).map(String::from).map_err(|error| format!("`{text}` is not a shell word: {error}"))
}
