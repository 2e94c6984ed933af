//! The credential of a run: a key, a login that replaces it, a file, or several variables.

use registry_model::model::{Agent, Credential, Login, LoginSource, Provider};

use super::base_url::same_place;
use super::server::key_variables;
use super::{Given, Layer, Origin, Refusal, Router, Sandbox, Server, names};

/// A credential file: its content is a variable of the host, and the variable is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialFile<'a> {
    /// The variable with the content.
    pub content: &'a str,
    /// Where it is written in the sandbox, beginning with `~/`.
    pub path: &'a str,
}

/// The credential of a run.
#[derive(Default)]
pub(crate) struct Credentials<'a> {
    /// The key, for its canonical variable.
    pub(crate) key: Option<(String, Origin<'a>)>,
    /// Variables that are passed to the agent under their own names.
    pub(crate) own: Vec<(&'a str, String, Origin<'a>)>,
    /// Variables of the host that this route may use.
    pub(crate) used: Vec<&'a str>,
    /// The login that replaces a key.
    pub(crate) login: Option<&'a Login<'a>>,
    /// The credential file.
    pub(crate) file: Option<CredentialFile<'a>>,
}

/// The run for which a credential is looked up.
pub(crate) struct CredentialRequest<'q, 'a> {
    pub(crate) agent: &'a Agent<'a>,
    pub(crate) server: &'q Server<'a>,
    pub(crate) given: &'q Given,
    pub(crate) sandbox: &'q Sandbox,
    /// Where the base URL comes from, if it is not the server's own.
    pub(crate) moved: Option<OtherBaseUrl>,
}

/// Where a base URL comes from that is not the server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherBaseUrl {
    /// The layer that gives it.
    pub(crate) layer: Layer,
    /// Whether it is in the canonical variable, and not in a vendor's variable.
    pub(crate) canonical: bool,
}

impl OtherBaseUrl {
    /// The source of a base URL with this origin; `None` for the server's own base URL.
    pub(crate) fn of(origin: &Origin<'_>) -> Option<Self> {
        match origin {
            Origin::Given(layer) => Some(Self { layer: *layer, canonical: true }),
            Origin::Copied(layer, _) => Some(Self { layer: *layer, canonical: false }),
            _ => None,
        }
    }
}

impl CredentialRequest<'_, '_> {
    fn has_canonical_place(&self) -> bool {
        self.moved.is_some_and(|it| it.canonical)
    }
}

impl<'a> Router<'a> {
    /// The credential of a run; a key that is set is preferred to a login.
    pub(crate) fn credentials(&self, asked: &CredentialRequest<'_, 'a>) -> Result<Credentials<'a>, Refusal> {
        let mut found = Credentials::default();
        match asked.server {
            Server::Gateway { .. } | Server::Named => found.key = Some(canonical_key(asked)?),
            Server::Family(family) if family.keys.is_empty() => found.key = Some(canonical_key(asked)?),
            Server::Family(family) => {
                self.key(asked, family.keys, &mut found)?;
                own_key(asked, family.keys, &mut found);
            }
            Server::Provider(provider, endpoint) => {
                let placeless = endpoint.url.is_empty();
                // A base URL comes with its key: a vendor's key would be sent to another server.
                let of_vendor = asked.moved.is_some_and(|it| !it.canonical);
                if let Some((layer, key)) = asked.given.find(names::API_KEY).filter(|_| placeless && !of_vendor) {
                    found.key = Some((key.to_owned(), Origin::Given(layer)));
                } else {
                    self.provider_credential(asked, provider, &mut found)?;
                }
                found.used.extend(provider.parameters.iter().map(|it| it.variable));
            }
        }
        Ok(found)
    }

    /// Refuses a key whose own base URL is set but not used: the key would be sent to another server.
    pub(crate) fn check_pair(
        &self,
        asked: &CredentialRequest<'_, 'a>,
        place: &str,
        found: &Credentials<'a>,
    ) -> Result<(), Refusal> {
        let keys = match (&found.key, asked.server) {
            (Some((_, Origin::Copied(_, key))), _) => vec![*key],
            // The canonical pair is complete. A canonical key alone is used with the vendor's base URL.
            (Some((_, Origin::Given(_))), Server::Family(family)) if !asked.has_canonical_place() => {
                family.keys.to_vec()
            }
            (Some((_, Origin::Given(_))), Server::Provider(provider, _)) if !asked.has_canonical_place() => {
                key_variables(provider).to_vec()
            }
            _ => return Ok(()),
        };
        for key in keys {
            let variables = self.beside.get(key).into_iter().flatten();
            let mut set = variables.filter_map(|name| Some((name, asked.given.find(name)?.1)));
            if let Some((variable, _)) = set.find(|(_, url)| !same_place(url, place)) {
                return Err(Refusal::DroppedBaseUrl {
                    variable: variable.to_string(),
                    key: key.to_owned(),
                    server: asked.server.name().to_owned(),
                });
            }
        }
        Ok(())
    }

    fn provider_credential(
        &self,
        asked: &CredentialRequest<'_, 'a>,
        provider: &Provider<'a>,
        found: &mut Credentials<'a>,
    ) -> Result<(), Refusal> {
        match provider.credential {
            Credential::None => Ok(()),
            Credential::AnyOf(variables) => self.key(asked, variables, found),
            Credential::File { content, path, variable } => {
                cloud_parameters(asked, provider, found);
                file(asked, (content, path, variable), found)
            }
            Credential::AllOf(groups) => groups.iter().try_for_each(|group| one_of(asked, group, found)),
        }
    }

    /// The first variable with a key, or a login instead.
    fn key(
        &self,
        asked: &CredentialRequest<'_, 'a>,
        keys: &'a [&'a str],
        found: &mut Credentials<'a>,
    ) -> Result<(), Refusal> {
        // With the canonical base URL, its key is taken from every layer.
        let counts = |(layer, _): &(Layer, &str)| *layer == Layer::Flag || asked.has_canonical_place();
        if let Some((layer, key)) = asked.given.find(names::API_KEY).filter(counts) {
            found.key = Some((key.to_owned(), Origin::Given(layer)));
            return Ok(());
        }
        let logs_in = |name: &str| asked.agent.login.iter().any(|it| it.source == LoginSource::Variable(name));
        let set = keys.iter().filter(|name| !logs_in(name)).filter_map(|&name| Some((name, asked.given.find(name)?)));
        let set: Vec<(&str, (Layer, &str))> = set.collect();
        // A base URL comes with the key of its own layer; a key of another layer is for another server.
        let beside = asked.moved.and_then(|moved| set.iter().find(|(_, (layer, _))| *layer == moved.layer));
        if let Some(&(name, (layer, value))) = beside.or_else(|| set.first()) {
            found.used.push(name);
            found.key = Some((value.to_owned(), Origin::Copied(layer, name)));
            return Ok(());
        }
        let login = asked.agent.login.iter().find(|login| keys.contains(&login.instead_of) && self.valid(login, asked));
        let login = login.ok_or_else(|| missing(keys, asked.server))?;
        if let LoginSource::Variable(name) = login.source
            && let Some((layer, value)) = asked.given.find(name)
        {
            found.own.push((name, value.to_owned(), Origin::Given(layer)));
        }
        found.login = Some(login);
        Ok(())
    }

    /// Whether a login exists and may be used with this server.
    fn valid(&self, login: &Login<'_>, asked: &CredentialRequest<'_, '_>) -> bool {
        let there = match login.source {
            LoginSource::Files(files) => files.first().is_some_and(|file| asked.given.logins.contains(*file)),
            LoginSource::Variable(name) => asked.given.find(name).is_some(),
        };
        there && (!login.own_endpoint_only || self.is_own_endpoint(login, asked))
    }

    /// Whether the server is the vendor: of a family, or the provider with the family's name.
    fn is_own_endpoint(&self, login: &Login<'_>, asked: &CredentialRequest<'_, '_>) -> bool {
        let vendor =
            |name: &str| self.families.iter().any(|it| it.namespace == name && it.keys.contains(&login.instead_of));
        asked.moved.is_none()
            && match asked.server {
                Server::Family(_) => true,
                Server::Provider(provider, _) => vendor(provider.name),
                Server::Gateway { .. } | Server::Named => false,
            }
    }
}

