// Edits JSON text, with or without comments: unchanged parts keep every byte, including comments and numbers.

// An error in the text, with its line.
export class Unreadable extends Error {
  constructor(text, at, message) {
    super(message);
    this.line = text.slice(0, at).split("\n").length;
  }
}

const MAX_DEPTH = 200;

// The tree of a text: { type, start, end, members | items | value }; `trailing` is the end of a trailing comma.
export function parse(text, comments) {
  const reader = new Reader(text, comments);
  reader.skip();
  const tree = reader.value(0);
  reader.skip();
  if (reader.at < text.length) reader.fail("more text after the value");
  return tree;
}

class Reader {
  constructor(text, comments) {
    Object.assign(this, { text, comments, at: text.startsWith("\ufeff") ? 1 : 0 });
  }

  fail(message) {
    throw new Unreadable(this.text, this.at, message);
  }

  skip() {
    for (;;) {
      while (" \t\r\n".includes(this.text[this.at] ?? "x")) this.at++;
      if (!this.comments || this.text[this.at] !== "/") return;
      const kind = this.text[this.at + 1];
      if (kind !== "/" && kind !== "*") return;
      const end = kind === "/" ? this.text.indexOf("\n", this.at) : this.text.indexOf("*/", this.at + 2);
      if (end < 0 && kind === "*") this.fail("a comment that does not end");
      this.at = end < 0 ? this.text.length : kind === "/" ? end : end + 2;
    }
  }

  value(depth) {
    if (depth > MAX_DEPTH) this.fail("nested too deep");
    const start = this.at;
    const first = this.text[start];
    if (first === "{") return this.list(depth, "object", "}");
    if (first === "[") return this.list(depth, "array", "]");
    if (first === '"') return { type: "string", start, value: this.string(), end: this.at };
    const match = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/.exec(this.text.slice(start, start + 400));
    if (!match) this.fail(start < this.text.length ? "no value here" : "the text ends too early");
    this.at += match[0].length;
    return { type: "plain", start, end: this.at, value: JSON.parse(match[0]) };
  }

  string() {
    const match = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    match.lastIndex = this.at;
    const found = match.exec(this.text);
    if (!found) this.fail("a string that is not well formed");
    this.at += found[0].length;
    return JSON.parse(found[0]);
  }

  list(depth, type, close) {
    const node = { type, start: this.at, end: 0, members: [], trailing: 0 };
    this.at++;
    for (;;) {
      this.skip();
      if (this.text[this.at] === close) {
        if (node.trailing && !this.comments) this.fail("a comma before the end");
        node.end = ++this.at;
        return node;
      }
      if (node.members.length > 0 && !node.trailing) this.fail("a comma is missing");
      node.members.push(this.member(depth, type));
      this.skip();
      node.trailing = this.text[this.at] === "," ? ++this.at : 0;
    }
  }

  member(depth, type) {
    const start = this.at;
    if (type === "array") return { start, value: this.value(depth + 1) };
    if (this.text[this.at] !== '"') this.fail("a key is missing");
    const key = this.string();
    this.skip();
    if (this.text[this.at] !== ":") this.fail("a colon is missing");
    this.at++;
    this.skip();
    return { start, key, value: this.value(depth + 1) };
  }
}

// Items that are added to an existing list.
export class Append {
  constructor(items) {
    this.items = items;
  }
}

// A number as the entry writes it.
export class Raw {
  constructor(text) {
    this.text = text;
  }
}

// The text with an object (a Map) merged into it: objects recursively; lists and plain values are replaced, Append adds.
export function merge(text, map, comments) {
  return mergeAt(text.trim() === "" ? "{}\n" : text, [], map, comments);
}

function mergeAt(text, where, map, comments) {
  for (const [key, value] of map) {
    const place = [...where, key];
    const parent = find(parse(text, comments), where);
    if (parent?.type !== "object") throw new Unreadable(text, parent?.start ?? 0, `${where.join(".") || "the file"} is not an object`);
    const member = parent.members.findLast((it) => it.key === key);
    if (!member) text = insert(text, parent, `${JSON.stringify(key)}: `, value);
    else if (value instanceof Map) text = mergeAt(text, place, value, comments);
    else if (value instanceof Append) text = append(text, place, value.items, comments);
    else text = text.slice(0, member.value.start) + print(value, indentAt(text, member.start)) + text.slice(member.value.end);
  }
  return text;
}

