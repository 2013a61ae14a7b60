// What the command line makes of tokenward.config.ts, against platforms on localhost. Everything it keeps is in one
// temporary folder, which is removed at the end.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@tokenward/sandbox";

const here = import.meta.dirname;
const tokenward = path.join(
  path.dirname(fileURLToPath(import.meta.resolve("tokenward/package.json"))),
  "bin/tokenward.js",
);

const day = 86_400;
const sandbox = await createSandbox();
const folder = await mkdtemp(path.join(tmpdir(), "tokenward-typed-config-"));
try {
  // Consents as humans gave them: LinkedIn's 40 days ago, on an app without refresh tokens.
  const linkedin = await sandbox.control.consent("linkedin", { accessLifetimeSeconds: 20 * day });
  const rv = await sandbox.control.consent("podium", { account: "acme-rv", clientId: "acme-app" });
  const boats = await sandbox.control.consent("podium", { account: "acme-boats", clientId: "acme-app" });
  const crm = await sandbox.control.consent("oauth2");
  const env = {
    ...process.env,
    // This folder stays until the end, so it is no CI runner's disk. See docs/running-in-ci.md.
    CI: "",
    SANDBOX_URL: sandbox.url,
    TOKENWARD_STATE_DIR: path.join(folder, "state"),
    TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt"),
    GRANTS_FOLDER: path.join(folder, "grants"),
    LINKEDIN_CLIENT_ID: linkedin.clientId,
    LINKEDIN_CLIENT_SECRET: linkedin.clientSecret,
    PODIUM_CLIENT_ID: rv.clientId,
    PODIUM_CLIENT_SECRET: rv.clientSecret,
    CRM_CLIENT_ID: crm.clientId,
    CRM_CLIENT_SECRET: crm.clientSecret,
  };

  await run(["config", "check"], env);
  // It ends within the 30 days that the configuration wants to know of: stored, and exit code 1 says why.
  await run(["auth", "import", "linkedin"], env, linkedin, 1);
  await run(["auth", "import", "podium/acme-rv"], env, rv);
  await run(["auth", "import", "podium/acme-boats"], env, boats);
  await run(["auth", "import", "crm"], env, crm);
  await run(["auth", "refresh", "podium"], env);
  await run(["auth", "refresh", "all"], env, undefined, 1);
} finally {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

/** Runs one command. Tokens go in by standard input only. */
async function run(args, env, consent, expected = 0) {
  process.stdout.write(`\n$ tokenward ${args.join(" ")}\n`);
  const child = spawn(process.execPath, [tokenward, ...args], {
    cwd: here,
    env,
    stdio: ["pipe", "inherit", "inherit"],
  });
  child.stdin.end(consent === undefined ? "" : JSON.stringify(answerOf(consent)));
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== expected) throw new Error(`tokenward ${args.join(" ")} ended with exit code ${code}.`);
}

function answerOf({ refreshToken, accessToken, expiresIn, scope }) {
  // LinkedIn gives this app no refresh token.
  return { access_token: accessToken, refresh_token: refreshToken || undefined, expires_in: expiresIn, scope };
}
