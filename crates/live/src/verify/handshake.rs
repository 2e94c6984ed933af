//! The `handshake` of an entry as an agent was seen to answer: the line to paste, whole, after one run.

use std::fmt::Write;

use registry_model::model::{Exit, Session};
use registry_model::variables::word;
use registry_scripts::Expected;

use super::report::{Seen, SessionAnswer};
use crate::dialogue::EndedBy;

/// The field of the entry that says what was seen; none where the agent did not come as far as its session.
///
/// `expected` gives what no answer shows: the variables that the agent was started with, and the locked version.
pub(super) fn seen(seen: &Seen, expected: &Expected) -> Option<String> {
    let (session, ending) = (seen.session.as_ref()?, seen.ending?);
    let mut members = Vec::new();
    // Whatever an entry said of such an end, the next run would reject it.
    let exit = match (ending.by, ending.status) {
        (EndedBy::EndOfInput, 0) => Exit::Eof,
        (EndedBy::Signal, 0..=127 | 143) => Exit::Signal,
        _ => return None,
    };
    let text = |key: &str| seen.agent_info.get(key).and_then(|it| it.as_str()).filter(|it| !it.is_empty());
    match text("name") {
        None if !seen.agent_info.is_null() => return None,
        None => members.push("info: none(\"initialize is answered without agentInfo\")".to_owned()),
        Some(name) => {
            members.push(format!("name: {}", quoted(name)));
            members.extend(text("title").map(|it| format!("title: {}", quoted(it))));
            let pinned = text("version").is_some_and(|it| it == expected.version);
            members.extend(pinned.then(|| "version: pinned".to_owned()));
        }
    }
    if !expected.env.is_empty() {
        let variables = expected.env.iter().map(|(name, value)| format!("{} = {}", word(name), quoted(value)));
        members.push(format!("env: {{ {} }}", variables.collect::<Vec<_>>().join(", ")));
    }
    let session = match session {
        SessionAnswer::Ok => Session::Ok,
        // mutant: a refusal is a session
        SessionAnswer::Refused(error) => Session::Refused(error.code),
    };
    members.extend([format!("session: {session}"), format!("exit: {}", exit.word())]);
    Some(format!("handshake: {{ {} }},", members.join(", ")))
}

/// A text as an entry writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(char);
            }
            char if char.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(char));
            }
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use registry_model::model::{Exit, Session};
    use serde_json::{Value, json};

    use super::*;
    use crate::dialogue::{Ending, RpcError};

    #[track_caller]
    fn check(info: &Value, session: SessionAnswer, by: EndedBy, line: &str) {
        let env = vec![("BENCHFLOW_PROVIDER_API_KEY".to_owned(), "a \"dummy\"".to_owned())];
        let (session_wanted, exit) = (Session::Ok, Exit::Eof);
        let expected = Expected { env, info: None, session: session_wanted, exit, version: "1.2".to_owned() };
        let ending = Some(Ending { by, status: 0, milliseconds: 1 });
        let answered = Seen { agent_info: info.clone(), session: Some(session), ending, ..Seen::default() };
        assert_eq!(seen(&answered, &expected).as_deref(), Some(line));
        assert_eq!(seen(&Seen::default(), &expected), None);
    }

    #[test]
    fn handshake_is_printed_as_one_entry_line() {
        check(
            &json!({"name": "Kilo", "title": "The Kilo", "version": "1.2"}),
            SessionAnswer::Ok,
            EndedBy::EndOfInput,
            r#"handshake: { name: "Kilo", title: "The Kilo", version: pinned, env: { API_KEY = "a \"dummy\"" }, session: ok, exit: eof },"#,
        );
        let refused = SessionAnswer::Refused(RpcError { code: -32000, message: String::new(), data: None });
        check(
            &json!({"name": "x", "version": "9"}),
            refused.clone(),
            EndedBy::Signal,
            r#"handshake: { name: "x", env: { API_KEY = "a \"dummy\"" }, session: refused(-32000), exit: signal },"#,
        );
        check(
            &Value::Null,
            refused,
            EndedBy::Signal,
            r#"handshake: { info: none("initialize is answered without agentInfo"), env: { API_KEY = "a \"dummy\"" }, session: refused(-32000), exit: signal },"#,
        );
    }
}
