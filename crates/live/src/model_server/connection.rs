//! A connection: TLS where it speaks it, its requests, and the record of what it brought.

use std::convert::Infallible;
use std::io::Read;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use futures::stream;
use http_body_util::{BodyExt, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use registry_model::model::Protocol;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;

use super::answer::is_held;
use super::certificate::Authority;
use super::plan::Plan;
use super::record::{Answered, Log, Record};
use super::reply::{ModelRequest, Reply};

/// Bytes of a body that are read.
const BODY: usize = 32 * 1024 * 1024;

/// Bytes of the lines before a body.
const HEAD: usize = 256 * 1024;

/// Headers of a request.
const HEADERS: usize = 256;

/// How long a client may say nothing before its request, and between two.
const SILENCE: Duration = Duration::from_mins(2);

/// How long a handshake may take, and a body.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long an answer is held back.
const HELD: Duration = Duration::from_mins(1);

/// What a TLS record of a handshake begins with.
const HANDSHAKE: u8 = 0x16;

/// How many bytes of an invalid request are shown.
const TOLD: usize = 64;

type Body = StreamBody<stream::Iter<std::vec::IntoIter<Result<Frame<Bytes>, Infallible>>>>;

/// What an address speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    Plain,
    Tls,
    /// Whichever the client begins with.
    Either,
}

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) plan: Plan,
    pub(crate) log: Log,
    pub(crate) authority: Authority,
    /// True when the server stops.
    pub(crate) stops: watch::Receiver<bool>,
}

/// A connection that was accepted.
pub(crate) struct Connection {
    pub(crate) shared: Arc<Shared>,
    pub(crate) listener: SocketAddr,
    pub(crate) speaks: Encryption,
    /// Whether the provider is here.
    pub(crate) provider: bool,
}

/// What is known of a connection before its first request.
struct Session {
    connection: Connection,
    sni: Option<String>,
    tls: bool,
    /// The first bytes of a connection without TLS.
    first: Vec<u8>,
    /// Whether a request came.
    asked: AtomicBool,
}

impl Connection {
    /// Serves it to its end, or until the server stops.
    pub(crate) async fn serve(self, stream: TcpStream) {
        let mut first = vec![0; TOLD];
        let mut session =
            Session { connection: self, sni: None, tls: false, first: Vec::new(), asked: AtomicBool::new(false) };
        let mut stops = session.connection.shared.stops.clone();
        let begun = tokio::select! {
            begun = timeout(SILENCE, stream.peek(&mut first)) => begun,
            _ = stops.wait_for(|stops| *stops) => return session.record_nothing("the server stopped before a byte came"),
        };
        match begun {
            Err(_) => session.record_nothing("no byte came in time"),
            Ok(Err(error)) => session.record_nothing(&format!("the connection broke before a byte came: {error}")),
            Ok(Ok(0)) => session.record_nothing("the connection was closed before a byte came"),
            Ok(Ok(count)) => {
                first.truncate(count);
                session.tls = match session.connection.speaks {
                    Encryption::Plain => false,
                    Encryption::Tls => true,
                    Encryption::Either => first.first() == Some(&HANDSHAKE),
                };
                if session.tls {
                    session.encrypted(stream).await;
                } else {
                    session.first = first;
                    session.requests(stream).await;
                }
            }
        }
    }
}

impl Session {
    async fn encrypted(mut self, stream: TcpStream) {
        match timeout(PATIENCE, self.handshake(stream)).await {
            Ok(Ok(stream)) => self.requests(stream).await,
            Ok(Err(error)) => self.record_nothing(&format!("the TLS handshake failed: {error}")),
            Err(_) => self.record_nothing("the TLS handshake was not done in time"),
        }
    }

    /// Reads the name that is asked for before a certificate is shown, so that a refusal is recorded with it.
    async fn handshake(&mut self, stream: TcpStream) -> Result<tokio_rustls::server::TlsStream<TcpStream>, String> {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await.map_err(|error| error.to_string())?;
        self.sni = start.client_hello().server_name().map(str::to_owned);
        let config = self.connection.shared.authority.config(self.sni.as_deref())?;
        start.into_stream(config).await.map_err(|error| error.to_string())
    }

    async fn requests(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let mut stops = self.connection.shared.stops.clone();
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(SILENCE).max_headers(HEADERS).max_buf_size(HEAD);
        let service = service_fn(|request| async { Ok::<_, Infallible>(self.respond(request).await) });
        let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let ended = tokio::select! {
            ended = served.as_mut() => ended.map_err(|error| (error.is_parse(), error.to_string())),
            _ = stops.wait_for(|stops| *stops) => Err((false, "the server stopped before a request came".to_owned())),
        };
        let asked = self.asked.load(Ordering::Relaxed);
        match ended {
            Ok(()) if !asked => self.record_nothing("the connection was closed before a request came"),
            Err((malformed, error)) if malformed || !asked => self.record_nothing(&format!("no HTTP came: {error}")),
            Ok(()) | Err(_) => {}
        }
    }

