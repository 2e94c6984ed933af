//! Refusals of routing: a key is sent to the base URL that is set with it, or not used.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::sync::LazyLock;

use registry::REGISTRY;
use registry::model::{Agent, Protocol, Via};
use registry_routing::{Given, Refusal, Resolution, Router, Sandbox, Variables};

static ROUTER: LazyLock<Router<'static>> = LazyLock::new(|| Router::new(&REGISTRY));

/// The layers of variables, by their names.
const LAYERS: [&str; 3] = ["flag", "file", "host"];

fn sandbox() -> Sandbox {
    Sandbox {
        home: "/root".to_owned(),
        root: true,
        folder: "/opt/benchflow/x".to_owned(),
        path: Sandbox::PATH.to_owned(),
    }
}

fn given(layer: &str, pairs: &[(&str, &str)]) -> Given {
    let variables: Variables = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    match layer {
        "flag" => Given { flags: variables, ..Given::default() },
        "file" => Given { file: variables, ..Given::default() },
        _ => Given { host: variables, ..Given::default() },
    }
}

fn resolve(agent: &str, model: &str, given: &Given) -> Result<Resolution<'static>, Refusal> {
    let entry = ROUTER.entry(agent).expect("the agent is registered");
    let found = ROUTER.resolve(entry, model, given, &sandbox())?;
    found.acp_model_id.clone()?;
    Ok(found)
}

/// Checks that a key is used with its base URL, in every layer; a native variable of the agent has the same URL in the
/// agent's form.
#[track_caller]
fn check_followed(agent: &str, model: &str, pairs: &[(&str, &str)], url: &str) {
    for layer in LAYERS {
        let found = resolve(agent, model, &given(layer, pairs));
        let found = found.unwrap_or_else(|refusal| unreachable!("{agent} with {model} by {layer}: {refusal}"));
        let base = found.variables.get("BENCHFLOW_PROVIDER_BASE_URL").map(|it| it.value.as_str());
        assert_eq!(base, Some(url), "{agent} with {model} by {layer}");
        let files = found.files(&sandbox(), true).expect("what resolves has files");
        let key = pairs.first().map(|(_, key)| *key).unwrap_or_default();
        let host = url.split('/').nth(2).unwrap_or_default();
        let told = files.iter().any(|it| it.content.contains(host) || it.content.contains("PROVIDER_BASE_URL"));
        let own = found.variables.iter().any(|(name, it)| !name.starts_with("BENCHFLOW_") && it.value.contains(host));
        assert!(told || own, "{agent} with {model} by {layer} is not told of {host}");
        let vendor = ["//api.openai.com", "//api.anthropic.com", "//generativelanguage"];
        assert!(files.iter().all(|it| vendor.iter().all(|vendor| !it.content.contains(vendor))), "{agent} by {layer}");
        assert!(!key.is_empty());
    }
}

/// Checks that a question is refused in every layer, with this kind, name, and words in the message.
#[track_caller]
fn check_refused(agent: &str, model: &str, pairs: &[(&str, &str)], kind: &str, says: &[&str], hides: &[&str]) {
    for layer in LAYERS {
        let refusal = match resolve(agent, model, &given(layer, pairs)) {
            Err(refusal) => refusal,
            Ok(found) => unreachable!("{agent} with {model} by {layer} is routed to {}", found.server.name()),
        };
        let text = refusal.to_string();
        assert_eq!(refusal.kind(), kind, "{agent} with {model} by {layer}: {text}");
        for part in says {
            assert!(text.contains(part) || refusal.name() == *part, "{agent} with {model}: no `{part}` in {text}");
        }
        for part in hides {
            assert!(!text.contains(part), "{agent} with {model}: `{part}` in {text}");
        }
        assert!(text.contains("\nhelp: "), "{text}");
    }
}

const GW: &str = "https://gw.example.org/v1";
const OPENAI: [(&str, &str); 2] = [("OPENAI_API_KEY", "sk-gw"), ("OPENAI_BASE_URL", GW)];
const ANTHROPIC: [(&str, &str); 2] = [("ANTHROPIC_API_KEY", "sk-gw"), ("ANTHROPIC_BASE_URL", GW)];
const GOOGLE: [(&str, &str); 2] = [("GEMINI_API_KEY", "sk-gw"), ("GOOGLE_GEMINI_BASE_URL", "https://gw.example.org")];

