//! The constant of an agent, and the constants that the compiler checks with it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use registry_model::check::{Field, Part, Place};
use registry_model::model::{
    Agent, Archive, Artefact, ConfigFile, Effort, Git, Handshake, Host, Hosted, ImageNeed, Info, Login, LoginSource,
    Mcp, ModelDelivery, Npm, Off, Permission, Program, Proof, ProxyMode, Pypi, Runs, Session, Step, Suite, Version,
    WebPolicy, Word as _,
};
use registry_model::names::{constant, plain};

use super::{assertion, constant_of, given_fields, mappings, template, texts, user_variant, user_word, word};
use crate::parse::Entry;
use crate::syntax::Cx;

/// The constant; fields that are as in `Agent::EMPTY` are left out.
pub(crate) fn expand_agent(cx: &Cx<'_>, entry: &Entry<Agent<'_>>, lock: Option<&str>) -> TokenStream {
    let krate = &cx.krate;
    let constant = agent_constant(entry);
    let fields = fields(cx, entry, lock);
    let mentions = cx.mentions();
    let doc = if entry.model.description.is_empty() { "An agent." } else { entry.model.description };
    let names = names(cx, entry);
    let facts = if cx.is_broken() { TokenStream::new() } else { facts(cx, entry) };
    let given = given_fields(cx);
    quote! {
        #[doc = #doc]
        pub const #constant: #krate::model::Agent<'static> = {
            use #krate::entry::prelude::*;
            #(let _: &Provider<'static> = &#mentions;)*
            Agent { #fields ..Agent::EMPTY }
        };
        #given
        #names
        #facts
    }
}

/// The constant of an agent: `GEMINI`, or `GEMINI_0_60_0` of another version.
fn agent_constant(entry: &Entry<Agent<'_>>) -> Ident {
    version_constant(&entry.ident, entry.model.version())
}

fn version_constant(entry: &Ident, version: Option<&str>) -> Ident {
    let name = constant_of(entry);
    match version {
        None => name,
        Some(version) => format_ident!("{name}_{}", constant(version), span = entry.span()),
    }
}

