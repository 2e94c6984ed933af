//! The one place where shell text is put together: quoting, indentation, sections, blank lines, here-documents.

use super::RenderError;

/// Spaces of one level.
const INDENT: usize = 4;

/// A word of a command: literal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word(String);

impl Word {
    /// A word of text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The word as shell text.
    pub(crate) fn shell(&self) -> Result<String, RenderError> {
        quote(&self.0)
    }
}

/// A text as one shell word. A single quote takes 17 bytes after a harness has quoted the script twice, so double
/// quotes are preferred when they need no escape.
pub(crate) fn quote(text: &str) -> Result<String, RenderError> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&byte)) {
        return Ok(text.to_owned());
    }
    if !text.contains(['\0', '$', '`', '"', '\\', '!']) {
        return Ok(format!("\"{text}\""));
    }
    shlex::try_quote(text).map(std::borrow::Cow::into_owned).map_err(|_| RenderError::Nul)
}

/// Writes shell text. It keeps the first error for [`Writer::finish`], so that callers need no error handling.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    level: usize,
    fault: Option<RenderError>,
}

impl Writer {
    /// The text, or the first error.
    pub(crate) fn finish(self) -> Result<String, RenderError> {
        match self.fault.or_else(|| hidden(&self.text)) {
            Some(fault) => Err(fault),
            None => Ok(self.text),
        }
    }

