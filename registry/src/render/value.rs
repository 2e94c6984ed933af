//! Values of an entry as POSIX shell: for the environment and argument vectors, which have no structure.

use registry_core::model::BaseUrlForm;
use registry_core::template::{Condition, Template, Value};

use super::RenderError;
use super::writer::{Word, Writer};

/// Where a launcher keeps the base URL in the form that the agent wants.
pub(crate) const FORMED: &str = "bf_base_url";

/// The variable of the base URL.
const BASE_URL: &str = "BENCHFLOW_PROVIDER_BASE_URL";

/// The value of a template, or a fault that names its place.
pub(crate) fn read<'a>(template: Template<'a>, place: &str) -> Result<Value<'a>, RenderError> {
    template.value().ok_or_else(|| RenderError::Template(place.to_owned()))
}

/// The shell variable that holds a variable's content in a launcher.
fn shell_name(name: &str) -> &str {
    if name == BASE_URL { FORMED } else { name }
}

/// A value as one word, where it is one without any condition.
pub(crate) fn word(value: &Value<'_>) -> Option<Word> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(Word::text(text.as_ref())),
        Value::Bool(bool) => Some(Word::text(bool.to_string())),
        Value::Variable(name) => Some(Word::variable(shell_name(name))),
        Value::Companion(name) => Some(Word::variable("bf_dir").then(Word::text(format!("/shims/{name}")))),
        Value::Format(parts) => parts.iter().try_fold(Word::default(), |all, part| Some(all.then(word(part)?))),
        Value::Null
        | Value::Uint(_)
        | Value::Reference(_)
        | Value::List(_)
        | Value::Append(_)
        | Value::Object(_)
        | Value::Match { .. }
        | Value::If { .. } => None,
    }
}

/// Writes statements that put a value into the shell variable `bf_value`, and leave it empty where there is none.
pub(crate) fn write_value(w: &mut Writer, value: &Value<'_>, place: &str) {
    if let Some(word) = word(value) {
        return w.assign("bf_value", &word);
    }
    match value {
        Value::Uint(name) => w.command("bf_uint", &[Word::text(name.as_ref()), Word::variable(shell_name(name))], ""),
        Value::Match { variable, arms } => {
            w.block(&format!("case ${{{}-}} in", shell_name(variable)), "esac", |w| {
                let literal = arms.iter().filter(|(content, _)| !content.is_empty());
                for (content, value) in literal {
                    w.arm(Some(content), |w| write_value(w, value, place));
                }
                for (_, value) in arms.iter().filter(|(content, _)| content.is_empty()) {
                    w.arm(None, |w| write_value(w, value, place));
                }
            });
        }
        Value::If { condition, then, otherwise } => {
            let condition = condition_text(w, condition);
            w.line(&format!("if {condition}; then"));
            w.indented(|w| write_value(w, then, place));
            if let Some(otherwise) = otherwise {
                w.line("else");
                w.indented(|w| write_value(w, otherwise, place));
            }
            w.line("fi");
        }
        _ => w.fail(RenderError::Structure(place.to_owned())),
    }
}

/// A condition as a command list that holds where it does.
pub(crate) fn condition_text(w: &mut Writer, condition: &Condition<'_>) -> String {
    let join = |w: &mut Writer, conditions: &[Condition<'_>], operator: &str| {
        let texts: Vec<String> = conditions.iter().map(|it| condition_text(w, it)).collect();
        format!("{{ {}; }}", texts.join(operator))
    };
    match condition {
        Condition::Set(name) => format!("bf_given \"${{{}-}}\"", shell_name(name)),
        Condition::Direct => "! bf_given \"${BENCHFLOW_LITELLM_MODEL_ALIAS-}\"".to_owned(),
        Condition::Proxy => "bf_given \"${BENCHFLOW_LITELLM_MODEL_ALIAS-}\"".to_owned(),
        Condition::Provider(name) => {
            format!("[ \"${{BENCHFLOW_PROVIDER_NAME-}}\" = {} ]", w.quoted(name))
        }
        Condition::Root => "[ \"$(id -u)\" -eq 0 ]".to_owned(),
        Condition::Not(condition) => match &**condition {
            // `! !` is no shell.
            Condition::Not(inner) => condition_text(w, inner),
            Condition::Direct => condition_text(w, &Condition::Proxy),
            inner => format!("! {}", condition_text(w, inner)),
        },
        Condition::All(conditions) if conditions.is_empty() => "true".to_owned(),
        Condition::Any(conditions) if conditions.is_empty() => "false".to_owned(),
        Condition::All(conditions) => join(w, conditions, " && "),
        Condition::Any(conditions) => join(w, conditions, " || "),
    }
}

/// Writes the function that brings a base URL into the form that the agent wants, and the canonical one in that form.
pub(crate) fn write_base_url(w: &mut Writer, form: BaseUrlForm) {
    if form == BaseUrlForm::AsGiven {
        return w.assign(FORMED, &Word::variable(BASE_URL));
    }
    w.block("bf_form() {", "}", |w| {
        w.line("bf_value=$1");
        w.block("while [ \"${bf_value%/}\" != \"$bf_value\" ]; do", "done", |w| w.line("bf_value=${bf_value%/}"));
        match form {
            BaseUrlForm::AsGiven => {}
            BaseUrlForm::WithV1 => w.block("case $bf_value in", "esac", |w| {
                w.line("\"\" | */v1) ;;");
                w.line("*) bf_value=$bf_value/v1 ;;");
            }),
            BaseUrlForm::WithoutV1 => w.line("bf_value=${bf_value%/v1}"),
        }
    });
    w.line(&format!("bf_form \"${{{BASE_URL}-}}\""));
    w.line(&format!("{FORMED}=$bf_value"));
}

/// Writes the statements that bring a variable of the agent, which no mapping has set, into the form that it wants: a
/// base URL that was given under the agent's own name.
pub(crate) fn write_native_base_url(w: &mut Writer, name: &str, value: &Value<'_>, form: BaseUrlForm) {
    if form != BaseUrlForm::AsGiven && matches!(value, Value::Variable(source) if source == BASE_URL) {
        w.line(&format!("bf_form \"${{{name}-}}\""));
        w.block("if bf_given \"$bf_value\"; then", "fi", |w| w.line(&format!("export {name}=\"$bf_value\"")));
    }
}
