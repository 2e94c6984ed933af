"""Runs the steps of a composite action as a runner does: action_steps.py ACTION INPUT=VALUE...

A step with `run` is a file that its shell gets, with the variables of the step; one with `uses` is printed, not run. The
working directory is the checkout.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

SHELLS = {"sh": ["sh", "-e"], "bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]}

folder, *given = sys.argv[1:]
action = yaml.safe_load((Path(folder) / "action.yml").read_text())
assert action["runs"]["using"] == "composite"
known = {f"inputs.{name}": it["default"] for name, it in action["inputs"].items()}
known.update(f"inputs.{word}".split("=", 1) for word in given)
known["github.action_path"] = folder


def filled(text):
    """The text with its expressions; an unknown one is a `KeyError`."""
    return re.sub(r"\$\{\{\s*(.+?)\s*\}\}", lambda found: known[found[1]], text)


status = 0
for step in action["runs"]["steps"]:
    if "uses" in step:
        print("uses", step["uses"], {name: filled(value) for name, value in step["with"].items()})
        continue
    assert "${{" not in step["run"], "an expression in a script is a command of whoever gives the input"
    variables = {name: filled(value) for name, value in step.get("env", {}).items()}
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write(step["run"])
        script.flush()
        run = subprocess.run([*SHELLS[step["shell"]], script.name], env={**os.environ, **variables})
    status = status or run.returncode
sys.exit(status)
