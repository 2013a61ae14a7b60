import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact } from "./redactor.ts";
import { secret } from "./secret.ts";

describe("redact", () => {
  it("hides a secret raw and in every encoding, wherever it stands in a text", () => {
    const token = fc.string({ minLength: 12, maxLength: 40, unit: "grapheme-ascii" }).map((tail) => `sntl${tail}`);
    fc.assert(
      fc.property(token, fc.string(), fc.string(), (value, before, after) => {
        secret(value);
        const forms = [
          value,
          encodeURIComponent(value),
          JSON.stringify(value).slice(1, -1),
          Buffer.from(value).toString("hex"),
        ];
        for (const form of forms) expect(redact(`${before}${form}${after}`)).not.toContain(form);
      }),
    );
  });

  it("leaves a text without secrets as it is", () => {
    expect(redact("nothing to see here")).toBe("nothing to see here");
  });
});
