//! Reports a policy without its reason.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::WebKind;
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "`NoTools`, `NoSwitch` and `Untested` have a reason",
    example: r#"web: NoTools("")"#,
    corrected: r#"web: NoTools("its tool list was read on the wire with 1.2.0")"#,
    help: "write how it was verified, or why it was not tested",
    incidents: &[59, 60, 75],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let Some(web) = cx.agent.web.filter(|it| it.kind() != WebKind::Switch) else { return };
    if web.reason().trim().is_empty() {
        let place = Place::field(Field::Web).part(Part::Reason);
        report.add(&RULE, place, format!("`{}` of `{}` has no reason", web.kind().word(), cx.agent.name), RULE.help);
    }
}
