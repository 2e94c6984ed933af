//! A server that plays the provider of a model: it records every request as it arrived, and answers as the APIs do.
//!
//! Real agents hold whole dialogues with it. A prompt with [`SHELL_WORD`] has the agent's shell tool called with the
//! plan's command, one with [`WEB_WORD`] the plan's web tool, one with [`SEARCH_WORD`] the agent's own search for
//! tools. Beside the model there are MCP servers, each with a word of its own. Everything else is answered by a short
//! text, or by the smallest JSON that fits the schema that was asked for. Nothing is remembered between two requests.
//!
//! The forms of the APIs are those that their providers document. The tests hold them with curl, and `probe` with the
//! agents' own libraries:
//! - Anthropic's messages: <https://docs.anthropic.com/en/api/messages> and `/messages-streaming`, `/errors`,
//!   `/messages-count-tokens`, `/models-list`;
//! - OpenAI's chat completions and responses: <https://platform.openai.com/docs/api-reference/chat>,
//!   `/chat-streaming`, `/responses`, `/responses-streaming`, `/models`;
//! - Google's generateContent: <https://ai.google.dev/api/generate-content>, `/api/models`, `/api/tokens`, and for
//!   Vertex AI <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>; errors as in
//!   <https://cloud.google.com/apis/design/errors>.

mod answer;
mod certificate;
mod connection;
mod endpoint;
mod listening;
mod mcp;
mod plan;
mod protocol;
mod query;
mod record;
mod reply;
mod schema;
mod tools;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

pub use answer::{SEARCH_WORD, SHELL_WORD, TEXT, WAIT_WORD, WEB_WORD};
pub use listening::Listening;
pub(crate) use mcp::McpServer;
pub use plan::{Mode, Plan, Tls};
pub use record::{Answered, Record};
pub(crate) use tools::{is_bridge, is_searcher};

use crate::Failure;
use certificate::Authority;
use connection::{Connection, Encryption, Shared};
use record::Log;

/// Connections of an address at a time.
const CONNECTIONS: usize = 64;

/// How long connections may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// A server that listens.
pub struct Server {
    bound: Listening,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Server {
    /// Listens at every address of a plan, and writes the record to a file.
    pub async fn start(plan: Plan, log: &Path) -> Result<Self, Failure> {
        let names = plan.tls.as_ref().map(|tls| tls.names.as_slice()).unwrap_or_default();
        let authority = Authority::new(names)?;
        if let Some(tls) = &plan.tls {
            authority.write(&tls.ca_out)?;
        }
        let speaks = if plan.tls.is_some() { Encryption::Tls } else { Encryption::Plain };
        let mut listeners = vec![(bind(plan.listen).await?, speaks, true)];
        for address in &plan.also_listen {
            listeners.push((bind(*address).await?, Encryption::Either, false));
        }
        let (stop, stops) = watch::channel(false);
        let shared = Arc::new(Shared { plan, log: Log::open(log)?, authority, stops });
        let (mut tasks, mut addresses) = (JoinSet::new(), Vec::new());
        for ((listener, address), speaks, provider) in listeners {
            let shared = Arc::clone(&shared);
            addresses.push(address);
            tasks.spawn(accept(listener, move || Connection {
                shared: shared.clone(),
                listener: address,
                speaks,
                provider,
            }));
        }
        let listen = addresses.remove(0);
        Ok(Self { bound: Listening { listen, also_listen: addresses }, stop, tasks })
    }

    /// Where it listens.
    pub fn bound(&self) -> &Listening {
        &self.bound
    }

    /// Stops it: connections that brought nothing are recorded as well.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let end = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(FAREWELL, end).await;
    }
}

/// Serves a plan until the standard input ends or SIGTERM comes.
pub fn run(plan: &Path, log: &Path, ready: &Path) -> Result<(), Failure> {
    let plan = Plan::read(plan)?;
    let failed = |error| Failure::new(format!("cannot start a runtime: {error}"), "check the limits of this machine");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let server = Server::start(plan, log).await?;
        server.bound().write(ready)?;
        until_told().await;
        server.stop().await;
        Ok(())
    })
}

async fn until_told() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminated => {}
        () = input_ended() => {}
    }
}

/// Waits for the end of the standard input, on a thread of its own: a runtime would wait for a read at its end.
async fn input_ended() {
    let (ended, waits) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = waits.await;
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = TcpListener::bind(address).await.and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| {
        Failure::new(format!("cannot listen at `{address}`: {error}"), "give a free address in the plan")
    })
}

/// Accepts connections until the server stops, and waits for their ends.
async fn accept(listener: TcpListener, connection: impl Fn() -> Connection) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stops = connection().shared.stops.clone();
    let mut open = JoinSet::new();
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await.ok();
            (permit, listener.accept().await)
        };
        tokio::select! {
            (permit, accepted) = accepted => {
                // A client that went away between its call and our answer does not end the server.
                let Ok((stream, _)) = accepted else { continue };
                let connection = connection();
                open.spawn(async move {
                    connection.serve(stream).await;
                    drop(permit);
                });
            }
            Some(_) = open.join_next() => {}
            _ = stops.wait_for(|stops| *stops) => break,
        }
    }
    while open.join_next().await.is_some() {}
}
