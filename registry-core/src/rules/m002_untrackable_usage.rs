//! M002 `untrackable-usage`: an agent that cannot take gateway aliases has no suite

use crate::check::{Field, Place, Report, Subject};
use crate::model::ProxyMode;

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "M002",
    name: "untrackable-usage",
    sentence: "an agent that cannot take gateway aliases has no suite",
    example: r#"model: { …, proxy: Unsupported("its catalogue is fixed") }, suite: { … }"#,
    corrected: "model: { …, proxy: RegisterProvider }, suite: { … }   // with a file that registers it",
    help: "register the alias as a provider, or leave `suite` out",
    incidents: &[66, 73],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports a suite of an agent that cannot be put behind the gateway: whatever `usage_tracking` says, the harness sends
/// every agent's calls through it.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    let agent = cx.agent;
    if let (ProxyMode::Unsupported(_), Some(_)) = (agent.model.proxy, agent.suite) {
        let message = format!("`{}` cannot take gateway aliases, and its suite runs through the gateway", agent.name);
        report.add(&RULE, Place::field(Field::Suite), message, RULE.help);
    }
}
