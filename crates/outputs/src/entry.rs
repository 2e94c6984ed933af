//! Prints an entry in the syntax of `agent!`, with its fields in their order. Comments and fields with their defaults
//! are missing, since a constant does not have them.

use registry_model::check::{Field, Place};
use registry_model::model::{
    Agent, Artefact, BaseUrlForm, ConfigFile, Effort, FileFormat, Handshake, Host, Hosted, ImageNeed, Info, Login,
    LoginSource, Mapping, Mcp, McpWay, ModelDelivery, Off, Owner, Permission, Proof, ProofKind, ProxyMode, References,
    Semantics, Step, Suite, Version, WebPolicy,
};
use registry_model::names;
use registry_model::template::Template;
use registry_model::variables;

use crate::value::{self, quoted};

/// A list that is longer is broken into lines.
const COLUMNS: usize = 96;

/// The entry of an agent.
pub fn text(agent: &Agent<'_>) -> String {
    let doc: String =
        agent.description.lines().map(|line| format!("/// {line}").trim_end().to_owned() + "\n").collect();
    let fields: Vec<String> = fields(agent).into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{doc}{} {{\n{}}}\n", agent.entry().replace('-', "_"), lines(&fields))
}

/// The fields of an entry, each with its value.
fn fields(agent: &Agent<'_>) -> Vec<(&'static str, String)> {
    let Agent {
        name: _,
        description: _,
        aliases,
        also,
        protocols: _,
        install,
        carries,
        runs,
        node_floor,
        launch,
        beside,
        handshake,
        proof,
        model,
        env,
        accepts,
        withhold,
        base_url,
        config,
        references,
        web,
        hosted,
        permission,
        effort,
        mcp,
        home,
        skills,
        login,
        hosts,
        platforms,
        image,
        install_timeout,
        suite,
        allow: _,
        lock: _,
    } = agent;
    let mut all = Vec::new();
    let mut add = |key, given: bool, value: String| {
        if given {
            all.push((key, value));
        }
    };
    add("aliases", !aliases.is_empty(), texts(aliases));
    add("also", !also.is_empty(), list(also.iter().map(|other| version_text(agent, other))));
    add("protocol", agent.is_routable(), protocols(agent));
    let artefacts = install.iter().enumerate().map(|(index, it)| artefact(agent, index, it));
    add("install", true, list(artefacts));
    add("carries", !carries.is_empty(), texts(carries));
    add("runs", true, runs.word().to_owned());
    add("requires", node_floor.is_some(), format!("node >= {}", node_floor.map(Version::in_entry).unwrap_or_default()));
    let targets = platforms.iter().map(|it| it.word().to_owned());
    add("platforms", !platforms.is_empty(), list(targets));
    add("image", !image.is_empty(), list(image.iter().map(need_text)));
    add("launch", true, argv(launch));
    let helper = beside.map(|it| format!("{{ argv: {}, within: {}s }}", argv(it.argv), it.within));
    add("beside", helper.is_some(), helper.unwrap_or_default());
    add("handshake", true, handshake_text(handshake));
    add("proof", !proof.is_empty(), list(proof.iter().map(proof_text)));
    add("model", true, model_text(model));
    add("accepts", !accepts.is_empty(), words(accepts));
    add("env", !env.is_empty(), mappings(env));
    add("withhold", !withhold.is_empty(), words(withhold));
    add("base_url", *base_url != BaseUrlForm::AsGiven, base_url.word().to_owned());
    add("references", references.is_some(), references.map(references_text).unwrap_or_default());
    let files = config.iter().enumerate().map(|(index, it)| config_text(agent, index, it));
    add("config", !config.is_empty(), list(files));
    add("web", web.is_some(), web.map(web_text).unwrap_or_default());
    add("hosted", hosted.is_some(), hosted.map(hosted_text).unwrap_or_default());
    add("permission", permission.is_some(), permission.map(permission_text).unwrap_or_default());
    add("effort", effort.is_some(), effort.map(effort_text).unwrap_or_default());
    add("mcp", mcp.is_some(), mcp.map(mcp_text).unwrap_or_default());
    add("home", !home.is_empty(), texts(home));
    add("skills", !skills.is_empty(), texts(skills));
    add("login", !login.is_empty(), list(login.iter().map(login_text)));
    add("hosts", !hosts.is_empty(), list(hosts.iter().map(host_text)));
    let timeout = format!("install({install_timeout}s)");
    add("timeout", *install_timeout != Agent::DEFAULT_INSTALL_TIMEOUT, timeout);
    add("suite", suite.is_some(), suite.map(suite_text).unwrap_or_default());
    let allowed = allowed(agent, None);
    add("allow", !allowed.is_empty(), list(allowed));
    all
}

