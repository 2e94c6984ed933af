//! How an agent gets the model to use, and over which protocol.

use crate::words::words;

words! {
    /// A wire protocol between an agent and a model server.
    pub enum Protocol {
        /// Anthropic's messages (`anthropic-messages` in `BENCHFLOW_PROVIDER_PROTOCOL`).
        AnthropicMessages = "AnthropicMessages" | "anthropic-messages",
        /// OpenAI's chat completions (`openai-completions`).
        OpenAiCompletions = "OpenAiCompletions" | "openai-completions",
        /// OpenAI's responses (`openai-responses`).
        OpenAiResponses = "OpenAiResponses" | "openai-responses",
        /// Google's generateContent (`google-generate-content`).
        GoogleGenerateContent = "GoogleGenerateContent" | "google-generate-content",
    }
}

/// How an agent gets the model to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ModelDelivery<'a> {
    /// The form of the id it gets.
    pub format: ModelIdFormat,
    /// The way it gets the id.
    pub via: Via,
    /// What it does with an alias of the gateway.
    pub proxy: ProxyMode<'a>,
    /// Strings that an id must not contain, since the agent would parse them as syntax.
    pub refuses: &'a [&'a str],
    /// Why no model server can be given to it; the other members then have their defaults.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub none: Option<&'a str>,
}

impl ModelDelivery<'_> {
    /// A bare id over `session/set_model`, any alias taken.
    pub const EMPTY: ModelDelivery<'static> = ModelDelivery {
        format: ModelIdFormat::Bare,
        via: Via::SetModel,
        proxy: ProxyMode::AsIs,
        refuses: &[],
        none: None,
    };

    /// The word of an entry for an agent that no model server can be given to.
    pub const NONE: &'static str = "none";
}

words! {
    /// The form of the model id that an agent gets (spec of the routing: three formats, one an agent).
    pub enum ModelIdFormat {
        /// The reference without a registered provider's prefix (`bare` in BenchFlow's manifest).
        Bare = "Bare" | "bare",
        /// The reference with its prefix, when that is a registered provider's (`registered-provider/model`).
        RegisteredProvider = "RegisteredProvider" | "registered-provider/model",
        /// `provider/model` as models.dev has it.
        ModelsDev = "ModelsDev" | "provider/model",
    }
}

words! {
    /// The way by which the model reaches an agent.
    pub enum Via {
        /// ACP's `session/set_model`.
        SetModel = "SetModel" | "session/set_model",
        /// An ACP configuration option named `model`.
        ConfigOption = "ConfigOption" | "config option",
        /// A variable of its environment.
        Env = "Env" | "variable",
        /// A file that is written at launch.
        File = "File" | "file",
        /// A word of its argument vector.
        Argv = "Argv" | "argument",
    }
}

/// What an agent does with an alias of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum ProxyMode<'a> {
    /// Takes it like any other id.
    AsIs,
    /// Takes it once a provider of its own is registered in its files.
    RegisterProvider,
    /// Cannot take it; the text says why.
    Unsupported(&'a str),
}

words! {
    /// The kinds of what an agent does with an alias.
    pub enum ProxyKind {
        /// [`ProxyMode::AsIs`].
        AsIs = "AsIs",
        /// [`ProxyMode::RegisterProvider`].
        RegisterProvider = "RegisterProvider",
        /// [`ProxyMode::Unsupported`].
        Unsupported = "Unsupported",
    }
}

impl ProxyMode<'_> {
    /// Its kind.
    pub const fn kind(&self) -> ProxyKind {
        match self {
            Self::AsIs => ProxyKind::AsIs,
            Self::RegisterProvider => ProxyKind::RegisterProvider,
            Self::Unsupported(_) => ProxyKind::Unsupported,
        }
    }
}

/// A model as an entry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ModelReference<'a> {
    /// The registered provider; empty for a bare id.
    pub provider: &'a str,
    /// The id.
    #[cfg_attr(feature = "serde", serde(rename = "model"))]
    pub id: &'a str,
}
