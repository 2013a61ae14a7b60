import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Consent } from "./control.ts";
import { createSandbox, type Sandbox } from "./create.ts";
import { exchange, overSocket, present, send } from "./exchange.fixture.ts";

let sandbox: Sandbox;
let grant: Consent;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start: new Date("2026-11-22T00:00:00Z"), frozen: true } });
  grant = await sandbox.control.consent("oauth2");
});
afterEach(async () => await sandbox.close());

const successor = async (): Promise<string> => await sandbox.control.currentRefreshToken(grant.grantId);

describe("broken connections", () => {
  test("before: nothing happened", async () => {
    await sandbox.control.fault({ drop: "before" });
    await expect(present(grant)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await sandbox.control.isAlive(grant.grantId, grant.refreshToken)).toBe(true);
    expect((await sandbox.control.ledger()).entries).toMatchObject([{ outcome: "intercepted", delivery: "dropped" }]);
    expect((await exchange(grant)).status).toBe(200);
  });

  test("after: rotated, and the answer is lost", async () => {
    await sandbox.control.fault({ drop: "after", dropHow: "close" });
    await expect(present(grant)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await sandbox.control.isAlive(grant.grantId, grant.refreshToken)).toBe(false);
    expect((await sandbox.control.ledger()).entries).toMatchObject([{ outcome: "rotated", delivery: "dropped" }]);
  });

  test("in the middle of the body", async () => {
    await sandbox.control.fault({ drop: { afterBytes: 10 } });
    const { status, bytes, complete } = await present(grant);
    expect([status, bytes.length, complete]).toEqual([200, 10, false]);
    expect((await sandbox.control.ledger()).entries).toMatchObject([{ outcome: "rotated", delivery: "dropped" }]);
  });

  test.each(["before", "after"] as const)("never answered, hanging %s the exchange", async (hang) => {
    const { control } = sandbox;
    await control.fault({ hang });
    const patience = new AbortController();
    const request = present(grant, undefined, { signal: patience.signal });
    await control.arrived({ grant: grant.grantId }, 1, { stage: "done" });
    await control.idle();
    patience.abort();
    await expect(request).rejects.toThrow("aborted");
    expect(await control.isAlive(grant.grantId, grant.refreshToken)).toBe(hang === "before");
    expect((await control.ledger()).entries).toMatchObject([{ delivery: "hung" }]);
  });

  test("a spent token that a fault swallowed is a replay all the same", async () => {
    await exchange(grant);
    await sandbox.control.fault({ drop: "before" });
    await expect(present(grant)).rejects.toThrow();
    expect(await sandbox.control.counts()).toMatchObject({ replays: 1, revocations: 0 });
  });
});

