//! The verdicts of one run, from what arrived alone: no stop reason and no word of the agent counts.

use std::collections::BTreeSet;

use registry_model::model::{Agent, Protocol};

use super::record::{Record, RecordedRequest};
use super::scenario::{BASE_PATH, NAME, Route};
use super::verdict::Verdict;
use crate::sandbox::HOME;
use crate::text::shortened;

/// What begins the last line that the shell command prints.
pub(crate) const ENVIRONMENT: &str = "PROBE-ENVIRONMENT";

/// The programs that a task may have of its own.
pub(crate) const PROGRAMS: [&str; 3] = ["node", "python3", "npm"];

/// The help where `PATH` is not the task's: a login shell reads `/etc/profile`, which sets it again.
const LOGIN_SHELL: &str =
    " (its commands may run in a login shell: look for the agent's switch, such as `allow_login_shell = false`)";

/// What must be the case in a run.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    /// What routing said.
    pub(crate) route: &'a Route,
    /// Words of the prompts, each of which has to arrive.
    pub(crate) prompts: &'a [&'a str],
    /// The folder of the task's programs, its `PATH` and its `VIRTUAL_ENV`.
    pub(crate) programs: &'a str,
    pub(crate) path: &'a str,
    pub(crate) virtual_env: &'a str,
    /// What installs change, and no command of the agent may see.
    pub(crate) prefix: &'a str,
}

/// Whether every model call went to the resolved place, with the resolved credential and exactly one model id.
pub(crate) fn routing(record: &Record, wanted: &Wanted<'_>) -> Verdict {
    if let Some(detail) = record.requests.iter().find_map(|it| misrouted(it, wanted)) {
        return Verdict::Failed(detail);
    }
    // mutant: a run without a call passes
    if let Some(detail) = no_call(record) {
        return Verdict::Failed(detail);
    }
    if let Some(detail) = record.requests.iter().find_map(unread) {
        return Verdict::Unproven(detail);
    }
    // mutant: a prompt need not arrive
    // mutant: an answer is not needed
    let arrived = |prompt: &&str| record.model_calls().any(|call| call.is_answered() && call.says(prompt));
    match wanted.prompts.iter().find(|prompt| !arrived(prompt)) {
        Some(prompt) => Verdict::Unproven(format!("no call with the prompt {prompt} was answered{}", broken(record))),
        None => Verdict::Proved,
    }
}

/// That an agent that was asked called no model at all: whatever it says of its turn, it does not work.
pub(crate) fn no_call(record: &Record) -> Option<String> {
    record.model_calls().next().is_none().then(|| format!("no model call arrived{}", broken(record)))
}

/// A request whose content is not known.
fn unread(request: &RecordedRequest) -> Option<String> {
    if let (Some(_), Some(error)) = (&request.method, &request.error) {
        return Some(format!("{}: {error}", request.describe()));
    }
    // mutant: what is not read holds nothing
    let encoding = request.unread()?;
    Some(format!("the body of {} is in `{encoding}`, which is not read", request.describe()))
}

/// Connections that came to no request, which say why others are missing.
fn broken(record: &Record) -> String {
    let broken = record.requests.iter().find(|it| it.method.is_none());
    broken.map_or_else(String::new, |it| format!(" ({})", it.describe()))
}

/// What is wrong with where a request went, or with what it carried.
pub(crate) fn misrouted(request: &RecordedRequest, wanted: &Wanted<'_>) -> Option<String> {
    request.method.as_ref()?;
    let route = wanted.route;
    if let Some(place) = key_elsewhere(request, &route.key) {
        return Some(format!("the key is in {place} of {}", request.describe()));
    }
    let authority = route.base_url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let here = request.host.as_deref() == Some(authority);
    // mutant: any scheme will do
    let placed = here && route.base_url.starts_with(&format!("{}://", request.scheme));
    let under = request.path.strip_prefix(BASE_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let Some(protocol) = request.protocol.as_deref() else {
        // Anything but a model call: at the model server it keeps to its place, and elsewhere it sends no prompt.
        let told = wanted.prompts.iter().any(|prompt| request.says(prompt));
        return match (placed, under, told) {
            (true, false, _) => Some(format!("{} is not under {}", request.describe(), route.base_url)),
            // mutant: a prompt may go to others
            (false, _, true) => Some(format!("a prompt is in {}", request.describe())),
            _ => None,
        };
    };
    // mutant: any place will do
    if !(placed && under) {
        return Some(format!("{} is not at {}", request.describe(), route.base_url));
    }
    // mutant: any credential will do
    if !credentials(request, protocol).contains(&route.key.as_str()) {
        return Some(format!("{} has not the resolved key in its credential header", request.describe()));
    }
    let model = request.model.as_deref().unwrap_or("none");
    // mutant: any model will do
    (model != route.model)
        .then(|| format!("{} is for `{model}`, and `{}` was resolved", request.describe(), route.model))
}

/// The headers that carry the credential of a protocol.
pub(crate) fn credentials<'r>(request: &'r RecordedRequest, protocol: &str) -> Vec<&'r str> {
    let bearer = request.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let own = match Protocol::from_id(protocol) {
        Some(Protocol::AnthropicMessages) => request.header("x-api-key"),
        Some(Protocol::GoogleGenerateContent) => request.header("x-goog-api-key"),
        Some(Protocol::OpenAiCompletions | Protocol::OpenAiResponses) | None => None,
    };
    own.into_iter().chain(bearer).collect()
}

/// The places of the key that are not allowed: anywhere but in a header.
fn key_elsewhere(request: &RecordedRequest, key: &str) -> Option<&'static str> {
    let query = request.query.as_deref().unwrap_or_default();
    let places = [("the path", request.path.as_str()), ("the query", query)];
    let found = places.into_iter().find(|(_, text)| text.contains(key)).map(|(place, _)| place);
    // mutant: the key may be in a body
    found.or_else(|| request.says(key).then_some("the body"))
}

