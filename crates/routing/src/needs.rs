//! The variables that a model needs: the credential and the URL of its server.

use registry_model::model::{Agent, Credential, Endpoint, Provider};

use super::{Given, Refusal, Router, Server, names};

/// Variables of which one must be set.
pub type Need<'a> = Vec<&'a str>;

impl<'a> Router<'a> {
    /// The needs of the model of a reference: one variable of each must be set.
    ///
    /// With an agent, these are the needs of that agent for direct calls of the provider; without one, those of a
    /// client that speaks every protocol, as the gateway does. Logins of the host that could replace a key are not
    /// counted.
    pub fn needs(&self, agent: Option<&Agent<'_>>, reference: &str) -> Result<Vec<Need<'a>>, Refusal> {
        let anyone = Agent { protocols: &registry_model::model::Protocol::ALL, ..Agent::EMPTY };
        let place = || vec![vec![names::BASE_URL], vec![names::API_KEY]];
        Ok(match self.server(agent.unwrap_or(&anyone), reference, &Given::default())? {
            Server::Provider(provider, endpoint) => provider_needs(provider, endpoint),
            Server::Family(family) if !family.keys.is_empty() => vec![family.keys.to_vec()],
            Server::Family(_) | Server::Gateway { .. } | Server::Named => place(),
        })
    }
}

fn provider_needs<'a>(provider: &Provider<'a>, endpoint: &Endpoint<'a>) -> Vec<Need<'a>> {
    let filled = provider.parameters.iter().filter(|it| endpoint.url.contains(&format!("{{{}}}", it.name)));
    let mut needs: Vec<Need<'a>> = filled
        .filter(|it| it.default.is_empty())
        .map(|it| [it.variable, it.from_host_of].into_iter().filter(|name| !name.is_empty()).collect())
        .collect();
    // A given base URL may come with its own key.
    let placeless = endpoint.url.is_empty();
    if placeless {
        needs.push(vec![names::BASE_URL]);
    }
    let mut groups: Vec<Need<'a>> = match provider.credential {
        Credential::None => Vec::new(),
        Credential::AnyOf(variables) => vec![variables.to_vec()],
        Credential::File { content, .. } => vec![vec![content]],
        Credential::AllOf(groups) => groups.iter().map(|group| group.to_vec()).collect(),
    };
    if placeless {
        for group in &mut groups {
            group.insert(0, names::API_KEY);
        }
    }
    needs.extend(groups);
    needs
}
