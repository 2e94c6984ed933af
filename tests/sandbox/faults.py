#!/usr/bin/env python3
"""Breaks real installs from outside, and holds what the scripts promise about it.

    faults.py FOLDER SCRIPTS [--all] [--only NAME]... [--jobs N]
    faults.py --list | --table

FOLDER   holds a mirror of opencode, codex-acp and openhands, as FOLDER/mirror
SCRIPTS  what `cargo xtask gen-scripts --site FOLDER/mirror/site.toml --out SCRIPTS` wrote

Every fault is held four times: the same run without it succeeds; its injection left a trace; class, step and report
are the promised ones, and nothing outside the prefix changed; mode `check` tells the truth afterwards, and the next
good run succeeds. `--all` runs the table, which takes a while; without it the rows marked short are run.

Needs root, overlayfs, bwrap and strace; yash, mksh and busybox for their rows. Prints `N passed, N failed`, and exits 1
when something failed.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import sys
import threading
import traceback

sys.dont_write_bytecode = True
from faultbox import CLOSED_PORT, SERVER, Box, inside, read  # noqa: E402

OK = (0, "ok")
INFRASTRUCTURE = (10, "infrastructure")
UNSUPPORTED = (11, "unsupported-platform")
INTEGRITY = (12, "integrity")
PREREQUISITE = (13, "missing-prerequisite")
ROOM = (14, "space-or-permission")
BASE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}


@dataclasses.dataclass
class Fault:
    """A row of the table. `setting` holds for the good runs too; the rest is the fault."""

    name: str
    injected: str
    expected: tuple
    step: str
    trace: tuple  # where the injection is seen: a log with a pattern in it
    agent: str = "opencode"
    lean: bool = False  # with a script that asks for no free space before
    short: bool = False
    setting: tuple = ()  # changes of the root for every run
    setting_env: dict = dataclasses.field(default_factory=dict)
    prepare: tuple = ()  # changes of the root for the faulty run
    env: dict = dataclasses.field(default_factory=dict)
    unset: tuple = ()
    rules: list = dataclasses.field(default_factory=list)
    job: dict = dataclasses.field(default_factory=dict)
    box: dict = dataclasses.field(default_factory=dict)
    argv: tuple = ("sh", "SCRIPT")
    owner: int = 0
    size: int = None
    installed: bool = False  # the fault comes upon a whole install
    damage: object = None  # a change of the prefix before the faulty run
    check: tuple = (15,)  # what mode `check` may say after the fault
    final: bool = None  # whether the report says that another try helps not; None: as the class says
    detail: str = ""
    never: str = None  # what standard error must not hold
    silent: bool = False  # standard error is closed: the report is read from the prefix


# --- changes of the root


def without(*programs):
    """Removes programs from every folder of the usual PATH."""

    def change(root):
        for program in programs:
            for folder in BASE["PATH"].split(":"):
                inside(root, folder).joinpath(program).unlink(missing_ok=True)

    return change


def write(path, text, mode=0o644):
    def change(root):
        place = inside(root, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_text(text)
        place.chmod(mode)

    return change


def stub(name, then):
    """A program before the real one in PATH, which notes that it was called."""
    return write(f"/usr/local/bin/{name}", f'#!/bin/sh\necho "{name} $*" >>/faults/stub\n{then}\n', 0o755)


def shell(target):
    """Puts another shell in the place of sh."""

    def change(root):
        inside(root, "/usr/bin/sh").unlink()
        os.symlink(target, inside(root, "/usr/bin/sh"))

    return change


def folder(path, mode=0o755):
    return lambda root: inside(root, path).mkdir(mode=mode, parents=True, exist_ok=True)


def damage_node(prefix):
    npm = next(prefix.glob("benchflow/node-*/lib/node_modules/npm/bin/npm-cli.js"))
    npm.write_text(npm.read_text() + "\n// one line more\n")


# --- the table

CURL = ()
WGET = (without("curl"),)
BUSYBOX = (without("curl", "wget"), lambda root: os.symlink("/usr/bin/busybox", inside(root, "/usr/local/bin/wget")))
FETCHERS = {"curl": CURL, "wget": WGET, "busybox": BUSYBOX}
MIRROR = {"BENCHFLOW_MIRROR": f"{SERVER}/runtimes"}
NPM = {"BENCHFLOW_NPM_REGISTRY": f"{SERVER}/npm"}
PYPI = {"BENCHFLOW_PYPI_INDEX": f"{SERVER}/simple"}
ALWAYS = "/runtimes/node-"


def downloads():
    """Every way of a download to fail, with every downloader."""
    short = {"BENCHFLOW_INSTALL_DEADLINE": "12"}
    kinds = [
        # name, what, rules or environment, class, step, detail, trace, final
        ("refused", "nothing listens", {"BENCHFLOW_MIRROR": f"http://127.0.0.1:{CLOSED_PORT}"}, INFRASTRUCTURE, "fetch", "three tries", ("err", "(?i)refused|couldn.t connect|failed to connect"), False),
        ("403", "403 with a page", "403", INFRASTRUCTURE, "fetch", "answers 403", None, True),
        ("404", "404", "404", INFRASTRUCTURE, "fetch", "answers 404", None, True),
        ("500", "500 for ever", "500", INFRASTRUCTURE, "fetch", "last answer 500", None, False),
        ("stall", "an answer without a body", "stall", INFRASTRUCTURE, "fetch", "deadline|three tries", None, False),
        ("drip", "five bytes a second", "drip", INFRASTRUCTURE, "fetch", "deadline|three tries", None, False),
        ("cut", "half the body, then the end", "cut", INFRASTRUCTURE, "fetch", "three tries", None, False),
        ("flip", "one bit of the body changed", "flip", INTEGRITY, "checksum", "has sha256", None, None),
        ("loop", "a redirection to itself", "loop", INFRASTRUCTURE, "fetch", "three tries", None, False),
        ("no-dns", "no name is known", {"BENCHFLOW_MIRROR": "http://mirror.invalid/"}, INFRASTRUCTURE, "fetch", "three tries", ("dns", "mirror"), False),
        ("429", "429 twice with Retry-After: 1, then the archive", "429", OK, "done", "", None, None),
    ]
    for name, what, how, expected, step, detail, trace, final in kinds:
        for fetcher, setting in FETCHERS.items():
            more = {"env": how} if isinstance(how, dict) else {"rules": [{"match": ALWAYS, "do": how}]}
            if name == "429":
                more["rules"][0].update(times=2, headers={"Retry-After": "1"})
            if name in ("stall", "drip"):
                more["env"] = short
            if name == "no-dns":
                more["prepare"] = (write("/etc/resolv.conf", "nameserver 127.0.0.1\n"),)
            yield Fault(
                f"download/{name}/{fetcher}", f"{what}, to {fetcher}", expected, step,
                trace or ("server", f"{ALWAYS}.* {how}"), setting=setting, setting_env=MIRROR, detail=detail, final=final,
                check=(0,) if expected is OK else (15,), short=fetcher == "curl" and name == "flip", **more,
            )  # fmt: skip


def packages():
    """npm and uv: the main package, a deep one, the optional one of the platform."""
    places = [
        ("main", "opencode", "/npm/opencode-ai/"),
        ("platform", "opencode", "/npm/opencode-linux-x64/"),
        ("deep", "codex-acp", "/npm/diff/"),
        ("platform", "codex-acp", "/npm/@openai/codex/.*-linux-x64"),
    ]
    for part, agent, match in places:
        for kind, expected in (("flip", INTEGRITY), ("404", INFRASTRUCTURE), ("cut", None)):
            expected = expected or INFRASTRUCTURE
            yield Fault(
                f"npm/{agent}/{part}/{kind}", f"{kind} of the {part} package of {agent}", expected, "npm",
                ("server", f"{match}.* {kind}"), agent=agent, setting_env=NPM, rules=[{"match": match, "do": kind}],
                final=True if kind == "404" else None, short=(agent, part, kind) == ("opencode", "platform", "flip"),
            )  # fmt: skip
    for part, step, match in (("uv", "pip", "/wheels/uv-"), ("deep", "uv", "/wheels/pydantic_core-")):
        for kind, expected in (("flip", INTEGRITY), ("404", INFRASTRUCTURE), ("cut", INFRASTRUCTURE)):
            yield Fault(
                f"pypi/{part}/{kind}", f"{kind} of {part} wheel", expected, step, ("server", f"{match}.* {kind}"),
                agent="openhands", setting_env=PYPI, rules=[{"match": match, "do": kind}],
                final=True if kind == "404" else None,
            )  # fmt: skip


def hostile():
    """Settings of the image, none of which may reach a tool."""
    rc = {
        "curlrc": ("url = http://127.0.0.1:1/\n", "curl --version -o /dev/null", "[^0] "),
        "wgetrc": ("no_such_command = on\n", "wget --version", "[^0] "),
        "npmrc": ("registry=http://127.0.0.1:1/\nscript-shell=/bin/false\nomit=optional\n", "npm config get omit --logs-max=0", "0 optional"),
    }
    both = lambda name, text: (write(f"/root/.{name}", text), write(f"/etc/{name}", text))
    for name, (text, probe, seen) in rc.items():
        setting = WGET if name == "wgetrc" else CURL
        probe = ["sh", "-c", "curl -sS http://127.0.0.1:8470/" if name == "curlrc" else probe]
        seen = "(?s).*Failed to connect" if name == "curlrc" else "(?s).*wgetrc" if name == "wgetrc" else seen
        yield Fault(f"rc/{name}", f"a hostile {name} in HOME and /etc", OK, "done", ("probe", seen), setting=setting,
                    setting_env=MIRROR | NPM, prepare=both(name, text), job={"probe": probe}, check=(0,))  # fmt: skip
    pip = "[global]\nindex-url = http://127.0.0.1:1/\n"
    files = (write("/etc/pip.conf", pip), write("/root/.config/pip/pip.conf", pip))
    uv = 'index-url = "http://127.0.0.1:1/"\nno such key\n'
    files += (write("/etc/uv/uv.toml", uv), write("/root/.config/uv/uv.toml", uv))
    yield Fault("rc/python", "a hostile pip.conf and uv.toml in HOME and /etc", OK, "done", ("probe", "(?s).*127.0.0.1:1/"),
                agent="openhands", prepare=files, job={"probe": ["/usr/bin/python3", "-m", "pip", "config", "list"]}
                if pathlib.Path("/usr/lib/python3/dist-packages/pip").exists() else
                {"probe": ["cat", "/etc/pip.conf", "/etc/uv/uv.toml"]}, check=(0,))  # fmt: skip
    variables = {
        "NODE_OPTIONS": "--no-such-option", "NODE_VERSION": "18.0.0", "NPM_CONFIG_PREFIX": "/usr/local",
        "NVM_DIR": "/root/.nvm", "PYTHONPATH": "/nonexistent", "TAR_OPTIONS": "--no-such-option", "ENV": "/faults/env",
        "CDPATH": "/tmp:/usr", "BASH_ENV": "/faults/env", "LD_LIBRARY_PATH": "/nonexistent", "POSIXLY_CORRECT": "1",
        "GZIP": "-9", "TMPDIR": "/nonexistent", "IFS": "/", "LC_ALL": "tr_TR.UTF-8",
    }  # fmt: skip
    yield Fault("environment", f"set: {', '.join(variables)}", OK, "done", ("probe", "(?s)[^0].*no-such-option"),
                env=variables, job={"probe": ["tar", "--version"]}, check=(0,), short=True)  # fmt: skip
    for version in (18, 20):
        node = (stub("node", f"echo v{version}.0.0"), stub("npm", "exit 1"), stub("npx", "exit 1"))
        yield Fault(f"node-{version}", f"a Node.js {version} and an npm that fails first in PATH", OK, "done",
                    ("probe", f"0 v{version}"), prepare=node, job={"probe": ["node", "--version"]}, check=(0,))  # fmt: skip


def machine():
    """Tools, homes, users, room."""
    for names, words in ((("curl", "wget"), "curl"), (("tar",), "tar"), (("sha256sum",), "sha256sum"), (("gzip",), "gzip")):
        env = MIRROR if "curl" in names else {}
        yield Fault(f"no-{words}", f"no {' and no '.join(names)}", PREREQUISITE, "preflight", ("probe", "127"),
                    setting_env=env, prepare=(without(*names),), job={"probe": ["sh", "-c", names[0]]},
                    detail=f"missing:.* {words} \\(Debian", short=words == "tar")  # fmt: skip
    homes = {"unset": None, "root": "/", "missing": "/no/such/home", "space": "/tmp/a home", "read-only": "/proc"}
    for name, home in homes.items():
        env = {} if home is None else {"HOME": home}
        seen = "0 *$" if home is None else f"0 {re.escape(home)}$"
        yield Fault(f"home/{name}", f"HOME is {home or 'unset'}", OK, "done", ("probe", seen), env=env,
                    unset=("HOME",) if home is None else (), job={"probe": ["sh", "-c", 'printf %s "$HOME"' if home else 'printf %s "${HOME-}"']},
                    prepare=(folder("/tmp/a home"),), check=(0,))  # fmt: skip
    yield Fault("umask", "umask 077", OK, "done", ("probe", "0 0077"), job={"umask": 0o077, "probe": ["sh", "-c", "umask"]},
                check=(0,))  # fmt: skip
    yield Fault("nameless-user", "a uid without a passwd entry", OK, "done", ("probe", "[^0].*12345|0 .*12345"),
                argv=("setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", "sh", "SCRIPT"), owner=12345,
                job={"probe": ["setpriv", "--reuid", "12345", "--clear-groups", "id"]}, check=(0,))  # fmt: skip
    yield Fault("read-only-prefix", "a prefix that cannot be written", ROOM, "prefix", ("probe", "(?s).*Read-only"),
                box={"read_only": ("/opt",)}, job={"probe": ["touch", "/opt/x"]})  # fmt: skip
    for size, at in ((20 << 10, "the first folder"), (20 << 20, "the archive"), (60 << 20, "unpacking"), (220 << 20, "the packages")):
        yield Fault(f"full/{size >> 10}K", f"a file system that is full by {at}", ROOM, "*", ("probe", f"(?s)0 .* {size >> 10} "),
                    lean=True, size=size >> 10, setting_env=MIRROR, short=at == "the archive", detail="no space left|MB free",
                    job={"probe": ["df", "-Pk", "/opt"]})  # fmt: skip
    yield Fault("full/asked", "a file system that is too small", ROOM, "disk", ("err", "MB free"), size=900 << 10, short=True)
    yield Fault("full/tmp", "a full /tmp", OK, "done", ("probe", "(?s)[^0].*No space"), box={"tmp": 4096},
                job={"probe": ["dd", "if=/dev/zero", "of=/tmp/fill", "bs=4096"]}, check=(0,))  # fmt: skip
    uname = stub("uname", 'echo riscv64')
    yield Fault("architecture", "a shell for a machine that nobody supports", UNSUPPORTED, "target", ("probe", "(?s).*riscv64"),
                prepare=(foreign_shell, uname), job={"probe": ["uname", "-m"]}, short=True)  # fmt: skip
    yield Fault("unplaced-shell", "a read-only root for a script under bash and mksh", OK, "done", ("probe", "(?s)[^0].*Read-only"),
                argv=("mksh", "SCRIPT"), box={"root_read_only": True}, job={"probe": ["touch", "/tmp/x"]}, check=(0,), short=True)  # fmt: skip
    yield Fault("unplaced-bash", "a read-only root for a script under bash", OK, "done", ("probe", "(?s)[^0].*Read-only"),
                argv=("bash", "SCRIPT"), box={"root_read_only": True}, job={"probe": ["touch", "/tmp/x"]}, check=(0,))  # fmt: skip
    yield Fault("damaged-node", "a line more in the private npm", INTEGRITY, "tree", ("damage", "1"), installed=True,
                damage=damage_node, env={"BENCHFLOW_INSTALL_MODE": "check"}, check=(12,), short=True)  # fmt: skip
    no_lock = (without("flock"),)
    yield Fault("gc-without-flock", "gc where flock is missing", OK, "done", ("strace", r"mkdir\(\"/opt/benchflow/.staging/lock.d\".* = 0"),
                installed=True, setting=no_lock, env={"BENCHFLOW_INSTALL_MODE": "gc"}, check=(0,), never="removed .*lock",
                argv=("strace", "-f", "-o", "/faults/strace", "-e", "trace=mkdir,unlinkat,rmdir", "sh", "SCRIPT"))  # fmt: skip
    yield Fault("four-at-once", "four installs at one time", OK, "done", ("err", "waiting for another install"), job={"copies": 4},
                check=(0,))  # fmt: skip
    yield Fault("four-without-flock", "four installs at one time where flock is missing", OK, "done",
                ("err", "waiting for another install"), setting=no_lock, job={"copies": 4}, check=(0,))  # fmt: skip


foreign_shell = write(
    "/usr/local/bin/sh", '#!/usr/bin/dash\n# /lib/ld-linux-riscv64-lp64d.so.1\nexec /usr/bin/dash "$@"\n', 0o755
)


def signals():
    """Signals to the script alone, as a harness sends them."""
    numbers = {"TERM": 143, "INT": 130, "HUP": 129, "QUIT": 131, "PIPE": 141, "USR1": 138, "USR2": 140, "ALRM": 142}
    moments = {
        "download": {"when": ("server", "stall"), "rules": [{"match": ALWAYS, "do": "stall"}], "env": MIRROR},
        "npm": {"when": ("server", "/npm/.*stall"), "rules": [{"match": "/npm/opencode-ai/", "do": "stall"}], "env": NPM},
    }
    for at, it in moments.items():
        for name, status in numbers.items():
            yield Fault(f"signal/{name}/{at}", f"{name} during the {at}", (status, "signal"), "signal", ("stub", f"sent {name}"),
                        setting_env=it["env"], rules=it["rules"], job={"signal": {"name": name, "when": it["when"]}},
                        short=at == "npm" and name == "PIPE")  # fmt: skip
    yield Fault("closed-error", "standard error is closed", OK, "done", ("probe", "[^0]"), silent=True, check=(0,), short=True,
                argv=("sh", "-c", 'exec 2>&-; exec sh "$0"', "SCRIPT"), job={"probe": ["sh", "-c", "exec 2>&-; echo x >&2"]})  # fmt: skip
    yield Fault("closed-all", "no standard descriptor is open", OK, "done", ("probe", "[^0]"), silent=True, check=(0,),
                argv=("sh", "-c", 'exec 2>&- >&- <&-; exec sh "$0"', "SCRIPT"), job={"probe": ["sh", "-c", "exec >&-; echo x"]})  # fmt: skip


def shells():
    """The same script under every shell, both the outer part and, as sh, the inner."""
    kinds = {
        "dash": ("/usr/bin/dash",), "busybox": ("/usr/bin/busybox", "ash"), "bash": ("/usr/bin/bash",),
        "bash-posix": ("/usr/bin/bash", "--posix"), "mksh": ("/usr/bin/mksh",), "yash": ("/usr/bin/yash",),
    }  # fmt: skip
    for name, argv in kinds.items():
        seen = {"busybox": "busybox", "bash-posix": "bash"}.get(name, name)
        yield Fault(f"shell/{name}", f"sh is {name}", OK, "done", ("probe", f"0 .*{seen}"), prepare=(shell(argv[0]),),
                    argv=(*argv, "SCRIPT"), job={"probe": ["readlink", "-f", "/bin/sh"]}, check=(0,))  # fmt: skip


FAULTS = [*downloads(), *packages(), *hostile(), *machine(), *signals(), *shells()]


# --- holding a row


class Failure(Exception):
    """What a row does not hold."""


def want(holds, text):
    if not holds:
        raise Failure(text)


class Bench:
    """The mirror, the scripts, and the good runs that were made already."""

    def __init__(self, folder, scripts):
        self.mirror = pathlib.Path(folder).resolve() / "mirror"
        self.scripts = pathlib.Path(scripts).resolve()
        self.good = {}
        self.lock = threading.Lock()

    def script(self, fault):
        text = read(self.scripts / fault.agent / "install.sh")
        if not fault.lean:
            return text
        lean = re.sub(r"(?m)^DISK=.*$", "DISK=1", text)
        want(lean != text, "the script names no free space to ask for")
        return lean

    def run(self, box, fault, faulty, mode=None):
        env = BASE | fault.setting_env | (fault.env if faulty else {})
        for name in fault.unset if faulty else ():
            env.pop(name)
        if mode:
            env["BENCHFLOW_INSTALL_MODE"] = mode
        plain = ("sh", "SCRIPT") if fault.argv[0] != "setpriv" else fault.argv
        argv = ["/script/install.sh" if it == "SCRIPT" else it for it in (fault.argv if faulty else plain)]
        job = {"argv": argv, "env": env, "root": str(self.mirror), "rules": fault.rules if faulty else []}
        job |= fault.job if faulty else {}
        changes = [write("/script/install.sh", self.script(fault)), *fault.setting, *(fault.prepare if faulty else ())]
        return box.run(job, changes, **(fault.box if faulty else {}))

    def control(self, fault):
        """The same run without the fault, once for each setting."""
        key = (fault.agent, fault.lean, str(fault.setting), str(fault.setting_env), fault.owner)
        with self.lock:
            known = self.good.setdefault(key, threading.Lock())
        with known:
            if self.good.get((key,)):
                return
            with Machine(self, fault, None) as box:
                expect_good(self.run(box, fault, False), "the run without the fault")
                expect_good(self.run(box, fault, False, "check"), "its check")
            self.good[(key,)] = True


class Machine:
    """A box for one row, closed whatever happens."""

    def __init__(self, bench, fault, size):
        self.box = Box(bench.mirror, size)
        os.chown(self.box.prefix, fault.owner, fault.owner)

    def __enter__(self):
        return self.box

    def __exit__(self, *_):
        self.box.close()


def expect_good(result, what):
    want(result.status == 0 and result.report.get("class") == "ok", f"{what} ends with {result.status}: {tail(result)}")
    want(not result.changes, f"{what} changed {result.changes[:3]} outside the prefix")


def tail(result):
    return " / ".join(result.err.strip().splitlines()[-4:])[-900:]


def hold(bench, fault):
    bench.control(fault)
    size = None if fault.size is None else fault.size
    with Machine(bench, fault, None) as box:
        if size is not None:
            box.mount("tmpfs", box.prefix, f"size={size}k,mode=755")
        if fault.installed:
            expect_good(bench.run(box, fault, False), "the install before the fault")
        if fault.damage:
            fault.damage(box.prefix)
        result = bench.run(box, fault, True)
        expect_trace(fault, result)
        expect_result(fault, result, box)
        if size is not None:
            box.resize(3000)
        expect_after(bench, fault, box)


def expect_trace(fault, result):
    where, pattern = fault.trace
    if where == "damage":
        return
    text = {"probe": result.probe, "err": result.err}.get(where, result.log.get(where, ""))
    found = re.match(pattern, text) if where == "probe" else re.search(pattern, text)
    want(found, f"the injection left no trace: {where} has no {pattern!r}: {text[-200:]!r}; {tail(result)}")


def expect_result(fault, result, box):
    status, name = fault.expected
    want(not result.changes, f"changed outside the prefix: {result.changes[:3]}")
    report = result.report
    want(not fault.never or not re.search(fault.never, result.err), f"standard error has {fault.never!r}")
    log = box.prefix / "benchflow" / "log" / f"{fault.agent}.json"
    if fault.silent:
        report = json.loads(read(log) or "{}")
    want(result.status == status, f"status {result.status}, not {status}: {tail(result)}")
    want((report.get("status"), report.get("class")) == fault.expected, f"the report says {report}: {tail(result)}")
    want(fault.step in ("*", report["step"]), f"the step is {report['step']}, not {fault.step}: {tail(result)}")
    want(re.search(fault.detail, report["detail"]), f"the detail is {report['detail']!r}, not {fault.detail!r}")
    want(set(report) == set("schema class status step detail retryable agent version stamp runtime mode elapsed_ms".split()), str(report))
    retryable = status == 10 and not fault.final
    want(report["retryable"] == retryable, f"retryable is {report['retryable']}: {tail(result)}")
    if report["mode"] == "install" and log.exists() and not fault.silent and fault.job.get("copies") is None:
        kept = json.loads(read(log))
        want(kept["class"] == report["class"] and kept["step"] == report["step"], f"the kept report is {kept}")
    left = [it.name for it in box.prefix.glob("benchflow/.staging/*") if it.name != "lock"]
    want(not left, f"left in .staging: {left}")


def expect_after(bench, fault, box):
    check = bench.run(box, fault, False, "check")
    want(check.status in fault.check, f"check ends with {check.status}: {tail(check)}")
    want(not check.changes, f"check changed {check.changes[:3]}")
    if fault.damage:
        expect_good(bench.run(box, fault, False, "remove"), "the removal of what is damaged")
    expect_good(bench.run(box, fault, False), "the next good run")
    expect_good(bench.run(box, fault, False, "check"), "its check")


# --- the command line


def table():
    lines = ["| fault | injected | status | step |", "|---|---|---|---|"]
    for it in FAULTS:
        lines.append(f"| `{it.name}` | {it.injected} | {it.expected[0]} `{it.expected[1]}` | {it.step} |")
    return "\n".join(lines)


def judge(bench, fault):
    try:
        hold(bench, fault)
        return f"ok    {fault.name}"
    except Failure as failure:
        return f"FAIL  {fault.name}: {failure}"
    except Exception:
        return f"FAIL  {fault.name}: {traceback.format_exc(limit=3)}"


def main():
    parser = argparse.ArgumentParser(description="faults of installs")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("scripts", nargs="?")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table", action="store_true")
    words = parser.parse_args()
    if words.list:
        return print("\n".join(it.name for it in FAULTS))
    if words.table:
        return print(table())
    if not words.folder or not words.scripts:
        parser.error("FOLDER and SCRIPTS are needed")
    chosen = [it for it in FAULTS if any(it.name == name or it.name.startswith(f"{name}/") for name in words.only)]
    if not words.only:
        chosen = [it for it in FAULTS if words.all or it.short]
    bench = Bench(words.folder, words.scripts)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(words.jobs) as pool:
        for line in pool.map(lambda it: judge(bench, it), chosen):
            failed += line.startswith("FAIL")
            print(line, flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not chosen else 0)


if __name__ == "__main__":
    main()
