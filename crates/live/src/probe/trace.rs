//! What the processes of a session started and whom they called, by the record of strace.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// What a record says. An address of loopback is left out: who was called there is in the log of the model server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The words of every program that was started, each with its path before them.
    pub(crate) started: Vec<Vec<String>>,
    /// Addresses beyond loopback that were called, with their ports.
    pub(crate) called: BTreeSet<String>,
}

impl Trace {
    /// Reads a record. What begins the sandbox is the first thing that was started, and no part of the session.
    pub(crate) fn read(text: &str) -> Self {
        let started = text.lines().filter_map(words).skip(1).collect();
        let called = text.lines().filter_map(address).filter(|(address, _)| !is_here(*address));
        Self { started, called: called.map(|(address, port)| format!("{address}:{port}")).collect() }
    }
}

/// The path and the words of a call that starts a program; its environment follows them, and is not read.
fn words(line: &str) -> Option<Vec<String>> {
    let (_, call) = line.split_once("execve")?;
    let (head, _) = line.split_once("execve")?;
    // Only the process id is before the name of a call.
    if !head.chars().all(|it| it.is_ascii_digit() || it == ' ') {
        return None;
    }
    let mut rest = call.get(call.find('"')?..)?;
    let mut words = Vec::new();
    loop {
        let (word, after) = text(rest)?;
        words.push(word);
        rest = after.strip_prefix(", ").unwrap_or(after);
        rest = if words.len() == 1 { rest.strip_prefix('[').unwrap_or(rest) } else { rest };
        if !rest.starts_with('"') {
            return Some(words);
        }
    }
}

/// A quoted text at the beginning, without what strace makes of its bytes, and what follows.
fn text(quoted: &str) -> Option<(String, &str)> {
    let inner = quoted.strip_prefix('"')?;
    let mut bytes = Vec::new();
    let mut at = 0;
    let all = inner.as_bytes();
    loop {
        match (*all.get(at)?, all.get(at + 1)) {
            (b'"', _) => break,
            (b'\\', Some(&escaped)) => {
                let (byte, length) = unescaped(escaped, all.get(at + 1..)?);
                bytes.push(byte);
                at += 1 + length;
            }
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    // A text that was cut off has dots behind it.
    let after = inner.get(at + 1..)?;
    Some((String::from_utf8_lossy(&bytes).into_owned(), after.strip_prefix("...").unwrap_or(after)))
}

/// The byte of an escape, and how many bytes wrote it.
fn unescaped(first: u8, all: &[u8]) -> (u8, usize) {
    let octal = all.iter().take(3).take_while(|it| (b'0'..=b'7').contains(it)).count();
    if octal > 0 {
        let digits = all.iter().take(octal);
        return (digits.fold(0u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')), octal);
    }
    let byte = match first {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'v' => 11,
        b'f' => 12,
        other => other,
    };
    (byte, 1)
}

/// The address that a call is for, and its port. In what is sent a quote has a backslash before it, so that no data is
/// taken for an address.
fn address(line: &str) -> Option<(IpAddr, u16)> {
    let after = |mark: &str| line.split_once(mark).map(|(_, rest)| rest);
    let until = |text: &'_ str, mark: char| text.split(mark).next().map(str::to_owned);
    let port = until(after("_port=htons(")?, ')')?.parse().ok()?;
    let four = after("sin_addr=inet_addr(\"");
    let six = || after("inet_pton(AF_INET6, \"");
    let text = until(four.or_else(six)?, '"')?;
    Some((text.parse().ok()?, port))
}

/// Whether an address is this very machine's: loopback, also in the form of the other family, or none.
fn is_here(address: IpAddr) -> bool {
    let four = |it: Ipv4Addr| it.is_loopback() || it.is_unspecified();
    match address {
        IpAddr::V4(it) => four(it),
        IpAddr::V6(it) => it.is_loopback() || it.is_unspecified() || it.to_ipv4_mapped().is_some_and(four),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as strace 6.1 writes them.
    const RECORD: &str = r#"100 execve("/usr/bin/bwrap", ["bwrap", "--setenv", "KEY", "hidden"], ["PATH=/bin"]) = 0
101 execve("/opt/x/bin/agent", ["agent", "a \"b\"\n\303\251"], ["KEY=hidden"]) = 0
101 execve("/bin/none", ["none"], ["KEY=hidden"] <unfinished ...>
102 sendto(5, "execve(\"/no\", [\"no\"]) inet_addr(\"8.8.8.8\") _port=htons(1)", 10, 0, NULL, 0) = 10
102 connect(7, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
102 connect(7, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = -1 ENETUNREACH (x)
102 connect(7, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 ENETUNREACH (x)
102 connect(7, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6_addr), sin6_scope_id=0}, 28) = 0
102 sendto(8, "\1\0", 2, MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("9.9.9.9")}, 16) = 2
102 connect(7, {sa_family=AF_UNIX, sun_path="/run/x"}, 16) = -1 ENOENT (No such file or directory)
"#;

    #[test]
    fn trace_has_arguments_of_started_programs_without_environment() {
        let started = Trace::read(RECORD).started;
        assert_eq!(started, [vec!["/opt/x/bin/agent", "agent", "a \"b\"\né"], vec!["/bin/none", "none"]]);
    }

    #[test]
    fn trace_has_non_loopback_addresses_without_payload_data() {
        let called = Trace::read(RECORD).called;
        assert_eq!(called.into_iter().collect::<Vec<_>>(), ["192.0.2.7:443", "2001:db8::1:80", "9.9.9.9:53"]);
    }

    #[test]
    fn truncated_trace_is_parsed_up_to_its_end() {
        for end in 0..RECORD.len() {
            if let Some(text) = RECORD.get(..end) {
                let _ = Trace::read(text);
            }
        }
        let cut =
            Trace::read("1 execve(\"/b\", [\"b\"], []) = 0\n1 execve(\"/a\", [\"a\", \"lo\"..., \"x\"], []) = 0\n");
        assert_eq!(cut.started, [vec!["/a", "a", "lo", "x"]]);
    }
}
