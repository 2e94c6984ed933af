//! What is kept of an entry's tokens: where each place is, the words that rustc is to resolve, and the errors.

use std::collections::{BTreeMap, BTreeSet};

use bumpalo::Bump;
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use registry_model::check::Place;

/// An error at a token.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Diagnostic {
    pub(crate) fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

/// A text in braces of `fmt("…")`, kept so that rustc can underline a wrong placeholder in it.
#[derive(Debug)]
pub(crate) struct Formatted {
    pub(crate) literal: Literal,
    pub(crate) names: Vec<String>,
}

/// The context of one invocation.
pub(crate) struct Cx<'b> {
    /// Where the borrowed model lives.
    pub(crate) bump: &'b Bump,
    /// `$crate` of the crate `registry`.
    pub(crate) krate: TokenTree,
    /// The span of `$crate`, for paths before a user's word.
    pub(crate) krate_span: Span,
    /// Errors, each with its order in the source.
    diagnostics: Vec<(usize, Diagnostic)>,
    /// Errors of missing fields, reported only when there are no other errors.
    missing: Vec<Diagnostic>,
    /// Where each place is, in the order of the source.
    marks: BTreeMap<Place, (usize, Span)>,
    /// The words of the entry that name something, as the user wrote them.
    words: BTreeMap<Place, Ident>,
    /// Whether rustc will report a word.
    rustc_reports: bool,
    /// Tokens whose only purpose is an error of rustc's.
    probes: Vec<TokenStream>,
    /// An access of each field that is given, known or not, by the type that has it.
    fields: BTreeMap<&'static str, Vec<TokenStream>>,
    /// How many of them rustc will report.
    unknown_fields: usize,
    /// Paths of providers.
    mentions: Vec<TokenStream>,
    /// The texts of `fmt("…")`.
    pub(crate) formatted: Vec<Formatted>,
    /// Whether one of them has a wrong placeholder.
    wrong_formats: bool,
    /// The texts of scripts.
    scripts: BTreeMap<Place, &'b str>,
    /// Whether the name of the entry differs from its file: then the constant has the file's name.
    pub(crate) misnamed: bool,
    /// The fields that could not be parsed completely: rules that read them are skipped.
    pub(crate) broken_fields: BTreeSet<String>,
    /// How many places were marked.
    order: usize,
}

impl<'b> Cx<'b> {
    pub(crate) fn new(bump: &'b Bump, krate: &TokenTree) -> Self {
        Self {
            bump,
            krate: krate.clone(),
            krate_span: krate.span(),
            diagnostics: Vec::new(),
            missing: Vec::new(),
            marks: BTreeMap::new(),
            words: BTreeMap::new(),
            rustc_reports: false,
            probes: Vec::new(),
            fields: BTreeMap::new(),
            unknown_fields: 0,
            mentions: Vec::new(),
            formatted: Vec::new(),
            wrong_formats: false,
            scripts: BTreeMap::new(),
            misnamed: false,
            broken_fields: BTreeSet::new(),
            order: 0,
        }
    }

    /// Reports an error at the current place of parsing.
    pub(crate) fn push(&mut self, fault: Diagnostic) {
        self.order += 1;
        self.diagnostics.push((self.order, fault));
    }

