//! Checksums of files, in the two formats of locks.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256, Sha512};

/// The size of a read in bytes.
const CHUNK: usize = 1 << 20;

/// A checksum of a lock or a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    /// Of one file, in hexadecimal digits.
    Sha256(String),
    /// Of one file, in npm's form: base64.
    Sha512(String),
}

/// The checksums and the length of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    sha512: String,
}

impl Sum {
    /// Reads `sha512-…` or `sha256:…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let sha512 = || text.strip_prefix("sha512-").map(|digits| Self::Sha512(digits.to_owned()));
        text.strip_prefix("sha256:").map(|digits| Self::Sha256(digits.to_owned())).or_else(sha512)
    }

    /// Whether a file has this checksum.
    pub(crate) fn fits(&self, content: &Content) -> bool {
        match self {
            Self::Sha256(digits) => *digits == content.sha256,
            Self::Sha512(digits) => *digits == content.sha512,
        }
    }

    /// The checksum of a file, in the format of this one.
    pub(crate) fn of(&self, content: &Content) -> Self {
        match self {
            Self::Sha256(_) => Self::Sha256(content.sha256.clone()),
            Self::Sha512(_) => Self::Sha512(content.sha512.clone()),
        }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(digits) => write!(f, "sha256:{digits}"),
            Self::Sha512(digits) => write!(f, "sha512-{digits}"),
        }
    }
}

impl Content {
    /// Reads a file.
    pub(crate) fn of_file(path: &Path) -> io::Result<Self> {
        Self::of(File::open(path)?)
    }

    /// Reads to the end.
    pub(crate) fn of(mut from: impl Read) -> io::Result<Self> {
        let (mut sha256, mut sha512, mut bytes) = (Sha256::new(), Sha512::new(), 0);
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = from.read(&mut chunk)?;
            let some = chunk.get(..read).unwrap_or_default();
            if some.is_empty() {
                let sha512 = STANDARD.encode(sha512.finalize());
                return Ok(Self { sha256: hex::encode(sha256.finalize()), bytes, sha512 });
            }
            sha256.update(some);
            sha512.update(some);
            bytes += some.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_match_their_published_test_vectors() {
        let content = Content::of(&b"abc"[..]).expect("memory can be read");
        // FIPS 180-4, the first example of each.
        let sha256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let sha512 = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
        for text in [sha256, sha512] {
            let sum = Sum::parse(text).expect("it is a checksum");
            assert!(sum.fits(&content), "{text}");
            assert_eq!(sum.of(&content).to_string(), text);
        }
        assert_eq!(content.bytes, 3);
        assert_eq!(Sum::parse("md5:0"), None);
    }
}
