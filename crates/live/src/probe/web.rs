//! The verdict on the web policy: the tools offered with it, compared with those offered without it.

use std::collections::BTreeSet;

use registry_model::model::{Agent, WebPolicy};

use super::judge::strangers;
use super::prompts::{SEARCH_PROMPT, WEB_PROMPT};
use super::record::{Record, RecordedRequest};
use super::verdict::Verdict;
use super::web_names;
use crate::model_server::is_searcher;

/// What a run offered its model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offered {
    /// The tools of the lists and of a catalogue in a text, without those that a search brought there.
    pub(crate) listed: BTreeSet<String>,
    /// The tools that are in no list and that a text names beside a search for tools: deferred ones.
    pub(crate) named: BTreeSet<String>,
    /// The tools that the agent's own search brought into the list.
    pub(crate) found: BTreeSet<String>,
    /// The web tools of the entry that are anywhere in a text.
    mentioned: BTreeSet<String>,
    /// Whether the search was called.
    searched: bool,
}

impl Offered {
    /// Reads it off what arrived.
    pub(crate) fn of(record: &Record, agent: &Agent<'_>) -> Self {
        let mut offered = Self::default();
        let own = own_names(agent);
        for call in record.model_calls() {
            let texts = call.texts();
            let says = |word: &str| texts.iter().any(|text| text.contains(word));
            let tools = call.tools.iter().cloned();
            // Behind the search, the list holds what it brought as well.
            let late = says(SEARCH_PROMPT.0) || says(WEB_PROMPT.0);
            if late && offered.searched {
                offered.found.extend(tools);
            } else {
                offered.listed.extend(tools);
            }
            offered.searched |= call.called_tool().is_some_and(is_searcher);
            // From the search on, the name of the web tool is in every request.
            if late {
                continue;
            }
            if call.tools.iter().any(|it| is_searcher(it)) {
                offered.named.extend(texts.iter().flat_map(|text| named_tools(text)).map(str::to_owned));
                offered.listed.extend(texts.iter().flat_map(|text| catalogue(text)).map(str::to_owned));
            }
            let stands = |name: &&&str| texts.iter().any(|text| has_word(text, name));
            offered.mentioned.extend(own.iter().filter(stands).map(ToString::to_string));
        }
        offered.found = &offered.found - &offered.listed;
        offered.named = &offered.named - &offered.listed;
        offered
    }
}

fn own_names<'a>(agent: &Agent<'a>) -> &'a [&'a str] {
    agent.web.map(|it| it.tools()).unwrap_or_default()
}

/// The tools that a run does without.
struct WebTools<'a> {
    /// By the entry.
    own: &'a [&'a str],
    /// Whether those of the table count too.
    table: bool,
}

impl<'a> WebTools<'a> {
    /// All that reach the web.
    fn all(agent: &Agent<'a>) -> Self {
        Self { own: own_names(agent), table: true }
    }

    /// Those that a vendor's servers carry out: no table has them.
    fn hosted(agent: &Agent<'a>) -> Self {
        // mutant: a table says which tools are hosted
        Self { own: agent.hosted_tools(), table: false }
    }

    /// Those among some tools.
    fn among<'t>(&self, tools: &'t BTreeSet<String>) -> BTreeSet<&'t str> {
        let known = |it: &str| self.table && web_names::source_of(it).is_some();
        // mutant: the entry's names are not asked
        // mutant: the table of names is not asked
        tools.iter().map(String::as_str).filter(|it| self.own.contains(it) || known(it)).collect()
    }
}

/// The names that a text lists for a search to find: lines that are nothing but a name, two of them together or more.
fn named_tools(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    // An empty line behind the last one ends the last run.
    for line in text.lines().chain([""]) {
        if is_name(line.trim()) {
            run.push(line.trim());
        } else {
            // A name that is known to reach the web counts alone too, but not where it is the whole text of a value.
            let known = || text.trim().contains('\n') && run.iter().any(|it| web_names::source_of(it).is_some());
            if run.len() > 1 || known() {
                names.append(&mut run);
            }
            run.clear();
        }
    }
    names
}

