"""Loads what generators write for a consumer, with the consumer's own code: adapters.py CONSUMER FOLDER TOOL [--damage].

FOLDER has the output of each generator in a folder of its name. TOOL is a program or file that the consumer needs and
Python does not have; `-` for none. With `--damage`, one generated file is broken first, so that the consumer must fail.
Prints one line about what was loaded, or exits 1 with the error.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(sys.argv[2]).resolve()
TOOL = sys.argv[3]
AGENTS = [it["name"] for it in json.loads((FOLDER / "registry/registry.json").read_text())["agents"]]


def same(found, wanted, what):
    """The number of what was found, which is exactly what was wanted."""
    found, wanted = sorted(found), sorted(wanted)
    assert found == wanted, f"{what}: {sorted(set(found) ^ set(wanted))} are in one list only"
    return len(found)


def plain(name):
    """The name of an agent where `@` and `.` cannot be written."""
    return name.replace("@", "-").replace(".", "-")


def run(*words, folder=None):
    """The output of a program that must succeed."""
    answer = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, f"{words[0]} ends with {answer.returncode}: {(answer.stderr + answer.stdout)[-800:]}"
    return answer.stdout


def harbor():
    sys.path.insert(0, str(FOLDER / "harbor"))
    import benchflow_harbor
    from harbor.agents.installed.acp import AcpRegistryEntry
    from harbor.models.task.config import normalize_allowed_hosts

    entries = [it.parent for it in (FOLDER / "harbor").glob("*/entry.json")]
    for it in entries:
        entry = AcpRegistryEntry.model_validate_json((it / "entry.json").read_text())
        assert plain(entry.id) == plain(it.name), (entry.id, it.name)
    same([it.name for it in entries], AGENTS, "registry entries")
    base = benchflow_harbor._Agent
    kinds = [it for it in vars(benchflow_harbor).values() if isinstance(it, type) and issubclass(it, base)]
    agents = [it(logs_dir=FOLDER / "logs") for it in kinds if it is not base]
    count = same([it.name() for it in agents], AGENTS, "classes")
    described = list((FOLDER / "registry/acp").glob("*/agent.json"))
    for it in described:
        AcpRegistryEntry.model_validate_json(it.read_text())
    lists = {it.stem: it.read_text().splitlines() for it in (FOLDER / "egress").glob("*.txt")}
    same(lists, AGENTS, "lists of hosts")
    hosts = [[line for line in it if not line.startswith("#")] for it in lists.values()]
    hosts += json.loads((FOLDER / "egress/providers.json").read_text()).values()
    for it in hosts:
        assert normalize_allowed_hosts(it) == it, it
    return f"{count} agents: entries parsed, classes instantiated; {len(described)} agent.json, {len(hosts)} lists of hosts"


def benchflow():
    os.environ["BENCHFLOW_AGENTS_DIR"] = str(FOLDER / "manifests")
    from benchflow.agents import manifest, registry

    loaded = manifest.load_agents_from_dir(FOLDER / "manifests")
    count = same(loaded, AGENTS, "manifests")
    for name, it in loaded.items():
        assert registry.AGENT_LAUNCH[name] == it.config.launch_cmd, name
    return f"{count} agents: manifests loaded and registered"


def inspect():
    sys.path.insert(0, str(FOLDER / "inspect"))
    from benchflow_inspect import AGENTS as rows
    from benchflow_inspect import LauncherAgent, launcher
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.solver import solver

    built, refused = [], []

    # An agent can be built inside a sample only.
    @solver
    def build():
        async def solve(state, generate):
            for name, row in rows.items():
                if isinstance(row["variables"], str):
                    refused.append(name)
                    continue
                launcher(name)
                built.append(LauncherAgent(name))
            return state

        return solve

    task = Task(dataset=[Sample(input="x")], solver=build(), sandbox="local")
    [log] = eval(task, model="mockllm/model", display="none", log_dir=str(FOLDER / "logs"))
    assert log.status == "success", log.error and log.error.message
    same(rows, AGENTS, "rows")
    same([it._known["command"].rsplit("/", 1)[-1] for it in built] + refused, AGENTS, "agents")
    return f"{len(built)} agents built in a sample; {len(refused)} without an API of a vendor"


def openhands():
    sys.path.insert(0, str(FOLDER / "openhands"))
    from benchflow_openhands import COMMANDS, settings

    for name, command in COMMANDS.items():
        agent = settings(name).create_agent()
        assert agent.acp_command == command and command[0].endswith("/" + name), (name, agent.acp_command)
    return f"{same(COMMANDS, AGENTS, 'commands')} agents: settings made, agents created from acp_command"


def acpx():
    home = FOLDER / "acpx-home"
    (home / ".acpx").mkdir(parents=True, exist_ok=True)
    (home / ".acpx/config.json").write_bytes((FOLDER / "acpx/config.json").read_bytes())
    node, program = TOOL.split(":")
    read = json.loads(run("env", f"HOME={home}", node, program, "config", "show", folder=home))
    written = json.loads((FOLDER / "acpx/config.json").read_text())["agents"]
    assert read["agents"] == written, "acpx reads other commands than the file has"
    return f"{same(read['agents'], AGENTS, 'agents')} agents: configuration read"


def devcontainers():
    names = [plain(it) for it in AGENTS]
    source, packages, project = (FOLDER / it for it in ("devcontainer/src", "packages", "project"))
    run("node", TOOL, "features", "package", str(source), "--output-folder", str(packages))
    archives = [it.name.removeprefix("devcontainer-feature-").removesuffix(".tgz") for it in packages.glob("*.tgz")]
    same(archives, names, "packages")
    (project / ".devcontainer").mkdir(parents=True)
    for name in names:
        shutil.copytree(source / name, project / ".devcontainer" / name)
    configuration = {"image": "localhost/none", "features": {f"./{name}": {} for name in names}}
    (project / ".devcontainer/devcontainer.json").write_text(json.dumps(configuration))
    # It asks the engine for its version only; `true` stands for that.
    words = ("read-configuration", "--include-features-configuration", "--docker-path", "true", "--workspace-folder")
    read = json.loads(run("node", TOOL, *words, str(project)))
    features = [it for group in read["featuresConfiguration"]["featureSets"] for it in group["features"]]
    for it in features:
        assert it["options"] and it["version"], it["id"]
    return f"{same([it['id'] for it in features], names, 'features')} agents: features packaged, configuration read"


def bake():
    read = json.loads(run(TOOL, "bake", "--print", folder=FOLDER / "suite"))
    stages = [
        line.split()[-1] for line in (FOLDER / "suite/Dockerfile").read_text().splitlines() if line.startswith("FROM ")
    ]
    images = [it.removesuffix("-layer") for it in stages if it.endswith("-layer")]
    installable = [plain(it) for it in AGENTS if plain(it) in stages]
    same(images, installable, "stages")
    same(read["group"]["default"]["targets"], images, "targets of `default`")
    targets = {it["target"] for it in read["target"].values()}
    assert targets <= set(stages), targets - set(stages)
    return f"{len(images)} agents: targets resolved, each a stage of the Dockerfile; {len(AGENTS) - len(images)} not installable"


def valid(schema, document, resources=()):
    """Checks a document by its schema; `resources` are other schemas, by their URLs."""
    import jsonschema_rs

    options = {"registry": jsonschema_rs.Registry(list(resources)), "validate_formats": True}
    faults = [str(it)[:400] for it in jsonschema_rs.validator_for(schema, **options).iter_errors(document)]
    assert not faults, "\n".join(faults[:3])


def sbom():
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.schema._res import BOM_JSON_STRICT, JSF, SPDX_JSON

    def read(path):
        return json.loads(Path(path).read_text())

    document, place = read(FOLDER / "sbom/sbom.cdx.json"), "http://cyclonedx.org/schema/"
    others = [(place + Path(it).name, read(it)) for it in (SPDX_JSON, JSF)]
    valid(read(BOM_JSON_STRICT[SchemaVersion.V1_6]), document, others)
    components = document["components"]
    count = same([it["name"] for it in components if it["type"] == "application"], AGENTS, "applications")
    licensed = sum("licenses" in it for it in components)
    return f"{count} agents: valid by its schema; {len(components)} components, {licensed} with licenses"


def registry():
    schema, document = (
        json.loads((FOLDER / "registry" / it).read_text()) for it in ("registry.schema.json", "registry.json")
    )
    valid(schema, document)
    return f"{len(AGENTS)} agents: registry.json is valid by its schema"


# Each consumer, and a change of one generated file that it must refuse: the file, a text, and what replaces it.
CONSUMERS = {
    "harbor": (harbor, "harbor/codex-acp/entry.json", '"cmd"', '"command"'),
    "benchflow": (benchflow, "manifests/codex-acp/manifest.toml", "launch_cmd", "launch_command"),
    "inspect": (inspect, "inspect/benchflow_inspect.py", "import ACPAgent", "import ACPAgents"),
    "openhands": (openhands, "openhands/benchflow_openhands.py", "acp_command=", "acp_commands="),
    "acpx": (acpx, "acpx/config.json", '"argv"', '"arguments"'),
    "devcontainers": (devcontainers, "devcontainer/src/codex-acp/devcontainer-feature.json", '"version"', '"versions"'),
    "bake": (bake, "suite/docker-bake.hcl", 'target = "codex-acp"', "target = codex-acp"),
    "sbom": (sbom, "sbom/sbom.cdx.json", '"id": "MIT"', '"id": "MIT License"'),
    "registry": (registry, "registry/registry.json", '"benchflow-registry/', '"registry/'),
}

load, path, old, new = CONSUMERS[sys.argv[1]]
if "--damage" in sys.argv:
    damaged = FOLDER / path
    text = damaged.read_text()
    assert old in text, f"{path} does not have {old}"
    damaged.write_text(text.replace(old, new))
try:
    print(load())
except Exception as error:
    sys.exit(f"{type(error).__name__}: {str(error)[-800:]}")
