//! What the model says: a function of the request alone, so that requests of several dialogues may mix.

use serde_json::Value;

use super::mcp::McpServer;
use super::plan::Plan;
use super::query::{Choice, Message, ModelQuery};
use super::schema;
use super::tools::{self, Call};

/// The word of a prompt that has the shell called.
pub const SHELL_WORD: &str = "PROBE-SHELL";

/// The word of a prompt that has the agent's own search for tools called, where it lists one.
pub const SEARCH_WORD: &str = "PROBE-SEARCH";

/// The word of a prompt that has the web tool called.
pub const WEB_WORD: &str = "PROBE-WEB";

/// The word of a prompt whose answer is held back, so that its turn can be cancelled.
pub const WAIT_WORD: &str = "PROBE-WAIT";

/// What is said where nothing else is.
pub const TEXT: &str = "Probe answered.";

/// Calls in a dialogue. An agent that repeats the prompt behind every output would go on for ever.
const MOST_CALLS: usize = 24;

/// What the model says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ModelAnswer {
    /// A text, which ends the turn.
    Text(String),
    /// A call of a tool.
    Call(Call),
}

impl ModelAnswer {
    /// What it is called in the record.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Call(_) => "tool_call",
        }
    }

    /// About how many tokens it has.
    pub(crate) fn tokens(&self) -> u64 {
        let length = match self {
            Self::Text(text) => text.len(),
            Self::Call(call) => call.tool.name.len() + call.arguments.to_string().len(),
        };
        u64::try_from(length.div_ceil(4)).unwrap_or(u64::MAX).max(1)
    }
}

/// The answer to a request.
pub(crate) fn answer(asked: &ModelQuery, plan: &Plan) -> ModelAnswer {
    if let Some(call) = call(asked, plan) {
        return ModelAnswer::Call(call);
    }
    match &asked.schema {
        Some(schema) => ModelAnswer::Text(schema::instance(schema).to_string()),
        None => ModelAnswer::Text(TEXT.to_owned()),
    }
}

/// Whether the answer is held back. A turn that was cancelled leaves its prompt before the next one.
pub(crate) fn is_held(asked: &ModelQuery) -> bool {
    asked.last_words().rsplit_once(WAIT_WORD).is_some_and(|(_, after)| !after.contains("PROBE-"))
}

fn call(asked: &ModelQuery, plan: &Plan) -> Option<Call> {
    let last = asked.last_words();
    if asked.tools.is_empty() || asked.outputs().count() >= MOST_CALLS {
        return None;
    }
    let shell = || tools::shell(&asked.tools, &plan.shell_command);
    let web = || {
        let name = plan.web_tool.as_deref()?;
        tools::web(&asked.tools, name, plan.web_arguments.as_ref(), plan.web_unoffered)
    };
    let search = || tools::search(&asked.tools, plan.searched_tool.as_deref()?, true);
    let asked_for = if last.contains(SHELL_WORD) {
        shell()
    // mutant: the search is never called
    } else if last.contains(SEARCH_WORD) {
        search()
    } else if last.contains(WEB_WORD) {
        web()
    } else {
        McpServer::asked_for(&last).and_then(|server| server.call(asked))
    };
    asked_for.or_else(|| demanded(asked))
}

/// The call that the request leaves no choice about. Once it was made, the dialogue may end.
fn demanded(asked: &ModelQuery) -> Option<Call> {
    if matches!(asked.said.last(), Some(Message::Output(_))) {
        return None;
    }
    let tool = match (&asked.choice, asked.tools.as_slice()) {
        (Choice::Named(name), tools) => tools.iter().find(|tool| tool.name == *name),
        (Choice::Any, [only]) => Some(only),
        (Choice::Any | Choice::Free, _) => None,
    };
    tool.map(tools::plainly)
}

