// The story that npm start tells. `npm start -- --keep` leaves the sandbox running afterwards.
import { once } from "node:events";
import { createSandbox } from "../../packages/sandbox/dist/index.js";
import { begin, configurationOf, consents, platforms, tokenJson } from "./configuration.mjs";
import { keep, layOut, shortcut, snapshot, typedFolder } from "./place.mjs";
import { runCli } from "./run-cli.mjs";
import { command, exitCode, explain, heading, line, paragraph, points, suggestions, title } from "./story.mjs";

const sandbox = await createSandbox({ platforms, clock: { start: begin } });
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

  heading(1, "Humans consented, once per grant");
  const granted = await consents(control);
  layOut(configurationOf(granted, sandbox.url));
  for (const [grant, consent] of Object.entries(granted)) {
    // LinkedIn's is stored with the warning that this demo is about.
    const expected = grant === "linkedin" ? 1 : 0;
    await runCli(["auth", "import", grant], { input: tokenJson(consent), quiet: true, expected });
  }
  command("tokenward auth import instagram < token.json   # and six more");
  explain(
    "Stored in an encrypted file each. From here on, no human should be needed for as long as possible. The consent " +
      "to LinkedIn was 51 days ago.",
  );

  heading(2, "What would happen?");
  const before = snapshot();
  await show("auth refresh all --dry-run", 1);
  const asked = await control.counts();
  check(asked.requests === 0, "a dry run contacted a platform");
  check(snapshot() === before, "a dry run changed a file");
  explain(
    `A dry run reads and assesses, nothing else: the sandbox counted ${asked.requests} requests, and not a byte in ` +
      `${typedFolder} changed. Its exit code is what the run's will be.`,
  );

  heading(3, "Refresh, as a scheduled job does");
  await show("auth refresh all", 1);
  const first = await control.counts();
  check(first.rotations === 4, "the first run did not rotate TikTok's, Podium's and Xero's tokens");
  check(first.refreshes === 2, "the first run did not renew Instagram's and YouTube's tokens");
  check(first.replays === 0, "a spent token was presented");
  await checkWarning();
  explain(
    "Exit code 1: something needs a human, so a pipeline turns red. LinkedIn gives ordinary apps no refresh token; only " +
      "a person can consent again. Tokenward asked LinkedIn whether the token still works, and says nine days ahead " +
      "what to type. Nothing else waited for that:",
  );
  points([
    "TikTok, Podium and Xero gave new refresh tokens, and TikTok kills a grant whose old one ever comes back. Tokenward " +
      "wrote down what it was about to do, sent it once, and saved the new token before anyone could use it.",
    "Instagram has no refresh token: its access token was renewed for another 60 days.",
    "YouTube's refresh token stays, so minting an access token proved its health.",
  ]);

  heading(4, "And again: the run that is dangerous elsewhere");
  await show("auth refresh tiktok", 0);
  const second = await control.counts();
  check(second.rotations === 6, "the second run did not rotate both TikTok grants");
  check(second.replays === 0 && second.revocations === 0, "a spent token was presented");
  explain(
    "This was another process, which had nothing but what the first one saved. Had one new token been lost, its " +
      "predecessor would have been presented again. The platforms' own ledger says: " +
      `${second.rotations} rotations, ${second.replays} replays, ${second.revocations} grants lost.`,
  );

  heading(5, "Try next");
  suggestions(next());
}

async function show(text, expected) {
  command(`tokenward ${text}`);
  line();
  exitCode((await runCli(text.split(" "), { expected })).code);
}

async function checkWarning() {
  const args = ["auth", "refresh", "linkedin", "--dry-run", "--json"];
  const { data } = await runCli(args, { quiet: true, expected: 1 });
  const [status] = JSON.parse(data).statuses;
  const sentence = "LinkedIn token expires in 9 days — run `tokenward auth linkedin`";
  check(status.detail.startsWith(sentence) && status.alert, "LinkedIn's end was not announced");
}

function next() {
  const offline = [
    [`${shortcut} auth linkedin`, "What a human is told when only a human can help."],
    [`${shortcut} auth status`, "What is known about each grant, and when it was last refreshed. Asks no platform."],
    [`${shortcut} auth refresh all --dry-run --json`, "The same for machines: one JSON document."],
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
