//! launch.sh: the environment and the files of an agent, then `exec`.

use registry_core::model::{Agent, Lock, Mapping, ModelIdFormat, Off, Runs, WebPolicy};
use registry_core::template::{Template, Value};

use super::plan::{Program, program, programs};
use super::value::{read, word, write_base_url, write_native_base_url, write_value};
use super::writer::{Word, Writer};
use super::{Place, RenderError, header};

/// Statements of every launcher.
const COMMON: &str = include_str!("sh/launch.sh");

/// The statement that reads a variable as a whole number.
const UINT: &str = "\
# A whole number, or no start.
bf_uint() {
    case $2 in
    \"\") bf_value= ;;
    *[!0-9]*) bf_die 14 \"the value of $1 is no non-negative integer\" ;;
    *) bf_value=$2 ;;
    esac
}
";

/// The text of launch.sh for a stamp.
pub(crate) fn launch(agent: &Agent<'_>, lock: &Lock<'_>, place: &Place) -> Result<String, RenderError> {
    let mut w = Writer::default();
    header(&mut w, agent, "sets up the environment of the agent and starts it");
    w.blank();
    w.assign("bf_agent", &Word::text(agent.name));
    w.assign("bf_dir", &Word::text(place.dir()));
    w.assign("bf_policy", &Word::text(place.policy()));
    w.library(COMMON);
    if uses_uint(agent) {
        w.library(UINT);
    }
    write_web(&mut w, agent);
    if agent.beside.is_some() {
        w.section("a free port for the helper process");
        w.line("BENCHFLOW_BESIDE_PORT=$(\"$bf_dir/node/bin/node\" \"$bf_dir/lib/beside.mjs\" port) || exit 15");
        w.line("export BENCHFLOW_BESIDE_PORT");
    }
    write_model(&mut w, agent);
    write_environment(&mut w, agent)?;
    write_files(&mut w);
    write_withheld(&mut w, agent);
    write_start(&mut w, agent, lock)?;
    w.finish()
}

fn uses_uint(agent: &Agent<'_>) -> bool {
    agent.env.iter().any(|mapping| mapping.value.0.contains("[\"uint\""))
}

/// Whether the web is off, and what that means for this agent.
fn write_web(w: &mut Writer, agent: &Agent<'_>) {
    w.section("the web policy");
    w.line("bf_web=on");
    w.block("if [ -e \"$bf_policy\" ]; then", "fi", |w| w.line("bf_web=off"));
    w.block("case ${BENCHFLOW_DISALLOW_WEB_TOOLS-} in", "esac", |w| {
        w.line("\"\" | 0 | false | no) ;;");
        w.line("*) bf_web=off ;;");
    });
    if let Some(reason) = refusal(agent) {
        w.block("if [ \"$bf_web\" = off ]; then", "fi", |w| w.command("bf_die 11", &[Word::text(reason)], ""));
    }
}

/// Why a run without web is refused, where it is.
pub(crate) fn refusal(agent: &Agent<'_>) -> Option<String> {
    match agent.web {
        Some(WebPolicy::NoSwitch { reason, .. }) => Some(format!("its web tools cannot be turned off: {reason}")),
        Some(WebPolicy::Untested { reason, .. }) => {
            Some(format!("nobody has shown that its web tools can be turned off: {reason}"))
        }
        None => Some("nothing is known of its web tools".to_owned()),
        Some(WebPolicy::Switch { .. } | WebPolicy::NoTools(_)) => None,
    }
}

/// The model id that the agent is told, where the harness has not set it.
fn write_model(w: &mut Writer, agent: &Agent<'_>) {
    w.section("the model id");
    let alias = Word::variable("BENCHFLOW_LITELLM_MODEL_ALIAS");
    let model = Word::variable("BENCHFLOW_PROVIDER_MODEL");
    let named = Word::variable("BENCHFLOW_PROVIDER_NAME").then(Word::text("/")).then(model.clone());
    let (alias, named) = match agent.model.format {
        ModelIdFormat::Bare => (alias, None),
        ModelIdFormat::RegisteredProvider => (Word::text("litellm/").then(alias), Some(named)),
        ModelIdFormat::ModelsDev => (Word::text("benchflow/").then(alias), Some(named)),
    };
    w.block("if ! bf_given \"${BENCHFLOW_ACP_MODEL_ID-}\"; then", "fi", |w| {
        w.line("BENCHFLOW_ACP_MODEL_ID=");
        w.line("if bf_given \"${BENCHFLOW_LITELLM_MODEL_ALIAS-}\"; then");
        w.indented(|w| w.assign("BENCHFLOW_ACP_MODEL_ID", &alias));
        if let Some(named) = named {
            w.line("elif bf_given \"${BENCHFLOW_PROVIDER_MODEL-}\" && bf_given \"${BENCHFLOW_PROVIDER_NAME-}\"; then");
            w.indented(|w| w.assign("BENCHFLOW_ACP_MODEL_ID", &named));
        }
        w.line("elif bf_given \"${BENCHFLOW_PROVIDER_MODEL-}\"; then");
        w.indented(|w| w.assign("BENCHFLOW_ACP_MODEL_ID", &model));
        w.line("fi");
    });
    write_nameless(w, agent.model.format);
    w.block("case $BENCHFLOW_ACP_MODEL_ID in", "esac", |w| {
        w.line("*/*) BENCHFLOW_ACP_MODEL_PROVIDER=${BENCHFLOW_ACP_MODEL_ID%%/*} ;;");
        w.line("*) BENCHFLOW_ACP_MODEL_PROVIDER= ;;");
    });
    w.line("BENCHFLOW_ACP_MODEL_NAME=${BENCHFLOW_ACP_MODEL_ID#*/}");
    w.line("export BENCHFLOW_ACP_MODEL_ID BENCHFLOW_ACP_MODEL_PROVIDER BENCHFLOW_ACP_MODEL_NAME");
}

