#!/usr/bin/env python3
"""Breaks the generated scripts themselves, and asks whether a row of the table of faults notices.

    mutants.py FOLDER SCRIPTS [--only NAME]... [--jobs N] [--apply]
    mutants.py --list

FOLDER and SCRIPTS are those of faults.py. Each mutant is one change of install.sh or of a file that it carries, and
names the row that must fail with it. The row is run without the mutant first, and must pass. Prints `N killed of N`, and
exits 1 when one survives. With --apply none is run: it is only seen that the scripts still have what each changes.
"""

import argparse
import collections
import concurrent.futures
import os
import sys
import threading

sys.dont_write_bytecode = True
import faultscript  # noqa: E402
import faults  # noqa: E402
from faulttable import FAULTS  # noqa: E402

# Edits are a file (None: the shell), a text in it, and what it becomes.
Mutant = collections.namedtuple("Mutant", "name row edits")
COMMON, INSTALL, NPM, PYTHON, PROOF = (f"lib/{it}.mjs" for it in ("common", "install", "npm", "python", "proof"))


def mutant(name, row, *edits):
    return Mutant(name, row, edits)


MUTANTS = [
    # downloads and archives
    mutant("the checksum is not compared", "download/flip/curl", (None, 'if [ "${sum%% *}" != "$3" ]; then', "if false; then")),
    mutant("a 404 is tried again", "download/404/wget", (None, "401 | 403 | 404 | 410)", "none)")),
    mutant("every failure may be tried again", "download/404/wget", (None, '&& [ -z "${FAIL_FINAL-}" ]', "")),
    mutant("no limit of a command's time", "download/stall/busybox", (None, '                kill "$CHILD"\n', "                :\n"), (None, 'kill -KILL "$CHILD"', ":")),
    mutant("a server's wish to wait is no reason to try again", "download/429/curl", (None, '"$try" -ge 3', '"$try" -ge 1')),
    mutant("an archive may be cut", "archive/cut", (None, 'fail 12 unpack "${1##*/} is no whole', 'fail 14 unpack "${1##*/} is no whole')),
    mutant("an archive may hold anything", "archive/top", (None, 'if [ ! -f "$top/$4" ]; then', "if false; then")),
    mutant("the site's certificates are not Node's", "tls/any/curl", (None, "NODE_EXTRA_CA_CERTS=$CA_BUNDLE", "NODE_EXTRA_CA_CERTS=")),
    mutant("a certificate that is not trusted is asked for again", "tls/untold/curl", (None, '*"SSL certificate problem"*', "none")),
    mutant("the proxy is not handed on", "tls/any/curl",
           (None, "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy", "NO_PROXY")),
    # npm and Python
    mutant("npm's status is not looked at", "npm/exit-1", (NPM, "if (result.code !== 0) throw npmFault(result, cache);", "")),
    mutant("npm's store is not hashed", "npm/store", (NPM, "cx.beside.start(checkTarballs(cx, cache));", "")),
    mutant("what is checked beside is not waited for", "npm/store", (INSTALL, "await cx.beside.end();\nfs.writeFileSync", "fs.writeFileSync")),
    mutant("why a package is missing is not asked", "npm/script/flip", (NPM, "await findMissing(cx, cache, registry);", "")),
    mutant("npm is believed", "npm/exit-0", (NPM, "await findMissing(cx, cache, registry);", ""), (NPM, "checkTree(cx.dir, lock, args.target);", "")),
    mutant("a wrong checksum is told as a network's fault", "npm/main/flip", (NPM, "/^(EINTEGRITY|Z_|TAR_)/", "/^NEVER/")),
    mutant("every package's scripts run", "node-20", (NPM, '"--ignore-scripts", ', "")),
    mutant("no package's script runs", "npm/script/flip", (NPM, "it.postinstall.length > 0", "false")),
    mutant("npm reads the machine's settings", "rc/npmrc", (NPM, '"/nonexistent/npmrc"', '"/etc/npmrc"')),
    mutant("wget reads the machine's settings", "rc/wgetrc", (None, "--no-config ", "")),
    mutant("uv needs no checksums", "pypi/wheel/other", (PYTHON, '"--no-config", "--require-hashes", ', '"--no-config", '),
           (PYTHON, "entry.hashes.push", "[].push")),
    mutant("pip needs no checksums", "pypi/uv/flip",
           (PYTHON, 'const checks = ["--require-hashes", ', "const checks = ["),
           (PYTHON, 'it.hashes.map((hash) => `--hash=sha256:${hash}`).join(" ")', '""')),
    mutant("others may write what was installed", "pypi/wheel/flip", (INSTALL, "closeToOthers(cx.dir);", "")),
    # the machine
    mutant("the image's settings reach the tools", "environment", (None, 'exec env -i "$@" sh', 'exec env "$@" sh')),
    mutant("the caller's umask stays", "umask", (None, "umask 022\n", "")),
    mutant("a missing tool is not told before", "no-every", (None, "need tar tar tar", ":")),
    mutant("any loader will do", "architecture/unknown", (None, '*) fail 11 target "no target has the loader $loader" ;;', "*) TARGET=linux-x64 ;;")),
    mutant("musl is taken for glibc", "architecture/musl", (None, "*/ld-musl-aarch64.so.1) TARGET=linux-arm64-musl", "*/ld-musl-aarch64.so.1) TARGET=linux-x64")),
    mutant("no room is asked for", "full/asked", (None, 'if [ "$free" -lt "$DISK" ]; then', "if false; then")),
    mutant("a full file system is not told", "full/20480K",
           (None, "if is_full; then\n            FAIL_DETAIL", "if false; then\n            FAIL_DETAIL"),
           (None, "if is_full; then\n        fail 14", "if false; then\n        fail 14")),
    mutant("the no-op writes", "read-only-no-op", (None, "mode_install() {\n", 'mode_install() {\n    mkdir -p "$PREFIX/.staging/x" || fail 14 prefix x\n')),
    mutant("a closed descriptor stays closed", "closed-error", (None, "true >&2 || exec 2>/dev/null", ":")),
    mutant("a here-document has no place", "unplaced-shell", (None, "        TMPDIR=$folder\n", "        :\n")),
    mutant("the report is no JSON when a text has a quote", "setting/quoted-mode", (None, """ | sed 's/[\\\\"]/\\\\&/g'""", "")),
    mutant("a credential in a URL is taken", "setting/credential", (None, "*://*@*) fail 13", "none) fail 13")),
    # whole or not at all
    mutant("no proof", "closed-prefix", (INSTALL, "await proveApart(settled);", "")),
    mutant("published before the proof", "closed-prefix", (INSTALL, "await settle(cx, whole);\nconst settled", "await settle(cx, whole);\npublish();\nconst settled")),
    mutant("the proof is root's", "closed-prefix", (PROOF, "process.getuid() === 0 ? NOBODY", "false ? NOBODY")),
    mutant("the proof's user is somebody's", "bystander", (PROOF, "65520 + (process.pid % 14)", "65534")),
    mutant("what fails its proof stays", "closed-prefix", (INSTALL, "fs.rmSync(args.final, { recursive: true, force: true });", "publish();")),
    mutant("what a dead run left is not put aside", "npm/orphans", (INSTALL, "if (fs.existsSync(args.final)) fs.renameSync", "if (false) fs.renameSync")),
    mutant("a folder is moved without a look at its place", "four/useless", (None, 'mv -fT -- "$1" "$2" 2>/dev/null || [ -e "$2" ]', 'mv "$1" "$2"')),
    mutant("a runtime needs an mv that has -T", "old-mv", (None, ' || "$NODE" -e "$RENAME" "$1" "$2"', "")),
    mutant("a payload has any checksum", "payload/changed", (None, 'throw Error("wrong checksum")', "{}")),
    mutant("a checksum needs openssl", "no-openssl", (None, ' || sum=$(sha256sum <"$2")', "")),
    mutant("check does not hash", "damaged-node", (INSTALL, '|| (await digest(dir)) !== fs.readFileSync(seal, "utf8")', "")),
    # limits of time
    mutant("an agent that is late is told as one that does not start", "late/agent", (PROOF, "return new Fault(10,", "return new Fault(15,")),
    mutant("a program that is late is told as one that does not start", "late/version",
           (PROOF, "throw asFault(error, 15,", "throw new Fault(15,")),
    mutant("a class is lost on its way up", "late/version", (COMMON, "error instanceof Fault ? error : ", "")),
    mutant("a runtime that is late is told as one that does not start", "late/runtime", (None, "check_deadline runtime", ":")),
    mutant("a program that ignores the end of its time goes on", "late/runtime", (None, 'kill -KILL "$CHILD"', ":")),
    mutant("the limit of a proof is the same on every machine", "late/machine",
           (PROOF, "Math.max(60, (end - start) / 4, 3 * (now - start))", "30")),
    # signals and locks
    mutant("no lock", "four/flock", (None, "flock -n 9 9>&9", "true"), (None, "    take_link\n}", "}")),
    mutant("every lock is stale", "four/mkdir", (None, "if stale_lock; then", "if stale_lock || true; then")),
    mutant("a lock of another container has no end", "lock/expired", (None, '[ "$ends" -lt "$(date +%s)" ]', "false")),
    mutant("a lock from before a boot is somebody's", "lock/rebooted", (None, '"${owner%% *} "*) ;;', "*) return 1 ;;")),
    mutant("flock does not see who has none", "lock/mixed", (None, "    take_link\n}", "    [ \"$HELD\" = flock ] || take_link\n}")),
    mutant("what held flock and is gone is waited for", "lock/flocked", (None, '"$HELD ${stale%% *}" = "flock flock"', '"" = never')),
    mutant("a pause may be longer than the deadline", "download/late/curl", (None, '"$pause" -ge "$(left)"', '"$pause" -ge 999999')),
    mutant("a signal is not caught", "signal/PIPE/npm", (None, 'trap "exit 141" PIPE', ":")),
    mutant("the end is not caught", "download/404/wget", (None, "trap finish EXIT", ":")),
    mutant("the stage stays", "archive/cut", (None, 'rm -rf -- "$STAGE"\n    fi\n    release_lock', ":\n    fi\n    release_lock")),
    mutant("children outlive a signal", "signal/TERM/npm", (None, 'kill "$child" 2>/dev/null', ":"), (None, 'wait "$child" 2>/dev/null', ":")),
    mutant("uv outlives a signal", "signal/TERM/uv", (INSTALL, 'stopChildren("SIGKILL");\nprocess.exit(status);', "process.exit(status);")),
]  # fmt: skip


