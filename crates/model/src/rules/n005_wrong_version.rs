//! Reports other versions of an agent that are not exact or not unique, and locks that have another version.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::is_exact_version;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "each other version of an agent is exact, is named once, and is the one in its lock",
    example: r#"also: ["latest"]"#,
    corrected: r#"also: ["0.9.0"]   // after `cargo pin some-agent@0.9.0`, which wrote some_agent@0.9.0.lock"#,
    help: "name an exact version of the first package that the entry installs",
    incidents: &[14, 72],
    reads: &[Field::Also, Field::Install],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let Subject { agent, lock, .. } = cx;
    let lock = lock.as_ref().and_then(|lock| lock.as_ref().ok()).filter(|_| !agent.lock.is_empty());
    let locked = lock.and_then(|lock| agent.locked_version(lock));
    if let (Some(version), Some(locked)) = (agent.version(), locked)
        && version != locked
    {
        let message = format!("the lock of `{}` has version {locked}", agent.name);
        let help = format!("run `{}`, which writes the lock", agent.pin_command());
        report.add(&RULE, Place::field(Field::Also), message, help);
    }
    if !agent.also.is_empty() && agent.install.iter().all(|it| it.package().is_none()) {
        let message = format!("`{}` installs no package, so no lock has a version of it", agent.name);
        report.add(&RULE, Place::field(Field::Also), message, "remove `also`: it is for packages of npm and PyPI");
    }
    for (index, other) in agent.also.iter().enumerate() {
        let place = Place::field(Field::Also).item(index);
        let version = other.version().unwrap_or_default();
        if !is_exact_version(version) {
            report.add(&RULE, place, format!("`{version}` is not an exact version"), "write all of it: `\"1.2.3\"`");
        } else if agent.also.iter().take(index).any(|it| it.name == other.name) {
            report.add(&RULE, place, format!("version {version} occurs twice in `also`"), "keep one of them");
        } else if locked == Some(version) {
            let message = format!("version {version} is the newest one, which the entry has without `also`");
            report.add(&RULE, place, message, "remove it, or pin the entry to a newer version");
        }
    }
}
