// What of the environment is refused before anything is written: by its name, never with its value.
import fs from "node:fs";

import { given, Refused } from "./values.mjs";

const MAX_HOME = 3000;

// The one sentence on a home in which a file cannot be written or read, with the place and the way out.
export function homeRefusal(home, { place = "$HOME", code, verb = "write", policy = false } = {}) {
  // biome-ignore lint: control characters are what is looked for
  const stated = home?.startsWith("/") ? `HOME=${home.replace(/[\u0000-\u001f\u007f]/g, "?")}` : "HOME is not an absolute path";
  const named = policy ? "give web-policy.sh a home" : "set HOME to a folder";
  const full = code === "ENOSPC" || code === "EDQUOT";
  const way = full ? "no space is left there; make room" : `${named} that this user may write`;
  return new Refused(`cannot ${verb} \`${place}\` (${home ? stated : "HOME is not set"}, user ${process.getuid()}): ${way}`);
}

// The home folder, an absolute path of a length that leaves room for the files in it.
export function checkHome(home, policy) {
  if (!home?.startsWith("/")) throw homeRefusal(home, { policy });
  if (Buffer.byteLength(home) > MAX_HOME) throw new Refused(`HOME is longer than ${MAX_HOME} bytes`);
  checkText("HOME", home);
}

// Every variable that reaches the agent, by its kind: `url`, `id` or `text`; and what this agent takes in no model id.
export function checkVariables(env, kinds, refused) {
  for (const [name, kind] of Object.entries(kinds)) {
    const text = env[name];
    if (!given(text)) continue;
    checkText(name, text);
    if (kind === "text") continue;
    if (/\p{Cc}/u.test(text)) throw new Refused(`the value of ${name} holds a control character, which no ${kind === "url" ? "URL" : "model id"} has`);
    if (kind === "url" && /[?#]/.test(text)) {
      throw new Refused(`the value of ${name} holds a query or fragment; give a base URL, to which the agent adds a path`);
    }
  }
  const id = env.BENCHFLOW_ACP_MODEL_ID ?? "";
  const held = refused.find((text) => id.includes(text));
  if (held) throw new Refused(`the value of BENCHFLOW_ACP_MODEL_ID holds ${JSON.stringify(held)}, which this agent takes in no model id`);
}

// Node.js puts U+FFFD in the place of what is no UTF-8. Whether it was there before, the bytes say.
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
    throw new Refused(`the value of ${name} is no UTF-8`);
  }
}
