//! Every rule has its file and its cases, and finds constants that break it, also when written without the macro.

use std::collections::BTreeSet;

use registry_audit::checks;
use registry_model::check::{Diagnostic, LockUse};
use registry_model::model::{
    Agent, Allow, Archive, Artefact, Auth, ConfigFile, Credential, Download, Effort, Endpoint, Family, FileFormat,
    Hosted, ImageNeed, Mapping, Mcp, McpTransport, ModelDelivery, ModelIdFormat, ModelRecord, ModelReference, Npm, Off,
    Owner, Permission, Program, Protocol, Provider, ProxyMode, Registry, Runs, Step, Suite, Target, UrlParameter,
    Version, Via, WebPolicy,
};
use registry_model::rules::{self, Checked, check_agent, check_family, check_provider, check_registry};
use registry_model::template::Template;
use registry_scripts::site::Site;
use registry_scripts::{RenderError, scripts};
use registry_tests::{names_in, read, report};

/// The URL and the key, as an entry maps them.
const ROUTED: [Mapping<'static>; 2] = [
    Mapping { name: "FIXTURE_BASE_URL", value: Template(r#"["variable","BENCHFLOW_PROVIDER_BASE_URL"]"#) },
    Mapping { name: "FIXTURE_API_KEY", value: Template(r#"["variable","BENCHFLOW_PROVIDER_API_KEY"]"#) },
];

const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const ARCHIVE: Artefact<'static> = archive(&[download(DIGITS)]);

/// An agent that breaks no rule.
const GOOD: Agent<'static> = Agent {
    name: "fixture",
    description: "A fixture.",
    protocols: &[Protocol::OpenAiCompletions],
    install: &[ARCHIVE],
    runs: Runs::Native,
    launch: &[Template("\"fixture\""), Template("\"acp\"")],
    env: &ROUTED,
    web: Some(WebPolicy::NoTools("its tool list was read")),
    home: &[".fixture"],
    ..Agent::EMPTY
};

/// A provider that breaks no rule.
const MAKERS: Provider<'static> = Provider {
    name: "makers",
    description: "Somebody who serves models.",
    endpoints: &[Endpoint { protocol: Protocol::OpenAiCompletions, url: "https://models.example/v1" }],
    auth: Auth::ApiKey,
    credential: Credential::AnyOf(&["MAKERS_API_KEY"]),
    ..Provider::EMPTY
};

const MODEL: ModelRecord<'static> =
    ModelRecord { id: "m-1", context_window: 1, max_tokens: 1, reasoning: false, input: &["text"] };

const SUITE: Suite<'static> = Suite { model: ModelReference { provider: "makers", id: "m-1" }, usage_tracking: true };

const fn download(sha256: &'static str) -> Download<'static> {
    Download { target: Target::LinuxX64, url: "https://example.org/fixture.tar.gz", sha256 }
}

const fn archive(downloads: &'static [Download<'static>]) -> Artefact<'static> {
    Artefact::Archive(Archive { bin: "fixture", downloads })
}

const fn step(script: &'static str) -> Artefact<'static> {
    Artefact::Sh(Step { script, writes: &["js-agents"], needs: &[], bin: "" })
}

const fn file(path: &'static str, format: FileFormat, body: &'static str) -> ConfigFile<'static> {
    ConfigFile { path, format, owner: Owner::Keys, mode: 0o600, body: Template(body) }
}

const fn told_by(via: Via, proxy: ProxyMode<'static>) -> ModelDelivery<'static> {
    ModelDelivery { format: ModelIdFormat::Bare, via, proxy, refuses: &[], none: None }
}

/// A constant that breaks one rule.
#[expect(clippy::large_enum_variant, reason = "there are some dozens of them, in one constant")]
enum Broken {
    Agent(Agent<'static>),
    Provider(Provider<'static>),
    Family(Family<'static>),
    /// Breaks a rule that is checked over all entries.
    Together(&'static [&'static Agent<'static>]),
}

const SAME_NAME: Agent<'static> = Agent { name: "other", aliases: &["fixture"], ..GOOD };
const UNSERVED: Agent<'static> = Agent { protocols: &[Protocol::GoogleGenerateContent], ..GOOD };
const TOO_NEW: Agent<'static> = Agent { node_floor: Some(Version::new(99, 0, 0)), ..GOOD };
const UNROUTABLE: Agent<'static> = Agent {
    model: ModelDelivery { format: ModelIdFormat::ModelsDev, ..ModelDelivery::EMPTY },
    suite: Some(Suite { model: ModelReference { provider: "", id: "mystery" }, usage_tracking: true }),
    ..GOOD
};

const KEY: Template<'static> = Template(r#"["variable","BENCHFLOW_PROVIDER_API_KEY"]"#);

const fn env(env: &'static [Mapping<'static>]) -> Broken {
    Broken::Agent(Agent { env, ..GOOD })
}

const fn install(install: &'static [Artefact<'static>]) -> Broken {
    Broken::Agent(Agent { install, ..GOOD })
}

const fn config(config: &'static [ConfigFile<'static>]) -> Broken {
    Broken::Agent(Agent { config, ..GOOD })
}

const fn web(web: WebPolicy<'static>) -> Broken {
    Broken::Agent(Agent { web: Some(web), ..GOOD })
}

/// One constant for each rule that a macro or a registry checks.
const BROKEN: &[(&str, Broken)] = &[
    ("A001", Broken::Agent(Agent { allow: &[Allow { code: "I003", reason: "it is fine", place: None }], ..GOOD })),
    ("C001", Broken::Agent(Agent { launch: &[Template("\"fixture\""), KEY], ..GOOD })),
    ("C002", config(&[file("~/../etc/x.json", FileFormat::Json, r#"["object"]"#)])),
    ("C003", Broken::Agent(Agent { launch: &[Template("\"fixture\""), Template(r#"["variable","MODLE"]"#)], ..GOOD })),
    ("C004", config(&[file("~/.fixture/x.toml", FileFormat::Toml, r#"["object"]"#)])),
    ("C005", Broken::Agent(Agent { launch: &[Template("\"fixture\""), Template("\"sk-proj-5fT9aQ\"")], ..GOOD })),
    ("C006", config(&[file("~/.fixture/x.toml", FileFormat::Json, r#"["object"]"#)])),
    (
        "C007",
        Broken::Agent(Agent {
            config: &[ConfigFile {
                path: "~/.fixture/x.json",
                format: FileFormat::Json,
                owner: Owner::Keys,
                mode: 0o600,
                body: Template(r#"["object",["limits",["object",["paths","ask"]]]]"#),
            }],
            permission: Some(Permission::Switch {
                mode: "",
                off: &[Off::File {
                    path: "~/.fixture/x.json",
                    format: FileFormat::Json,
                    owner: Owner::Keys,
                    body: Template(r#"["object",["limits",null]]"#),
                }],
            }),
            ..GOOD
        }),
    ),
    ("E001", env(&[Mapping { name: "FIXTURE_URL", value: Template(r#"["variable","BASE_ULR"]"#) }])),
    ("E002", env(&[ROUTED[0], ROUTED[1], Mapping { name: "PATH", value: Template("\"/opt/bin\"") }])),
    ("E003", env(&[ROUTED[0], ROUTED[1], ROUTED[1]])),
    ("E004", env(&[ROUTED[0]])),
    ("E005", Broken::Together(&[&UNSERVED])),
    ("E006", Broken::Agent(Agent { withhold: &["FIXTURE_KEY"], ..GOOD })),
    ("I001", install(&[Artefact::Npm(Npm { package: "fixture", bin: "fixture", postinstall: &[] })])),
    ("I002", Broken::Agent(Agent { launch: &[Template("\"fixtrue\"")], ..GOOD })),
    ("I003", install(&[ARCHIVE, step("rm -rf /usr/local/lib/node_modules\n")])),
    ("I004", install(&[archive(&[download("0123")])])),
    ("I005", install(&[ARCHIVE, step("npm ci >/dev/null 2>&1\n")])),
    ("I006", Broken::Together(&[&TOO_NEW])),
    ("I008", Broken::Agent(Agent { install_timeout: 0, ..GOOD })),
    ("I009", Broken::Agent(Agent { image: &[ImageNeed::Tool { name: "/usr/bin/git", debian: "git" }], ..GOOD })),
    ("I010", install(&[ARCHIVE, step("npm install --prefix \"$DIR\" some-agent\n")])),
    ("M001", Broken::Together(&[&UNROUTABLE])),
    (
        "M002",
        Broken::Agent(Agent {
            model: told_by(Via::SetModel, ProxyMode::Unsupported("its catalogue is fixed")),
            suite: Some(SUITE),
            ..GOOD
        }),
    ),
    ("M003", Broken::Agent(Agent { model: told_by(Via::Env, ProxyMode::AsIs), ..GOOD })),
    (
        "M004",
        Broken::Agent(Agent {
            model: ModelDelivery { none: Some("its back end is its vendor's"), ..ModelDelivery::EMPTY },
            protocols: &[],
            web: Some(WebPolicy::Untested { tools: &["unknown"], reason: "no request of it is seen" }),
            ..GOOD
        }),
    ),
    ("N001", Broken::Agent(Agent { name: "Fixture", ..GOOD })),
    ("N002", Broken::Together(&[&GOOD, &SAME_NAME])),
    ("N003", Broken::Agent(Agent { description: " ", ..GOOD })),
    ("N004", Broken::Agent(Agent { aliases: &["Claude Code"], ..GOOD })),
    ("N005", Broken::Agent(Agent { also: &[&Agent { name: "fixture@latest", ..GOOD }], ..GOOD })),
    (
        "P001",
        Broken::Provider(Provider {
            parameters: &[UrlParameter { name: "region", variable: "REGION", default: "", from_host_of: "" }],
            ..MAKERS
        }),
    ),
    ("P002", Broken::Family(Family { name: "fixtures", tokens: &["GLM"], description: "fixtures", ..Family::EMPTY })),
    ("P003", Broken::Provider(Provider { credential: Credential::None, ..MAKERS })),
    ("P004", Broken::Provider(Provider { models: &[MODEL, MODEL], ..MAKERS })),
    ("S001", install(&[ARCHIVE, step("if true; then\n")])),
    ("S002", install(&[ARCHIVE, step("x=$1\n[[ -n $x ]] && echo yes\n")])),
    (
        "T001",
        Broken::Agent(Agent {
            launch: &[Template("\"fixture\""), Template("\"--yolo\"")],
            permission: Some(Permission::Switch { mode: "", off: &[Off::Argv(&["--yolo"])] }),
            ..GOOD
        }),
    ),
    ("T002", Broken::Agent(Agent { permission: Some(Permission::Untested(" ")), ..GOOD })),
    ("T003", Broken::Agent(Agent { effort: Some(Effort::Levels(&["low"])), ..GOOD })),
    ("T004", Broken::Agent(Agent { mcp: Some(Mcp::Servers { acp: &[], file: &[McpTransport::Stdio] }), ..GOOD })),
    ("W001", Broken::Agent(Agent { web: None, ..GOOD })),
    (
        "W002",
        web(WebPolicy::Switch {
            tools: &["fetch"],
            off: &[Off::File {
                path: "~/.other/x.json",
                format: FileFormat::Json,
                owner: Owner::Keys,
                body: Template(r#"["object",["fetch",false]]"#),
            }],
        }),
    ),
    ("W003", web(WebPolicy::Switch { tools: &["fetch"], off: &[] })),
    ("W004", web(WebPolicy::NoTools(" "))),
    (
        "W005",
        web(WebPolicy::Switch {
            tools: &["web_fetch"],
            off: &[Off::File {
                path: "~/.fixture/x.json",
                format: FileFormat::Json,
                owner: Owner::Keys,
                body: Template(r#"["object",["deny",["append","webfetch"]]]"#),
            }],
        }),
    ),
    (
        "W006",
        Broken::Agent(Agent {
            web: Some(WebPolicy::Switch { tools: &["fetch"], off: &[Off::Argv(&["--offline"])] }),
            hosted: Some(Hosted::Some { tools: &["search"], off: &[Off::Argv(&["--no-search"])] }),
            ..GOOD
        }),
    ),
];

/// The codes of the rules that a registry of these entries breaks, without duplicates.
fn codes(
    agents: &[&Agent<'static>],
    providers: &[&Provider<'static>],
    families: &[&Family<'static>],
) -> BTreeSet<&'static str> {
    let registry = Registry { agents, providers, families, extends: None, folder: "/nonexistent" };
    check_registry(&registry).into_iter().map(|(_, violation)| violation.rule.code).collect()
}

/// The codes that are found in a constant alone, if its own check must find it, and in a registry with it.
fn found(broken: &'static Broken) -> [BTreeSet<&'static str>; 2] {
    let alone = |violations: Vec<Diagnostic>| violations.iter().map(|it| it.rule.code).collect();
    match broken {
        Broken::Agent(it) => [alone(check_agent(it, LockUse::Required)), codes(&[it], &[&MAKERS], &[])],
        Broken::Provider(it) => [alone(check_provider(it)), codes(&[&GOOD], &[it], &[])],
        Broken::Family(it) => [alone(check_family(it)), codes(&[&GOOD], &[&MAKERS], &[it])],
        Broken::Together(agents) => {
            let together = codes(agents, &[&MAKERS], &[]);
            [together.clone(), together]
        }
    }
}

/// Checks that a constant breaks exactly the declared rules.
#[track_caller]
fn check_breaks(cases: &'static [(&str, Broken)]) {
    let mut faults = Vec::new();
    for (code, broken) in cases {
        for codes in found(broken) {
            if codes != BTreeSet::from([*code]) {
                faults.push(format!("{code}: the constant is found to break {codes:?}"));
            }
        }
    }
    report(&faults);
}

#[test]
fn handwritten_constants_are_checked_by_every_rule() {
    assert_eq!(codes(&[&GOOD], &[&MAKERS], &[]), BTreeSet::new(), "the fixture breaks no rule");
    let covered: Vec<&str> = BROKEN.iter().map(|(code, _)| *code).collect();
    let wanted = rules::ALL.iter().filter(|rule| rule.checked != Checked::Generation).map(|rule| rule.code);
    assert_eq!(covered, wanted.collect::<Vec<_>>(), "each rule has one constant that breaks it");
    check_breaks(BROKEN);
}

#[test]
fn the_registry_breaks_no_rule() {
    let violations = check_registry(&registry::REGISTRY);
    report(&violations.iter().map(|(name, it)| format!("{name}: {} {}", it.rule.code, it.message)).collect::<Vec<_>>());
}

/// The cases of a folder that belong to a rule: `<code>_<mistake>.rs`.
fn cases_of(folder: &str, code: &str) -> Vec<String> {
    let start = format!("{}_", code.to_lowercase());
    let of_rule = |name: &String| name.strip_suffix(".rs").is_some_and(|stem| stem.starts_with(&start));
    names_in(&format!("tests/ui/{folder}")).into_iter().filter(of_rule).collect()
}

#[test]
fn every_compile_time_rule_has_a_failing_and_a_passing_case() {
    let mut faults = Vec::new();
    for rule in rules::ALL.iter().filter(|rule| rule.checked != Checked::Generation) {
        let code = rule.code;
        let wrong = cases_of("fail", code);
        if wrong.is_empty() {
            faults.push(format!("{code} has no tests/ui/fail/{}_….rs", code.to_lowercase()));
        }
        if cases_of("pass", code).is_empty() {
            faults.push(format!("{code} has no tests/ui/pass/{}_….rs", code.to_lowercase()));
        }
        let says = |case: &String| {
            let name = format!("tests/ui/fail/{}", case.replace(".rs", ".stderr"));
            let text = std::fs::read_to_string(registry_tests::workspace().join(name)).unwrap_or_default();
            // Cases that rustc reports have rustc's code.
            text.contains(&format!("[{code}]")) || text.contains("error[E")
        };
        faults
            .extend(wrong.iter().filter(|case| !says(case)).map(|case| format!("{case}: its .stderr has no [{code}]")));
    }
    report(&faults);
}

#[test]
fn compile_fail_cases_and_stderr_files_match() {
    let mut faults = Vec::new();
    for folder in ["tests/ui/fail", "tests/ui/fail/syntax"] {
        let names = names_in(folder);
        let stems = |extension: &str| -> BTreeSet<String> {
            names.iter().filter_map(|name| name.strip_suffix(extension)).map(str::to_owned).collect()
        };
        let (sources, errors) = (stems(".rs"), stems(".stderr"));
        assert!(!sources.is_empty(), "{folder} holds no case");
        faults.extend(sources.difference(&errors).map(|name| format!("{folder}/{name}.rs has no .stderr")));
        faults.extend(errors.difference(&sources).map(|name| format!("{folder}/{name}.stderr belongs to no case")));
    }
    report(&faults);
}

/// Repetitions in a rule's file: the file's name gives the code and the name, and one constant the sentence.
fn repeated(text: &str, sentence: &str) -> Vec<&'static str> {
    // A comment can wrap a sentence.
    let line = text.replace("\n//! ", " ").replace("\n/// ", " ").to_lowercase();
    let twice = line.matches(&sentence.to_lowercase()).count() > 1;
    let says =
        [(text.contains("    code: \""), "a code"), (text.contains("    name: \""), "a name"), (twice, "its sentence")];
    says.into_iter().filter(|(says, _)| *says).map(|(_, what)| what).collect()
}

/// Checks that a folder has one file for each code and name, without repetitions, and no other files.
#[track_caller]
fn check_files<'r>(folder: &str, all: impl Iterator<Item = (&'r str, &'r str, &'r str)>) {
    let file = |code: &str, name: &str| format!("{}_{}.rs", code.to_lowercase(), name.replace('-', "_"));
    let all: Vec<(String, &str)> = all.map(|(code, name, sentence)| (file(code, name), sentence)).collect();
    let coded = |name: &str| name.as_bytes().get(1..4).is_some_and(|it| it.iter().all(u8::is_ascii_digit));
    let files: BTreeSet<String> = names_in(folder).into_iter().filter(|name| coded(name)).collect();
    let listed: BTreeSet<String> = all.iter().map(|(file, _)| file.clone()).collect();
    let mut faults: Vec<String> = files
        .difference(&listed)
        .map(|name| format!("{folder}/{name} has no line in the list of {folder}/mod.rs"))
        .collect();
    for (file, sentence) in &all {
        let says = repeated(&read(&format!("{folder}/{file}")), sentence);
        faults.extend(says.into_iter().map(|what| format!("{folder}/{file} says {what} once more")));
    }
    report(&faults);
}

#[test]
fn rule_and_check_files_match_their_lists_without_repetition() {
    let twice =
        "//! I008 `no-time`: an install\n//! has time\n    code: \"I008\",\n    sentence: \"an install has time\",\n";
    assert_eq!(repeated(twice, "an install has time"), ["a code", "its sentence"]);
    check_files("crates/model/src/rules", rules::ALL.iter().map(|it| (it.code, it.name, it.sentence)));
    check_files("crates/audit/src/checks", checks::ALL.iter().map(|it| (it.code, it.name, it.sentence)));
}

/// Incompressible text: six random bits per character.
fn noise(bytes: usize) -> String {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(letters.get(usize::try_from(state >> 58).unwrap_or_default()).copied().unwrap_or(b'-'))
    };
    std::iter::repeat_with(&mut letter).take(bytes).collect()
}

/// An agent with a shipped program of so many bytes of noise, rendered for a site.
#[track_caller]
fn check_oversized(bytes: usize, site: &Site, refused: bool) {
    let text = noise(bytes);
    let install = [Artefact::Program(Program { name: "fixture", text: &text })];
    let rendered = scripts(&Agent { install: &install, runs: Runs::Node, ..GOOD }, site);
    let error = rendered.as_ref().err();
    assert_eq!(error.is_some(), refused, "{error:?}");
    if let Some(error) = error {
        assert_eq!(error.rule(), Some("I007"), "{error}");
        assert!(
            error.to_string().starts_with("I007: install.sh has ") && error.to_string().contains("`mirror`"),
            "{error}"
        );
    }
    let mirrored = rendered.into_iter().flatten().any(|script| !script.mirrored.is_empty());
    assert_eq!(mirrored, bytes > 100_000 && !refused, "a mirror carries what does not fit");
}

#[test]
fn oversized_script_is_refused_without_a_mirror() {
    let mirror = Site { mirror: Some("https://mirror.example/agents".to_owned()), ..Site::default() };
    check_oversized(300_000, &Site::default(), true);
    check_oversized(300_000, &mirror, false);
    check_oversized(1_000, &Site::default(), false);
    check_oversized(1_000, &mirror, false);
    assert!(RenderError::Nul.rule().is_none(), "a fault outside the rules has no code");
}
