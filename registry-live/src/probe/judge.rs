//! The verdicts of one run, from what arrived alone: no stop reason and no word of the agent counts.

use std::collections::BTreeSet;

use registry_core::model::Agent;

use super::record::{Record, Request};
use super::scenario::{BASE_PATH, NAME, Route};
use super::verdict::Verdict;
use crate::dialogue::shortened;

/// What begins the last line that the shell command prints.
pub(crate) const ENVIRONMENT: &str = "PROBE-ENVIRONMENT";

/// What must be the case in a run.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    /// What routing said.
    pub(crate) route: &'a Route,
    /// Words of the prompts, each of which has to arrive.
    pub(crate) prompts: &'a [&'a str],
    /// The folder of the task's programs, its PATH and its VIRTUAL_ENV.
    pub(crate) programs: &'a str,
    pub(crate) path: &'a str,
    pub(crate) virtual_env: &'a str,
    /// What installs change, and no command of the agent may see.
    pub(crate) prefix: &'a str,
}

/// Whether every model call went to the resolved place, with the resolved credential and exactly one model id.
pub(crate) fn routing(record: &Record, wanted: &Wanted<'_>) -> Verdict {
    if record.model_calls().next().is_none() {
        return Verdict::Unproven(format!("no model call arrived{}", broken(record)));
    }
    if let Some(detail) = record.requests.iter().find_map(|it| misrouted(it, wanted)) {
        return Verdict::Failed(detail);
    }
    let arrived = |prompt: &&str| record.model_calls().any(|call| call.is_answered() && call.body().contains(*prompt));
    match wanted.prompts.iter().find(|prompt| !arrived(prompt)) {
        Some(prompt) => Verdict::Unproven(format!("no call with the prompt {prompt} was answered{}", broken(record))),
        None => Verdict::Proved,
    }
}

/// Connections that came to no request, which say why others are missing.
fn broken(record: &Record) -> String {
    let broken = record.requests.iter().find(|it| it.method.is_none());
    broken.map_or_else(String::new, |it| format!(" ({})", it.describe()))
}

/// What is wrong with where a request went, or with what it carried.
fn misrouted(request: &Request, wanted: &Wanted<'_>) -> Option<String> {
    request.method.as_ref()?;
    let route = wanted.route;
    if let Some(place) = key_elsewhere(request, &route.key) {
        return Some(format!("the key is in {place} of {}", request.describe()));
    }
    let authority = route.base_url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let here = request.host.as_deref() == Some(authority);
    let placed = here && route.base_url.starts_with(&format!("{}://", request.scheme));
    let under = request.path.strip_prefix(BASE_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let Some(protocol) = request.protocol.as_deref() else {
        // Anything but a model call: at the model server it must at least keep to its place.
        return (placed && !under).then(|| format!("{} is not under {}", request.describe(), route.base_url));
    };
    if !(placed && under) {
        return Some(format!("{} is not at {}", request.describe(), route.base_url));
    }
    if !credentials(request, protocol).contains(&route.key.as_str()) {
        return Some(format!("{} has not the resolved key in its credential header", request.describe()));
    }
    let model = request.model.as_deref().unwrap_or("none");
    (model != route.model)
        .then(|| format!("{} is for `{model}`, and `{}` was resolved", request.describe(), route.model))
}

/// The headers that carry the credential of a protocol.
fn credentials<'r>(request: &'r Request, protocol: &str) -> Vec<&'r str> {
    let bearer = request.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let own = match protocol {
        "anthropic-messages" => request.header("x-api-key"),
        "google-generate-content" => request.header("x-goog-api-key"),
        _ => None,
    };
    own.into_iter().chain(bearer).collect()
}

/// Where the key stands that it must not: anywhere but in a header.
fn key_elsewhere(request: &Request, key: &str) -> Option<&'static str> {
    let query = request.query.as_deref().unwrap_or_default();
    let places = [("the path", request.path.as_str()), ("the query", query)];
    let found = places.into_iter().find(|(_, text)| text.contains(key)).map(|(place, _)| place);
    found.or_else(|| request.body().contains(key).then_some("the body"))
}

