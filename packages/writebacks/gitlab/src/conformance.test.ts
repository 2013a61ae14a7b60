import { describe, it } from "vitest";
import { secret } from "@tokenward/core";
import { temporaryIdentity, testIO, testWriteBack } from "@tokenward/testing";
import { startGitlabServer } from "tokenward-counterparts/gitlab";
import gitlab from "./index.ts";

describe.each(["variables", "record"] as const)("layout: %s", (layout) => {
  testWriteBack(
    { describe, it },
    async () => {
      const server = await startGitlabServer();
      const identity = temporaryIdentity();
      // As on a runner, where it comes from a secret: it is there before anything is sealed.
      await identity.ensure({ sealedDataExists: false });
      const make = (project: string) =>
        gitlab({ url: server.url, project, token: secret(server.token), layout, timeout: 5000 });
      const { variables } = server.project;
      return {
        writeBack: make("agency/posting"),
        io: testIO({ identity }),
        // A configuration in which two grants have one name in the environment is refused.
        grants: ["tiktok/brand-a", "tiktok", "tiktok/brand", "youtube"],
        another: async () => await Promise.resolve(make("42")),
        refuseWrites: async () => {
          await Promise.resolve();
          const answer = { status: 403, body: { message: "403 Forbidden" } };
          server.trouble = ({ method }) => (method === "GET" ? undefined : { answer });
        },
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
