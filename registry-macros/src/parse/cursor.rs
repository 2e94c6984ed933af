//! A cursor over the tokens of one piece of an entry.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

use crate::syntax::Diagnostic;

/// Tokens that are still to be read, and where they end.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    tokens: std::collections::VecDeque<TokenTree>,
    /// What an error at the end points at.
    end: Span,
}

impl Cursor {
    /// All tokens of a stream; `end` is what an error at their end points at.
    pub(crate) fn new(stream: TokenStream, end: Span) -> Self {
        let mut tokens = std::collections::VecDeque::new();
        flatten(stream, 0, &mut tokens);
        Self { tokens, end }
    }

    /// The tokens of a group.
    pub(crate) fn of(group: &Group) -> Self {
        Self::new(group.stream(), group.span_close())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The span of the next token, or of the end.
    pub(crate) fn span(&self) -> Span {
        self.tokens.front().map_or(self.end, TokenTree::span)
    }

    pub(crate) fn peek(&self) -> Option<&TokenTree> {
        self.tokens.front()
    }

    pub(crate) fn next(&mut self) -> Option<TokenTree> {
        self.tokens.pop_front()
    }

    /// An error at the next token.
    pub(crate) fn expected(&self, what: &str) -> Diagnostic {
        match self.peek() {
            None => Diagnostic::new(self.end, format!("expected {what} here"), ""),
            Some(token) => Diagnostic::new(token.span(), format!("expected {what}, not {}", describe(token)), ""),
        }
    }

    /// The same with the right form as the way out, which follows from what is written: a word, or the text in quotes.
    pub(crate) fn expected_form(&self, what: &str, form: impl FnOnce(&str) -> String) -> Diagnostic {
        let written = self.peek().map(ToString::to_string).unwrap_or_default();
        let help = format!("write `{}`", form(written.trim_matches('"')));
        Diagnostic { help, ..self.expected(what) }
    }

    /// The next token, if it is this punctuation.
    pub(crate) fn eat(&mut self, punct: char) -> bool {
        let eats = self.is_punct(punct);
        if eats {
            self.next();
        }
        eats
    }

    pub(crate) fn is_punct(&self, punct: char) -> bool {
        matches!(self.peek(), Some(TokenTree::Punct(it)) if it.as_char() == punct)
    }

    /// The next token, which must be this punctuation.
    pub(crate) fn punct(&mut self, punct: char) -> Result<(), Diagnostic> {
        if self.eat(punct) { Ok(()) } else { Err(self.expected(&format!("`{punct}`"))) }
    }

    fn is_ident(&self) -> bool {
        matches!(self.peek(), Some(TokenTree::Ident(_)))
    }

    pub(crate) fn is_group(&self, delimiter: Delimiter) -> bool {
        matches!(self.peek(), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(TokenTree::Ident(ident)) if ident == word)
    }

    /// The next token, if it is this word.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let eats = self.is_word(word);
        if eats {
            self.next();
        }
        eats
    }

    /// The next token, which must be an identifier.
    pub(crate) fn ident(&mut self, what: &str) -> Result<Ident, Diagnostic> {
        match self.is_ident().then(|| self.next()).flatten() {
            Some(TokenTree::Ident(ident)) => Ok(ident),
            _ => Err(Diagnostic { help: self.unquoted().unwrap_or_default(), ..self.expected(what) }),
        }
    }

    /// The help for a word in quotes.
    fn unquoted(&self) -> Option<String> {
        let Some(TokenTree::Literal(literal)) = self.peek() else { return None };
        let word = text_of(literal).filter(|it| syn::parse_str::<Ident>(it).is_ok())?;
        Some(format!("write `{word}`, without quotes"))
    }

    /// The rest as it could be written, on one line.
    pub(crate) fn text(&self) -> String {
        let text: TokenStream = self.tokens.iter().cloned().collect();
        let words = text.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        [(" .", "."), (". ", "."), (" :", ":")].iter().fold(words, |text, (from, to)| text.replace(from, to))
    }

