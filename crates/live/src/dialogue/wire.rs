//! The lines between an agent and the connection: every line of its output is judged before the library sees it.

use std::io;

use agent_client_protocol::Lines;
use futures::{Sink, Stream, StreamExt, sink};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::ChildStdin;
use tokio::sync::{mpsc, watch};

use super::error::DialogueError;
use crate::process::OutputTail;

/// The longest line that is taken for a message.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Reads lines until the stream ends, also when no reader is left: an agent whose output is closed early does not
/// end as it would have.
pub(super) async fn read(
    stream: Option<impl AsyncRead + Unpin>,
    lines: mpsc::UnboundedSender<String>,
    heard: OutputTail,
    fault: watch::Sender<Option<DialogueError>>,
) {
    let tell = |found: DialogueError| fault.send_modify(|fault| *fault = fault.take().or(Some(found)));
    if let Some(stream) = stream {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!((&mut stream).take(LONGEST).read_until(b'\n', &mut line).await, Ok(count) if count > 0) {
            let text = String::from_utf8_lossy(&line).trim().to_owned();
            heard.push(&line);
            line.clear();
            if text.is_empty() {
                continue;
            }
            if let Some(fault) = DialogueError::of_line(&text) {
                tell(fault);
            }
            let _ = lines.send(text);
        }
    }
    tell(DialogueError::Ended { method: String::new(), status: None });
}

/// What the library talks through.
pub(super) type Transport = Lines<Outgoing, Incoming>;

/// Lines to the agent.
type Outgoing = std::pin::Pin<Box<dyn Sink<String, Error = io::Error> + Send>>;
/// Lines from it.
type Incoming = std::pin::Pin<Box<dyn Stream<Item = io::Result<String>> + Send>>;

/// The transport over an agent's input and the lines that were read from its output.
pub(super) fn transport(stdin: ChildStdin, lines: mpsc::UnboundedReceiver<String>) -> Transport {
    let outgoing = sink::unfold(stdin, |mut stdin, line: String| async move {
        stdin.write_all(format!("{line}\n").as_bytes()).await?;
        stdin.flush().await?;
        Ok::<_, io::Error>(stdin)
    });
    let incoming = futures::stream::unfold(lines, |mut lines| async move { lines.recv().await.map(|it| (it, lines)) });
    Lines::new(Box::pin(outgoing), incoming.map(Ok).boxed())
}
