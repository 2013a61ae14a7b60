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
        dispose: async () => await front.close(),
      };
    },
    { without: { contents: "jobs read these tokens as they are" } },
  );
});