#[test]
fn key_is_used_with_its_own_base_url() {
    for agent in
        ["codex-acp", "opencode", "qwen-code", "pi-acp", "openhands", "cline", "mimo", "deepagents", "openclaw"]
    {
        check_followed(agent, "gpt-5.5", &OPENAI, GW);
        check_followed(agent, "openai/gpt-5.5", &OPENAI, GW);
    }
    let bare = "https://gw.example.org";
    for agent in ["claude-agent-acp", "opencode", "pi-acp", "openhands", "openclaw"] {
        check_followed(agent, "claude-opus-4-1", &ANTHROPIC, bare);
        check_followed(agent, "claude-opus-4-1", &[("ANTHROPIC_AUTH_TOKEN", "t"), ANTHROPIC[1]], bare);
        check_followed(agent, "anthropic/claude-opus-4-1", &ANTHROPIC, bare);
    }
    for agent in ["gemini", "opencode", "pi-acp", "openhands", "openclaw"] {
        check_followed(agent, "gemini-2.5-flash", &GOOGLE, bare);
        for version in ["v1beta/", "v1"] {
            let url = format!("https://gw.example.org/{version}");
            check_followed(agent, "gemini-2.5-flash", &[GOOGLE[0], ("GOOGLE_GEMINI_BASE_URL", &url)], bare);
        }
    }
    // The names of LiteLLM, a server without its own base URL, and a provider with its base URL in a variable.
    check_followed("codex-acp", "gpt-5.5", &[OPENAI[0], ("OPENAI_API_BASE", GW)], GW);
    check_followed("opencode", "vllm/m", &OPENAI, GW);
    check_followed("opencode", "groq/m", &[("GROQ_API_KEY", "k"), ("GROQ_BASE_URL", GW)], GW);
    // The canonical pair, of which the key is given explicitly and the URL by another layer.
    let mut mixed = given("flag", &[("BENCHFLOW_PROVIDER_API_KEY", "sk-gw")]);
    mixed.host = given("host", &[("BENCHFLOW_PROVIDER_BASE_URL", GW)]).host;
    let found = resolve("codex-acp", "gpt-5.5", &mixed).expect("both are given");
    assert_eq!(found.variables["BENCHFLOW_PROVIDER_BASE_URL"].value, GW);
}

#[test]
fn key_with_an_unusable_base_url_variable_is_refused() {
    check_refused("codex-acp", "us-openai/gpt-5.5", &OPENAI, "dropped-base-url", &["OPENAI_BASE_URL"], &["sk-gw", GW]);
    let zai = [("ZAI_API_KEY", "k"), ("ZAI_BASE_URL", GW)];
    check_refused("codex-acp", "zai/glm-5", &zai, "dropped-base-url", &["ZAI_BASE_URL", "ZAI_API_KEY"], &[GW]);
    let both = [OPENAI[0], OPENAI[1], ("OPENAI_API_BASE", "https://other.example/v1")];
    check_refused("opencode", "gpt-5.5", &both, "dropped-base-url", &["OPENAI_API_BASE"], &[]);
    let moved = [OPENAI[0], OPENAI[1], ("BENCHFLOW_PROVIDER_BASE_URL", "https://other.example/v1")];
    check_refused("opencode", "vllm/m", &moved, "dropped-base-url", &["OPENAI_BASE_URL"], &[]);
    // A cloud resource from a foreign host.
    let azure = [("AZURE_API_KEY", "k"), ("AZURE_API_ENDPOINT", "https://acme.example.org/")];
    check_refused("opencode", "azure-foundry-openai/m", &azure, "bad-url-parameter", &["AZURE_API_ENDPOINT"], &[]);
    let two = [azure[0], ("AZURE_RESOURCE", "acme"), ("AZURE_API_ENDPOINT", "https://other.openai.azure.com/")];
    check_refused("opencode", "azure-foundry-openai/m", &two, "bad-url-parameter", &["AZURE_API_ENDPOINT"], &[]);
    // The same server in another spelling is accepted.
    check_followed(
        "codex-acp",
        "us-openai/gpt-5.5",
        &[OPENAI[0], ("OPENAI_BASE_URL", "https://us.api.openai.com/v1/")],
        "https://us.api.openai.com/v1",
    );
}

