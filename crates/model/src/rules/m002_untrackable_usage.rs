//! Reports a suite of an agent that cannot be put behind the gateway: whatever `usage_tracking` says, the harness sends
//! every agent's calls through it.

use crate::check::{Report, Rule, Subject};
use crate::model::ProxyMode;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "an agent that cannot take gateway aliases has no suite",
    example: r#"model: { …, proxy: Unsupported("its catalogue is fixed") }, suite: { … }"#,
    corrected: "model: { …, proxy: RegisterProvider }, suite: { … }   // with a file that registers it",
    help: "register the alias as a provider, or leave `suite` out",
    incidents: &[66, 73],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Report) {
    let agent = cx.agent;
    if let (ProxyMode::Unsupported(_), Some(_)) = (agent.model.proxy, agent.suite) {
        let message = format!("`{}` cannot take gateway aliases, and its suite runs through the gateway", agent.name);
        report.add(&RULE, Place::field(Field::Suite), message, RULE.help);
    }
}
