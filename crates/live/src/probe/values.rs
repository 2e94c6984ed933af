//! Values that have broken something somewhere, as the agent's own parsers read them: a key, a model id and a base URL
//! each arrive on the wire as they were given, or are refused by name before anything is written.

use std::fmt;
use std::time::Instant;

use percent_encoding::percent_decode_str;
use registry_model::model::Agent;

use super::judge::credentials;
use super::options::{Break, Event};
use super::record::RecordedRequest;
use super::scenario::{Answers, DIRECT, Mode, Route, Scenario, Values};
use super::secrets::{self, is_in};
use super::server;
use super::steps::{self, Context, SessionResult};
use super::tally::Tally;
use super::times::elapsed;
use super::verdict::Verdict;
use crate::sandbox::HOME;
use crate::verify::installer::Ready;

/// The name of the file that a value makes where it is executed.
const CANARY: &str = "canary";

/// How the launcher ends when it refuses.
const REFUSED: i32 = 14;

/// A key shorter than this is in other texts by accident.
const UNMISTAKABLE: usize = 16;

/// What is tried: one of each at a time. A key is what a header can carry, a path what a URL can.
const TRIALS: [Values; 12] = [
    Values { key: "it's a \"key\" of back\\slash\\", model: "it's", path: "it's" },
    Values { key: "$(touch canary)-of-a-key", model: "$(touch canary)", path: "$(touch canary)" },
    Values { key: "`touch canary`; 'touch canary'", model: "`touch canary`", path: "a;touch canary" },
    Values { key: "a-key-with-{env:HOME}-in-it", model: "{env:HOME}", path: "{env:HOME}" },
    Values { key: "a-key-with-{file:/etc/hostname}", model: "{file:/etc/hostname}", path: "{file:/etc/hostname}" },
    Values { key: "${HOME} $HOME $$ $& %s%n %HOME%", model: "${HOME}$$", path: "$HOME" },
    Values { key: "\", \"x\": \"y\", {\"}], {{x}} <%= 1 %>", model: "\", \"x\": \"y", path: "\",\"x" },
    Values { key: "--help --version -n --config=x", model: " --help", path: "--help" },
    Values { key: "* ? [a-z] ~ !! # // /* */ <!-- -->", model: "*[a-z]~", path: "*[a-z]~" },
    Values { key: "__proto__", model: ".__proto__", path: "__proto__" },
    Values { key: "null", model: "@1:b=c,d", path: "a@b:c=d,e&f+g" },
    Values { key: "a key  of two blanks", model: "\u{1b}[31m", path: "\u{1b}[31m" },
];

/// What a value is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Key,
    Model,
    BaseUrl,
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "key",
            Self::Model => "model id",
            Self::BaseUrl => "base URL",
        })
    }
}

impl Use {
    const ALL: [Self; 3] = [Self::Key, Self::Model, Self::BaseUrl];

    /// What is given for this use, and nothing harmful for another.
    const fn alone(self, values: Values) -> Values {
        match self {
            Self::Key => Values { key: values.key, ..Values::HARMLESS },
            Self::Model => Values { model: values.model, ..Values::HARMLESS },
            Self::BaseUrl => Values { path: values.path, ..Values::HARMLESS },
        }
    }

    const fn value(self, values: Values) -> &'static str {
        match self {
            Self::Key => values.key,
            Self::Model => values.model,
            Self::BaseUrl => values.path,
        }
    }
}

impl Tally {
    fn count(&mut self, of: Use, values: Values, outcome: Outcome) {
        match outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Wrong(why) => self.wrong.push(format!("{of} {:?}: {why}", of.value(values))),
        }
    }
}

/// What became of one value.
enum Outcome {
    Accepted,
    Refused,
    Wrong(String),
}

/// Tries all values with an agent.
pub(crate) async fn tried(cx: &Context<'_>, agent: &Agent<'_>) -> Tally {
    let begin = Instant::now();
    let mut tally = Tally::new(agent);
    if let Err(why) = all(cx, agent, &mut tally).await {
        tally.unproven = Some(why);
    }
    tally.milliseconds = elapsed(begin);
    (cx.tell)(Event::Tried(&tally));
    tally
}