describe("other answers", () => {
  test("429 with Retry-After in seconds, then as a date, then HTML, then the truth", async () => {
    const ids = await sandbox.control.script({ endpoint: "token" }, [
      { answer: { status: 429, retryAfter: 7, body: { error: "slow_down" } } },
      { answer: { status: 503, retryAfter: { httpDateIn: 90 } } },
      { answer: { status: 502, body: "<html><h1>Bad Gateway</h1></html>" } },
      null,
      { answer: { status: 500 } },
    ]);
    expect(ids).toHaveLength(4);
    const [seconds, date, html, truth] = [
      await present(grant),
      await present(grant),
      await present(grant),
      await exchange(grant),
    ];
    expect([seconds.status, seconds.headers["retry-after"]]).toEqual([429, "7"]);
    expect([date.status, date.headers["retry-after"]]).toEqual([503, "Sun, 22 Nov 2026 00:01:30 GMT"]);
    expect(html.headers["content-type"]).toBe("text/html");
    expect(html.bytes.toString()).toContain("Bad Gateway");
    expect(truth.status).toBe(200);
    expect((await present(grant, String(truth.body["refresh_token"]))).status).toBe(500);
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 1, replays: 0, tokenRequests: 5 });
  });

  test("an error although the exchange happened", async () => {
    await sandbox.control.fault({ answer: { status: 504, body: "gateway time-out", commit: true } });
    expect((await present(grant)).status).toBe(504);
    expect(await sandbox.control.isAlive(grant.grantId, grant.refreshToken)).toBe(false);
    expect((await sandbox.control.ledger()).entries).toMatchObject([{ outcome: "rotated", status: 504 }]);
  });

  test("a refusal in the platform's own words", async () => {
    const google = await sandbox.control.consent("youtube");
    const refuse = {
      error: "invalid_grant",
      subtype: "invalid_rapt",
      description: "reauth related error (invalid_rapt)",
    };
    await sandbox.control.fault({ match: { platform: "youtube" }, refuse });
    const { status, body } = await exchange(google);
    expect(status).toBe(400);
    expect(body).toEqual({
      error: "invalid_grant",
      error_description: "reauth related error (invalid_rapt)",
      error_subtype: "invalid_rapt",
    });
    expect(await sandbox.control.isAlive(google.grantId, google.refreshToken)).toBe(true);
  });

  test("lies about time", async () => {
    await sandbox.control.fault({ dateOffsetSeconds: -3_600, expiresIn: 1e12, refreshExpiresIn: -5, when: "always" });
    const { headers, body } = await exchange(grant);
    expect(headers.date).toBe("Sat, 21 Nov 2026 23:00:00 GMT");
    expect(body).toMatchObject({ expires_in: 1e12, refresh_token_expires_in: -5 });
  });

  test.each([
    { status: 500, body: "boom" },
    { status: 400, body: { error_description: "no" } },
  ])("echoes presented secrets, raw and encoded: %j", async (answer) => {
    await sandbox.control.fault({ answer, echo: true });
    const { headers, bytes } = await present(grant);
    for (const secret of [grant.refreshToken, grant.clientSecret ?? ""]) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
        expect(bytes.toString()).toContain(form);
        expect(headers["x-echo"]).toContain(form);
        expect(headers["www-authenticate"]).toContain(form);
      }
    }
  });
});

describe("which requests", () => {
  test("always, so many times, the n-th, by path, by grant; cleared by id", async () => {
    const { control } = sandbox;
    const other = await control.consent("oauth2", { reuse: "retry-safe" });
    const busy = await control.fault({ match: { grant: other.grantId }, when: { times: 2 }, answer: { status: 503 } });
    await control.fault({ match: { path: "/tiktok/*" }, when: "always", answer: { status: 500 } });
    expect((await present(grant)).status).toBe(200);
    expect((await present(other)).status).toBe(503);
    await control.clearFaults(busy);
    expect((await present(other)).status).toBe(200);
    await control.fault({ match: { grant: other.grantId }, when: { nth: [2, 3] }, answer: { status: 418 } });
    const seen: number[] = [];
    for (let count = 0; count < 4; count += 1) seen.push((await present(other)).status);
    expect(seen).toEqual([200, 418, 418, 200]);
    expect((await send(`${sandbox.url}/tiktok/v2/user/info/`)).status).toBe(500);
    await control.clearFaults();
    expect((await send(`${sandbox.url}/tiktok/v2/user/info/`)).status).toBe(401);
  });

  test("effects add up, deciding ones queue", async () => {
    const { control } = sandbox;
    const patient = await control.consent("oauth2", { reuse: "retry-safe" });
    await control.fault({ when: "always", dateOffsetSeconds: 60 });
    await control.fault({ answer: { status: 500 } });
    await control.fault({ answer: { status: 502 } });
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { status, headers } = await present(patient);
      seen.push([status, headers.date]);
    }
    const late = "Sun, 22 Nov 2026 00:01:00 GMT";
    expect(seen).toEqual([
      [500, late],
      [502, late],
      [200, late],
    ]);
  });

  test("a delay on the virtual clock ends when the clock is moved", async () => {
    const { control } = sandbox;
    await control.fault({ delay: { seconds: 30, milliseconds: 1, at: "after" } });
    const answer = present(grant);
    await control.arrived({ endpoint: "token" }, 1, { stage: "committed" });
    expect(await successor()).not.toBe(grant.refreshToken);
    expect((await control.ledger()).entries).toMatchObject([{ delivery: "pending" }]);
    await control.advance(30);
    expect((await answer).status).toBe(200);
  });
});

