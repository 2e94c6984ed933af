// What follows the runtimes in an install: packages, checks, programs, the proof, publication. Arguments are key=value.
import fs from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";

import { asFault, Beside, Fault, programKind, readLock, run, say, stopChildren } from "./common.mjs";
import { digest } from "./digest.mjs";
import { checkTree, installNpm } from "./npm.mjs";
import { prove } from "./proof.mjs";
import { checkEnvironment, installPython } from "./python.mjs";

// The words before them are the path of this program, or the code that unpacked it.
const words = process.argv.filter((it) => /^[a-z]+=/.test(it));
const args = Object.fromEntries(words.map((it) => it.split(/=(.*)/s).slice(0, 2)));
args.start = Number(args.start);
args.end = Number(args.end);

for (const [signal, status] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129], ["SIGQUIT", 131]]) {
  process.on(signal, () => {
    // mutant: uv survives a signal
    stopChildren("SIGKILL");
    process.exit(status);
  });
}

async function main() {
  const cx = context(args.agent);
  if (args.mode === "prove") return prove(cx);
  if (args.mode === "check") return check(cx);
  // npm and uv leave processor time unused; the hashing takes it.
  cx.beside.start(sealRuntimes(cx));
  await installNpm(cx);
  await installPython(cx);
  for (const it of cx.agent.git) await installGit(cx, it);
  if (cx.agent.steps.length > 0) await cx.beside.end();
  for (const it of cx.agent.steps) await runStep(cx, it);
  linkRuntimes(cx);
  makeShims(cx);
  const hashing = digest(cx.dir);
  // mutant: installed files are writable by others
  closeToOthers(cx.dir);
  const whole = await hashing;
  // mutant: the parallel checks are not awaited
  await cx.beside.end();
  fs.writeFileSync(path.join(cx.dir, "tree.sha256"), whole);
  // mutant: the install is published before the proof
  await settle(cx, whole);
  const settled = context(args.final);
  try {
    // mutant: the proof is skipped
    await proveApart(settled);
  } catch (fault) {
    // mutant: an install that fails its proof is published
    fs.rmSync(args.final, { recursive: true, force: true });
    throw fault;
  }
  publish();
}

function context(dir) {
  const read = (name) => fs.readFileSync(path.join(dir, "lib", name), "utf8");
  return {
    args,
    dir,
    agent: JSON.parse(read("agent.json")),
    lock: readLock(read("lock.txt")),
    nodeHome: path.join(args.prefix, args.node),
    node: path.join(args.prefix, args.node, "bin/node"),
    pythonHome: path.join(args.prefix, args.python),
    env: { ...process.env },
    log: path.join(args.stage, "log"),
    beside: new Beside(),
  };
}

const runtimes = (cx) => [cx.nodeHome, ...(args.python ? [cx.pythonHome] : [])];

// The install that unpacked a runtime writes the checksum of its files into its folder.
async function sealRuntimes(cx) {
  // Let npm start first: `digest` lists all files synchronously.
  await setImmediate();
  for (const home of runtimes(cx)) {
    const seal = path.join(home, "tree.sha256");
    if (fs.existsSync(seal)) continue;
    const temporary = path.join(args.stage, "seal");
    fs.writeFileSync(temporary, await digest(home));
    fs.renameSync(temporary, seal);
  }
}

// Checks what is installed. It writes only in the stage, which mode `check` has outside the prefix.
async function check(cx) {
  checkTree(cx.dir, cx.lock, args.target);
  if (cx.agent.pypi.length > 0) checkEnvironment(cx.dir, cx.lock, args.target);
  for (const dir of [...runtimes(cx), cx.dir]) {
    const seal = path.join(dir, "tree.sha256");
    // mutant: mode check does not compare hashes
    if (!fs.existsSync(seal) || (await digest(dir)) !== fs.readFileSync(seal, "utf8")) {
      throw new Fault(12, "tree", `files under ${dir} were changed since they were installed`);
    }
  }
  await proveApart(cx);
}

