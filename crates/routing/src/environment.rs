//! The environment of an agent: the canonical variables first, then the agent's own from them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use registry_model::model::{Agent, ModelRecord, Off, Permission, Provider, WithoutWeb};
use registry_model::template::Value;
use registry_model::variables::{VariableKind, canonical};
use serde::Serialize;

use super::base_url::{formed, same_place};
use super::credential::{CredentialRequest, Credentials, OtherBaseUrl};
use super::document::json;
use super::servers::check_servers;
use super::values::Scope;
use super::{
    Choice, Entry, Given, Layer, Origin, Read, Refusal, Resolution, Router, Sandbox, Server, Variable, model_id, names,
    of_policy,
};

/// The variables of an agent, by their names.
type Set<'a> = BTreeMap<Cow<'a, str>, Variable<'a>>;

impl<'a> Router<'a> {
    /// Resolves what an agent is started with, or the refusal.
    pub fn resolve(
        &self,
        entry: &Entry<'a>,
        reference: &str,
        given: &Given,
        sandbox: &Sandbox,
    ) -> Result<Resolution<'a>, Refusal> {
        let agent = entry.agent;
        check_routable(agent, reference)?;
        let reference = self.without_namespace(reference);
        let (_, id) = self.provider(reference);
        model_id::check_id(reference, id)?;
        let server = self.server(agent, reference, given)?;
        self.check_log_in(agent, &server, given)?;
        let place = server.place(self, agent, given)?;
        let moved = place.as_ref().and_then(|(_, from)| OtherBaseUrl::of(from));
        let asked = CredentialRequest { agent, server: &server, given, sandbox, moved };
        let credentials = self.credentials(&asked)?;
        self.check_pair(&asked, place.as_ref().map_or("", |(url, _)| url), &credentials)?;
        let choice = Choice { web: without_web(agent, given)?, ask: asks(agent, given)? };
        check_effort(agent, given)?;
        check_servers(agent, given)?;

