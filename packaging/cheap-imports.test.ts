import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EmptyProject } from "./harness/empty-project.ts";
import { modulesLoadedBy, packageOf } from "./harness/loaded-modules.ts";
import { publishablePackages } from "./harness/workspace-packages.ts";
import { describeInstalled, registry } from "./harness/test-registry.ts";

const names = publishablePackages().map(({ manifest }) => manifest.name);
const plugins = names.filter((name) => /\/(?:refresher|writeback|notifier|state)-/.test(name));
const refreshers = plugins.filter((name) => name.includes("/refresher-"));

describeInstalled("importing", () => {
  let project: EmptyProject;
  beforeAll(async () => {
    project = await registry.emptyProject("all-plugins");
    const published = new Set(registry.packages.map(({ manifest }) => manifest.name));
    await project.install(...plugins.filter((name) => published.has(name)));
  });
  afterAll(async () => {
    await project.dispose();
  });

  const packagesLoadedBy = async (entry: string): Promise<Set<string>> =>
    new Set((await modulesLoadedBy(project, entry)).flatMap((file) => packageOf(file) ?? []));

  describe("a plugin", () => {
    it.each(plugins)("%s loads itself, zod and core's entry for plugins, and no SDK", async (name) => {
      const loaded = await modulesLoadedBy(project, name);
      const allowed = [name, "@tokenward/core", "zod"];
      expect(loaded.filter((file) => !allowed.includes(packageOf(file) ?? name))).toEqual([]);
      expect(loaded.filter((file) => file.startsWith("@tokenward/core/"))).toContain("@tokenward/core/dist/plugin.js");
      expect(loaded).not.toContain("@tokenward/core/dist/index.js");
      expect(loaded).not.toContain("node:sqlite");
    });

    it("has its SDK all the same, and who imports that is seen", async () => {
      expect(await packagesLoadedBy("@napi-rs/keyring")).toContain("@napi-rs/keyring");
      expect(await modulesLoadedBy(project, "undici")).toEqual(expect.arrayContaining(["node:net", "undici/index.js"]));
    });

    it.each(refreshers)("%s opens no connection by itself", async (name) => {
      const loaded = await modulesLoadedBy(project, name);
      expect(loaded.filter((file) => /^node:(?:http|https|http2|net|tls|dgram)$/.test(file))).toEqual([]);
    });
  });

  describe("core", () => {
    it("for plugins loads nothing but files of core, and not the engine", async () => {
      expect([...(await packagesLoadedBy("@tokenward/core/plugin"))]).toEqual(["@tokenward/core"]);
      expect(await modulesLoadedBy(project, "@tokenward/core/plugin")).not.toContain("@tokenward/core/dist/index.js");
    });

    it("whole loads neither undici nor age: they come with the first request and the first seal", async () => {
      expect([...(await packagesLoadedBy("@tokenward/core"))]).toEqual(["@tokenward/core"]);
    });
  });
});
