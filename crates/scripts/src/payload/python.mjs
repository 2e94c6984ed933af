// The Python part of an install: uv, fetched by the private CPython's own pip, creates an environment from the lock.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { CERTIFICATES, Fault, readInstalled, run, say } from "./common.mjs";

export async function installPython(cx) {
  const { args, agent, dir } = cx;
  if (agent.pypi.length === 0) return;
  const python = path.join(cx.pythonHome, "bin/python3");
  const uv = await installUv(cx, python);
  const venv = path.join(dir, "venv");
  await command(cx, [uv, "venv", "--python", python, "--no-config", "--relocatable", "--no-project", venv]);
  const files = cx.lock.wheels.filter((it) => it.targets.includes(args.target));
  const isWheel = (it) => it.file.endsWith(".whl");
  await installFiles(cx, uv, venv, "wheels", files.filter(isWheel), ["--only-binary", ":all:"]);
  // A package without a wheel is built from its locked source, with pinned build tools.
  const sources = files.filter((it) => !isWheel(it));
  if (sources.length > 0) {
    const tools = await pipTarget(cx, python, "build", agent.buildTools);
    const env = { PYTHONPATH: tools };
    await installFiles(cx, uv, venv, "sources", sources, ["--no-build-isolation", "--no-binary", ":all:"], env);
  }
  checkEnvironment(dir, cx.lock, args.target);
  say(args.name, `Python environment of ${files.length} packages agrees with the lock`);
}

async function installUv(cx, python) {
  const folder = await pipTarget(cx, python, "uv", cx.agent.uv);
  const uv = path.join(folder, "bin/uv");
  if (!fs.existsSync(uv)) throw new Fault(12, "pip", "pip ended with 0 and left uv out");
  return uv;
}

