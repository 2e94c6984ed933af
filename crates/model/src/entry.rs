//! The fields of entries, as types: the macros point rustc at them, so that an unknown field is an error with the
//! similar names, and editors complete the fields and show their documentation. They are never instantiated.

macro_rules! entry {
    ($(#[$doc:meta])* $name:ident: $($(#[$field_doc:meta])* $field:ident)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: (),)*
        }

        impl $name {
            /// The names of the fields.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    };
}

entry! {
    /// The fields of `agent!`.
    AgentEntry:
        /// Other names: `aliases: ["other-name"]`.
        aliases
        /// Other versions of it, each with a lock of its own: `["1.0.0", "0.9.0" { effort: none("why") }]`.
        also
        /// The wire protocols that it speaks to a model server: `OpenAiCompletions`, or a list.
        protocol
        /// What is installed: `[npm("package", bin: "program")]`; also `pypi`, `archive`, `git`, `program`, `sh`.
        install
        /// The packages of its tree that are the agent itself, behind an adapter: `["@scope/agent"]`.
        carries
        /// How the first word of `launch` is started: `node`, `native` or `python`.
        runs
        /// The lowest Node.js: `node >= 22.19`.
        requires
        /// The machines that it runs on: `[LinuxX64]`; without it, what the lock can serve.
        platforms
        /// What it requires of the image: `[certificates, tool("git", debian: "git")]`; also `library`.
        image
        /// The argument vector that starts it: `["program", "--acp"]`.
        launch
        /// A helper process on the free port `PORT`: `{ argv: ["gateway", PORT], within: 30s }`.
        beside
        /// What it answers to `initialize`: `{ name: "…", version: pinned, session: ok, exit: eof }`.
        handshake
        /// How an install is proved: `[acp, version("program", ["--version"], "{VERSION}")]`; without it, `[acp]`.
        proof
        /// How it gets its model: `{ format: Bare, via: SetModel, proxy: AsIs }`, or `none("why")` with a closed back end.
        model
        /// The variables that it reads besides the canonical ones: `[SOME_API_KEY]`.
        accepts
        /// The variables that it is given: `{ OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY }`.
        env
        /// The variables that files have the content of and its process does not get: `[API_KEY]`.
        withhold
        /// The form of `BASE_URL`: `AsGiven`, `WithV1` or `WithoutV1`.
        base_url
        /// How its files refer to variables: `"{env:NAME}"`, or `parsed("${NAME}")`.
        references
        /// The files that are written at launch: `[json("~/.agent/settings.json") { "key": "value" }]`.
        config
        /// Its web tools and what turns them off: `{ tools: ["web_fetch"], off: […] }`, or `NoTools("evidence")`.
        web
        /// Which of its web tools a vendor's servers carry out: `all`, `{ tools: ["search"], off: […] }`, or `none("why")`.
        hosted
        /// What lets its tools run without asking: `[argv["--yolo"]]`, `[mode("yolo")]`, or `none("why")`.
        permission
        /// The levels of reasoning effort that `EFFORT` may be: `["low", "medium", "high"]`, or `none("why")`.
        effort
        /// How it takes MCP servers: `acp [stdio, http]`, or `none("why")`.
        mcp
        /// Its folders in the home folder: `[".agent"]`.
        home
        /// The folders that it reads skills from: `["~/.agent/skills", "$WORKSPACE/skills"]`.
        skills
        /// What replaces a key: `[files(["~/.agent/auth.json"], instead_of: SOME_API_KEY)]`.
        login
        /// The hosts that it looks up by itself: `[host("example.org", env { OFFLINE = "1" })]`.
        hosts
        /// How long an install may take: `install(1200s)`.
        timeout
        /// The model of the integration suite: `{ model: PROVIDER / "id", usage_tracking: on }`.
        suite
        /// Rules that do not apply here: `[E004("why")]`.
        allow
}
entry! {
    /// The fields of `provider!`.
    ProviderEntry:
        /// A URL for each wire protocol.
        endpoints
        /// What fills the placeholders of the URLs.
        parameters
        /// How calls are authenticated.
        auth
        /// The variables that hold the credential.
        credential
        /// The words that model ids of this provider begin with.
        families
        /// Facts about its models.
        models
        /// Prefixes by which others name it in a model reference; a refusal translates them.
        spellings
}
entry! {
    /// The fields of `family!`.
    FamilyEntry:
        /// The words by which its models are known.
        tokens
        /// Its name in the models.dev catalogue.
        namespace
        /// The wire protocols that serve it.
        protocols
        /// The variables that may hold a key for it.
        keys
        /// The variables of a base URL for that key: the key goes there and nowhere else.
        base_urls
        /// Lower-case words of ids that hold a token and are models of others.
        excludes
        /// Prefixes by which others name its vendor in a model reference; a refusal translates them.
        spellings
}

entry! {
    /// The parts of `beside`.
    BesideEntry:
        /// The argument vector of the helper: `["gateway", PORT]`.
        argv
        /// How long it may take until its port answers: `30s`.
        within
}
entry! {
    /// The parts of `handshake`: what it answers to `initialize`.
    HandshakeEntry:
        /// `agentInfo.name`, exactly.
        name
        /// `agentInfo.title`, where it gives one.
        title
        /// `pinned`: its version is that of the first package.
        version
        /// `none("why")`, for an agent without an `agentInfo`.
        info
        /// A dummy provider, without which it does not answer: `{ API_KEY = "dummy" }`.
        env
        /// Its answer to `session/new`: `ok`, or `refused(-32000)`.
        session
        /// What makes it end: `eof` or `signal`.
        exit
}
entry! {
    /// The parts of `model`: how it gets its model.
    ModelEntry:
        /// The form of the id: `Bare`, `RegisteredProvider` or `ModelsDev`.
        format
        /// The way: `SetModel`, `ConfigOption`, `Env`, `File` or `Argv`.
        via
        /// What it does with an alias of the gateway: `AsIs`, `RegisterProvider` or `Unsupported("why")`.
        proxy
        /// Strings that an id must not contain: `["@"]`.
        refuses
}
entry! {
    /// The parts of `web`.
    WebEntry:
        /// The names of the web tools that it offers its model.
        tools
        /// What turns them off: `[json("~/…") { … }]`, `env { … }`, `argv […]`; or `NoSwitch("why")`, `Untested("why")`.
        off
}
entry! {
    /// The parts of `hosted`.
    HostedEntry:
        /// The names of those web tools.
        tools
        /// What turns them off, and leaves the other web tools on: `[json("~/…") { … }]`, `env { … }`, `argv […]`.
        off
}
entry! {
    /// The parts of `suite`.
    SuiteEntry:
        /// The model that the integration suite runs: `PROVIDER / "id"`, or `"id"`.
        model
        /// Whether its calls go through the gateway that counts usage: `on` or `off`.
        usage_tracking
}

/// What the macros name in the constant of an entry: in scope there, so that no name needs a path.
pub mod prelude {
    pub use core::option::Option::{None, Some};

    pub use crate::model::*;
    pub use crate::place::{Field, Place};
    pub use crate::template::Template;
}