    /// A fixed line of shell; text that varies is written by [`Self::command`] and [`Self::assign`].
    pub(crate) fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', self.level * INDENT));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// An empty line; never two in a row.
    pub(crate) fn blank(&mut self) {
        if !self.text.ends_with("\n\n") && !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A comment, one for each line of the text.
    pub(crate) fn comment(&mut self, text: &str) {
        for line in text.lines() {
            self.line(format!("# {line}").trim_end());
        }
    }

    /// A section with its title.
    pub(crate) fn section(&mut self, title: &str) {
        self.blank();
        self.comment(&format!("--- {title}"));
    }

    /// `NAME=word`.
    pub(crate) fn assign(&mut self, name: &str, word: &Word) {
        let word = self.keep(word.shell());
        self.line(&format!("{name}={word}"));
    }

    /// A command: `head` is plain shell, the words are quoted.
    pub(crate) fn command(&mut self, head: &str, words: &[Word], tail: &str) {
        let mut line = head.to_owned();
        for word in words {
            line.push(' ');
            line.push_str(&self.keep(word.shell()));
        }
        line.push_str(tail);
        self.line(&line);
    }

    /// A block between two lines, one level deeper.
    pub(crate) fn block(&mut self, open: &str, close: &str, body: impl FnOnce(&mut Self)) {
        self.line(open);
        self.indented(body);
        self.line(close);
    }

    /// A function of the shell.
    pub(crate) fn function(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.blank();
        self.block(&format!("{name}() {{"), "}", body);
    }

    /// An arm of a `case`, for one literal pattern or the default.
    pub(crate) fn arm(&mut self, pattern: Option<&str>, body: impl FnOnce(&mut Self)) {
        let pattern = match pattern {
            Some(pattern) => self.quoted(pattern),
            None => "*".to_owned(),
        };
        self.line(&format!("{pattern})"));
        self.indented(|w| {
            body(w);
            w.line(";;");
        });
    }

    /// A fixed piece of shell text, without the comments that mark the lines of `tests/sandbox/mutants.py`.
    pub(crate) fn library(&mut self, text: &str) {
        self.blank();
        for line in text.lines().filter(|line| !line.trim_start().starts_with("# mutant: ")) {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// A command with a quoted here-document; a body that contains the delimiter is an error.
    pub(crate) fn here_document(&mut self, command: &str, end: &str, body: &str) {
        if body.lines().any(|line| line == end) {
            self.fault.get_or_insert(RenderError::HereDocument(end.to_owned()));
        }
        self.line(&format!("{command} <<\"{end}\""));
        self.text.push_str(body);
        if !body.is_empty() && !body.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str(end);
        self.text.push('\n');
    }

    /// Lines one level deeper.
    pub(crate) fn indented(&mut self, body: impl FnOnce(&mut Self)) {
        self.level += 1;
        body(self);
        self.level -= 1;
    }

    /// A text as one shell word, for a line that the caller writes.
    pub(crate) fn quoted(&mut self, text: &str) -> String {
        self.keep(quote(text))
    }

    /// Keeps the first error for [`Self::finish`].
    pub(crate) fn fail(&mut self, fault: RenderError) {
        self.fault.get_or_insert(fault);
    }

    fn keep(&mut self, text: Result<String, RenderError>) -> String {
        text.unwrap_or_else(|fault| {
            self.fail(fault);
            String::new()
        })
    }
}

/// The first character that makes a script look different from what runs: a control, direction or zero-width character.
fn hidden(text: &str) -> Option<RenderError> {
    let directs = |char| matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    let joins = |char| matches!(char, '\u{2060}'..='\u{206f}' | '\u{feff}');
    let unseen = |char: char| (char.is_control() && char != '\n') || directs(char) || joins(char);
    let (at, char) = text.char_indices().find(|(_, char)| unseen(*char))?;
    let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count();
    Some(RenderError::Hidden(char, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_in_a_script_are_rejected() {
        for char in ['\u{1b}', '\r', '\t', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}'] {
            let mut writer = Writer::default();
            writer.line("#!/bin/sh");
            writer.comment(&format!("a{char}b"));
            assert_eq!(writer.finish(), Err(RenderError::Hidden(char, 2)), "{char:?}");
        }
        let mut writer = Writer::default();
        writer.comment("\u{e9} \u{2192} \u{1f511}");
        assert!(writer.finish().is_ok());
    }

    #[track_caller]
    fn check_quote(text: &str, quoted: &str) {
        assert_eq!(quote(text).ok().as_deref(), Some(quoted));
        assert_eq!(shlex::split(quoted), Some(vec![text.to_owned()]));
    }

    #[test]
    fn words_are_quoted_only_when_needed() {
        check_quote("plain/word-1.2", "plain/word-1.2");
        check_quote("two words", "\"two words\"");
        check_quote("it's", "\"it's\"");
        check_quote("", "\"\"");
        check_quote("*~#", "\"*~#\"");
        assert_eq!(
            shlex::split(&quote("$x `y` \"z\" \\").unwrap_or_default()),
            Some(vec!["$x `y` \"z\" \\".to_owned()])
        );
        assert!(quote("\0").is_err());
    }

    #[test]
    fn here_document_containing_its_delimiter_is_rejected() {
        let mut writer = Writer::default();
        writer.here_document("cat", "END", "a\nEND\nb");
        assert!(matches!(writer.finish(), Err(RenderError::HereDocument(end)) if end == "END"));
    }

    #[test]
    fn library_loses_only_its_mutant_marks() {
        let mut writer = Writer::default();
        writer.library("f() {\n    # mutant: a name\n    # why\n    g # mutant: h\n}");
        assert_eq!(writer.finish().ok().as_deref(), Some("f() {\n    # why\n    g # mutant: h\n}\n"));
    }

    #[test]
    fn writer_indents_blocks_and_merges_blank_lines() {
        let mut writer = Writer::default();
        writer.line("#!/bin/sh");
        writer.section("one");
        writer.blank();
        writer.function("f", |w| {
            w.block("case $1 in", "esac", |w| {
                w.arm(Some("a b"), |w| w.assign("x", &Word::text("1 2")));
                w.arm(None, |w| w.line(":"));
            });
        });
        let expected = "#!/bin/sh\n\n# --- one\n\nf() {\n    case $1 in\n        \"a b\")\n            x=\"1 2\"\n            \
                        ;;\n        *)\n            :\n            ;;\n    esac\n}\n";
        assert_eq!(writer.finish().ok().as_deref(), Some(expected));
    }
}
