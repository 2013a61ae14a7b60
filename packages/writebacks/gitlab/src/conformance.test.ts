import { describe, it } from "vitest";
import { secret, type PluginIO } from "@tokenward/core";
import { temporaryIdentity, testIO, testWriteBack } from "@tokenward/testing";
import { startGitlabServer } from "tokenward-counterparts/gitlab";
import gitlab from "./index.ts";

describe.each(["variables", "record"] as const)("layout: %s", (layout) => {
  testWriteBack(
    { describe, it },
    async () => {
      const server = await startGitlabServer();
      server.tokenEnd = "2027-05-01";
      const identity = temporaryIdentity();
      // As on a runner, where it comes from a secret: it is there before anything is sealed.
      await identity.ensure({ sealedDataExists: false });
      const make = (project: string) =>
        gitlab({ url: server.url, project, token: secret(server.token), layout, timeout: 30_000 });
      const { variables } = server.project;
      const plain = testIO({ identity });
      let held: { readonly reach: () => void; readonly released: Promise<void> } | undefined;
      const send: PluginIO["http"]["send"] = async (request, options) => {
        if (request.method !== "GET" && held !== undefined) {
          const { reach, released } = held;
          held = undefined;
          reach();
          await released;
        }
        return await plain.http.send(request, options);
      };
      return {
        writeBack: make("agency/posting"),
        io: { ...plain, http: { send } },
        // A configuration in which two grants have one name in the environment is refused.
        grants: ["tiktok/brand-a", "tiktok", "tiktok/brand", "youtube"],
        another: async () => await Promise.resolve(make("42")),
        refuseWrites: async () => {
          await Promise.resolve();
          const answer = { status: 403, body: { message: "403 Forbidden" } };
          server.trouble = ({ method }) => (method === "GET" ? undefined : { answer });
        },
        refuseReads: async () => {
          await Promise.resolve();
          const answer = { status: 403, body: { message: "403 Forbidden" } };
          server.trouble = ({ method }) => (method === "GET" ? { answer } : undefined);
        },
        hang: async () => {
          await Promise.resolve();
          server.trouble = () => ({ hang: true });
        },
        interrupt: async (writes) => {
          let left = writes;
          server.trouble = ({ method }) => {
            if (left === 0) return { drop: true };
            if (method === "GET" || --left > 0) return undefined;
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
          held = { reach: reached.resolve, released: released.promise };
          return { reached: reached.promise, release: released.resolve };
        },
        // One environment variable holds no more.
        tooLong: 131_072,
        ...(layout === "record"
          ? {
              contents: async () =>
                await Promise.resolve(new Map(variables.list().map(({ key, value }) => [key, Buffer.from(value)]))),
            }
          : {}),
        dispose: async () => await server.close(),
      };
    },
    layout === "variables" ? { without: { contents: "jobs read these tokens as they are" } } : {},
  );
});
