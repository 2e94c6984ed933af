//! Speed of the parser and of the rules, in MB/s, compared with a plain scan of the same bytes.
//!
//! `cargo bench -p registry-shell --bench shell`. The corpus is made here, so that it is the same everywhere.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use registry_shell::{check_syntax, find_bashisms, lint};

const SCRIPTS: usize = 200;
const TIME: Duration = Duration::from_millis(1_500);

const HEAD: &str = r#"#!/bin/sh
# Installs NAME for one user and checks what it installed.
# Every step ends the script when it fails, and says which step it was.

set -eu
umask 022

prefix=${NAME_PREFIX:-/opt/benchflow}
version='1.2.NUMBER'
log="$prefix/log/NAME.log"
work=

usage() {
    cat <<'EOF'
usage: NAME [-f] [-p prefix] [-v] command [argument...]

  -f  install again even where the version is there already
  -p  the folder to install under; it is created when missing
  -v  print each step before it is taken
EOF
}

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

finish() {
    status=$?
    if [ -n "$work" ] && [ -d "$work" ]; then
        rm -rf -- "$work"
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM
"#;

const OPTIONS: &str = r#"
verbose=no
force=no
while [ $# -gt 0 ]; do
    case $1 in
        -f | --force) force=yes ;;
        -v | --verbose) verbose=yes ;;
        -p | --prefix)
            [ $# -ge 2 ] || fail "the option $1 needs a folder"
            prefix=$2
            shift
            ;;
        --prefix=*) prefix=${1#--prefix=} ;;
        -h | --help)
            usage
            exit 0
            ;;
        --)
            shift
            break
            ;;
        -*) fail "there is no option $1" ;;
        *) break ;;
    esac
    shift
done
"#;

const FETCH: &str = r#"
# The architecture as the archives name it.
architecture_NUMBER() {
    machine=$(uname -m)
    case $machine in
        x86_64 | amd64) echo x64 ;;
        aarch64 | arm64) echo arm64 ;;
        *) fail "no archive for $machine" ;;
    esac
}

fetch_NUMBER() {
    url=$1 sum=$2 file="$work/${1##*/}"
    tries=0
    until curl --fail --location --silent --show-error --max-time 120 --output "$file" "$url"; do
        tries=$((tries + 1))
        if [ "$tries" -ge 5 ]; then
            fail "cannot download $url after $tries tries"
        fi
        sleep "$((tries * 2))"
    done
    if ! printf '%s  %s\n' "$sum" "$file" | sha256sum -c - >>"$log"; then
        fail "the checksum of $url is not $sum"
    fi
    mkdir -p "$prefix/NAME-$version"
    tar -xzf "$file" -C "$prefix/NAME-$version" --strip-components=1
}
"#;

const CONFIGURE: &str = r##"
# Writes the settings for $1, with its tokens quoted.
configure_NUMBER() {
    name=$(echo "$1" | tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9]/-/g' -e 's/--*/-/g')
    target="$prefix/etc/$name.conf"
    [ "$force" = yes ] || [ ! -e "$target" ] || return 0
    {
        echo "# made by ${0##*/} on `date +%Y-%m-%d`"
        for key in model endpoint timeout NUMBER; do
            eval "value=\${NAME_$key-}"
            if [ "x$value" != x ]; then
                printf '%s = "%s"\n' "$key" "$(printf '%s' "$value" | sed 's/["\\]/\\&/g')"
            fi
        done
        cat <<EOF
[paths]
bin = "${prefix%/}/bin"
log = "$log"
count = $((NUMBER + 1))
EOF
    } >"$target.new" && mv -f "$target.new" "$target"
}

list_NUMBER() (
    cd "$prefix" || exit 1
    find . -type f -name '*.conf' -print | while IFS= read -r file; do
        if grep -q '^\[paths\]' "$file" 2>/dev/null; then
            size=$(wc -c <"$file")
            [ "$size" -gt 0 ] && printf '%8d %s\n' "$size" "${file#./}"
        elif test -L "$file"; then
            : # links are listed where they point to
        else
            say "skipping $file" || return
        fi
    done | sort -n
)
"##;

const TAIL: &str = r#"
main() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/NAME.XXXXXX") || fail 'no temporary folder'
    mkdir -p "${log%/*}" "$prefix/etc"
    [ "$verbose" = no ] || set -x
    case ${1:-install} in
        install)
            fetch_1 "https://downloads.example/NAME/$version/NAME-$(architecture_1).tar.gz" "$NAME_SUM"
            configure_1 "${2:-default}" && list_1
            ;;
        remove) rm -rf -- "$prefix/NAME-$version" ;;
        *) usage >&2; exit 2 ;;
    esac
    "$prefix/NAME-$version/bin/NAME" --version || fail 'it does not run'
}
main "$@"
"#;

/// Scripts of 4 to 16 kB that differ in their names and in how many functions they have.
fn corpus() -> Vec<String> {
    (0..SCRIPTS)
        .map(|script| {
            let mut text = HEAD.to_owned() + OPTIONS;
            for part in 1..=1 + script % 5 {
                let number = part.to_string();
                for function in [FETCH, CONFIGURE] {
                    text.push_str(&function.replace("NUMBER", &number));
                }
                let _ = writeln!(text, "readonly LIMIT_{part}=$(({script} * {part} + 1))");
            }
            text.push_str(TAIL);
            text.replace("NAME", &format!("tool{script}")).replace("NUMBER", &script.to_string())
        })
        .collect()
}

/// Megabytes a second at which `run` reads the corpus: the best of many rounds, which other processes disturb least.
fn measure(name: &str, corpus: &[String], run: impl Fn(&[u8]) -> usize) -> f64 {
    let bytes: u32 = corpus.iter().map(|script| u32::try_from(script.len()).unwrap_or(0)).sum();
    let start = Instant::now();
    let mut best = Duration::MAX;
    while start.elapsed() < TIME {
        let round = Instant::now();
        for script in corpus {
            black_box(run(black_box(script.as_bytes())));
        }
        best = best.min(round.elapsed());
    }
    let speed = f64::from(bytes) / best.as_secs_f64() / 1e6;
    println!("{name:<16} {speed:>9.1} MB/s");
    speed
}

fn main() {
    let corpus = corpus();
    let bytes: usize = corpus.iter().map(String::len).sum();
    println!("{} scripts, {bytes} bytes", corpus.len());
    for script in &corpus {
        if let Err(error) = check_syntax(script.as_bytes()) {
            println!("the corpus is broken: {error}");
            std::process::exit(1);
        }
    }
    let scan = measure("byte scan", &corpus, |script| script.iter().map(|&byte| usize::from(byte == b'\n')).sum());
    let verdict = measure("check_syntax", &corpus, |script| usize::from(check_syntax(script).is_ok()));
    measure("find_bashisms", &corpus, |script| find_bashisms(script).len());
    measure("lint", &corpus, |script| lint(script).len());
    println!("the recogniser takes {:.1} times as long as the byte scan", scan / verdict);
}
