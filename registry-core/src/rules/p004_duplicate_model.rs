//! P004 `duplicate-model`: a provider lists a model once

use crate::check::{Field, Place, Report};
use crate::model::Provider;

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "P004",
    name: "duplicate-model",
    sentence: "a provider lists a model once",
    example: r#"models: [model("glm-5", …), model("glm-5", …)]"#,
    corrected: r#"models: [model("glm-5", …), model("glm-5-air", …)]"#,
    help: "keep one of them",
    incidents: &[65],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports the second of two records of one model.
pub(crate) fn check(provider: &Provider<'_>, report: &mut Report) {
    for (index, model) in provider.models.iter().enumerate() {
        if provider.models.iter().take(index).any(|other| other.id == model.id) {
            let message = format!("`{}` lists the model `{}` twice", provider.name, model.id);
            report.add(&RULE, Place::field(Field::Models).item(index), message, RULE.help);
        }
    }
}
