import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sopsProgram } from "tokenward-counterparts/sops";

/** A program named `sops` that is a shell script. Its folder is `$here`, the real program `$real`. */
export async function wrappedSops(folder: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const program = join(folder, "sops");
  const head = `#!/bin/sh\nhere='${folder}'\nreal='${String(sopsProgram())}'\n`;
  await writeFile(program, `${head}${script}`);
  await chmod(program, 0o755);
  return program;
}

/** A `sops` that counts its changes, and is gone after so many of them. */
export interface InterruptedSops {
  readonly program: string;
  /** @returns what brings it back */
  interrupt(writes: number): Promise<() => Promise<void>>;
}

/** Makes one. */
export async function interruptedSops(folder: string): Promise<InterruptedSops> {
  const left = join(folder, "left");
  const program = await wrappedSops(
    folder,
    `case "$1" in set | unset) ;; *) exec "$real" "$@" ;; esac
[ -f "$here/left" ] || exec "$real" "$@"
read -r left <"$here/left"
[ "$left" -gt 0 ] || exit 1
echo $((left - 1)) >"$here/left"
"$real" "$@" || exit
[ "$left" -gt 1 ]
`,
  );
  return {
    program,
    interrupt: async (writes) => {
      await writeFile(left, `${String(writes)}\n`);
      return async () => await writeFile(left, "1000\n");
    },
  };
}

/** What a script has written beside itself, by lines. */
export async function linesOf(folder: string, name: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, name), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
