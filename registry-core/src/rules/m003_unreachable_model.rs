//! M003 `unreachable-model`: the way by which an agent is told its model exists

use crate::check::{Channel, Field, Part, Place, Report, Subject};
use crate::model::{ProxyMode, Via};
use crate::template::{Condition, Value};
use crate::variables::canonical;

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "M003",
    name: "unreachable-model",
    sentence: "the way by which an agent is told its model exists",
    example: "model: { format: Bare, via: Env, proxy: AsIs }   // and `env` names no model",
    corrected: "model: { format: Bare, via: Env, proxy: AsIs }, env: { PARROT_MODEL = MODEL, … }",
    help: "put `MODEL` or `ACP_MODEL` there, or name the way that is used",
    incidents: &[66, 67, 78],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports ways of setting the model, and providers for the gateway, that the entry does not have.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    let agent = cx.agent;
    let place = Place::field(Field::Model);
    let told = |wanted: &dyn Fn(Channel<'_>) -> bool| {
        let mut told = false;
        cx.visit_values(&mut |located, _, value| told |= wanted(located.channel) && names_model(value));
        told
    };
    let (way, there) = match agent.model.via {
        Via::SetModel | Via::ConfigOption => ("", true),
        Via::Env => ("Env", told(&|channel| matches!(channel, Channel::Env(_)))),
        Via::File => ("File", told(&|channel| matches!(channel, Channel::Config(_)))),
        Via::Argv => ("Argv", told(&|channel| channel == Channel::Argv)),
    };
    // A variable that nobody knows may have been meant as the model: that is for E001 or C003 to report.
    if !there && !cx.has_unknown_variable() {
        report.add(
            &RULE,
            place.part(Part::Via),
            format!("`{}` is told its model by `{way}`, and nothing there names one", agent.name),
            RULE.help,
        );
    }
    if agent.model.proxy == ProxyMode::RegisterProvider && !registers_alias(cx) && !cx.has_unknown_variable() {
        let message = format!(
            "`{}` needs a provider registered for gateway aliases, and no file for `proxy` does it",
            agent.name
        );
        report.add(
            &RULE,
            place.part(Part::Proxy),
            message,
            "add a file under `if proxy` that registers `ALIAS` or `ACP_MODEL_NAME`",
        );
    }
}

fn names_model(value: &Value<'_>) -> bool {
    const MODELS: [&str; 4] = ["MODEL", "ALIAS", "ACP_MODEL", "ACP_MODEL_NAME"];
    let (Value::Variable(name) | Value::Reference(name)) = value else { return false };
    MODELS.iter().any(|word| canonical(word).is_some_and(|variable| variable.name == *name))
}

/// Whether a file that is written in proxy mode names the model.
fn registers_alias(cx: &Subject<'_>) -> bool {
    cx.templates.iter().filter(|it| matches!(it.channel, Channel::Config(_))).any(|located| {
        let Some(value) = &located.value else { return false };
        let direct_only = matches!(value, Value::If { condition, .. } if condition.excludes(&Condition::Proxy));
        let mut named = false;
        value.visit(&mut |_, value| named |= names_model(value));
        named && !direct_only
    })
}
