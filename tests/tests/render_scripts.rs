//! The rendered scripts: deterministic, accepted by every shell, without words that a harness rejects, small enough.

#![allow(clippy::indexing_slicing, reason = "a test panics on failure")]

use std::process::Command;

use registry::model::{
    Agent, Artefact, BaseUrlForm, Beside, ConfigFile, Exit, FileFormat, Handshake, Info, Mapping, ModelDelivery,
    ModelIdFormat, Npm, Off, Owner, Program, Proof, ProxyMode, Pypi, References, Runs, Semantics, Session, Via,
    WebPolicy,
};
use registry::rules::MAX_QUOTED_TWICE;
use registry::template::Template;
use registry_scripts::site::Site;
use registry_scripts::{RenderError, Script, ScriptKind, scripts};
use serde_json::{Value, json};

/// A native program of npm, with every kind of value.
const NATIVE: Agent<'static> = Agent {
    name: "native-one",
    install: &[Artefact::Npm(Npm { package: "one", bin: "one", postinstall: &["node", "postinstall.mjs"] })],
    runs: Runs::Native,
    launch: &[Template("\"one\""), Template(r#"["if",["root"],"--root"]"#), Template("\"it's $HOME `x` \\\"\"")],
    handshake: Handshake {
        info: Info::Fields { name: "One", title: "", version_is_pinned: true },
        env: &[Mapping { name: "ONE_KEY", value: Template("\"dummy\"") }],
        session: Session::Refused(-32000),
        exit: Exit::Eof,
    },
    proof: &[Proof::Acp, Proof::Version { bin: "one", args: &["--version"], output: "one {VERSION}" }],
    model: ModelDelivery {
        format: ModelIdFormat::ModelsDev,
        via: Via::SetModel,
        proxy: ProxyMode::RegisterProvider,
        refuses: &[],
        none: None,
    },
    env: &[
        Mapping { name: "ONE_URL", value: Template(r#"["variable","BENCHFLOW_PROVIDER_BASE_URL"]"#) },
        Mapping { name: "ONE_TIME", value: Template(r#"["uint","ONE_SECONDS"]"#) },
        Mapping {
            name: "ONE_KIND",
            value: Template(
                r#"["match","BENCHFLOW_PROVIDER_PROTOCOL",["anthropic-messages","a"],["",["fmt",["variable","X"],"/b"]]]"#,
            ),
        },
        Mapping {
            name: "ONE_IF",
            value: Template(
                r#"["if",["all",["set","A"],["not",["any",["direct"],["provider","p q"]]]],"1",["if",["not",["not",["proxy"]]],"2"]]"#,
            ),
        },
    ],
    base_url: BaseUrlForm::WithV1,
    references: Some(References { form: "{env:NAME}", semantics: Semantics::Textual }),
    config: &[ConfigFile {
        path: "~/.one/one.json",
        format: FileFormat::Jsonc,
        owner: Owner::Keys,
        mode: 0o600,
        body: Template(r#"["object",["key",["ref","BENCHFLOW_PROVIDER_API_KEY"]]]"#),
    }],
    web: Some(WebPolicy::Switch {
        tools: &["fetch"],
        off: &[
            Off::File {
                path: "~/.one/one.json",
                format: FileFormat::Jsonc,
                owner: Owner::Keys,
                body: Template(r#"["object",["deny",["append","fetch"]]]"#),
            },
            Off::Env(&[Mapping { name: "ONE_OFFLINE", value: Template("\"true\"") }]),
            Off::Argv(&["--no-web"]),
        ],
    }),
    lock: concat!(
        "format 1\npackage npm one 1.2.3 sha512-2omDujweL9HNMCvz18PKUUkdOf5TbbzxhH43nLDHIQrWQIXM2poXjAjKpLyBCLP3LGj6vRNmB",
        "+1Q6CLKdV90cQ==\nunavailable linux-arm64 2026-11-23 npm one-arm64 1.2.3 404\n"
    ),
    ..Agent::EMPTY
};

/// A JavaScript program with a helper beside it.
const BESIDE: Agent<'static> = Agent {
    name: "beside-two",
    install: &[Artefact::Npm(Npm { package: "two", bin: "two", postinstall: &[] })],
    launch: &[Template("\"two\""), Template(r#"["fmt","ws://127.0.0.1:",["variable","BENCHFLOW_BESIDE_PORT"]]"#)],
    beside: Some(Beside {
        argv: &[Template("\"two\""), Template("\"gateway\""), Template(r#"["variable","BENCHFLOW_BESIDE_PORT"]"#)],
        within: 30,
    }),
    web: Some(WebPolicy::Untested { tools: &["x"], reason: "untested" }),
    lock: LOCK_TWO,
    ..Agent::EMPTY
};

const LOCK_TWO: &str = "format 1\npackage npm two 2.0.0 sha512-2omDujweL9HNMCvz18PKUUkdOf5TbbzxhH43nLDHIQrWQIXM2poXjAjKpLyBCLP3LGj6vRNmB+1Q6CLKdV90cQ==\n";

/// A shipped Python program with a library.
const PYTHON: Agent<'static> = Agent {
    name: "python-three",
    install: &[
        Artefact::Pypi(Pypi { package: "three", bin: "", python: "==3.12.*", source: "" }),
        Artefact::Program(Program { name: "three.py", text: "print('three')\n" }),
    ],
    runs: Runs::Python,
    launch: &[Template("\"three.py\"")],
    web: Some(WebPolicy::NoTools("it has none")),
    lock: "format 1\npackage pypi three 3.0.0 sha256:e5495ddc76bff6ad8cf332b2e366c665f6735da31bc60fba9d430e19d11ffd3d\nwheel \
           three 3.0.0 three-3.0.0-py3-none-any.whl \
           sha256:e5495ddc76bff6ad8cf332b2e366c665f6735da31bc60fba9d430e19d11ffd3d linux-x64\n",
    ..Agent::EMPTY
};

/// A package that is unavailable.
const GONE: Agent<'static> = Agent {
    name: "gone-four",
    install: &[Artefact::Npm(Npm { package: "four", bin: "four", postinstall: &[] })],
    launch: &[Template("\"four\"")],
    web: Some(WebPolicy::NoSwitch { tools: &["x"], reason: "it is built in" }),
    lock: "format 1\nunavailable package 2026-11-23 npm four 1.0.0 404\n",
    ..Agent::EMPTY
};

const ALL: [Agent<'static>; 4] = [NATIVE, BESIDE, PYTHON, GONE];

fn render(agent: &Agent<'_>) -> Vec<Script> {
    match scripts(agent, &Site::default()) {
        Ok(all) => all,
        Err(error) => unreachable!("{}: {error}", agent.name),
    }
}

#[track_caller]
fn text(agent: &Agent<'_>, kind: ScriptKind) -> String {
    render(agent).into_iter().find(|script| script.kind == kind).map(|script| script.text).unwrap_or_default()
}

#[test]
fn rendering_is_deterministic() {
    for agent in ALL {
        assert_eq!(render(&agent), render(&agent), "{}", agent.name);
    }
}

#[test]
fn every_shell_accepts_every_script() {
    let folder = std::env::temp_dir().join(format!("render-scripts-{}", std::process::id()));
    assert!(std::fs::create_dir_all(&folder).is_ok());
    let registered = registry::REGISTRY.agents();
    for agent in ALL.iter().chain(registered) {
        for script in render(agent) {
            let file = folder.join(format!("{}-{}", agent.name, script.kind.file_name()));
            assert!(std::fs::write(&file, &script.text).is_ok());
            for shell in registry_tests::shells() {
                let [program, rest @ ..] = shell else { continue };
                let output = Command::new(program).args(rest).arg("-n").arg(&file).output();
                let output = output.unwrap_or_else(|error| unreachable!("{program}: {error}"));
                let errors = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(output.status.success() && errors.is_empty(), "{program} {}: {errors}", file.display());
            }
            assert!(registry::shell::check_syntax(script.text.as_bytes()).is_ok(), "{}", file.display());
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn scripts_have_no_words_rejected_by_the_harness() {
    let words = [
        "local ",
        "$((",
        "[[ ",
        "<<<",
        "function ",
        "pipefail",
        "declare",
        " <(",
        "/usr/bin/node",
        "command -v node",
        "npm install",
        "/root/.local",
        "\r",
    ];
    for agent in ALL.iter().chain(registry::REGISTRY.agents()) {
        for script in render(agent) {
            for word in words {
                assert!(!script.text.contains(word), "{} {}: {word:?}", agent.name, script.kind.file_name());
            }
        }
    }
}

#[test]
fn scripts_fit_one_argument_and_large_payloads_move_to_the_mirror() {
    for agent in ALL.iter().chain(registry::REGISTRY.agents()) {
        for script in render(agent) {
            assert!(script.quoted_twice() <= MAX_QUOTED_TWICE);
        }
    }
    let mut state = 1_u64;
    let noise: String = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:x}", state >> 16)
    })
    .take(20_000)
    .collect();
    let program = Program { name: "big.bin", text: &noise };
    let install: Vec<Artefact<'_>> = NATIVE.install.iter().copied().chain([Artefact::Program(program)]).collect();
    let agent = Agent { install: &install, ..NATIVE };
    let refused = scripts(&agent, &Site::default());
    assert!(matches!(refused, Err(RenderError::TooLarge { kind: ScriptKind::Install, .. })), "{refused:?}");
    let site = Site { mirror: Some("https://mirror.example/x".to_owned()), ..Site::default() };
    let all = scripts(&agent, &site).unwrap_or_else(|error| unreachable!("{error}"));
    let mirrored: Vec<&str> = all.iter().flat_map(|it| &it.mirrored).map(|(name, _)| name.as_str()).collect();
    assert!(matches!(mirrored.as_slice(), [name] if name.starts_with("payload-native-one-")), "{mirrored:?}");
    // tests/sandbox/faultscript.py writes the same for installs that are run.
    let function = format!(
        "\nPAYLOAD_ENCODING=latin1\n\nwrite_payload() {{\n    fetch {} \"$1\" \"$PAYLOAD_SHA256\"\n}}\n",
        mirrored.concat()
    );
    assert!(all.iter().any(|it| it.text.contains(&function)), "{function}");
}

/// The plan of an agent for the launcher's program.
#[track_caller]
fn plan(agent: &Agent<'_>) -> Value {
    let text = crate::launch_support::payload(&render(agent)).remove("lib/plan.json").unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|error| unreachable!("{error}: {text}"))
}

#[test]
fn launcher_differences_are_only_in_the_plan() {
    let plan = plan(&NATIVE);
    assert_eq!(plan["launch"], json!([["if", ["root"], "--root"], "it's $HOME `x` \""]));
    assert_eq!(plan["program"], "node_modules/.bin/one");
    let word = "it's $HOME";
    assert!(ScriptKind::ALL.iter().all(|kind| !text(&NATIVE, *kind).contains(word)));
}

#[test]
fn unavailable_package_is_refused_with_date_and_reason() {
    let install = text(&GONE, ScriptKind::Install);
    assert_eq!(install.matches("2026-11-23: four@1.0.0 answers 404").count(), 4, "{install}");
    let native = text(&NATIVE, ScriptKind::Install);
    assert!(
        native.contains("one-arm64@1.2.3 answers 404")
            && native.contains("the site has no Node.js for linux-arm64-musl")
    );
}

#[test]
fn what_only_another_target_needs_is_no_reason_to_refuse() {
    const MORE: Agent<'static> = Agent {
        lock: "format 1\npackage pypi three 3.0.0 sha256:e5495ddc76bff6ad8cf332b2e366c665f6735da31bc60fba9d430e19d11ffd3d\n\
               wheel more 1.0 more-1.0-py3-none-any.whl \
               sha256:f6ff961740102e5171677b8b170f5b646fbee26135e8dba10a2574d112503e2d linux-arm64\nwheel \
               three 3.0.0 three-3.0.0-py3-none-any.whl \
               sha256:e5495ddc76bff6ad8cf332b2e366c665f6735da31bc60fba9d430e19d11ffd3d linux-x64\n",
        ..PYTHON
    };
    let install = text(&MORE, ScriptKind::Install);
    assert!(!install.contains("more 1.0 has no wheel"), "{install}");
    assert!(install.contains("three 3.0.0 has no wheel for linux-arm64"), "{install}");
}

#[test]
fn unverified_web_policy_refuses_a_run_without_web() {
    let refusal = |agent, web: &str| plan(agent)["without"][web]["refusal"].clone();
    let unverified = |web| refusal(&BESIDE, web).as_str().unwrap_or_default().to_owned();
    assert!(unverified("all").starts_with("not verified that"), "{}", unverified("all"));
    assert!(unverified("hosted").starts_with("its entry does not say which"), "{}", unverified("hosted"));
    assert!(text(&GONE, ScriptKind::WebPolicy).contains("die 11 \"its web tools cannot be turned off"));
    assert!(text(&PYTHON, ScriptKind::WebPolicy).contains("exit 0"));
    assert!(refusal(&PYTHON, "all").is_null() && refusal(&PYTHON, "hosted").is_null());
}

#[test]
fn review_text_replaces_payloads_by_checksums() {
    for script in render(&NATIVE) {
        let review = script.review_text();
        assert_eq!(review == script.text, script.payloads.is_empty());
        assert!(review.lines().all(|line| line.len() < 400), "{review}");
    }
    assert!(text(&NATIVE, ScriptKind::Install).contains("payload() {"));
}