    /// The next token, which must be a string; with its content.
    pub(crate) fn string(&mut self, what: &str) -> Result<(Literal, String), Diagnostic> {
        let text = match self.peek() {
            Some(TokenTree::Literal(literal)) => text_of(literal),
            _ => None,
        };
        match text.and_then(|text| self.next().map(|token| (token, text))) {
            Some((TokenTree::Literal(literal), text)) => Ok((literal, text)),
            _ => Err(self.expected(what)),
        }
    }

    /// The next token, which must be an integer that fits; with its suffix.
    pub(crate) fn integer(&mut self, what: &str) -> Result<(Span, u32, String), Diagnostic> {
        if let Some(TokenTree::Literal(literal)) = self.peek()
            && let syn::Lit::Int(integer) = syn::Lit::new(literal.clone())
            && let Ok(number) = integer.base10_parse::<u32>()
        {
            let span = literal.span();
            let suffix = integer.suffix().to_owned();
            self.next();
            return Ok((span, number, suffix));
        }
        Err(self.expected(what))
    }

    /// The next token, which must be a group.
    pub(crate) fn group(&mut self, delimiter: Delimiter, what: &str) -> Result<Group, Diagnostic> {
        match self.is_group(delimiter).then(|| self.next()).flatten() {
            Some(TokenTree::Group(group)) => Ok(group),
            _ => Err(self.expected(what)),
        }
    }

    /// Nothing must be left.
    pub(crate) fn end(&self) -> Result<(), Diagnostic> {
        match self.peek() {
            None => Ok(()),
            Some(token) => Err(Diagnostic::new(
                token.span(),
                format!("unexpected {}", describe(token)),
                "add a comma before it if one is missing",
            )),
        }
    }

    /// The pieces between commas; an empty one only between two adjacent commas.
    pub(crate) fn split(self) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut piece = std::collections::VecDeque::new();
        for token in self.tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ',' => {
                    pieces.push(Self { tokens: core::mem::take(&mut piece), end: punct.span() });
                }
                other => piece.push_back(other),
            }
        }
        if !piece.is_empty() {
            pieces.push(Self { tokens: piece, end: self.end });
        }
        pieces
    }
}

/// The content of a string literal. Most are plain, and a way that does not ask the compiler again is worth having: it
/// is half of the time that reading an entry takes.
fn text_of(literal: &Literal) -> Option<String> {
    let source = literal.to_string();
    let plain = source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(text) = plain.filter(|text| !text.contains(['\\', '"', '\r'])) {
        return Some(text.to_owned());
    }
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(string) if string.suffix().is_empty() => Some(string.value()),
        _ => None,
    }
}

/// How deep groups may be nested: beyond it the tokens are dropped, and what is missing is reported.
const MAX_DEPTH: usize = 64;

/// The tokens, without the invisible groups that `macro_rules!` puts around captured fragments.
fn flatten(stream: TokenStream, depth: usize, tokens: &mut std::collections::VecDeque<TokenTree>) {
    for token in stream {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None && depth < MAX_DEPTH => {
                flatten(group.stream(), depth + 1, tokens);
            }
            other => tokens.push_back(other),
        }
    }
}

/// A token in a user's words.
fn describe(token: &TokenTree) -> String {
    match token {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => "`(…)`".to_owned(),
            Delimiter::Brace => "`{…}`".to_owned(),
            Delimiter::Bracket => "`[…]`".to_owned(),
            Delimiter::None => "an invisible group".to_owned(),
        },
        TokenTree::Ident(ident) => format!("`{ident}`"),
        TokenTree::Punct(punct) => format!("`{}`", punct.as_char()),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            if text.chars().count() <= 40 && !text.contains('\n') {
                format!("`{text}`")
            } else {
                "this literal".to_owned()
            }
        }
    }
}
