//! Values of every kind go through every launcher unchanged, or are refused by the name of their variable.
//!
//! What an agent is given is read back by a strict parser of the file's format and from the bytes of its environment,
//! and must be what a harmless value gives, with this value in its place.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::launch_support::{
    Installed, Prefix, SHELLS, agents, files_under, noted_environment, noted_words, parsed, share,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use registry::model::{Agent, Semantics};
use serde_json::Value;

/// Values that have broken some program. Each is tried in an empty folder, where `canary` must not appear.
const LIST: [&str; 37] = [
    "plain",
    "it's",
    "\"double\"",
    "back\\slash",
    "trailing\\",
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    "\"; touch canary; \"",
    "!touch canary",
    "x\ntouch canary\n",
    "${HOME}",
    "$HOME",
    "$$",
    "$&",
    "%s%n",
    "* ? [a-z] ~",
    "-n",
    "--help",
    "a b  c\td",
    " edges ",
    "x\r\ny",
    "\u{1}\u{8}\u{1b}[31m\u{7f}",
    "{env:HOME}",
    "{file:/etc/hostname}",
    "{{env:HOME}}",
    "\", \"x\": \"y",
    "\"\n[mcp_servers.x]\ncommand = \"touch\"\n#",
    "// comment /* */ # ; ,",
    "</script>\u{2028}\u{2029}",
    // Bytes that some shells use internally.
    "\u{c1}\u{c2}\u{c3}\u{c4}\u{c5}\u{c6}\u{c7}\u{c8}",
    "\u{feff}bom \u{a0} \u{3000}",
    "\u{202e}right to left\u{2066}",
    "\u{1f511} \u{10ffff} e\u{301}",
    // The replacement character of Node.js for bytes that are not UTF-8, here as a real character.
    "a\u{fffd}replacement character",
    "null",
    "__proto__",
];

/// The value in the run that others are compared with.
const MARK: &str = "markvalue";

/// The use of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Key,
    Model,
    BaseUrl,
}

impl Role {
    const ALL: [Self; 3] = [Self::Key, Self::Model, Self::BaseUrl];

    /// Its variable.
    fn variable(self, proxy: bool) -> &'static str {
        match self {
            Self::Key => "BENCHFLOW_PROVIDER_API_KEY",
            Self::Model if proxy => "BENCHFLOW_LITELLM_MODEL_ALIAS",
            Self::Model => "BENCHFLOW_PROVIDER_MODEL",
            Self::BaseUrl => "BENCHFLOW_PROVIDER_BASE_URL",
        }
    }

    /// The content of the variable for a value.
    fn content(self, value: &str) -> String {
        match self {
            Self::Key => value.to_owned(),
            Self::Model => format!("benchflow-{value}"),
            Self::BaseUrl => format!("https://model.example/{value}/v1"),
        }
    }
}

/// The environment and files that an agent got.
#[derive(Debug, PartialEq)]
struct Received {
    environment: BTreeMap<String, String>,
    files: BTreeMap<String, Value>,
}

/// How a launch ended.
#[derive(Debug)]
enum Outcome {
    Started(Received),
    Refused,
    Wrong(String),
}

/// One launch.
#[derive(Clone, Debug)]
struct Case {
    role: Role,
    proxy: bool,
    shell: usize,
}

/// Counts of launches by outcome.
#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    wrong: Vec<String>,
}

