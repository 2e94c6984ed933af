// Shared by the programs of an install: failures with a class, running commands, reading the lock.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

// A failure with the exit status of its class. `final`: a retry would not help.
export class Fault extends Error {
  constructor(status, step, detail, final = false) {
    super(detail);
    Object.assign(this, { status, step, detail, final });
  }
}

// System errors for a lack of processes, files or memory: a retry may succeed.
const BUSY = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"];

// The failure for an error. An error that has a class already keeps it.
export function asFault(error, status, step, detail = error.message) {
  // mutant: the class of a failure is replaced
  return error instanceof Fault ? error : new Fault(BUSY.includes(error.code) ? 10 : status, step, detail);
}

// Work in parallel with the install. Its failures are thrown by `end`.
export class Beside {
  work = [];

  start(promise) {
    this.work.push(promise.then(() => undefined, (fault) => fault));
  }

  async end() {
    for (const it of this.work) {
      const fault = await it;
      if (fault) throw fault;
    }
  }
}

// The help for an untrusted certificate; a retry does not help.
export const CERTIFICATES = "; name the site's certificates in BENCHFLOW_CA_BUNDLE";

// How a program is started: decided by its first characters, else by its name; undefined when neither decides.
export function programKind(name, head, python = false) {
  if (head.startsWith("\x7fELF")) return "native";
  if (python || /\.py$/.test(name)) return "python";
  if (/^#!.*\bnode\b/.test(head) || /\.[cm]?js$/.test(name)) return "node";
  return head.startsWith("#!") ? "native" : undefined;
}

export const say = (name, text) => process.stderr.write(`${name}: ${text}\n`);

const LOG_LIMIT = 1_000_000;
const children = new Set();

// Ends every running command with its child processes.
export function stopChildren(signal = "SIGTERM") {
  for (const child of children) stop(child, signal);
}

function stop(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

const DEADLINE = "the deadline of the install is over; raise BENCHFLOW_INSTALL_DEADLINE";

// Runs a command in its own process group. Its output is copied to standard error and, up to a limit, to a log. At the
// end of its time it is killed and fails with `late`.
export function run(argv, { cwd, env, log, end, quiet = false, uid, late = new Fault(10, "deadline", DEADLINE) }) {
  return new Promise((resolve, reject) => {
    const left = end * 1000 - Date.now();
    if (left <= 0) return reject(late);
    const options = { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] };
    if (uid !== undefined) Object.assign(options, { uid, gid: uid });
    const child = spawn(argv[0], argv.slice(1), options);
    children.add(child);
    let output = "";
    // A longer time than this overflows the timer, which then fires at once.
    const timer = setTimeout(() => stop(child, "SIGKILL"), Math.min(left, 2 ** 31 - 1));
    const take = (chunk) => {
      if (output.length < LOG_LIMIT) output += chunk.toString("utf8");
      if (!quiet) process.stderr.write(chunk);
      if (log && size(log) < LOG_LIMIT) keep(log, chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => {
      clearTimeout(timer);
      children.delete(child);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      children.delete(child);
      if (Date.now() >= end * 1000) return reject(late);
      resolve({ code: code ?? 128, signal, output });
    });
  });
}

// A log that cannot be written (full file system, removed stage) is not a failure.
function keep(log, chunk) {
  try {
    fs.appendFileSync(log, chunk);
  } catch {}
}

function size(file) {
  try {
    return fs.statSync(file).size;
  } catch {
    return 0;
  }
}

// The lock: each line is a keyword with fields (registry-model, model/lock.rs).
export function readLock(text) {
  const lock = { packages: [], npm: [], wheels: [] };
  for (const line of text.split("\n")) {
    const fields = line.split(" ");
    if (fields[0] === "package") {
      const [, ecosystem, name, version, integrity] = fields;
      lock.packages.push({ ecosystem, name, version, integrity });
    } else if (fields[0] === "npm") {
      const [, place, version, integrity, tarball] = fields;
      lock.npm.push({ place, version, integrity, path: tarball, rest: JSON.parse(fields.slice(5).join(" ")) });
    } else if (fields[0] === "bundled") {
      const [, place, version] = fields;
      lock.npm.push({ place, version, bundled: true, rest: JSON.parse(fields.slice(3).join(" ")) });
    } else if (fields[0] === "wheel" || fields[0] === "source") {
      const [, name, version, file, hash, targets] = fields;
      lock.wheels.push({ name, version, file, hash, targets: targets.split(",") });
    }
  }
  return lock;
}

// Whether npm installs a package on a target, as `checkList` of npm-install-checks decides. Its twin is `NpmPlatform` of
// registry-model; tests/vectors/npm_platform.jsonl has npm's answers for both.
export function fits(rest, target) {
  const [os, cpu, libc = "glibc"] = target.split("-");
  const allows = (field, value) => {
    const all = [field || []].flat();
    if (all.length === 1 && all[0] === "any") return true;
    const named = all.filter((it) => !it.startsWith("!"));
    return !all.includes(`!${value}`) && (named.length === 0 || named.includes(value));
  };
  return allows(rest.os, os) && allows(rest.cpu, cpu) && allows(rest.libc, libc);
}

// The lock's entries for a target: those that fit, without the packages inside a package that does not fit.
export function wanted(lock, target) {
  const dropped = lock.npm.filter((it) => !fits(it.rest, target)).map((it) => `${it.place}/`);
  return lock.npm.filter((it) => fits(it.rest, target) && !dropped.some((place) => it.place.startsWith(place)));
}

// Reads an installed file. A file that does not exist is an integrity failure; other errors keep their own class.
export function readInstalled(file, missing) {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
    throw new Fault(12, "tree", missing);
  }
}

// The package of a place: the part after its last node_modules/.
export const packageOf = (place) => place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
