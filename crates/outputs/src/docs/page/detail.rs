//! The details under an agent, which can be folded.

use registry_model::model::{FileFormat, Owner};

use crate::docs::facts::Facts;
use crate::docs::text::{anchor, escape, html, paragraphs};
use crate::entry;
use crate::evidence::Verdict;
use crate::value;

/// All details.
pub(super) fn of(facts: &Facts<'_>) -> String {
    let about: Vec<String> = paragraphs(facts.agent.description).map(|it| format!("<p>{}</p>", html(&it))).collect();
    let about = about.concat();
    let parts = [
        install(facts),
        handshake(facts),
        model(facts),
        web(facts),
        choices(facts),
        places(facts),
        variables(facts),
        files(facts),
    ];
    let (links, parts, entry) = (links(facts), parts.concat(), escape(&entry::text(facts.agent)));
    format!(
        "<div class=\"about\">{about}{links}</div><div class=\"parts\">{parts}</div>\
         <details class=\"entry\"><summary>Entry</summary><pre tabindex=\"0\">{entry}</pre></details>"
    )
}

/// Where else there is something about the agent.
fn links(facts: &Facts<'_>) -> String {
    let name = facts.agent.name;
    let links = [
        (format!("#agent-{name}"), "Link to this agent"),
        (format!("agents.md#{}", anchor(name)), "The same as Markdown"),
        ("#rules".to_owned(), "The rules that its entry keeps"),
    ];
    let links = links.map(|(place, text)| format!("<a href=\"{}\">{text}</a>", escape(&place)));
    format!("<p class=\"links\">{}</p>", links.join(" "))
}

/// A command with a button that copies it, which the script shows.
fn command(title: &str, what: &str, facts: &Facts<'_>, line: &str) -> String {
    let (line, name) = (escape(line), escape(facts.agent.name));
    format!(
        "<figure class=\"line\"><figcaption>{title}</figcaption><pre tabindex=\"0\">{line}</pre>\
         <button type=\"button\" class=\"copy\" hidden>Copy<span class=\"vh\"> the {what} line of {name}</span></button></figure>"
    )
}

fn part(title: &str, content: &str) -> String {
    if content.is_empty() { String::new() } else { format!("<section><h3>{title}</h3>{content}</section>") }
}

/// Rows of a term and its description; the description is HTML already.
fn rows(rows: &[(String, String)]) -> String {
    let filled = rows.iter().filter(|(_, text)| !text.is_empty());
    let rows: Vec<String> = filled.map(|(what, text)| format!("<dt>{}</dt><dd>{text}</dd>", escape(what))).collect();
    let rows = rows.concat();
    if rows.is_empty() { rows } else { format!("<dl>{rows}</dl>") }
}

fn row(what: &str, text: String) -> (String, String) {
    (what.to_owned(), text)
}

fn codes<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("<code>{}</code>", escape(word))).collect::<Vec<_>>().join(" ")
}

fn install(facts: &Facts<'_>) -> String {
    let launch: Vec<String> = facts.agent.launch.iter().map(|it| value::one_line(*it)).collect();
    let package = |it: &String| {
        let page = facts.packages.iter().find(|(pin, _)| pin == it);
        let code = codes([it.as_str()]);
        page.map_or(code.clone(), |(_, url)| format!("<a href=\"{}\" rel=\"noreferrer\">{code}</a>", escape(url)))
    };
    let allowed = |code: &str| format!("<a href=\"#rule-{0}\">{0}</a>", escape(code));
    let allows: Vec<String> =
        facts.agent.allow.iter().map(|it| format!("{}: {}", allowed(it.code), html(it.reason))).collect();
    let mut all = vec![
        row("Packages", facts.installs.iter().map(package).collect::<Vec<_>>().join(" ")),
        row("Breaks a rule", allows.join("<br>")),
        row("Run by", escape(&facts.runtime())),
        row("Started", codes([launch.join(" ").as_str()])),
        row("Also called", codes(facts.agent.aliases.iter().copied())),
        row("Unavailable", escape(&facts.gone)),
    ];
    let mut lines = String::new();
    if facts.gone.is_empty() {
        lines = command("Install, as root", "install", facts, &format!("sh scripts/{}/install.sh", facts.agent.name))
            + &command("Launch", "launch", facts, &facts.launcher);
        for (target, why) in &facts.targets {
            all.push(row(&format!("Not on {}", target.id()), why.as_deref().map(escape).unwrap_or_default()));
        }
    }
    part("Install", &(rows(&all) + &lines))
}

fn handshake(facts: &Facts<'_>) -> String {
    let answers = facts.handshake().into_iter().map(|(what, answer)| row(what, html(&answer)));
    let all: Vec<_> = answers.chain(facts.times().map(|it| row("Times", escape(&it)))).collect();
    part("Handshake", &rows(&all))
}

