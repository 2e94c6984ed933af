#!/usr/bin/env python3
"""Runs agents in docker containers in the ways that deployments start them, and prints a table.

    matrix.py XTASK WORK BASE CERTIFIED MUSL [AGENT...]

XTASK      the program, built with the feature `live`
WORK       a folder: `suite` and `context` of gen-suite and gen-scripts for a site of folders, with these in `context`
BASE       an image with glibc and nothing else that agents need; CERTIFIED the same with certificates and libraries
MUSL       a root with busybox alone
AGENT      agents; all of the registry, when none is named

A row of an agent is `ran` when the model server got back the output of the agent's shell tool, with the user and the
umask of the row. An agent that takes no model server has `answered` instead: to `initialize`, and to `session/new` as its
entry says. Exit status 1 if a row differs from EXPECTED. If MATRIX_LOGS names a folder, it gets what each agent printed and
asked of the server.
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import uuid

PORT = 8491
COMMAND = "echo MATRIX-$(id -u)-$(id -g)-$(umask)"
PROMPT = "PROBE-SHELL: run the command that you know of, once."
# Some agents refuse `$(...)`: they get a plain command.
PLAIN = "id; umask"
PATIENCE = 240

USER = ["--user", "12345:12345", "--env", "HOME=/tmp"]
# The image of a row, and the engine's words for it.
ROWS = {
    "root": ("base", ["--env", "HOME=/root"]),
    "unknown user": ("base", USER),
    "group 0": ("base", ["--user", "12345:0", "--env", "HOME=/tmp"]),
    "read-only": ("base", [*USER, "--read-only", "--tmpfs", "/tmp"]),
    "no capabilities": ("base", [*USER, "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]),
    "umask 077": ("base", USER),
    "certificates": ("certified", USER),
}
# The beginning of a cell. BASE may lack something that an install needs; then the cell has the class.
GOOD = ("ran", "answered")
EXPECTED = {
    "install": ("installed", "class 1"),
    "musl": ("class 11, target",),
    # It loads a library from its home, which docker mounts with `noexec`.
    ("github-copilot", "read-only"): ("0 calls",),
}


def docker(*words, **more):
    return subprocess.run(["docker", *words], capture_output=True, text=True, **more)


class Refusal(RuntimeError):
    """An error that an agent answers with."""

    def __init__(self, method, error):
        super().__init__(f"{method}: {error.get('message')}")
        self.code = error.get("code")


class Agent:
    """A process that speaks ACP."""

    def __init__(self, words):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.answers, self.errors, self.count = queue.Queue(), [], 0
        threading.Thread(target=self.listen, daemon=True).start()
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if "method" not in message:
                self.answers.put(message)
            elif "id" in message:
                self.answer(message)
        self.answers.put({"error": {"message": "it ended"}})

    def answer(self, message):
        if message["method"] == "session/request_permission":
            options = message["params"]["options"]
            allowed = [it["optionId"] for it in options if it["kind"].startswith("allow")]
            outcome = {"outcome": "selected", "optionId": (allowed or [options[0]["optionId"]])[0]}
            self.send({"id": message["id"], "result": {"outcome": outcome}})
        else:
            self.send({"id": message["id"], "error": {"code": -32601, "message": "no such method"}})

    def send(self, message):
        try:
            self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            self.process.stdin.flush()
        except OSError:
            pass

    def ask(self, method, params):
        self.count += 1
        self.send({"id": self.count, "method": method, "params": params})
        end = time.monotonic() + PATIENCE
        while True:
            try:
                message = self.answers.get(timeout=max(0.1, end - time.monotonic()))
            except queue.Empty:
                raise RuntimeError(f"{method} is not answered in {PATIENCE} s") from None
            if message.get("id", self.count) == self.count:
                if "error" in message:
                    raise Refusal(method, message["error"])
                return message["result"]

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()


def plain(agent):
    """The name of a stage, where `@` and `.` are not allowed."""
    return agent.replace("@", "-").replace(".", "-")


def shown(xtask, agent):
    return json.loads(subprocess.run([xtask, "show", agent, "--json"], capture_output=True, check=True).stdout)


def resolved(xtask, agent, entry):
    """What the agent is started with; nothing for one that takes no model server."""
    if entry["model"].get("none"):
        return None
    words = [xtask, "resolve", agent, "--proxy", "matrix-alias", "--home", "/tmp", "--not-root", "--json"]
    words += ["--env", f"BENCHFLOW_PROVIDER_BASE_URL=http://127.0.0.1:{PORT}/gateway/v7"]
    words += ["--env", "BENCHFLOW_PROVIDER_API_KEY=a-key-of-the-matrix"]
    suite = entry["suite"] or {}
    words += ["--model", suite.get("model") or "matrix-alias"]
    said = subprocess.run(words, capture_output=True, text=True)
    if said.returncode:
        raise RuntimeError(f"routing refuses: {said.stderr.strip()}")
    return json.loads(said.stdout)


def converse(words, route):
    """A session, with one prompt if there is a model; returns its error, if any, and the agent's standard error."""
    agent, fault = Agent(words), None
    try:
        agent.ask("initialize", {"protocolVersion": 1, "clientCapabilities": {}})
        session = agent.ask("session/new", {"cwd": "/tmp", "mcpServers": []})["sessionId"]
        if route:
            prompt(agent, session, route)
    except RuntimeError as error:
        fault = error
    agent.end()
    return fault, "".join(agent.errors)


