#!/usr/bin/env python3
"""Measures the time of installs in alternated pairs, so that other load on the machine affects both sides.

    speed.py FOLDER SCRIPTS [AGENT...] [--pairs N] [--verify AGENT AGENT] [--probe AGENT]

FOLDER and SCRIPTS are those of faults.py; the agents are npm agents of the mirror.

A cold install, with and without its proof, is compared with unpacking the same Node.js and `npm ci` of the same lock from
the same mirror, without checks and proof, and with install scripts if the agent has one. The no-op is compared with
starting the shell. With `--verify` two parallel verifications are compared with sequential ones, and with `--probe` the
runs of a probe, two at once, with the same runs one after the other. Prints the median and the spread of each side, and
the median of the pairs' ratios. Slowness is not a failure. Needs root and bwrap, and strace for `--probe`.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import faultscript  # noqa: E402

PLAIN = """set -eu
umask 022
mkdir -p /opt/plain/home && cd /opt/plain && HOME=/opt/plain/home && export HOME
tar -xzof "$1"
cp /mnt/package.json /mnt/package-lock.json .
PATH=$(echo /opt/plain/node-*/bin):$PATH
shift
exec node node-*/lib/node_modules/npm/bin/npm-cli.js ci "$@" --no-audit --no-fund --no-progress --cache cache
"""


class Bench:
    def __init__(self, words):
        self.mirror = (pathlib.Path(words.folder) / "mirror").resolve()
        self.scripts = pathlib.Path(words.scripts).resolve()
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="speed.", dir="/var/tmp"))
        self.pairs = words.pairs

    def box(self, *words):
        """Runs a command in the sandbox, and returns its time."""
        argv = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
        argv += ["--ro-bind", self.mirror, self.mirror, "--bind", self.work / "opt", "/opt"]
        argv += ["--ro-bind", self.work / "files", "/mnt"]
        argv += ["--unshare-net", "--unshare-pid", "--die-with-parent", "--cap-add", "ALL", *words]
        began = time.monotonic()
        done = subprocess.run([str(it) for it in argv], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        took = time.monotonic() - began
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, words))} ends with {done.returncode}: {done.stderr[-800:]}")
        return took

    def fresh(self):
        shutil.rmtree(self.work / "opt", ignore_errors=True)
        (self.work / "opt").mkdir()

    def put(self, name, text):
        (self.work / "files").mkdir(exist_ok=True)
        (self.work / "files" / name).write_text(text)


def report(name, sides):
    """Prints each side, with its ratio to the first side, pair by pair."""
    base = next(iter(sides.values()))
    for side, times in sides.items():
        ratio = statistics.median(it / other for it, other in zip(times, base, strict=True))
        spread = f"{min(times):.3f} to {max(times):.3f}"
        print(f"{name}: {side}: median {statistics.median(times):.3f} s, {spread} s, ratio {ratio:.2f}", flush=True)


def measure(bench, sides):
    """Runs every side once in each round, in rotating order."""
    times = {side: [] for side in sides}
    names = list(sides)
    for at in range(bench.pairs):
        for side in names[at % len(names) :] + names[: at % len(names)]:
            times[side].append(sides[side]())
    return times


def cold(bench, agent):
    script = (bench.scripts / agent / "install.sh").read_text()
    bench.put("install.sh", script)
    bench.put("unproved.sh", faultscript.edited(script, [("the proof is skipped", [""])]))
    bench.put("plain.sh", PLAIN)
    archive = bench.mirror / "runtimes" / pathlib.Path(faultscript.constant(script, "NODE_URL")).name
    bench.fresh()
    bench.box("sh", "/mnt/install.sh")
    (installed,) = (bench.work / "opt/benchflow/js-agents" / agent).glob("*/lib")
    for name in ("package.json", "package-lock.json"):
        bench.put(name, (installed.parent / name).read_text())
    scripts = any(it["postinstall"] for it in json.loads((installed / "agent.json").read_text())["npm"])

    def side(*words):
        def run():
            bench.fresh()
            return bench.box(*words)

        return run

    sides = {
        "Node.js and npm ci alone": side("sh", "/mnt/plain.sh", archive, *([] if scripts else ["--ignore-scripts"])),
        "install.sh without its proof": side("sh", "/mnt/unproved.sh"),
        "install.sh": side("sh", "/mnt/install.sh"),
    }
    report(f"cold install of {agent}", measure(bench, sides))


def no_op(bench, agent):
    """Runs a hundred of each in one box, so that the box's own time is negligible."""
    bench.fresh()
    bench.put("install.sh", (bench.scripts / agent / "install.sh").read_text())
    bench.box("sh", "/mnt/install.sh")
    loop = 'i=0; while [ $i -lt 100 ]; do sh $1 "$2" >/dev/null 2>&1 || exit; i=$(expr $i + 1); done'
    run = lambda *words: lambda: bench.box("sh", "-c", loop, "sh", *words) / 100
    report(
        f"no-op of {agent}",
        measure(bench, {"starting the shell": run("-c", ":"), "the no-op": run("/mnt/install.sh", "")}),
    )


def side_by_side(bench, command, agents):
    program = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "debug/xtask"
    subprocess.run("cargo build --quiet -p xtask --features xtask/upgrade".split(), check=True)
    words = [str(program), command, *agents, "--site", str(bench.mirror / "site.toml")]

    def side(jobs):
        def run():
            began = time.monotonic()
            subprocess.run([*words, "--jobs", str(jobs)], check=True, capture_output=True)
            return time.monotonic() - began

        return run

    report(f"{command} {' '.join(agents)}", measure(bench, {"one after the other": side(1), "two at once": side(2)}))


def main():
    parser = argparse.ArgumentParser(description="how fast installs are")
    parser.add_argument("folder")
    parser.add_argument("scripts")
    parser.add_argument("agents", nargs="*")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--verify", nargs=2, default=[])
    parser.add_argument("--probe", nargs=1, default=[])
    words = parser.parse_args()
    bench = Bench(words)
    load = os.getloadavg()[0]
    print(f"{words.pairs} pairs on {os.cpu_count()} cores, load {load:.1f} before", flush=True)
    try:
        for agent in words.agents[:1]:
            no_op(bench, agent)
        for agent in words.agents:
            cold(bench, agent)
        for command in ("verify", "probe"):
            if getattr(words, command):
                side_by_side(bench, command, getattr(words, command))
    finally:
        shutil.rmtree(bench.work)


if __name__ == "__main__":
    main()