/// Another version, with the fields that it does not share with the entry.
fn version_text(agent: &Agent<'_>, other: &Agent<'_>) -> String {
    let version = format!("\"{}\"", other.version().unwrap_or_default());
    let shared = fields(&Agent { also: &[], ..*agent });
    let own = fields(other).into_iter().filter(|field| !shared.contains(field));
    let own: Vec<String> = own.map(|(key, value)| format!("{key}: {value}")).collect();
    if own.is_empty() { version } else { format!("{version} {{\n{}}}", lines(&own)) }
}

/// The items, each on its own lines, one level deeper.
fn lines(items: &[String]) -> String {
    let line = |item: &String| format!("    {},\n", item.replace('\n', "\n    "));
    items.iter().map(line).collect::<Vec<_>>().concat()
}

/// Items between brackets, on one line where they fit.
fn group(open: &str, items: &[String], close: &str) -> String {
    let gap = if close == "}" { " " } else { "" };
    let flat = format!("{open}{gap}{}{gap}{close}", items.join(", "));
    if items.is_empty() || (flat.chars().count() <= COLUMNS && !flat.contains('\n')) {
        return flat;
    }
    format!("{open}\n{}{close}", lines(items))
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    // A single item with several lines keeps the brackets on its first and last line.
    match items.as_slice() {
        [one] if one.contains('\n') && one.ends_with(['}', ')']) => format!("[{one}]"),
        _ => group("[", &items, "]"),
    }
}

fn texts(items: &[&str]) -> String {
    list(items.iter().map(|item| quoted(item)))
}

fn words(items: &[&str]) -> String {
    list(items.iter().map(|item| (*item).to_owned()))
}

fn argv(words: &[Template<'_>]) -> String {
    list(words.iter().map(|word| value::text(*word)))
}

fn mappings(mappings: &[Mapping<'_>]) -> String {
    let item = |it: &Mapping<'_>| format!("{} = {}", variables::word(it.name), value::text(it.value));
    group("{", &mappings.iter().map(item).collect::<Vec<_>>(), "}")
}

fn protocols(agent: &Agent<'_>) -> String {
    match agent.protocols {
        [one] => one.word().to_owned(),
        several => list(several.iter().map(|it| it.word().to_owned())),
    }
}

/// The exceptions for a place; `None` is the whole entry.
fn allowed(agent: &Agent<'_>, place: Option<Place>) -> Vec<String> {
    let about = agent.allow.iter().filter(|it| it.place == place);
    about.map(|it| format!("{}({})", it.code, quoted(it.reason))).collect()
}

/// The named arguments that are not empty, and the exceptions of an item.
fn arguments(agent: &Agent<'_>, place: Place, first: String, named: &[(&str, String)]) -> Vec<String> {
    let named = named.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| format!("{key}: {value}"));
    let allowed = allowed(agent, Some(place)).into_iter().map(|it| format!("allow: {it}"));
    core::iter::once(first).chain(named).chain(allowed).collect()
}

/// A text in quotes; nothing for an empty one.
fn given(text: &str) -> String {
    if text.is_empty() { String::new() } else { quoted(text) }
}

/// A list of texts; nothing for an empty one.
fn given_list(items: &[&str]) -> String {
    if items.is_empty() { String::new() } else { texts(items) }
}

fn artefact(agent: &Agent<'_>, index: usize, artefact: &Artefact<'_>) -> String {
    let place = Place::field(Field::Install).item(index);
    let (first, named): (String, Vec<(&str, String)>) = match artefact {
        Artefact::Npm(it) => {
            (quoted(it.package), vec![("bin", given(it.bin)), ("postinstall", given_list(it.postinstall))])
        }
        Artefact::Pypi(it) => (
            quoted(it.package),
            vec![("bin", given(it.bin)), ("python", quoted(it.python)), ("source", given(it.source))],
        ),
        Artefact::Archive(it) => {
            let download = |it: &registry_model::model::Download<'_>| {
                format!("{}: url({}, sha256: {})", it.target.word(), quoted(it.url), quoted(it.sha256))
            };
            let downloads = group("{", &it.downloads.iter().map(download).collect::<Vec<_>>(), "}");
            (format!("{}, {downloads}", quoted(it.bin)), Vec::new())
        }
        Artefact::Git(it) => (quoted(it.url), vec![("commit", given(it.commit)), ("bin", given(it.bin))]),
        Artefact::Program(it) => (quoted(it.name), Vec::new()),
        Artefact::Sh(Step { script: text, writes, needs, bin }) => {
            (script(text), vec![("bin", given(bin)), ("writes", given_list(writes)), ("needs", given_list(needs))])
        }
    };
    group(&format!("{}(", artefact.kind().word()), &arguments(agent, place, first, &named), ")")
}

