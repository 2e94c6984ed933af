#!/usr/bin/env python3
"""Injects faults into real installs, and checks what the scripts promise about them.

    faults.py FOLDER SCRIPTS [--all | --long | --only NAME...] [--changes ROLE] [--jobs N] [--times N]
    faults.py --list | --table

FOLDER   has a mirror of some agents, as FOLDER/mirror; a row whose role none of them has is skipped and reported
SCRIPTS  what `cargo xtask gen-scripts --site FOLDER/mirror/site.toml --out SCRIPTS` wrote

Each fault has four checks: the same run without it succeeds; its injection left a trace; class, step and report are the
expected ones, and nothing outside the prefix changed; afterwards mode `check` reports the state correctly, and the next
good run succeeds. Without an option, only the rows marked short are run, and the run without the fault is the good run
afterwards. `--all` runs the table except rows with many repetitions, `--long` runs those too, `--times` sets the number of
repetitions. `--changes` kills an install after its first change of the prefix, its second, and so on to the last: once the
whole group, once only the shell.

Needs root, overlayfs, bwrap, strace and openssl; yash, mksh and busybox for their rows. Prints `N passed, N failed`,
and exits 1 when something failed.
"""

import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.dont_write_bytecode = True
import faultscript  # noqa: E402
from faultagents import roles  # noqa: E402
from faultbox import Box, apart, inside, read  # noqa: E402
from faulttable import BASE, FAULTS, KILLED, Fault, write  # noqa: E402

REPORT = set("schema class status step detail retryable agent version stamp runtime mode elapsed_ms".split())
# An edit of a script that removes its lock.
UNLOCKED = ("the link of the lock is not made", [""])
# A change of the prefix in strace's output; changes deep in a stage do not count.
CHANGE = (
    r"(?m)^\d+ +(?:(?:rename|unlink|rmdir|mkdir|symlink|link)\w*\(|open\w*\([^)]*O_CREAT).*?"
    r'"/opt/benchflow(?:/(?!\.staging)[^"]*|/\.staging(?:/[^/"]+){0,2})".* = \d'
)


class Failure(Exception):
    """A promise of a row that is broken."""


def want(holds, text):
    if not holds:
        raise Failure(text)


class Bench:
    """The mirror, the scripts, the certificates of a site, and the results of good runs."""

    def __init__(self, folder, scripts, control=True):
        self.mirror = (pathlib.Path(folder) / "mirror").resolve()
        self.scripts = pathlib.Path(scripts).resolve()
        self.roles = roles(self.mirror, self.scripts)
        self.site = pathlib.Path(tempfile.mkdtemp(prefix="faults-site.", dir="/var/tmp"))
        self.with_control = control
        self.good = {}
        self.lock = threading.Lock()
        self.edits = []  # the edits of a mutant
        make_certificates(self.site)

    def close(self):
        subprocess.run(["rm", "-rf", str(self.site)], check=True)

    def script(self, fault, faulty, mode):
        text = self.edited_script(fault)
        if fault.lean:
            lean = re.sub(r"(?m)^DISK=.*$", "DISK=1", text)
            want(lean != text, "the script has no line `DISK=`")
            text = lean
        if fault.mirrored:
            text, _ = faultscript.with_payload_on_mirror(text)
        if mode == "another":
            return faultscript.of_another_version(text)
        if fault.archive and faulty:
            made = self.archive(fault, text)
            return text.replace(
                faultscript.constant(text, "NODE_SHA256"), hashlib.sha256(made.read_bytes()).hexdigest()
            )
        return text

    def edited_script(self, fault):
        text = read(self.scripts / self.roles[fault.role].agent / "install.sh")
        return faultscript.edited(text, [*self.edits, *([UNLOCKED] if fault.unlocked else [])])

    def archive(self, fault, text):
        name = pathlib.Path(faultscript.constant(text, "NODE_URL")).name
        made = self.site / fault.name.replace("/", "-") / name
        made.parent.mkdir(exist_ok=True)
        if not made.exists():
            fault.archive(self.mirror / "runtimes" / name, made)
        return made

    def run(self, box, fault, faulty, mode=None):
        text = self.script(fault, faulty, mode)
        argv = self.argv(fault.argv if faulty or fault.argv[0] == "setpriv" else ("sh", "SCRIPT"))
        job = {"argv": argv, "env": self.env(fault, faulty, mode), "root": str(self.mirror), "rules": []}
        job["tls"] = ["/site/proxy.pem", "/site/proxy.key"]
        changes = [write("/script/install.sh", text), self.lay_site, *fault.setting]
        if fault.mirrored:
            changes.append(lambda root: self.lay_mirror(root, fault))
        if faulty:
            job |= {"rules": fault.rules} | fault.job
            job["after"] = [self.step(fault, mode) for mode, _ in fault.after]
            changes += fault.prepare
            if any(mode == "another" for mode, _ in fault.after):
                changes.append(write("/script/another.sh", faultscript.of_another_version(text)))
            if fault.archive:
                made = self.archive(fault, self.script(fault, False, None))
                changes.append(lambda root: inside(root, f"/site/{made.name}").write_bytes(made.read_bytes()))
        return box.run(job, changes, **(fault.box if faulty else {}))

    def argv(self, words):
        return ["/script/install.sh" if it == "SCRIPT" else it for it in words]

    def env(self, fault, faulty, mode):
        env = BASE | fault.setting_env | (fault.env if faulty else {})
        for name in fault.unset if faulty else ():
            env.pop(name)
        if mode and mode != "another":
            env["BENCHFLOW_INSTALL_MODE"] = mode
        return env

    def step(self, fault, mode):
        script = "/script/another.sh" if mode == "another" else "/script/install.sh"
        return {"argv": ["sh", script], "env": self.env(fault, False, mode)}

    def lay_site(self, root):
        for name in ("ca.pem", "proxy.pem", "proxy.key"):
            write(f"/site/{name}", read(self.site / name))(root)

    def lay_mirror(self, root, fault):
        """A folder with the runtimes and with a payload."""
        for it in (self.mirror / "runtimes").iterdir():
            os.symlink(it, inside(root, f"/site/{it.name}"))
        inside(root, "/site/payload.json.gz").write_bytes(
            faultscript.with_payload_on_mirror(self.edited_script(fault))[1]
        )

    def control(self, fault):
        """The same run without the fault, once for each setting."""
        key = (
            fault.role,
            fault.lean,
            fault.unlocked,
            fault.mirrored,
            str(fault.setting),
            str(fault.setting_env),
            fault.owner,
        )
        with self.lock:
            known = self.good.setdefault(key, threading.Lock())
        with known:
            if not self.with_control or self.good.get((key,)):
                return
            with Machine(self, fault) as box:
                expect_good(self.run(box, fault, False), "the run without the fault")
                expect_good(self.run(box, fault, False, "check"), "its check")
            self.good[(key,)] = True


