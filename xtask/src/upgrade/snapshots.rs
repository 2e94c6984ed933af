//! The snapshots of a tree that contain a version: those of the agents' scripts, and that of `list`. Missing snapshots
//! are not created, but those of a version whose entry has some.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use registry_command::failure::{Failure, Outcome};
use registry_command::files;
use registry_model::model::Registry;
use registry_scripts::site::Site;

use crate::list;

/// The folder of the snapshots of `registry-tests`.
const FOLDER: &str = "tests/snapshots";

/// The stale snapshots, with their new text. `measured` is evidence that is not written yet.
pub(super) fn changed(
    registry: &Registry<'_>,
    names: &[&str],
    measured: &BTreeMap<String, String>,
    root: &Path,
) -> Outcome<Vec<(PathBuf, String)>> {
    let folder = root.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let list = "xtask__list.snap".to_owned();
    let mut texts = vec![(list.clone(), list, list::text(registry, measured)?)];
    for agent in registry.own_agents().filter(|it| names.contains(&it.name)) {
        let scripts = registry_scripts::scripts(agent, &Site::default());
        let scripts = scripts.map_err(|error| Failure::new(format!("`{}` cannot be rendered: {error}", agent.name)))?;
        let file = |agent: &str, kind: &str| format!("{agent}__{kind}.snap");
        texts.extend(scripts.iter().map(|it| {
            let kind = it.kind.file_name();
            (file(agent.name, kind), file(agent.entry(), kind), it.review_text())
        }));
    }
    let mut changed = Vec::new();
    for (name, model, text) in texts {
        let path = folder.join(name);
        let old = files::read_if_there(&path)?;
        let Some(model) = old.clone().map_or_else(|| files::read_if_there(&folder.join(model)), |it| Ok(Some(it)))?
        else {
            continue;
        };
        let new = with_text(&model, &text).filter(|new| Some(new) != old.as_ref());
        changed.extend(new.map(|new| (path, new)));
    }
    Ok(changed)
}

/// A snapshot with another text after its header; `None` without a header.
fn with_text(snapshot: &str, text: &str) -> Option<String> {
    let (header, _) = snapshot.strip_prefix("---\n")?.split_once("\n---\n")?;
    Some(format!("---\n{header}\n---\n{}\n", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use registry_command::files::Scratch;

    use super::*;

    #[test]
    fn upgrade_writes_the_committed_snapshots() {
        let registry = &registry::REGISTRY;
        let names: Vec<&str> = registry.own_agents().map(|it| it.name).collect();
        let root = Path::new(registry.folder).parent().expect("it is in the workspace");
        let changed = changed(registry, &names, &BTreeMap::new(), root).expect("it can be rendered");
        assert_eq!(changed.into_iter().map(|it| it.0).collect::<Vec<_>>(), Vec::<PathBuf>::new());
    }

    #[test]
    fn only_existing_snapshots_are_updated() {
        let registry = &registry::REGISTRY;
        let scratch = Scratch::new().expect("there is room");
        let root = scratch.path();
        let of_root = |names: &[&str]| changed(registry, names, &BTreeMap::new(), root).expect("it can be rendered");
        assert_eq!(of_root(&["gemini"]), []);
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder).expect("there is room");
        let path = folder.join("gemini__launch.sh.snap");
        fs::write(&path, "---\nsource: x.rs\n---\nold\n").expect("there is room");
        assert_eq!(of_root(&["opencode"]), []);
        let found = of_root(&["gemini"]);
        let [(place, text)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(place, &path);
        assert!(text.starts_with("---\nsource: x.rs\n---\n#!/bin/sh\n# gemini: "), "{text}");
        fs::write(&path, text).expect("there is room");
        assert_eq!(of_root(&["gemini"]), []);
    }
}
