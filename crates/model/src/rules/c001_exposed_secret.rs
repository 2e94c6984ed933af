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
        let name = match value {
            Value::Variable(name) if is_secret(name) => word(name),
            Value::Servers { .. } => return check_mode(cx, located.channel, "MCP_SERVERS", place, report),
            _ => return,
        };
        match located.channel {
            Channel::Argv => {
                let message = format!(
                    "the secret `{name}` is in the argument vector of `{}`, which every user can read",
                    agent.name
                );
                report.add(&RULE, place, message, "pass it as a variable, or in a file");
            }
            Channel::Config(_) => {
                check_mode(cx, located.channel, name, place, report);
                check_references(cx, located.channel, name, place, report);
            }
            Channel::OffFile => {
                let field = place.field.word();
                let message = format!("the secret `{name}` is in `{field}` of `{}`", agent.name);
                report.add(&RULE, place, message, format!("remove it from `{field}`"));
            }
            Channel::Env(_) | Channel::Switch(_) => {}
        }
    });
}

fn check_mode(cx: &Subject<'_>, channel: Channel<'_>, name: &str, place: Place, report: &mut Diagnostics) {
    let Some(file) = cx.file(channel).filter(|it| it.mode & 0o077 != 0) else { return };
    let message = format!("the secret `{name}` is in `{}`, which other users can read ({:#o})", file.path, file.mode);
    report.add(&RULE, place, message, "remove `mode`: the default is 0o600");
}

/// The launcher itself refuses a server that has the syntax of a reference.
fn check_references(cx: &Subject<'_>, channel: Channel<'_>, name: &str, place: Place, report: &mut Diagnostics) {
    let Some(file) = cx.file(channel).filter(|_| cx.agent.references.is_some()) else { return };
    let message =
        format!("the secret `{name}` is written into `{}`, where `{}` resolves references", file.path, cx.agent.name);
    report.add(&RULE, place, message, format!("write `ref({name})`"));
}
