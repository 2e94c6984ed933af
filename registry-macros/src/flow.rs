//! The phases of a macro, on one screen: parse, check, expand, and the errors next to the item.

use std::path::PathBuf;

use bumpalo::Bump;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use registry_model::check::LockUse;

use crate::parse::{Cursor, parse_agent, parse_family, parse_provider, parse_registry};
use crate::syntax::{Cx, Diagnostic};
use crate::{check, expand, span};

pub(crate) fn agent(tokens: TokenStream) -> TokenStream {
    let bump = Bump::new();
    with_context(&bump, tokens, |cx, lock, cursor| {
        let mut entry = parse_agent(cx, cursor)?;
        check::check_file_name(cx, &mut entry.ident, "agents");
        let lock_file = LockFile::beside(&entry.ident);
        entry.model.lock = cx.text(&lock_file.text);
        let lock = if cx.misnamed { LockUse::Optional } else { lock_file.usable(lock) };
        check::check_agent_entry(cx, &entry.model, lock);
        Some(expand::expand_agent(cx, &entry, lock_file.include()))
    })
}

pub(crate) fn provider(tokens: TokenStream) -> TokenStream {
    let bump = Bump::new();
    with_context(&bump, tokens, |cx, _, cursor| {
        let mut entry = parse_provider(cx, cursor)?;
        check::check_file_name(cx, &mut entry.ident, "providers");
        check::check_provider_entry(cx, &entry.model);
        Some(expand::expand_provider(cx, &entry))
    })
}

pub(crate) fn family(tokens: TokenStream) -> TokenStream {
    let bump = Bump::new();
    with_context(&bump, tokens, |cx, _, cursor| {
        let mut entry = parse_family(cx, cursor)?;
        check::check_file_name(cx, &mut entry.ident, "families");
        check::check_family_entry(cx, &entry.model);
        Some(expand::expand_family(cx, &entry))
    })
}

pub(crate) fn registry(tokens: TokenStream) -> TokenStream {
    let bump = Bump::new();
    with_context(&bump, tokens, |cx, _, cursor| {
        let listing = parse_registry(cx, cursor);
        Some(expand::expand_registry(cx, &listing))
    })
}

/// Reads `($crate)` or `(unlocked $crate)`, runs the phases, and emits the errors next to the item.
fn with_context<'b>(
    bump: &'b Bump,
    tokens: TokenStream,
    phases: impl FnOnce(&mut Cx<'b>, LockUse, Cursor) -> Option<TokenStream>,
) -> TokenStream {
    let mut tokens = tokens.into_iter();
    let Some(TokenTree::Group(head)) = tokens.next() else {
        return compile_error(&misuse(Span::call_site()));
    };
    let mut head: Vec<TokenTree> = head.stream().into_iter().collect();
    let Some(krate) = head.pop() else { return compile_error(&misuse(Span::call_site())) };
    let lock = if head.is_empty() { LockUse::Required } else { LockUse::Optional };
    let mut cx = Cx::new(bump, &krate);
    let item = phases(&mut cx, lock, Cursor::new(tokens.collect(), Span::call_site()));
    let (faults, probes) = cx.finish();
    let errors = faults.iter().map(compile_error);
    quote!(#(#errors)* #(#probes)* #item)
}

fn misuse(span: Span) -> Diagnostic {
    Diagnostic::new(
        span,
        "this macro is internal to `registry::agent!` and the other macros of `registry`",
        "use the macro of the crate `registry`",
    )
}

/// An error that leaves every other item of the module alone.
fn compile_error(fault: &Diagnostic) -> TokenStream {
    let text =
        if fault.help.is_empty() { fault.message.clone() } else { format!("{}\nhelp: {}", fault.message, fault.help) };
    let call = quote_spanned!(fault.span=> ::core::compile_error!(#text););
    quote!(const _: () = { #call };)
}

/// The lock next to an entry.
struct LockFile {
    name: String,
    text: String,
    /// Whether the compiler provides the path of the entry; an editor may not.
    located: bool,
}

impl LockFile {
    fn beside(entry: &Ident) -> Self {
        let name = format!("{entry}.lock");
        let path: Option<PathBuf> = span::file(entry.span()).map(|file| file.with_file_name(&name));
        let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        Self { name, text, located: path.is_some() }
    }

    fn usable(&self, lock: LockUse) -> LockUse {
        if self.located { lock } else { LockUse::Optional }
    }

    /// The name that `include_str!` is given; none when there is no such file.
    fn include(&self) -> Option<&str> {
        (!self.text.is_empty() || !self.located).then_some(&self.name)
    }
}
