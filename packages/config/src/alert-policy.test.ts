import { describe, expect, test } from "vitest";
import { checkConfig, loadConfig } from "./load.ts";
import { readQuietHours } from "./quiet-hours.ts";
import { bundledPlugins, project } from "./test/project.ts";

const env = { BEAT: "https://hc.example/5ecr3t-ping", HOOK: "https://hook.example/5ecr3t", SLIP: "hc.example/5ecr3t" };

async function problemsOf(alerts: string): Promise<readonly string[]> {
  const folder = project({ "tokenward.config.yaml": `platforms: {}\nauth: { alerts: ${alerts} }` });
  const { problems } = await checkConfig({ folder, env, bundled: bundledPlugins() });
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

async function loaded(alerts: string) {
  const folder = project({
    "tokenward.config.yaml": `platforms: { youtube: { client_id: x, client_secret: "\${HOOK}" }, tiktok: { enabled: false, client_id: y, client_secret: "\${HOOK}" } }\nauth: { alerts: ${alerts} }`,
  });
  return await loadConfig({ folder, env: { ...env, TIKTOK_CLIENT_KEY: "x" }, bundled: bundledPlugins() });
}

describe("quiet hours", () => {
  test("are read in both forms", () => {
    expect(readQuietHours("22:00-07:00")).toEqual({ from: 1320, to: 420, timeZone: undefined });
    expect(readQuietHours({ from: "00:00", to: "23:59", time_zone: "Europe/Berlin" })).toEqual({
      from: 0,
      to: 1439,
      timeZone: "Europe/Berlin",
    });
  });

  test.each(["22:00", "22-07", "24:00-07:00", "22:00-07:60", "22:00-07:00-08:00", "", "9:00-10:00"])(
    "%j is none",
    (text) => expect(readQuietHours(text)).toBe('must be "22:00-07:00", with hours and minutes of a day'),
  );

  test("need two times and a zone that exists", () => {
    expect(readQuietHours("07:00-07:00")).toBe("must begin and end at two different times");
    expect(readQuietHours({ from: "22:00", to: "07:00", time_zone: "Mars/Base" })).toMatch(/time zone/);
  });
});

describe("auth.alerts", () => {
  test("becomes the engine's policy, for this file, about what is switched on", async () => {
    const configuration = await loaded(
      '{ remind_every: 1d, quiet_hours: "22:00-07:00", routes: {}, heartbeat: "${BEAT}" }',
    );
    expect(configuration.alerts).toMatchObject({
      remindEvery: 86_400_000,
      quietHours: { from: 1320, to: 420 },
      installation: configuration.path,
      grants: ["youtube"],
      writeBacks: ["local"],
    });
    expect(configuration.heartbeat?.url.reveal()).toBe(env.BEAT);
    await configuration.close();
  });

  test("takes a heartbeat in its long form, and never for reminders", async () => {
    const configuration = await loaded(
      '{ remind_every: never, heartbeat: { url: "${BEAT}", failure_url: "${HOOK}", allow_private: true } }',
    );
    expect(configuration.alerts.remindEvery).toBe(false);
    expect(configuration.heartbeat).toMatchObject({ allowPrivate: true });
    expect(configuration.heartbeat?.failureUrl?.reveal()).toBe(env.HOOK);
    await configuration.close();
  });

  test.each([
    ["{ remind_every: 10m }", /auth\.alerts\.remind_every: .*at least 1h/],
    ["{ remind_every: daily }", /auth\.alerts\.remind_every: /],
    ['{ quiet_hours: "25:00-07:00" }', /auth\.alerts\.quiet_hours: .*22:00-07:00/],
    ['{ quiet_hours: { from: "22:00" } }', /auth\.alerts\.quiet_hours/],
    [
      '{ heartbeat: { url: "${MISSING}" } }',
      /auth\.alerts\.heartbeat\.url: The environment variable MISSING is not set/,
    ],
    ['{ heartbeat: { ur: "${BEAT}" } }', /`ur` is not a known key/],
    ["{ heartbeat: {} }", /auth\.alerts\.heartbeat/],
    ["{ heartbeat: not-an-address }", /auth\.alerts\.heartbeat: /],
    ['{ heartbeat: "${SLIP}" }', /auth\.alerts\.heartbeat: `heartbeat` must be an address/],
    ["{ remind_evry: 3d }", /`remind_evry` is not a known key/],
  ])("%s is a mistake at its place", async (alerts, wanted) => {
    const problems = await problemsOf(alerts);
    expect(problems.join("\n")).toMatch(wanted);
    expect(problems.join("\n")).not.toContain("5ecr3t");
  });

  test("needs no notifier for a heartbeat, and says so once where an address stands in the open", async () => {
    expect(await problemsOf('{ heartbeat: "${BEAT}" }')).toEqual([]);
    const folder = project({
      "tokenward.config.yaml": "platforms: {}\nauth: { alerts: { heartbeat: https://hc.example/5ecr3t-open } }",
    });
    const { problems, warnings } = await checkConfig({ folder, env, bundled: bundledPlugins() });
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message)).toContain(
      "The address stands in the file; whoever knows it can use it.",
    );
  });
});
