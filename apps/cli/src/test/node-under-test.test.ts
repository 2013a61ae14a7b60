import { afterAll, expect, it } from "vitest";
import { createCliHome } from "./cli-process.ts";

// Set where the suites run on another Node than the repository's own (scripts/node-matrix.mjs).
const wanted = process.env["TOKENWARD_TEST_NODE"];
const home = createCliHome();
afterAll(() => home.remove());

it("runs on the Node that is under test, and so does every CLI that tests start", async () => {
  const tell = "process.stderr.write(`CLI on Node ${process.versions.node}`)";
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(tell)}`;
  const { exitCode, stderr } = await home.run(["--version"], { env: { NODE_OPTIONS } });
  const here = process.versions.node;
  expect(here).toBe(wanted ?? here);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `CLI on Node ${here}` });
  if (wanted !== undefined) process.stdout.write(`The tests run on Node ${here}, and what they start, too.\n`);
});
