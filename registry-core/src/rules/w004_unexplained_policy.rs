//! W004 `unexplained-policy`: `NoTools`, `NoSwitch` and `Untested` say why

use crate::check::{Field, Part, Place, Report, Subject};
use crate::model::WebKind;

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "W004",
    name: "unexplained-policy",
    sentence: "`NoTools`, `NoSwitch` and `Untested` say why",
    example: r#"web: NoTools("")"#,
    corrected: r#"web: NoTools("its tool list was read on the wire with 1.2.0")"#,
    help: "say how it was seen, or why nobody has tried",
    incidents: &[59, 60, 75],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports a policy without its reason.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    let Some(web) = cx.agent.web.filter(|it| it.kind() != WebKind::Switch) else { return };
    if web.reason().trim().is_empty() {
        let place = Place::field(Field::Web).part(Part::Reason);
        report.add(&RULE, place, format!("`{}` of `{}` has no reason", web.kind().word(), cx.agent.name), RULE.help);
    }
}
