// Turns the web tools off in the files of a home, for web-policy.sh. Its one argument is the home folder.
import { spawnSync } from "node:child_process";

import { fail, writePolicy } from "./config.mjs";
import { Refused } from "./values.mjs";

const SECONDS = 60;
const [folder] = process.argv.slice(2);

// Files of a home are written with the rights of its owner. The owner can stop that process, hence the time limit.
function asOwner(owner) {
  const options = { ...owner, cwd: "/", stdio: "inherit", timeout: SECONDS * 1000, killSignal: "SIGKILL" };
  const { status } = spawnSync(process.execPath, process.argv.slice(1), options);
  const late = `${folder}: its owner's process did not end within ${SECONDS} seconds; try again`;
  if (status === null) throw new Refused(late, 10);
  process.exit(status);
}

try {
  writePolicy(folder, asOwner);
} catch (error) {
  fail(error);
}
