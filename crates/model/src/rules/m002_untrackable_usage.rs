//! Reports a suite of an agent that does not work with the gateway: for every `usage_tracking`, the harness sends
//! every agent's calls through it.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::ProxyMode;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "an agent that does not support gateway aliases has no suite",
    example: r#"model: { …, proxy: Unsupported("its catalogue is fixed") }, suite: { … }"#,
    corrected: "model: { …, proxy: RegisterProvider }, suite: { … }   // with a file that registers it",
    help: "register the alias as a provider, or remove `suite`",
    incidents: &[66, 73],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    if let (ProxyMode::Unsupported(_), Some(_)) = (agent.model.proxy, agent.suite) {
        let message =
            format!("`{}` does not support gateway aliases, and its suite runs through the gateway", agent.name);
        report.add(&RULE, Place::field(Field::Suite), message, RULE.help);
    }
}
