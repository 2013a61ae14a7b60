import { TokenwardError } from "@tokenward/core";
import { Command, CommanderError } from "commander";
import type { Context, ExitCode } from "./context.ts";

/**
 * Parses a command line and runs the one command that it names. Every command is imported when it is called, and
 * nothing else is.
 *
 * @throws `ERR_CONFIG_USAGE` where the line is not one that Tokenward knows; nothing has run then
 */
export async function parse(args: readonly string[], surroundings: Context): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const run = async (program: Command, command: (context: Context) => Promise<ExitCode>): Promise<void> => {
    const { config } = program.optsWithGlobals<{ config?: string }>();
    exitCode = await command({ ...surroundings, configPath: config });
  };
  try {
    await createProgram(surroundings, run).parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error);
  }
  return exitCode;
}

type Run = (program: Command, command: (context: Context) => Promise<ExitCode>) => Promise<void>;

function createProgram({ output, version }: Context, run: Run): Command {
  const program = new Command("tokenward")
    .description("Keeps the OAuth tokens of unattended integrations alive, and never loses one.")
    .option("--config <file>", "configuration to use (default: tokenward.config.yaml here or above)")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      output.data(version);
      throw new CommanderError(0, "tokenward.version", "version");
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.data(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
      // Reported once, by main, in the form that was asked for.
      outputError: () => undefined,
    });
  addAuthCommands(program, run);
  addConfigCommands(program, run);
  addSandboxCommand(program, run);
  examples(program, [
    "tokenward auth refresh all --dry-run",
    "tokenward auth refresh all",
    "tokenward auth status tiktok --json",
    "tokenward auth import tiktok < token.json",
    "tokenward config check",
  ]);
  program.addHelpText("after", "\nExit codes: 0 nothing needs a human, 1 something does, 2 usage or configuration.");
  return program;
}

const json = ["--json", "print one JSON document"] as const;

function addAuthCommands(program: Command, run: Run): void {
  const auth = program.command("auth").description("keep grants alive");
  examples(auth, ["tokenward auth refresh all", "tokenward auth status", "tokenward auth tiktok/brand-a"]);

  const refresh = auth
    .command("refresh")
    .summary("refresh tokens that are due")
    .description("Refreshes the selected grants, saves what was rotated, and tells what needs a human.")
    .argument("[selection]", "all, a platform, or platform/account", "all")
    .option("--dry-run", "read and assess only: contact no platform, change nothing")
    .option(...json)
    .action((selection: string, options: { dryRun?: boolean }) =>
      run(refresh, async (context) => {
        const { authRefresh, authRefreshDryRun } = await import("./commands/auth-refresh.ts");
        return await (options.dryRun === true ? authRefreshDryRun : authRefresh)(context, selection);
      }),
    );
  examples(refresh, [
    "tokenward auth refresh all --dry-run",
    "tokenward auth refresh tiktok",
    "tokenward auth refresh tiktok/brand-a --json",
  ]);

  const status = auth
    .command("status")
    .summary("show what is known about grants")
    .description("Shows what is stored and when it was last refreshed. Contacts no platform and changes nothing.")
    .argument("[grant]", "all, a platform, or platform/account", "all")
    .option(...json)
    .action((selection: string) =>
      run(status, async (context) => await (await import("./commands/auth-status.ts")).authStatus(context, selection)),
    );
  examples(status, ["tokenward auth status", "tokenward auth status tiktok --json"]);

  const imported = auth
    .command("import")
    .summary("store a token that a human consented to")
    .description(
      "Stores a new consent from standard input: one JSON object with refresh_token or access_token, and what is\n" +
        "known of expires_in or access_token_expires_at, refresh_token_expires_at, rotated_at, scope.",
    )
    .argument("<grant>", "platform, or platform/account")
    .option(...json)
    .action((grant: string) =>
      run(imported, async (context) => await (await import("./commands/auth-import.ts")).authImport(context, grant)),
    );
  examples(imported, ["tokenward auth import tiktok < token.json", "pass show tiktok | tokenward auth import tiktok"]);

  const recover = auth
    .command("recover")
    .summary("settle an exchange that was interrupted")
    .description("Delivers an answer that this machine kept, or says what is in doubt and what can be done.")
    .argument("<grant>", "platform, or platform/account")
    .option("--retry-once", "present a token in doubt once more; on a strict platform that can end the grant")
    .option(...json)
    .action((grant: string, options: { retryOnce?: boolean }) =>
      run(
        recover,
        async (context) =>
          await (await import("./commands/auth-recover.ts")).authRecover(context, grant, options.retryOnce === true),
      ),
    );
  examples(recover, ["tokenward auth recover tiktok", "tokenward auth recover tiktok --retry-once"]);

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
        const { authConnect } = await import("./commands/auth-connect.ts");
        return await authConnect(context, grant, typo);
      });
    });
}

