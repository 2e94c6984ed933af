//! Reports files whose name promises another format than they are written in.

use crate::check::{Diagnostics, Rule, Subject, switches};
use crate::model::{FileFormat, Off};
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

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let files = cx.agent.config.iter().enumerate();
    let files = files.map(|(index, it)| (Place::field(Field::Config).item(index).part(Part::Path), it.path, it.format));
    let off = switches(cx.agent).filter_map(|(place, off)| match (off, place.part) {
        (Off::File { path, format, .. }, Part::Off(index)) => {
            Some((Place::field(place.field).part(Part::OffPath(index)), *path, *format))
        }
        _ => None,
    });
    for (place, path, format) in files.chain(off) {
        let end = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, end)| end);
        let is_toml = format == FileFormat::Toml;
        // JSON is YAML.
        if end == "toml" && !is_toml || matches!(end, "json" | "jsonc" | "yaml" | "yml") && is_toml {
            report.add(&RULE, place, format!("`{path}` is written as {}", format.word()), RULE.help);
        }
    }
}
