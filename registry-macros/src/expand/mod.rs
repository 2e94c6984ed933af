//! From a checked model to the tokens of a constant. This cannot fail.

mod agent;
mod list;
mod provider;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use registry_model::check::Place;
use registry_model::model::{Mapping, Word};
use registry_model::names::constant;
use registry_model::template::Template;

pub(crate) use agent::expand_agent;
pub(crate) use list::expand_registry;
pub(crate) use provider::{expand_family, expand_provider};

use crate::span::before;
use crate::syntax::Cx;

/// The constant of an entry's identifier, at its span.
fn constant_of(ident: &Ident) -> Ident {
    let text = ident.to_string();
    let name = constant(text.strip_prefix("r#").unwrap_or(&text));
    format_ident!("{name}", span = ident.span())
}

/// The fields that an entry gives, so that rustc resolves each at the user's word: an editor shows what it says, and an
/// unknown one is E0609 with the similar names.
fn given_fields(cx: &Cx<'_>) -> TokenStream {
    let krate = &cx.krate;
    let accesses = cx.fields().map(|(entry, fields)| {
        let entry = format_ident!("{entry}");
        quote!(const _: fn(&#krate::entry::#entry) = |it| { #(#fields)* };)
    });
    accesses.collect()
}

/// A word of the model as a path to its variant.
fn word<T: Word>(word: T) -> TokenStream {
    let [kind, variant] = [T::ENUM, word.variant()].map(|name| Ident::new(name, Span::call_site()));
    quote!(#kind::#variant)
}

/// The same by the user's own word where there is one, so that rustc resolves it.
fn user_word<T: Word>(cx: &Cx<'_>, place: Place, known: T) -> TokenStream {
    user_variant(cx, T::ENUM, place).unwrap_or_else(|| word(known))
}

/// The user's own word, as a variant of an enumeration.
fn user_variant(cx: &Cx<'_>, kind: &str, place: Place) -> Option<TokenStream> {
    let ident = cx.word_at(place)?;
    let at = before(ident.span(), cx.krate_span);
    let kind = Ident::new(kind, at);
    let rest = quote_spanned!(at=> #kind::);
    Some(quote!(#rest #ident))
}

/// `$crate`, at a span that resolves as it does.
fn krate_at(cx: &Cx<'_>, span: Span) -> TokenTree {
    let mut krate = cx.krate.clone();
    krate.set_span(span);
    krate
}

/// A constant that the compiler evaluates and whose panic underlines a span, which the call has.
fn assertion(cx: &Cx<'_>, span: Span, call: impl FnOnce(Span) -> TokenStream) -> TokenStream {
    let krate = krate_at(cx, crate::span::at(span, cx.krate_span));
    let span = crate::span::at(span, Span::call_site());
    let call = call(span);
    quote_spanned!(span=> const _: () = { #krate::assert::#call; };)
}

fn template(template: Template<'_>) -> TokenStream {
    let text = template.0;
    quote!(Template(#text))
}

fn mappings(mappings: &[Mapping<'_>]) -> TokenStream {
    let items = mappings.iter().map(|Mapping { name, value }| {
        let value = template(*value);
        quote!(Mapping { name: #name, value: #value })
    });
    quote!(&[#(#items),*])
}

fn texts(items: &[&str]) -> TokenStream {
    quote!(&[#(#items),*])
}
