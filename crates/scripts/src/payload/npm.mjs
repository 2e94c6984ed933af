// The npm part of an install: writes package.json and package-lock.json, runs `npm ci`, and believes nothing it says.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { CERTIFICATES, Fault, packageOf, readInstalled, run, say, wanted } from "./common.mjs";
import { checksums } from "./digest.mjs";

// npm refuses one file in both roles, so the two that hold nothing are named differently.
// mutant: npm reads the machine's settings
const NO_CONFIG = ["--userconfig", "/dev/null", "--globalconfig", "/nonexistent/npmrc"];

export async function installNpm(cx) {
  const { agent, lock, args } = cx;
  if (agent.npm.length === 0) return;
  const registry = await findRegistry(cx);
  writeManifests(cx, registry);
  const cache = path.join(args.stage, "npm-cache");
  // mutant: every package's scripts run
  const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress"];
  const network = ["--fetch-retries", "2", "--fetch-retry-mintimeout", "2000", "--fetch-retry-maxtimeout", "15000", "--fetch-timeout", "120000", "--maxsockets", "12", "--loglevel", "warn"];
  const result = await npm(cx, [...command, ...network, "--cache", cache]);
  // mutant: npm's status is not looked at
  if (result.code !== 0) throw npmFault(result, cache);
  // mutant: npm is believed
  // mutant: why a package is missing is not asked
  await findMissing(cx, cache, registry);
  // mutant: npm is believed
  checkTree(cx.dir, lock, args.target);
  // mutant: npm's store is not hashed
  cx.beside.start(checkTarballs(cx, cache));
  // mutant: no package's script runs
  for (const it of agent.npm.filter((it) => it.postinstall.length > 0)) {
    await cx.beside.end();
    await postinstall(cx, it);
  }
  say(args.name, `npm tree of ${wanted(lock, args.target).length} packages agrees with the lock`);
}

function npm(cx, words, quiet = false) {
  const cli = path.join(cx.nodeHome, "lib/node_modules/npm/bin/npm-cli.js");
  return run([cx.node, cli, ...words, ...NO_CONFIG], { cwd: cx.dir, env: cx.env, log: cx.log, end: cx.args.end, quiet });
}

