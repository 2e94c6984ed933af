//! Finds variables that a manifest lists as required and a run does not need. BenchFlow 0.7.11 asks for the key of the
//! model, and shows these to people (`benchflow/agents/env.py`, `benchflow/cli/_shared.py`).

use registry_model::variables::is_variable_name;

use crate::diagnostic::{Level, quoted};
use crate::gate::needed;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
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
            } else if manifest.mapped_to(name.value) || manifest.mentions(name.value) {
                // What its own launch reads is needed, whatever the model.
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

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest;

    #[track_caller]
    fn check(manifest: &str, expected: &[&str]) {
        check_manifest("D020", manifest, expected);
    }

    #[test]
    fn required_variables_are_needed_by_the_model_or_the_launch() {
        let unneeded = "`OTHER_KEY` is required, and `makers/big-1` needs `MAKERS_API_KEY` and `MAKERS_BASE_URL`";
        let either = "`BIRD_API_KEY` is required, and `SWIFT_API_KEY` or `BIRD_API_KEY` is enough";
        let with = |required: &str, rest: &str| format!("requires_env = ['{required}']\n{rest}");
        let big = "default_model = 'makers/big-1'\n";
        check(&with("MAKERS_API_KEY", big), &[]);
        check(&with("OTHER_KEY", big), &[unneeded]);
        check(&with("OTHER_KEY", ""), &[unneeded]);
        check(&with("OTHER_KEY", &format!("{big}launch_cmd = 'alpha --key \"$OTHER_KEY\"'")), &[]);
        check(&with("OTHER_KEY", &format!("{big}launch_cmd = 'alpha $OTHER_KEY_2'")), &[unneeded]);
        check(&with("OTHER_KEY", &format!("{big}env_mapping = {{ BENCHFLOW_PROVIDER_API_KEY = 'OTHER_KEY' }}")), &[]);
        check(&with("BENCHFLOW_X", big), &[]);
        check(&with("BIRD_API_KEY", "default_model = 'swift-1'"), &[either]);
        check(&with("A-B", big), &["`A-B` is not a variable name"]);
    }
}
