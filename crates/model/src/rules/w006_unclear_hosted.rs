//! Reports hosted tools that the agent does not have, or that nothing turns off.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Hosted, HostedKind, Off};
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "`hosted` names some of the web tools and what turns these alone off, or has a reason",
    example: r#"web: { tools: ["fetch", "search"], off: [argv ["--offline"]] }, hosted: { tools: ["find"], off: [] }"#,
    corrected: r#"web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
hosted: { tools: ["search"], off: [argv ["--no-search"]] }"#,
    help: "write `all`, `{ tools: […], off: […] }`, `none(\"why\")` or `untested(\"why\")`",
    incidents: &[58],
    reads: &[Field::Web, Field::Hosted],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let name = cx.agent.name;
    let (Some(web), Some(hosted)) = (cx.agent.web, cx.agent.hosted) else { return };
    let field = Place::field(Field::Hosted);
    let mut add = |place: Place, message: String, help: &str| report.add(&RULE, place, message, help);
    if web.tools().is_empty() {
        add(field, format!("`{name}` has no web tools that could be hosted"), "remove `hosted`");
        return;
    }
    if matches!(hosted.kind(), HostedKind::None | HostedKind::Untested) && hosted.reason().trim().is_empty() {
        let message = format!("`{}` in `hosted` of `{name}` has no reason", hosted.kind().word());
        add(field.part(Part::Reason), message, "write what was seen, or why it was not tested");
    }
    let Hosted::Some { tools, off } = hosted else { return };
    if let Some(other) = tools.iter().find(|tool| !web.tools().contains(tool)) {
        let message = format!("`{other}` in `hosted` is not a web tool of `{name}`");
        add(field.part(Part::Tools), message, "write the names as in `tools` of `web`");
    } else if tools.is_empty() {
        let message = format!("`tools` in `hosted` of `{name}` is empty");
        add(field, message, "list the tools that a vendor's servers carry out, or write `none(\"why\")`");
    } else if web.tools().iter().all(|tool| tools.contains(tool)) {
        add(field, format!("`hosted` lists every web tool of `{name}`"), "write `hosted: all`");
    }
    if off.iter().all(|it| matches!(it, Off::Unset(_)) || it.is_idle()) {
        let message = format!("nothing in `hosted` of `{name}` turns its tools off");
        add(field, message, "write the setting that turns them off, or `untested(\"why\")`");
    }
}
