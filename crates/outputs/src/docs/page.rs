//! `docs/index.html`: one page to browse and search, which loads nothing from elsewhere.
//!
//! All of its content is in the document, so that it can be read, printed and searched without a script; the script
//! folds, filters and searches. Its content security policy allows only the two texts below, by their hashes.

mod detail;
mod lists;
mod matrix;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registry_model::model::Registry;
use registry_model::rules;
use sha2::{Digest, Sha256};

use super::GENERATOR;
use super::facts::Facts;
use super::text::escape;

const DOCUMENT: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page.
pub(crate) fn page(all: &[Facts<'_>], registry: &Registry<'_>) -> String {
    let counts = [all.len(), registry.providers().len(), rules::ALL.len()].map(|count| count.to_string());
    let [agents, providers, rules] = counts;
    fill(
        DOCUMENT,
        &[
            ("mark", &escape(&GENERATOR.mark())),
            ("policy", &policy()),
            ("style", STYLE),
            ("script", SCRIPT),
            ("agent-count", &agents),
            ("provider-count", &providers),
            ("rule-count", &rules),
            ("filters", &matrix::filters(all)),
            ("matrix", &matrix::rows(all)),
            ("providers", &lists::providers(registry)),
            ("rules", &lists::rules()),
        ],
    )
}

/// The content security policy: the page may load only its own style and script, by their hashes.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// A document with its `{{names}}` filled in, in one pass: inserted text is not searched for names.
fn fill(document: &str, parts: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = document;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, behind) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(parts.iter().find(|(its, _)| *its == name).map_or("", |(_, text)| text));
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_once() {
        let names: Vec<&str> = DOCUMENT.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()).collect();
        assert!(names.len() > 8, "{names:?}");
        assert_eq!(fill("a {{x}} b {{y}}", &[("x", "{{y}}"), ("y", "1")]), "a {{y}} b 1");
    }

    #[test]
    fn page_loads_no_external_resource() {
        for (name, text) in [("document", DOCUMENT), ("style", STYLE), ("script", SCRIPT)] {
            for word in ["http:", "https:", "url(", "@import", "fetch(", "XMLHttp", "innerHTML", "src="] {
                assert!(!text.contains(word), "the {name} has `{word}`");
            }
        }
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</"), "they would end their elements");
    }
}