/// The key in its canonical variable: no other variable is known for this server.
fn canonical_key<'a>(asked: &CredentialRequest<'_, 'a>) -> Result<(String, Origin<'a>), Refusal> {
    let found = asked.given.find(names::API_KEY).map(|(layer, key)| (key.to_owned(), Origin::Given(layer)));
    found.ok_or_else(|| missing(&[names::API_KEY], asked.server))
}

/// The vendor's own variable, which the agent's built-in way to the vendor reads.
fn own_key<'a>(asked: &CredentialRequest<'_, 'a>, keys: &'a [&'a str], found: &mut Credentials<'a>) {
    if asked.moved.is_some() {
        return;
    }
    let Some((value, origin)) = found.key.clone() else { return };
    match (origin, keys.first()) {
        (Origin::Copied(layer, name), _) => found.own.push((name, value, Origin::Given(layer))),
        (_, Some(name)) => found.own.push((name, value, Origin::Mapping)),
        _ => {}
    }
}

fn file<'a>(
    asked: &CredentialRequest<'_, 'a>,
    (content, path, variable): (&'a str, &'a str, &'a str),
    found: &mut Credentials<'a>,
) -> Result<(), Refusal> {
    if let Some(place) = asked.given.explicit(variable) {
        // The caller has copied the file into the sandbox.
        found.own.push((variable, place.to_owned(), Origin::Given(Layer::Flag)));
        return Ok(());
    }
    asked.given.find(content).ok_or_else(|| missing(&[content], asked.server))?;
    let place = path.replacen('~', &asked.sandbox.home, 1);
    found.own.push((variable, place, Origin::Registry));
    found.file = Some(CredentialFile { content, path });
    Ok(())
}

/// The parameters of the URL, which the cloud's own login reads from these variables.
fn cloud_parameters<'a>(asked: &CredentialRequest<'_, 'a>, provider: &Provider<'a>, found: &mut Credentials<'a>) {
    let names = provider.parameters.iter().map(|it| it.variable);
    let set = names.filter_map(|name| asked.given.find(name).map(|(layer, value)| (name, layer, value)));
    found.own.extend(set.map(|(name, layer, value)| (name, value.to_owned(), Origin::Given(layer))));
}

/// One of several variables; the given one sets the others.
fn one_of<'a>(
    asked: &CredentialRequest<'_, 'a>,
    group: &'a [&'a str],
    found: &mut Credentials<'a>,
) -> Result<(), Refusal> {
    let set = group.iter().find_map(|&name| Some((name, asked.given.find(name)?)));
    let (given, (layer, value)) = set.ok_or_else(|| missing(group, asked.server))?;
    for &name in group {
        let origin = if name == given { Origin::Given(layer) } else { Origin::Copied(layer, given) };
        let own = asked.given.find(name).map_or(value, |(_, own)| own);
        found.own.push((name, own.to_owned(), origin));
    }
    Ok(())
}

fn missing(names: &[&str], server: &Server<'_>) -> Refusal {
    Refusal::MissingCredential {
        variables: names.iter().map(|name| (*name).to_owned()).collect(),
        server: server.name().to_owned(),
    }
}
