//! Canaries: the key of a run and the words of its prompts, and every place where they must not be afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use registry_scripts::behaviour::Facts;

use super::greeting::Greeting;
use super::trace::Trace;
use super::verdict::Verdict;
use crate::sandbox::{HOME, WORKSPACE};

/// What a run left beside what arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunFiles {
    /// How the agent ended.
    pub(crate) status: i32,
    /// What its processes did.
    pub(crate) trace: Trace,
    /// All that the agent wrote on its standard error, without the messages of the sandbox.
    pub(crate) errors: String,
    /// All that it wrote on its standard output.
    pub(crate) output: String,
    /// The end of its turns: the reason that it gave for the first one, or what ended the dialogue.
    pub(crate) account: String,
    /// The tools that it asked about before they ran, each by its kind and title.
    pub(crate) requests: Vec<String>,
    /// How it reports what a turn used.
    pub(crate) usage: BTreeMap<String, String>,
    /// What it answered before it was asked anything.
    pub(crate) greeting: Greeting,
    /// How long it took to answer `initialize`, in milliseconds.
    pub(crate) started_in: Option<u64>,
    /// When it was sent its first prompt, in milliseconds since 1970.
    pub(crate) prompted_at: Option<u64>,
    /// What came of cancelling a turn and of opening the session again.
    pub(crate) lifecycle: Facts,
    /// Whether an answer did not come in time.
    pub(crate) late: bool,
    /// The files that it left: their paths inside, and their paths on the host.
    pub(crate) files: Vec<(String, PathBuf)>,
    /// The folder that nothing may change.
    pub(crate) prefix: String,
}

/// Whether the key is nowhere but in a file that is the agent's alone, and no prompt is where the task works or where
/// every process can see it.
///
/// Where the key is in a request is the matter of the routing.
pub(crate) fn secrets(remains: &RunFiles, key: &str, prompts: &[&str]) -> Verdict {
    if remains.trace.started.is_empty() {
        return Verdict::Unproven("there is no record of what was started".to_owned());
    }
    let found = in_words(remains, key, prompts)
        .or_else(|| in_streams(remains, key))
        .or_else(|| remains.files.iter().find_map(|(place, file)| in_file(place, file, key, prompts)));
    found.map_or(Verdict::Proved, Verdict::Failed)
}

fn in_words(remains: &RunFiles, key: &str, prompts: &[&str]) -> Option<String> {
    remains.trace.started.iter().find_map(|words| {
        let program = words.first().map_or("", |it| it.rsplit('/').next().unwrap_or(it));
        let stands = |canary: &str| forms(canary).iter().any(|form| words.iter().any(|it| it.contains(form)));
        let what =
            // mutant: a key may be in an argument
            if stands(key) { Some("the key") } else { prompts.iter().any(|it| stands(it)).then_some("a prompt") };
        what.map(|what| format!("{what} is in the words that `{program}` was started with"))
    })
}

fn in_streams(remains: &RunFiles, key: &str) -> Option<String> {
    let streams = [("error", &remains.errors), ("output", &remains.output)];
    // mutant: a key may be said
    let found = streams.into_iter().find(|(_, text)| forms(key).iter().any(|it| text.contains(it)));
    found.map(|(stream, _)| format!("the key is in what it says on its standard {stream}"))
}

fn in_file(place: &str, file: &Path, key: &str, prompts: &[&str]) -> Option<String> {
    let about = fs::symlink_metadata(file).ok().filter(fs::Metadata::is_file)?;
    let bytes = fs::read(file).ok()?;
    let stands =
        |canary: &str| forms(canary).iter().any(|form| bytes.windows(form.len()).any(|it| it == form.as_bytes()));
    let home = is_in(place, HOME) && !is_in(place, WORKSPACE);
    let mode = about.mode() & 0o777;
    let alone = mode.trailing_zeros() >= 6;
    // mutant: a key may be in a file of others
    if stands(key) && !(home && alone) {
        return Some(format!("the key is in {place} (mode {mode:o})"));
    }
    // mutant: a prompt may be in the task's folder
    (is_in(place, WORKSPACE) && prompts.iter().any(|it| stands(it))).then(|| format!("a prompt is in {place}"))
}

