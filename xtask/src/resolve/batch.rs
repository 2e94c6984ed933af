//! `resolve --batch`: answers each line of JSON with a line of JSON, in the same order and with constant memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use registry_model::model::{Agent, Protocol, Registry};
use registry_model::names;
use registry_routing::{Given, Refusal, Resolution, Router, Sandbox, Variables};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::error::Category;
use serde_json::{Map, Value, json};

use super::show::fault;
use registry_command::failure::{Failure, Outcome, Status};

/// The maximum bytes of a line; a longer one is rejected before it is in memory.
const LINE: usize = 1 << 20;

/// The context of a batch.
pub(crate) struct Batch<'b, 'a> {
    /// The registry, for its names.
    pub(crate) registry: &'b Registry<'a>,
    /// The router of the registry.
    pub(crate) router: &'b Router<'a>,
    /// The kind of the queries, if it is not the whole environment.
    pub(crate) query: Option<&'b str>,
    /// The variables of the command line, for every line.
    pub(crate) given: Given,
    /// The sandbox of an agent.
    pub(crate) sandbox: &'b dyn Fn(&Agent<'_>) -> Outcome<Sandbox>,
}

/// A line of the usual query.
#[derive(Deserialize)]
struct Case<'l> {
    #[serde(borrow)]
    agent: Cow<'l, str>,
    #[serde(borrow)]
    model: Cow<'l, str>,
    #[serde(default)]
    env: Variables,
}

/// Why a line has no answer. No part of the line is repeated, since it may be a secret.
struct BadLine(String);

/// Answers a file, or standard input for `-`.
pub(crate) fn run(batch: &Batch<'_, '_>, path: &Path) -> Outcome {
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|error| Failure::io("read", path, &error))?)
    };
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut answers = Answers { batch, given: batch.given.clone(), sandboxes: BTreeMap::new(), text: Vec::new() };
    let (mut line, mut number, mut status) = (Vec::new(), 0_u64, Status::Done);
    while let Some(whole) = next_line(&mut input, &mut line).map_err(|error| Failure::io("read", path, &error))? {
        number += 1;
        let answered = if whole { answers.answer(&line)? } else { Err(BadLine("is over a megabyte".to_owned())) };
        if let Err(BadLine(why)) = answered {
            status = Status::Found;
            answers.write(&bad_line(number, &why));
        }
        // A program that sends line by line waits for each answer.
        if let Err(error) = send(&mut output, &answers.text, input.buffer().is_empty()) {
            return if error.kind() == io::ErrorKind::BrokenPipe { Ok(status) } else { Err(unwritten(&error)) };
        }
    }
    Ok(status)
}

fn bad_line(number: u64, why: &str) -> Value {
    json!({"error": {"kind": "bad-line", "name": number.to_string(), "message": format!("line {number} {why}")}})
}

fn send(output: &mut impl Write, text: &[u8], flush: bool) -> io::Result<()> {
    output.write_all(text)?;
    output.write_all(b"\n")?;
    if flush { output.flush() } else { Ok(()) }
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::new(format!("standard output cannot be written: {error}")).help("free some space, or print elsewhere")
}

/// Reads a line; `None` at the end, `false` for a line that is too long, whose rest is skipped.
fn next_line(input: &mut BufReader<Box<dyn Read>>, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let limit = u64::try_from(LINE).unwrap_or(u64::MAX);
    if input.by_ref().take(limit).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    let whole = line.len() < LINE || line.ends_with(b"\n");
    if !whole {
        input.skip_until(b'\n')?;
    }
    Ok(Some(whole))
}

/// Answers lines, with a cache for repeated lookups.
struct Answers<'b, 'a> {
    batch: &'b Batch<'b, 'a>,
    given: Given,
    sandboxes: BTreeMap<&'a str, Sandbox>,
    text: Vec<u8>,
}

