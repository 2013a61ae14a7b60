import assert from "node:assert/strict";
import type { PluginIO } from "@tokenward/core/plugin";
import { assertDiscreet, assertNoSecret } from "./discretion.ts";
import type { NotifierCase } from "./fixture.ts";
import { inTime, need, notifierCase, rejection, turn } from "./ground.ts";
import { watchingResources } from "./leftovers.ts";
import { printedBy } from "./printing.ts";
import { alertOf, crowd, groupOf } from "./samples.ts";
import { unanswered } from "./silence-cases.ts";

/** Nothing is said to others than those who are to hear it, and nothing stays behind. */
export const discretionCases: readonly NotifierCase[] = [
  notifierCase("no message and no note tells a secret", async ({ tell, io, fixture }) => {
    const { secrets, secretsOnWire = [] } = fixture;
    const kept = secrets.filter((secret) => !secretsOnWire.includes(secret));
    const alerts = [alertOf(), groupOf(crowd(3), { id: "suite-alert-2", edge: "resolved" })];
    for (const alert of alerts) assertNoSecret(await tell(alert), kept, "a message");
    assertNotes(io, secrets);
  }),

  notifierCase(
    "no refusal tells a secret",
    async ({ notifier, io, fixture }) => {
      for (const kind of ["permanent", "transient", "throttled"] as const) {
        await need(fixture.refuse)(kind);
        const error = await rejection(notifier.notify(alertOf(), io), "a refusal was taken for success");
        assertDiscreet(error, fixture.secrets, `the error of a refusal (${kind})`);
      }
      assertNotes(io, fixture.secrets);
    },
    ["refuse"],
  ),

  notifierCase(
    "nothing that is said of a connection that was cut tells a secret",
    async ({ notifier, io, fixture }) => {
      await need(fixture.dropAfterAccept)();
      const error = await rejection(notifier.notify(alertOf(), io), "it was reported as told where no answer came");
      assertDiscreet(error, fixture.secrets, "the error of a connection that was cut");
      assertNotes(io, fixture.secrets);
    },
    ["dropAfterAccept"],
  ),

  notifierCase(
    "nothing that is said of a call that was aborted tells a secret",
    async (ground) => {
      const { secrets } = ground.fixture;
      await need(ground.fixture.hang)();
      assertDiscreet(await unanswered(ground), secrets, "the error of a call that was aborted");
      assertNotes(ground.io, secrets);
    },
    ["hang"],
  ),

  notifierCase("nothing is printed", async ({ notifier, io, fixture, tell }) => {
    const printed = await printedBy(async () => {
      await tell(alertOf());
      await fixture.refuse?.("transient");
      if (fixture.refuse !== undefined)
        await rejection(notifier.notify(alertOf(), io), "a refusal was taken for success");
    });
    assert.deepEqual(printed, [], "something was printed; what a human should know is a note or an error");
  }),

  notifierCase("nothing that was begun keeps the process alive", async ({ notifier, io, fixture }) => {
    const telling = async (): Promise<void> => await notifier.notify(alertOf(), io);
    await watchingResources(telling, async (left) => {
      const ending = async (): Promise<void> => {
        // Sockets are closed in their own time.
        while (left().length > 0) await turn();
      };
      await inTime(ending, "a timer, a connection or something else goes on after the message was told");
    });
    assert.equal((await fixture.received()).length, 1, "nothing was told");
  }),
];

function assertNotes(io: PluginIO, secrets: readonly string[]): void {
  if ("notes" in io) assertNoSecret(JSON.stringify(io.notes), secrets, "a note");
}
