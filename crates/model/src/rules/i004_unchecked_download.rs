//! Reports unverified downloads of archives, repositories and steps.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Archive, Artefact, Git, is_sha256};
use crate::place::{Field, Part, Place};

use super::script::report_findings;

pub(super) const RULE: Rule = Rule {
    sentence: "a download is checked before use and never piped into a shell",
    example: r#"sh("curl -fsSL https://example.org/install.sh | sh", bin: "x", writes: [], needs: ["curl"])"#,
    corrected: r#"archive("x", { LinuxX64: url("https://example.org/x.tar.gz", sha256: "…") })"#,
    help: "add a SHA-256, or a full commit",
    incidents: &[3, 4, 5, 41, 46],
    allowable: true,
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    for (index, artefact) in cx.agent.install.iter().enumerate() {
        let place = Place::field(Field::Install).item(index);
        match artefact {
            Artefact::Archive(archive) => check_archive(archive, place, report),
            Artefact::Git(git) => check_git(git, place, report),
            Artefact::Npm(_) | Artefact::Pypi(_) | Artefact::Program(_) | Artefact::Sh(_) => {}
        }
    }
    report_findings(&RULE, cx, report);
}

fn check_archive(archive: &Archive<'_>, place: Place, report: &mut Diagnostics) {
    for (nth, download) in archive.downloads.iter().enumerate() {
        check_url(download.url, place.part(Part::Url(nth)), report);
        if !is_sha256(download.sha256) {
            let message = format!("`{}` is not a SHA-256", download.sha256);
            report.add(
                &RULE,
                place.part(Part::Checksum(nth)),
                message,
                "write the 64 lower-case digits that `sha256sum` prints",
            );
        }
    }
}

fn check_git(git: &Git<'_>, place: Place, report: &mut Diagnostics) {
    check_url(git.url, place.part(Part::Url(0)), report);
    let full = git.commit.len() == 40 && git.commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !full {
        let message = format!("`{}` is not a full commit", git.commit);
        report.add(&RULE, place.part(Part::Commit), message, "write all 40 digits; a branch or a tag can move");
    }
}

fn check_url(url: &str, place: Place, report: &mut Diagnostics) {
    let host = url.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or_default());
    match host {
        None | Some("") => {
            report.add(&RULE, place, format!("`{url}` is not an `https` URL"), "write a full `https` URL");
        }
        Some(host) if host.contains('@') => {
            report.add(
                &RULE,
                place,
                "the URL of a download contains a credential",
                "remove the credential; a site file can name a mirror",
            );
        }
        Some(_) => {}
    }
}
