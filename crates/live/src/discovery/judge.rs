//! From the requests of a trial to what the agent reads: which base URL, which key, and which source of the model id.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use registry_model::model::{Protocol, Via};

use super::trial::{CONFIG_OPTION, SET_MODEL, Trial, folder, key};
use crate::probe::record::{Record, RecordedRequest};

/// A call of a model at the model server of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) protocol: Protocol,
    /// The source of the base URL that it went to; none where the path is another.
    base: Option<String>,
    /// The path behind the base URL.
    tail: String,
    /// The sources of the keys in its headers and query.
    keys: Vec<String>,
    /// The model id as it was sent.
    model: String,
}

impl Call {
    /// Reads a request; none where it asks no model anything.
    fn read(request: &RecordedRequest, trial: &Trial) -> Option<Self> {
        let protocol = Protocol::from_id(request.protocol.as_deref()?)?;
        let path = percent_decode_str(&request.path).decode_utf8_lossy().into_owned();
        let (first, tail) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
        let base = trial.sources().find(|source| folder(source) == first).map(str::to_owned);
        let tail = if base.is_some() { format!("/{tail}") } else { path.clone() };
        let has = |text: &str| {
            request.headers.iter().any(|(_, value)| value.contains(text))
                || request.query.as_deref().is_some_and(|query| query.contains(text))
        };
        let keys = trial.sources().filter(|source| has(&key(source))).map(str::to_owned).collect();
        Some(Self { protocol, base, tail, keys, model: request.model.clone().unwrap_or_default() })
    }

    /// The source of its model id; a provider before the id and a setting behind it are the agent's own business.
    fn model_source<'t>(&self, trial: &'t Trial) -> Option<&'t str> {
        let id = self.model.rsplit('/').next().unwrap_or_default();
        trial.models().find(|source| {
            id.strip_prefix(trial.model(source).as_str())
                .is_some_and(|rest| !rest.starts_with(|it: char| it.is_alphanumeric() || it == '-'))
        })
    }
}

/// What an agent reads of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The protocol that it speaks then.
    pub(crate) protocol: Protocol,
    /// The source of the base URL.
    pub(crate) base: String,
    /// What it appends to the base URL.
    pub(crate) tail: String,
    /// The source of the key.
    pub(crate) key: String,
    /// The way of the model id, the best of those that arrived.
    pub(crate) via: Option<Via>,
    /// The variables and files whose model id arrived.
    pub(crate) models: Vec<String>,
    /// Other ids that it asked for.
    pub(crate) others: Vec<String>,
}

impl Found {
    /// The variables and files that are needed.
    pub(crate) fn sources(&self) -> Vec<&str> {
        let mut all: Vec<&str> =
            [self.base.as_str(), &self.key].into_iter().chain(self.models.iter().map(String::as_str)).collect();
        let mut seen = BTreeSet::new();
        all.retain(|it| seen.insert(*it));
        all
    }
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Base URL and key arrived together.
    Works(Found),
    /// Some of it arrived.
    Partly(String),
    /// Nothing did.
    Nothing(String),
}

/// Judges a trial by what arrived.
pub(crate) fn judge(trial: &Trial, record: &Record) -> Finding {
    let calls: Vec<Call> = record.requests.iter().filter_map(|it| Call::read(it, trial)).collect();
    let Some(based) = calls.iter().find(|it| it.base.is_some()) else {
        return nothing(&calls, record);
    };
    let whole = calls.iter().find_map(|it| Some((it, it.base.as_ref()?, it.keys.first()?)));
    let Some((call, base, key)) = whole else {
        let source = based.base.as_deref().unwrap_or_default();
        return Finding::Partly(format!("it calls {} at `{source}`, with none of the keys", based.protocol.word()));
    };
    let same: Vec<&Call> = calls.iter().filter(|it| it.base.as_ref() == Some(base)).collect();
    let arrived: BTreeSet<&str> = same.iter().filter_map(|it| it.model_source(trial)).collect();
    let is_file = |source: &str| trial.files.iter().any(|(path, _)| path == source);
    let models: Vec<String> = trial.sources().filter(|it| arrived.contains(it)).map(str::to_owned).collect();
    let via = if arrived.contains(SET_MODEL) {
        Some(Via::SetModel)
    } else if arrived.contains(CONFIG_OPTION) {
        Some(Via::ConfigOption)
    } else {
        models.first().map(|first| if is_file(first) { Via::File } else { Via::Env })
    };
    let mut others: Vec<String> =
        same.iter().filter(|it| it.model_source(trial).is_none()).map(|it| it.model.clone()).collect();
    others.sort();
    others.dedup();
    Finding::Works(Found {
        protocol: call.protocol,
        base: base.clone(),
        tail: call.tail.clone(),
        key: key.clone(),
        via,
        models,
        others,
    })
}