/// A canary as it is, and as JSON writes it: with a quote in it, the two differ.
fn forms(canary: &str) -> [String; 2] {
    let json = serde_json::Value::from(canary).to_string();
    // mutant: a quote hides a key
    [canary.to_owned(), json.get(1..json.len() - 1).unwrap_or_default().to_owned()]
}

pub(crate) fn is_in(place: &str, folder: &str) -> bool {
    place.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// A file of the prefix that the session changed; the mark of a policy is the work of root, before it.
pub(crate) fn changed_prefix(remains: &RunFiles) -> Option<&str> {
    let marks = format!("{}/policy", remains.prefix);
    let places = remains.files.iter().map(|(place, _)| place.as_str());
    places.into_iter().find(|place| is_in(place, &remains.prefix) && !is_in(place, &marks))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const KEY: &str = "key-of-a-run";

    /// What a run left that is as it must be, but for a file of this content and mode at a place.
    #[track_caller]
    fn check(change: impl FnOnce(&mut RunFiles), file: (&str, &str, u32), word: &str, says: &str) {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("file");
        fs::write(&path, file.1).expect("there is room");
        fs::set_permissions(&path, fs::Permissions::from_mode(file.2)).expect("it is ours");
        let started = vec![vec!["/opt/x/bin/agent".to_owned(), "agent".to_owned()]];
        let mut remains = RunFiles {
            trace: Trace { started, ..Trace::default() },
            files: vec![(file.0.to_owned(), path)],
            prefix: "/opt/x".to_owned(),
            ..RunFiles::default()
        };
        change(&mut remains);
        let verdict = secrets(&remains, KEY, &["PROMPT"]);
        assert_eq!((verdict.word(), verdict.detail().contains(says)), (word, true), "{}", verdict.detail());
    }

    #[test]
    fn key_is_allowed_only_in_a_private_file_of_the_agent() {
        let text = "{\"key\": \"key-of-a-run\"}";
        check(|_| {}, ("/verify-home/.x/auth.json", text, 0o600), "proved", "");
        check(|_| {}, ("/verify-home/.x/auth.json", text, 0o640), "failed", "auth.json (mode 640)");
        check(|_| {}, ("/verify-home/workspace/auth.json", text, 0o600), "failed", "workspace/auth.json");
        check(|_| {}, ("/tmp/log", text, 0o600), "failed", "/tmp/log");
        check(|_| {}, ("/verify-home2/log", text, 0o600), "failed", "/verify-home2/log");
    }

    #[test]
    fn prompt_in_the_working_directory_fails() {
        check(|_| {}, ("/verify-home/.x/history", "a PROMPT", 0o644), "proved", "");
        check(|_| {}, ("/verify-home/workspace/x", "a PROMPT", 0o600), "failed", "a prompt is in");
    }

    #[test]
    fn arguments_and_output_are_searched_for_secrets() {
        let file = ("/tmp/x", "", 0o600);
        let say =
            |word: &'static str| move |it: &mut RunFiles| it.trace.started.push(vec!["/bin/sh".into(), word.into()]);
        check(say("--key=key-of-a-run"), file, "failed", "the key is in the words that `sh`");
        check(say("say PROMPT"), file, "failed", "a prompt is in the words that `sh`");
        check(|it| it.errors = format!("401 for {KEY}"), file, "failed", "standard error");
        check(|it| it.output = format!("{{\"x\":\"{KEY}\"}}"), file, "failed", "standard output");
        check(|it| it.trace = Trace::default(), file, "unproven", "no record");
    }

    #[test]
    fn json_escaped_key_is_found() {
        let key = "a \"key\" of a run";
        let output = serde_json::json!({"text": key}).to_string();
        let remains = RunFiles { output, ..RunFiles::default() };
        assert!(in_streams(&remains, key).is_some());
        assert_eq!(in_streams(&remains, "another \"key\""), None);
    }

    #[test]
    fn changed_prefix_file_is_reported() {
        let remains = |place: &str| RunFiles {
            files: vec![(place.to_owned(), PathBuf::new())],
            prefix: "/opt/x".to_owned(),
            ..RunFiles::default()
        };
        assert_eq!(changed_prefix(&remains("/opt/x/node/new")), Some("/opt/x/node/new"));
        assert_eq!(changed_prefix(&remains("/opt/xy/node")), None);
        assert_eq!(changed_prefix(&remains("/opt/x/policy/agent")), None);
    }
}
