//! The constant of an agent, and what the compiler checks beside it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use registry_core::check::{Field, Part, Place};
use registry_core::model::{
    Agent, Archive, Artefact, BaseUrlForm, ConfigFile, Exit, FileFormat, Git, Handshake, Host, Info, Login,
    LoginSource, ModelDelivery, ModelIdFormat, Npm, Off, Owner, Program, Proof, ProxyMode, Pypi, Runs, Semantics,
    Session, Step, Suite, Version, Via, WebPolicy,
};

use super::{assertion, constant_of, mappings, template, texts, variant};
use crate::parse::Entry;
use crate::syntax::Cx;

/// The constant; fields that are as in `Agent::EMPTY` are left out.
pub(crate) fn expand_agent(cx: &Cx<'_>, entry: &Entry<Agent<'_>>, lock: Option<&str>) -> TokenStream {
    let krate = &cx.krate;
    let constant = constant_of(&entry.ident);
    let fields = fields(cx, &entry.model, lock);
    let doc = if entry.model.description.is_empty() { "An agent." } else { entry.model.description };
    let names = names(cx, entry);
    let facts = if cx.is_broken() { TokenStream::new() } else { facts(cx, &entry.model) };
    quote! {
        #[doc = #doc]
        pub const #constant: #krate::model::Agent<'static> = #krate::model::Agent {
            #fields
            ..#krate::model::Agent::EMPTY
        };
        #names
        #facts
    }
}

