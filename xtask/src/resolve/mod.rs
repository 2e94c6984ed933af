//! `resolve`: prints what an agent is started with for a model, or the refusal.

mod batch;
mod env_file;
mod show;

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::{Agent, Effort, LoginSource, Mcp, McpWay, Registry};
use registry_model::variables::is_variable_name;
use registry_routing::{Given, McpServer, OfferedServer, Refusal, Resolution, Router, Sandbox, Variables};
use registry_scripts::site::Site;
use serde_json::json;

use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::lookup;

/// The variable of a gateway's alias.
const ALIAS: &str = "BENCHFLOW_LITELLM_MODEL_ALIAS";
pub(crate) fn command() -> Command {
    let text = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let path = |name: &'static str| text(name, "FILE").value_parser(value_parser!(PathBuf));
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("resolve")
        .about("Print what an agent is started with for a model, or why it is refused")
        .after_help(
            "A variable is taken from --env, then from the .env file, then from the environment.\n\
             Exit status: 0 routed, 1 refused, 2 the command could not run.\n\n\
             Examples:\n  \
             cargo xtask resolve my-agent --model deepseek/deepseek-chat --env-file .env\n  \
             cargo xtask resolve my-agent --model glm-5 --proxy benchflow-glm-5 --json\n  \
             cargo xtask resolve --batch questions.jsonl > answers.jsonl",
        )
        .arg(Arg::new("agent").value_name("AGENT").help("An agent, by name or alias"))
        .arg(text("model", "REF").help("The model, for example zai/glm-5"))
        .arg(text("env", "K=V").action(ArgAction::Append).help("A variable, given explicitly"))
        .arg(path("env-file").help("A .env file"))
        .arg(text("proxy", "ALIAS").help("Go through the gateway, which serves the model under this alias"))
        .arg(text("effort", "LEVEL").help("The level of reasoning effort, one that the agent's entry lists"))
        .arg(path("mcp").help("MCP servers of the run, as in an .mcp.json"))
        .arg(text("home", "DIR").default_value("/root").help("The home folder in the sandbox"))
        .arg(switch("not-root").help("The agent does not run as root"))
        .arg(switch("json").help("Print JSON for programs, secrets included"))
        .arg(switch("show-secrets").help("Print secrets as they are"))
        .arg(
            path("batch")
                .conflicts_with_all(["agent", "model", "json", "mcp"])
                .help("Answer JSON Lines of agent, model and env; `-` is standard input"),
        )
        .arg(
            text("query", "WHAT")
                .value_parser(["lookup", "base_url", "acp_model_id"])
                .conflicts_with_all(["agent", "model", "json", "mcp"])
                .help("Answer JSON Lines of another kind"),
        )
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let router = Router::new(registry);
    let given = given(matches)?;
    if matches.contains_id("batch") || matches.contains_id("query") {
        let query = matches.get_one::<String>("query").map(String::as_str);
        let file = matches.get_one::<PathBuf>("batch").map_or(Path::new("-"), PathBuf::as_path);
        let place = |agent: &Agent<'_>| sandbox(agent, matches);
        return batch::run(&batch::Batch { registry, router: &router, query, given, sandbox: &place }, file);
    }
    let (Some(name), Some(model)) = (matches.get_one::<String>("agent"), matches.get_one::<String>("model")) else {
        return Err(Failure::new("`resolve` needs an agent and a model")
            .help("cargo xtask resolve AGENT --model REF, or --batch FILE for many"));
    };
    let agent = lookup::agent(registry, name)?;
    let given = Given { host: host(), logins: logins(agent), ..given };
    let entry = router.entry(agent.name).ok_or_else(|| Failure::new(format!("no such agent: `{name}`")))?;
    let sandbox = sandbox(agent, matches)?;
    let servers = matches.get_one::<PathBuf>("mcp").map(|path| declared_servers(path)).transpose()?;
    let lookup = |name: &str| given.find(name).map(|(_, value)| value.to_owned());
    let offer = |servers: Vec<McpServer>| servers.iter().map(|it| it.offer(agent, &lookup)).collect();
    let offered: Result<Option<Vec<OfferedServer>>, Refusal> = servers.map(offer).transpose();
    let (resolved, servers) = match offered {
        Err(refusal) => (Err(refusal), None),
        Ok(servers) => {
            let given = with_servers(given, servers.as_deref().unwrap_or_default())?;
            let is_passed = |it: &OfferedServer| it.way == McpWay::Acp;
            let passed = servers.map(|all| all.into_iter().filter(is_passed).collect());
            (router.resolve(entry, model, &given, &sandbox), passed)
        }
    };
    let view = show::View { model, sandbox: &sandbox, show_secrets: matches.get_flag("show-secrets"), servers };
    if matches.get_flag("json") {
        let (answer, status) = view.json(resolved)?;
        print(answer)?;
        return Ok(status);
    }
    tell(&view, resolved, console)
}

