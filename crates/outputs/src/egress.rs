//! `gen-egress`: the hosts that each agent looks up, as a list of what a sandbox may let through.

#[cfg(feature = "make")]
use core::fmt::Write as _;
#[cfg(feature = "make")]
use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "make")]
use registry_model::model::{Agent, Host, Provider};
#[cfg(feature = "make")]
use registry_scripts::site::Site;

use crate::Generator;
#[cfg(feature = "make")]
use crate::{File, Input, json::text};

/// One list for each agent, and the hosts of model servers by provider.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-egress",
    about: "Write the hosts that each agent looks up and those of the providers, for a sandbox's allow-list",
    folder: "egress",
    kept: false,
    by_agent: false,
    #[cfg(feature = "make")]
    make: lists,
};

#[cfg(feature = "make")]
fn lists(input: &Input<'_>) -> Result<Vec<File>, String> {
    let list = |agent: &&Agent<'_>| File::new(format!("{}.txt", agent.name), hosts(agent, input.site));
    let mut files: Vec<File> = input.agents.iter().map(list).collect();
    let providers: BTreeMap<&str, BTreeSet<String>> = (input.registry.providers().into_iter())
        .map(|it| (it.name, served(it)))
        .filter(|(_, hosts)| !hosts.is_empty())
        .collect();
    files.push(File::new("providers.json", text(&providers)?));
    Ok(files)
}

/// One host a line; what is not needed is a comment.
#[cfg(feature = "make")]
fn hosts(agent: &Agent<'_>, site: &Site) -> String {
    let mut text = format!(
        "# {}: what `{}` looks up. Add the host of its model,\n\
         # and leave out a host whose reason says that it is not looked up.\n",
        GENERATOR.mark(),
        agent.name
    );
    for host in agent.hosts {
        let _ = match address(host, site) {
            _ if !host.off.is_empty() => {
                let switches: Vec<&str> = host.off.iter().map(|it| it.name).collect();
                writeln!(text, "# {}: the launcher turns it off with {}", host.name, switches.join(", "))
            }
            Some(address) => writeln!(text, "# {}:\n{address}", host.reason),
            None => writeln!(text, "# {}: {}; add the host of the registry that you use", host.name, host.reason),
        };
    }
    text
}

/// The name of a host. An entry names a package registry by its kind, since a site may have one of its own.
#[cfg(feature = "make")]
fn address<'a>(host: &Host<'a>, site: &'a Site) -> Option<&'a str> {
    if host.name.contains('.') { Some(host.name) } else { host_of(site.npm_registry.as_deref()?) }
}

/// The hosts of a provider; a `{parameter}` is a wildcard, and a URL that is only a parameter has none.
#[cfg(feature = "make")]
fn served(provider: &Provider<'_>) -> BTreeSet<String> {
    let defaults = provider.parameters.iter().map(|it| it.default);
    let urls = provider.endpoints.iter().map(|it| it.url).chain(defaults);
    let filled = |host: &str| match host.rsplit_once('}').and_then(|(_, rest)| rest.split_once('.')) {
        // Allow-lists take a wildcard for whole labels only.
        Some((_, domain)) => Some(format!("*.{domain}")),
        None => (!host.contains('}')).then(|| host.to_owned()),
    };
    urls.filter_map(host_of).filter_map(filled).collect()
}

#[cfg(feature = "make")]
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?']).next()?;
    let host = host.rsplit('@').next()?;
    Some(host.split(':').next()?).filter(|it| !it.is_empty())
}
