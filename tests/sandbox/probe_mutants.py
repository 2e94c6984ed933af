#!/usr/bin/env python3
"""Breaks the judges of `probe` and `verify` themselves, and checks that a unit test fails.

    probe_mutants.py [--only NAME]... [--apply]
    probe_mutants.py --list

Each mutant replaces the line that a comment `mutant: NAME` marks in a source file (marks.py), in a copy of the tree, and
the tests of its package must fail with it. They are run without a mutant first, and must pass. Prints `N killed of N`, and
exits 1 when one survives. With --apply none is run: it only checks that each mutant has its mark.
"""

import argparse
import collections
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import marks  # noqa: E402
from marks import TOP  # noqa: E402

# The new text of the marked line; empty to remove the line.
Mutant = collections.namedtuple("Mutant", "name line")

MUTANTS = [
    # routing
    Mutant("a run without a call passes", "if let Some(detail) = no_call(record).filter(|_| false) {"),
    Mutant("any place will do", "if false {"),
    Mutant("any scheme will do", "let placed = here;"),
    Mutant("any credential will do", "if false {"),
    Mutant("any model will do", "false"),
    Mutant("the key may be in a body", "found"),
    Mutant(
        "a prompt may go to others",
        '(false, _, true) if false => Some(format!("a prompt is in {}", request.describe())),',
    ),
    Mutant(
        "an answer is not needed", "let arrived = |prompt: &&str| record.model_calls().any(|call| call.says(prompt));"
    ),
    Mutant(
        "a prompt need not arrive", "let arrived = |prompt: &&str| record.model_calls().any(|call| call.is_answered());"
    ),
    Mutant("what is not read holds nothing", 'let encoding = request.unread().filter(|it| *it == "none")?;'),
    # what the commands see
    Mutant("a lost folder is none", "if false {"),
    Mutant("any order will do", "if false {"),
    Mutant("any program will do", "if false {"),
    Mutant("any virtual environment will do", "if false {"),
    Mutant("the text of a command is its output", "let written = |_: &&str| false;"),
    # hosts
    Mutant("every host is known", "None => None,"),
    Mutant("a switch need not work", "Some(host) if !host.off.is_empty() && false => {"),
    # bodies
    Mutant("a text within a text is not read", "let _: Value = inner;"),
    Mutant("keys are not read", "let _ = key;"),
    Mutant("an encoded body is not read", "match self.encoded().and_then(|_| None::<Vec<u8>>) {"),
    # sessions
    Mutant("an opened session has no past", 'Some(call) if !call.body.is_null() => "restores the dialogue",'),
    # times
    Mutant("any call is the first", "let called_at = record.model_calls().next()?.at_ms;"),
    # web tools
    Mutant("a listed tool is allowed", ""),
    Mutant("a named tool is allowed", ""),
    Mutant("a found tool is allowed", ""),
    Mutant(
        "a described tool is allowed", '(false).then(|| format!("{} is still described to the model", words(left)))'
    ),
    Mutant("a catalogue is not read", "let together = entries.windows(2).filter(|_| false);"),
    Mutant("an escape is a letter", "let escaped = false;"),
    Mutant("a word may be a part of one", "escaped || !before.chars().next_back().is_some_and(part)"),
    Mutant(
        "the table of names is not asked",
        "tools.iter().map(String::as_str).filter(|it| self.own.contains(it)).collect()",
    ),
    Mutant(
        "the entry's names are not asked",
        "tools.iter().map(String::as_str).filter(|it| known(it)).collect()",
    ),
    Mutant("a table says which tools are hosted", "Self { own: agent.hosted_tools(), table: true }"),
    Mutant("other tools may go", '(false).then(|| format!("it changes other tools too: {}", words(changed)))'),
    Mutant("no control is needed", "if false {"),
    Mutant("the search need not be called", "if false {"),
    Mutant("the search need not find", ".is_empty().min(false)"),
    Mutant("the web tool need not be called", "if false {"),
    Mutant("a called tool may reach out", "if false {"),
    Mutant("an agent without web tools may have some", "if false {"),
    # secrets
    Mutant(
        "a key may be in an argument",
        'if false { Some("the key") } else { prompts.iter().any(|it| stands(it)).then_some("a prompt") };',
    ),
    Mutant(
        "a key may be said",
        "let found = streams.into_iter().find(|(_, text)| false && forms(key).iter().any(|it| text.contains(it)));",
    ),
    Mutant("a key may be in a file of others", "if stands(key) && !home {"),
    Mutant(
        "a prompt may be in the task's folder",
        '(false && prompts.iter().any(|it| stands(it))).then(|| format!("a prompt is in {place}"))',
    ),
    Mutant("a quote hides a key", "[canary.to_owned(), canary.to_owned()]"),
    # permission and effort
    Mutant("a request need not arrive", "(Ask::Yes, None) if false => Verdict::Proved,"),
    Mutant("it may ask", "(Ask::No, Some(_)) => Verdict::Proved,"),
    Mutant("a write need not succeed", "if false {"),
    Mutant("the network need not be there", "if false {"),
    Mutant("a level need not arrive", "if false {"),
    Mutant("two levels may be sent alike", "if false {"),
    # MCP servers
    Mutant("a tool need not be offered", "if false {"),
    Mutant("a call need not reach the server", "let Some(call) = arrived.first() else {"),
    Mutant("what the client hands over may be lost", "if false {"),
    Mutant("an answer need not return", "if false {"),
    Mutant("web tools may come with servers", "Verdict::Proved if false => match web::offered(agent, record) {"),
    Mutant("a reported transport need not be listed", "Verdict::Proved if false => {"),
    Mutant("any tool is that of the server", "!name.is_empty()"),
    # verdicts and evidence
    Mutant("an error is an open question", "(None, Some(text), _) => Self::Unproven(text),"),
    Mutant("a failure is outweighed", "(Some(text), ..) => Self::Unproven(text),"),
    Mutant("an error is evidence", "let error = all.into_iter().find(|_| false).map(Verdict::detail);"),
    Mutant("what was never run is evidence", "error"),
    Mutant("a changed lock keeps evidence fresh", "let _ = installed;"),
    Mutant("a changed launcher keeps evidence fresh", ""),
    Mutant("a changed Node.js keeps evidence fresh", "let _ = node;"),
    Mutant("a changed handshake keeps evidence fresh", ""),
    Mutant("a changed policy keeps evidence fresh", ""),
    # verify
    Mutant("agentInfo is not compared", "let mut differences: Vec<String> = Vec::new();"),
    Mutant("the session is not compared", ""),
    Mutant("the end is not compared", ""),
    Mutant("a refusal is a session", "SessionAnswer::Refused(_) => Session::Ok,"),
    # the model server
    Mutant("the search is never called", "} else if last.is_empty() {"),
    Mutant("any tool finds tools", "!name.is_empty()"),
    Mutant(
        "a tool that was found is never called",
        "if let Some(call) = found.filter(|_| false).and_then(|name| tools::bridge(&asked.tools, name, &arguments)) {",
    ),
    Mutant("what an agent adds is not filled", "let mut all = serde_json::Map::new();"),
    Mutant("a bridge offers nothing", "let (_, _) = (bridges(), found()); listed"),
    Mutant("whatever an output names is offered", "let _ = bridges(); listed.or_else(found)"),
]


