import { describe, expect, it } from "vitest";
import { unbuiltPackages } from "./harness/pack-release.ts";
import { registry } from "./harness/test-registry.ts";

describe("the throw-away registry", () => {
  it("has every package that is published", () => expect(unbuiltPackages()).toEqual([]));

  it("has packages under the version that changesets gave them", async () => {
    const versions = new Set(registry.packages.map(({ manifest }) => manifest.version));
    expect([...versions]).toEqual([expect.stringMatching(/^[1-9]\d*\.\d+\.\d+$/)]);
    const answer = await fetch(`${registry.url}@tokenward%2fcore`);
    expect(await answer.json()).toMatchObject({ "dist-tags": { latest: [...versions][0] } });
  });

  it("looks for nothing of its own anywhere else, and takes nothing of others", async () => {
    expect((await fetch(`${registry.url}@tokenward/core/-/core-99.0.0.tgz`)).status).toBe(404);
    expect((await fetch(`${registry.url}zod`, { method: "PUT", body: "{}" })).status).toBe(404);
  });

  it("takes a version only once", async () => {
    const document = await (await fetch(`${registry.url}tokenward`)).text();
    const again = { method: "PUT", body: document, headers: { authorization: "Bearer throw-away" } };
    expect((await fetch(`${registry.url}tokenward`, again)).status).toBe(403);
  });
});
