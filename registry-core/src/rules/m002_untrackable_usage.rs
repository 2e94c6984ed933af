//! M002 `untrackable-usage`: an agent that cannot take gateway aliases runs with usage tracking off

use crate::check::{Field, Part, Place, Report, Subject};
use crate::model::ProxyMode;

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "M002",
    name: "untrackable-usage",
    sentence: "an agent that cannot take gateway aliases runs with usage tracking off",
    example: r#"model: { …, proxy: Unsupported("its catalogue is fixed") }, suite: { model: …, usage_tracking: on }"#,
    corrected: r#"model: { …, proxy: Unsupported("its catalogue is fixed") }, suite: { model: …, usage_tracking: off }"#,
    help: "write `usage_tracking: off`, or register the alias as a provider",
    incidents: &[66, 73],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports usage tracking of an agent that cannot be put behind the gateway.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    let agent = cx.agent;
    let place = Place::field(Field::Suite);
    if let (ProxyMode::Unsupported(_), Some(suite)) = (agent.model.proxy, agent.suite)
        && suite.usage_tracking
    {
        let message = format!("`{}` cannot take gateway aliases, and its suite tracks usage", agent.name);
        report.add(&RULE, place.part(Part::UsageTracking), message, RULE.help);
    }
}