#[test]
fn variables_of_unused_vendors_change_nothing() {
    for agent in REGISTRY.agents() {
        for layer in LAYERS {
            let own = [("ZAI_API_KEY", "za-1"), ("ANTHROPIC_MODEL", "x")];
            let all: Vec<_> = own[..1].iter().chain(&OPENAI).chain(&ANTHROPIC).chain(&GOOGLE).copied().collect();
            let alone = resolve(agent.name, "zai/glm-5", &given(layer, &own[..1]));
            let beside = resolve(agent.name, "zai/glm-5", &given(layer, &all));
            let values = |found: Result<Resolution<'static>, Refusal>| {
                found.map(|it| it.variables.into_iter().map(|(name, it)| (name, it.value)).collect::<Vec<_>>())
            };
            assert_eq!(values(alone), values(beside), "{} by {layer}", agent.name);
        }
    }
}

#[test]
fn unused_canonical_base_url_is_reported() {
    let pairs = [OPENAI[0], ("BENCHFLOW_PROVIDER_BASE_URL", GW)];
    for (layer, unused) in
        [("flag", None), ("file", Some("BENCHFLOW_PROVIDER_BASE_URL")), ("host", Some("BENCHFLOW_PROVIDER_BASE_URL"))]
    {
        let found = resolve("codex-acp", "gpt-5.5", &given(layer, &pairs)).expect("there is a key");
        assert_eq!(found.unused, unused, "{layer}");
    }
}

const ALL_KEYS: [(&str, &str); 4] = [
    ("OPENAI_API_KEY", "sk-1"),
    ("ANTHROPIC_API_KEY", "sk-2"),
    ("GEMINI_API_KEY", "sk-3"),
    ("DEEPSEEK_API_KEY", "sk-4"),
];

#[test]
fn unknown_provider_prefix_is_refused() {
    for agent in REGISTRY.agents().into_iter().filter(|it| it.is_routable()) {
        for model in [
            "nope/gpt-oss-120b",
            "nope/my-gpt5",
            "azure/my-gpt5",
            "bedrock/us.anthropic.claude-opus-4-1",
            "vertex_ai/claude-opus-4-1@20250805",
            "gemini/gemini-2.5-flash",
            "google/claude-sonnet-4-6",
            "deepseek-ai/DeepSeek-V3",
            "openai-compatible/gpt-5.5",
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-1",
            "arn:aws:bedrock:us-east-1::foundation-model:anthropic.claude-opus-4-1",
            "gpt-oss-120b",
            "gpt-oss:120b",
        ] {
            check_refused(agent.name, model, &ALL_KEYS, "no-provider", &[model], &["sk-"]);
        }
    }
}

#[test]
fn provider_spelling_of_another_system_gets_a_suggestion() {
    let says = |agent: &str, model: &str, says: &[&str], hides: &[&str]| {
        check_refused(agent, model, &ALL_KEYS, "no-provider", says, hides);
    };
    says("opencode", "together_ai/gpt-oss-120b", &["write `together/gpt-oss-120b`"], &[]);
    says("opencode", "azure/my-gpt5", &["`azure-foundry-openai/my-gpt5`"], &[]);
    says("claude-agent-acp", "azure/claude-opus-4-1", &["`azure-foundry-anthropic/claude-opus-4-1`"], &["-openai/"]);
    says("codex-acp", "bedrock/openai.gpt-oss-120b", &["`aws-bedrock-openai/openai.gpt-oss-120b`"], &["`aws-bedrock/"]);
    says(
        "claude-agent-acp",
        "bedrock/us.anthropic.claude-opus-4-1",
        &["openrouter-anthropic/"],
        &["`aws-bedrock", "write"],
    );
    says("openhands", "vertex_ai/claude-opus-4-1", &["`anthropic-vertex/claude-opus-4-1`"], &[]);
    says("gemini", "gemini/gemini-2.5-flash", &["write `gemini-2.5-flash`"], &[]);
    says("qwen-code", "x-ai/grok-4", &["write `xai/grok-4`"], &["zai/grok"]);
    says("opencode", "zia/glm-5", &["`zai/`"], &["did you mean", "write"]);
    let arn = "arn:aws:bedrock:us-east-1:1:inference-profile/m";
    says("qwen-code", arn, &[&format!("write `aws-bedrock-openai/{arn}`")], &[]);
}