/// No call went to a base URL that was given: where did it go?
fn nothing(calls: &[Call], record: &Record) -> Finding {
    if let Some(call) = calls.first() {
        return Finding::Partly(format!("it calls {} at another path: `{}`", call.protocol.word(), call.tail));
    }
    let mut hosts: Vec<&str> =
        record.requests.iter().map(RecordedRequest::to).filter(|it| !it.starts_with("127.")).collect();
    hosts.sort_unstable();
    hosts.dedup();
    Finding::Nothing(match hosts.as_slice() {
        [] => "no call of a model".to_owned(),
        hosts => format!("no call of a model; it calls {}", hosts.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::super::ways::WAYS;
    use super::*;

    fn trial(name: &str) -> Trial {
        Trial::new(WAYS.into_iter().find(|it| it.name == name).expect("it is a way"), "my-agent")
    }

    /// A request with a key in a header.
    fn request(protocol: Protocol, path: &str, header: &str, model: &str) -> RecordedRequest {
        RecordedRequest {
            listener: "127.0.0.1:8480".to_owned(),
            path: path.to_owned(),
            headers: vec![("authorization".to_owned(), header.to_owned())],
            protocol: Some(protocol.id().to_owned()),
            model: Some(model.to_owned()),
            ..RecordedRequest::default()
        }
    }

    fn openai(header: &str, model: &str) -> RecordedRequest {
        request(Protocol::OpenAiCompletions, "/try-openai-base-url/chat/completions", header, model)
    }

    #[track_caller]
    fn check(way: &str, requests: Vec<RecordedRequest>, expected: &Finding) {
        let record = Record { requests, ..Record::default() };
        assert_eq!(judge(&trial(way), &record), *expected);
    }

    fn found() -> Found {
        Found {
            protocol: Protocol::OpenAiCompletions,
            base: "OPENAI_BASE_URL".to_owned(),
            tail: "/chat/completions".to_owned(),
            key: "OPENAI_API_KEY".to_owned(),
            via: None,
            models: Vec::new(),
            others: Vec::new(),
        }
    }

    #[test]
    fn values_that_arrive_name_their_variables() {
        let bearer = format!("Bearer {}", key("OPENAI_API_KEY"));
        let by_variable = openai(&bearer, "gpt-try-openai-model");
        let models = vec!["OPENAI_MODEL".to_owned()];
        let found = found();
        check(
            "openai",
            vec![by_variable.clone()],
            &Finding::Works(Found { via: Some(Via::Env), models: models.clone(), ..found.clone() }),
        );
        // A model that was passed over ACP comes before a variable; both are known.
        check(
            "openai",
            vec![by_variable.clone(), openai(&bearer, "openai/gpt-try-session-set-model")],
            &Finding::Works(Found { via: Some(Via::SetModel), models: models.clone(), ..found.clone() }),
        );
        check(
            "openai",
            vec![openai(&bearer, "gpt-try-session-set-config-option:high")],
            &Finding::Works(Found { via: Some(Via::ConfigOption), ..found.clone() }),
        );
        // Another model beside it, as for titles.
        check(
            "openai",
            vec![openai(&bearer, "gpt-mini"), by_variable],
            &Finding::Works(Found {
                via: Some(Via::Env),
                models,
                others: vec!["gpt-mini".to_owned()],
                ..found.clone()
            }),
        );
        let others = vec!["gpt-try-openai-model-mini".to_owned()];
        check("openai", vec![openai(&bearer, "gpt-try-openai-model-mini")], &Finding::Works(Found { others, ..found }));
    }

    #[test]
    fn key_of_a_query_counts_and_model_may_be_in_the_path() {
        let path = "/try-google-gemini-base-url/v1beta/models/gemini-try-gemini-model:generateContent";
        let mut call = request(Protocol::GoogleGenerateContent, path, "", "gemini-try-gemini-model");
        call.query = Some(format!("key={}", key("GEMINI_API_KEY")));
        let expected = Found {
            protocol: Protocol::GoogleGenerateContent,
            base: "GOOGLE_GEMINI_BASE_URL".to_owned(),
            tail: "/v1beta/models/gemini-try-gemini-model:generateContent".to_owned(),
            key: "GEMINI_API_KEY".to_owned(),
            via: Some(Via::Env),
            models: vec!["GEMINI_MODEL".to_owned()],
            others: Vec::new(),
        };
        check("gemini", vec![call], &Finding::Works(expected));
    }

    #[test]
    fn file_is_the_source_of_all_three() {
        let path = "~/.config/my-agent/my-agent.json";
        let call = request(
            Protocol::OpenAiCompletions,
            "/try-config-my-agent-my-agent-json/chat/completions",
            &key(path),
            "gpt-try-config-my-agent-my-agent-json",
        );
        let path = path.to_owned();
        let expected =
            Found { base: path.clone(), key: path.clone(), via: Some(Via::File), models: vec![path], ..found() };
        assert_eq!(expected.sources(), ["~/.config/my-agent/my-agent.json"]);
        check("opencode", vec![call], &Finding::Works(expected));
    }

    #[test]
    fn incomplete_trial_says_what_is_missing() {
        let keyless = openai("Bearer of-another", "gpt-try-openai-model");
        let says = "it calls OpenAiCompletions at `OPENAI_BASE_URL`, with none of the keys";
        check("openai", vec![keyless], &Finding::Partly(says.to_owned()));
        let elsewhere = request(Protocol::OpenAiResponses, "/v1/responses", "", "");
        let says = "it calls OpenAiResponses at another path: `/v1/responses`";
        check("openai", vec![elsewhere], &Finding::Partly(says.to_owned()));
        let vendor = RecordedRequest { sni: Some("api.example.org".to_owned()), ..RecordedRequest::default() };
        let says = "no call of a model; it calls api.example.org";
        check("openai", vec![vendor.clone(), vendor], &Finding::Nothing(says.to_owned()));
        check("openai", Vec::new(), &Finding::Nothing("no call of a model".to_owned()));
    }
}
