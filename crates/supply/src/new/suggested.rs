//! The fields that `try` found, in the place of those that every new entry begins with.

use registry_command::failure::{Failure, Outcome};
use registry_model::model::Protocol;

use super::entry::{ENV, MODEL, PROTOCOL};

/// The text of an entry with other fields, each a name and its text, for those that `new` wrote; with the suite's model
/// for a protocol other than that of `new`. An entry whose fields were changed since is not touched.
pub fn with_fields(
    entry: &str,
    fields: &[(String, String)],
    protocol: Protocol,
    suite: Option<&str>,
) -> Outcome<String> {
    let written = [format!("protocol: {},", PROTOCOL.word()), MODEL.to_owned(), ENV.to_owned()];
    let names = ["protocol", "model", "env"];
    if let Some(line) = written.iter().find(|line| entry.lines().filter(|it| it.trim() == line.as_str()).count() != 1) {
        return Err(Failure::new(format!("the entry has not the line `{line}` any more, which `new` wrote"))
            .help("copy the fields from above into it; run the command without `--write`"));
    }
    let text_of = |wanted: &dyn Fn(&str) -> bool| {
        let texts = fields.iter().filter(|(name, _)| wanted(name)).flat_map(|(_, text)| text.lines());
        texts.fold(String::new(), |text, line| text + "        " + line + "\n")
    };
    let mut out = String::new();
    for line in entry.lines() {
        match written.iter().position(|it| it == line.trim()).and_then(|at| names.get(at)) {
            Some(&"env") => {
                out.push_str(&text_of(&|name| name == "env"));
                out.push_str(&text_of(&|name| !names.contains(&name)));
            }
            Some(name) => out.push_str(&text_of(&|it| it == *name)),
            None if protocol != PROTOCOL && line.trim().starts_with("suite: ") => {
                let model = suite.map(|model| format!("        suite: {{ model: {model:?}, usage_tracking: on }},\n"));
                out.push_str(&model.unwrap_or_default());
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "agent! {
    my_agent {
        protocol: OpenAiCompletions,
        runs: node,
        model: { format: Bare, via: SetModel, proxy: AsIs },
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
        web: NoTools(\"x\"),
        suite: { model: \"glm-5\", usage_tracking: on },
    }
}
";

    fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn found_fields_replace_those_of_a_new_entry() {
        let found = fields(&[
            ("protocol", "protocol: AnthropicMessages,"),
            ("model", "model: { format: Bare, via: Env, proxy: AsIs },"),
            ("env", "env: {\n    A = BASE_URL,\n},"),
            ("base_url", "base_url: WithoutV1,"),
        ]);
        let expected = "agent! {
    my_agent {
        protocol: AnthropicMessages,
        runs: node,
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            A = BASE_URL,
        },
        base_url: WithoutV1,
        web: NoTools(\"x\"),
        suite: { model: \"claude-x\", usage_tracking: on },
    }
}
";
        assert_eq!(with_fields(ENTRY, &found, Protocol::AnthropicMessages, Some("claude-x")).as_deref(), Ok(expected));
        let without = with_fields(ENTRY, &found, Protocol::AnthropicMessages, None).expect("it is as `new` wrote it");
        assert!(!without.contains("suite"), "{without}");
        let same = with_fields(ENTRY, &found, Protocol::OpenAiCompletions, Some("other")).expect("it is as new");
        assert!(same.contains("suite: { model: \"glm-5\""), "{same}");
    }

    #[test]
    fn changed_entry_is_not_touched() {
        for (from, to) in
            [("via: SetModel", "via: Env"), ("OpenAiCompletions", "[OpenAiCompletions]"), ("OPENAI_API_KEY", "KEY")]
        {
            let failure = with_fields(&ENTRY.replace(from, to), &[], Protocol::OpenAiCompletions, None);
            let text = failure.expect_err("it was changed").to_string();
            assert!(text.contains("any more, which `new` wrote\nhelp: copy the fields"), "{text}");
        }
    }
}
