//! The common ways by which coding agents are given base URL, key and model, as data.

use registry_model::model::{ModelIdFormat, ProxyKind};

/// What a variable is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The base URL.
    BaseUrl,
    /// The key.
    Key,
    /// The model id in a form, in which `{}` is the id.
    Model(&'static str),
}

/// A way. In names and paths `{PROGRAM}` and `{program}` are the program that the entry launches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// The name by which it is chosen and reported.
    pub(crate) name: &'static str,
    /// What it is, in a few words.
    pub(crate) about: &'static str,
    /// What the ids of its models begin with: some agents choose the protocol by it.
    pub(crate) family: &'static str,
    /// The form of an id that is passed over ACP.
    pub(crate) told: &'static str,
    /// The same as a word of an entry.
    pub(crate) format: ModelIdFormat,
    /// What an alias of a gateway needs.
    pub(crate) proxy: ProxyKind,
    /// The variables.
    pub(crate) variables: &'static [(&'static str, Holds)],
    /// The files, each of which holds base URL, model and, where no variable does, the key.
    pub(crate) files: &'static [WayFile],
}

/// A file of the home folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WayFile {
    /// Its path.
    pub(crate) path: &'static str,
    /// Its text; `@BASE_URL@`, `@KEY@` and `@MODEL@` are its own, and `@TOLD_MODEL@`, `@OPTION_MODEL@` the ids that are
    /// passed over ACP later.
    pub(crate) text: &'static str,
    /// The fields of an entry that write it, with `@PATH@` for its path.
    pub(crate) entry: &'static str,
}

/// A way by variables alone.
const VARIABLES: Way = Way {
    name: "",
    about: "",
    family: "gpt",
    told: "{}",
    format: ModelIdFormat::Bare,
    proxy: ProxyKind::AsIs,
    variables: &[],
    files: &[],
};

/// The ways in the order in which one is suggested where several work.
pub(crate) const WAYS: [Way; 7] = [
    Way {
        name: "openai",
        about: "OpenAI's variables",
        variables: &[
            ("OPENAI_BASE_URL", Holds::BaseUrl),
            ("OPENAI_API_BASE", Holds::BaseUrl),
            ("OPENAI_API_KEY", Holds::Key),
            ("OPENAI_MODEL", Holds::Model("{}")),
        ],
        ..VARIABLES
    },
    Way {
        name: "anthropic",
        about: "Anthropic's variables",
        family: "claude",
        variables: &[
            ("ANTHROPIC_BASE_URL", Holds::BaseUrl),
            ("ANTHROPIC_AUTH_TOKEN", Holds::Key),
            ("ANTHROPIC_API_KEY", Holds::Key),
            ("ANTHROPIC_MODEL", Holds::Model("{}")),
            ("ANTHROPIC_DEFAULT_HAIKU_MODEL", Holds::Model("{}")),
        ],
        ..VARIABLES
    },
    Way {
        name: "gemini",
        about: "Google's variables",
        family: "gemini",
        variables: &[
            ("GOOGLE_GEMINI_BASE_URL", Holds::BaseUrl),
            ("GEMINI_API_KEY", Holds::Key),
            ("GEMINI_MODEL", Holds::Model("{}")),
        ],
        ..VARIABLES
    },
    // LiteLLM takes the provider from the first part of the id, and sends the rest.
    Way {
        name: "litellm",
        about: "the variables of agents that call LiteLLM",
        variables: &[
            ("LLM_BASE_URL", Holds::BaseUrl),
            ("LLM_API_KEY", Holds::Key),
            ("LLM_MODEL", Holds::Model("openai/{}")),
        ],
        ..VARIABLES
    },
    Way {
        name: "own",
        about: "variables named after the program",
        variables: &[
            ("{PROGRAM}_BASE_URL", Holds::BaseUrl),
            ("{PROGRAM}_API_BASE", Holds::BaseUrl),
            ("{PROGRAM}_PROVIDER_BASE_URL", Holds::BaseUrl),
            ("{PROGRAM}_API_KEY", Holds::Key),
            ("{PROGRAM}_PROVIDER_API_KEY", Holds::Key),
            ("{PROGRAM}_MODEL", Holds::Model("{}")),
        ],
        ..VARIABLES
    },
    Way {
        name: "opencode",
        about: "a provider in the file of OpenCode, or of a fork with its own name",
        told: "try/{}",
        format: ModelIdFormat::ModelsDev,
        proxy: ProxyKind::RegisterProvider,
        files: &[
            WayFile { path: "~/.config/opencode/opencode.json", text: OPENCODE, entry: OPENCODE_ENTRY },
            WayFile { path: "~/.config/{program}/{program}.json", text: OPENCODE, entry: OPENCODE_ENTRY },
        ],
        ..VARIABLES
    },
    Way {
        name: "codex",
        about: "a provider in the file of Codex",
        proxy: ProxyKind::RegisterProvider,
        variables: &[("OPENAI_API_KEY", Holds::Key)],
        files: &[WayFile { path: "~/.codex/config.toml", text: CODEX, entry: CODEX_ENTRY }],
        ..VARIABLES
    },
];

/// <https://opencode.ai/docs/providers/#custom-provider>
const OPENCODE: &str = r#"{
  "provider": { "try": {
    "npm": "@ai-sdk/openai-compatible",
    "name": "try",
    "options": { "baseURL": "@BASE_URL@", "apiKey": "@KEY@" },
    "models": { "@MODEL@": {}, "@TOLD_MODEL@": {}, "@OPTION_MODEL@": {} }
  } },
  "model": "try/@MODEL@",
  "small_model": "try/@MODEL@"
}
"#;

const OPENCODE_ENTRY: &str = r#"references: "{env:NAME}",
config: [
    jsonc("@PATH@", if set(BASE_URL)) {
        "provider": { ACP_MODEL_PROVIDER: {
            "npm": "@ai-sdk/openai-compatible",
            "name": ACP_MODEL_PROVIDER,
            "options": { "baseURL": ref(BASE_URL), "apiKey": ref(API_KEY) },
            "models": { ACP_MODEL_NAME: {
                "id": if proxy { ALIAS } else { MODEL },
                "name": ACP_MODEL_NAME,
            } },
        } },
    },
    jsonc("@PATH@", if set(ACP_MODEL_PROVIDER)) {
        "model": ACP_MODEL, "small_model": ACP_MODEL,
    },
],
"#;

/// <https://github.com/openai/codex/blob/main/docs/config.md>
const CODEX: &str = r#"model = "@MODEL@"
model_provider = "try"

[model_providers.try]
name = "try"
base_url = "@BASE_URL@"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
"#;

const CODEX_ENTRY: &str = r#"config: [
    toml("@PATH@", owner: Whole) { "model"?: ACP_MODEL },
    toml("@PATH@", if set(API_KEY), owner: Whole) {
        "model_provider": "benchflow",
        "model_providers": { "benchflow": {
            "name": "BenchFlow",
            "base_url": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
            "env_key": "OPENAI_API_KEY",
            "wire_api": "responses",
        } },
    },
],
"#;
