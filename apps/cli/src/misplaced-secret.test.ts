import { createHash } from "node:crypto";
import { redact } from "@tokenward/core";
import { describe, expect, it } from "vitest";
import { rememberMisplacedSecrets } from "./misplaced-secret.ts";

// Random to look at, and the same in every run.
function random(bytes: number): Buffer {
  return createHash("shake256", { outputLength: bytes })
    .update(`seed ${String(bytes)}`)
    .digest();
}

describe("rememberMisplacedSecrets", () => {
  it.each([
    ["base64url", random(24).toString("base64url")],
    ["hex", random(20).toString("hex")],
    ["TikTok's tokens", `rft.${random(24).toString("base64url")}!4822.va`],
    ["JSON web tokens", `eyJ${random(60).toString("base64url")}.${random(40).toString("base64url")}`],
  ])("hides %s, also behind an option's name", (_, token) => {
    rememberMisplacedSecrets(["auth", "import", token]);
    expect(redact(`unknown command '${token}'`)).toBe("unknown command '[secret]'");
    const other = `${token.slice(10)}${token.slice(0, 10)}`;
    rememberMisplacedSecrets(["auth", "refresh", `--token=${other}`]);
    expect(redact(`unknown option '--token=${other}'`)).toBe("unknown option '--token=[secret]'");
  });

  it.each([
    "podium/store-0001-north-dakota-2",
    "tiktok/aVeryLongAccountName",
    "--a-very-long-option-that-nobody-knows",
    "./configurations/tokenward-1a2B3c4D5e6F7g8H9i0J.yaml",
    "/nix/store/9k1Zq8d0w5cY2n7p3b6m4v1x8s0a5f2g-config/tokenward.config",
    "onboarding",
  ])("leaves %s to be read", (word) => {
    rememberMisplacedSecrets([word]);
    expect(redact(word)).toBe(word);
  });
});