// The base of tarball places: an override, or what npm itself would ask.
async function findRegistry(cx) {
  if (cx.args.npm.startsWith("/")) return pathToFileURL(`${cx.args.npm}/`).href;
  if (cx.args.npm) return cx.args.npm.replace(/\/*$/, "/");
  const result = await npm(cx, ["config", "get", "registry"], true);
  const url = result.output.trim().split("\n").pop();
  if (!/^https?:\/\//.test(url)) throw new Fault(10, "npm", "npm names no registry", true);
  return url.replace(/\/*$/, "/");
}

function writeManifests(cx, registry) {
  const { lock, dir, agent } = cx;
  const dependencies = {};
  for (const it of lock.packages) if (it.ecosystem === "npm") dependencies[it.name] = it.version;
  const root = { name: `benchflow-${agent.name}`, version: "0.0.0", private: true, dependencies };
  const packages = { "": root };
  for (const it of lock.npm) {
    const source = it.bundled ? { inBundle: true } : { resolved: registry + it.path, integrity: it.integrity };
    packages[it.place] = { version: it.version, ...source, ...it.rest };
  }
  const tree = { name: root.name, version: root.version, lockfileVersion: 3, requires: true, packages };
  fs.writeFileSync(path.join(dir, "package.json"), JSON.stringify(root));
  fs.writeFileSync(path.join(dir, "package-lock.json"), JSON.stringify(tree));
}

function npmFault(result, cache) {
  // npm may end before it tells its error ("Exit handler never called!"); its own log has it then.
  const lost = /npm error code/.test(result.output) ? "" : ownLog(cache);
  const code = /npm error code (\S+)/.exec(result.output)?.[1] ?? /attempt \d+ failed with (\S+)/.exec(lost)?.[1] ?? `status ${result.code}`;
  const line = result.output.split("\n").find((it) => /npm error (?!code)/.test(it)) ?? "";
  const detail = `npm ci: ${code} ${line.replace(/^npm error /, "")}`.trim();
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^CERT_/.test(code)) return new Fault(10, "npm", detail + CERTIFICATES, true);
  if (/ENOSPC|no space left/i.test(result.output)) return new Fault(14, "npm", detail);
  // mutant: a wrong checksum is told as a network's fault
  if (/^(EINTEGRITY|Z_|TAR_)/.test(code)) return new Fault(12, "npm", detail);
  if (code === "ENOSPC" || code === "EACCES") return new Fault(14, "npm", detail);
  if (code === "EBADPLATFORM") return new Fault(11, "npm", detail);
  return new Fault(10, "npm", detail, /^E40[134]$|ENOENT/.test(code));
}

function ownLog(cache) {
  const folder = path.join(cache, "_logs");
  if (!fs.existsSync(folder)) return "";
  return fs.readdirSync(folder).map((it) => fs.readFileSync(path.join(folder, it), "utf8")).join("");
}

// The packages that have a tarball of their own; a bundled one comes in its holder's, whose checksum it shares.
const fetched = (cx) => wanted(cx.lock, cx.args.target).filter((it) => !it.bundled);

// Every tarball that belongs here is hashed again from npm's own store, where each has its checksum for a name.
async function checkTarballs(cx, cache) {
  const packages = fetched(cx).map((it) => ({ ...it, ...stored(cache, it) }));
  for (const algorithm of new Set(packages.map((it) => it.algorithm))) {
    const some = packages.filter((it) => it.algorithm === algorithm);
    const sums = await checksums(algorithm, some.map((it) => it.file));
    const wrong = some.find((it, at) => it.hex !== sums[at]);
    if (wrong) throw new Fault(12, "npm", `${packageOf(wrong.place)}@${wrong.version} does not have the lock's checksum`);
  }
}

// npm leaves out an optional package whose checksum is wrong, or that it cannot fetch, and says nothing.
async function findMissing(cx, cache, registry) {
  const first = fetched(cx).find((it) => !fs.existsSync(stored(cache, it).file));
  if (!first) return;
  // Why it is not there npm does not say; asked for the tarball alone, it does: then only the checksum can be wrong.
  const name = `${packageOf(first.place)}@${first.version}`;
  const result = await npm(cx, ["cache", "add", registry + first.path, "--cache", cache]);
  const damaged = /npm error code (Z_|TAR_|EINTEGRITY)/.test(result.output);
  if (damaged || (result.code === 0 && !fs.existsSync(stored(cache, first).file))) {
    throw new Fault(12, "npm", `${name} does not have the lock's checksum; npm left it out and exited 0`);
  }
  const code = /npm error code (\S+)/.exec(result.output)?.[1] ?? `status ${result.code}`;
  throw new Fault(10, "npm", `${name} cannot be fetched (${code}); npm left it out and exited 0`, /^E40[134]$|ENOENT/.test(code));
}

// Where npm's store has the tarball of an entry.
function stored(cache, it) {
  const [algorithm, digest] = it.integrity.split(/-(.*)/s);
  const hex = Buffer.from(digest, "base64").toString("hex");
  return { algorithm, hex, file: path.join(cache, "_cacache/content-v2", algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4)) };
}

// The tree holds every package of the lock that belongs on this machine, under its name and version.
export function checkTree(dir, lock, target) {
  for (const it of wanted(lock, target)) {
    const text = readInstalled(path.join(dir, it.place, "package.json"), `${it.place} is missing`);
    let found;
    try {
      found = JSON.parse(text);
    } catch {
      throw new Fault(12, "tree", `${it.place} has a package.json that is not JSON`);
    }
    const name = it.rest.name ?? packageOf(it.place);
    if (found.name !== name || found.version.replace(/^[v=]+/, "") !== it.version.replace(/\+.*/, "") && found.version !== it.version) {
      throw new Fault(12, "tree", `${it.place} is ${found.name}@${found.version}, not ${name}@${it.version}`);
    }
  }
}

// A script that a package needs is declared by the entry; all others stay off.
async function postinstall(cx, it) {
  const cwd = path.join(cx.dir, "node_modules", it.package);
  const [program, ...words] = it.postinstall;
  const argv = [program === "node" ? cx.node : program, ...words];
  const env = { ...cx.env, PATH: `${path.dirname(cx.node)}:${cx.env.PATH}` };
  const result = await run(argv, { cwd, env, log: cx.log, end: cx.args.end });
  if (result.code !== 0) throw new Fault(15, "postinstall", `${it.postinstall.join(" ")} of ${it.package} ended with ${result.code}`);
}
