//! Checks that the compiler runs on a whole registry: constant functions whose panic is the error.
//!
//! The macros call them with the span of the words they are about, so that rustc underlines those.

use crate::model::{Agent, Family, ModelIdFormat, Protocol, Provider, Registry};

/// The providers and families that entries may refer to.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The providers, in order of precedence.
    providers: &'a [&'a Provider<'a>],
    /// The families, in order of precedence.
    families: &'a [&'a Family<'a>],
    /// The registry whose providers and families come after them.
    extends: Option<&'a Registry<'a>>,
    /// The protocols that one of them serves, a bit each: every agent asks.
    protocols: u32,
}

impl<'a> Listed<'a> {
    /// Providers and families in order of precedence; those of the registry that is extended come after them.
    pub const fn new(
        providers: &'a [&'a Provider<'a>],
        families: &'a [&'a Family<'a>],
        extends: Option<&'a Registry<'a>>,
    ) -> Self {
        let mut listed = Self { providers, families, extends, protocols: 0 };
        listed.protocols = listed.endpoints() | listed.family_protocols();
        if let Some(base) = listed.base() {
            listed.protocols |= base.protocols;
        }
        listed
    }

    /// The providers and families of a registry.
    pub const fn of(registry: &Registry<'a>) -> Self {
        Self::new(registry.providers, registry.families, registry.extends)
    }

    /// The providers and families of the registry that is extended.
    const fn base(&self) -> Option<Self> {
        match self.extends {
            Some(registry) => Some(Listed::of(registry)),
            None => None,
        }
    }

    /// Whether a model id resolves to an id in a format: the same result as in routing, without the id itself.
    pub const fn yields_model_id(&self, format: ModelIdFormat, id: &str) -> bool {
        !id.is_empty() && (yields_alone(format, id) || self.knows(id))
    }

    /// Whether some provider or family serves a model.
    const fn knows(&self, id: &str) -> bool {
        self.owned_by_provider(id) || self.times_listed(id) == 1 || self.in_family(id)
    }

    const fn owned_by_provider(&self, id: &str) -> bool {
        let mut rest = self.providers;
        while let Some((provider, others)) = rest.split_first() {
            if owns(provider, id) {
                return true;
            }
            rest = others;
        }
        match self.base() {
            Some(base) => base.owned_by_provider(id),
            None => false,
        }
    }

    const fn times_listed(&self, id: &str) -> usize {
        let mut count = 0;
        let mut rest = self.providers;
        while let Some((provider, others)) = rest.split_first() {
            let mut models = provider.models;
            while let Some((model, more)) = models.split_first() {
                if identical(model.id.as_bytes(), id.as_bytes()) {
                    count += 1;
                }
                models = more;
            }
            rest = others;
        }
        match self.base() {
            Some(base) => count + base.times_listed(id),
            None => count,
        }
    }

    const fn in_family(&self, id: &str) -> bool {
        let mut rest = self.families;
        while let Some((family, others)) = rest.split_first() {
            if holds_any(id, family.tokens) {
                return true;
            }
            rest = others;
        }
        match self.base() {
            Some(base) => base.in_family(id),
            None => false,
        }
    }

    /// Whether the model of an agent's suite is served to it: by any provider through the gateway, which serves every
    /// protocol, and over a protocol of its own without usage tracking.
    pub const fn serves_suite(&self, agent: &Agent<'_>) -> bool {
        let Some(suite) = agent.suite else { return true };
        let serving = self.serving(suite.model.provider, suite.model.id);
        if suite.usage_tracking { serving != 0 } else { serving & protocols(agent.protocols) != 0 }
    }

    /// The protocols over which a model is served: by the provider that is named, by the one that owns or lists the id,
    /// or by the vendor of its family.
    const fn serving(&self, provider: &str, id: &str) -> u32 {
        if !provider.is_empty() {
            return self.of_providers(provider, "", "");
        }
        if contains(id.as_bytes(), b"/") {
            return 0;
        }
        let owned = self.of_providers("", id, "");
        if owned != 0 {
            return owned;
        }
        let listed = if self.times_listed(id) == 1 { self.of_providers("", "", id) } else { 0 };
        if listed != 0 { listed } else { self.of_families(id) }
    }

