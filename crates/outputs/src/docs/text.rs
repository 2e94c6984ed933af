//! Escapes texts of entries for Markdown and HTML; only code between backticks becomes markup.

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    /// Words.
    Plain(&'a str),
    /// Code, from between backticks.
    Code(&'a str),
}

/// The pieces of a text: code is between two backticks of one line; a single backtick is plain text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, behind)) = after.split_once('`').filter(|(code, _)| !code.trim().is_empty()) else { break };
        found.push(Piece::Plain(before));
        found.push(Piece::Code(code));
        rest = behind;
    }
    found.push(Piece::Plain(rest));
    found
}

/// A text of one line in Markdown; `|` is harmless in a table too.
pub(crate) fn markdown(text: &str) -> String {
    let line = one_line(text);
    let words = |piece| match piece {
        Piece::Plain(words) => escaped(words),
        Piece::Code(code) => code_span(code),
    };
    pieces(&line).into_iter().map(words).collect()
}

/// A code span in Markdown: its fence is longer than any within, and `|` ends no cell.
pub(crate) fn code_span(code: &str) -> String {
    let code = one_line(code);
    let longest = code.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", code.replace('|', "\\|"))
}

/// Code spans with commas between; a dash for none.
pub(crate) fn code_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(code_span).collect();
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

/// A block of code in Markdown.
pub(crate) fn code_block(language: &str, code: &str) -> String {
    let longest = code.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", code.trim_end())
}

fn escaped(words: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let mut chars = words.chars().peekable();
    while let Some(char) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        // A hyphen or a sign that begins a text would begin a list or a heading.
        let first = out.is_empty() && "#-+=>".contains(char);
        let inside = before.is_alphanumeric() && after.is_alphanumeric();
        if first || "\\`*<>[]|&~!".contains(char) || (char == '_' && !inside) {
            out.push('\\');
        }
        out.push(char);
        before = char;
    }
    out
}

/// A text in HTML, in an attribute too.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{0}' => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}

/// A text in HTML, with its code as code.
pub(crate) fn html(text: &str) -> String {
    let words = |piece| match piece {
        Piece::Plain(words) => escape(words),
        Piece::Code(code) => format!("<code>{}</code>", escape(code)),
    };
    pieces(text).into_iter().map(words).collect()
}

/// The id of a heading, as the viewers of Markdown make it.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
    kept.map(|char| if char == ' ' { '-' } else { char }).collect::<String>().to_lowercase()
}

/// The paragraphs of a description.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("\n\n").map(one_line).filter(|it| !it.is_empty())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, in_markdown: &str, in_html: &str) {
        assert_eq!(markdown(text), in_markdown, "{text}");
        assert_eq!(html(text), in_html, "{text}");
    }

    #[test]
    fn text_is_escaped_outside_of_code_spans() {
        check("ids of `a|b` only", "ids of `a\\|b` only", "ids of <code>a|b</code> only");
        check("<script>x</script> | y", "\\<script\\>x\\</script\\> \\| y", "&lt;script&gt;x&lt;/script&gt; | y");
        check("a ` b", "a \\` b", "a ` b");
        check("`<b>` & \"c\"", "`<b>` \\& \"c\"", "<code>&lt;b&gt;</code> &amp; &quot;c&quot;");
        check("[x](y) *z* _w_ a_b", "\\[x\\](y) \\*z\\* \\_w\\_ a_b", "[x](y) *z* _w_ a_b");
        check("# one", "\\# one", "# one");
        check("`` ` ``", "\\`\\` \\` \\`\\`", "`` ` ``");
    }

    #[test]
    fn code_spans_can_contain_backticks() {
        assert_eq!(code_span("a`b"), "``a`b``");
        assert_eq!(code_span("``"), "``` `` ```");
        assert_eq!(code_block("sh", "```\nx"), "````sh\n```\nx\n````\n");
    }

    #[test]
    fn headings_have_ids() {
        assert_eq!(anchor("I001 unlocked-package"), "i001-unlocked-package");
        assert_eq!(anchor("gpt (family)"), "gpt-family");
    }
}
