//! Texts that a script carries in base64, plain or gzipped: they count as text of the script.

use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::MultiGzDecoder;

/// Characters of base64 in a row, line ends not counted, from which on they are a payload.
const LEAST: usize = 64;

/// Bytes that a payload is unpacked to at most, against decompression bombs.
const MOST: u64 = 4 << 20;

/// Whether a script, or a payload in it, holds a text.
pub(crate) fn contains(script: &[u8], text: &str) -> bool {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    holds(script) || runs(script).any(|run| unpacked(&run).is_some_and(|bytes| holds(&bytes)))
}

/// Whether a script, or a payload in it, holds a name that is not a part of a longer one.
pub(crate) fn contains_word(script: &[u8], name: &str) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let holds = |bytes: &[u8]| {
        let mut windows = bytes.windows(name.len().max(1)).enumerate();
        windows.any(|(at, window)| {
            window == name.as_bytes()
                && !part(at.checked_sub(1).and_then(|at| bytes.get(at)))
                && !part(bytes.get(at + name.len()))
        })
    };
    holds(script) || runs(script).any(|run| unpacked(&run).is_some_and(|bytes| holds(&bytes)))
}

/// The payloads: base64 that begins at the beginning of a line or after a blank or a quote.
fn runs(script: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let long =
        move |line: &[u8]| line.iter().take_while(|byte| digit(byte)).count() == line.len() && line.len() >= LEAST;
    let mut lines = script.split(|byte| matches!(byte, b'\n' | b' ' | b'"' | b'\'')).peekable();
    std::iter::from_fn(move || {
        let mut run = lines.find(|line| long(line))?.to_vec();
        // The lines of one payload are equally long, the last is shorter, and nothing follows its padding.
        let first = run.len();
        let mut over = run.ends_with(b"=");
        while !over
            && let Some(line) = lines.next_if(|line| !line.is_empty() && line.iter().all(digit) && line.len() <= first)
        {
            run.extend_from_slice(line);
            over = line.len() < first || line.ends_with(b"=");
        }
        Some(run)
    })
}

/// The bytes of a run of base64, unzipped where they are zipped.
fn unpacked(run: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let whole = run.get(..run.len() - run.len() % 4)?;
    let bytes = GeneralPurpose::new(&STANDARD, LENIENT).decode(whole).ok()?;
    if !bytes.starts_with(b"\x1f\x8b") {
        return Some(bytes);
    }
    let mut text = Vec::new();
    // What follows the end of the zipped text, or is broken in it, leaves what came before.
    let _ = MultiGzDecoder::new(bytes.as_slice()).take(MOST).read_to_end(&mut text);
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use base64::engine::general_purpose;

    use super::*;

    fn script(payload: &[u8], columns: usize) -> Vec<u8> {
        let text = general_purpose::STANDARD.encode(payload);
        let lines: Vec<&str> =
            text.as_bytes().chunks(columns).map(|it| std::str::from_utf8(it).expect("it is text")).collect();
        format!("cat <<\"EOF\"\n{}\nEOF\n", lines.join("\n")).into_bytes()
    }

    #[test]
    fn text_inside_a_compressed_payload_is_searched() {
        let text = format!("{}BENCHFLOW_DISALLOW_WEB_TOOLS{}", "a".repeat(70), "b".repeat(90));
        let member = |text: &str| {
            let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            zip.write_all(text.as_bytes()).expect("it is memory");
            zip.finish().expect("it is memory")
        };
        // Several members are one text, as in our own payloads.
        let zipped = [member("before"), member(&text), vec![7; 60]].concat();
        for columns in [76, 100_000] {
            assert!(contains(&script(text.as_bytes(), columns), "BENCHFLOW_DISALLOW_WEB_TOOLS"));
            assert!(contains(&script(&zipped, columns), "BENCHFLOW_DISALLOW_WEB_TOOLS"));
        }
        assert!(!contains(b"echo hello", "BENCHFLOW"));
        assert!(!contains(&script(&[0x1f, 0x8b, 8, 0, 1, 2, 3].repeat(20), 76), "BENCHFLOW"));
    }
}
