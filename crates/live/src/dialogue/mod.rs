//! A dialogue with an agent over ACP: its process, the connection, and what is said on it, all within time limits.
//!
//! It knows neither sandboxes nor entries: [`Peer::start`] takes any command whose standard streams speak ACP.

mod error;
mod peer;
mod wire;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    ContentBlock, InitializeRequest, NewSessionRequest, PermissionOptionKind, PromptRequest, RequestPermissionOutcome,
    RequestPermissionRequest, RequestPermissionResponse, SelectedPermissionOutcome, TextContent,
};
use agent_client_protocol::{Agent, UntypedMessage};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

pub(crate) use error::about;
pub use error::{DialogueError, RpcError};
pub use peer::{EndedBy, Ending, Peer};

/// How long a line may be under way that was read before the output ended.
const UNDERWAY: Duration = Duration::from_millis(200);

/// The code of JSON-RPC's internal error, which is also what the library gives for a connection that broke.
const INTERNAL: i32 = -32603;

/// How long an agent may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For its first answer: some unpack themselves, and some start a helper first.
    pub start: Duration,
    /// For any other answer.
    pub answer: Duration,
    /// For a whole turn, from the prompt to its end.
    pub turn: Duration,
}

/// What is answered when the agent asks for permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The narrowest option that allows it.
    Allow,
    /// That it may not.
    Refuse,
}

/// What came of a turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Turn {
    /// Why it ended, in the protocol's word.
    pub stop_reason: String,
    /// The text that the agent said.
    pub text: String,
    /// The updates of the session, as they came.
    pub updates: Vec<Value>,
    /// What permission was asked for, as it came.
    pub permissions: Vec<Value>,
    /// What its answer says of the tokens that it used; null where it says nothing.
    pub usage: Value,
}

impl Turn {
    /// The kinds of the updates, as the protocol names them.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.updates.iter().filter_map(|it| it.pointer("/update/sessionUpdate")?.as_str())
    }
}

/// What the agent sent unasked since the last read.
#[derive(Debug, Default)]
struct Received {
    updates: Vec<Value>,
    permissions: Vec<Value>,
}

/// The client's side of a connection.
#[derive(Debug)]
pub struct Dialogue {
    connection: ConnectionTo<Agent>,
    fault: watch::Receiver<Option<DialogueError>>,
    heard: Arc<Mutex<Received>>,
    asked: LastMethod,
    limits: Limits,
}

/// The method that was asked last: the connection may break before the request is sent, and nothing else records it.
type LastMethod = Arc<Mutex<String>>;

impl Dialogue {
    /// `initialize`, as a client that offers nothing; the answer as it came.
    pub async fn initialize(&self) -> Result<Value, DialogueError> {
        let request = InitializeRequest::new(ProtocolVersion::V1);
        let capabilities = json!({"fs": {"readTextFile": false, "writeTextFile": false}, "terminal": false});
        let mut params = serde_json::to_value(request).unwrap_or_default();
        if let Some(params) = params.as_object_mut() {
            params.insert("clientCapabilities".to_owned(), capabilities);
        }
        self.ask("initialize", params, self.limits.start).await
    }

    /// `session/new` in a folder, with MCP servers and `_meta` as the protocol writes them (null for no `_meta`); the
    /// answer as it came.
    pub async fn new_session(&self, folder: &Path, servers: Vec<Value>, meta: Value) -> Result<Value, DialogueError> {
        let mut params = serde_json::to_value(NewSessionRequest::new(folder)).unwrap_or_default();
        if let Some(params) = params.as_object_mut() {
            params.insert("mcpServers".to_owned(), Value::Array(servers));
            if !meta.is_null() {
                params.insert("_meta".to_owned(), meta);
            }
        }
        self.ask("session/new", params, self.limits.answer).await
    }

    /// `session/load` or `session/resume`: a session of an earlier process, in its folder; the answer as it came.
    pub async fn open_session(&self, method: &str, session: &str, folder: &Path) -> Result<Value, DialogueError> {
        let params = json!({"sessionId": session, "cwd": folder, "mcpServers": []});
        self.ask(method, params, self.limits.answer).await
    }

