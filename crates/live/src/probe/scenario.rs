//! The runs of an agent, and what routing says for each: nothing of routing is written here a second time.

use registry_model::model::{Agent, Credential, Effort, Family, Mcp, Permission, Provider, Registry, WithoutWeb};
use registry_routing::{Entry, Given, Router, Sandbox, Variables};
use serde_json::Value;

use super::dns_server::Network;

/// How the agent reaches the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// By a provider, or by the vendor of a family at another place.
    Direct,
    /// By a gateway, under an alias.
    Proxy,
}

/// The role of the model server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// A server of some name, over TLS of a private CA.
    Tls,
    /// A server on loopback, over plain HTTP.
    Loopback,
}

/// How the web is turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Web {
    /// It is not: the control.
    On,
    /// By root, before the launch.
    Policy,
    /// By the launcher alone, from a variable.
    Variable,
    /// Its hosted tools alone, by the launcher from the same variable.
    Hosted,
}

/// Whether tools are to ask before they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// As in every run without another choice.
    No,
    /// By the variable of the launcher.
    Yes,
}

/// Which level of effort a run sets, if the entry lists levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// Nothing is said of it.
    AsItIs,
    /// By the lowest level.
    Least,
    /// By the highest one.
    Most,
}

/// Whether the client passes MCP servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Servers {
    /// As most runs.
    Without,
    /// One for each transport that the entry lists.
    With,
}

/// What a run does with its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// It sends prompts.
    Prompts,
    /// It also cancels a turn, and opens the session again.
    Lifecycle,
}

/// How the model server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// As a model does.
    Model,
    /// That the key is none: what agents then say of their errors must not show it.
    Denial,
    /// With what no client can read.
    Garbage,
}

impl Answers {
    /// The word of the server's plan.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Model => "dialogue",
            Self::Denial => "refuse_401",
            Self::Garbage => "garbage",
        }
    }
}

/// What is in the given values, beside what is in them in any run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Values {
    /// The whole key; empty for one of the run's own.
    pub(crate) key: &'static str,
    /// The end of the model id.
    pub(crate) model: &'static str,
    /// The last folder of the base URL; empty for none.
    pub(crate) path: &'static str,
}

impl Values {
    /// Nothing that could break anything.
    pub(crate) const HARMLESS: Self = Self { key: "", model: "", path: "" };
}

/// A run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) mode: Mode,
    pub(crate) wire: Wire,
    pub(crate) web: Web,
    pub(crate) network: Network,
    pub(crate) answers: Answers,
    pub(crate) values: Values,
    pub(crate) ask: Ask,
    pub(crate) thinking: Thinking,
    pub(crate) servers: Servers,
    pub(crate) course: Course,
}

/// All runs. Those without the web are the same as the first two but for that, so each has its control.
///
/// Levels of effort are set in runs that exist for other questions. Directly, the lowest
/// level is compared with the highest; through the gateway, a run without a level is compared with the highest.
pub(crate) const SCENARIOS: [Scenario; 14] = [
    DIRECT,
    Scenario { name: "proxy", mode: Mode::Proxy, ..DIRECT },
    Scenario { name: "direct-loopback", wire: Wire::Loopback, ..DIRECT },
    Scenario { name: "proxy-loopback", mode: Mode::Proxy, wire: Wire::Loopback, thinking: Thinking::Most, ..DIRECT },
    Scenario { name: "policy", web: Web::Policy, ..DIRECT },
    Scenario { name: "variable", mode: Mode::Proxy, web: Web::Variable, ..DIRECT },
    Scenario { name: "hosted", web: Web::Hosted, ..DIRECT },
    Scenario { name: "refusing", network: Network::Refusing, thinking: Thinking::Least, ..DIRECT },
    Scenario { name: "dropping", network: Network::Dropping, thinking: Thinking::Most, ..DIRECT },
    Scenario { name: "denied", answers: Answers::Denial, ..DIRECT },
    Scenario { name: "ask", wire: Wire::Loopback, ask: Ask::Yes, ..DIRECT },
    // Apart from the others: what an agent does with servers must not change the other verdicts.
    MCP,
    Scenario { name: "mcp-policy", web: Web::Policy, mode: Mode::Proxy, ..MCP },
    Scenario { name: "lifecycle", wire: Wire::Loopback, course: Course::Lifecycle, ..DIRECT },
];

