//! The facts of an agent on the pages, computed once for Markdown and HTML.

use registry_model::model::{
    Agent, Artefact, Effort, Exit, Hosted, Info, Lock, LockedPackage, Login, LoginSource, Mcp, McpWay, ModelReference,
    Off, Permission, ProxyMode, Runs, Session, Suite, Target, WebPolicy,
};
use registry_routing::Router;

use crate::Input;
use crate::evidence::Evidence;
use crate::targets::{Done, TargetsRecord};
use crate::value;

/// An example of a gateway's alias.
const ALIAS: &str = "benchflow-alias";

/// The facts of an agent on the pages.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    /// The agent.
    pub agent: &'a Agent<'a>,
    /// Its packages with their versions, in the syntax of their managers, and its other artefacts.
    pub installs: Vec<String>,
    /// The pages of its packages, by the package with its version. A package that cannot be fetched has none.
    pub packages: Vec<(String, String)>,
    /// The version of its first package, and the day of its release; empty where the lock has none.
    pub pinned: (String, String),
    /// Its launcher after an install.
    pub launcher: String,
    /// The sources of its packages: `npm`, `PyPI`.
    pub from: String,
    /// The licenses of its own packages; empty if one of them names none.
    pub license: Vec<String>,
    /// The licenses of all packages in its lock with the number of packages, and the number of those that name none.
    pub licenses: (Vec<(String, usize)>, usize),
    /// The number of packages and files in its lock.
    pub locked: usize,
    /// Why it cannot be installed on any target; empty if it can.
    pub gone: String,
    /// The targets, each with the reason if it cannot be installed there.
    pub targets: Vec<(Target, Option<String>)>,
    /// What was done on the targets, each in its place.
    pub done: Vec<Option<Done>>,
    /// Its model ids for its suite's model, and for an alias of the gateway.
    pub ids: Vec<(&'static str, String, String)>,
    /// Its evidence.
    pub evidence: Evidence,
}

impl<'a> Facts<'a> {
    /// Computes the facts.
    pub(crate) fn of(agent: &'a Agent<'a>, input: &Input<'_>) -> Result<Self, String> {
        let lock = agent.read_lock().map_err(|error| error.to_string())?;
        let evidence = Evidence::read(agent, input.evidence.get(agent.name).map(String::as_str))?;
        let record = TargetsRecord::read(agent, input.targets.get(agent.name).map(String::as_str))?;
        let targets: Vec<(Target, Option<String>)> =
            Target::ALL.into_iter().map(|target| (target, agent.refused_on(&lock, target))).collect();
        let done = |(target, why): &(Target, Option<String>)| why.is_none().then(|| record.done(*target, &evidence))?;
        let (licenses, nameless) = crate::licenses::counts(&lock);
        Ok(Self {
            agent,
            installs: installs(agent, &lock),
            packages: packages(&lock),
            pinned: lock.packages.first().map(pinned).unwrap_or_default(),
            launcher: input.site.launcher(agent.name),
            from: from(agent),
            license: lock.own_licenses().into_iter().map(str::to_owned).collect(),
            licenses: (licenses.into_iter().map(|(it, count)| (it.to_owned(), count)).collect(), nameless),
            locked: lock.npm.len() + lock.wheels.len(),
            gone: lock.unavailable_everywhere().map(|it| it.cause.to_string()).unwrap_or_default(),
            done: targets.iter().map(done).collect(),
            targets,
            ids: ids(agent, &Router::new(input.registry)),
            evidence,
        })
    }

    /// The runtime of its program.
    pub(crate) fn runtime(&self) -> String {
        match (self.agent.runs, self.agent.node_floor) {
            (Runs::Node, Some(floor)) => format!("Node.js {floor} or later"),
            (Runs::Node, None) => "Node.js".to_owned(),
            (Runs::Native, _) => "an executable of the machine".to_owned(),
            (Runs::Python, _) => "CPython".to_owned(),
        }
    }

