import { afterEach, describe, expect, test } from "vitest";
import { fivePlatforms, presetRoles, type Role } from "./harness/cast.ts";
import { playAll, untilDue, type Play } from "./harness/play.ts";
import { refresh, type Reported } from "./harness/report.ts";

const days = 86_400;

describe("what only time does to a token", () => {
  let play: Play;
  afterEach(async () => await play.close());

  const run = async (...more: readonly string[]): Promise<Reported & { readonly requests: number }> => {
    const before = (await play.sandbox.control.counts()).requests;
    const report = await refresh(play.workspace, "all", { env: play.time.env }, ...more);
    return {
      ...report,
      of: (name) => report.of(name),
      requests: (await play.sandbox.control.counts()).requests - before,
    };
  };

  test("LinkedIn, standard app: it counts down, and a human is told in time, in the specification's words", async () => {
    play = await playAll([roleOf("linkedin/standard")]);
    await play.time.pass(40 * days);
    expect((await run()).of()).toMatchObject({ action: "healthy", alert: false });

    await play.time.pass(10.5 * days);
    for (const more of [[], ["--dry-run"]]) {
      const told = await run(...more);
      expect(told.of(), told.stdout).toMatchObject({ alert: true, refreshable: false });
      expect(told.of().detail).toContain("LinkedIn token expires in 9 days — run `tokenward auth linkedin/standard`");
      // Introspection, and in a dry run nobody.
      expect(told.requests).toBe(more.length === 0 ? 1 : 0);
      if (more.length === 0) expect(told.code).toBe(1);
    }

    await play.time.pass(10 * days);
    const ended = await run();
    expect(ended.code).toBe(1);
    expect(ended.of()).toMatchObject({ action: "reauth-required", code: "ERR_AUTH_REAUTH_REQUIRED", alert: true });

    await play.consentAgain("linkedin/standard");
    expect((await run()).of()).toMatchObject({ action: "healthy", alert: false, code: null });
    expect(await play.sandbox.control.counts()).toMatchObject({ tokenRequests: 0 });
  });

  const inPlace = [...fivePlatforms, ...presetRoles].filter(({ presents }) => presents === "access-token");
  const young = ["instagram", "threads"];

  test("renewed in place: not in its first hours, then by itself, and never again once it has ended", async () => {
    play = await playAll(inPlace);
    const first = await run();
    for (const { name } of inPlace.filter((role) => young.includes(role.name))) {
      // Threads is not due yet; Instagram would be renewed on every run.
      expect(["skipped", "healthy"], name).toContain(first.of(name).action);
      expect(first.of(name), name).toMatchObject({ alert: false, code: null });
    }
    expect(first.code, first.stdout).toBe(0);
    const exchanged = async (name: string): Promise<number> =>
      (await play.sandbox.control.counts({ grant: play.grant(name).consent.grantId })).tokenRequests;
    for (const name of young) expect(await exchanged(name), name).toBe(0);

    await play.time.pass(untilDue);
    const second = await run();
    expect(second.code, second.stdout).toBe(0);
    for (const name of young) expect(await exchanged(name), name).toBe(1);

    const before = new Map<string, number>();
    for (const { name } of inPlace) before.set(name, await exchanged(name));
    await play.time.pass(61 * days);
    const missed = await run();
    expect(missed.code).toBe(1);
    for (const { name } of inPlace) {
      expect(missed.of(name), name).toMatchObject({ action: "reauth-required", code: "ERR_AUTH_REAUTH_REQUIRED" });
      expect(await exchanged(name), `${name}: an ended token is not sent`).toBe(before.get(name));
    }
  });

  test("LinkedIn, refresh-enabled app: no exchange moves the end of the consent", async () => {
    play = await playAll([roleOf("linkedin/enabled")]);
    const wall = (await run()).of().reauth_by;
    for (let month = 1; month <= 3; month += 1) {
      await play.time.pass(110 * days);
      const { code, stdout, of } = await run();
      expect(code, stdout).toBe(0);
      expect(of()).toMatchObject({ action: "refreshed", alert: false });
      expect(Math.abs(Date.parse(of().reauth_by ?? "") - Date.parse(wall ?? ""))).toBeLessThan(60_000);
    }
    await play.time.pass(22.5 * days);
    const near = await run();
    expect(near.code).toBe(1);
    expect(near.of().alert).toBe(true);
    expect(near.of().detail).toContain("LinkedIn refresh token expires in 12 days");
    await play.time.pass(13 * days);
    expect((await run()).of()).toMatchObject({ action: "reauth-required", alert: true });
  });
});

function roleOf(name: string): Role {
  const found = fivePlatforms.find((role) => role.name === name);
  if (found === undefined) throw new Error(`nobody plays ${name}`);
  return found;
}
