//! D029 `unchecked-archive`: an archive of an entry can be checked

use crate::finding::{Findings, quoted};
use crate::read::Contents;

use super::Check;
use crate::finding::Level;

/// What the check finds, and why.
pub(crate) const CHECK: Check = Check {
    code: "D029",
    name: "unchecked-archive",
    level: Level::Warning,
    sentence: "an archive of an entry can be checked",
    example: r#""binary": { "linux-x86_64": { "archive": "https://…/agent.tar.gz", "cmd": "./agent" } }"#,
    help: "offer a package with a lock beside it, or check the archive where it is installed: the format has no room for a checksum",
    incidents: &[46, 41],
};

/// Archives, which the format gives no checksum; those not fetched over `https` are worse.
pub(crate) fn check(contents: &Contents, findings: &mut Findings) {
    for entry in &contents.entries {
        let Some(targets) = entry.table.table("distribution").and_then(|it| it.table("binary")) else { continue };
        for member in &targets.members {
            let target = member.key.value.as_str();
            let archive = targets.table(target).and_then(|it| it.text("archive"));
            let Some(archive) = archive else {
                findings.add(&CHECK, &member.key.place, format!("`{}` names no `archive`", quoted(target)));
                continue;
            };
            let https = archive.value.starts_with("https://");
            let how = if https { "nothing verifies" } else { "it is not fetched over `https`, and nothing verifies" };
            findings.add(&CHECK, &archive.place, format!("{how} the archive for `{}`", quoted(target)));
        }
    }
}
