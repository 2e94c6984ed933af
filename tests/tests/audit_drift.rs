//! Audits a correct tree and trees with one deviation each: exactly that deviation is reported, at its line.

use crate::audit_support::Memory;

const RUNNER: &str = "tests/integration/run.sh";
const DOCS: &str = "docs/integration-tests.md";
const ALPHA: &str = "tests/integration/configs/alpha.yaml";
const BETA: &str = "tests/integration/configs/beta.yaml";
const MANIFEST: &str = "agents/alpha/manifest.toml";
const OTHER_MANIFEST: &str = "agents/beta/manifest.toml";
const ENTRY: &str = "acp/alpha/agent.json";
const SCRIPT: &str = "installers/gamma/install.sh";

/// Changes one text of one file, and checks the findings in that file.
#[track_caller]
fn check_change(file: &str, old: &str, new: &str, expected: &[(&str, usize, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(code, line, part)| (*code, file, *line, *part)).collect();
    Memory::right().change(file, old, new).check(&expected);
}

#[test]
fn correct_tree_has_no_findings() {
    Memory::right().check(&[]);
    let read = Memory::right().audit().read;
    assert_eq!((read.manifests, read.entries, read.scripts), (2, 2, 1));
    assert_eq!((read.configs, read.runners, read.documents), (3, 1, 1));
}

#[test]
fn missing_agents_are_found() {
    check_change(RUNNER, "  beta\n", "", &[("D003", 5, "`beta` is missing from the list of agents")]);
    Memory::right().without("tests/integration/configs/gamma.yaml").check(&[(
        "D003",
        RUNNER,
        8,
        "missing configuration of `gamma`",
    )]);
    check_change(
        DOCS,
        "| `gamma` | `swift-1` | |\n",
        "",
        &[("D003", 15, "`gamma` is missing from the table of agents")],
    );
    check_change(
        RUNNER,
        "    *) echo \"$DEFAULT_MODEL\" ;;\n",
        "    beta) echo swift-1 ;;\n",
        &[("D003", 8, "`model_for_agent` has no arm that matches `gamma`")],
    );
    check_change(
        RUNNER,
        "    *) has_default_creds ;;",
        "    gamma) has_default_creds ;;",
        &[("D003", 7, "`has_creds_for` has no arm that matches `beta`")],
    );
}

#[test]
fn unknown_agents_are_found() {
    check_change(RUNNER, "  gamma\n", "  gamma\n  gama\n", &[("D004", 9, "unknown agent `gama`")]);
    let help = Memory::right().change(RUNNER, "  gamma\n", "  gamma\n  gama\n").audit().findings.remove(0).help;
    assert_eq!(help, "did you mean `gamma`?");
    check_change(
        DOCS,
        "| `gamma` | `swift-1`",
        "| `gamma` | `swift-1` | |\n| `delta` | `x`",
        &[("D004", 20, "`delta`")],
    );
}

#[test]
fn alias_instead_of_a_name_is_found() {
    check_change(
        RUNNER,
        "  beta\n",
        "  bee\n",
        &[("D003", 5, "`beta` is missing"), ("D005", 7, "`bee` is an alias of `beta`")],
    );
    check_change("acp/beta/agent.json", "\"id\": \"beta\"", "\"id\": \"bee\"", &[("D005", 2, "`bee`")]);
}

#[test]
fn duplicate_agent_is_found() {
    check_change(RUNNER, "  gamma\n", "  gamma\n  alpha\n", &[("D006", 9, "duplicate `alpha` in the list of agents")]);
    check_change(
        RUNNER,
        "    alpha) echo \"makers/big-1\" ;;\n",
        "    alpha) echo \"makers/big-1\" ;;\n    beta|alpha) echo swift-1 ;;\n",
        &[("D006", 15, "duplicate `alpha` in `model_for_agent`")],
    );
    check_change(
        DOCS,
        "| `gamma` | `swift-1` | |\n",
        "| `gamma` | `swift-1` | |\n| `gamma` | `swift-1` | |\n",
        &[("D006", 20, "duplicate `gamma` in the table")],
    );
}

#[test]
fn model_different_from_the_entry_is_found() {
    check_change(ALPHA, "model: makers/big-1", "model: makers/big-2", &[("D007", 8, "its entry has `makers/big-1`")]);
    check_change(ALPHA, "model: makers/big-1", "model: alpha/auto", &[("D007", 8, "the provider `alpha`")]);
    check_change(ALPHA, "model: makers/big-1\n", "", &[("D007", 1, "the configuration has no `model`")]);
    check_change(RUNNER, "echo \"makers/big-1\"", "echo \"big-1\"", &[("D007", 14, "`alpha` runs with `big-1`")]);
    check_change(
        RUNNER,
        "SUITE_MODEL:-swift-1",
        "SUITE_MODEL:-swift-0",
        &[("D007", 15, "`beta` runs with `swift-0`"), ("D007", 15, "`gamma` runs with `swift-0`")],
    );
    check_change(RUNNER, "echo \"makers/big-1\"", "cat model", &[("D007", 14, "cannot parse the model")]);
    check_change(DOCS, "`makers/big-1`", "`big-1`", &[("D007", 17, "`alpha` runs with `big-1`")]);
}

#[test]
fn contradicting_models_of_an_unknown_agent_are_found() {
    let config = "agent: delta\nmodel: makers/one\njobs_dir: jobs/delta\n";
    let file = "tests/integration/configs/delta.yaml";
    Memory::right().with(file, config).check(&[
        ("D004", file, 1, "`delta`"),
        ("D008", file, 2, "`makers/one` here and with `swift-1` in the runner"),
    ]);
}

#[test]
fn gate_with_wrong_variables_is_found() {
    check_change(
        RUNNER,
        "[ -n \"${MAKERS_API_KEY:-}\" ] && [ -n \"${MAKERS_BASE_URL:-}\" ]",
        "[ -n \"${MAKERS_API_KEY:-}\" ]",
        &[("D009", 26, "checks `MAKERS_API_KEY`; its model needs `MAKERS_API_KEY` and `MAKERS_BASE_URL`")],
    );
    check_change(RUNNER, "BIRD_API_KEY:-}", "BIRD_KEY:-}", &[("D009", 27, "`beta`"), ("D009", 27, "`gamma`")]);
    check_change(
        RUNNER,
        "\"${MAKERS_API_KEY:-}\" ] && [ -n",
        "\"${MAKERS_API_KEY:-}\" ] || [ -n",
        &[("D009", 26, "checks `MAKERS_API_KEY` or `MAKERS_BASE_URL`")],
    );
    check_change(
        RUNNER,
        "    *) has_default_creds ;;",
        "    *) ask_somebody ;;",
        &[("D009", 27, "cannot parse"), ("D009", 27, "cannot parse")],
    );
}

#[test]
fn usage_tracking_that_contradicts_the_entry_is_found() {
    check_change(ALPHA, "usage_tracking: \"off\"\n", "", &[("D010", 7, "is on for `alpha`")]);
    check_change(ALPHA, "\"off\"", "\"on\"", &[("D010", 10, "is on for `alpha`")]);
    check_change(ALPHA, "\"off\"", "off", &[("D010", 10, "a YAML 1.1 parser reads")]);
    check_change(BETA, "concurrency", "usage_tracking: \"off\"\nconcurrency", &[("D010", 10, "is off for `beta`")]);
}

#[test]
fn configuration_of_the_wrong_agent_is_found() {
    check_change(BETA, "agent: beta\n", "", &[("D011", 1, "has no `agent`")]);
    check_change(BETA, "integration/beta", "integration/alpha", &[("D011", 6, "`beta` writes its results into")]);
    let wrong = Memory::right().change(BETA, "agent: beta", "agent: gamma").change(BETA, "tion/beta", "tion/gamma");
    wrong.check(&[
        ("D011", BETA, 7, "the file is named after `beta`, and its `agent` is `gamma`"),
        ("D006", "tests/integration/configs/gamma.yaml", 7, "duplicate `gamma`"),
    ]);
}

#[test]
fn documented_counts_and_tables_are_compared() {
    check_change(
        DOCS,
        "all 3 registered",
        "all 2 registered",
        &[("D012", 3, "states 2 registered agents, and the registry has 3")],
    );
    check_change(
        DOCS,
        ", `MAKERS_BASE_URL` | alpha",
        " | alpha",
        &[("D013", 9, "missing row for `MAKERS_BASE_URL` in the table of variables; `alpha` needs it")],
    );
    check_change(DOCS, "| the default model |", "| alpha |", &[("D013", 12, "whose model needs `MAKERS_API_KEY`")]);
    check_change(
        DOCS,
        "| every run |",
        "| every run |\n| `EAGLE_API_KEY` | nobody |",
        &[("D013", 12, "unused variable `EAGLE_API_KEY`")],
    );
}

#[test]
fn a_manifest_without_a_required_key_is_found() {
    check_change(MANIFEST, "contract_version = \"1.0\"\n", "", &[("D014", 1, "no `contract_version`")]);
    check_change(
        OTHER_MANIFEST,
        "name = \"beta\"\n",
        "",
        &[("D014", 1, "no `name`"), ("D025", 5, "missing web policy")],
    );
    check_change(
        OTHER_MANIFEST,
        "launch_cmd = \"/opt/benchflow/bin/beta --acp\"\n",
        "",
        &[("D014", 2, "no `launch_cmd`")],
    );
    check_change(
        OTHER_MANIFEST,
        "\"UV_TOOL_DIR=/opt/benchflow/python/beta uv tool install --python 3.12 beta-agent==2.0.1\"",
        "\" \"",
        &[("D014", 6, "`install_cmd` is empty")],
    );
}

#[test]
fn manifest_values_outside_the_contract_are_found() {
    check_change(MANIFEST, "= \"1.0\"", "= \"2.0\"", &[("D015", 1, "contract `2.0` is rejected")]);
    check_change(MANIFEST, "= \"1.0\"", "= 1.0", &[("D016", 1, "`contract_version` is")]);
    check_change(MANIFEST, "\"acp\"\n", "\"mcp\"\n", &[("D016", 4, "`mcp` is not a valid `protocol`")]);
    check_change(
        MANIFEST,
        "\"openai-completions\"",
        "\"openai\"",
        &[("D016", 5, "`openai` is not a valid `api_protocol`")],
    );
    check_change(OTHER_MANIFEST, "\"bare\"", "\"naked\"", &[("D016", 3, "is not a valid `acp_model_format`")]);
    check_change(MANIFEST, "= 1200", "= 0", &[("D016", 10, "must be more than zero")]);
    check_change(MANIFEST, "= 1200", "= \"1200\"", &[("D016", 10, "is a string")]);
    check_change(MANIFEST, "set_model = true", "set_model = 1", &[("D016", 7, "must be a boolean")]);
    check_change(MANIFEST, "\"MAKERS_BASE_URL\"]", "1]", &[("D016", 9, "must be a list of strings")]);
    check_change(
        MANIFEST,
        "BENCHFLOW_PROVIDER_API_KEY =",
        "PROVIDER_KEY = \"X\"\nBENCHFLOW_PROVIDER_API_KEY =",
        &[("D016", 32, "`PROVIDER_KEY` is not a canonical variable"), ("D019", 32, "`alpha` does not read `X`")],
    );
    check_change(MANIFEST, "description =", "descripton =", &[("D017", 3, "unknown key `descripton`")]);
}

#[test]
fn folders_outside_the_agent_home_are_found() {
    check_change(
        MANIFEST,
        "\"$HOME/.alpha/skills\"",
        "\"/root/.alpha/skills\"",
        &[("D018", 11, "does not begin with")],
    );
    check_change(MANIFEST, "\".alpha\"", "\"alpha\"", &[("D018", 12, "begins with a dot")]);
    check_change(MANIFEST, "\".alpha\"", "\".alpha/../x\"", &[("D018", 12, "begins with a dot")]);
}

#[test]
fn variables_that_the_agent_does_not_read_are_found() {
    check_change(
        MANIFEST,
        "= \"OPENAI_BASE_URL\"",
        "= \"OPENAI_URL\"",
        &[("D019", 31, "`alpha` does not read `OPENAI_URL`")],
    );
    check_change(
        MANIFEST,
        "BENCHFLOW_PROVIDER_API_KEY = \"OPENAI_API_KEY\"\n",
        "",
        &[("D019", 30, "`alpha` reads `BENCHFLOW_PROVIDER_API_KEY`")],
    );
    check_change(
        MANIFEST,
        "[\"MAKERS_API_KEY\", ",
        "[\"SWIFT_API_KEY\", ",
        &[("D020", 9, "`SWIFT_API_KEY` is required")],
    );
    check_change(MANIFEST, "[\"MAKERS_API_KEY\", ", "[\"makers key\", ", &[("D020", 9, "not a variable name")]);
    check_change(
        OTHER_MANIFEST,
        "acp_model_format",
        "requires_env = [\"BIRD_API_KEY\"]\nacp_model_format",
        &[("D020", 3, "is enough")],
    );
}

#[test]
fn manifest_facts_different_from_the_entry_are_found() {
    check_change(
        MANIFEST,
        "\"provider/model\"",
        "\"bare\"",
        &[("D021", 6, "`provider/model` in the entry of `alpha`")],
    );
    check_change(MANIFEST, "set_model = true", "set_model = false", &[("D021", 7, "`supports_acp_set_model`")]);
    check_change(
        MANIFEST,
        "\"makers/big-1\"\nrequires_env = [\"MAKERS_API_KEY\", \"MAKERS_BASE_URL\"]",
        "\"unheard-of\"",
        &[("D021", 8, "does not resolve to a model id")],
    );
    check_change(
        MANIFEST,
        "\"openai-completions\"",
        "\"anthropic-messages\"",
        &[("D021", 5, "uses `openai-completions`")],
    );
    check_change(
        MANIFEST,
        "\"makers/big-1\"\nrequires_env = [\"MAKERS_API_KEY\", \"MAKERS_BASE_URL\"]",
        "\"alpha/auto\"",
        &[("D021", 8, "the provider `alpha`")],
    );
    check_change(MANIFEST, "= 1200", "= 900", &[("D021", 10, "`900` here, and `1200`")]);
}

#[test]
fn names_of_other_agents_are_found() {
    check_change(
        OTHER_MANIFEST,
        "[\"bee\"]",
        "[\"bee\", \"gamma\"]",
        &[("D021", 4, "`aliases`"), ("D022", 4, "`gamma` of `beta` already belongs to `gamma`")],
    );
    let copy = Memory::right().audit();
    assert!(copy.findings.is_empty());
    let bytes = Memory::right().0.remove(std::path::Path::new(OTHER_MANIFEST)).unwrap_or_default();
    Memory::right().with("agents/copy/manifest.toml", bytes).check(&[(
        "D022",
        "agents/copy/manifest.toml",
        2,
        "already used at agents/beta/manifest.toml:2",
    )]);
}

#[test]
fn launch_commands_that_a_harness_changes_are_found() {
    let from = "\"/opt/benchflow/bin/beta --acp\"";
    check_change(OTHER_MANIFEST, from, "\"/opt/benchflow/bin/beta $FLAGS  --acp\"", &[]);
    check_change(OTHER_MANIFEST, from, "\"beta -p 'a  b'\"", &[("D023", 5, "changes a text in quotes")]);
    check_change(OTHER_MANIFEST, from, "\"\"\"\nmkdir -p ~/x\nbeta\"\"\"", &[("D023", 6, "changes the end of a line")]);
}

#[test]
fn keys_and_files_of_a_launch_are_checked() {
    let from = "\"/opt/benchflow/bin/beta --acp\"";
    check_change(OTHER_MANIFEST, from, "'beta --key \"$BIRD_API_KEY\"'", &[("D032", 5, "is an argument of `beta`")]);
    check_change(OTHER_MANIFEST, from, "'beta >/tmp/beta.log'", &[("D033", 5, "`/tmp/beta.log`")]);
    check_change(OTHER_MANIFEST, from, "'beta >beta.log'", &[("D034", 5, "`beta.log` is written")]);
    let other = "contract_version = \"1.0\"\nname = \"delta\"\ninstall_cmd = \": BENCHFLOW_DISALLOW_WEB_TOOLS\"\n\
                 launch_cmd = \"delta\"\nenv_mapping = { BENCHFLOW_PROVIDER_API_KEY = \"KEY\" }\n";
    let file = "agents/delta/manifest.toml";
    Memory::right().with(file, other).check(&[("D031", file, 5, "without its base URL")]);
}

#[test]
fn commands_rejected_by_the_harness_are_found() {
    check_change(MANIFEST, "set -eu\n", "set -eu\n: $((1 + 1))\n", &[("D024", 17, "`$((`")]);
    check_change(MANIFEST, "set -eu\n", "set -eu\n# no pipefail here\n", &[("D024", 17, "`pipefail`")]);
    check_change(MANIFEST, "set -eu\n", "set -euo pipefail\n", &[("S002", 16, "pipefail")]);
}

#[test]
fn a_manifest_without_a_web_policy_is_found() {
    check_change(MANIFEST, "BENCHFLOW_DISALLOW_WEB_TOOLS", "NOTHING", &[("D025", 15, "web tools of `alpha`")]);
    // Text in a payload is checked too.
    let payload = "cat >launcher.b64 <<'PAYLOAD'\nIyEvYmluL3NoCmlmIFsgIiR7QkVOQ0hGTE9XX0RJU0FMTE9XX1dFQl9UT09MUzotfSIgPSAxIF07IHRoZW4KICAgIGV4cG9ydCBBTFBIQV9XRUI9b2ZmCmZpCmV4ZWMgYWxwaGEgIiRAIgo=\nPAYLOAD\nNOTHING";
    Memory::right()
        .change(MANIFEST, "BENCHFLOW_DISALLOW_WEB_TOOLS", "NOTHING")
        .change(MANIFEST, "set -eu", payload)
        .check(&[]);
}

#[test]
fn packages_without_an_exact_version_are_found() {
    check_change(
        SCRIPT,
        "gamma-agent@0.4.0",
        "gamma-agent@latest",
        &[("D026", 6, "`gamma-agent@latest` has no exact version")],
    );
    check_change(OTHER_MANIFEST, "==2.0.1", "", &[("D026", 6, "`beta-agent`")]);
    check_change(ENTRY, "agent@1.2.3", "agent", &[("D026", 8, "`alpha-agent`")]);
    let help = Memory::right().change(SCRIPT, "@0.4.0", "").audit().findings.remove(0).help;
    assert_eq!(help, "the registry pins `gamma-agent` to 0.4.0");
}

#[test]
fn versions_different_from_the_lock_are_found() {
    check_change(SCRIPT, "gamma-agent@0.4.0", "gamma-agent@0.3.9", &[("D027", 6, "the lock of `gamma` has 0.4.0")]);
    check_change(OTHER_MANIFEST, "==2.0.1", "==2.0.0", &[("D027", 6, "`beta-agent` is 2.0.0")]);
    check_change(ENTRY, "\"version\": \"1.2.3\"", "\"version\": \"1.2.4\"", &[("D027", 4, "`alpha` is 1.2.4")]);
}

#[test]
fn invalid_acp_registry_entries_are_found() {
    check_change(ENTRY, "  \"name\": \"Alpha\",\n", "", &[("D028", 1, "no `name`")]);
    check_change(ENTRY, "\"alpha\"", "\"Alpha 1\"", &[("D028", 2, "`Alpha 1` is not an id")]);
    check_change(
        ENTRY,
        "\"version\": \"1.2.3\"",
        "\"version\": \"1.2\"",
        &[("D027", 4, "1.2"), ("D028", 4, "not a semantic version")],
    );
    check_change(
        ENTRY,
        "\"npx\": { \"package\": \"alpha-agent@1.2.3\", ",
        "\"npx\": { ",
        &[("D028", 8, "has no `package`")],
    );
    check_change(
        ENTRY,
        "\"npx\":",
        "\"brew\":",
        &[("D028", 7, "must have"), ("D028", 8, "unknown kind of distribution `brew`")],
    );
    let archive = "\"binary\": { \"linux-x86_64\": { \"archive\": \"https://x.example/a.tgz\", \"cmd\": \"./a\" } },\n    \"npx\":";
    check_change(ENTRY, "\"npx\":", archive, &[("D029", 8, "unverified archive for `linux-x86_64`")]);
}

#[test]
fn shell_rules_report_the_lint_findings() {
    check_change(SCRIPT, "set -eu\n", "set -eu\nsource x\n", &[("S002", 4, "`source`")]);
    check_change(SCRIPT, "set -eu\n", "set -eu\nif\n", &[("S001", 4, "has no `then`")]);
    check_change(
        SCRIPT,
        "set -eu\n",
        "set -eu\ncurl -fsSL https://x.example/i.sh | sh\n",
        &[("I004", 4, "before it is verified")],
    );
    check_change(SCRIPT, "set -eu\n", "set -eu\nmkdir /usr/local/x\n", &[("I003", 4, "`/usr/local/x`")]);
    check_change(SCRIPT, "@0.4.0", "@0.4.0 >/dev/null 2>&1", &[("I005", 6, "")]);
    check_change(MANIFEST, "mkdir -p \"$prefix\"\n", "mkdir -p \"$prefix\"\n[[ -d x ]]\n", &[("S002", 19, "`[[`")]);
    // A script for bash may use bash syntax, but must not touch the task.
    let bash = "#!/usr/bin/env bash\nset -o pipefail\nmkdir /usr/local/x\n";
    Memory::right().with("installers/beta/install.sh", bash).check(&[("I003", "installers/beta/install.sh", 3, "")]);
    let long = format!("set -eu\n# {}\n", "x".repeat(140_000));
    check_change(MANIFEST, "set -eu\n", &long, &[("I007", 16, "after it is quoted twice")]);
}
