//! Finds usage tracking that is on or off where the entry has the other, or off in a way that not every reader takes
//! so. It decides whether a run must report its usage; calls always go through the gateway.

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::read::datum::Datum;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a suite requires usage tracking where the entry does",
    example: r#"some-agent.yaml without `usage_tracking: "off"`"#,
    help: "write the value of the entry",
    incidents: &[66, 73],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for config in contents.suites.values().flat_map(|it| &it.configs) {
        let name = config.agent();
        let Some(tracks) = facts.suite_agent(name.value).and_then(|it| it.suite).map(|it| it.usage_tracking) else {
            continue;
        };
        let place = config.table.member("usage_tracking").map_or(&name.place, |it| &it.key.place);
        let off = config.table.get("usage_tracking").is_some_and(|it| {
            matches!(&it.value, Datum::Bool(false)) || it.value.text().is_some_and(|it| it.eq_ignore_ascii_case("off"))
        });
        let bare =
            config.tracking.as_ref().filter(|it| it.value.starts_with(|first: char| first.is_ascii_alphabetic()));
        match (tracks, off, bare) {
            (true, true, _) => {
                let message = format!("usage tracking is off for `{}`, whose entry turns it on", name.value);
                findings.add_with_help(&CHECK, place, message, "leave `usage_tracking` out");
            }
            (false, false, _) => {
                let message = format!("usage tracking is on for `{}`, whose entry turns it off", name.value);
                findings.add_with_help(&CHECK, place, message, "write `usage_tracking: \"off\"`");
            }
            (false, true, Some(bare)) => {
                let message = format!("a YAML 1.1 parser reads `{}` without quotes as a boolean", quoted(&bare.value));
                findings.add_with_help(&CHECK, &bare.place, message, "write `usage_tracking: \"off\"`");
            }
            (true, false, _) | (false, true, None) => {}
        }
    }
}
