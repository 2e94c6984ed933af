//! The generated pages: they are up to date, hostile texts are escaped, and links resolve.

#![expect(clippy::expect_used, reason = "a helper of tests fails as the tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use registry_model::model::{
    Agent, Artefact, FileFormat, Handshake, Host, Info, Mapping, Off, Owner, Program, Registry, WebPolicy,
};
use registry_model::template::Template;
use registry_outputs::{File, FileKind, GENERATORS, Input, targets};
use registry_scripts::site::Site;
use registry_tests::{names_in, read, report, workspace};

/// The pages of a registry.
fn pages(registry: &Registry<'_>, evidence: &[(&str, &str)]) -> BTreeMap<String, File> {
    let generator = GENERATORS.iter().find(|it| it.name == "gen-docs").expect("there is such a generator");
    let site = Site::default();
    let evidence = evidence.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let record = |agent: &&Agent<'_>| std::fs::read_to_string(targets::path(registry, agent.name)).ok();
    let targets = registry.agents().iter().filter_map(|it| Some((it.name.to_owned(), record(it)?))).collect();
    let input = Input { evidence, targets, ..Input::new(registry, &site) };
    let files = (generator.make)(&input).expect("the pages can be made");
    files.into_iter().map(|file| (file.path.display().to_string(), file)).collect()
}

/// A text that is everything that could break a page.
const HOSTILE: &str = "a | b ` c </td></script><script>alert(1)</script> {{script}} \"' --> [x](y) `d|e`\n# <b>";

const WORST: Agent<'static> = Agent {
    name: "worst",
    description: HOSTILE,
    aliases: &[HOSTILE],
    install: &[Artefact::Program(Program { name: HOSTILE, text: "" })],
    launch: &[Template("\"`|<script>\"")],
    env: &[Mapping { name: HOSTILE, value: Template("\"a|b`c\"") }],
    handshake: Handshake {
        info: Info::Fields { name: HOSTILE, title: HOSTILE, version_is_pinned: true },
        ..Handshake::EMPTY
    },
    web: Some(WebPolicy::Switch {
        tools: &[HOSTILE],
        off: &[Off::File {
            path: HOSTILE,
            format: FileFormat::Json,
            owner: Owner::Keys,
            body: Template("[\"object\",[\"```|<script>\",true]]"),
        }],
    }),
    home: &[HOSTILE],
    accepts: &[HOSTILE],
    hosts: &[Host { name: HOSTILE, off: &[], reason: HOSTILE }],
    ..Agent::EMPTY
};

const HOSTILE_REGISTRY: Registry<'static> = Registry { agents: &[&WORST], extends: None, ..registry::REGISTRY };

/// The text of a page.
fn text<'f>(pages: &'f BTreeMap<String, File>, name: &str) -> &'f str {
    &pages.get(name).expect("there is such a page").text
}

/// Table rows with another number of cells than the head of their table.
fn ragged_rows(text: &str) -> Vec<String> {
    let cells = |line: &str| {
        let mut before = ' ';
        line.chars().filter(|&char| core::mem::replace(&mut before, char) != '\\' && char == '|').count()
    };
    let mut faults = Vec::new();
    let mut head = None;
    for (index, line) in text.lines().enumerate() {
        let count = line.starts_with('|').then(|| cells(line));
        match (head, count) {
            (Some(wanted), Some(found)) if wanted != found => {
                faults.push(format!("{}: {found} bars and not {wanted}: {line}", index + 1));
            }
            (None, Some(_)) | (Some(_), None) => head = count,
            _ => {}
        }
    }
    faults
}

/// Tags that are not closed, or closed and never opened. Every `<` of the page is a tag's: texts are escaped.
fn unbalanced_tags(html: &str) -> Vec<String> {
    const EMPTY: [&str; 5] = ["meta", "link", "input", "br", "wbr"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, behind) = after.split_once('>').unwrap_or((after, ""));
        rest = behind;
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        if tag.starts_with('!') || EMPTY.contains(&name) {
            continue;
        }
        if !tag.starts_with('/') {
            open.push(name);
            if let Some(raw) = ["style", "script"].into_iter().find(|raw| *raw == name) {
                rest = rest.find(&format!("</{raw}>")).map_or("", |end| &rest[end..]);
            }
        } else if open.pop() != Some(name) {
            return vec![format!("</{name}> closes nothing: {}", tag)];
        }
    }
    open.into_iter().map(|name| format!("<{name}> is never closed")).collect()
}

/// The values of an attribute.
fn attribute<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    html.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn malformed_tables_and_tags_are_reported() {
    assert_eq!(ragged_rows("| a | b |\n|---|---|\n| `x\\|y` | z |\n"), Vec::<String>::new());
    assert_eq!(ragged_rows("| a | b |\n|---|---|\n| `x|y` | z |\n").len(), 1);
    assert_eq!(unbalanced_tags("<p>a<br></p><script>a < b</script>"), Vec::<String>::new());
    assert_eq!(unbalanced_tags("<p>a</b></p>").len(), 1);
    assert_eq!(unbalanced_tags("<p>").len(), 1);
}

#[test]
fn hostile_entry_text_is_escaped_in_pages() {
    let seen = format!(
        r#"{{"pins":[],"date":"<b>","verdicts":{{"routing":{{"verdict":"failed","detail":{0}}},"web":{{"verdict":"unproven","detail":{0}}}}}}}"#,
        serde_json::json!(HOSTILE)
    );
    let pages = pages(&HOSTILE_REGISTRY, &[("worst", &seen)]);
    for name in ["agents.md", "README.md", "providers.md", "rules.md"] {
        report(&ragged_rows(text(&pages, name)));
    }
    let html = text(&pages, "index.html");
    report(&unbalanced_tags(html));
    assert_eq!(html.matches("<script").count(), 1, "a text became a script");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; {{script}}"), "the text is not shown as it is");
    // Outside of its code, Markdown has each of its tags as letters.
    let markdown = text(&pages, "agents.md");
    let code = |line: &&str| line.trim_start().starts_with("{ ") || line.contains("`<") || line.contains('`');
    assert!(!markdown.lines().filter(|line| !code(line)).any(|line| line.replace("\\<", "").contains("<script>")));
}

