// Warns when a proxy is set and the model is on a loopback or private address that NO_PROXY does not name: most clients
// would send the call to the proxy, which cannot reach it. The value of a proxy variable is never printed.
import { BlockList, isIP } from "node:net";

import { given } from "./values.mjs";

const LOCAL = blockList(
  ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "0.0.0.0/32"],
  ["::1/128", "::/128", "fc00::/7", "fe80::/10"],
);
const LOCAL_NAME = /^(localhost|[^.]+|.*\.(localhost|local|internal))$/;

// The warning for an environment and a base URL, or undefined.
export function proxyWarning(env, url) {
  const proxy = Object.keys(env).find((name) => /^(https?|all)_proxy$/i.test(name) && given(env[name]));
  if (!proxy || !URL.canParse(url ?? "")) return undefined;
  const server = new URL(url);
  const host = server.hostname.replace(/^\[|[\].]$/g, "");
  if (!isLocal(host)) return undefined;
  const lists = Object.keys(env).filter((name) => /^no_proxy$/i.test(name) && given(env[name]));
  const short = lists.find((name) => !covers(env[name], host, server));
  if (lists.length > 0 && short === undefined) return undefined;
  const name = short ?? "NO_PROXY";
  const way = short ? `set ${name}="$${name},${host}"` : `set NO_PROXY=${host} and no_proxy=${host}`;
  return `warning: ${proxy} is set, and ${name} does not name \`${host}\`, the host of the model: calls may go to the proxy; ${way}`;
}

function blockList(...families) {
  const list = new BlockList();
  families.forEach((ranges, at) => ranges.forEach((it) => addRange(list, it, at === 0 ? "ipv4" : "ipv6")));
  return list;
}

function addRange(list, range, family) {
  const [address, bits] = range.split("/");
  list.addSubnet(address, Number(bits), family);
}

const holds = (list, host) => isIP(host) !== 0 && list.check(host, isIP(host) === 4 ? "ipv4" : "ipv6");

const isLocal = (host) => (isIP(host) === 0 ? LOCAL_NAME.test(host) : holds(LOCAL, host));

// Whether NO_PROXY names a host: exactly, by a domain, by a range of addresses, or by `*`; with or without its port.
function covers(list, host, server) {
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  return list.toLowerCase().split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    if (entry.includes("/")) return inRange(entry, host);
    const [, name, only] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry);
    const domain = name.replace(/^\*?\./, "");
    const named = host === domain || (isIP(host) === 0 && domain !== "" && host.endsWith(`.${domain}`));
    return named && (only === undefined || only === port);
  });
}

function inRange(entry, host) {
  try {
    const list = new BlockList();
    addRange(list, entry, entry.includes(":") ? "ipv6" : "ipv4");
    return holds(list, host);
  } catch {
    return false;
  }
}
