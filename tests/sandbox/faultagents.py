"""Finds the agents of a mirror for the roles of the fault table.

A row names a role and not an agent, so that the table works with any mirror. A role is an agent with one of its
artefacts: the main package, the platform's package, one deep in the tree, a wheel.
"""

import collections
import json
import pathlib
import re

import faultscript

TARGET = "linux-x64"
AGENTS = pathlib.Path(__file__).resolve().parents[2] / "registry/src/agents"
Role = collections.namedtuple("Role", "agent place")


class Locked:
    """The artefacts in the lock of an agent for the target, and whether a mirror has them."""

    def __init__(self, lock, mirror, scripts):
        self.name = lock.stem.replace("_", "-")
        rows = [line.split(" ") for line in lock.read_text().splitlines()]
        self.main = [row[2] for row in rows if row[0] == "package"]
        self.npm = [(row[1], row[4], json.loads(" ".join(row[5:]))) for row in rows if row[0] == "npm"]
        self.npm = [it for it in self.npm if fits(it[2])]
        self.wheels = [(row[1], row[3]) for row in rows if row[0] == "wheel" and TARGET in row[5].split(",")]
        self.mirror = mirror
        files = [mirror / "npm" / place for _, place, _ in self.npm] + [mirror / "wheels" / it for _, it in self.wheels]
        gone = any(row[:2] in (["unavailable", "package"], ["unavailable", TARGET]) for row in rows)
        self.served = bool(files) and not gone and all(it.exists() for it in files)
        # The cost of an install: a package takes npm as long as a megabyte.
        self.cost = sum(it.stat().st_size + (1 << 20) for it in files) if self.served else 0
        script = scripts / self.name / "install.sh"
        self.node = faultscript.constant(script.read_text(), "BF_NODE_VERSION") if self.served else ""
        self.agent = json.loads(faultscript.files(script.read_text())["lib/agent.json"]) if self.served else {}

    def packages(self, kind):
        """Places of the tarballs of one kind; of the deep ones, those that npm may not leave out come first."""
        platform = lambda rest: "os" in rest and "cpu" in rest
        big = lambda place: (self.mirror / "npm" / place).stat().st_size > 10_000_000
        chosen = {
            "main": lambda name, _, rest: name in self.main,
            "platform": lambda name, _, rest: name not in self.main and platform(rest),
            "program": lambda name, place, rest: name not in self.main and platform(rest) and big(place),
            "deep": lambda name, _, rest: name not in self.main and not platform(rest),
        }[kind]
        found = [
            (bool(rest.get("optional")), place)
            for name, place, rest in self.npm
            if chosen(package_of(name), place, rest)
        ]
        return [f"/npm/{re.escape(place)}" for _, place in sorted(found, key=lambda it: (it[0], len(it[1]), it[1]))]

    def proves_version(self):
        return any(it["kind"] == "version" for it in self.agent["proof"])

    def runs_script(self):
        return any(it["postinstall"] for it in self.agent["npm"])


def package_of(place):
    return place.rsplit("node_modules/", 1)[-1]


def fits(rest):
    system, cpu = TARGET.split("-")
    return (
        system in rest.get("os", [system]) and cpu in rest.get("cpu", [cpu]) and "glibc" in rest.get("libc", ["glibc"])
    )


def roles(mirror, scripts):
    """The roles; a role is missing if no agent of the mirror has it."""
    served = sorted(
        (it for it in (Locked(lock, mirror, scripts) for lock in AGENTS.glob("*.lock")) if it.served),
        key=lambda it: it.cost,
    )
    npm = [it for it in served if it.npm]
    found = {}

    def give(role, agents, place):
        for it in agents:
            places = place(it)
            if places:
                found.setdefault(role, Role(it.name, places[0]))

    give("any", npm, lambda it: it.packages("main"))
    give("line", [it for it in npm if it.node != npm[0].node], lambda it: it.packages("main"))
    give("script", [it for it in npm if it.runs_script()], lambda it: it.packages("platform"))
    give("version", [it for it in npm if it.proves_version()], lambda it: it.packages("main"))
    give("program", [it for it in npm if not it.runs_script()], lambda it: it.packages("program"))
    strict = [
        it for it in npm if any(not rest.get("optional") for name, _, rest in it.npm if package_of(name) not in it.main)
    ]
    give("deep", strict + npm, lambda it: it.packages("deep"))
    give(
        "python",
        [it for it in served if it.wheels],
        lambda it: [f"/wheels/{re.escape(file)}" for name, file in it.wheels if name not in it.main],
    )
    return found
