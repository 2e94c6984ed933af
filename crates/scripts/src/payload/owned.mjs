// Removes members of a file that an earlier launch wrote and this launch does not set: otherwise a key of this launch
// could be sent to the server of that one.
import { find, parse, remove } from "./edit.mjs";

// The text without members that a value of the entry could have written and that `now`, a Map of all that is set, does
// not have. When the launch gives the agent nothing (`routed` is false), only members that refer to one of our variables
// are removed: the rest may be the task's own settings, and no key of ours is sent with them.
export function removeUnset(text, body, { now, routed, form, comments }) {
  const tree = parse(text, comments);
  const cx = { form, found: [] };
  const bound = { names: new Map(), references: 0 };
  const ours = matches(cx, body, tree, bound) && bound.references > 0;
  if (routed || ours) collect(cx, body, tree, [], { names: new Map(), references: 0 });
  const gone = cx.found.filter((where) => !isSet(now, where));
  return gone.reduce((all, where) => removeAt(all, where, now, comments), text);
}

function isSet(now, where) {
  let at = now;
  for (const key of where) {
    if (!(at instanceof Map)) return at !== undefined;
    at = at.get(key);
  }
  return at !== undefined;
}

// Removes a member, and each object that has no member and no comment then; a duplicate member is removed too.
function removeAt(text, where, now, comments) {
  let rest = text;
  while (where.length > 0 && find(parse(rest, comments), where)) rest = remove(rest, where, comments);
  const above = where.slice(0, -1);
  const object = find(parse(rest, comments), above);
  const empty = object?.type === "object" && rest.slice(object.start + 1, object.end - 1).trim() === "";
  return above.length > 0 && empty && !isSet(now, above) ? removeAt(rest, above, now, comments) : rest;
}

// The places of the leaves of a value in a tree that it could have written.
function collect(cx, value, node, where, bound) {
  for (const it of choices(value)) {
    if (it?.[0] === "object" && node.type === "object") {
      for (const [key, inner] of it.slice(1)) collectMember(cx, key, inner, node, where, bound);
    } else if (where.length > 0 && matches(cx, it, node, copy(bound))) {
      return void cx.found.push(where);
    }
  }
}

function collectMember(cx, key, inner, node, where, bound) {
  for (const member of node.members) {
    const place = [...where, member.key];
    const named = copy(bound);
    if (!matches(cx, key, { type: "string", value: member.key }, named)) continue;
    // Under a key that a variable gives, a member is ours only when all of it is.
    if (typeof key !== "string" && !matches(cx, inner, member.value, copy(named))) continue;
    collect(cx, inner, member.value, place, named);
  }
}

const copy = ({ names, references }) => ({ names: new Map(names), references });

// The alternatives of a value, without their conditions.
function choices(value) {
  if (value?.[0] === "if") return [value[2], value[3]].filter((it) => it !== undefined).flatMap(choices);
  if (value?.[0] === "match") return value.slice(2).flatMap(([, it]) => choices(it));
  return [value];
}

// Whether a value could have written this node. A variable must have the same content everywhere; references are counted.
function matches(cx, value, node, bound) {
  return choices(value).some((it) => {
    const trial = copy(bound);
    if (!matchesOne(cx, it, node, trial)) return false;
    Object.assign(bound, trial);
    return true;
  });
}

function matchesOne(cx, value, node, bound) {
  if (!Array.isArray(value)) return node.members === undefined && node.value === value;
  const [word, ...rest] = value;
  const text = node.type === "string" ? node.value : undefined;
  switch (word) {
    case "variable": return text !== undefined && binds(bound, rest[0], text);
    case "number": return node.value === Number(rest[0]);
    case "uint": return typeof node.value === "number";
    case "companion": return text?.endsWith(`/shims/${rest[0]}`) ?? false;
    case "ref": return text === cx.form?.replace("NAME", () => rest[0]) && ++bound.references > 0;
    case "fmt": return text !== undefined && matchesFormat(rest, text);
    case "list": return node.type === "array" && node.members.length === rest.length && rest.every((it, at) => matches(cx, it, node.members[at].value, bound));
    case "object": return node.type === "object" && rest.every((member) => hasMember(cx, member, node, bound));
    default: return false;
  }
}

function binds(bound, name, text) {
  const before = bound.names.get(name);
  bound.names.set(name, text);
  return before === undefined || before === text;
}

function matchesFormat(parts, text) {
  const literal = (part) => (typeof part === "string" ? part.replace(/[^A-Za-z0-9]/g, "\\$&") : "[^]*");
  return new RegExp(`^${parts.map(literal).join("")}$`).test(text);
}

// An optional member need not exist.
function hasMember(cx, [key, value, optional], node, bound) {
  const conditional = value?.[0] === "if" && value[3] === undefined;
  const has = node.members.some((member) => {
    const trial = copy(bound);
    if (!matches(cx, key, { type: "string", value: member.key }, trial)) return false;
    if (!matches(cx, value, member.value, trial)) return false;
    Object.assign(bound, trial);
    return true;
  });
  return has || optional === true || conditional;
}
