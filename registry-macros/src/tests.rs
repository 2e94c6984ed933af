//! No token stream makes a macro panic, and the output is always Rust: random tokens, and entries with changed tokens.
//!
//! `MACRO_CASES` sets how many streams each of two properties gives to each of four macros (12,500 by default, which is
//! 100,000 in all).

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use quote::ToTokens as _;
use registry_model::check::{Field, Place};
use registry_model::model::*;
use registry_model::template::Template;

use crate::flow;

const ENTRIES: [&str; 4] = [
    include_str!("../../registry/src/agents/mimo.rs"),
    include_str!("../../registry/src/agents/openclaw.rs"),
    include_str!("../../registry/src/agents/openhands.rs"),
    include_str!("../../registry/src/providers/deepseek.rs"),
];

const WORDS: [&str; 41] = [
    "mimo",
    "also",
    "protocol",
    "install",
    "npm",
    "pypi",
    "archive",
    "git",
    "program",
    "sh",
    "launch",
    "handshake",
    "model",
    "env",
    "config",
    "json",
    "toml",
    "web",
    "tools",
    "off",
    "NoTools",
    "if",
    "else",
    "match",
    "fmt",
    "ref",
    "uint",
    "append",
    "set",
    "not",
    "all",
    "provider",
    "extends",
    "agents",
    "mod",
    "BASE_URL",
    "XIAOMI",
    "suite",
    "allow",
    "requires",
    "node",
];

const LITERALS: [&str; 12] = [
    "\"\"",
    "\"a b\"",
    "\"{MODEL}\"",
    "\"{\"",
    "1200s",
    "22.19",
    "0o600",
    "-1",
    "r#\"if true; then\"#",
    "'c'",
    "b\"x\"",
    "99999999999999999999",
];

fn cases() -> u32 {
    std::env::var("MACRO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12_500)
}

/// Runs all four macros on a stream.
fn run(tokens: &TokenStream) {
    let head: TokenTree =
        Group::new(Delimiter::Parenthesis, Ident::new("krate", Span::call_site()).into_token_stream()).into();
    let input: TokenStream = core::iter::once(head).chain(tokens.clone()).collect();
    for expand in [flow::agent, flow::provider, flow::family, flow::registry] {
        let output = expand(input.clone()).to_string();
        assert!(output.parse::<TokenStream>().is_ok(), "not Rust: {output}");
    }
    let _ = flow::agent(tokens.clone());
}

fn token() -> impl Strategy<Value = TokenTree> {
    let leaf = prop_oneof![
        proptest::sample::select(&WORDS[..]).prop_map(|word| TokenTree::Ident(Ident::new(word, Span::call_site()))),
        proptest::sample::select(&LITERALS[..])
            .prop_filter_map("a literal", |text| text.parse::<Literal>().ok().map(TokenTree::Literal)),
        proptest::sample::select(vec![':', ',', '=', '>', '?', '#', '-', ';', '/', '!'])
            .prop_map(|char| TokenTree::Punct(Punct::new(char, Spacing::Alone))),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        let delimiters = vec![Delimiter::Brace, Delimiter::Bracket, Delimiter::Parenthesis, Delimiter::None];
        (proptest::sample::select(delimiters), prop::collection::vec(inner, 0..8))
            .prop_map(|(delimiter, tokens)| TokenTree::Group(Group::new(delimiter, tokens.into_iter().collect())))
    })
}

#[test]
fn random_tokens_do_not_panic() {
    let mut runner = TestRunner::new(Config { cases: cases(), ..Config::default() });
    runner
        .run(&prop::collection::vec(token(), 0..20), |tokens| {
            run(&tokens.into_iter().collect());
            Ok(())
        })
        .expect("no macro panics");
}

/// The body of the first macro call of a file.
fn body(file: &str) -> TokenStream {
    let tokens: Vec<TokenTree> = file.parse::<TokenStream>().expect("an entry is Rust").into_iter().collect();
    let group = tokens.iter().rev().find_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    group.expect("an entry is one macro call")
}

/// Changes the token of a number, counted through all groups.
fn mutate(stream: TokenStream, target: usize, next: &mut usize, change: &TokenTree, how: u8) -> TokenStream {
    let mut out = Vec::new();
    for token in stream {
        let hit = *next == target;
        *next += 1;
        let token = match token {
            TokenTree::Group(group) => {
                let inner = mutate(group.stream(), target, next, change, how);
                TokenTree::Group(Group::new(group.delimiter(), inner))
            }
            other => other,
        };
        match (hit, how) {
            (true, 0) => {}
            (true, 1) => out.push(change.clone()),
            (true, 2) => out.extend([token.clone(), token]),
            (true, _) => out.extend([change.clone(), token]),
            (false, _) => out.push(token),
        }
    }
    out.into_iter().collect()
}

