//! Reports MCP servers that reach no agent, and servers in a file that the entry does not declare.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Mcp, McpTransport, McpWay, Owner};
use crate::place::{Field, Place};
use crate::template::Value;

pub(super) const RULE: Rule = Rule {
    sentence: "each transport of `mcp` has one way, and one file of `config` has `servers` for those with the way `file`",
    example: r"mcp: file [stdio]",
    corrected: r#"mcp: file [stdio], config: [json("~/.parrot/mcp.json", if set(MCP_SERVERS)) { "servers": servers { stdio: { "command": server(command), "args": server(args), "env": server(env) } } }]"#,
    help: "write `servers { stdio: { … } }` where the agent reads the servers: in a file of `config`",
    incidents: &[98],
    reads: &[Field::Config],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let name = cx.agent.name;
    let mcp = cx.agent.mcp.unwrap_or(Mcp::None(""));
    let (acp, file) = (mcp.by(McpWay::Acp), mcp.by(McpWay::File));
    for transport in acp.iter().filter(|it| file.contains(it)) {
        let message = format!("`mcp` of `{name}` has two ways for `{}`", transport.word());
        report.add(&RULE, Place::field(Field::Mcp), message, "keep one: each way is proved apart");
    }
    let mut there = false;
    cx.visit_values(&mut |located, place, value| {
        let Value::Servers { named, forms } = value else { return };
        let Some(config) = cx.file(located.channel) else {
            let message = format!("`servers` of `{name}` is not in a file of `config`");
            return report.add(&RULE, place, message, RULE.help);
        };
        let listed: Vec<McpTransport> = forms.iter().map(|(transport, _)| *transport).collect();
        if there {
            report.add(&RULE, place, format!("a second `servers` in `config` of `{name}`"), "keep one");
        } else if !named && config.owner != Owner::Whole {
            let message = "a list of servers in a file of which only some keys are ours";
            report.add(&RULE, place, message, "write `owner: Whole`: nothing marks whose an item of a list is");
        } else if !is_same(&listed, file) {
            let message =
                format!("`servers` of `{name}` has forms for {}, and `mcp` lists {}", all(&listed), all(file));
            report.add(&RULE, place, message, "write the same transports after `file` in `mcp` and in `servers`");
        }
        there = true;
    });
    if !file.is_empty() && !there {
        let message = format!("`mcp` of `{name}` lists {} by a file, and no file has them", all(file));
        report.add(&RULE, Place::field(Field::Mcp), message, RULE.help);
    }
}

fn is_same(one: &[McpTransport], other: &[McpTransport]) -> bool {
    one.len() == other.len() && one.iter().all(|it| other.contains(it))
}

fn all(transports: &[McpTransport]) -> String {
    let words: Vec<String> = transports.iter().map(|it| format!("`{}`", it.word())).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(" and ") }
}
