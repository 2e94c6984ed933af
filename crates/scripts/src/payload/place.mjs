// Files of a home folder that may belong to another user. Folders are entered one at a time, and links are resolved here
// and not by the system: a folder that another process replaces meanwhile is refused, and no file outside the home is
// opened for writing.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { homeRefusal } from "./check.mjs";
import { Refused } from "./values.mjs";

const MAX_LINKS = 40;
const MAX_BYTES = 16_000_000;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

// System errors for a home that belongs to another user, is missing, is not a folder, is read-only or full.
const CLOSED = ["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "ENOSPC", "EDQUOT"];

// The file at a name in the current folder; undefined when there is none.
const look = (name) => fs.lstatSync(name, { bigint: true, throwIfNoEntry: false });
const same = (one, other) => one.dev === other.dev && one.ino === other.ino;
const words = (text) => text.split("/").filter((it) => it !== "" && it !== ".");

export class Home {
  // `policy`: root writes into another user's home, so links of other users on the way to it are not followed, and files
  // of other users are not replaced. `bounded`: no link may lead out of the home.
  constructor(folder, { policy, bounded }) {
    Object.assign(this, { folder, policy, bounded, seen: undefined, root: folder });
    this.told(() => {
      this.enter();
      this.seen = fs.statSync(".", { bigint: true });
      this.root = process.cwd();
    });
  }

  // Runs `work`. An error of the system becomes a refusal with the place and the way out.
  told(work, place) {
    try {
      return work();
    } catch (error) {
      if (!CLOSED.includes(error.code)) throw error;
      const at = place ?? path.resolve(error.dest ?? error.path);
      const inside = at === this.root || at.startsWith(`${this.root.replace(/\/$/, "")}/`);
      const shown = inside ? path.join("$HOME", path.relative(this.root, at)) : at;
      const verb = error.syscall === "open" && !place ? "read" : "write";
      throw homeRefusal(this.folder, { place: shown, code: error.code, verb, policy: this.policy });
    }
  }

  owner() {
    return { uid: Number(this.seen.uid), gid: Number(this.seen.gid) };
  }

  // Enters the home folder, which must still be the folder that was entered first.
  enter() {
    if (this.policy) {
      process.chdir("/");
      if (!this.walk(words(this.folder), this.folder, { way: true })) throw new Refused(`${this.folder}: is missing`);
    } else process.chdir(this.folder);
    if (this.seen && !same(this.seen, fs.statSync(".", { bigint: true }))) throw new Refused(`${this.folder}: was replaced`);
  }

  // Enters folders one by one from the current one; false when one is missing and `make` is not set.
  walk(names, shown, { make = false, way = false } = {}) {
    const queue = [...names];
    let links = 0;
    let own = queue.length;
    while (queue.length > 0) {
      const name = queue.shift();
      const linked = queue.length >= own;
      own = Math.min(own, queue.length);
      const seen = look(name);
      if (!seen) {
        if (linked) throw new Refused(`${shown}: a link on the way leads to nothing`);
        if (!make) return false;
        this.inside(shown);
        fs.mkdirSync(name, 0o700);
        queue.unshift(name);
        own = queue.length;
      } else if (seen.isSymbolicLink()) {
        if (way && (seen.uid !== 0n || queue.length === 0)) throw new Refused(`${shown}: a link is on the way to the home folder`);
        if (++links > MAX_LINKS) throw new Refused(`${shown}: too many links`);
        const to = fs.readlinkSync(name);
        if (to.startsWith("/")) process.chdir("/");
        queue.unshift(...words(to));
      } else if (!seen.isDirectory()) {
        throw new Refused(`${shown}: ${name} in this path is not a folder`);
      } else {
        process.chdir(name);
        if (name !== ".." && !same(seen, fs.statSync(".", { bigint: true }))) throw new Refused(`${shown}: ${name} was replaced`);
      }
    }
    return true;
  }

  inside(shown) {
    const at = process.cwd();
    const within = at === this.root || at.startsWith(this.root === "/" ? "/" : `${this.root}/`);
    if (this.bounded && !within) throw new Refused(`${shown}: a link leads out of the home folder`);
  }

  // Enters the folder of a file, and returns the file's name there, its place for messages and its content. Without
  // `make`, undefined when a folder is missing.
  locate(file, make) {
    return this.told(() => this.find(file, make));
  }

  find(file, make) {
    const shown = path.join(this.folder, file);
    let [names, name] = split(file);
    this.enter();
    for (let links = 0; ; links++) {
      if (links > MAX_LINKS) throw new Refused(`${shown}: too many links`);
      if (!this.walk(names, shown, { make: make && links === 0 })) {
        if (links > 0) throw new Refused(`${shown}: is a link to nothing`);
        return undefined;
      }
      this.inside(shown);
      const seen = look(name);
      if (!seen && links > 0) throw new Refused(`${shown}: is a link to nothing`);
      if (seen?.isSymbolicLink()) {
        const to = fs.readlinkSync(name);
        if (to.startsWith("/")) process.chdir("/");
        [names, name] = split(to);
      } else if (seen && !seen.isFile()) throw new Refused(`${shown}: is not a regular file`);
      else return { name, shown: path.join(process.cwd(), name), ...(seen && read(name, shown)) };
    }
  }

  // Writes a file by a temporary file and a rename. An existing file keeps its owner.
  replace(file, bytes, mode) {
    this.told(() => this.put(file, bytes, mode), file.shown);
  }

  put({ name, shown, about }, bytes, mode) {
    const root = process.getuid() === 0;
    if (about && this.policy && about.uid !== process.getuid() && !root) {
      throw new Refused(`${shown}: belongs to uid ${about.uid}, not to the home's owner; give it to that user, or take it away`);
    }
    const temporary = `.${name}.${randomBytes(8).toString("hex")}.tmp`;
    try {
      const fd = fs.openSync(temporary, "wx", 0o600);
      fs.writeFileSync(fd, bytes);
      if (about && root) fs.fchownSync(fd, about.uid, about.gid);
      fs.fchmodSync(fd, mode);
      fs.fsyncSync(fd);
      fs.closeSync(fd);
      fs.renameSync(temporary, name);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  }

  // Keeps a file as a backup beside it.
  keep({ name, shown }) {
    for (let count = 1; count < 100; count++) {
      try {
        fs.linkSync(name, `${name}.before-${count}`);
        return `${shown}.before-${count}`;
      } catch (error) {
        if (error.code !== "EEXIST") throw new Refused(`${shown}: cannot be kept as ${name}.before-${count}: ${error.code}`);
      }
    }
    throw new Refused(`${shown}: too many copies of it are kept beside it; take some away`);
  }
}

function split(file) {
  const names = words(file);
  return [names.slice(0, -1), names.at(-1) ?? ".."];
}

// Reads a file; links are not followed, and a pipe does not block.
function read(name, shown) {
  const fd = fs.openSync(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const about = fs.fstatSync(fd);
    if (!about.isFile()) throw new Refused(`${shown}: is not a regular file`);
    if (about.size > MAX_BYTES) throw new Refused(`${shown}: is larger than ${MAX_BYTES} bytes`);
    return { about, bytes: fs.readFileSync(fd) };
  } finally {
    fs.closeSync(fd);
  }
}
