//! Prints violations of rules in the style of the compiler.

use registry_command::text::count;
use registry_model::check::{Diagnostic, Part, Place};
use registry_model::model::Registry;
use registry_model::names;
use registry_model::rules;

use registry_command::console::Console;
use registry_command::failure::Status;

/// Checks a whole registry, and prints its violations.
pub(crate) fn check(registry: &Registry<'_>, console: Console) -> Status {
    let violations = rules::check_registry(registry);
    for (entry, violation) in &violations {
        print(registry, entry, violation, console);
    }
    if !violations.is_empty() {
        console.line(format!("{} found; nothing was written", count(violations.len(), "violation")));
    }
    Status::found(!violations.is_empty())
}

fn print(registry: &Registry<'_>, entry: &str, violation: &Diagnostic, console: Console) {
    let Diagnostic { rule, place, range, in_format: _, message, help } = violation;
    let head = console.painted("31;1", &format!("error[{}]", rule.code));
    console.line(format!("{head}: {message}"));
    let bytes = range.as_ref().map(|range| format!(", bytes {} to {}", range.start, range.end)).unwrap_or_default();
    console.line(format!("  --> {}: {}{bytes}", file(registry, entry), shown(*place)));
    if !help.is_empty() {
        console.line(format!("  {} {help}", console.painted("36;1", "help:")));
    }
    console.line(format!("  see `cargo xtask explain {}`", rule.code));
}

/// The file of an entry; only its name when it is in a registry that this one extends.
fn file(registry: &Registry<'_>, entry: &str) -> String {
    let snake = names::split_version(entry).0.replace('-', "_");
    let own = [
        ("agents", registry.own_agents().any(|it| it.name == entry)),
        ("providers", registry.providers.iter().any(|it| it.name == entry)),
        ("families", registry.families.iter().any(|it| it.name == entry)),
    ];
    match own.iter().find(|(_, has)| *has) {
        Some((folder, _)) => format!("src/{folder}/{snake}.rs"),
        None => format!("`{entry}`"),
    }
}

/// A place in the words of the entry: `install[0], script`.
fn shown(place: Place) -> String {
    let field = place.field.word();
    let item = place.item.map(|item| format!("[{item}]")).unwrap_or_default();
    let part = match place.part {
        Part::Whole => String::new(),
        part => format!(", {}", snake(format!("{part:?}").split('(').next().unwrap_or_default())),
    };
    format!("{field}{item}{part}")
}

fn snake(camel: &str) -> String {
    let mut word = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    names::kebab(&word).replace('-', "_")
}

#[cfg(test)]
mod tests {
    use registry_model::check::Field;

    use super::*;

    #[test]
    fn places_are_printed_in_entry_words() {
        assert_eq!(shown(Place::field(Field::Install).item(2).part(Part::Script)), "install[2], script");
        assert_eq!(shown(Place::field(Field::BaseUrl)), "base_url");
        assert_eq!(shown(Place::field(Field::Web).part(Part::Off(1))), "web, off");
        assert_eq!(shown(Place::field(Field::NodeFloor)), "requires");
    }
}
