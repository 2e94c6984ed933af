// The npm part of an install: writes package.json and package-lock.json, runs `npm ci`, and checks its result.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { CERTIFICATES, Fault, packageOf, readInstalled, run, say, wanted } from "./common.mjs";
import { checksums } from "./digest.mjs";

// npm rejects one file in both roles, so the two empty configurations have different names.
// mutant: npm reads the machine's settings
const NO_CONFIG = ["--userconfig", "/dev/null", "--globalconfig", "/nonexistent/npmrc"];

export async function installNpm(cx) {
  const { agent, lock, args } = cx;
  if (agent.npm.length === 0) return;
  const registry = await findRegistry(cx);
  writeManifests(cx, registry);
  const cache = path.join(args.stage, "npm-cache");
  // mutant: all package scripts run
  const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress"];
  const network = ["--fetch-retries", "2", "--fetch-retry-mintimeout", "2000", "--fetch-retry-maxtimeout", "15000", "--fetch-timeout", "120000", "--maxsockets", "12", "--loglevel", "warn"];
  const result = await npm(cx, [...command, ...network, "--cache", cache]);
  // mutant: npm's exit status is ignored
  if (result.code !== 0) throw npmFault(result, cache);
  // mutant: npm's result is not checked
  // mutant: a missing package is not diagnosed
  await findMissing(cx, cache, registry);
  // mutant: npm's result is not checked
  checkTree(cx.dir, lock, args.target);
  // mutant: npm's store is not checked
  cx.beside.start(checkTarballs(cx, cache));
  // mutant: no package script runs
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

// The base URL of tarballs: an override, or npm's own registry.
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
  // npm may exit before it prints its error ("Exit handler never called!"); its own log has the error then.
  const lost = /npm error code/.test(result.output) ? "" : ownLog(cache);
  const code = /npm error code (\S+)/.exec(result.output)?.[1] ?? /attempt \d+ failed with (\S+)/.exec(lost)?.[1] ?? `status ${result.code}`;
  const line = result.output.split("\n").find((it) => /npm error (?!code)/.test(it)) ?? "";
  const detail = `npm ci: ${code} ${line.replace(/^npm error /, "")}`.trim();
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^CERT_/.test(code)) return new Fault(10, "npm", detail + CERTIFICATES, true);
  if (/ENOSPC|no space left/i.test(result.output)) return new Fault(14, "npm", detail);
  // mutant: a wrong checksum is reported as a network failure
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

// The packages that are fetched. A bundled package is part of another package's tarball, whose checksum covers it.
const fetched = (cx) => wanted(cx.lock, cx.args.target).filter((it) => !it.bundled);

// Hashes every wanted tarball in npm's own store, where each file is named by its checksum.
async function checkTarballs(cx, cache) {
  const packages = fetched(cx).map((it) => ({ ...it, ...stored(cache, it) }));
  for (const algorithm of new Set(packages.map((it) => it.algorithm))) {
    const some = packages.filter((it) => it.algorithm === algorithm);
    const sums = await checksums(algorithm, some.map((it) => it.file));
    const wrong = some.find((it, at) => it.hex !== sums[at]);
    if (wrong) throw new Fault(12, "npm", `${packageOf(wrong.place)}@${wrong.version} does not have the lock's checksum`);
  }
}

// npm silently skips an optional package that has a wrong checksum or cannot be fetched.
async function findMissing(cx, cache, registry) {
  const first = fetched(cx).find((it) => !fs.existsSync(stored(cache, it).file));
  if (!first) return;
  // `npm cache add` of the one tarball prints the reason. When it succeeds, only the checksum can be wrong.
  const name = `${packageOf(first.place)}@${first.version}`;
  const result = await npm(cx, ["cache", "add", registry + first.path, "--cache", cache]);
  const damaged = /npm error code (Z_|TAR_|EINTEGRITY)/.test(result.output);
  if (damaged || (result.code === 0 && !fs.existsSync(stored(cache, first).file))) {
    throw new Fault(12, "npm", `${name} does not have the lock's checksum; npm left it out and exited 0`);
  }
  const code = /npm error code (\S+)/.exec(result.output)?.[1] ?? `status ${result.code}`;
  throw new Fault(10, "npm", `${name} cannot be fetched (${code}); npm left it out and exited 0`, /^E40[134]$|ENOENT/.test(code));
}

// The file of an entry's tarball in npm's store.
function stored(cache, it) {
  const [algorithm, digest] = it.integrity.split(/-(.*)/s);
  const hex = Buffer.from(digest, "base64").toString("hex");
  return { algorithm, hex, file: path.join(cache, "_cacache/content-v2", algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4)) };
}

// Checks that the tree has every package of the lock for this target, with its name and version.
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

// Runs an install script that the entry declares; no other install script runs.
async function postinstall(cx, it) {
  const cwd = path.join(cx.dir, "node_modules", it.package);
  const [program, ...words] = it.postinstall;
  const argv = [program === "node" ? cx.node : program, ...words];
  const env = { ...cx.env, PATH: `${path.dirname(cx.node)}:${cx.env.PATH}` };
  const result = await run(argv, { cwd, env, log: cx.log, end: cx.args.end });
  if (result.code !== 0) throw new Fault(15, "postinstall", `${it.postinstall.join(" ")} of ${it.package} ended with ${result.code}`);
}
