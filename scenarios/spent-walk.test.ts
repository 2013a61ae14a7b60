import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { run } from "./harness/cli.ts";
import { tokenJson, type ScenarioPlatform } from "./harness/platforms.ts";
import { refresh } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";
import { seed, seededRandom } from "./harness/seed.ts";
import { copyStore, type StoreCopy } from "./harness/store-copy.ts";

const { walks, steps } = { full: { walks: 40, steps: 25 }, soak: { walks: 1000, steps: 40 } }[
  process.env["TOKENWARD_SCALE"] ?? ""
] ?? { walks: 2, steps: 9 };
const strict: readonly ScenarioPlatform[] = ["tiktok", "crm"];

// Whatever comes back in whatever order: old stores, old imports, old environments, before and after kills. Each walk
// ends with the grant alive, and in no walk does the platform see a token twice.
test.for(Array.from({ length: walks }, (_, walk) => walk))("walk %i never presents a spent token", async (walk) => {
  const random = seededRandom(seed + walk);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const platform = pick(strict);
  const scene = await setScene([{ platform }]);
  const taken: string[] = [];
  try {
    // Half of the walks may lose an answer, too. Then only a human can go on, and the next token may not be sent.
    const doubts = random() < 0.5;
    const walker = walkerOf(scene, platform, pick, doubts);
    for (let count = 0; count < steps; count += 1) {
      const name = pick(Object.keys(walker));
      taken.push(name);
      const codes = await walker[name]?.();
      if (codes !== undefined) taken.push(codes);
      expect(await scene.counts()).toMatchObject({ replays: 0, revocations: 0 });
    }
    if (doubts) await walker["import a new consent"]?.();
    // At most one run to put things right; the next one exchanges.
    const last = [await refresh(scene.workspace), await refresh(scene.workspace)];
    taken.push(...last.map((report) => report.of().action));
    expect(last.map(({ code }) => code)).toEqual([0, 0]);
    expect(last[1]?.of().action).toBe("rotated");
    expect((await scene.entries()).at(-1)).toMatchObject({ presented: "current", outcome: "rotated" });
    expect(await scene.counts()).toMatchObject({ replays: 0, revocations: 0 });
  } catch (error) {
    throw new Error(`TOKENWARD_SEED=${String(seed)}, walk ${String(walk)} on ${platform}: ${taken.join(", ")}`, {
      cause: error,
    });
  } finally {
    await scene.close();
  }
});

type Step = () => Promise<string | undefined>;

function walkerOf(
  scene: Scene,
  platform: ScenarioPlatform,
  pick: <T>(list: readonly T[]) => T,
  doubts: boolean,
): Readonly<Record<string, Step>> {
  const { workspace, sandbox } = scene;
  const consents = [scene.grant().consent];
  const copies: StoreCopy[] = [];
  const refusals = ["ERR_AUTH_TOKEN_SPENT", ...(doubts ? ["ERR_AUTH_IN_DOUBT"] : [])];
  const deaths = ["answer:end", "save:start", "save:end", "close:start"];
  if (doubts) deaths.push("intent:end", "send:end");
  const refreshing = async (env: Record<string, string> = {}): Promise<string> => {
    const report = await refresh(workspace, "all", { env });
    const { action, code } = report.of();
    if (report.code !== 0) expect(refusals).toContain(code);
    return action;
  };
  const importing = async (input: string): Promise<string> => {
    const { code, stdout } = await run(workspace, ["auth", "import", platform, "--json"], { input });
    if (code !== 0) expect(refusals.some((refusal) => stdout.includes(refusal))).toBe(true);
    return `exit ${String(code)}`;
  };
  return {
    refresh: async () => await refreshing(),
    "refresh with an old environment": async () =>
      await refreshing({ [`${platform.toUpperCase()}_REFRESH_TOKEN`]: pick(consents).refreshToken }),
    "copy the store": async () => {
      if (existsSync(workspace.storeFolder)) copies.push(await copyStore(workspace));
      return undefined;
    },
    "roll the store back": async () => {
      if (copies.length > 0) await pick(copies).restore();
      return undefined;
    },
    "lose the store": async () => {
      await rm(workspace.storeFolder, { recursive: true, force: true });
      return undefined;
    },
    "import an old consent": async () => await importing(tokenJson(pick(consents))),
    "import a new consent": async () => {
      const consent = await sandbox.control.regrant(scene.grant().consent.grantId);
      consents.push(consent);
      return await importing(tokenJson(consent));
    },
    "kill a run": async () => {
      const event = pick(deaths);
      const { code, signal } = await run(workspace, ["auth", "refresh"], { at: { event, signal: "SIGKILL" } });
      return `${event} ${signal ?? `exit ${String(code)}`}`;
    },
  };
}
