//! Reports secrets where others can read them, or where their content would be interpreted.

use crate::check::{Channel, Diagnostics, Rule, Subject};
use crate::place::Place;
use crate::template::Value;
use crate::variables::{is_secret, word};

pub(super) const RULE: Rule = Rule {
    sentence: "a secret must not be in an argument vector, in a file that other users can read, or in a file where the agent resolves references",
    example: r#"launch: ["parrot", "acp", "--key", API_KEY]"#,
    corrected: r#"launch: ["parrot", "acp"], env: { PARROT_API_KEY = API_KEY }"#,
    help: "pass it as a variable, or write `ref(…)`",
    incidents: &[53, 54, 55],
    allowable: true,
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    cx.visit_values(&mut |located, place, value| {
        let Value::Variable(name) = value else { return };
        if !is_secret(name) {
            return;
        }
        let name = word(name);
        match located.channel {
            Channel::Argv => {
                let message = format!(
                    "the secret `{name}` is in the argument vector of `{}`, which every user can read",
                    agent.name
                );
                report.add(&RULE, place, message, "pass it as a variable, or in a file");
            }
            Channel::Config(index) => check_file(cx, index, name, place, report),
            Channel::OffFile => {
                let field = place.field.word();
                let message = format!("the secret `{name}` is in `{field}` of `{}`", agent.name);
                report.add(&RULE, place, message, format!("remove it from `{field}`"));
            }
            Channel::Env(_) | Channel::Switch(_) => {}
        }
    });
}

fn check_file(cx: &Subject<'_>, index: usize, name: &str, place: Place, report: &mut Diagnostics) {
    let Some(file) = cx.agent.config.get(index) else { return };
    if file.mode & 0o077 != 0 {
        let message =
            format!("the secret `{name}` is in `{}`, which other users can read ({:#o})", file.path, file.mode);
        report.add(&RULE, place, message, "remove `mode`: the default is 0o600");
    }
    if cx.agent.references.is_some() {
        let message = format!(
            "the secret `{name}` is written into `{}`, where `{}` resolves references",
            file.path, cx.agent.name
        );
        report.add(&RULE, place, message, format!("write `ref({name})`"));
    }
}
