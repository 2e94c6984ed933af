//! A session with an installed agent, compared with its entry.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use registry_model::model::{Exit, Session};
use registry_scripts::Expected;
use serde_json::Value;

use super::report::{Class, Seen, SessionAnswer};
use crate::dialogue::{DialogueError, EndedBy, Ending, Limits, Peer, Permission, about, converse};
use crate::sandbox::{BROKEN, PROVED, WORKSPACE};
use crate::text::{last_error, last_words};

/// How long an agent has to answer.
pub(super) const LIMITS: Limits =
    Limits { start: Duration::from_secs(90), answer: Duration::from_mins(1), turn: Duration::from_mins(1) };

/// How long it has to end.
const PATIENCE: Duration = Duration::from_secs(8);

/// Talks to an agent and ends it; what was seen, and the first thing that is not as the entry says.
pub(super) async fn hold(
    command: Command,
    expected: &Expected,
    limits: Limits,
    terminate: impl FnOnce(i32),
) -> (Seen, Result<(), (Class, String)>) {
    let mut seen = Seen::default();
    let mut peer = match Peer::start(command) {
        Ok(peer) => peer,
        Err(error) => return (seen, Err((Class::OURS, format!("cannot start the sandbox: {error}")))),
    };
    let said = converse(&mut peer, limits, Permission::Refuse, async |dialogue| {
        let started = dialogue.initialize().await?;
        let part = |key: &str| started.get(key).cloned().unwrap_or_default();
        seen.agent_info = part("agentInfo");
        seen.protocol_version = part("protocolVersion");
        seen.session = Some(match dialogue.new_session(Path::new(WORKSPACE), Vec::new(), Value::Null).await {
            Ok(_) => SessionAnswer::Ok,
            Err(DialogueError::Refused { error, .. }) => SessionAnswer::Refused(*error),
            Err(other) => return Err(other),
        });
        Ok(())
    })
    .await;
    if let Err(DialogueError::Version { answer }) = &said {
        seen.agent_info = about(answer).clone();
        seen.protocol_version = answer.get("protocolVersion").cloned().unwrap_or_default();
    }
    let id = peer.id();
    let said = said.and_then(|()| peer.garbage().map_or(Ok(()), Err));
    let errors = peer.tail();
    let ending = peer.stop(PATIENCE, || id.map_or((), terminate)).await;
    seen.stderr = errors.text();
    seen.ending = Some(ending);
    let judged = judge(said, &seen, expected, ending);
    (seen, judged)
}

fn judge(
    said: Result<(), DialogueError>,
    seen: &Seen,
    expected: &Expected,
    ending: Ending,
) -> Result<(), (Class, String)> {
    if ending.status == BROKEN && !seen.stderr.contains(PROVED) {
        return Err((Class::OURS, format!("the sandbox does not hold: {}", last_words(&seen.stderr))));
    }
    let differs = |detail: String| (Class::DOES_NOT_START, detail);
    if let Err(fault) = said {
        // An agent that is late may be on a slow machine; one that ends or refuses is not.
        let class =
            if matches!(fault, DialogueError::Late { .. }) { Class::INFRASTRUCTURE } else { Class::DOES_NOT_START };
        return Err((class, format!("{fault}; its last error:{}", last_error(&seen.stderr))));
    }
    if !seen.stderr.contains(PROVED) {
        return Err((Class::OURS, "the sandbox was not proved".to_owned()));
    }
    // All of it at once: a wrong entry is put right in one round.
    // mutant: agentInfo is not compared
    let mut differences = compare_info(&seen.agent_info, expected);
    // mutant: the session is not compared
    differences.extend(compare_session(seen.session.as_ref(), expected.session).err());
    // mutant: the end is not compared
    differences.extend(compare_ending(ending, expected.exit).err());
    if differences.is_empty() { Ok(()) } else { Err(differs(differences.join("; "))) }
}

fn compare_info(found: &Value, expected: &Expected) -> Vec<String> {
    let Some(fields) = &expected.info else {
        let differs = format!("`agentInfo` is {found}, and the entry says there is none");
        return if found.is_null() { Vec::new() } else { vec![differs] };
    };
    if found.is_null() {
        let name = fields.iter().find(|(key, _)| *key == "name").map_or("", |(_, name)| name);
        return vec![format!(
            "`initialize` is answered without `agentInfo`, and the entry says that its name is \"{name}\"; where there is \
             none, say `info: none(\"why\")`"
        )];
    }
    let differs = |(key, wanted): &(&'static str, String)| {
        let found = found.get(*key).unwrap_or(&Value::Null);
        let same = found.as_str() == Some(wanted);
        (!same).then(|| format!("`agentInfo.{key}` is {found}, and the entry says \"{wanted}\""))
    };
    fields.iter().filter_map(differs).collect()
}

