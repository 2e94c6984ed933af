//! The server of a model for an agent: a provider, the vendor of a family, the gateway, or a server of the user.

use registry_model::model::{Agent, Auth, Credential, Endpoint, Family, Protocol, Provider, ProxyMode};
use registry_model::template::Template;

use super::base_url::{canonical, check_url, filled};
use super::{Given, Origin, Refusal, Router, is_alias, names};

/// The server of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server<'a> {
    /// A registered provider, with the endpoint for the agent.
    Provider(&'a Provider<'a>, &'a Endpoint<'a>),
    /// The vendor of a well-known family, whose base URL the agent knows.
    Family(&'a Family<'a>),
    /// A gateway, which serves every protocol.
    Gateway {
        /// The model on the gateway.
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

    /// The protocol between the agent and it; `None` when the agent knows the server by itself.
    pub(crate) fn protocol(&self, agent: &Agent<'_>) -> Option<Protocol> {
        match self {
            Self::Provider(_, endpoint) => Some(endpoint.protocol),
            Self::Family(family) => agent.protocols.iter().copied().find(|it| family.protocols.contains(it)),
            Self::Gateway { .. } | Self::Named => agent.protocols.first().copied(),
        }
    }

    /// Its base URL; `None` when the agent knows the server by itself.
    ///
    /// A key and its base URL are used together: the canonical pair, or the pair of the vendor.
    pub(crate) fn place(
        &self,
        router: &Router<'a>,
        agent: &Agent<'_>,
        given: &Given,
    ) -> Result<Option<Place<'a>>, Refusal> {
        let explicit = [names::BASE_URL, names::API_KEY].iter().any(|name| given.explicit(name).is_some());
        let canonical_place =
            given.find(names::BASE_URL).map(|(layer, url)| (names::BASE_URL, url, Origin::Given(layer)));
        let followed = match self {
            _ if explicit && canonical_place.is_some() => canonical_place,
            Self::Provider(provider, endpoint) if !endpoint.url.is_empty() => {
                return filled(provider, endpoint.url, given).map(Some);
            }
            Self::Provider(provider, _) => {
                canonical_place.or_else(|| router.place_of_key(key_variables(provider), given))
            }
            Self::Family(family) if !family.keys.is_empty() => match router.place_of_key(family.keys, given) {
                None => return Ok(None),
                place => place,
            },
            // Without a known key, the agent may not know the server by itself.
            Self::Family(_) | Self::Gateway { .. } | Self::Named => canonical_place,
        };
        let (variable, url, origin) = followed.ok_or_else(|| Refusal::MissingUrlParameter {
            variable: names::BASE_URL.to_owned(),
            server: self.name().to_owned(),
        })?;
        check_url(url, variable)?;
        let protocol = Some(self).filter(|it| matches!(it, Self::Family(_) | Self::Provider(..)));
        let url = canonical(url, protocol.and_then(|it| it.protocol(agent)));
        Ok(Some((url.to_owned(), origin)))
    }
}

/// The variables of a provider's API key.
pub(crate) fn key_variables<'a>(provider: &Provider<'a>) -> &'a [&'a str] {
    match provider.credential {
        Credential::AnyOf(variables) => variables,
        Credential::None | Credential::File { .. } | Credential::AllOf(_) => &[],
    }
}

impl<'a> Router<'a> {
    /// The server of a reference for an agent.
    pub(crate) fn server(&self, agent: &Agent<'_>, reference: &str, given: &Given) -> Result<Server<'a>, Refusal> {
        let (named, id) = self.provider(reference);
        let alias = given.find(names::ALIAS).map(|(_, alias)| alias);
        if let Some(alias) = alias.or(Some(id).filter(|id| named.is_none() && is_alias(id))) {
            return gateway(agent, alias);
        }
        // After an unknown prefix, or in the id of another system, the words of a family prove nothing.
        let provider = named.or_else(|| self.owner(id).filter(|_| !id.contains('/')));
        let told_where = given.explicit(names::BASE_URL).is_some();
        let own = !id.contains('/') && (!id.contains(':') || is_tuned(id) || told_where);
        let family = self.vendor(id).filter(|_| own);
        let server = match (provider, family) {
            (Some(provider), _) => spoken(provider, agent).map(|endpoint| Server::Provider(provider, endpoint)),
            (None, Some(family)) => {
                let shared = agent.protocols.iter().any(|it| family.protocols.contains(it));
                shared.then_some(Server::Family(family))
            }
            (None, None) if given.find(names::BASE_URL).is_some() => Some(Server::Named),
            (None, None) => return Err(self.unknown(agent, reference)),
        };
        server.ok_or_else(|| self.unsupported(agent, provider.map_or(id, |provider| provider.name)))
    }

    /// Refuses a provider to which the agent cannot log in: one that needs its own support, and one that takes no key
    /// when no token is given instead.
    pub(crate) fn check_log_in(&self, agent: &Agent<'_>, server: &Server<'_>, given: &Given) -> Result<(), Refusal> {
        let Server::Provider(provider, endpoint) = server else { return Ok(()) };
        // With a given base URL, its key is taken from every layer.
        let token = match endpoint.url {
            "" => given.find(names::API_KEY).is_some(),
            _ => given.explicit(names::API_KEY).is_some(),
        };
        let keyless = matches!(provider.auth, Auth::Adc | Auth::Aws) && !token;
        if (is_native(agent, provider) || keyless) && !handles(agent, provider) {
            return Err(self.no_log_in(agent, provider));
        }
        Ok(())
    }

    /// The base URL that is set for one of these keys, with its variable.
    fn place_of_key<'g>(&self, keys: &[&str], given: &'g Given) -> Option<(&'a str, &'g str, Origin<'a>)> {
        let families = self.families.iter().filter(|family| family.keys.iter().any(|key| keys.contains(key)));
        let mut variables = families.flat_map(|family| family.base_urls.iter().copied());
        variables.find_map(|name| {
            let (layer, url) = given.find(name)?;
            Some((name, url, Origin::Copied(layer, name)))
        })
    }

