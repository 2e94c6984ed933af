//! From what an agent reads to the fields of its entry.

use registry_model::model::{BaseUrlForm, ModelIdFormat, Protocol, Via};
use serde::Serialize;

use super::judge::Found;
use super::trial::Trial;
use super::ways::Holds;

/// Columns of a line of an entry.
const COLUMNS: usize = 120;
/// The fields of an entry are indented by this.
const INDENT: usize = 8;

/// The fields of an entry, each with its text, in the order of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The word of the protocol.
    pub protocol: String,
    /// The lines of the fields, not indented.
    pub fields: Vec<(String, String)>,
    /// What is still to be found.
    pub open: Vec<String>,
}

impl Suggestion {
    /// The text of the fields, indented as in an entry.
    pub fn text(&self) -> String {
        let lines = self.fields.iter().flat_map(|(_, text)| text.lines());
        lines.fold(String::new(), |text, line| text + &" ".repeat(INDENT) + line + "\n")
    }
}

/// The fields for what was found.
pub(crate) fn suggest(trial: &Trial, found: &Found) -> Suggestion {
    let (form, value) = base_url(found.protocol, &found.tail);
    let sources = found.sources();
    let variable = |(name, holds): &(String, Holds)| {
        let value = match holds {
            Holds::BaseUrl => value.to_owned(),
            Holds::Key => "API_KEY".to_owned(),
            Holds::Model("{}") => "ACP_MODEL".to_owned(),
            Holds::Model(form) => format!("if set(ACP_MODEL) {{ fmt({:?}) }}", form.replace("{}", "{ACP_MODEL}")),
        };
        sources.contains(&name.as_str()).then(|| format!("{name} = {value}"))
    };
    let variables: Vec<String> = trial.variables.iter().filter_map(variable).collect();
    let via = found.via.unwrap_or(Via::SetModel);
    let format = if via == Via::Env { ModelIdFormat::Bare } else { trial.way.format };
    let field = |name: &str, text: String| (name.to_owned(), text);
    let mut fields = vec![
        field("protocol", format!("protocol: {},", found.protocol.word())),
        field(
            "model",
            format!("model: {{ format: {}, via: {}, proxy: {} }},", format.word(), via.word(), trial.way.proxy.word()),
        ),
    ];
    if !variables.is_empty() {
        fields.push(field("env", env(&variables)));
    }
    if form != BaseUrlForm::AsGiven {
        fields.push(field("base_url", format!("base_url: {},", form.word())));
    }
    let written = trial.files.iter().filter(|(path, _)| sources.contains(&path.as_str()));
    fields
        .extend(written.map(|(path, file)| field("config", file.entry.replace("@PATH@", path).trim_end().to_owned())));
    let mut open = Vec::new();
    if found.via.is_none() {
        open.push("no model id that was given arrived, neither over ACP nor otherwise: `model` is a guess".to_owned());
    }
    if !found.others.is_empty() {
        open.push(format!(
            "it also calls the model `{}`, which no gateway serves: look for its setting",
            found.others.join("`, `")
        ));
    }
    Suggestion { protocol: found.protocol.word().to_owned(), fields, open }
}

/// The field of the variables: on one line where it fits.
fn env(variables: &[String]) -> String {
    let line = format!("env: {{ {} }},", variables.join(", "));
    if line.chars().count() + INDENT <= COLUMNS {
        return line;
    }
    variables.iter().fold("env: {\n".to_owned(), |text, it| text + "    " + it + ",\n") + "},"
}