async fn all(cx: &Context<'_>, agent: &Agent<'_>, tally: &mut Tally) -> Result<(), String> {
    let (ready, _) = steps::install(cx, agent).await.map_err(|why| why.detail().to_owned())?;
    for (index, values) in TRIALS.into_iter().enumerate() {
        (cx.tell)(Event::Began { agent: agent.name, run: "values", number: index + 1, of: TRIALS.len() });
        let mode = if index % 2 == 0 { Mode::Proxy } else { Mode::Direct };
        let trial = Trial { cx, agent, ready: &ready, mode };
        match trial.launch(values).await? {
            Launch::Started { route, met } => {
                for of in Use::ALL {
                    tally.count(of, values, arrived(of, &route, &met));
                }
            }
            // Each alone shows whose fault it was.
            Launch::Refused { .. } => {
                for of in Use::ALL {
                    tally.count(of, values, trial.alone(of, values).await?);
                }
            }
        }
    }
    Ok(())
}

/// An agent and the way that it gets its model.
struct Trial<'a> {
    cx: &'a Context<'a>,
    agent: &'a Agent<'a>,
    ready: &'a Ready,
    mode: Mode,
}

/// How a launch went.
enum Launch {
    /// The agent was started.
    Started { route: Route, met: Box<SessionResult> },
    /// Routing or the launcher refused.
    Refused { said: String, written: Option<String> },
}

impl Trial<'_> {
    /// One value alone.
    async fn alone(&self, of: Use, values: Values) -> Result<Outcome, String> {
        let value = of.value(values);
        Ok(match self.launch(of.alone(values)).await? {
            Launch::Started { route, met } => arrived(of, &route, &met),
            Launch::Refused { written: Some(place), .. } => {
                Outcome::Wrong(format!("refused after {place} was written"))
            }
            Launch::Refused { said, .. } if said.contains(value) => {
                Outcome::Wrong(format!("the refusal prints the value: {said}"))
            }
            Launch::Refused { .. } => Outcome::Refused,
        })
    }

    /// Starts the agent with values, and asks it once.
    async fn launch(&self, values: Values) -> Result<Launch, String> {
        let Self { cx, agent, ready, mode } = *self;
        let scenario = Scenario { name: "values", mode, values, ..DIRECT };
        let mut route = match steps::route(cx, agent, scenario) {
            Ok(route) => route,
            Err(said) => return Ok(Launch::Refused { said, written: None }),
        };
        let folder = cx.folder.join(agent.name).join("runs/values");
        ready.cell.renew().map_err(|refusal| refusal.message)?;
        let plan = server::plan(&folder, scenario, &route.model, server::Tools::default(), Answers::Model);
        let met = steps::meet(cx, agent, ready, &route, scenario, &folder, &plan).await?;
        if met.remains.status == REFUSED && met.record.requests.is_empty() {
            let written = met.remains.files.iter().map(|(place, _)| place).find(|place| is_in(place, HOME)).cloned();
            return Ok(Launch::Refused { said: met.remains.errors, written });
        }
        if cx.options.breaks.contains(&Break::Model) {
            route.model.push_str("-of-another");
        }
        Ok(Launch::Started { route, met: Box::new(met) })
    }
}

/// Whether a value arrived, in every model call, as routing said, and did nothing else on its way.
fn arrived(of: Use, route: &Route, met: &SessionResult) -> Outcome {
    let SessionResult { fault, remains, record } = met;
    if let Some((place, _)) = remains.files.iter().find(|(place, _)| file_name(place).starts_with(CANARY)) {
        return Outcome::Wrong(format!("it was executed: there is {place}"));
    }
    if of == Use::Key
        && route.key.len() >= UNMISTAKABLE
        && let Verdict::Failed(detail) = secrets::secrets(remains, &route.key, &[])
    {
        return Outcome::Wrong(detail);
    }
    if record.model_calls().next().is_none() {
        return Outcome::Wrong(format!("no model call arrived: {}", fault.as_deref().unwrap_or("it said nothing")));
    }
    let wrong = record.model_calls().find_map(|call| differs(of, route, call));
    wrong.map_or(Outcome::Accepted, Outcome::Wrong)
}

fn file_name(place: &str) -> &str {
    place.rsplit('/').next().unwrap_or(place)
}

/// What a call has instead of what routing said.
fn differs(of: Use, route: &Route, call: &RecordedRequest) -> Option<String> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (wanted, found, same) = match of {
        Use::Key => {
            let found = credentials(call, call.protocol.as_deref().unwrap_or_default());
            (route.key.clone(), found.join(" and "), found.contains(&route.key.as_str()))
        }
        Use::Model => {
            let found = call.model.clone().unwrap_or_default();
            // In a path it is escaped.
            let same = found == route.model || plain(&found) == route.model;
            (route.model.clone(), found, same)
        }
        Use::BaseUrl => {
            let found = format!("{}://{}{}", call.scheme, call.host.as_deref().unwrap_or_default(), plain(&call.path));
            let same = found.strip_prefix(&plain(&route.base_url)).is_some_and(|rest| rest.starts_with('/'));
            (route.base_url.clone(), found, same)
        }
    };
    (!same).then(|| format!("{found:?} arrived for {wanted:?}"))
}

