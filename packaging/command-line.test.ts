import type { Consent } from "@tokenward/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EmptyProject } from "./harness/empty-project.ts";
import { loopbackOnly } from "./harness/loopback-only.ts";
import { onThisMachine, type OnThisMachine } from "./harness/on-this-machine.ts";
import { readmeExample } from "./harness/readme.ts";
import { describeInstalled, registry } from "./harness/test-registry.ts";

describeInstalled.each([
  { where: "apps/cli", section: "Example" },
  { where: ".", section: "Use it" },
])("a stranger who types what $where/README.md says", ({ where, section }) => {
  const { install, configuration = "", commands } = readmeExample(where, section);
  let project: EmptyProject;
  let machine: OnThisMachine;
  let secrets: readonly string[];

  beforeAll(async () => {
    project = await registry.emptyProject("command-line");
    await project.install(...install);
    machine = await onThisMachine(configuration);
    secrets = [...machine.consents.values()].flatMap(secretsOf);
    await project.write("tokenward.config.yaml", machine.configuration);
    await project.write("token.json", answerOf(machine.consents.get("tiktok")!));
  });
  afterAll(async () => {
    await machine.sandbox.close();
    await project.dispose();
  });

  it("has lines to type", () => {
    expect(install).toEqual(["tokenward"]);
    expect(commands).toContain("tokenward auth refresh all");
  });

  it.each(commands)("%s", async (line) => {
    const { command, args, from, to } = typed(line);
    const guarded = await loopbackOnly(project, machine.env);
    const input = from === undefined ? undefined : await project.read(from);
    const { code, stdout, stderr } = await project.run(command, args, { ...guarded, input });
    if (to !== undefined) await project.write(to, stdout);
    // Saying where to consent means that a human is needed.
    const expected = /^tokenward auth (?!status)[a-z]+$/.test(line) ? 1 : 0;
    expect({ code, said: stdout + stderr }).toEqual({ code: expected, said: expect.stringMatching(/\S/) });
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  });

  it("has rotated the token, and spent none twice", async () => {
    const { rotations, replays } = await machine.sandbox.control.counts({ platform: "tiktok" });
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

function secretsOf({ clientSecret, refreshToken, accessToken }: Consent): string[] {
  return [clientSecret, refreshToken, accessToken].filter(
    (value): value is string => value !== undefined && value !== "",
  );
}

function answerOf({ refreshToken, accessToken, expiresIn, scope }: Consent): string {
  return JSON.stringify({ refresh_token: refreshToken, access_token: accessToken, expires_in: expiresIn, scope });
}