        let idle = entry.idle.iter().filter(|(name, _)| given.explicit(name).is_some()).cloned().collect::<Vec<_>>();
        let mut set = self.explicit(given);
        set.retain(|name, _| idle.iter().all(|(idle, _)| name != idle));
        // The canonical variable may need another form than the given one.
        set.extend(place.map(|(value, origin)| (Cow::Borrowed(names::BASE_URL), Variable { value, origin })));
        fill(&mut set, names::MODEL, Some((id.to_owned(), Origin::Reference)));
        fill(&mut set, names::ALIAS, given.find(names::ALIAS).map(|(layer, it)| (it.to_owned(), Origin::Given(layer))));
        fill_server(&mut set, agent, &server);
        fill(&mut set, names::API_KEY, credentials.key.clone());
        check_idle(&idle, &set, given, &server)?;
        let acp_model_id = self.told(agent, reference, &server, &set);
        fill_model(&mut set, acp_model_id.as_deref().ok());
        self.pass_on(&mut set, agent, &credentials, given);
        map(&mut set, entry, sandbox, given, choice, |name| {
            self.owned.contains(name) || idle.iter().any(|(idle, _)| name == *idle)
        })?;
        check_values(&set, entry)?;
        if acp_model_id.is_ok() {
            entry.check_files(&Scope::new(&set, agent, sandbox), choice)?;
        }
        let Credentials { login, file: credential_file, .. } = credentials;
        let mut withheld = withheld(&set, given);
        withheld.retain(|name| credential_file.is_none_or(|file| file.content != name.as_str()));
        withheld.retain(|name| idle.iter().all(|(idle, _)| name != idle));
        let used = |set: &Set<'_>| set.get(names::BASE_URL).is_some_and(|it| matches!(it.origin, Origin::Given(_)));
        let unused = (given.find(names::BASE_URL).is_some() && !used(&set)).then_some(names::BASE_URL);
        Ok(Resolution {
            agent,
            server,
            variables: set,
            acp_model_id,
            login,
            credential_file,
            withheld,
            idle,
            unused,
            choice,
        })
    }

    /// The explicit variables of the caller, without those of vendors: these are read when a route uses them, and
    /// change nothing otherwise, in every layer.
    fn explicit(&self, given: &Given) -> Set<'a> {
        let names = given.flags.keys().filter(|name| !self.owned.contains(name.as_str()));
        let set = names.filter_map(|name| Some((name, given.explicit(name)?)));
        set.map(|(name, value)| (Cow::Owned(name.clone()), variable(value, Origin::Given(Layer::Flag)))).collect()
    }

    /// The model id for the agent.
    fn told(&self, agent: &Agent<'_>, reference: &str, server: &Server<'_>, set: &Set<'_>) -> Result<String, Refusal> {
        match (set.get(names::ACP_MODEL), server) {
            (Some(explicit), _) => Ok(explicit.value.clone()),
            (None, Server::Gateway { alias }) => Ok(model_id::told_alias(agent.model.format, alias)),
            (None, Server::Provider(provider, _)) => self.told_by(agent.model.format, provider, reference),
            (None, Server::Family(family)) if set.contains_key(names::BASE_URL) => {
                Ok(model_id::told_with(agent.model.format, family.namespace, reference))
            }
            (None, _) => self.acp_model_id(agent.model.format, reference),
        }
    }

    /// Passes on what the agent reads by itself: the variables of its credential, and those that its entry accepts. A
    /// variable of a provider that does not serve this model is not passed on.
    fn pass_on(&self, set: &mut Set<'a>, agent: &Agent<'a>, credentials: &Credentials<'a>, given: &Given) {
        for (name, value, origin) in &credentials.own {
            fill(set, name, Some((value.clone(), *origin)));
        }
        let others = |name: &str| self.owned.contains(name) && !credentials.used.contains(&name);
        for &name in agent
            .accepts
            .iter()
            .chain([&names::WEB, &names::PERMISSION, &names::EFFORT, &names::MCP])
            .filter(|name| !others(name))
        {
            fill(set, name, given.find(name).map(|(layer, value)| (value.to_owned(), Origin::Given(layer))));
        }
    }
}

/// Refuses every model for an agent that no model server can be given to.
fn check_routable(agent: &Agent<'_>, model: &str) -> Result<(), Refusal> {
    let refused = |reason| Refusal::NotRoutable { agent: agent.name.to_owned(), model: model.to_owned(), reason };
    agent.model_refusal().map_or(Ok(()), |reason| Err(refused(reason)))
}

/// Refuses a base URL in a variable that nothing of the agent reads: the key would be sent to another server.
fn check_idle(idle: &[(&str, String)], set: &Set<'_>, given: &Given, server: &Server<'_>) -> Result<(), Refusal> {
    let Some(key) = set.get(names::API_KEY) else { return Ok(()) };
    let place = set.get(names::BASE_URL).map_or("", |it| it.value.as_str());
    let elsewhere = |name| given.explicit(name).is_some_and(|url| !same_place(url, place));
    match idle.iter().find(|(name, source)| source == names::BASE_URL && elsewhere(name)) {
        Some((variable, _)) => Err(Refusal::DroppedBaseUrl {
            variable: (*variable).to_owned(),
            key: if let Origin::Copied(_, key) = key.origin { key } else { names::API_KEY }.to_owned(),
            server: server.name().to_owned(),
        }),
        None => Ok(()),
    }
}

fn variable<'a>(value: &str, origin: Origin<'a>) -> Variable<'a> {
    Variable { value: value.to_owned(), origin }
}

/// Sets a variable that is not set yet.
fn fill<'a>(set: &mut Set<'a>, name: &'a str, value: Option<(String, Origin<'a>)>) {
    if let Some((value, origin)) = value {
        set.entry(Cow::Borrowed(name)).or_insert(Variable { value, origin });
    }
}

