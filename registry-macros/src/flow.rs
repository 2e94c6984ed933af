//! The phases of a macro, on one screen: parse, check, expand, and the errors next to the item.

use std::path::PathBuf;

use bumpalo::Bump;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use registry_model::check::LockUse;

use crate::parse::{Cursor, OtherVersion, parse_agent, parse_family, parse_provider, parse_registry};
use crate::syntax::{Cx, Diagnostic};
use crate::{check, expand, span};

#[expect(clippy::needless_pass_by_value, reason = "all macros are called alike")]
pub(crate) fn agent(tokens: TokenStream) -> TokenStream {
    let mut others = Vec::new();
    let newest = one_agent(tokens.clone(), None, &mut others);
    let mut items = TokenStream::new();
    for other in &others {
        let mut pass = one_agent(tokens.clone(), Some(other), &mut Vec::new());
        pass.keep_own_errors(&newest, other);
        items.extend(pass.tokens());
    }
    let newest = newest.tokens();
    quote!(#newest #items)
}

/// The entry's newest version, or another one of its field `also`; the versions of that field are put into `others`.
fn one_agent(tokens: TokenStream, version: Option<&OtherVersion>, others: &mut Vec<OtherVersion>) -> Pass {
    let bump = Bump::new();
    run(&bump, tokens, |cx, lock, cursor| {
        let (mut entry, also) = parse_agent(cx, cursor, version)?;
        check::check_file_name(cx, &mut entry.ident, "agents");
        let lock_file = LockFile::beside(&entry.ident, version);
        entry.model.lock = cx.text(&lock_file.text);
        let lock = if cx.misnamed { LockUse::Optional } else { lock_file.usable(lock) };
        check::check_agent_entry(cx, &entry.model, lock);
        // The newest version is not another one, which a rule says.
        let locked = entry.model.read_lock().ok().and_then(|lock| entry.model.locked_version(&lock));
        *others = also.into_iter().filter(|it| locked != Some(it.version.as_str())).collect();
        Some(expand::expand_agent(cx, &entry, lock_file.include()))
    })
}

pub(crate) fn provider(tokens: TokenStream) -> TokenStream {
    let bump = Bump::new();
    let pass = run(&bump, tokens, |cx, _, cursor| {
        let mut entry = parse_provider(cx, cursor)?;
        check::check_file_name(cx, &mut entry.ident, "providers");
        check::check_provider_entry(cx, &entry.model);
        Some(expand::expand_provider(cx, &entry))
    });
    pass.tokens()
}

pub(crate) fn family(tokens: TokenStream) -> TokenStream {
    let bump = Bump::new();
    let pass = run(&bump, tokens, |cx, _, cursor| {
        let mut entry = parse_family(cx, cursor)?;
        check::check_file_name(cx, &mut entry.ident, "families");
        check::check_family_entry(cx, &entry.model);
        Some(expand::expand_family(cx, &entry))
    });
    pass.tokens()
}

pub(crate) fn registry(tokens: TokenStream) -> TokenStream {
    let bump = Bump::new();
    let pass = run(&bump, tokens, |cx, _, cursor| {
        let listing = parse_registry(cx, cursor);
        Some(expand::expand_registry(cx, &listing))
    });
    pass.tokens()
}

/// Reads `($crate)` or `(unlocked $crate)`, and runs the phases.
fn run<'b>(
    bump: &'b Bump,
    tokens: TokenStream,
    phases: impl FnOnce(&mut Cx<'b>, LockUse, Cursor) -> Option<TokenStream>,
) -> Pass {
    let mut tokens = tokens.into_iter();
    let Some(TokenTree::Group(head)) = tokens.next() else { return Pass::misused() };
    let mut head: Vec<TokenTree> = head.stream().into_iter().collect();
    let Some(krate) = head.pop() else { return Pass::misused() };
    let lock = if head.is_empty() { LockUse::Required } else { LockUse::Optional };
    let mut cx = Cx::new(bump, &krate);
    let item = phases(&mut cx, lock, Cursor::new(tokens.collect(), Span::call_site()));
    let (errors, probes) = cx.finish();
    Pass { errors, probes, item }
}

/// What the phases made of an entry.
struct Pass {
    errors: Vec<Diagnostic>,
    /// Tokens whose only purpose is an error of rustc's.
    probes: Vec<TokenStream>,
    item: Option<TokenStream>,
}

impl Pass {
    fn misused() -> Self {
        Self { errors: vec![misuse(Span::call_site())], probes: Vec::new(), item: None }
    }

    /// Leaves out the errors that the newest version has too, and names the version in those that are left.
    fn keep_own_errors(&mut self, newest: &Self, other: &OtherVersion) {
        let version = format!("@{}", other.version);
        let told = |it: &Diagnostic| newest.errors.iter().any(|its| its.message == it.message.replace(&version, ""));
        self.errors.retain(|it| !told(it));
        for error in self.errors.iter_mut().filter(|it| !it.message.contains(&version)) {
            error.message = format!("in version {}: {}", other.version, error.message);
        }
    }

    /// The item, with the errors next to it.
    fn tokens(&self) -> TokenStream {
        let Self { errors, probes, item } = self;
        let errors = errors.iter().map(compile_error);
        quote!(#(#errors)* #(#probes)* #item)
    }
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
    fn beside(entry: &Ident, version: Option<&OtherVersion>) -> Self {
        let version = version.map(|it| format!("@{}", it.version)).unwrap_or_default();
        let name = format!("{entry}{version}.lock");
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
