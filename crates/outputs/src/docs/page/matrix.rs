//! The matrix: two rows for each agent, a summary and the details, which can be unfolded.

use registry_model::model::{EffortKind, Mcp, McpTransport, PermissionKind, Target, WebKind};

use super::detail;
use crate::docs::facts::Facts;
use crate::docs::text::{escape, html};
use crate::evidence::Verdict;

/// All rows.
pub(super) fn rows(all: &[Facts<'_>]) -> String {
    all.iter().map(row).collect()
}

fn row(facts: &Facts<'_>) -> String {
    let name = escape(facts.agent.name);
    format!(
        "<tbody class=\"agent\" id=\"agent-{name}\" role=\"rowgroup\"{data}>\n<tr role=\"row\">\n\
         <th scope=\"row\" role=\"rowheader\"><button type=\"button\" class=\"name\" aria-expanded=\"true\" aria-controls=\"more-{name}\">{name}</button>\
         <span class=\"summary\">{summary}</span></th>\n{install}{handshake}{routing}{web}{platforms}</tr>\n\
         <tr class=\"more\" id=\"more-{name}\" role=\"row\"><td colspan=\"6\" role=\"cell\">{detail}</td></tr>\n</tbody>\n",
        data = data(facts),
        summary = html(facts.agent.summary()),
        install = install(facts),
        handshake = handshake(facts),
        routing =
            cell("Routing", &verdict(&facts.evidence.routing, facts.evidence.routing.word(), &facts.evidence.date)),
        web = web(facts),
        platforms = platforms(facts),
        detail = detail::of(facts),
    )
}

/// The data for the filters.
fn data(facts: &Facts<'_>) -> String {
    let values = GROUPS.iter().map(|group| {
        let words = (group.of)(facts).join("|");
        format!(" data-{}=\"{}\"", group.name, escape(&words))
    });
    values.collect()
}

fn cell(label: &str, content: &str) -> String {
    format!("<td role=\"cell\" data-label=\"{label}\">{content}</td>\n")
}

fn install(facts: &Facts<'_>) -> String {
    let (mark, note) = match (facts.gone.is_empty(), facts.locked) {
        (false, _) => (mark("bad", "✕"), "unavailable".to_owned()),
        (true, 0) => (mark("ok", "✓"), "shipped".to_owned()),
        (true, 1) => (mark("ok", "✓"), "1 file locked".to_owned()),
        (true, count) => (mark("ok", "✓"), format!("{count} files locked")),
    };
    let (version, day) = (escape(&facts.pinned.0), escape(&facts.pinned.1));
    let version = if version.is_empty() { version } else { format!(" <span class=\"mono\">{version}</span>") };
    let day = if day.is_empty() { day } else { format!("<small><time datetime=\"{day}\">{day}</time></small>") };
    cell("Install", &format!("{mark}<span>{}{version}{day}<small>{note}</small></span>", escape(&facts.from)))
}

fn handshake(facts: &Facts<'_>) -> String {
    let rows = facts.handshake();
    let session = rows.iter().find(|(what, _)| *what == "session/new").map_or("", |(_, answer)| answer.as_str());
    let name = format!(
        "<span><span class=\"mono\">{}</span><small>{}</small></span>",
        escape(facts.handshake_name()).replace('/', "/<wbr>"),
        html(session)
    );
    cell("Handshake", &name)
}

fn web(facts: &Facts<'_>) -> String {
    let words = match facts.agent.web.map(|it| it.kind()) {
        Some(WebKind::Switch) => "can be turned off",
        Some(WebKind::NoTools) => "has no web tools",
        Some(WebKind::NoSwitch) => "cannot be turned off",
        Some(WebKind::Untested) => "untested",
        None => facts.web(),
    };
    cell("Web policy", &verdict(&facts.evidence.web, words, facts.evidence.web.word()))
}

/// A verdict as a mark, with words beside and below it.
fn verdict(verdict: &Verdict, words: &str, note: &str) -> String {
    let (class, sign) = match verdict {
        Verdict::Proved => ("ok", "✓"),
        Verdict::Failed(_) => ("bad", "✕"),
        Verdict::Unproven(_) => ("warn", "?"),
        Verdict::Stale(_) => ("warn", "↺"),
        Verdict::NotMeasured | Verdict::NotRoutable(_) => ("none", "–"),
    };
    let note = if note.is_empty() { String::new() } else { format!("<small>{}</small>", escape(note)) };
    format!("{}<span>{}{note}</span>", mark(class, sign), escape(words))
}

fn mark(class: &str, sign: &str) -> String {
    format!("<i class=\"mark {class}\" aria-hidden=\"true\">{sign}</i>")
}

fn platforms(facts: &Facts<'_>) -> String {
    let one = |(target, why): &(Target, Option<String>)| match why {
        None => format!("<li class=\"yes\">{}</li>", short(*target)),
        Some(why) => {
            let (target, why) = (short(*target), escape(why));
            format!("<li class=\"no\" title=\"{why}\">{target}<span class=\"vh\"> cannot be served: {why}</span></li>")
        }
    };
    cell("Platforms", &format!("<ul class=\"targets\">{}</ul>", facts.targets.iter().map(one).collect::<String>()))
}

/// A target, short enough for a mark: all of them are Linux.
fn short(target: Target) -> &'static str {
    target.id().trim_start_matches("linux-")
}

