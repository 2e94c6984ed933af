//! Reports an agent that requires another Node.js or Python than the pinned ones.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Artefact, Lock, NODE_LINES, PYTHON_VERSION, Version};
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
    let agent = cx.agent;
    check_node(cx, report);
    for (index, artefact) in agent.install.iter().enumerate() {
        let Artefact::Pypi(pypi) = artefact else { continue };
        if !python_fits(pypi.python) {
            let place = Place::field(Field::Install).item(index).part(Part::Python);
            let message = if is_bounded(pypi.python) {
                format!(
                    "`{}` requires Python `{}`, and the pinned version is {PYTHON_VERSION}",
                    pypi.package, pypi.python
                )
            } else {
                format!("`{}` requires Python `{}`, which has no upper bound", pypi.package, pypi.python)
            };
            let Version { major, minor, .. } = PYTHON_VERSION;
            report.add(&RULE, place, message, format!("write `python: \"=={major}.{minor}.*\"`"));
        }
    }
}

/// One of the lines of Node.js must fit the entry and its whole tree.
fn check_node(cx: &Subject<'_>, report: &mut Diagnostics) {
    let empty = Lock::default();
    let lock = cx.lock.as_ref().and_then(|lock| lock.as_ref().ok()).unwrap_or(&empty);
    let Some(misfits) = NODE_LINES.iter().map(|&line| cx.agent.misfit(lock, line)).collect::<Option<Vec<_>>>() else {
        return;
    };
    // What the newest line lacks is what a newer one must have.
    let newest = misfits.last().map_or("", String::as_str);
    let lines = NODE_LINES.map(|line| line.to_string()).join(" and ");
    let message = format!("{newest}, and the pinned versions are {lines}");
    report.add(&RULE, Place::field(Field::NodeFloor), message, RULE.help);
}

/// Whether a specifier has a bound above.
fn is_bounded(specifier: &str) -> bool {
    specifier.contains("==") || specifier.contains('<')
}

/// Whether the pinned Python fits a specifier: clauses of `==X.Y.*`, `>=X.Y`, `<X.Y`, with commas between, and a bound
/// above.
pub(crate) fn python_fits(specifier: &str) -> bool {
    let clause = |clause: &str| -> Option<bool> {
        let clause = clause.trim();
        let operator = clause.len() - clause.trim_start_matches(['=', '<', '>', '!', '~']).len();
        let (operator, version) = clause.split_at_checked(operator)?;
        let wildcard = version.trim().strip_suffix(".*");
        let version = Version::parse(wildcard.unwrap_or(version.trim()))?;
        Some(match operator {
            "==" if wildcard.is_some() => {
                (version.major, version.minor) == (PYTHON_VERSION.major, PYTHON_VERSION.minor)
            }
            "==" => version == PYTHON_VERSION,
            ">=" => !PYTHON_VERSION.is_below(version),
            "<" => PYTHON_VERSION.is_below(version),
            "<=" => !version.is_below(PYTHON_VERSION),
            _ => return None,
        })
    };
    is_bounded(specifier) && specifier.split(',').all(|it| clause(it) == Some(true))
}