/// Launches an agent with a value.
fn launch(installed: &Installed, case: &Case, value: &str) -> Outcome {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let at = |name: &str| scratch.path().join(name);
    for folder in ["home", "work"] {
        fs::create_dir(at(folder)).expect("there is room");
    }
    let content = case.role.content(value);
    let mut command = installed.launch(SHELLS.get(case.shell).copied().unwrap_or_default(), &at("home"));
    command.current_dir(at("work")).env("NOTE", at("note"));
    command.env("BENCHFLOW_PROVIDER_NAME", "acme").env("BENCHFLOW_PROVIDER_PROTOCOL", "openai-completions");
    for role in Role::ALL {
        let content = if role == case.role { content.clone() } else { role.content("harmless") };
        command.env(role.variable(case.proxy), content);
    }
    let output = command.output().expect("the shell starts");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = content.len() >= 8 && value != "plain" && error.contains(&content);
    let words = noted_words(&at("note"));
    let in_words = content.len() >= 8 && words.windows(content.len()).any(|it| it == content.as_bytes());
    let environment = noted_environment(&at("note"));
    let wrong = |what: &str| Outcome::Wrong(format!("{case:?} {value:?}: {what}: {:?} {error}", output.status));
    if !files_under(&at("work")).is_empty() || !output.stdout.is_empty() {
        return wrong("it was executed, or left something in the working directory");
    }
    if told || in_words {
        return wrong("it is in the log, or in an argument vector");
    }
    if output.status.code() == Some(14) {
        let named = error.contains(case.role.variable(case.proxy)) || error.contains("BENCHFLOW_ACP_MODEL_");
        let clean = files_under(&at("home")).is_empty() && environment.is_none();
        return if named && clean { Outcome::Refused } else { wrong("a refusal that is none") };
    }
    match (output.status.success(), environment) {
        (true, Some(environment)) => {
            received(&at("home"), &environment).map_or_else(|fault| wrong(&fault), Outcome::Started)
        }
        _ => wrong("neither started nor refused"),
    }
}

/// Reads the environment and the home of an agent.
fn received(home: &Path, environment: &BTreeMap<String, Vec<u8>>) -> Result<Received, String> {
    let mut files = BTreeMap::new();
    for (name, bytes) in files_under(home) {
        let mode = fs::metadata(home.join(&name)).map_or(0, |it| it.permissions().mode() & 0o777);
        if mode != 0o600 {
            return Err(format!("{name} has the mode {mode:o}"));
        }
        files.insert(name.clone(), parsed(&name, &bytes)?);
    }
    // The port of a helper differs in each run.
    let own = |name: &str| {
        let ours = ["NOTE", "HOME", "PWD", "PATH", "_", "OLDPWD", "SHLVL", "TMPDIR", "BENCHFLOW_BESIDE_PORT"];
        !ours.contains(&name)
    };
    // The parts of the model id are parts of the value too, and nothing reads them from the environment.
    let whole = |name: &str| !matches!(name, "BENCHFLOW_ACP_MODEL_PROVIDER" | "BENCHFLOW_ACP_MODEL_NAME");
    let environment = environment.iter().filter(|(name, _)| own(name) && whole(name));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string());
    let environment =
        environment.map(|(name, bytes)| Ok((name.clone(), text(bytes)?))).collect::<Result<_, String>>()?;
    Ok(Received { environment, files })
}

/// The environment and files of the run with the mark, with a value instead of the mark.
fn instead(of: &Received, value: &str) -> Received {
    let environment = of.environment.iter().map(|(name, text)| (name.clone(), text.replace(MARK, value)));
    let files = of.files.iter().map(|(name, content)| (name.clone(), replaced(content, value)));
    Received { environment: environment.collect(), files: files.collect() }
}

fn replaced(content: &Value, value: &str) -> Value {
    match content {
        Value::String(text) => Value::String(text.replace(MARK, value)),
        Value::Array(items) => items.iter().map(|it| replaced(it, value)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, it)| (key.replace(MARK, value), replaced(it, value))).collect()
        }
        other => other.clone(),
    }
}

/// An agent with its results for a harmless value, by use and mode.
struct Subject {
    installed: Installed,
    marks: Vec<(Role, bool, Received)>,
    tally: RefCell<Tally>,
}

impl Subject {
    #[track_caller]
    fn new(prefix: &Prefix, agent: &'static Agent<'static>) -> Self {
        let installed = prefix.add(agent);
        let uses = Role::ALL.into_iter().flat_map(|role| [(role, false), (role, true)]);
        let marks = uses.map(|(role, proxy)| match launch(&installed, &Case { role, proxy, shell: 0 }, MARK) {
            Outcome::Started(received) => (role, proxy, received),
            other => unreachable!("{} with a harmless value: {other:?}", agent.name),
        });
        let marks = marks.collect();
        Self { installed, marks, tally: RefCell::default() }
    }

