//! The payload of install.sh: files as one JSON object, gzipped and in base64, decoded by the private Node.js.

use std::io::Write as _;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use registry_model::template::Value;
use sha2::{Digest as _, Sha256};

/// Characters of a line of base64.
const COLUMNS: usize = 76;

/// The packed files in an install script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Its name in summaries and on a mirror: `payload-opencode-0123456789abcdef.json.gz`.
    pub name: String,
    /// The SHA-256 of the packed bytes.
    pub sha256: String,
    /// Bytes after packing.
    pub packed: usize,
    /// Bytes before packing.
    pub raw: usize,
    /// The names of the files in it, with the bytes of each.
    pub files: Vec<(String, usize)>,
    /// The packed bytes.
    pub bytes: Vec<u8>,
}

/// The programs of every install, by their names under `lib/`.
const PROGRAMS: [(&str, &str); 18] = [
    ("common.mjs", include_str!("payload/common.mjs")),
    ("install.mjs", include_str!("payload/install.mjs")),
    ("digest.mjs", include_str!("payload/digest.mjs")),
    ("npm.mjs", include_str!("payload/npm.mjs")),
    ("python.mjs", include_str!("payload/python.mjs")),
    ("proof.mjs", include_str!("payload/proof.mjs")),
    ("launch.mjs", include_str!("payload/launch.mjs")),
    ("policy.mjs", include_str!("payload/policy.mjs")),
    ("config.mjs", include_str!("payload/config.mjs")),
    ("check.mjs", include_str!("payload/check.mjs")),
    ("place.mjs", include_str!("payload/place.mjs")),
    ("proxy.mjs", include_str!("payload/proxy.mjs")),
    ("owned.mjs", include_str!("payload/owned.mjs")),
    ("edit.mjs", include_str!("payload/edit.mjs")),
    ("values.mjs", include_str!("payload/values.mjs")),
    ("servers.mjs", include_str!("payload/servers.mjs")),
    ("beside.mjs", include_str!("payload/beside.mjs")),
    ("package.json", "{\"type\":\"module\"}\n"),
];

/// The programs of every install as files under `lib/`, without their comments and indentation.
pub(crate) fn programs() -> Vec<(String, String)> {
    PROGRAMS.iter().map(|(name, text)| (format!("lib/{name}"), minify(text))).collect()
}

/// The programs of a launch: the environment and the files of an agent depend on them.
pub(crate) fn launch_programs() -> String {
    const NAMES: [&str; 6] = ["launch.mjs", "config.mjs", "values.mjs", "servers.mjs", "owned.mjs", "edit.mjs"];
    PROGRAMS.iter().filter(|(name, _)| NAMES.contains(name)).map(|(_, text)| minify(text)).collect()
}

/// A program without comment lines and indentation.
fn minify(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.fold(String::new(), |mut out, line| {
        out.push_str(line);
        out.push('\n');
        out
    })
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Packs an agent's files with the programs of every install; the same files give the same bytes.
///
/// The result has two gzip members. The second is the same for every agent and is packed once.
pub(crate) fn pack(agent: &str, stamp: &str, files: &[(String, String)]) -> Payload {
    static PROGRAMS: OnceLock<Packed> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        let files = programs();
        let json = object(&files);
        Packed { bytes: gzip(json.strip_prefix('{').unwrap_or(&json)), raw: json.len() - 1, files: sizes(&files) }
    });
    let json = object(files);
    let own = json.strip_suffix('}').unwrap_or(&json);
    let mut bytes = gzip(&format!("{own},"));
    bytes.extend_from_slice(&programs.bytes);
    Payload {
        name: format!("payload-{agent}-{stamp}.json.gz"),
        sha256: sha256(&bytes),
        packed: bytes.len(),
        raw: json.len() + programs.raw,
        files: sizes(files).into_iter().chain(programs.files.iter().cloned()).collect(),
        bytes,
    }
}

/// A payload for the stamp, with a checksum instead of packed bytes.
pub(crate) fn unpacked(files: &[(String, String)]) -> Payload {
    let sum = sha256(format!("{}{}", object(files), object(&programs())).as_bytes());
    Payload { name: String::new(), packed: 0, raw: 0, files: Vec::new(), bytes: sum.clone().into_bytes(), sha256: sum }
}

/// The programs of every install, packed.
struct Packed {
    bytes: Vec<u8>,
    raw: usize,
    files: Vec<(String, usize)>,
}

/// The files as one JSON object. It uses the writer of encoded values, which escapes a text as JSON does and is
/// optimised in every build, because the texts are long.
fn object(files: &[(String, String)]) -> String {
    let string = |text: &str| Value::Text(text.into()).encode();
    let members = files.iter().map(|(name, text)| format!("{}:{}", string(name), string(text)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn sizes(files: &[(String, String)]) -> Vec<(String, usize)> {
    files.iter().map(|(name, text)| (name.clone(), text.len())).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::new(6));
    // Writing to memory cannot fail.
    let _ = encoder.write_all(text.as_bytes());
    encoder.finish().unwrap_or_default()
}

impl Payload {
    /// The packed bytes in lines of base64.
    pub(crate) fn lines(&self) -> String {
        let text = STANDARD.encode(&self.bytes);
        let mut out = String::with_capacity(text.len() + text.len() / COLUMNS + 1);
        for (index, char) in text.chars().enumerate() {
            if index > 0 && index % COLUMNS == 0 {
                out.push('\n');
            }
            out.push(char);
        }
        out.push('\n');
        out
    }

    /// The summary that replaces the packed lines in a text for reviewers.
    pub(crate) fn summary(&self) -> String {
        use core::fmt::Write as _;
        let mut out = format!("<payload {}: {} bytes, sha256 {}>\n", self.name, self.packed, self.sha256);
        for (name, bytes) in &self.files {
            let _ = writeln!(out, "<  {name}: {bytes} bytes>");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_is_reproducible() {
        let files = [("lib/a".to_owned(), "x".repeat(1000))];
        assert_eq!(pack("a", "s", &files), pack("a", "s", &files));
        assert!(pack("a", "s", &files).lines().lines().all(|line| line.len() <= COLUMNS));
    }

    #[test]
    fn minified_programs_lose_only_comments_and_indentation() {
        assert_eq!(minify("// a\nconst x = \"// b\";\n  y();\n\n"), "const x = \"// b\";\ny();\n");
        assert!(programs().iter().all(|(_, text)| !text.is_empty()));
    }
}
