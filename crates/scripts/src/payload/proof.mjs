// The proof of an install: starts the agent by its launcher and compares its answers with the entry.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { asFault, Fault, run, say, stopChildren } from "./common.mjs";

// User ids that no distribution assigns, so that no other user's files belong to the proof.
// mutant: the user of the proof is an existing user
const NOBODY = 65520 + (process.pid % 14);

export async function prove(cx) {
  const place = prepare(cx);
  const before = new Set(shared());
  try {
    for (const it of cx.agent.proof) {
      if (it.kind === "version") await proveVersion(cx, place, it);
      else await proveAcp(cx, place);
    }
  } finally {
    if (place.uid !== undefined) await sweep(cx, shared().filter((it) => !before.has(it)), place.uid);
  }
}

// The files in the folders that every user may write.
function shared() {
  const list = (folder) => fs.readdirSync(folder).map((it) => path.join(folder, it));
  return ["/tmp", "/var/tmp", "/dev/shm"].filter((it) => fs.existsSync(it)).flatMap(list);
}

// Some agents ignore TMPDIR and make folders in /tmp. New ones of the proof's user are removed, with the rights of that
// user: root would follow a link that another process puts in the place of a folder meanwhile.
async function sweep(cx, paths, uid) {
  const own = paths.filter((it) => fs.lstatSync(it, { throwIfNoEntry: false })?.uid === uid);
  if (own.length === 0) return;
  const options = { cwd: "/", env: { PATH: cx.env.PATH }, end: Date.now() / 1000 + 30, quiet: true, uid };
  await run(["rm", "-rf", "--", ...own], options).catch(() => {});
}

// Prepares a temporary home for a user that is not root, an empty environment, and no network where that is possible.
function prepare(cx) {
  const { args } = cx;
  const base = path.join(args.stage, "proof");
  const folders = { HOME: path.join(base, "home"), TMPDIR: path.join(base, "tmp"), work: path.join(base, "work") };
  for (const folder of Object.values(folders)) fs.mkdirSync(folder, { recursive: true });
  // mutant: the proof runs as root
  let uid = process.getuid() === 0 ? NOBODY : undefined;
  if (uid !== undefined) {
    try {
      for (const folder of Object.values(folders)) fs.chownSync(folder, uid, uid);
    } catch {
      say(args.name, "proof: root cannot change the owner of files on this machine; running the proof as root");
      uid = undefined;
    }
  }
  const env = { PATH: cx.env.PATH, HOME: folders.HOME, TMPDIR: folders.TMPDIR, LC_ALL: "C.UTF-8" };
  const isolated = args.isolated === "1";
  if (!isolated) {
    // Nothing listens on port 9 of the loopback interface, so every call fails at once.
    for (const name of ["http_proxy", "https_proxy", "all_proxy"]) {
      env[name] = env[name.toUpperCase()] = "http://127.0.0.1:9";
    }
    env.NO_PROXY = env.no_proxy = "127.0.0.1,localhost";
    say(args.name, "proof: no network namespace on this machine; calls are sent to a closed port instead");
  }
  return { base, env, uid, cwd: folders.work };
}

// The time limit of a proof in seconds: a quarter of the deadline, or three times what this run has taken so far (a slow
// machine needs longer). At least a minute, and never more than is left of the deadline.
function patience({ start, end }) {
  const now = Date.now() / 1000;
  // mutant: the time limit of the proof is fixed
  return Math.min(Math.max(60, (end - start) / 4, 3 * (now - start)), end - now);
}

// A timeout is class 10, since it does not show that the agent is broken.
function late(what, limit) {
  const way = `set BENCHFLOW_INSTALL_DEADLINE above ${Math.ceil(limit) * 4} to raise the limit`;
  // mutant: a slow agent is reported as one that does not start
  return new Fault(10, "proof", `${what} within the limit of ${Math.ceil(limit)} s; ${way}`);
}

async function proveVersion(cx, place, it) {
  const argv = [path.join(cx.dir, "shims", it.bin), ...it.args];
  const words = [it.bin, ...it.args].join(" ");
  const limit = patience(cx.args);
  const ends = { end: Date.now() / 1000 + limit, late: late(`${words} did not end`, limit) };
  const options = { cwd: place.cwd, env: place.env, ...ends, quiet: true, uid: place.uid };
  const result = await run(argv, options).catch((error) => {
    // mutant: a slow program is reported as one that does not start
    throw asFault(error, 15, "proof", `${it.bin} cannot be started: ${error.message}`);
  });
  const output = result.output.trim();
  if (output === "") throw new Fault(15, "proof", `${words} prints nothing (status ${result.code})`);
  if (result.code !== 0) throw new Fault(15, "proof", `${words} ends with ${result.code}: ${output.slice(0, 200)}`);
  if (output !== it.output) throw new Fault(15, "proof", `${words} prints ${output.slice(0, 200)}, not ${it.output}`);
  say(cx.args.name, `proof: ${words} prints ${output}`);
}

