import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { testIO, testWriteBack } from "@tokenward/testing";
import { awsEnvironment, startFront, startMoto, unavailable, type Front, type Moto } from "tokenward-counterparts/aws";
import aws from "./index.ts";

const missing = unavailable();
describe.skipIf(missing !== undefined)(`on moto${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(async () => await moto.close());

  testWriteBack(
    { describe, it },
    async () => {
      for (const [name, value] of Object.entries(awsEnvironment)) vi.stubEnv(name, value);
      const front: Front = await startFront(moto.port);
      const prefix = `suite-${randomUUID()}`;
      const make = () => aws({ prefix, endpoint: front.url, access_token: true });
      return {
        writeBack: make(),
        io: testIO(),
        another: async () => await Promise.resolve(make()),
        refuseWrites: async () => {
          await Promise.resolve();
          front.trouble = ({ action }) =>
            action === "GetSecretValue" ? undefined : { error: "AccessDeniedException", message: "not authorized" };
        },
        refuseReads: async () => {
          await Promise.resolve();
          front.trouble = ({ action }) =>
            action === "GetSecretValue" ? { error: "AccessDeniedException", message: "not authorized" } : undefined;
        },
        hang: async () => {
          await Promise.resolve();
          front.trouble = () => ({ hang: true });
        },
        interrupt: async (writes) => {
          await Promise.resolve();
          // One try only, as a process has that is killed.
          vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
          let left = writes;
          front.trouble = ({ action }) => {
            if (left === 0) return { drop: true };
            if (action === "GetSecretValue" || --left > 0) return undefined;
            return { drop: true, after: true };
          };
          return async () => {
            await Promise.resolve();
            front.trouble = undefined;
          };
        },
        pauseWrite: async () => {
          await Promise.resolve();
          const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
          front.trouble = ({ action }) => {
            if (action === "GetSecretValue") return undefined;
            front.trouble = undefined;
            reached.resolve();
            return { wait: released.promise };
          };
          return { reached: reached.promise, release: released.resolve };
        },
        tooLong: 65_536,
        dispose: async () => await front.close(),
      };
    },
    { without: { contents: "jobs read these tokens as they are" } },
  );
});
