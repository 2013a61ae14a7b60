// Preloaded into CLI processes by tests: the machine goes by the name HOST_NAME, and the process sends itself a signal at
// each of HOST_STOPS (`[["intent:start", "SIGSTOP"], …]`), once. `claim:write` is the instant before the request that
// writes the claim is sent, when everything that it depends on has been read.
import { subscribe } from "node:diagnostics_channel";
import { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const { HOST_NAME, HOST_STOPS = "[]", STEP_EVENTS_FD } = process.env;
const stops = new Map(JSON.parse(HOST_STOPS));
const sleeper = new Int32Array(new SharedArrayBuffer(4));
let claiming = false;

if (HOST_NAME) {
  os.hostname = () => HOST_NAME;
  syncBuiltinESMExports();
}

subscribe("tokenward:refresh", ({ step, phase }) => {
  if (step === "intent") claiming = phase === "start";
  reach(`${step}:${phase}`);
});
// What GitLab, AWS and GCP are spoken to with.
subscribe("undici:request:create", ({ request }) => write(request.method !== "GET"));
subscribe("http.client.request.created", ({ request }) =>
  write(/\.(Put|Create)Secret/.test(String(request.getHeader("x-amz-target") ?? ""))),
);
subscribe("http2.client.stream.created", ({ headers }) => write(/\/(Update|Create)Secret$/.test(headers[":path"])));

function write(changes) {
  if (!claiming || !changes) return;
  claiming = false;
  reach("claim:write");
}

function reach(name) {
  const signal = stops.get(name);
  if (signal === undefined) return;
  stops.delete(name);
  if (STEP_EVENTS_FD) writeSync(Number(STEP_EVENTS_FD), `${process.pid} - stopped:${name}\n`);
  process.kill(process.pid, signal);
  // Both signals take effect at once, or within this instant.
  Atomics.wait(sleeper, 0, 0, 200);
}