#[cfg(test)]
mod tests {
    use super::super::record::Record;
    use super::super::secrets::RunFiles;
    use super::super::trace::Trace;
    use super::*;

    fn route() -> Route {
        Route {
            variables: Vec::new(),
            base_url: "https://models.probe.example:8443/gateway/v7/it's".to_owned(),
            key: "a \"key\" of some length".to_owned(),
            model: "a-model it's".to_owned(),
            told: String::new(),
            mode: String::new(),
            folder: String::new(),
        }
    }

    fn call() -> RecordedRequest {
        RecordedRequest {
            scheme: "https".to_owned(),
            method: Some("POST".to_owned()),
            host: Some("models.probe.example:8443".to_owned()),
            path: "/gateway/v7/it%27s/chat/completions".to_owned(),
            headers: vec![("authorization".to_owned(), "Bearer a \"key\" of some length".to_owned())],
            protocol: Some("openai-completions".to_owned()),
            model: Some("a-model%20it's".to_owned()),
            ..RecordedRequest::default()
        }
    }

    fn met(call: RecordedRequest) -> SessionResult {
        let trace = Trace { started: vec![vec!["agent".to_owned()]], ..Trace::default() };
        let remains = RunFiles { trace, ..RunFiles::default() };
        SessionResult { fault: None, remains, record: Record { requests: vec![call], ..Record::default() } }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut RecordedRequest), wrong: [Option<&str>; 3]) {
        let mut call = call();
        change(&mut call);
        for (of, wrong) in Use::ALL.into_iter().zip(wrong) {
            match (arrived(of, &route(), &met(call.clone())), wrong) {
                (Outcome::Accepted, None) => {}
                (Outcome::Wrong(why), Some(says)) if why.contains(says) => {}
                (Outcome::Wrong(why), _) => panic!("{of}: {why}"),
                (Outcome::Accepted | Outcome::Refused, _) => panic!("{of} is not wrong"),
            }
        }
    }

    #[test]
    fn hostile_values_arrive_unchanged_despite_client_escaping() {
        check(|_| {}, [None, None, None]);
        let other = "Bearer a \\\"key\\\" of some length";
        check(|it| it.headers = vec![("authorization".into(), other.into())], [Some("arrived for"), None, None]);
        check(|it| it.model = Some("a-model it".to_owned()), [None, Some("a-model it's"), None]);
        check(|it| it.path = "/gateway/v7/it/chat/completions".to_owned(), [None, None, Some("/v7/it/chat")]);
        check(|it| it.host = Some("elsewhere".to_owned()), [None, None, Some("elsewhere")]);
        check(|it| it.protocol = None, [Some("no model call"), Some("no model call"), Some("no model call")]);
    }

    #[track_caller]
    fn check_left(change: impl FnOnce(&mut RunFiles), says: &str) {
        let mut met = met(call());
        change(&mut met.remains);
        match arrived(Use::Key, &route(), &met) {
            Outcome::Wrong(why) => assert!(why.contains(says), "{why}"),
            Outcome::Accepted | Outcome::Refused => panic!("it is not wrong"),
        }
    }

    #[test]
    fn executed_or_printed_value_is_wrong() {
        check_left(|it| it.files = vec![("/tmp/canary".to_owned(), "/no/such/file".into())], "it was executed");
        check_left(|it| it.errors = format!("cannot parse {}", route().key), "standard error");
        check_left(|it| it.trace.started = vec![vec!["sh".to_owned(), route().key]], "words that `sh`");
    }

    #[test]
    fn tally_passes_without_wrong_values_and_above_its_floor() {
        let tally = |accepted, refused, floor| Tally { accepted, refused, floor, ..Tally::new(&Agent::EMPTY) };
        assert!(tally(3, 7, 30).is_good() && !tally(2, 8, 30).is_good() && tally(1, 9, 10).is_good());
        assert!(!Tally { wrong: vec![String::new()], ..tally(9, 1, 30) }.is_good());
        assert!(!Tally { unproven: Some(String::new()), ..tally(9, 1, 30) }.is_good());
    }
}
