import { defineConfig } from "vitest/config";

const conditions = ["@tokenward/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/**/src/**/*.test.ts", "apps/**/src/**/*.test.ts", "*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers than that only make the process-heavy suites fight each other.
    maxWorkers: 2,
    unstubEnvs: true,
    restoreMocks: true,
  },
});
