//! Finds archives, which the format gives no checksum; those not fetched over `https` are worse.

use crate::diagnostic::{Level, quoted};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "an archive of an entry can be verified",
    example: r#""binary": { "linux-x86_64": { "archive": "https://…/agent.tar.gz", "cmd": "./agent" } }"#,
    help: "offer a package with a lock, or verify the archive where it is installed: the format has no field for a checksum",
    incidents: &[46, 41],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for entry in &contents.entries {
        let Some(targets) = entry.table.table("distribution").and_then(|it| it.table("binary")) else { continue };
        for member in &targets.members {
            let target = member.key.value.as_str();
            let archive = targets.table(target).and_then(|it| it.text("archive"));
            let Some(archive) = archive else {
                findings.add(&CHECK, &member.key.place, format!("`{}` has no `archive`", quoted(target)));
                continue;
            };
            let https = archive.value.starts_with("https://");
            let how = if https { "" } else { ", and it is not fetched over `https`" };
            findings.add(&CHECK, &archive.place, format!("unverified archive for `{}`{how}", quoted(target)));
        }
    }
}