function addConfigCommands(program: Command, run: Run): void {
  const config = program.command("config").description("look after the configuration");
  examples(config, ["tokenward config check"]);
  const check = config
    .command("check")
    .summary("report every mistake in the configuration")
    .description("Reads the configuration and its plugins, connects nowhere, and reports every mistake at once.")
    .option(...json)
    .action(() =>
      run(check, async (context) => await (await import("./commands/config-check.ts")).configCheck(context)),
    );
  examples(check, ["tokenward config check", "tokenward config check --config ./staging.yaml --json"]);

  const plugins = program.command("plugins").description("look at plugins");
  examples(plugins, ["tokenward plugins list"]);
  const list = plugins
    .command("list")
    .summary("list the plugins on board and those the configuration uses")
    .description("Lists the plugins that this CLI brings along and, where there is one, those of the configuration.")
    .option(...json)
    .action(() =>
      run(list, async (context) => await (await import("./commands/plugins-list.ts")).pluginsList(context)),
    );
  examples(list, ["tokenward plugins list", "tokenward plugins list --json"]);
}

function addSandboxCommand(program: Command, run: Run): void {
  const sandbox = program
    .command("sandbox")
    .summary("run all platforms on localhost")
    .description("Runs a hostile copy of every platform on 127.0.0.1, to try things out without an account.")
    .option("--port <number>", "port to listen on; 0 picks a free one", portOf, 4010)
    .action(({ port }: { port: number }) =>
      run(sandbox, async (context) => await (await import("./commands/sandbox.ts")).sandbox(context, port)),
    );
  examples(sandbox, ["tokenward sandbox", "tokenward sandbox --port 4011"]);
}

function examples(command: Command, lines: readonly string[]): void {
  const title = lines.length === 1 ? "Example:" : "Examples:";
  command.addHelpText("after", ["", title, ...lines.map((line) => `  ${line}`)].join("\n"));
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new CommanderError(
    2,
    "tokenward.port",
    `error: \`${text}\` is not a port: it must be a number from 0 to 65535`,
  );
}

// Commander's own guess at the command that was meant, where it has one.
function nearestCommand(command: Command, word: string): TokenwardError | undefined {
  if (word.startsWith("-")) return undefined;
  try {
    (command as Command & { unknownCommand(): never }).unknownCommand();
  } catch (error) {
    if (error instanceof CommanderError) return error.message.includes("Did you mean") ? usageError(error) : undefined;
    throw error;
  }
  return undefined;
}

function usageError(error: CommanderError): TokenwardError {
  if (error.code === "commander.help") return usage("A command is missing.");
  const [sentence = "", guess = ""] = error.message.replace(/^error: /, "").split("\n");
  const words = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1).replace(/\.$/, "")}.`;
  return usage(`${words} ${guess.replace(/^\((.*)\)$/, "$1")}`.trimEnd());
}

function usage(reason: string): TokenwardError {
  return new TokenwardError("ERR_CONFIG_USAGE", { reason });
}