/// About how many tokens a request has: the reported usage must be of its order.
pub(crate) fn tokens(body: &Value) -> u64 {
    u64::try_from(body.to_string().len().div_ceil(4)).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::query::Tool;
    use super::*;

    fn plan(more: &Value) -> Plan {
        let mut plan = json!({"listen": "127.0.0.1:0", "model": "m", "shell_command": "true", "web_tool": "fetch"});
        plan.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        serde_json::from_value(plan).expect("it is a plan")
    }

    fn asked(said: &[Message]) -> ModelQuery {
        let tools = vec![
            Tool::function(
                "fetch",
                json!({"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}),
            ),
            Tool::function("bash", json!({"type": "object", "properties": {"command": {"type": "string"}}})),
        ];
        ModelQuery { tools, said: said.to_vec(), ..ModelQuery::default() }
    }

    fn user(text: &str) -> Message {
        Message::User(text.to_owned())
    }

    /// Holds which tool is called; none for a text.
    #[track_caller]
    fn check(asked: &ModelQuery, called: Option<&str>) {
        let answer = answer(asked, &plan(&json!({})));
        let name = match &answer {
            ModelAnswer::Call(call) => Some(call.tool.name.as_str()),
            ModelAnswer::Text(text) => {
                assert!(!text.is_empty(), "a text says something");
                None
            }
        };
        assert_eq!(name, called, "{asked:?}");
    }

    #[test]
    fn prompt_keyword_triggers_a_tool_call() {
        check(&asked(&[user("PROBE-SHELL please")]), Some("bash"));
        check(&asked(&[user("<reminder/>"), user("PROBE-SHELL"), user("<more/>")]), Some("bash"));
        check(&asked(&[user("hello"), Message::Model, user("PROBE-WEB")]), Some("fetch"));
        check(&asked(&[user("hello")]), None);
        check(&ModelQuery { tools: Vec::new(), ..asked(&[user("PROBE-SHELL")]) }, None);
    }

    #[test]
    fn tool_search_is_called_when_it_is_listed() {
        let plan = plan(&json!({"searched_tool": "get_page"}));
        let mut asked = asked(&[user("PROBE-SEARCH")]);
        assert_eq!(answer(&asked, &plan), ModelAnswer::Text(TEXT.to_owned()));
        let schema = json!({"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]});
        asked.tools.push(Tool::function("ToolSearch", schema));
        let ModelAnswer::Call(call) = answer(&asked, &plan) else { panic!("a tool is called") };
        assert_eq!(call.arguments, json!({"query": "get_page"}));
        asked.said.extend([Message::Model, Message::Output("found".to_owned())]);
        assert_eq!(answer(&asked, &plan), ModelAnswer::Text(TEXT.to_owned()));
    }

    #[test]
    fn turn_ends_after_the_tool_output() {
        let output = || Message::Output("out".to_owned());
        let called = [user("PROBE-SHELL"), Message::Model, output()];
        check(&asked(&called), None);
        check(&asked(&[&called[..], &[user("<reminder/>")]].concat()), None);
        check(&asked(&[&called[..], &[Message::Model, user("PROBE-SHELL")]].concat()), Some("bash"));
        let endless = (0..MOST_CALLS).flat_map(|_| [output(), user("PROBE-SHELL")]).collect::<Vec<_>>();
        check(&asked(&endless), None);
    }

    #[test]
    fn required_tool_is_called_once() {
        let named = ModelQuery { choice: Choice::Named("bash".to_owned()), ..asked(&[user("hello")]) };
        check(&named, Some("bash"));
        check(&ModelQuery { said: vec![user("hello"), Message::Model, Message::Output(String::new())], ..named }, None);
        check(&ModelQuery { choice: Choice::Any, ..asked(&[user("hello")]) }, None);
        let mut only = ModelQuery { choice: Choice::Any, ..asked(&[user("hello")]) };
        only.tools.truncate(1);
        check(&only, Some("fetch"));
    }

    #[test]
    fn structured_answer_matches_its_schema() {
        let schema = json!({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]});
        let asked = ModelQuery { schema: Some(schema), ..asked(&[user("hello")]) };
        assert_eq!(answer(&asked, &plan(&json!({}))), ModelAnswer::Text(r#"{"title":"probe"}"#.to_owned()));
    }

    #[test]
    fn web_unoffered_plan_calls_an_unoffered_tool() {
        let plan = plan(&json!({"web_tool": "hidden", "web_unoffered": true}));
        let ModelAnswer::Call(call) = answer(&asked(&[user("PROBE-WEB")]), &plan) else { panic!("a tool is called") };
        assert_eq!(call.tool.name, "hidden");
    }
}
