import { Option, type Command } from "commander";
import { json, type Run } from "./run.ts";

/** `tokenward alerts …` */
export function addAlertCommands(program: Command, run: Run): void {
  const alerts = program
    .command("alerts")
    .summary("see what humans are told, and that it arrives")
    .description("Shows which alerts are open, and tries the notifiers.");

  const list = alerts
    .command("list")
    .summary("show what is open and what waits to be delivered")
    .description("Shows the alerts that this machine knows of. Contacts nobody and changes nothing.")
    .option(...json)
    .action(() => run(list, async (context) => await (await import("../commands/alerts-list.ts")).alertsList(context)));

  const test = alerts
    .command("test")
    .summary("send a test message through the notifiers")
    .description("Sends one message and its end to each notifier, so that a human sees that it arrives.")
    .addOption(
      new Option("--route <severity>", "only to those who hear of this severity").choices(["warn", "page", "critical"]),
    )
    .option(...json)
    .action(({ route }: { route?: "warn" | "page" | "critical" }) =>
      run(test, async (context) => await (await import("../commands/alerts-test.ts")).alertsTest(context, route)),
    );
}
