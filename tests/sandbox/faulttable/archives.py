"""Broken archives of the runtime that have the checksum in the script."""

from faulttable.changes import holding
from faulttable.fault import INTEGRITY, Fault


def cut(source, to):
    to.write_bytes(source.read_bytes()[: source.stat().st_size // 2])


def rows():
    kinds = [
        ("cut", "a truncated archive", cut, "is not a complete archive"),
        ("top", "an archive without the program", holding("other/readme"), "does not contain bin/node"),
        (
            "escape",
            "an archive with a member outside",
            holding("../../../../escaped"),
            "outside its folder|does not contain bin/node",
        ),
    ]
    for name, what, make, detail in kinds:
        yield Fault(
            f"archive/{name}",
            what,
            INTEGRITY,
            "unpack",
            ("err", "fetching /site/"),
            archive=make,
            detail=detail,
            env={"BENCHFLOW_MIRROR": "/site"},
            short=name == "escape",
        )