/// The plainest of them.
pub(crate) const DIRECT: Scenario = Scenario {
    name: "direct",
    mode: Mode::Direct,
    wire: Wire::Tls,
    web: Web::On,
    network: Network::Leading,
    answers: Answers::Model,
    values: Values::HARMLESS,
    ask: Ask::No,
    thinking: Thinking::AsItIs,
    servers: Servers::Without,
    course: Course::Prompts,
};

/// The one with MCP servers.
const MCP: Scenario = Scenario { name: "mcp", wire: Wire::Loopback, servers: Servers::With, ..DIRECT };

/// The name of the model server, which no provider uses.
pub(crate) const NAME: &str = "models.probe.example";

/// The path under which it serves: one that no agent would come upon by itself.
pub(crate) const BASE_PATH: &str = "/gateway/v7";

/// The gateway's name for the model.
const ALIAS: &str = "benchflow-probe-alias";

impl Scenario {
    /// Whether the web policy is judged from its tools: a run without the web, or the control of one.
    pub(crate) fn shows_tools(self) -> bool {
        self.wire == Wire::Tls
            && self.network == Network::Leading
            && self.answers == Answers::Model
            && self.values == Values::HARMLESS
            && self.ask == Ask::No
    }

    /// The level of effort that an agent is given; none where its entry lists none. The lowest and the highest level
    /// are compared, so an agent with one level has no lowest.
    pub(crate) fn level<'a>(self, agent: &Agent<'a>) -> Option<&'a str> {
        let levels = agent.effort.map_or(&[] as &[&str], |it| it.levels());
        match self.thinking {
            Thinking::AsItIs => None,
            Thinking::Least => levels.first().filter(|_| levels.len() > 1),
            Thinking::Most => levels.last(),
        }
        .copied()
    }

    /// Where the server listens.
    pub(crate) const fn listen(self) -> &'static str {
        match self.wire {
            Wire::Tls => "127.0.0.1:8443",
            Wire::Loopback => "127.0.0.1:8480",
        }
    }

    /// The base URL that is given.
    pub(crate) fn base_url(self) -> String {
        let path = self.base_path();
        match self.wire {
            Wire::Tls => format!("https://{NAME}:8443{path}"),
            Wire::Loopback => format!("http://{}{path}", self.listen()),
        }
    }

    /// The path of the base URL, as it is given.
    pub(crate) fn base_path(self) -> String {
        match self.values.path {
            "" => BASE_PATH.to_owned(),
            last => format!("{BASE_PATH}/{last}"),
        }
    }

    /// The key that is given: one for each run, so that none can come from elsewhere.
    fn key(self) -> String {
        match self.values.key {
            "" => format!("probe-key-of-the-{}-run-5b1f", self.name),
            key => key.to_owned(),
        }
    }
}

/// What routing says for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// What the agent is started with.
    pub(crate) variables: Vec<(String, String)>,
    /// The resolved place.
    pub(crate) base_url: String,
    /// The resolved credential.
    pub(crate) key: String,
    /// The one model id that may arrive.
    pub(crate) model: String,
    /// The id that the agent gets over ACP.
    pub(crate) told: String,
    /// The mode that the client sets over ACP; empty for none.
    pub(crate) mode: String,
    /// The folder of the install.
    pub(crate) folder: String,
}

