//! Completions: clap's completions for a program `xtask`, and shell code that uses them after `cargo xtask`.

use std::fmt::Write as _;

use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use registry_model::model::Registry;
use registry_model::rules;

use registry_command::console::print;
use registry_command::failure::{Failure, Outcome, Status};

/// The arguments that name an agent, and those that name a rule.
const AGENT_WORDS: [&str; 2] = ["agent", "agents"];
const RULE_WORDS: [&str; 1] = ["rule"];

const BASH: &str = r#"
# `cargo xtask …` is completed as `xtask …`; the rest of cargo as before.
_cargo_before_xtask=$(complete -p cargo 2>/dev/null | sed -n 's/.* -F \([^ ]*\).*/\1/p')
_cargo_with_xtask() {
    if [ "${COMP_WORDS[1]}" = xtask ] && [ "$COMP_CWORD" -gt 1 ]; then
        COMP_WORDS=("${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _xtask xtask "$2" "$3"
        return
    fi
    if [ -z "$_cargo_before_xtask" ]; then
        # What loads completions when they are first asked for would put cargo's own in this one's place.
        declare -F _completion_loader >/dev/null && _completion_loader cargo
        _cargo_before_xtask=$(complete -p cargo 2>/dev/null | sed -n 's/.* -F \([^ ]*\).*/\1/p')
        complete -F _cargo_with_xtask -o bashdefault -o default cargo
    fi
    if [ -n "$_cargo_before_xtask" ] && [ "$_cargo_before_xtask" != _cargo_with_xtask ]; then
        "$_cargo_before_xtask" "$@"
    fi
}
complete -F _cargo_with_xtask -o bashdefault -o default cargo
"#;

const ZSH: &str = r#"
# `cargo xtask …` is completed as `xtask …`; the rest of cargo as before.
_cargo_with_xtask() {
    if [[ "$words[2]" == xtask ]] && (( CURRENT > 2 )); then
        shift words
        (( CURRENT-- ))
        _xtask
    elif (( $+functions[_cargo] )) || autoload -Uz +X _cargo 2>/dev/null; then
        _cargo "$@"
    fi
}
compdef _cargo_with_xtask cargo
"#;

const FISH: &str = r#"
# `cargo xtask …` is completed as `xtask …`; the rest of cargo as before.
function __cargo_xtask_complete
    set -l words (commandline -opc) (commandline -ct)
    complete -C (string join ' ' -- $words[2..-1])
end
complete -c cargo -n 'set -l words (commandline -opc); test "$words[2]" = xtask' -f -a '(__cargo_xtask_complete)'
"#;

/// Prints the completions for a shell.
pub(super) fn print_for(registry: &Registry<'_>, shell: &str) -> Outcome {
    let (shell, glue) = match shell {
        "bash" => (Shell::Bash, BASH),
        "zsh" => (Shell::Zsh, ZSH),
        _ => (Shell::Fish, FISH),
    };
    let mut command = named(registry, crate::cli().name("xtask"));
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, "xtask", &mut out);
    let text =
        String::from_utf8(out).map_err(|error| Failure::new(format!("the completions are not UTF-8: {error}")))?;
    print(text.trim_end())?;
    if shell == Shell::Fish {
        print(fish_words(&command))?;
    }
    print(glue.trim_end())?;
    Ok(Status::Done)
}

/// The part that clap's completions for fish omit: positional arguments of commands.
fn fish_words(command: &Command) -> String {
    let mut out = String::from("\n# Completions of agents, rules and shells.");
    for part in command.get_subcommands() {
        for word in part.get_positionals() {
            let values: Vec<String> = word.get_possible_values().iter().map(|it| it.get_name().to_owned()).collect();
            if !values.is_empty() {
                let (name, values) = (part.get_name(), values.join(" "));
                let _ = write!(out, "\ncomplete -c xtask -n '__fish_xtask_using_subcommand {name}' -f -a '{values}'");
            }
        }
    }
    out
}

/// The command line with the possible values of its arguments, for completions.
fn named(registry: &Registry<'_>, command: Command) -> Command {
    let agents: Vec<String> = registry.names().iter().map(|name| (*name).to_owned()).collect();
    let rules: Vec<&str> = rules::ALL.iter().map(|rule| rule.code).collect();
    command.mut_subcommands(|command| {
        let is_show = command.get_name() == "show";
        command.mut_args(|arg| {
            let id = arg.get_id().as_str();
            if AGENT_WORDS.contains(&id) || (is_show && id == "name") || id == "what" {
                arg.value_parser(PossibleValuesParser::new(agents.clone()))
            } else if RULE_WORDS.contains(&id) {
                arg.value_parser(PossibleValuesParser::new(rules.clone()))
            } else {
                arg
            }
        })
    })
}
