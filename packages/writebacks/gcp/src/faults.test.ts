import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nothingStored } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { status, type GcpTrouble } from "tokenward-counterparts/gcp";
import { refusalOf as reasonFor } from "./refusal.ts";
import { id, refusalOf, secretId, shape, startGround, type Ground } from "./test/ground.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await startGround();
});
afterEach(async () => await ground.server.close());

const { PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAUTHENTICATED } = status;
const refusals: readonly (readonly [string, GcpTrouble, RegExp, RegExp])[] = [
  [
    "no permission",
    { code: PERMISSION_DENIED },
    /may not do secretmanager\.\w+\.\w+ with the secret/,
    /Give them a role/,
  ],
  [
    "expired credentials",
    { code: UNAUTHENTICATED, reason: "ACCESS_TOKEN_EXPIRED" },
    /does not accept the credentials \(ACCESS_TOKEN_EXPIRED\)/,
    /Get new ones/,
  ],
  ["the API is off", { code: PERMISSION_DENIED, reason: "SERVICE_DISABLED" }, /API is not enabled/, /services enable/],
  [
    "no such project",
    { code: PERMISSION_DENIED, reason: "CONSUMER_INVALID" },
    /no project tokenward-tests/,
    /`project`/,
  ],
  ["no billing", { code: PERMISSION_DENIED, reason: "BILLING_DISABLED" }, /no billing account/, /Attach one/],
  [
    "a perimeter",
    { code: PERMISSION_DENIED, reason: "SECURITY_POLICY_VIOLATED" },
    /service perimeter/,
    /ingress rules/,
  ],
  ["throttling", { code: RESOURCE_EXHAUSTED, reason: "RATE_LIMIT_EXCEEDED" }, /asks for patience/, /Wait a minute/],
  ["a quota", { code: RESOURCE_EXHAUSTED, reason: "RESOURCE_QUOTA_EXCEEDED" }, /has reached a quota/, /Raise it/],
  ["a rejected value", { code: status.INVALID_ARGUMENT }, /rejects what was to be written/, /64 KiB/],
  ["an outage", { code: status.UNAVAILABLE }, /problem of its own \(UNAVAILABLE\)/, /Wait until/],
  ["an internal error", { code: status.INTERNAL }, /problem of its own \(INTERNAL\)/, /Wait until/],
  ["silence", { hang: true }, /did not answer within 1\.5 s/, /Check the network/],
  ["a reset", { drop: true }, /cannot be reached \([A-Za-z ]+\)/, /Check the network/],
  ["something new", { code: status.OUT_OF_RANGE }, /refused secretmanager\.\w+\.\w+ \(11\)/, /Check `project`/],
];

describe("says in a sentence of its own, wherever it comes:", () => {
  it.each(refusals)("%s", async (_name, trouble, reason, remedy) => {
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    const writeBack = ground.writeBackOf({ timeout: 1500 });
    // Reading the SDK is not part of what is timed.
    await writeBack.read(id, testIO());
    ground.server.trouble = () => trouble;
    const calls: readonly (readonly [string, Promise<unknown>])[] = [
      ["ERR_WRITEBACK_UNREADABLE", writeBack.read(id, testIO())],
      ["ERR_WRITEBACK_UNWRITABLE", writeBack.probe(id, shape, testIO())],
      ["ERR_WRITEBACK_UNWRITABLE", writeBack.claim(id, ground.intentOf("i", 1), ground.version(1), testIO())],
      ["ERR_WRITEBACK_SAVE_FAILED", writeBack.save(id, ground.grantOf(2), ground.version(1), testIO())],
      ["ERR_WRITEBACK_UNWRITABLE", writeBack.retire(id, ground.version(1), testIO())],
    ];
    const errors = await Promise.all(calls.map(async ([, call]) => await refusalOf(call)));
    for (const [index, error] of errors.entries()) {
      expect(error.code).toBe(calls[index]?.[0]);
      expect(String(error.facts["reason"])).toMatch(reason);
      expect(String(error.facts["remedy"])).toMatch(remedy);
      expect(`${error.message} ${error.fix} ${String(error.cause)}`).not.toMatch(/rft\.|act\./);
    }
    ground.server.trouble = undefined;
    expect((await ground.writeBackOf().read(id, testIO()))?.generation).toBe(1);
  });
});

const writes = ["AddSecretVersion", "UpdateSecret", "DestroySecretVersion", "CreateSecret"];

