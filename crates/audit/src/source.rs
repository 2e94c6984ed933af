//! The text of a file with its lines.

use std::rc::Rc;

use crate::diagnostic::{DiagnosticPlace, Located};

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: Rc<str>,
    pub(crate) text: String,
    /// Where each line begins.
    starts: Vec<usize>,
    /// How many characters begin before each block of bytes, so that a long line does not make places slow.
    blocks: Vec<usize>,
}

/// Bytes of a block.
const BLOCK: usize = 1024;

impl Source {
    pub(crate) fn new(file: &Rc<str>, text: String) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut characters = 0;
        let mut blocks = vec![0];
        for block in text.as_bytes().chunks(BLOCK) {
            characters += begun(block);
            blocks.push(characters);
        }
        Self { file: Rc::clone(file), text, starts, blocks }
    }

    /// The place of an offset.
    pub(crate) fn place(&self, offset: usize) -> DiagnosticPlace {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self.characters(offset).saturating_sub(self.characters(start));
        DiagnosticPlace { file: Rc::clone(&self.file), line: line.max(1), column: column + 1 }
    }

    /// How many characters begin before an offset.
    fn characters(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let block = offset / BLOCK;
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.blocks.get(block).copied().unwrap_or_default() + begun(rest)
    }

    /// A value with the place of its offset.
    pub(crate) fn at<T>(&self, value: T, offset: usize) -> Located<T> {
        Located { value, place: self.place(offset) }
    }

    /// The lines, each with the offset of its beginning.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let ends = self.starts.iter().skip(1).copied().chain([self.text.len()]);
        self.starts.iter().zip(ends).map(|(&start, end)| {
            let line = self.text.get(start..end).unwrap_or_default();
            (start, line.trim_end_matches(['\n', '\r']))
        })
    }
}

/// How many characters of UTF-8 begin in some bytes.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The offset of a part in the text that it is a slice of.
pub(crate) fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let source = Source::new(&"a".into(), "é b\n\nc".to_owned());
        let place = |offset| (source.place(offset).line, source.place(offset).column);
        assert_eq!([place(0), place(3), place(5), place(6), place(99)], [(1, 1), (1, 3), (2, 1), (3, 1), (3, 2)]);
        assert_eq!(source.lines().map(|(at, line)| (at, line.to_owned())).collect::<Vec<_>>().len(), 3);
        assert_eq!(offset_in(&source.text, &source.text[6..]), 6);
        let long = Source::new(&"a".into(), format!("\n{}x", "é".repeat(3_000)));
        assert_eq!((long.place(6_001).line, long.place(6_001).column), (2, 3_001));
    }
}
