//! Reports the second of two records of one model.

use crate::check::{Diagnostics, Rule};
use crate::model::Provider;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "a provider lists a model once",
    example: r#"models: [model("glm-5", …), model("glm-5", …)]"#,
    corrected: r#"models: [model("glm-5", …), model("glm-5-air", …)]"#,
    help: "keep one of them",
    incidents: &[65],
    provider: Some(check),
    ..named!()
};

fn check(provider: &Provider<'_>, report: &mut Diagnostics) {
    for (index, model) in provider.models.iter().enumerate() {
        if provider.models.iter().take(index).any(|other| other.id == model.id) {
            let message = format!("`{}` lists the model `{}` twice", provider.name, model.id);
            report.add(&RULE, Place::field(Field::Models).item(index), message, RULE.help);
        }
    }
}