describe("only the writes fail:", () => {
  it("a permission that is missing for the add alone is found by the probe, and nothing is added", async () => {
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    ground.server.permissions.delete("secretmanager.versions.add");
    const probed = await refusalOf(ground.writeBackOf().probe(id, shape, testIO()));
    expect(probed.message).toMatch(/may not do secretmanager\.versions\.add with the secret tokenward-tiktok_brand-a/);
    const saved = await refusalOf(ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO()));
    expect(saved.message).toMatch(/may not do secretmanager\.versions\.add/);
    expect(ground.states()).toEqual(["ENABLED"]);
  });

  it("a place that does not know its permissions is probed by a change alone", async () => {
    ground.server.trouble = ({ method }) =>
      method === "TestIamPermissions" ? { code: status.UNIMPLEMENTED } : undefined;
    await ground.writeBackOf().probe(id, shape, testIO());
    expect(ground.server.calls.map(({ method }) => method)).toContain("CreateSecret");
    ground.server.permissions.delete("secretmanager.secrets.update");
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    expect((await refusalOf(ground.writeBackOf().probe(id, shape, testIO()))).message).toMatch(/secrets\.update/);
  });

  it("a secret that somebody else changes all the time is said to be one", async () => {
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    ground.server.trouble = ({ method }) => (writes.includes(method) ? { code: status.ABORTED } : undefined);
    const probed = await refusalOf(ground.writeBackOf().probe(id, shape, testIO()));
    expect(probed.message).toMatch(/somebody else changes the secret .* again and again/);
    const saved = await refusalOf(ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO()));
    expect(saved.message).toMatch(/somebody else changes the secret .* again and again/);
  });

  it("a token that is too long is refused before it is spent", async () => {
    const refused = await refusalOf(ground.writeBackOf().probe(id, { longestToken: 40_000, rotates: true }, testIO()));
    expect(refused.message).toMatch(/more than a version of a secret may hold \(65536\)/);
  });
});

it("waits out what is only throttled", async () => {
  let refused = 0;
  ground.server.trouble = () => (++refused % 2 === 1 ? { code: RESOURCE_EXHAUSTED } : undefined);
  await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
  expect(await ground.writeBackOf().read(id, testIO())).toMatchObject({ generation: 1 });
  expect(ground.states()).toEqual(["ENABLED"]);
});

it("ends when its caller does, although nothing answers", async () => {
  ground.server.trouble = () => ({ hang: true });
  const caller = new AbortController();
  const reading = refusalOf(ground.writeBackOf().read(id, testIO({ signal: caller.signal })));
  caller.abort();
  expect((await reading).code).toBe("ERR_WRITEBACK_UNREADABLE");
});

it("says that no project is configured, and takes it from the environment", async () => {
  const writeBack = ground.writeBackOf({ project: undefined });
  expect((await refusalOf(writeBack.read(id, testIO()))).message).toMatch(/no Google Cloud project is configured/);
  const env = { GOOGLE_CLOUD_PROJECT: ground.server.project };
  expect(await writeBack.target(id, testIO({ env }))).toBe(ground.target);
});

it("names a damaged note beside the secret, and does not take it for none", async () => {
  ground.server.store.create(secretId, { annotations: { tokenward: '{"v":1,"serial":' } });
  expect((await refusalOf(ground.writeBackOf().read(id, testIO()))).message).toMatch(
    /annotation "tokenward" .* damaged/,
  );
});

it("says that there are no credentials, again and again, and lets the process live", async () => {
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json");
  const writeBack = ground.writeBackOf({ endpoint: undefined });
  for (const _again of [1, 2]) {
    const refused = await refusalOf(writeBack.read(id, testIO()));
    expect(refused).toMatchObject({ code: "ERR_WRITEBACK_UNREADABLE" });
    expect(String(refused.facts["reason"])).toBe("no Google Cloud credentials were found");
    expect(String(refused.facts["remedy"])).toMatch(/GOOGLE_APPLICATION_CREDENTIALS/);
  }
});

it("says that credentials are not accepted which no token can be had for", async () => {
  const thrown = Object.assign(new Error("made by a test"), {
    code: status.UNAVAILABLE,
    details: "Getting metadata from plugin failed with error: invalid_grant",
  });
  const asked = { project: "p", secret: "s", permission: "secretmanager.secrets.get", milliseconds: 1 };
  expect(reasonFor(thrown, asked).reason).toMatch(/^Google does not accept the credentials/);
});