/// Prints the resolution as text; a refusal is printed as an error, after the parts that do not depend on it.
fn tell(view: &show::View<'_>, resolved: Result<Resolution<'_>, Refusal>, console: Console) -> Outcome {
    let text = resolved.and_then(|found| Ok((view.text(&found)?, found.acp_model_id.err())));
    let refusal = match text {
        Ok((text, refusal)) => {
            print(text.trim_end())?;
            refusal
        }
        Err(refusal) => Some(refusal),
    };
    if let Some(refusal) = &refusal {
        console.error(refusal);
    }
    Ok(Status::found(refusal.is_some()))
}

/// What is given, with the servers that the agent takes by a file of it in the variable that the launcher reads.
fn with_servers(mut given: Given, servers: &[OfferedServer]) -> Outcome<Given> {
    let by_file: Vec<_> = servers.iter().filter(|it| it.way == McpWay::File).map(|it| &it.member).collect();
    if !by_file.is_empty() {
        let before = given.flags.insert(Mcp::VARIABLE.to_owned(), json!(by_file).to_string());
        if before.is_some() {
            let message = format!("`--mcp` and `{}` both have servers", Mcp::VARIABLE);
            return Err(Failure::new(message).help("give one of them"));
        }
    }
    Ok(given)
}

/// The MCP servers of a file.
fn declared_servers(path: &Path) -> Outcome<Vec<McpServer>> {
    let help = "write them as Claude Code does: `{\"mcpServers\": {\"NAME\": {\"command\": …, \"args\": […]}}}`";
    let failure = |why: String| Failure::new(format!("`{}` cannot be used: {why}", path.display())).help(help);
    let text = std::fs::read(path).map_err(|error| failure(error.to_string()))?;
    let file = serde_json::from_slice(&text).map_err(|error| failure(format!("it is not JSON: {error}")))?;
    registry_routing::mcp_servers(&file).map_err(failure)
}

/// The environment of this process, without variables that are not Unicode.
fn host() -> Variables {
    env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// The variables of the command line and of the `.env` file.
fn given(matches: &ArgMatches) -> Outcome<Given> {
    let mut flags = Variables::new();
    for pair in matches.get_many::<String>("env").into_iter().flatten() {
        let (name, value) = pair.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| no_pair(pair))?;
        flags.insert(name.to_owned(), value.to_owned());
    }
    if let Some(alias) = matches.get_one::<String>("proxy") {
        // An empty alias would mean calls to the vendor without the gateway, which are not counted.
        if alias.trim().is_empty() {
            return Err(Failure::new("`--proxy` has no alias").help("--proxy benchflow-NAME, or leave it out"));
        }
        flags.insert(ALIAS.to_owned(), alias.clone());
    }
    if let Some(level) = matches.get_one::<String>("effort") {
        if level.trim().is_empty() {
            return Err(Failure::new("`--effort` has no level").help("--effort high, or leave it out"));
        }
        flags.insert(Effort::VARIABLE.to_owned(), level.clone());
    }
    let file =
        matches.get_one::<PathBuf>("env-file").map_or_else(|| Ok(Variables::new()), |path| env_file::read(path))?;
    Ok(Given { flags, file, ..Given::default() })
}

/// The failure of an invalid `--env`; text that may be a value is not repeated.
fn no_pair(text: &str) -> Failure {
    if is_variable_name(text) {
        return Failure::new(format!("`--env {text}` has no value")).help(format!("--env {text}=VALUE"));
    }
    Failure::new("an `--env` has no name").help("--env NAME=VALUE")
}

/// The sandbox of an agent, with the default site, which only decides the paths of companion programs.
fn sandbox(agent: &Agent<'_>, matches: &ArgMatches) -> Outcome<Sandbox> {
    let folder = registry_scripts::folder(agent, &Site::default())
        .map_err(|error| Failure::new(format!("`{}` cannot be rendered: {error}", agent.name)))?;
    let home = matches.get_one::<String>("home").cloned().unwrap_or_default();
    if !home.starts_with('/') {
        return Err(
            Failure::new(format!("`--home {home}` is not an absolute path")).help("the home folder in the sandbox")
        );
    }
    Ok(Sandbox { home, root: !matches.get_flag("not-root"), folder, path: Sandbox::PATH.to_owned() })
}

/// The login files of an agent on this host.
fn logins(agent: &Agent<'_>) -> BTreeSet<String> {
    let Some(home) = env::home_dir() else { return BTreeSet::new() };
    let files = agent.login.iter().filter_map(|login| match login.source {
        LoginSource::Files(files) => Some(files),
        LoginSource::Variable(_) => None,
    });
    let there = |file: &&&str| file.strip_prefix("~/").is_some_and(|file| home.join(file).is_file());
    files.flatten().filter(there).map(|file| (*file).to_owned()).collect()
}
