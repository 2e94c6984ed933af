"""The table of faults: what is broken from outside, and what an install must make of it."""

import dataclasses
import io
import os
import pathlib
import re
import tarfile
import time

from faultbox import CLOSED_PORT, SERVER, inside

OK = (0, "ok")
INFRASTRUCTURE = (10, "infrastructure")
UNSUPPORTED = (11, "unsupported-platform")
INTEGRITY = (12, "integrity")
PREREQUISITE = (13, "missing-prerequisite")
ROOM = (14, "space-or-permission")
KILLED = (137, "no report")
BASE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}


@dataclasses.dataclass
class Fault:
    """A row of the table. `setting` holds for the good runs too; the rest is the fault."""

    name: str
    injected: str
    expected: tuple
    step: str
    # Where the injection is seen: a log with a pattern in it, in which PLACE is the role's artefact, as in `rules`.
    trace: tuple
    role: str = "any"
    lean: bool = False  # with a script that asks for no free space before
    mirrored: bool = False  # with a script whose payload is on the mirror, which is the folder /site
    unlocked: bool = False  # with a script whose lock is nobody's
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
    installed: str = None  # the fault comes upon a whole install, `this` or of `another` version
    damage: object = None  # a change of the prefix before the faulty run
    archive: object = None  # makes another archive of the runtime, whose checksum the script is given
    check: tuple = (15,)  # what mode `check` may say after the fault
    after: tuple = ()  # modes of runs right after it, while what it left may still run, with what each may say
    count: tuple = None  # how often something is in the server's log: pattern, least, most
    times: int = 1  # the fault is brought about so often, each time upon an empty prefix
    final: bool = None  # whether the report says that another try helps not; None: as the class says
    detail: str = ""
    never: str = None  # what standard error must not hold
    uncalled: str = None  # what no stub may have been called with
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


OLD_MV = stub("mv", """case $1 in -*T*) echo "mv: invalid option -- 'T'" >&2; exit 1 ;; esac; exec /usr/bin/mv "$@\"""")


def shell(target):
    """Puts another shell in the place of sh."""

    def change(root):
        inside(root, "/usr/bin/sh").unlink()
        os.symlink(target, inside(root, "/usr/bin/sh"))

    return change


def folder(path, mode=0o755):
    return lambda root: inside(root, path).mkdir(mode=mode, parents=True, exist_ok=True)


def in_node(text, whole=False, again=False):
    """Changes the npm of the private Node.js, or replaces it; for it to be used again the stamp goes."""

    def change(prefix):
        npm = next(prefix.glob("benchflow/node-*/lib/node_modules/npm/bin/npm-cli.js"))
        npm.write_text(text if whole else npm.read_text() + text)
        if whole or again:
            without_stamp(prefix)

    return change


# npm's store after npm: one bit changed in the greatest file, which has its checksum for a name.
STORE = """
process.on("exit", () => {
  const fs = require("fs"), folder = process.argv[process.argv.indexOf("--cache") + 1] + "/_cacache/content-v2/";
  const files = fs.readdirSync(folder, { recursive: true }).map((it) => folder + it).filter((it) => fs.statSync(it).isFile());
  const file = files.sort((a, b) => fs.statSync(a).size - fs.statSync(b).size).at(-1), bytes = fs.readFileSync(file);
  bytes[bytes.length - 1] ^= 1;
  fs.writeFileSync(file, bytes);
  process.stderr.write("one bit of the store is changed\\n");
});
"""


def in_pip(text):
    def change(prefix):
        next(prefix.glob("benchflow/python/cpython-*/lib/python3*/site-packages/pip/__main__.py")).write_text(text)
        without_stamp(prefix)

    return change


def without_stamp(prefix):
    for kind in ("js-agents", "python"):
        for stamp in prefix.glob(f"benchflow/{kind}/*/stamp"):
            stamp.unlink()


