"""Changes parts of a generated install.sh: its shell text, and the files in its payload.

The payload is base64 of gzip of a JSON object, with a checksum in the script. After a change, the checksum is updated.
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
    """The files in the payload of a script, by their names."""
    return json.loads(gzip.decompress(base64.b64decode(PAYLOAD.search(script)[2])))


def with_files(script, changed):
    """The script with other files."""
    packed = gzip.compress(json.dumps(changed).encode(), mtime=0)
    lines = base64.encodebytes(packed).decode()
    script = PAYLOAD.sub(lambda found: found[1] + lines + found[3], script)
    return re.sub(r"(?m)^PAYLOAD_SHA256=.*$", f"PAYLOAD_SHA256={hashlib.sha256(packed).hexdigest()}", script)


def edited(script, edits):
    """The script as rendered from sources with edits; an edit is a mark and the new lines for it."""
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
            raise ValueError(f"the script does not contain the current {path}; write the scripts again")
    return script


# The renderer's text (crates/scripts/src/install.rs, checked by a test) when the payload is too big for a script.
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
        raise ValueError("the script has no payload")
    return inside.sub(lambda _: FETCHED, script, count=1), packed


def constant(script, name):
    """The value of a constant of the script."""
    return re.search(rf"(?m)^\s*{name}=(.*)$", script)[1]


def of_another_version(script):
    """The same install with another stamp, as in an upgrade or a downgrade."""
    stamp = constant(script, "STAMP")
    other = hashlib.sha256(stamp.encode()).hexdigest()[: len(stamp)]
    carried = {name: text.replace(stamp, other) for name, text in files(script).items()}
    return with_files(script.replace(stamp, other), carried)
