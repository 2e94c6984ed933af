"""A generated install.sh as parts that can be changed: its shell text, and the files that it carries.

The files are in a payload: base64 of gzip of a JSON object, with a checksum beside it. A script that was changed here is
whole again: the checksum is that of the changed payload.
"""

import base64
import gzip
import hashlib
import json
import re

PAYLOAD = re.compile(r'(?s)(<<"BENCHFLOW_PAYLOAD"\n)(.*?)(BENCHFLOW_PAYLOAD\n)')


def files(script):
    """The files that a script carries, by their names."""
    return json.loads(gzip.decompress(base64.b64decode(PAYLOAD.search(script)[2])))


def with_files(script, changed):
    """The script with other files."""
    packed = gzip.compress(json.dumps(changed).encode(), mtime=0)
    lines = base64.encodebytes(packed).decode()
    script = PAYLOAD.sub(lambda found: found[1] + lines + found[3], script)
    return re.sub(r"(?m)^PAYLOAD_SHA256=.*$", f"PAYLOAD_SHA256={hashlib.sha256(packed).hexdigest()}", script)


def replaced(script, place, old, new):
    """The script with a text replaced once: in its shell where `place` is None, else in that file of its payload."""
    if place is None:
        if script.count(old) < 1:
            raise ValueError(f"the script does not hold {old!r}")
        return script.replace(old, new, 1)
    carried = files(script)
    if carried[place].count(old) < 1:
        raise ValueError(f"{place} does not hold {old!r}")
    return with_files(script, carried | {place: carried[place].replace(old, new, 1)})


# As the renderer writes it (crates/scripts/src/install.rs, held by a test) where the payload is too big for a script.
FETCHED = """PAYLOAD_ENCODING=latin1

write_payload() {
    fetch payload.json.gz "$1" "$PAYLOAD_SHA256"
}
"""


def with_payload_on_mirror(script):
    """The script whose payload is an artefact, and that artefact."""
    packed = base64.b64decode(PAYLOAD.search(script)[2])
    inside = re.compile(r'(?s)PAYLOAD_ENCODING=base64\n.*?\nBENCHFLOW_PAYLOAD\n}\n')
    if not inside.search(script):
        raise ValueError("the script carries no payload")
    return inside.sub(lambda _: FETCHED, script, count=1), packed


def constant(script, name):
    """The value of a constant of the script."""
    return re.search(rf"(?m)^\s*{name}=(.*)$", script)[1]


def of_another_version(script):
    """The same install under another stamp, as an upgrade or a downgrade has one."""
    stamp = constant(script, "STAMP")
    other = hashlib.sha256(stamp.encode()).hexdigest()[: len(stamp)]
    carried = {name: text.replace(stamp, other) for name, text in files(script).items()}
    return with_files(script.replace(stamp, other), carried)
