import { createHttpClient, secret, type Client, type Exchanged, type Grant, type Refused } from "@tokenward/core";
import type { Refresher } from "@tokenward/core/plugin";
import { createSandbox, presetPlatform, presetPlatforms, type Consent, type Sandbox } from "@tokenward/sandbox";
import { testIO } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { oauth2, type OAuth2Options } from "../index.ts";
import type { PresetName } from "./preset-name.ts";
import { presetNames, presets } from "./presets.ts";

const http = createHttpClient({ env: {} });
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({
    platforms: presetPlatforms(),
    clock: { start: new Date("2026-11-22T00:00:00Z"), frozen: true },
  });
});
afterEach(async () => await sandbox.close());

interface Connected {
  readonly consent: Consent;
  readonly refresher: Refresher;
  readonly client: Client;
  /** Presents what is current in the sandbox, or the token that is named. */
  exchange(token?: string, client?: Partial<Client>): Promise<Exchanged | Refused>;
}

async function connect(name: PresetName, options: OAuth2Options = {}): Promise<Connected> {
  const consent = await sandbox.control.consent(name);
  // A token that was minted this second may be too young to be renewed.
  if (presets[name].options.minimum_age !== undefined) await sandbox.control.advance(86_400);
  const refresher = oauth2({ preset: name, token_url: consent.tokenUrl, ...options });
  const client: Client = { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] };
  const exchange = async (token?: string, other: Partial<Client> = {}): Promise<Exchanged | Refused> => {
    const presented = secret(token ?? (await sandbox.control.currentRefreshToken(consent.grantId)));
    const grant: Grant = { id: name, platform: name, accessToken: presented, refreshToken: presented };
    const answer = await http.send(await refresher.request!(grant, { ...client, ...other }));
    return refresher.interpret!(answer, grant, await sandbox.control.now());
  };
  return { consent, refresher, client, exchange };
}

function exchanged(result: Exchanged | Refused): Exchanged {
  if (result.kind === "refused") throw new Error(`refused as ${result.class}: ${result.detail}`);
  expect(result.malformed).toBeUndefined();
  return result;
}

const renewsAccess = (name: PresetName): boolean => presets[name].options.presents === "access-token";

describe.each(presetNames)("%s", (name) => {
  const { options } = presets[name];

  test("is exchanged, again and again, and says what it got", async () => {
    const { consent, exchange } = await connect(name);
    const start = await sandbox.control.now();
    const seen = new Set<string>([consent.refreshToken]);
    for (let round = 0; round < 3; round += 1) {
      const result = exchanged(await exchange());
      const current = await sandbox.control.currentRefreshToken(consent.grantId);
      if (renewsAccess(name)) {
        expect(result.refreshToken).toBeUndefined();
        expect(result.accessToken?.reveal()).toBe(current);
      } else {
        expect(result.refreshToken?.reveal() ?? [...seen].at(-1)).toBe(current);
      }
      seen.add(current);
      if (name !== "salesforce") {
        const life = ((result.accessTokenExpiresAt?.getTime() ?? 0) - start.getTime()) / 1000;
        expect(life).toBe(consent.expiresIn);
      }
      if (result.scopes !== undefined) expect(result.scopes).toEqual(consent.scopes);
      if (renewsAccess(name)) break;
    }
    if (!renewsAccess(name)) {
      expect(seen.size).toBe({ always: 4, sometimes: 2, never: 1 }[options.rotation ?? "sometimes"]);
    }
    const { replays, refusals } = await sandbox.control.counts();
    expect([replays, refusals]).toEqual([0, 0]);
  });

  test("needs a human once it is dead, and says why", async () => {
    const { consent, exchange } = await connect(name);
    await sandbox.control.revoke(consent.grantId);
    const result = await exchange();
    expect(result).toMatchObject({ kind: "refused", class: "reauth" });
    const said = JSON.stringify(result);
    expect(said).toMatch(/dead|revoked/);
    expect(said).not.toContain(consent.refreshToken);
  });

  test("treats an exchanged token that comes back as its policy says", async () => {
    const { consent, exchange } = await connect(name);
    const old = consent.refreshToken;
    const changed = async (): Promise<boolean> => (await sandbox.control.currentRefreshToken(consent.grantId)) !== old;
    exchanged(await exchange());
    if (!renewsAccess(name) && !(await changed())) exchanged(await exchange());
    if (renewsAccess(name) || options.rotation === "never") {
      await sandbox.control.advance(86_400);
      exchanged(await exchange(old));
      return;
    }
    if (options.reuse === "strict") {
      expect(await exchange(old)).toMatchObject({ kind: "refused", class: "reauth" });
      expect((await sandbox.control.grant(consent.grantId)).revoked).toBe("replay");
      return;
    }
    exchanged(await exchange(old));
    if (typeof options.reuse !== "object") return;
    await sandbox.control.advance(options.reuse.grace_seconds + 1);
    expect(await exchange(old)).toMatchObject({ kind: "refused", class: "reauth" });
  });

  test("is kept by the same traits as its dialect", () => {
    const { policy } = presetPlatform(name);
    const { traits } = oauth2({ preset: name, token_url: "https://example.com/token" });
    expect(traits.rotation).toBe(policy.rotation);
    expect(traits.presents ?? "refresh-token").toBe(policy.presents ?? "refresh-token");
    expect(traits.minimumAgeSeconds).toBe(policy.minimumAgeSeconds);
    if (typeof traits.reuse === "object") expect(policy.reuse).toMatchObject(traits.reuse);
    if (traits.idleLimitDays !== undefined) expect(traits.idleLimitDays * 86_400).toBe(policy.refreshLifetimeSeconds);
  });
});

