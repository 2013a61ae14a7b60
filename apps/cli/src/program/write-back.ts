import type { Command } from "commander";
import { json, type Run } from "./run.ts";

/** `tokenward writeback …` */
export function addWriteBackCommands(program: Command, run: Run): void {
  const writeBack = program
    .command("writeback")
    .summary("look at the places where grants are kept")
    .description("Looks at the places where grants are kept. Spends nothing.");
  const check = writeBack
    .command("check")
    .summary("find out whether rotated tokens could be saved")
    .description("Reads and probes the place of each selected grant, and says what that means where it runs.")
    .argument("[selection]", "all, a platform, or platform/account", "all")
    .option(...json)
    .action((selected: string) =>
      run(check, async (context) => {
        const { writeBackCheck } = await import("../commands/write-back-check.ts");
        return await writeBackCheck(context, selected);
      }),
    );
}
