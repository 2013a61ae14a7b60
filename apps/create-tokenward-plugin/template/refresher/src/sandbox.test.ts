import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { secret, type Client, type Exchanged, type Grant, type Refused } from "@tokenward/core/plugin";
import { createSandbox, type Consent, type Sandbox } from "@tokenward/sandbox";
import { testIO } from "@tokenward/testing";
import { samplePlatform } from "../sandbox/platform.ts";
import plugin from "./index.ts";

const io = testIO();
let sandbox: Sandbox;
let consent: Consent;

beforeEach(async () => {
  sandbox = await createSandbox({ platforms: [samplePlatform] });
  consent = await sandbox.control.consent("sample-name", { account: "brand-a" });
});
afterEach(async () => await sandbox.close());

function refresher(): ReturnType<typeof plugin> {
  return plugin({ token_url: consent.tokenUrl, user_url: `${sandbox.url}/sample-name/api/me` });
}

function grant(): Grant {
  return {
    id: "sample-name",
    platform: "sample-name",
    refreshToken: secret(consent.refreshToken),
  };
}

async function exchange(clientSecret: string = consent.clientSecret ?? ""): Promise<Exchanged | Refused> {
  const client: Client = { id: consent.clientId, secrets: [secret(clientSecret)] };
  const { request, interpret } = refresher();
  assert.ok(request !== undefined && interpret !== undefined);
  const answer = await io.http.send(await request(grant(), client));
  return interpret(answer, grant(), answer.receivedAt);
}

describe("an exchange, over HTTP", () => {
  it("returns what the platform issued", async () => {
    const result = await exchange();
    assert.ok(result.kind === "exchanged");
    assert.equal(result.malformed, undefined);
    assert.equal(result.refreshToken?.reveal(), await sandbox.control.currentRefreshToken(consent.grantId));
    assert.deepEqual(result.scopes, ["profile", "posts.write"]);
    assert.ok(result.attributes?.["account_id"] !== undefined);
    assert.ok(result.accessTokenExpiresAt !== undefined && result.refreshTokenExpiresAt !== undefined);
  });

  it("asks for a human where the grant is dead, and for a correction where the client is wrong", async () => {
    const wrong = await exchange("not-the-secret");
    assert.deepEqual([wrong.kind, wrong.kind === "refused" && wrong.class], ["refused", "client"]);
    await sandbox.control.revoke(consent.grantId);
    const dead = await exchange();
    assert.deepEqual([dead.kind, dead.kind === "refused" && dead.class], ["refused", "reauth"]);
  });

  it("is in doubt where the answer cannot be read", async () => {
    await sandbox.control.fault({ answer: { status: 502, body: "<html>Bad Gateway</html>", commit: true } });
    const lost = await exchange();
    assert.deepEqual([lost.kind, lost.kind === "refused" && lost.class], ["refused", "in-doubt"]);
  });
});

describe("verify, over HTTP", () => {
  it("names the account, and spends nothing", async () => {
    const client: Client = { id: consent.clientId, secrets: [] };
    const found = await refresher().verify?.(grant(), client, secret(consent.accessToken), io);
    assert.equal(found?.works, true);
    const dead = await refresher().verify?.(grant(), client, secret("at_nonsense"), io);
    assert.equal(dead?.works, false);
    assert.equal((await sandbox.control.counts()).tokenRequests, 0);
  });
});

describe("options", () => {
  it("take addresses that a token may be sent to, and nothing that nobody knows", () => {
    assert.throws(() => plugin({ token_url: "http://crm.example/token" }), /https/);
    assert.throws(() => plugin({ token_uri: "https://crm.example/token" } as never), /token_uri/);
  });
});