/// The form of base URL that fits what the agent appends, and its value. Providers of the OpenAI protocols are
/// registered with `/v1`.
fn base_url(protocol: Protocol, tail: &str) -> (BaseUrlForm, &'static str) {
    let versioned = |version: &str| tail.trim_start_matches('/').starts_with(version);
    match protocol {
        _ if versioned("v1/") || versioned("v1beta/") => (BaseUrlForm::WithoutV1, "BASE_URL"),
        Protocol::OpenAiCompletions | Protocol::OpenAiResponses => (BaseUrlForm::AsGiven, "BASE_URL"),
        Protocol::AnthropicMessages => (BaseUrlForm::WithV1, "BASE_URL"),
        Protocol::GoogleGenerateContent => (BaseUrlForm::WithoutV1, "if set(BASE_URL) { fmt(\"{BASE_URL}/v1beta\") }"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ways::WAYS;
    use super::*;

    #[track_caller]
    fn check(way: &str, change: impl FnOnce(&mut Found), expected: &str) {
        let way = WAYS.into_iter().find(|it| it.name == way).expect("it is a way");
        let trial = Trial::new(way, "my-agent");
        let mut found = Found {
            protocol: Protocol::OpenAiCompletions,
            base: String::new(),
            tail: "/chat/completions".to_owned(),
            key: String::new(),
            via: Some(Via::Env),
            models: Vec::new(),
            others: Vec::new(),
        };
        change(&mut found);
        assert_eq!(suggest(&trial, &found).text(), expected);
    }

    #[test]
    fn variables_become_fields() {
        let openai = |found: &mut Found| {
            (found.base, found.key) = ("OPENAI_API_BASE".to_owned(), "OPENAI_API_KEY".to_owned());
            found.models = vec!["OPENAI_MODEL".to_owned()];
        };
        let expected = "        protocol: OpenAiCompletions,
        model: { format: Bare, via: Env, proxy: AsIs },
        env: { OPENAI_API_BASE = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_MODEL = ACP_MODEL },
";
        check("openai", openai, expected);
        let anthropic = |found: &mut Found| {
            (found.base, found.key) = ("ANTHROPIC_BASE_URL".to_owned(), "ANTHROPIC_AUTH_TOKEN".to_owned());
            (found.protocol, found.tail) = (Protocol::AnthropicMessages, "/v1/messages".to_owned());
            found.models = vec!["ANTHROPIC_MODEL".to_owned(), "ANTHROPIC_DEFAULT_HAIKU_MODEL".to_owned()];
        };
        let expected = "        protocol: AnthropicMessages,
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            ANTHROPIC_BASE_URL = BASE_URL,
            ANTHROPIC_AUTH_TOKEN = API_KEY,
            ANTHROPIC_MODEL = ACP_MODEL,
            ANTHROPIC_DEFAULT_HAIKU_MODEL = ACP_MODEL,
        },
        base_url: WithoutV1,
";
        check("anthropic", anthropic, expected);
        let litellm = |found: &mut Found| {
            (found.base, found.key) = ("LLM_BASE_URL".to_owned(), "LLM_API_KEY".to_owned());
            found.models = vec!["LLM_MODEL".to_owned()];
        };
        let expected = "        protocol: OpenAiCompletions,
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            LLM_BASE_URL = BASE_URL,
            LLM_API_KEY = API_KEY,
            LLM_MODEL = if set(ACP_MODEL) { fmt(\"openai/{ACP_MODEL}\") },
        },
";
        check("litellm", litellm, expected);
    }

    #[test]
    fn file_becomes_config() {
        let codex = |found: &mut Found| {
            let path = "~/.codex/config.toml".to_owned();
            (found.base, found.key, found.models) = (path.clone(), "OPENAI_API_KEY".to_owned(), vec![path]);
            (found.protocol, found.tail) = (Protocol::OpenAiResponses, "/responses".to_owned());
            found.via = Some(Via::File);
        };
        let expected = "        protocol: OpenAiResponses,
        model: { format: Bare, via: File, proxy: RegisterProvider },
        env: { OPENAI_API_KEY = API_KEY },
        config: [
            toml(\"~/.codex/config.toml\", owner: Whole) { \"model\"?: ACP_MODEL },
            toml(\"~/.codex/config.toml\", if set(API_KEY), owner: Whole) {
                \"model_provider\": \"benchflow\",
                \"model_providers\": { \"benchflow\": {
                    \"name\": \"BenchFlow\",
                    \"base_url\": if set(BASE_URL) { BASE_URL } else { \"https://api.openai.com/v1\" },
                    \"env_key\": \"OPENAI_API_KEY\",
                    \"wire_api\": \"responses\",
                } },
            },
        ],
";
        check("codex", codex, expected);
    }

    #[test]
    fn base_url_form_follows_the_path() {
        use Protocol::{AnthropicMessages, GoogleGenerateContent, OpenAiCompletions, OpenAiResponses};
        let form = |protocol, tail| base_url(protocol, tail).0;
        assert_eq!(form(OpenAiCompletions, "/chat/completions"), BaseUrlForm::AsGiven);
        assert_eq!(form(OpenAiResponses, "/v1/responses"), BaseUrlForm::WithoutV1);
        assert_eq!(form(AnthropicMessages, "/v1/messages"), BaseUrlForm::WithoutV1);
        assert_eq!(form(AnthropicMessages, "/messages"), BaseUrlForm::WithV1);
        assert_eq!(form(GoogleGenerateContent, "/v1beta/models/m:generateContent"), BaseUrlForm::WithoutV1);
        let (form, value) = base_url(GoogleGenerateContent, "/models/m:generateContent");
        assert_eq!((form, value.contains("{BASE_URL}/v1beta")), (BaseUrlForm::WithoutV1, true));
    }

    #[test]
    fn what_was_not_found_is_said() {
        let trial = Trial::new(WAYS[0], "my-agent");
        let found = Found {
            protocol: Protocol::OpenAiCompletions,
            base: "OPENAI_BASE_URL".to_owned(),
            tail: "/chat/completions".to_owned(),
            key: "OPENAI_API_KEY".to_owned(),
            via: None,
            models: Vec::new(),
            others: vec!["gpt-mini".to_owned()],
        };
        let open = suggest(&trial, &found).open;
        assert!(
            open.len() == 2 && open[0].contains("`model` is a guess") && open[1].contains("`gpt-mini`"),
            "{open:?}"
        );
    }
}
