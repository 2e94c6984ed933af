//! Who serves models: registered providers, and families of models that belong to none of them.

use super::Protocol;
use crate::words::words;

/// Who serves models over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Provider<'a> {
    /// The kebab-case id, which a model reference begins with.
    pub name: &'a str,
    /// The doc comment of the entry.
    pub description: &'a str,
    /// Where it serves which protocol, the primary one first.
    pub endpoints: &'a [Endpoint<'a>],
    /// The `{parameters}` of its URLs.
    pub parameters: &'a [UrlParameter<'a>],
    /// How calls are authenticated.
    pub auth: Auth,
    /// What it takes to authenticate.
    pub credential: Credential<'a>,
    /// Lower-case words that its model ids begin with.
    pub families: &'a [&'a str],
    /// Models whose facts reach the agent as `BENCHFLOW_PROVIDER_MODELS`.
    pub models: &'a [ModelRecord<'a>],
    /// Prefixes by which others name it in a model reference; a refusal translates them, routing does not take them.
    pub spellings: &'a [&'a str],
}

impl Provider<'_> {
    /// A provider without anything: the macro and hand-written constants start from it.
    pub const EMPTY: Provider<'static> = Provider {
        name: "",
        description: "",
        endpoints: &[],
        parameters: &[],
        auth: Auth::None,
        credential: Credential::None,
        families: &[],
        models: &[],
        spellings: &[],
    };
}

/// A URL and the protocol that is spoken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Endpoint<'a> {
    /// The protocol.
    pub protocol: Protocol,
    /// The base URL with `{parameters}`; empty when the user or the gateway gives it.
    pub url: &'a str,
}

/// A `{parameter}` of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct UrlParameter<'a> {
    /// The word in braces.
    pub name: &'a str,
    /// The variable that fills it.
    pub variable: &'a str,
    /// What fills it when the variable is unset; empty for nothing.
    pub default: &'a str,
    /// Another variable that holds a URL whose host's first label fills it; empty for none.
    pub from_host_of: &'a str,
}

words! {
    /// How calls to a provider are authenticated.
    pub enum Auth {
        /// An API key.
        ApiKey = "ApiKey",
        /// Google's application default credentials: a file.
        Adc = "Adc",
        /// An AWS bearer token and a region.
        Aws = "Aws",
        /// Nothing.
        None = "None",
    }
}

/// What it takes to authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Credential<'a> {
    /// One of these variables, the first that is set.
    AnyOf(&'a [&'a str]),
    /// A file whose content is in one variable and whose place another names.
    File {
        /// The variable that holds the content.
        content: &'a str,
        /// Where it is written, beginning with `~/`.
        path: &'a str,
        /// The variable that names the place.
        variable: &'a str,
    },
    /// All of these; each is one of several variables, and whichever is given sets the others.
    AllOf(&'a [&'a [&'a str]]),
    /// Nothing.
    #[cfg_attr(feature = "serde", serde(untagged))]
    None,
}

words! {
    /// The words that begin a credential of several variables.
    pub enum CredentialKind {
        /// [`Credential::AnyOf`].
        AnyOf = "any_of",
        /// [`Credential::File`].
        File = "file",
        /// [`Credential::AllOf`].
        AllOf = "all_of",
    }
}

/// Facts about one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ModelRecord<'a> {
    /// Its id.
    pub id: &'a str,
    /// Tokens of context.
    pub context_window: u32,
    /// Tokens of output at most.
    pub max_tokens: u32,
    /// Whether it reasons.
    pub reasoning: bool,
    /// What it takes: `text`, `image`.
    pub input: &'a [&'a str],
}

/// Facts about models that no registered provider owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Family<'a> {
    /// Its name, the kebab-case form of its module.
    pub name: &'a str,
    /// The doc comment of the entry.
    pub description: &'a str,
    /// Lower-case words that match anywhere in a model id.
    pub tokens: &'a [&'a str],
    /// The name of its provider in models.dev.
    pub namespace: &'a str,
    /// The protocols its own endpoint serves.
    pub protocols: &'a [Protocol],
    /// Variables that hold its key, the first that is set; empty when none is known.
    pub keys: &'a [&'a str],
    /// Variables that hold a base URL for that key, the first that is set: the key goes there and nowhere else.
    pub base_urls: &'a [&'a str],
    /// Lower-case words of ids that hold a token and are models of others.
    pub excludes: &'a [&'a str],
    /// Prefixes by which others name its vendor in a model reference; a refusal translates them.
    pub spellings: &'a [&'a str],
}

impl Family<'_> {
    /// A family without anything: the macro and hand-written constants start from it.
    pub const EMPTY: Family<'static> = Family {
        name: "",
        description: "",
        tokens: &[],
        namespace: "",
        protocols: &[],
        keys: &[],
        base_urls: &[],
        excludes: &[],
        spellings: &[],
    };
}