fn compare_session(found: Option<&SessionAnswer>, expected: Session) -> Result<(), String> {
    match (found, expected) {
        (Some(SessionAnswer::Ok), Session::Ok) => Ok(()),
        (Some(SessionAnswer::Refused(error)), Session::Refused(code)) if error.code == code => Ok(()),
        (Some(SessionAnswer::Refused(error)), Session::Ok) => Err(format!(
            "`session/new` is refused: {error}; where it needs a key, give it a dummy one: `handshake: {{ env: {{ NAME \
             = \"x\" }} }}`, or say `session: refused({})`",
            error.code
        )),
        (Some(SessionAnswer::Refused(error)), Session::Refused(code)) => {
            Err(format!("`session/new` is refused: {error}; the entry says with {code}"))
        }
        (Some(SessionAnswer::Ok), Session::Refused(code)) => {
            Err(format!("`session/new` gives a session, and the entry says that it is refused with {code}"))
        }
        (None, _) => Err("`session/new` was not answered".to_owned()),
    }
}

/// The end of the input must end an agent well. A program ended by a signal reports any status, one time 0 and another
/// 1, or the signal's; the signal of a crash is none of these.
fn compare_ending(ending: Ending, expected: Exit) -> Result<(), String> {
    match (expected, ending.by, ending.status) {
        (Exit::Eof, EndedBy::EndOfInput, 0) | (Exit::Signal, EndedBy::Signal, 0..=127 | 143) => Ok(()),
        (_, EndedBy::Force, _) => Err("it does not end, neither with its input nor by a signal".to_owned()),
        (Exit::Eof, EndedBy::Signal, _) => {
            Err(format!("it goes on {} s after the end of its input; the entry says `exit: eof`", PATIENCE.as_secs()))
        }
        (Exit::Signal, EndedBy::EndOfInput, _) => {
            Err("it ends with its input; the entry says `exit: signal`".to_owned())
        }
        (_, _, status) => Err(format!("it ends with status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dialogue::RpcError;

    fn expected(info: Option<Vec<(&'static str, String)>>, session: Session, exit: Exit) -> Expected {
        Expected { env: Vec::new(), info, session, exit, version: String::new() }
    }

    /// Judges an agent that answered like this and ended like that.
    #[track_caller]
    fn check(seen: &Value, session: SessionAnswer, ending: (EndedBy, i32), expected: &Expected, says: Option<&str>) {
        let (by, status) = ending;
        let ending = Ending { by, status, milliseconds: 7 };
        let stderr = format!("{PROVED} for the user 1\n");
        let seen = Seen { agent_info: seen.clone(), session: Some(session), stderr, ..Seen::default() };
        let judged = judge(Ok(()), &seen, expected, ending);
        match (says, judged) {
            (None, judged) => assert_eq!(judged, Ok(())),
            (Some(says), Err((class, detail))) => {
                assert_eq!(class, Class::DOES_NOT_START);
                assert!(detail.contains(says), "{detail}");
            }
            (Some(says), Ok(())) => panic!("it passed, and not: {says}"),
        }
    }

    #[test]
    fn agent_is_compared_with_its_entry() {
        let fields = vec![("name", "x".to_owned()), ("version", "1".to_owned())];
        let ok = expected(Some(fields), Session::Ok, Exit::Eof);
        let info = json!({"name": "x", "version": "1", "title": "any"});
        let end = (EndedBy::EndOfInput, 0);
        check(&info, SessionAnswer::Ok, end, &ok, None);
        check(&json!({"name": "x", "version": "2"}), SessionAnswer::Ok, end, &ok, Some("`agentInfo.version` is \"2\""));
        check(&json!({"version": "1"}), SessionAnswer::Ok, end, &ok, Some("`agentInfo.name` is null"));
        let nameless = "answered without `agentInfo`, and the entry says that its name is \"x\"";
        check(&Value::Null, SessionAnswer::Ok, end, &ok, Some(nameless));
        check(&info, SessionAnswer::Ok, (EndedBy::EndOfInput, 1), &ok, Some("status 1"));
        check(&info, SessionAnswer::Ok, (EndedBy::Signal, 0), &ok, Some("goes on 8 s after"));
        check(&info, SessionAnswer::Ok, (EndedBy::Force, 137), &ok, Some("does not end"));
        // Every difference is in the one message.
        let refused = SessionAnswer::Refused(RpcError { code: -32000, message: "log in".to_owned(), data: None });
        for part in ["`agentInfo.name` is null", "`agentInfo.version` is null", "is refused: -32000", "goes on 8 s"] {
            check(&json!({}), refused.clone(), (EndedBy::Signal, 0), &ok, Some(part));
        }
    }

    #[test]
    fn expected_session_refusal_passes() {
        let refused = |code| SessionAnswer::Refused(RpcError { code, message: "log in".to_owned(), data: None });
        let entry = expected(None, Session::Refused(-32000), Exit::Signal);
        let end = (EndedBy::Signal, 143);
        check(&Value::Null, refused(-32000), end, &entry, None);
        check(&Value::Null, refused(-32000), (EndedBy::Signal, 1), &entry, None);
        check(&Value::Null, refused(-32000), (EndedBy::Signal, 139), &entry, Some("status 139"));
        check(&Value::Null, refused(-32603), end, &entry, Some("-32603 log in; the entry says with -32000"));
        check(&Value::Null, SessionAnswer::Ok, end, &entry, Some("gives a session"));
        check(&json!({"name": "x"}), refused(-32000), end, &entry, Some("the entry says there is none"));
        check(&Value::Null, refused(-32000), (EndedBy::EndOfInput, 0), &entry, Some("ends with its input"));
        let entry = expected(None, Session::Ok, Exit::Eof);
        check(&Value::Null, refused(-32000), (EndedBy::EndOfInput, 0), &entry, Some("is refused: -32000 log in"));
    }

    /// Holds a session with the peer of `tests/dialogue.rs`, which breaks the protocol in one way.
    #[track_caller]
    fn check_peer(fault: &str, says: Option<&str>) -> Seen {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
        let fields = vec![("name", "peer".to_owned())];
        let entry = expected(Some(fields), Session::Ok, Exit::Eof);
        let peer = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer.sh");
        let mut command = Command::new("sh");
        command.args(["-c", &format!("echo '{PROVED} for the user 1' >&2; exec sh \"$0\" \"$1\""), peer, fault]);
        let (seen, judged) = runtime.block_on(hold(command, &entry, LIMITS, |_| ()));
        let expected = says.map_or(Ok(()), |says| Err((Class::DOES_NOT_START, says.to_owned())));
        assert_eq!(judged, expected, "of {fault}");
        seen
    }

    #[test]
    fn protocol_version_mismatch_differs_from_a_missing_name() {
        check_peer("none", None);
        let seen = check_peer(
            "second",
            Some(
                "`peer 2.0.0` speaks version 2 of ACP alone, and version 1 was asked for; its last error:\n    \
                 sandbox: proved for the user 1",
            ),
        );
        assert_eq!((&seen.protocol_version, seen.session), (&Value::from(2), None), "nothing more is asked of it");
        assert_eq!(seen.agent_info.get("version"), Some(&Value::from("2.0.0")));
        let seen = check_peer(
            "nameless",
            Some(
                "`initialize` is answered without `agentInfo`, and the entry says that its name is \"peer\"; where there \
                 is none, say `info: none(\"why\")`",
            ),
        );
        assert_eq!(seen.session, Some(SessionAnswer::Ok));
    }

    #[test]
    fn slow_agent_differs_from_one_that_does_not_start() {
        let entry = expected(None, Session::Ok, Exit::Eof);
        let ending = Ending { by: EndedBy::Signal, status: 143, milliseconds: 1 };
        let seen = Seen { stderr: format!("{PROVED} for the user 1\n"), ..Seen::default() };
        let class = |fault| judge(Err(fault), &seen, &entry, ending).expect_err("it is not a session").0;
        assert_eq!(class(DialogueError::Late { method: "initialize".to_owned(), seconds: 90 }), Class::INFRASTRUCTURE);
        assert_eq!(
            class(DialogueError::Ended { method: "initialize".to_owned(), status: Some(1) }),
            Class::DOES_NOT_START
        );
    }

    #[test]
    fn broken_sandbox_is_not_an_agent_failure() {
        let entry = expected(None, Session::Ok, Exit::Eof);
        let ended = DialogueError::Ended { method: "initialize".to_owned(), status: Some(BROKEN) };
        let seen = Seen { stderr: "sandbox: it can read /etc/shadow\n".to_owned(), ..Seen::default() };
        let ending = Ending { by: EndedBy::EndOfInput, status: BROKEN, milliseconds: 1 };
        let (class, detail) = judge(Err(ended), &seen, &entry, ending).expect_err("it does not hold");
        assert_eq!((class, detail.contains("can read /etc/shadow")), (Class::OURS, true), "{detail}");
        let seen = Seen { session: Some(SessionAnswer::Ok), ..Seen::default() };
        let ending = Ending { status: 0, ..ending };
        let (class, detail) = judge(Ok(()), &seen, &entry, ending).expect_err("nothing was proved");
        assert_eq!((class, detail.as_str()), (Class::OURS, "the sandbox was not proved"));
    }
}
