//! Reports comments that allow a finding and are themselves wrong.

use super::{Check, Diagnostics, find};
use crate::allow::{Allow, NEVER};
use crate::diagnostic::{Level, quoted};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a comment that allows a finding names its rule, has a reason, and is needed",
    example: "# registry: allow I004",
    help: "write `# registry: allow CODE: the reason` above the line, or remove the comment",
    incidents: &[74],
    in_lint: true,
    run: Some(check),
    ..named!()
};

/// The rules over shell text that are reported beside the checks.
const RULES: [&str; 6] = ["S001", "S002", "I003", "I004", "I005", "I007"];

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for Allow { place, codes, has_reason, .. } in &contents.allows {
        if codes.is_empty() {
            findings.add(&CHECK, place, "the comment names no rule");
        } else if !has_reason {
            findings.add(&CHECK, place, "the comment has no reason, and allows nothing");
        }
        for code in codes {
            if NEVER.contains(&code.as_str()) {
                findings.add(&CHECK, place, format!("`{code}` cannot be allowed"));
            } else if !is_known(code) {
                findings.add(&CHECK, place, format!("unknown rule `{}`", quoted(code)));
            }
        }
    }
}

fn is_known(code: &str) -> bool {
    RULES.contains(&code) || find(code).is_some_and(|it| it.code == code)
}

/// Whether a comment may allow what a code names, and this run looks for it.
pub(super) fn is_looked_for(code: &str, wanted: impl Fn(&Check) -> bool) -> bool {
    !NEVER.contains(&code) && (RULES.contains(&code) || find(code).is_some_and(|it| it.code == code && wanted(it)))
}
