//! `resolve` as a user runs it, over the real registry: the table, the refusals, `.env` files, batches.

#![expect(clippy::expect_used, reason = "a test panics on failure")]

use std::fs::{self, File};
use std::process::Command;

use registry_tests::{Run, command_self, finish, read, report};
use serde_json::{Value, json};

/// The command, with only these variables of the host, and a temporary home.
fn resolve(words: &[&str], host: &[(&str, &str)]) -> Command {
    let words: Vec<&str> = ["resolve"].iter().chain(words).copied().collect();
    let mut command = command_self(&words);
    let of_the_test: Vec<_> =
        command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    command.env_clear().envs(of_the_test).env("HOME", "/nonexistent").envs(host.iter().copied());
    command
}

/// Runs the command, which must end with this status and print these texts, but not these values.
#[track_caller]
fn check(command: &mut Command, status: i32, says: &[&str], hides: &[&str]) -> Run {
    let run = finish(command);
    let all = format!("{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.status, Some(status), "{all}");
    for text in says {
        assert!(all.contains(text), "no `{text}` in\n{all}");
    }
    for text in hides {
        assert!(!all.contains(text), "`{text}` is told in\n{all}");
    }
    run
}

/// The answers to the lines of a file.
#[track_caller]
fn answers(words: &[&str], lines: &str, status: i32) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("lines.jsonl");
    fs::write(&file, lines).expect("there is room");
    let words: Vec<&str> = words.iter().copied().chain(["--batch", "-"]).collect();
    let mut command = resolve(&words, &[]);
    let run = check(command.stdin(File::open(&file).expect("it is there")), status, &[], &[]);
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

#[test]
fn resolve_prints_the_source_of_every_value() {
    let host = [("ZAI_API_KEY", "za-secret"), ("OPENAI_API_KEY", "sk-other")];
    let says = [
        "codex-acp with zai/glm-5: zai, openai-responses",
        "BENCHFLOW_PROVIDER_API_KEY   host (ZAI_API_KEY)  ********",
        "OPENAI_API_KEY               mapping             ********",
        "model id: glm-5, by file",
        "~/.codex/config.toml (toml, written whole)",
        "base_url = \"https://api.z.ai/api/paas/v4\"",
    ];
    check(&mut resolve(&["codex", "--model", "zai/glm-5"], &host), 0, &says, &["za-secret", "sk-other"]);
    let shown = &["codex", "--model", "zai/glm-5", "--show-secrets"];
    check(&mut resolve(shown, &host), 0, &["mapping             za-secret"], &["sk-other"]);
}

#[test]
fn secrets_in_printed_files_are_masked() {
    let words = ["openhands", "--model", "deepseek/deepseek-v4-flash", "--env", "DEEPSEEK_API_KEY=ds-secret"];
    check(&mut resolve(&words, &[]), 0, &["\"api_key\": \"********\""], &["ds-secret"]);
    let words = ["openhands", "--model", "gpt-5.5", "--env", "BENCHFLOW_PROVIDER_BASE_URL=https://me:pw@x.example/v1"];
    check(&mut resolve(&words, &[("OPENAI_API_KEY", "sk-1")]), 0, &["LLM_BASE_URL"], &["me:pw", "sk-1"]);
    // An `@` after the host is not a password.
    let words = ["openhands", "--model", "gpt-5.5", "--env", "BENCHFLOW_PROVIDER_BASE_URL=https://x.example/@acme/v1"];
    check(&mut resolve(&words, &[("OPENAI_API_KEY", "sk-1")]), 0, &["https://x.example/@acme/v1"], &["sk-1"]);
}

#[test]
fn mcp_servers_are_printed_as_a_new_session_takes_them() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("mcp.json");
    let servers = r#"{"mcpServers": {"docs": {"command": "docs", "env": {"TOKEN": "${DOCS_TOKEN}"}}}}"#;
    fs::write(&file, servers).expect("there is room");
    let file = file.display().to_string();
    let words = ["gemini", "--model", "gemini-2.5-pro", "--env", "GEMINI_API_KEY=sk-1", "--mcp", &file];
    let token = [("DOCS_TOKEN", "t-5b1f")];
    check(&mut resolve(&words, &token), 0, &["session/new: {", "\"name\":\"TOKEN\""], &["t-5b1f"]);
    let json = check(&mut resolve(&[&words[..], &["--json"]].concat(), &token), 0, &[], &[]);
    let answer: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    let member = json!({"name": "docs", "command": "docs", "args": [], "env": [{"name": "TOKEN", "value": "t-5b1f"}]});
    assert_eq!(answer["mcp_servers"], json!([member]));
    check(&mut resolve(&words, &[]), 1, &["`gemini` cannot be given the MCP server `docs`", "`DOCS_TOKEN`"], &[]);
    fs::write(folder.path().join("mcp.json"), "{").expect("there is room");
    check(&mut resolve(&words, &token), 2, &["cannot be used: it is not JSON"], &[]);
}

