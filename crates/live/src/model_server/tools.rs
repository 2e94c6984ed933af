//! Calls of tools: which of the tools that an agent offers is its shell, and with which arguments a tool is called.

use serde_json::{Map, Value, json};

use super::query::{Form, Tool};
use super::schema;

/// What shells are called, in lower case and without what joins the words; the first that is offered is taken.
///
/// The names are those that agents were seen to offer, and those of the APIs themselves.
const SHELLS: [&str; 15] = [
    "bash",
    "shell",
    "shellcommand",
    "localshell",
    "execcommand",
    "runshellcommand",
    "executebash",
    "executecommand",
    "runcommand",
    "runcommands",
    "runterminalcommand",
    "terminal",
    "runinterminal",
    "execute",
    "exec",
];

/// What the argument is called that holds a command.
const COMMANDS: [&str; 7] = ["command", "cmd", "commands", "script", "code", "argv", "input"];

/// What tools are called that find other tools, in the same form: an agent with many tools lists such a tool, and only
/// names the others in a text until one is asked for.
///
/// The first that is offered is taken. Seen on the wire: `ToolSearch` over Anthropic messages and chat completions;
/// `search_tool_functions`, `search_tool` and `tool_describe` over chat completions; `tool_search` is the type of
/// OpenAI's Responses.
const SEARCHERS: [&str; 6] =
    ["toolsearch", "searchtoolfunctions", "searchtools", "findtools", "searchtool", "tooldescribe"];

/// What tools are called that call another one, by its name: an agent with such a tool lists none that it has found.
///
/// Seen on the wire: `tool_call` and `use_tool` over chat completions.
const BRIDGES: [&str; 3] = ["toolcall", "usetool", "calltool"];

/// What tools are called that run a program, which calls other tools as `tools.GROUP.NAME(ARGUMENTS)`.
///
/// Seen on the wire: `run_typescript` over chat completions, beside `search_tool_functions`.
const PROGRAMS: [&str; 1] = ["runtypescript"];

/// What the arguments of a bridge are called that name the other tool.
const BRIDGED: [&str; 4] = ["name", "tool_name", "tool", "id"];

/// What the arguments of a bridge are called that hold those of the other tool.
const PASSED: [&str; 4] = ["arguments", "tool_input", "input", "args"];

/// What the argument is called that says which tool is meant.
const QUERIES: [&str; 7] = ["query", "queries", "names", "name", "keywords", "search", "q"];

/// A page that no tool can read: it is at a name that is reserved.
const PAGE: &str = "https://web.probe.example/";

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The tool.
    pub(crate) tool: Tool,
    /// Its arguments; a text for one that is called with a text.
    pub(crate) arguments: Value,
}

/// A call of the shell that is among the tools.
pub(crate) fn shell(tools: &[Tool], command: &str) -> Option<Call> {
    let named = |shell: &&str| tools.iter().find(|tool| tool.form != Form::Hosted && plain(&tool.name) == **shell);
    SHELLS.iter().filter_map(named).find_map(|tool| {
        let arguments = shell_arguments(tool, command)?;
        Some(Call { tool: tool.clone(), arguments })
    })
}

/// A call of a tool with the least that its schema asks for.
pub(crate) fn plainly(tool: &Tool) -> Call {
    let arguments = match tool.form {
        Form::Custom => Value::from(schema::WORD),
        Form::Function | Form::LocalShell | Form::Search | Form::Hosted => Value::Object(filled(&tool.schema)),
    };
    Call { tool: tool.clone(), arguments }
}

/// A call of a tool with these arguments, and the least that its schema asks for besides: an agent may add parameters
/// of its own to the tools of others.
pub(crate) fn with(tool: &Tool, arguments: &Value) -> Call {
    // mutant: what an agent adds is not filled
    let mut all = filled(&tool.schema);
    all.extend(arguments.as_object().cloned().unwrap_or_default());
    Call { tool: tool.clone(), arguments: Value::Object(all) }
}

