//! Reports ways of setting the model, and providers for the gateway, that the entry does not have in every case.

use crate::check::{Channel, Diagnostics, Rule, Subject};
use crate::model::{ProxyMode, Via};
use crate::place::{Field, Part, Place};
use crate::template::Value;
use crate::variables::canonical;

use super::model_conditions::{Atom, case_without_model, words};

pub(super) const RULE: Rule = Rule {
    sentence: "the entry passes the model to the agent as `via` declares, under every condition",
    example: "model: { format: Bare, via: Env, proxy: AsIs }   // and `env` names no model",
    corrected: "model: { format: Bare, via: Env, proxy: AsIs }, env: { PARROT_MODEL = MODEL, … }",
    help: "write `MODEL` or `ACP_MODEL` there under no condition or `set(MODEL)`, or correct `via`",
    incidents: &[66, 67, 78],
    reads: &[Field::Env, Field::Config, Field::Launch, Field::Model],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    if !agent.is_routable() {
        return;
    }
    let place = Place::field(Field::Model);
    let through = |wanted: &dyn Fn(Channel<'_>) -> bool| -> Vec<&Value<'_>> {
        cx.templates.iter().filter(|it| wanted(it.channel)).filter_map(|it| it.value.as_ref()).collect()
    };
    let files = through(&|channel| matches!(channel, Channel::Config(_)));
    let carriers = match agent.model.via {
        Via::SetModel | Via::ConfigOption => None,
        Via::Env => Some(through(&|channel| matches!(channel, Channel::Env(_)))),
        Via::File => Some(files.clone()),
        Via::Argv => Some(through(&|channel| channel == Channel::Argv)),
    };
    // An unknown variable may be a misspelling of the model, which E001 or C003 reports.
    if let Some(values) = carriers
        && !cx.has_unknown_variable()
        && let Some(case) = case_without_model(&values, Vec::new())
    {
        let (name, way, when) = (agent.name, agent.model.via.word(), when(&case));
        let message = format!("`{name}` gets its model from `{way}`, which does not name a model{when}");
        report.add(&RULE, place.part(Part::Via), message, RULE.help);
    }
    // A gateway's base URL and key are always given.
    let gateway = ["BASE_URL", "API_KEY"].into_iter().filter_map(canonical);
    let gateway = gateway.map(|variable| (Atom::Set(variable.name.to_owned()), true));
    let gateway = [(Atom::Proxy, true)].into_iter().chain(gateway).collect::<Vec<_>>();
    let known = gateway.len();
    if agent.model.proxy == ProxyMode::RegisterProvider
        && !cx.has_unknown_variable()
        && let Some(case) = case_without_model(&files, gateway)
    {
        let message = format!(
            "`{}` needs a provider for gateway aliases, and no file under `proxy` registers one{}",
            agent.name,
            when(case.get(known..).unwrap_or_default())
        );
        report.add(
            &RULE,
            place.part(Part::Proxy),
            message,
            "add a file under `if proxy` that registers `ALIAS` or `ACP_MODEL_NAME`",
        );
    }
}

/// The condition under which the model is not named; empty if it is never named.
fn when(case: &[(Atom, bool)]) -> String {
    if case.is_empty() { String::new() } else { format!(" when `{}`", words(case)) }
}