/// Sets the canonical variables about the server, except its base URL and key.
fn fill_server<'a>(set: &mut Set<'a>, agent: &Agent<'_>, server: &Server<'a>) {
    match server {
        Server::Provider(provider, _) => {
            fill(set, names::PROVIDER, Some((provider.name.to_owned(), Origin::Registry)));
            fill(set, names::MODELS, models(provider).map(|text| (text, Origin::Registry)));
        }
        Server::Gateway { alias } => fill(set, names::ALIAS, Some((alias.clone(), Origin::Reference))),
        // With another base URL, the agent's file registers the vendor as a provider.
        Server::Family(family) if set.contains_key(names::BASE_URL) => {
            fill(set, names::PROVIDER, Some((family.namespace.to_owned(), Origin::Registry)));
        }
        Server::Family(_) | Server::Named => {}
    }
    if set.contains_key(names::BASE_URL) {
        let origin = if matches!(server, Server::Provider(..)) { Origin::Registry } else { Origin::Default };
        fill(set, names::PROTOCOL, server.protocol(agent).map(|it| (it.id().to_owned(), origin)));
    }
}

/// The facts about a model, as in the variable.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModelFacts<'a> {
    id: &'a str,
    context_window: u32,
    max_tokens: u32,
    reasoning: bool,
    input: &'a [&'a str],
}

/// The facts about a provider's models.
fn models(provider: &Provider<'_>) -> Option<String> {
    let known = provider.models.iter().map(|it| {
        let ModelRecord { id, context_window, max_tokens, reasoning, input } = *it;
        ModelFacts { id, context_window, max_tokens, reasoning, input }
    });
    (!provider.models.is_empty()).then(|| json(&known.collect::<Vec<_>>()))
}

fn fill_model(set: &mut Set<'_>, told: Option<&str>) {
    let Some(told) = told else { return };
    let (provider, name) = told.split_once('/').unwrap_or(("", told));
    fill(set, names::ACP_MODEL, Some((told.to_owned(), Origin::Reference)));
    fill(set, names::ACP_MODEL_NAME, Some((name.to_owned(), Origin::Reference)));
    if !provider.is_empty() {
        fill(set, names::ACP_MODEL_PROVIDER, Some((provider.to_owned(), Origin::Reference)));
    }
}

/// How much of the web the run does without; refused when no test shows that the policy works.
fn without_web(agent: &Agent<'_>, given: &Given) -> Result<WithoutWeb, Refusal> {
    let web = WithoutWeb::of(given.find(names::WEB).map_or("", |(_, value)| value));
    match agent.refusal_without(web) {
        Some(reason) => Err(Refusal::WebPolicy { agent: agent.name.to_owned(), web, reason }),
        None => Ok(web),
    }
}

/// Whether tools are to ask; refused where nothing shows that they would.
fn asks(agent: &Agent<'_>, given: &Given) -> Result<bool, Refusal> {
    let Some((_, value)) = given.find(names::PERMISSION) else { return Ok(false) };
    let reason = match value {
        Permission::ASK => agent.ask_refusal(),
        _ => Some(format!("its one value is `{}`", Permission::ASK)),
    };
    match reason {
        None => Ok(true),
        Some(reason) => Err(not_offered(agent, names::PERMISSION, reason)),
    }
}

/// Refuses a level of effort that the agent does not take: it would run with another one under this name.
fn check_effort(agent: &Agent<'_>, given: &Given) -> Result<(), Refusal> {
    let Some((_, level)) = given.find(names::EFFORT) else { return Ok(()) };
    if agent.effort.is_some_and(|it| it.levels().contains(&level)) {
        return Ok(());
    }
    Err(not_offered(agent, names::EFFORT, agent.effort_refusal()))
}

fn not_offered(agent: &Agent<'_>, variable: &str, reason: String) -> Refusal {
    Refusal::NotOffered { agent: agent.name.to_owned(), variable: variable.to_owned(), reason }
}

