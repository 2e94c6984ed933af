#!/usr/bin/env python3
"""Breaks the generated scripts themselves, and asks whether a row of the table of faults notices.

    mutants.py FOLDER SCRIPTS [--only NAME]... [--jobs N] [--apply]
    mutants.py --list

FOLDER and SCRIPTS are those of faults.py. Each mutant replaces the lines that a comment `mutant: NAME` marks in the
sources of install.sh or of a file that it carries (marks.py), and names the row that must fail with it. The row is run
without the mutant first, and must pass. Prints `N killed of N`, and exits 1 when one survives. With --apply none is run:
it is only checked that each mutant has its marks, that each mark has a mutant, and that the scripts hold the sources.
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

# What each line that the name marks becomes; nothing where it goes away.
Mutant = collections.namedtuple("Mutant", "name row lines")

MUTANTS = [
    # downloads and archives
    Mutant("the checksum is not compared", "download/flip/curl", ["if false; then"]),
    Mutant("a 404 is tried again", "download/404/wget", ["none)"]),
    Mutant("every failure may be tried again", "download/404/wget", ['if [ "$1" -eq 10 ] || [ "$1" -eq 16 ]; then']),
    Mutant("no limit of a command's time", "download/stall/busybox", [":", ":"]),
    Mutant("a server's wish to wait is no reason to try again", "download/429/curl", ['if [ "$try" -ge 1 ]; then']),
    Mutant("an archive may be cut", "archive/cut", ['fail 14 unpack "${1##*/} is not a complete archive"']),
    Mutant("an archive may hold anything", "archive/top", ["if false; then"]),
    Mutant("the site's certificates are not Node's", "tls/any/curl", ["NODE_EXTRA_CA_CERTS="]),
    Mutant(
        "a certificate that is not trusted is asked for again",
        "tls/untold/curl",
        ['none | *"ertificate of "*" not trusted"* | *"cannot verify "*"ertificate"*)'],
    ),
    Mutant("the proxy is not handed on", "tls/any/curl", ["for name in NO_PROXY \\"]),
    # npm and Python
    Mutant("npm's status is not looked at", "npm/exit-1", [""]),
    Mutant("npm's store is not hashed", "npm/store", [""]),
    Mutant("what is checked beside is not waited for", "npm/store", [""]),
    Mutant("why a package is missing is not asked", "npm/script/flip", [""]),
    Mutant("npm is believed", "npm/exit-0", ["", ""]),
    Mutant(
        "a wrong checksum is told as a network's fault",
        "npm/main/flip",
        ['if (/^NEVER/.test(code)) return new Fault(12, "npm", detail);'],
    ),
    Mutant(
        "every package's scripts run",
        "node-20",
        ['const command = ["ci", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress"];'],
    ),
    Mutant("no package's script runs", "npm/script/flip", ["for (const it of []) {"]),
    Mutant(
        "npm reads the machine's settings",
        "rc/npmrc",
        ['const NO_CONFIG = ["--userconfig", "/dev/null", "--globalconfig", "/etc/npmrc"];'],
    ),
    Mutant("wget reads the machine's settings", "rc/wgetrc", ["if wget --version 2>/dev/null | grep -q GNU; then"]),
    Mutant(
        "uv needs no checksums",
        "pypi/wheel/other",
        [
            '[].push(it.hash.replace("sha256:", ""));',
            'const fixed = ["--no-config", "--no-deps", "--python", path.join(venv, "bin/python")];',
        ],
    ),
    Mutant(
        "pip needs no checksums",
        "pypi/uv/flip",
        [
            'const checks = ["--only-binary", ":all:", "--no-deps", "--target", folder, "-r", file];',
            r'tools.map((it) => `${it.name}==${it.version}\n`).join("");',
        ],
    ),
    Mutant("others may write what was installed", "pypi/wheel/flip", [""]),
    # the machine
    Mutant("the image's settings reach the tools", "environment", ["for name in $(env | sed 's/=.*//') \\"]),
    Mutant("the caller's umask stays", "umask", [":"]),
    Mutant("a missing tool is not told before", "no-every", [":"]),
    Mutant("any loader will do", "architecture/unknown", ["*) TARGET=linux-x64 ;;"]),
    Mutant("musl is taken for glibc", "architecture/musl", ["*/ld-musl-aarch64.so.1) TARGET=linux-x64 ;;"]),
    Mutant("no room is asked for", "full/asked", ["if false; then"]),
    Mutant("a full file system is not told", "full/20480K", ["if false; then", "if false; then"]),
    Mutant(
        "the no-op writes",
        "read-only-no-op",
        ['mode_install() {\n    mkdir -p "$PREFIX/.staging/x" || fail 14 prefix x'],
    ),
    Mutant("a closed descriptor stays closed", "closed-error", [":"]),
    Mutant("a here-document has no place", "unplaced-shell", [":"]),
    Mutant(
        "the report is no JSON when a text has a quote",
        "setting/quoted-mode",
        [r'printf "%s" "$1" | tr "\n\t" "  " | tr -cd "\040-\176" | cut -c1-600'],
    ),
    Mutant(
        "a credential in a URL is taken",
        "setting/credential",
        ['none) fail 13 settings "$1 has a credential in its URL" ;;'],
    ),
    # whole or not at all
    Mutant("no proof", "closed-prefix", [""]),
    Mutant("published before the proof", "closed-prefix", ["await settle(cx, whole);\n  publish();"]),
    Mutant("the proof is root's", "closed-prefix", ["let uid = undefined;"]),
    Mutant("the proof's user is somebody's", "bystander", ["const NOBODY = 65534;"]),
    Mutant("what fails its proof stays", "closed-prefix", ["publish();"]),
    Mutant(
        "what a dead run left is not put aside",
        "npm/orphans",
        ['if (false) fs.renameSync(args.final, path.join(args.stage, "replaced"));'],
    ),
    Mutant(
        "a folder is moved without a look at its place",
        "four/useless",
        ['mv "$1" "$2" || "$NODE" -e "$RENAME" "$1" "$2" || [ -e "$2" ]'],
    ),
    Mutant(
        "a runtime needs an mv that has -T", "old-mv", ['mv -fT -- "$1" "$2" 2>/dev/null || [ -e "$2" ] || [ -e "$2" ]']
    ),
    Mutant(
        "a payload has any checksum",
        "payload/changed",
        [
            'try{const b=Buffer.from(f.readFileSync(s,"latin1"),e);if(c.createHash("sha256").update(b).digest("hex")!==h){};'
        ],
    ),
    Mutant("a checksum needs openssl", "no-openssl", ['sum=$(openssl dgst -sha256 -r <"$2" 2>/dev/null)']),
    Mutant("check does not hash", "damaged-node", ["if (!fs.existsSync(seal)) {"]),
    # limits of time
    Mutant(
        "an agent that is late is told as one that does not start",
        "late/agent",
        ['return new Fault(15, "proof", `${what} within the limit of ${Math.ceil(limit)} s; ${way}`);'],
    ),
    Mutant(
        "a program that is late is told as one that does not start",
        "late/version",
        ['throw new Fault(15, "proof", `${it.bin} cannot be started: ${error.message}`);'],
    ),
    Mutant(
        "a class is lost on its way up",
        "late/version",
        ["return new Fault(BUSY.includes(error.code) ? 10 : status, step, detail);"],
    ),
    Mutant("a runtime that is late is told as one that does not start", "late/runtime", [":"]),
    Mutant("a program that ignores the end of its time goes on", "late/runtime", [":"]),
    Mutant("the limit of a proof is the same on every machine", "late/machine", ["return Math.min(30, end - now);"]),
    # signals and locks
    Mutant("no lock", "four/flock", ["", "true"]),
    Mutant("every lock is stale", "four/mkdir", ["if stale_lock || true; then"]),
    Mutant("a lock of another container has no end", "lock/expired", ["false 2>/dev/null"]),
    Mutant("a lock from before a boot is somebody's", "lock/rebooted", ["*) return 1 ;;"]),
    Mutant("flock does not see who has none", "lock/mixed", ['[ "$HELD" = flock ] || take_link']),
    Mutant("what held flock and is gone is waited for", "lock/flocked", ['if [ "" = never ]; then']),
    Mutant("a pause may be longer than the deadline", "download/late/curl", ['if [ "$pause" -ge 999999 ]; then']),
    Mutant("a signal is not caught", "signal/PIPE/npm", [":"]),
    Mutant("the end is not caught", "download/404/wget", [":"]),
    Mutant("the stage stays", "archive/cut", [":"]),
    Mutant("children outlive a signal", "signal/TERM/npm", [":", ":"]),
    Mutant("uv outlives a signal", "signal/TERM/uv", [""]),
]


class Broken(faults.Bench):
    """A bench whose scripts have one fault more."""

    def __init__(self, bench, it):
        self.__dict__.update(bench.__dict__)
        self.with_control = False
        self.edits = [(it.name, it.lines)]


def judge(bench, it, known):
    row = next(row for row in FAULTS if row.name == it.row)
    if row.role not in bench.roles:
        return f"left out  {it.name}: no agent of the mirror is the role {row.role}"
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
    """The marks that neither a mutant nor a row knows."""
    known = {it.name for it in [*MUTANTS, *probe_mutants.MUTANTS]} | {faults.UNLOCKED[0]}
    return [
        f"`{name}` marks a line in {marks.marks()[name][0].path}, and is no mutant"
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
        sys.exit(f"no mutant and no row is called {', '.join(unknown)}; --list names them")
    faults.apart()
    bench = faults.Bench(words.folder, words.scripts, False)
    known = {"lock": threading.Lock()}
    chosen = [it for it in MUTANTS if not words.only or it.name in words.only or it.row in words.only]
    killed = failed = 0
    try:
        gone = list(apply(bench, chosen))
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
