"""npm and uv: the main package, a deep one, the optional one of the platform."""

from faulttable.changes import in_node, without_stamp
from faulttable.fault import INFRASTRUCTURE, INTEGRITY, NPM, OK, PYPI, Fault

# Changes one bit of the largest file in npm's store, whose name is its checksum, after npm has ended.
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


def orphans(prefix):
    """The leftovers of a run that was killed at its worst moment: half a stage, half a tree in its final place."""
    holder = next(it for kind in ("js-agents", "python") for it in prefix.glob(f"benchflow/{kind}/*/*/lib"))
    without_stamp(prefix)
    (holder / "install.mjs").unlink()
    (holder.parent / "node_modules/.half-renamed/deep").mkdir(parents=True)
    (prefix / "benchflow/.staging/agent.dead/agent/node_modules/x").mkdir(parents=True)


def rows():
    kinds = {
        "flip": ("one bit changed in", INTEGRITY),
        "404": ("404 for", INFRASTRUCTURE),
        "cut": ("half of", INFRASTRUCTURE),
    }
    parts = {
        "main": ("any", "the main package"),
        "deep": ("deep", "a package deep in the tree"),
        "script": ("script", "the platform's package, with an install script that must run"),
        "program": ("program", "the platform's optional package"),
    }
    for part, (role, text) in parts.items():
        for kind, (how, expected) in kinds.items():
            yield Fault(
                f"npm/{part}/{kind}",
                f"{how} {text}",
                expected,
                "npm",
                ("server", f"PLACE.* {kind}"),
                role=role,
                setting_env=NPM,
                rules=[{"match": "PLACE", "do": kind}],
                final=True if kind == "404" else None,
                short=(part, kind) in (("script", "flip"), ("main", "cut")),
            )
    for part, step, match in (("uv", "pip", "/wheels/uv-"), ("wheel", "uv", "PLACE")):
        for kind, (how, expected) in (
            kinds | ({"other": ("other content in", INTEGRITY)} if part == "wheel" else {})
        ).items():
            yield Fault(
                f"pypi/{part}/{kind}",
                f"{how} {'uv itself' if part == 'uv' else 'a wheel'}",
                # pip accepts a truncated body, so that it only finds another checksum.
                INTEGRITY if (part, kind) == ("uv", "cut") else expected,
                step,
                ("server", f"{match}.* {kind}"),
                role="python",
                setting_env=PYPI,
                rules=[
                    {"match": match, "do": kind},
                    *([{"match": "/simple/", "do": "bare"}] if kind == "other" else []),
                ],
                final=True if kind == "404" else None,
                short=(part, kind) == ("wheel", "flip"),
            )
    ended = {"BENCHFLOW_INSTALL_MODE": "install"}
    for status, expected in ((1, INFRASTRUCTURE), (0, INTEGRITY)):
        yield Fault(
            f"npm/exit-{status}",
            f"an npm that does nothing and ends with {status}",
            expected,
            "npm",
            ("damage", ""),
            installed="this",
            damage=in_node(f"process.exit({status})", True),
            env=ended,
            short=status == 0,
            detail="npm ci: status 1" if status else "",
        )
        yield Fault(
            f"pypi/exit-{status}",
            f"a pip that does nothing and ends with {status}",
            expected,
            "pip",
            ("damage", ""),
            role="python",
            installed="this",
            damage=in_pip(f"raise SystemExit({status})"),
            env=ended,
        )
    yield Fault(
        "npm/store",
        "an npm whose store has wrong content under a right name",
        INTEGRITY,
        "npm",
        ("err", "one bit of the store is changed"),
        installed="this",
        damage=in_node(STORE, again=True),
        env=ended,
        detail="does not have the lock's checksum",
    )
    yield Fault(
        "npm/orphans",
        "half a stage and half a tree of a killed run",
        OK,
        "done",
        ("damage", ""),
        installed="this",
        damage=orphans,
        check=(0,),
    )
