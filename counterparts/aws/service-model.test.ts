import { describe, expect, it } from "vitest";
import { startFront } from "./front.ts";
import { noServiceModel, readServiceModel, requestFaults, type ServiceModel } from "./service-model.ts";

const missing = noServiceModel();

describe.skipIf(missing !== undefined)(
  `the service model of Secrets Manager${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    const token = "0123456789abcdef0123456789abcdef";
    const put = { SecretId: "tokenward/tiktok", ClientRequestToken: token, SecretString: "{}" };
    const cases: readonly (readonly [string, string, unknown, RegExp | undefined])[] = [
      ["a request as it should be", "PutSecretValue", { ...put, VersionStages: ["TOKENWARD_NEXT"] }, undefined],
      ["an operation that there is not", "SetSecretValue", put, /no operation/],
      ["a member that is missing", "PutSecretValue", { SecretString: "{}" }, /PutSecretValue\.SecretId is missing/],
      ["a member that there is not", "PutSecretValue", { ...put, Stage: "x" }, /PutSecretValue\.Stage is not known/],
      ["a short token", "PutSecretValue", { ...put, ClientRequestToken: "short" }, /5 bytes, fewer than 32/],
      ["a long value", "PutSecretValue", { ...put, SecretString: "x".repeat(65_537) }, /65537 bytes, more than 65536/],
      ["a long value in bytes", "PutSecretValue", { ...put, SecretString: "ä".repeat(32_769) }, /65538 bytes/],
      ["no stage", "PutSecretValue", { ...put, VersionStages: [] }, /0 items, fewer than 1/],
      ["a stage that is no text", "PutSecretValue", { ...put, VersionStages: [7] }, /VersionStages\[0\] is not text/],
      ["a list that is none", "PutSecretValue", { ...put, VersionStages: "x" }, /VersionStages is not a list/],
      ["a pattern", "PutSecretValue", { ...put, RotationToken: "_".repeat(40) }, /RotationToken does not match/],
      ["null", "GetSecretValue", { SecretId: null }, /GetSecretValue\.SecretId is not text/],
      ["no object", "GetSecretValue", "x", /GetSecretValue is not an object/],
    ];
    it.each(cases)("on %s", (_name, action, input, expected) => {
      const faults = requestFaults(readServiceModel() as ServiceModel, action, input);
      if (expected === undefined) expect(faults).toEqual([]);
      else expect(faults.join("; ")).toMatch(expected);
      // What it says can be printed.
      expect(faults.join()).not.toContain("xxx");
    });

    it("turns a request away that it does not allow, before any service sees it", async () => {
      const front = await startFront(1);
      try {
        const answer = await fetch(front.url, {
          method: "POST",
          headers: { "x-amz-target": "secretsmanager.PutSecretValue" },
          body: JSON.stringify({ ...put, ClientRequestToken: "short" }),
        });
        expect([answer.status, await answer.json()]).toMatchObject([400, { __type: "ValidationException" }]);
        expect(front.mistakes).toEqual(["PutSecretValue.ClientRequestToken has 5 bytes, fewer than 32"]);
      } finally {
        await front.close();
      }
    });
  },
);