#[test]
fn base_url_with_a_query_is_refused_without_printing_it() {
    let words = ["openhands", "--model", "gpt-5.5", "--env", "BENCHFLOW_PROVIDER_BASE_URL=https://x.example/v1?k=sk-1"];
    let says = ["`BENCHFLOW_PROVIDER_BASE_URL`", "without query and fragment"];
    check(&mut resolve(&words, &[("OPENAI_API_KEY", "sk-1")]), 1, &says, &["sk-1"]);
    let variable = "COPILOT_PROVIDER_BASE_URL=https://x.example/v1?k=sk-1";
    let words = ["github-copilot", "--model", "zai/glm-5", "--env", variable];
    let says = ["`COPILOT_PROVIDER_BASE_URL`", "a query"];
    check(&mut resolve(&words, &[("ZAI_API_KEY", "za-1")]), 1, &says, &["sk-1", "za-1"]);
}

#[test]
fn a_model_id_with_a_control_character_is_refused() {
    let words = ["pi", "--model", "zai/glm-5\u{1b}[2J"];
    check(
        &mut resolve(&words, &[("ZAI_API_KEY", "za-1")]),
        1,
        &["`BENCHFLOW_ACP_MODEL_ID`", "control"],
        &["za-1", "\u{1b}"],
    );
}

#[test]
fn credential_file_of_a_provider_is_not_withheld() {
    let host = [("GOOGLE_CLOUD_PROJECT", "p"), ("GOOGLE_CLOUD_LOCATION", "l")];
    let content = "GOOGLE_APPLICATION_CREDENTIALS_JSON={}";
    let words =
        ["openhands", "--model", "google-vertex/gemini-2.5-flash", "--env", content, "--env", "ZAI_API_KEY=za-1"];
    let says = ["is written from GOOGLE_APPLICATION_CREDENTIALS_JSON", "another provider owns it: ZAI_API_KEY\n"];
    check(&mut resolve(&words, &host), 0, &says, &["za-1"]);
    // A file that refers to a key would refer to an unset variable; a token of the cloud works.
    let words = ["pi", "--model", "google-vertex/gemini-2.5-flash", "--env", content];
    check(&mut resolve(&words, &host), 1, &["`BENCHFLOW_PROVIDER_API_KEY` is not set", "help: set"], &[]);
    let words = [&words[..], &["--env", "BENCHFLOW_PROVIDER_API_KEY=ya29"]].concat();
    check(&mut resolve(&words, &host), 0, &["is written from GOOGLE_APPLICATION_CREDENTIALS_JSON"], &["ya29"]);
}

#[test]
fn layers_are_applied_in_order() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join(".env");
    fs::write(&file, "ZAI_API_KEY=from-file\nGLM_BASE_URL=' '\n").expect("there is room");
    let path = file.to_str().expect("a path of ASCII");
    let words = ["pi", "--model", "zai/glm-5", "--env-file", path, "--show-secrets"];
    let host = [("ZAI_API_KEY", "from-host")];
    check(&mut resolve(&words, &host), 0, &[".env (ZAI_API_KEY)  from-file"], &["from-host"]);
    let words: Vec<&str> = words.iter().copied().chain(["--env", "ZAI_API_KEY=from-flag"]).collect();
    check(&mut resolve(&words, &host), 0, &["flag (ZAI_API_KEY)  from-flag"], &["from-host", "from-file"]);
    let words: Vec<&str> = words.iter().copied().chain(["--env", "ZAI_API_KEY= "]).collect();
    check(&mut resolve(&words, &host), 0, &[".env (ZAI_API_KEY)  from-file"], &[]);
}

