"""Marks in the sources: a comment `mutant: NAME` above the line that a mutant replaces.

A mark moves with its line, so a refactoring keeps it. One name may mark several lines. Marks in shell and in the programs
of a payload are not written into scripts: the renderer drops them with `library` and `minify`.
"""

import collections
import functools
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
MARK = re.compile(r"\s*(?:#|//) mutant: (.*)")
Mark = collections.namedtuple("Mark", "path line")


@functools.cache
def marks():
    """The marks of the tree by name: the file of each, and the index of the line that it marks."""
    found = collections.defaultdict(list)
    words = ["git", "grep", "--untracked", "-lE", r"^\s*(#|//) mutant: ", "--", "*.sh", "*.mjs", "*.rs"]
    files = subprocess.run(words, cwd=TOP, check=True, capture_output=True, text=True).stdout.split()
    for path in sorted(files):
        lines = (TOP / path).read_text().split("\n")
        for at, line in enumerate(lines):
            if name := MARK.fullmatch(line):
                while MARK.fullmatch(lines[at]):
                    at += 1
                found[name[1]].append(Mark(path, at))
    return dict(found)


def sources(edits):
    """The marked files of edits, each with its changed text. An edit is a name and the new text of each of its lines."""
    changed = {}
    for name, lines in edits:
        places = marks().get(name, [])
        if len(places) != len(lines):
            raise ValueError(f"`{name}` marks {len(places)} lines of the sources, not {len(lines)}")
        for place, new in zip(places, lines, strict=True):
            text = changed.setdefault(place.path, (TOP / place.path).read_text().split("\n"))
            old = text[place.line]
            text[place.line] = old[: len(old) - len(old.lstrip())] + new if new else ""
    return {path: "\n".join(lines) for path, lines in changed.items()}


def unmarked(text):
    """A source without its marks, as the renderer writes it."""
    return "".join(f"{line}\n" for line in text.split("\n")[:-1] if not MARK.fullmatch(line))


def minified(text):
    """A program of a payload, as the renderer writes it."""
    lines = (line.strip() for line in text.split("\n"))
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
