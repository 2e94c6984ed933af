//! Takes out what the entry allows, and reports allows that silence nothing, have no reason or name a rule that cannot
//! be allowed.

use crate::check::{Rule, Violation};
use crate::model::Allow;
use crate::place::{Field, Part, Place};

use super::find;

pub(super) const RULE: Rule = Rule {
    sentence: "an `allow` silences a rule that may be allowed, and says why",
    example: r#"allow: I003("it is fine")   // on a step that breaks no rule"#,
    corrected: r#"allow: I003("it removes a folder that its own installer left there")   // on the step that breaks the rule"#,
    help: "take it out, or give the reason",
    incidents: &[59, 60],
    reads: &[Field::Install, Field::Config, Field::Env, Field::Web],
    allows: Some(silence),
    ..named!()
};

fn silence(allows: &[Allow<'_>], mut violations: Vec<Violation>) -> Vec<Violation> {
    let mut ours = Vec::new();
    for (index, allow) in allows.iter().enumerate() {
        let place = Place::field(Field::Allow).item(index);
        let mut add = |part: Part, message: String, help: &str| {
            ours.push(Violation::new(&RULE, place.part(part), message, help));
        };
        let code = allow.code;
        let Some(rule) = find(code) else {
            add(Part::Name, format!("no rule has the code `{code}`"), "`cargo xtask explain` lists them");
            continue;
        };
        if !rule.allowable {
            add(Part::Name, format!("`{code}` cannot be allowed"), rule.help);
            continue;
        }
        if allow.reason.trim().is_empty() {
            add(Part::Reason, format!("the allow of `{code}` has no reason"), "say why the rule does not apply here");
        }
        let before = violations.len();
        violations.retain(|it| it.rule.code != code || allow.place.is_some_and(|place| !place.holds(it.place)));
        if violations.len() == before {
            add(Part::Name, format!("the allow of `{code}` silences nothing"), "take it out");
        }
    }
    violations.extend(ours);
    violations
}
