import { expect, test } from "vitest";
import { connectSandbox } from "./connect.ts";
import { createSandbox } from "./create.ts";
import { runSandbox } from "./run.ts";
import { send } from "./exchange.fixture.ts";

test("says where it is and how to use it, with tokens that are old enough to be renewed, and ends when told", async () => {
  const ending = new AbortController();
  const lines: string[] = [];
  let ready: () => void;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const running = runSandbox({
    port: 0,
    signal: ending.signal,
    note: (line) => {
      lines.push(line);
      if (line.startsWith("Stop")) ready();
    },
  });
  await isReady;
  const text = lines.join("\n");
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? "";
  using control = connectSandbox(url);
  for (const path of ["/oauth2/token", "/tiktok/v2/oauth/token/", "/youtube/token"]) {
    expect(text).toContain(`token_url: ${url}${path}`);
  }
  expect(text).toContain("client_key: sandbox-tiktok");
  const [, instagram = ""] = /\n {4}instagram:\n((?: {6}.*\n)*)/.exec(text) ?? [];
  expect(instagram).toContain(`me_url: ${url}/instagram/v25.0/me`);
  expect(instagram).not.toContain("client_");
  expect(text).toContain("refresher: instagram\n      login: facebook\n");
  const [, token = ""] = /INSTAGRAM_ACCESS_TOKEN='(IGAA.+)'/.exec(text) ?? [];
  const renewal = `${url}/instagram/refresh_access_token?grant_type=ig_refresh_token&access_token=${token}`;
  expect((await send(renewal)).status).toBe(200);
  expect(text).toContain(`TIKTOK_REFRESH_TOKEN='${await control.currentRefreshToken("tiktok-2")}'`);
  expect((await control.grant("youtube-3")).account).toBe("demo");
  ending.abort();
  await running;
  await expect(send(url)).rejects.toThrow("ECONNREFUSED");
});

test("a port that is taken is named", async () => {
  await using first = await createSandbox();
  const port = Number(new URL(first.url).port);
  const running = runSandbox({ port, note: () => undefined, signal: new AbortController().signal });
  await expect(running).rejects.toThrow(`Port ${String(port)} is taken`);
});
