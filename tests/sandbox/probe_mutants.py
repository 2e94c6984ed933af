#!/usr/bin/env python3
"""Breaks the judges of `probe` and `verify` themselves, and asks whether a unit test notices.

    probe_mutants.py [--only NAME]... [--apply]
    probe_mutants.py --list

Each mutant is one change of a source file, in a copy of the tree, and the tests of its package must fail with it. They
are run without a mutant first, and must pass. Prints `N killed of N`, and exits 1 when one survives. With --apply none is
run: it is only seen that the sources still have what each changes.
"""

import argparse
import collections
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
Mutant = collections.namedtuple("Mutant", "name file old new")

JUDGE, WEB, RECORD = "crates/live/src/probe/judge.rs", "crates/live/src/probe/web.rs", "crates/live/src/probe/record.rs"
SECRETS, VERDICT, REPORT = (f"crates/live/src/probe/{it}.rs" for it in ("secrets", "verdict", "report"))
SESSION, SEEN = "crates/live/src/verify/session.rs", "crates/live/src/verify/handshake.rs"
TOOLS, ANSWER, FRESH = "crates/live/src/model_server/tools.rs", "crates/live/src/model_server/answer.rs", "crates/scripts/src/evidence.rs"

MUTANTS = [Mutant(*it) for it in [
    # routing
    ("no call is no failure", JUDGE, "if let Some(detail) = no_call(record) {", "if let Some(detail) = no_call(record).filter(|_| false) {"),
    ("any place will do", JUDGE, "if !(placed && under) {", "if false && !(placed && under) {"),
    ("any scheme will do", JUDGE, '&& route.base_url.starts_with(&format!("{}://", request.scheme))', ""),
    ("any credential will do", JUDGE, "if !credentials(request, protocol).contains(&route.key.as_str()) {", "if false {"),
    ("any model will do", JUDGE, "(model != route.model)\n", "false\n"),
    ("the key may be in a body", JUDGE, 'found.or_else(|| request.says(key).then_some("the body"))', "found"),
    ("a prompt may go to others", JUDGE, '(false, _, true) => Some(format!("a prompt is in', '(false, _, true) if false => Some(format!("a prompt is in'),
    ("an answer is not needed", JUDGE, "call.is_answered() && call.says(prompt)", "call.says(prompt)"),
    ("a prompt need not arrive", JUDGE, "call.is_answered() && call.says(prompt)", "call.is_answered()"),
    ("what is not read holds nothing", JUDGE, "let encoding = request.unread()?;", 'let encoding = request.unread().filter(|it| *it == "none")?;'),
    # what the commands see
    ("a lost folder is none", JUDGE, "if !lost.is_empty() {", "if false {"),
    ("any order will do", JUDGE, "if !places.is_sorted() {", "if false {"),
    ("any program will do", JUDGE, 'if *found != format!("{}/{program}", wanted.programs) {', "if false {"),
    ("any virtual environment will do", JUDGE, "if answer.virtual_env != wanted.virtual_env {", "if false {"),
    # hosts
    ("every host is known", JUDGE, 'None => Some(format!("`{name}` is not in the entry")),', "None => None,"),
    ("a switch need not work", JUDGE, "Some(host) if !host.off.is_empty() => {", "Some(host) if !host.off.is_empty() && false => {"),
    # bodies
    ("a text within a text is not read", RECORD, "collect(&inner, into);", "let _: Value = inner;"),
    ("keys are not read", RECORD, "into.push(key.clone());", "let _ = key;"),
    ("an encoded body is not read", RECORD, "and_then(|it| STANDARD.decode(it).ok())", "and_then(|_| None::<Vec<u8>>)"),
    # web tools
    ("a listed tool is no offer", WEB, '(&offered.listed, "is still offered"),', ""),
    ("a named tool is no offer", WEB, '(&offered.named, "is still named to the model"),', ""),
    ("a found tool is no offer", WEB, '(&offered.found, "is still found by its search for tools"),', ""),
    ("a described tool is no offer", WEB, "(!left.is_empty()).then(|| format!(\"{} is still described", "(false).then(|| format!(\"{} is still described"),
    ("an escape is a letter", WEB, r'[r"\n", r"\t", r"\r"].iter().any(|it| before.ends_with(it))', "false"),
    ("a word may be a part of one", WEB, "&& !after.is_some_and(part)", ""),
    ("the table of names is not asked", WEB, "|| web_names::source_of(it).is_some()", ""),
    ("the entry's names are not asked", WEB, "own.contains(it) || web_names", "web_names"),
    ("other tools may go", WEB, "(!changed.is_empty()).then(|| format!(\"it changes", "(false).then(|| format!(\"it changes"),
    ("no control is needed", WEB, "if listed.is_empty() && named.is_empty() && control.mentioned.is_empty() {", "if false {"),
    ("the search need not be called", WEB, "if !control.searched || !offered.searched {", "if false {"),
    ("the search need not find", WEB, "    web_tools(&control.found, agent)\n        .is_empty()\n", "    false\n"),
    ("the web tool need not be called", WEB, "if !with.model_calls().any(|call| call.says(WEB_PROMPT.0) && call.called_tool() == name) {", "if false {"),
    ("a called tool may reach out", WEB, "if !reached.is_empty() {", "if false {"),
    ("an agent without web tools may have some", WEB, "        if !web.is_empty() {", "        if false {"),
    # secrets
    ("a key may be in an argument", SECRETS, 'if stands(key) { Some("the key") }', 'if false { Some("the key") }'),
    ("a key may be said", SECRETS, "find(|(_, text)| forms(key)", "find(|(_, text)| false && forms(key)"),
    ("a key may be in a file of others", SECRETS, "if stands(key) && !(home && alone) {", "if stands(key) && !home {"),
    ("a prompt may be in the task's folder", SECRETS, "is_in(place, WORKSPACE) && prompts", "false && prompts"),
    ("a quote hides a key", SECRETS, "json.get(1..json.len() - 1).unwrap_or_default().to_owned()]", "canary.to_owned()]"),
    # verdicts and evidence
    ("an error is an open question", VERDICT, "(None, Some(text), _) => Self::Error(text),", "(None, Some(text), _) => Self::Unproven(text),"),
    ("a failure is outweighed", VERDICT, "(Some(text), ..) => Self::Failed(text),", "(Some(text), ..) => Self::Unproven(text),"),
    ("an error is evidence", REPORT, "let error = all.into_iter().find(|it| matches!(it, Verdict::Error(_))).map(Verdict::detail);", "let error = all.into_iter().find(|_| false).map(Verdict::detail);"),
    ("what was never run is evidence", REPORT, "error.or_else(|| self.runs.is_empty().then_some(self.routing.detail()))", "error"),
    ("the lock makes nothing stale", FRESH, 'facts.add("lock", &installed(agent.lock));', "let _ = installed;"),
    ("the launcher makes nothing stale", FRESH, 'facts.add("launch.sh", launch);', ""),
    ("Node.js makes nothing stale", FRESH, 'facts.add("node", &node.to_string());', "let _ = node;"),
    ("the handshake makes nothing stale", FRESH, "add_handshake(&mut facts, &agent.handshake);", ""),
    ("the policy makes nothing stale", FRESH, '"web" => web(agent, &scripts.web_policy),', ""),
    # verify
    ("agentInfo is not compared", SESSION, "let mut differences = compare_info(&seen.agent_info, expected);", "let mut differences: Vec<String> = Vec::new();"),
    ("the session is not compared", SESSION, "differences.extend(compare_session(seen.session.as_ref(), expected.session).err());", ""),
    ("the end is not compared", SESSION, "differences.extend(compare_ending(ending, expected.exit).err());", ""),
    ("a refusal is a session", SEEN, 'SessionAnswer::Refused(error) => Session::Refused(error.code)', 'SessionAnswer::Refused(_) => Session::Ok'),
    # the model server
    ("the search is never called", ANSWER, "} else if last.contains(SEARCH_WORD) {", "} else if last.is_empty() {"),
    ("any tool finds tools", TOOLS, "SEARCHERS.contains(&plain(name).as_str())", "!name.is_empty()"),
]]  # fmt: skip


