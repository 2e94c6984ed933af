//! The verdict on the web policy: what is offered with it, held against what is offered without it.

use std::collections::BTreeSet;

use registry_core::model::{Agent, WebPolicy};

use super::judge::strangers;
use super::record::{Record, Request};
use super::session::WEB_PROMPT;
use super::verdict::Verdict;
use super::web_names;

/// What a run offered its model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Every tool of every call.
    pub(crate) tools: BTreeSet<String>,
    /// The web tools of the entry that stand anywhere in a body.
    pub(crate) mentioned: BTreeSet<String>,
}

impl Offered {
    /// Reads it off what arrived.
    pub(crate) fn of(record: &Record, agent: &Agent<'_>) -> Self {
        let tools = record.model_calls().flat_map(|call| call.tools.iter().cloned()).collect();
        let names = agent.web.map(|it| it.tools()).unwrap_or_default();
        let bodies = record.model_calls().map(Request::body).filter(|body| !body.contains(WEB_PROMPT.0));
        let bodies: Vec<String> = bodies.collect();
        let stands = |name: &&&str| bodies.iter().any(|body| has_word(body, name));
        Self { tools, mentioned: names.iter().filter(stands).map(ToString::to_string).collect() }
    }

    /// The tools of the list that reach the web, by the entry or by the table.
    fn listed(&self, agent: &Agent<'_>) -> BTreeSet<&str> {
        let own = agent.web.map(|it| it.tools()).unwrap_or_default();
        self.tools
            .iter()
            .map(String::as_str)
            .filter(|it| own.contains(it) || web_names::source_of(it).is_some())
            .collect()
    }
}

/// Whether a name stands in a text by itself.
fn has_word(text: &str, name: &str) -> bool {
    let part = |it: char| it.is_alphanumeric() || it == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// Whether a policy takes the web tools away, and nothing else.
pub(crate) fn web(agent: &Agent<'_>, without: &Record, with: Option<&Record>) -> Verdict {
    let control = Offered::of(without, agent);
    if without.model_calls().next().is_none() {
        return Verdict::Unproven("without the policy no model call arrived".to_owned());
    }
    let listed = control.listed(agent);
    match agent.web {
        None => Verdict::Unproven("the entry says nothing of its web tools".to_owned()),
        Some(WebPolicy::NoSwitch { reason, .. } | WebPolicy::Untested { reason, .. }) => {
            Verdict::Unproven(format!("there is no policy: {reason}"))
        }
        Some(WebPolicy::NoTools(_)) if listed.is_empty() && !control.tools.is_empty() => Verdict::Proved,
        Some(WebPolicy::NoTools(_)) if listed.is_empty() => Verdict::Unproven("it offers no tools at all".to_owned()),
        Some(WebPolicy::NoTools(_)) => {
            Verdict::Failed(format!("the entry says that it has no web tool, and it offers {}", sourced(listed)))
        }
        Some(WebPolicy::Switch { .. }) => match with {
            None => Verdict::Unproven("there was no run with the policy".to_owned()),
            Some(with) => compare(agent, &control, without, with),
        },
    }
}

fn compare(agent: &Agent<'_>, control: &Offered, without: &Record, with: &Record) -> Verdict {
    if with.model_calls().next().is_none() {
        return Verdict::Unproven("with the policy no model call arrived".to_owned());
    }
    let found = Offered::of(with, agent);
    let still = found.listed(agent);
    if !still.is_empty() {
        return Verdict::Failed(format!("{} is still offered", sourced(still)));
    }
    let before = control.listed(agent);
    if before.is_empty() && control.mentioned.is_empty() {
        return Verdict::Unproven("without the policy no web tool is offered either".to_owned());
    }
    // What was never in the list is offered by its name in a text; a word about what was in it is no offer.
    let described: BTreeSet<&str> =
        control.mentioned.iter().map(String::as_str).filter(|it| !before.contains(it)).collect();
    let left: BTreeSet<&str> = described.iter().copied().filter(|it| found.mentioned.contains(*it)).collect();
    if !left.is_empty() {
        return Verdict::Failed(format!("{} is still described to the model", words(left)));
    }
    let others: BTreeSet<&str> = control.tools.iter().map(String::as_str).filter(|it| !before.contains(it)).collect();
    let kept: BTreeSet<&str> = found.tools.iter().map(String::as_str).collect();
    if others != kept {
        let changed = others.symmetric_difference(&kept).copied().collect();
        return Verdict::Failed(format!("it changes other tools too: {}", words(changed)));
    }
    if !with.model_calls().any(|call| call.body().contains(WEB_PROMPT.0) && call.asks_for_a_tool()) {
        return Verdict::Unproven("the web tool was not called by its name".to_owned());
    }
    let reached = &strangers(with) - &strangers(without);
    if !reached.is_empty() {
        return Verdict::Failed(format!("it reaches {}", words(reached.iter().map(String::as_str).collect())));
    }
    Verdict::Proved
}

/// What the agent answered when the server called its web tool all the same.
pub(crate) fn answer(record: &Record) -> Option<String> {
    let asked = |call: &&Request| call.body().contains(WEB_PROMPT.0);
    let earlier = record.model_calls().filter(|call| !asked(call)).flat_map(|call| &call.tool_results);
    let earlier: BTreeSet<&String> = earlier.collect();
    let mut results = record.model_calls().filter(asked).flat_map(|call| &call.tool_results);
    results.find(|it| !earlier.contains(it)).map(|it| crate::dialogue::shortened(it))
}

/// Names, with what says that they reach the web where that is not the entry.
fn sourced(names: BTreeSet<&str>) -> String {
    let source = |it: &str| web_names::source_of(it).map_or_else(String::new, |source| format!(" ({source})"));
    names.into_iter().map(|it| format!("`{it}`{}", source(it))).collect::<Vec<_>>().join(", ")
}

fn words(names: BTreeSet<&str>) -> String {
    names.into_iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
