//! What an agent is asked in a run, and what the model server has it do.

use registry_model::model::{Agent, McpTransport, McpWay};

use super::scenario::{Answers, Scenario, Servers, Values, Web};
use crate::model_server::McpServer;

/// What the model server has the agent's shell tool run: it looks for the task's programs, writes outside the project,
/// which is a folder in the home, and opens a connection. One command for each program, since `command -v` of some
/// shells reports the first only, and no `$(…)`, which some agents refuse. No line of its output is in its own text,
/// since some tools return the command as well.
pub(crate) const SHELL: &str = "command -v node | sed 's/.*/node=<&>/'; command -v python3 | sed 's/.*/python3=<&>/'; \
                                command -v npm | sed 's/.*/npm=<&>/'; \
                                echo outside > \"$HOME/probe-outside\"; \
                                sed 's/.*/outside=<&>/' \"$HOME/probe-outside\"; \
                                bash -c 'exec 3<>/dev/tcp/127.0.0.1/80' && echo 'network=<'open'>'; \
                                echo \"PROBE-ENVIRONMENT <$PATH> <$VIRTUAL_ENV>\"";

/// The prompts; each has a word that shows that it arrived.
pub(crate) const PROMPTS: [(&str, &str); 3] = [
    ("PROBE-HELLO", "PROBE-HELLO: say hello in one word."),
    ("PROBE-SHELL", "PROBE-SHELL: run the command that you know of, once."),
    ("PROBE-GOODBYE", "PROBE-GOODBYE: say goodbye in one word."),
];
/// Has the agent's own search for tools called; asked in the runs from which the web policy is judged.
pub(crate) const SEARCH_PROMPT: (&str, &str) = ("PROBE-SEARCH", "PROBE-SEARCH: find the tool that you know of.");
/// Has the web tool called by its name; asked where the web is off.
pub(crate) const WEB_PROMPT: (&str, &str) = ("PROBE-WEB", "PROBE-WEB: look something up in the web.");

/// The transports of the MCP servers that an agent is given in a run.
pub(crate) fn transports(agent: &Agent<'_>, scenario: Scenario) -> Vec<McpTransport> {
    match scenario.servers {
        Servers::Without => Vec::new(),
        Servers::With => agent.mcp.map(|it| it.transports()).unwrap_or_default(),
    }
}

/// Those of them that reach the agent in one way.
pub(crate) fn transports_by(agent: &Agent<'_>, scenario: Scenario, way: McpWay) -> Vec<McpTransport> {
    let mut all = transports(agent, scenario);
    all.retain(|it| agent.mcp.is_some_and(|mcp| mcp.by(way).contains(it)));
    all
}

/// The prompts of a run.
pub(crate) fn prompts(agent: &Agent<'_>, scenario: Scenario) -> Vec<(&'static str, &'static str)> {
    let mut prompts = PROMPTS.to_vec();
    if scenario.answers == Answers::Denial || scenario.values != Values::HARMLESS {
        prompts.truncate(1);
    }
    prompts.extend(scenario.shows_tools().then_some(SEARCH_PROMPT));
    // Twice: where the agent's own search must find the tool first, the second prompt has it called.
    let servers = transports(agent, scenario).into_iter().filter_map(McpServer::of);
    prompts.extend(servers.flat_map(|it| [(it.word, it.prompt); 2]));
    // Last: from then on the name of a web tool is in what the agent sends, since the server has called it.
    prompts.extend((scenario.web != Web::On).then_some(WEB_PROMPT));
    prompts
}
