#!/bin/sh
# Installs agents over HTTP from mirrors on two static servers, in a sandbox whose only network is a loopback interface,
# and checks in the servers' logs that every locked artefact was fetched and nothing else was requested.
#
#     mirror_served.sh XTASK FOLDER AGENTS OPTION...
#
# FOLDER   has a mirror of the agents as FOLDER/mirror
# AGENTS   the agents, with blanks between
# OPTION   options of `cargo xtask mirror` about runtimes
#
# Needs bwrap, busybox with its httpd, and python3. Prints `N passed, N failed`, and exits 1 when something failed.
set -u
xtask=$1
folder=$(cd "$2" && pwd) || exit 2
agents=$3
shift 3
port=8470
work=$(mktemp -d /var/tmp/mirror-served.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/expect.sh"

# serve SERVER ROOT SCRIPT: runs a script beside a server in one sandbox; the server's log is $work/log.
serve() {
    mkdir -p "$work/prefix"
    bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --ro-bind "$folder" "$folder" --bind "$work" "$work" --bind "$work/prefix" /opt \
        --unshare-net --unshare-pid --die-with-parent --cap-add ALL sh -c '
            case $1 in
            busybox) busybox httpd -f -vv -p "127.0.0.1:$5" -h "$2" >"$4/log" 2>&1 & ;;
            python) python3 -m http.server "$5" --bind 127.0.0.1 --directory "$2" >"$4/log" 2>&1 & ;;
            esac
            until curl -sS -o /dev/null "http://127.0.0.1:$5/site.toml"; do sleep 0.1; done 2>/dev/null
            sh "$3"' serve "$1" "$2" "$3" "$work" "$port" >"$work/out" 2>"$work/err"
    status=$?
    rm -rf "$work/prefix"
    if [ "$status" -ne 0 ]; then
        tail -n 5 "$work/err" | cut -c 1-400
    fi
    return "$status"
}

# The requested paths, from either server's log, without the readiness check of the server.
asked() {
    sed -n -e 's/.*"[A-Z]* \/\([^ ]*\) HTTP.*/\1/p' -e 's/.* url:\/\(.*\)/\1/p' "$work/log" |
        sed -e 's/%2[Bb]/+/g' -e 's/%40/@/g' -e '/^site\.toml$/d' | sort -u
}

# The project of each wheel or source with its path, as `project path`.
projects() {
    grep "^wheels/" | while read -r path; do
        file=${path#wheels/}
        case $file in
        *.tar.gz) name=${file%-*} ;;
        *) name=${file%%-*} ;;
        esac
        echo "$(echo "$name" | tr "[:upper:]" "[:lower:]" | tr -s "_." -) $path"
    done
}

# The expected requests, from the list of the mirror: runtime archives, tarballs, and one file of each project, since the
# installer uses one of several files of a project.
check_log() {
    sed "s/^[^ ]*  //" "$1/SHA256SUMS" | sort >"$work/listed"
    asked >"$work/asked"
    grep -E "^(npm|runtimes)/" "$work/listed" >"$work/needed"
    comm -23 "$work/needed" "$work/asked" >"$work/unfetched"
    projects <"$work/listed" | cut -d " " -f 1 | sort -u >"$work/projects"
    projects <"$work/asked" | cut -d " " -f 1 | sort -u | comm -23 "$work/projects" - >>"$work/unfetched"
    # An index gets a request for the page of a project, by the name of its folder.
    { grep -E "^(npm|runtimes|wheels)/" "$work/listed"; sed "s|.*|simple/&/|" "$work/projects"; } | sort >"$work/allowed"
    comm -13 "$work/allowed" "$work/asked" >"$work/strange"
    sed "s/^/  not fetched: /" "$work/unfetched"
    sed "s/^/  not of the mirror: /" "$work/strange"
    echo "  $(wc -l <"$work/asked") places asked for, $(wc -l <"$work/listed") files in the mirror"
    [ -s "$work/asked" ] && [ ! -s "$work/unfetched" ] && [ ! -s "$work/strange" ]
}

for agent in $agents; do
    root=$folder/served-$agent
    rm -rf "$root"
    # Existing files are not fetched again; files that the agent does not need are removed.
    cp -al "$folder/mirror" "$root"
    "$xtask" mirror --out "$root" --url "http://127.0.0.1:$port" --agent "$agent" "$@"
    expect "$agent: its own mirror" 0 "$?"
    "$xtask" gen-scripts --agent "$agent" --site "$root/site.toml" --out "$work/scripts" >/dev/null
    expect "$agent: scripts for the mirror" 0 "$?"
    for server in python busybox; do
        serve "$server" "$root" "$work/scripts/$agent/install.sh"
        expect "$agent: installs from the mirror, served by $server" 0 "$?"
        check_log "$root"
        expect "$agent: the log of $server shows every artefact of the mirror and nothing else" 0 "$?"
    done
    rm -rf "$root"
done
finish