def edited(it):
    text = (TOP / it.file).read_text()
    if text.count(it.old) < 1:
        raise ValueError(f"{it.file} has no {it.old!r}")
    return text.replace(it.old, it.new, 1)


def tests(tree):
    """Whether the tests pass, and the name of the first that does not."""
    words = ["cargo", "test", "--quiet", "-p", "registry-live", "-p", "registry", "--lib"]
    env = {**os.environ, "CARGO_TARGET_DIR": str(TOP / "target/mutants/target"), "RUSTFLAGS": "--cap-lints warn"}
    done = subprocess.run(words, cwd=tree, env=env, capture_output=True, text=True)
    lines = (done.stdout + done.stderr).splitlines()
    if any("could not compile" in line for line in lines):
        return False, "COMPILE " + next((line for line in lines if line.startswith("error")), "")
    return done.returncode == 0, next((line for line in lines if line.endswith(("FAILED", "failed"))), "").split(" ")[0]


def judge(tree, it):
    path = tree / it.file
    before = path.read_text()
    path.write_text(edited(it))
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
        return print("\n".join(f"{it.file}: {it.name}" for it in MUTANTS))
    if unknown := [name for name in words.only if not any(name == it.name for it in MUTANTS)]:
        sys.exit(f"no mutant is called {', '.join(unknown)}; --list names them")
    chosen = [it for it in MUTANTS if not words.only or it.name in words.only]
    gone = []
    for it in chosen:
        try:
            edited(it)
        except ValueError as error:
            gone.append(f"{it.name}: {error}")
    if gone or words.apply:
        print("\n".join([*gone, f"{len(chosen) - len(gone)} of {len(chosen)} mutants can be made"]))
        sys.exit(1 if gone else 0)
    # Always the same folder, so that a second run finds what the first one built.
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