    /// `session/cancel`: asks to end the turn that is under way, which then ends by its own answer.
    pub fn cancel(&self, session: &str) -> Result<(), DialogueError> {
        let broken = |error: agent_client_protocol::Error| DialogueError::Connection(error.to_string());
        let message = UntypedMessage::new("session/cancel", json!({"sessionId": session})).map_err(broken)?;
        self.connection.send_notification(message).map_err(broken)
    }

    /// `session/set_model`, which the protocol does not have yet and most agents do.
    pub async fn set_model(&self, session: &str, model: &str) -> Result<Value, DialogueError> {
        let params = json!({"sessionId": session, "modelId": model});
        self.ask("session/set_model", params, self.limits.answer).await
    }

    /// `session/set_mode`.
    pub async fn set_mode(&self, session: &str, mode: &str) -> Result<Value, DialogueError> {
        let params = json!({"sessionId": session, "modeId": mode});
        self.ask("session/set_mode", params, self.limits.answer).await
    }

    /// `session/set_config_option`.
    pub async fn set_config_option(&self, session: &str, option: &str, value: &str) -> Result<Value, DialogueError> {
        let params = json!({"sessionId": session, "configId": option, "value": value});
        self.ask("session/set_config_option", params, self.limits.answer).await
    }

    /// `session/prompt` with a text, to the end of the turn.
    pub async fn prompt(&self, session: &str, text: &str) -> Result<Turn, DialogueError> {
        self.prompt_within(session, text, self.limits.turn).await
    }

    /// The same with another time limit for the turn.
    pub async fn prompt_within(&self, session: &str, text: &str, limit: Duration) -> Result<Turn, DialogueError> {
        drop(self.take());
        let content = vec![ContentBlock::Text(TextContent::new(text))];
        let request = PromptRequest::new(session.to_owned(), content);
        let answer = self.ask("session/prompt", request, limit).await?;
        let Received { updates, permissions } = self.take();
        let stop_reason = answer.get("stopReason").and_then(Value::as_str).unwrap_or_default().to_owned();
        let said = |update: &Value| {
            let chunk = update.pointer("/update/sessionUpdate")? == "agent_message_chunk";
            chunk.then(|| update.pointer("/update/content/text")?.as_str().map(str::to_owned))?
        };
        let text = updates.iter().filter_map(said).collect();
        let usage = answer.get("usage").cloned().unwrap_or_default();
        Ok(Turn { stop_reason, text, updates, permissions, usage })
    }