def prompt(agent, session, route):
    if route["model_via"] == "session/set_model":
        agent.ask("session/set_model", {"sessionId": session, "modelId": route["acp_model_id"]})
    elif route["model_via"] == "config option":
        option = {"configId": "model", "value": route["acp_model_id"]}
        agent.ask("session/set_config_option", {"sessionId": session, **option})
    if route["acp_mode"]:
        agent.ask("session/set_mode", {"sessionId": session, "modeId": route["acp_mode"]})
    agent.ask("session/prompt", {"sessionId": session, "prompt": [{"type": "text", "text": PROMPT}]})


def launcher(image):
    return docker("inspect", "--format", "{{index .Config.Entrypoint 0}}", image).stdout.strip()


def tried(xtask, image, options, umask, route, command):
    with tempfile.TemporaryDirectory() as folder:
        plan, log, ready = (os.path.join(folder, it) for it in ("plan", "log", "ready"))
        with open(plan, "w") as file:
            json.dump(
                {
                    "listen": f"127.0.0.1:{PORT}",
                    "base_path": "/gateway/v7",
                    "model": "matrix-alias",
                    "shell_command": command,
                },
                file,
            )
        server = subprocess.Popen(
            [xtask, "model-server", "--plan", plan, "--log", log, "--ready", ready],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not os.path.exists(ready) and server.poll() is None:
            time.sleep(0.05)
        # Of its own, since an engine may still be removing the one before.
        name = f"matrix-{uuid.uuid4()}"
        words = [
            "docker",
            "run",
            "--pull",
            "never",
            "--interactive",
            "--rm",
            "--init",
            "--name",
            name,
            "--network",
            "host",
            "--workdir",
            "/tmp",
            *options,
        ]
        given = route["set"] if route else {}
        words += [word for name, value in given.items() for word in ("--env", f"{name}={value}")]
        if umask:
            words += ["--entrypoint", "sh", image, "-c", f"umask {umask}; exec {launcher(image)}"]
        else:
            words += [image]
        fault, errors = converse(words, route)
        docker("rm", "--force", name)
        server.stdin.close()
        server.wait()
        with open(log) as file:
            requests = [json.loads(line) for line in file]
    return fault, errors, requests


def judged(fault, errors, requests, wanted):
    results = [text for request in requests for text in request.get("tool_results") or []]
    if any(wanted(text) for text in results):
        return "ran"
    calls = sum(1 for request in requests if request.get("protocol"))
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    last = fault or (results[-1] if results else lines[-1] if lines else "it said nothing")
    return f"{calls} calls; {' '.join(str(last).split())[-160:]}"


def kept(agent, row, at, fault, errors, requests):
    folder = os.environ.get("MATRIX_LOGS")
    if folder:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{agent} {row} {at}"), "w") as file:
            file.write(f"{fault}\n\n{errors}\n{json.dumps(requests, indent=1)}\n")


def cell(xtask, entry, row, route, images):
    image, options = ROWS[row]
    uid, gid = ("0", "0") if row == "root" else ("12345", "0" if row == "group 0" else "12345")
    umask = "077" if row == "umask 077" else None
    mask = "077" if umask else "022"
    forms = [
        (COMMAND, lambda text: f"MATRIX-{uid}-{gid}-0{mask}" in text),
        (PLAIN, lambda text: f"uid={uid}" in text and f"gid={gid}" in text and mask in text),
    ]
    said = ""
    for at, (command, wanted) in enumerate(forms):
        fault, errors, requests = tried(xtask, images[image], options, umask, route, command)
        kept(entry["name"], row, at, fault, errors, requests)
        if route is None:
            return answered(fault, errors, entry["handshake"]["session"])
        said = judged(fault, errors, requests, wanted)
        if said == "ran" or said.startswith("0 calls"):
            break
    return said


def answered(fault, errors, wanted):
    """For an agent without a model server: whether `session/new` is answered as its entry says."""
    code = fault.code if isinstance(fault, Refusal) and str(fault).startswith("session/new") else None
    if wanted == "ok" and fault is None or wanted != "ok" and code == wanted["refused"]:
        return "answered"
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return f"not answered; {fault or 'session/new is not refused'}; {lines[-1][-160:] if lines else 'it said nothing'}"


def built(work, agent, base, tag):
    words = ["build", "--network=none", "--target", plain(agent), "--tag", tag, "--build-arg", f"BASE={base}"]
    words += ["-f", f"{work}/suite/Dockerfile", f"{work}/context"]
    done = docker(*words, env={**os.environ, "DOCKER_BUILDKIT": "1"})
    if done.returncode == 0:
        return "installed"
    reports = [line[line.index("{") :] for line in done.stderr.splitlines() if '"schema":"benchflow-install' in line]
    try:
        report = json.loads(reports[-1])
    except (IndexError, ValueError):
        return f"not built: {done.stderr.strip()[-160:]}"
    return f"class {report['status']}, {report['step']}: {report['detail'][-160:]}"


def copied(image, base, tag):
    """The prefix of an image over another base."""
    started = launcher(image)
    prefix = started.split("/bin/")[0]
    text = f'FROM {base}\nCOPY --from={image} {prefix} {prefix}\nENTRYPOINT ["{started}"]\n'
    words = ["build", "--network=none", "--tag", tag, "-"]
    done = docker(*words, input=text, env={**os.environ, "DOCKER_BUILDKIT": "1"})
    return "installed" if done.returncode == 0 else f"not copied: {done.stderr.strip()[-160:]}"


def installed(work, agent, image):
    """What `install.sh` reports that cannot succeed in an image."""
    words = ["run", "--pull", "never", "--rm", "--network", "none", "--volume", f"{work}/context/{agent}:/scripts:ro"]
    said = docker(*words, "--entrypoint", "sh", image, "/scripts/install.sh")
    lines = [line for line in said.stderr.splitlines() if line.startswith("{")]
    try:
        report = json.loads(lines[-1])
    except (IndexError, ValueError):
        return f"ended with {said.returncode}: {said.stderr.strip()[-160:]}"
    return f"class {report['status']}, {report['step']}: {report['detail'][:160]}"


def rows_of(xtask, work, agent, images, bases):
    """The cells of an agent, by their rows."""
    base, certified, musl = bases
    cells = {}
    with open(f"{work}/suite/Dockerfile") as file:
        if f" AS {plain(agent)}\n" not in file.read():
            # Every target of it is unavailable: it has no image.
            return {"install": installed(work, agent, base), "musl": installed(work, agent, musl)}
    cells["install"] = built(work, agent, base, images["base"])
    cells["musl"] = installed(work, agent, musl)
    if cells["install"] == "installed":
        there = copied(images["base"], certified, images["certified"])
    else:
        # The missing parts of the image are reported; the other rows use the image with them.
        images["base"] = images["certified"]
        there = built(work, agent, certified, images["certified"])
    if there != "installed":
        return cells | {"certificates": there}
    entry = shown(xtask, agent)
    try:
        route = resolved(xtask, agent, entry)
    except RuntimeError as error:
        return cells | {"routing": str(error)}
    return cells | {row: cell(xtask, entry, row, route, images) for row in ROWS}


def main(xtask, work, base, certified, musl, *agents):
    listed = json.loads(subprocess.run([xtask, "list", "--json"], capture_output=True, check=True).stdout)
    wrong = []
    for agent in agents or [it["name"] for it in listed]:
        images = {"base": f"matrix:{plain(agent)}", "certified": f"matrix:{plain(agent)}-certified"}
        for row, said in rows_of(xtask, work, agent, images, (base, certified, musl)).items():
            known = EXPECTED.get(row) or EXPECTED.get((agent, row)) or EXPECTED.get((agent, None)) or GOOD
            if not said.startswith(known):
                wrong.append(f"{agent}, {row}: {said}")
            print(f"| {agent} | {row} | {said.replace('|', '/')} |", flush=True)
        docker("rmi", "--force", *set(images.values()))
        # What was built for one agent would fill the disk before the last; the stages that all share are used last.
        docker("builder", "prune", "--force", "--keep-storage", "4GB")
    for line in wrong:
        print(f"FAIL  {line}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