/// A call of a web tool, with a page or a question wherever it asks for one.
pub(crate) fn web(tools: &[Tool], name: &str, arguments: Option<&Map<String, Value>>, unoffered: bool) -> Option<Call> {
    let offered = tools.iter().find(|tool| tool.name == name);
    let tool = offered.cloned().or_else(|| unoffered.then(|| Tool::function(name, Value::Null)))?;
    let arguments = match arguments {
        Some(arguments) => arguments.clone(),
        None if tool.schema.is_null() => web_arguments(),
        None => filled(&tool.schema),
    };
    Some(Call { tool, arguments: Value::Object(arguments) })
}

/// Whether a tool of this name finds other tools.
pub(crate) fn is_searcher(name: &str) -> bool {
    // mutant: any tool finds tools
    SEARCHERS.contains(&plain(name).as_str())
}

/// A call of the agent's own tool that finds tools, with the name of one: the whole name, or what is known of it.
pub(crate) fn search(tools: &[Tool], wanted: &str, whole: bool) -> Option<Call> {
    let named = |searcher: &&str| tools.iter().find(|it| it.form == Form::Function && plain(&it.name) == **searcher);
    let tool = SEARCHERS.iter().find_map(named)?;
    // Where names can be given exactly, the description says so.
    let exact = whole && tool.description.contains("select:");
    let query = if exact { format!("select:{wanted}") } else { wanted.to_owned() };
    let (name, asked) = QUERIES.iter().find_map(|name| Some((*name, schema::property(&tool.schema, name)?)))?;
    let mut arguments = filled(&tool.schema);
    let value = if schema::admits(asked, "string") { Value::from(query) } else { json!([query]) };
    arguments.insert(name.to_owned(), value);
    Some(Call { tool: tool.clone(), arguments: Value::Object(arguments) })
}

/// Whether a tool of this name calls another one.
pub(crate) fn is_bridge(name: &str) -> bool {
    let name = plain(name);
    BRIDGES.contains(&name.as_str()) || PROGRAMS.contains(&name.as_str())
}

/// A call of the agent's own tool that calls another one by its name.
pub(crate) fn bridge(tools: &[Tool], name: &str, arguments: &Value) -> Option<Call> {
    let tool = tools.iter().find(|tool| tool.form == Form::Function && is_bridge(&tool.name))?;
    if PROGRAMS.contains(&plain(&tool.name).as_str()) {
        let code = format!("async function main() {{ return await tools.{name}({arguments}); }}");
        return Some(with(tool, &json!({"code": code})));
    }
    let named =
        |names: &[&'static str]| names.iter().find_map(|name| Some((*name, schema::property(&tool.schema, name)?)));
    let ((target, _), (passed, asked)) = (named(&BRIDGED)?, named(&PASSED)?);
    let as_text = !schema::admits(asked, "object") && schema::admits(asked, "string");
    let arguments = if as_text { Value::from(arguments.to_string()) } else { arguments.clone() };
    Some(Call { tool: tool.clone(), arguments: json!({target: name, passed: arguments}) })
}

/// A call of the search that an API knows by itself, with words for the name of a tool.
pub(crate) fn search_by_api(tools: &[Tool], wanted: &str) -> Option<Call> {
    let tool = tools.iter().find(|tool| tool.form == Form::Search)?;
    let query = format!("{wanted} {}", wanted.replace('_', " "));
    Some(Call { tool: tool.clone(), arguments: json!({"query": query}) })
}

/// What web tools ask for, for one whose schema is not known.
fn web_arguments() -> Map<String, Value> {
    ["url", "query", "prompt"].into_iter().map(|name| (name.to_owned(), word(name))).collect()
}

/// What is asked for by a name: a page, or a text that holds one for tools that look for it there.
fn word(name: &str) -> Value {
    match name {
        "url" | "uri" | "link" => Value::from(PAGE),
        "urls" => json!([PAGE]),
        "prompt" => Value::from(format!("{} {PAGE}", schema::WORD)),
        _ => Value::from(schema::WORD),
    }
}

fn filled(schema: &Value) -> Map<String, Value> {
    let required = schema::required(schema).into_iter();
    let filled = required.map(|(name, asked)| {
        let plain = schema::admits(asked, "string") && asked.get("enum").is_none();
        let value = if plain || name == "urls" { word(name) } else { schema::instance_in(schema, asked) };
        (name.to_owned(), value)
    });
    filled.collect()
}

/// A name without what joins its words: `run_shell_command` and `RunShellCommand` are one.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn shell_arguments(tool: &Tool, command: &str) -> Option<Value> {
    match tool.form {
        Form::Custom => Some(Value::from(command)),
        Form::LocalShell => Some(json!(argv(command))),
        // The API's own shells come without a schema.
        Form::Function if tool.schema.is_null() => Some(json!({"command": command})),
        Form::Function => function_arguments(&tool.schema, command),
        Form::Search | Form::Hosted => None,
    }
}

