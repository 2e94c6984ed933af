//! The base URL of a provider: its endpoint for a protocol, every parameter filled.

use std::borrow::Cow;

use registry_model::model::{BaseUrlForm, Endpoint, Protocol, Provider, UrlParameter};
use registry_model::variables::VariableKind;

use super::{Given, Origin, Refusal};

/// The endpoint for a protocol when the provider has one, else the primary one.
pub fn endpoint<'a>(provider: &Provider<'a>, protocol: Option<Protocol>) -> Option<&'a Endpoint<'a>> {
    let of = |protocol| provider.endpoints.iter().find(|endpoint| endpoint.protocol == protocol);
    protocol.and_then(of).or_else(|| provider.endpoints.first())
}

/// The base URL of a provider for a protocol; empty when the user or the gateway gives it.
pub fn base_url(provider: &Provider<'_>, protocol: Option<Protocol>, given: &Given) -> Result<String, Refusal> {
    let url = endpoint(provider, protocol).map_or("", |endpoint| endpoint.url);
    filled(provider, url, given).map(|(url, _)| url)
}

/// A URL with its parameters filled, and where the last of these came from.
pub(crate) fn filled<'a>(
    provider: &Provider<'a>,
    url: &'a str,
    given: &Given,
) -> Result<(String, Origin<'a>), Refusal> {
    let places = provider.parameters.iter().map(|parameter| (parameter, format!("{{{}}}", parameter.name)));
    // Missing parameters are reported before bad ones.
    let contents = places.filter(|(_, place)| url.contains(place)).map(|(parameter, place)| {
        let missing = || Refusal::MissingUrlParameter {
            variable: parameter.variable.to_owned(),
            server: provider.name.to_owned(),
        };
        Ok((parameter, place, content(parameter, url, given)?.ok_or_else(missing)?))
    });
    let contents = contents.collect::<Result<Vec<_>, Refusal>>()?;
    let mut text = url.to_owned();
    let mut origin = Origin::Registry;
    for (parameter, place, (value, from)) in contents {
        check(&value, parameter, url == place)?;
        text = text.replace(&place, &value);
        origin = from;
    }
    Ok((text, origin))
}

/// The value of a parameter: its variable, the host in another variable, or its default.
fn content<'a, 'g>(
    parameter: &UrlParameter<'a>,
    url: &str,
    given: &'g Given,
) -> Result<Option<(Cow<'g, str>, Origin<'a>)>, Refusal>
where
    'a: 'g,
{
    let place = Some(parameter.from_host_of).filter(|name| !name.is_empty()).and_then(|name| given.find(name));
    let label = place.map(|(layer, place)| Ok((layer, label_for(place, url, parameter)?))).transpose()?;
    if let Some((layer, value)) = given.find(parameter.variable) {
        if label.is_some_and(|(_, label)| !label.eq_ignore_ascii_case(value)) {
            return Err(bad(
                parameter.from_host_of,
                "names another place than the other variable of this base URL",
                "",
            ));
        }
        return Ok(Some((Cow::Borrowed(value), Origin::Copied(layer, parameter.variable))));
    }
    if let Some((layer, label)) = label {
        return Ok(Some((Cow::Borrowed(label), Origin::Copied(layer, parameter.from_host_of))));
    }
    let default = Some(parameter.default).filter(|default| !default.is_empty());
    Ok(default.map(|default| (Cow::Borrowed(default), Origin::Default)))
}

/// The first label of a URL's host. The other labels must be those of the URL that it fills: otherwise the key would be
/// sent to a host that the user did not name.
fn label_for<'g>(place: &'g str, url: &str, parameter: &UrlParameter<'_>) -> Result<&'g str, Refusal> {
    let rest = |host: &str| host.split_once('.').map(|(_, rest)| rest.to_ascii_lowercase());
    let host_of_place = host(place);
    let label = host_of_place.split('.').next().filter(|label| !label.is_empty());
    match label.filter(|_| rest(host_of_place) == rest(host(url))) {
        Some(label) => Ok(label),
        None => Err(bad(parameter.from_host_of, "names a host that this provider does not have", "")),
    }
}

/// The host of a URL, with or without its scheme.
fn host(url: &str) -> &str {
    let rest = url.trim().split_once("://").map_or(url.trim(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

/// Checks that a value is a whole URL, or a word that cannot change the rest of a URL, since the key is sent there.
fn check(value: &str, parameter: &UrlParameter<'_>, whole: bool) -> Result<(), Refusal> {
    if whole {
        return check_url(value, parameter.variable);
    }
    // Characters that need no escape in a URL, and the colon of domain-scoped projects.
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte));
    let reason = "cannot be a part of a base URL";
    if plain { Ok(()) } else { Err(bad(parameter.variable, reason, "a plain name without slashes and blanks")) }
}

/// Checks that a value is a base URL that an agent can use.
pub(crate) fn check_url(value: &str, variable: &str) -> Result<(), Refusal> {
    VariableKind::Url.fault(value).map_or(Ok(()), |reason| Err(bad(variable, reason, "")))
}

fn bad(variable: &str, reason: &'static str, wanted: &'static str) -> Refusal {
    let usual = "a base URL that begins with `https://` or `http://`, without query and fragment";
    let wanted = if wanted.is_empty() { usual } else { wanted };
    Refusal::BadUrlParameter { variable: variable.to_owned(), reason, wanted }
}

/// Whether two base URLs name the same server; the version in the path is ignored, since agents add it.
pub(crate) fn same_place(a: &str, b: &str) -> bool {
    let plain = |url: &'_ str| {
        let bare = url.trim_end_matches('/');
        let bare = ["/v1", "/v1beta"].iter().find_map(|version| bare.strip_suffix(version)).unwrap_or(bare);
        bare.trim_end_matches('/').to_owned()
    };
    plain(a) == plain(b)
}

/// A base URL in the canonical form for a protocol: without the version for the two protocols whose agents add it.
pub(crate) fn canonical(url: &str, protocol: Option<Protocol>) -> &str {
    let versions: &[&str] = match protocol {
        Some(Protocol::AnthropicMessages) => &["/v1"],
        Some(Protocol::GoogleGenerateContent) => &["/v1beta", "/v1"],
        _ => return url,
    };
    let bare = url.trim_end_matches('/');
    versions.iter().find_map(|version| bare.strip_suffix(version)).unwrap_or(url)
}

/// A base URL in the form of an agent, as the launcher writes it.
pub(crate) fn formed(url: &str, form: BaseUrlForm) -> Cow<'_, str> {
    let bare = url.trim_end_matches('/');
    match form {
        BaseUrlForm::AsGiven => Cow::Borrowed(url),
        BaseUrlForm::WithV1 if bare.is_empty() || bare.ends_with("/v1") => Cow::Borrowed(bare),
        BaseUrlForm::WithV1 => Cow::Owned(format!("{bare}/v1")),
        BaseUrlForm::WithoutV1 => Cow::Borrowed(bare.strip_suffix("/v1").unwrap_or(bare)),
    }
}
