//! `explain`: explains a rule by its code or name, or prints the table of all rules.

#[cfg(feature = "outputs")]
mod check;

use clap::{Arg, ArgMatches, Command};
use registry_model::incidents::{self, Incident};
use registry_model::rules::{self, Rule};

use crate::relaunch::built_with;
use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome, Status};
pub(crate) fn command() -> Command {
    Command::new("explain")
        .about("Explain a rule, or list all of them")
        .after_help(
            "Examples:\n  cargo xtask explain\n  cargo xtask explain I001\n  cargo xtask explain unlocked-package\n  \
             cargo xtask explain 14\n  cargo xtask explain D001",
        )
        .arg(Arg::new("rule").value_name("CODE").help(
            "A rule by code or name, for example I001 or unlocked-package; a check of `audit` by code, D001; or an incident \
             by its number",
        ))
}
pub(crate) fn run(matches: &ArgMatches, console: Console) -> Outcome {
    match matches.get_one::<String>("rule") {
        None => {
            for rule in rules::ALL {
                print(format!("{}  {:<26} {}", rule.code, rule.name, rule.sentence))?;
            }
        }
        Some(word) => match explain_check(word, console) {
            Some(outcome) => return outcome,
            None => match word.parse().ok().and_then(incidents::find) {
                Some(found) => print(told(found).trim_end())?,
                None => print(page(find(word)?).trim_end())?,
            },
        },
    }
    Ok(Status::Done)
}

/// Explains a check of `audit`, if the word is the code of one.
fn explain_check(word: &str, console: Console) -> Option<Outcome> {
    let digits = word.strip_prefix(['d', 'D'])?;
    if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    built_with!("outputs", console, check::explain(word))
}

fn find(word: &str) -> Outcome<&'static Rule> {
    let by_name = || rules::ALL.iter().copied().find(|rule| rule.name.eq_ignore_ascii_case(word));
    rules::find(word).or_else(by_name).ok_or_else(|| {
        let known: Vec<&str> = rules::ALL.iter().flat_map(|rule| [rule.code, rule.name]).collect();
        let upper = word.to_uppercase();
        // Every code is similar to every other code, so only similar names are suggested.
        let near = if word.len() > 4 { word } else { &upper };
        let help = match registry_model::names::nearest(near, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "`cargo xtask explain` lists the rules, `cargo xtask audit --checks` what an audit finds".to_owned()
            }
        };
        Failure::new(format!("no such rule: `{word}`")).help(help)
    })
}

fn page(rule: &Rule) -> String {
    let Rule { code, name, sentence, example, corrected, help, incidents, checked, allowable, .. } = rule;
    let checked = checked.when();
    let allow =
        if *allowable { format!("`allow: {code}(\"reason\")` at the place of the error") } else { "never".to_owned() };
    let [example, corrected] = [example, corrected].map(|text| text.replace('\n', "\n    "));
    let incidents = self::incidents(incidents);
    format!(
        "{code} {name}\n\n{sentence}.\n\nBroken by\n\n    {example}\n\nCorrected\n\n    {corrected}\n\nWay out:   {help}\nChecked:   {checked}\n\
         Allowed:   {allow}\n\nIt happened\n\n{incidents}"
    )
}

/// Incidents by their numbers, each with its source.
fn incidents(numbers: &[u8]) -> String {
    numbers.iter().filter_map(|number| incidents::find(*number)).map(incident).collect()
}

fn incident(incident: &Incident) -> String {
    let Incident { number, what, source } = *incident;
    let url = incident.url().map(|url| format!(": {url}")).unwrap_or_default();
    format!("    {number:>2}  {what}\n        ({source}{url})\n")
}

/// An incident, and the rules that exist because of it.
fn told(found: &Incident) -> String {
    let citing = rules::ALL.iter().filter(|rule| rule.incidents.contains(&found.number));
    let citing: Vec<String> = citing.map(|rule| format!("    {}  {}\n", rule.code, rule.name)).collect();
    let rules = if citing.is_empty() { String::new() } else { format!("\nRules against it\n\n{}", citing.concat()) };
    format!("Incident\n\n{}{rules}", incident(found))
}
