//! `upgrade` as a user runs it, up to the versions that it finds, with a local server instead of the npm registry.
//! Real upgrades are run by `tests/sandbox/upgrade.sh`.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::xtask_support::{ALPHA, PROVIDER, Run, check_command, listing};
use registry_model::model::{Agent, Artefact, Npm, Registry, Runs};
use registry_model::template::Template;
use registry_tests::workspace;

/// An agent whose lock has version 1.0.0 of a package, with a part for one machine.
const LOCKED: Agent<'static> = Agent {
    install: &[Artefact::Npm(Npm { package: "alpha", bin: "alpha", postinstall: &[] })],
    launch: &[Template("\"alpha\"")],
    runs: Runs::Native,
    lock: concat!(
        "format 1\n",
        "package npm alpha 1.0.0 sha512-TcEMR8jhF981aWCpUP8wXN71TNv9KY5q37BFnVwqaEVs+3tK9ry955vIXx+sTC/6sfOBuXEvXh8GkTohnVaGQQ==\n",
        "npm node_modules/alpha 1.0.0 sha512-TcEMR8jhF981aWCpUP8wXN71TNv9KY5q37BFnVwqaEVs+3tK9ry955vIXx+sTC/6sfOBuXEvXh8GkTohnVaGQQ== alpha/-/alpha-1.0.0.tgz {}\n",
        "npm node_modules/alpha-arm64 1.0.0 sha512-tjFTfsgBNkq9/SznMCGUWXD4qHPQixh1EFIGlSRthuV6YIpk6ViMWA0nYfmBUGQFpFHtY8bUa9nXnN/x244A1w== alpha-arm64/-/alpha-arm64-1.0.0.tgz {\"cpu\":[\"arm64\"],\"optional\":true}\n",
    ),
    ..ALPHA
};

/// The registry of a folder, with one agent with a lock.
pub(crate) fn registry_of(which: &str) -> Option<Registry<'static>> {
    which.strip_prefix("locked:").map(|folder| Registry {
        agents: &[&LOCKED],
        providers: &[&PROVIDER],
        families: &[],
        extends: None,
        folder: String::leak(folder.to_owned()),
    })
}

/// The registry's answer about a package: versions with their release dates, and a number of bytes of other text.
fn packument(name: &str, versions: &[(&str, &str)], padding: usize) -> String {
    let (mut all, mut times) = (String::new(), String::new());
    for (index, (version, date)) in versions.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let optional = if name == "alpha" {
            format!(",\"optionalDependencies\":{{\"alpha-arm64\":\"{version}\"}}")
        } else {
            String::new()
        };
        let _ = write!(
            all,
            "{comma}\"{version}\":{{\"name\":\"{name}\",\"version\":\"{version}\"{optional},\
             \"dist\":{{\"tarball\":\"http://127.0.0.1:9/{name}.tgz\",\"integrity\":\"sha512-x\"}}}}"
        );
        let _ = write!(times, "{comma}\"{version}\":\"{date}T10:00:00.000Z\"");
    }
    let latest = versions.last().map_or("", |it| it.0);
    format!(
        "{{\"name\":\"{name}\",\"dist-tags\":{{\"latest\":\"{latest}\"}},\"versions\":{{{all}}},\
         \"time\":{{{times}}},\"readme\":\"{}\"}}",
        "x".repeat(padding)
    )
}

/// The SHA-256 of `old` and of `new`.
const OF_OLD: &str = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4";
const OF_NEW: &str = "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437";

const OLD: &str = "2020-01-01";
const TO_COME: &str = "2999-01-01";

/// The answer to a request: the first folder of its path selects the kind of answer.
fn answer(path: &str) -> (&'static str, &'static str, String) {
    let mut parts = path.trim_start_matches('/').split('/');
    let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let json = |text: String| ("200 OK", "application/json", text);
    let one = ("1.0.0", OLD);
    match kind {
        "current" => json(packument(name, &[one], 0)),
        "newer" => json(packument(name, &[one, ("1.1.0", OLD), ("1.2.0", TO_COME)], 0)),
        "huge" => json(packument(name, &[one, ("1.1.0", OLD)], if name == "alpha" { 40_000_000 } else { 0 })),
        "young" => json(packument(name, &[one, ("1.1.0", TO_COME)], 0)),
        "lost" if name == "alpha-arm64" => json(packument(name, &[one], 0)),
        "lost" => json(packument(name, &[one, ("1.1.0", OLD)], 0)),
        "busy" => ("429 Too Many Requests", "application/json", "{}".to_owned()),
        "page" => ("200 OK", "text/html", "<!DOCTYPE html><title>Sign in</title>".to_owned()),
        _ => ("404 Not Found", "application/json", "{\"error\":\"Not found\"}".to_owned()),
    }
}

