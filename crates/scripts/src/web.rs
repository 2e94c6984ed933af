//! web-policy.sh: turns the web tools off before the launch, as root, in a home of another user.

use registry_model::model::{Agent, Off, WebPolicy};

use super::writer::{Word, Writer};
use super::{InstallPaths, RenderError, header};

/// The text of web-policy.sh for a stamp.
pub(crate) fn web_policy(agent: &Agent<'_>, place: &InstallPaths) -> Result<String, RenderError> {
    let mut w = Writer::default();
    header(&mut w, agent, "turns the web tools off: run by root before the launch, with the agent's home folder");
    w.blank();
    w.assign("agent", &Word::text(agent.name));
    w.assign("dir", &Word::text(place.dir()));
    w.assign("policy", &Word::text(place.policy()));
    w.line("home=${1:-${HOME-}}");
    w.function("die", |w| {
        w.line("status=$1");
        w.line("shift");
        w.line("printf \"%s\\n\" \"$agent: $*\" >&2");
        w.line("exit \"$status\"");
    });
    w.blank();
    if let Some(reason) = agent.no_web_refusal() {
        w.command("die 11", &[Word::text(reason)], "");
        return w.finish();
    }
    if let Some(WebPolicy::NoTools(evidence)) = agent.web {
        w.comment(&format!("It has no web tools: {evidence}"));
        w.line("exit 0");
        return w.finish();
    }
    write_steps(&mut w, agent);
    w.finish()
}

fn write_steps(w: &mut Writer, agent: &Agent<'_>) {
    w.block("if [ \"$(id -u)\" -ne 0 ]; then", "fi", |w| {
        w.line("die 14 \"only root can leave a policy that the agent cannot undo; BENCHFLOW_DISALLOW_WEB_TOOLS=1 at the launch needs no root\"");
    });
    w.block("case $home in", "esac", |w| {
        w.line("/*) ;;");
        w.line("*) die 14 \"the home folder is not an absolute path\" ;;");
    });
    w.comment("Root runs programs under the prefix: nobody else may be able to change them or a folder above them.");
    w.block("trusted() {", "}", |w| {
        w.line("at=$1");
        w.block("while :; do", "done", |w| {
            // What `ls` says of a file that it cannot list differs from one `ls` to another, so it is said here.
            w.line(
                "listed=$(ls -ldnL \"$at\" 2>/dev/null) || die 15 \"$at cannot be listed; install the agent again\"",
            );
            w.line("set -- $listed");
            w.block("case $1/$3 in", "esac", |w| {
                w.line("?????????[tT]*/0) ;;");
                w.line("?????w* | ????????w*) return 1 ;;");
                w.line("*/0) ;;");
                w.line("*) return 1 ;;");
            });
            w.line("[ \"$at\" != / ] || return 0");
            w.line("at=${at%/*}");
            w.line("at=${at:-/}");
        });
    });
    w.block("if [ ! -d \"$home\" ]; then", "fi", |w| w.line("die 14 \"no such folder: $home\""));
    w.block("if [ ! -x \"$dir/node/bin/node\" ]; then", "fi", |w| w.line("die 15 \"not installed: $dir is missing\""));
    if agent.web_switches().iter().any(|off| matches!(off, Off::File { .. })) {
        w.block("for file in \"$dir/lib/policy.mjs\" \"$(cd -P \"$dir/node/bin\" && pwd -P)/node\"; do", "done", |w| {
            w.line("trusted \"$file\" || die 14 \"$file can be changed by others than root; install as root\"");
        });
        w.comment("The files are merged with the rights of the home's owner, and no link is followed out of it.");
        w.line(
            "env -i PATH=/usr/bin:/bin HOME=\"$home\" \"$dir/node/bin/node\" \"$dir/lib/policy.mjs\" \"$home\" || exit",
        );
    }
    w.comment("The launcher reads this mark at every start. Its folder is root's, so the agent cannot take it away.");
    w.line("umask 022");
    w.line("mkdir -p \"${policy%/*}\" || die 14 \"cannot make ${policy%/*}\"");
    w.line("trusted \"${policy%/*}\" || die 14 \"${policy%/*} can be changed by others than root\"");
    w.line("printf \"off\\n\" >\"$policy.$$\" && mv -f \"$policy.$$\" \"$policy\" || die 14 \"cannot write $policy\"");
}
