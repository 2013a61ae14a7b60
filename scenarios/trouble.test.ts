import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { run, startWatched } from "./harness/cli.ts";
import { consentAgain, consentAll, createScenarioSandbox } from "./harness/platforms.ts";
import { refresh, startFollowed, wordsOf } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";
import { snapshotOf } from "./harness/snapshot.ts";
import { createWorkspace } from "./harness/workspace.ts";

const everything = ["full", "soak"].includes(process.env["TOKENWARD_SCALE"] ?? "");

let scene: Scene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

describe("one grant fails, the others do not notice:", () => {
  test("dead, in doubt, hanging, damaged and refused grants beside sound ones", async () => {
    const accounts = ["dead", "dropped", "hanging", "damaged", "sound"];
    const tiktok = accounts.map((account) => ({ platform: "tiktok" as const, account }));
    scene = await setScene([...tiktok, { platform: "crm" }, { platform: "youtube" }], {
      auth: { exchange_deadline: "1s" },
    });
    const { workspace, sandbox, grant } = scene;
    const { control } = sandbox;
    const idOf = (name: string): string => grant(name).consent.grantId;
    await control.revoke(idOf("tiktok/dead"));
    await control.fault({ match: { grant: idOf("tiktok/dropped") }, drop: "after" });
    await control.fault({ match: { grant: idOf("tiktok/hanging") }, hang: "after" });
    const file = path.join(workspace.storeFolder, "tiktok.damaged.age");
    const sealed = await readFile(file);
    await writeFile(file, sealed.subarray(0, -30));
    const { clientId, clientSecret } = grant("crm").consent;
    await control.setClient("crm", clientId, { secrets: ["replaced in the console"] });

    const report = await refresh(workspace);
    expect(report.code).toBe(1);
    const found = Object.fromEntries(
      [...accounts.map((account) => `tiktok/${account}`), "crm", "youtube"].map((name) => {
        const { action, code } = report.of(name);
        return [name, `${action} ${code ?? ""}`.trim()];
      }),
    );
    expect(found).toEqual({
      "tiktok/dead": "reauth-required ERR_AUTH_REAUTH_REQUIRED",
      "tiktok/dropped": "in-doubt ERR_AUTH_IN_DOUBT",
      "tiktok/hanging": "in-doubt ERR_AUTH_IN_DOUBT",
      "tiktok/damaged": "failed ERR_WRITEBACK_UNREADABLE",
      "tiktok/sound": "rotated",
      crm: "failed ERR_AUTH_CLIENT_REJECTED",
      youtube: "healthy",
    });
    expect(report.of("tiktok/dead").detail).toContain("`tokenward auth tiktok/dead`");
    expect(report.of("tiktok/hanging").detail).toContain("`tokenward auth recover tiktok/hanging --retry-once`");
    expect(report.of("tiktok/damaged").detail).toContain(`Restore ${file} from a backup`);
    expect(report.of("crm").detail).toContain("client id and secret of crm");

    await control.setClient("crm", clientId, { secrets: [clientSecret ?? ""] });
    await writeFile(file, sealed);
    for (const name of ["dead", "dropped", "hanging"]) await consentAgain(sandbox, workspace, grant(`tiktok/${name}`));
    const mended = await refresh(workspace);
    expect(mended.statuses.map(({ action }) => action)).toEqual([...Array<string>(6).fill("rotated"), "healthy"]);
    expect(mended.code).toBe(0);
    expect(await scene.counts()).toMatchObject({ replays: 0 });
  });
});

