//! Reports policy files outside the folders of `home`.

use crate::check::{Diagnostics, Rule, Subject, switches};
use crate::model::Off;
use crate::place::{Field, Part, Place};

use super::c002_path_leaves_home::in_home;

pub(super) const RULE: Rule = Rule {
    sentence: "a policy file is in one of the agent's own folders",
    example: r#"home: [".parrot"], web: { tools: ["fetch"], off: [json("~/.other/settings.json") { … }] }"#,
    corrected: r#"home: [".parrot"], web: { tools: ["fetch"], off: [json("~/.parrot/settings.json") { … }] }"#,
    help: "write it under one of the folders of `home`, or add the folder there",
    incidents: &[56, 57],
    allowable: true,
    reads: &[Field::Home],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    for (place, off) in switches(agent).filter(|(place, _)| place.field != Field::Permission) {
        let (Off::File { path, .. }, Part::Off(index)) = (off, place.part) else { continue };
        let own = |home: &str| {
            path.strip_prefix("~/").and_then(|it| it.strip_prefix(home)).is_some_and(|it| it.starts_with('/'))
        };
        // One that leads out of the home folder altogether is for C002 to report.
        if in_home(path) && !agent.home.iter().any(|home| own(home)) {
            let place = Place::field(place.field).part(Part::OffPath(index));
            report.add(&RULE, place, format!("`{path}` is outside the home of `{}`", agent.name), RULE.help);
        }
    }
}
