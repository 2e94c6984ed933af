//! Reports an entry that routes only one of base URL and key.

use crate::check::{Channel, Diagnostics, Rule, Subject};
use crate::place::Field;
use crate::template::Value;
use crate::variables::{is_base_url, is_secret};

pub(super) const RULE: Rule = Rule {
    sentence: "an entry passes both the base URL and the key to the agent, or neither",
    example: "env: { OPENAI_BASE_URL = BASE_URL }   // and no `API_KEY`",
    corrected: "env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY }",
    help: "pass the other one too, in a variable, a file or an argument",
    incidents: &[61, 63],
    allowable: true,
    reads: &[Field::Env, Field::Config, Field::Launch],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let mut url = None;
    let mut key = None;
    cx.visit_values(&mut |located, place, value| {
        match located.channel {
            Channel::OffFile | Channel::Switch(_) => return,
            // The agent does not get a withheld variable.
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
        // An unknown variable may be a misspelling of the other one, which E001 or C003 reports.
        _ if cx.has_unknown_variable() => {}
        (Some(place), None) => {
            let message = format!("`{name}` gets the base URL but not the key");
            report.add(&RULE, place, message, "write `API_KEY` where the agent reads its key");
        }
        (None, Some(place)) => {
            let message = format!("`{name}` gets the key but not the base URL");
            report.add(&RULE, place, message, "write `BASE_URL` where the agent reads its base URL");
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}
