// A helper process beside the agent: `PORT SECONDS COUNT helper… agent…` starts both.
// BENCHFLOW_BESIDE_WITHIN overrides SECONDS. A port that does not answer in time gives status 10, so that a retry follows.
import { spawn } from "node:child_process";
import net from "node:net";
import os from "node:os";

const words = process.argv.slice(2);
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];
const say = (text) => process.stderr.write(`beside: ${text}\n`);

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.on("connect", () => done(true));
    socket.on("error", () => done(false));
  });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function supervise() {
  const [port, seconds, count] = words.slice(0, 3).map(Number);
  const within = Number(process.env.BENCHFLOW_BESIDE_WITHIN) || seconds;
  const helperWords = words.slice(3, 3 + count);
  const agentWords = words.slice(3 + count);
  // Only the agent writes to standard output; the helper's output is sent to standard error.
  const helper = spawn(helperWords[0], helperWords.slice(1), { detached: true, stdio: ["ignore", 2, 2] });
  let over = false;
  let agent;
  const stop = (signal) => {
    try {
      process.kill(-helper.pid, signal);
    } catch {}
  };
  const gone = new Promise((resolve) => {
    helper.on("error", resolve);
    helper.on("exit", resolve);
  }).then((how) => (over = { how }));
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (agent) agent.kill(signal);
      else {
        stop("SIGKILL");
        process.exit(128 + os.constants.signals[signal]);
      }
    });
  }
  const end = Date.now() + within * 1000;
  while (!(await answers(port))) {
    if (over || Date.now() > end) {
      const late = `the helper's port did not answer within ${within} seconds; set BENCHFLOW_BESIDE_WITHIN to more`;
      say(over ? `the helper ended before its port answered (${over.how})` : late);
      stop("SIGKILL");
      process.exit(over ? 15 : 10);
    }
    await pause(100);
  }
  agent = spawn(agentWords[0], agentWords.slice(1), { stdio: "inherit" });
  agent.on("error", (error) => finish(15, null, error.message));
  agent.on("exit", (code, signal) => finish(code, signal));

  async function finish(code, signal, message) {
    if (message) say(message);
    stop("SIGTERM");
    await Promise.race([gone, pause(3000)]);
    stop("SIGKILL");
    if (signal === null) process.exit(code);
    for (const it of SIGNALS) process.removeAllListeners(it);
    process.kill(process.pid, signal);
    setTimeout(() => process.exit(128 + os.constants.signals[signal]), 500);
  }
}

supervise();