/// Whether the agent's commands find the task's programs and have its variables: its PATH may have more folders than
/// the task's ([`added_folders`]), but the task's are all there, in their order, and its programs are the first.
pub(crate) fn environment(record: &Record, wanted: &Wanted<'_>) -> Verdict {
    let Some(answer) = shell_answer(record) else {
        let said = record.model_calls().flat_map(|call| &call.tool_results).next();
        let said = said.map_or_else(String::new, |it| format!("; its tool said: {}", shortened(it)));
        return Verdict::Unproven(format!("no answer of its shell tool arrived{said}"));
    };
    let folders: Vec<&str> = answer.path.split(':').collect();
    let places: Vec<Option<usize>> =
        wanted.path.split(':').map(|own| folders.iter().position(|it| *it == own)).collect();
    let lost = wanted.path.split(':').zip(&places).filter(|(_, place)| place.is_none()).map(|(own, _)| own);
    let lost: Vec<&str> = lost.collect();
    // mutant: a lost folder is none
    if !lost.is_empty() {
        return Verdict::Failed(format!(
            "its commands do not have the task's {} in PATH{LOGIN_SHELL}",
            lost.join(", ")
        ));
    }
    // mutant: any order will do
    if !places.is_sorted() {
        return Verdict::Failed(format!("PATH has another order than the task's: {}{LOGIN_SHELL}", answer.path));
    }
    for (program, found) in PROGRAMS.into_iter().zip(&answer.programs) {
        // mutant: any program will do
        if *found != format!("{}/{program}", wanted.programs) {
            let found = if found.is_empty() { "nothing" } else { found };
            return Verdict::Failed(format!("its commands find {found} for the task's `{program}`"));
        }
    }
    // mutant: any virtual environment will do
    if answer.virtual_env != wanted.virtual_env {
        return Verdict::Failed(format!("VIRTUAL_ENV is not the task's: {}", shortened(&answer.virtual_env)));
    }
    Verdict::Proved
}

/// The folders that the agent's commands have in PATH beside the task's.
pub(crate) fn added_folders(record: &Record, wanted: &Wanted<'_>) -> BTreeSet<String> {
    let path = shell_answer(record).map(|it| it.path).unwrap_or_default();
    let added = path.split(':').filter(|it| !it.is_empty() && !wanted.path.split(':').any(|own| own == *it));
    added.map(|it| stampless(it, wanted.prefix)).collect()
}

/// What the shell tool printed: where the programs are, empty where there is none, and the two variables.
pub(crate) struct ShellAnswer {
    programs: [String; 3],
    path: String,
    virtual_env: String,
    /// All of it, without blanks.
    pub(crate) text: String,
}

/// The first answer of the shell tool. Some terminals wrap what they show, and some tools return the command as well,
/// before its output or behind it. So a blank says nothing, and of a kind the last one counts that is not in the
/// command.
pub(crate) fn shell_answer(record: &Record) -> Option<ShellAnswer> {
    let mut results = record.model_calls().flat_map(|call| &call.tool_results);
    let parsed = |result: &String| {
        // Some tools answer in JSON that is safe in a page.
        let result = result.replace("\\u003c", "<").replace("\\u003e", ">");
        let text: String = result.split_whitespace().collect();
        // mutant: the text of a command is its output
        let written = |it: &&str| it.starts_with(['$', '&']);
        let after = |head: &str| {
            let values = text.rmatch_indices(head).filter_map(|(at, _)| text.get(at + head.len()..)?.split('>').next());
            values.filter(|it| !written(it)).map(str::to_owned).next()
        };
        let path = after(&format!("{ENVIRONMENT}<")).filter(|it| it.starts_with('/'))?;
        let virtual_env = after(&format!("{ENVIRONMENT}<{path}><"))?;
        let programs = PROGRAMS.map(|it| after(&format!("{it}=<")).unwrap_or_default());
        Some(ShellAnswer { programs, path, virtual_env, text })
    };
    results.find_map(parsed)
}

/// A folder under the prefix, by its end: the beginning has a stamp, which changes with every pin. One of the home by
/// its beginning: some names of its end are generated for each session.
fn stampless(folder: &str, prefix: &str) -> String {
    if let Some(rest) = folder.strip_prefix(prefix) {
        return format!("{prefix}/…/{}", rest.rsplit('/').next().unwrap_or_default());
    }
    match folder.strip_prefix(HOME).and_then(|rest| rest.split('/').nth(1)) {
        Some(first) => format!("~/{first}/…"),
        None => folder.to_owned(),
    }
}

/// The hosts beside the model server that were looked up or called.
pub(crate) fn strangers(record: &Record) -> BTreeSet<String> {
    let called = record.requests.iter().map(RecordedRequest::to);
    let names = called.chain(record.names.iter().map(String::as_str));
    let own = |name: &str| name == NAME || name.starts_with(&format!("{NAME}:")) || name.starts_with("127.0.0.1");
    let strange = names.filter(|name| !own(name));
    let strange = strange.map(|name| called_by_entries(name.split(':').next().unwrap_or(name)));
    strange.chain(record.called.iter().cloned()).collect()
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
        // mutant: every host is known
        None => Some(format!("`{name}` is not in the entry")),
        // mutant: a switch need not work
        Some(host) if !host.off.is_empty() => {
            let switch: Vec<&str> = host.off.iter().map(|it| it.name).collect();
            Some(format!("`{name}` is called although {} is set", switch.join(", ")))
        }
        Some(_) => None,
    });
    let wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() { Verdict::Proved } else { Verdict::Failed(wrong.join(", ")) }
}