class Broken(faults.Bench):
    """A bench whose scripts have one fault more."""

    def __init__(self, bench, it):
        self.__dict__.update(bench.__dict__)
        self.with_control = False
        self.change = lambda text: edited(text, it)


def edited(text, it):
    for edit in it.edits:
        text = faultscript.replaced(text, *edit)
    return text


def judge(bench, it, known):
    row = next(row for row in FAULTS if row.name == it.row)
    if row.role not in bench.roles:
        return f"left out  {it.name}: no agent of the mirror is the role {row.role}"
    edited(faults.read(bench.scripts / bench.roles[row.role].agent / "install.sh"), it)
    with known["lock"]:
        first = known.setdefault(it.row, concurrent.futures.Future())
        mine = not getattr(first, "taken", False)
        first.taken = True
    if mine:
        first.set_result(faults.judge(bench, row))
    if not first.result().startswith("ok"):
        return f"FAIL      {it.name}: the row does not pass without it: {first.result()}"
    verdict = faults.judge(Broken(bench, it), row)
    if verdict.startswith("ok"):
        return f"survived  {it.name}: {it.row}"
    return f"killed    {it.name}: {it.row}: {verdict.partition('): ')[2][:140]}"


def apply(bench, chosen):
    """Changes the scripts by each mutant, and says which cannot be made any more."""
    gone = []
    for it in chosen:
        role = next(row.role for row in FAULTS if row.name == it.row)
        try:
            if role in bench.roles:
                edited(faults.read(bench.scripts / bench.roles[role].agent / "install.sh"), it)
        except ValueError as error:
            gone.append(f"{it.name}: {error}")
    return gone


