//! The model id that is sent to an agent over ACP. There are three formats; each agent uses one.

use registry_model::model::{ModelIdFormat, Provider};

use super::given::is_given;
use super::{Refusal, Router};

/// The prefix of the gateway's aliases.
const ALIAS_PREFIX: &str = "benchflow-";

/// The provider under which agents with models.dev ids register the gateway. Not `openai`: for that one, they use the
/// Responses API, which gateways do not serve.
const GATEWAY_IN_MODELS_DEV: &str = "benchflow";

/// The provider under which agents with registered providers know the gateway.
const GATEWAY_REGISTERED: &str = "litellm";

/// Whether an id is an alias of the gateway.
pub fn is_alias(id: &str) -> bool {
    id.starts_with(ALIAS_PREFIX)
}

/// An alias of the gateway as a model id for an agent.
pub(crate) fn told_alias(format: ModelIdFormat, alias: &str) -> String {
    match format {
        ModelIdFormat::Bare => alias.to_owned(),
        ModelIdFormat::RegisteredProvider => format!("{GATEWAY_REGISTERED}/{alias}"),
        ModelIdFormat::ModelsDev => format!("{GATEWAY_IN_MODELS_DEV}/{alias}"),
    }
}

/// An id with a provider's name, for an agent that has the provider in its own file.
pub(crate) fn told_with(format: ModelIdFormat, provider: &str, id: &str) -> String {
    match format {
        ModelIdFormat::Bare => id.to_owned(),
        ModelIdFormat::RegisteredProvider | ModelIdFormat::ModelsDev => format!("{provider}/{id}"),
    }
}

/// Refuses a blank id: without an id, an agent chooses a model itself.
pub(crate) fn check_id(reference: &str, id: &str) -> Result<(), Refusal> {
    if is_given(id) { Ok(()) } else { Err(Refusal::EmptyModelId { model: reference.to_owned() }) }
}

impl Router<'_> {
    /// The id for an agent, of a reference that a provider serves.
    ///
    /// A provider that owns no family and lists no model serves any model of its user: then the agent's own file
    /// registers its name and the id. With other providers, an unknown model is a mistake.
    pub(crate) fn told_by(
        &self,
        format: ModelIdFormat,
        provider: &Provider<'_>,
        reference: &str,
    ) -> Result<String, Refusal> {
        let open = provider.families.is_empty() && provider.models.is_empty();
        match self.acp_model_id(format, reference) {
            Err(Refusal::NoModelId { .. }) if open => Ok(told_with(format, provider.name, self.provider(reference).1)),
            answer => answer,
        }
    }

    /// The id in a format for a reference; refused when it would be a guess.
    pub fn acp_model_id(&self, format: ModelIdFormat, reference: &str) -> Result<String, Refusal> {
        let (provider, id) = self.provider(reference);
        check_id(reference, id)?;
        match format {
            ModelIdFormat::RegisteredProvider if provider.is_some() => Ok(reference.to_owned()),
            ModelIdFormat::ModelsDev if id.contains('/') => Ok(id.to_owned()),
            _ if is_alias(id) => Ok(told_alias(format, id)),
            ModelIdFormat::Bare | ModelIdFormat::RegisteredProvider => Ok(id.to_owned()),
            ModelIdFormat::ModelsDev => {
                let owner = self.owner(id).map(|provider| provider.name);
                let namespace = owner.or_else(|| self.family(id).map(|family| family.namespace));
                let namespace = namespace.ok_or_else(|| Refusal::NoModelId { model: reference.to_owned() })?;
                Ok(format!("{namespace}/{id}"))
            }
        }
    }
}
