//! Reports steps that install a package in a version that is not one.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::Artefact;
use crate::place::{Field, Part, Place};
use crate::shell::{self, Pin};

pub(super) const RULE: Rule = Rule {
    sentence: "a step installs each package in one exact version",
    example: r#"sh("npm install --prefix \"$DIR\" some-agent", bin: "some-agent", writes: ["lib"], needs: [])"#,
    corrected: r#"npm("some-agent", bin: "some-agent")"#,
    help: "install it with `npm(…)` or `pypi(…)`, whose lock has its checksum too",
    incidents: &[14, 44, 49],
    allowable: true,
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    for (index, artefact) in cx.agent.install.iter().enumerate() {
        let Artefact::Sh(step) = artefact else { continue };
        let place = Place::field(Field::Install).item(index).part(Part::Script);
        for asked in shell::requested_packages(&shell::commands(step.script.as_bytes())) {
            let Pin::Floating(written) = asked.version else { continue };
            let (artefact, version) = if asked.ecosystem == "npm" { ("npm", "@1.2.3") } else { ("pypi", "==1.2.3") };
            let message = format!("the step installs `{written}` without an exact version");
            let help = format!(
                "write `{artefact}(\"{name}\", …)` instead of the step, whose lock has its checksum too, or \
                 `{name}{version}` in it",
                name = asked.package
            );
            report.add_range(&RULE, place, asked.range, message, help);
        }
    }
}