describe("those that can", () => {
  test.each(presetNames.filter((name) => presets[name].options.client_auth !== "none"))(
    "%s blames the client for a wrong secret or id, not the token",
    async (name) => {
      const { exchange } = await connect(name);
      for (const wrong of [{ secrets: [secret("wrong")] }, { id: "nobody" }]) {
        expect(await exchange(undefined, wrong)).toMatchObject({ kind: "refused", class: "client" });
      }
      exchanged(await exchange());
    },
  );

  const looks = presetNames.flatMap((name) =>
    Object.entries(presetPlatform(name).addressOptions ?? {}).map(([option, path]) => [name, option, path] as const),
  );
  test.each(looks)("%s is looked at by its %s without being spent", async (name, option, path) => {
    expect(presets[name].options).toHaveProperty(option);
    const { consent, refresher, client } = await connect(name, { [option]: `${sandbox.url}/${name}${path}` });
    const grant: Grant = { id: name, platform: name };
    const io = testIO({ http });
    const verify = async (token: string): ReturnType<NonNullable<Refresher["verify"]>> =>
      await refresher.verify!(grant, client, secret(token), io);
    const found = await verify(consent.accessToken);
    expect(found).toMatchObject({ works: true, subject: expect.any(String) as string });
    if (option === "introspection_url") {
      const end = (await sandbox.control.now()).getTime() + consent.expiresIn * 1000;
      expect(found.accessTokenExpiresAt?.getTime()).toBe(end);
      expect(found.scopes).toEqual(consent.scopes);
    }
    expect(await verify("nobody's")).toMatchObject({ works: false });
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 0, refreshes: 0 });
  });
});

describe("what the real ones are strict about", () => {
  test.each<[PresetName, OAuth2Options]>([
    ["threads", { method: "POST" }],
    ["facebook-pages", { body: "form", method: "POST" }],
    ["x", { client_auth: "body" }],
    ["xero", { client_auth: "body" }],
    ["quickbooks", { client_auth: "body" }],
    ["pinterest", { client_auth: "body" }],
    ["zoom", { body: "query", method: "POST" }],
    ["hubspot", { body: "query", method: "POST" }],
    ["kick", { body: "json" }],
    ["microsoft", { body: "json" }],
    ["tiktok-business", { body: "form" }],
    ["reddit", { headers: { "user-agent": "node" } }],
  ])("%s refuses %j", async (name, options) => {
    const { exchange } = await connect(name, options);
    expect(await exchange()).toMatchObject({ kind: "refused" });
    expect(await sandbox.control.counts()).toMatchObject({ refusals: 1, rotations: 0, refreshes: 0 });
  });

  test("Shopify forgives the previous token only until its replacement is used", async () => {
    const { consent, exchange } = await connect("shopify");
    exchanged(await exchange());
    exchanged(await exchange(consent.refreshToken));
    exchanged(await exchange());
    expect(await exchange(consent.refreshToken)).toMatchObject({ class: "reauth" });
  });

  test("Microsoft's numbers tell an idle token from a wrong secret", async () => {
    const { consent, exchange } = await connect("microsoft");
    const wrong = await exchange(undefined, { secrets: [secret("wrong")] });
    expect(wrong).toMatchObject({ class: "client", detail: expect.stringContaining("AADSTS7000215") as string });
    await sandbox.control.advance(90 * 86_400);
    const idle = await exchange(consent.refreshToken);
    expect(idle).toMatchObject({ class: "reauth", detail: expect.stringContaining("AADSTS700082") as string });
  });

  test("facts that belong beside the grant are kept", async () => {
    const kept = async (name: PresetName): Promise<unknown> =>
      exchanged(await (await connect(name)).exchange()).attributes;
    expect(await kept("salesforce")).toMatchObject({ instance_url: "https://acme.my.salesforce.com" });
    expect(await kept("hubspot")).toEqual({ hub_id: "4711" });
    expect(await kept("facebook-pages")).toEqual({ data_access_expires_at: "1900000000" });
  });

  test.each<[PresetName, number]>([
    ["quickbooks", 8_640_000],
    ["shopify", 7_776_000],
    ["kick", 15_552_000],
    ["pinterest", 5_184_000],
    ["tiktok-business", 31_536_000],
  ])("%s says when its refresh token ends", async (name, seconds) => {
    const { exchange } = await connect(name);
    const end = exchanged(await exchange()).refreshTokenExpiresAt;
    expect(((end?.getTime() ?? 0) - (await sandbox.control.now()).getTime()) / 1000).toBe(seconds);
  });
});
