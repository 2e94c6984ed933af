//! An agent as the rules read it: its templates with their places and purposes, and its lock.

use crate::model::{Agent, ConfigFile, Hosted, Lock, Mapping, Off, UnreadableLock};
use crate::place::{Field, Part, Place};
use crate::template::{Template, Value};
use crate::variables::{canonical, shell_variable};

/// Whether a missing lock is an error: it is not while the lock is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockUse {
    /// The lock must be there and fit.
    Required,
    /// There may be none yet.
    Optional,
}

/// An agent with what the rules read of it more than once.
pub(crate) struct Subject<'a> {
    /// The agent.
    pub agent: &'a Agent<'a>,
    /// Its lock; none when the entry names no package or the lock is left out on purpose.
    pub lock: Option<Result<Lock<'a>, UnreadableLock>>,
    /// Every template, with its place and what it is for.
    pub templates: Vec<Located<'a>>,
}

/// A template of an agent.
pub(crate) struct Located<'a> {
    /// Its place.
    pub place: Place,
    /// What it is for.
    pub channel: Channel<'a>,
    /// Its value; `None` when a constant written by hand is not an encoded value.
    pub value: Option<Value<'a>>,
}

/// What a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel<'a> {
    /// A variable of the agent.
    Env(&'a str),
    /// A word of an argument vector.
    Argv,
    /// A file that is written at launch, by its index.
    Config(usize),
    /// A file of the web policy, or of the permission.
    OffFile,
    /// A variable of the web policy, of the permission, of a host's switch or of the handshake: set, but not routed.
    Switch(&'a str),
}

impl<'a> Subject<'a> {
    pub(crate) fn new(agent: &'a Agent<'a>, lock: LockUse) -> Self {
        let needs_lock = agent.install.iter().any(|artefact| artefact.package().is_some());
        let lock = (needs_lock && lock == LockUse::Required).then(|| agent.read_lock());
        Self { agent, lock, templates: templates(agent) }
    }

    /// Whether a variable is canonical or accepted.
    pub(crate) fn knows(&self, name: &str) -> bool {
        canonical(name).is_some() || self.agent.accepts.contains(&name)
    }

    /// Whether a value names a variable that is neither canonical nor accepted, or names one in a text.
    pub(crate) fn has_unknown_variable(&self) -> bool {
        let mut unknown = false;
        self.visit_values(&mut |_, _, value| match value {
            Value::Variable(name) | Value::Uint(name) | Value::Reference(name) => unknown |= !self.knows(name),
            Value::Text(text) => unknown |= shell_variable(text, |name| self.knows(name)).is_some(),
            _ => {}
        });
        unknown
    }

    /// The value of the template at a place.
    pub(crate) fn value_at(&self, place: Place) -> Option<&Value<'a>> {
        self.templates.iter().find(|located| located.place == place).and_then(|located| located.value.as_ref())
    }

    /// The file of `config` that a template is the body of.
    pub(crate) fn file(&self, channel: Channel<'_>) -> Option<&ConfigFile<'a>> {
        match channel {
            Channel::Config(index) => self.agent.config.get(index),
            Channel::Env(_) | Channel::Argv | Channel::OffFile | Channel::Switch(_) => None,
        }
    }

    /// The values of one kind of channel, with the place of each.
    pub(crate) fn visit_values(&self, visit: &mut dyn FnMut(&Located<'a>, Place, &Value<'_>)) {
        for located in &self.templates {
            let Some(value) = &located.value else { continue };
            value.visit(&mut |node, value| visit(located, located.place.node(node), value));
        }
    }
}

/// The switches of the web policy, of the hosted tools and of the permission, each with its place.
pub(crate) fn switches<'a>(agent: &Agent<'a>) -> impl Iterator<Item = (Place, &'a Off<'a>)> {
    let of = |field: Field, list: &'a [Off<'a>]| {
        list.iter().enumerate().map(move |(index, off)| (Place::field(field).part(Part::Off(index)), off))
    };
    let hosted = match agent.hosted {
        Some(Hosted::Some { off, .. }) => off,
        _ => &[],
    };
    let web = of(Field::Web, agent.web_switches()).chain(of(Field::Hosted, hosted));
    web.chain(of(Field::Permission, agent.permission_switches()))
}

/// All templates of an agent, in the order of its fields.
fn templates<'a>(agent: &'a Agent<'a>) -> Vec<Located<'a>> {
    let mut all = Vec::new();
    let mut add = |place: Place, channel: Channel<'a>, template: Template<'a>| {
        all.push(Located { place, channel, value: template.value() });
    };
    for (index, &word) in agent.launch.iter().enumerate() {
        add(Place::field(Field::Launch).item(index), Channel::Argv, word);
    }
    for (index, &word) in agent.beside.iter().flat_map(|beside| beside.argv).enumerate() {
        add(Place::field(Field::Beside).item(index), Channel::Argv, word);
    }
    let value = |field: Field, index: usize| Place::field(field).item(index).part(Part::Value);
    for (index, mapping) in agent.handshake.env.iter().enumerate() {
        add(value(Field::Handshake, index), Channel::Switch(mapping.name), mapping.value);
    }
    for (index, mapping) in agent.env.iter().enumerate() {
        add(value(Field::Env, index), Channel::Env(mapping.name), mapping.value);
    }
    for (index, file) in agent.config.iter().enumerate() {
        add(value(Field::Config, index), Channel::Config(index), file.body);
    }
    for (place, off) in switches(agent) {
        match off {
            Off::File { body, .. } => add(place, Channel::OffFile, *body),
            Off::Env(mappings) => {
                for (nth, Mapping { name, value }) in mappings.iter().enumerate() {
                    add(place.item(nth), Channel::Switch(name), *value);
                }
            }
            Off::Argv(_) | Off::Unset(_) => {}
        }
    }
    for (index, host) in agent.hosts.iter().enumerate() {
        for (nth, mapping) in host.off.iter().enumerate() {
            let place = Place::field(Field::Hosts).item(index).part(Part::Nth(nth));
            add(place, Channel::Switch(mapping.name), mapping.value);
        }
    }
    all
}
