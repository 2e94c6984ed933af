//! Packages that a script installs with a package manager, in the languages that are read here.

use registry_model::shell;
pub(crate) use registry_model::shell::{Pin, RequestedPackage, split_package as split};

use crate::bash;
use crate::language::Language;

/// The packages that a script installs, in its order.
pub(crate) fn asked(script: &[u8], language: Language) -> Vec<RequestedPackage> {
    // Most scripts name none of them, and reading is what costs.
    let names = ["npm", "npx", "pip", "uv"];
    let text = String::from_utf8_lossy(script);
    if !names.iter().any(|name| text.contains(name)) {
        return Vec::new();
    }
    let commands = match language {
        Language::Posix => shell::commands(script),
        _ if language.is_read() => bash::commands(script),
        _ => return Vec::new(),
    };
    shell::requested_packages(&commands)
}
