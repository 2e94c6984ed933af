//! An agent as data for people and programs: what `list` and `show` print.

use registry_core::model::{
    Agent, Artefact, BaseUrlForm, Info, Lock, LoginSource, Off, Proof, ProxyMode, Runs, Target,
};
use registry_core::template::Template;
use serde_json::{Value, json};

/// The word for an agent's web policy.
pub(crate) fn web_word(agent: &Agent<'_>) -> &'static str {
    agent.web.map_or("none", |web| web.words())
}

/// The targets that an agent can be installed on.
pub(crate) fn targets(agent: &Agent<'_>) -> Vec<Target> {
    Target::ALL.into_iter().filter(|&target| agent.refused_on(target).is_none()).collect()
}

/// What the table shows of an agent.
pub(crate) fn short(agent: &Agent<'_>) -> Value {
    json!({
        "name": agent.name,
        "aliases": agent.aliases,
        "summary": agent.summary(),
        "protocols": agent.protocols.iter().map(|it| it.id()).collect::<Vec<_>>(),
        "platforms": targets(agent).into_iter().map(Target::id).collect::<Vec<_>>(),
        "web": web_word(agent),
    })
}

/// All of an agent. The order of the keys is the alphabet's.
pub(crate) fn whole(agent: &Agent<'_>) -> Value {
    let mut facts = short(agent);
    let rest = json!({
        "description": agent.description,
        "install": agent.install.iter().map(artefact).collect::<Vec<_>>(),
        "install_timeout": agent.install_timeout,
        "runs": match agent.runs { Runs::Node => "node", Runs::Native => "native", Runs::Python => "python" },
        "node_floor": agent.node_floor.map(|it| it.to_string()),
        "launch": agent.launch.iter().copied().map(template).collect::<Vec<_>>(),
        "beside": agent.beside.map(|it| json!({
            "argv": it.argv.iter().copied().map(template).collect::<Vec<_>>(), "within": it.within,
        })),
        "proof": agent.proof.iter().map(proof).collect::<Vec<_>>(),
        "handshake": handshake(agent),
        "model": model(agent),
        "env": mappings(agent.env),
        "accepts": agent.accepts,
        "base_url": match agent.base_url {
            BaseUrlForm::AsGiven => "as given", BaseUrlForm::WithV1 => "with /v1", BaseUrlForm::WithoutV1 => "without /v1",
        },
        "config": agent.config.iter().map(|it| json!({
            "path": it.path, "format": word(&it.format), "owner": word(&it.owner), "body": template(it.body),
        })).collect::<Vec<_>>(),
        "references": agent.references.map(|it| json!({"form": it.form, "semantics": word(&it.semantics)})),
        "web_tools": agent.web.map(|it| it.tools()),
        "web_off": agent.web_switches().iter().map(off).collect::<Vec<_>>(),
        "web_reason": agent.web.map(|it| it.reason()).filter(|it| !it.is_empty()),
        "home": agent.home,
        "skills": agent.skills,
        "login": agent.login.iter().map(|it| json!({
            "source": match it.source { LoginSource::Files(files) => json!(files), LoginSource::Variable(name) => json!(name) },
            "instead_of": it.instead_of, "own_endpoint_only": it.own_endpoint_only,
        })).collect::<Vec<_>>(),
        "hosts": agent.hosts.iter().map(|it| json!({
            "name": it.name, "off": mappings(it.off), "reason": it.reason,
        })).collect::<Vec<_>>(),
        "suite": agent.suite.map(|it| json!({
            "provider": it.model.provider, "model": it.model.id, "usage_tracking": it.usage_tracking,
        })),
        "allow": agent.allow.iter().map(|it| json!({"rule": it.code, "reason": it.reason})).collect::<Vec<_>>(),
        "lock": lock(agent),
    });
    if let (Some(facts), Value::Object(rest)) = (facts.as_object_mut(), rest) {
        facts.extend(rest);
    }
    facts
}

fn artefact(artefact: &Artefact<'_>) -> Value {
    match artefact {
        Artefact::Npm(it) => json!({"npm": it.package, "bin": it.bin, "postinstall": it.postinstall}),
        Artefact::Pypi(it) => json!({"pypi": it.package, "bin": it.bin, "python": it.python}),
        Artefact::Archive(it) => json!({"archive": it.bin, "downloads": it.downloads.iter().map(|it| json!({
            "target": it.target.id(), "url": it.url, "sha256": it.sha256,
        })).collect::<Vec<_>>()}),
        Artefact::Git(it) => json!({"git": it.url, "commit": it.commit, "bin": it.bin}),
        Artefact::Program(it) => json!({"program": it.name, "bytes": it.text.len()}),
        Artefact::Sh(it) => json!({"sh": it.script, "writes": it.writes, "needs": it.needs, "bin": it.bin}),
    }
}

fn proof(proof: &Proof<'_>) -> Value {
    match proof {
        Proof::Acp => json!("acp"),
        Proof::Version { bin, args, output } => json!({"version": bin, "args": args, "output": output}),
    }
}

fn handshake(agent: &Agent<'_>) -> Value {
    let handshake = agent.handshake;
    let info = match handshake.info {
        Info::Fields { name, title, version_is_pinned } => {
            json!({"name": name, "title": title, "version_is_pinned": version_is_pinned})
        }
        Info::None(reason) => json!({"none": reason}),
    };
    json!({"info": info, "env": mappings(handshake.env), "session": word(&handshake.session), "exit": word(&handshake.exit)})
}

fn model(agent: &Agent<'_>) -> Value {
    let proxy = match agent.model.proxy {
        ProxyMode::AsIs => "as is".to_owned(),
        ProxyMode::RegisterProvider => "register provider".to_owned(),
        ProxyMode::Unsupported(why) => format!("unsupported: {why}"),
    };
    json!({"format": agent.model.format.id(), "via": agent.model.via.words(), "proxy": proxy})
}

fn mappings(mappings: &[registry_core::model::Mapping<'_>]) -> Value {
    mappings.iter().map(|it| (it.name.to_owned(), template(it.value))).collect::<serde_json::Map<_, _>>().into()
}

fn off(off: &Off<'_>) -> Value {
    match off {
        Off::File { path, body, .. } => json!({"file": path, "body": template(*body)}),
        Off::Env(variables) => json!({"env": mappings(variables)}),
        Off::Argv(words) => json!({"argv": words}),
        Off::Unset(names) => json!({"unset": names}),
    }
}

/// The encoded form of a value is JSON already.
fn template(template: Template<'_>) -> Value {
    serde_json::from_str(template.0).unwrap_or_else(|_| json!(template.0))
}

fn lock(agent: &Agent<'_>) -> Value {
    match Lock::parse(agent.lock) {
        Err(_) if agent.lock.is_empty() => Value::Null,
        Err(error) => json!({"error": error.to_string()}),
        Ok(lock) => json!({
            "packages": lock.packages.iter().map(|it| json!({
                "ecosystem": it.ecosystem, "name": it.name, "version": it.version, "integrity": it.integrity,
            })).collect::<Vec<_>>(),
            "npm_tree": lock.npm.len(),
            "python_files": lock.wheels.len(),
            "unavailable": lock.unavailable.iter().map(|it| json!({
                "target": it.target.map(Target::id), "date": it.date, "reason": it.reason,
            })).collect::<Vec<_>>(),
        }),
    }
}

/// The word of an enumeration of the model.
fn word(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}
