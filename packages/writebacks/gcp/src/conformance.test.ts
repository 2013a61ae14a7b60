import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { testIO, testWriteBack } from "@tokenward/testing";
import { gcpEnvironment, startGcpServer, status, type GcpCall, type GcpServer } from "tokenward-counterparts/gcp";
import gcp from "./index.ts";

const writes = [
  "secretmanager.secrets.create",
  "secretmanager.secrets.update",
  "secretmanager.versions.add",
  "secretmanager.versions.destroy",
];
const reads = ["secretmanager.secrets.get", "secretmanager.versions.access"];
const isWrite = ({ method }: GcpCall): boolean => /^(?:Add|Create|Destroy|Disable|Update)/.test(method);

describe("on a server made from Google's description", () => {
  let server: GcpServer;
  let prefixes = 0;
  beforeAll(async () => {
    server = await startGcpServer();
  });
  afterAll(async () => await server.close());

  testWriteBack(
    { describe, it },
    async () => {
      await Promise.resolve();
      for (const [name, value] of Object.entries(gcpEnvironment)) vi.stubEnv(name, value);
      prefixes += 1;
      const options = {
        project: server.project,
        prefix: `suite-${prefixes}`,
        endpoint: server.url,
        access_token: true,
      };
      const make = () => gcp(options);
      const without = async (permissions: readonly string[]): Promise<void> => {
        await Promise.resolve();
        for (const permission of permissions) server.permissions.delete(permission);
      };
      return {
        writeBack: make(),
        io: testIO(),
        another: async () => await Promise.resolve(make()),
        refuseWrites: async () => await without(writes),
        refuseReads: async () => await without(reads),
        hang: async () => {
          await Promise.resolve();
          server.trouble = () => ({ hang: true });
        },
        interrupt: async (count) => {
          await Promise.resolve();
          let left = count;
          server.trouble = (call) => {
            // Refused instead of dropped, so that nobody tries again for long.
            if (left === 0) return { code: status.UNAUTHENTICATED };
            if (!isWrite(call) || --left > 0) return undefined;
            return { drop: true, after: true };
          };
          return async () => {
            await Promise.resolve();
            server.trouble = undefined;
          };
        },
        pauseWrite: async () => {
          await Promise.resolve();
          const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
          server.pause = (call) => {
            if (!isWrite(call)) return undefined;
            server.pause = undefined;
            reached.resolve();
            return released.promise;
          };
          return { reached: reached.promise, release: released.resolve };
        },
        tooLong: 65_536,
        dispose: async () => {
          await Promise.resolve();
          server.trouble = undefined;
          server.pause = undefined;
          for (const permission of [...writes, ...reads]) server.permissions.add(permission);
        },
      };
    },
    { without: { contents: "jobs read these tokens as they are" } },
  );
});
