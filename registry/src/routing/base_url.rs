//! The base URL of a provider: its endpoint for a protocol, every parameter filled.

use std::borrow::Cow;

use registry_core::model::{BaseUrlForm, Endpoint, Protocol, Provider, UrlParameter};

use super::{Given, Origin, Refusal};

/// The endpoint for a protocol when the provider has one, else the primary one.
pub fn endpoint<'a>(provider: &Provider<'a>, protocol: Option<Protocol>) -> Option<&'a Endpoint<'a>> {
    let of = |protocol| provider.endpoints.iter().find(|endpoint| endpoint.protocol == protocol);
    protocol.and_then(of).or_else(|| provider.endpoints.first())
}

/// The base URL of a provider for a protocol; empty where the user or the gateway gives it.
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
    // All that is missing is told before what is there is looked at.
    let contents = places.filter(|(_, place)| url.contains(place)).map(|(parameter, place)| {
        let missing = || Refusal::MissingUrlParameter {
            variable: parameter.variable.to_owned(),
            server: provider.name.to_owned(),
        };
        Ok((parameter, place, content(parameter, given).ok_or_else(missing)?))
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

/// What fills a parameter: its variable, the host of another, or its default.
fn content<'a, 'g>(parameter: &UrlParameter<'a>, given: &'g Given) -> Option<(Cow<'g, str>, Origin<'a>)>
where
    'a: 'g,
{
    if let Some((layer, value)) = given.find(parameter.variable) {
        return Some((Cow::Borrowed(value), Origin::Copied(layer, parameter.variable)));
    }
    let endpoint = Some(parameter.from_host_of).filter(|name| !name.is_empty()).and_then(|name| given.find(name));
    if let Some((layer, label)) = endpoint.and_then(|(layer, url)| Some((layer, first_label(url)?))) {
        return Some((Cow::Borrowed(label), Origin::Copied(layer, parameter.from_host_of)));
    }
    let default = Some(parameter.default).filter(|default| !default.is_empty());
    default.map(|default| (Cow::Borrowed(default), Origin::Default))
}

/// The first label of the host of a URL.
fn first_label(url: &str) -> Option<&str> {
    let rest = url.trim().split_once("://").map_or(url.trim(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    host.split(['.', ':']).next().filter(|label| !label.is_empty())
}

/// A value is a whole URL, or a word that cannot lead out of its place in one: the key is sent there.
fn check(value: &str, parameter: &UrlParameter<'_>, whole: bool) -> Result<(), Refusal> {
    if whole {
        return check_url(value, parameter.variable);
    }
    // What a URL leaves as it is, and the colon of domain-scoped projects.
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte));
    if plain { Ok(()) } else { Err(bad(parameter.variable, "a plain name without slashes and blanks")) }
}

/// A value is an absolute URL of HTTP without query and fragment: a path is put behind it.
pub(crate) fn check_url(value: &str, variable: &str) -> Result<(), Refusal> {
    let http = |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let absolute = value
        .split_once("://")
        .is_some_and(|(scheme, rest)| http(scheme) && !rest.is_empty() && !rest.starts_with('/'));
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"#<>?\\^`{|}".contains(&byte));
    if absolute && plain {
        return Ok(());
    }
    Err(bad(variable, "a URL that begins with `https://` or `http://`, without query and fragment"))
}

fn bad(variable: &str, wanted: &'static str) -> Refusal {
    Refusal::BadUrlParameter { variable: variable.to_owned(), wanted }
}

/// A base URL in the form that an agent wants, as the launcher makes it.
pub(crate) fn formed(url: &str, form: BaseUrlForm) -> Cow<'_, str> {
    let bare = url.trim_end_matches('/');
    match form {
        BaseUrlForm::AsGiven => Cow::Borrowed(url),
        BaseUrlForm::WithV1 if bare.is_empty() || bare.ends_with("/v1") => Cow::Borrowed(bare),
        BaseUrlForm::WithV1 => Cow::Owned(format!("{bare}/v1")),
        BaseUrlForm::WithoutV1 => Cow::Borrowed(bare.strip_suffix("/v1").unwrap_or(bare)),
    }
}
