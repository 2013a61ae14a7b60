// Preloaded into CLI processes by tests. Signals go out synchronously from within the event, so the process ends (or
// stops) exactly there; core itself has no switch for it.
import { appendFileSync, writeSync } from "node:fs";
import { subscribe } from "node:diagnostics_channel";

const { STEP_EVENT, STEP_SIGNAL, STEP_GRANT, STEP_EVENTS_FILE, STEP_EVENTS_FD } = process.env;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

subscribe("tokenward:refresh", (event) => {
  const name = `${event.step}:${event.phase}`;
  const line = `${process.pid} ${event.grant} ${name}\n`;
  if (STEP_EVENTS_FILE) appendFileSync(STEP_EVENTS_FILE, line);
  if (STEP_EVENTS_FD) writeSync(Number(STEP_EVENTS_FD), line);
  if (name !== STEP_EVENT || (STEP_GRANT && STEP_GRANT !== event.grant)) return;
  process.kill(process.pid, STEP_SIGNAL);
  // SIGKILL and SIGSTOP take effect at once, or within this instant.
  if (STEP_SIGNAL !== "SIGTERM") Atomics.wait(sleeper, 0, 0, 200);
});
