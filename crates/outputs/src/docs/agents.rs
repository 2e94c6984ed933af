//! The page on agents, and the list of the README.

use core::fmt::Write as _;

use registry_model::model::{FileFormat, Owner, Target};

use super::GENERATOR;
use super::facts::Facts;
use super::matrix;
use super::targets;
use super::text::{anchor, code_block, code_list, code_span, markdown, paragraphs};
use crate::evidence::Verdict;
use crate::value;

/// `docs/agents.md`.
pub(crate) fn page(all: &[Facts<'_>]) -> String {
    let mut out =
        format!("<!-- {} from the entries; change those, not this file. -->\n\n# The agents\n\n", GENERATOR.mark());
    out.push_str(
        "Each row is an entry of `registry/src/agents/`. *Routing* and *web policy* are what `cargo xtask probe` saw on the\n\
         wire with exactly these versions; without evidence it says so. [The same as a page](index.html),\n\
         [the rules that entries keep](rules.md), [the providers](providers.md).\n\n",
    );
    out.push_str("| agent | protocols | install | license | platforms | web policy | web proved | routing | suite model |\n|---|---|---|---|---|---|---|---|---|\n");
    for facts in all {
        out.push_str(&row(facts));
    }
    out.push_str(
        "\n## Targets\n\n*run*: it was installed on this target and answered there. *fetched*: each of its artefacts for the \
         target was fetched\nand has the checksum of the lock; nothing was run. *none*: neither; why is in its \
         section. All three are about the lock as it is\nnow.\n\n",
    );
    out.push_str(&targets::table(all));
    out.push_str(
        "\n## Features\n\n*No questions*: tools run without asking ([`permission`](dsl.md#permission)). *Effort*: the \
         levels of\n[`effort`](dsl.md#effort). *MCP*: the transports of MCP servers ([`mcp`](dsl.md#mcp)). These, and \
         *web off*, have the verdict\nof the probe. *Images* and *usage* are what it reports over ACP in the \
         measured version. *Cancel*: `session/cancel`\nends a turn, and the next prompt is answered. *Load*, *resume*: \
         the model gets the dialogue of a session that a new process\nopens. *Skills*: one \
         in the entry's folder is offered to the model. *Reported*\nalone, and `-`, are also what was not measured. \
         *`session/set_model` alone*: its session has no config option for the model;\n\
         the call has left the schema of ACP.\n\n\
         *Start*: from its launcher to its answer to `initialize`. *First call*: from the first `session/prompt` to \
         the model\ncall with its text. Each is the shortest and the longest time over all runs of one probe, under \
         strace, and depends on the\nmachine, which the agent's section names. `-`: it was not measured with these versions.\n\n",
    );
    out.push_str(&matrix::table(all));
    for facts in all {
        section(&mut out, facts);
    }
    out
}

/// Columns of a line of the README's list.
const COLUMNS: usize = 120;

/// The agents in the README: their number, how many are proved, and their names.
pub(crate) fn region(all: &[Facts<'_>]) -> String {
    let proved = |of: &[&Facts<'_>], question: &str| {
        let holds = |facts: &&&Facts<'_>| {
            facts.evidence.verdicts().iter().any(|it| it.0 == question && *it.1 == Verdict::Proved)
        };
        of.iter().filter(holds).count()
    };
    let (all, others): (Vec<&Facts<'_>>, Vec<&Facts<'_>>) = all.iter().partition(|it| it.agent.version().is_none());
    let mut out = format!(
        "{} agents and {} other versions; `cargo xtask probe` proved the routing of {} and the web policy of {} on the wire.\n\n",
        all.len(),
        others.len(),
        proved(&all, "routing"),
        proved(&all, "web"),
    );
    let mut column = 0;
    for (index, facts) in all.iter().enumerate() {
        let comma = if index + 1 == all.len() { "" } else { "," };
        let word = format!("{}{comma}", code_span(facts.agent.name));
        if column > 0 && column + 1 + word.len() > COLUMNS {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        column += word.len();
        out.push_str(&word);
    }
    out.push('\n');
    out
}

fn row(facts: &Facts<'_>) -> String {
    let agent = facts.agent;
    let protocols = code_list(agent.protocols.iter().map(|it| it.id()));
    let suite = facts.suite();
    format!(
        "| [`{}`](#{}) | {protocols} | {} | {} | {} | {} | {} | {} | {} |\n",
        agent.name,
        anchor(agent.name),
        code_list(facts.installs.iter().map(String::as_str)),
        code_list(facts.license.iter().map(String::as_str)),
        platforms(facts),
        facts.web(),
        facts.evidence.web.word(),
        facts.evidence.routing.word(),
        code_list((!suite.is_empty()).then_some(suite.as_str())),
    )
}

fn platforms(facts: &Facts<'_>) -> String {
    let had: Vec<&str> = facts.targets.iter().filter(|(_, why)| why.is_none()).map(|(it, _)| it.id()).collect();
    if had.len() == Target::ALL.len() { "all".to_owned() } else { code_list(had) }
}

fn section(out: &mut String, facts: &Facts<'_>) {
    let agent = facts.agent;
    let _ = writeln!(out, "\n## {}\n", agent.name);
    for paragraph in paragraphs(agent.description) {
        let _ = writeln!(out, "{}\n", markdown(&paragraph));
    }
    if !agent.aliases.is_empty() {
        item(out, "Aliases", &code_list(agent.aliases.iter().copied()));
    }
    install(out, facts);
    let needs = agent.image.iter().map(|it| match it.named() {
        None => format!("certificates ({})", code_span(it.debian())),
        Some((name, debian)) => format!("{} ({})", code_span(name), code_span(debian)),
    });
    let needs = needs.collect::<Vec<_>>().join(", ");
    if !needs.is_empty() {
        item(out, "Requires of the image", &format!("{needs}; in brackets the Debian package"));
    }
    item(out, "Started", &code_span(&agent.launch.iter().map(|it| value::one_line(*it)).collect::<Vec<_>>().join(" ")));
    for (what, answer) in facts.handshake() {
        item(out, what, &markdown(&answer));
    }
    if let Some(times) = facts.times() {
        item(out, "Times", &markdown(&times));
    }
    model(out, facts);
    web(out, facts);
    choices(out, facts);
    list(out, "Home", agent.home);
    list(out, "Skills", agent.skills);
    for login in facts.logins() {
        item(out, "Log-in", &markdown(&login));
    }
    for host in agent.hosts {
        let off = host.off.iter().map(|it| format!("`{}={}`", it.name, value::one_line(it.value)));
        let off = off.collect::<Vec<_>>().join(", ");
        let how = if off.is_empty() { host.reason.to_owned() } else { format!("off by {off}") };
        item(out, "Looks up", &format!("{}: {}", code_span(host.name), markdown(&how)));
    }
    variables(out, facts);
    files(out, facts);
}

fn item(out: &mut String, what: &str, text: &str) {
    let _ = writeln!(out, "- **{what}**: {text}");
}

fn list(out: &mut String, what: &str, words: &[&str]) {
    if !words.is_empty() {
        item(out, what, &code_list(words.iter().copied()));
    }
}

fn install(out: &mut String, facts: &Facts<'_>) {
    let packages = code_list(facts.installs.iter().map(String::as_str));
    let locked = if facts.locked == 0 { String::new() } else { format!("; {} locked files", facts.locked) };
    item(out, "Installs", &format!("{packages} from {}, run by {}{locked}", markdown(&facts.from), facts.runtime()));
    licenses(out, facts);
    if facts.gone.is_empty() {
        for (target, why) in &facts.targets {
            if let Some(why) = why {
                item(out, "Not on", &format!("`{}`: {}", target.id(), markdown(why)));
            }
        }
        let open = facts.targets.iter().zip(&facts.done).filter(|((_, why), done)| why.is_none() && done.is_none());
        let open: Vec<&str> = open.map(|((target, _), _)| target.id()).collect();
        if !open.is_empty() {
            item(out, "Neither run nor fetched with this lock", &code_list(open));
        }
    } else {
        item(out, "Cannot be installed", &markdown(&facts.gone));
    }
}

/// Its license, and those of all packages that it installs.
fn licenses(out: &mut String, facts: &Facts<'_>) {
    let (counts, nameless) = &facts.licenses;
    if counts.is_empty() && *nameless == 0 {
        return;
    }
    let own = code_list(facts.license.iter().map(String::as_str));
    item(
        out,
        "License",
        if facts.license.is_empty() { "not all of the packages that it names have one" } else { &own },
    );
    let counted = counts.iter().map(|(license, count)| format!("{} ({count})", code_span(license)));
    let nameless = (*nameless > 0).then(|| format!("none named ({nameless})"));
    item(out, "Licenses of its packages", &counted.chain(nameless).collect::<Vec<_>>().join(", "));
}

fn model(out: &mut String, facts: &Facts<'_>) {
    let agent = facts.agent;
    if let Some(why) = agent.model_refusal() {
        item(out, "Not routable", &markdown(&why));
        return;
    }
    item(out, "Protocols", &code_list(agent.protocols.iter().map(|it| it.id())));
    item(out, "Model", &format!("by {}, in the form `{}`", agent.model.via.id(), agent.model.format.id()));
    for (mode, reference, id) in &facts.ids {
        item(out, &format!("Model id, {mode}"), &format!("{} for {}", code_span(id), code_span(reference)));
    }
    item(out, "An alias of the gateway", &markdown(&format!("is {}", facts.proxy())));
    list(out, "A model id must not contain", facts.refuses());
    let seen = &facts.evidence;
    item(out, "Routing", &verdict(&seen.routing, &seen.date));
    item(out, "Its commands find the task's programs", &verdict(&seen.environment, &seen.date));
    item(out, "It calls only declared hosts", &verdict(&seen.hosts, &seen.date));
    item(out, "It does not leak the key", &verdict(&seen.secrets, &seen.date));
    let suite = facts.suite();
    if let Some(it) = agent.suite {
        let tracking = if it.usage_tracking { "on" } else { "off" };
        item(out, "Suite", &format!("{}, usage tracking {tracking}", code_span(&suite)));
    }
}

/// A verdict with its detail and date.
fn verdict(verdict: &Verdict, date: &str) -> String {
    let date = if date.is_empty() { String::new() } else { format!(", {}", markdown(date)) };
    let detail = if verdict.detail().is_empty() { String::new() } else { format!(": {}", markdown(verdict.detail())) };
    format!("{}{date}{detail}", verdict.word())
}

fn web(out: &mut String, facts: &Facts<'_>) {
    let Some(policy) = facts.agent.web else { return };
    let tools = policy.tools();
    let tools = if tools.is_empty() { String::new() } else { format!(" Tools: {}.", code_list(tools.iter().copied())) };
    let reason = policy.reason();
    let reason = if reason.is_empty() { String::new() } else { format!(" Why: {}", markdown(reason)) };
    item(out, "Web", &format!("{}{tools}{reason}", facts.web_sentence()));
    let hosted = facts.hosted_sentence();
    if !hosted.is_empty() {
        item(out, "Hosted web tools", &markdown(&hosted));
    }
    item(out, "Web policy", &verdict(&facts.evidence.web, &facts.evidence.date));
    for (how, text) in facts.switches() {
        let _ = writeln!(out, "- **Web off**, {}:\n", markdown(&how));
        indented(out, &code_block("text", &text));
    }
}

/// What a run chooses: whether tools ask, how hard the model thinks, and which MCP servers there are.
fn choices(out: &mut String, facts: &Facts<'_>) {
    let seen = &facts.evidence;
    if facts.agent.permission.is_some() {
        item(out, "Permission", &markdown(&facts.permission_sentence()));
        item(out, "Permission seen", &verdict(&seen.permission, &seen.date));
        for (how, text) in facts.permission() {
            let _ = writeln!(out, "- **No questions**, {}:\n", markdown(&how));
            indented(out, &code_block("text", &text));
        }
    }
    if facts.agent.effort.is_some() {
        item(out, "Reasoning effort", &markdown(&facts.effort_sentence()));
        item(out, "Effort seen", &verdict(&seen.effort, &seen.date));
    }
    if facts.agent.mcp.is_some() {
        item(out, "MCP servers", &markdown(&facts.mcp_sentence()));
        item(out, "MCP seen", &verdict(&seen.mcp, &seen.date));
    }
}

fn variables(out: &mut String, facts: &Facts<'_>) {
    let agent = facts.agent;
    if !agent.env.is_empty() {
        out.push_str("\n| variable | value |\n|---|---|\n");
        for mapping in agent.env {
            let _ = writeln!(out, "| {} | {} |", code_span(mapping.name), code_span(&value::one_line(mapping.value)));
        }
    }
    if !agent.accepts.is_empty() {
        let _ = writeln!(out, "\nIt also reads {}.", code_list(agent.accepts.iter().copied()));
    }
    if !agent.withhold.is_empty() {
        let names = code_list(agent.withheld());
        let _ = writeln!(out, "\nIts files have the content of {names}, and its process does not get them.");
    }
}

fn files(out: &mut String, facts: &Facts<'_>) {
    for file in facts.agent.config {
        let format = match file.format {
            FileFormat::Json => "JSON",
            FileFormat::Jsonc => "JSON with comments",
            FileFormat::Toml => "TOML",
        };
        let owner = match file.owner {
            Owner::Keys => "merged into the existing file",
            Owner::Whole => "a file of its own",
        };
        let (when, body) = value::file(file.body);
        let when = if when.is_empty() { when } else { format!(", {}", code_span(&when)) };
        let _ = writeln!(out, "\nAt launch{when}, {} ({format}, {owner}):\n", code_span(file.path));
        out.push_str(&code_block("text", &body));
    }
}

/// A block within an item of a list.
fn indented(out: &mut String, block: &str) {
    for line in block.lines() {
        let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { "  " });
    }
}