/// The names in a catalogue of tools in a text, from which another tool calls them: lines like
/// `- name (source): what it does`, two of them together or more.
fn catalogue(text: &str) -> Vec<&str> {
    fn entry(line: &str) -> Option<&str> {
        let (name, rest) = line.strip_prefix("- ")?.split_once(" (")?;
        let (source, _) = rest.split_once("): ")?;
        (is_name(name) && is_name(source)).then_some(name)
    }
    let entries: Vec<Option<&str>> = text.lines().map(entry).collect();
    // mutant: a catalogue is not read
    let together = entries.windows(2).filter(|two| two.iter().all(Option::is_some));
    together.flat_map(|two| two.iter().flatten().copied()).collect()
}

/// Whether a line is nothing but a name as the APIs allow one: `^[a-zA-Z0-9_-]{1,64}$`, and never a number or a rule.
fn is_name(line: &str) -> bool {
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    line.len() <= 64 && line.starts_with(|it: char| it.is_ascii_alphabetic()) && line.chars().all(plain)
}

/// Whether a name is in a text by itself. A text that was encoded twice still has the letter of its escapes.
fn has_word(text: &str, name: &str) -> bool {
    let part = |it: char| it.is_alphanumeric() || it == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        // mutant: an escape is a letter
        let escaped = [r"\n", r"\t", r"\r"].iter().any(|it| before.ends_with(it));
        let after = text.get(at + name.len()..).and_then(|it| it.chars().next());
        // mutant: a word may be a part of one
        (escaped || !before.chars().next_back().is_some_and(part)) && !after.is_some_and(part)
    })
}

/// The web tools that a run offers or names; none where there are none.
pub(crate) fn offered(agent: &Agent<'_>, record: &Record) -> Option<String> {
    let offered = Offered::of(record, agent);
    let all = &offered.listed | &offered.named;
    let web = WebTools::all(agent).among(&all);
    (!web.is_empty()).then(|| words(web))
}

/// Whether a policy takes the web tools away, and nothing else.
pub(crate) fn web(agent: &Agent<'_>, without: &Record, with: Option<&Record>) -> Verdict {
    let control = Offered::of(without, agent);
    if without.model_calls().next().is_none() {
        return Verdict::Unproven("without the policy no model call arrived".to_owned());
    }
    match agent.web {
        None => Verdict::Unproven("the entry does not say which web tools it has".to_owned()),
        Some(WebPolicy::NoSwitch { reason, .. } | WebPolicy::Untested { reason, .. }) => {
            Verdict::Unproven(format!("there is no policy: {reason}"))
        }
        Some(WebPolicy::NoTools(_)) => has_none(agent, &control),
        Some(WebPolicy::Switch { .. }) => match with {
            None => Verdict::Unproven("there was no run with the policy".to_owned()),
            Some(with) => compare(agent, &WebTools::all(agent), &control, without, (with, &Offered::of(with, agent))),
        },
    }
}

/// Whether the hosted tools are gone where they alone are turned off, and nothing else.
pub(crate) fn hosted(agent: &Agent<'_>, without: &Record, with: &Record) -> Verdict {
    let control = Offered::of(without, agent);
    compare(agent, &WebTools::hosted(agent), &control, without, (with, &Offered::of(with, agent)))
}

/// Whether an agent that is said to have no web tools offers none.
fn has_none(agent: &Agent<'_>, control: &Offered) -> Verdict {
    for (tools, how) in [(&control.listed, "offers"), (&control.named, "names"), (&control.found, "finds")] {
        let web = WebTools::all(agent).among(tools);
        // mutant: an agent without web tools may have some
        if !web.is_empty() {
            return Verdict::Failed(format!("the entry says that it has no web tool, and it {how} {}", sourced(web)));
        }
    }
    if control.listed.is_empty() {
        return Verdict::Unproven("it offers no tools at all".to_owned());
    }
    Verdict::Proved
}

fn compare(
    agent: &Agent<'_>,
    gone: &WebTools<'_>,
    control: &Offered,
    without: &Record,
    (with, offered): (&Record, &Offered),
) -> Verdict {
    if with.model_calls().next().is_none() {
        return Verdict::Unproven("with the policy no model call arrived".to_owned());
    }
    let judged = still_offered(gone, control, offered)
        .map(Verdict::Failed)
        .or_else(|| unseen(agent, gone, control, offered).map(Verdict::Unproven))
        .or_else(|| others_changed(gone, control, offered).map(Verdict::Failed));
    if let Some(verdict) = judged {
        return verdict;
    }
    let name = gone.own.first().copied();
    // mutant: the web tool need not be called
    if !with.model_calls().any(|call| call.says(WEB_PROMPT.0) && call.called_tool() == name) {
        return Verdict::Unproven("the web tool was not called by its name".to_owned());
    }
    let reached = &strangers(with) - &strangers(without);
    // mutant: a called tool may reach out
    if !reached.is_empty() {
        return Verdict::Failed(format!("it reaches {}", words(reached.iter().map(String::as_str).collect())));
    }
    Verdict::Proved
}

