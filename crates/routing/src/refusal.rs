//! Refusals of routing: each names the variable or protocol, and how to give it.

use core::fmt;

use registry_model::model::{Protocol, WithoutWeb};

use super::names;

/// Why an agent is not started with a model. It never contains a value of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The agent speaks no protocol that the provider or family serves.
    ProtocolUnsupported {
        /// The agent.
        agent: String,
        /// Its protocol; the first of several.
        protocol: Protocol,
        /// The provider or family.
        server: String,
        /// The providers that the agent can use.
        usable: Vec<String>,
    },
    /// The provider takes no key, and the agent's entry has no login for it.
    NoLogIn {
        /// The agent.
        agent: String,
        /// The provider.
        server: String,
        /// The credential that it takes.
        takes: &'static str,
        /// Whether a token instead of a key would be accepted.
        token: bool,
        /// The providers that the agent can use.
        usable: Vec<String>,
    },
    /// A key would not be sent to its own base URL, which is set.
    DroppedBaseUrl {
        /// The variable of the base URL.
        variable: String,
        /// The variable of the key.
        key: String,
        /// The server that would get the key.
        server: String,
    },
    /// A part of the base URL is not given.
    MissingUrlParameter {
        /// The variable that fills it.
        variable: String,
        /// The provider of the URL.
        server: String,
    },
    /// A part of the base URL would change its server.
    BadUrlParameter {
        /// The variable that holds it.
        variable: String,
        /// What is wrong with it.
        reason: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// Neither a key nor a login is given.
    MissingCredential {
        /// The variables for the key, the usual one first.
        variables: Vec<String>,
        /// The server of the key.
        server: String,
    },
    /// The reference has no model id.
    EmptyModelId {
        /// The reference, as it was given.
        model: String,
    },
    /// No provider is known for the model.
    NoProvider {
        /// The reference, as it was given.
        model: String,
        /// The agent.
        agent: String,
        /// The spellings of the reference here, when it is one of another system.
        spelled: Vec<String>,
        /// The providers that the agent can use.
        usable: Vec<String>,
    },
    /// The reference gives no model id for the agent.
    NoModelId {
        /// The reference, as it was given.
        model: String,
    },
    /// No variable, file or argument of the agent carries a value that it needs.
    NoChannel {
        /// The agent.
        agent: String,
        /// The variable that holds it.
        variable: String,
        /// A description of the value.
        what: &'static str,
    },
    /// The agent cannot take the gateway's alias.
    GatewayUnsupported {
        /// The agent.
        agent: String,
        /// Why.
        reason: String,
    },
    /// No model server can be given to the agent.
    NotRoutable {
        /// The agent.
        agent: String,
        /// The reference, as it was given.
        model: String,
        /// The sentence of the agent.
        reason: String,
    },
    /// The web must be off, and no test shows that it is.
    WebPolicy {
        /// The agent.
        agent: String,
        /// How much of it.
        web: WithoutWeb,
        /// Why.
        reason: String,
    },
    /// A choice that the agent does not offer.
    NotOffered {
        /// The agent.
        agent: String,
        /// The variable of the choice.
        variable: String,
        /// Why, or what it offers.
        reason: String,
    },
    /// An MCP server that cannot be handed over.
    McpServer {
        /// The agent.
        agent: String,
        /// The name of the server.
        server: String,
        /// Why.
        reason: String,
        /// What to do instead.
        help: String,
    },
    /// The MCP servers of the run are not written as the protocol has them.
    BadServers {
        /// What is wrong, with the number of the item.
        reason: String,
    },
    /// A variable that must be a whole number is not.
    NotAnInteger {
        /// The variable.
        variable: String,
    },
    /// A file of the agent refers to a variable that is not set.
    UnsetReference {
        /// The variable.
        variable: String,
    },
    /// A value that the agent would not read as plain text.
    UnsafeValue {
        /// The variable that holds it.
        variable: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The model id has a text that this agent does not accept.
    RefusedModelId {
        /// The agent.
        agent: String,
        /// The variable that holds the id.
        variable: String,
        /// The text that the entry forbids in ids.
        text: String,
    },
    /// The entry has an invalid encoded value; only a constant written by hand can have one.
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
            Self::NoLogIn { .. } => "auth-unsupported",
            Self::DroppedBaseUrl { .. } => "dropped-base-url",
            Self::NoChannel { .. } => "no-channel",
            Self::MissingUrlParameter { .. } => "missing-url-parameter",
            Self::BadUrlParameter { .. } => "bad-url-parameter",
            Self::MissingCredential { .. } => "missing-credential",
            Self::EmptyModelId { .. } | Self::NoProvider { .. } | Self::NoModelId { .. } => "no-provider",
            Self::GatewayUnsupported { .. } => "gateway-unsupported",
            Self::NotRoutable { .. } => "not-routable",
            Self::WebPolicy { .. } => "web-policy",
            Self::NotOffered { .. } => "not-offered",
            Self::McpServer { .. } => "mcp-server",
            Self::BadServers { .. } => "bad-servers",
            Self::NotAnInteger { .. } => "not-an-integer",
            Self::UnsetReference { .. } => "unset-reference",
            Self::UnsafeValue { .. } | Self::RefusedModelId { .. } => "unsafe-value",
            Self::BrokenEntry { .. } => "broken-entry",
        }
    }

    /// Its subject, for programs: a variable, a protocol, a model or an agent.
    pub fn name(&self) -> &str {
        match self {
            Self::ProtocolUnsupported { protocol, .. } => protocol.id(),
            Self::NoLogIn { server, .. } | Self::McpServer { server, .. } => server,
            Self::DroppedBaseUrl { variable, .. }
            | Self::NoChannel { variable, .. }
            | Self::MissingUrlParameter { variable, .. }
            | Self::BadUrlParameter { variable, .. }
            | Self::NotOffered { variable, .. }
            | Self::NotAnInteger { variable }
            | Self::UnsetReference { variable }
            | Self::UnsafeValue { variable, .. }
            | Self::RefusedModelId { variable, .. } => variable,
            Self::MissingCredential { variables, .. } => variables.first().map_or("", String::as_str),
            Self::EmptyModelId { model } | Self::NoProvider { model, .. } | Self::NoModelId { model } => model,
            Self::GatewayUnsupported { agent, .. }
            | Self::NotRoutable { agent, .. }
            | Self::WebPolicy { agent, .. } => agent,
            Self::BadServers { .. } => names::MCP,
            Self::BrokenEntry { place } => place,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProtocolUnsupported { agent, protocol, server, usable } => write!(
                f,
                "`{server}` does not serve `{}`, which `{agent}` speaks\n\
                 help: {}, or go through a gateway with `BENCHFLOW_LITELLM_MODEL_ALIAS`",
                protocol.id(),
                OneOf(agent, usable)
            ),
            Self::NoLogIn { agent, server, takes, token, usable } => {
                write!(f, "`{agent}` cannot log in to `{server}`, which takes {takes}")?;
                let set = "; `BENCHFLOW_PROVIDER_API_KEY` is not set\nhelp: set it, by `--env`, to a token; otherwise ";
                write!(f, "{}{}", if *token { set } else { "\nhelp: " }, OneOf(agent, usable))
            }
            Self::DroppedBaseUrl { variable, key, server } => write!(
                f,
                "`{variable}` is set beside `{key}`, and the key would go to `{server}` instead\n\
                 help: unset `{variable}`, or give the key that belongs to `{server}`, by `--env`, in \
                 `BENCHFLOW_PROVIDER_API_KEY`"
            ),
            Self::NoChannel { agent, variable, what } => {
                write!(f, "nothing that `{agent}` reads carries {what}, which `{variable}` holds\nhelp: ")?;
                f.write_str(match variable.as_str() {
                    names::ACP_MODEL => {
                        "write the model under every condition of the entry's `env`, `config` or `launch`"
                    }
                    _ => "put a registered provider before the model's id, as in `vllm/some-model`",
                })
            }
            Self::MissingUrlParameter { variable, server } => {
                write!(f, "the base URL of `{server}` needs `{variable}`, which is not set\nhelp: set `{variable}`")
            }
            Self::BadUrlParameter { variable, reason, wanted } => {
                write!(f, "the value of `{variable}` {reason}\nhelp: give {wanted}")
            }
            Self::MissingCredential { variables, server } => {
                let names: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(" or ");
                write!(f, "no credential for `{server}`: {names} is not set\nhelp: set {names}")
            }
            Self::EmptyModelId { model } => {
                write!(f, "`{model}` names no model\nhelp: give the model's id, as in `openai/gpt-5.5`")
            }
            Self::NoProvider { model, agent, spelled, usable } => {
                match model.split_once('/') {
                    Some((prefix, _)) => write!(f, "`{prefix}` is not a registered provider")?,
                    None => write!(f, "no provider is known for the model `{model}`")?,
                }
                let spelled: Vec<String> = spelled.iter().map(|reference| format!("`{reference}`")).collect();
                match spelled.as_slice() {
                    [] => write!(f, "\nhelp: {}", OneOf(agent, usable)),
                    spelled => write!(f, "\nhelp: write {}; otherwise {}", spelled.join(" or "), OneOf(agent, usable)),
                }
            }
            Self::NoModelId { model } => write!(
                f,
                "`{model}` does not resolve to a model id of this agent\n\
                 help: name a model of a known family, or give its id in `BENCHFLOW_ACP_MODEL_ID`"
            ),
            Self::GatewayUnsupported { agent, reason } => write!(
                f,
                "`{agent}` takes no alias of a gateway: {reason}\nhelp: leave `BENCHFLOW_LITELLM_MODEL_ALIAS` unset"
            ),
            Self::NotRoutable { agent: _, model, reason } => write!(
                f,
                "`{model}` cannot be run: {reason}\nhelp: choose another agent, or start this one without a model"
            ),
            Self::WebPolicy { agent, web, reason } => {
                let what = if *web == WithoutWeb::Hosted { "hosted web tools" } else { "the web" };
                write!(f, "`{agent}` cannot run without {what}: {reason}\nhelp: choose an agent whose policy is tested")
            }
            Self::NotOffered { agent, variable, reason } => {
                write!(f, "`{agent}` takes no such {variable}: {reason}\nhelp: leave `{variable}` unset")
            }
            Self::McpServer { agent, server, reason, help } => {
                write!(f, "`{agent}` cannot be given the MCP server `{server}`: {reason}\nhelp: {help}")
            }
            Self::BadServers { reason } => {
                let what = "is not a list of servers as `session/new` has them";
                write!(f, "the value of `{}` {what}: {reason}\nhelp: let `resolve --mcp FILE` write it", names::MCP)
            }
            Self::NotAnInteger { variable } => {
                write!(f, "the value of `{variable}` is not a non-negative integer\nhelp: give digits alone")
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
                write!(f, "`{place}` is not an encoded value\nhelp: write the entry with `agent!`")
            }
        }
    }
}

/// The help that lists the providers of an agent.
struct OneOf<'r>(&'r str, &'r [String]);

impl fmt::Display for OneOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(agent, usable) = self;
        if usable.is_empty() {
            return write!(f, "choose another agent: no registered provider serves what `{agent}` speaks");
        }
        let names: Vec<String> = usable.iter().map(|name| format!("`{name}/`")).collect();
        write!(f, "begin the model with a provider that `{agent}` can use: {}", names.join(", "))
    }
}

impl core::error::Error for Refusal {}
