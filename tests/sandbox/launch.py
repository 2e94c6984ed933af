#!/usr/bin/env python3
"""Measures launchers of two trees of scripts in alternated pairs, so that other load on the machine affects both.

    launch.py BEFORE AFTER NODE AGENT... [--pairs N]

BEFORE and AFTER are folders that `cargo xtask gen-scripts --out` wrote; NODE is the Node.js of an install. Each agent is
replaced by a program of its kind that writes one byte and waits for the end of its input.

Printed for each agent and side are the median and the spread of the time from the start of the launcher to that byte, the
processor time of the launch, the number of processes at that byte, and their resident memory. Slowness is not a failure.
"""

import argparse
import base64
import gzip
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

AGENTS = {
    "node": "process.stdout.write('x'); process.stdin.resume();\n",
    "native": "#!/bin/sh\nprintf x\nread -r line\n",
    "python": "import sys\nsys.stdout.write('x')\nsys.stdout.flush()\nsys.stdin.read()\n",
}

VARIABLES = {
    "PATH": "/usr/bin:/bin",
    "BENCHFLOW_PROVIDER_NAME": "acme",
    "BENCHFLOW_PROVIDER_MODEL": "model",
    "BENCHFLOW_PROVIDER_BASE_URL": "https://model.example/v1",
    "BENCHFLOW_PROVIDER_API_KEY": "key",
}


def payload(script):
    """The files in the payload of an install script."""
    lines = re.search(r'<<"BENCHFLOW_PAYLOAD"\n(.*?)\nBENCHFLOW_PAYLOAD\n', script, re.DOTALL)
    return json.loads(gzip.decompress(base64.b64decode(lines.group(1))))


def install(scripts, agent, node, folder):
    """Puts an agent's launcher and its programs into a folder, and returns the launcher."""
    for name, text in payload((scripts / agent / "install.sh").read_text()).items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    plan = json.loads((folder / "lib/agent.json").read_text())
    for program in plan["programs"]:
        place = folder / program["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(AGENTS[plan["runs"]])
        place.chmod(0o755)
    for name, target in (("node/bin/node", node), ("venv/bin/python", sys.executable)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)
    text = (folder / "launch.sh").read_text()
    (folder / "launch.sh").write_text(re.sub(r"^bf_dir=.*$", f"bf_dir={folder}", text, count=1, flags=re.MULTILINE))
    return folder / "launch.sh"


def resident(pid):
    """The number of processes of a group and their resident kilobytes."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == pid:
                found.append(int(re.search(r"VmRSS:\s+(\d+)", (entry / "status").read_text()).group(1)))
        except (OSError, AttributeError):
            continue
    return len(found), sum(found)


def start(launcher):
    """One launch: seconds to the first byte, processes, kilobytes, seconds of processors."""
    home = tempfile.mkdtemp(prefix="launch.")
    began = time.monotonic()
    child = subprocess.Popen(
        ["dash", str(launcher)],
        env={**VARIABLES, "HOME": home},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    first = child.stdout.read(1)
    took = time.monotonic() - began
    count, kilobytes = resident(child.pid)
    child.stdin.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    shutil.rmtree(home)
    if first != b"x" or child.returncode not in (0, 1):
        sys.exit(f"{launcher} ends with {child.returncode}")
    return took, count, kilobytes, used.ru_utime + used.ru_stime


def measure(sides, pairs):
    """Launches each side in turn, and returns the measurements of each."""
    found = {name: [] for name in sides}
    for turn in range(pairs + 1):
        for name, launcher in sides.items() if turn % 2 else reversed(sides.items()):
            one = start(launcher)
            # The first turn fills the caches.
            if turn > 0:
                found[name].append(one)
    return found


def show(agent, found):
    for name, all_of_it in found.items():
        times = sorted(it[0] * 1000 for it in all_of_it)
        spread = f"{times[len(times) // 4]:.1f}..{times[-len(times) // 4]:.1f}"
        count, kilobytes = all_of_it[-1][1], statistics.median(it[2] for it in all_of_it)
        cpu = statistics.median(it[3] for it in all_of_it) * 1000
        left = f"{count} processes  {kilobytes / 1024:.1f} MB"
        print(f"{agent:18} {name:8} {statistics.median(times):7.1f} ms ({spread})  {cpu:.1f} ms of processors  {left}")
    first, *rest = found
    for name in rest:
        pairs = list(zip(found[first], found[name]))
        first_byte, cpu = (statistics.median(b[at] / a[at] for a, b in pairs) for at in (0, 3))
        print(
            f"{agent:18} {name}/{first}: {first_byte:.2f}, of processors {cpu:.2f}; the medians of {len(pairs)} pairs"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=pathlib.Path)
    parser.add_argument("after", type=pathlib.Path)
    parser.add_argument("node", type=pathlib.Path)
    parser.add_argument("agents", nargs="+")
    parser.add_argument("--pairs", type=int, default=25)
    words = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="launch."))
    try:
        for agent in words.agents:
            trees = {"before": words.before, "after": words.after}
            node = words.node.resolve()
            sides = {name: install(tree, agent, node, work / name / agent) for name, tree in trees.items()}
            show(agent, measure(sides, words.pairs))
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
