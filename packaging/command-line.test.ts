import { createSandbox, type Consent, type Sandbox } from "@tokenward/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { EmptyProject } from "./harness/empty-project.ts";
import { loopbackOnly } from "./harness/loopback-only.ts";
import { readmeExample } from "./harness/readme.ts";
import { describeInstalled, registry } from "./harness/test-registry.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(async () => {
  await sandbox.close();
});

describeInstalled.each([
  { where: "apps/cli", section: "Example" },
  { where: ".", section: "Use it" },
])("a stranger who types what $where/README.md says", ({ where, section }) => {
  const { install, configuration = "", commands } = readmeExample(where, section);
  let project: EmptyProject;
  let secrets: readonly string[];
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    project = await registry.emptyProject("command-line");
    await project.install(...install);
    const tiktok = await sandbox.control.consent("tiktok");
    const google = await sandbox.control.consent("youtube");
    const crm = await sandbox.control.consent("oauth2", { clientId: "my-app" });
    secrets = [tiktok, google, crm].flatMap(secretsOf);
    env = {
      TIKTOK_CLIENT_KEY: tiktok.clientId,
      TIKTOK_CLIENT_SECRET: tiktok.clientSecret ?? "",
      GOOGLE_CLIENT_ID: google.clientId,
      GOOGLE_CLIENT_SECRET: google.clientSecret ?? "",
      CRM_SECRET: crm.clientSecret ?? "",
      YOUTUBE_REFRESH_TOKEN: google.refreshToken,
      ACME_CRM_REFRESH_TOKEN: crm.refreshToken,
    };
    const urls = { tiktok: tiktok.tokenUrl, youtube: google.tokenUrl, "acme-crm": crm.tokenUrl };
    await project.write("tokenward.config.yaml", onThisMachine(configuration, urls));
    await project.write("token.json", answerOf(tiktok));
  });
  afterAll(async () => await project.dispose());

  it("has lines to type", () => {
    expect(install).toEqual(["tokenward"]);
    expect(commands).toContain("tokenward auth refresh all");
  });

  it.each(commands)("%s", async (line) => {
    const { command, args, from, to } = typed(line);
    const guarded = await loopbackOnly(project, env);
    const input = from === undefined ? undefined : await project.read(from);
    const { code, stdout, stderr } = await project.run(command, args, { ...guarded, input });
    if (to !== undefined) await project.write(to, stdout);
    // Saying where to consent means that a human is needed.
    const expected = /^tokenward auth (?!status)[a-z]+$/.test(line) ? 1 : 0;
    expect({ code, said: stdout + stderr }).toEqual({ code: expected, said: expect.stringMatching(/\S/) });
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  });

  it("has rotated the token, and spent none twice", async () => {
    const { rotations, replays } = await sandbox.control.counts({ platform: "tiktok" });
    expect(rotations).toBeGreaterThan(0);
    expect(replays).toBe(0);
  });
});

/** What a shell makes of a line, as far as the READMEs go. */
function typed(line: string): { command: string; args: string[]; from?: string; to?: string } {
  const [, words = "", sign, file = ""] = /^([^<>]+?)(?: ([<>]) (\S+))?$/.exec(line) ?? [];
  const [command = "", ...args] = words.split(/\s+/);
  return { command, args, ...(sign === "<" ? { from: file } : {}), ...(sign === ">" ? { to: file } : {}) };
}

/** The configuration as it is written, but for where the tokens are exchanged. */
function onThisMachine(configuration: string, urls: Readonly<Record<string, string>>): string {
  const { platforms, ...rest } = parse(configuration) as { platforms: Record<string, object> };
  const entries = Object.entries(platforms).map(([name, options]) => [name, { ...options, token_url: urls[name] }]);
  return stringify({ ...rest, platforms: Object.fromEntries(entries) });
}

function secretsOf({ clientSecret, refreshToken, accessToken }: Consent): string[] {
  return [clientSecret, refreshToken, accessToken].filter((value) => value !== undefined);
}

function answerOf({ refreshToken, accessToken, expiresIn, scope }: Consent): string {
  return JSON.stringify({ refresh_token: refreshToken, access_token: accessToken, expires_in: expiresIn, scope });
}
