// Checksums of folders and files, computed by two threads that are started once: big programs are most of the work.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const THREADS = 2;
// The bytes of one message to a thread; a larger file is split into pieces.
const BLOCK = 1 << 24;
const CHUNK = 1 << 20;

// One checksum over names, kinds and contents of all files of a folder; it does not depend on the number of threads.
export async function digest(dir) {
  const names = crypto.createHash("sha256");
  const hasher = new Hasher("sha256");
  walk(dir, "", names, hasher);
  for (const sum of await hasher.end()) names.update(sum);
  return names.digest("hex");
}

// The checksums of whole files, in their order.
export function checksums(algorithm, files) {
  const hasher = new Hasher(algorithm);
  for (const file of files) hasher.take(file, 0, fs.statSync(file).size);
  return hasher.end();
}

function walk(dir, folder, names, hasher) {
  const entries = fs.readdirSync(path.join(dir, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const place = path.join(folder, entry.name);
    const file = path.join(dir, place);
    if (entry.name === "__pycache__" || place === "tree.sha256") continue;
    if (entry.isDirectory()) walk(dir, place, names, hasher);
    else if (entry.isSymbolicLink()) names.update(`link ${place}\0${fs.readlinkSync(file)}\0`);
    else {
      const { size } = fs.statSync(file);
      names.update(`file ${place}\0${size}\0`);
      for (let from = 0; from < size; from += BLOCK) hasher.take(file, from, Math.min(BLOCK, size - from));
    }
  }
}

// Sends pieces of files to the threads while the folder is still listed.
class Hasher {
  constructor(algorithm) {
    Object.assign(this, { algorithm, answers: [], pieces: [], bytes: 0 });
  }

  take(file, from, length) {
    this.pieces.push([file, from, length]);
    this.bytes += length;
    if (this.bytes >= BLOCK) this.send();
  }

  send() {
    const answer = ask({ algorithm: this.algorithm, pieces: this.pieces });
    // `end` throws its error; without this, an error is unhandled when the folder is removed before `end` is called.
    answer.catch(() => {});
    this.answers.push(answer);
    Object.assign(this, { pieces: [], bytes: 0 });
  }

  async end() {
    if (this.pieces.length > 0) this.send();
    return (await Promise.all(this.answers)).flat();
  }
}

const queue = [];
let threads;

function ask(message) {
  threads ??= [...Array(THREADS)].map(() => new Thread());
  return new Promise((resolve, reject) => {
    queue.push({ message, resolve, reject });
    share();
  });
}

// Gives the next piece of work to the thread with the fewest; each thread has up to two, so that it never waits.
function share() {
  for (;;) {
    const thread = threads.reduce((least, it) => (it.asked.length < least.asked.length ? it : least));
    if (queue.length === 0 || thread.asked.length === 2) return;
    thread.ask(queue.shift());
  }
}

class Thread {
  constructor() {
    this.asked = [];
    this.worker = new Worker(new URL(import.meta.url));
    this.worker.on("message", ({ sums, fault }) => {
      const { resolve, reject } = this.asked.shift();
      if (fault) reject(Object.assign(new Error(fault.message), fault));
      else resolve(sums);
      share();
    });
    this.worker.on("error", (error) => {
      for (const { reject } of [...this.asked, ...queue]) reject(error);
    });
  }

  ask(it) {
    this.asked.push(it);
    this.worker.postMessage(it.message);
  }
}

const buffer = isMainThread ? undefined : Buffer.allocUnsafe(CHUNK);

function hashed(algorithm, [file, from, length]) {
  const sum = crypto.createHash(algorithm);
  const fd = fs.openSync(file);
  for (let done = 0, read; done < length; done += read) {
    read = fs.readSync(fd, buffer, 0, Math.min(CHUNK, length - done), from + done);
    if (read === 0) break;
    sum.update(buffer.subarray(0, read));
  }
  fs.closeSync(fd);
  return sum.digest("hex");
}

parentPort?.on("message", ({ algorithm, pieces }) => {
  try {
    parentPort.postMessage({ sums: pieces.map((it) => hashed(algorithm, it)) });
  } catch ({ message, code }) {
    parentPort.postMessage({ fault: { message, code } });
  }
});
