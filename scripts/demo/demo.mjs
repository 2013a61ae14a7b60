// The story that npm start tells. `npm start -- --keep` leaves the sandbox running afterwards.
import { once } from "node:events";
import { createSandbox } from "../../packages/sandbox/dist/index.js";
import { configurationOf, consents, tokenJson } from "./configuration.mjs";
import { keep, layOut, shortcut, snapshot, typedFolder } from "./place.mjs";
import { runCli } from "./run-cli.mjs";
import { command, explain, heading, line, paragraph, suggestions, title } from "./story.mjs";

const sandbox = await createSandbox();
const { control } = sandbox;
try {
  await tell();
  if (keep) await stayOpen();
} finally {
  await sandbox.close();
}

async function tell() {
  title(
    "Tokenward keeps OAuth tokens alive, and never loses one.",
    `The platforms below are a sandbox on ${sandbox.url}; everything is kept in ${typedFolder}, nothing else is touched.`,
  );

  heading(1, "A human consented four times");
  const granted = await consents(control);
  layOut(configurationOf(granted));
  for (const [grant, consent] of Object.entries(granted)) {
    await runCli(["auth", "import", grant], { input: tokenJson(consent), quiet: true });
  }
  command("tokenward auth import tiktok/brand-a < token.json   # and three more");
  explain("Stored in an encrypted file each. From here on, no human should be needed for as long as possible.");

  heading(2, "What would happen?");
  const before = snapshot();
  await show("auth refresh all --dry-run");
  const asked = await control.counts();
  check(asked.requests === 0, "a dry run contacted a platform");
  check(snapshot() === before, "a dry run changed a file");
  explain(
    `A dry run reads and assesses, nothing else: the sandbox counted ${asked.requests} requests, and not a byte in ` +
      `${typedFolder} changed.`,
  );

  heading(3, "Refresh");
  await show("auth refresh all");
  const first = await control.counts();
  check(first.rotations === 2 && first.replays === 0, "the first run did not rotate both TikTok grants");
  explain(
    "TikTok gives a new refresh token with every exchange and kills the grant if an old one ever comes back. Tokenward " +
      "wrote down what it was about to do, sent it once, and saved the new token before anyone could use it. YouTube's " +
      "refresh token stays, so minting an access token proved its health. The CRM's token is still good: left alone.",
  );

  heading(4, "And again: the run that is dangerous elsewhere");
  await show("auth refresh all");
  const second = await control.counts();
  check(second.rotations === 4, "the second run did not rotate both TikTok grants");
  check(second.replays === 0 && second.revocations === 0, "a spent token was presented");
  explain(
    "This was another process, which had nothing but what the first one saved. Had one new token been lost, its " +
      "predecessor would have been presented again. The platforms' own ledger says: " +
      `${second.rotations} rotations, ${second.replays} replays, ${second.revocations} grants lost.`,
  );

  heading(5, "Try next");
  suggestions(next());
}

async function show(text) {
  command(`tokenward ${text}`);
  line();
  await runCli(text.split(" "));
}

function next() {
  const offline = [
    [`${shortcut} auth status`, "What is known about each grant, and when it was last refreshed. Asks no platform."],
    [`${shortcut} auth refresh all --dry-run --json`, "The same for machines: one JSON document."],
    [`${shortcut} auth tiktok/brand-a`, "What a human is told when only a human can help."],
  ];
  const online = [`${shortcut} auth refresh all`, "Refresh once more: the sandbox still runs."];
  const again = ["npm start -- --keep", "The same with the sandbox left running, so that you can refresh on your own."];
  return keep ? [online, ...offline] : [...offline, again];
}

async function stayOpen() {
  paragraph(`The sandbox runs on ${sandbox.url}. Use a second terminal; Ctrl-C ends it.`);
  line();
  const stopped = new AbortController();
  await Promise.race(
    ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => once(process, name, { signal: stopped.signal }).catch(() => {})),
  );
  stopped.abort();
}

function check(holds, failure) {
  if (!holds) throw new Error(`The demo proved wrong: ${failure}. Please report it.`);
}
