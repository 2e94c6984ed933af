//! Reports an entry without a web policy.

use crate::check::{Diagnostics, Rule, Subject};
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "an entry defines how the agent's web tools are turned off",
    example: "agent! { parrot { … } }   // without a field `web`",
    corrected: r#"agent! { parrot { …, web: { tools: ["fetch"], off: [env { PARROT_OFFLINE = "1" }] } } }"#,
    help: "write `web: { tools: […], off: […] }`, or `web: NoTools(\"how this was verified\")`",
    incidents: &[58, 60],
    absence: true,
    reads: &[Field::Web],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    if cx.agent.web.is_none() {
        report.add(&RULE, Place::field(Field::Name), format!("`{}` has no web policy", cx.agent.name), RULE.help);
    }
}