    fn take(&self) -> Received {
        core::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request and its answer. A fault of the wire comes first: it is why there is no answer.
    async fn ask(&self, method: &str, params: impl Serialize, limit: Duration) -> Result<Value, DialogueError> {
        let message =
            UntypedMessage::new(method, params).map_err(|error| DialogueError::Connection(error.to_string()))?;
        method.clone_into(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        let answer = self.connection.send_request(message).block_task();
        let mut fault = self.fault.clone();
        let broken = async {
            let found = match fault.wait_for(Option::is_some).await {
                Ok(fault) => fault.clone(),
                // No one is left to report a fault to; the answer decides.
                Err(_) => std::future::pending().await,
            };
            // The last line before the end may be the answer, still on its way through the library.
            if matches!(found, Some(DialogueError::Ended { .. })) {
                tokio::time::sleep(UNDERWAY).await;
            }
            found
        };
        tokio::select! {
            biased;
            answer = answer => match answer {
                Ok(answer) => Ok(answer),
                Err(error) => Err(self.refusal(method, error).await),
            },
            fault = broken => Err(named(fault.unwrap_or(DialogueError::Connection(String::new())), method)),
            () = tokio::time::sleep(limit) => {
                Err(DialogueError::Late { method: method.to_owned(), seconds: limit.as_secs() })
            },
        }
    }

    /// The agent's own error; or the fault of the wire that the library reports as an internal error.
    async fn refusal(&self, method: &str, error: agent_client_protocol::Error) -> DialogueError {
        let error = RpcError { code: error.code.into(), message: error.message, data: error.data };
        let fault = if error.code == INTERNAL { underway(&self.fault).await } else { self.fault.borrow().clone() };
        if let Some(fault) = fault {
            return named(fault, method);
        }
        DialogueError::Refused { method: method.to_owned(), error: Box::new(error) }
    }
}

/// The fault of the wire, also when its other end is noticed first: a write to an agent that is gone fails before the
/// end of its output has been read.
async fn underway(fault: &watch::Receiver<Option<DialogueError>>) -> Option<DialogueError> {
    let mut fault = fault.clone();
    let found = tokio::time::timeout(UNDERWAY, fault.wait_for(Option::is_some)).await;
    found.ok().and_then(|found| found.ok().and_then(|found| found.clone()))
}

/// The end of a process, reported as the end before this answer.
fn named(fault: DialogueError, method: &str) -> DialogueError {
    match fault {
        DialogueError::Ended { status, .. } => DialogueError::Ended { method: method.to_owned(), status },
        other => other,
    }
}

/// Talks to an agent, and closes its input when all is said.
///
/// The process goes on: [`Peer::stop`] ends it.
pub async fn converse<T>(
    peer: &mut Peer,
    limits: Limits,
    permission: Permission,
    talk: impl AsyncFnOnce(&Dialogue) -> Result<T, DialogueError>,
) -> Result<T, DialogueError> {
    let Some((transport, fault)) = peer.transport() else {
        return Err(DialogueError::Connection("its input was closed before".to_owned()));
    };
    let heard = Arc::new(Mutex::new(Received::default()));
    let asked = LastMethod::new(Mutex::new("initialize".to_owned()));
    let last = asked.clone();
    let (hears_updates, hears_requests) = (heard.clone(), heard.clone());
    let lock = |heard: &Arc<Mutex<Received>>, update: &dyn Fn(&mut Received)| {
        update(&mut heard.lock().unwrap_or_else(PoisonError::into_inner));
    };
    let said = agent_client_protocol::Client
        .v1()
        .on_receive_request(
            async move |request: RequestPermissionRequest, responder, _connection| {
                let value = serde_json::to_value(&request).unwrap_or_default();
                lock(&hears_requests, &|heard| heard.permissions.push(value.clone()));
                responder.respond(RequestPermissionResponse::new(decide(&request, permission)))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_notification(
            async move |notification: UntypedMessage, _connection| {
                if notification.method() == "session/update" {
                    lock(&hears_updates, &|heard| heard.updates.push(notification.params().clone()));
                }
                Ok(())
            },
            agent_client_protocol::on_receive_notification!(),
        )
        .connect_with(transport, async |connection: ConnectionTo<Agent>| {
            let dialogue = Dialogue { connection, fault: fault.clone(), heard, asked, limits };
            Ok(talk(&dialogue).await)
        })
        .await;
    let broken = if said.is_err() { underway(&fault).await } else { None };
    let last = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let result = match (said, broken) {
        (Ok(result), _) => result,
        (Err(_), Some(fault)) => Err(named(fault, &last)),
        // An agent that is gone breaks the connection, whoever notices first.
        (Err(error), None) => Err(match peer.status().await {
            Some(status) => DialogueError::Ended { method: last, status: Some(status) },
            None => DialogueError::Connection(error.to_string()),
        }),
    };
    match result {
        Err(DialogueError::Ended { method, status: None }) => {
            Err(DialogueError::Ended { method, status: peer.status().await })
        }
        other => other,
    }
}

/// The narrowest option that allows, or one that refuses; where there is none, that the turn was cancelled.
fn decide(request: &RequestPermissionRequest, permission: Permission) -> RequestPermissionOutcome {
    let kinds = match permission {
        Permission::Allow => [PermissionOptionKind::AllowOnce, PermissionOptionKind::AllowAlways],
        Permission::Refuse => [PermissionOptionKind::RejectOnce, PermissionOptionKind::RejectAlways],
    };
    let option = kinds.iter().find_map(|kind| request.options.iter().find(|option| option.kind == *kind));
    option.map_or(RequestPermissionOutcome::Cancelled, |option| {
        RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(option.option_id.clone()))
    })
}