fn fields(cx: &Cx<'_>, agent: &Agent<'_>, lock: Option<&str>) -> TokenStream {
    let Agent {
        name,
        description,
        aliases,
        protocols,
        install,
        runs,
        node_floor,
        launch,
        beside,
        handshake,
        proof,
        model,
        env,
        accepts,
        base_url,
        config,
        references,
        web,
        home,
        skills,
        login,
        hosts,
        platforms,
        install_timeout,
        suite,
        allow,
        lock: _,
    } = agent;
    let mut fields = quote!(name: #name, description: #description,);
    let mut add = |name: &str, value: TokenStream, given: bool| {
        if given {
            let name = format_ident!("{name}");
            fields.extend(quote!(#name: #value,));
        }
    };
    add("aliases", texts(aliases), !aliases.is_empty());
    add("protocols", expand_protocols(cx, agent), !protocols.is_empty());
    add("install", expand_install(cx, install), !install.is_empty());
    add("runs", expand_runs(cx, *runs), *runs != Runs::Node);
    add("node_floor", expand_floor(cx, *node_floor), node_floor.is_some());
    add("launch", expand_argv(cx, launch), !launch.is_empty());
    add("beside", expand_beside(cx, agent), beside.is_some());
    add("handshake", expand_handshake(cx, handshake), *handshake != Handshake::EMPTY);
    add("proof", expand_proof(cx, proof), !proof.is_empty());
    add("model", expand_model(cx, model), true);
    add("env", mappings(cx, env), !env.is_empty());
    add("accepts", texts(accepts), !accepts.is_empty());
    let form = match base_url {
        BaseUrlForm::AsGiven => "AsGiven",
        BaseUrlForm::WithV1 => "WithV1",
        BaseUrlForm::WithoutV1 => "WithoutV1",
    };
    let place = Place::field(Field::BaseUrl).part(Part::Value);
    add("base_url", variant(cx, "BaseUrlForm", place, form), cx.word_at(place).is_some());
    add("config", expand_config(cx, config), !config.is_empty());
    add("references", expand_references(cx, agent), references.is_some());
    add("web", expand_web(cx, *web), web.is_some());
    add("home", texts(home), !home.is_empty());
    add("skills", texts(skills), !skills.is_empty());
    add("login", expand_login(cx, login), !login.is_empty());
    add("hosts", expand_hosts(cx, hosts), !hosts.is_empty());
    add("platforms", expand_platforms(cx, agent), !platforms.is_empty());
    add("install_timeout", quote!(#install_timeout), *install_timeout != Agent::DEFAULT_INSTALL_TIMEOUT);
    add("suite", expand_suite(cx, *suite), suite.is_some());
    add("allow", expand_allow(cx, agent), !allow.is_empty());
    add("lock", quote!(::core::include_str!(#lock)), lock.is_some());
    fields
}

fn expand_protocols(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let words =
        agent.protocols.iter().enumerate().map(|(index, protocol)| {
            variant(cx, "Protocol", Place::field(Field::Protocols).item(index), protocol.word())
        });
    quote!(&[#(#words),*])
}

fn expand_install(cx: &Cx<'_>, install: &[Artefact<'_>]) -> TokenStream {
    let krate = &cx.krate;
    let items = install.iter().enumerate().map(|(index, artefact)| match artefact {
        Artefact::Npm(Npm { package, bin, postinstall }) => {
            let postinstall = texts(postinstall);
            quote!(#krate::model::Artefact::Npm(#krate::model::Npm {
                package: #package, bin: #bin, postinstall: #postinstall
            }))
        }
        Artefact::Pypi(Pypi { package, bin, python, source }) => {
            quote!(#krate::model::Artefact::Pypi(#krate::model::Pypi {
                package: #package, bin: #bin, python: #python, source: #source
            }))
        }
        Artefact::Archive(archive) => expand_archive(cx, index, archive),
        Artefact::Git(Git { url, commit, bin }) => {
            quote!(#krate::model::Artefact::Git(#krate::model::Git { url: #url, commit: #commit, bin: #bin }))
        }
        Artefact::Program(Program { name, text: _ }) => {
            let text = quote!(::core::include_str!(#name));
            quote!(#krate::model::Artefact::Program(#krate::model::Program { name: #name, text: #text }))
        }
        Artefact::Sh(Step { script, writes, needs, bin }) => {
            let (writes, needs) = (texts(writes), texts(needs));
            quote!(#krate::model::Artefact::Sh(#krate::model::Step {
                script: #script, writes: #writes, needs: #needs, bin: #bin
            }))
        }
    });
    quote!(&[#(#items),*])
}

fn expand_archive(cx: &Cx<'_>, index: usize, archive: &Archive<'_>) -> TokenStream {
    let krate = &cx.krate;
    let Archive { bin, downloads } = archive;
    let downloads = downloads.iter().enumerate().map(|(nth, download)| {
        let place = Place::field(Field::Install).item(index).part(Part::Nth(nth));
        let target = variant(cx, "Target", place, download.target.word());
        let (url, sha256) = (download.url, download.sha256);
        quote!(#krate::model::Download { target: #target, url: #url, sha256: #sha256 })
    });
    quote!(#krate::model::Artefact::Archive(#krate::model::Archive { bin: #bin, downloads: &[#(#downloads),*] }))
}

fn expand_runs(cx: &Cx<'_>, runs: Runs) -> TokenStream {
    let krate = &cx.krate;
    match runs {
        Runs::Node => quote!(#krate::model::Runs::Node),
        Runs::Native => quote!(#krate::model::Runs::Native),
        Runs::Python => quote!(#krate::model::Runs::Python),
    }
}

fn expand_version(cx: &Cx<'_>, version: Version) -> TokenStream {
    let krate = &cx.krate;
    let Version { major, minor, patch } = version;
    quote!(#krate::model::Version::new(#major, #minor, #patch))
}

fn expand_floor(cx: &Cx<'_>, floor: Option<Version>) -> TokenStream {
    let Some(floor) = floor else { return quote!(::core::option::Option::None) };
    let version = expand_version(cx, floor);
    quote!(::core::option::Option::Some(#version))
}

fn expand_argv(cx: &Cx<'_>, argv: &[registry_core::template::Template<'_>]) -> TokenStream {
    let words = argv.iter().map(|word| template(cx, *word));
    quote!(&[#(#words),*])
}

fn expand_beside(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let krate = &cx.krate;
    let Some(beside) = agent.beside else { return quote!(::core::option::Option::None) };
    let (argv, within) = (expand_argv(cx, beside.argv), beside.within);
    quote!(::core::option::Option::Some(#krate::model::Beside { argv: #argv, within: #within }))
}

fn expand_handshake(cx: &Cx<'_>, handshake: &Handshake<'_>) -> TokenStream {
    let krate = &cx.krate;
    let Handshake { info, env, session, exit } = handshake;
    let info = match info {
        Info::Fields { name, title, version_is_pinned } => {
            quote!(#krate::model::Info::Fields { name: #name, title: #title, version_is_pinned: #version_is_pinned })
        }
        Info::None(reason) => quote!(#krate::model::Info::None(#reason)),
    };
    let session = match session {
        Session::Ok => quote!(#krate::model::Session::Ok),
        Session::Refused(code) => quote!(#krate::model::Session::Refused(#code)),
    };
    let exit = match exit {
        Exit::EndOfInput => quote!(#krate::model::Exit::EndOfInput),
        Exit::Signal => quote!(#krate::model::Exit::Signal),
    };
    let env = mappings(cx, env);
    quote!(#krate::model::Handshake { info: #info, env: #env, session: #session, exit: #exit })
}

fn expand_proof(cx: &Cx<'_>, proof: &[Proof<'_>]) -> TokenStream {
    let krate = &cx.krate;
    let items = proof.iter().map(|proof| match proof {
        Proof::Acp => quote!(#krate::model::Proof::Acp),
        Proof::Version { bin, args, output } => {
            let args = texts(args);
            quote!(#krate::model::Proof::Version { bin: #bin, args: #args, output: #output })
        }
    });
    quote!(&[#(#items),*])
}

fn expand_model(cx: &Cx<'_>, model: &ModelDelivery<'_>) -> TokenStream {
    let krate = &cx.krate;
    let place = Place::field(Field::Model);
    let ModelDelivery { format, via, proxy } = model;
    let format = match format {
        ModelIdFormat::Bare => "Bare",
        ModelIdFormat::RegisteredProvider => "RegisteredProvider",
        ModelIdFormat::ModelsDev => "ModelsDev",
    };
    let via = match via {
        Via::SetModel => "SetModel",
        Via::ConfigOption => "ConfigOption",
        Via::Env => "Env",
        Via::File => "File",
        Via::Argv => "Argv",
    };
    let proxy = match proxy {
        ProxyMode::AsIs => variant(cx, "ProxyMode", place.part(Part::Proxy), "AsIs"),
        ProxyMode::RegisterProvider => variant(cx, "ProxyMode", place.part(Part::Proxy), "RegisterProvider"),
        ProxyMode::Unsupported(reason) => quote!(#krate::model::ProxyMode::Unsupported(#reason)),
    };
    let format = variant(cx, "ModelIdFormat", place.part(Part::Format), format);
    let via = variant(cx, "Via", place.part(Part::Via), via);
    quote!(#krate::model::ModelDelivery { format: #format, via: #via, proxy: #proxy })
}

fn expand_format(cx: &Cx<'_>, format: FileFormat) -> TokenStream {
    let krate = &cx.krate;
    match format {
        FileFormat::Json => quote!(#krate::model::FileFormat::Json),
        FileFormat::Jsonc => quote!(#krate::model::FileFormat::Jsonc),
        FileFormat::Toml => quote!(#krate::model::FileFormat::Toml),
    }
}

fn expand_owner(cx: &Cx<'_>, place: Place, owner: Owner) -> TokenStream {
    let word = match owner {
        Owner::Keys => "Keys",
        Owner::Whole => "Whole",
    };
    variant(cx, "Owner", place, word)
}

fn expand_config(cx: &Cx<'_>, config: &[ConfigFile<'_>]) -> TokenStream {
    let krate = &cx.krate;
    let items = config.iter().enumerate().map(|(index, file)| {
        let ConfigFile { path, format, owner, mode, body } = file;
        let format = expand_format(cx, *format);
        let owner = expand_owner(cx, Place::field(Field::Config).item(index).part(Part::Owner), *owner);
        let body = template(cx, *body);
        quote!(#krate::model::ConfigFile { path: #path, format: #format, owner: #owner, mode: #mode, body: #body })
    });
    quote!(&[#(#items),*])
}

fn expand_references(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let krate = &cx.krate;
    let Some(references) = agent.references else { return quote!(::core::option::Option::None) };
    let form = references.form;
    let semantics = match references.semantics {
        Semantics::Textual => quote!(#krate::model::Semantics::Textual),
        Semantics::Parsed => quote!(#krate::model::Semantics::Parsed),
    };
    quote!(::core::option::Option::Some(#krate::model::References { form: #form, semantics: #semantics }))
}

fn expand_web(cx: &Cx<'_>, web: Option<WebPolicy<'_>>) -> TokenStream {
    let krate = &cx.krate;
    let web = match web {
        None => return quote!(::core::option::Option::None),
        Some(WebPolicy::NoTools(evidence)) => quote!(#krate::model::WebPolicy::NoTools(#evidence)),
        Some(WebPolicy::Switch { tools, off }) => {
            let (tools, off) = (texts(tools), off.iter().map(|off| expand_off(cx, off)));
            quote!(#krate::model::WebPolicy::Switch { tools: #tools, off: &[#(#off),*] })
        }
        Some(WebPolicy::NoSwitch { tools, reason }) => {
            let tools = texts(tools);
            quote!(#krate::model::WebPolicy::NoSwitch { tools: #tools, reason: #reason })
        }
        Some(WebPolicy::Untested { tools, reason }) => {
            let tools = texts(tools);
            quote!(#krate::model::WebPolicy::Untested { tools: #tools, reason: #reason })
        }
    };
    quote!(::core::option::Option::Some(#web))
}

fn expand_off(cx: &Cx<'_>, off: &Off<'_>) -> TokenStream {
    let krate = &cx.krate;
    match off {
        Off::File { path, format, owner, body } => {
            let (format, body) = (expand_format(cx, *format), template(cx, *body));
            let owner = expand_owner(cx, Place::field(Field::Web).part(Part::Owner), *owner);
            quote!(#krate::model::Off::File { path: #path, format: #format, owner: #owner, body: #body })
        }
        Off::Env(switches) => {
            let switches = mappings(cx, switches);
            quote!(#krate::model::Off::Env(#switches))
        }
        Off::Argv(words) => {
            let words = texts(words);
            quote!(#krate::model::Off::Argv(#words))
        }
        Off::Unset(names) => {
            let names = texts(names);
            quote!(#krate::model::Off::Unset(#names))
        }
    }
}

fn expand_login(cx: &Cx<'_>, login: &[Login<'_>]) -> TokenStream {
    let krate = &cx.krate;
    let items = login.iter().map(|Login { source, instead_of, own_endpoint_only }| {
        let source = match source {
            LoginSource::Files(files) => {
                let files = texts(files);
                quote!(#krate::model::LoginSource::Files(#files))
            }
            LoginSource::Variable(name) => quote!(#krate::model::LoginSource::Variable(#name)),
        };
        quote!(#krate::model::Login { source: #source, instead_of: #instead_of, own_endpoint_only: #own_endpoint_only })
    });
    quote!(&[#(#items),*])
}

fn expand_hosts(cx: &Cx<'_>, hosts: &[Host<'_>]) -> TokenStream {
    let krate = &cx.krate;
    let items = hosts.iter().map(|Host { name, off, reason }| {
        let off = mappings(cx, off);
        quote!(#krate::model::Host { name: #name, off: #off, reason: #reason })
    });
    quote!(&[#(#items),*])
}

fn expand_platforms(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let words = agent
        .platforms
        .iter()
        .enumerate()
        .map(|(index, target)| variant(cx, "Target", Place::field(Field::Platforms).item(index), target.word()));
    quote!(&[#(#words),*])
}

fn expand_suite(cx: &Cx<'_>, suite: Option<Suite<'_>>) -> TokenStream {
    let krate = &cx.krate;
    let Some(Suite { model, usage_tracking }) = suite else { return quote!(::core::option::Option::None) };
    let (provider, id) = (model.provider, model.id);
    quote!(::core::option::Option::Some(#krate::model::Suite {
        model: #krate::model::ModelReference { provider: #provider, id: #id },
        usage_tracking: #usage_tracking,
    }))
}

fn expand_allow(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let krate = &cx.krate;
    let items = agent.allow.iter().map(|allow| {
        let (code, reason) = (allow.code, allow.reason);
        let place = match allow.place {
            None => quote!(::core::option::Option::None),
            Some(place) => {
                let field = format_ident!("{}", format!("{:?}", place.field));
                let item = place.item.unwrap_or_default();
                let field = quote!(#krate::check::Place::field(#krate::check::Field::#field));
                quote!(::core::option::Option::Some(#field.item(#item)))
            }
        };
        quote!(#krate::check::Allow { code: #code, reason: #reason, place: #place })
    });
    quote!(&[#(#items),*])
}

/// A constant for each name and alias in one type: a second one, in any file, is rustc's E0592 with both places.
fn names(cx: &Cx<'_>, entry: &Entry<Agent<'_>>) -> TokenStream {
    let mut constants = Vec::new();
    let mut add = |name: &str, span: Span| {
        if registry_core::names::is_kebab(name) {
            let ident = Ident::new(&format!("name_{}", name.replace('-', "_")), span);
            constants.push(quote_spanned!(span=> const #ident: () = ();));
        }
    };
    add(entry.model.name, entry.ident.span());
    for (index, alias) in entry.model.aliases.iter().enumerate() {
        add(alias, cx.find(Place::field(Field::Aliases).item(index)).1);
    }
    quote! {
        #[allow(non_upper_case_globals, dead_code, missing_docs)]
        impl super::AgentNames { #(#constants)* }
    }
}

/// Facts that span entries, which the compiler checks when it knows all of them.
fn facts(cx: &Cx<'_>, agent: &Agent<'_>) -> TokenStream {
    let krate = &cx.krate;
    let name = agent.name;
    let mut facts = TokenStream::new();
    for (index, protocol) in agent.protocols.iter().enumerate() {
        let span = cx.find(Place::field(Field::Protocols).item(index)).1;
        let word = format_ident!("{}", protocol.word());
        facts.extend(assertion(cx, span, &quote!(served(&super::LISTED, #krate::model::Protocol::#word, #name))));
    }
    if let Some(floor) = agent.node_floor {
        let span = cx.find(Place::field(Field::NodeFloor)).1;
        let version = expand_version(cx, floor);
        facts.extend(assertion(cx, span, &quote!(node_floor(#version, #name))));
    }
    if let Some(suite) = agent.suite {
        let span = cx.find(Place::field(Field::Suite).part(Part::Model)).1;
        let format = format_ident!("{}", format!("{:?}", agent.model.format));
        let id = suite.model.id;
        let call = quote!(suite_model(&super::LISTED, #krate::model::ModelIdFormat::#format, #id, #name));
        facts.extend(assertion(cx, span, &call));
    }
    facts
}