/// A script, one literal line for each line. Leading blanks are escaped, since a broken literal skips them.
fn script(text: &str) -> String {
    let lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| {
            let whole = quoted(line);
            let inner = whole.trim_matches('"').to_owned();
            match line.chars().next() {
                Some(' ') => format!("\\x20{}", inner.get(1..).unwrap_or_default()),
                _ => inner,
            }
        })
        .collect();
    format!("\"{}\"", lines.join("\\\n"))
}

fn handshake_text(handshake: &Handshake<'_>) -> String {
    let Handshake { info, env, session, exit } = handshake;
    let mut items = match info {
        Info::Fields { name, title, version_is_pinned } => {
            let mut items = vec![format!("name: {}", quoted(name))];
            items.extend((!title.is_empty()).then(|| format!("title: {}", quoted(title))));
            items.extend(version_is_pinned.then(|| "version: pinned".to_owned()));
            items
        }
        Info::None(reason) => vec![format!("info: none({})", quoted(reason))],
    };
    items.extend((!env.is_empty()).then(|| format!("env: {}", mappings(env))));
    items.extend([format!("session: {session}"), format!("exit: {}", exit.word())]);
    group("{", &items, "}")
}

fn proof_text(proof: &Proof<'_>) -> String {
    match proof {
        Proof::Acp => ProofKind::Acp.word().to_owned(),
        Proof::Version { bin, args, output } => {
            let head = format!("{}(", ProofKind::Version.word());
            group(&head, &[quoted(bin), texts(args), quoted(output)], ")")
        }
    }
}

fn model_text(model: &ModelDelivery<'_>) -> String {
    let ModelDelivery { format, via, proxy, refuses, none } = model;
    if let Some(why) = none {
        return format!("{}({})", ModelDelivery::NONE, quoted(why));
    }
    let reason = if let ProxyMode::Unsupported(why) = proxy { format!("({})", quoted(why)) } else { String::new() };
    let proxy = format!("proxy: {}{reason}", proxy.kind().word());
    let mut items = vec![format!("format: {}", format.word()), format!("via: {}", via.word()), proxy];
    items.extend((!refuses.is_empty()).then(|| format!("refuses: {}", texts(refuses))));
    group("{", &items, "}")
}

fn references_text(references: References<'_>) -> String {
    match references.semantics {
        Semantics::Textual => quoted(references.form),
        parsed @ Semantics::Parsed => format!("{}({})", parsed.word(), quoted(references.form)),
    }
}

fn config_text(agent: &Agent<'_>, index: usize, file: &ConfigFile<'_>) -> String {
    let ConfigFile { path, format, owner, mode, body } = file;
    let (condition, body) = value::file(*body);
    let mut head = vec![quoted(path)];
    head.extend((!condition.is_empty()).then_some(condition));
    head.extend((*owner != Owner::Keys).then(|| format!("owner: {}", owner.word())));
    head.extend((*mode != ConfigFile::DEFAULT_MODE).then(|| format!("mode: {mode:#o}")));
    let allowed = allowed(agent, Some(Place::field(Field::Config).item(index)));
    head.extend(allowed.into_iter().map(|it| format!("allow: {it}")));
    format!("{}({}) {body}", format.word(), head.join(", "))
}

