//! The page on providers and families.

use core::fmt::Write as _;

use registry_model::model::{Credential, Family, Provider, Registry};

use super::GENERATOR;
use super::text::{anchor, code_list, code_span, markdown, paragraphs};

/// `docs/providers.md`.
pub(crate) fn page(registry: &Registry<'_>) -> String {
    let mut out =
        format!("<!-- {} from the entries; change those, not this file. -->\n\n# The providers\n\n", GENERATOR.mark());
    out.push_str(
        "Who serves models, in order of precedence. A model reference begins with a provider's name (`deepseek/…`), or is an\n\
         id that a family knows. `cargo xtask resolve AGENT --model REFERENCE` says what comes of one.\n\n\
         | provider | protocols | credential | families |\n|---|---|---|---|\n",
    );
    for provider in registry.providers() {
        let protocols = provider.endpoints.iter().map(|it| it.protocol.id());
        let _ = writeln!(
            out,
            "| [`{0}`](#{1}) | {2} | {3} | {4} |",
            provider.name,
            anchor(provider.name),
            code_list(protocols),
            credential(provider),
            code_list(provider.families.iter().copied())
        );
    }
    for provider in registry.providers() {
        section(&mut out, provider);
    }
    out.push_str(
        "\n## Families\n\nModels that no provider above owns, by the words in their ids, in order of precedence.\n\n\
         | family | words | protocols | namespace | keys | base URLs | not its models |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for family in registry.families() {
        out.push_str(&family_row(family));
    }
    out
}

fn section(out: &mut String, provider: &Provider<'_>) {
    let _ = writeln!(out, "\n## {}\n", provider.name);
    for paragraph in paragraphs(provider.description) {
        let _ = writeln!(out, "{}\n", markdown(&paragraph));
    }
    for endpoint in provider.endpoints {
        let url = if endpoint.url.is_empty() {
            "given by the user or the gateway".to_owned()
        } else {
            code_span(endpoint.url)
        };
        let _ = writeln!(out, "- `{}`: {url}", endpoint.protocol.id());
    }
    for parameter in provider.parameters {
        let default = if parameter.default.is_empty() {
            String::new()
        } else {
            format!(", {} without it", code_span(parameter.default))
        };
        let host = if parameter.from_host_of.is_empty() {
            String::new()
        } else {
            format!(", or from the host of {}", code_span(parameter.from_host_of))
        };
        let _ = writeln!(
            out,
            "- {} from {}{default}{host}",
            code_span(&format!("{{{}}}", parameter.name)),
            code_span(parameter.variable)
        );
    }
    let _ = writeln!(out, "- Authenticated by `{}`: {}", provider.auth.word(), credential(provider));
    if !provider.spellings.is_empty() {
        let _ = writeln!(out, "- Other spellings: {}", code_list(provider.spellings.iter().copied()));
    }
    for model in provider.models {
        let _ = writeln!(
            out,
            "- Model {}: {} tokens of context, at most {} of output{}; takes {}",
            code_span(model.id),
            model.context_window,
            model.max_tokens,
            if model.reasoning { ", reasons" } else { "" },
            code_list(model.input.iter().copied())
        );
    }
}

/// Its credential.
fn credential(provider: &Provider<'_>) -> String {
    match provider.credential {
        Credential::None => "nothing".to_owned(),
        Credential::AnyOf(names) => any_of(names),
        Credential::File { content, path, .. } => format!("{}, written to {}", code_span(content), code_span(path)),
        Credential::AllOf(groups) => groups.iter().map(|names| any_of(names)).collect::<Vec<_>>().join(" and "),
    }
}

fn any_of(names: &[&str]) -> String {
    names.iter().map(|name| code_span(name)).collect::<Vec<_>>().join(" or ")
}

fn family_row(family: &Family<'_>) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |\n",
        markdown(family.name),
        code_list(family.tokens.iter().copied()),
        code_list(family.protocols.iter().map(|it| it.id())),
        code_span(family.namespace),
        code_list(family.keys.iter().copied()),
        code_list(family.base_urls.iter().copied()),
        code_list(family.excludes.iter().copied())
    )
}
