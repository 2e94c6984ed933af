// Computes the environment, files and argument vector of the agent from the launcher's own environment. The launcher
// carries out the lines of standard output, each an operation with its operand; a line that begins with `+` continues
// the operand before it. No line is shell text, and the last line is `start`.
import fs from "node:fs";
import path from "node:path";

import { checkHome, checkVariables } from "./check.mjs";
import { dir, fail, plan, say, writeFiles } from "./config.mjs";
import { checkServers } from "./servers.mjs";
import { formed, given, Refused, Words } from "./values.mjs";

const env = { ...process.env };
const words = new Words(env, plan);

const ALIAS = "BENCHFLOW_LITELLM_MODEL_ALIAS";
const API_KEY = "BENCHFLOW_PROVIDER_API_KEY";
const BASE_URL = "BENCHFLOW_PROVIDER_BASE_URL";
const EFFORT = "BENCHFLOW_REASONING_EFFORT";
const MODEL = "BENCHFLOW_PROVIDER_MODEL";
const PERMISSION = "BENCHFLOW_PERMISSION";
const PORT = "BENCHFLOW_BESIDE_PORT";
const PROVIDER = "BENCHFLOW_PROVIDER_NAME";
const ACP_MODEL = "BENCHFLOW_ACP_MODEL_ID";
const WEB = "BENCHFLOW_DISALLOW_WEB_TOOLS";

async function main() {
  const off = webPolicy();
  if (off.refusal !== null) throw new Refused(off.refusal, 11);
  const unasked = !asks();
  checkEffort();
  checkServers(env, plan.mcp);
  if (plan.beside) env[PORT] = await freePort();
  setModel();
  setVariables(off, unasked);
  checkHome(env.HOME, false);
  checkVariables(env, plan.variables, plan.refuses);
  if (Object.keys(env).some((name) => /_proxy$/i.test(name))) await warnOfProxy();
  writeFiles({ env, off, unasked });
  // Its files have them. Processes that it starts must not inherit them.
  for (const name of plan.withhold) delete env[name];
  fs.writeFileSync(1, lines(argv(off, unasked)));
}

// What turns web tools off in this run: all of them by the mark of web-policy.sh, or as the variable of a harness says.
function webPolicy() {
  const value = env[WEB] ?? "";
  if (fs.existsSync(plan.policy)) return plan.without.all;
  if (["", "0", "false", "no"].includes(value)) return { refusal: null, files: [], env: [], argv: [], unset: [] };
  return value === "hosted" ? plan.without.hosted : plan.without.all;
}

// Whether tools are to ask before they run: only where the caller says so.
function asks() {
  if (!given(env[PERMISSION])) return false;
  if (env[PERMISSION] !== "ask") throw new Refused(`takes no such ${PERMISSION}: its one value is \`ask\``, 11);
  if (plan.permission.refusal !== null) throw new Refused(`takes no such ${PERMISSION}: ${plan.permission.refusal}`, 11);
  return true;
}

// A level that the agent does not take would be dropped by it, and the run measured under a wrong name.
function checkEffort() {
  if (!given(env[EFFORT]) || plan.effort.levels.includes(env[EFFORT])) return;
  throw new Refused(`takes no such ${EFFORT}: ${plan.effort.refusal}`, 11);
}

async function warnOfProxy() {
  const { proxyWarning } = await import("./proxy.mjs");
  const warning = proxyWarning(env, env[BASE_URL]);
  if (warning) say(warning);
}

async function freePort() {
  const net = await import("node:net");
  return new Promise((resolve, reject) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(String(port)));
    });
    server.on("error", (error) => reject(new Refused(`no free port for the helper: ${error.code}`, 15)));
  });
}

// The model id for the agent, when the harness has not set it, and its two parts.
function setModel() {
  if (!given(env[ACP_MODEL])) env[ACP_MODEL] = modelId();
  const id = env[ACP_MODEL];
  // An agent with one of these formats registers a base URL under a provider's name in its file. Without a name the base
  // URL would be dropped, and the key sent to the vendor that the agent chooses.
  const named = { Bare: true, RegisteredProvider: given(env[PROVIDER]), ModelsDev: id === "" || id.includes("/") };
  if (given(env[BASE_URL]) && !given(env[ALIAS]) && !named[plan.format]) {
    throw new Refused(`${BASE_URL} is set, and the provider has no name; set ${PROVIDER}`);
  }
  const slash = id.indexOf("/");
  env.BENCHFLOW_ACP_MODEL_PROVIDER = id.slice(0, Math.max(slash, 0));
  env.BENCHFLOW_ACP_MODEL_NAME = id.slice(slash + 1);
}