fn function_arguments(schema: &Value, command: &str) -> Option<Value> {
    let (name, asked) = COMMANDS.iter().find_map(|name| Some((*name, schema::property(schema, name)?)))?;
    let value = command_value(schema, name, asked, command)?;
    let mut arguments = filled(schema);
    // A strict schema requires every argument, and has null for those that a model may leave out: the agent's own limit
    // of time and its own folder fit better than any value of ours.
    let left_out = |asked: &Value| asked.get("default").is_none() && schema::admits(asked, "null");
    let names = schema::required(schema).into_iter().filter(|(_, asked)| left_out(asked));
    arguments.extend(names.map(|(name, _)| (name.to_owned(), Value::Null)));
    arguments.insert(name.to_owned(), value);
    Some(Value::Object(arguments))
}

/// A command in the form that an argument has: a text, an argument vector, or a list of commands.
fn command_value(root: &Value, name: &str, asked: &Value, command: &str) -> Option<Value> {
    if schema::admits(asked, "string") {
        return Some(Value::from(command));
    }
    if !schema::admits(asked, "array") {
        return None;
    }
    let item = asked.get("items").map_or(&Value::Null, |item| schema::resolved_in(root, item));
    if schema::admits(item, "object") {
        return Some(json!([function_arguments(item, command)?]));
    }
    Some(if name == "commands" { json!([command]) } else { json!(argv(command)) })
}

