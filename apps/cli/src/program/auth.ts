import type { Command } from "commander";
import { reportOption, type ReportFile } from "./report-option.ts";
import { json, type Run } from "./run.ts";
import { nearestCommand, usage } from "./usage.ts";

const selection = ["all, a platform, or platform/account"] as const;

/** `tokenward auth …` */
export function addAuthCommands(program: Command, run: Run): void {
  const auth = program
    .command("auth")
    .summary("keep grants alive")
    .description("Keeps grants alive: refreshes them, shows them, and takes in what a human consented to.");

  const refresh = auth
    .command("refresh")
    .summary("refresh tokens that are due")
    .description("Refreshes the selected grants, saves what was rotated, and tells what needs a human.")
    .argument("[selection]", ...selection, "all")
    .option("--dry-run", "read and assess only: contact no platform, change nothing")
    .addOption(reportOption())
    .option(...json)
    .action((selected: string, { dryRun, report = [] }: { dryRun?: boolean; report?: readonly ReportFile[] }) =>
      run(refresh, async (context) => {
        const { authRefresh, authRefreshDryRun } = await import("../commands/auth-refresh.ts");
        return await (dryRun === true ? authRefreshDryRun : authRefresh)(context, selected, report);
      }),
    );

  const status = auth
    .command("status")
    .summary("show what is known about grants")
    .description("Shows what is stored and when it was last refreshed. Contacts no platform and changes nothing.")
    .argument("[selection]", ...selection, "all")
    .addOption(reportOption())
    .option(...json)
    .action((selected: string, { report = [] }: { report?: readonly ReportFile[] }) =>
      run(status, async (context) => {
        const { authStatus } = await import("../commands/auth-status.ts");
        return await authStatus(context, selected, report);
      }),
    );

  const imported = auth
    .command("import")
    .summary("store a token that a human consented to")
    .description("Stores a new consent from standard input: the JSON that the platform answered.")
    .argument("<grant>", "platform, or platform/account")
    .option(...json)
    .action((grant: string) =>
      run(imported, async (context) => await (await import("../commands/auth-import.ts")).authImport(context, grant)),
    );

  const recover = auth
    .command("recover")
    .summary("settle an exchange that was interrupted")
    .description("Delivers an answer that this machine kept, or says what is in doubt and what can be done.")
    .argument("[grant]", "platform, or platform/account; not needed with --capsule")
    .option("--retry-once", "present a token in doubt once more; on a strict platform that can end the grant")
    .option("--capsule <file>", "deliver a recovery capsule: its file, or a log that holds it; - is standard input")
    .option("--identity <file>", "age identity that opens the capsule (default: this installation's)")
    .option(...json)
    .action((grant: string | undefined, options: RecoverOptions) => {
      const { capsule, identity, retryOnce } = options;
      if (capsule !== undefined && retryOnce === true) throw usage("--capsule and --retry-once exclude each other.");
      if (identity !== undefined && capsule === undefined) throw usage("--identity goes with --capsule.");
      if (capsule !== undefined) {
        return run(recover, async (context) => {
          const { authRecoverCapsule } = await import("../commands/auth-recover-capsule.ts");
          return await authRecoverCapsule(context, { capsule, identity, grant });
        });
      }
      if (grant === undefined) throw usage("Name a grant, or a recovery capsule with --capsule.");
      return run(recover, async (context) => {
        const { authRecover } = await import("../commands/auth-recover.ts");
        return await authRecover(context, grant, retryOnce === true);
      });
    });

  addRetiringCommands(auth, run);

  addConnectCommand(auth, run);
}

interface RecoverOptions {
  readonly retryOnce?: boolean;
  readonly capsule?: string;
  readonly identity?: string;
}

function addRetiringCommands(auth: Command, run: Run): void {
  const move = auth
    .command("move")
    .summary("move grants to another write-back")
    .description("Copies grants to another write-back, reads them back, and leaves a tombstone in the old place.")
    .argument("<selection>", ...selection)
    .requiredOption("--to <backend>", "write-back to move to; its options stand under auth.writeback.<backend>")
    .option("--dry-run", "read only: say what would happen, change nothing")
    .option(...json)
    .action((selected: string, { to, dryRun }: { to: string; dryRun?: boolean }) =>
      run(move, async (context) => {
        const { authMove } = await import("../commands/auth-move.ts");
        return await authMove(context, selected, { to, dryRun: dryRun === true });
      }),
    );

  const forget = auth
    .command("forget")
    .summary("leave a tombstone in place of a grant")
    .description("Takes a grant out of its write-back and of this machine's memory, for good.")
    .argument("<grant>", "platform, or platform/account")
    .option("--yes", "do not ask; needed where nobody can be asked")
    .option(...json)
    .action((grant: string, { yes }: { yes?: boolean }) =>
      run(forget, async (context) => {
        const { authForget } = await import("../commands/auth-forget.ts");
        return await authForget(context, grant, yes === true);
      }),
    );
}

// Not a command of its own but what `auth` does with any other word: a grant's name, or a typo.
function addConnectCommand(auth: Command, run: Run): void {
  const connect = auth
    .command("<grant>", { isDefault: true })
    .summary("say where to consent and how to hand the token over")
    .description("Says where a human consents for this grant, and the exact line that imports the token.")
    .usage("[options]")
    .allowExcessArguments()
    .allowUnknownOption()
    .option(...json)
    .action(() => {
      const [grant, extra] = connect.args;
      if (grant === undefined) return auth.help({ error: true });
      const typo = nearestCommand(auth, grant);
      const option = connect.args.find((arg) => arg.startsWith("-"));
      if (extra !== undefined && typo !== undefined) throw typo;
      if (option !== undefined) throw usage(`Unknown option '${option}'.`);
      if (extra !== undefined) throw usage(`Unknown command '${grant}'.`);
      return run(connect, async (context) => {
        const { authConnect } = await import("../commands/auth-connect.ts");
        return await authConnect(context, grant, typo);
      });
    });
}