/// A base URL is registered under a provider's name in the file of an agent of these formats: without one it would be
/// dropped, and the key go to the vendor of the agent's own choice.
fn write_nameless(w: &mut Writer, format: ModelIdFormat) {
    let direct = "bf_given \"${BENCHFLOW_PROVIDER_BASE_URL-}\" && ! bf_given \"${BENCHFLOW_LITELLM_MODEL_ALIAS-}\"";
    let refuse =
        "bf_die 14 \"BENCHFLOW_PROVIDER_BASE_URL is set, and the provider has no name; set BENCHFLOW_PROVIDER_NAME\"";
    match format {
        ModelIdFormat::Bare => {}
        ModelIdFormat::RegisteredProvider => {
            let nameless = format!("if {direct} && ! bf_given \"${{BENCHFLOW_PROVIDER_NAME-}}\"; then");
            w.block(&nameless, "fi", |w| w.line(refuse));
        }
        ModelIdFormat::ModelsDev => w.block(&format!("if {direct}; then"), "fi", |w| {
            w.block("case $BENCHFLOW_ACP_MODEL_ID in", "esac", |w| {
                w.line("\"\" | */*) ;;");
                w.line(&format!("*) {refuse} ;;"));
            });
        }),
    }
}

/// The variables of the agent: those of the entry, the hosts' switches, the policy's.
fn write_environment(w: &mut Writer, agent: &Agent<'_>) -> Result<(), RenderError> {
    w.section("the environment, over what is inherited; what the caller gave explicitly stays");
    write_base_url(w, agent.base_url);
    for mapping in agent.env.iter().chain(agent.hosts.iter().flat_map(|host| host.off)) {
        write_mapping(w, mapping)?;
        write_native_base_url(w, mapping.name, &read(mapping.value, mapping.name)?, agent.base_url);
    }
    let policy = agent.web_switches().iter().filter_map(|off| if let Off::Env(it) = off { Some(*it) } else { None });
    let policy: Vec<&Mapping<'_>> = policy.flatten().collect();
    let dropped = agent.web_switches().iter().filter_map(|off| if let Off::Unset(it) = off { Some(*it) } else { None });
    let dropped: Vec<&str> = dropped.flatten().copied().collect();
    // What is explicit for this agent is not so for one that it starts.
    w.line("unset BENCHFLOW_EXPLICIT_ENV");
    if policy.is_empty() && dropped.is_empty() {
        return Ok(());
    }
    w.line("if [ \"$bf_web\" = off ]; then");
    let mut result = Ok(());
    w.indented(|w| {
        w.comment("A policy is stronger than what is set, and lies where the agent looks for it.");
        if !dropped.is_empty() {
            w.line(&format!("unset {}", dropped.join(" ")));
        }
        for mapping in policy {
            w.line(&format!("unset {}", mapping.name));
            result = result.clone().and_then(|()| write_export(w, mapping));
        }
    });
    w.line("fi");
    result
}

/// A variable of the agent, unless the caller gave it explicitly.
fn write_mapping(w: &mut Writer, mapping: &Mapping<'_>) -> Result<(), RenderError> {
    let name = mapping.name;
    if let Value::Text(text) = read(mapping.value, name)? {
        let text = w.quoted(&text);
        w.line(&format!("bf_explicit {name} || export {name}={text}"));
        return Ok(());
    }
    let mut result = Ok(());
    w.block(&format!("if ! bf_explicit {name}; then"), "fi", |w| result = write_export(w, mapping));
    result
}

