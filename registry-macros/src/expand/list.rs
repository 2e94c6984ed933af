//! The modules and the constant of a registry.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{assertion, constant_of};
use crate::parse::{Listing, Module};
use crate::syntax::Cx;

pub(crate) fn expand_registry(cx: &Cx<'_>, listing: &Listing) -> TokenStream {
    let krate = &cx.krate;
    let base = listing.extends.as_ref().map(|(path, registry)| quote!(#path #registry));
    let extends = if let Some(base) = &base {
        quote!(::core::option::Option::Some(&#base))
    } else {
        quote!(::core::option::Option::None)
    };
    let providers = expand_group(listing, "providers");
    let families = expand_group(listing, "families");
    let slices = ["agents", "providers", "families"].map(|kind| slice(listing, kind));
    let [agent_slice, provider_slice, family_slice] = slices;
    let agents = expand_agents(cx, listing, base.as_ref());
    quote! {
        /// Every agent, provider and family of this registry, and the one it extends.
        pub const REGISTRY: #krate::model::Registry<'static> = #krate::model::Registry {
            agents: &[#agent_slice],
            providers: &[#provider_slice],
            families: &[#family_slice],
            extends: #extends,
            folder: ::core::env!("CARGO_MANIFEST_DIR"),
        };
        /// The providers and families, apart from the agents, whose checks read them.
        #[allow(dead_code)]
        static LISTED: #krate::assert::Listed<'static> =
            #krate::assert::Listed::new(&[#provider_slice], &[#family_slice], #extends);
        #providers
        #families
        #agents
    }
}

/// References to the constants of one kind.
fn slice(listing: &Listing, kind: &str) -> TokenStream {
    let group = proc_macro2::Ident::new(kind, Span::call_site());
    let constants = listing.modules(kind).iter().map(|module| {
        let constant = constant_of(&module.name);
        quote!(&#group::#constant)
    });
    quote!(#(#constants),*)
}

/// `mod name;` and the name of its constant. An entry of another name was reported, and its constant takes this one.
fn expand_module(module: &Module) -> TokenStream {
    let Module { keyword, name, entry, body } = module;
    let constant = constant_of(name);
    let own = if entry == name { constant.clone() } else { constant_of(entry) };
    let declaration = match body {
        // The semicolon has the span of the name, so that rustc underlines the module whose file it does not find.
        None => {
            let end = quote_spanned!(name.span()=> ;);
            quote!(#keyword #name #end)
        }
        Some(body) => quote!(#keyword #name #body),
    };
    let import = if own == constant {
        quote_spanned!(name.span()=> pub use self::#name::#constant;)
    } else {
        quote_spanned!(name.span()=> pub use self::#name::#own as #constant;)
    };
    quote!(#declaration #import)
}

/// The modules of agents, with what their entries refer to as `super::…`.
fn expand_agents(cx: &Cx<'_>, listing: &Listing, base: Option<&TokenStream>) -> TokenStream {
    let modules = listing.modules("agents").iter().map(expand_module);
    let new_names = listing.modules("agents").iter().filter_map(|module| {
        let base = base?;
        let constant = constant_of(&module.name);
        let span = module.name.span();
        Some(assertion(cx, span, |at| quote_spanned!(at=> name_is_new(&agents::#constant, &#base))))
    });
    quote! {
        /// The agents: a module and a constant each.
        pub mod agents {
            #[allow(unused_imports)]
            use super::providers;

            /// The names and aliases of all agents, each a constant, so that a second one does not compile.
            #[allow(dead_code)]
            struct AgentNames;

            #[allow(unused_imports)]
            use super::LISTED;

            #(#modules)*
        }

        #(#new_names)*
    }
}

/// The modules of providers or families.
fn expand_group(listing: &Listing, kind: &str) -> TokenStream {
    let modules = listing.modules(kind).iter().map(expand_module);
    let group = proc_macro2::Ident::new(kind, Span::call_site());
    let doc = format!("The {kind}: a module and a constant each.");
    let inherited = listing.extends.as_ref().map(|(path, _)| quote!(#[allow(unused_imports)] pub use #path #group::*;));
    quote! {
        #[doc = #doc]
        pub mod #group {
            #inherited

            /// The words of families, each a constant, so that a second claim does not compile.
            #[allow(dead_code)]
            struct FamilyTokens;

            #(#modules)*
        }
    }
}