fn argv(command: &str) -> [&str; 3] {
    ["sh", "-c", command]
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &str = "echo \"$PATH\"";

    fn function(name: &str, properties: &Value, required: &Value) -> Tool {
        let schema = json!({"type": "object", "properties": properties, "required": required});
        Tool::function(name, schema)
    }

    #[track_caller]
    fn check(tool: &Tool, expected: &Value) {
        let tools = [Tool::function("read", json!({})), tool.clone()];
        let call = shell(&tools, COMMAND).expect("it is a shell");
        assert_eq!((&call.tool, &call.arguments), (tool, expected));
    }

    #[test]
    fn shell_command_is_put_into_the_command_parameter() {
        let string = json!({"type": "string"});
        let two = json!({"command": string, "description": string, "timeout": {"type": "number"}});
        check(
            &function("Bash", &two, &json!(["command", "description"])),
            &json!({"command": COMMAND, "description": "probe"}),
        );
        let strings = json!({"type": "array", "items": {"type": "string"}});
        check(
            &function("shell", &json!({"command": strings}), &json!(["command"])),
            &json!({"command": ["sh", "-c", COMMAND]}),
        );
        check(
            &function("run_commands", &json!({"commands": strings}), &json!(["commands"])),
            &json!({"commands": [COMMAND]}),
        );
        check(&function("exec_command", &json!({"cmd": string}), &json!(["cmd"])), &json!({"cmd": COMMAND}));
        check(&Tool::other("local_shell", Form::LocalShell), &json!(["sh", "-c", COMMAND]));
        check(&Tool::other("shell", Form::Custom), &json!(COMMAND));
        check(&Tool::function("bash", Value::Null), &json!({"command": COMMAND}));
        let google = json!({"type": "OBJECT", "properties": {"command": {"type": "STRING"}, "back": {"type": "BOOLEAN"}},
            "required": ["command", "back"]});
        check(&Tool::function("run_shell_command", google), &json!({"command": COMMAND, "back": false}));
        let objects = json!({"type": "array", "items": {"type": "object", "properties": {"command": string}}});
        check(
            &function("run_commands", &json!({"commands": objects}), &json!([])),
            &json!({"commands": [{"command": COMMAND}]}),
        );
    }

    #[test]
    fn optional_parameters_of_a_shell_are_null_or_within_their_bounds() {
        let string = json!({"type": "string"});
        let nullable = |kind: &str| json!({"anyOf": [{"type": kind}, {"type": "null"}]});
        // As `isaac` 0.4.0 sends it: in seconds, at most 300, which the schema does not say.
        let strict = json!({"command": string, "cwd": nullable("string"), "timeout": nullable("number")});
        check(
            &function("run_command", &strict, &json!(["command", "cwd", "timeout"])),
            &json!({"command": COMMAND, "cwd": null, "timeout": null}),
        );
        let limit = |more: Value| {
            let mut limit = json!({"type": "number"});
            limit.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
            json!({"command": string, "timeout": limit})
        };
        let required = json!(["command", "timeout"]);
        for (more, value) in [
            (json!({"maximum": 300}), json!(300.0)),
            (json!({"maximum": 300, "default": 60}), json!(60)),
            (json!({"minimum": 20_000}), json!(20_000.0)),
        ] {
            let expected = json!({"command": COMMAND, "timeout": value});
            check(&function("bash", &limit(more), &required), &expected);
        }
    }

    #[test]
    fn tool_without_a_command_parameter_is_not_a_shell() {
        let tools = [
            function("terminal", &json!({"id": {"type": "integer"}}), &json!(["id"])),
            function("exec", &json!({"command": {"type": "boolean"}}), &json!([])),
            function("bash_output", &json!({"command": {"type": "string"}}), &json!([])),
            Tool::other("shell", Form::Hosted),
        ];
        assert_eq!(shell(&tools, COMMAND), None);
        assert_eq!(shell(&[], COMMAND), None);
    }

    #[test]
    fn preferred_shell_name_wins() {
        let string = json!({"command": {"type": "string"}});
        let tools = [function("execute", &string, &json!([])), function("bash", &string, &json!([]))];
        assert_eq!(shell(&tools, COMMAND).map(|call| call.tool.name), Some("bash".to_owned()));
    }

    #[test]
    fn tool_search_query_names_the_tool() {
        let string = json!({"type": "string"});
        let properties = json!({"query": string, "max_results": {"type": "number"}});
        let plain = function("search_tool_functions", &properties, &json!(["query"]));
        let exact =
            Tool { description: "Use select:NAME.".to_owned(), ..function("ToolSearch", &properties, &json!([])) };
        let listed = function("find_tools", &json!({"names": {"type": "array"}}), &json!(["names"]));
        let query = |tool: &Tool| search(std::slice::from_ref(tool), "get_page", true).map(|call| call.arguments);
        assert_eq!(query(&plain), Some(json!({"query": "get_page"})));
        assert_eq!(query(&exact), Some(json!({"query": "select:get_page"})));
        assert_eq!(query(&listed), Some(json!({"names": ["get_page"]})));
        assert_eq!(query(&function("search", &properties, &json!([]))), None);
        assert_eq!(query(&Tool::other("tool_search", Form::Hosted)), None);
    }

    #[test]
    fn web_tool_call_has_a_url() {
        let string = json!({"type": "string"});
        let properties = json!({"url": string, "format": {"type": "string", "enum": ["md"]}, "q": string});
        let tools = [function("fetch", &properties, &json!(["url", "format", "q"]))];
        let call = web(&tools, "fetch", None, false).expect("it is offered");
        assert_eq!(call.arguments, json!({"url": PAGE, "format": "md", "q": "probe"}));
        assert_eq!(web(&tools, "search", None, false), None);
        let call = web(&tools, "search", None, true).expect("it need not be offered");
        assert_eq!(call.arguments.get("url"), Some(&json!(PAGE)));
        let given = json!({"name": "fetch"});
        let call = web(&tools, "fetch", given.as_object(), false).expect("it is offered");
        assert_eq!(call.arguments, given);
    }
}