#[test]
fn non_utf8_env_file_is_reported_with_its_line() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("run.env");
    fs::write(&file, b"A=1\nZAI_API_KEY=secret\xff\n").expect("there is room");
    let words = ["pi", "--model", "zai/glm-5", "--env-file", file.to_str().expect("a path of ASCII")];
    check(&mut resolve(&words, &[]), 2, &["run.env:2` is not UTF-8", "help: write the file in UTF-8"], &["secret"]);
}

#[test]
fn invalid_env_file_line_is_reported_without_its_value() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("run.env");
    fs::write(&file, "A=1\nZAI_API_KEY=very secret\n").expect("there is room");
    let path = file.to_str().expect("a path of ASCII");
    let words = ["pi", "--model", "zai/glm-5", "--env-file", path];
    check(&mut resolve(&words, &[]), 2, &["run.env:2` is not a line of a .env file", "help: "], &["secret"]);
    let words = ["pi", "--model", "zai/glm-5", "--env-file", "/nonexistent.env"];
    check(&mut resolve(&words, &[]), 2, &["cannot read `/nonexistent.env`"], &[]);
    let words = ["pi", "--model", "zai/glm-5", "--env", "=secret"];
    check(&mut resolve(&words, &[]), 2, &["an `--env` has no name"], &["secret"]);
    let words = ["pi", "--model", "zai/glm-5", "--env", "sk-secret"];
    check(&mut resolve(&words, &[]), 2, &["an `--env` has no name"], &["secret"]);
    let words = ["pi", "--model", "zai/glm-5", "--env", "ZAI_API_KEY"];
    check(&mut resolve(&words, &[]), 2, &["`--env ZAI_API_KEY` has no value", "help: --env ZAI_API_KEY=VALUE"], &[]);
}

#[test]
fn refusal_prints_help() {
    check(&mut resolve(&["pi", "--model", "zai/glm-5"], &[]), 1, &["`ZAI_API_KEY` is not set", "help: set"], &[]);
    check(&mut resolve(&["pi", "--model", "llama-4"], &[]), 1, &["no provider is known for", "`openrouter/`"], &[]);
    check(&mut resolve(&["vertex", "--model", "zai/glm-5"], &[]), 2, &["no such agent: `vertex`", "help: "], &[]);
    check(&mut resolve(&["opncode", "--model", "zai/glm-5"], &[]), 2, &["did you mean `opencode`?"], &[]);
    check(&mut resolve(&["opencode"], &[]), 2, &["needs an agent and a model"], &[]);
    let unknown = ["`zia` is not a registered provider", "help: begin the model with a provider that `pi-acp` can use"];
    check(&mut resolve(&["pi", "--model", "zia/glm-5"], &[]), 1, &unknown, &["did you mean"]);
    let words = ["cline", "--model", "zai/glm-5", "--proxy", " "];
    check(&mut resolve(&words, &[("ZAI_API_KEY", "za-1")]), 2, &["`--proxy` has no alias", "help: "], &[]);
    let words = ["cline", "--model", "zai/glm-5", "--home", "here"];
    check(&mut resolve(&words, &[]), 2, &["`--home here` is not an absolute path"], &[]);
    let words = ["gemini", "--model", "claude-sonnet-4-6", "--json"];
    let run = check(&mut resolve(&words, &[]), 1, &[], &[]);
    let answer: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(answer["error"]["kind"], "protocol-unsupported");
    assert_eq!(answer["error"]["name"], "google-generate-content");
}

#[test]
fn model_reference_without_an_id_is_refused() {
    let given = ["--env", "ZAI_API_KEY=za-1", "--env", "BENCHFLOW_ACP_MODEL_ID=glm-5"];
    for model in [" ", "zai/", "zai/ ", "ZAI/\t"] {
        let words: Vec<&str> = ["claude", "--model", model].into_iter().chain(given).collect();
        check(&mut resolve(&words, &[]), 1, &["names no model", "help: give the model's id"], &["za-1", "MODEL_ID"]);
        let line = serde_json::json!({"agent": "claude", "model": model}).to_string();
        let answer = answers(&["--query", "acp_model_id"], &line, 0);
        assert_eq!(answer[0]["error"]["kind"], "no-provider", "{answer:?}");
    }
}