    /// Launches it with a value, and counts the outcome.
    fn judge(&self, case: &Case, value: &str) -> Result<(), String> {
        let mark = self.marks.iter().find(|(role, proxy, _)| (*role, *proxy) == (case.role, case.proxy));
        let (_, _, mark) = mark.expect("every use has a mark");
        let outcome = launch(&self.installed, case, value);
        let mut tally = self.tally.borrow_mut();
        match outcome {
            Outcome::Started(received) if received == instead(mark, value) => tally.accepted += 1,
            Outcome::Refused => tally.refused += 1,
            Outcome::Started(received) => tally.wrong.push(format!("{case:?} {value:?}: {received:?}")),
            Outcome::Wrong(what) => tally.wrong.push(what),
        }
        tally.wrong.last().map_or(Ok(()), |what| Err(format!("{}: {what}", self.installed.agent.name)))
    }
}

/// The counts, one line per agent.
fn table(subjects: &[Subject]) -> String {
    let mut text = format!("{:<18} accepted  refused  wrong\n", "agent");
    for subject in subjects {
        let tally = subject.tally.borrow();
        let (accepted, refused) = (tally.accepted, tally.refused);
        let _ =
            writeln!(text, "{:<18} {accepted:>8} {refused:>8} {:>6}", subject.installed.agent.name, tally.wrong.len());
    }
    text
}

/// Whether a value is not allowed as a URL or an id.
fn is_refused(value: &str) -> bool {
    value.contains(['\u{1b}', '\n'])
}

/// Most are short and contain syntax of shells, formats and agents; a few have the maximum length of a variable.
fn values() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(LIST.to_vec()).prop_map(str::to_owned),
        2 => select(vec!["'", "\"", "\\", "$", "`", "\n", "\r", "*", "-", "{", "}", "${", "$(", ")", "#", "@", "/", "?"])
            .prop_map(str::to_owned),
        3 => any::<String>().prop_map(|text| text.replace('\0', "")),
        3 => "[a-zA-Z0-9._-]{1,12}".prop_map(String::from),
    ];
    let short = proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    let long = (short.clone(), 1_000..100_000_usize).prop_map(|(text, size)| {
        let mut text = text.repeat(size / text.len().max(1) + 1);
        while text.len() > size {
            text.pop();
        }
        text
    });
    // A value of blanks alone counts as unset.
    prop_oneof![15 => short, 1 => long].prop_filter("it is blank", |text| !text.trim().is_empty())
}

/// Launches an agent with its part of the list.
fn launch_with_all(row: usize, subject: &Subject) {
    for (column, value) in LIST.into_iter().enumerate() {
        // Every value goes to every third agent as its key, and to every sixth as a model and a base URL.
        let every = |role| if role == Role::Key { 3 } else { 6 };
        let roles =
            Role::ALL.into_iter().filter(|&role| column % every(role) == row % every(role) || is_refused(value));
        for role in roles {
            let case = Case { role, proxy: column % 2 == 0, shell: (row + column / 2) % SHELLS.len() };
            // Faults are reported at the end, with the counts.
            let _ = subject.judge(&case, value);
        }
    }
}

/// Creates a test for each share. Every agent belongs to one share, by its position in the registry.
macro_rules! shares {
    ($($share:ident)*) => {
        const SHARES: &[&str] = &[$(stringify!($share)),*];

        mod every_value_arrives_unchanged_or_is_refused_by_name {
            $(#[test]
            fn $share() {
                super::check_share(stringify!($share));
            })*
        }
    };
}

shares! { share_1 share_2 share_3 share_4 share_5 share_6 }

