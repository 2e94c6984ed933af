//! Finds variables that stop a run which would not need them.

use registry_model::variables::is_variable_name;

use crate::diagnostic::quoted;
use crate::gate::needed;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a manifest requires only variables that a run with its model needs",
    example: r#"requires_env = ["OPENAI_API_KEY"]   # with a default model of Google's"#,
    help: "remove it, or choose a default model that needs it",
    incidents: &[61, 62],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let required = manifest.table.get("requires_env").map(|it| it.value.texts()).unwrap_or_default();
        let agent = manifest.name().and_then(|name| facts.agent(name));
        let model =
            manifest.table.text("default_model").map(|it| it.value.to_owned()).or_else(|| RegistryFacts::model(agent?));
        let needs = model.as_deref().and_then(|model| facts.needs(model));
        for name in required {
            if !is_variable_name(name.value) {
                findings.add(&CHECK, &name.place, format!("`{}` is not a variable name", quoted(name.value)));
            } else if let (Some(needs), Some(model)) = (&needs, &model)
                && !needs.iter().any(|group| group.contains(&name.value))
                && !agent.is_some_and(|agent| agent.accepts.contains(&name.value))
                && !name.value.starts_with("BENCHFLOW_")
                && !agent.is_some_and(|agent| agent.required_variables().contains(&name.value))
            {
                let message = format!("`{}` is required, and `{}` needs {}", name.value, quoted(model), needed(needs));
                findings.add(&CHECK, &name.place, message);
            } else if let Some(group) =
                needs.iter().flatten().find(|group| group.len() > 1 && group.contains(&name.value))
                && !agent.is_some_and(|agent| agent.required_variables().contains(&name.value))
            {
                let message =
                    format!("`{}` is required, and {} is enough", name.value, needed(std::slice::from_ref(group)));
                findings.add(&CHECK, &name.place, message);
            }
        }
    }
}