/// A variable of the agent; one whose value is empty is left alone.
fn write_export(w: &mut Writer, mapping: &Mapping<'_>) -> Result<(), RenderError> {
    let name = mapping.name;
    let place = format!("env: {name}");
    let value = read(mapping.value, &place)?;
    if let Value::Text(text) = &value {
        let text = w.quoted(text);
        w.line(&format!("export {name}={text}"));
        return Ok(());
    }
    if word(&value).is_none() {
        w.line("bf_value=");
    }
    write_value(w, &value, &place);
    w.block("if bf_given \"$bf_value\"; then", "fi", |w| w.line(&format!("export {name}=\"$bf_value\"")));
    Ok(())
}

/// The files, by the private Node.js and its encoders; values that no agent may get are refused there too, so it runs
/// where there is no file as well.
fn write_files(w: &mut Writer) {
    w.section("the agent's files; a policy key is written along with the others, so that none is lost");
    w.line("BENCHFLOW_FORMED_BASE_URL=$bf_base_url \"$bf_dir/node/bin/node\" \"$bf_dir/lib/config.mjs\" launch \"$bf_web\" || exit");
}

/// What the files have the content of, and the agent's process does not get.
fn write_withheld(w: &mut Writer, agent: &Agent<'_>) {
    let names: Vec<&str> = agent.withheld().collect();
    if !names.is_empty() {
        w.comment("Its files have them; what it starts would show them to every process.");
        w.line(&format!("unset {}", names.join(" ")));
    }
}

/// The argument vector, and `exec`.
fn write_start(w: &mut Writer, agent: &Agent<'_>, lock: &Lock<'_>) -> Result<(), RenderError> {
    let programs = programs(agent, lock);
    w.section("the start");
    let words: Vec<Word> = agent
        .web_switches()
        .iter()
        .filter_map(|off| if let Off::Argv(words) = off { Some(*words) } else { None })
        .flatten()
        .map(|&it| Word::text(it))
        .collect();
    if !words.is_empty() {
        w.block("if [ \"$bf_web\" = off ]; then", "fi", |w| w.command("set --", &words, " \"$@\""));
    }
    let started = program(&programs, agent.launch.first(), "launch")?;
    write_words(w, start_words(agent.runs, started), agent.launch.get(1..).unwrap_or_default(), "launch")?;
    if let Some(beside) = agent.beside {
        w.comment(
            "The supervisor has the helper, its port and all signals; standard input and output are the agent's.",
        );
        let helper = program(&programs, beside.argv.first(), "beside")?;
        let rest = beside.argv.get(1..).unwrap_or_default();
        let mut helper_words = vec![Word::variable("bf_dir").then(Word::text(format!("/shims/{}", helper.name)))];
        for template in rest {
            let value = read(*template, "beside")?;
            helper_words.push(word(&value).ok_or_else(|| RenderError::Structure("beside".to_owned()))?);
        }
        let mut head = vec![
            Word::variable("bf_dir").then(Word::text("/node/bin/node")),
            Word::variable("bf_dir").then(Word::text("/lib/beside.mjs")),
            Word::text("run"),
            Word::variable("BENCHFLOW_BESIDE_PORT"),
            Word::text(beside.within.to_string()),
            Word::text(helper_words.len().to_string()),
        ];
        head.append(&mut helper_words);
        w.command("set --", &head, " \"$@\"");
    }
    w.line("exec \"$@\"");
    Ok(())
}

fn start_words(runs: Runs, started: &Program<'_>) -> Vec<Word> {
    let inside = |path: &str| Word::variable("bf_dir").then(Word::text(format!("/{path}")));
    match runs {
        Runs::Node => vec![inside("node/bin/node"), inside(&started.path)],
        Runs::Native => vec![inside(&started.path)],
        Runs::Python => vec![inside("venv/bin/python"), Word::text("-I"), inside(&started.path)],
    }
}

/// Puts words before the arguments, from the last to the first, so that a word may depend on a condition.
fn write_words(
    w: &mut Writer,
    mut start: Vec<Word>,
    templates: &[Template<'_>],
    place: &str,
) -> Result<(), RenderError> {
    let values: Vec<Value<'_>> = templates.iter().map(|it| read(*it, place)).collect::<Result<_, _>>()?;
    if let Some(mut words) = values.iter().map(word).collect::<Option<Vec<Word>>>() {
        start.append(&mut words);
    } else {
        for value in values.iter().rev() {
            w.line("bf_value=");
            write_value(w, value, place);
            w.block("if [ -n \"$bf_value\" ]; then", "fi", |w| w.line("set -- \"$bf_value\" \"$@\""));
        }
    }
    w.command("set --", &start, " \"$@\"");
    Ok(())
}
