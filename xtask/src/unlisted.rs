//! Warns about entry files that are not in a list: the compiler does not see them.

use std::fs;
use std::path::Path;

use registry_model::model::Registry;
use registry_model::names;

use registry_command::console::Console;
use registry_command::listing as list;

/// Warns about every entry file that is not in a list.
pub(crate) fn warn(registry: &Registry<'_>, console: Console) {
    let package = Path::new(registry.folder);
    let file = list::find(package).map_or_else(|_| "src/lib.rs".to_owned(), |found| found.shown(package));
    for (folder, stem) in find(registry) {
        console.warning(format!(
            "`src/{folder}/{stem}.rs` is not in a list and is not compiled\nhelp: add `mod {stem};` to `{folder} {{ … }}` in `{file}`"
        ));
    }
}

/// The folder and the name of each, sorted.
fn find(registry: &Registry<'_>) -> Vec<(&'static str, String)> {
    let agents: Vec<&str> = registry.agents.iter().map(|it| it.name).collect();
    let providers = registry.providers.iter().map(|it| it.name).collect();
    let families = registry.families.iter().map(|it| it.name).collect();
    let kinds =
        [("agents", "agent!", agents), ("providers", "provider!", providers), ("families", "family!", families)];
    let mut found = Vec::new();
    for (folder, call, listed) in kinds {
        let Ok(entries) = fs::read_dir(Path::new(registry.folder).join("src").join(folder)) else { continue };
        for path in
            entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "rs"))
        {
            let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
            let holds_entry = || fs::read_to_string(&path).is_ok_and(|text| text.contains(call));
            if stem != "mod" && !listed.contains(&names::kebab(stem).as_str()) && holds_entry() {
                found.push((folder, stem.to_owned()));
            }
        }
    }
    found.sort();
    found
}