#[test]
fn provider_with_unsupported_auth_is_refused() {
    let aws = [("AWS_BEARER_TOKEN_BEDROCK", "t"), ("AWS_REGION", "us-east-1"), ("BENCHFLOW_PROVIDER_BASE_URL", GW)];
    for agent in ["claude-agent-acp", "codex-acp", "openclaw"] {
        check_refused(agent, "aws-bedrock/m", &aws, "auth-unsupported", &["aws-bedrock", "AWS"], &[GW]);
        // The base URL is checked last, since it would not help.
        check_refused(agent, "aws-bedrock/m", &[], "auth-unsupported", &["aws-bedrock", "AWS"], &[]);
    }
    let with_key = [&aws[..], &[("BENCHFLOW_PROVIDER_API_KEY", "gw-1")]].concat();
    check_followed("codex-acp", "aws-bedrock/m", &with_key, GW);
    let gcp = [
        ("GOOGLE_APPLICATION_CREDENTIALS_JSON", "{}"),
        ("GOOGLE_CLOUD_PROJECT", "p"),
        ("GOOGLE_CLOUD_LOCATION", "l"),
        ("BENCHFLOW_PROVIDER_API_KEY", "ya29"),
    ];
    for agent in ["claude-agent-acp", "opencode", "pi-acp"] {
        check_refused(
            agent,
            "anthropic-vertex/claude-opus-4-1",
            &gcp,
            "auth-unsupported",
            &["anthropic-vertex"],
            &["ya29"],
        );
    }
    assert!(resolve("openhands", "anthropic-vertex/claude-opus-4-1", &given("host", &gcp)).is_ok());
}

#[test]
fn one_word_model_id_works_where_supported() {
    let host = [
        ("OPENAI_API_KEY", "k"),
        ("BENCHFLOW_PROVIDER_BASE_URL", "http://127.0.0.1:8000/v1"),
        ("LITELLM_API_KEY", "k"),
        ("LITELLM_BASE_URL", "http://127.0.0.1:4000/v1"),
    ];
    let mut taken = 0;
    for agent in REGISTRY.agents().into_iter().filter(|it| it.is_routable()) {
        for model in ["vllm/m", "litellm/x"] {
            match resolve(agent.name, model, &given("host", &host)) {
                Ok(found) => {
                    let told = found.acp_model_id.unwrap_or_default();
                    assert!(told.ends_with(&model[model.len() - 1..]), "{} with {model}: {told}", agent.name);
                    taken += 1;
                }
                Err(refusal) => assert_eq!(refusal.kind(), "protocol-unsupported", "{} with {model}", agent.name),
            }
        }
    }
    let speaks = |agent: &&Agent<'_>| agent.protocols.contains(&Protocol::OpenAiCompletions);
    assert_eq!(taken, 2 * REGISTRY.agents().into_iter().filter(speaks).count(), "each that speaks chat completions");
}

#[test]
fn unusable_base_url_is_refused() {
    for bad in [
        "localhost:4000",
        "https://gw.example.org:99999/v1",
        "https://gw.example.org/v1/chat/completions",
        "https://gw.example.org/v1/messages",
        "https://gw.example.org/v1/responses/",
    ] {
        let pair = [OPENAI[0], ("OPENAI_BASE_URL", bad)];
        check_refused("codex-acp", "gpt-5.5", &pair, "bad-url-parameter", &["OPENAI_BASE_URL"], &[bad]);
        let gateway = [
            ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-x"),
            ("BENCHFLOW_PROVIDER_API_KEY", "k"),
            ("BENCHFLOW_PROVIDER_BASE_URL", bad),
        ];
        check_refused("opencode", "gpt-5.5", &gateway, "bad-url-parameter", &["BENCHFLOW_PROVIDER_BASE_URL"], &[bad]);
    }
}

