// The agent's files: those of a launch, and those of the web policy alone, which root writes for the home's owner.
import fs from "node:fs";
import path from "node:path";

import { checkHome } from "./check.mjs";
import { merge, print, Unreadable } from "./edit.mjs";
import { removeUnset } from "./owned.mjs";
import { Home } from "./place.mjs";
import { combine, MARK, Refused, toml, Values } from "./values.mjs";

// The folder of the install, and what it says of the agent.
export const dir = path.dirname(path.dirname(process.argv[1]));
export const plan = JSON.parse(fs.readFileSync(path.join(dir, "lib/plan.json"), "utf8"));

export const say = (text) => process.stderr.write(`${plan.agent}: ${text}\n`);

process.umask(0o077);

// The files of a launch, from its environment. A policy key is written along with the others, so that none is lost.
export function writeFiles({ env, off }) {
  const files = wanted([...plan.config, ...(off ? policies() : [])], env);
  const [active, idle] = [files.filter((it) => it.bodies.length > 0), files.filter((it) => it.bodies.length === 0)];
  const open = () => new Home(env.HOME, { policy: false, bounded: process.getuid() === 0 });
  const home = active.length > 0 ? open() : attempt(open);
  if (home) writeAll(home, [...active, ...idle.filter((file) => attempt(() => hasOurs(home, file)))]);
}

// A file in which this launch sets nothing is no reason to refuse it: the agent cannot read what we cannot.
function attempt(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

// Whether there is something in a file that an earlier launch left.
function hasOurs(home, file) {
  const place = home.locate(inHome(file), false);
  if (!place?.about) return false;
  const before = text(place, file);
  return render(file, before, place) !== before;
}

// The files of the policy. Where the home is another's than root's, `asOwner` does it with the rights of its owner.
export function writePolicy(folder, asOwner) {
  checkHome(folder, true);
  const files = wanted(policies(), process.env).filter((it) => it.bodies.length > 0);
  if (files.length === 0) return;
  const home = new Home(folder, { policy: true, bounded: true });
  if (process.getuid() === 0 && home.owner().uid !== 0) return asOwner(home.owner());
  writeAll(home, files);
}

// Ends with the status of a fault, and its names and places only: a value may be a secret.
export function fail(error) {
  say(error instanceof Refused ? error.message : `${error.code ?? error.name}${error.path ? ` at ${error.dest ?? error.path}` : ""}`);
  process.exit(error.status ?? (error.code ? 14 : 70));
}

// All of them are read and rendered once before the first is written.
function writeAll(home, files) {
  for (const file of files) write(home, file, false);
  for (const file of files) write(home, file, true);
}

const policies = () => plan.off.files.map((it) => ({ ...it, mode: 0o600, policy: true }));

// The files with what goes into them.
function wanted(parts, env) {
  const values = new Values(env, plan);
  const files = new Map();
  for (const part of parts) {
    const file = files.get(part.path) ?? { ...part, bodies: [], owned: [], policy: true };
    files.set(part.path, file);
    if (!part.policy) file.owned.push(part.body);
    const body = values.value(part.body);
    if (body === undefined) continue;
    file.bodies.push(body);
    // Where a launch has keys of its own in a file, its permission bits hold; a policy alone leaves them.
    if (!part.policy) Object.assign(file, { mode: part.mode, policy: false });
  }
  return [...files.values()];
}

const inHome = (file) => file.path.replace(/^~\//, "");

function write(home, file, really) {
  const place = home.locate(inHome(file), really);
  const before = text(place, file);
  // It was rendered once before the first file was written; only another text makes that anew.
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

// The text that is there; a file that is wholly ours may hold anything.
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
    const merged = file.bodies.reduce((text, body) => merge(text, body, comments), before);
    // Nobody has left anything in a file that was empty.
    if (before.trim() === "") return merged;
    return file.owned.reduce((text, body) => removeUnset(text, body, unset(file, all, comments)), merged);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Refused(`${place.shown}:${error.line}: ${error.message}; the agent is not started over it`);
  }
}

// What tells the members of an earlier launch from those that stay: what is set now, and what a policy may have set.
function unset(file, all, comments) {
  const values = new Values(process.env, plan);
  const policy = plan.off.files.filter((it) => it.path === file.path).map((it) => values.value(it.body));
  const now = [all, ...policy.filter((it) => it !== undefined)].reduce((map, it) => combine(map, it), new Map());
  const given = ([name, kind]) => kind !== "text" && values.get(name) !== undefined;
  const routed = Object.entries(plan.variables).some(given);
  return { now, routed, form: plan.references?.form, comments };
}