describe("rewritten answers", () => {
  test("a template is filled with the tokens that were really issued", async () => {
    const body = '{"d":[{"at":{{access_token|json}},"rt":"{{refresh_token}}","in":{{expires_in}},"x":"{{unknown}}"}]}';
    await sandbox.control.fault({
      rewrite: { status: 201, body, contentType: "text/plain", headers: { "X-Odd": "1" } },
    });
    const { status, headers, bytes } = await present(grant);
    const [found] = (JSON.parse(bytes.toString()) as { d: Record<string, unknown>[] }).d;
    expect(found).toMatchObject({ rt: await successor(), in: 3_600, x: "{{unknown}}" });
    expect([status, headers["content-type"], headers["x-odd"]]).toEqual([201, "text/plain", "1"]);
  });

  test("form encoding and base64", async () => {
    await sandbox.control.fault({
      rewrite: { body: "refresh_token={{refresh_token|url}}&b={{refresh_token|base64}}" },
    });
    const form = new URLSearchParams((await present(grant)).bytes.toString());
    expect(form.get("refresh_token")).toBe(await successor());
    expect(Buffer.from(form.get("b") ?? "", "base64").toString()).toBe(await successor());
  });

  test.each([
    ["gzip", gunzipSync],
    ["deflate", inflateSync],
    ["br", brotliDecompressSync],
  ] as const)("%s", async (encoding, undo) => {
    await sandbox.control.fault({ rewrite: { encoding } });
    const { headers, bytes } = await present(grant);
    expect(headers["content-encoding"]).toBe(encoding);
    expect(JSON.parse(undo(bytes).toString())).toMatchObject({ refresh_token: await successor() });
  });

  test("damaged gzip does not unpack", async () => {
    await sandbox.control.fault({ rewrite: { encoding: "gzip-damaged" } });
    const { headers, bytes } = await present(grant);
    expect(headers["content-encoding"]).toBe("gzip");
    expect(() => gunzipSync(bytes)).toThrow();
  });

  test.each([
    ["utf-8", [0xef, 0xbb, 0xbf]],
    ["utf-16le", [0xff, 0xfe]],
    ["utf-16be", [0xfe, 0xff]],
  ] as const)("%s with its byte order mark", async (charset, mark) => {
    await sandbox.control.fault({ rewrite: { charset, bom: true } });
    const { bytes } = await present(grant);
    expect([...bytes.subarray(0, mark.length)]).toEqual(mark);
    expect(JSON.parse(new TextDecoder(charset).decode(bytes))).toMatchObject({ refresh_token: await successor() });
  });

  test("lengths that lie", async () => {
    await sandbox.control.script({ endpoint: "token" }, [
      { rewrite: { body: "0123456789", truncateAt: 4 } },
      { rewrite: { body: "0123456789", contentLength: 6 } },
      { rewrite: { body: "0123456789", contentLength: null } },
      { rewrite: { bodyBase64: Buffer.from([0, 255]).toString("base64"), contentEncoding: "gzip" } },
    ]);
    const patient = await sandbox.control.consent("oauth2", { reuse: "retry-safe" });
    const cut = await present(patient);
    const short = await overSocket(patient);
    const open = await present(patient);
    const bytes = await present(patient);
    expect([cut.headers["content-length"], cut.bytes.toString(), cut.complete]).toEqual(["10", "0123", false]);
    expect(short).toMatch(/content-length: 6\r\n/);
    expect(short).toMatch(/0123456789$/);
    expect([open.headers["content-length"], open.bytes.toString()]).toEqual([undefined, "0123456789"]);
    expect([...bytes.bytes, bytes.headers["content-encoding"]]).toEqual([0, 255, "gzip"]);
  });

  test("a refusal is not turned into a success without tokens", async () => {
    await sandbox.control.fault({ rewrite: { body: '{"refresh_token":"{{refresh_token}}"}' } });
    expect(JSON.parse((await present(grant, "rt_unknown")).bytes.toString())).toMatchObject({ error: "invalid_grant" });
  });
});