#[test]
fn changed_entries_do_not_panic() {
    let bodies: Vec<TokenStream> = ENTRIES.iter().map(|file| body(file)).collect();
    let mutations = prop::collection::vec((0..500_usize, token(), 0..4_u8), 1..4);
    let mut runner = TestRunner::new(Config { cases: cases(), ..Config::default() });
    runner
        .run(&(0..bodies.len(), mutations), |(entry, mutations)| {
            let mut tokens = bodies[entry].clone();
            for (target, change, how) in mutations {
                tokens = mutate(tokens, target, &mut 0, &change, how);
            }
            run(&tokens);
            Ok(())
        })
        .expect("no macro panics");
}

/// An entry's file, in the folder of the registry.
fn entry_file(name: &str) -> String {
    let path = format!("{}/../registry/src/agents/{}.rs", env!("CARGO_MANIFEST_DIR"), name.replace('-', "_"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `show` prints an entry that is the same as its file to the compiler.
#[test]
fn printed_entries_expand_like_their_files() {
    for agent in registry::REGISTRY.agents {
        let printed = format!("agent! {{\n{}}}", registry_outputs::entry::text(agent));
        let [of_file, of_print] = [&entry_file(agent.name), &printed].map(|text| {
            let head: TokenStream = "(krate)".parse().expect("a group");
            flow::agent(head.into_iter().chain(body(text)).collect()).to_string()
        });
        assert!(!of_file.contains("compile_error"), "{}: {of_file}", agent.name);
        assert_eq!(of_print, of_file, "{printed}");
        assert!(printed.lines().all(|line| line.trim_end() == line), "{printed}");
    }
}

/// An entry with values that no entry of the registry has.
const STRANGE: Agent<'static> = Agent {
    name: "strange-one",
    description: "It has everything.\n\nAnd a second paragraph.",
    aliases: &["odd"],
    protocols: &[Protocol::OpenAiResponses, Protocol::AnthropicMessages],
    install: &[
        Artefact::Archive(Archive {
            bin: "bin/strange",
            downloads: &[
                Download { target: Target::LinuxX64, url: "https://example.org/x64.tar.gz", sha256: "01" },
                Download { target: Target::LinuxArm64Musl, url: "https://example.org/arm64.tar.gz", sha256: "02" },
            ],
        }),
        Artefact::Git(Git { url: "https://example.org/strange.git", commit: "abc", bin: "tool" }),
        Artefact::Program(Program { name: "shim.mjs", text: "" }),
        Artefact::Sh(Step {
            script: "# a \"step\"\n  cp \\\"x\\\" \"$BIN\"\n\tdone 'é'",
            writes: &["bin"],
            needs: &["cp"],
            bin: "copied",
        }),
    ],
    runs: Runs::Native,
    node_floor: Some(Version::new(22, 19, 1)),
    launch: &[Template("\"strange\""), Template(r#"["fmt","--model=",["variable","BENCHFLOW_ACP_MODEL_ID"]]"#)],
    beside: Some(Beside { argv: &[Template(r#"["variable","BENCHFLOW_BESIDE_PORT"]"#)], within: 45 }),
    handshake: Handshake {
        info: Info::None("it gives \"none\""),
        env: &[],
        session: Session::Refused(-32_000),
        exit: Exit::Signal,
    },
    proof: &[Proof::Version { bin: "tool", args: &["-V"], output: "a\tb" }],
    model: ModelDelivery {
        format: ModelIdFormat::RegisteredProvider,
        via: Via::Argv,
        proxy: ProxyMode::Unsupported("its catalogue is fixed"),
        refuses: &["@"],
        none: None,
    },
    withhold: &["API_KEY"],
    base_url: BaseUrlForm::WithoutV1,
    config: &[ConfigFile {
        path: "~/.strange/x.toml",
        format: FileFormat::Toml,
        owner: Owner::Whole,
        mode: 0o640,
        body: Template(r#"["if",["not",["provider","xiaomi"]],["object",["k",["uint","TIMEOUT"],true]]]"#),
    }],
    accepts: &["TIMEOUT"],
    references: Some(References { form: "${NAME}", semantics: Semantics::Parsed }),
    web: Some(WebPolicy::NoSwitch { tools: &["fetch"], reason: "none" }),
    home: &[".strange"],
    login: &[Login { source: LoginSource::Variable("TOKEN"), instead_of: "KEY", own_endpoint_only: true }],
    hosts: &[Host { name: "example.org", off: &[], reason: "nothing stops it" }],
    platforms: &[Target::LinuxX64, Target::LinuxArm64Musl],
    image: &[
        ImageNeed::Certificates,
        ImageNeed::Tool { name: "git", debian: "git" },
        ImageNeed::Library { name: "libssl.so.3", debian: "libssl3" },
    ],
    install_timeout: 60,
    suite: Some(Suite { model: ModelReference { provider: "google-vertex", id: "m-1" }, usage_tracking: false }),
    allow: &[
        Allow { code: "I003", reason: "why", place: Some(Place::field(Field::Install).item(3)) },
        Allow { code: "C001", reason: "so", place: Some(Place::field(Field::Config).item(0)) },
        Allow { code: "E004", reason: "because", place: None },
    ],
    ..Agent::EMPTY
};

/// What `show` prints is read back as the same agent.
#[track_caller]
fn check_reads_back(agent: &Agent<'static>) {
    let printed = format!("agent! {{\n{}}}", registry_outputs::entry::text(agent));
    let bump = bumpalo::Bump::new();
    let krate = TokenTree::Ident(Ident::new("krate", Span::call_site()));
    let mut cx = crate::syntax::Cx::new(&bump, &krate);
    let cursor = crate::parse::Cursor::new(body(&printed), Span::call_site());
    let read = crate::parse::parse_agent(&mut cx, cursor, None).expect("it has a name").0;
    let (faults, _) = cx.finish();
    assert!(faults.is_empty(), "{faults:?}\n{printed}");
    assert_eq!(&read.model, agent, "{printed}");
}

#[test]
fn printed_entries_are_read_back() {
    check_reads_back(&STRANGE);
    let web = WebPolicy::Switch {
        tools: &["fetch"],
        off: &[
            Off::File {
                path: "~/.strange/y.toml",
                format: FileFormat::Toml,
                owner: Owner::Keys,
                body: Template(r#"["object",["fetch",false]]"#),
            },
            Off::Argv(&["--no", "fetch"]),
            Off::Unset(&["STRANGE_HOME"]),
        ],
    };
    check_reads_back(&Agent { web: Some(web), ..STRANGE });
    check_reads_back(&Agent { web: Some(WebPolicy::Untested { tools: &["a"], reason: "b" }), ..STRANGE });
}

/// Each field that an entry gives is resolved by rustc as the field of a type with documentation.
#[track_caller]
fn check_fields_resolve(expand: fn(TokenStream) -> TokenStream, file: &str, entry: &str, fields: &[&str]) {
    let head: TokenStream = "(krate)".parse().expect("a group");
    let output = expand(head.into_iter().chain(body(file)).collect()).to_string();
    assert!(output.contains(&format!("const _ : fn (& krate :: entry :: {entry}) = | it | {{")), "{output}");
    for field in fields {
        assert!(output.contains(&format!("let _ = & it . {field} ;")), "{field}: {output}");
    }
}

#[test]
fn given_fields_resolve_to_their_documentation() {
    let [mimo, _, _, deepseek] = ENTRIES;
    check_fields_resolve(flow::agent, mimo, "AgentEntry", &["protocol", "handshake", "web", "home", "timeout"]);
    check_fields_resolve(flow::agent, mimo, "HandshakeEntry", &["name", "session", "exit"]);
    check_fields_resolve(flow::agent, mimo, "ModelEntry", &["format", "via", "proxy"]);
    check_fields_resolve(flow::agent, mimo, "WebEntry", &["tools", "off"]);
    check_fields_resolve(flow::agent, mimo, "SuiteEntry", &["model", "usage_tracking"]);
    check_fields_resolve(flow::provider, deepseek, "ProviderEntry", &["endpoints", "auth"]);
}

#[test]
fn deep_nesting_does_not_panic() {
    for delimiter in [Delimiter::Brace, Delimiter::Bracket, Delimiter::Parenthesis, Delimiter::None] {
        let mut inner = TokenStream::new();
        for _ in 0..500 {
            inner = TokenTree::Group(Group::new(delimiter, inner)).into();
        }
        run(&inner);
        let value: TokenStream = "A =".parse().expect("two tokens");
        let mappings = Group::new(Delimiter::Brace, value.into_iter().chain(inner).collect());
        let field: TokenStream = "env:".parse().expect("two tokens");
        let fields = Group::new(Delimiter::Brace, field.into_iter().chain(mappings.into_token_stream()).collect());
        let name: TokenStream = "mimo".parse().expect("a word");
        run(&name.into_iter().chain(fields.into_token_stream()).collect());
    }
}
