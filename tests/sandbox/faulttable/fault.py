"""A row of the fault table, and constants that rows share."""

import dataclasses

from faultbox import SERVER

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
    """A row of the table. `setting` is applied to the good runs too; the other fields are the fault."""

    name: str
    injected: str
    expected: tuple
    step: str
    # The trace of the injection: a log and a pattern, in which PLACE is the role's artefact, as in `rules`.
    trace: tuple
    role: str = "any"
    lean: bool = False  # with a script that does not check free space
    mirrored: bool = False  # with a script whose payload is on the mirror, which is the folder /site
    unlocked: bool = False  # with a script without a lock
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
    installed: str = None  # the fault is injected after a complete install, of `this` or of `another` version
    beside: str = None  # a role whose agent is installed in the prefix first
    beside_check: tuple = (0,)  # the allowed statuses of its mode `check` after the fault
    damage: object = None  # a change of the prefix before the faulty run
    archive: object = None  # makes another archive of the runtime, whose checksum is put into the script
    check: tuple = (15,)  # the allowed statuses of mode `check` after the fault
    after: tuple = ()  # modes of runs right after it, beside leftover processes, with their allowed statuses
    count: tuple = None  # how often something is in the server's log: pattern, least, most
    times: int = 1  # the number of repetitions, each with an empty prefix
    final: bool = None  # whether the report says that a retry does not help; None: by the class
    detail: str = ""
    never: str = None  # what standard error must not contain
    uncalled: str = None  # calls that no stub may record
    silent: bool = False  # standard error is closed: the report is read from the prefix


MIRROR = {"BENCHFLOW_MIRROR": f"{SERVER}/runtimes"}
NPM = {"BENCHFLOW_NPM_REGISTRY": f"{SERVER}/npm"}
PYPI = {"BENCHFLOW_PYPI_INDEX": f"{SERVER}/simple"}
ALWAYS = "/runtimes/node-"
STAGE = "/opt/benchflow/.staging/*"
AFTER_KILL = (("check", (0, 15)), ("install", (0,)), ("gc", (0,)), ("check", (0,)))