function modelId() {
  const prefix = { Bare: "", RegisteredProvider: "litellm/", ModelsDev: "benchflow/" }[plan.format];
  if (given(env[ALIAS])) return prefix + env[ALIAS];
  if (!given(env[MODEL])) return "";
  return plan.format !== "Bare" && given(env[PROVIDER]) ? `${env[PROVIDER]}/${env[MODEL]}` : env[MODEL];
}

// The variables of the agent. They replace inherited ones, but not those that the caller gave explicitly; a policy
// replaces both. Routing lists the explicit ones. Variables of the image or the task are not explicit: their key may
// belong to another vendor.
function setVariables(off, unasked) {
  const explicit = new Set((env.BENCHFLOW_EXPLICIT_ENV ?? "").split(" "));
  const idle = plan.idle.filter(([name]) => explicit.delete(name) && given(env[name]));
  for (const [name, source] of idle) checkIdle(name, source);
  for (const [name, value] of [...plan.env, ...(unasked ? plan.permission.env : [])]) {
    if (!explicit.has(name)) set(name, value);
    // A base URL under the agent's own variable name.
    if (value[0] === "variable" && value[1] === BASE_URL && given(env[name])) env[name] = formed(env[name], plan.form);
  }
  // The list of explicit variables is for this agent only, not for agents that it starts.
  delete env.BENCHFLOW_EXPLICIT_ENV;
  for (const name of off.unset) delete env[name];
  for (const [name, value] of off.env) {
    delete env[name];
    set(name, value);
  }
}

// Reports explicit variables that nothing of the agent reads. A base URL among them is refused, since the key would be
// sent to another server.
function checkIdle(name, source) {
  const bare = (url) => formed(url ?? "", "WithoutV1");
  if (source === BASE_URL && given(env[API_KEY]) && bare(env[name]) !== bare(env[BASE_URL])) {
    throw new Refused(`${name} is set beside ${API_KEY}, and the key would go elsewhere; set ${source} instead`);
  }
  say(`${name} is not used, since the agent's files have ${source}; set that`);
}

// A mapping with an empty value changes nothing.
function set(name, value) {
  const text = words.text(value);
  if (given(text)) env[name] = text;
}

// The words before those of the launcher's caller.
function argv(off, unasked) {
  const inside = (file) => path.join(dir, file);
  const runner = { node: [inside("node/bin/node")], native: [], python: [inside("venv/bin/python"), "-I"] }[plan.runs];
  const chosen = [...(unasked ? plan.permission.argv : []), ...off.argv];
  const agent = [...runner, inside(plan.program), ...told(plan.launch), ...chosen];
  if (!plan.beside) return agent;
  // The supervisor has the helper, its port and all signals; standard input and output are the agent's.
  const helper = [inside(`shims/${plan.beside.program}`), ...told(plan.beside.argv)];
  const supervisor = [inside("node/bin/node"), inside("lib/beside.mjs"), env[PORT], String(plan.beside.within)];
  return [...supervisor, String(helper.length), ...helper, ...agent];
}

// Words of the entry; a word that depends on a variable or a condition can be missing.
const told = (values) => values.map((it) => (typeof it === "string" ? it : words.text(it) || undefined)).filter((it) => it !== undefined);

// The operations of the launcher: changes of its environment, then the words, from the last to the first.
function lines(argv) {
  const changed = Object.keys(env).filter((name) => env[name] !== process.env[name]);
  const gone = Object.keys(process.env).filter((name) => env[name] === undefined);
  const all = [
    ...gone.map((name) => `unset ${name}`),
    ...changed.map((name) => `export ${name}=${env[name]}`),
    ...argv.reverse().map((word) => `word ${word}`),
    "start",
  ];
  return all.map((line) => `${line.replaceAll("\n", "\n+")}\n`).join("");
}

main().catch(fail);