def make_certificates(folder):
    """A certificate authority of the site, and the certificate of its proxy for every host."""
    new = "openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj".split()
    authority = [*new, "/CN=site authority", "-keyout", "ca.key", "-out", "ca.pem"]
    proxy = [
        *new,
        "/CN=mirror.test",
        "-addext",
        "subjectAltName=DNS:mirror.test",
        "-addext",
        "basicConstraints=CA:FALSE",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-keyout",
        "proxy.key",
        "-out",
        "proxy.pem",
    ]
    for words in (authority, proxy):
        subprocess.run(words, cwd=folder, check=True, stderr=subprocess.DEVNULL)


class Machine:
    """A box for one row, which is always closed."""

    def __init__(self, bench, fault):
        self.box = Box(bench.mirror)
        os.chown(self.box.prefix, fault.owner, fault.owner)

    def __enter__(self):
        return self.box

    def __exit__(self, *_):
        self.box.close()


def expect_good(result, what):
    want(result.status == 0, f"{what} ends with {result.status}: {tail(result)}")
    want(not result.changes, f"{what} changed {result.changes[:3]} outside the prefix")


def tail(result):
    return " / ".join(result.err.strip().splitlines()[-4:])[-900:]


# --- holding a row


def hold(bench, fault):
    fault = about(fault, bench.roles[fault.role])
    bench.control(fault)
    for _ in range(fault.times):
        hold_once(bench, fault)


def about(fault, role):
    """The row with the role's artefact in its patterns."""
    rules = [it | {"match": it["match"].replace("PLACE", role.place)} for it in fault.rules]
    where, pattern = fault.trace
    return dataclasses.replace(fault, rules=rules, trace=(where, pattern.replace("PLACE", role.place)))