fn web_text(web: WebPolicy<'_>) -> String {
    let because = format!("{}({})", web.kind().word(), quoted(web.reason()));
    let (tools, off) = match web {
        WebPolicy::NoTools(_) => return because,
        WebPolicy::Switch { tools, off } => (tools, list(off.iter().map(off_text))),
        WebPolicy::NoSwitch { tools, .. } | WebPolicy::Untested { tools, .. } => (tools, because),
    };
    group("{", &[format!("tools: {}", texts(tools)), format!("off: {off}")], "}")
}

fn hosted_text(hosted: Hosted<'_>) -> String {
    let word = hosted.kind().word();
    match hosted {
        Hosted::All => word.to_owned(),
        Hosted::None(reason) | Hosted::Untested(reason) => format!("{word}({})", quoted(reason)),
        Hosted::Some { tools, off } => {
            let off = list(off.iter().map(off_text));
            group("{", &[format!("tools: {}", texts(tools)), format!("off: {off}")], "}")
        }
    }
}

fn permission_text(permission: Permission<'_>) -> String {
    let Permission::Switch { mode, off } = permission else {
        return format!("{}({})", permission.kind().word(), quoted(permission.reason()));
    };
    let mode = (!mode.is_empty()).then(|| format!("{}({})", Permission::MODE, quoted(mode)));
    list(mode.into_iter().chain(off.iter().map(off_text)))
}

fn effort_text(effort: Effort<'_>) -> String {
    match effort {
        Effort::Levels(levels) => texts(levels),
        Effort::None(reason) | Effort::Untested(reason) => format!("{}({})", effort.kind().word(), quoted(reason)),
    }
}

fn mcp_text(mcp: Mcp<'_>) -> String {
    let word = mcp.kind().word();
    match mcp {
        Mcp::Servers { .. } => {
            let ways = McpWay::ALL.into_iter().filter(|way| !mcp.by(*way).is_empty());
            let way =
                |way: McpWay| format!("{} {}", way.word(), list(mcp.by(way).iter().map(|it| it.word().to_owned())));
            ways.map(way).collect::<Vec<_>>().join(" ")
        }
        Mcp::None(reason) | Mcp::Untested(reason) => format!("{word}({})", quoted(reason)),
    }
}

fn off_text(off: &Off<'_>) -> String {
    let word = off.word();
    match off {
        Off::File { path, format, owner, body } => {
            let usual = if *format == FileFormat::Toml { Owner::Whole } else { Owner::Keys };
            let owner = if *owner == usual { String::new() } else { format!(", owner: {}", owner.word()) };
            format!("{word}({}{owner}) {}", quoted(path), value::text(*body))
        }
        Off::Env(variables) => format!("{word} {}", mappings(variables)),
        Off::Argv(items) => format!("{word} {}", texts(items)),
        Off::Unset(names) => format!("{word} {}", words(names)),
    }
}

fn login_text(login: &Login<'_>) -> String {
    let Login { source, instead_of, own_endpoint_only } = login;
    let first = match source {
        LoginSource::Files(files) => texts(files),
        LoginSource::Variable(name) => (*name).to_owned(),
    };
    let mut items = vec![first, format!("instead_of: {instead_of}")];
    items.extend(own_endpoint_only.then(|| "own_endpoint".to_owned()));
    group(&format!("{}(", source.kind().word()), &items, ")")
}

fn host_text(host: &Host<'_>) -> String {
    let Host { name, off, reason } = host;
    let how = if off.is_empty() { format!("none({})", quoted(reason)) } else { format!("env {}", mappings(off)) };
    group("host(", &[quoted(name), how], ")")
}

fn need_text(need: &ImageNeed<'_>) -> String {
    let word = need.kind().word();
    match need.named() {
        None => word.to_owned(),
        Some((name, debian)) => group(&format!("{word}("), &[quoted(name), format!("debian: {}", quoted(debian))], ")"),
    }
}

fn suite_text(suite: Suite<'_>) -> String {
    let Suite { model, usage_tracking } = suite;
    let provider =
        if model.provider.is_empty() { String::new() } else { format!("{} / ", names::constant(model.provider)) };
    let tracking = if usage_tracking { "on" } else { "off" };
    format!("{{ model: {provider}{}, usage_tracking: {tracking} }}", quoted(model.id))
}