    async fn respond(&self, request: hyper::Request<Incoming>) -> Response<Body> {
        self.asked.store(true, Ordering::Relaxed);
        let (head, body) = request.into_parts();
        let mut record = self.record();
        record.method = Some(head.method.to_string());
        record.host = host(&head);
        record.path = head.uri.path().to_owned();
        record.query = head.uri.query().unwrap_or_default().to_owned();
        record.headers = headers(&head.headers);
        let body = match timeout(PATIENCE, Limited::new(body, BODY).collect()).await {
            Ok(Ok(body)) => decoded(&head.headers, body.to_bytes()).unwrap_or_else(|body| {
                record.error = Some("the body cannot be decompressed".to_owned());
                body
            }),
            Ok(Err(error)) => return self.refuse(record, StatusCode::PAYLOAD_TOO_LARGE, &error.to_string()),
            Err(_) => return self.refuse(record, StatusCode::REQUEST_TIMEOUT, "the body did not come in time"),
        };
        let parsed = serde_json::from_slice::<Value>(&body).ok();
        let request = ModelRequest {
            method: &head.method,
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body: parsed.as_ref(),
            provider: self.connection.provider,
        };
        let understood = request.understood();
        let reply = request.reply(&understood, &self.connection.shared.plan);
        let is_held = understood.endpoint.is_some() && is_held(&understood.asked);
        record.protocol = understood.endpoint.map(|endpoint| endpoint.protocol.id().to_owned());
        record.tools = understood.asked.tools.iter().map(|tool| tool.name.clone()).collect();
        record.tool_results = understood.asked.outputs().map(str::to_owned).collect();
        record.model = understood.asked.model;
        record.stream = understood.asked.streams;
        record.body = parsed.unwrap_or_else(|| encoded(&body));
        let response = self.send(record, reply);
        if is_held {
            let mut stops = self.connection.shared.stops.clone();
            // A client that goes away meanwhile ends this too.
            let _ = timeout(HELD, stops.wait_for(|stops| *stops)).await;
        }
        response
    }

    /// Refuses a request that is not whole.
    fn refuse(&self, mut record: Record, status: StatusCode, message: &str) -> Response<Body> {
        record.error = Some(format!("the body is not whole: {message}"));
        self.send(record, Reply::error(Protocol::OpenAiCompletions, status, message))
    }

    fn send(&self, mut record: Record, reply: Reply) -> Response<Body> {
        record.answered =
            Some(Answered { status: reply.status.as_u16(), kind: reply.kind.to_owned(), tool: reply.tool });
        self.connection.shared.log.write(record);
        let frames = reply.pieces.into_iter().map(|piece| Ok(Frame::data(piece))).collect::<Vec<_>>();
        let mut response = Response::new(StreamBody::new(stream::iter(frames)));
        *response.status_mut() = reply.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
        response
    }

    fn record(&self) -> Record {
        Record {
            listener: self.connection.listener.to_string(),
            scheme: if self.tls { "https" } else { "http" }.to_owned(),
            sni: self.sni.clone(),
            ..Record::default()
        }
    }

    fn record_nothing(&self, error: &str) {
        let first = self.first.escape_ascii().to_string();
        let suffix = if first.is_empty() { String::new() } else { format!("; it begins with `{first}`") };
        self.connection.shared.log.write(Record { error: Some(format!("{error}{suffix}")), ..self.record() });
    }
}

/// The host that is asked: a proxy is asked in the first line, a server in a header.
fn host(head: &hyper::http::request::Parts) -> String {
    let header = head.headers.get(HOST).map(|value| lossy(value.as_bytes()));
    head.uri.authority().map(ToString::to_string).or(header).unwrap_or_default()
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_string(), lossy(value.as_bytes()))).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A body without its compression, and as it came where it has none of the usual ones; as an error, one that is damaged
/// or too long.
fn decoded(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Bytes> {
    let encoding = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
    let plain = match encoding {
        b"gzip" => plain(MultiGzDecoder::new(&*body)),
        // With the header of zlib or, as some clients send it, without.
        b"deflate" => plain(ZlibDecoder::new(&*body)).or_else(|| plain(DeflateDecoder::new(&*body))),
        _ => return Ok(body),
    };
    plain.ok_or(body)
}

/// All that a decoder gives, if that is not too much.
fn plain(decoder: impl Read) -> Option<Bytes> {
    let limit = u64::try_from(BODY).unwrap_or(u64::MAX);
    let mut plain = Vec::new();
    decoder.take(limit.saturating_add(1)).read_to_end(&mut plain).ok()?;
    (plain.len() <= BODY).then(|| Bytes::from(plain))
}

fn encoded(body: &[u8]) -> Value {
    if body.is_empty() { Value::Null } else { json!({"base64": STANDARD.encode(body)}) }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = b"{\"messages\": []}";

    #[track_caller]
    fn check(encoding: &'static str, body: &[u8], plain: Option<&[u8]>) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        let read = decoded(&headers, Bytes::copy_from_slice(body));
        assert_eq!(read.as_deref().ok(), plain, "{encoding}");
    }

    fn packed(mut encoder: impl Read) -> Vec<u8> {
        let mut packed = Vec::new();
        encoder.read_to_end(&mut packed).expect("it is in memory");
        packed
    }

    #[test]
    fn compressed_bodies_are_decoded() {
        let level = Compression::default();
        check("gzip", &packed(GzEncoder::new(TEXT, level)), Some(TEXT));
        check("deflate", &packed(ZlibEncoder::new(TEXT, level)), Some(TEXT));
        check("deflate", &packed(DeflateEncoder::new(TEXT, level)), Some(TEXT));
        check("br", TEXT, Some(TEXT));
        check("gzip", TEXT, None);
        let whole = packed(GzEncoder::new(TEXT, level));
        check("gzip", whole.get(..whole.len() - 9).expect("it is longer"), None);
    }
}
