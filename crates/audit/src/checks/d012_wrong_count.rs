//! Finds counts in sentences that are not the registry's.

use crate::known::Known;
use crate::read::Contents;

use super::{Check, Findings};
use crate::finding::Level;

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a page counts the agents that there are",
    example: "The suite runs all 9 registered agents.",
    help: "count the registry's, or say it without a number",
    incidents: &[73],
    run: Some(check),
    ..named!()
};

fn check(known: &Known<'_>, contents: &Contents, findings: &mut Findings) {
    let registered = known.suite_agents().count();
    for count in contents.suites.values().filter_map(|it| it.docs.as_ref()).flat_map(|it| &it.counts) {
        if count.value != registered {
            let message = format!("the page counts {} registered agents, and there are {registered}", count.value);
            findings.add_with_help(&CHECK, &count.place, message, format!("write {registered}"));
        }
    }
}
