// Writes the agent's files: `launch on|off` before every start, `policy HOME` for web-policy.sh. Status 14 refuses.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { checkHome, checkVariables } from "./check.mjs";
import { merge, print, Unreadable } from "./edit.mjs";
import { Home } from "./place.mjs";
import { proxyWarning } from "./proxy.mjs";
import { combine, MARK, Refused, toml, Values } from "./values.mjs";

const [mode, argument] = process.argv.slice(2);
const dir = path.dirname(path.dirname(process.argv[1]));
const plan = JSON.parse(fs.readFileSync(path.join(dir, "lib/plan.json"), "utf8"));
const policy = mode === "policy";
const SECONDS = 60;

// Time that has run out: status 10, for another try.
class Late extends Error {}

const say = (text) => process.stderr.write(`${plan.agent}: ${text}\n`);

process.umask(0o077);

function main() {
  const folder = policy ? argument : process.env.HOME;
  checkHome(folder, policy);
  if (!policy) checkEnvironment();
  const files = [...wanted().values()];
  if (files.length === 0) return;
  const home = new Home(folder, { policy, bounded: policy || process.getuid() === 0 });
  if (policy && process.getuid() === 0 && home.owner().uid !== 0) return asOwner(home);
  // All of them are read and rendered once before the first is written.
  for (const file of files) write(home, file, false);
  for (const file of files) write(home, file, true);
}

function checkEnvironment() {
  checkVariables(process.env, plan.variables, plan.refuses);
  const warning = proxyWarning(process.env, process.env.BENCHFLOW_PROVIDER_BASE_URL);
  if (warning) say(warning);
}

// The files with what goes into them, by path.
function wanted() {
  const off = plan.web.map((it) => ({ ...it, mode: 0o600, policy: true }));
  const parts = policy ? off : [...plan.config, ...(argument === "off" ? off : [])];
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
  return files;
}

function values() {
  const env = { ...process.env };
  // The launcher has brought the base URL into the form that this agent wants.
  if (env.BENCHFLOW_FORMED_BASE_URL !== undefined) env.BENCHFLOW_PROVIDER_BASE_URL = env.BENCHFLOW_FORMED_BASE_URL;
  return new Values(env, plan.references, plan.companions);
}

// Nothing is written in a home with more rights than its owner's, who may stop what runs with them: not for ever.
function asOwner(home) {
  const options = { ...home.owner(), cwd: "/", stdio: "inherit", timeout: SECONDS * 1000, killSignal: "SIGKILL" };
  const { status } = spawnSync(process.execPath, process.argv.slice(1), options);
  if (status === null) throw new Late(`${home.folder}: its owner's process did not end within ${SECONDS} seconds; try again`);
  process.exit(status);
}

function write(home, file, really) {
  const place = home.locate(file.path.replace(/^~\//, ""), really);
  const before = text(place, file);
  const after = render(file, before, place);
  if (!really || !place) return;
  const bits = place.about && place.about.mode & 0o777;
  if (place.about && before === after && (file.policy || bits === file.mode)) return;
  if (place.about && file.owner === "whole" && before !== after && !before.startsWith(`${MARK}\n`)) {
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
    throw new Refused(`${place.shown}:${bad.split("\n").length}: is no UTF-8; the agent is not started over it`);
  }
}

function render(file, before, place) {
  if (file.owner === "whole") {
    const whole = file.bodies.reduce((all, body) => combine(all, body), new Map());
    return file.format === "toml" ? toml(whole) : `${print(whole, "")}\n`;
  }
  try {
    return file.bodies.reduce((text, body) => merge(text, body, file.format === "jsonc"), before);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Refused(`${place.shown}:${error.line}: ${error.message}; the agent is not started over it`);
  }
}

try {
  main();
} catch (error) {
  // Names and places only: a value may be a secret.
  const ours = error instanceof Refused || error instanceof Late;
  say(ours ? error.message : `${error.code ?? error.name}${error.path ? ` at ${error.dest ?? error.path}` : ""}`);
  process.exit(error instanceof Late ? 10 : ours || error.code ? 14 : 70);
}