#[test]
fn generated_pages_match_the_entries() {
    let mut faults = Vec::new();
    let folder = Path::new(registry::REGISTRY.folder).join("src/evidence");
    let evidence: Vec<(String, String)> = registry::REGISTRY
        .agents()
        .iter()
        .filter_map(|it| {
            Some((it.name.to_owned(), std::fs::read_to_string(folder.join(format!("{}.json", it.name))).ok()?))
        })
        .collect();
    let evidence: Vec<(&str, &str)> = evidence.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    for (name, file) in pages(&registry::REGISTRY, &evidence) {
        let same = match file.kind {
            FileKind::Whole(_) => read(&format!("docs/{name}")) == file.text,
            FileKind::Region(_) => read(&name).contains(&file.text),
        };
        if !same {
            faults.push(format!("`{name}` is stale; help: run `cargo xtask gen-docs`"));
        }
    }
    report(&faults);
}

/// The documents in Markdown.
fn documents() -> Vec<String> {
    let docs = names_in("docs").into_iter().map(|name| format!("docs/{name}"));
    let top = names_in("").into_iter();
    top.chain(docs).filter(|name| Path::new(name).extension().is_some_and(|it| it == "md")).collect()
}

/// The lines of a document that are not code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    text.lines().enumerate().filter(move |(_, line)| {
        let ticks = line.trim_start().chars().take_while(|char| *char == '`').count();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open => fence = None,
            None => return true,
            Some(_) => {}
        }
        false
    })
}

/// The ids of a document's headings, as viewers make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter_map(|(_, line)| Some(line.strip_prefix('#')?.trim_start_matches('#').trim()));
    let id = |heading: &str| {
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(id).collect()
}

/// The places that a document links to, each with its line.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in prose(text) {
        // Code has no links, and an escaped bracket opens none.
        let plain = line.replace("\\]", "");
        let targets = plain.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        found.extend(targets.map(|(link, _)| (index + 1, link.to_owned())));
    }
    found
}

/// Dead links of a document.
fn dead_links(path: &str, text: &str) -> Vec<String> {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let dead = |(line, link): (usize, String)| {
        let (file, id) = link.split_once('#').unwrap_or((&link, ""));
        if link.contains("://") || link.contains(' ') {
            return None;
        }
        let target = if file.is_empty() { Path::new(path).to_path_buf() } else { folder.join(file) };
        let there = workspace().join(&target);
        let known = |text: &str| id.is_empty() || anchors(text).contains(id);
        let good = if file.is_empty() {
            known(text)
        } else {
            there.exists() && (id.is_empty() || std::fs::read_to_string(&there).is_ok_and(|text| known(&text)))
        };
        (!good).then(|| format!("{path}:{line}: `{link}` leads nowhere"))
    };
    links(text).into_iter().filter_map(dead).collect()
}

#[test]
fn document_links_resolve() {
    let good = "# A b-c\n[x](#a-b-c) [y](README.md) [z](docs/agents.md#mimo)\n```\n[q](lost)\n```\n";
    assert_eq!(dead_links("X.md", good), Vec::<String>::new());
    let bad = "[x](#lost)\n[y](lost.md), [`z`](docs/agents.md#lost)\n";
    let expected = ["X.md:1: `#lost`", "X.md:2: `lost.md`", "X.md:2: `docs/agents.md#lost`"];
    assert_eq!(dead_links("X.md", bad), expected.map(|it| format!("{it} leads nowhere")));
    let all = documents();
    assert!(all.len() > 6, "{all:?}");
    report(&all.iter().flat_map(|path| dead_links(path, &read(path))).collect::<Vec<_>>());
}

/// The links of the page to documents, as Markdown has them.
fn markdown_links(html: &str) -> String {
    let links = attribute(html, "href").into_iter().filter(|it| it.contains(".md"));
    links.flat_map(|it| ["[x](", it, ")\n"]).collect()
}

#[test]
fn page_links_are_internal() {
    let html = read("docs/index.html");
    let ids = attribute(&html, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "two elements have one id");
    let named = attribute(&html, "aria-controls").into_iter().chain(attribute(&html, "aria-labelledby"));
    let named = named.chain(attribute(&html, "href").into_iter().filter_map(|link| link.strip_prefix('#')));
    let lost: Vec<String> = named.filter(|id| !unique.contains(id)).map(|id| format!("there is no `{id}`")).collect();
    report(&lost);
    let out = attribute(&html, "href").into_iter().filter(|it| !it.starts_with('#') && *it != "data:,");
    // A link requests nothing until a reader follows it.
    let (packages, files): (Vec<&str>, Vec<&str>) = out.partition(|it| it.starts_with("https://deps.dev/"));
    assert!(packages.len() > 5, "{packages:?}");
    assert_eq!(html.matches("<a href=\"https:").count(), packages.len(), "something other than a link asks for a page");
    let file = |it: &str| it.split_once('#').map_or(it, |(path, _)| path).to_owned();
    let linked: BTreeSet<String> = files.into_iter().map(file).collect();
    assert_eq!(linked.into_iter().collect::<Vec<_>>(), ["agents.md"]);
    report(&dead_links("docs/index.md", &markdown_links(&html)));
    report(&unbalanced_tags(&html));
}
