import assert from "node:assert/strict";
import { messageOf } from "@tokenward/core/plugin";
import { contentOf, frozen } from "../refresher/frozen.ts";
import type { NotifierCase } from "./fixture.ts";
import { notifierCase } from "./ground.ts";
import { alertOf, groupOf, strangerOf } from "./samples.ts";
import { shows } from "./text.ts";

/** What was told has arrived, once, in words that a human can act on. */
export const arrivalCases: readonly NotifierCase[] = [
  notifierCase("what was told has arrived when it resolves, once", async ({ tell }) => {
    await tell(strangerOf(1));
    await tell(strangerOf(2));
  }),

  notifierCase("a human reads who it is about, what happened and what to type", async ({ tell }) => {
    // The subject is not a part of its command.
    const alert = alertOf({ subject: "write-back gitlab", command: "tokenward writeback check" });
    const text = await tell(alert);
    const { subject, summary, detail } = alert;
    for (const part of [subject, summary, detail, "tokenward writeback check"]) {
      assert.ok(shows(text, part), `"${part}" cannot be read in what arrived`);
    }
  }),

  notifierCase("each of a few members is there, with its command", async ({ tell }) => {
    const known = ["podium/north", "podium/south"].map((subject) => ({
      subject,
      command: `tokenward auth ${subject}`,
    }));
    const text = await tell(groupOf([...known, { subject: "podium/west" }]));
    for (const { command } of known) assert.ok(shows(text, command), `"${command}" cannot be read in what arrived`);
    assert.ok(shows(text, "podium/west"), "a member without a command is missing");
  }),

  notifierCase("an alert without command, code or members is told without gaps", async ({ tell }) => {
    const text = await tell(alertOf({ command: undefined, code: undefined }));
    const lone = await tell(groupOf([{ subject: "podium/west" }], { id: "suite-alert-2", code: undefined }));
    for (const gap of ["undefined", "[object Object]", "Invalid Date", "NaN"]) {
      assert.ok(!`${text}${lone}`.includes(gap), `"${gap}" stands where there is nothing to say`);
    }
  }),

  notifierCase("alerts told at once arrive all, each in its own words", async ({ notifier, io, fixture }) => {
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    const outcomes = await Promise.allSettled(
      numbers.map(async (number) => await notifier.notify(strangerOf(number), io)),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") assert.fail(`one of several was not told: ${messageOf(outcome.reason)}`);
    }
    const texts = await fixture.received();
    assert.equal(texts.length, numbers.length, "other messages arrived than were told");
    for (const number of numbers) {
      const { command = "", detail } = strangerOf(number);
      const own = texts.filter((text) => shows(text, command));
      assert.equal(own.length, 1, "an alert is in none of the messages, or in several");
      assert.ok(
        own.every((text) => shows(text, detail)),
        "a message has the words of another one",
      );
    }
  }),

  notifierCase("telling changes no alert", async ({ notifier, io }) => {
    // Unsorted and without an end: what is put in order or filled up must be a copy.
    const alert = groupOf([{ subject: "podium/b", command: "tokenward auth podium/b" }, { subject: "podium/a" }]);
    const before = contentOf(alert);
    await notifier.notify(frozen(alert), io).catch((error: unknown) => {
      assert.fail(`an alert that cannot be changed was not told: ${messageOf(error)}`);
    });
    assert.deepEqual(contentOf(alert), before, "the alert is not what it was");
  }),
];
