//! The macros of the registry: from the tokens of an entry to a checked constant.
//!
//! `syntax` holds what is kept of the tokens, `parse` fills the model of `registry-model`, `check` runs the rules and
//! turns their places into spans, `expand` writes the constant. This crate names no agent, and names `proc_macro` only
//! here and in `span`.
//!
//! Use the macros through the crate `registry`, which passes them its own path.
//!
//! The entries of `registry` are the examples, and `examples/own-registry` has some more: this crate cannot depend on
//! that one, so it has none that runs.

mod check;
mod expand;
mod flow;
mod parse;
mod span;
mod syntax;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Defines an agent; see `registry::agent!`.
#[proc_macro]
pub fn agent(tokens: TokenStream) -> TokenStream {
    flow::agent(tokens.into()).into()
}

/// Defines a provider; see `registry::provider!`.
#[proc_macro]
pub fn provider(tokens: TokenStream) -> TokenStream {
    flow::provider(tokens.into()).into()
}

/// Defines a family; see `registry::family!`.
#[proc_macro]
pub fn family(tokens: TokenStream) -> TokenStream {
    flow::family(tokens.into()).into()
}

/// Lists agents, providers and families; see `registry::registry!`.
#[proc_macro]
pub fn registry(tokens: TokenStream) -> TokenStream {
    flow::registry(tokens.into()).into()
}
