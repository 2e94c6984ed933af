//! Reports paths that lead out of the home folder.

use crate::check::{Diagnostics, Rule, Subject, switches};
use crate::model::{Artefact, LoginSource, Off};
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "a path stays in the home folder",
    example: r#"config: [json("~/../etc/agent.json") { … }]"#,
    corrected: r#"config: [json("~/.parrot/agent.json") { … }]"#,
    help: "write a path that begins with `~/` and has no `..`",
    incidents: &[35, 40],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    let refuse = |report: &mut Diagnostics, place: Place, path: &str, help: &str| {
        report.add(&RULE, place, format!("`{path}` is not a path in the home folder"), help);
    };
    for (index, file) in agent.config.iter().enumerate() {
        if !in_home(file.path) {
            refuse(report, Place::field(Field::Config).item(index).part(Part::Path), file.path, RULE.help);
        }
    }
    for (place, off) in switches(agent) {
        if let (Off::File { path, .. }, Part::Off(index)) = (off, place.part)
            && !in_home(path)
        {
            refuse(report, Place::field(place.field).part(Part::OffPath(index)), path, RULE.help);
        }
    }
    for (index, folder) in agent.home.iter().enumerate() {
        if !folder.starts_with('.') || !goes_down(folder) {
            refuse(
                report,
                Place::field(Field::Home).item(index),
                folder,
                "write a path relative to the home folder that begins with a dot: `.config/agent`",
            );
        }
    }
    for (index, folder) in agent.skills.iter().enumerate() {
        if !in_home(folder) && !folder.strip_prefix("$WORKSPACE/").is_some_and(goes_down) {
            refuse(
                report,
                Place::field(Field::Skills).item(index),
                folder,
                "write a path that begins with `~/` or `$WORKSPACE/` and has no `..`",
            );
        }
    }
    for (index, artefact) in agent.install.iter().enumerate() {
        let Artefact::Sh(step) = artefact else { continue };
        for folder in step.writes.iter().filter(|folder| !goes_down(folder)) {
            report.add(
                &RULE,
                Place::field(Field::Install).item(index),
                format!("`{folder}` is not a path in the agent's folder"),
                "write a path relative to that folder, like `bin`",
            );
        }
    }
    for (index, login) in agent.login.iter().enumerate() {
        let LoginSource::Files(files) = login.source else { continue };
        for (nth, file) in files.iter().enumerate().filter(|(_, file)| !in_home(file)) {
            refuse(report, Place::field(Field::Login).item(index).part(Part::Nth(nth)), file, RULE.help);
        }
    }
}

/// Whether a path begins with `~/` and stays below it.
pub(super) fn in_home(path: &str) -> bool {
    path.strip_prefix("~/").is_some_and(goes_down)
}

/// Whether every part of a relative path is a plain name.
pub(super) fn goes_down(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/@+".contains(&byte))
}
