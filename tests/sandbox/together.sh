#!/bin/sh
# Two agents in one prefix: installed in parallel, then one is upgraded during a session of the other.
#
#     together.sh XTASK SITE SCRIPTS FIRST SECOND
#
# XTASK    the program of `cargo xtask`
# SITE     a site file that names folders
# SCRIPTS  the output of `XTASK gen-scripts --site SITE --out SCRIPTS`
# FIRST    the agent that is upgraded; SECOND: the one whose session goes on
#
# Needs root and bwrap. Ends at the first failure.
set -u
xtask=$1 site=$2 first=$4 second=$5
mirror=$(cd "$(dirname "$site")" && pwd) && scripts=$(cd "$3" && pwd) || exit 2
work=$(mktemp -d "${TMPDIR:-/var/tmp}/together.XXXXXX") || exit 2
trap 'exec 7>&-; rm -rf "$work"' EXIT
mkdir "$work/opt"

box() {
    bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --ro-bind "$mirror" "$mirror" --ro-bind "$scripts" "$scripts" \
        --ro-bind "$work" "$work" --bind "$work/opt" /opt --unshare-net --unshare-pid --die-with-parent --cap-add ALL "$@"
}

fail() {
    echo "$*" >&2
    tail -n 5 "$work"/*.err | cut -c 1-400 >&2
    exit 1
}

# answered ID: waits for an answer of the session.
answered() {
    tries=0
    until grep -q "\"id\":$1[,}]" "$work/answers"; do
        tries=$(expr "$tries" + 1)
        [ "$tries" -lt 120 ] || fail "no answer to request $1"
        sleep 1
    done
}

for agent in "$first" "$second"; do
    box sh "$scripts/$agent/install.sh" 2>"$work/$agent.err" &
    eval "pid_$(echo "$agent" | tr - _)=$!"
done
for agent in "$first" "$second"; do
    eval "wait \"\$pid_$(echo "$agent" | tr - _)\"" || fail "installed at once with another, $agent failed"
done
before=$(cat "$work"/opt/benchflow/*/"$first"/stamp)

# Another script is another stamp: the same versions, with other needs.
sed -e '/^disk-megabytes = /d' -e 's/^prefix = .*/&\ndisk-megabytes = 701/' "$site" >"$work/site.toml"
"$xtask" gen-scripts --site "$work/site.toml" --out "$work/scripts" >/dev/null 2>"$work/render.err" || fail "no scripts"

mkfifo "$work/requests"
box --setenv HOME /tmp/home --setenv TMPDIR /tmp --dir /tmp/home "/opt/benchflow/bin/$second" <"$work/requests" >"$work/answers" \
    2>"$work/session.err" &
session=$!
exec 7>"$work/requests"
echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{}}}' >&7
answered 1
box sh "$work/scripts/$first/install.sh" 2>"$work/$first.err" 7>&- || fail "$first cannot be upgraded beside a session"
[ "$before" != "$(cat "$work"/opt/benchflow/*/"$first"/stamp)" ] || fail "the upgrade changed no stamp"
box --setenv BENCHFLOW_INSTALL_MODE gc sh "$work/scripts/$first/install.sh" 2>"$work/$first.err" 7>&- || fail "no gc"
echo '{"jsonrpc":"2.0","id":2,"method":"session/new","params":{"cwd":"/tmp","mcpServers":[]}}' >&7
answered 2
exec 7>&-
wait "$session" || fail "the session of $second ended badly"

for script in "$work/scripts/$first/install.sh" "$scripts/$second/install.sh"; do
    box --setenv BENCHFLOW_INSTALL_MODE check sh "$script" 2>"$work/check.err" || fail "$script: not whole any more"
done
for script in "$work/scripts/$first/install.sh" "$scripts/$second/install.sh"; do
    box --setenv BENCHFLOW_INSTALL_MODE remove sh "$script" 2>"$work/remove.err" || fail "$script: cannot be removed"
done
[ -z "$(ls -A "$work/opt/benchflow" 2>/dev/null)" ] || fail "something is left: $(ls -A "$work/opt/benchflow")"
