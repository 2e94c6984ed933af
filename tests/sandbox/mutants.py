#!/usr/bin/env python3
"""Breaks the generated scripts themselves, and checks that a row of the fault table fails.

    mutants.py FOLDER SCRIPTS [--only NAME]... [--jobs N] [--apply]
    mutants.py --list

FOLDER and SCRIPTS are those of faults.py. Each mutant replaces the lines that a comment `mutant: NAME` marks in the
sources of install.sh or of a file in its payload (marks.py), and names the row that must fail with it. The row is run
without the mutant first, and must pass. Prints `N killed of N`, and exits 1 when one survives. With --apply none is run:
it only checks that each mutant has its marks, that each mark has a mutant, and that the scripts contain the sources.
"""

import argparse
import collections
import concurrent.futures
import os
import sys
import threading

sys.dont_write_bytecode = True
import faults  # noqa: E402
import faultscript  # noqa: E402
import marks  # noqa: E402
import probe_mutants  # noqa: E402
from faulttable import FAULTS  # noqa: E402

# The new text of each marked line; empty to remove the line.
Mutant = collections.namedtuple("Mutant", "name row lines")

MUTANTS = [
    # downloads and archives
    Mutant("the checksum is not compared", "download/flip/curl", ["if false; then"]),
    Mutant("a 404 is retried", "download/404/wget", ["none)"]),
    Mutant(
        "every failure is reported as retryable", "download/404/wget", ['if [ "$1" -eq 10 ] || [ "$1" -eq 16 ]; then']
    ),
    Mutant("commands have no time limit", "download/stall/busybox", [":", ":"]),
    Mutant("a failed download is not retried", "download/429/curl", ['if [ "$try" -ge 1 ]; then']),
    Mutant(
        "a truncated archive is reported as a full disk",
        "archive/cut",
        ['fail 14 unpack "${1##*/} is not a complete archive"'],
    ),
    Mutant("an archive without the program is accepted", "archive/top", ["if false; then"]),
    Mutant("Node.js does not get the site's certificates", "tls/any/curl", ["NODE_EXTRA_CA_CERTS="]),
    Mutant(
        "an untrusted certificate is retried",
        "tls/untrusted/curl",
        ['none | *"ertificate of "*" not trusted"* | *"cannot verify "*"ertificate"*)'],
    ),
    Mutant("the proxy is not passed on", "tls/any/curl", ["for name in NO_PROXY \\"]),
    # npm and Python
    Mutant("npm's exit status is ignored", "npm/exit-1", [""]),
    Mutant("npm's store is not checked", "npm/store", [""]),
    Mutant("the parallel checks are not awaited", "npm/store", [""]),
    Mutant("a missing package is not diagnosed", "npm/script/flip", [""]),
    Mutant("npm's result is not checked", "npm/exit-0", ["", ""]),
    Mutant(
        "a wrong checksum is reported as a network failure",
        "npm/main/flip",
        ['if (/^NEVER/.test(code)) return new Fault(12, "npm", detail);'],
    ),
    Mutant(
        "all package scripts run",
        "node-20",
        ['const command = ["ci", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress"];'],
    ),
    Mutant("no package script runs", "npm/script/flip", ["for (const it of []) {"]),
    Mutant(
        "npm reads the machine's settings",
        "rc/npmrc",
        ['const NO_CONFIG = ["--userconfig", "/dev/null", "--globalconfig", "/etc/npmrc"];'],
    ),
    Mutant("wget reads the machine's settings", "rc/wgetrc", ["if wget --version 2>/dev/null | grep -q GNU; then"]),
    Mutant(
        "uv installs without checksums",
        "pypi/wheel/other",
        [
            '[].push(it.hash.replace("sha256:", ""));',
            'const fixed = ["--no-config", "--no-deps", "--python", path.join(venv, "bin/python")];',
        ],
    ),
    Mutant(
        "pip installs without checksums",
        "pypi/uv/flip",
        [
            'const checks = ["--only-binary", ":all:", "--no-deps", "--target", folder, "-r", file];',
            r'tools.map((it) => `${it.name}==${it.version}\n`).join("");',
        ],
    ),
    Mutant("installed files are writable by others", "pypi/wheel/flip", [""]),
    # the machine
    Mutant("variables of the image reach the tools", "environment", ["for name in $(env | sed 's/=.*//') \\"]),
    Mutant("the caller's umask is kept", "umask", [":"]),
    Mutant("a missing tool is not reported before the install", "no-every", [":"]),
    Mutant("any loader is accepted", "architecture/unknown", ["*) TARGET=linux-x64 ;;"]),
    Mutant("musl is detected as glibc", "architecture/musl", ["*/ld-musl-aarch64.so.1) TARGET=linux-x64 ;;"]),
    Mutant("free space is not checked", "full/asked", ["if false; then"]),
    Mutant("a full file system is not detected", "full/20480K", ["if false; then", "if false; then"]),
    Mutant(
        "an unchanged install writes",
        "read-only-no-op",
        ['mode_install() {\n    mkdir -p "$PREFIX/.staging/x" || fail 14 prefix x'],
    ),
    Mutant("a closed descriptor stays closed", "closed-error", [":"]),
    Mutant("here-documents have no temporary folder", "unplaced-shell", [":"]),
    Mutant(
        "quotes in the report are not escaped",
        "setting/quoted-mode",
        [r'printf "%s" "$1" | tr "\n\t" "  " | tr -cd "\040-\176" | cut -c1-600'],
    ),
    Mutant(
        "a URL with a credential is accepted",
        "setting/credential",
        ['none) fail 13 settings "$1 has a credential in its URL" ;;'],
    ),
    # whole or not at all
    Mutant("the proof is skipped", "closed-prefix", [""]),
    Mutant("the install is published before the proof", "closed-prefix", ["await settle(cx, whole);\n  publish();"]),
    Mutant("the proof runs as root", "closed-prefix", ["let uid = undefined;"]),
    Mutant("the user of the proof is an existing user", "bystander", ["const NOBODY = 65534;"]),
    Mutant("an install that fails its proof is published", "closed-prefix", ["publish();"]),
    Mutant("a stamp is rolled back to without its checks", "rollback/flip", [""]),
    Mutant(
        "leftovers of a killed run are not moved away",
        "npm/orphans",
        ['if (false) fs.renameSync(args.final, path.join(args.stage, "replaced"));'],
    ),
    Mutant(
        "a folder is moved into an existing one",
        "four/useless",
        ['mv "$1" "$2" || "$NODE" -e "$RENAME" "$1" "$2" || [ -e "$2" ]'],
    ),
    Mutant("mv must support -T", "old-mv", ['mv -fT -- "$1" "$2" 2>/dev/null || [ -e "$2" ] || [ -e "$2" ]']),
    Mutant(
        "the checksum of the payload is not compared",
        "payload/changed",
        [
            'try{const b=Buffer.from(f.readFileSync(s,"latin1"),e);if(c.createHash("sha256").update(b).digest("hex")!==h){};'
        ],
    ),
    Mutant("checksums require openssl", "no-openssl", ['sum=$(openssl dgst -sha256 -r <"$2" 2>/dev/null)']),
    Mutant("mode check does not compare hashes", "damaged-node", ["if (!fs.existsSync(seal)) {"]),
    # limits of time
    Mutant(
        "a slow agent is reported as one that does not start",
        "late/agent",
        ['return new Fault(15, "proof", `${what} within the limit of ${Math.ceil(limit)} s; ${way}`);'],
    ),
    Mutant(
        "a slow program is reported as one that does not start",
        "late/version",
        ['throw new Fault(15, "proof", `${it.bin} cannot be started: ${error.message}`);'],
    ),
    Mutant(
        "the class of a failure is replaced",
        "late/version",
        ["return new Fault(BUSY.includes(error.code) ? 10 : status, step, detail);"],
    ),
    Mutant("a slow runtime is reported as one that does not start", "late/runtime", [":"]),
    Mutant("a program that ignores SIGTERM is not killed", "late/runtime", [":"]),
    Mutant("the time limit of the proof is fixed", "late/machine", ["return Math.min(30, end - now);"]),
    # signals and locks
    Mutant("no lock is taken", "four/flock", ["", "true"]),
    Mutant("every lock is treated as stale", "four/mkdir", ["if stale_lock || true; then"]),
    Mutant("the link to a removed line of Node.js stays", "lines/gc", ["if false; then"]),
    Mutant("a lock of another container never expires", "lock/expired", ["false 2>/dev/null"]),
    Mutant("a lock from before a reboot is treated as held", "lock/rebooted", ["*) return 1 ;;"]),
    Mutant("a process with flock makes no link", "lock/mixed", ['[ "$HELD" = flock ] || take_link']),
    Mutant("the lock of a dead flock holder is awaited", "lock/flocked", ['if [ "" = never ]; then']),
    Mutant("a retry pause can exceed the deadline", "download/late/curl", ['if [ "$pause" -ge 999999 ]; then']),
    Mutant("SIGPIPE is not handled", "signal/PIPE/npm", [":"]),
    Mutant("the EXIT trap is missing", "download/404/wget", [":"]),
    Mutant("the stage is not removed", "archive/cut", [":"]),
    Mutant("child processes survive a signal", "signal/TERM/npm", [":", ":"]),
    Mutant("uv survives a signal", "signal/TERM/uv", [""]),
]


