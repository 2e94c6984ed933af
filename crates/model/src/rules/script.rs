//! Shared by the rules about shell text: the linter's findings in an entry's steps.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::Artefact;
use crate::place::{Field, Part, Place};
use crate::shell;

/// Reports the linter's findings of one rule.
pub(super) fn report_findings(rule: &'static Rule, cx: &Subject<'_>, report: &mut Diagnostics) {
    for (index, artefact) in cx.agent.install.iter().enumerate() {
        let Artefact::Sh(step) = artefact else { continue };
        let place = Place::field(Field::Install).item(index).part(Part::Script);
        for finding in shell::lint(step.script.as_bytes()) {
            if finding.rule == rule.code {
                report.add_range(rule, place, finding.offset..finding.end, finding.message, finding.help);
            }
        }
    }
}
