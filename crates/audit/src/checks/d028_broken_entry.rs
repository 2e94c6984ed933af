//! Finds entries that the public registry would reject.

use crate::diagnostic::{DiagnosticPlace, quoted};
use crate::read::Contents;
use crate::read::datum::{Datum, Member};
use crate::read::entry::AcpEntry;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics, is_semantic};

pub(super) const CHECK: Check = Check {
    sentence: "an entry of the ACP registry has the fields that its format requires",
    example: r#"{ "id": "My Agent", "distribution": {} }"#,
    help: "write id, name, version, description, and a distribution of npx, uvx or binary",
    incidents: &[72, 73],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for entry in &contents.entries {
        let start = DiagnosticPlace::start(&entry.file);
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

fn check_distribution(entry: &AcpEntry, start: &DiagnosticPlace, findings: &mut Diagnostics) {
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
    for target in distribution.table("binary").iter().flat_map(|it| &it.members) {
        check_target(target, findings);
    }
}

/// A machine, and the program in its archive.
fn check_target(target: &Member, findings: &mut Diagnostics) {
    let name = target.key.value.as_str();
    if !TARGETS.contains(&name) {
        let message = format!("`{}` is not a target of the format", quoted(name));
        let help = format!("expected one of `{}`", TARGETS.join("`, `"));
        findings.add_with_help(&CHECK, &target.key.place, message, help);
    }
    let Datum::Table(table) = &target.value.value else { return };
    if let Some(command) = table.text("cmd").filter(|it| leaves(it.value)) {
        let message = format!("`{}` is outside the archive", quoted(command.value));
        findings.add_with_help(
            &CHECK,
            &command.place,
            message,
            "write the path of the program in the archive: `./agent`",
        );
    }
}

/// Whether a path is not below the folder that it starts from.
fn leaves(path: &str) -> bool {
    path.starts_with(['/', '~', '\\']) || path.split(['/', '\\']).any(|part| part == "..")
}

/// The machines that the format knows.
const TARGETS: [&str; 6] =
    ["darwin-aarch64", "darwin-x86_64", "linux-aarch64", "linux-x86_64", "windows-aarch64", "windows-x86_64"];

/// The ways in which the format distributes an agent.
const WAYS: [&str; 3] = ["npx", "uvx", "binary"];

fn is_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use crate::checks;
    use crate::read::{Contents, entry::AcpEntry};
    use crate::registry_facts::RegistryFacts;
    use crate::source::Source;
    use registry_model::model::Registry;

    #[track_caller]
    fn check(target: &str, command: &str, expected: &[&str]) {
        let text = format!(
            r#"{{"id":"a","name":"A","version":"1.0.0","description":"x","distribution":{{"binary":{{
               "{target}":{{"archive":"https://x/a.tgz","cmd":"{command}","args":[]}}}}}}}}"#
        );
        let entry = AcpEntry::read(&Source::new(&"agent.json".into(), text)).expect("it is JSON");
        let contents = Contents { entries: vec![entry], ..Contents::default() };
        let facts = RegistryFacts::new(&Registry::EMPTY).expect("it has no lock");
        let found = checks::run(&facts, &contents);
        let found: Vec<&str> = found.iter().filter(|it| it.code == "D028").map(|it| &*it.message).collect();
        assert_eq!(found, expected, "{target} {command}");
    }

    #[test]
    fn targets_and_programs_of_binaries_are_checked() {
        check("linux-x86_64", "./agent", &[]);
        check("linux-x86_64", "bin/agent..1", &[]);
        check("linux-amd64", "./agent", &["`linux-amd64` is not a target of the format"]);
        check("linux-x86_64", "../foo", &["`../foo` is outside the archive"]);
        check("darwin-aarch64", "/usr/bin/foo", &["`/usr/bin/foo` is outside the archive"]);
    }
}
