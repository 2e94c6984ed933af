//! A registry that is made up, for the tables of cases of the checks of manifests.

use registry_model::model::{
    Agent, Credential, Endpoint, Family, Mapping, ModelDelivery, ModelIdFormat, ModelReference, Protocol, Provider,
    ProxyMode, Registry, Suite, UrlParameter, Via,
};
use registry_model::template::Template;

use crate::checks;
use crate::read::read_one;
use crate::registry_facts::RegistryFacts;

const ALPHA: Agent<'static> = Agent {
    name: "alpha",
    description: "An agent that is made up.",
    protocols: &[Protocol::OpenAiCompletions],
    model: ModelDelivery {
        format: ModelIdFormat::ModelsDev,
        via: Via::SetModel,
        proxy: ProxyMode::Unsupported("made up"),
        refuses: &[],
        none: None,
    },
    env: &[
        Mapping { name: "OPENAI_BASE_URL", value: Template("[\"variable\",\"BENCHFLOW_PROVIDER_BASE_URL\"]") },
        Mapping { name: "OPENAI_API_KEY", value: Template("[\"variable\",\"BENCHFLOW_PROVIDER_API_KEY\"]") },
    ],
    home: &[".alpha", ".config/alpha"],
    install_timeout: 1200,
    suite: Some(Suite { model: ModelReference { provider: "makers", id: "big-1" }, usage_tracking: false }),
    lock: "format 1\npackage npm alpha-agent 1.2.3 -\n",
    ..Agent::EMPTY
};

const MAKERS: Provider<'static> = Provider {
    name: "makers",
    endpoints: &[Endpoint { protocol: Protocol::OpenAiCompletions, url: "{base_url}" }],
    parameters: &[UrlParameter { name: "base_url", variable: "MAKERS_BASE_URL", default: "", from_host_of: "" }],
    credential: Credential::AnyOf(&["MAKERS_API_KEY"]),
    families: &["big"],
    ..Provider::EMPTY
};

const SWIFT: Family<'static> = Family {
    name: "swift",
    tokens: &["swift"],
    namespace: "birds",
    protocols: &[Protocol::OpenAiCompletions],
    keys: &["SWIFT_API_KEY", "BIRD_API_KEY"],
    ..Family::EMPTY
};

const REGISTRY: Registry<'static> =
    Registry { agents: &[&ALPHA], providers: &[&MAKERS], families: &[&SWIFT], extends: None, folder: "" };

/// Checks what one check finds in a manifest of the agent `alpha`: a part of each message.
#[track_caller]
pub(super) fn check_manifest(code: &str, manifest: &str, expected: &[&str]) {
    check_manifest_of("alpha", code, manifest, expected);
}

/// The same in a manifest of any agent.
#[track_caller]
pub(super) fn check_manifest_of(agent: &str, code: &str, manifest: &str, expected: &[&str]) {
    let text = format!("name = '{agent}'\n{manifest}\n");
    let contents = read_one("manifest.toml", text.clone().into_bytes(), true);
    assert!(contents.unread.is_empty(), "{text}\n{:#?}", contents.unread);
    let facts = RegistryFacts::new(&REGISTRY).expect("its lock can be read");
    let found = checks::run(&facts, &contents);
    let found: Vec<&str> = found.iter().filter(|it| it.code == code).map(|it| &*it.message).collect();
    let agree = found.len() == expected.len() && found.iter().zip(expected).all(|(found, part)| found.contains(part));
    assert!(agree, "{text}\nexpected {expected:#?}\nfound {found:#?}");
}
