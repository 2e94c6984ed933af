// Refuses variables of the environment before anything is written. Messages have their names, never their values.
import fs from "node:fs";

import { plan } from "./config.mjs";
import { given, Refused } from "./values.mjs";

const MAX_HOME = 3000;

// The refusal of a home in which a file cannot be written or read, with the place and the way out.
export function homeRefusal(home, { place = "$HOME", code, verb = "write", policy = false } = {}) {
  // biome-ignore lint: control characters are what is looked for
  const stated = home?.startsWith("/") ? `HOME=${home.replace(/[\u0000-\u001f\u007f]/g, "?")}` : "HOME is not an absolute path";
  const named = policy ? "give web-policy.sh a home" : "set HOME to a folder";
  const full = code === "ENOSPC" || code === "EDQUOT";
  const way = full ? "no space is left there; make room" : `${named} that this user may write`;
  return new Refused(`cannot ${verb} \`${place}\` (${home ? stated : "HOME is not set"}, user ${process.getuid()}): ${way}`);
}

// Checks the home folder: an absolute path that is short enough for the files in it.
export function checkHome(home, policy) {
  if (!home?.startsWith("/")) throw homeRefusal(home, { policy });
  if (Buffer.byteLength(home) > MAX_HOME) throw new Refused(`HOME is longer than ${MAX_HOME} bytes`);
  checkText("HOME", home);
}

// What describes a model server or a model.
const ROUTED = ["PROVIDER_MODEL", "PROVIDER_BASE_URL", "PROVIDER_API_KEY", "LITELLM_MODEL_ALIAS", "ACP_MODEL_ID"];

const CONTROL = "holds a newline or another control character";
const CALL = /(?:\/(?:completions|messages|responses|embeddings)|:(?:generateContent|streamGenerateContent))\/*$/;

// Why a text is not a value of a kind; words and grammar are those of `Kind::fault` in registry-model, variables.rs.
export function fault(kind, text) {
  if (kind !== "text" && /\p{Cc}/u.test(text)) return CONTROL;
  if (kind === "url") return urlFault(text);
  if (kind === "key" && /["'\u00ab\u00bb\u2018-\u201f]/.test(text)) return "holds a quotation mark";
  return undefined;
}

function urlFault(text) {
  if (/[?#]/.test(text)) return "holds a query or fragment, and the agent puts a path behind it";
  const parts = /^https?:\/\/([^/]*)(.*)$/is.exec(text);
  if (!parts) return "does not begin with `https://` or `http://`";
  if (/[^!-~]|["<>\\^`{|}]/.test(text)) return "holds a character that no URL has";
  const place = /^(?:\[[0-9A-Za-z:.]+\]|[0-9A-Za-z._~%-]+)(?::(.*))?$/s.exec(parts[1].slice(parts[1].lastIndexOf("@") + 1));
  if (!place) return "names no host";
  const port = place[1];
  const number = port === undefined || (/^[0-9]{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65536);
  if (!number) return "has a port that is not a number from 1 to 65535";
  return CALL.test(parts[2]) ? "ends with the path of a call, which the agent adds itself" : undefined;
}

// Checks every variable that reaches the agent by its kind, and the model id for what this agent does not accept.
export function checkVariables(env, kinds, refused) {
  checkClosed(env);
  for (const [name, kind] of Object.entries(kinds)) {
    const text = env[name];
    if (!given(text)) continue;
    // Variables that the launcher sets come from variables that are checked under their own names.
    if (process.env[name] === text) checkText(name, text);
    const reason = fault(kind, text);
    if (reason) throw new Refused(`the value of ${name} ${reason}`);
  }
  const id = env.BENCHFLOW_ACP_MODEL_ID ?? "";
  const held = refused.find((text) => id.includes(text));
  if (held) throw new Refused(`the value of BENCHFLOW_ACP_MODEL_ID holds ${JSON.stringify(held)}, which this agent takes in no model id`);
}

// Refuses a model for an agent that no model server can be given to: it would run with another one.
function checkClosed(env) {
  if (plan.closed === undefined) return;
  const set = ROUTED.map((it) => `BENCHFLOW_${it}`).find((it) => given(env[it]));
  if (set) throw new Refused(`${set} is set, and ${plan.closed}`, 11);
}

// Node.js replaces bytes that are not UTF-8 by U+FFFD. The raw bytes show whether a U+FFFD was in the value before.
function checkText(name, text) {
  if (!text.includes("\ufffd")) return;
  let bytes = "";
  try {
    bytes = fs.readFileSync("/proc/self/environ", "latin1");
  } catch {}
  const found = bytes.split("\0").find((it) => it.startsWith(`${name}=`));
  try {
    if (found === undefined) throw new TypeError();
    new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(found, "latin1"));
  } catch {
    throw new Refused(`the value of ${name} is not UTF-8`);
  }
}
