//! Properties of routing for every agent, model and environment: no panic, deterministic answers, no secrets of other
//! providers.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;
use registry::REGISTRY;
use registry::model::Family;
use registry_routing::{Given, Resolution, Router, Sandbox, Server, Variables, owned_variables};

/// Variables that routing reads itself.
const CANONICAL: [&str; 6] = [
    "BENCHFLOW_PROVIDER_BASE_URL",
    "BENCHFLOW_PROVIDER_API_KEY",
    "BENCHFLOW_LITELLM_MODEL_ALIAS",
    "BENCHFLOW_DISALLOW_WEB_TOOLS",
    "LLM_TIMEOUT",
    "UNRELATED_TOKEN",
];

/// The registry, read once.
static ROUTER: LazyLock<Router<'static>> = LazyLock::new(|| Router::new(&REGISTRY));

/// Every variable that a provider or a family owns.
static OWNED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let providers = REGISTRY.providers().into_iter().flat_map(|it| owned_variables(it));
    let families = REGISTRY.families().into_iter().flat_map(|it| it.keys.iter().chain(it.base_urls).copied());
    providers.chain(families).collect::<BTreeSet<_>>().into_iter().collect()
});

fn owned() -> impl Iterator<Item = &'static str> {
    OWNED.iter().copied()
}

/// References of every kind: a provider's in any case or none, then a word of a family or anything at all.
fn references() -> impl Strategy<Value = String> {
    let providers = REGISTRY.providers().into_iter().map(|it| format!("{}/", it.name));
    let upper = REGISTRY.providers().into_iter().map(|it| format!("{}/", it.name.to_uppercase()));
    let prefixes: Vec<String> = providers.chain(upper).chain(["", "", "", "nobody/", "/"].map(str::to_owned)).collect();
    let words = REGISTRY.providers().into_iter().flat_map(|it| it.families.iter().copied());
    let words = words.chain(REGISTRY.families().into_iter().flat_map(|it| it.tokens.iter().copied()));
    let words: Vec<&str> = words.chain(["", "benchflow-", "llama", "a/b/"]).collect();
    (select(prefixes), select(words), "(-[0-9a-z.]{0,6})?|\\PC{0,4}").prop_map(|(a, b, c)| format!("{a}{b}{c}"))
}

/// A value with the mark of its variable.
fn mark(name: &str) -> String {
    format!("mark-of-{}", name.to_lowercase())
}

/// The variable whose mark a value has.
fn owner(value: &str) -> Option<&'static str> {
    let (_, rest) = value.split_once("mark-of-")?;
    let bears = |name: &&str| rest.starts_with(&name.to_lowercase());
    owned().chain(CANONICAL).filter(bears).max_by_key(|name| name.len())
}

/// A plausible value with the mark of its variable, or an arbitrary one.
fn value(name: &'static str) -> impl Strategy<Value = String> {
    let plausible = if name.ends_with("_URL") { format!("https://{}.example/v1", mark(name)) } else { mark(name) };
    prop_oneof![8 => Just(plausible), 1 => Just(" \t".to_owned()), 1 => "\\PC{0,8}"]
}

fn variables() -> impl Strategy<Value = Variables> {
    let names: Vec<&'static str> = owned().chain(CANONICAL).collect();
    let pair = select(names).prop_flat_map(|name| (Just(name.to_owned()), value(name)));
    proptest::collection::vec(pair, 0..40).prop_map(|pairs| pairs.into_iter().collect())
}

fn anything() -> impl Strategy<Value = Variables> {
    btree_map("[A-Z_]{1,8}|\\PC{1,4}", "\\PC{0,8}", 0..4)
}

fn sandbox(root: bool) -> Sandbox {
    Sandbox {
        home: "/home/agent".to_owned(),
        root,
        folder: "/opt/benchflow/agent".to_owned(),
        path: Sandbox::PATH.to_owned(),
    }
}

/// The variables that a resolution may use.
fn allowed(found: &Resolution<'_>) -> Vec<&'static str> {
    let of_the_server = match &found.server {
        Server::Provider(provider, endpoint) => {
            let own = owned_variables(provider);
            // A server without its own base URL has the base URL that belongs to its key.
            let beside = |it: &&&Family<'_>| endpoint.url.is_empty() && it.keys.iter().any(|key| own.contains(key));
            let families = REGISTRY.families();
            let beside: Vec<&str> =
                families.iter().filter(beside).flat_map(|it| it.base_urls.iter().copied()).collect();
            owned().filter(|it| own.contains(it) || beside.contains(it)).collect()
        }
        Server::Family(family) => {
            owned().filter(|it| family.keys.contains(it) || family.base_urls.contains(it)).collect()
        }
        Server::Gateway { .. } | Server::Named => Vec::new(),
    };
    let logs_in = |name: &str| found.login.is_some_and(|it| it.source == registry::model::LoginSource::Variable(name));
    let token = owned().filter(|name| logs_in(name));
    let accepted = CANONICAL.into_iter().filter(|it| found.agent.accepts.contains(it) || it.starts_with("BENCHFLOW_"));
    of_the_server.into_iter().chain(token).chain(accepted).collect()
}

fn agents() -> Vec<&'static str> {
    REGISTRY.agents().iter().map(|agent| agent.name).collect()
}