// One session over ACP; the agent's process group is always ended.
async function proveAcp(cx, place) {
  const { handshake } = cx.agent;
  const limit = patience(cx.args);
  // The helper's port may take as long as the proof, so that the proof's limit decides.
  const peer = new Peer(cx, place, { ...handshake.env, BENCHFLOW_BESIDE_WITHIN: String(Math.ceil(limit) + 1) });
  const timer = setTimeout(() => peer.stop(late(`the agent did not answer ${peer.waiting}`, limit)), limit * 1000);
  try {
    const capabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
    const started = await peer.call("initialize", { protocolVersion: 1, clientCapabilities: capabilities });
    if (started.error) throw new Fault(15, "proof", `initialize is refused: ${JSON.stringify(started.error).slice(0, 300)}`);
    checkInfo(started.result?.agentInfo, handshake.info);
    const session = await peer.call("session/new", { cwd: place.cwd, mcpServers: [] });
    checkSession(session, handshake.session);
    const info = started.result?.agentInfo;
    say(cx.args.name, `proof: ${info ? `${info.name} ${info.version ?? ""}` : "an agent without a name"} answers over ACP`);
  } finally {
    clearTimeout(timer);
    await peer.end(handshake.exit);
  }
}

function checkInfo(found, wanted) {
  if (wanted === null) {
    if (found != null) throw new Fault(15, "proof", `agentInfo is ${JSON.stringify(found)}, none was expected`);
    return;
  }
  for (const key of Object.keys(wanted)) {
    if (found?.[key] !== wanted[key]) {
      throw new Fault(15, "proof", `agentInfo.${key} is ${JSON.stringify(found?.[key])}, not ${JSON.stringify(wanted[key])}`);
    }
  }
}

function checkSession(answer, wanted) {
  if (wanted === "ok" && answer.error) {
    throw new Fault(15, "proof", `session/new is refused: ${JSON.stringify(answer.error).slice(0, 300)}`);
  }
  if (wanted !== "ok" && answer.error?.code !== wanted) {
    throw new Fault(15, "proof", `session/new answers ${answer.error?.code ?? "a session"}, not the error ${wanted}`);
  }
}

// The agent's process: JSON-RPC, one message per line.
class Peer {
  constructor(cx, place, env) {
    const options = { cwd: place.cwd, env: { ...place.env, ...env }, detached: true, stdio: ["pipe", "pipe", "pipe"] };
    if (place.uid !== undefined) Object.assign(options, { uid: place.uid, gid: place.uid });
    Object.assign(this, { next: 0, calls: new Map(), buffer: "", errors: "", waiting: "start", fault: null });
    this.child = spawn("/bin/sh", [path.join(cx.dir, "launch.sh")], options);
    this.exited = new Promise((resolve) => this.child.on("close", resolve));
    this.child.on("error", (error) => this.stop(asFault(error, 15, "proof", `the launcher cannot be started: ${error.message}`)));
    this.child.on("exit", (code, signal) => this.stop(this.early(code ?? signal)));
    this.child.stdin.on("error", () => {});
    this.child.stderr.on("data", (chunk) => (this.errors = (this.errors + chunk).slice(-4000)));
    this.child.stdout.on("data", (chunk) => this.take(chunk.toString("utf8")));
  }

  early(status) {
    const last = this.errors.trim().split("\n").slice(-3).join(" / ");
    return new Fault(15, "proof", `the agent ended with ${status} before it answered ${this.waiting}: ${last.slice(-400)}`);
  }

  take(text) {
    const lines = (this.buffer + text).split("\n");
    this.buffer = lines.pop();
    for (const line of lines) {
      if (line.trim() === "") continue;
      let message;
      try {
        message = JSON.parse(line);
      } catch {
        return this.stop(new Fault(15, "proof", `standard output is not JSON: ${line.slice(0, 120)}`));
      }
      if (message.method && message.id !== undefined) this.refuse(message.id);
      else this.calls.get(message.id)?.resolve(message);
    }
  }

  refuse(id) {
    this.write({ jsonrpc: "2.0", id, error: { code: -32601, message: "not offered during the proof" } });
  }

  write(message) {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  call(method, params) {
    if (this.fault) return Promise.reject(this.fault);
    this.waiting = method;
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      this.write({ jsonrpc: "2.0", id, method, params });
    });
  }

  stop(fault) {
    this.fault ??= fault;
    for (const { reject } of this.calls.values()) reject(this.fault);
  }

  // Closes the input first; then SIGTERM to the group if it still runs, then SIGKILL to what is left.
  async end(exit) {
    this.child.stdin.end();
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms, "late"));
    const kill = (signal) => {
      try {
        process.kill(-this.child.pid, signal);
      } catch {}
    };
    if (exit !== "eof" || (await Promise.race([this.exited, pause(5000)])) === "late") kill("SIGTERM");
    if ((await Promise.race([this.exited, pause(5000)])) === "late") kill("SIGKILL");
    kill("SIGKILL");
    await Promise.race([this.exited, pause(2000)]);
    stopChildren("SIGKILL");
  }
}