describe("one grant is slow, the others do not wait:", () => {
  test("its platform does not answer", async () => {
    scene = await setScene([
      { platform: "tiktok", account: "slow" },
      { platform: "tiktok", account: "quick" },
      { platform: "crm" },
      { platform: "youtube" },
    ]);
    const { control } = scene.sandbox;
    const barrier = await control.barrier({ match: { grant: scene.grant("tiktok/slow").consent.grantId } });
    const running = startFollowed(scene.workspace, "all");
    await control.held(barrier, 1);
    // These would never come if they had to wait: only the last line below lets the slow one go on.
    await running.printed("tiktok/quick: rotated");
    await running.printed("crm: rotated");
    await running.printed("youtube: healthy");
    await control.release(barrier);
    expect(await running.finished).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ rotations: 3, replays: 0 });
  });

  test("another process holds its lease, and was stopped", async () => {
    scene = await setScene(
      [
        { platform: "tiktok", account: "stopped" },
        { platform: "tiktok", account: "quick" },
      ],
      { auth: { lease_wait: "2s" } },
    );
    const stopped = startWatched(scene.workspace, ["auth", "refresh", "tiktok/stopped"], {
      at: { event: "read:end", signal: "SIGSTOP" },
    });
    await stopped.events.reached("read:end");
    const { code, stdout, stderr } = await startFollowed(scene.workspace, "all").finished;
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toEqual(["tiktok/quick: rotated", "tiktok/stopped: failed"]);
    expect(stdout).toContain("ERR_AUTH_LEASE_BUSY");
    stopped.process.kill("SIGCONT");
    expect(await stopped.finished).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ rotations: 2, replays: 0 });
  });

  test("a whole platform hangs, with more grants than may be under way at once", async () => {
    const count = everything ? 200 : 20;
    const sandbox = await createScenarioSandbox();
    const workspace = await createWorkspace();
    try {
      const many = Array.from({ length: count }, (_, index) => ({ platform: "crm" as const, account: `a${index}` }));
      const grants = await consentAll(sandbox, workspace, [...many, { platform: "tiktok" }, { platform: "youtube" }]);
      const env = Object.fromEntries(
        grants.map(({ name, consent }) => [
          `${name.toUpperCase().replace("/", "_")}_REFRESH_TOKEN`,
          consent.refreshToken,
        ]),
      );
      const barrier = await sandbox.control.barrier({ match: { platform: "crm" } });
      const running = startFollowed(workspace, "all", { env });
      await running.printed("tiktok: rotated");
      await running.printed("youtube: healthy");
      await sandbox.control.held(barrier, 1);
      await sandbox.control.release(barrier);
      expect(await running.finished).toMatchObject({ code: 0 });
      expect(await sandbox.control.counts()).toMatchObject({ rotations: count + 1, replays: 0 });
    } finally {
      await sandbox.close();
      await workspace.dispose();
    }
  });
});

describe("what was typed or written is wrong: exit 2, nobody is asked, nothing changes,", () => {
  test("a grant that does not exist", async () => {
    scene = await setScene([{ platform: "tiktok", account: "brand-a" }]);
    const before = await snapshotOf(scene.workspace.folder);
    for (const [selection, says] of [
      ["tikto", "`tikto` is not configured. Did you mean `tiktok`?"],
      ["tiktok/brand-b", "`tiktok/brand-b` is not configured. Did you mean `tiktok/brand-a`?"],
      ["Tiktok", "Use one of"],
      ["linkedin", "Use one of: tiktok, tiktok/brand-a."],
    ] as const) {
      const finished = await run(scene.workspace, ["auth", "refresh", selection]);
      expect(finished).toMatchObject({ code: 2, stdout: "" });
      expect(wordsOf(finished)).toContain(says);
    }
    expect(await snapshotOf(scene.workspace.folder)).toEqual(before);
    expect(await scene.counts()).toMatchObject({ requests: 0 });
  });

  test("ten mistakes in a configuration are ten lines; with them corrected, the next run goes on", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { workspace } = scene;
    expect(await refresh(workspace)).toMatchObject({ code: 0 });
    const sound = await readFile(workspace.configFile, "utf8");
    await workspace.configure(`auth:
  writeback: { backend: local, local: { stroe: file } }
  decai: { warn_days: 60 }
  token: { refresh_at: 80 }
  lease_wait: 30
state: { backend: lokal }
platforms:
  Instagram: { client_id: x }
  status: { refresher: oauth2, client_id: x, token_url: "http://127.0.0.1:1/" }
  tiktok:
    client_key: aw
    client_secret: a-secret-that-stands-in-the-file
    access_token_expires_at: tomorrow
    alert_before_days: -1
`);
    const before = await snapshotOf(workspace.folder);
    for (const args of [
      ["auth", "refresh"],
      ["auth", "status"],
      ["auth", "import", "tiktok"],
      ["config", "check"],
    ]) {
      const { code, stdout, stderr } = await run(workspace, args, { input: "{}" });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      const [first, ...rest] = stderr.trimEnd().split("\n");
      expect(first).toBe(`ERR_CONFIG_INVALID: ${workspace.configFile} has 10 mistakes.`);
      expect(rest.at(-1)).toBe("Correct them; `tokenward config check` verifies the file.");
      const mistakes = rest.slice(0, -1);
      // The plugin that could not be loaded first, then from top to bottom.
      expect(mistakes.map((line) => Number(/^ {2}tokenward\.config\.yaml:(\d+):\d+ /.exec(line)?.[1]))).toEqual([
        6, 2, 3, 4, 5, 8, 9, 12, 13, 14,
      ]);
      for (const line of mistakes) expect(line).toMatch(/: .+\. .+\.?$/);
      expect(stderr).not.toContain("a-secret-that-stands-in-the-file");
    }
    expect(await snapshotOf(workspace.folder)).toEqual(before);
    expect(await scene.counts()).toMatchObject({ requests: 1 });

    await workspace.configure(sound);
    expect((await refresh(workspace)).of().action).toBe("rotated");
    expect(await scene.counts()).toMatchObject({ rotations: 2, replays: 0 });
  });
});
