//! Looks up the server of a model: the provider in a reference, the owner of a bare id, and well-known families.

use registry_model::assert::{begins_with_family, contains_word};
use registry_model::model::{Auth, Credential, Family, Provider};

use super::Router;

/// Family words that the reference harness does not know when it guesses a key (incident 62).
const UNKNOWN_TO_REFERENCE: [&str; 2] = ["gemma", "o4"];

/// Up to this length, the reference harness matches a word only at the beginning of the whole reference.
const SHORT_WORD: usize = 2;

impl<'a> Router<'a> {
    /// The provider whose `name/` begins a reference (the longest such name), and the rest of the reference. Other
    /// prefixes are kept.
    pub fn provider<'r>(&self, reference: &'r str) -> (Option<&'a Provider<'a>>, &'r str) {
        let named = |provider: &&'a Provider<'a>| Some((*provider, after_prefix(reference, provider.name)?));
        let longest = self.providers.iter().filter_map(named).max_by_key(|(provider, _)| provider.name.len());
        longest.map_or((None, reference), |(provider, rest)| (Some(provider), rest))
    }

    /// The registered provider of a name, ignoring case.
    pub fn provider_named(&self, name: &str) -> Option<&'a Provider<'a>> {
        self.providers.iter().copied().find(|provider| provider.name.eq_ignore_ascii_case(name))
    }

    /// The provider that owns a bare id: by the longest family word at its beginning, or else the only one that lists
    /// it.
    pub fn owner(&self, id: &str) -> Option<&'a Provider<'a>> {
        let words =
            self.providers.iter().flat_map(|provider| provider.families.iter().map(move |word| (word, provider)));
        let longest = words.filter(|(word, _)| begins_with_family(id, word)).max_by_key(|(word, _)| word.len());
        if let Some((_, provider)) = longest {
            return Some(provider);
        }
        let mut listing = self.providers.iter().filter(|provider| provider.models.iter().any(|model| model.id == id));
        match (listing.next(), listing.next()) {
            (Some(provider), None) => Some(provider),
            _ => None,
        }
    }

    /// The provider that owns a reference without a provider's prefix; `None` with such a prefix.
    pub fn bare_provider(&self, reference: &str) -> Option<&'a Provider<'a>> {
        if self.provider(reference).0.is_some() { None } else { self.owner(reference) }
    }

    /// The first well-known family with a word anywhere in an id.
    pub fn family(&self, id: &str) -> Option<&'a Family<'a>> {
        let known = |family: &&&'a Family<'a>| family.tokens.iter().any(|word| contains_word(id, word));
        self.families.iter().find(known).copied()
    }

    /// The family whose vendor serves an id; `None` for an id with its word that is a model of others.
    pub(crate) fn vendor(&self, id: &str) -> Option<&'a Family<'a>> {
        let excluded = |family: &Family<'_>| family.excludes.iter().any(|word| contains_word(id, word));
        self.family(id).filter(|family| !excluded(family))
    }

    /// A reference without the namespace of its family: `google/gemini-2.5-flash` is an id of the family.
    pub(crate) fn without_namespace<'r>(&self, reference: &'r str) -> &'r str {
        let Some((namespace, id)) = reference.split_once('/').filter(|(_, id)| !id.contains('/')) else {
            return reference;
        };
        let own = |family: &Family<'_>| family.namespace.eq_ignore_ascii_case(namespace);
        if self.provider(reference).0.is_none() && self.vendor(id).is_some_and(own) { id } else { reference }
    }

    /// The variable of the API key of the provider that a reference names.
    pub fn auth_env(&self, reference: &str) -> Option<&'a str> {
        key_variable(self.provider(reference).0?)
    }

    /// The variable that the reference harness would require, including its gaps. It only describes the harness;
    /// [`Router::resolve`] decides about a run.
    pub fn credential(&self, reference: &str) -> Option<&'a str> {
        if let (Some(provider), _) = self.provider(reference) {
            return key_variable(provider);
        }
        let counts = |word: &&str| match word.len() {
            ..=SHORT_WORD => reference.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)),
            _ => contains_word(reference, word),
        };
        let known =
            |family: &Family<'a>| family.tokens.iter().any(|word| !UNKNOWN_TO_REFERENCE.contains(word) && counts(word));
        let family = self.families.iter().find(|family| !family.keys.is_empty() && known(family))?;
        family.keys.first().copied()
    }
}

/// The variable of a provider's API key; `None` for a provider with another kind of credential.
fn key_variable<'a>(provider: &Provider<'a>) -> Option<&'a str> {
    match (provider.auth, provider.credential) {
        (Auth::ApiKey, Credential::AnyOf(variables)) => variables.first().copied(),
        _ => None,
    }
}

/// The rest of a reference that begins with `name/`.
fn after_prefix<'r>(reference: &'r str, name: &str) -> Option<&'r str> {
    let (prefix, rest) = reference.split_at_checked(name.len())?;
    if prefix.eq_ignore_ascii_case(name) { rest.strip_prefix('/') } else { None }
}
