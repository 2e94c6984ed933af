//! Runs the commands as a user does: in a separate process, over a registry written by hand.
//!
//! A test binary starts itself again; its test `child` is then the program (see [`child_of`]).

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use registry_model::model::{Agent, Artefact, Endpoint, Npm, Program, Protocol, Provider, Registry, Step, WebPolicy};
use registry_model::template::Template;

/// The separator of the arguments in the variable.
const SEPARATOR: &str = "\u{1f}";
/// The separator between the words of the test harness and those of the program.
const BEGIN: &str = "\u{1}program\u{1}\n";

pub(crate) const ALPHA: Agent<'static> = Agent {
    name: "alpha",
    description: "An agent of the tests.",
    aliases: &["al"],
    protocols: &[Protocol::OpenAiCompletions],
    install: &[Artefact::Program(Program { name: "alpha.mjs", text: "process.exit(0)\n" })],
    launch: &[Template("\"alpha.mjs\"")],
    web: Some(WebPolicy::NoTools("it is a program of one line")),
    home: &[".alpha"],
    ..Agent::EMPTY
};

const BETA: Agent<'static> = Agent {
    name: "beta",
    aliases: &[],
    install: &[Artefact::Program(Program { name: "beta.mjs", text: "process.exit(0)\n" })],
    launch: &[Template("\"beta.mjs\"")],
    home: &[".beta"],
    ..ALPHA
};

/// `alpha` with invalid shell text.
const BROKEN_STEP: Agent<'static> = Agent {
    install: &[
        Artefact::Program(Program { name: "alpha.mjs", text: "process.exit(0)\n" }),
        Artefact::Sh(Step { script: "if true; then\necho x\n", writes: &["js-agents"], needs: &[], bin: "" }),
    ],
    ..ALPHA
};

/// `alpha` with the lock of another agent.
const WRONG_LOCK: Agent<'static> = Agent {
    install: &[Artefact::Npm(Npm { package: "alpha", bin: "alpha.mjs", postinstall: &[] })],
    lock: "format 1\npackage npm omega 1.0.0 sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n",
    ..ALPHA
};

/// `alpha` with a lock in an older format.
const OLD_LOCK: Agent<'static> = Agent {
    lock: "format 1\npackage npm alpha 1.0.0 -\nunavailable package 2026-11-23 alpha@1.0.0 answers 404\n",
    ..WRONG_LOCK
};

/// Agents with only an install, for `pin`.
const PINNED: Agent<'static> = Agent {
    name: "pinned",
    install: &[Artefact::Npm(Npm { package: "is-number", bin: "", postinstall: &[] })],
    ..ALPHA
};

pub(crate) const PROVIDER: Provider<'static> = Provider {
    name: "makers",
    description: "Somebody who serves models.",
    endpoints: &[Endpoint { protocol: Protocol::OpenAiCompletions, url: "https://models.example/v1" }],
    ..Provider::EMPTY
};

const fn registry(agents: &'static [&'static Agent<'static>]) -> Registry<'static> {
    Registry { agents, providers: &[&PROVIDER], families: &[], extends: None, folder: "/nonexistent/registry" }
}

static BOTH: Registry<'static> = registry(&[&ALPHA, &BETA]);
static ONE: Registry<'static> = registry(&[&ALPHA]);
static STEP: Registry<'static> = registry(&[&BROKEN_STEP]);
static LOCK: Registry<'static> = registry(&[&WRONG_LOCK]);
static OLD: Registry<'static> = registry(&[&OLD_LOCK]);

/// Runs the program if [`Run::of`] started this test binary, with registries of a test file by their names.
pub(crate) fn child_of(own: impl Fn(&str) -> Option<Registry<'static>>) {
    let (Ok(which), Ok(words)) = (std::env::var("XTASK_TEST_REGISTRY"), std::env::var("XTASK_TEST_ARGS")) else {
        return;
    };
    let registry: &'static Registry<'static> = match which.as_str() {
        which if own(which).is_some() => Box::leak(Box::new(own(which).unwrap_or(BOTH))),
        "both" => &BOTH,
        "one" => &ONE,
        "broken step" => &STEP,
        "wrong lock" => &LOCK,
        "old lock" => &OLD,
        folder => Box::leak(Box::new(Registry { agents: &[&PINNED], folder: String::leak(folder.to_owned()), ..BOTH })),
    };
    print!("{BEGIN}");
    let words = std::iter::once("xtask").chain(words.split(SEPARATOR).filter(|word| !word.is_empty()));
    let code = xtask::run_with(registry, words.map(OsString::from));
    let status = (0..=4_u8).find(|&status| code == ExitCode::from(status));
    std::process::exit(status.map_or(101, i32::from));
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit status.
    pub(crate) status: Option<i32>,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// A command over one of the registries, to be changed before it runs.
    pub(crate) fn of(registry: &str, words: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("a test has a binary"));
        command.args(["--exact", "child", "--nocapture", "--test-threads=1"]);
        command.env_remove("COLUMNS");
        command.env("XTASK_TEST_REGISTRY", registry).env("XTASK_TEST_ARGS", words.join(SEPARATOR));
        command
    }

    /// Runs it.
    #[track_caller]
    pub(crate) fn finish(command: &mut Command) -> Self {
        let output = command.output().expect("the test binary starts");
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stdout = stdout.split_once(BEGIN).map_or(stdout.as_str(), |(_, own)| own).to_owned();
        Self { status: output.status.code(), stdout, stderr: String::from_utf8_lossy(&output.stderr).into_owned() }
    }
}

/// Runs a command, which must end with this status and print these texts.
#[track_caller]
pub(crate) fn check(registry: &str, words: &[&str], status: i32, says: &[&str]) -> Run {
    check_command(&mut Run::of(registry, words), status, says)
}

/// Runs a prepared command, which must end with this status and print these texts.
#[track_caller]
pub(crate) fn check_command(command: &mut Command, status: i32, says: &[&str]) -> Run {
    let run = Run::finish(command);
    assert_eq!(run.status, Some(status), "stdout:\n{}\nstderr:\n{}", run.stdout, run.stderr);
    for text in says {
        assert!(
            run.stdout.contains(text) || run.stderr.contains(text),
            "no `{text}` in\n{}\n{}",
            run.stdout,
            run.stderr
        );
    }
    run
}

/// Every file and folder under a folder, with the size of each file, sorted.
pub(crate) fn listing(folder: &Path) -> Vec<String> {
    let mut waiting = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let about = entry.metadata().expect("what was just listed is there");
            let name = entry.path().strip_prefix(folder).map(PathBuf::from).unwrap_or_default();
            found.push(format!("{} {}", name.display(), if about.is_dir() { 0 } else { about.len() }));
            if about.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    found.sort();
    found
}