/// Resolves an agent for a run in which its files have these MCP servers; or why that cannot be.
pub(crate) fn route(
    registry: &Registry<'_>,
    agent: &Agent<'_>,
    scenario: Scenario,
    servers: Vec<Value>,
    sandbox: &Sandbox,
) -> Result<Route, String> {
    let router = Router::new(registry);
    let entry = router.entry(agent.name).ok_or_else(|| format!("`{}` is not in the registry", agent.name))?;
    let (reference, mut given) = match scenario.mode {
        Mode::Direct => {
            direct(registry, &router, entry, scenario).ok_or("no provider and no family fits its protocols")?
        }
        Mode::Proxy => proxy(entry.agent, scenario),
    };
    let value = match scenario.web {
        Web::On | Web::Policy => None,
        Web::Variable => Some(WithoutWeb::All),
        Web::Hosted => Some(WithoutWeb::Hosted),
    };
    if let Some(value) = value {
        given.flags.insert(WithoutWeb::VARIABLE.to_owned(), value.word().to_owned());
    }
    if scenario.ask == Ask::Yes {
        given.flags.insert(Permission::VARIABLE.to_owned(), Permission::ASK.to_owned());
    }
    if let Some(level) = scenario.level(agent) {
        given.flags.insert(Effort::VARIABLE.to_owned(), level.to_owned());
    }
    if !servers.is_empty() {
        given.flags.insert(Mcp::VARIABLE.to_owned(), Value::Array(servers).to_string());
    }
    let resolution = router.resolve(entry, &reference, &given, sandbox).map_err(|refusal| refusal.to_string())?;
    let value = |name: &str| resolution.variables.get(name).map(|it| it.value.clone()).unwrap_or_default();
    let told = resolution.acp_model_id.clone().map_err(|refusal| refusal.to_string())?;
    let model = match scenario.mode {
        Mode::Direct => value("BENCHFLOW_PROVIDER_MODEL"),
        Mode::Proxy => value("BENCHFLOW_LITELLM_MODEL_ALIAS"),
    };
    let (base_url, key) = (value("BENCHFLOW_PROVIDER_BASE_URL"), value("BENCHFLOW_PROVIDER_API_KEY"));
    let variables = resolution.variables.iter().map(|(name, it)| (name.to_string(), it.value.clone())).collect();
    let mode = resolution.acp_mode().unwrap_or_default().to_owned();
    Ok(Route { variables, base_url, key, model, told, mode, folder: sandbox.folder.clone() })
}

/// A model of a provider whose URL is a parameter; or of a family, whose vendor is elsewhere.
fn direct(
    registry: &Registry<'_>,
    router: &Router<'_>,
    entry: &Entry<'_>,
    scenario: Scenario,
) -> Option<(String, Given)> {
    let providers = registry.providers();
    let named = providers.iter().find_map(|provider| by_parameter(provider, entry.agent, scenario));
    named.or_else(|| {
        let families = registry.families();
        let spoken = |family: &&&Family<'_>| {
            !family.keys.is_empty() && family.protocols.iter().any(|it| entry.agent.protocols.contains(it))
        };
        families.iter().find(spoken).map(|family| elsewhere(router, family, entry.agent, scenario))
    })
}

fn by_parameter(provider: &Provider<'_>, agent: &Agent<'_>, scenario: Scenario) -> Option<(String, Given)> {
    let endpoint = provider.endpoints.iter().find(|it| agent.protocols.contains(&it.protocol))?;
    let parameter = provider.parameters.iter().find(|it| endpoint.url == format!("{{{}}}", it.name))?;
    let Credential::AnyOf([key, ..]) = provider.credential else { return None };
    let family = provider.families.first()?;
    let pairs = [(parameter.variable, scenario.base_url()), (*key, scenario.key())];
    Some((
        format!("{}/{family}-probe-1{}", provider.name, scenario.values.model),
        Given { host: variables(pairs), ..Given::default() },
    ))
}

fn elsewhere(router: &Router<'_>, family: &Family<'_>, agent: &Agent<'_>, scenario: Scenario) -> (String, Given) {
    let of_family =
        |id: &&str| router.owner(id).is_none() && router.family(id).is_some_and(|it| it.name == family.name);
    let model = scenario.values.model;
    let suite = agent.suite.map(|it| it.model.id).filter(of_family).filter(|_| model.is_empty());
    let made_up = || format!("{}-probe-1{model}", family.tokens.first().unwrap_or(&family.name));
    let key = family.keys.first().copied().unwrap_or_default();
    let given = Given {
        flags: variables([("BENCHFLOW_PROVIDER_BASE_URL", scenario.base_url())]),
        host: variables([(key, scenario.key())]),
        ..Given::default()
    };
    (suite.map_or_else(made_up, str::to_owned), given)
}

/// What a harness with a gateway gives.
fn proxy(agent: &Agent<'_>, scenario: Scenario) -> (String, Given) {
    let flags = variables([
        ("BENCHFLOW_PROVIDER_BASE_URL", scenario.base_url()),
        ("BENCHFLOW_PROVIDER_API_KEY", scenario.key()),
        ("BENCHFLOW_LITELLM_MODEL_ALIAS", format!("{ALIAS}{}", scenario.values.model)),
    ]);
    let reference = agent.suite.map_or_else(|| ALIAS.to_owned(), |it| it.model.id.to_owned());
    (reference, Given { flags, ..Given::default() })
}

fn variables<const N: usize>(pairs: [(&str, String); N]) -> Variables {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