/// A group of filters: its name, title, and the values of an agent.
struct Group {
    name: &'static str,
    title: &'static str,
    of: fn(&Facts<'_>) -> Vec<String>,
}

const GROUPS: [Group; 8] = [
    Group { name: "web", title: "Web tools", of: |facts| vec![facts.web().to_owned()] },
    Group { name: "routing", title: "Routing", of: |facts| vec![facts.evidence.routing.word().to_owned()] },
    Group { name: "asks", title: "Permission", of: |facts| vec![asks(facts).to_owned()] },
    Group { name: "effort", title: "Effort", of: |facts| vec![effort(facts).to_owned()] },
    Group { name: "mcp", title: "MCP", of: |facts| mcp(facts).into_iter().map(str::to_owned).collect() },
    Group { name: "from", title: "From", of: |facts| facts.from.split(", ").map(str::to_owned).collect() },
    Group {
        name: "speaks",
        title: "Speaks",
        of: |facts| facts.agent.protocols.iter().map(|it| it.id().to_owned()).collect(),
    },
    Group {
        name: "target",
        title: "Runs on",
        of: |facts| {
            facts.targets.iter().filter(|(_, why)| why.is_none()).map(|(it, _)| short(*it).to_owned()).collect()
        },
    },
];

/// Whether its tools can run without a question, and with one.
fn asks(facts: &Facts<'_>) -> &'static str {
    match facts.agent.permission.map(|it| it.kind()) {
        Some(PermissionKind::Switch) => "asks or not",
        Some(PermissionKind::None) => "never asks",
        Some(PermissionKind::Untested) | None => "untested",
    }
}

/// Whether it has levels of effort.
fn effort(facts: &Facts<'_>) -> &'static str {
    match facts.agent.effort.map(|it| it.kind()) {
        Some(EffortKind::Levels) => "levels",
        Some(EffortKind::None) => "no levels",
        Some(EffortKind::Untested) | None => "untested",
    }
}

/// The transports of the MCP servers that it takes.
fn mcp(facts: &Facts<'_>) -> Vec<&'static str> {
    match facts.agent.mcp {
        Some(mcp @ Mcp::Servers { .. }) => mcp.transports().into_iter().map(McpTransport::word).collect(),
        Some(Mcp::None(_)) => vec!["none"],
        Some(Mcp::Untested(_)) | None => vec!["untested"],
    }
}

/// The filters: groups of boxes, one for each value that an agent has.
pub(super) fn filters(all: &[Facts<'_>]) -> String {
    GROUPS.iter().map(|group| filter(group, all)).collect()
}

fn filter(group: &Group, all: &[Facts<'_>]) -> String {
    let mut values: Vec<String> = Vec::new();
    for value in all.iter().flat_map(|facts| (group.of)(facts)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    let boxes = values.iter().map(|value| {
        let value = escape(value);
        format!(
            "<label><input type=\"checkbox\" name=\"{}\" value=\"{value}\"><span>{value}</span></label>",
            group.name
        )
    });
    format!("<fieldset><legend>{}</legend>{}</fieldset>\n", group.title, boxes.collect::<String>())
}
