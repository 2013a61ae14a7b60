import { secret, type Intent, type StoredGrant } from "@tokenward/core/plugin";

/** The intent to spend the token of one generation. */
export function intentOf(generation: number): Intent {
  return {
    id: `intent-${generation}`,
    version: { generation, fingerprint: `fp-${generation}` },
    host: "host",
    run: "run",
    at: new Date(generation),
    deadline: new Date(generation + 60_000),
    attempt: 1,
  };
}

/** A grant of one generation. */
export function grantOf(generation: number): StoredGrant {
  return { id: "tiktok", platform: "tiktok", generation, refreshToken: secret(`rft.example-${generation}`) };
}
