//! `gen-devcontainer`: a Dev Container feature for each agent.
//!
//! A feature is a folder with `devcontainer-feature.json` and `install.sh`, which runs as root while the image is built
//! (<https://containers.dev/implementors/features/>). The script is that of `gen-scripts`, byte for byte.

#[cfg(feature = "make")]
use std::collections::BTreeMap;

#[cfg(feature = "make")]
use registry_model::model::Agent;
#[cfg(feature = "make")]
use registry_scripts::ScriptKind;
#[cfg(feature = "make")]
use serde_json::{Value, json};

use crate::Generator;
#[cfg(feature = "make")]
use crate::{File, Input, json::text};

/// A folder `src` with one folder for each agent.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-devcontainer",
    about: "Write a Dev Container feature for each agent: its description and the install script",
    folder: "devcontainer",
    kept: false,
    by_agent: false,
    #[cfg(feature = "make")]
    make: features,
};

/// The variables that `install.sh` reads and a feature's user may set, each with its meaning. The name of the option is
/// in lower case: the reference implementation gives it to the script in upper case.
#[cfg(feature = "make")]
const OPTIONS: [(&str, &str); 5] = [
    ("BENCHFLOW_CA_BUNDLE", "A file of certificate authorities in the image, for downloads."),
    ("BENCHFLOW_INSTALL_DEADLINE", "Seconds for the whole install; empty for the agent's own limit."),
    ("BENCHFLOW_MIRROR", "The place of the runtimes: a URL, or a folder in the image."),
    ("BENCHFLOW_NPM_REGISTRY", "The registry of npm packages: a URL, or a folder in the image."),
    ("BENCHFLOW_PYPI_INDEX", "The index of Python packages: a URL, or a folder in the image."),
];

/// The variable that is a switch: `install.sh` knows only the value `1`, so the option is not a boolean.
#[cfg(feature = "make")]
const SWITCH: (&str, &str) =
    ("BENCHFLOW_ALLOW_PACKAGE_MANAGER", "Whether the system's package manager may install missing tools.");

#[cfg(feature = "make")]
fn features(input: &Input<'_>) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for agent in &input.agents {
        let of_feature = |name: &str| format!("src/{}/{name}", agent.plain_name());
        files.push(File::new(of_feature("devcontainer-feature.json"), text(&description(agent)?)?));
        let scripts = registry_scripts::scripts(agent, input.site).map_err(|error| error.to_string())?;
        let install = scripts.into_iter().find(|it| it.kind == ScriptKind::Install);
        files.push(File::program(of_feature("install.sh"), install.map(|it| it.text).unwrap_or_default()));
    }
    Ok(files)
}

/// The version is that of this package: the script changes with it, also where the agent's version stays.
#[cfg(feature = "make")]
fn description(agent: &Agent<'_>) -> Result<Value, String> {
    let lock = agent.read_lock().map_err(|error| error.to_string())?;
    let summary = agent.summary().split_whitespace().collect::<Vec<_>>().join(" ");
    let pinned: Vec<String> = lock.packages.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
    let description = if pinned.is_empty() { summary } else { format!("{summary} Installs {}.", pinned.join(", ")) };
    let mut options: BTreeMap<String, Value> = (OPTIONS.iter())
        .map(|(name, about)| {
            (name.to_ascii_lowercase(), json!({ "type": "string", "default": "", "description": about }))
        })
        .collect();
    let (name, about) = SWITCH;
    options.insert(
        name.to_ascii_lowercase(),
        json!({ "type": "string", "enum": ["0", "1"], "default": "0", "description": about }),
    );
    Ok(json!({
        "id": agent.plain_name(),
        "version": env!("CARGO_PKG_VERSION"),
        "name": agent.name,
        "description": description,
        "options": options,
    }))
}
