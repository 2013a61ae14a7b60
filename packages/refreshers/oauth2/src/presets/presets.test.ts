import { readFileSync } from "node:fs";
import { endpointMistake } from "@tokenward/core/plugin";
import { presetPlatforms } from "@tokenward/sandbox";
import { describe, expect, test } from "vitest";
import { presetAnswers } from "../../fixtures/presets/presets.ts";
import { oauth2, type OAuth2Options } from "../index.ts";
import { oauth2Schema } from "../schema.ts";
import { presetNames, presets } from "./presets.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("every preset has a dialect in the sandbox, answers for the suite, and a row in the README", () => {
  expect(presetNames).toEqual(presetNames.toSorted());
  expect(presetPlatforms().map(({ name }) => name)).toEqual(presetNames);
  expect(Object.keys(presetAnswers)).toEqual(presetNames);
  const rows = readme
    .split("\n")
    .filter((line) => /^\| `[a-z-]+` +\|/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, name]) => presetNames.some((known) => name === `\`${known}\``))
    .map((cells) => cells.slice(1, -1));
  expect(rows).toEqual(presetNames.map((name) => [`\`${name}\``, presets[name].quirk, presets[name].options.consent]));
});

describe.each(presetNames)("%s", (name) => {
  const { options, needs = {} } = presets[name];

  test("is data that the schema accepts, over https and without secrets", () => {
    const placeholders = {
      ...options.placeholders,
      ...Object.fromEntries(Object.keys(needs).map((key) => [key, "a"])),
    };
    expect(oauth2Schema.safeParse({ ...options, placeholders })).toMatchObject({ success: true });
    expect(JSON.parse(JSON.stringify(options))).toEqual(options);
    for (const address of [options.token_url, options.introspection_url, options.userinfo_url]) {
      if (address !== undefined) expect([address, endpointMistake(address)]).toEqual([address, undefined]);
    }
    expect(options.consent).toMatch(/\.$/);
    expect(presets[name].quirk).toMatch(/\.$/);
  });

  test("needs nothing but its name, and what it says it needs", () => {
    const missing = Object.keys(needs);
    if (missing.length === 0) {
      expect(oauth2({ preset: name }).endpoint).not.toContain("{");
      return;
    }
    expect(() => oauth2({ preset: name })).toThrow(new RegExp(`placeholders: must say what \\{${missing[0]}\\}`));
    const given = Object.fromEntries(missing.map((key) => [key, "acme"]));
    expect(oauth2({ preset: name, placeholders: given }).endpoint).toContain("acme");
  });
});

describe("beside a preset", () => {
  test("options win one by one, and inside records name by name", () => {
    const refresher = oauth2({ preset: "xero", idle_limit_days: 30, sentences: { invalid_grant: "gone" } });
    expect(refresher.traits).toMatchObject({ rotation: "always", reuse: { graceSeconds: 1800 }, idleLimitDays: 30 });
    expect(oauth2({ preset: "xero", idle_limit_days: undefined }).traits.idleLimitDays).toBe(60);
    const answer = (error: string): unknown =>
      refresher.interpret!(
        {
          status: 400,
          headers: {},
          body: Buffer.from(JSON.stringify({ error })),
          truncated: false,
          receivedAt: new Date(),
        },
        { id: "xero", platform: "xero" },
        new Date(),
      );
    expect(answer("invalid_grant")).toMatchObject({ class: "reauth", detail: "gone" });
    expect(answer("invalid_client")).toMatchObject({ detail: expect.stringContaining("Xero app") as string });
  });

  test("placeholders that have a default can be given another value", () => {
    expect(oauth2({ preset: "salesforce", placeholders: { domain: "acme.my" } }).endpoint).toBe(
      "https://acme.my.salesforce.com/services/oauth2/token",
    );
    expect(oauth2({ preset: "facebook-pages" }).endpoint).toBe("https://graph.facebook.com/v25.0/oauth/access_token");
  });

  test("the sentence about consent names the same place", () => {
    const consent = oauth2({ preset: "microsoft", placeholders: { tenant: "contoso.com" } }).consent;
    expect(consent).toContain("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize");
  });

  test("an app without a secret says so by its place", () => {
    expect(oauth2({ preset: "slack" }).client).toBe("confidential");
    expect(oauth2({ preset: "slack", client_auth: "body" }).client).toBe("public");
    expect(oauth2({ preset: "xero", client_auth: "body" }).client).toBe("public");
  });

  test("another token_url takes the preset's other addresses away", () => {
    expect(oauth2({ preset: "salesforce" }).verify).toBeDefined();
    const token_url = "https://proxy.example/token";
    expect(oauth2({ preset: "salesforce", token_url }).verify).toBeUndefined();
    expect(
      oauth2({ preset: "salesforce", token_url, introspection_url: "https://proxy.example/introspect" }).verify,
    ).toBeDefined();
  });
});

describe("placeholders", () => {
  const token_url = "https://{region}.crm.example/{account}/token";

  test("come from the configuration, the account or a kept attribute", () => {
    expect(oauth2({ token_url, placeholders: { region: "eu7" } }).endpoint).toBe(
      "https://eu7.crm.example/{account}/token",
    );
    expect(oauth2({ token_url, placeholders: { region: "{account}" } }).endpoint).toContain("https://{account}.crm");
    expect(oauth2({ token_url, attributes: ["region"] }).endpoint).toBe(token_url);
  });

  test.each<[string, OAuth2Options]>([
    ["placeholders: must say what {region} of the address is, as in placeholders: { region: … }", { token_url }],
    ["placeholders.region: must be letters", { token_url, placeholders: { region: "evil.example/x" } }],
    ["placeholders.region: must be letters", { token_url, placeholders: { region: "user@evil" } }],
    [
      "placeholders: must say what {host}",
      { token_url: "https://crm.example/token", userinfo_url: "https://{host}.example/me" },
    ],
    ["token_url: must say where tokens are exchanged", { client_auth: "basic" }],
    [
      "introspection_url: must begin with https://",
      { token_url: "https://a.example/t", introspection_url: "http://b.example" },
    ],
    ["preset", { preset: "xeroo" as "xero" }],
  ])("are checked when the options are read: %s", (message, options) => {
    expect(() => oauth2(options)).toThrow(message);
  });
});
