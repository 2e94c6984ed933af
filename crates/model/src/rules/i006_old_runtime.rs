//! Reports an agent that requires another Node.js or Python than the pinned ones.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Artefact, Lock, Pypi, RuntimeKind, fits, is_bounded};
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "the pinned runtime is not older than a package requires",
    example: "requires: node >= 99.0",
    corrected: "requires: node >= 22.0",
    help: "pin a newer runtime, or an older package",
    incidents: &[13, 14, 24],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    check_node(cx, report);
    let agent = cx.agent;
    let versions = RuntimeKind::Python.versions();
    for (index, artefact) in agent.install.iter().enumerate() {
        let Artefact::Pypi(pypi) = artefact else { continue };
        let Pypi { package, python, .. } = pypi;
        let mut lines = RuntimeKind::Python.lines().iter().map(|line| line.version);
        let message = if !is_bounded(python) {
            format!("`{package}` requires Python `{python}`, which has no upper bound")
        } else if !lines.any(|version| fits(python, version)) {
            format!("`{package}` requires Python `{python}`, and the pinned versions are {versions}")
        } else if agent.python().is_some_and(|version| !fits(python, version)) {
            format!("`{package}` requires Python `{python}`, and another package of the agent does not accept that")
        } else {
            continue;
        };
        let place = Place::field(Field::Install).item(index).part(Part::Python);
        report.add(&RULE, place, message, format!("write {}", RuntimeKind::python_specifiers()));
    }
}

/// One of the lines of Node.js must fit the entry and its whole tree.
fn check_node(cx: &Subject<'_>, report: &mut Diagnostics) {
    let empty = Lock::default();
    let lock = cx.lock.as_ref().and_then(|lock| lock.as_ref().ok()).unwrap_or(&empty);
    let lines = RuntimeKind::Node.lines().iter();
    let Some(misfits) = lines.map(|line| cx.agent.misfit(lock, line.version)).collect::<Option<Vec<_>>>() else {
        return;
    };
    // What the newest line lacks is what a newer one must have.
    let newest = misfits.last().map_or("", String::as_str);
    let message = format!("{newest}, and the pinned versions are {}", RuntimeKind::Node.versions());
    report.add(&RULE, Place::field(Field::NodeFloor), message, RULE.help);
}
