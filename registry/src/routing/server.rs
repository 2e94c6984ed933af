//! Who serves a model to an agent: a provider, the vendor of a family, the gateway, or a server of the user's.

use registry_core::model::{Agent, Endpoint, Family, Protocol, Provider, ProxyMode};
use registry_core::names::nearest;

use super::base_url::{check_url, filled};
use super::{Given, Layer, Origin, Refusal, Router, is_alias, names};

/// Who serves a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server<'a> {
    /// A registered provider, at the endpoint that the agent speaks to.
    Provider(&'a Provider<'a>, &'a Endpoint<'a>),
    /// The vendor of a well-known family, which the agent knows by itself.
    Family(&'a Family<'a>),
    /// A gateway, which serves every protocol.
    Gateway {
        /// The model there.
        alias: String,
    },
    /// A server that the caller names.
    Named,
}

/// A base URL and where it comes from.
pub(crate) type Place<'a> = (String, Origin<'a>);

impl<'a> Server<'a> {
    /// Its name in messages.
    pub fn name(&self) -> &'a str {
        match self {
            Self::Provider(provider, _) => provider.name,
            Self::Family(family) => family.namespace,
            Self::Gateway { .. } => "the gateway",
            Self::Named => "the model server",
        }
    }

    /// The protocol that the agent speaks to it; none where the agent knows the server by itself.
    pub(crate) fn protocol(&self, agent: &Agent<'_>) -> Option<Protocol> {
        match self {
            Self::Provider(_, endpoint) => Some(endpoint.protocol),
            Self::Family(family) => agent.protocols.iter().copied().find(|it| family.protocols.contains(it)),
            Self::Gateway { .. } | Self::Named => agent.protocols.first().copied(),
        }
    }

    /// Its base URL; none where the agent knows the server by itself.
    pub(crate) fn place(&self, given: &Given) -> Result<Option<Place<'a>>, Refusal> {
        let named = |(layer, url): (Layer, &str)| {
            check_url(url, names::BASE_URL)?;
            Ok(Some((url.to_owned(), Origin::Given(layer))))
        };
        if let Some(url) = given.explicit(names::BASE_URL) {
            return named((Layer::Flag, url));
        }
        match self {
            Self::Provider(provider, endpoint) if !endpoint.url.is_empty() => {
                filled(provider, endpoint.url, given).map(Some)
            }
            Self::Family(family) if !family.keys.is_empty() => Ok(None),
            // Without a key that is known, nothing says that the agent has a way of its own.
            Self::Provider(..) | Self::Family(_) | Self::Gateway { .. } | Self::Named => {
                let missing = || Refusal::MissingUrlParameter {
                    variable: names::BASE_URL.to_owned(),
                    server: self.name().to_owned(),
                };
                given.find(names::BASE_URL).ok_or_else(missing).and_then(named)
            }
        }
    }
}

impl<'a> Router<'a> {
    /// Who serves a reference to an agent.
    pub(crate) fn server(&self, agent: &Agent<'_>, reference: &str, given: &Given) -> Result<Server<'a>, Refusal> {
        let (named, id) = self.provider(reference);
        let alias = given.find(names::ALIAS).map(|(_, alias)| alias);
        if let Some(alias) = alias.or(Some(id).filter(|id| named.is_none() && is_alias(id))) {
            return gateway(agent, alias);
        }
        let provider = named.or_else(|| self.owner(id));
        let server = match (provider, self.family(id)) {
            (Some(provider), _) => spoken(provider, agent).map(|endpoint| Server::Provider(provider, endpoint)),
            (None, Some(family)) => {
                let shared = agent.protocols.iter().any(|it| family.protocols.contains(it));
                shared.then_some(Server::Family(family))
            }
            (None, None) if given.find(names::BASE_URL).is_some() => Some(Server::Named),
            (None, None) => return Err(self.unknown(reference)),
        };
        server.ok_or_else(|| unsupported(agent, provider.map_or(id, |provider| provider.name)))
    }

    fn unknown(&self, reference: &str) -> Refusal {
        let near = |(prefix, _): (&str, &str)| nearest(prefix, self.providers.iter().map(|it| it.name));
        let near = reference.split_once('/').and_then(near).map(str::to_owned);
        Refusal::NoProvider { model: reference.to_owned(), near }
    }
}

fn gateway<'a>(agent: &Agent<'_>, alias: &str) -> Result<Server<'a>, Refusal> {
    match agent.model.proxy {
        ProxyMode::AsIs | ProxyMode::RegisterProvider => Ok(Server::Gateway { alias: alias.to_owned() }),
        ProxyMode::Unsupported(reason) => {
            Err(Refusal::GatewayUnsupported { agent: agent.name.to_owned(), reason: reason.to_owned() })
        }
    }
}

/// The first endpoint of a provider, the primary one before the others, whose protocol an agent speaks.
fn spoken<'a>(provider: &Provider<'a>, agent: &Agent<'_>) -> Option<&'a Endpoint<'a>> {
    provider.endpoints.iter().find(|endpoint| agent.protocols.contains(&endpoint.protocol))
}

fn unsupported(agent: &Agent<'_>, server: &str) -> Refusal {
    // An entry without a protocol does not compile; a constant written by hand may lack one.
    let protocol = agent.protocols.first().copied().unwrap_or(Protocol::OpenAiCompletions);
    Refusal::ProtocolUnsupported { agent: agent.name.to_owned(), protocol, server: server.to_owned() }
}
