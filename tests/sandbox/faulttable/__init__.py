"""The fault table: injected faults, and the expected results of installs. Each file has one family of rows."""

from faulttable import (
    archives,
    downloads,
    hostile,
    intercepted,
    kills,
    late,
    lines,
    machine,
    packages,
    payloads,
    several,
    shells,
    signals,
)
from faulttable.changes import write
from faulttable.fault import BASE, KILLED, Fault

FAMILIES = [
    downloads,
    packages,
    archives,
    payloads,
    intercepted,
    hostile,
    machine,
    late,
    several,
    lines,
    signals,
    kills,
    shells,
]
FAULTS = [row for family in FAMILIES for row in family.rows()]

__all__ = ["BASE", "FAULTS", "KILLED", "Fault", "write"]