export const find = (node, where) => where.reduce((at, key) => at?.members?.findLast((it) => it.key === key)?.value, node);

// The text without a member. Comments and the layout of the other members are kept.
export function remove(text, where, comments) {
  const node = find(parse(text, comments), where.slice(0, -1));
  const at = node.members.findLastIndex((it) => it.key === where.at(-1));
  const [before, it, next] = [node.members[at - 1], node.members[at], node.members[at + 1]];
  const close = node.end - 1;
  const behind = before ? commaAfter(text, before.value.end, comments) : node.start;
  const comma = next || node.trailing ? commaAfter(text, it.value.end, comments) : it.value.end - 1;
  const around = text.slice(behind + 1, it.start) + text.slice(it.value.end, comma) + text.slice(comma + 1, next?.start ?? close);
  if (around.trim() === "") {
    if (next) return text.slice(0, it.start) + text.slice(next.start);
    if (!before) return text.slice(0, node.start + 1) + text.slice(close);
    return text.slice(0, node.trailing ? behind + 1 : behind) + text.slice(comma + 1);
  }
  // With a comment nearby, only the member with one comma is removed, and its line when nothing else was on it.
  const rest = text.slice(it.value.end, comma) + text.slice(comma + 1);
  const lone = /(^|\n)[ \t]*$/.test(text.slice(0, it.start)) && /^[ \t]*\r?\n/.test(rest);
  const head = lone ? text.slice(0, it.start).trimEnd() : text.slice(0, it.start);
  if (next || node.trailing || !before) return head + rest;
  return head.slice(0, behind) + head.slice(behind + 1) + rest;
}

function commaAfter(text, at, comments) {
  const reader = new Reader(text, comments);
  reader.at = at;
  reader.skip();
  return reader.at;
}

function append(text, place, items, comments) {
  for (const item of items) {
    const list = find(parse(text, comments), place);
    if (list.type !== "array") throw new Unreadable(text, list.start, `${place.join(".")} is not a list`);
    const printed = print(item, "");
    if (!list.members.some((it) => JSON.stringify(valueOf(it.value)) === JSON.stringify(JSON.parse(printed)))) {
      text = insert(text, list, "", item);
    }
  }
  return text;
}

function valueOf(node) {
  if (node.type === "array") return node.members.map((it) => valueOf(it.value));
  if (node.type === "object") return Object.fromEntries(node.members.map((it) => [it.key, valueOf(it.value)]));
  return node.value;
}

// Adds a member at the end of an object or list, in the layout of the existing members.
function insert(text, node, head, value) {
  const close = node.end - 1;
  const last = node.members.at(-1);
  if (!last) {
    // Comments in an empty object or list stay before the new member.
    const inner = text.slice(node.start + 1, close).trimEnd();
    const outer = indentAt(text, node.start);
    const deep = `${outer}  `;
    return `${text.slice(0, node.start + 1)}${inner}\n${deep}${head}${print(value, deep)}\n${outer}${text.slice(close)}`;
  }
  const many = text.slice(node.start, last.start).includes("\n");
  const deep = many ? indentAt(text, last.start) : "";
  const after = node.trailing || last.value.end;
  const rest = text.slice(after, close);
  const kept = rest.trimEnd();
  const comma = node.trailing ? "" : ",";
  const gap = many ? `\n${deep}` : " ";
  const printed = many ? print(value, deep) : print(value, null);
  return `${text.slice(0, after)}${comma}${kept}${gap}${head}${printed}${rest.slice(kept.length)}${text.slice(close)}`;
}

function indentAt(text, at) {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, at))[0];
}

// A value as JSON; on one line without an indentation.
export function print(value, indent) {
  if (value instanceof Raw) return value.text;
  if (value instanceof Append) return print(value.items, indent);
  const deep = indent === null ? null : `${indent}  `;
  const join = (open, items, close) => {
    if (items.length === 0) return open + close;
    if (indent === null) return `${open}${items.join(", ")}${close}`;
    return `${open}\n${deep}${items.join(`,\n${deep}`)}\n${indent}${close}`;
  };
  if (value instanceof Map) {
    return join("{", [...value].map(([key, it]) => `${JSON.stringify(key)}: ${print(it, deep)}`), "}");
  }
  if (Array.isArray(value)) return join("[", value.map((it) => print(it, deep)), "]");
  return JSON.stringify(value);
}