#[test]
fn every_model_of_the_suite_is_routed() {
    let set = |name: &str| if name.ends_with("_URL") { "https://models.example/v1" } else { "set" }.to_owned();
    let direct: Variables = owned().map(|name| (name.to_owned(), set(name))).collect();
    let gateway: Variables = CANONICAL[..3].iter().map(|name| ((*name).to_owned(), set(name))).collect();
    for (agent, suite) in REGISTRY.agents().into_iter().filter_map(|agent| Some((agent, agent.suite?))) {
        let (provider, id) = (suite.model.provider, suite.model.id);
        let reference = if provider.is_empty() { id.to_owned() } else { format!("{provider}/{id}") };
        let host = if suite.usage_tracking { gateway.clone() } else { direct.clone() };
        let given = Given { host, ..Given::default() };
        let found = ROUTER.entry(agent.name).map(|entry| ROUTER.resolve(entry, &reference, &given, &sandbox(true)));
        let told = found.map(|found| found.and_then(|found| found.acp_model_id));
        assert!(matches!(told, Some(Ok(_))), "{} with {reference}: {told:?}", agent.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn secrets_of_other_providers_are_not_exported(
        agent in select(agents()), reference in references(), host in variables(), file in variables(), root: bool
    ) {
        let router = &*ROUTER;
        let Some(entry) = router.entry(agent) else { return Ok(()) };
        let given = Given { host, file, ..Given::default() };
        match router.resolve(entry, &reference, &given, &sandbox(root)) {
            Ok(found) => {
                let allowed = allowed(&found);
                for (name, variable) in &found.variables {
                    let from = owner(&variable.value);
                    let holds = from.is_none_or(|from| allowed.contains(&from));
                    prop_assert!(holds, "{agent} with {reference}: {name} is of {from:?}, not of {allowed:?}");
                }
                let url = found.variables.get("BENCHFLOW_PROVIDER_BASE_URL").map_or("https://", |it| it.value.as_str());
                prop_assert!(url.starts_with("http") && !url.contains(['{', '}', ' ']), "{url}");
            }
            Err(refusal) => {
                let told = refusal.to_string();
                prop_assert!(!told.contains("mark-of-") && told.contains("\nhelp: "), "{told}");
            }
        }
    }

    #[test]
    fn resolution_is_deterministic_and_never_panics(
        agent in select(agents()), reference in references(), host in variables(), flags in anything(),
        file in anything(), root: bool
    ) {
        let router = &*ROUTER;
        let Some(entry) = router.entry(agent) else { return Ok(()) };
        let given = Given { flags, file, host, logins: [reference.clone()].into() };
        let first = router.resolve(entry, &reference, &given, &sandbox(root));
        let again = Router::new(&REGISTRY);
        let second = again.entry(agent).map(|entry| again.resolve(entry, &reference, &given, &sandbox(root)));
        prop_assert_eq!(Some(&first), second.as_ref());
        if let Ok(found) = first {
            let files = found.files(&sandbox(root), false);
            prop_assert_eq!(&files, &found.files(&sandbox(root), false));
            let key = found.variables.get("BENCHFLOW_PROVIDER_API_KEY").map(|it| it.value.as_str());
            for file in files.unwrap_or_default() {
                let told = key.is_some_and(|key| key.starts_with("mark-of-") && file.content.contains(key));
                prop_assert!(!told, "{}", file.content);
            }
        }
    }

    #[test]
    fn lookups_accept_arbitrary_text(reference in "\\PC{0,12}|(\\PC{0,3}/){0,3}") {
        let router = &*ROUTER;
        let (provider, stripped) = router.provider(&reference);
        prop_assert!(reference.ends_with(stripped));
        prop_assert_eq!(provider.is_none(), stripped.len() == reference.len());
        prop_assert!(provider.is_none() || router.bare_provider(&reference).is_none());
        let _ = (router.credential(&reference), router.auth_env(&reference), router.family(&reference));
    }
}
