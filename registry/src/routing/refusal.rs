//! Why a model is not routed: each reason names the variable or protocol, and how to give it.

use core::fmt;

use registry_core::model::Protocol;

/// Why an agent is not started with a model. Nothing in it is a value of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The agent speaks no protocol that the provider or family serves.
    ProtocolUnsupported {
        /// The agent.
        agent: String,
        /// What it speaks; the first, where it speaks several.
        protocol: Protocol,
        /// Who would have to serve it.
        server: String,
    },
    /// A part of the base URL is not given.
    MissingUrlParameter {
        /// The variable that fills it.
        variable: String,
        /// Whose URL it is.
        server: String,
    },
    /// A part of the base URL would lead elsewhere than the URL says.
    BadUrlParameter {
        /// The variable that holds it.
        variable: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// No key and no log-in that would stand in for it is given.
    MissingCredential {
        /// The variables that could hold it, the usual one first.
        variables: Vec<String>,
        /// Whose key it is.
        server: String,
    },
    /// The reference holds no model id.
    EmptyModelId {
        /// The reference, as it was given.
        model: String,
    },
    /// Nobody is known to serve the model.
    NoProvider {
        /// The reference, as it was given.
        model: String,
        /// The registered provider whose name is nearest to its prefix.
        near: Option<String>,
    },
    /// The reference yields no model id that the agent knows.
    NoModelId {
        /// The reference, as it was given.
        model: String,
    },
    /// The agent cannot take the gateway's alias.
    GatewayUnsupported {
        /// The agent.
        agent: String,
        /// Why.
        reason: String,
    },
    /// The web is to be off, and nothing shows that it is.
    WebPolicy {
        /// The agent.
        agent: String,
        /// Why.
        reason: String,
    },
    /// A variable that must be a whole number is none.
    NotAnInteger {
        /// The variable.
        variable: String,
    },
    /// A file of the agent refers to a variable that is not set.
    UnsetReference {
        /// The variable.
        variable: String,
    },
    /// A value that the agent would take for more than a text.
    UnsafeValue {
        /// The variable that holds it.
        variable: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The model id holds what this agent takes in none.
    RefusedModelId {
        /// The agent.
        agent: String,
        /// The variable that holds the id.
        variable: String,
        /// What the entry says that no id may hold.
        text: String,
    },
    /// The entry holds a text that is no encoded value, which only a constant written by hand can.
    BrokenEntry {
        /// Where.
        place: String,
    },
}

impl Refusal {
    /// The kind, for programs: `missing-credential`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ProtocolUnsupported { .. } => "protocol-unsupported",
            Self::MissingUrlParameter { .. } => "missing-url-parameter",
            Self::BadUrlParameter { .. } => "bad-url-parameter",
            Self::MissingCredential { .. } => "missing-credential",
            Self::EmptyModelId { .. } | Self::NoProvider { .. } | Self::NoModelId { .. } => "no-provider",
            Self::GatewayUnsupported { .. } => "gateway-unsupported",
            Self::WebPolicy { .. } => "web-policy",
            Self::NotAnInteger { .. } => "not-an-integer",
            Self::UnsetReference { .. } => "unset-reference",
            Self::UnsafeValue { .. } | Self::RefusedModelId { .. } => "unsafe-value",
            Self::BrokenEntry { .. } => "broken-entry",
        }
    }

    /// What it is about, for programs: a variable, a protocol, a model or an agent.
    pub fn name(&self) -> &str {
        match self {
            Self::ProtocolUnsupported { protocol, .. } => protocol.id(),
            Self::MissingUrlParameter { variable, .. }
            | Self::BadUrlParameter { variable, .. }
            | Self::NotAnInteger { variable }
            | Self::UnsetReference { variable }
            | Self::UnsafeValue { variable, .. }
            | Self::RefusedModelId { variable, .. } => variable,
            Self::MissingCredential { variables, .. } => variables.first().map_or("", String::as_str),
            Self::EmptyModelId { model } | Self::NoProvider { model, .. } | Self::NoModelId { model } => model,
            Self::GatewayUnsupported { agent, .. } | Self::WebPolicy { agent, .. } => agent,
            Self::BrokenEntry { place } => place,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProtocolUnsupported { agent, protocol, server } => write!(
                f,
                "`{server}` does not serve `{}`, which `{agent}` speaks\n\
                 help: name a provider that serves it, or go through a gateway with `BENCHFLOW_LITELLM_MODEL_ALIAS`",
                protocol.id()
            ),
            Self::MissingUrlParameter { variable, server } => {
                write!(f, "the base URL of `{server}` needs `{variable}`, which is not set\nhelp: set `{variable}`")
            }
            Self::BadUrlParameter { variable, wanted } => {
                write!(f, "the value of `{variable}` cannot stand in a base URL\nhelp: give {wanted}")
            }
            Self::MissingCredential { variables, server } => {
                let names: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(" or ");
                write!(f, "no credential for `{server}`: {names} is not set\nhelp: set {names}")
            }
            Self::EmptyModelId { model } => {
                write!(f, "`{model}` names no model\nhelp: give the model's id, as in `openai/gpt-5.5`")
            }
            Self::NoProvider { model, near: Some(near) } => {
                let (prefix, id) = model.split_once('/').unwrap_or((model, ""));
                write!(f, "`{prefix}` is no registered provider\nhelp: did you mean `{near}/{id}`?")
            }
            Self::NoProvider { model, near: None } => write!(
                f,
                "nobody is known to serve the model `{model}`\n\
                 help: put a registered provider before it, as in `openrouter/{model}`"
            ),
            Self::NoModelId { model } => write!(
                f,
                "`{model}` yields no model id that the agent knows\n\
                 help: name a model of a known family, or give its id in `BENCHFLOW_ACP_MODEL_ID`"
            ),
            Self::GatewayUnsupported { agent, reason } => write!(
                f,
                "`{agent}` takes no alias of a gateway: {reason}\nhelp: leave `BENCHFLOW_LITELLM_MODEL_ALIAS` unset"
            ),
            Self::WebPolicy { agent, reason } => {
                write!(
                    f,
                    "`{agent}` cannot run without the web: {reason}\nhelp: choose an agent whose policy is tested"
                )
            }
            Self::NotAnInteger { variable } => {
                write!(f, "the value of `{variable}` is no non-negative integer\nhelp: give digits alone")
            }
            Self::UnsetReference { variable } => write!(
                f,
                "`{variable}` is not set, and a file of the agent refers to it\n\
                 help: set `{variable}`; for a provider that logs in by a file, to an access token of it"
            ),
            Self::UnsafeValue { variable, reason } => {
                write!(f, "the value of `{variable}` {reason}\nhelp: give `{variable}` another value")
            }
            Self::RefusedModelId { agent, variable, text } => write!(
                f,
                "the value of `{variable}` holds `{text}`, which `{agent}` takes in no model id\n\
                 help: give the model an alias without it, or choose another agent"
            ),
            Self::BrokenEntry { place } => {
                write!(f, "`{place}` holds a text that is no encoded value\nhelp: write the entry with `agent!`")
            }
        }
    }
}

impl core::error::Error for Refusal {}