def main():
    parser = argparse.ArgumentParser(description="mutants of the scripts")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("scripts", nargs="?")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--apply", action="store_true")
    parser.add_argument("--list", action="store_true")
    words = parser.parse_args()
    if words.list:
        return print("\n".join(f"{it.row}: {it.name}" for it in MUTANTS))
    if not words.folder or not words.scripts:
        parser.error("FOLDER and SCRIPTS are needed")
    if unknown := [name for name in words.only if not any(name in (it.name, it.row) for it in MUTANTS)]:
        sys.exit(f"no mutant and no row is called {', '.join(unknown)}; --list names them")
    faults.apart()
    bench = faults.Bench(words.folder, words.scripts, False)
    known = {"lock": threading.Lock()}
    chosen = [it for it in MUTANTS if not words.only or it.name in words.only or it.row in words.only]
    killed = failed = 0
    try:
        gone = apply(bench, chosen)
        if gone or words.apply:
            print("\n".join([*gone, f"{len(chosen) - len(gone)} of {len(chosen)} mutants can be made"]))
            sys.exit(1 if gone else 0)
        with concurrent.futures.ThreadPoolExecutor(words.jobs) as pool:
            for done in concurrent.futures.as_completed([pool.submit(judge, bench, it, known) for it in chosen]):
                killed += done.result().startswith("killed")
                failed += done.result().startswith(("survived", "FAIL"))
                print(done.result(), flush=True)
    finally:
        bench.close()
    print(f"{killed} killed of {killed + failed}")
    sys.exit(1 if failed or not killed else 0)


if __name__ == "__main__":
    main()
