//! Where the models of an agent are, by the prefixes of model references: what [`Router`] says of each, as data.
//!
//! Whoever reads the table only looks up: each row was resolved here, with a placeholder for the model's id.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use registry_model::model::{Agent, Credential, Family, Provider, Registry};
use registry_routing::{Entry, Given, Router, Sandbox, Variables};
use serde::Serialize;

/// What reads the table, for a generated module.
pub(crate) const PYTHON: &str = include_str!("routes.py");

/// The placeholder of a model's id.
const MODEL: &str = "MODEL-ID";

/// The placeholder of a prefix that is not registered.
const PREFIX: &str = "PREFIX-ID";

/// The placeholder of a base URL that the caller gives.
const URL: &str = "https://gateway.example.org/v1";

const BASE_URL: &str = "BENCHFLOW_PROVIDER_BASE_URL";
const API_KEY: &str = "BENCHFLOW_PROVIDER_API_KEY";

/// How models of one prefix reach an agent.
#[derive(Debug, Serialize)]
pub(crate) struct Route<'a> {
    /// The variables of its key, the first that is set.
    keys: Vec<&'a str>,
    /// The variables of a base URL beside that key, the first that is set.
    base_urls: Vec<String>,
    /// The words of which an id must hold one; any id where there is none.
    words: Vec<&'a str>,
    /// At the provider's own base URL: the variables, or the refusal.
    direct: Row,
    /// At a base URL that is given: the same.
    given: Row,
}

/// What the launcher is given, or why not.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Row {
    Variables(BTreeMap<String, String>),
    Refused(String),
}

/// A prefix of model references, with the shape of an id that counts behind it.
struct Prefix<'a> {
    text: &'a str,
    reference: String,
    id: String,
    keys: Vec<&'a str>,
    words: Vec<&'a str>,
}

/// The routes of an agent, by prefix: `""` of a reference without one, `*` of one that is not registered.
pub(crate) fn of<'a>(
    router: &Router<'a>,
    registry: &Registry<'a>,
    agent: &Agent<'a>,
    prefix: &str,
) -> BTreeMap<String, Route<'a>> {
    let Some(entry) = router.entry(agent.name) else { return BTreeMap::new() };
    let sandbox = sandbox(agent, prefix);
    prefixes(registry).into_iter().map(|it| (it.text.to_owned(), route(router, entry, &it, &sandbox))).collect()
}

/// The variables of an agent behind a server that answers every vendor's API, whatever the model's name; a refusal
/// where it speaks no API of a vendor.
pub(crate) fn behind_any_api(router: &Router<'_>, registry: &Registry<'_>, agent: &Agent<'_>, prefix: &str) -> Row {
    let families = registry.families();
    let mut row = Row::Refused(format!("`{}` speaks no API of a vendor", agent.name));
    for protocol in agent.protocols {
        for family in families.iter().filter(|it| !it.namespace.is_empty() && it.protocols.contains(protocol)) {
            let Some(entry) = router.entry(agent.name) else { continue };
            let mut found = route(router, entry, &of_family(family, family.namespace), &sandbox(agent, prefix)).given;
            if let Row::Variables(variables) = &mut found {
                for value in variables.values_mut() {
                    *value = value.replace(MODEL, &format!("{}-inspect", family.tokens.first().unwrap_or(&"")));
                }
                return found;
            }
            row = found;
        }
    }
    row
}

fn sandbox(agent: &Agent<'_>, prefix: &str) -> Sandbox {
    let folder = format!("{prefix}/{}", agent.name);
    Sandbox { home: "/root".to_owned(), root: true, folder, path: Sandbox::PATH.to_owned() }
}

fn prefixes<'a>(registry: &Registry<'a>) -> Vec<Prefix<'a>> {
    let bare = Prefix { reference: MODEL.to_owned(), ..of_provider(&Provider::EMPTY, "") };
    let unknown = Prefix { text: "*", ..of_provider(&Provider::EMPTY, PREFIX) };
    let mut found = vec![bare, unknown];
    let mut seen = BTreeSet::new();
    for provider in registry.providers() {
        found.extend(seen.insert(provider.name).then(|| of_provider(provider, provider.name)));
    }
    for family in registry.families().into_iter().filter(|it| !it.namespace.is_empty()) {
        found.extend(seen.insert(family.namespace).then(|| of_family(family, family.namespace)));
    }
    // What other systems write: a refusal says what it is here, and no key of a vendor counts.
    let spellings = registry.providers().into_iter().flat_map(|it| it.spellings);
    let providers = spellings.map(|text| Prefix { keys: Vec::new(), ..of_provider(&Provider::EMPTY, text) });
    let spelled = registry.families().into_iter().flat_map(|it| it.spellings.iter().map(move |text| (it, text)));
    let families = spelled.map(|(it, text)| Prefix { keys: Vec::new(), words: Vec::new(), ..of_family(it, text) });
    found.extend(providers.chain(families).filter(|it| seen.insert(it.text)));
    found
}

fn of_provider<'a>(provider: &Provider<'a>, text: &'a str) -> Prefix<'a> {
    let keys = if let Credential::AnyOf(keys) = provider.credential { keys.to_vec() } else { Vec::new() };
    Prefix { text, reference: format!("{text}/{MODEL}"), id: MODEL.to_owned(), keys, words: Vec::new() }
}

/// A vendor's prefix counts before ids that hold a word of its family.
fn of_family<'a>(family: &Family<'a>, text: &'a str) -> Prefix<'a> {
    let word = family.tokens.first().copied().unwrap_or_default();
    let id = format!("{word}-{MODEL}");
    Prefix { text, reference: format!("{text}/{id}"), id, keys: family.keys.to_vec(), words: family.tokens.to_vec() }
}

fn route<'a>(router: &Router<'a>, entry: &Entry<'a>, prefix: &Prefix<'a>, sandbox: &Sandbox) -> Route<'a> {
    let row = |base_url: Option<&str>| {
        let key = (API_KEY.to_owned(), "given".to_owned());
        let base_url = base_url.map(|it| (BASE_URL.to_owned(), it.to_owned()));
        let is_given = base_url.is_some();
        let flags: Variables = iter::once(key).chain(base_url).collect();
        match router.resolve(entry, &prefix.reference, &Given { flags, ..Given::default() }, sandbox) {
            Ok(found) => Row::Variables(
                (found.variables.iter())
                    // The caller's own values are given instead.
                    .filter(|(name, _)| name.starts_with("BENCHFLOW_") && *name != API_KEY)
                    .filter(|(name, _)| !is_given || *name != BASE_URL)
                    .map(|(name, it)| (name.to_string(), it.value.replace(&prefix.id, MODEL)))
                    .collect(),
            ),
            Err(refusal) => Row::Refused(refusal.to_string().replace(&prefix.id, MODEL)),
        }
    };
    let mut base_urls: Vec<String> = Vec::new();
    for name in prefix.keys.iter().flat_map(|key| router.base_url_variables(key)) {
        if !base_urls.iter().any(|it| it == name) {
            base_urls.push(name.to_string());
        }
    }
    Route {
        base_urls,
        keys: prefix.keys.clone(),
        words: prefix.words.clone(),
        direct: row(None),
        given: row(Some(URL)),
    }
}