#[test]
fn missing_model_id_refuses_the_run_but_prints_the_environment() {
    let words = ["opencode", "--model", "zai/llama-4", "--env", "ZAI_API_KEY=za-1"];
    check(
        &mut resolve(&words, &[]),
        1,
        &["BENCHFLOW_PROVIDER_NAME", "`zai/llama-4` does not resolve to a model id"],
        &["small_model"],
    );
    let words: Vec<&str> = words.iter().copied().chain(["--env", "BENCHFLOW_ACP_MODEL_ID=zai/llama-4"]).collect();
    check(&mut resolve(&words, &[]), 0, &["model id: zai/llama-4", "small_model"], &[]);
}

#[test]
fn resolve_json_has_every_value() {
    let words = ["claude", "--model", "zai/glm-5", "--json", "--env", "ZAI_API_KEY=za-1", "--env", "KIMI_API_KEY=km-1"];
    let run = check(&mut resolve(&words, &[]), 0, &[], &["km-1"]);
    let answer: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(answer["set"]["ANTHROPIC_AUTH_TOKEN"], "za-1");
    assert_eq!(answer["from"]["BENCHFLOW_PROVIDER_API_KEY"], "flag (ZAI_API_KEY)");
    assert_eq!(answer["secrets"], serde_json::json!(["ANTHROPIC_AUTH_TOKEN", "BENCHFLOW_PROVIDER_API_KEY"]));
    assert_eq!(answer["withheld"], serde_json::json!(["KIMI_API_KEY"]));
    assert_eq!((&answer["acp_model_id"], &answer["model_via"]), (&"glm-5".into(), &"variable".into()));
}

#[test]
fn base_url_in_an_env_file_is_used_with_its_key() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("run.env");
    fs::write(&file, "OPENAI_API_KEY=sk-gw\nOPENAI_BASE_URL=https://gw.example.org/v1\n").expect("there is room");
    let path = file.to_str().expect("a path of ASCII");
    let words = ["codex", "--model", "gpt-5.5", "--env-file", path];
    let says = ["openai, at OPENAI_BASE_URL", ".env (OPENAI_BASE_URL)", "base_url = \"https://gw.example.org/v1\""];
    check(&mut resolve(&words, &[]), 0, &says, &["sk-gw", "api.openai.com"]);
    fs::write(&file, "OPENAI_API_KEY=\u{201c}sk-gw\u{201d}\n").expect("there is room");
    let says = ["the value of `OPENAI_API_KEY` holds a quotation mark", "help: "];
    check(&mut resolve(&words, &[]), 1, &says, &["sk-gw"]);
}

#[test]
fn unused_canonical_base_url_is_printed() {
    let host = [("OPENAI_API_KEY", "sk-1"), ("BENCHFLOW_PROVIDER_BASE_URL", "https://gw.example.org/v1")];
    let says = ["not used", "BENCHFLOW_PROVIDER_BASE_URL"];
    check(&mut resolve(&["codex", "--model", "gpt-5.5"], &host), 0, &says, &["gw.example.org"]);
    let run = check(&mut resolve(&["codex", "--model", "gpt-5.5", "--json"], &host), 0, &[], &[]);
    let answer: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(answer["unused"], "BENCHFLOW_PROVIDER_BASE_URL");
}

#[test]
fn proxy_flag_selects_the_gateway_alias() {
    let words = ["opencode", "--model", "gemini-2.5-flash", "--proxy", "benchflow-x"];
    check(&mut resolve(&words, &[]), 1, &["the base URL of `the gateway` needs `BENCHFLOW_PROVIDER_BASE_URL`"], &[]);
    let host = [("BENCHFLOW_PROVIDER_BASE_URL", "http://127.0.0.1:4000/v1"), ("BENCHFLOW_PROVIDER_API_KEY", "gw-1")];
    let says = ["model id: benchflow/benchflow-x", "\"benchflow-x\": {", "the gateway, as benchflow-x"];
    check(&mut resolve(&words, &host), 0, &says, &["gw-1"]);
}