def orphans(prefix):
    """What a run leaves that was ended at its worst moment: half a stage, half a tree in its final place."""
    holder = next(it for kind in ("js-agents", "python") for it in prefix.glob(f"benchflow/{kind}/*/*/lib"))
    without_stamp(prefix)
    (holder / "install.mjs").unlink()
    (holder.parent / "node_modules/.half-renamed/deep").mkdir(parents=True)
    (prefix / "benchflow/.staging/agent.dead/agent/node_modules/x").mkdir(parents=True)


def lock_of(owner, seconds, held="alone"):
    """A lock of somebody whose deadline is so many seconds away, and who holds the system's lock as well or that alone."""

    def change(prefix):
        lock = prefix / "benchflow/.staging/lock.owner"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.symlink_to(f"{held} {int(time.time()) + seconds} {owner}")

    return change


# --- archives that are not what was meant


def cut(source, to):
    to.write_bytes(source.read_bytes()[: source.stat().st_size // 2])


def holding(member, content=b"hello"):
    """An archive with one member, in a folder that says what it ought to be."""

    def make(_, to):
        with tarfile.open(to, "w:gz") as out:
            entry = tarfile.TarInfo(member)
            entry.size, entry.mode = len(content), 0o755
            out.addfile(entry, io.BytesIO(content))

    return make


# --- the table

CURL = ()
WGET = (without("curl"),)
BUSYBOX = (without("curl", "wget"), lambda root: os.symlink("/usr/bin/busybox", inside(root, "/usr/local/bin/wget")))
FETCHERS = {"curl": CURL, "wget": WGET, "busybox": BUSYBOX}
MIRROR = {"BENCHFLOW_MIRROR": f"{SERVER}/runtimes"}
NPM = {"BENCHFLOW_NPM_REGISTRY": f"{SERVER}/npm"}
PYPI = {"BENCHFLOW_PYPI_INDEX": f"{SERVER}/simple"}
ALWAYS = "/runtimes/node-"
STAGE = "/opt/benchflow/.staging/*"
# Another user, who makes folders in /tmp while the script runs, and looks whether they stay.
BYSTANDER = """
setpriv --reuid 65534 --regid 65534 --clear-groups sh -c '
    i=0
    while mkdir "/tmp/by.$i"; do
        echo made >>/faults/stub
        sleep 0.2
        i=$(expr "$i" + 1)
        [ "$(ls -d /tmp/by.* | wc -l)" -eq "$i" ] || echo lost >>/faults/stub
    done' &
sh "$0"
status=$?
sleep 1
kill "$!"
exit "$status"
"""
AFTER_KILL = (("check", (0, 15)), ("install", (0,)), ("gc", (0,)), ("check", (0,)))


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
        ("late", "429 with Retry-After: 100 for an install that has 30 seconds", "429", INFRASTRUCTURE, "fetch", "the deadline is nearer", None, False),
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
            if name == "late" and fetcher == "busybox":
                continue  # it does not show the header of such an answer
            if name == "late":
                more["rules"] = [{"match": ALWAYS, "do": "429", "headers": {"Retry-After": "100"}}]
                more["env"] = {"BENCHFLOW_INSTALL_DEADLINE": "30"}
            yield Fault(
                f"download/{name}/{fetcher}", f"{what}, to {fetcher}", expected, step,
                trace or ("server", f"{ALWAYS}.* {how}"), setting=setting, setting_env=MIRROR, detail=detail, final=final,
                check=(0,) if expected is OK else (15,), short=(name, fetcher) in (("flip", "curl"), ("stall", "busybox")), **more,
            )  # fmt: skip


def packages():
    """npm and uv: the main package, a deep one, the optional one of the platform."""
    kinds = {"flip": ("one bit changed in", INTEGRITY), "404": ("404 for", INFRASTRUCTURE), "cut": ("half of", INFRASTRUCTURE)}
    parts = {
        "main": ("any", "the main package"),
        "deep": ("deep", "a package deep in the tree"),
        "script": ("script", "the platform's package beside a script that must run"),
        "program": ("program", "the platform's package that is optional"),
    }
    for part, (role, text) in parts.items():
        for kind, (how, expected) in kinds.items():
            yield Fault(
                f"npm/{part}/{kind}", f"{how} {text}", expected, "npm", ("server", f"PLACE.* {kind}"), role=role,
                setting_env=NPM, rules=[{"match": "PLACE", "do": kind}], final=True if kind == "404" else None,
                short=(part, kind) in (("script", "flip"), ("main", "cut")),
            )  # fmt: skip
    for part, step, match in (("uv", "pip", "/wheels/uv-"), ("wheel", "uv", "PLACE")):
        for kind, (how, expected) in (kinds | ({"other": ("other content in", INTEGRITY)} if part == "wheel" else {})).items():
            yield Fault(
                f"pypi/{part}/{kind}", f"{how} {'uv itself' if part == 'uv' else 'a wheel'}",
                # pip takes a body that was cut for the whole, so that all it sees is another checksum.
                INTEGRITY if (part, kind) == ("uv", "cut") else expected, step,
                ("server", f"{match}.* {kind}"), role="python", setting_env=PYPI,
                rules=[{"match": match, "do": kind}, *([{"match": "/simple/", "do": "bare"}] if kind == "other" else [])],
                final=True if kind == "404" else None, short=(part, kind) == ("wheel", "flip"),
            )  # fmt: skip
    ended = {"BENCHFLOW_INSTALL_MODE": "install"}
    for status, expected in ((1, INFRASTRUCTURE), (0, INTEGRITY)):
        yield Fault(f"npm/exit-{status}", f"an npm that does nothing and ends with {status}", expected, "npm", ("damage", ""),
                    installed="this", damage=in_node(f"process.exit({status})", True), env=ended, short=status == 0,
                    detail="npm ci: status 1" if status else "")  # fmt: skip
        yield Fault(f"pypi/exit-{status}", f"a pip that does nothing and ends with {status}", expected, "pip", ("damage", ""),
                    role="python", installed="this", damage=in_pip(f"raise SystemExit({status})"), env=ended)  # fmt: skip
    yield Fault("npm/store", "an npm whose store holds other content under a right name", INTEGRITY, "npm",
                ("err", "one bit of the store is changed"), installed="this", damage=in_node(STORE, again=True), env=ended,
                detail="does not have the lock's checksum")  # fmt: skip
    yield Fault("npm/orphans", "half a stage and half a tree of a run that is dead", OK, "done", ("damage", ""), installed="this",
                damage=orphans, check=(0,))  # fmt: skip


def archives():
    """Archives of the runtime that have the checksum which the script names."""
    kinds = [
        ("cut", "an archive that ends in the middle", cut, "is no whole archive"),
        ("top", "an archive without the program", holding("other/readme"), "holds no bin/node"),
        ("escape", "an archive with a member outside", holding("../../../../escaped"), "outside its folder|holds no bin/node"),
    ]
    for name, what, make, detail in kinds:
        yield Fault(f"archive/{name}", what, INTEGRITY, "unpack", ("err", "fetching /site/"), archive=make, detail=detail,
                    env={"BENCHFLOW_MIRROR": "/site"}, short=name == "escape")  # fmt: skip


def payloads():
    """A payload that is an artefact of the mirror, as one is that is too big for a script."""

    def flip(root):
        place = inside(root, "/site/payload.json.gz")
        data = bytearray(place.read_bytes())
        data[len(data) // 2] ^= 1
        place.write_bytes(data)

    kinds = [
        ("mirror", "a payload on the mirror", OK, "done", (), ""),
        ("flip", "one bit changed in a payload on the mirror", INTEGRITY, "checksum", (flip,), "payload.json.gz has sha256"),
        ("gone", "no payload on the mirror", INFRASTRUCTURE, "fetch", (lambda root: inside(root, "/site/payload.json.gz").unlink(),), "cannot read"),
    ]
    for name, what, expected, step, prepare, detail in kinds:
        yield Fault(f"payload/{name}", what, expected, step, ("err", "fetching /site/payload"), mirrored=True, prepare=prepare,
                    setting_env={"BENCHFLOW_MIRROR": "/site"}, detail=detail, final=True if name == "gone" else None,
                    check=(0,) if expected is OK else (15,))  # fmt: skip
    changed = """sed 's/^PAYLOAD_SHA256=..../PAYLOAD_SHA256=0000/' "$0" | sh"""
    yield Fault("payload/changed", "a script whose payload is not the one that it names", (70, "internal"), "payload",
                ("err", "installed node-"), argv=("sh", "-c", changed, "SCRIPT"), detail="cannot be unpacked: wrong checksum")  # fmt: skip


def intercepted():
    """The only way out is a proxy that breaks TLS open, with a certificate of the site's own authority."""
    out = {"HTTPS_PROXY": SERVER, "https_proxy": SERVER}
    away = {name: value.replace(SERVER, "https://mirror.test") for name, value in (MIRROR | NPM | PYPI).items()}
    known = {"BENCHFLOW_CA_BUNDLE": "/site/ca.pem"}
    for role in ("any", "python"):
        for fetcher in ("curl", "wget"):
            yield Fault(f"tls/{role}/{fetcher}", f"a proxy that intercepts TLS, told of ({role} agent, {fetcher})", OK, "done",
                        ("server", "CONNECT mirror.test:443\n/runtimes"), role=role, setting=FETCHERS[fetcher], check=(0,),
                        env=out | away | known, short=(role, fetcher) == ("any", "curl"))  # fmt: skip
    # Debian's wget ends the connection without an alert, so that the proxy does not hear of it.
    for fetcher, trace in (("curl", ("server", "distrusted")), ("wget", ("err", "not trusted|cannot verify"))):
        yield Fault(f"tls/untold/{fetcher}", f"a proxy that intercepts TLS, not told of, to {fetcher}", INFRASTRUCTURE, "fetch",
                    trace, setting=FETCHERS[fetcher], env=out | away, detail="BENCHFLOW_CA_BUNDLE", final=True)  # fmt: skip
    for role, name, step in (("any", "BENCHFLOW_NPM_REGISTRY", "npm"), ("python", "BENCHFLOW_PYPI_INDEX", "pip")):
        yield Fault(f"tls/untold/{step}", f"a proxy that intercepts TLS, not told of, to {step}", INFRASTRUCTURE, step,
                    ("server", "distrusted"), role=role, env=out | {name: away[name]}, detail="BENCHFLOW_CA_BUNDLE",
                    final=True)  # fmt: skip
    yield Fault("tls/no-bundle", "no bundle of certificates", PREREQUISITE, "preflight", ("probe", "[^0]"), env=away,
                prepare=(without_bundle,), job={"probe": ["cat", "/etc/ssl/certs/ca-certificates.crt"]}, detail="ca-bundle")  # fmt: skip


def without_bundle(root):
    for place in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"):
        inside(root, place).unlink(missing_ok=True)


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
    fips = "openssl_conf = all\n[all]\nproviders = some\n[some]\nfips = one\n[one]\nactivate = 1\n"
    yield Fault("rc/openssl", "an openssl.cnf that leaves no checksum", OK, "done", ("probe", "[^0]"),
                prepare=(write("/etc/ssl/openssl.cnf", fips),), job={"probe": ["openssl", "dgst", "-sha256", "/dev/null"]}, check=(0,))  # fmt: skip
    pip = "[global]\nindex-url = http://127.0.0.1:1/\n"
    files = (write("/etc/pip.conf", pip), write("/root/.config/pip/pip.conf", pip))
    uv = 'index-url = "http://127.0.0.1:1/"\nno such key\n'
    files += (write("/etc/uv/uv.toml", uv), write("/root/.config/uv/uv.toml", uv))
    yield Fault("rc/python", "a hostile pip.conf and uv.toml in HOME and /etc", OK, "done", ("probe", "(?s).*127.0.0.1:1/"),
                role="python", prepare=files, job={"probe": ["/usr/bin/python3", "-m", "pip", "config", "list"]}
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
                    ("probe", f"0 v{version}"), prepare=node, job={"probe": ["node", "--version"]}, check=(0,),
                    uncalled="node (?!--version)|npm|npx")  # fmt: skip


def machine():
    """Tools, homes, users, room."""
    every = ("curl", "wget", "tar", "sha256sum", "gzip", "mktemp", "df")
    missing = ((("curl", "wget"), "curl"), (("tar",), "tar"), (("sha256sum",), "sha256sum"), (("gzip",), "gzip"), (every, "every"))
    for names, words in missing:
        env = MIRROR if "curl" in names else {}
        told = words if words != "every" else "tar .*gzip .*sha256sum .*mktemp .*df .*curl"
        yield Fault(f"no-{words}", f"no {' and no '.join(names[:2])}{' nor any other tool' * (words == 'every')}", PREREQUISITE, "preflight", ("probe", "127"),
                    setting_env=env, prepare=(without(*names),), job={"probe": ["sh", "-c", names[0]]},
                    detail=f"missing:.* {told} \\(Debian", short=words == "every")  # fmt: skip
    yield Fault("old-mv", "an mv that knows no -T, as an old busybox has", OK, "done", ("stub", "mv -fT"), prepare=(OLD_MV,), check=(0,))
    for name in ("python3", "flock", "unshare", "openssl"):
        yield Fault(f"no-{name}", f"no {name}", OK, "done", ("probe", "127"), prepare=(without(name),), check=(0,),
                    job={"probe": ["sh", "-c", name]})  # fmt: skip
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
    yield Fault("closed-prefix", "a prefix that only root may enter", (15, "does-not-start"), "proof", ("probe", "[^0]"),
                damage=lambda prefix: prefix.chmod(0o700), short=True,
                job={"probe": ["setpriv", "--reuid", "65534", "--clear-groups", "ls", "/opt"]})  # fmt: skip
    for name, variable, value in (("quoted-mode", "BENCHFLOW_INSTALL_MODE", 'a"b\\c'), ("credential", "BENCHFLOW_MIRROR", "http://me:secret@127.0.0.1/")):
        yield Fault(f"setting/{name}", f"{variable} is {value}", PREREQUISITE, "settings", ("probe", "0 .*" + re.escape(value)), never="secret",
                    env={variable: value}, job={"probe": ["sh", "-c", f'printf %s "${variable}"']}, short=name == "credential")  # fmt: skip
    yield Fault("read-only-no-op", "a prefix that cannot be written, with the install in it", OK, "done", ("probe", "(?s).*Read-only"),
                installed="this", box={"read_only": ("/opt",)}, job={"probe": ["touch", "/opt/x"]}, check=(0,))  # fmt: skip
    yield Fault("noexec-tmp", "a /tmp from which nothing is run", OK, "done", ("probe", "126"), check=(0,),
                job={"probe": ["sh", "-c", "mount -t tmpfs -o noexec tmpfs /tmp; echo >/tmp/x; chmod 755 /tmp/x; /tmp/x"]})  # fmt: skip
    for size, at in ((20 << 10, "the first folder"), (20 << 20, "the archive"), (60 << 20, "unpacking"), (220 << 20, "the packages")):
        yield Fault(f"full/{size >> 10}K", f"a file system that is full by {at}", ROOM, "*", ("probe", f"(?s)0 .* {size >> 10} "),
                    lean=True, size=size >> 10, setting_env=MIRROR, short=at == "the archive", detail="no space left|MB free",
                    job={"probe": ["df", "-Pk", "/opt"]})  # fmt: skip
    yield Fault("bystander", "another user makes folders in /tmp all the while", OK, "done", ("stub", "made"), box={"tmp": 1 << 26},
                argv=("sh", "-c", BYSTANDER, "SCRIPT"), uncalled="lost", check=(0,))  # fmt: skip
    yield Fault("full/asked", "a file system that is too small", ROOM, "disk", ("err", "MB free"), size=900 << 10)
    yield Fault("full/tmp", "a full /tmp", OK, "done", ("probe", "(?s)[^0].*No space"), box={"tmp": 4096},
                job={"probe": ["dd", "if=/dev/zero", "of=/tmp/fill", "bs=4096"]}, check=(0,))  # fmt: skip
    for name, loader, machine in (("unknown", "/lib/ld-linux-riscv64-lp64d.so.1", "riscv64"), ("musl", "/lib/ld-musl-aarch64.so.1", "aarch64")):
        yield Fault(f"architecture/{name}", f"a shell whose loader is {loader}", UNSUPPORTED, "target", ("probe", f"0 .*{loader}"),
                    prepare=(foreign_shell(loader), stub("uname", f"echo {machine}")), short=name == "musl",
                    job={"probe": ["sed", "-n", "2p", "/usr/local/bin/sh"]})  # fmt: skip
    yield Fault("unplaced-shell", "a read-only root for a script under bash and mksh", OK, "done", ("probe", "(?s)[^0].*Read-only"),
                argv=("mksh", "SCRIPT"), box={"root_read_only": True}, job={"probe": ["touch", "/tmp/x"]}, check=(0,))  # fmt: skip
    yield Fault("unplaced-bash", "a read-only root for a script under bash", OK, "done", ("probe", "(?s)[^0].*Read-only"),
                argv=("bash", "SCRIPT"), box={"root_read_only": True}, job={"probe": ["touch", "/tmp/x"]}, check=(0,))  # fmt: skip
    yield Fault("damaged-node", "a line more in the private npm", INTEGRITY, "tree", ("damage", ""), installed="this",
                damage=in_node("\n// one line more\n"), env={"BENCHFLOW_INSTALL_MODE": "check"}, check=(12,), short=True)  # fmt: skip
    yield Fault("another-version", "another version is installed: an upgrade, and back", OK, "done", ("damage", ""),
                installed="another", check=(0,), after=(("another", (0,)), ("check", (15,)), ("install", (0,))), short=True)  # fmt: skip


# A loop of so many steps, by the clock and by the processor's time.
LOOP = """
import time
began, used = time.monotonic(), time.process_time()
sum(range(10_000_000))
print(f"slowed by {round((time.monotonic() - began) / (time.process_time() - used))}")
"""
# The users of a proof (crates/scripts/src/payload/proof.mjs).
PROVER = "^655[23][0-9] "


def late():
    """Machines that are slow, and programs that do not answer in time: another try may help, and the limit is named."""
    yield Fault("late/machine", "a machine that is slower by a factor of 20", OK, "done", ("probe", "0 slowed by (1[5-9]|[2-9][0-9])"), check=(0,),
                job={"slower": 20, "probe": ["python3", "-c", LOOP], "limit": 1200}, env={"BENCHFLOW_INSTALL_DEADLINE": "1200"})  # fmt: skip
    raised = "within the limit of [0-9]+ s; set BENCHFLOW_INSTALL_DEADLINE above [0-9]+"
    for name, what, pattern, detail in (
        ("agent", "an agent that answers nothing over ACP", f"{PROVER}.*node", f"the agent did not answer initialize {raised}"),
        ("version", "a program that does not tell its version", f"{PROVER}.*--version", f"--version did not end {raised}"),
    ):
        yield Fault(f"late/{name}", what, INFRASTRUCTURE, "proof", ("stub", "halted"), job={"halt": pattern}, detail=detail,
                    env={"BENCHFLOW_INSTALL_DEADLINE": "240"}, short=name == "agent")  # fmt: skip
    deaf = b"#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n"
    yield Fault("late/runtime", "a Node.js that neither answers nor ends when it is told to", INFRASTRUCTURE, "runtime",
                ("err", "fetching /site/"), archive=holding("node/bin/node", deaf),
                env={"BENCHFLOW_INSTALL_DEADLINE": "12", "BENCHFLOW_MIRROR": "/site"},
                detail="the deadline of 12 seconds is over; raise BENCHFLOW_INSTALL_DEADLINE")  # fmt: skip


def several():
    """More than one install at once, with a lock that works, one that is missing, and one that holds nobody."""
    no_lock = (without("flock"),)
    yield Fault("gc-without-flock", "gc where flock is missing", OK, "done", ("strace", r"symlinkat?\(.*\"/opt/benchflow/.staging/lock.owner\".* = 0"),
                installed="this", setting=no_lock, env={"BENCHFLOW_INSTALL_MODE": "gc"}, check=(0,), never="removed .*lock",
                argv=("strace", "-f", "-o", "/faults/strace", "-e", "trace=symlink,symlinkat", "sh", "SCRIPT"))  # fmt: skip
    yield Fault("lock/dead", "a lock whose owner is dead, where flock is missing", KILLED, "-", ("stub", "sent KILL"), setting=no_lock,
                job={"signal": {"name": "KILL", "when": ("file", f"{STAGE}/agent/node_modules/*"), "group": True}},
                check=(0,), after=AFTER_KILL)  # fmt: skip
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    elsewhere = f"{boot} another-space 1 1"
    for name, what, setting, damage in (
        ("rebooted", "from before a boot, where flock is missing", no_lock, lock_of("another-boot another-space 1 1", 1000)),
        ("expired", "of another container whose deadline is over, where flock is missing", no_lock, lock_of(elsewhere, -1)),
        ("flocked", "of another container that held flock and is gone", (), lock_of(elsewhere, 1000, "flock")),
    ):
        yield Fault(f"lock/{name}", f"a lock {what}", OK, "done", ("err", "removing the lock of a process"), setting=setting,
                    damage=damage, check=(0,))  # fmt: skip
    for name, what, setting in (("elsewhere", "here", no_lock), ("mixed", "there", ())):
        yield Fault(f"lock/{name}", f"a lock of another container that may still run, where flock is missing {what}",
                    (16, "lock"), "lock", ("err", "waiting for another install"), setting=setting,
                    damage=lock_of(elsewhere, 25), env={"BENCHFLOW_INSTALL_DEADLINE": "8"})  # fmt: skip
    waits = ("err", "waiting for another install")
    kinds = [
        ("flock", "", (), waits, 1),
        ("mkdir", " where flock is missing", no_lock, waits, 1),
        ("useless", " with a lock that holds nobody", (stub("flock", "exit 0"),), ("stub", "flock -n"), 4),
        ("old-mv", " with a lock that holds nobody and an mv without -T", (stub("flock", "exit 0"), OLD_MV), ("stub", "mv -fT"), 4),
    ]
    for name, what, setting, trace, most in kinds:
        for times in (1, 50):
            many = f"/{times}-times" if times > 1 else ""
            yield Fault(f"four/{name}{many}", f"four installs at one time{what}{f', {times} times' if many else ''}", OK, "done", trace,
                        setting=setting, setting_env=MIRROR, unlocked=most == 4, job={"copies": 4}, check=(0,), count=(ALWAYS, 1, most), times=times,
                        short=name == "flock" and times == 1)  # fmt: skip


def foreign_shell(loader):
    return write("/usr/local/bin/sh", f'#!/usr/bin/dash\n# {loader}\nexec /usr/bin/dash "$@"\n', 0o755)


def signals():
    """Signals to the script alone, as a harness sends them."""
    numbers = {"TERM": 143, "INT": 130, "HUP": 129, "QUIT": 131, "PIPE": 141, "USR1": 138, "USR2": 140, "ALRM": 142}
    moments = {
        "download": {"when": ("server", "stall"), "rules": [{"match": ALWAYS, "do": "stall"}], "env": MIRROR},
        "npm": {"when": ("server", "/npm/.*stall"), "rules": [{"match": "PLACE", "do": "stall"}], "env": NPM},
    }
    for at, it in moments.items():
        for name, status in numbers.items():
            yield Fault(f"signal/{name}/{at}", f"{name} during the {at}", (status, "signal"), "signal", ("stub", f"sent {name}"),
                        setting_env=it["env"], rules=it["rules"], job={"signal": {"name": name, "when": it["when"]}},
                        short=at == "npm" and name == "PIPE")  # fmt: skip
    yield Fault("signal/TERM/uv", "TERM during the uv", (143, "signal"), "signal", ("stub", "sent TERM"), role="python",
                setting_env=PYPI, rules=[{"match": "PLACE", "do": "stall"}],
                job={"signal": {"name": "TERM", "when": ("server", "/wheels/.*stall")}})  # fmt: skip
    yield Fault("closed-error", "standard error is closed", OK, "done", ("probe", "[^0]"), silent=True, check=(0,), short=True,
                argv=("sh", "-c", 'exec 2>&-; exec sh "$0"', "SCRIPT"), job={"probe": ["sh", "-c", "exec 2>&-; echo x >&2"]})  # fmt: skip
    yield Fault("closed-all", "no standard descriptor is open", OK, "done", ("probe", "[^0]"), silent=True, check=(0,),
                argv=("sh", "-c", 'exec 2>&- >&- <&-; exec sh "$0"', "SCRIPT"), job={"probe": ["sh", "-c", "exec >&-; echo x"]})  # fmt: skip


def kills():
    """Killed at every boundary of a step: the whole group, which leaves npm alone alive, and the shell alone."""
    moments = {
        "any": {
            "download": ("server", "stall"), "tar": ("file", f"{STAGE}/unpack/*/*"), "runtime": ("err", "installed node-"),
            "npm": ("file", f"{STAGE}/agent/node_modules/*"), "tree": ("err", "npm tree of"),
            "settled": ("file", "/opt/benchflow/js-agents/*/*/lib"), "launcher": ("file", "/opt/benchflow/bin/*"),
        },
        "python": {
            "interpreter": ("err", "installed python/cpython-"), "pip": ("file", f"{STAGE}/uv.txt"),
            "venv": ("file", f"{STAGE}/agent/venv"), "uv": ("file", f"{STAGE}/agent/venv/lib/*/site-packages/*.dist-info"),
            "environment": ("err", "Python environment of"), "placed": ("file", "/opt/benchflow/python/*/*/lib"),
        },
    }  # fmt: skip
    ways = {"group": ("KILL", True, KILLED), "shell": ("KILL", False, KILLED), "term": ("TERM", True, (143, "signal"))}
    for role, moments in moments.items():
        for at, when in moments.items():
            for way, (name, group, expected) in ways.items():
                if at == "launcher" and way == "term":
                    continue
                more = {"setting_env": MIRROR, "rules": [{"match": ALWAYS, "do": "stall"}]} if at == "download" else {}
                yield Fault(f"kill/{at}/{way}", f"{name} to {'the group' if group else 'the shell alone'} at {at}", expected,
                            "signal" if way == "term" else "-", ("stub", f"sent {name}"), role=role, check=(0,), after=AFTER_KILL,
                            job={"signal": {"name": name, "when": when, "group": group}},
                            short=(at, way) == ("npm", "group"), **more)  # fmt: skip


def shells():
    """The same script under every shell, both the outer part and, as sh, the inner."""
    kinds = {
        "dash": ("/usr/bin/dash",), "busybox": ("/usr/bin/busybox", "ash"), "bash": ("/usr/bin/bash",),
        "bash-posix": ("/usr/bin/bash", "--posix"), "mksh": ("/usr/bin/mksh",), "yash": ("/usr/bin/yash",),
    }  # fmt: skip
    for name, argv in kinds.items():
        seen = {"busybox": "busybox", "bash-posix": "bash"}.get(name, name)
        yield Fault(f"shell/{name}", f"sh is {name}", OK, "done", ("probe", f"0 .*{seen}"), prepare=(shell(argv[0]),), short=name == "mksh",
                    argv=(*argv, "SCRIPT"), job={"probe": ["readlink", "-f", "/bin/sh"]}, check=(0,))  # fmt: skip


FAULTS = [
    *downloads(), *packages(), *archives(), *payloads(), *intercepted(), *hostile(), *machine(), *late(), *several(), *signals(), *kills(), *shells(),
]  # fmt: skip