/// The address of the server, which is started once.
fn server() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let reader = BufReader::new(stream.try_clone().expect("a socket can be shared"));
                    let mut lines = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty());
                    let first = lines.next().unwrap_or_default();
                    lines.count();
                    let (status, kind, body) = answer(first.split(' ').nth(1).unwrap_or_default());
                    let length = body.len();
                    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
                    let _ = write!(stream, "{head}Connection: close\r\n\r\n{body}");
                });
            }
        });
        format!("http://{address}")
    })
}

/// A folder of a registry, and the command over it; the package managers come from the workspace's own cache.
fn upgrade(folder: &tempfile::TempDir, registry: &str, words: &[&str]) -> Command {
    let here = folder.path().to_str().expect("its name is text");
    let words: Vec<&str> = ["upgrade"].into_iter().chain(words.iter().copied()).collect();
    let mut command = Run::of(&format!("locked:{here}"), &words);
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    command.env("CARGO_TARGET_DIR", target).env("BENCHFLOW_NPM_REGISTRY", registry);
    command
}

/// Runs it with a kind of registry; it must end with this status, print these texts, and change nothing.
#[track_caller]
fn check(kind: &str, words: &[&str], status: i32, says: &[&str]) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    fs::write(folder.path().join("Cargo.lock"), "").expect("there is room");
    let before = listing(folder.path());
    check_command(&mut upgrade(&folder, &format!("{}/{kind}", server()), words), status, says);
    assert_eq!(listing(folder.path()), before);
}

#[test]
fn arguments_are_checked_before_anything_is_fetched() {
    let words = |words: &[&str], says: &[&str]| check("nothing", words, 2, says);
    words(&["alpah"], &["no such agent: `alpah`", "did you mean `alpha`?"]);
    words(&["alpha", "--to", "aplha=1.1.0"], &["none of these agents installs `aplha`", "did you mean `alpha`?"]);
    words(&["alpha", "--to", "aplha@1.1.0"], &["none of these agents installs `aplha`", "did you mean `alpha`?"]);
    words(&["alpha", "--min-age", "week"], &["`week` is not a number of days; write `7d`"]);
    words(&["--to", "1.1.0"], &["required arguments were not provided"]);
    words(&["--dry-run", "--write"], &["cannot be used with"]);
}

#[test]
fn upgrade_help_explains_every_exit_status() {
    check(
        "nothing",
        &["--help"],
        0,
        &["0 nothing is newer", "1 it is proved", "2 the command", "3 something", "4 the entry"],
    );
}

#[test]
#[ignore = "needs the package managers, which come from a registry"]
fn newest_allowed_version_is_reported() {
    check("current", &["--dry-run"], 0, &["alpha  alpha 1.0.0  -   current"]);
    check(
        "newer",
        &["--dry-run"],
        0,
        &["alpha 1.1.0  can be upgraded", "1.2.0 is 0 days old", "in the whole tree (`--min-age`)"],
    );
    check("newer", &["--dry-run", "--min-age", "0"], 0, &["alpha 1.2.0  can be upgraded"]);
    check("newer", &["--dry-run", "--json"], 0, &["\"schema\": \"benchflow-upgrade/1\"", "\"status\": 0"]);
    check("young", &["--dry-run"], 3, &["blocked", "1.1.0 is 0 days old, and 7 are required"]);
    check("lost", &["--dry-run"], 3, &["1.1.0 has no `alpha-arm64@1.1.0`, a platform that the lock has now"]);
    check("lost", &["--dry-run", "--allow-lost-target"], 0, &["alpha 1.1.0  can be upgraded"]);
    check("newer", &["alpha", "--dry-run", "--to", "1.1.0"], 0, &["alpha 1.1.0  can be upgraded"]);
    check("newer", &["alpha", "--dry-run", "--to", "1.2.0"], 3, &["alpha 1.2.0 is 0 days old"]);
    check("newer", &["alpha", "--dry-run", "--to", "1.0.0"], 0, &["current"]);
}

