//! Reports credentials that are written into an entry: every script and every generated file would have them.

use crate::check::{Diagnostics, Rule, Subject};
use crate::template::Value;

pub(super) const RULE: Rule = Rule {
    sentence: "an entry contains no credential",
    example: r#"config: [json("~/.parrot/auth.json") { "apiKey": "sk-proj-5fT9aQ" }]"#,
    corrected: r#"config: [json("~/.parrot/auth.json") { "apiKey": API_KEY }]"#,
    help: "write the variable that holds it, as `API_KEY`, and revoke the credential",
    incidents: &[54],
    allowable: true,
    agent: Some(check),
    ..named!()
};

/// What credentials of well-known services begin with: OpenAI and Anthropic, GitHub, GitLab, Google, Slack, Hugging
/// Face, AWS, npm.
const PREFIXES: [&str; 10] = ["sk-", "ghp_", "github_pat_", "glpat-", "AIza", "xoxb-", "xoxp-", "hf_", "AKIA", "npm_"];

/// The fewest characters behind a prefix that are taken for a credential.
const FEWEST: usize = 6;

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    cx.visit_values(&mut |_, place, value| {
        let Value::Text(text) = value else { return };
        if let Some(prefix) = PREFIXES.iter().find(|prefix| is_credential(text, prefix)) {
            report.add(&RULE, place, format!("a text that begins with `{prefix}` looks like a credential"), RULE.help);
        }
    });
}

/// Whether a text is one long word with letters and digits behind a prefix.
fn is_credential(text: &str, prefix: &str) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else { return false };
    let word = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    rest.len() >= FEWEST && word && rest.bytes().any(|byte| byte.is_ascii_digit())
}