#[test]
fn host_login_replaces_a_key() {
    let home = tempfile::tempdir().expect("there is room for a folder");
    fs::create_dir(home.path().join(".codex")).expect("there is room");
    fs::write(home.path().join(".codex/auth.json"), "{}").expect("there is room");
    let path = home.path().to_str().expect("a path of ASCII");
    let words = |model| ["codex", "--model", model];
    let home = [("HOME", path)];
    check(&mut resolve(&words("openai/gpt-5.5"), &home), 0, &["log-in: ~/.codex/auth.json, from the host"], &[]);
    check(&mut resolve(&words("gpt-5.5"), &home), 0, &["log-in: ~/.codex/auth.json"], &["model_provider"]);
    // It is valid only at the vendor's own endpoint, and a key that is set is preferred.
    check(&mut resolve(&words("us-openai/gpt-5.5"), &home), 1, &["`OPENAI_API_KEY` is not set"], &[]);
    check(&mut resolve(&words("gpt-5.5"), &[("HOME", path), ("OPENAI_API_KEY", "sk-1")]), 0, &["env_key"], &["log-in"]);
}

#[test]
fn batch_answers_every_line() {
    let lines = concat!(
        r#"{"agent": "pi", "model": "zai/glm-5", "env": {"ZAI_API_KEY": "za-1"}}"#,
        "\nno JSON, but a secret\n\n",
        r#"{"agent": "pi", "model": "zai/glm-5", "env": {"ZAI_API_KEY": 7}}"#,
        "\n",
        r#"{"agent": "nobody", "model": "zai/glm-5"}"#,
        "\n",
        r#"{"agent": "pi", "model": "zai/glm-5", "env": {}, "set": {}}"#,
    );
    let found = answers(&[], lines, 1);
    assert_eq!(found.len(), 6, "{found:?}");
    assert_eq!(
        (&found[0]["set"]["BENCHFLOW_PROVIDER_API_KEY"], &found[0]["acp_model_id"]),
        (&"za-1".into(), &"zai/glm-5".into())
    );
    for line in [2, 3, 4] {
        assert_eq!(found[line - 1]["error"]["kind"], "bad-line", "{found:?}");
        assert_eq!(found[line - 1]["error"]["name"], line.to_string());
        assert!(!found[line - 1].to_string().contains("secret"));
    }
    assert_eq!(found[4]["error"]["kind"], "unknown-agent");
    assert_eq!(
        (&found[5]["error"]["kind"], &found[5]["error"]["name"]),
        (&"missing-credential".into(), &"ZAI_API_KEY".into())
    );
}

#[test]
fn too_long_batch_line_is_skipped() {
    let question = r#"{"agent": "pi", "model": "zai/glm-5"}"#;
    let lines = format!("{question}\n{{\"agent\": \"{}\"}}\n{question}\n", "x".repeat(2_500_000));
    let found = answers(&[], &lines, 1);
    let kinds: Vec<&Value> = found.iter().map(|line| &line["error"]["kind"]).collect();
    assert_eq!(kinds, ["missing-credential", "bad-line", "missing-credential"]);
}

/// Answers the vectors of a name through the command line, and compares the keys that they give.
#[track_caller]
fn check_query(words: &[&str], name: &str) {
    let lines = read(&format!("tests/vectors/{name}.jsonl"));
    let found = answers(words, &lines, 0);
    assert_eq!(found.len(), lines.lines().count(), "a line for a line");
    let mut faults = Vec::new();
    for (index, (line, found)) in lines.lines().zip(&found).enumerate() {
        let case: Value = serde_json::from_str(line).expect("vectors are JSON");
        for (key, wanted) in case.as_object().into_iter().flatten() {
            let asked = words.is_empty() && ["agent", "model", "env"].contains(&key.as_str());
            let holds = match wanted {
                Value::Object(wanted) => wanted.iter().all(|(name, value)| found[key].get(name) == Some(value)),
                wanted => &found[key] == wanted,
            };
            if !asked && !holds {
                faults.push(format!("{name}.jsonl:{}: {key}: wanted {wanted}, is {found}", index + 1));
            }
        }
    }
    report(&faults);
}