    /// The kind of its web policy.
    pub(crate) fn web(&self) -> &'static str {
        self.agent.web.map_or("none", |web| web.kind().id())
    }

    /// Whether a run without web is possible, in words.
    pub(crate) fn web_sentence(&self) -> &'static str {
        match self.agent.web {
            Some(WebPolicy::Switch { .. }) => "Its web tools can be turned off.",
            Some(WebPolicy::NoTools(_)) => "It has no web tools; a run without web starts as any other.",
            Some(WebPolicy::NoSwitch { .. }) => "Nothing turns its web tools off; a run without web is refused.",
            Some(WebPolicy::Untested { .. }) => "Turning them off is untested; a run without web access is refused.",
            None => "Its web tools are unknown.",
        }
    }

    /// How its web tools are turned off: each switch with its place and text.
    pub(crate) fn switches(&self) -> Vec<(String, String)> {
        self.agent.web_switches().iter().map(switch).collect()
    }

    /// Which of its web tools are hosted, in words; nothing where it has no web tools.
    pub(crate) fn hosted_sentence(&self) -> String {
        let off = "`BENCHFLOW_DISALLOW_WEB_TOOLS=hosted` turns";
        match self.agent.hosted {
            Some(Hosted::All) => format!("A vendor's servers carry out all of them; {off} them off."),
            Some(Hosted::Some { tools, .. }) => {
                let tools = tools.iter().map(|tool| format!("`{tool}`")).collect::<Vec<_>>().join(", ");
                format!("A vendor's servers carry out {tools}; {off} off no other tool.")
            }
            Some(Hosted::None(why)) => format!("The agent carries them out itself: {why}"),
            Some(Hosted::Untested(why)) => format!("Whether a vendor's servers carry them out is untested: {why}"),
            None => String::new(),
        }
    }

    /// How its tools run, in words.
    pub(crate) fn permission_sentence(&self) -> String {
        match self.agent.permission {
            Some(Permission::Switch { mode: "", .. }) => {
                "Its tools run without asking; `BENCHFLOW_PERMISSION=ask` has them ask.".to_owned()
            }
            Some(Permission::Switch { mode, .. }) => format!(
                "Its tools run without asking once the client has set the mode `{mode}` over ACP; without it, and with \
                 `BENCHFLOW_PERMISSION=ask`, they ask."
            ),
            Some(Permission::None(why)) => format!("Its tools run without asking in every run: {why}"),
            Some(Permission::Untested(why)) => format!("Whether its tools ask is untested: {why}"),
            None => "Nothing is known of whether its tools ask.".to_owned(),
        }
    }

    /// What lets its tools run, each way with its place and its text.
    pub(crate) fn permission(&self) -> Vec<(String, String)> {
        self.agent.permission_switches().iter().map(switch).collect()
    }

    /// The levels of effort that it takes, in words.
    pub(crate) fn effort_sentence(&self) -> String {
        match self.agent.effort {
            Some(Effort::Levels(levels)) => levels.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "),
            Some(Effort::None(why)) => format!("It has no switch for it: {why}"),
            Some(Effort::Untested(why)) => format!("Untested: {why}"),
            None => "Nothing is known of it.".to_owned(),
        }
    }

    /// How it takes MCP servers, in words.
    pub(crate) fn mcp_sentence(&self) -> String {
        match self.agent.mcp {
            Some(mcp @ Mcp::Servers { .. }) => {
                let way = |(way, what): (McpWay, &str)| {
                    let all: Vec<String> = mcp.by(way).iter().map(|it| format!("`{}`", it.word())).collect();
                    (!all.is_empty()).then(|| format!("{what}: {}", all.join(", ")))
                };
                let acp = (McpWay::Acp, "In `mcpServers` of `session/new`");
                let file = (McpWay::File, "In `BENCHFLOW_MCP_SERVERS`, which the launcher writes into its file");
                [acp, file].into_iter().filter_map(way).collect::<Vec<_>>().join(". ")
            }
            Some(Mcp::None(why)) => format!("It takes none: {why}"),
            Some(Mcp::Untested(why)) => format!("Untested: {why}"),
            None => "Nothing is known of it.".to_owned(),
        }
    }

    /// Its answers over ACP.
    pub(crate) fn handshake(&self) -> Vec<(&'static str, String)> {
        let handshake = self.agent.handshake;
        let mut rows = match handshake.info {
            Info::Fields { name, title, version_is_pinned } => {
                let version = if version_is_pinned { ", with the pinned version" } else { "" };
                let title = if title.is_empty() { String::new() } else { format!(", title `{title}`") };
                vec![("agentInfo", format!("`{name}`{title}{version}"))]
            }
            Info::None(why) => vec![("agentInfo", format!("none: {why}"))],
        };
        rows.push((
            "session/new",
            match handshake.session {
                Session::Ok => "a session".to_owned(),
                Session::Refused(code) => format!("refused with {code}"),
            },
        ));
        rows.push((
            "ends by",
            match handshake.exit {
                Exit::Eof => "the end of its input".to_owned(),
                Exit::Signal => "a signal".to_owned(),
            },
        ));
        rows
    }

    /// The name of its handshake in a table cell.
    pub(crate) fn handshake_name(&self) -> &'a str {
        match self.agent.handshake.info {
            Info::Fields { name, .. } => name,
            Info::None(_) => "no agentInfo",
        }
    }

    /// How long it took to start and to call its model, and where; none where that was not measured.
    pub(crate) fn times(&self) -> Option<String> {
        let times = self.evidence.times.as_ref()?;
        let start = times.start.map(|it| format!("{it} to its first answer"));
        let call = times.first_call.map(|it| format!("{it} from a prompt to its model call"));
        let both = start.into_iter().chain(call).collect::<Vec<_>>().join(", ");
        (!both.is_empty()).then(|| format!("{both} ({}, {})", times.machine(), self.evidence.date))
    }

    /// The way by which it gets its model.
    pub(crate) fn model_by(&self) -> &'static str {
        if self.agent.is_routable() { self.agent.model.via.id() } else { "no way" }
    }

    /// Its handling of a gateway's alias.
    pub(crate) fn proxy(&self) -> String {
        match self.agent.model.proxy {
            ProxyMode::AsIs => "taken like any other id".to_owned(),
            ProxyMode::RegisterProvider => "taken once its launcher has registered a provider".to_owned(),
            ProxyMode::Unsupported(why) => format!("not taken: {why}"),
        }
    }

    /// The texts that its model ids must not contain.
    pub(crate) fn refuses(&self) -> &'a [&'a str] {
        self.agent.model.refuses
    }

    /// The logins that replace a key.
    pub(crate) fn logins(&self) -> Vec<String> {
        self.agent.login.iter().map(login).collect()
    }

    /// The model of its suite.
    pub(crate) fn suite(&self) -> String {
        self.agent.suite.map(|suite: Suite<'_>| reference(suite.model)).unwrap_or_default()
    }
}