const LOOPBACK = "(ip link set lo up || ifconfig lo up || busybox ip link set lo up) >/dev/null 2>&1";

// Runs the proof in a new network namespace that has only a loopback interface, where the machine allows that.
async function proveApart(cx) {
  const options = { cwd: args.stage, env: cx.env, log: cx.log, end: args.end };
  const unshare = ["unshare", "-n", "sh", "-c"];
  const able = await run([...unshare, LOOPBACK], { ...options, quiet: true }).catch(notAble);
  if (able.code !== 0) return prove(cx);
  const words = { ...args, agent: cx.dir, mode: "prove", isolated: "1" };
  const driver = [cx.node, path.join(cx.dir, "lib/install.mjs"), ...Object.entries(words).map((it) => it.join("="))];
  const result = await run([...unshare, `${LOOPBACK}; exec "$@"`, "sh", ...driver], options);
  if (result.code === 0) return;
  const file = path.join(args.stage, "fault");
  if (!fs.existsSync(file)) throw new Fault(70, "proof", `the driver of the proof ended with ${result.signal ?? result.code}`);
  const [step, detail, final] = fs.readFileSync(file, "utf8").split("\n");
  throw new Fault(result.code, step, detail, final === "1");
}

// `unshare` is missing or not allowed; a failure with a class is thrown on.
function notAble(error) {
  if (error instanceof Fault) throw error;
  return { code: 1 };
}

async function installGit(cx, it) {
  const dir = path.join(cx.dir, "git", it.bin.split("/").pop());
  fs.mkdirSync(dir, { recursive: true });
  const env = { ...cx.env, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_TERMINAL_PROMPT: "0" };
  for (const words of [["init", "-q"], ["fetch", "-q", "--depth", "1", it.url, it.commit], ["checkout", "-q", it.commit]]) {
    const result = await run(["git", ...words], { cwd: dir, env, log: cx.log, end: args.end });
    if (result.code !== 0) throw new Fault(10, "git", `git ${words[0]} of ${it.url} ended with ${result.code}`);
  }
}

// A shell step of the entry; its variables name only the agent's folder.
async function runStep(cx, it) {
  const env = { ...cx.env, PREFIX: cx.dir, BIN: path.join(cx.dir, "steps/bin") };
  fs.mkdirSync(env.BIN, { recursive: true });
  const result = await run(["sh", "-eu", path.join(cx.dir, it.file)], { cwd: cx.dir, env, log: cx.log, end: args.end });
  if (result.code !== 0) throw new Fault(10, "step", `${it.file} ended with ${result.code}`);
}

// The links are relative because the folder is renamed. They name one version, so that upgrades of other agents do not
// change it.
function linkRuntimes(cx) {
  fs.symlinkSync(path.relative(args.final, cx.nodeHome), path.join(cx.dir, "node"));
  if (args.python) fs.symlinkSync(path.relative(args.final, cx.pythonHome), path.join(cx.dir, "python"));
}

// A shim starts a program by absolute paths, independent of the task's PATH; other programs are given its path.
function makeShims(cx) {
  const folder = path.join(cx.dir, "shims");
  fs.mkdirSync(folder);
  for (const it of cx.agent.programs) {
    const file = path.join(cx.dir, it.path);
    if (!fs.existsSync(file)) throw new Fault(12, "programs", `${it.name} is not at ${it.path}`);
    if (it.path.startsWith("programs/")) fs.chmodSync(file, 0o755);
    const kind = kindOf(file, it.kind);
    if (it.launch && kind !== cx.agent.runs) {
      throw new Fault(12, "programs", `${it.name} is a ${kind} program, not a ${cx.agent.runs} one; an install script may not have run`);
    }
    const starter = { node: `"${args.final}/node/bin/node" `, python: `"${args.final}/venv/bin/python" -I `, native: "" }[kind];
    fs.writeFileSync(path.join(folder, it.name), `#!/bin/sh\nexec ${starter}"${args.final}/${it.path}" "$@"\n`, { mode: 0o755 });
  }
}

