"""Writes a task with a verifier, beside it the plan of a model server that runs in the task's own container.

harness_task.py TASK AGENT PROMPT IMAGE NETWORK XTASK MIRROR

Prints the class of the agent (a folder of `gen-harbor`), a model that it can use, and the variable of the key.
"""

import json
import sys
from pathlib import Path

from harness_route import usable

task, agent, prompt, image, network, xtask, mirror = sys.argv[1:]
task, agent = Path(task), Path(agent)

reference, _, keys = usable(agent)

plan = {
    "listen": "127.0.0.1:8123",
    "model": reference.partition("/")[2],
    "shell_command": "echo done > /app/result.txt",
}
server = "/xtask model-server --plan /model/plan.json --log /model/log --ready /model/ready"
compose = {
    "services": {
        "main": {
            # The engine of the test has no bridge; the server is at the container's own loopback.
            "network_mode": "none",
            "working_dir": "/app",
            "command": ["sh", "-c", f"sleep infinity | {server}"],
            "volumes": [f"{xtask}:/xtask:ro", f"{mirror}:{mirror}:ro", f"{task}/model:/model"],
        }
    }
}
settings = f"""schema_version = "1.4"

[verifier]
timeout_sec = 60.0

[agent]
timeout_sec = 600.0

[environment]
docker_image = "{image}"
network_mode = "{network}"
"""
verifier = """#!/bin/sh
mkdir -p /logs/verifier
if [ "$(cat /app/result.txt)" = done ]; then echo 1; else echo 0; fi >/logs/verifier/reward.txt
"""

for name, text in {
    "instruction.md": prompt,
    "task.toml": settings,
    "environment/docker-compose.yaml": json.dumps(compose),
    "tests/test.sh": verifier,
    "model/plan.json": json.dumps(plan),
}.items():
    path = task / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

print("".join(word.capitalize() for word in agent.name.split("-")), reference, keys[0])
