import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { secret } from "@tokenward/core/plugin";
import { expect, it } from "vitest";
import { testIO } from "./test-io.ts";

it("sends real requests, seals with an identity of its own, and redacts what is noted", async () => {
  const io = testIO();
  const server = createServer((_, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await io.http.send({ method: "GET", url: `http://127.0.0.1:${port}/` });
    expect(Buffer.from(answer.body).toString()).toBe("here");
  } finally {
    server.close();
  }
  expect(Buffer.from(await io.identity.decrypt(await io.identity.encrypt("sealed"))).toString()).toBe("sealed");
  expect(await io.identity.deriveKey("state")).not.toEqual(await testIO().identity.deriveKey("state"));
  io.note(`kept ${secret("rft.noted-token").reveal()}`);
  expect(io.notes).toEqual(["kept [secret]"]);
});

it("lets a test put its own in place", () => {
  const notes: string[] = [];
  const io = testIO({ env: { CI: "1" }, note: (message) => notes.push(message) });
  io.note("here");
  expect(io.env["CI"]).toBe("1");
  expect(notes).toEqual(["here"]);
});