/// Queries a base URL, and checks the answer.
#[track_caller]
fn check_base_url(provider: &str, env: &[(&str, &str)], expected: &Value) {
    let env: serde_json::Map<_, _> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let line = serde_json::json!({"provider": provider, "env": env}).to_string();
    let answer = answers(&["--query", "base_url"], &line, 0);
    let answer = answer.first().expect("a line for a line");
    let told = answer.get("base_url").or_else(|| answer.pointer("/error/kind"));
    assert_eq!(told, Some(expected), "{answer}");
}

#[test]
fn missing_url_part_is_reported_before_a_bad_one() {
    let missing = Value::from("missing-url-parameter");
    check_base_url("google-vertex", &[("GOOGLE_CLOUD_PROJECT", "a/b")], &missing);
    check_base_url("google-vertex", &[("GOOGLE_CLOUD_LOCATION", "a/b")], &missing);
    let both = [("GOOGLE_CLOUD_PROJECT", "a/b"), ("GOOGLE_CLOUD_LOCATION", "l")];
    check_base_url("google-vertex", &both, &Value::from("bad-url-parameter"));
}

#[test]
fn url_scheme_ignores_case() {
    check_base_url("kimi", &[("KIMI_BASE_URL", "HTTPS://kimi.example/v1")], &Value::from("HTTPS://kimi.example/v1"));
    check_base_url("kimi", &[("KIMI_BASE_URL", "ftp://kimi.example/v1")], &Value::from("bad-url-parameter"));
    check_base_url("kimi", &[("KIMI_BASE_URL", "http:/kimi.example")], &Value::from("bad-url-parameter"));
    check_base_url("kimi", &[("KIMI_BASE_URL", "\u{e9}\u{e9}\u{e9}\u{e9}")], &Value::from("bad-url-parameter"));
}

/// A line that is not JSON, and its reported column, counted in characters.
#[track_caller]
fn check_column(line: &str, column: usize) {
    let answer = answers(&[], line, 1);
    let message =
        answer.first().and_then(|it| it.pointer("/error/message")).and_then(Value::as_str).unwrap_or_default();
    assert!(message.ends_with(&format!("at column {column}")), "{line}: {message}");
}

#[test]
fn invalid_json_line_is_reported_with_its_column() {
    check_column(r#"{"agent":"x","model":"x" "env":{}}"#, 26);
    check_column(r#"{"agent":"é→x","model":"x" "env":{}}"#, 28);
    check_column(r#"{"agent":"#, 10);
    check_column(r#"{"agent":"x","model":"x"} y"#, 27);
    check_column("  ", 1);
}

#[test]
fn resolve_command_matches_every_vector() {
    check_query(&[], "agent_env");
    for query in ["lookup", "base_url", "acp_model_id"] {
        check_query(&["--query", query], query);
    }
}

/// Runs a command of the page, and compares its output with the page.
#[track_caller]
fn check_page(words: &[&str], host: &[(&str, &str)], status: i32) {
    let page = read("docs/resolve.md");
    let run = check(&mut resolve(words, host), status, &[], &[]);
    let answer = if status == 0 { run.stdout } else { run.stderr };
    assert!(page.contains(answer.trim()), "docs/resolve.md does not show\n{answer}");
}

#[test]
fn resolve_page_examples_match_the_command() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join(".env");
    fs::write(&file, "OPENAI_API_KEY=k\nOPENAI_BASE_URL=https://gw.example.org/v1\n").expect("there is room");
    let path = file.to_str().expect("a path of ASCII");
    check_page(&["codex", "--model", "gpt-5.5", "--env-file", path], &[], 0);
    let host = [("ANTHROPIC_API_KEY", "k"), ("ANTHROPIC_BASE_URL", "https://gw.example.org/v1")];
    check_page(&["claude", "--model", "claude-opus-4-1"], &host, 0);
    let host = [("LITELLM_API_KEY", "k"), ("LITELLM_BASE_URL", "http://10.0.0.5:4000/v1")];
    check_page(&["deepagents", "--model", "litellm/x"], &host, 0);
    check_page(&["claude", "--model", "bedrock/us.anthropic.claude-opus-4-1"], &[], 1);
}