    /// The protocols of the providers that have a name, own an id, or list one; an empty string matches none.
    const fn of_providers(&self, name: &str, owned: &str, listed: &str) -> u32 {
        let mut protocols = 0;
        let mut rest = self.providers;
        while let Some((provider, others)) = rest.split_first() {
            let named = !name.is_empty() && identical(provider.name.as_bytes(), name.as_bytes());
            if named || (!owned.is_empty() && owns(provider, owned)) || (!listed.is_empty() && lists(provider, listed))
            {
                protocols |= endpoints(provider);
            }
            rest = others;
        }
        match self.base() {
            Some(base) => protocols | base.of_providers(name, owned, listed),
            None => protocols,
        }
    }

    /// The protocols of the first family that serves an id.
    const fn of_families(&self, id: &str) -> u32 {
        let mut rest = self.families;
        while let Some((family, others)) = rest.split_first() {
            if holds_any(id, family.tokens) {
                return if holds_any(id, family.excludes) { 0 } else { protocols(family.protocols) };
            }
            rest = others;
        }
        match self.base() {
            Some(base) => base.of_families(id),
            None => 0,
        }
    }

    /// The protocols of the providers' endpoints.
    const fn endpoints(&self) -> u32 {
        let mut protocols = 0;
        let mut rest = self.providers;
        while let Some((provider, others)) = rest.split_first() {
            protocols |= endpoints(provider);
            rest = others;
        }
        protocols
    }

    /// The protocols of the families.
    const fn family_protocols(&self) -> u32 {
        let mut all = 0;
        let mut rest = self.families;
        while let Some((family, others)) = rest.split_first() {
            all |= protocols(family.protocols);
            rest = others;
        }
        all
    }
}

/// The protocols of a provider's endpoints.
const fn endpoints(provider: &Provider<'_>) -> u32 {
    let mut protocols = 0;
    let mut rest = provider.endpoints;
    while let Some((endpoint, more)) = rest.split_first() {
        protocols |= bit(endpoint.protocol);
        rest = more;
    }
    protocols
}

const fn protocols(list: &[Protocol]) -> u32 {
    let mut protocols = 0;
    let mut rest = list;
    while let Some((protocol, more)) = rest.split_first() {
        protocols |= bit(*protocol);
        rest = more;
    }
    protocols
}

/// Whether a provider owns a family whose word an id begins with.
const fn owns(provider: &Provider<'_>, id: &str) -> bool {
    let mut tokens = provider.families;
    while let Some((token, more)) = tokens.split_first() {
        if begins_with_family(id, token) {
            return true;
        }
        tokens = more;
    }
    false
}

/// Whether a provider lists a model of exactly this id.
const fn lists(provider: &Provider<'_>, id: &str) -> bool {
    let mut models = provider.models;
    while let Some((model, more)) = models.split_first() {
        if identical(model.id.as_bytes(), id.as_bytes()) {
            return true;
        }
        models = more;
    }
    false
}

/// Whether an id contains a word of a list.
const fn holds_any(id: &str, words: &[&str]) -> bool {
    let mut rest = words;
    while let Some((word, more)) = rest.split_first() {
        if contains_word(id, word) {
            return true;
        }
        rest = more;
    }
    false
}

/// Whether a model id resolves to an id in a format for every registry: then the compiler does not check the providers.
pub const fn yields_alone(format: ModelIdFormat, id: &str) -> bool {
    match format {
        ModelIdFormat::Bare | ModelIdFormat::RegisteredProvider => !id.is_empty(),
        ModelIdFormat::ModelsDev => contains(id.as_bytes(), b"/"),
    }
}

const fn bit(protocol: Protocol) -> u32 {
    1 << protocol as u32
}

/// A message that is put together while the compiler evaluates a constant.
struct Message {
    bytes: [u8; 512],
    length: usize,
}

impl Message {
    const fn new() -> Self {
        Self { bytes: [0; 512], length: 0 }
    }

    /// Appends a string; if it does not fit, the whole message is replaced.
    const fn text(mut self, text: &str) -> Self {
        let mut from = text.as_bytes();
        let (_, mut to) = self.bytes.split_at_mut(self.length);
        while let (Some((byte, more)), Some((slot, room))) = (from.split_first(), to.split_first_mut()) {
            *slot = *byte;
            self.length += 1;
            from = more;
            to = room;
        }
        self
    }

    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "the names in this message are too long to be printed",
        }
    }
}