def hold_once(bench, fault):
    with Machine(bench, fault) as box:
        if fault.size is not None:
            box.mount("tmpfs", box.prefix, f"size={fault.size}k,mode=755")
        other = dataclasses.replace(fault, role=fault.beside) if fault.beside else None
        if other:
            expect_good(bench.run(box, other, False), "the install of the other agent")
        if fault.installed:
            mode = "another" if fault.installed == "another" else None
            expect_good(bench.run(box, fault, False, mode), "the install before the fault")
        if fault.damage:
            (box.prefix / "benchflow/.staging").mkdir(parents=True, exist_ok=True)
            fault.damage(box.prefix)
        result = bench.run(box, fault, True)
        expect_trace(fault, result)
        expect_result(bench, fault, result, box)
        if other:
            check = bench.run(box, other, False, "check")
            want(check.status in fault.beside_check, f"the other agent's check ends with {check.status}: {tail(check)}")
        box.prefix.chmod(0o755)
        if fault.size is not None:
            box.resize(3000)
        expect_after(bench, fault, box)


def expect_trace(fault, result):
    where, pattern = fault.trace
    if where == "damage":
        return
    text = {"probe": result.probe, "err": result.err}.get(where, result.log.get(where, ""))
    found = re.match(pattern, text) if where == "probe" else re.search(pattern, text)
    want(found, f"the injection left no trace: {where} has no {pattern!r}: {text[-200:]!r}; {tail(result)}")


def expect_result(bench, fault, result, box):
    status, _ = fault.expected
    want(not result.changes, f"changed outside the prefix: {result.changes[:3]}")
    want(not fault.never or not re.search(fault.never, result.err), f"standard error has {fault.never!r}")
    called = re.search(fault.uncalled, result.log["stub"]) if fault.uncalled else None
    want(not called, f"a stub was called: {called}")
    want(result.status == status, f"status {result.status}, not {status}: {tail(result)}")
    for (mode, allowed), status in zip(fault.after, result.after, strict=True):
        want(status in allowed, f"{mode} right after it ends with {status}: {tail(result)}")
    if fault.count:
        pattern, least, most = fault.count
        found = len(re.findall(pattern, result.log["server"]))
        want(least <= found <= most, f"{found} of {pattern} were fetched, not {least} to {most}")
    if fault.expected is KILLED:
        return
    expect_report(bench, fault, result, box)
    want(not result.left, f"still runs: {result.left}")
    if not fault.installed and fault.check == (15,):
        agent = bench.roles[fault.role].agent
        published = [*box.prefix.glob(f"benchflow/bin/{agent}"), *box.prefix.glob(f"benchflow/*/{agent}/stamp")]
        want(not published, f"published by a run that failed: {published}")
    link = box.prefix / "benchflow/node"
    want(status != 0 or not link.is_symlink() or link.exists(), "the link of the prefix leads to no Node.js")
    left = [it.name for it in box.prefix.glob("benchflow/.staging/*") if it.name not in ("lock", "agent.dead")]
    left = [it for it in left if (it, status) != ("lock.owner", 16)]
    want(not left, f"left in .staging: {left}")


def expect_report(bench, fault, result, box):
    report = result.report
    log = box.prefix / "benchflow/log" / f"{bench.roles[fault.role].agent}.json"
    if fault.silent:
        report = json.loads(read(log) or "{}")
    want((report.get("status"), report.get("class")) == fault.expected, f"the report says {report}: {tail(result)}")
    want(fault.step in ("*", report["step"]), f"the step is {report['step']}, not {fault.step}: {tail(result)}")
    want(re.search(fault.detail, report["detail"]), f"the detail is {report['detail']!r}, not {fault.detail!r}")
    want(set(report) == REPORT, f"the members of the report are {sorted(report)}")
    retryable = fault.expected[0] in (10, 16) and not fault.final
    want(report["retryable"] == retryable, f"retryable is {report['retryable']}: {tail(result)}")
    if (
        report["mode"] == "install"
        and log.exists()
        and not (fault.silent or fault.installed or fault.after or "copies" in fault.job)
    ):
        kept = json.loads(read(log))
        want(kept["class"] == report["class"] and kept["step"] == report["step"], f"the kept report is {kept}")


def expect_after(bench, fault, box):
    check = bench.run(box, fault, False, "check")
    want(check.status in fault.check, f"check ends with {check.status}: {tail(check)}")
    want(not check.changes, f"check changed {check.changes[:3]}")
    if fault.damage:
        expect_good(bench.run(box, fault, False, "remove"), "the removal of what is damaged")
    expect_good(bench.run(box, fault, False), "the next good run")
    loose = [it for it in box.prefix.rglob("*") if not it.is_symlink() and it.stat().st_mode & 0o022]
    want(not loose, f"others may write {loose[:3]}")
    nested = [
        *box.prefix.glob("benchflow/node-*/*/bin/node"),
        *box.prefix.glob("benchflow/python/cpython-*/*/bin/python3"),
    ]
    want(not nested, f"a runtime is inside another: {nested[:3]}")


# --- killed at every change


