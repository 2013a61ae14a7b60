import { readFileSync } from "node:fs";
import path from "node:path";
import type { Notifier, Refresher, WriteBack } from "@tokenward/core";
import { oauth2 } from "@tokenward/refresher-oauth2";
import { tiktok } from "@tokenward/refresher-tiktok";
import state from "@tokenward/state-local";
import { local } from "@tokenward/writeback-local";
import { describe, expect, expectTypeOf, it } from "vitest";
import { defineConfig } from "./define-config.ts";
import { env, fromFile } from "./secret-reference.ts";
import type { AuthKeys, DecayKeys, FileKeys, GrantKeys, PlatformKeys } from "./schema.ts";
import type {
  AuthConfig,
  DecayConfig,
  GrantConfig,
  PlatformConfig,
  PluginPlatformConfig,
  TokenwardConfig,
} from "./typed-config.ts";

const notifier = {} as Notifier;

// Types are what is tested here: each `@ts-expect-error` is one that tsc must find, or says that it found none.
describe("defineConfig", () => {
  it("returns what it is given", () => {
    const config = { platforms: { youtube: {} } } as const;
    expect(defineConfig(config)).toBe(config);
  });

  it("takes instances and names, and secrets in all four forms", () => {
    defineConfig({
      auth: {
        writeback: local({ path: "./grants" }),
        alerts: {
          backend: [notifier, "pagerduty"],
          pagerduty: { routing_key: env("PD_KEY") },
          routes: { warn: ["x"] },
        },
        decay: { warn_days: 50 },
        token: { refresh_at: 0.7 },
        recovery: { age_recipients: ["age1x"] },
        lease_wait: "1m30s",
        exchange_deadline: "20s",
      },
      state: state({ ephemeral: true }),
      platforms: {
        tiktok: {
          refresher: tiktok({ token_url: "https://example.test/token" }),
          client_key: "key",
          client_secret: env("TIKTOK_CLIENT_SECRET"),
          required_scopes: ["video.publish"],
          accounts: { "brand-a": { client_secret: fromFile("./secret") }, "brand-b": {} },
        },
        youtube: { client_id: "id", client_secret: "${YOUTUBE_CLIENT_SECRET}", access_token_expires_at: new Date() },
        crm: { refresher: "oauth2", token_url: "https://crm.example/token", client_secret: [{ file: "./secret" }] },
        other: { refresher: oauth2({ token_url: "https://crm.example/token" }), enabled: false },
      },
    });
  });

  it("refuses a secret that stands in the file", () => {
    // @ts-expect-error a literal
    defineConfig({ platforms: { tiktok: { refresher: tiktok(), client_secret: "cs-literal" } } });
    // @ts-expect-error a literal where the refresher is given by name
    defineConfig({ platforms: { youtube: { client_secret: "cs-literal" } } });
    // @ts-expect-error a literal in a list
    defineConfig({ platforms: { tiktok: { refresher: tiktok(), client_secrets: ["cs-literal"] } } });
    // @ts-expect-error a literal in an account
    defineConfig({ platforms: { tiktok: { refresher: tiktok(), accounts: { a: { client_secret: "cs-literal" } } } } });
  });

  it("refuses what is no key, and no value of a key", () => {
    // @ts-expect-error a typo at the top
    defineConfig({ platfroms: {}, platforms: {} });
    // @ts-expect-error a typo under auth
    defineConfig({ auth: { writback: local({}) }, platforms: {} });
    // @ts-expect-error a typo in a platform with a factory
    defineConfig({ platforms: { tiktok: { refresher: tiktok(), client_secert: env("X") } } });
    // @ts-expect-error a wrong word
    defineConfig({ platforms: { tiktok: { refresher: tiktok(), rotation: "often" } } });
    // @ts-expect-error a wrong word, with the refresher given by name
    defineConfig({ platforms: { youtube: { on_scope_drift: "ignore" } } });
    // @ts-expect-error a number without a unit
    defineConfig({ auth: { lease_wait: 30 }, platforms: {} });
    // @ts-expect-error a write-back is no refresher
    defineConfig({ platforms: { tiktok: { refresher: local({}) } } });
    // @ts-expect-error a refresher is no write-back
    defineConfig({ auth: { writeback: tiktok() }, platforms: {} });
    // @ts-expect-error a typo in an option of a factory
    expect(() => tiktok({ token_ulr: "x" })).toThrow("token_ulr");
  });

  it("has a type for each place", () => {
    expectTypeOf<TokenwardConfig["platforms"][string]>().toEqualTypeOf<PlatformConfig>();
    expectTypeOf<Refresher>().toExtend<NonNullable<PlatformConfig["refresher"]>>();
    expectTypeOf<WriteBack>().toExtend<NonNullable<AuthConfig["writeback"]>>();
    expectTypeOf<Notifier>().toExtend<NonNullable<AuthConfig["alerts"]>>();
    expectTypeOf<GrantConfig["rotation"]>().toEqualTypeOf<"always" | "sometimes" | "never" | undefined>();
    expectTypeOf<string>().not.toExtend<NonNullable<GrantConfig["client_secret"]>>();
  });

  it("has the keys that a reading knows, no more and no fewer", () => {
    expectTypeOf<keyof GrantConfig>().toEqualTypeOf<keyof GrantKeys>();
    expectTypeOf<keyof PluginPlatformConfig>().toEqualTypeOf<keyof GrantKeys | keyof PlatformKeys>();
    expectTypeOf<keyof AuthConfig>().toEqualTypeOf<keyof AuthKeys>();
    expectTypeOf<keyof DecayConfig>().toEqualTypeOf<keyof DecayKeys>();
    expectTypeOf<keyof TokenwardConfig>().toEqualTypeOf<Exclude<keyof FileKeys, "$schema">>();
  });

  it("says at each key what it means", () => {
    const lines = readFileSync(path.join(import.meta.dirname, "typed-config.ts"), "utf8").split("\n");
    const keys = lines.flatMap((line, index) => (/^ +readonly [\w[]/.test(line) ? [index] : []));
    expect(keys.length).toBeGreaterThan(40);
    for (const index of keys) {
      const before = lines[index - 1] ?? "";
      expect(before.trimEnd(), lines[index]).toMatch(/\*\/$/);
    }
  });
});
