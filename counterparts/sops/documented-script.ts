import { readFile } from "node:fs/promises";

const page = new URL("../../docs/sops.md", import.meta.url);

/** The script for `publish` that the documentation gives, letter by letter. */
export async function documentedScript(): Promise<string> {
  const text = await readFile(page, "utf8");
  const script = /^```sh\n(#!\/bin\/sh\n# publish-tokens[\s\S]*?)^```$/m.exec(text)?.[1];
  if (script === undefined) throw new Error("docs/sops.md gives no script for publish");
  return script;
}