impl Answers<'_, '_> {
    /// Writes the answer to a line into `text`.
    fn answer(&mut self, line: &[u8]) -> Outcome<Result<(), BadLine>> {
        match self.batch.query {
            None => match parse::<Case<'_>>(line) {
                Ok(case) => self.resolve(case).map(Ok),
                Err(bad) => Ok(Err(bad)),
            },
            Some(query) => Ok(self.query(query, line)),
        }
    }

    fn write(&mut self, answer: &impl Serialize) {
        self.text.clear();
        // Writing to memory cannot fail, and every key is a string.
        let _ = serde_json::to_writer(&mut self.text, answer);
    }

    fn resolve(&mut self, case: Case<'_>) -> Outcome<()> {
        let Case { agent, model, env } = case;
        let Some(entry) = self.batch.router.entry(&agent) else {
            let error = unknown_agent(self.batch.registry, &agent);
            self.write(&error);
            return Ok(());
        };
        let name = entry.agent.name;
        if !self.sandboxes.contains_key(name) {
            self.sandboxes.insert(name, (self.batch.sandbox)(entry.agent)?);
        }
        self.given.host = env;
        let Some(sandbox) = self.sandboxes.get(name) else { return Ok(()) };
        match self.batch.router.resolve(entry, &model, &self.given, sandbox) {
            Ok(found) => self.write(&ResolutionLine(&found)),
            Err(refusal) => self.write(&refused(&refusal)),
        }
        Ok(())
    }

    /// Answers a query of another kind: the line is returned with the answer in it.
    fn query(&mut self, query: &str, line: &[u8]) -> Result<(), BadLine> {
        let mut question: Map<String, Value> = parse(line)?;
        let answer = match query {
            "lookup" => lookup(self.batch.router, text(&question, "model")?),
            "base_url" => self.base_url(&question)?,
            _ => self.acp_model_id(text(&question, "agent")?, text(&question, "model")?),
        };
        for key in ["base_url", "acp_model_id", "error"] {
            question.remove(key);
        }
        question.extend(answer);
        self.write(&crate::json::sorted(Value::Object(question)));
        Ok(())
    }

    fn base_url(&mut self, question: &Map<String, Value>) -> Result<Map<String, Value>, BadLine> {
        let name = text(question, "provider")?;
        let Some(provider) = self.batch.router.provider_named(name) else {
            return Err(BadLine("has no registered `provider`".to_owned()));
        };
        let protocol = match question.get("protocol").and_then(Value::as_str) {
            None => None,
            Some(id) => match Protocol::ALL.into_iter().find(|it| it.id() == id) {
                None => return Err(BadLine("has no known `protocol`".to_owned())),
                found => found,
            },
        };
        let env = question.get("env").cloned().unwrap_or_else(|| json!({}));
        self.given.host =
            serde_json::from_value(env).map_err(|_| BadLine("has an `env` that is not of texts".to_owned()))?;
        Ok(answered("base_url", registry_routing::base_url(provider, protocol, &self.given)))
    }

    fn acp_model_id(&self, agent: &str, model: &str) -> Map<String, Value> {
        match self.batch.router.entry(agent) {
            Some(entry) => answered("acp_model_id", self.batch.router.acp_model_id(entry.agent.model.format, model)),
            None => unknown_agent(self.batch.registry, agent),
        }
    }
}

/// An answer under its key, or the refusal.
fn answered(key: &str, answer: Result<String, Refusal>) -> Map<String, Value> {
    match answer {
        Ok(answer) => Map::from_iter([(key.to_owned(), Value::String(answer))]),
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Map<String, Value> {
    Map::from_iter([("error".to_owned(), fault(refusal))])
}

fn unknown_agent(registry: &Registry<'_>, name: &str) -> Map<String, Value> {
    let near = names::nearest(name, registry.names());
    let help = near.map_or(String::new(), |near| format!("\nhelp: did you mean `{near}`?"));
    let error = json!({"kind": "unknown-agent", "message": format!("no such agent: `{name}`{help}"), "name": name});
    Map::from_iter([("error".to_owned(), error)])
}

fn lookup(router: &Router<'_>, reference: &str) -> Map<String, Value> {
    let (provider, stripped) = router.provider(reference);
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let answers = [
        ("provider", text(provider.map(|it| it.name))),
        ("stripped", text(Some(stripped))),
        ("bare_provider", text(router.bare_provider(reference).map(|it| it.name))),
        ("auth_env", text(router.auth_env(reference))),
        ("credential", text(router.credential(reference))),
    ];
    answers.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn text<'q>(question: &'q Map<String, Value>, key: &str) -> Result<&'q str, BadLine> {
    question.get(key).and_then(Value::as_str).ok_or_else(|| BadLine(format!("has no text `{key}`")))
}

/// Parses a line as JSON. The parser's message may repeat a value, so only the place is reported.
fn parse<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, BadLine> {
    let line = line.trim_ascii_end();
    serde_json::from_slice(line).map_err(|error| match error.classify() {
        Category::Data => {
            BadLine("is not an object of texts `agent` and `model`, and `env`, an object of texts".to_owned())
        }
        Category::Eof => BadLine(format!("ends too early, at column {}", column(line, line.len() + 1))),
        Category::Io | Category::Syntax => BadLine(format!("is not JSON at column {}", column(line, error.column()))),
    })
}

/// The column of a byte, counted in characters, as in editors.
fn column(line: &[u8], byte: usize) -> usize {
    let before = line.get(..byte.saturating_sub(1)).unwrap_or(line);
    String::from_utf8_lossy(before).chars().count() + 1
}

/// A resolution as its line of JSON.
struct ResolutionLine<'r, 'a>(&'r Resolution<'a>);

impl Serialize for ResolutionLine<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let refusal = self.0.acp_model_id.as_ref().err();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("set", &Set(self.0))?;
        map.serialize_entry("acp_model_id", &self.0.acp_model_id.as_ref().ok())?;
        if let Some(refusal) = refusal {
            map.serialize_entry("acp_model_error", &fault(refusal))?;
        }
        if let Some(name) = self.0.unused {
            map.serialize_entry("unused", name)?;
        }
        map.end()
    }
}

/// The variables of a resolution.
struct Set<'r, 'a>(&'r Resolution<'a>);

impl Serialize for Set<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.variables.iter().map(|(name, it)| (name, &it.value)))
    }
}
