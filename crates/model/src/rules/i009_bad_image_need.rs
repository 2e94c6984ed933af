//! Reports requirements on the image that no install can check, and those that are given twice.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::ImageNeed;
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "a requirement on the image names a program or a shared library and its Debian package, once",
    example: r#"image: [library("libssl", debian: "libssl3")]"#,
    corrected: r#"image: [library("libssl.so.3", debian: "libssl3")]"#,
    help: "name the file that the loader looks for, with its version: `libssl.so.3`",
    incidents: &[86],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    for (index, need) in cx.agent.image.iter().enumerate() {
        let place = Place::field(Field::Image).item(index);
        let same = |other: &ImageNeed<'_>| (other.kind(), other.named()) == (need.kind(), need.named());
        if cx.agent.image.iter().take(index).any(same) {
            let what = need.named().map_or("certificates", |(name, _)| name);
            let message = format!("`{}` requires `{what}` of the image twice", cx.agent.name);
            report.add(&RULE, place, message, "remove one of them");
            continue;
        }
        let Some((name, debian)) = need.named() else { continue };
        match need {
            ImageNeed::Library { .. } if !is_library(name) => {
                let message = format!("`{name}` is not the name of a shared library");
                report.add(&RULE, place.part(Part::Name), message, RULE.help);
            }
            ImageNeed::Tool { .. } if !is_tool(name) => {
                let message = format!("`{name}` is not the name of a program");
                report.add(&RULE, place.part(Part::Name), message, "write the name without a folder: `git`");
            }
            _ => {}
        }
        if !is_debian_package(debian) {
            let message = format!("`{debian}` is not the name of a Debian package");
            let help = "write the name of the package that has the file: `dpkg -S FILE` prints it";
            report.add(&RULE, place.part(Part::Value), message, help);
        }
    }
}

/// Whether the text can be the name of a file that needs no quotes anywhere.
fn is_tool(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte);
    name.bytes().all(plain) && name.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// `lib….so`, with or without a version.
fn is_library(name: &str) -> bool {
    is_tool(name) && name.starts_with("lib") && format!("{name}.").contains(".so.")
}

/// Debian's own form: two characters or more, lower-case letters, digits, `+`, `-` and `.`.
fn is_debian_package(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    name.len() > 1 && name.bytes().all(plain) && name.starts_with(|first: char| first.is_ascii_alphanumeric())
}
