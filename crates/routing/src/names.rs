//! The canonical variables that routing fills in, by their full names (`registry_model::variables` lists them all), and
//! the text for a value that is not shown.

use registry_model::model::{Effort, Mcp, Permission, WithoutWeb};

/// The text that replaces a secret.
pub const MASK: &str = "********";

/// The provider's name.
pub(crate) const PROVIDER: &str = "BENCHFLOW_PROVIDER_NAME";
/// The base URL of the model server.
pub(crate) const BASE_URL: &str = "BENCHFLOW_PROVIDER_BASE_URL";
/// The key of the model server.
pub(crate) const API_KEY: &str = "BENCHFLOW_PROVIDER_API_KEY";
/// The model's id, without its provider.
pub(crate) const MODEL: &str = "BENCHFLOW_PROVIDER_MODEL";
/// The wire protocol of the model server.
pub(crate) const PROTOCOL: &str = "BENCHFLOW_PROVIDER_PROTOCOL";
/// Facts about its models, as JSON.
pub(crate) const MODELS: &str = "BENCHFLOW_PROVIDER_MODELS";
/// The gateway's alias of the model.
pub(crate) const ALIAS: &str = "BENCHFLOW_LITELLM_MODEL_ALIAS";
/// The task's `PATH`: it comes from the sandbox, not from the caller.
pub(crate) const PATH: &str = "PATH";
/// The model id for the agent.
pub(crate) const ACP_MODEL: &str = "BENCHFLOW_ACP_MODEL_ID";
/// The part of it before its first slash.
pub(crate) const ACP_MODEL_PROVIDER: &str = "BENCHFLOW_ACP_MODEL_PROVIDER";
/// The part of it after its first slash.
pub(crate) const ACP_MODEL_NAME: &str = "BENCHFLOW_ACP_MODEL_NAME";
/// How much of the web the run does without.
pub(crate) const WEB: &str = WithoutWeb::VARIABLE;
/// Whether tools are to ask before they run.
pub(crate) const PERMISSION: &str = Permission::VARIABLE;
/// The level of reasoning effort.
pub(crate) const EFFORT: &str = Effort::VARIABLE;
/// The MCP servers, for an agent that takes them by a file.
pub(crate) const MCP: &str = Mcp::VARIABLE;
/// The variables of the entry that the caller gave explicitly, which the launcher does not replace.
pub(crate) const EXPLICIT: &str = "BENCHFLOW_EXPLICIT_ENV";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_routing_name_is_a_canonical_variable() {
        let all = [
            PROVIDER,
            BASE_URL,
            API_KEY,
            MODEL,
            PROTOCOL,
            MODELS,
            ALIAS,
            ACP_MODEL,
            ACP_MODEL_PROVIDER,
            ACP_MODEL_NAME,
            EFFORT,
            MCP,
        ];
        for name in all {
            assert!(registry_model::variables::canonical(name).is_some_and(|it| it.name == name), "{name}");
        }
    }
}
