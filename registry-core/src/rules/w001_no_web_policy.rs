//! W001 `no-web-policy`: an entry says how the agent's web tools are turned off

use crate::check::{Field, Place, Report, Subject};

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "W001",
    name: "no-web-policy",
    sentence: "an entry says how the agent's web tools are turned off",
    example: "agent! { parrot { … } }   // without a field `web`",
    corrected: r#"agent! { parrot { …, web: { tools: ["fetch"], off: [env { PARROT_OFFLINE = "1" }] } } }"#,
    help: "write `web: { tools: […], off: […] }`, or `web: NoTools(\"how that was seen\")`",
    incidents: &[58, 60],
    checked: Checked::Macro,
    allowable: false,
    absence: true,
};

/// Reports an entry without a web policy.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    if cx.agent.web.is_none() {
        report.add(&RULE, Place::field(Field::Name), format!("`{}` has no web policy", cx.agent.name), RULE.help);
    }
}