/// Launches the agents of a share with every value of the list, and with others at random.
#[track_caller]
fn check_share(share: &str) {
    let prefix = Prefix::new();
    let mine = |row: usize| SHARES.get(row % SHARES.len()) == Some(&share);
    let agents = agents().into_iter().filter(|it| it.is_routable()).enumerate().filter(|(row, _)| mine(*row));
    let subjects: Vec<(usize, Subject)> = agents.map(|(row, agent)| (row, Subject::new(&prefix, agent))).collect();
    for (row, subject) in &subjects {
        launch_with_all(*row, subject);
    }
    let subjects: Vec<Subject> = subjects.into_iter().map(|(_, subject)| subject).collect();
    let case = (0..subjects.len(), select(Role::ALL.to_vec()), any::<bool>(), 0..SHELLS.len(), values());
    let all = std::env::var("HOSTILE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(120_u32);
    let cases = all.div_ceil(u32::try_from(SHARES.len()).expect("there are few"));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let random = runner.run(&case, |(index, role, proxy, shell, value)| {
        let subject = subjects.get(index).expect("there is an agent of each number");
        subject.judge(&Case { role, proxy, shell }, &value).map_err(TestCaseError::fail)
    });
    println!("{}", table(&subjects));
    let wrong: Vec<String> = subjects.iter().flat_map(|it| it.tally.borrow().wrong.clone()).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n").chars().take(20_000).collect::<String>());
    assert!(random.is_ok(), "{random:?}");
    for subject in &subjects {
        let (tally, agent) = (subject.tally.borrow(), subject.installed.agent);
        let textual = agent.references.is_some_and(|it| it.semantics == Semantics::Textual);
        let floor = if textual { 10 } else { 30 };
        let all = tally.accepted + tally.refused;
        assert!(tally.accepted * 100 >= all * floor, "{}: {} of {all} are accepted", agent.name, tally.accepted);
        assert!(tally.refused > 0, "{}: nothing is refused", agent.name);
    }
}

/// A variable with a value that every launcher must refuse; without a value it is removed.
type Refused<'a> = (&'a str, Option<&'a OsStr>);

/// Launches agents with values that must be refused: by the name of the variable, before anything is written.
///
/// The check is the same program for all agents, so each value goes to one agent of three.
#[track_caller]
fn check_refused(refused: &[Refused<'_>]) {
    let prefix = Prefix::new();
    let mut tried = vec![0; refused.len()];
    for (row, agent) in agents().into_iter().filter(|it| it.is_routable()).enumerate() {
        let installed = prefix.add(agent);
        for (column, (variable, value)) in share(row, 3, refused.iter().enumerate()) {
            let scratch = tempfile::tempdir().expect("there is room for a folder");
            let mut command = installed.launch(&["dash"], &scratch.path().join("home"));
            command.env("NOTE", scratch.path().join("note")).current_dir(scratch.path());
            for role in Role::ALL {
                command.env(role.variable(false), role.content("harmless"));
            }
            command.env("BENCHFLOW_PROVIDER_NAME", "acme");
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            };
            let output = command.output().expect("dash starts");
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(14), "{}: {variable}={value:?}: {error}", agent.name);
            assert!(error.contains(variable) && !error.contains("secret"), "{}: {error}", agent.name);
            assert!(!scratch.path().join("home").exists() && noted_environment(&scratch.path().join("note")).is_none());
            if let Some(count) = tried.get_mut(column) {
                *count += 1;
            }
        }
    }
    assert!(tried.iter().all(|&count| count > 1), "each value is tried with several agents: {tried:?}");
}

#[test]
fn non_utf8_values_are_refused() {
    let (key, bytes) = ("BENCHFLOW_PROVIDER_API_KEY", |bytes: &'static [u8]| Some(OsStr::from_bytes(bytes)));
    let url = bytes(b"https://secret/\xff\xfe");
    // A surrogate, which some encoders write, is not UTF-8 either.
    let surrogate = bytes(b"secret\xed\xa0\x80");
    check_refused(&[
        (key, url),
        ("BENCHFLOW_PROVIDER_MODEL", url),
        ("BENCHFLOW_PROVIDER_BASE_URL", url),
        (key, surrogate),
    ]);
}

#[test]
fn control_characters_in_a_url_or_an_id_are_refused() {
    let values = ["\n", "\u{1b}", "\u{7f}", "\u{85}"].map(|control| format!("https://secret{control}/v1"));
    let names = ["BENCHFLOW_PROVIDER_MODEL", "BENCHFLOW_PROVIDER_BASE_URL", "BENCHFLOW_ACP_MODEL_ID"];
    let refused = names.into_iter().flat_map(|name| values.iter().map(move |value| (name, Some(OsStr::new(value)))));
    check_refused(&refused.collect::<Vec<_>>());
}

#[test]
fn a_base_url_with_a_query_or_a_fragment_is_refused() {
    let urls = ["https://model.example/v1?secret=1", "https://model.example/v1#secret", "https://model.example?secret"];
    check_refused(&urls.map(|url| ("BENCHFLOW_PROVIDER_BASE_URL", Some(OsStr::new(url)))));
}

#[test]
fn invalid_home_is_refused() {
    let long = format!("/var/tmp/{}", "x/".repeat(1500));
    let homes = [Some("secret/relative"), Some(""), None, Some(&long)];
    check_refused(&homes.map(|home| ("HOME", home.map(OsStr::new))));
}
