//! The constants of providers and families.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use registry_model::check::{Field, Part, Place};
use registry_model::model::{Credential, Endpoint, Family, ModelRecord, Provider, UrlParameter};

use super::{constant_of, given_fields, texts, user_word};
use crate::parse::Entry;
use crate::syntax::Cx;

pub(crate) fn expand_provider(cx: &Cx<'_>, entry: &Entry<Provider<'_>>) -> TokenStream {
    let krate = &cx.krate;
    let constant = constant_of(&entry.ident);
    let Provider { name, description, endpoints, parameters, auth, credential, families, models, spellings } =
        entry.model;
    let endpoints = endpoints.iter().enumerate().map(|(index, Endpoint { protocol, url })| {
        let protocol = user_word(cx, Place::field(Field::Endpoints).item(index), *protocol);
        quote!(Endpoint { protocol: #protocol, url: #url })
    });
    let parameters = parameters.iter().map(|UrlParameter { name, variable, default, from_host_of }| {
        quote!(UrlParameter {
            name: #name, variable: #variable, default: #default, from_host_of: #from_host_of
        })
    });
    let auth = user_word(cx, Place::field(Field::Auth).part(Part::Value), auth);
    let credential = expand_credential(credential);
    let models = models.iter().map(|ModelRecord { id, context_window, max_tokens, reasoning, input }| {
        let input = texts(input);
        quote!(ModelRecord {
            id: #id, context_window: #context_window, max_tokens: #max_tokens, reasoning: #reasoning, input: #input
        })
    });
    let doc = if description.is_empty() { "A provider." } else { description };
    let claims = claims(cx, families, Field::Families);
    let given = given_fields(cx);
    let (families, spellings) = (texts(families), texts(spellings));
    quote! {
        #[doc = #doc]
        pub const #constant: #krate::model::Provider<'static> = {
            use #krate::entry::prelude::*;
            Provider {
            name: #name,
            description: #description,
            endpoints: &[#(#endpoints),*],
            parameters: &[#(#parameters),*],
            auth: #auth,
            credential: #credential,
            families: #families,
            models: &[#(#models),*],
            spellings: #spellings,
        }};
        #given
        #claims
    }
}

fn expand_credential(credential: Credential<'_>) -> TokenStream {
    match credential {
        Credential::None => quote!(Credential::None),
        Credential::AnyOf(names) => {
            let names = texts(names);
            quote!(Credential::AnyOf(#names))
        }
        Credential::File { content, path, variable } => {
            quote!(Credential::File { content: #content, path: #path, variable: #variable })
        }
        Credential::AllOf(groups) => {
            let groups = groups.iter().map(|group| texts(group));
            quote!(Credential::AllOf(&[#(#groups),*]))
        }
    }
}

pub(crate) fn expand_family(cx: &Cx<'_>, entry: &Entry<Family<'_>>) -> TokenStream {
    let krate = &cx.krate;
    let constant = constant_of(&entry.ident);
    let Family { name, description, tokens, namespace, protocols, keys, base_urls, excludes, spellings } = entry.model;
    let protocols = protocols
        .iter()
        .enumerate()
        .map(|(index, protocol)| user_word(cx, Place::field(Field::Protocols).item(index), *protocol));
    let doc = if description.is_empty() { "A family of models." } else { description };
    let claims = claims(cx, tokens, Field::Tokens);
    let given = given_fields(cx);
    let [tokens, keys, base_urls, excludes, spellings] = [tokens, keys, base_urls, excludes, spellings].map(texts);
    quote! {
        #[doc = #doc]
        pub const #constant: #krate::model::Family<'static> = {
            use #krate::entry::prelude::*;
            Family {
            name: #name,
            description: #description,
            tokens: #tokens,
            namespace: #namespace,
            protocols: &[#(#protocols),*],
            keys: #keys,
            base_urls: #base_urls,
            excludes: #excludes,
            spellings: #spellings,
        }};
        #given
        #claims
    }
}

/// A constant for each word in one type: a second claim, in any file, is rustc's E0592 with both places.
fn claims(cx: &Cx<'_>, tokens: &[&str], field: Field) -> TokenStream {
    if cx.misnamed {
        return TokenStream::new();
    }
    let constants =
        tokens.iter().enumerate().filter(|(_, token)| registry_model::names::is_kebab(token)).map(|(index, token)| {
            let span: Span = cx.find(Place::field(field).item(index).part(Part::Whole)).1;
            let ident = Ident::new(&format!("claims_{}", token.replace('-', "_")), span);
            quote_spanned!(span=> const #ident: () = ();)
        });
    quote! {
        #[allow(non_upper_case_globals, dead_code, missing_docs)]
        impl super::FamilyTokens { #(#constants)* }
    }
}
