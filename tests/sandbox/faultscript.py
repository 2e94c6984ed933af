"""A generated install.sh as parts that can be changed: its shell text, and the files that it carries.

The files are in a payload: base64 of gzip of a JSON object, with a checksum beside it. A script that was changed here is
whole again: the checksum is that of the changed payload.
"""

import base64
import gzip
import hashlib
import json
import pathlib
import re

import marks

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


def edited(script, edits):
    """The script as the renderer writes it from sources with edits, each of which is a mark and what its lines become."""
    for path, text in marks.sources(edits).items():
        source = (marks.TOP / path).read_text()
        if path.endswith(".mjs"):
            place, carried = f"lib/{pathlib.Path(path).name}", files(script)
            same, changed = carried[place] == marks.minified(source), marks.minified(text)
            script = with_files(script, carried | {place: changed})
        else:
            before, after = marks.unmarked(source), marks.unmarked(text)
            same = script.count(before) == 1
            script = script.replace(before, after)
        if not same:
            raise ValueError(f"the script does not hold {path} as it is in the tree; write the scripts again")
    return script


# As the renderer writes it (crates/scripts/src/install.rs, held by a test) where the payload is too big for a script.
FETCHED = """PAYLOAD_ENCODING=latin1

write_payload() {
    fetch payload.json.gz "$1" "$PAYLOAD_SHA256"
}
"""


def with_payload_on_mirror(script):
    """The script whose payload is an artefact, and that artefact."""
    packed = base64.b64decode(PAYLOAD.search(script)[2])
    inside = re.compile(r"(?s)PAYLOAD_ENCODING=base64\n.*?\nBENCHFLOW_PAYLOAD\n}\n")
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
