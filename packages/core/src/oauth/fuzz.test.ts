import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Grant } from "../grant.ts";
import type { HttpAnswer } from "../http/message.ts";
import { secret } from "../secret.ts";
import type { TokenDialect } from "./dialect.ts";
import { interpretTokenAnswer } from "./interpret.ts";

const now = new Date("2026-11-22T12:00:00Z");
const grant: Grant = { id: "crm", platform: "crm", refreshToken: secret("old-refresh-token") };
const dialect: TokenDialect = { url: "https://crm.example/token" };

function answer(body: string | Uint8Array, more: Partial<HttpAnswer> = {}): HttpAnswer {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: bytes,
    truncated: false,
    receivedAt: now,
    ...more,
  };
}

const token = fc.stringMatching(/^[A-Za-z0-9._~+/=|!-]{12,40}$/);
const position = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/** Answers of real platforms' shapes, whose tokens are known. */
const realAnswers = fc
  .record({ access: token, refresh: token, shape: fc.nat(5), pretty: fc.boolean() })
  .map((known) => {
    const flat = {
      access_token: `a.${known.access}`,
      expires_in: 7200,
      open_id: "afd97af1",
      refresh_token: `r.${known.refresh}`,
      refresh_expires_in: 15_552_000,
      scope: "user.info.basic,video.publish",
      token_type: "Bearer",
    };
    const shapes = [
      flat,
      { refresh_token: flat.refresh_token, access_token: flat.access_token },
      { code: 0, message: "OK", data: flat },
      { data: [flat] },
      { ok: true, authed_user: { id: "U1", ...flat } },
      { ...flat, note: 'quotes \\" and {braces}, "refresh": [1]' },
    ];
    return {
      text: JSON.stringify(shapes[known.shape], undefined, known.pretty ? 2 : undefined),
      refresh: flat.refresh_token,
      access: flat.access_token,
    };
  });

describe("interpretTokenAnswer", () => {
  test("never throws, never invents a token, never makes an invalid date, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => Buffer.from(text)),
          fc.string().map((text) => Buffer.from(text)),
          fc.uint8Array({ maxLength: 300 }),
          fc
            .record(
              {
                access_token: fc.anything(),
                refresh_token: fc.anything(),
                expires_in: fc.anything(),
                expires_at: fc.anything(),
                refresh_expires_in: fc.oneof(fc.double(), fc.string(), fc.anything()),
                scope: fc.anything(),
                error: fc.anything(),
                data: fc.anything(),
              },
              { requiredKeys: [] },
            )
            .map((value) => Buffer.from(safely(value))),
        ),
        fc.constantFrom(200, 201, 204, 302, 400, 401, 429, 500, 502, 503),
        fc.constantFrom(undefined, "gzip", "br", "deflate", "utf-9"),
        fc.boolean(),
        (body, status, encoding, truncated) => {
          const headers = encoding === undefined ? {} : { "content-encoding": encoding };
          const read = interpretTokenAnswer(dialect, answer(body, { status, headers, truncated }), grant, now);
          if (read.kind === "refused") {
            expect(read.error ?? "none").toMatch(/^[a-z0-9_.-]{1,64}$/);
            return;
          }
          for (const found of [read.accessToken, read.refreshToken]) {
            if (found !== undefined) expect(found.reveal()).toMatch(/^[^\p{C}\uFFFD]+$/u);
          }
          for (const date of [read.accessTokenExpiresAt, read.refreshTokenExpiresAt]) {
            if (date !== undefined) expect(date.getTime()).toBeGreaterThan(now.getTime() - 1);
          }
          for (const scope of read.scopes ?? []) expect(scope.trim()).not.toBe("");
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test("cut anywhere: the whole refresh token or none, and found whenever its closing quote is there", () => {
    fc.assert(
      fc.property(realAnswers, position, fc.boolean(), (real, where, noticed) => {
        const end = Math.floor(where * real.text.length);
        const text = real.text.slice(0, end);
        const read = interpretTokenAnswer(dialect, answer(text, { truncated: noticed }), grant, now);
        const found = read.kind === "exchanged" ? read.refreshToken?.reveal() : undefined;
        const there = text.includes(`"${real.refresh}"`);
        expect(found).toBe(there ? real.refresh : undefined);
        if (read.kind === "exchanged") expect(read.malformed).toBeDefined();
        else expect(read.class).toBe("in-doubt");
      }),
      { numRuns: 2_000 },
    );
  });

  test("damaged outside its tokens: the refresh token that was sent, or none, and found unless its name is hit", () => {
    fc.assert(
      fc.property(realAnswers, position, fc.integer({ min: 0x20, max: 0x7e }), (real, where, byte) => {
        const at = Math.floor(where * real.text.length);
        const start = real.text.indexOf(`"refresh_token"`);
        const value = real.text.indexOf(`"${real.refresh}"`);
        const access = real.text.indexOf(real.access);
        // What happens to a token's own characters, nobody can tell.
        fc.pre(!(at > value && at <= value + real.refresh.length));
        fc.pre(!(at >= access && at < access + real.access.length));
        const damaged = Buffer.from(real.text);
        damaged[at] = byte;
        const read = interpretTokenAnswer(dialect, answer(damaged), grant, now);
        const found = read.kind === "exchanged" ? read.refreshToken?.reveal() : undefined;
        const frameHit = at >= start && at <= value + real.refresh.length + 1;
        if (frameHit) expect([real.refresh, undefined]).toContain(found);
        else expect(found).toBe(real.refresh);
      }),
      { numRuns: 3_000 },
    );
  });
});

function safely(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "{}";
  }
}
