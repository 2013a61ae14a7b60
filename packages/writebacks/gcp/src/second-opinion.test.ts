import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { testIO, writeBackCases } from "@tokenward/testing";
import {
  emulatorUnavailable,
  gcpEnvironment,
  startGcpEmulator,
  startGcpServer,
  type GcpEmulator,
  type GcpServer,
} from "tokenward-counterparts/gcp";
import gcp from "./index.ts";
import { secretsApi, type Caller } from "./secrets-api.ts";

const missing = emulatorUnavailable();
const project = "second-opinion";

describe.skipIf(missing !== undefined)(
  `on gcp-secret-manager-emulator${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let emulator: GcpEmulator;
    let server: GcpServer;
    beforeAll(async () => {
      for (const [name, value] of Object.entries(gcpEnvironment)) vi.stubEnv(name, value);
      emulator = await startGcpEmulator();
      server = await startGcpServer();
    });
    afterAll(async () => {
      await emulator.close();
      await server.close();
    });

    let prefixes = 0;
    for (const { name, run } of writeBackCases.filter(({ needs }) => needs.every((need) => need === "another"))) {
      const reason = beyondIt(name);
      it.skipIf(reason !== undefined)(`${name}${reason === undefined ? "" : ` (skipped: ${reason})`}`, async () => {
        for (const [variable, value] of Object.entries(gcpEnvironment)) vi.stubEnv(variable, value);
        prefixes += 1;
        const options = { project, prefix: `suite-${prefixes}`, endpoint: emulator.url, access_token: true };
        await run({
          writeBack: gcp(options),
          io: testIO(),
          another: async () => await Promise.resolve(gcp(options)),
          dispose: async () => await Promise.resolve(),
        });
      });
    }

    it("gives the same answers as our own server to the calls that are made", async () => {
      for (const [name, value] of Object.entries(gcpEnvironment)) vi.stubEnv(name, value);
      const ours = await played(server.url, server.project);
      expect(ours).toEqual(await played(emulator.url, project));
    });
  },
);

// It compares no etag, so of two who write the same note both win: what claims and rivals are about.
function beyondIt(name: string): string | undefined {
  return /two (?:saves|claims|claimants)|at once|rival|nobody else/i.test(name)
    ? "the emulator compares no etag"
    : undefined;
}

/** One life of a secret, call by call, as far as the emulator goes. */
async function played(endpoint: string, inProject: string): Promise<readonly unknown[]> {
  const api = secretsApi({ endpoint, project: inProject });
  const caller: Caller = { grant: "tiktok", io: testIO(), code: "ERR_WRITEBACK_UNREADABLE" };
  const id = "tokenward-tiktok";
  const seen: unknown[] = [];
  const note = (what: string, answer: unknown): void => void seen.push([what, answer]);
  const text = (content: unknown): unknown =>
    content instanceof Uint8Array ? Buffer.from(content).toString() : content;
  const annotations = async (): Promise<unknown> => (await api.secret(id, caller))?.annotations;

  note("no secret", await api.secret(id, caller));
  note("no version of none", await api.version(id, 1, caller));
  const made = await api.create(id, { a: "1" }, caller);
  note("created", made === "there already" ? made : made.annotations);
  note("created again", await api.create(id, {}, caller));
  note("still the first", await annotations());
  note("no version", await api.version(id, 1, caller));
  for (const value of ["one", "two", "three"]) {
    const added = await api.add(id, Buffer.from(value), caller);
    note(`added ${value}`, "number" in added ? added.number : added.doubt.code);
  }
  note("by number", text(await api.version(id, 2, caller)));
  note("beyond the newest", await api.version(id, 4, caller));
  await api.close(id, 1, "disable", caller);
  note("disabled", [await api.version(id, 1, caller), await api.stateOf(id, 1, caller)]);
  await api.close(id, 2, "destroy", caller);
  note("destroyed", [await api.version(id, 2, caller), await api.stateOf(id, 2, caller)]);
  note("numbers go on", text(await api.version(id, 3, caller)));
  const etag = (await api.secret(id, caller))?.etag ?? "";
  const changed = await api.annotate(id, etag, { b: "2" }, caller);
  note("annotated", changed === "changed" ? changed : changed.annotations);
  note("read back", await annotations());
  return seen;
}
