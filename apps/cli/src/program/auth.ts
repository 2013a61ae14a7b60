import type { Command } from "commander";
import { json, type Run } from "./run.ts";
import { nearestCommand, usage } from "./usage.ts";

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
    .argument("[selection]", "all, a platform, or platform/account", "all")
    .option("--dry-run", "read and assess only: contact no platform, change nothing")
    .option(...json)
    .action((selection: string, options: { dryRun?: boolean }) =>
      run(refresh, async (context) => {
        const { authRefresh, authRefreshDryRun } = await import("../commands/auth-refresh.ts");
        return await (options.dryRun === true ? authRefreshDryRun : authRefresh)(context, selection);
      }),
    );

  const status = auth
    .command("status")
    .summary("show what is known about grants")
    .description("Shows what is stored and when it was last refreshed. Contacts no platform and changes nothing.")
    .argument("[selection]", "all, a platform, or platform/account", "all")
    .option(...json)
    .action((selection: string) =>
      run(status, async (context) => await (await import("../commands/auth-status.ts")).authStatus(context, selection)),
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
    .argument("<grant>", "platform, or platform/account")
    .option("--retry-once", "present a token in doubt once more; on a strict platform that can end the grant")
    .option(...json)
    .action((grant: string, options: { retryOnce?: boolean }) =>
      run(recover, async (context) => {
        const { authRecover } = await import("../commands/auth-recover.ts");
        return await authRecover(context, grant, options.retryOnce === true);
      }),
    );

  addConnectCommand(auth, run);
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