    fn unknown(&self, agent: &Agent<'_>, reference: &str) -> Refusal {
        Refusal::NoProvider {
            model: reference.to_owned(),
            agent: agent.name.to_owned(),
            spelled: self.spelled(agent, reference),
            usable: self.usable(agent),
        }
    }

    /// The providers that an agent can use, by its protocols and logins.
    fn usable(&self, agent: &Agent<'_>) -> Vec<String> {
        let usable = self.providers.iter().filter(|provider| is_usable(agent, provider));
        usable.map(|provider| provider.name.to_owned()).collect()
    }

    /// The spellings here, for this agent, of a reference of LiteLLM, OpenRouter or models.dev.
    fn spelled(&self, agent: &Agent<'_>, reference: &str) -> Vec<String> {
        let is_arn = reference.starts_with("arn:");
        let (prefix, id) = match reference.split_once('/') {
            Some(parts) if !is_arn => parts,
            _ => (reference.split(':').nth(2).filter(|_| is_arn).unwrap_or_default(), reference),
        };
        let spells = |spellings: &[&str]| spellings.iter().any(|it| it.eq_ignore_ascii_case(prefix));
        let providers = self.providers.iter().filter(|it| spells(it.spellings) && is_usable(agent, it));
        let family = self.vendor(id).filter(|family| {
            spells(family.spellings) && agent.protocols.iter().any(|it| family.protocols.contains(it))
        });
        providers.map(|it| format!("{}/{id}", it.name)).chain(family.map(|_| id.to_owned())).collect()
    }

    /// The refusal of a provider to which an agent cannot log in.
    pub(crate) fn no_log_in(&self, agent: &Agent<'_>, provider: &Provider<'_>) -> Refusal {
        Refusal::NoLogIn {
            agent: agent.name.to_owned(),
            server: provider.name.to_owned(),
            takes: match provider.auth {
                Auth::Adc => "application default credentials of Google Cloud",
                Auth::Aws => "a bearer token and a region of AWS",
                Auth::ApiKey | Auth::None => "another credential",
            },
            // Vertex AI has its own paths for Anthropic's models.
            token: !is_native(agent, provider),
            usable: self.usable(agent),
        }
    }

    fn unsupported(&self, agent: &Agent<'_>, server: &str) -> Refusal {
        // An entry without a protocol does not compile; a constant written by hand may lack one.
        let protocol = agent.protocols.first().copied().unwrap_or(Protocol::OpenAiCompletions);
        Refusal::ProtocolUnsupported {
            agent: agent.name.to_owned(),
            protocol,
            server: server.to_owned(),
            usable: self.usable(agent),
        }
    }
}

/// Whether an id is a fine-tuned model of a vendor: `ft:gpt-4.1-mini:acme::id`.
fn is_tuned(id: &str) -> bool {
    id.starts_with("ft:") && !id.contains('/')
}

fn gateway<'a>(agent: &Agent<'_>, alias: &str) -> Result<Server<'a>, Refusal> {
    match agent.model.proxy {
        ProxyMode::AsIs | ProxyMode::RegisterProvider => Ok(Server::Gateway { alias: alias.to_owned() }),
        ProxyMode::Unsupported(reason) => {
            Err(Refusal::GatewayUnsupported { agent: agent.name.to_owned(), reason: reason.to_owned() })
        }
    }
}

/// The first endpoint of a provider with a protocol of an agent; the primary endpoint is tried first.
fn spoken<'a>(provider: &Provider<'a>, agent: &Agent<'_>) -> Option<&'a Endpoint<'a>> {
    provider.endpoints.iter().find(|endpoint| agent.protocols.contains(&endpoint.protocol))
}

/// Whether an agent needs its own support for the provider: it serves Anthropic's protocol at paths of its cloud.
fn is_native(agent: &Agent<'_>, provider: &Provider<'_>) -> bool {
    let anthropic = |endpoint: &Endpoint<'_>| endpoint.protocol == Protocol::AnthropicMessages;
    provider.auth == Auth::Adc && spoken(provider, agent).is_some_and(anthropic)
}

fn is_usable(agent: &Agent<'_>, provider: &Provider<'_>) -> bool {
    let logs_in = matches!(provider.auth, Auth::ApiKey | Auth::None) || handles(agent, provider);
    logs_in && spoken(provider, agent).is_some()
}

/// Whether an entry has its own support for a provider, and so for its credential.
pub(crate) fn handles(agent: &Agent<'_>, provider: &Provider<'_>) -> bool {
    let condition = format!("[\"provider\",\"{}\"]", provider.name);
    let names = |template: Template<'_>| template.0.contains(&condition);
    agent.config.iter().any(|file| names(file.body)) || agent.env.iter().any(|mapping| names(mapping.value))
}
