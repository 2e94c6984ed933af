//! Dialogues with a peer that breaks the protocol in one way at a time.

#![allow(clippy::expect_used, clippy::panic, reason = "a test stops where something is not as it must be")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use registry_live::dialogue::{Dialogue, DialogueError, EndedBy, Ending, Limits, Peer, Permission, Turn, converse};
use serde_json::Value;

fn limits() -> Limits {
    let short = Duration::from_secs(2);
    Limits { start: short, answer: short, turn: short }
}

fn start(fault: &str) -> Peer {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peer.sh");
    let mut command = Command::new("sh");
    command.arg(script).arg(fault);
    Peer::start(command).expect("sh starts")
}

/// The whole way: `initialize`, a session, a turn.
async fn all(dialogue: &Dialogue) -> Result<(Value, Turn), DialogueError> {
    let started = dialogue.initialize().await?;
    let session = dialogue.new_session(Path::new("/"), Vec::new(), Value::Null).await?;
    let session = session.get("sessionId").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok((started, dialogue.prompt(&session, "hello").await?))
}

#[track_caller]
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
    runtime.block_on(work)
}

#[track_caller]
fn check_fault(fault: &str, says: &str) {
    let found = block_on(async {
        let mut peer = start(fault);
        converse(&mut peer, limits(), Permission::Refuse, async |dialogue| all(dialogue).await).await
    });
    match found {
        Err(fault) => assert_eq!(fault.to_string(), says),
        Ok(said) => panic!("it went well: {said:?}"),
    }
}

#[test]
fn each_dialogue_failure_has_its_own_message() {
    check_fault("early", "the agent ended with 3 before it answered `initialize`");
    check_fault("garbage", "standard output has a line that is not a message: `Welcome!`");
    check_fault("number", "standard output has a line that is not a message: `17`");
    check_fault("second", "`peer 2.0.0` speaks version 2 of ACP alone, and version 1 was asked for");
    check_fault("hang", "no answer to `initialize` in 2 s");
    check_fault("closes", "the agent closed its output before it answered `initialize`");
    check_fault("brief", "the agent ended with 0 before it answered `session/new`");
    check_fault("refuses", "`session/new` is refused: -32000 Authentication required");
    check_fault("stalls", "no answer to `session/prompt` in 2 s");
}

#[test]
fn unsupported_client_method_is_refused() {
    check_fault("asks", "`session/new` is refused: -32603 -32601");
}

#[test]
fn turns_run_in_sequence() {
    let (started, texts) = block_on(async {
        let mut peer = start("none");
        let said = converse(&mut peer, limits(), Permission::Refuse, async |dialogue| {
            let (started, first) = all(dialogue).await?;
            let refused = dialogue.set_model("s", "m").await.expect_err("the peer has no such method");
            assert_eq!(refused.to_string(), "`session/set_model` is refused: -32601 Method not found");
            let second = dialogue.prompt("s", "again").await?;
            Ok((started, [first, second]))
        });
        said.await.expect("nothing breaks")
    });
    assert_eq!(started.pointer("/agentInfo/version"), Some(&Value::from("1.2.3")));
    assert_eq!(texts.each_ref().map(|turn| turn.text.as_str()), ["turn 1 ", "turn 2 "]);
    assert_eq!(texts.each_ref().map(|turn| turn.stop_reason.as_str()), ["end_turn"; 2]);
}

#[track_caller]
fn check_permission(permission: Permission, text: &str) {
    let turn = block_on(async {
        let mut peer = start("permission");
        converse(&mut peer, limits(), permission, async |dialogue| all(dialogue).await).await
    });
    let (_, turn) = turn.expect("nothing breaks");
    assert_eq!((turn.text.as_str(), turn.permissions.len()), (text, 1));
}

#[test]
fn permission_uses_the_narrowest_option_or_is_refused() {
    check_permission(Permission::Allow, "turn 1 once");
    check_permission(Permission::Refuse, "turn 1 no");
}

#[track_caller]
fn check_ending(fault: &str, by: EndedBy, status: i32) -> Ending {
    let ending = block_on(async {
        let mut peer = start(fault);
        let id = peer.id().expect("it runs");
        let said = converse(&mut peer, limits(), Permission::Refuse, async |dialogue| all(dialogue).await).await;
        said.expect("nothing breaks");
        let terminate = || drop(Command::new("kill").args(["-TERM", &id.to_string()]).status());
        peer.stop(Duration::from_millis(700), terminate).await
    });
    assert_eq!((ending.by, ending.status), (by, status), "of {fault}");
    ending
}

#[test]
fn agent_ends_by_end_of_input_signal_or_force() {
    check_ending("none", EndedBy::EndOfInput, 0);
    check_ending("fails", EndedBy::EndOfInput, 5);
    let ending = check_ending("stays", EndedBy::Signal, 143);
    assert!(ending.milliseconds >= 700, "{ending:?}");
    check_ending("deaf", EndedBy::Force, 137);
}

#[test]
fn verbose_stderr_does_not_block_and_is_kept() {
    let errors = block_on(async {
        let mut peer = start("loud");
        let said = converse(&mut peer, limits(), Permission::Refuse, async |dialogue| all(dialogue).await).await;
        said.expect("a full pipe of standard error stops no dialogue");
        peer.errors()
    });
    assert!(errors.len() == 4 * 1024 * 1024 && errors.contains("a line on standard error"), "{} bytes", errors.len());
}