#[test]
fn key_with_a_quotation_mark_is_refused_by_variable_name() {
    for bad in ["\"sk-1234\"", "'sk-1234'", "sk-\n1234", "\u{201c}sk-1234\u{201d}", "\u{2018}sk-1234\u{2019}"] {
        for agent in ["codex-acp", "opencode", "claude-agent-acp", "pi-acp", "cline"] {
            let model = if agent == "claude-agent-acp" { "claude-opus-4-1" } else { "gpt-5.5" };
            let key = if agent == "claude-agent-acp" { "ANTHROPIC_API_KEY" } else { "OPENAI_API_KEY" };
            check_refused(agent, model, &[(key, bad)], "unsafe-value", &[key, "holds"], &["1234"]);
        }
        let gateway = [
            ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-x"),
            ("BENCHFLOW_PROVIDER_API_KEY", bad),
            ("BENCHFLOW_PROVIDER_BASE_URL", GW),
        ];
        check_refused("qwen-code", "gpt-5.5", &gateway, "unsafe-value", &["BENCHFLOW_PROVIDER_API_KEY"], &["1234"]);
    }
}

/// The files with the model, for agents that get it over ACP: a harness may not set it.
const MODELS_IN_FILES: [(&str, &str, &str); 8] = [
    ("cline", "~/.cline/data/settings/providers.json", "/providers/openai-compatible/settings/model"),
    ("codemie", "~/.config/opencode/opencode.json", "/model"),
    ("gemini", "~/.gemini/settings.json", "/model/name"),
    ("grok-build", "~/.grok/config.toml", "/models/default"),
    ("kilo", "~/.config/kilo/kilo.json", "/model"),
    ("mimo", "~/.config/mimocode/mimocode.json", "/model"),
    ("opencode", "~/.config/opencode/opencode.json", "/model"),
    ("pi-acp", "~/.pi/agent/settings.json", "/defaultModel"),
];

/// Their files list models and choose none.
const ONLY_OVER_ACP: [&str; 2] = ["code-puppy", "isaac"];

#[test]
fn model_set_over_acp_is_in_a_file_too() {
    let over_acp = |agent: &&Agent<'_>| agent.sets_model() || agent.model.via == Via::ConfigOption;
    let entries = REGISTRY.agents.iter().copied().filter(over_acp).map(|agent| agent.name);
    let agents: Vec<&str> = entries.filter(|name| !ONLY_OVER_ACP.contains(name)).collect();
    assert_eq!(agents, MODELS_IN_FILES.map(|(agent, ..)| agent));
    let gateway = [
        ("BENCHFLOW_LITELLM_MODEL_ALIAS", "benchflow-x"),
        ("BENCHFLOW_PROVIDER_API_KEY", "k"),
        ("BENCHFLOW_PROVIDER_BASE_URL", GW),
    ];
    for (agent, path, pointer) in MODELS_IN_FILES {
        let found = resolve(agent, "gpt-5.5", &given("host", &gateway)).expect("a gateway serves every model");
        let files = found.files(&sandbox(), true).expect("what resolves has files");
        let file = files.iter().find(|file| file.path == path).expect("it is written");
        let value: serde_json::Value = if std::path::Path::new(path).extension().is_some_and(|it| it == "toml") {
            toml::from_str(&file.content).expect("it is TOML")
        } else {
            serde_json::from_str(&file.content).expect("it is JSON")
        };
        let model = value.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
        assert!(model.ends_with("benchflow-x"), "{agent}: {}", file.content);
    }
}

