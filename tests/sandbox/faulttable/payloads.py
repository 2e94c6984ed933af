"""A payload on the mirror, as for one that is too big for a script."""

from faultbox import inside

from faulttable.fault import INFRASTRUCTURE, INTEGRITY, OK, Fault


def rows():
    def flip(root):
        place = inside(root, "/site/payload.json.gz")
        data = bytearray(place.read_bytes())
        data[len(data) // 2] ^= 1
        place.write_bytes(data)

    kinds = [
        ("mirror", "a payload on the mirror", OK, "done", (), ""),
        (
            "flip",
            "one bit changed in a payload on the mirror",
            INTEGRITY,
            "checksum",
            (flip,),
            "payload.json.gz has sha256",
        ),
        (
            "gone",
            "no payload on the mirror",
            INFRASTRUCTURE,
            "fetch",
            (lambda root: inside(root, "/site/payload.json.gz").unlink(),),
            "cannot read",
        ),
    ]
    for name, what, expected, step, prepare, detail in kinds:
        yield Fault(
            f"payload/{name}",
            what,
            expected,
            step,
            ("err", "fetching /site/payload"),
            mirrored=True,
            prepare=prepare,
            setting_env={"BENCHFLOW_MIRROR": "/site"},
            detail=detail,
            final=True if name == "gone" else None,
            check=(0,) if expected is OK else (15,),
        )
    changed = """sed 's/^PAYLOAD_SHA256=..../PAYLOAD_SHA256=0000/' "$0" | sh"""
    yield Fault(
        "payload/changed",
        "a payload with another checksum than in the script",
        (70, "internal"),
        "payload",
        ("err", "installed node-"),
        argv=("sh", "-c", changed, "SCRIPT"),
        detail="cannot be unpacked: wrong checksum",
    )
