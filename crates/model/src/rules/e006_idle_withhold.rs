//! Reports withheld variables that the entry does not use, and those that a file refers to.

use crate::check::{Diagnostics, Rule, Subject};
use crate::names::nearest;
use crate::place::{Field, Place};
use crate::template::Value;
use crate::variables::{CANONICAL, canonical, word};

pub(super) const RULE: Rule = Rule {
    sentence: "a withheld variable is used by the entry, and no file refers to it",
    example: r#"withhold: [API_KEY], config: [json("~/.parrot/x.json") { "key": ref(API_KEY) }]"#,
    corrected: r#"withhold: [API_KEY], config: [json("~/.parrot/x.json") { "key": API_KEY }]"#,
    help: "write the content into the file instead of `ref(…)`, or do not withhold the variable",
    incidents: &[53],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    let own = || agent.accepts.iter().copied().chain(agent.env.iter().map(|it| it.name));
    for (index, &name) in agent.withhold.iter().enumerate() {
        let place = Place::field(Field::Withhold).item(index);
        if canonical(name).is_none() && !own().any(|it| it == name) {
            let help = match nearest(name, CANONICAL.iter().map(|it| it.word).chain(own())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it: only variables that the entry reads or sets can be withheld".to_owned(),
            };
            report.add(&RULE, place, format!("`{}` neither reads nor sets `{name}`", agent.name), help);
        }
    }
    cx.visit_values(&mut |_, place, value| {
        let Value::Reference(name) = value else { return };
        if agent.withhold.iter().any(|it| word(it) == word(name)) {
            let message = format!("a file of `{}` refers to the withheld variable `{}`", agent.name, word(name));
            report.add(&RULE, place, message, RULE.help);
        }
    });
}