class Broken(faults.Bench):
    """A bench whose scripts have a mutant."""

    def __init__(self, bench, it):
        self.__dict__.update(bench.__dict__)
        self.with_control = False
        self.edits = [(it.name, it.lines)]


def judge(bench, it, known):
    row = next(row for row in FAULTS if row.name == it.row)
    if row.role not in bench.roles:
        return f"skipped   {it.name}: no agent of the mirror has the role {row.role}"
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
    """Applies each mutant to the scripts, and yields those that cannot be applied."""
    for it in chosen:
        role = next(row.role for row in FAULTS if row.name == it.row)
        try:
            if role in bench.roles:
                text = faults.read(bench.scripts / bench.roles[role].agent / "install.sh")
                if faultscript.edited(text, [(it.name, it.lines)]) == text:
                    raise ValueError("it changes nothing")
        except ValueError as error:
            yield f"{it.name}: {error}"


def strangers():
    """The marks without a mutant."""
    known = {it.name for it in [*MUTANTS, *probe_mutants.MUTANTS]} | {faults.UNLOCKED[0]}
    return [
        f"`{name}` marks a line in {marks.marks()[name][0].path}, and is not a mutant"
        for name in sorted(marks.marks().keys() - known)
    ]


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
    if lines := strangers():
        sys.exit("\n".join(lines))
    if unknown := [name for name in words.only if not any(name in (it.name, it.row) for it in MUTANTS)]:
        sys.exit(f"no such mutant or row: {', '.join(unknown)}; --list prints all")
    faults.apart()
    bench = faults.Bench(words.folder, words.scripts, False)
    known = {"lock": threading.Lock()}
    chosen = [it for it in MUTANTS if not words.only or it.name in words.only or it.row in words.only]
    killed = failed = 0
    try:
        gone = list(apply(bench, chosen))
        if gone or words.apply:
            print("\n".join([*gone, f"{len(chosen) - len(gone)} of {len(chosen)} mutants can be applied"]))
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
