//! Reports files whose name promises another format than they are written in.

use crate::check::{Diagnostics, Rule, Subject, switches};
use crate::model::{FileFormat, Off, Owner};
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "a file is written in the format that the end of its name promises",
    example: r#"config: [json("~/.parrot/config.toml") { "model": MODEL }]"#,
    corrected: r#"config: [toml("~/.parrot/config.toml", owner: Whole) { "model": MODEL }]"#,
    help: "write the format of the file, or correct its name",
    incidents: &[57],
    allowable: true,
    agent: Some(check),
    ..named!()
};

/// The help for YAML: JSON is YAML, but what is there already need not be JSON.
const YAML: &str = "add `owner: Whole`: JSON is written, which is YAML, and cannot be merged into other YAML";

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let files = cx.agent.config.iter().enumerate();
    let files = files
        .map(|(index, it)| (Place::field(Field::Config).item(index).part(Part::Path), it.path, it.format, it.owner));
    let off = switches(cx.agent).filter_map(|(place, off)| match (off, place.part) {
        (Off::File { path, format, owner, .. }, Part::Off(index)) => {
            Some((Place::field(place.field).part(Part::OffPath(index)), *path, *format, *owner))
        }
        _ => None,
    });
    for (place, path, format, owner) in files.chain(off) {
        let end = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, end)| end);
        let help = match (end, format, owner) {
            ("yaml" | "yml", FileFormat::Json, Owner::Whole) => continue,
            ("yaml" | "yml", FileFormat::Json, Owner::Keys) => YAML,
            ("toml", FileFormat::Json | FileFormat::Jsonc, _)
            | ("json" | "jsonc", FileFormat::Toml, _)
            | ("yaml" | "yml", _, _) => RULE.help,
            _ => continue,
        };
        report.add(&RULE, place, format!("`{path}` is written as {}", format.word()), help);
    }
}