/// M001: the model of an agent's suite resolves to a model id, and is served to it.
///
/// # Panics
///
/// When the check fails: while the compiler evaluates a constant, a panic is its error.
#[track_caller]
#[expect(clippy::panic, reason = "a panic while the compiler evaluates a constant is its error")]
pub const fn suite_model(listed: &Listed<'_>, agent: &Agent<'_>) {
    let Some(suite) = agent.suite else { return };
    let id = suite.model.id;
    if !listed.yields_model_id(agent.model.format, id) {
        let message = Message::new().text("`").text(id).text("` does not resolve to a model id for `").text(agent.name);
        let help = "` [M001]\nhelp: name a model of a registered provider or of a known family";
        panic!("{}", message.text(help).as_str());
    }
    if !listed.serves_suite(agent) {
        let message = Message::new().text("no provider or family serves `").text(id).text("` to `").text(agent.name);
        let help =
            "` [M001]\nhelp: name a model of a registered provider or of a known family, over a protocol of the agent";
        panic!("{}", message.text(help).as_str());
    }
}

/// E005: some provider or family serves the protocol.
///
/// # Panics
///
/// When the check fails: while the compiler evaluates a constant, a panic is its error.
#[track_caller]
#[expect(clippy::panic, reason = "a panic while the compiler evaluates a constant is its error")]
pub const fn served(listed: &Listed<'_>, protocol: Protocol, agent: &str) {
    if listed.protocols & bit(protocol) != 0 {
        return;
    }
    let message = Message::new().text("no provider or family of this registry serves `").text(protocol.word());
    let message = message.text("`, which `").text(agent);
    let help = "` speaks [E005]\nhelp: register one that does, or extend a registry that has it";
    panic!("{}", message.text(help).as_str());
}

/// N002: no name of an agent is one of a registry that is extended.
///
/// # Panics
///
/// When the check fails: while the compiler evaluates a constant, a panic is its error.
#[track_caller]
pub const fn name_is_new(agent: &Agent<'_>, base: &Registry<'_>) {
    let mut agents = base.agents;
    while let Some((other, more)) = agents.split_first() {
        refuse_shared(agent.name, other);
        let mut aliases = agent.aliases;
        while let Some((alias, rest)) = aliases.split_first() {
            refuse_shared(alias, other);
            aliases = rest;
        }
        agents = more;
    }
    if let Some(base) = base.extends {
        name_is_new(agent, base);
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "a panic while the compiler evaluates a constant is its error")]
const fn refuse_shared(name: &str, other: &Agent<'_>) {
    if !same(name, other.name) && !one_of(name, other.aliases) {
        return;
    }
    let message = Message::new().text("`").text(name).text("` is a name of `").text(other.name);
    let help =
        "` in the extended registry [N002]\nhelp: choose another name; `cargo xtask list` prints the names in use";
    panic!("{}", message.text(help).as_str());
}

const fn one_of(word: &str, words: &[&str]) -> bool {
    let mut rest = words;
    while let Some((first, more)) = rest.split_first() {
        if same(first, word) {
            return true;
        }
        rest = more;
    }
    false
}

const fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && matches_at(a.as_bytes(), 0, b.as_bytes())
}

/// Whether two texts are the same, case included: a model's id is what goes over the wire.
const fn identical(a: &[u8], b: &[u8]) -> bool {
    match (a.split_first(), b.split_first()) {
        (Some((x, a)), Some((y, b))) => *x == *y && identical(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// Whether a string contains another at a byte offset, ignoring case.
///
/// The compiler evaluates this for every agent, and a call costs it more than a loop does.
#[expect(clippy::indexing_slicing, reason = "the length is asked first, and `get` would be a call for each byte")]
const fn matches_at(text: &[u8], from: usize, part: &[u8]) -> bool {
    if text.len() - from < part.len() {
        return false;
    }
    let mut at = 0;
    while at < part.len() {
        let byte = text[from + at];
        if byte != part[at] && !byte.eq_ignore_ascii_case(&part[at]) {
            return false;
        }
        at += 1;
    }
    true
}

const fn contains(text: &[u8], part: &[u8]) -> bool {
    let mut from = 0;
    while from <= text.len() {
        if matches_at(text, from, part) {
            return true;
        }
        from += 1;
    }
    false
}

/// Whether an id contains a family's lower-case word, ignoring case.
pub const fn contains_word(id: &str, word: &str) -> bool {
    contains(id.as_bytes(), word.as_bytes())
}

/// Whether an id begins with a family's word, followed by its end or a character that is not a letter.
pub const fn begins_with_family(id: &str, token: &str) -> bool {
    if !matches_at(id.as_bytes(), 0, token.as_bytes()) {
        return false;
    }
    let (_, rest) = id.as_bytes().split_at(token.len());
    match rest.first() {
        // Every character outside ASCII counts as a letter.
        Some(next) => !next.is_ascii_alphabetic() && next.is_ascii(),
        None => true,
    }
}
