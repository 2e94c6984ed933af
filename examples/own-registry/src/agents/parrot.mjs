// An agent that repeats each prompt: the smallest program that speaks the Agent Client Protocol.
import { createInterface } from "node:readline";

const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");

const answers = {
  initialize: () => ({
    protocolVersion: 1,
    agentInfo: { name: "parrot", title: "Parrot", version: "1.0.0" },
    agentCapabilities: {},
    authMethods: [],
  }),
  "session/new": () => ({ sessionId: "parrot-1" }),
  "session/set_model": () => ({}),
  "session/prompt": ({ sessionId, prompt }) => {
    const text = prompt.map((part) => part.text ?? "").join("");
    const update = { sessionUpdate: "agent_message_chunk", content: { type: "text", text } };
    send({ method: "session/update", params: { sessionId, update } });
    return { stopReason: "end_turn" };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  const answer = answers[method];
  if (id === undefined) continue;
  if (answer) send({ id, result: answer(params ?? {}) });
  else send({ id, error: { code: -32601, message: `no method ${method}` } });
}
