import { inspect } from "node:util";
import { expect, test } from "vitest";
import { checkConfig, loadConfig } from "./load.ts";
import { formatProblem } from "./problem.ts";
import { bundledPlugins, project } from "./test/project.ts";

// Another one each time: what the redactor has learnt in one place must not hide what another one shows.
let count = 0;
const freshSentinel = (): string => `sentinel-${count++}-do-not-print`;

/** One of everything that takes a value. Names of plugins, grants and routes are shown to people, and are not here. */
const values = {
  auth: {
    writeback: { backend: "gitlab", gitlab: { project: "42", token: "${TOKEN}" } },
    alerts: { backend: ["webhook", "pagerduty"], webhook: { url: "${TOKEN}" }, pagerduty: { routing_key: "${TOKEN}" } },
    decay: { warn_days: 60, page_days: 75, hard_fail_days: 85 },
    token: { refresh_at: 0.8 },
    recovery: { age_recipients: ["age1qqq"] },
    lease_wait: "30s",
    exchange_deadline: "30s",
  },
  state: { backend: "local", local: { ephemeral: false } },
  platforms: {
    tiktok: {
      enabled: true,
      client_key: "aw",
      client_secrets: ["${TOKEN}"],
      required_scopes: ["video.publish"],
      on_scope_drift: "serve",
      refresh_at: 0.5,
      alert_before_days: 14,
      access_token_expires_at: "2026-12-24T00:00:00Z",
      refresh_token_expires_at: "2026-12-24T00:00:00Z",
      rotation: "always",
      reuse: { grace_seconds: 30 },
      idle_limit_days: 90,
      env: "TT",
      writeback: { backend: "local", local: { path: "./x" } },
      decay: { warn_days: 50 },
      token_url: "http://127.0.0.1/",
      limit: 3,
      headers: { secret: "${TOKEN}", plain: "x" },
    },
  },
};

const shown = new Set(["backend"]);

function pathsOf(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  const inner =
    typeof value !== "object" || value === null
      ? []
      : Object.entries(value).flatMap(([key, part]) => (shown.has(key) ? [] : pathsOf(part, [...at, key])));
  return at.length === 0 ? inner : [at, ...inner];
}

function put(value: unknown, at: readonly string[], what: unknown): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return what;
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? put(item, rest, what) : item));
  return { ...(value as object), [key]: put((value as Record<string, unknown>)[key], rest, what) };
}

const forms: readonly ((sentinel: string) => unknown)[] = [
  (sentinel) => sentinel,
  (sentinel) => [sentinel],
  (sentinel) => ({ value: sentinel }),
  (sentinel) => `\${${sentinel}}`,
];

test.each(pathsOf(values).map((at) => [at.join("."), at] as const))(
  "what stands at %s is never shown",
  async (_, at) => {
    for (const form of forms) {
      const sentinel = freshSentinel();
      const folder = project({ "tokenward.config.yaml": JSON.stringify(put(values, at, form(sentinel))) });
      const options = { folder, env: { TOKEN: "value-of-the-token" }, bundled: bundledPlugins() };
      const { problems, warnings } = await checkConfig(options);
      const lines = [...problems, ...warnings].map((problem) => formatProblem("c.yaml", problem)).join("\n");
      expect(lines + JSON.stringify(problems)).not.toContain(sentinel);
      const failure: unknown = await loadConfig(options).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(sentinel);
    }
  },
);

test("the configuration itself hides its secrets, however it is printed", async () => {
  const sentinel = freshSentinel();
  const folder = project({ "tokenward.config.yaml": JSON.stringify(values) });
  const configuration = await loadConfig({ folder, env: { TOKEN: sentinel }, bundled: bundledPlugins() });
  expect(configuration.plans[0]?.client.secrets[0]?.reveal()).toBe(sentinel);
  const printed = inspect(configuration, { depth: Infinity, showHidden: true }) + JSON.stringify(configuration.plans);
  expect(printed).not.toContain(sentinel);
});
