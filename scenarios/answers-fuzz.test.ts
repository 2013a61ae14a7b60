import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, memoryState, secret, systemClock, withTraits, type GrantPlan } from "@tokenward/core";
import { oauth2 } from "@tokenward/refresher-oauth2";
import { tiktok } from "@tokenward/refresher-tiktok";
import { createSandbox, oauth2Platform, tiktokPlatform, type Rewrite, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, type MemoryWriteBack } from "@tokenward/testing";
import { seed } from "./harness/seed.ts";

const runs = { full: 2_000, soak: 100_000 }[process.env["TOKENWARD_SCALE"] ?? ""] ?? 200;

/** What became of one exchange whose answer was rewritten. The platform did rotate. */
interface Outcome {
  readonly action: string;
  /** What the write-back holds now: the token that was presented, the one that was issued, or something else. */
  readonly kept: "presented" | "issued" | "something else";
  /** What the platform's ledger says after the next run, which got an honest answer if it asked. */
  readonly next: { readonly action: string; readonly requests: number; readonly replays: number };
}

describe.each(["crm", "tiktok"] as const)("answers that nobody thought of, on %s", (platform) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "crm" }), tiktokPlatform()] });
  });
  afterAll(async () => await sandbox.close());

  /** A new grant, one exchange whose answer is rewritten, and one run after it by a process without any memory. */
  const receive = async (rewrite: Rewrite): Promise<Outcome> => {
    const { control } = sandbox;
    const consent = await control.consent(platform);
    const token_url = consent.tokenUrl;
    const writeBack = memoryWriteBack();
    const plan: GrantPlan = {
      id: platform,
      refresher:
        platform === "tiktok"
          ? tiktok({ token_url })
          : withTraits(oauth2({ token_url, cadence: "every-run" }), { rotation: "always" }),
      client: { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] },
      writeBack,
      writeBackName: "memory",
    };
    const state = memoryState();
    // Nothing here waits for its own sake.
    const clock = { ...systemClock, sleep: async () => await Promise.resolve() };
    const engine = createEngine({ state, clock, env: {}, exchangeDeadline: 5_000 });
    await engine.importGrant(plan, { refreshToken: secret(consent.refreshToken) });
    const of = { grant: consent.grantId };

    await control.fault({ match: { ...of, endpoint: "token" }, rewrite });
    const { action } = await engine.refresh(plan);
    const stored = tokenIn(writeBack, platform);
    const issued = await control.currentRefreshToken(consent.grantId);
    const kept = stored === consent.refreshToken ? "presented" : stored === issued ? "issued" : "something else";
    // Whoever was told in doubt remembers; whoever was told a token has nothing but the write-back.
    const following = kept === "issued" ? createEngine({ state: memoryState(), clock, env: {} }) : engine;
    const before = await control.counts(of);
    const after = await following.refresh(plan);
    const { requests, replays } = await control.counts(of);
    return { action, kept, next: { action: after.action, requests: requests - before.requests, replays } };
  };

  const expectSaved = ({ action, kept, next }: Outcome): void => {
    expect({ action, kept }).toEqual({ action: "rotated", kept: "issued" });
    expect(next).toEqual({ action: "rotated", requests: 1, replays: 0 });
  };
  /** Saved whole, or in doubt and left alone: there is nothing in between. */
  const expectSafe = (outcome: Outcome): void => {
    if (outcome.kept === "issued") expect(outcome.next).toEqual({ action: "rotated", requests: 1, replays: 0 });
    else {
      expect(outcome).toEqual({
        action: "in-doubt",
        kept: "presented",
        next: { action: "in-doubt", requests: 0, replays: 0 },
      });
    }
  };

  it(`${runs} ways to wrap and pack tokens: each is found and saved`, async () => {
    await fc.assert(
      fc.asyncProperty(wrapped, packing, async (body, how) => expectSaved(await receive({ ...how, body }))),
      { seed, numRuns: runs },
    );
  });

  it(`${runs} ways to damage an answer around its tokens: each is saved whole, or in doubt`, async () => {
    await fc.assert(
      fc.asyncProperty(damaged, status, packing, async (body, code, how) =>
        expectSafe(await receive({ ...how, status: code, body })),
      ),
      { seed, numRuns: runs },
    );
  });

  it(`${runs} ways to cut an answer off: half a token is never taken for a whole one`, async () => {
    const cut = fc.record({ truncateAt: fc.nat(400), tells: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(wrapped, packing, cut, async (body, how, { truncateAt, tells }) =>
        expectSafe(await receive({ ...how, body, truncateAt, ...(tells ? {} : { contentLength: null }) })),
      ),
      { seed, numRuns: runs },
    );
  });

  it(`${runs} answers without any token: in doubt, whatever they are`, async () => {
    const bytes = fc
      .uint8Array({ maxLength: 2_000 })
      .map((body) => ({ bodyBase64: Buffer.from(body).toString("base64") }));
    const texts = fc
      .oneof(
        fc.string(),
        fc.json(),
        fc.json().map((text) => `{"error":${text}}`),
      )
      .map((body) => ({ body }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, texts), status, packing, async (body, code, how) => {
        const { kept, action, next } = await receive({ ...how, ...body, status: code });
        expect(kept).toBe("presented");
        // Some random text is an OAuth error; then it is believed.
        if (action === "in-doubt") expect(next).toEqual({ action: "in-doubt", requests: 0, replays: 0 });
        else expect(["failed", "reauth-required"]).toContain(action);
      }),
      { seed, numRuns: runs },
    );
  });
});

