// A week of scheduled runs, and the chat that hears of what needs a human. The platforms, the chat and everything that is
// kept are on this machine, and gone at the end.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@tokenward/sandbox";

const here = import.meta.dirname;
const tokenward = path.join(
  path.dirname(fileURLToPath(import.meta.resolve("tokenward/package.json"))),
  "bin/tokenward.js",
);

const chat = createServer((request, response) => void hear(request, response));
await new Promise((resolve) => chat.listen(0, "127.0.0.1", resolve));
const sandbox = await createSandbox();
const { control } = sandbox;
const folder = await mkdtemp(path.join(tmpdir(), "tokenward-alerts-"));
try {
  const tiktok = await control.consent("tiktok");
  const channels = {};
  for (const account of ["news", "sports", "music"]) channels[account] = await control.consent("youtube", { account });
  const env = {
    ...process.env,
    // This folder stays until the end, so it is no CI runner's disk. See docs/running-in-ci.md.
    CI: "",
    TOKENWARD_STATE_DIR: path.join(folder, "state"),
    TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt"),
    EXAMPLE_GRANTS: path.join(folder, "grants"),
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${chat.address().port}/hooks/ops`,
    TIKTOK_TOKEN_URL: tiktok.tokenUrl,
    TIKTOK_CLIENT_KEY: tiktok.clientId,
    TIKTOK_CLIENT_SECRET: tiktok.clientSecret,
    GOOGLE_TOKEN_URL: channels.news.tokenUrl,
    GOOGLE_CLIENT_ID: channels.news.clientId,
    GOOGLE_CLIENT_SECRET: channels.news.clientSecret,
  };
  await run(["auth", "import", "tiktok"], env, answerOf(tiktok));
  for (const [account, consent] of Object.entries(channels))
    await run(["auth", "import", `youtube/${account}`], env, answerOf(consent));

  await day("Monday", env, "All is well.");
  await control.fault({ match: { platform: "youtube", endpoint: "token" }, when: "always", refuse: { status: 503 } });
  await day("Tuesday", env, "YouTube is down.");
  await control.revoke(tiktok.grantId);
  await day("Wednesday", env, "YouTube is still down, and somebody withdrew TikTok's consent.");
  await control.clearFaults();
  await day("Thursday", env, "YouTube is back.");
  process.stdout.write("\nFriday: a human types what the message says.\n");
  await run(["auth", "import", "tiktok"], env, answerOf(await control.regrant(tiktok.grantId)));
  await run(["alerts", "list"], env);
} finally {
  chat.close();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

/** What a platform answers after a human consented. */
function answerOf({ refreshToken, accessToken, expiresIn, scope }) {
  return JSON.stringify({ refresh_token: refreshToken, access_token: accessToken, expires_in: expiresIn, scope });
}

/** One scheduled run. */
async function day(name, env, weather) {
  process.stdout.write(`\n${name}: ${weather}\n`);
  const code = await run(["auth", "refresh", "all", "--json"], env);
  process.stdout.write(`  the run ends with exit code ${code}\n`);
}

/** Runs one command. Only a list is worth showing here. Tokens go in by standard input only. */
async function run(args, env, input = "") {
  const shown = args[0] === "alerts" ? "inherit" : "ignore";
  const child = spawn(process.execPath, [tokenward, ...args], { cwd: here, env, stdio: ["pipe", shown, "inherit"] });
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0 && code !== 1) throw new Error(`tokenward ${args.join(" ")} ended with exit code ${code}.`);
  return code;
}

/** The chat prints what it is told. */
async function hear(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { data } = JSON.parse(Buffer.concat(chunks).toString());
  process.stdout.write(`  #ops  [${data.severity}] ${data.text}\n`);
  for (const { subject } of data.members) process.stdout.write(`        - ${subject}\n`);
  response.writeHead(204).end();
}