fn model(facts: &Facts<'_>) -> String {
    let agent = facts.agent;
    if let Some(why) = agent.model_refusal() {
        return part("Model", &rows(&[row("Not routable", html(&why))]));
    }
    let mut all = vec![
        row("Speaks", codes(agent.protocols.iter().map(|it| it.id()))),
        row("Model by", escape(agent.model.via.id())),
        row("In the form", codes([agent.model.format.id()])),
    ];
    for (mode, reference, id) in &facts.ids {
        all.push(row(
            &format!("Model id, {mode}"),
            format!("{} for {}", codes([id.as_str()]), codes([reference.as_str()])),
        ));
    }
    all.push(row("An alias is", html(&facts.proxy())));
    all.push(row("No id may hold", codes(facts.refuses().iter().copied())));
    if let Some(suite) = agent.suite {
        let tracking = if suite.usage_tracking { "tracked" } else { "not tracked" };
        all.push(row("Suite", format!("{}, usage {tracking}", codes([facts.suite().as_str()]))));
    }
    let seen = &facts.evidence;
    let questions = [
        ("Routing", &seen.routing),
        ("The task's programs", &seen.environment),
        ("No other hosts", &seen.hosts),
        ("The key", &seen.secrets),
    ];
    all.extend(questions.map(|(name, it)| row(name, verdict(it, &seen.date))));
    part("Model", &rows(&all))
}

/// A verdict with its detail and date.
fn verdict(verdict: &Verdict, date: &str) -> String {
    let words = [verdict.word(), date, verdict.detail()];
    escape(&words.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · "))
}

fn web(facts: &Facts<'_>) -> String {
    let tools = facts.agent.web.map(|it| it.tools()).unwrap_or_default();
    let reason = facts.agent.web.map(|it| it.reason()).unwrap_or_default();
    let all = [
        row("Tools", codes(tools.iter().copied())),
        row("Why", html(reason)),
        row("Hosted", html(&facts.hosted_sentence())),
        row("Policy", verdict(&facts.evidence.web, &facts.evidence.date)),
    ];
    let off = |(how, text): &(String, String)| {
        format!("<figure><figcaption>Off {}</figcaption><pre tabindex=\"0\">{}</pre></figure>", html(how), escape(text))
    };
    let switches: String = facts.switches().iter().map(off).collect();
    part("Web", &format!("<p>{}</p>{}{switches}", escape(facts.web_sentence()), rows(&all)))
}

fn choices(facts: &Facts<'_>) -> String {
    let (seen, agent) = (&facts.evidence, facts.agent);
    let mut all = Vec::new();
    if agent.permission.is_some() {
        all.push(row("Permission", html(&facts.permission_sentence())));
        all.push(row("Permission seen", verdict(&seen.permission, &seen.date)));
    }
    if agent.effort.is_some() {
        all.push(row("Effort", html(&facts.effort_sentence())));
        all.push(row("Effort seen", verdict(&seen.effort, &seen.date)));
    }
    if agent.mcp.is_some() {
        all.push(row("MCP servers", html(&facts.mcp_sentence())));
        all.push(row("MCP seen", verdict(&seen.mcp, &seen.date)));
    }
    let off = |(how, text): &(String, String)| {
        let (how, text) = (html(how), escape(text));
        format!("<figure><figcaption>No questions {how}</figcaption><pre tabindex=\"0\">{text}</pre></figure>")
    };
    let switches: String = facts.permission().iter().map(off).collect();
    part("Choices of a run", &format!("{}{switches}", rows(&all)))
}

fn places(facts: &Facts<'_>) -> String {
    let agent = facts.agent;
    let mut all =
        vec![row("Home", codes(agent.home.iter().copied())), row("Skills", codes(agent.skills.iter().copied()))];
    all.extend(facts.logins().iter().map(|login| row("Log-in", html(login))));
    for host in agent.hosts {
        let off = host.off.iter().map(|it| format!("{}={}", it.name, value::one_line(it.value))).collect::<Vec<_>>();
        let how = if off.is_empty() {
            html(host.reason)
        } else {
            format!("off by {}", codes(off.iter().map(String::as_str)))
        };
        all.push(row("Looks up", format!("{} {how}", codes([host.name]))));
    }
    part("Places", &rows(&all))
}

fn variables(facts: &Facts<'_>) -> String {
    let agent = facts.agent;
    let line = |name: &str, value: &str| {
        format!("<dt><code>{}</code></dt><dd><code>{}</code></dd>", escape(name), escape(value))
    };
    let set: String = agent.env.iter().map(|it| line(it.name, &value::one_line(it.value))).collect();
    let set = if set.is_empty() { set } else { format!("<dl class=\"wide\">{set}</dl>") };
    let reads =
        rows(&[row("Also reads", codes(agent.accepts.iter().copied())), row("Only in files", codes(agent.withheld()))]);
    part("Variables", &format!("{set}{reads}"))
}

fn files(facts: &Facts<'_>) -> String {
    let file = |it: &registry_model::model::ConfigFile<'_>| {
        let format = match it.format {
            FileFormat::Json => "JSON",
            FileFormat::Jsonc => "JSON with comments",
            FileFormat::Toml => "TOML",
        };
        let owner = match it.owner {
            Owner::Keys => "merged into the existing file",
            Owner::Whole => "a file of its own",
        };
        let (when, body) = value::file(it.body);
        let when = if when.is_empty() { when } else { format!(" <code>{}</code>", escape(&when)) };
        let (path, body) = (escape(it.path), escape(&body));
        format!(
            "<figure><figcaption><code>{path}</code> {format}, {owner}{when}</figcaption><pre tabindex=\"0\">{body}</pre></figure>"
        )
    };
    part("Files written at launch", &facts.agent.config.iter().map(file).collect::<String>())
}