/// Whether the agent's commands see the task's programs and variables, and nothing of the prefix.
pub(crate) fn environment(record: &Record, wanted: &Wanted<'_>) -> Verdict {
    // Some terminals wrap what they show, so that blanks say nothing.
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let results: Vec<&String> = record.model_calls().flat_map(|call| &call.tool_results).collect();
    let head = format!("{ENVIRONMENT}<");
    let Some(result) = results.iter().map(|it| squeezed(it)).find(|it| it.contains(&format!("{head}/"))) else {
        let said = results.first().map_or_else(String::new, |it| format!("; its tool said: {}", shortened(it)));
        return Verdict::Unproven(format!("no answer of its shell tool arrived{said}"));
    };
    let seen = result.rsplit_once(&head).map(|(_, rest)| rest).unwrap_or_default();
    let path = seen.split('>').next().unwrap_or_default();
    if path != wanted.path {
        let added: Vec<&str> = path.split(':').filter(|it| !wanted.path.split(':').any(|own| own == *it)).collect();
        let lost: Vec<&str> = wanted.path.split(':').filter(|own| !path.split(':').any(|it| it == *own)).collect();
        let change = |sign: &str, all: &[&str]| {
            all.iter().map(|it| format!(" {sign}{}", stampless(it, wanted.prefix))).collect::<String>()
        };
        return Verdict::Failed(format!("PATH is not the task's:{}{}", change("+", &added), change("-", &lost)));
    }
    if result.contains(wanted.prefix) {
        return Verdict::Failed(format!("its commands see {}: {}", wanted.prefix, shortened(&result)));
    }
    let programs = ["node", "python3", "npm"].map(|program| format!("{}/{program}", wanted.programs));
    if let Some(program) = programs.iter().find(|it| !result.contains(it.as_str())) {
        return Verdict::Failed(format!("its commands do not find {program}: {}", shortened(&result)));
    }
    if seen.starts_with(&format!("{path}><{}>", wanted.virtual_env)) {
        return Verdict::Proved;
    }
    Verdict::Failed(format!("VIRTUAL_ENV is not the task's: {}", shortened(seen)))
}

/// A folder under the prefix, by its end: the beginning has a stamp, which changes with every pin.
fn stampless(folder: &str, prefix: &str) -> String {
    match folder.strip_prefix(prefix) {
        Some(rest) => format!("{prefix}/…/{}", rest.rsplit('/').next().unwrap_or_default()),
        None => folder.to_owned(),
    }
}

/// The hosts beside the model server that were looked up or called.
pub(crate) fn strangers(record: &Record) -> BTreeSet<String> {
    let called = record.requests.iter().map(Request::to);
    let names = called.chain(record.names.iter().map(String::as_str));
    let own = |name: &str| name == NAME || name.starts_with(&format!("{NAME}:")) || name.starts_with("127.0.0.1");
    names.filter(|name| !own(name)).map(|name| called_by_entries(name.split(':').next().unwrap_or(name))).collect()
}

/// The name by which entries call a host: nothing here names a package registry, which is the business of its client.
fn called_by_entries(host: &str) -> String {
    if host.strip_prefix("registry.").is_some_and(|rest| rest.starts_with("npm")) {
        "npm".to_owned()
    } else {
        host.to_owned()
    }
}

/// Whether every such host is one that the entry knows and cannot silence.
pub(crate) fn hosts(strangers: &BTreeSet<String>, agent: &Agent<'_>) -> Verdict {
    let wrong = strangers.iter().filter_map(|name| match agent.hosts.iter().find(|host| host.name == name) {
        None => Some(format!("`{name}` is not in the entry")),
        Some(host) if !host.off.is_empty() => {
            let switch: Vec<&str> = host.off.iter().map(|it| it.name).collect();
            Some(format!("`{name}` is looked up although {} is set", switch.join(", ")))
        }
        Some(_) => None,
    });
    let wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() { Verdict::Proved } else { Verdict::Failed(wrong.join(", ")) }
}
