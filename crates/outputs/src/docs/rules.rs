//! The page on rules, from the rules' own texts.

use core::fmt::Write as _;

use registry_model::incidents;
use registry_model::rules::{self, Rule};

use super::GENERATOR;
use super::text::{anchor, code_block, markdown};

/// `docs/rules.md`.
pub(crate) fn page() -> String {
    let mut out =
        format!("<!-- {} from the rules; change those, not this file. -->\n\n# The rules\n\n", GENERATOR.mark());
    out.push_str(
        "What the compiler holds entries to, each with an example that breaks it and what really went wrong without it.\n\
         `cargo xtask explain I001` prints one.\n\n| rule | name | what holds |\n|---|---|---|\n",
    );
    for rule in rules::ALL {
        let link = format!("[{}](#{})", rule.code, anchor(&heading(rule)));
        let _ = writeln!(out, "| {link} | {} | {} |", rule.name, markdown(rule.sentence));
    }
    for rule in rules::ALL {
        section(&mut out, rule);
    }
    out
}

fn heading(rule: &Rule) -> String {
    format!("{} {}", rule.code, rule.name)
}

fn section(out: &mut String, rule: &Rule) {
    let _ = writeln!(out, "\n## {}\n\n{}.\n\nBroken by:\n", heading(rule), markdown(&capital(rule.sentence)));
    out.push_str(&code_block("rust", rule.example));
    out.push_str("\nCorrected:\n\n");
    out.push_str(&code_block("rust", rule.corrected));
    let _ = writeln!(out, "\n- **Way out**: {}", markdown(rule.help));
    let _ = writeln!(out, "- **Checked** {}", rule.checked.when());
    if rule.allowable {
        let _ = writeln!(out, "- **Allowed** by `allow: {}(\"reason\")` at the place of the error", rule.code);
    } else {
        out.push_str("- **Allowed** never\n");
    }
    for incident in rule.incidents.iter().filter_map(|number| incidents::find(*number)) {
        let source = markdown(incident.source);
        let source = incident.url().map_or_else(|| source.clone(), |url| format!("[{source}]({url})"));
        let _ = writeln!(out, "- **It happened** ({source}): {}", markdown(incident.what));
    }
}

/// A sentence with a capital.
pub(crate) fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default() + chars.as_str()
}
