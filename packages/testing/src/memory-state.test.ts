import { describe, it } from "vitest";
import { memoryState, testGrantState } from "./index.ts";

const gone = "nothing outlives the process";

testGrantState({ describe, it }, async () => ({ state: memoryState(), dispose: async () => undefined }), {
  without: { reopen: gone, contents: gone, loseLease: "nobody can take it away" },
});