/// Checks the key and base URL of a question with variables in several layers.
#[track_caller]
fn check_pair(agent: &str, model: &str, layers: [&[(&str, &str)]; 3], key: &str, url: &str) {
    let [flags, file, host] = layers;
    let given = Given { file: given("file", file).file, host: given("host", host).host, ..given("flag", flags) };
    let found = resolve(agent, model, &given);
    let found = found.unwrap_or_else(|refusal| unreachable!("{agent} with {model}: {refusal}"));
    let value = |name: &str| found.variables.get(name).map(|it| it.value.as_str()).unwrap_or_default();
    assert_eq!((value("BENCHFLOW_PROVIDER_API_KEY"), value("BENCHFLOW_PROVIDER_BASE_URL")), (key, url), "{agent}");
}

#[test]
fn key_and_base_url_come_from_the_same_layer() {
    let bare = "https://gw.example.org";
    let explicit = [("ANTHROPIC_AUTH_TOKEN", "gateway"), ("ANTHROPIC_BASE_URL", bare)];
    let real = [("ANTHROPIC_API_KEY", "real")];
    check_pair("claude-agent-acp", "claude-opus-4-1", [&explicit, &[], &real], "gateway", bare);
    let file = [("GOOGLE_API_KEY", "gateway"), ("GOOGLE_GEMINI_BASE_URL", bare)];
    check_pair("gemini", "gemini-2.5-pro", [&[], &file, &[("GEMINI_API_KEY", "real")]], "gateway", bare);
    // The canonical base URL has its own key in any layer; a server with only a base URL has the key of its variable.
    let canonical = [("BENCHFLOW_PROVIDER_BASE_URL", GW)];
    let keys = [("OPENAI_API_KEY", "real"), ("BENCHFLOW_PROVIDER_API_KEY", "gateway")];
    check_pair("codex-acp", "gpt-5.5", [&canonical, &[], &keys], "gateway", GW);
    check_pair("codex-acp", "gpt-5.5", [&canonical, &[], &[("OPENAI_API_KEY", "real")]], "real", GW);
    let host = [("OPENAI_BASE_URL", GW), ("OPENAI_API_KEY", "gateway"), ("BENCHFLOW_PROVIDER_API_KEY", "other")];
    check_pair("qwen-code", "vllm/m", [&[], &[], &host], "gateway", GW);
}

#[test]
fn canonical_key_with_a_native_base_url_is_refused() {
    for (agent, model, variable) in [
        ("codex-acp", "us-openai/gpt-5.5", "OPENAI_BASE_URL"),
        ("pi-acp", "zai/glm-5", "ZAI_BASE_URL"),
        ("pi-acp", "deepseek/deepseek-chat", "DEEPSEEK_API_BASE"),
    ] {
        let given = given("flag", &[("BENCHFLOW_PROVIDER_API_KEY", "k"), (variable, GW)]);
        let kind = resolve(agent, model, &given).map(|it| it.server.name().to_owned()).map_err(|it| it.kind());
        assert_eq!(kind, Err("dropped-base-url"), "{agent} with {model}");
    }
}

#[test]
fn login_is_used_only_at_the_vendors_host() {
    let pairs = [("CLAUDE_CODE_OAUTH_TOKEN", "oauth"), ("ANTHROPIC_BASE_URL", "https://b.example")];
    check_refused("claude-agent-acp", "claude-opus-4-1", &pairs, "missing-credential", &[], &["oauth"]);
    let own = resolve("claude-agent-acp", "claude-opus-4-1", &given("host", &pairs[..1]));
    assert!(own.is_ok_and(|it| it.login.is_some()));
}

#[test]
fn azure_resource_needs_a_provider_host() {
    let key = ("AZURE_API_KEY", "k");
    let endpoint = |url: &'static str| [key, ("AZURE_API_ENDPOINT", url)];
    for url in [
        "https://mistral-large-x.eastus2.inference.ai.azure.com",
        "https://vm7.eastus.cloudapp.azure.com:8443/v1",
        "https://eastus.api.cognitiveservices.azure.com",
        "https://openai.azure.com",
    ] {
        let variables = endpoint(url);
        check_refused("codex-acp", "azure-foundry-openai/gpt-5", &variables, "bad-url-parameter", &[], &[]);
    }
    let own =
        resolve("codex-acp", "azure-foundry-openai/gpt-5", &given("host", &endpoint("https://a.openai.azure.com/")));
    assert!(own.is_ok());
}
