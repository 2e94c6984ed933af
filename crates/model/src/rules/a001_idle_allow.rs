//! Removes the violations that the entry allows. Reports unused allows, allows without a reason, and allows of unknown
//! rules and of rules that cannot be allowed.

use crate::check::{Diagnostic, Rule};
use crate::model::Allow;
use crate::place::{Field, Part, Place};

use super::find;

pub(super) const RULE: Rule = Rule {
    sentence: "an `allow` suppresses a violation of a rule that may be allowed, and has a reason",
    example: r#"allow: I003("it is fine")   // on a step that breaks no rule"#,
    corrected: r#"allow: I003("it removes a folder that its own installer left there")   // on the step that breaks the rule"#,
    help: "remove the `allow`, or write its reason",
    incidents: &[59, 60],
    reads: &[Field::Install, Field::Config, Field::Env, Field::Web],
    allows: Some(silence),
    ..named!()
};

fn silence(allows: &[Allow<'_>], mut violations: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut ours = Vec::new();
    for (index, allow) in allows.iter().enumerate() {
        let place = Place::field(Field::Allow).item(index);
        let mut add = |part: Part, message: String, help: &str| {
            ours.push(Diagnostic::new(&RULE, place.part(part), message, help));
        };
        let code = allow.code;
        let Some(rule) = find(code) else {
            add(Part::Name, format!("no rule has the code `{code}`"), "`cargo xtask explain` prints the rules");
            continue;
        };
        if !rule.allowable {
            add(Part::Name, format!("`{code}` cannot be allowed"), rule.help);
            continue;
        }
        if allow.reason.trim().is_empty() {
            add(Part::Reason, format!("the allow of `{code}` has no reason"), "write why the rule does not apply here");
        }
        let before = violations.len();
        violations.retain(|it| it.rule.code != code || allow.place.is_some_and(|place| !place.holds(it.place)));
        if violations.len() == before {
            add(Part::Name, format!("unused `allow` of `{code}`"), "remove it");
        }
    }
    violations.extend(ours);
    violations
}