/// A model as it is typed.
fn reference(model: ModelReference<'_>) -> String {
    if model.provider.is_empty() { model.id.to_owned() } else { format!("{}/{}", model.provider, model.id) }
}

fn installs(agent: &Agent<'_>, lock: &Lock<'_>) -> Vec<String> {
    let mut all = lock.pins();
    all.extend(agent.install.iter().filter_map(|artefact| match artefact {
        Artefact::Npm(_) | Artefact::Pypi(_) => None,
        Artefact::Archive(it) => Some(format!("{} (an archive)", it.bin)),
        Artefact::Git(it) => Some(format!("{} at {}", it.url, it.commit)),
        Artefact::Program(it) => Some(it.name.to_owned()),
        Artefact::Sh(it) => Some(format!("{} (a shell step)", it.bin)),
    }));
    all
}

/// The pages about packages. This host knows those of every package registry, with their licenses and advisories.
fn packages(lock: &Lock<'_>) -> Vec<(String, String)> {
    let page = |it: &LockedPackage<'_>| {
        let (name, version) = (segment(it.name), segment(it.version));
        format!("https://deps.dev/{}/{name}/{version}", it.ecosystem)
    };
    let gone = lock.unavailable_everywhere().is_some();
    lock.pins().into_iter().zip(&lock.packages).filter(|_| !gone).map(|(pin, it)| (pin, page(it))).collect()
}

/// A segment of the path of a URL.
fn segment(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escaped).collect()
}

fn pinned(package: &LockedPackage<'_>) -> (String, String) {
    (package.version.to_owned(), package.published.unwrap_or_default().to_owned())
}

fn from(agent: &Agent<'_>) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for artefact in agent.install {
        let kind = match artefact {
            Artefact::Pypi(_) => "PyPI",
            Artefact::Program(_) => continue,
            Artefact::Sh(_) => "script",
            other => other.kind().word(),
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() { "shipped".to_owned() } else { kinds.join(", ") }
}

/// The ids of its suite's model and of an alias, or the refusal.
fn ids(agent: &Agent<'_>, router: &Router<'_>) -> Vec<(&'static str, String, String)> {
    let id = |reference: &str| router.acp_model_id(agent.model.format, reference).unwrap_or_else(|why| why.to_string());
    let mut ids = Vec::new();
    if !agent.is_routable() {
        return ids;
    }
    if let Some(suite) = agent.suite {
        let reference = reference(suite.model);
        ids.push(("direct", reference.clone(), id(&reference)));
    }
    if !matches!(agent.model.proxy, ProxyMode::Unsupported(_)) {
        ids.push(("proxy", ALIAS.to_owned(), id(ALIAS)));
    }
    ids
}

fn switch(off: &Off<'_>) -> (String, String) {
    match off {
        Off::File { path, body, .. } => (format!("in `{path}`"), value::text(*body)),
        Off::Env(mappings) => {
            let lines = mappings.iter().map(|it| format!("{} = {}", it.name, value::one_line(it.value)));
            ("by variables".to_owned(), lines.collect::<Vec<_>>().join("\n"))
        }
        Off::Argv(words) => ("by arguments".to_owned(), words.join(" ")),
        Off::Unset(names) => ("by unsetting variables".to_owned(), names.join("\n")),
    }
}

fn login(login: &Login<'_>) -> String {
    let source = match login.source {
        LoginSource::Files(files) => files.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "),
        LoginSource::Variable(name) => format!("`{name}`"),
    };
    let own = if login.own_endpoint_only { ", at its vendor's own endpoint" } else { "" };
    format!("{source} instead of `{}`{own}", login.instead_of)
}