// Installs pinned tools into a folder of the stage, from the site's index or pip's own.
async function pipTarget(cx, python, name, tools) {
  const folder = path.join(cx.args.stage, name);
  const file = `${folder}.txt`;
  fs.writeFileSync(file, requirements(tools.map((it) => ({ ...it, hashes: it.sha256 }))));
  const fixed = ["--isolated", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--timeout", "60", "--retries", "2"];
  // mutant: pip installs without checksums
  const checks = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--target", folder, "-r", file];
  const certificates = cx.args.ca ? ["--cert", cx.args.ca] : [];
  const words = ["-I", "-m", "pip", "install", ...fixed, ...checks, ...certificates, ...source(cx, "--index-url")];
  await command(cx, [python, ...words]);
  return folder;
}

const source = (cx, option) => {
  const index = cx.args.pypi;
  if (!index) return [];
  return index.startsWith("/") ? ["--no-index", "--find-links", index] : [option, index];
};

async function installFiles(cx, uv, venv, name, files, options, env = {}) {
  if (files.length === 0) return;
  const file = path.join(cx.args.stage, `${name}.txt`);
  const byName = new Map();
  for (const it of files) {
    const entry = byName.get(it.name) ?? { name: it.name, version: it.version, hashes: [] };
    // mutant: uv installs without checksums
    entry.hashes.push(it.hash.replace("sha256:", ""));
    byName.set(it.name, entry);
  }
  fs.writeFileSync(file, requirements([...byName.values()]));
  // mutant: uv installs without checksums
  const fixed = ["--no-config", "--require-hashes", "--no-deps", "--python", path.join(venv, "bin/python")];
  const from = cx.args.pypi.startsWith("/") ? ["--no-index", "--find-links", linkFiles(cx, files)] : source(cx, "--default-index");
  const words = ["pip", "install", ...fixed, ...options, ...from, "-r", file];
  await command(cx, [uv, ...words], env);
}

// Links only the locked files: a folder of wheels can have others of the same version, and uv would prefer one of them.
function linkFiles(cx, files) {
  const folder = path.join(cx.args.stage, "links");
  fs.mkdirSync(folder, { recursive: true });
  const there = files.filter((it) => fs.existsSync(path.join(cx.args.pypi, it.file)));
  const missing = files.find((it) => !there.some((other) => other.name === it.name));
  if (missing) throw new Fault(10, "uv", `${cx.args.pypi} has no ${missing.file}`, true);
  for (const it of there) {
    const from = path.join(cx.args.pypi, it.file);
    fs.rmSync(path.join(folder, it.file), { force: true });
    fs.symlinkSync(from, path.join(folder, it.file));
  }
  return folder;
}

const requirements = (tools) =>
  // mutant: pip installs without checksums
  tools.map((it) => `${it.name}==${it.version} ${it.hashes.map((hash) => `--hash=sha256:${hash}`).join(" ")}\n`).join("");

async function command(cx, argv, more = {}) {
  const env = {
    ...cx.env,
    ...more,
    UV_PYTHON_DOWNLOADS: "never",
    UV_NO_PROGRESS: "1",
    UV_COMPILE_BYTECODE: "1",
    UV_HTTP_TIMEOUT: "120",
    UV_CACHE_DIR: path.join(cx.args.stage, "uv-cache"),
  };
  const result = await run(argv, { cwd: cx.args.stage, env, log: cx.log, end: cx.args.end });
  if (result.code === 0) return;
  const tool = path.basename(argv[0]) === "uv" ? "uv" : "pip";
  const lines = result.output.split("\n").filter((it) => it.trim());
  // pip continues after a failed fetch, so its last line is about the missing package; the reason is before it.
  const distrusted = lines.find((it) => /CERTIFICATE_VERIFY_FAILED|UnknownIssuer|invalid peer certificate/i.test(it));
  const detail = `${tool} ended with ${result.code}: ${(distrusted ?? lines.at(-1) ?? "").trim()}`;
  if (distrusted) throw new Fault(10, tool, `${detail.slice(0, 400)}${CERTIFICATES}`, true);
  // uv unpacks while it downloads, so a changed file can fail as an archive before its checksum is known.
  const changed = /hash mismatch|do not match the hashes|Bad CRC|corrupt deflate|deflate decompression error: invalid|invalid (block|stored|distance)/i;
  if (changed.test(result.output)) throw new Fault(12, tool, `${tool}: a file does not have the lock's checksum`);
  if (/No space left|Permission denied/.test(result.output)) throw new Fault(14, tool, detail);
  throw new Fault(10, tool, detail, /404|403|no version|not found in the package registry|No matching distribution/i.test(result.output));
}

// Checks that every locked package is installed in its version, and that its files have the checksums of its RECORD.
export function checkEnvironment(dir, lock, target) {
  const root = path.join(dir, "venv/lib");
  const site = path.join(root, fs.readdirSync(root).find((it) => it.startsWith("python")) ?? "", "site-packages");
  const found = new Map();
  for (const it of fs.readdirSync(site)) {
    const match = /^(.+)-([^-]+)\.dist-info$/.exec(it);
    if (match) found.set(normal(match[1]), { version: match[2], folder: it });
  }
  for (const it of lock.wheels.filter((wheel) => wheel.targets.includes(target))) {
    const entry = found.get(normal(it.name));
    if (!entry) throw new Fault(12, "tree", `${it.name} is missing`);
    if (normalVersion(entry.version) !== normalVersion(it.version)) {
      throw new Fault(12, "tree", `${it.name} is ${entry.version}, not ${it.version}`);
    }
    checkRecord(site, entry.folder, it.name);
  }
}

// A package's normalized name (PEP 503); its twin is `names::pypi` of registry-model.
export const normal = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");
const normalVersion = (version) => version.toLowerCase().replace(/_/g, "+");

function checkRecord(site, folder, name) {
  for (const line of fs.readFileSync(path.join(site, folder, "RECORD"), "utf8").split("\n")) {
    const match = /^(?:"((?:[^"]|"")*)"|([^,]*)),sha256=([^,]+),/.exec(line.trim());
    if (!match) continue;
    const file = path.join(site, match[1]?.replaceAll('""', '"') ?? match[2]);
    // Launchers are written by the installer and compiled files by the interpreter; neither is part of the wheel.
    if (file.endsWith(".pyc") || !file.startsWith(`${site}/`)) continue;
    const content = readInstalled(file, `${name}: ${match[1] ?? match[2]} is missing`);
    if (crypto.createHash("sha256").update(content).digest("base64url") !== match[3].replace(/=+$/, "")) {
      throw new Fault(12, "tree", `${name}: ${match[1] ?? match[2]} was changed`);
    }
  }
}
