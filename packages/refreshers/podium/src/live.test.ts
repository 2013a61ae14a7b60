import { secret, type Client, type Grant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { describe, expect, test } from "vitest";
import { podium } from "./index.ts";

// Read-only: an exchange might spend the refresh token of a grant that is in use.
const wanted = "TOKENWARD_LIVE_PODIUM_ACCESS_TOKEN";
const text = process.env[wanted] ?? "";
const reason = text === "" ? ` (skipped: put an access token of Podium's into ${wanted})` : "";

describe.skipIf(text === "")(`against Podium itself${reason}`, () => {
  const accessToken = secret(text);
  const grant: Grant = { id: "podium", platform: "podium", accessToken };
  const client: Client = { id: "", secrets: [] };

  test("the default health check says that the token works, and until when", async () => {
    const found = await podium().verify!(grant, client, accessToken, testIO());
    expect(found).toMatchObject({ works: true, accessTokenExpiresAt: expect.any(Date) });
  });

  test("locations name the organisation, or miss their scope", async () => {
    const found = await podium({ health_check: "locations" }).verify!(grant, client, accessToken, testIO());
    expect(found).toMatchObject(found.works ? { subject: expect.any(String) } : { class: "scopes" });
  });

  test("a damaged token does not work, and there is no /v4/me", async () => {
    expect(await podium().verify!(grant, client, secret("damaged-token"), testIO())).toMatchObject({ works: false });
    const me = podium({ health_check: "https://api.podium.com/v4/me" });
    expect(await me.verify!(grant, client, accessToken, testIO())).toMatchObject({ works: false, class: "client" });
  });
});