/// Sets the agent's own variables from the others. They replace inherited variables, but not explicit ones; a policy
/// replaces both.
fn map<'a>(
    set: &mut Set<'a>,
    entry: &Entry<'a>,
    sandbox: &Sandbox,
    given: &Given,
    choice: Choice,
    passed_over: impl Fn(&str) -> bool,
) -> Result<(), Refusal> {
    let agent = entry.agent;
    let mut explicit = Vec::new();
    let unasked = entry.permission.iter().filter(|_| !choice.ask);
    for mapping in entry.mappings.iter().chain(unasked) {
        let given = given.explicit(mapping.0).filter(|_| !passed_over(mapping.0));
        match (given, &mapping.1) {
            (None, _) => set_mapping(set, mapping, agent, sandbox)?,
            (Some(url), Some(Value::Variable(name))) if name == names::BASE_URL => {
                explicit.push(mapping.0);
                set.insert(
                    Cow::Borrowed(mapping.0),
                    variable(&formed(url, agent.base_url), Origin::Given(Layer::Flag)),
                );
            }
            (Some(_), _) => explicit.push(mapping.0),
        }
    }
    for off in agent.switches_without(choice.web) {
        if let Off::Unset(names) = off {
            names.iter().for_each(|name| drop(set.remove(*name)));
        }
    }
    for mapping in of_policy(&entry.policies, choice.web) {
        set.remove(mapping.0);
        set_mapping(set, mapping, agent, sandbox)?;
    }
    let explicit = (!explicit.is_empty()).then(|| (explicit.join(" "), Origin::Mapping));
    fill(set, names::EXPLICIT, explicit);
    Ok(())
}

/// Refuses a URL, an id or a key that the launcher would refuse, under the name in which it was given.
fn check_values(set: &Set<'_>, entry: &Entry<'_>) -> Result<(), Refusal> {
    let checked = |name: &str| canonical(name).is_some() || entry.agent.own_variables().any(|own| own == name);
    let faulty = |(name, it): (&Cow<'_, str>, &Variable<'_>)| {
        let reason = VariableKind::of(name).fault(&it.value).filter(|_| checked(name))?;
        let given = if let Origin::Copied(_, from) = it.origin { from.to_owned() } else { name.to_string() };
        // A value that a mapping copies is reported under the name of its source.
        Some((it.origin == Origin::Mapping, given, reason))
    };
    if let Some((_, variable, reason)) = set.iter().filter_map(faulty).min_by_key(|(repeated, ..)| *repeated) {
        return Err(Refusal::UnsafeValue { variable, reason });
    }
    let Some(id) = set.get(names::ACP_MODEL) else { return Ok(()) };
    match entry.agent.model.refuses.iter().find(|text| id.value.contains(**text)) {
        Some(text) => Err(Refusal::RefusedModelId {
            agent: entry.agent.name.to_owned(),
            variable: names::ACP_MODEL.to_owned(),
            text: (*text).to_owned(),
        }),
        None => Ok(()),
    }
}

fn set_mapping<'a>(
    set: &mut Set<'a>,
    (name, value): &Read<'a>,
    agent: &Agent<'_>,
    sandbox: &Sandbox,
) -> Result<(), Refusal> {
    let broken = || Refusal::BrokenEntry { place: format!("env: {name}") };
    let value = value.as_ref().ok_or_else(broken)?;
    if let Some(value) = Scope::new(set, agent, sandbox).text(value)? {
        set.insert(Cow::Borrowed(name), Variable { value, origin: Origin::Mapping });
    }
    Ok(())
}

/// Variables that the caller gave and the agent does not get in any form.
fn withheld(set: &Set<'_>, given: &Given) -> Vec<String> {
    let copied = |name: &str| set.values().any(|it| matches!(it.origin, Origin::Copied(_, from) if from == name));
    let kept = |name: &String| set.contains_key(name.as_str()) || copied(name);
    given.flags.keys().filter(|name| !kept(name) && given.explicit(name).is_some()).cloned().collect()
}
