//! The providers and the rules, under the matrix.

use registry_model::incidents;
use registry_model::model::{Credential, Provider, Registry};
use registry_model::rules::{self as all_rules, Rule};

use crate::docs::rules::capital;
use crate::docs::text::{escape, html};

/// The rows of the table of providers.
pub(super) fn providers(registry: &Registry<'_>) -> String {
    registry.providers().into_iter().map(provider).collect()
}

fn provider(provider: &Provider<'_>) -> String {
    let endpoint = |it: &registry_model::model::Endpoint<'_>| {
        let url = if it.url.is_empty() { "given by the user or the gateway" } else { it.url };
        format!("<li><span class=\"mono\">{}</span> <small>{}</small></li>", escape(url), it.protocol.id())
    };
    let endpoints: String = provider.endpoints.iter().map(endpoint).collect();
    format!(
        "<tr role=\"row\" class=\"item\" id=\"provider-{0}\"><th scope=\"row\" role=\"rowheader\"><span class=\"mono\">{0}</span></th>\
         <td role=\"cell\" data-label=\"Serves\"><ul class=\"plain\">{endpoints}</ul></td>\
         <td role=\"cell\" data-label=\"Needs\">{1}</td></tr>\n",
        escape(provider.name),
        needs(provider)
    )
}

fn needs(provider: &Provider<'_>) -> String {
    let any_of = |names: &[&str]| names.iter().map(|it| code(it)).collect::<Vec<_>>().join(" or ");
    let mut all = match provider.credential {
        Credential::None => Vec::new(),
        Credential::AnyOf(names) => vec![any_of(names)],
        Credential::File { content, .. } => vec![code(content)],
        Credential::AllOf(groups) => groups.iter().map(|names| any_of(names)).collect(),
    };
    all.extend(provider.parameters.iter().map(|it| {
        let default =
            if it.default.is_empty() { String::new() } else { format!(" <small>or {}</small>", escape(it.default)) };
        format!("{}{default}", code(it.variable))
    }));
    if all.is_empty() { "nothing".to_owned() } else { all.join("<br>") }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// The rules; each can be unfolded.
pub(super) fn rules() -> String {
    all_rules::ALL.iter().map(|rule| self::rule(rule)).collect()
}

fn rule(rule: &Rule) -> String {
    let incident = |number: &u8| {
        let it = incidents::find(*number)?;
        Some(format!("<li>{} <small>{}</small></li>", html(it.what), escape(it.source)))
    };
    let incidents: String = rule.incidents.iter().filter_map(incident).collect();
    let allowed = if rule.allowable { "With a reason, at the place of the error" } else { "Never" };
    format!(
        "<details class=\"item rule\" id=\"rule-{code}\"><summary><span class=\"mono code\">{code}</span> <span>{sentence}</span> \
         <small>{name}</small></summary><pre tabindex=\"0\">{example}</pre><dl><dt>Way out</dt><dd>{help}</dd>\
         <dt>Checked</dt><dd>{when}</dd><dt>Allowed</dt><dd>{allowed}</dd><dt>It happened</dt><dd><ul class=\"plain\">{incidents}</ul></dd></dl></details>\n",
        code = rule.code,
        sentence = html(&capital(rule.sentence)),
        name = rule.name,
        example = escape(rule.example),
        help = html(rule.help),
        when = rule.checked.when(),
    )
}
