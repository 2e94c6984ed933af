// Writes the agent's files: `launch on|off` before every start, `policy HOME` for web-policy.sh. Status 14 refuses.
import fs from "node:fs";
import path from "node:path";

import { merge, print, Unreadable } from "./edit.mjs";
import { combine, Refused, toml, Values } from "./values.mjs";

const [mode, argument] = process.argv.slice(2);
const dir = path.dirname(path.dirname(process.argv[1]));
const plan = JSON.parse(fs.readFileSync(path.join(dir, "lib/plan.json"), "utf8"));
const home = mode === "policy" ? argument : process.env.HOME;

process.umask(0o077);

function main() {
  const policy = plan.web.map((it) => ({ ...it, mode: 0o600, policy: true }));
  const parts = mode === "policy" ? policy : [...plan.config, ...(argument === "off" ? policy : [])];
  const files = new Map();
  for (const part of parts) {
    const body = values().value(part.body);
    if (body === undefined) continue;
    const file = files.get(part.path) ?? { ...part, bodies: [], policy: true };
    file.bodies.push(body);
    // Where a launch has keys of its own in a file, its permission bits hold; a policy alone leaves them.
    if (!part.policy) Object.assign(file, { mode: part.mode, policy: false });
    files.set(part.path, file);
  }
  if (files.size === 0) return;
  if (!home?.startsWith("/")) throw new Refused("HOME is no absolute path, so no file can be written");
  if (mode === "policy") becomeOwner();
  for (const file of files.values()) write(file);
}

function values() {
  const env = { ...process.env };
  // The launcher has brought the base URL into the form that this agent wants.
  if (env.BENCHFLOW_FORMED_BASE_URL !== undefined) env.BENCHFLOW_PROVIDER_BASE_URL = env.BENCHFLOW_FORMED_BASE_URL;
  return new Values(env, plan.references, plan.companions);
}

// Nothing is written in a home with more rights than its owner's.
function becomeOwner() {
  if (fs.lstatSync(home).isSymbolicLink()) throw new Refused(`${home}: the home folder is a link`);
  const { uid, gid } = fs.statSync(home);
  if (process.getuid() !== 0 || uid === 0) return;
  process.setgroups([gid]);
  process.setgid(gid);
  process.setuid(uid);
}

function write(file) {
  const named = path.join(home, file.path.replace(/^~\//, ""));
  const target = resolve(named);
  const before = file.owner === "whole" ? "" : read(target);
  const after = render(file, before, target);
  if (fs.existsSync(target) && fs.readFileSync(target, "utf8") === after && (file.policy || bits(target) === file.mode)) return;
  const mode = file.policy && fs.existsSync(target) ? bits(target) : file.mode;
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const fd = fs.openSync(temporary, "wx", 0o600);
    fs.writeFileSync(fd, after);
    fs.fchmodSync(fd, mode);
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new Refused(`${target}: cannot be written: ${error.code}`);
  }
}

const bits = (file) => fs.statSync(file).mode & 0o7777;

// Where a file really is. A link of the task's is followed, but never out of the home when root writes.
function resolve(named) {
  const folder = path.dirname(named);
  let there = folder;
  while (!fs.existsSync(there)) there = path.dirname(there);
  inHome(fs.realpathSync(there), named);
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Refused(`${folder}: cannot be made: ${error.code}`);
  }
  const link = fs.lstatSync(named, { throwIfNoEntry: false });
  if (link?.isSymbolicLink() && !fs.existsSync(named)) throw new Refused(`${named}: is a link to nothing`);
  const target = link ? fs.realpathSync(named) : path.join(fs.realpathSync(folder), path.basename(named));
  inHome(target, named);
  if (link && !fs.statSync(target).isFile()) throw new Refused(`${named}: is no file`);
  return target;
}

function inHome(target, named) {
  const root = fs.realpathSync(home);
  const inside = target === root || target.startsWith(root === "/" ? "/" : `${root}/`);
  if ((mode === "policy" || process.getuid() === 0) && !inside) throw new Refused(`${named}: a link leads out of the home folder`);
}

function read(target) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(target));
  } catch (error) {
    if (error.code === "ENOENT") return "";
    if (error instanceof TypeError) throw new Refused(`${target}: is no UTF-8`);
    throw new Refused(`${target}: cannot be read: ${error.code}`);
  }
}

function render(file, before, target) {
  if (file.owner === "whole") {
    const whole = file.bodies.reduce((all, body) => combine(all, body), new Map());
    return file.format === "toml" ? toml(whole) : `${print(whole, "")}\n`;
  }
  try {
    return file.bodies.reduce((text, body) => merge(text, body, file.format === "jsonc"), before);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Refused(`${target}:${error.line}: ${error.message}; the agent is not started over it`);
  }
}

try {
  main();
} catch (error) {
  // Names and places only: a value may be a secret.
  const text = error instanceof Refused ? error.message : `${error.code ?? error.name}${error.path ? ` at ${error.path}` : ""}`;
  process.stderr.write(`${plan.agent}: ${text}\n`);
  process.exit(error instanceof Refused || error.code ? 14 : 70);
}
