//! Reports routing of an agent that no model server can be given to.

use crate::check::{Channel, Diagnostics, Rule, Subject};
use crate::model::{BaseUrlForm, WebKind};
use crate::place::{Field, Part, Place};
use crate::template::Value;
use crate::variables::{canonical, word};

pub(super) const RULE: Rule = Rule {
    sentence: "an entry whose `model` is `none` has a reason and no routing: no protocol, no form of base URL, no value \
               of the model server, no suite, and no web policy that only a probe could prove",
    example: r#"model: none("its back end is its vendor's"), env: { PARROT_MODEL = MODEL }"#,
    corrected: r#"model: none("its back end is its vendor's")   // and no `env`"#,
    help: "remove it, or write `model: { format: …, via: …, proxy: … }`",
    incidents: &[61, 66, 75],
    reads: &[Field::Model, Field::Env, Field::Config, Field::Launch, Field::Web],
    agent: Some(check),
    ..named!()
};

/// The words of the canonical variables that describe the model server or the model.
const ROUTED: [&str; 10] = [
    "PROVIDER",
    "BASE_URL",
    "API_KEY",
    "MODEL",
    "PROTOCOL",
    "MODELS",
    "ALIAS",
    "ACP_MODEL",
    "ACP_MODEL_PROVIDER",
    "ACP_MODEL_NAME",
];

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    let Some(reason) = agent.model.none else { return };
    let name = agent.name;
    if reason.trim().is_empty() {
        let place = Place::field(Field::Model).part(Part::Reason);
        let help = "write why: who serves its models, and what it answered";
        report.add(&RULE, place, format!("`none` in `model` of `{name}` has no reason"), help);
    }
    let mut add = |place: Place, what: &str| {
        report.add(&RULE, place, format!("`{name}` takes no model server, and its entry has {what}"), RULE.help);
    };
    if !agent.protocols.is_empty() {
        add(Place::field(Field::Protocols), "a protocol");
    }
    if agent.base_url != BaseUrlForm::AsGiven {
        add(Place::field(Field::BaseUrl), "a form of base URL");
    }
    let mut found = None;
    cx.visit_values(&mut |located, place, value| {
        // The macro and a constant may have the word or the name.
        let routed = |name: &str| canonical(name).is_some_and(|it| ROUTED.contains(&it.word));
        if let Value::Variable(name) | Value::Uint(name) | Value::Reference(name) = value
            && routed(name)
        {
            found.get_or_insert((place, word(name).to_owned()));
        } else if let Channel::Switch(name) = located.channel
            && located.place.field == Field::Handshake
            && routed(name)
        {
            found.get_or_insert((located.place, word(name).to_owned()));
        }
    });
    if let Some((place, variable)) = found {
        add(place, &format!("`{variable}`"));
    }
    if agent.suite.is_some() {
        add(Place::field(Field::Suite), "a suite, which runs it with a model");
    }
    if let Some(web) = agent.web.filter(|it| matches!(it.kind(), WebKind::Switch | WebKind::NoTools)) {
        let message = format!("the web policy of `{name}` is not proved: no request of it reaches a model server here");
        let help =
            "write `{ tools: […], off: Untested(\"why\") }`, or `NoSwitch(\"why\")`: a run without web is refused";
        let part = if web.kind() == WebKind::NoTools { Part::Reason } else { Part::Whole };
        report.add(&RULE, Place::field(Field::Web).part(part), message, help);
    }
}
