//! A name server on loopback: whatever an agent looks up is on record, and leads nowhere.

use std::fs::File;
use std::net::UdpSocket;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::task::JoinHandle;

/// The types of records that are distinguished.
const A: u16 = 1;

/// What a network does with names of hosts that it does not let anybody reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// Every name is loopback's, where whoever calls is on record.
    Leading,
    /// There is no such name.
    Refusing,
    /// No answer comes.
    Dropping,
}

/// Names that were asked for.
type QueriedNames = Arc<Mutex<Vec<String>>>;

/// A name server in another network.
#[derive(Debug)]
pub(crate) struct DnsServer {
    asked: QueriedNames,
    task: JoinHandle<()>,
}

impl DnsServer {
    /// Serves in the network of a process, as that network does with names.
    pub(crate) fn serve(process: i32, network: Network) -> Result<Self, String> {
        // A thread can be in another network than the rest of its process, and its sockets stay there.
        let bound = thread::spawn(move || -> std::io::Result<UdpSocket> {
            let network = File::open(format!("/proc/{process}/ns/net"))?;
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
            let socket = UdpSocket::bind("127.0.0.1:53")?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        let bound = bound.join().unwrap_or_else(|_| Err(std::io::Error::other("its thread is gone")));
        let socket = bound.and_then(tokio::net::UdpSocket::from_std);
        let socket = socket.map_err(|error| format!("cannot serve names in the network of a run: {error}"))?;
        let asked = QueriedNames::default();
        let task = tokio::spawn(answer_all(socket, network, asked.clone()));
        Ok(Self { asked, task })
    }

    /// The names that were asked for, each once, in their order.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut names = core::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer_all(socket: tokio::net::UdpSocket, network: Network, asked: QueriedNames) {
    let mut buffer = [0; 1232];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        let Some((name, reply)) = buffer.get(..length).and_then(|query| answer(query, network)) else { continue };
        asked.lock().unwrap_or_else(PoisonError::into_inner).push(name);
        if network != Network::Dropping {
            let _ = socket.send_to(&reply, from).await;
        }
    }
}

/// The name of a question (RFC 1035), and the answer: 127.0.0.1 for an address, and nothing for anything else; or that
/// there is no such name.
fn answer(query: &[u8], network: Network) -> Option<(String, Vec<u8>)> {
    let (id, mut at) = (query.get(..2)?, 12);
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes(query.get(at..at + 2)?.try_into().ok()?);
    let question = query.get(12..at + 4)?;
    let mut reply = id.to_vec();
    let leads = network == Network::Leading && kind == A;
    let code = if network == Network::Leading { 0 } else { 3 };
    // A response, authoritative; one question; one answer for an address.
    reply.extend([0x85, 0x80 | code, 0, 1, 0, u8::from(leads), 0, 0, 0, 0]);
    reply.extend(question);
    if leads {
        // The name by a pointer to the question, its type and class, no time to live, four bytes.
        reply.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
    }
    Some((labels.join("."), reply))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(kind: u8) -> Vec<u8> {
        let mut query = vec![7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        query.extend(b"\x03API\x07example\x03org\x00");
        query.extend([0, kind, 0, 1]);
        query
    }

    #[test]
    fn dns_answers_loopback_for_a_and_nothing_for_other_types() {
        let (name, reply) = answer(&query(1), Network::Leading).expect("it is a question");
        assert_eq!(name, "api.example.org");
        assert_eq!(
            (reply.get(..2), reply.get(7), reply.ends_with(&[127, 0, 0, 1])),
            (Some(&[7, 9][..]), Some(&1), true)
        );
        let (_, reply) = answer(&query(28), Network::Leading).expect("it is a question");
        assert_eq!((reply.get(7), reply.len()), (Some(&0), query(28).len()));
        let (_, reply) = answer(&query(1), Network::Refusing).expect("it is a question");
        assert_eq!((reply.get(3), reply.get(7), reply.len()), (Some(&0x83), Some(&0), query(1).len()));
    }

    #[test]
    fn truncated_dns_query_is_rejected() {
        let whole = query(1);
        for length in 0..whole.len() {
            let cut = whole.get(..length).and_then(|it| answer(it, Network::Leading));
            assert_eq!(cut, None, "of {length} bytes");
        }
    }
}
