//! How an agent is told which model to use, and over which protocol.

/// A wire protocol between an agent and a model server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// Anthropic's messages.
    AnthropicMessages,
    /// OpenAI's chat completions.
    OpenAiCompletions,
    /// OpenAI's responses.
    OpenAiResponses,
    /// Google's generateContent.
    GoogleGenerateContent,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 4] =
        [Self::AnthropicMessages, Self::OpenAiCompletions, Self::OpenAiResponses, Self::GoogleGenerateContent];

    /// Its id, as in `BENCHFLOW_PROVIDER_PROTOCOL`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AnthropicMessages => "anthropic-messages",
            Self::OpenAiCompletions => "openai-completions",
            Self::OpenAiResponses => "openai-responses",
            Self::GoogleGenerateContent => "google-generate-content",
        }
    }

    /// The word of an entry: `OpenAiCompletions`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AnthropicMessages => "AnthropicMessages",
            Self::OpenAiCompletions => "OpenAiCompletions",
            Self::OpenAiResponses => "OpenAiResponses",
            Self::GoogleGenerateContent => "GoogleGenerateContent",
        }
    }

    /// The protocol of an entry's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.word() == word)
    }
}

/// How an agent is told which model to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelDelivery<'a> {
    /// The form of the id it is told.
    pub format: ModelIdFormat,
    /// By which way it is told.
    pub via: Via,
    /// What it does with an alias of the gateway.
    pub proxy: ProxyMode<'a>,
    /// Texts that no id may hold, since the agent would take them for more than a part of it.
    pub refuses: &'a [&'a str],
}

impl ModelDelivery<'_> {
    /// A bare id over `session/set_model`, any alias taken.
    pub const EMPTY: ModelDelivery<'static> =
        ModelDelivery { format: ModelIdFormat::Bare, via: Via::SetModel, proxy: ProxyMode::AsIs, refuses: &[] };
}

/// The form of the model id that an agent is told (spec of the routing: three formats, one an agent).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelIdFormat {
    /// The reference without a registered provider's prefix.
    Bare,
    /// The reference with its prefix, when that is a registered provider's.
    RegisteredProvider,
    /// `provider/model` as models.dev has it.
    ModelsDev,
}

impl ModelIdFormat {
    /// The word of BenchFlow's manifest: `bare`, `registered-provider/model`, `provider/model`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::RegisteredProvider => "registered-provider/model",
            Self::ModelsDev => "provider/model",
        }
    }
}

/// The way by which the model reaches an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// ACP's `session/set_model`.
    SetModel,
    /// An ACP configuration option named `model`.
    ConfigOption,
    /// A variable of its environment.
    Env,
    /// A file that is written at launch.
    File,
    /// A word of its argument vector.
    Argv,
}

impl Via {
    /// The way in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::SetModel => "session/set_model",
            Self::ConfigOption => "config option",
            Self::Env => "variable",
            Self::File => "file",
            Self::Argv => "argument",
        }
    }
}

/// What an agent does with an alias of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyMode<'a> {
    /// Takes it like any other id.
    AsIs,
    /// Takes it once a provider of its own is registered in its files.
    RegisterProvider,
    /// Cannot take it; the text says why.
    Unsupported(&'a str),
}

/// A model as an entry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelReference<'a> {
    /// The registered provider; empty for a bare id.
    pub provider: &'a str,
    /// The id.
    pub id: &'a str,
}
