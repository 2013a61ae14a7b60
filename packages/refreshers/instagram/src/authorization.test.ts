import { secret, type Client, type HttpAnswer, type NextExchange, type Refused } from "@tokenward/core";
import { describe, expect, test } from "vitest";
import { instagram } from "./index.ts";

const now = new Date("2026-11-22T12:00:00Z");
const client: Client = { id: "1234567890", secrets: [secret("app-secret-1")] };
const code = { code: secret("AQBcode-1#_"), redirectUri: "https://example.com/callback" };

function answered(body: unknown, status = 200): HttpAnswer {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: Buffer.from(JSON.stringify(body)), truncated: false, receivedAt: now };
}

function revealed(request: NextExchange["request"]): Readonly<Record<string, string>> {
  const fields = request.query ?? {};
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? value : value.reveal()]),
  );
}

describe("a first token with Instagram Login", () => {
  const { authorization } = instagram();
  const lasting = { access_token: "IGAAlong-token", token_type: "bearer", expires_in: 5_183_944 };

  test("the code is sent in a form, without what a browser put behind it", () => {
    const request = authorization!.codeRequest(code, client);
    expect(request).toMatchObject({ method: "POST", url: "https://api.instagram.com/oauth/access_token" });
    const form = (request.body as { readonly form: Readonly<Record<string, string | ReturnType<typeof secret>>> }).form;
    const sent = form["code"];
    expect(typeof sent === "string" ? sent : sent?.reveal()).toBe("AQBcode-1");
    expect(Object.keys(form).toSorted()).toEqual(["client_id", "client_secret", "code", "grant_type", "redirect_uri"]);
  });

  test.each([
    [
      "documented",
      { data: [{ access_token: "IGAAshort-1", user_id: "1784", permissions: "instagram_business_basic,x" }] },
    ],
    ["flat", { access_token: "IGAAshort-1", user_id: 1784, permissions: ["instagram_business_basic", "x"] }],
  ])("the short-lived token (%s) becomes a lasting one, with the facts of both answers", (_, body) => {
    const next = authorization!.interpretCode(answered(body), now, client) as NextExchange;
    expect(next.kind).toBe("next");
    expect(next.request).toMatchObject({ method: "GET", url: "https://graph.instagram.com/access_token" });
    expect(revealed(next.request)).toEqual({
      grant_type: "ig_exchange_token",
      client_secret: "app-secret-1",
      access_token: "IGAAshort-1",
    });
    const found = next.interpret(answered(lasting), now);
    expect(found).toMatchObject({
      kind: "exchanged",
      accessTokenExpiresAt: new Date(now.getTime() + 5_183_944_000),
      scopes: ["instagram_business_basic", "x"],
      attributes: { user_id: "1784" },
    });
    expect(next.interpret(answered({ error: { code: 190, fbtrace_id: "x" } }, 400), now)).toMatchObject({
      kind: "refused",
      class: "reauth",
    });
  });

  test("a refused code is refused, and a missing secret is named before anything is sent", () => {
    const refused = authorization!.interpretCode(
      answered({ error: { code: 100, type: "OAuthException" } }, 400),
      now,
      client,
    );
    expect((refused as Refused).class).toBe("client");
    const none = { ...client, secrets: [] };
    const first = answered({ access_token: "IGAAshort-1", user_id: 1 });
    expect(() => authorization!.codeRequest(code, none)).toThrow("no client secret");
    expect(() => authorization!.interpretCode(first, now, none)).toThrow("no client secret");
  });

  test("a human pastes the address: no loopback, no PKCE, scopes by comma", () => {
    expect(authorization).toMatchObject({ loopback: false, pkce: "none", scopeSeparator: ",", flow: "code" });
  });
});

test("a first token with Facebook Login: both steps by GET, with the app in both", () => {
  const { authorization } = instagram({ login: "facebook" });
  expect(authorization!.authorizeUrl).toBe("https://www.facebook.com/v25.0/dialog/oauth");
  const request = authorization!.codeRequest({ ...code, code: secret("AQBcode-1#_=_") }, client);
  expect(request).toMatchObject({ method: "GET", url: "https://graph.facebook.com/v25.0/oauth/access_token" });
  expect(revealed(request)["code"]).toBe("AQBcode-1");
  const next = authorization!.interpretCode(answered({ access_token: "EAAshort-1", expires_in: 5_000 }), now, client);
  expect(revealed((next as NextExchange).request)).toEqual({
    grant_type: "fb_exchange_token",
    client_id: "1234567890",
    client_secret: "app-secret-1",
    fb_exchange_token: "EAAshort-1",
  });
});