/// A web tool that the model still gets under the policy: in the list, by name, by the search, or described.
fn still_offered(gone: &WebTools<'_>, control: &Offered, offered: &Offered) -> Option<String> {
    let ways = [
        // mutant: a listed tool is allowed
        (&offered.listed, "is still offered"),
        // mutant: a named tool is allowed
        (&offered.named, "is still named to the model"),
        // mutant: a found tool is allowed
        (&offered.found, "is still found by its search for tools"),
    ];
    let still = ways.into_iter().map(|(tools, how)| (gone.among(tools), how)).find(|(it, _)| !it.is_empty());
    if let Some((tools, how)) = still {
        return Some(format!("{} {how}", sourced(tools)));
    }
    // What was never in the list is offered by its name in a text; a word about what was in it does not offer it.
    let left: BTreeSet<&str> = (&control.mentioned & &offered.mentioned)
        .iter()
        .filter(|it| gone.own.contains(&it.as_str()) && !control.listed.contains(*it))
        .filter_map(|it| control.mentioned.get(it).map(String::as_str))
        .collect();
    // mutant: a described tool is allowed
    (!left.is_empty()).then(|| format!("{} is still described to the model", words(left)))
}

/// Why the control shows too little for a verdict.
fn unseen(agent: &Agent<'_>, gone: &WebTools<'_>, control: &Offered, offered: &Offered) -> Option<String> {
    let (listed, named) = (gone.among(&control.listed), gone.among(&control.named));
    // mutant: no control is needed
    if listed.is_empty() && named.is_empty() && control.mentioned.is_empty() {
        return Some("without the policy no web tool is offered either".to_owned());
    }
    if named.is_empty() {
        return None;
    }
    // mutant: the search need not be called
    if !control.searched || !offered.searched {
        return Some(format!("{} is only named, and the agent's search for tools was not called", words(named)));
    }
    // One web tool is enough: a run searches for one name.
    WebTools::all(agent)
        .among(&control.found)
        // mutant: the search need not find
        .is_empty()
        .then(|| format!("{} is only named, and the agent's search for tools did not bring it", words(named)))
}

/// The tools that the policy takes away or adds beside the web tools.
fn others_changed(gone: &WebTools<'_>, control: &Offered, offered: &Offered) -> Option<String> {
    let all = |it: &Offered| &it.listed | &it.named;
    let (before, after) = (all(control), all(offered));
    let web = gone.among(&before);
    let others: BTreeSet<&str> = before.iter().map(String::as_str).filter(|it| !web.contains(it)).collect();
    let kept: BTreeSet<&str> = after.iter().map(String::as_str).collect();
    let changed: BTreeSet<&str> = others.symmetric_difference(&kept).copied().collect();
    // mutant: other tools may go
    (!changed.is_empty()).then(|| format!("it changes other tools too: {}", words(changed)))
}

/// What the agent answered when the server called its web tool all the same.
pub(crate) fn answer(record: &Record) -> Option<String> {
    let asked = |call: &&RecordedRequest| call.says(WEB_PROMPT.0);
    let earlier = record.model_calls().filter(|call| !asked(call)).flat_map(|call| &call.tool_results);
    let earlier: BTreeSet<&String> = earlier.collect();
    let mut results = record.model_calls().filter(asked).flat_map(|call| &call.tool_results);
    let found = results.find(|it| !earlier.contains(it))?;
    // What an agent adds for its model behind the answer differs from run to run.
    let plain = found.split("<system-reminder>").next().unwrap_or_default();
    Some(crate::text::shortened(plain.trim()))
}

/// Names, with what says that they reach the web where that is not the entry.
fn sourced(names: BTreeSet<&str>) -> String {
    let source = |it: &str| web_names::source_of(it).map_or_else(String::new, |source| format!(" ({source})"));
    names.into_iter().map(|it| format!("`{it}`{}", source(it))).collect::<Vec<_>>().join(", ")
}

fn words(names: BTreeSet<&str>) -> String {
    names.into_iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
