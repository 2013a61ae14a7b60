import { describe, it } from "node:test";
import { manualClock, testRateBucket } from "@tokenward/testing";
import { tokenBucket } from "./token-bucket.ts";

const capacity = 5;

// What every rate bucket must have: no more calls than it says, all or none, first come first served.
testRateBucket({ describe, it }, async () => {
  const clock = manualClock(new Date());
  return {
    bucket: tokenBucket({ capacity, per_minute: 1 }, clock),
    capacity,
    advance: clock.advance,
    dispose: async () => undefined,
  };
});
