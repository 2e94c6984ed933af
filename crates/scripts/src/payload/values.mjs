// Evaluates the values of an entry (registry-model, template.rs) over the environment, and writes TOML from them.
import { Append, print, Raw } from "./edit.mjs";
import { servers } from "./servers.mjs";

// A launch that must not start, by its exit class.
export class Refused extends Error {
  constructor(message, status = 14) {
    super(message);
    this.status = status;
  }
}

// Whether a text has more than the blanks of POSIX, as in the launcher and in routing.
export const given = (text) => text !== undefined && /[^ \t-\r]/.test(text);

// A base URL in the form of an agent: as it is given, with the version or without it (routing, base_url.rs).
export function formed(text, form) {
  if (form === "AsGiven") return text;
  let end = text.length;
  while (text[end - 1] === "/") end--;
  const bare = text.slice(0, end);
  if (form === "WithoutV1") return bare.replace(/\/v1$/, "");
  return bare === "" || bare.endsWith("/v1") ? bare : `${bare}/v1`;
}

// Evaluates values; undefined when nothing is to be written.
export class Values {
  constructor(env, { references, companions, form }) {
    Object.assign(this, { env, references, companions, form });
  }

  // The content of a variable, undefined when it is unset or blank; the base URL in the form of the agent.
  get(name) {
    const text = this.env[name];
    if (!given(text)) return undefined;
    return name === "BENCHFLOW_PROVIDER_BASE_URL" ? formed(text, this.form) : text;
  }

