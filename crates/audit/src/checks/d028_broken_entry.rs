//! Finds entries that the public registry would reject.

use crate::finding::{FindingPlace, quoted};
use crate::read::Contents;
use crate::read::entry::AcpEntry;
use crate::registry_facts::RegistryFacts;

use super::{Check, Findings};

pub(super) const CHECK: Check = Check {
    sentence: "an entry of the ACP registry has the fields that its format requires",
    example: r#"{ "id": "My Agent", "distribution": {} }"#,
    help: "write id, name, version, description, and a distribution of npx, uvx or binary",
    incidents: &[72, 73],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Findings) {
    for entry in &contents.entries {
        let start = FindingPlace::start(&entry.file);
        for key in ["id", "name", "version", "description"] {
            match entry.table.get(key).map(|it| (it.value.text(), it)) {
                None => findings.add(&CHECK, &start, format!("the entry has no `{key}`")),
                Some((None | Some(""), value)) => {
                    findings.add(&CHECK, &value.place, format!("`{key}` must be a string that is not empty"));
                }
                Some((Some(id), value)) if key == "id" && !is_id(id) => {
                    let message = format!(
                        "`{}` is not an id: use lower-case letters, digits and hyphens, a letter first",
                        quoted(id)
                    );
                    findings.add(&CHECK, &value.place, message);
                }
                Some((Some(version), value)) if key == "version" && !is_semantic(version) => {
                    findings.add(&CHECK, &value.place, format!("`{}` is not a semantic version", quoted(version)));
                }
                Some(_) => {}
            }
        }
        check_distribution(entry, &start, findings);
    }
}

fn check_distribution(entry: &AcpEntry, start: &FindingPlace, findings: &mut Findings) {
    let Some(distribution) = entry.table.table("distribution") else {
        return findings.add(&CHECK, start, "the entry has no `distribution`");
    };
    let place = entry.table.member("distribution").map_or(start, |it| &it.key.place);
    if !distribution.members.iter().any(|it| WAYS.contains(&it.key.value.as_str())) {
        findings.add(&CHECK, place, "`distribution` must have `npx`, `uvx` or `binary`");
    }
    for member in &distribution.members {
        let way = member.key.value.as_str();
        let package = distribution.table(way).and_then(|it| it.text("package"));
        if !WAYS.contains(&way) {
            findings.add(&CHECK, &member.key.place, format!("unknown kind of distribution `{}`", quoted(way)));
        } else if way != "binary" && package.is_none() {
            findings.add(&CHECK, &member.key.place, format!("`{way}` has no `package`"));
        }
    }
}

/// The ways in which the format distributes an agent.
const WAYS: [&str; 3] = ["npx", "uvx", "binary"];

fn is_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Three numbers, and what semantic versions allow after them.
fn is_semantic(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    core.split('.').count() == 3 && core.split('.').all(number)
}
