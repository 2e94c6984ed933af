//! Reports an entry that routes only one of base URL and key.

use crate::check::{Channel, Report, Rule, Subject};
use crate::place::Field;
use crate::template::Value;
use crate::variables::{is_base_url, is_secret};

pub(super) const RULE: Rule = Rule {
    sentence: "a base URL and a key reach the agent both, or neither does",
    example: "env: { OPENAI_BASE_URL = BASE_URL }   // and the key nowhere",
    corrected: "env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY }",
    help: "route the other one too: a variable, a file or an argument",
    incidents: &[61, 63],
    allowable: true,
    reads: &[Field::Env, Field::Config, Field::Launch],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Report) {
    let mut url = None;
    let mut key = None;
    cx.visit_values(&mut |located, place, value| {
        match located.channel {
            Channel::WebFile | Channel::Switch(_) => return,
            // What is withheld reaches nobody by its variable.
            Channel::Env(name) if cx.agent.withhold.contains(&name) => return,
            _ => {}
        }
        if let Value::Variable(name) | Value::Reference(name) = value {
            if is_base_url(name) {
                url.get_or_insert(place);
            } else if is_secret(name) {
                key.get_or_insert(place);
            }
        }
    });
    let name = cx.agent.name;
    match (url, key) {
        // A variable that nobody knows may have been meant as the other one: that is E001's or C003's to say.
        _ if cx.has_unknown_variable() => {}
        (Some(place), None) => {
            let message = format!("the base URL reaches `{name}` and the key does not");
            report.add(&RULE, place, message, "write `API_KEY` where the agent reads its key");
        }
        (None, Some(place)) => {
            let message = format!("the key reaches `{name}` and the base URL does not");
            report.add(&RULE, place, message, "write `BASE_URL` where the agent reads its base URL");
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}
