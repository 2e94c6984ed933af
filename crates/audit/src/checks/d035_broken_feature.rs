//! Finds Dev Container features that tools reject.

use crate::diagnostic::{DiagnosticPlace, quoted};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics, is_semantic};

pub(super) const CHECK: Check = Check {
    sentence: "a Dev Container feature has an id, a version and a name, and its folder is named after its id",
    example: r#"src/my-agent/devcontainer-feature.json with { "id": "myagent" }"#,
    help: "write `id`, `version` and `name`, and name the folder after the id",
    incidents: &[72, 82],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for feature in &contents.features {
        let start = DiagnosticPlace::start(&feature.file);
        for key in ["id", "version", "name"] {
            match feature.table.get(key).map(|it| (it.value.text(), &it.place)) {
                None => findings.add(&CHECK, &start, format!("the feature has no `{key}`")),
                Some((None | Some(""), place)) => {
                    findings.add(&CHECK, place, format!("`{key}` must be a string that is not empty"));
                }
                Some((Some(id), place)) if key == "id" && feature.folder().is_some_and(|folder| folder != id) => {
                    let folder = feature.folder().unwrap_or_default();
                    findings.add(
                        &CHECK,
                        place,
                        format!("the id `{}` is not the name of the folder `{folder}`", quoted(id)),
                    );
                }
                Some((Some(version), place)) if key == "version" && !is_semantic(version) => {
                    findings.add(&CHECK, place, format!("`{}` is not a semantic version", quoted(version)));
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use registry_model::model::Registry;

    use crate::checks;
    use crate::read::{Contents, feature::Feature};
    use crate::registry_facts::RegistryFacts;
    use crate::source::Source;

    #[track_caller]
    fn check(file: &str, text: &str, expected: &[&str]) {
        let feature = Feature::read(&Source::new(&file.into(), text.to_owned())).expect("it is JSON");
        let contents = Contents { features: vec![feature], ..Contents::default() };
        let facts = RegistryFacts::new(&Registry::EMPTY).expect("it has no lock");
        let found = checks::run(&facts, &contents);
        let found: Vec<&str> = found.iter().map(|it| &*it.message).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn required_fields_of_features_are_checked() {
        let file = "src/my-agent/devcontainer-feature.json";
        let right = r#"{"id":"my-agent","version":"1.0.0","name":"My agent"}"#;
        check(file, right, &[]);
        check("devcontainer-feature.json", right, &[]);
        check(
            file,
            &right.replace("my-agent", "myagent"),
            &["the id `myagent` is not the name of the folder `my-agent`"],
        );
        check(file, &right.replace("1.0.0", "1"), &["`1` is not a semantic version"]);
        check(file, &format!("// It is for tests.\n{}", right.replace("\"}", "\", /* no options */ }")), &[]);
        check(
            file,
            r#"{"id":"my-agent","version":1}"#,
            &["the feature has no `name`", "`version` must be a string that is not empty"],
        );
    }
}