fn fields(cx: &Cx<'_>, entry: &Entry<Agent<'_>>, lock: Option<&str>) -> TokenStream {
    let agent = &entry.model;
    let Agent {
        name,
        description,
        aliases,
        also,
        protocols,
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
        allow,
        lock: _,
    } = agent;
    let mut fields = quote!(name: #name, description: #description,);
    let mut add = |name: &str, value: TokenStream, given: bool| {
        if given {
            let name = Ident::new(name, Span::call_site());
            fields.extend(quote!(#name: #value,));
        }
    };
    add("aliases", texts(aliases), !aliases.is_empty());
    let others = also.iter().map(|it| version_constant(&entry.ident, it.version()));
    // A wrong version has no constant.
    add("also", quote!(&[#(&#others),*]), !also.is_empty() && !cx.is_broken());
    add("protocols", expand_protocols(cx, agent), !protocols.is_empty());
    add("install", expand_install(cx, install), !install.is_empty());
    add("carries", texts(carries), !carries.is_empty());
    add("runs", word(*runs), *runs != Runs::Node);
    add("node_floor", expand_floor(*node_floor), node_floor.is_some());
    add("launch", expand_argv(launch), !launch.is_empty());
    add("beside", expand_beside(agent), beside.is_some());
    add("handshake", expand_handshake(handshake), *handshake != Handshake::EMPTY);
    add("proof", expand_proof(proof), !proof.is_empty());
    add("model", expand_model(cx, model), true);
    add("env", mappings(env), !env.is_empty());
    add("accepts", texts(accepts), !accepts.is_empty());
    add("withhold", texts(withhold), !withhold.is_empty());
    let place = Place::field(Field::BaseUrl).part(Part::Value);
    add("base_url", user_word(cx, place, *base_url), cx.word_at(place).is_some());
    add("config", expand_config(cx, config), !config.is_empty());
    add("references", expand_references(agent), references.is_some());
    add("web", expand_web(cx, *web), web.is_some());
    add("hosted", expand_hosted(cx, *hosted), hosted.is_some());
    add("permission", expand_permission(cx, *permission), permission.is_some());
    add("effort", expand_effort(*effort), effort.is_some());
    add("mcp", expand_mcp(*mcp), mcp.is_some());
    add("home", texts(home), !home.is_empty());
    add("skills", texts(skills), !skills.is_empty());
    add("login", expand_login(login), !login.is_empty());
    add("hosts", expand_hosts(hosts), !hosts.is_empty());
    add("platforms", expand_platforms(cx, agent), !platforms.is_empty());
    add("image", expand_image(image), !image.is_empty());
    add("install_timeout", quote!(#install_timeout), *install_timeout != Agent::DEFAULT_INSTALL_TIMEOUT);
    add("suite", expand_suite(*suite), suite.is_some());
    add("allow", expand_allow(agent), !allow.is_empty());
    add("lock", quote!(::core::include_str!(#lock)), lock.is_some());
    fields
}

fn expand_protocols(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let words = agent
        .protocols
        .iter()
        .enumerate()
        .map(|(index, protocol)| user_word(cx, Place::field(Field::Protocols).item(index), *protocol));
    quote!(&[#(#words),*])
}

fn expand_install(cx: &Cx<'_>, install: &[Artefact<'_>]) -> TokenStream {
    let items = install.iter().enumerate().map(|(index, artefact)| match artefact {
        Artefact::Npm(Npm { package, bin, postinstall }) => {
            let postinstall = texts(postinstall);
            quote!(Artefact::Npm(Npm {
                package: #package, bin: #bin, postinstall: #postinstall
            }))
        }
        Artefact::Pypi(Pypi { package, bin, python, source }) => {
            quote!(Artefact::Pypi(Pypi {
                package: #package, bin: #bin, python: #python, source: #source
            }))
        }
        Artefact::Archive(archive) => expand_archive(cx, index, archive),
        Artefact::Git(Git { url, commit, bin }) => {
            quote!(Artefact::Git(Git { url: #url, commit: #commit, bin: #bin }))
        }
        Artefact::Program(Program { name, text: _ }) => {
            let text = quote!(::core::include_str!(#name));
            quote!(Artefact::Program(Program { name: #name, text: #text }))
        }
        Artefact::Sh(Step { script, writes, needs, bin }) => {
            let (writes, needs) = (texts(writes), texts(needs));
            quote!(Artefact::Sh(Step {
                script: #script, writes: #writes, needs: #needs, bin: #bin
            }))
        }
    });
    quote!(&[#(#items),*])
}

fn expand_archive(cx: &Cx<'_>, index: usize, archive: &Archive<'_>) -> TokenStream {
    let Archive { bin, downloads } = archive;
    let downloads = downloads.iter().enumerate().map(|(nth, download)| {
        let place = Place::field(Field::Install).item(index).part(Part::Nth(nth));
        let target = user_word(cx, place, download.target);
        let (url, sha256) = (download.url, download.sha256);
        quote!(Download { target: #target, url: #url, sha256: #sha256 })
    });
    quote!(Artefact::Archive(Archive { bin: #bin, downloads: &[#(#downloads),*] }))
}

fn expand_version(version: Version) -> TokenStream {
    let Version { major, minor, patch } = version;
    quote!(Version::new(#major, #minor, #patch))
}

fn expand_floor(floor: Option<Version>) -> TokenStream {
    let Some(floor) = floor else { return quote!(None) };
    let version = expand_version(floor);
    quote!(Some(#version))
}

fn expand_argv(argv: &[registry_model::template::Template<'_>]) -> TokenStream {
    let words = argv.iter().map(|word| template(*word));
    quote!(&[#(#words),*])
}

fn expand_beside(agent: &Agent<'_>) -> TokenStream {
    let Some(beside) = agent.beside else { return quote!(None) };
    let (argv, within) = (expand_argv(beside.argv), beside.within);
    quote!(Some(Beside { argv: #argv, within: #within }))
}

fn expand_handshake(handshake: &Handshake<'_>) -> TokenStream {
    let Handshake { info, env, session, exit } = handshake;
    let info = match info {
        Info::Fields { name, title, version_is_pinned } => {
            quote!(Info::Fields { name: #name, title: #title, version_is_pinned: #version_is_pinned })
        }
        Info::None(reason) => quote!(Info::None(#reason)),
    };
    let session = match session {
        Session::Ok => quote!(Session::Ok),
        Session::Refused(code) => quote!(Session::Refused(#code)),
    };
    let (exit, env) = (word(*exit), mappings(env));
    quote!(Handshake { info: #info, env: #env, session: #session, exit: #exit })
}

fn expand_proof(proof: &[Proof<'_>]) -> TokenStream {
    let items = proof.iter().map(|proof| match proof {
        Proof::Acp => quote!(Proof::Acp),
        Proof::Version { bin, args, output } => {
            let args = texts(args);
            quote!(Proof::Version { bin: #bin, args: #args, output: #output })
        }
    });
    quote!(&[#(#items),*])
}

fn expand_model(cx: &Cx<'_>, model: &ModelDelivery<'_>) -> TokenStream {
    let place = Place::field(Field::Model);
    let ModelDelivery { format, via, proxy, refuses, none } = model;
    if let Some(reason) = none {
        return quote!(ModelDelivery { none: ::core::option::Option::Some(#reason), ..ModelDelivery::EMPTY });
    }
    let refuses = texts(refuses);
    let (at_proxy, kind) = (place.part(Part::Proxy), proxy.kind());
    let proxy = match proxy {
        ProxyMode::Unsupported(reason) => quote!(ProxyMode::Unsupported(#reason)),
        ProxyMode::AsIs | ProxyMode::RegisterProvider => user_variant(cx, "ProxyMode", at_proxy).unwrap_or_else(|| {
            let kind = Ident::new(kind.variant(), Span::call_site());
            quote!(ProxyMode::#kind)
        }),
    };
    let format = user_word(cx, place.part(Part::Format), *format);
    let via = user_word(cx, place.part(Part::Via), *via);
    quote!(ModelDelivery { format: #format, via: #via, proxy: #proxy, refuses: #refuses, ..ModelDelivery::EMPTY })
}

fn expand_config(cx: &Cx<'_>, config: &[ConfigFile<'_>]) -> TokenStream {
    let items = config.iter().enumerate().map(|(index, file)| {
        let ConfigFile { path, format, owner, mode, body } = file;
        let format = word(*format);
        let owner = user_word(cx, Place::field(Field::Config).item(index).part(Part::Owner), *owner);
        let body = template(*body);
        quote!(ConfigFile { path: #path, format: #format, owner: #owner, mode: #mode, body: #body })
    });
    quote!(&[#(#items),*])
}

fn expand_references(agent: &Agent<'_>) -> TokenStream {
    let Some(references) = agent.references else { return quote!(None) };
    let (form, semantics) = (references.form, word(references.semantics));
    quote!(Some(References { form: #form, semantics: #semantics }))
}

fn expand_web(cx: &Cx<'_>, web: Option<WebPolicy<'_>>) -> TokenStream {
    let web = match web {
        None => return quote!(None),
        Some(WebPolicy::NoTools(evidence)) => quote!(WebPolicy::NoTools(#evidence)),
        Some(WebPolicy::Switch { tools, off }) => {
            let (tools, off) = (texts(tools), off.iter().map(|off| expand_off(cx, Field::Web, off)));
            quote!(WebPolicy::Switch { tools: #tools, off: &[#(#off),*] })
        }
        Some(WebPolicy::NoSwitch { tools, reason }) => {
            let tools = texts(tools);
            quote!(WebPolicy::NoSwitch { tools: #tools, reason: #reason })
        }
        Some(WebPolicy::Untested { tools, reason }) => {
            let tools = texts(tools);
            quote!(WebPolicy::Untested { tools: #tools, reason: #reason })
        }
    };
    quote!(Some(#web))
}

fn expand_hosted(cx: &Cx<'_>, hosted: Option<Hosted<'_>>) -> TokenStream {
    let hosted = match hosted {
        None => return quote!(None),
        Some(Hosted::All) => quote!(Hosted::All),
        Some(Hosted::None(reason)) => quote!(Hosted::None(#reason)),
        Some(Hosted::Untested(reason)) => quote!(Hosted::Untested(#reason)),
        Some(Hosted::Some { tools, off }) => {
            let (tools, off) = (texts(tools), off.iter().map(|off| expand_off(cx, Field::Hosted, off)));
            quote!(Hosted::Some { tools: #tools, off: &[#(#off),*] })
        }
    };
    quote!(Some(#hosted))
}

fn expand_off(cx: &Cx<'_>, field: Field, off: &Off<'_>) -> TokenStream {
    match off {
        Off::File { path, format, owner, body } => {
            let (format, body) = (word(*format), template(*body));
            let owner = user_word(cx, Place::field(field).part(Part::Owner), *owner);
            quote!(Off::File { path: #path, format: #format, owner: #owner, body: #body })
        }
        Off::Env(switches) => {
            let switches = mappings(switches);
            quote!(Off::Env(#switches))
        }
        Off::Argv(words) => {
            let words = texts(words);
            quote!(Off::Argv(#words))
        }
        Off::Unset(names) => {
            let names = texts(names);
            quote!(Off::Unset(#names))
        }
    }
}

fn expand_permission(cx: &Cx<'_>, permission: Option<Permission<'_>>) -> TokenStream {
    let permission = match permission {
        None => return quote!(None),
        Some(Permission::None(reason)) => quote!(Permission::None(#reason)),
        Some(Permission::Untested(reason)) => quote!(Permission::Untested(#reason)),
        Some(Permission::Switch { mode, off }) => {
            let off = off.iter().map(|off| expand_off(cx, Field::Permission, off));
            quote!(Permission::Switch { mode: #mode, off: &[#(#off),*] })
        }
    };
    quote!(Some(#permission))
}

fn expand_effort(effort: Option<Effort<'_>>) -> TokenStream {
    let effort = match effort {
        None => return quote!(None),
        Some(Effort::None(reason)) => quote!(Effort::None(#reason)),
        Some(Effort::Untested(reason)) => quote!(Effort::Untested(#reason)),
        Some(Effort::Levels(levels)) => {
            let levels = texts(levels);
            quote!(Effort::Levels(#levels))
        }
    };
    quote!(Some(#effort))
}

fn expand_mcp(mcp: Option<Mcp<'_>>) -> TokenStream {
    let mcp = match mcp {
        None => return quote!(None),
        Some(Mcp::None(reason)) => quote!(Mcp::None(#reason)),
        Some(Mcp::Untested(reason)) => quote!(Mcp::Untested(#reason)),
        Some(Mcp::Servers { acp, file }) => {
            let [acp, file] = [acp, file].map(|all| all.iter().map(|it| word(*it)).collect::<Vec<_>>());
            quote!(Mcp::Servers { acp: &[#(#acp),*], file: &[#(#file),*] })
        }
    };
    quote!(Some(#mcp))
}

fn expand_login(login: &[Login<'_>]) -> TokenStream {
    let items = login.iter().map(|Login { source, instead_of, own_endpoint_only }| {
        let source = match source {
            LoginSource::Files(files) => {
                let files = texts(files);
                quote!(LoginSource::Files(#files))
            }
            LoginSource::Variable(name) => quote!(LoginSource::Variable(#name)),
        };
        quote!(Login { source: #source, instead_of: #instead_of, own_endpoint_only: #own_endpoint_only })
    });
    quote!(&[#(#items),*])
}

fn expand_hosts(hosts: &[Host<'_>]) -> TokenStream {
    let items = hosts.iter().map(|Host { name, off, reason }| {
        let off = mappings(off);
        quote!(Host { name: #name, off: #off, reason: #reason })
    });
    quote!(&[#(#items),*])
}

fn expand_platforms(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let words = agent
        .platforms
        .iter()
        .enumerate()
        .map(|(index, target)| user_word(cx, Place::field(Field::Platforms).item(index), *target));
    quote!(&[#(#words),*])
}

fn expand_image(image: &[ImageNeed<'_>]) -> TokenStream {
    let items = image.iter().map(|need| match need {
        ImageNeed::Certificates => quote!(ImageNeed::Certificates),
        ImageNeed::Tool { name, debian } => quote!(ImageNeed::Tool { name: #name, debian: #debian }),
        ImageNeed::Library { name, debian } => quote!(ImageNeed::Library { name: #name, debian: #debian }),
    });
    quote!(&[#(#items),*])
}

fn expand_suite(suite: Option<Suite<'_>>) -> TokenStream {
    let Some(Suite { model, usage_tracking }) = suite else { return quote!(None) };
    let (provider, id) = (model.provider, model.id);
    quote!(Some(Suite {
        model: ModelReference { provider: #provider, id: #id },
        usage_tracking: #usage_tracking,
    }))
}

fn expand_allow(agent: &Agent<'_>) -> TokenStream {
    let items = agent.allow.iter().map(|allow| {
        let (code, reason) = (allow.code, allow.reason);
        let place = match allow.place {
            None => quote!(None),
            Some(place) => {
                let field = format_ident!("{}", format!("{:?}", place.field));
                let item = place.item.unwrap_or_default();
                let field = quote!(Place::field(Field::#field));
                quote!(Some(#field.item(#item)))
            }
        };
        quote!(Allow { code: #code, reason: #reason, place: #place })
    });
    quote!(&[#(#items),*])
}

/// A constant for each name and alias in one type: a second one, in any file, is rustc's E0592 with both places.
fn names(cx: &Cx<'_>, entry: &Entry<Agent<'_>>) -> TokenStream {
    // A copy of another entry that still has its name: that is one error, and N001 says it.
    if cx.misnamed {
        return TokenStream::new();
    }
    let mut constants = Vec::new();
    let mut add = |name: &str, span: Span| {
        if registry_model::names::is_kebab(name) {
            let ident = Ident::new(&format!("name_{}", name.replace('-', "_")), span);
            constants.push(quote_spanned!(span=> const #ident: () = ();));
        }
    };
    match entry.model.version() {
        None => add(entry.model.name, entry.ident.span()),
        Some(_) => add(&plain(entry.model.name), cx.find(Place::field(Field::Also)).1),
    }
    for (index, alias) in entry.model.aliases.iter().enumerate() {
        add(alias, cx.find(Place::field(Field::Aliases).item(index)).1);
    }
    quote! {
        #[allow(non_upper_case_globals, dead_code, missing_docs)]
        impl super::AgentNames { #(#constants)* }
    }
}

/// Facts about several entries, which the compiler checks when all of them are compiled.
fn facts(cx: &Cx<'_>, entry: &Entry<Agent<'_>>) -> TokenStream {
    let krate = &cx.krate;
    let (agent, constant) = (&entry.model, agent_constant(entry));
    let name = agent.name;
    let mut facts = TokenStream::new();
    for (index, protocol) in agent.protocols.iter().enumerate() {
        let span = cx.find(Place::field(Field::Protocols).item(index)).1;
        let word = format_ident!("{}", protocol.word());
        let protocol = quote!(#krate::model::Protocol::#word);
        facts.extend(assertion(cx, span, |at| quote_spanned!(at=> served(&super::LISTED, #protocol, #name))));
    }
    if agent.suite.is_some() {
        let span = cx.find(Place::field(Field::Suite).part(Part::Model)).1;
        facts.extend(assertion(cx, span, |at| quote_spanned!(at=> suite_model(&super::LISTED, &#constant))));
    }
    facts
}
