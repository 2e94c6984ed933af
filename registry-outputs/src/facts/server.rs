//! Who serves models: providers and families as data.

use registry_core::model;
use serde::Serialize;

/// Who serves models over HTTP.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Provider<'a> {
    /// The id, which a model reference begins with.
    pub name: &'a str,
    /// What it is.
    pub description: &'a str,
    /// Where it serves which protocol, the primary one first.
    pub endpoints: Vec<Endpoint<'a>>,
    /// The `{parameters}` of its URLs.
    pub parameters: Vec<Parameter<'a>>,
    /// How calls are authenticated: `api_key`, `adc`, `aws`, `none`.
    pub auth: &'static str,
    /// What it takes to authenticate.
    pub credential: Option<Credential<'a>>,
    /// Words that its model ids begin with.
    pub families: &'a [&'a str],
    /// Models of which more is known.
    pub models: Vec<Model<'a>>,
    /// Prefixes by which others name it in a model reference.
    pub spellings: &'a [&'a str],
}

/// A URL and the protocol spoken there.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Endpoint<'a> {
    /// The protocol.
    pub protocol: &'static str,
    /// The base URL with `{parameters}`; empty when the user or the gateway gives it.
    pub url: &'a str,
}

/// A `{parameter}` of a URL.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Parameter<'a> {
    /// The word in braces.
    pub name: &'a str,
    /// The variable that fills it.
    pub variable: &'a str,
    /// What fills it when the variable is unset; empty for nothing.
    pub default: &'a str,
    /// Another variable, whose URL's host begins with it; empty for none.
    pub from_host_of: &'a str,
}

/// What it takes to authenticate.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Credential<'a> {
    /// One of these variables.
    AnyOf(&'a [&'a str]),
    /// One variable of each group.
    AllOf(&'a [&'a [&'a str]]),
    /// A file.
    File {
        /// The variable that holds its content.
        content: &'a str,
        /// Where it is written.
        path: &'a str,
        /// The variable that names the place.
        variable: &'a str,
    },
}

/// What is known of a model.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Model<'a> {
    /// Its id.
    pub id: &'a str,
    /// Tokens of context.
    pub context_window: u32,
    /// Tokens of output at most.
    pub max_tokens: u32,
    /// Whether it reasons.
    pub reasoning: bool,
    /// What it takes.
    pub input: &'a [&'a str],
}

/// What is known of models that no registered provider owns.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Family<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub description: &'a str,
    /// Words that count wherever they stand in a model id.
    pub tokens: &'a [&'a str],
    /// The name of its provider in models.dev.
    pub namespace: &'a str,
    /// The protocols that its own endpoint serves.
    pub protocols: Vec<&'static str>,
    /// Variables that hold its key, the first that is set.
    pub keys: &'a [&'a str],
    /// Variables that hold a base URL for that key.
    pub base_urls: &'a [&'a str],
    /// Words of ids that are models of others.
    pub excludes: &'a [&'a str],
    /// Prefixes by which others name its vendor.
    pub spellings: &'a [&'a str],
}

/// The facts of a provider.
pub fn provider<'a>(provider: &model::Provider<'a>) -> Provider<'a> {
    let parameter = |it: &model::UrlParameter<'a>| Parameter {
        name: it.name,
        variable: it.variable,
        default: it.default,
        from_host_of: it.from_host_of,
    };
    let known = |it: &model::ModelRecord<'a>| Model {
        id: it.id,
        context_window: it.context_window,
        max_tokens: it.max_tokens,
        reasoning: it.reasoning,
        input: it.input,
    };
    Provider {
        name: provider.name,
        description: provider.description,
        endpoints: provider.endpoints.iter().map(|it| Endpoint { protocol: it.protocol.id(), url: it.url }).collect(),
        parameters: provider.parameters.iter().map(parameter).collect(),
        auth: provider.auth.word(),
        credential: match provider.credential {
            model::Credential::None => None,
            model::Credential::AnyOf(names) => Some(Credential::AnyOf(names)),
            model::Credential::AllOf(groups) => Some(Credential::AllOf(groups)),
            model::Credential::File { content, path, variable } => Some(Credential::File { content, path, variable }),
        },
        families: provider.families,
        models: provider.models.iter().map(known).collect(),
        spellings: provider.spellings,
    }
}

/// The facts of a family.
pub fn family<'a>(family: &model::Family<'a>) -> Family<'a> {
    Family {
        name: family.name,
        description: family.description,
        tokens: family.tokens,
        namespace: family.namespace,
        protocols: family.protocols.iter().map(|it| it.id()).collect(),
        keys: family.keys,
        base_urls: family.base_urls,
        excludes: family.excludes,
        spellings: family.spellings,
    }
}