// Makes the installed files writable by their owner only: uv leaves a lock file that all users may write, and an archive
// can have any mode.
function closeToOthers(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) continue;
    const { mode } = fs.lstatSync(place);
    if (mode & 0o022) fs.chmodSync(place, mode & 0o7755);
    if (entry.isDirectory()) closeToOthers(place);
  }
}

// How a program is started. A stub that an install script should have replaced has the kind `unknown`.
function kindOf(file, hint) {
  const head = Buffer.alloc(256);
  const fd = fs.openSync(file);
  const length = fs.readSync(fd, head);
  fs.closeSync(fd);
  return programKind(fs.realpathSync(file), head.toString("latin1", 0, length), hint === "pypi") ?? "unknown";
}

// The staged folder takes its final place, to which nothing refers yet. What is there already and the same stays: it may
// be another install's, which is being proved.
async function settle(cx, whole) {
  fs.mkdirSync(path.dirname(args.final), { recursive: true });
  fs.chmodSync(cx.dir, 0o755);
  if (await holds(args.final, whole)) return;
  // mutant: leftovers of a killed run are not moved away
  if (fs.existsSync(args.final)) fs.renameSync(args.final, path.join(args.stage, "replaced"));
  fs.renameSync(cx.dir, args.final);
}

// Whether a folder is complete: its seal and the checksum of its files match. A folder that is removed meanwhile is not.
async function holds(dir, whole) {
  const seal = path.join(dir, "tree.sha256");
  return fs.existsSync(seal) && fs.readFileSync(seal, "utf8") === whole && (await digest(dir).catch(() => "")) === whole;
}

// Replaces what refers to the folder, each by one rename: the link, the launcher, the stamp, in this order.
function publish() {
  const temporary = (name) => path.join(args.stage, `new-${name}`);
  fs.symlinkSync(args.node, temporary("node"));
  fs.renameSync(temporary("node"), path.join(args.prefix, "node"));
  fs.mkdirSync(path.join(args.prefix, "bin"), { recursive: true });
  fs.copyFileSync(path.join(args.final, "launch.sh"), temporary("launch"));
  fs.chmodSync(temporary("launch"), 0o755);
  fs.renameSync(temporary("launch"), path.join(args.prefix, "bin", args.name));
  const stamp = path.join(path.dirname(args.final), "stamp");
  // What was current can be rolled back to.
  if (fs.existsSync(stamp)) {
    fs.copyFileSync(stamp, temporary("before"));
    fs.renameSync(temporary("before"), `${stamp}.before`);
  }
  fs.writeFileSync(temporary("stamp"), `${[args.stamp, args.target, args.node, args.python || "-"].join(" ")}\n`);
  fs.renameSync(temporary("stamp"), stamp);
}

main().then(
  () => process.exit(0),
  (error) => {
    stopChildren("SIGKILL");
    const space = { ENOSPC: 14, EACCES: 14, EROFS: 14, EPERM: 14, EDQUOT: 14 };
    // Something that is not ours is in the place of one of our folders or files.
    const foreign = ["EEXIST", "EISDIR", "ENOTDIR", "ENOTEMPTY"].includes(error.code);
    const outside = !String(error.dest ?? error.path ?? args.stage).startsWith(args.stage);
    const fault = asFault(error, space[error.code] ?? (foreign && outside ? 14 : 70), args.mode);
    if (fault.status === 70) process.stderr.write(`${error.stack}\n`);
    const line = (text) => `${String(text).replace(/\s+/g, " ")}\n`;
    try {
      fs.writeFileSync(path.join(args.stage, "fault"), line(fault.step) + line(fault.detail) + (fault.final ? "1\n" : "\n"));
    } catch {
      // On a full file system the detail is printed here, and only the status has the class.
      say(args.name, fault.detail);
    }
    process.exit(fault.status);
  },
);