def hold_changes(bench, role, jobs):
    """Kills at the first change, the second, and so on, until a run has no more changes; the group, and only the shell."""
    ways = {"the group": True, "only the shell": False}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for at in range(1, 1000):
            lines = list(pool.map(lambda group: hold_change(bench, role, at, group), ways.values()))
            for way, line in zip(ways, lines, strict=True):
                print(f"ok    change {at}, killed {way}: {line or 'there is none'}", flush=True)
            if not any(lines):
                return at - 1


def hold_change(bench, role, at, group):
    """Kills right after a change, and returns its line; empty when a run has no more changes."""
    moment = {"name": "KILL", "group": group, "traced": not group, "when": ("strace", CHANGE, at)}
    calls = "trace=rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,symlink,symlinkat,link,linkat,open,openat,creat"
    # When only the shell is killed, its children must continue without strace, which a seccomp filter does not allow.
    filtered = ("--seccomp-bpf",) if group else ()
    argv = ("strace", "-f", *filtered, "-s", "300", "-o", "/faults/strace", "-e", calls, "sh", "SCRIPT")
    fault = Fault(
        f"change/{at}",
        "",
        KILLED,
        "-",
        ("stub", "sent KILL"),
        role=role,
        argv=argv,
        job={"signal": moment},
        check=(0,),
        after=(("check", (0, 15)), ("install", (0,)), ("check", (0,))),
    )
    with Machine(bench, fault) as box:
        result = bench.run(box, fault, True)
        if "sent KILL" not in result.log["stub"]:
            want(result.status == 0 and at > 10, f"only {at - 1} changes, and status {result.status}: {tail(result)}")
            return ""
        # After the last change, a run may end before it is killed.
        if result.status != 0:
            expect_result(bench, fault, result, box)
        expect_after(bench, fault, box)
        return re.findall(CHANGE, result.log["strace"])[at - 1][:150]


# --- the command line


def table():
    lines = ["| fault | injected | status | step |", "|---|---|---|---|"]
    for it in FAULTS:
        lines.append(f"| `{it.name}` | {it.injected} | {it.expected[0]} `{it.expected[1]}` | {it.step} |")
    return "\n".join(lines)


def judge(bench, fault):
    began = time.time()
    try:
        hold(bench, fault)
        verdict, why = "ok   ", ""
    except Failure as failure:
        verdict, why = "FAIL ", f": {failure}"
    except Exception:
        verdict, why = "FAIL ", f": {traceback.format_exc(limit=3)}"
    return f"{verdict} {fault.name} ({bench.roles[fault.role].agent}, {time.time() - began:.0f} s){why}"


def choose(words):
    if words.only:
        rows = lambda name: [it for it in FAULTS if it.name == name] or [
            it for it in FAULTS if it.name.startswith(f"{name}/")
        ]
        named = {name: rows(name) for name in words.only}
        if unknown := [name for name, rows in named.items() if not rows]:
            sys.exit(f"no such row: {', '.join(unknown)}; --list prints all")
        return [it for it in FAULTS if any(it in rows for rows in named.values())]
    return [it for it in FAULTS if words.long or (words.all and it.times == 1) or it.short]


def main():
    parser = argparse.ArgumentParser(description="faults of installs")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("scripts", nargs="?")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--changes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--times", type=int)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table", action="store_true")
    words = parser.parse_args()
    if words.list:
        return print("\n".join(it.name for it in FAULTS))
    if words.table:
        return print(table())
    if not words.folder or not words.scripts:
        parser.error("FOLDER and SCRIPTS are needed")
    apart()
    bench = Bench(words.folder, words.scripts, words.all or words.long or bool(words.only))
    try:
        sys.exit(run(bench, words))
    finally:
        bench.close()


def run(bench, words):
    if words.changes:
        print(f"{hold_changes(bench, words.changes, words.jobs)} changes, killed at each in both ways")
        return 0
    chosen = choose(words)
    if words.times:
        chosen = [dataclasses.replace(it, times=min(it.times, words.times)) for it in chosen]
    failed = passed = 0
    lacks = lambda it: next((role for role in (it.role, it.beside) if role and role not in bench.roles), None)
    for fault in (it for it in chosen if lacks(it)):
        print(f"skipped: {fault.name}: no agent of the mirror has the role {lacks(fault)}")
    with concurrent.futures.ThreadPoolExecutor(words.jobs) as pool:
        due = [pool.submit(judge, bench, it) for it in chosen if not lacks(it)]
        for done in concurrent.futures.as_completed(due):
            failed += done.result().startswith("FAIL")
            passed += done.result().startswith("ok")
            print(done.result(), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    main()
