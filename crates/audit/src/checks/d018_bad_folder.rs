//! Finds folders that are not written as the contract requires.

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "skills are under the home folder or the workspace, and folders of an agent begin with a dot",
    example: r#"skill_paths = ["/root/.some-agent/skills"]"#,
    help: "write `$HOME/…` or `$WORKSPACE/…` for skills, `.name` for folders",
    incidents: &[26, 35],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let texts = |key: &str| manifest.table.get(key).map(|it| it.value.texts()).unwrap_or_default();
        for path in texts("skill_paths") {
            let inside = ["$HOME/", "$WORKSPACE/"].iter().find_map(|root| path.value.strip_prefix(root));
            if !inside.is_some_and(stays) {
                let message = format!("`{}` does not begin with `$HOME/` or `$WORKSPACE/`", quoted(path.value));
                findings.add(&CHECK, &path.place, message);
            }
        }
        for folder in texts("home_dirs") {
            if !folder.value.starts_with('.') || !stays(folder.value) {
                let message = format!("`{}` is not a folder that begins with a dot", quoted(folder.value));
                findings.add(&CHECK, &folder.place, message);
            }
        }
    }
}

/// Whether a path stays in its folder.
fn stays(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, ".." | "." | ""))
}