def edited(it):
    """The file of a mutant, and its changed text."""
    return next(iter(marks.sources([(it.name, [it.line])]).items()))


def tests(tree):
    """Whether the tests pass, and the name of the first that does not."""
    words = ["cargo", "test", "--quiet", "-p", "registry-live", "-p", "registry-scripts", "--lib"]
    env = {**os.environ, "CARGO_TARGET_DIR": str(TOP / "target/mutants/target"), "RUSTFLAGS": "--cap-lints warn"}
    done = subprocess.run(words, cwd=tree, env=env, capture_output=True, text=True)
    lines = (done.stdout + done.stderr).splitlines()
    if any("could not compile" in line for line in lines):
        return False, "COMPILE " + next((line for line in lines if line.startswith("error")), "")
    return done.returncode == 0, next((line for line in lines if line.endswith(("FAILED", "failed"))), "").split(" ")[0]


def judge(tree, it):
    name, text = edited(it)
    path = tree / name
    before = path.read_text()
    path.write_text(text)
    try:
        passed, first = tests(tree)
    finally:
        path.write_text(before)
    if first.startswith("COMPILE"):
        return f"FAIL      {it.name}: it does not compile: {first}"
    return f"survived  {it.name}" if passed else f"killed    {it.name}: {first}"


def copy(folder):
    """The tracked files as they are in the work tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (TOP / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, folder / name)
    return folder


def main():
    parser = argparse.ArgumentParser(description="mutants of the judges")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--apply", action="store_true")
    parser.add_argument("--list", action="store_true")
    words = parser.parse_args()
    if words.list:
        return print("\n".join(f"{edited(it)[0]}: {it.name}" for it in MUTANTS))
    if unknown := [name for name in words.only if not any(name == it.name for it in MUTANTS)]:
        sys.exit(f"no such mutant: {', '.join(unknown)}; --list prints all")
    chosen = [it for it in MUTANTS if not words.only or it.name in words.only]
    gone = []
    for it in chosen:
        try:
            edited(it)
        except ValueError as error:
            gone.append(f"{it.name}: {error}")
    if gone or words.apply:
        print("\n".join([*gone, f"{len(chosen) - len(gone)} of {len(chosen)} mutants can be applied"]))
        sys.exit(1 if gone else 0)
    # Always the same folder, so that a second run uses the build of the first one.
    tree = TOP / "target/mutants/tree"
    shutil.rmtree(tree, ignore_errors=True)
    copy(tree)
    passed, first = tests(tree)
    if not passed:
        sys.exit(f"the tests do not pass without a mutant: {first}")
    killed = 0
    for it in chosen:
        verdict = judge(tree, it)
        killed += verdict.startswith("killed")
        print(verdict, flush=True)
    print(f"{killed} killed of {len(chosen)}")
    sys.exit(0 if killed == len(chosen) else 1)


if __name__ == "__main__":
    main()