    /// Reports an error.
    pub(crate) fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::new(span, message, help));
    }

    /// Reports an error at a place.
    pub(crate) fn error_at(&mut self, place: Place, message: String, help: String) {
        let (order, span) = self.find(place);
        self.diagnostics.push((order, Diagnostic { span, message, help }));
    }

    /// Reports a field that is missing, if nothing else is wrong.
    pub(crate) fn missing(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.missing.push(Diagnostic::new(span, message, help));
    }

    /// Takes a result's value, or reports its error.
    pub(crate) fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|fault| self.push(fault)).ok()
    }

    /// Records the span of a place.
    pub(crate) fn mark(&mut self, place: Place, span: Span) {
        self.order += 1;
        self.marks.insert(place, (self.order, span));
    }

    /// Keeps a word that rustc is to resolve; `known` says whether the macro knows it too.
    pub(crate) fn word(&mut self, place: Place, word: &Ident, known: bool) {
        self.mark(place, word.span());
        self.words.insert(place, word.clone());
        self.rustc_reports |= !known;
    }

    /// The user's word at a place, if there is one.
    pub(crate) fn word_at(&self, place: Place) -> Option<&Ident> {
        self.words.get(&place)
    }

    /// Emits tokens that make rustc report an error of its own.
    pub(crate) fn probe_error(&mut self, tokens: TokenStream) {
        self.rustc_reports = true;
        self.probes.push(tokens);
    }

    /// Keeps the access of a field that rustc is to resolve; the type is one of `registry_model::entry`.
    pub(crate) fn field(&mut self, entry: &'static str, access: TokenStream) {
        self.fields.entry(entry).or_default().push(access);
    }

    /// The accesses of the fields that the entry gives, by the type that has them.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, &[TokenStream])> {
        self.fields.iter().map(|(entry, accesses)| (*entry, accesses.as_slice()))
    }

    /// Records that rustc will report an unknown field.
    pub(crate) fn leave_to_rustc(&mut self) {
        self.rustc_reports = true;
        self.unknown_fields += 1;
    }

    /// Keeps the path of a provider that rustc is to resolve.
    pub(crate) fn mention(&mut self, provider: TokenStream) {
        self.mentions.push(provider);
    }

    /// The paths of the providers that the entry mentions.
    pub(crate) fn mentions(&self) -> &[TokenStream] {
        &self.mentions
    }

    /// Where a place is: itself, or the nearest one around it that was marked.
    pub(crate) fn find(&self, place: Place) -> (usize, Span) {
        core::iter::successors(Some(place), |place| place.around())
            .find_map(|place| self.marks.get(&place).copied())
            .unwrap_or_else(|| {
                let name = Place::field(registry_model::check::Field::Name);
                self.marks.get(&name).copied().unwrap_or((usize::MAX, Span::call_site()))
            })
    }

    /// How many errors there are so far.
    pub(crate) fn count(&self) -> usize {
        self.diagnostics.len() + self.probes.len() + self.unknown_fields
    }

    /// Whether something is wrong, missing fields aside.
    pub(crate) fn is_broken(&self) -> bool {
        !self.diagnostics.is_empty() || self.rustc_reports
    }

    /// Whether rustc will underline a wrong placeholder of a `fmt`.
    pub(crate) fn rustc_reports_formats(&self) -> bool {
        self.wrong_formats
    }

    /// Records that rustc will underline a wrong placeholder of a `fmt`.
    pub(crate) fn leave_formats_to_rustc(&mut self) {
        self.wrong_formats = true;
    }

    /// Keeps the text of a script, for messages that draw a line of it.
    pub(crate) fn keep_script(&mut self, place: Place, text: &'b str) {
        self.scripts.insert(place, text);
    }

    /// The text of the script at a place.
    pub(crate) fn script(&self, place: Place) -> Option<&'b str> {
        self.scripts.get(&place).copied()
    }

    /// The errors in the order of the source, and the tokens for rustc.
    pub(crate) fn finish(self) -> (Vec<Diagnostic>, Vec<TokenStream>) {
        let Self { mut diagnostics, missing, probes, rustc_reports, .. } = self;
        diagnostics.sort_by_key(|(order, _)| *order);
        let mut diagnostics: Vec<_> = diagnostics.into_iter().map(|(_, fault)| fault).collect();
        if diagnostics.is_empty() && !rustc_reports {
            diagnostics = missing;
        }
        (diagnostics, probes)
    }

    /// A text that lives as long as the model.
    pub(crate) fn text(&self, text: &str) -> &'b str {
        self.bump.alloc_str(text)
    }

    /// A list that lives as long as the model.
    pub(crate) fn list<T: Copy>(&self, items: &[T]) -> &'b [T] {
        self.bump.alloc_slice_copy(items)
    }
}
