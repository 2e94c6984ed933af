// The MCP servers of a run for the files of an agent: the variable is a list, as `mcpServers` of `session/new` is.
import { createHash } from "node:crypto";

import { find, parse, print, remove } from "./edit.mjs";
import { given, Refused } from "./values.mjs";

const MCP = "BENCHFLOW_MCP_SERVERS";

// The servers of the variable, each as an object of the parts that its form may name; words and grammar are those of
// routing, mcp.rs.
export function servers(env) {
  const wrong = (what) => new Refused(`the value of ${MCP} is not a list of servers as \`session/new\` has them: ${what}`);
  if (!given(env[MCP])) return [];
  let all;
  try {
    all = JSON.parse(env[MCP]);
  } catch {
    throw wrong("it is not JSON");
  }
  if (!Array.isArray(all)) throw wrong("it is not a list");
  const names = new Set();
  const each = (server, at) => {
    const { name, type = "stdio", command, args = [], env: variables = [], url, headers = [] } = server ?? {};
    const text = (it) => typeof it === "string" && it !== "";
    const pairs = (list) => Array.isArray(list) && list.every((it) => text(it?.name) && typeof it.value === "string");
    if (!text(name)) throw wrong(`item ${at} has no \`name\``);
    if (typeof type !== "string") throw wrong(`\`type\` of item ${at} is not a text`);
    const map = (list) => new Map(list.map((it) => [it.name, it.value]));
    if (type === "http") {
      if (!text(url)) throw wrong(`item ${at} has no \`url\``);
      if (!pairs(headers)) throw wrong(`\`headers\` of item ${at} is not a list of names and values`);
      return { type, name, url, headers: map(headers) };
    }
    if (type !== "stdio") return { type, name };
    if (!text(command)) throw wrong(`item ${at} has no \`command\``);
    if (!Array.isArray(args) || !args.every((it) => typeof it === "string")) throw wrong(`\`args\` of item ${at} is not a list of texts`);
    if (!pairs(variables)) throw wrong(`\`env\` of item ${at} is not a list of names and values`);
    return { type, name, command, args, env: map(variables) };
  };
  return all.map((item, at) => {
    const server = each(item, at);
    if (names.has(server.name)) throw wrong(`two servers have the name of item ${at}`);
    names.add(server.name);
    return server;
  });
}

// Refuses a server of a transport that no file of the agent takes: it would be missing from the session.
export function checkServers(env, transports) {
  for (const { type } of servers(env)) {
    const refusal = Object.hasOwn(transports, type) ? transports[type] : `the transport \`${type}\` is none of those that agents are tested with, \`stdio\` and \`http\``;
    if (refusal !== null) throw new Refused(`takes no such ${MCP}: ${refusal}`, 11);
  }
}

// Where the servers are in a body; undefined when it has none.
export function placeOf(body) {
  if (!Array.isArray(body)) return undefined;
  const [word, ...rest] = body;
  if (word === "servers") return rest[0] ? [] : undefined;
  if (word === "if") return rest.slice(1).map(placeOf).find((it) => it !== undefined);
  if (word !== "object") return undefined;
  for (const [key, value] of rest) {
    const inner = typeof key === "string" ? placeOf(value) : undefined;
    if (inner) return [key, ...inner];
  }
  return undefined;
}

// What tells a server that an earlier launch wrote from one of the task: its name and content.
const digest = (name, json) => createHash("sha256").update(JSON.stringify([name, JSON.parse(json)])).digest("hex");

// The text of a file without the servers of earlier launches, whose digests `left` has, and without those that this
// launch writes, a Map by their names: nothing of another server with the same name may stay. Also the digests of all
// that may be in the file from now on.
export function withoutLeft(text, where, left, now, comments) {
  const added = [...now].map(([name, it]) => digest(name, print(it, "")));
  if (text.trim() === "") return { text, digests: added };
  const present = [];
  const isLeft = (member) => {
    try {
      const found = digest(member.key, text.slice(member.value.start, member.value.end));
      if (left.includes(found)) present.push(found);
      return left.includes(found);
    } catch {
      return false;
    }
  };
  const members = find(parse(text, comments), where)?.members ?? [];
  const gone = members.filter((it) => it.key !== undefined && (isLeft(it) || now.has(it.key))).map((it) => it.key);
  let rest = gone.reduce((all, name) => remove(all, [...where, name], comments), text);
  // Objects that only our servers had filled go too; the keys of a launch with servers are written anew.
  for (let above = where; gone.length > 0 && above.length > 0 && now.size === 0; above = above.slice(0, -1)) {
    const object = find(parse(rest, comments), above);
    if (rest.slice(object.start + 1, object.end - 1).trim() !== "") break;
    rest = remove(rest, above, comments);
  }
  return { text: rest, digests: [...new Set([...present, ...added])].sort() };
}

// The digests of a record, and its text. A record that cannot be read says nothing.
export function digestsOf(text) {
  try {
    const all = JSON.parse(text);
    return Array.isArray(all) ? all.filter((it) => typeof it === "string") : [];
  } catch {
    return [];
  }
}

export const recordOf = (digests) => `${JSON.stringify(digests)}\n`;