function tokenIn(writeBack: MemoryWriteBack, id: string): string | undefined {
  return writeBack.stored(id)?.refreshToken?.reveal();
}

const status = fc.constantFrom(200, 200, 200, 201, 203, 206, 299, 302, 400, 401, 403, 404, 500, 502, 504);

const packing: fc.Arbitrary<Rewrite> = fc.record(
  {
    charset: fc.constantFrom("utf-8" as const, "utf-16le" as const, "utf-16be" as const),
    bom: fc.constant(true),
    encoding: fc.constantFrom("gzip" as const, "deflate" as const, "br" as const),
    contentType: fc.oneof(
      fc.constantFrom("application/json", "text/plain", "text/html; charset=utf-8", "application/octet-stream"),
      fc.stringMatching(/^[a-z]{1,9}\/[a-z.+-]{1,9}$/),
    ),
  },
  { requiredKeys: [] },
);

const junkName = fc.stringMatching(/^[a-z_]{1,12}$/).filter((name) => !/token|error|code|^scopes?$|expires/.test(name));
const junk = fc.dictionary(junkName, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
const lifetime = fc.oneof(
  fc.constantFrom("{{expires_in}}", '"{{expires_in}}"', "null", "true", "[]", '"soon"', "1e400"),
  fc.double({ noNaN: true }).map((value) => JSON.stringify(value)),
  fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value)),
);

/** The usual fields with junk among them, in any order, with any lifetime and scope. */
const fields = fc
  .tuple(junk, lifetime, fc.jsonValue({ maxDepth: 1 }), fc.infiniteStream(fc.nat(1_000)))
  .map(([more, expires, scope, order]) => {
    const pairs = [
      '"access_token":"{{access_token}}"',
      '"refresh_token":"{{refresh_token}}"',
      `"expires_in":${expires}`,
      `"scope":${JSON.stringify(scope)}`,
      ...Object.entries(more).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`),
    ];
    const placed = pairs.map((pair) => ({ pair, place: order.next().value as number }));
    return `{${placed
      .toSorted((left, right) => left.place - right.place)
      .map(({ pair }) => pair)
      .join(",")}}`;
  });

/** Those fields, somewhere in up to six layers of objects, lists, strings and text around them. */
const wrapped = fc
  .tuple(
    fields,
    fc.array(fc.tuple(fc.constantFrom("object" as const, "list" as const), junk, junkName), { maxLength: 6 }),
    fc.option(fc.constantFrom(")]}',\n", "while(1);", "\n\n", "<!-- x -->", "callback("), { nil: "" }),
  )
  .map(([inner, layers, before]) => {
    const outer = layers.reduce((body, [kind, more, name]) => {
      const rest = Object.entries(more).filter(([key]) => key !== name);
      const around = rest.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`).join("");
      return kind === "list" ? `[${body}]` : `{${around}${JSON.stringify(name)}:${body}}`;
    }, inner);
    return `${before}${outer}`;
  });

const usual =
  '{"access_token":"{{access_token}}","expires_in":{{expires_in}},"refresh_token":"{{refresh_token}}","token_type":"Bearer"}';

/** The usual answer with characters replaced, removed or put in, everywhere but between the quotes of the tokens. */
const damaged = fc
  .array(
    fc.record({
      at: fc.nat(200),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.constant(""),
        fc.constantFrom('"', "{", "}", ",", ":", "\\", "&", "=", "<", "\0"),
        fc.string(),
      ),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((edits) => {
    // A token with its quotes counts as one character that no edit touches.
    const parts = usual.split(/("?\{\{\w+\}\}"?)/).flatMap((part) => (part.includes("{{") ? [part] : part.split("")));
    for (const { at, remove, insert } of edits) {
      const place = at % parts.length;
      const untouchable = parts.slice(place, place + remove).some((part) => part.includes("{{"));
      parts.splice(place, untouchable ? 0 : remove, ...insert.replaceAll("{{", "{").split(""));
    }
    return parts.join("");
  });
