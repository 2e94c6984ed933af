//! Reports programs of argument vectors, companions and proofs that no artefact provides.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Agent, Artefact, Proof};
use crate::place::{Field, Part, Place};
use crate::template::Value;

use super::c002_path_leaves_home::goes_down;

pub(super) const RULE: Rule = Rule {
    sentence: "an entry launches a program that it installs",
    example: r#"install: [npm("parrot-cli", bin: "parrot")], launch: ["parot", "acp"]"#,
    corrected: r#"install: [npm("parrot-cli", bin: "parrot")], launch: ["parrot", "acp"]"#,
    help: "launch a `bin` of the entry's artefacts",
    incidents: &[15, 21, 49],
    reads: &[Field::Install, Field::Launch],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    for (field, argv) in [(Field::Launch, agent.launch), (Field::Beside, agent.beside.map_or(&[][..], |it| it.argv))] {
        let place = Place::field(field).item(0);
        match argv.first().map(|word| word.value()) {
            None if field == Field::Launch => {
                report.add(
                    &RULE,
                    Place::field(field),
                    format!("`launch` of `{}` is empty", agent.name),
                    installed(agent),
                );
            }
            None => {}
            Some(Some(Value::Text(program))) => check_program(agent, &program, place, report),
            Some(_) => {
                let message = format!("the program that `{}` launches is not a plain name", agent.name);
                report.add(&RULE, place, message, installed(agent));
            }
        }
    }
    for (index, artefact) in agent.install.iter().enumerate() {
        let bin = artefact.bin();
        if !bin.is_empty() && !goes_down(bin) {
            let place = Place::field(Field::Install).item(index).part(Part::Bin);
            let message = format!("`{bin}` is not a program name");
            report.add(&RULE, place, message, "write its name, or its path in the archive, without `..`");
        }
    }
    cx.visit_values(&mut |_, place, value| {
        if let Value::Companion(program) = value {
            check_program(agent, program, place, report);
        }
    });
    for (index, proof) in agent.proof.iter().enumerate() {
        if let Proof::Version { bin, .. } = proof {
            check_program(agent, bin, Place::field(Field::Proof).item(index).part(Part::Name), report);
        }
    }
}

fn check_program(agent: &Agent<'_>, program: &str, place: Place, report: &mut Diagnostics) {
    if program.is_empty() || !agent.install.iter().any(|artefact| artefact.bin() == program) {
        report.add(&RULE, place, format!("`{}` does not install a program `{program}`", agent.name), installed(agent));
    }
}

/// The programs that the entry installs, for the help.
fn installed(agent: &Agent<'_>) -> String {
    let programs: Vec<_> =
        agent.install.iter().map(Artefact::bin).filter(|bin| !bin.is_empty()).map(|bin| format!("`{bin}`")).collect();
    if programs.is_empty() {
        let nothing = agent.install.is_empty();
        return if nothing { "`install` is empty" } else { "give an artefact its `bin`" }.to_owned();
    }
    format!("it installs {}", programs.join(", "))
}
