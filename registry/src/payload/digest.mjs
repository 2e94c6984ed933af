// One checksum over names, kinds and contents of all files of a folder, made by two threads: big programs are most of it.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const THREADS = 2;
const BLOCK = 1 << 24;
// The text of this program: its folder is renamed between two checksums.
const TEXT = isMainThread ? encodeURIComponent(fs.readFileSync(new URL(import.meta.url), "utf8")) : "";

export async function digest(dir) {
  const parts = await Promise.all([...Array(THREADS).keys()].map((part) => inThread({ dir, part })));
  const all = crypto.createHash("sha256").update(parts[0].names);
  const count = parts.reduce((sum, it) => sum + it.blocks.length, 0);
  for (let at = 0; at < count; at++) all.update(parts[at % THREADS].blocks[Math.floor(at / THREADS)]);
  return all.digest("hex");
}

const inThread = (workerData) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`data:text/javascript,${TEXT}`), { workerData });
    worker.on("message", resolve);
    worker.on("error", reject);
  });

// The names of all files with their sizes, and the checksum of every second block, in the order of the names.
function hashed({ dir, part }) {
  const names = crypto.createHash("sha256");
  const buffer = Buffer.allocUnsafe(BLOCK);
  const blocks = [];
  let at = 0;
  const take = (file, size) => {
    let fd;
    for (let from = 0; from < size; from += BLOCK, at++) {
      if (at % THREADS !== part) continue;
      fd ??= fs.openSync(file);
      const length = fs.readSync(fd, buffer, 0, Math.min(BLOCK, size - from), from);
      blocks.push(crypto.hash("sha256", buffer.subarray(0, length), "hex"));
    }
    if (fd !== undefined) fs.closeSync(fd);
  };
  const walk = (folder) => {
    const entries = fs.readdirSync(path.join(dir, folder), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const place = path.join(folder, entry.name);
      const file = path.join(dir, place);
      if (entry.name === "__pycache__" || place === "tree.sha256") continue;
      if (entry.isDirectory()) walk(place);
      else if (entry.isSymbolicLink()) names.update(`link ${place}\0${fs.readlinkSync(file)}\0`);
      else {
        const { size } = fs.statSync(file);
        names.update(`file ${place}\0${size}\0`);
        take(file, size);
      }
    }
  };
  walk("");
  return { names: names.digest("hex"), blocks };
}

if (!isMainThread && workerData?.dir) parentPort.postMessage(hashed(workerData));
