// An MCP server over standard input and output: it hands each line to the server at a URL, which keeps the record, and
// prints the answer. What its client sets in the variable PROBE_MCP goes along as a header.
import { createInterface } from "node:readline";

const headers = { "content-type": "application/json", "x-probe-mcp": process.env.PROBE_MCP ?? "" };
for await (const body of createInterface({ input: process.stdin })) {
  if (body.trim() === "") continue;
  const answer = await fetch(process.argv[2], { method: "POST", headers, body });
  const text = await answer.text();
  if (text !== "") process.stdout.write(`${text}\n`);
}