#[test]
#[ignore = "needs the package managers, which come from a registry"]
fn failed_registry_query_is_reported_and_changes_nothing() {
    check("gone", &["--dry-run"], 0, &["the registry does not have it any more"]);
    check("busy", &["--dry-run"], 2, &["429", "asking for the versions of `alpha"]);
    check("page", &["--dry-run"], 2, &["asking for the versions of `alpha", "JSON"]);
    check("newer", &["alpha", "--dry-run", "--to", "9.9.9"], 2, &["there is no version `9.9.9` of `alpha`"]);
    let folder = tempfile::tempdir().expect("there is room for a folder");
    check_command(
        &mut upgrade(&folder, "http://127.0.0.1:9", &["--dry-run"]),
        2,
        &["ECONNREFUSED", "look at the network"],
    );
}

#[test]
#[ignore = "needs the package managers, which come from a registry"]
fn registry_answer_of_40_megabytes_is_parsed() {
    let start = Instant::now();
    check("huge", &["--dry-run"], 0, &["alpha 1.1.0  can be upgraded"]);
    assert!(start.elapsed() < Duration::from_mins(2), "{:?}", start.elapsed());
}

#[test]
fn next_command_completes_or_rolls_back_an_interrupted_upgrade() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (journal, lock) = (folder.path().join(".upgrade-journal"), folder.path().join("alpha.lock"));
    fs::write(folder.path().join("Cargo.lock"), "").expect("there is room");
    let list =
        |says: &str| check_command(&mut Run::of(&format!("locked:{}", folder.path().display()), &["list"]), 0, &[says]);

    // Killed before the plan was complete: nothing is changed.
    fs::write(&lock, "old").expect("there is room");
    fs::create_dir(&journal).expect("there is room");
    fs::write(journal.join("0.new"), "ne").expect("there is room");
    fs::write(journal.join("plan.draft"), "[{").expect("there is room");
    list("had changed nothing yet");
    assert_eq!((fs::read_to_string(&lock).ok().as_deref(), journal.exists()), (Some("old"), false));

    // Killed after the plan: all changes are made.
    fs::create_dir(&journal).expect("there is room");
    fs::write(journal.join("0.new"), "new").expect("there is room");
    let plan =
        format!("[{{\"from\":\"0.new\",\"to\":\"{}\",\"old\":\"{OF_OLD}\",\"new\":\"{OF_NEW}\"}}]", lock.display());
    fs::write(journal.join("plan.json"), plan).expect("there is room");
    list("an interrupted upgrade is finished: 1 files are written");
    assert_eq!((fs::read_to_string(&lock).ok().as_deref(), journal.exists()), (Some("new"), false));
}

/// The lines of the workflow that call cargo, with its variables replaced.
fn workflow_commands(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter_map(|line| line.split_once("cargo xtask ").map(|(_, rest)| rest));
    let words = |line: &str| {
        let line = line.replace("\"$AGENT\"", "gemini").replace("\"$BODY\"", "body.md");
        let line =
            line.split(" ||").next().unwrap_or_default().split([';', '|', '>']).next().unwrap_or_default().to_owned();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    lines.map(words).collect()
}

#[test]
fn upgrade_workflow_commands_parse() {
    let text = fs::read_to_string(workspace().join(".github/workflows/upgrade.yml")).expect("there is a workflow");
    let commands = workflow_commands(&text);
    assert!(commands.iter().any(|it| it.first().is_some_and(|it| it == "upgrade")), "{commands:?}");
    for words in commands {
        assert!(!words.iter().any(|it| it.contains('$')), "a variable is left: {words:?}");
        // The parser parses the whole line before it prints the help.
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        check_command(&mut Run::of("both", &words), 0, &["Usage: cargo xtask"]);
    }
    let bad = workflow_commands("run: cargo xtask upgrade \"$AGENT\" --wirte --pr-body \"$BODY\" || status=$?");
    let words: Vec<&str> = bad[0].iter().map(String::as_str).chain(["--help"]).collect();
    check_command(&mut Run::of("both", &words), 2, &["unexpected argument '--wirte'"]);
}
