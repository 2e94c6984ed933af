// The agent's files: those of a launch, and those of the web policy alone, which root writes for the home's owner.
import fs from "node:fs";
import path from "node:path";

import { checkHome } from "./check.mjs";
import { merge, print, Unreadable } from "./edit.mjs";
import { removeUnset } from "./owned.mjs";
import { Home } from "./place.mjs";
import { digestsOf, placeOf, recordOf, withoutLeft } from "./servers.mjs";
import { combine, MARK, Refused, toml, Values } from "./values.mjs";

// The folder of the install, and the agent's plan in it.
export const dir = path.dirname(path.dirname(process.argv[1]));
export const plan = JSON.parse(fs.readFileSync(path.join(dir, "lib/plan.json"), "utf8"));

export const say = (text) => process.stderr.write(`${plan.agent}: ${text}\n`);

process.umask(0o077);

// Writes the files of a launch from its environment, together with the keys of the policy, so that none is lost.
export function writeFiles({ env, off, unasked }) {
  // Where tools are to ask, what an earlier launch has left of the permission goes, as its other keys do.
  const permission = plan.permission.files.map((it) => ({ ...it, left: !unasked }));
  const files = wanted([...plan.config, ...permission, ...policies(off)], env);
  const [active, idle] = [files.filter((it) => it.bodies.length > 0), files.filter((it) => it.bodies.length === 0)];
  const open = () => new Home(env.HOME, { policy: false, bounded: process.getuid() === 0 });
  const home = active.length > 0 ? open() : attempt(open);
  if (home) writeAll(home, [...active, ...idle.filter((file) => attempt(() => hasOurs(home, file)))]);
}

// An unreadable file in which this launch sets nothing does not stop it: the agent cannot read that file either.
function attempt(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

// Whether a file has something that an earlier launch left.
function hasOurs(home, file) {
  readRecord(home, file);
  const place = home.locate(inHome(file), false);
  if (!place?.about) return false;
  const before = text(place, file);
  return render(file, before, place) !== before;
}

// Writes the files of the policy. When root does not own the home, `asOwner` does it with the rights of its owner.
export function writePolicy(folder, asOwner) {
  checkHome(folder, true);
  const files = wanted(policies(plan.without.all), process.env).filter((it) => it.bodies.length > 0);
  if (files.length === 0) return;
  const home = new Home(folder, { policy: true, bounded: true });
  if (process.getuid() === 0 && home.owner().uid !== 0) return asOwner(home.owner());
  writeAll(home, files);
}

// Exits with the status of an error. Only names and places are printed: a value may be a secret.
export function fail(error) {
  say(error instanceof Refused ? error.message : `${error.code ?? error.name}${error.path ? ` at ${error.dest ?? error.path}` : ""}`);
  process.exit(error.status ?? (error.code ? 14 : 70));
}

// All files are read and rendered once before the first is written.
function writeAll(home, files) {
  for (const file of files) write(home, file, false);
  for (const file of files) write(home, file, true);
}

const policies = (off) => off.files.map((it) => ({ ...it, mode: 0o600, policy: true }));

// The files with the content for them.
function wanted(parts, env) {
  const values = new Values(env, plan);
  const files = new Map();
  for (const part of parts) {
    const file = files.get(part.path) ?? { ...part, bodies: [], owned: [], policy: true };
    files.set(part.path, file);
    if (!part.policy) file.owned.push(part.body);
    // A file that is wholly ours is written anew at every launch.
    if (part.owner !== "whole") file.servers ??= placeOf(part.body);
    const body = part.left ? undefined : values.value(part.body);
    if (body === undefined) continue;
    file.bodies.push(body);
    // A launch that sets keys in a file sets its permission bits too; the policy alone keeps them.
    if (!part.policy) Object.assign(file, { mode: part.mode, policy: false });
  }
  return [...files.values()];
}

const inHome = (file) => file.path.replace(/^~\//, "");

function write(home, file, really) {
  readRecord(home, file);
  // Before the file, so that no server can be in it without a record.
  if (really) writeRecord(home, file);
  const place = home.locate(inHome(file), really);
  const before = text(place, file);
  // It was rendered before the first file was written; it is rendered again only when the file has changed since.
  if (file.before !== before) Object.assign(file, { before, after: render(file, before, place) });
  const { after } = file;
  if (!really || !place) return;
  const bits = place.about && place.about.mode & 0o777;
  if (place.about && before === after && (file.policy || bits === file.mode)) return;
  if (place.about && file.owner === "whole" && file.bodies.length > 0 && before !== after && !before.startsWith(`${MARK}\n`)) {
    say(`what was there is kept as ${home.keep(place)}`);
  }
  home.replace(place, after, file.policy && place.about ? bits : file.mode);
}

// The text of the file; a file that is wholly ours may have any bytes.
function text(place, file) {
  if (!place?.about) return "";
  if (file.owner === "whole") return place.bytes.toString("utf8");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(place.bytes);
  } catch {
    const bad = place.bytes.toString("utf8").split("\ufffd", 1)[0];
    throw new Refused(`${place.shown}:${bad.split("\n").length}: is not UTF-8; the agent is not started over it`);
  }
}

function render(file, before, place) {
  const all = file.bodies.reduce((all, body) => combine(all, body), new Map());
  if (file.owner === "whole" && file.bodies.length > 0) return file.format === "toml" ? toml(all) : `${print(all, "")}\n`;
  if (file.format === "toml") return before.startsWith(`${MARK}\n`) ? toml(all) : before;
  try {
    const comments = file.format === "jsonc";
    const merged = file.bodies.reduce((text, body) => merge(text, body, comments), withoutServers(file, before, all, comments));
    // An empty file has nothing that an earlier launch left.
    if (before.trim() === "") return merged;
    return file.owned.reduce((text, body) => removeUnset(text, body, unset(file, all, comments)), merged);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Refused(`${place.shown}:${error.line}: ${error.message}; the agent is not started over it`);
  }
}

// The text without the servers of earlier launches; the digests of those that may be in it from now on are kept.
function withoutServers(file, before, all, comments) {
  if (!file.servers) return before;
  const now = file.servers.reduce((at, key) => at?.get(key), all) ?? new Map();
  const { text, digests } = withoutLeft(before, file.servers, file.left, now, comments);
  file.digests = digests;
  return text;
}

// The record of a file: a digest of each server that a launch wrote into it.
const record = (file) => `${inHome(file)}.servers`;

function readRecord(home, file) {
  if (!file.servers || file.left !== undefined) return;
  const place = home.locate(record(file), false);
  file.left = digestsOf(place?.bytes?.toString("utf8") ?? "");
}

function writeRecord(home, { digests, left, ...file }) {
  if (digests === undefined || recordOf(digests) === recordOf(left)) return;
  home.replace(home.locate(record(file), true), recordOf(digests), 0o600);
}

// What separates members of an earlier launch from those that stay: what is set now, and what a policy may have set.
function unset(file, all, comments) {
  const values = new Values(process.env, plan);
  const policy = Object.values(plan.without).flatMap((it) => it.files).filter((it) => it.path === file.path).map((it) => values.value(it.body));
  const now = [all, ...policy.filter((it) => it !== undefined)].reduce((map, it) => combine(map, it), new Map());
  const given = ([name, kind]) => kind !== "text" && values.get(name) !== undefined;
  const routed = Object.entries(plan.variables).some(given);
  return { now, routed, form: plan.references?.form, comments };
}