  // Whether an agent would resolve a text as a reference; a textual agent has more forms than the entry's.
  refers(text) {
    if (!this.references) return false;
    const begin = this.references.form.split("NAME")[0];
    return text.includes(begin) || (this.references.textual && /\{[a-z]+:/i.test(text));
  }

  // The content of a variable for a file, where no part of it may be resolved as a reference.
  plain(name) {
    const text = this.get(name);
    if (text !== undefined && this.refers(text)) {
      throw new Refused(`the value of ${name} looks like a reference, which the agent would resolve`);
    }
    return text;
  }

  reference(name) {
    if (!this.references) throw new Refused(`a reference to ${name}, and the agent has none`);
    const text = this.get(name);
    if (text === undefined) throw new Refused(`${name} is not set, and a file of the agent refers to it; set ${name}`);
    // biome-ignore lint: control characters are what is looked for
    if (this.references.textual && /["'\\{}\u0000-\u001f\u007f]/.test(text)) {
      throw new Refused(`the value of ${name} holds a quote, backslash, brace or control character, and the agent pastes it into its file`);
    }
    return this.references.form.replace("NAME", () => name);
  }

  uint(name) {
    const text = this.get(name);
    if (text === undefined) return undefined;
    if (!/^[0-9]+$/.test(text)) throw new Refused(`the value of ${name} is not a non-negative integer`);
    return new Raw(text.replace(/^0+(?=[0-9])/, ""));
  }

  holds([word, ...rest]) {
    const proxy = this.get("BENCHFLOW_LITELLM_MODEL_ALIAS") !== undefined;
    switch (word) {
      case "set": return this.get(rest[0]) !== undefined;
      case "direct": return !proxy;
      case "proxy": return proxy;
      case "provider": return this.get("BENCHFLOW_PROVIDER_NAME") === rest[0];
      case "root": return process.getuid() === 0;
      case "not": return !this.holds(rest[0]);
      case "all": return rest.every((it) => this.holds(it));
      case "any": return rest.some((it) => this.holds(it));
      default: throw new Refused(`no condition ${word}`);
    }
  }

  value(it) {
    if (!Array.isArray(it)) return it;
    const [word, ...rest] = it;
    const all = (list) => list.map((item) => this.value(item)).filter((item) => item !== undefined);
    switch (word) {
      case "variable": return this.plain(rest[0]);
      case "number": return new Raw(rest[0]);
      case "uint": return this.uint(rest[0]);
      case "ref": return this.reference(rest[0]);
      case "companion": return this.companions[rest[0]];
      case "fmt": return rest.map((part) => this.text(part)).join("");
      case "list": return all(rest);
      case "append": return new Append(all(rest));
      case "object": return this.object(rest);
      case "servers": return this.servers(rest[0], rest.slice(1));
      case "server": return this.part(rest[0]);
      case "match": return this.match(rest[0], rest.slice(1));
      case "if": return this.holds(rest[0]) ? this.value(rest[1]) : rest[2] === undefined ? undefined : this.value(rest[2]);
      default: throw new Refused(`no value ${word}`);
    }
  }

  text(part) {
    const value = this.value(part);
    return value instanceof Raw ? value.text : String(value ?? "");
  }

  match(name, arms) {
    const text = this.get(name) ?? "";
    const arm = arms.find(([content]) => content !== "" && content === text) ?? arms.find(([content]) => content === "");
    return arm === undefined ? undefined : this.value(arm[1]);
  }

  // The MCP servers of the run, each in the form of its transport.
  servers(named, forms) {
    const forForm = (server) => {
      const form = forms.find(([transport]) => transport === server.type);
      if (form === undefined) throw new Refused(`a server over ${server.type}, which no file of the agent takes`, 11);
      const outer = this.server;
      this.server = server;
      const value = this.value(form[1]);
      this.server = outer;
      return [server.name, value];
    };
    const all = servers(this.env).map(forForm);
    return named ? new Map(all) : all.map(([, value]) => value);
  }

  // A part of a server, none of whose texts may be resolved as a reference.
  part(name) {
    const part = this.server[name];
    const texts = part instanceof Map ? [...part].flat() : [part].flat();
    if (texts.some((it) => this.refers(it))) {
      throw new Refused("the value of BENCHFLOW_MCP_SERVERS holds a text that looks like a reference, which the agent would resolve");
    }
    return part;
  }

  object(members) {
    const map = new Map();
    for (const [key, value, optional] of members) {
      const name = this.text(key);
      if (name === "" || (optional && this.lacks(value))) continue;
      const found = this.value(value);
      // An unset variable gives an empty text; a false condition gives nothing.
      if (found !== undefined) map.set(name, found);
      else if (value?.[0] === "variable") map.set(name, "");
    }
    return map;
  }

  // Whether a variable of a value is unset.
  lacks(it) {
    if (!Array.isArray(it)) return false;
    const [word, ...rest] = it;
    if (word === "servers") return false;
    if (word === "server") return (this.server[rest[0]].size ?? this.server[rest[0]].length) === 0;
    if (word === "variable" || word === "uint" || word === "ref") return this.get(rest[0]) === undefined;
    if (word === "if") return this.value(it) === undefined;
    if (word === "match") return this.value(it) === undefined || this.value(it) === "";
    if (word === "object") return rest.some(([key, value, optional]) => this.lacks(key) || (!optional && this.lacks(value)));
    return rest.some((part) => this.lacks(part));
  }
}

// Values as text, for the environment and argument vectors: references are not resolved there, and digits are kept.
export class Words extends Values {
  plain(name) {
    return this.get(name);
  }

  uint(name) {
    return super.uint(name) && this.get(name);
  }
}

// An object merged into another: two bodies of one file.
export function combine(into, map) {
  for (const [key, value] of map) {
    const there = into.get(key);
    if (value instanceof Map && there instanceof Map) combine(there, value);
    else if (value instanceof Append && Array.isArray(there)) into.set(key, added(there, value.items));
    else into.set(key, value instanceof Map ? combine(new Map(), value) : value);
  }
  return into;
}

// A list extended by the items that it does not have yet.
function added(list, items) {
  return items.reduce((all, item) => (all.some((it) => print(it, "") === print(item, "")) ? all : [...all, item]), list);
}

// The first line of a TOML file that we wrote; a file without it is not ours.
export const MARK = "# Written by the launcher at every start.";

// A TOML file: plain values first, then tables, since a table ends only where the next begins.
export function toml(map) {
  const lines = [MARK];
  const table = (it, where) => {
    const inner = [...it].filter(([, value]) => value instanceof Map);
    const plain = [...it].filter(([, value]) => !(value instanceof Map));
    if (where.length > 0 && (plain.length > 0 || inner.length === 0)) {
      lines.push("");
      lines.push(`[${where.map(tomlKey).join(".")}]`);
    }
    for (const [key, value] of plain) lines.push(`${tomlKey(key)} = ${tomlValue(value)}`);
    for (const [key, value] of inner) table(value, [...where, key]);
  };
  table(map, []);
  return `${lines.join("\n")}\n`;
}

const tomlKey = (key) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : tomlString(key));

// JSON's escapes are valid in TOML; only the delete character must be escaped too.
const tomlString = (text) => JSON.stringify(text).replaceAll("\u007f", "\\u007f");

function tomlValue(value) {
  if (value === null) throw new Refused("a null, which TOML does not have");
  if (value instanceof Raw) return value.text;
  if (value instanceof Append) return tomlValue(value.items);
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
  if (value instanceof Map) return `{ ${[...value].map(([key, it]) => `${tomlKey(key)} = ${tomlValue(it)}`).join(", ")} }`;
  return typeof value === "string" ? tomlString(value) : String(value);
}
