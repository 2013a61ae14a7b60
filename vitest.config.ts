import { defineConfig } from "vitest/config";

const conditions = ["@tokenward/source"];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};
const test = { unstubEnvs: true, restoreMocks: true };
const minute = 60_000;

// A scenario starts many processes; how many is up to TOKENWARD_SCALE (see CONTRIBUTING.md).
const scenarioTimeout =
  { full: 30 * minute, soak: 24 * 60 * minute }[process.env["TOKENWARD_SCALE"] ?? ""] ?? 8 * minute;

export default defineConfig({
  test: {
    // Two cores: more workers than that only make the process-heavy suites fight each other.
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          ...test,
          name: "packages",
          setupFiles: ["vitest.setup.ts"],
          include: [
            "packages/**/src/**/*.test.ts",
            "apps/**/src/**/*.test.ts",
            "examples/**/*.test.ts",
            "counterparts/**/*.test.ts",
            "*.test.ts",
          ],
          // What a contributor gets brings its own runner; the generator's tests run it.
          exclude: ["**/node_modules/**", "**/template/**"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        ...shared,
        test: {
          ...test,
          name: "scenarios",
          include: ["scenarios/**/*.test.ts"],
          testTimeout: scenarioTimeout,
          hookTimeout: 2 * minute,
        },
      },
      {
        ...shared,
        test: {
          ...test,
          name: "packaging",
          include: ["packaging/**/*.test.ts"],
          // Packs and publishes what was built, once for all of its tests.
          globalSetup: ["packaging/harness/global-setup.ts"],
          testTimeout: 4 * minute,
          hookTimeout: 4 * minute,
        },
      },
    ],
  },
});
