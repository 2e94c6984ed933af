"""What a row of the table of faults holds, and the words that rows share."""

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


MIRROR = {"BENCHFLOW_MIRROR": f"{SERVER}/runtimes"}
NPM = {"BENCHFLOW_NPM_REGISTRY": f"{SERVER}/npm"}
PYPI = {"BENCHFLOW_PYPI_INDEX": f"{SERVER}/simple"}
ALWAYS = "/runtimes/node-"
STAGE = "/opt/benchflow/.staging/*"
AFTER_KILL = (("check", (0, 15)), ("install", (0,)), ("gc", (0,)), ("check", (0,)))
