import type { RefreshStatus } from "@tokenward/core";
import { escaped } from "./escape.ts";
import { timeLine } from "./time-line.ts";
import { levelOf, levelWords } from "./urgency.ts";
import { commandIn, nameOf, spanInWords } from "./words.ts";

// What is in backquotes is to be typed.
function withCode(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** One grant: who, how bad, until when, and what to type. */
export function grantCard(status: RefreshStatus, now: Date): string {
  const level = levelOf(status);
  const { action, would, detail, code, refreshedAt } = status;
  const command = status.alert ? commandIn(detail) : undefined;
  const facts = [
    action,
    ...(would === undefined || would === "nothing" ? [] : [`a run would: ${would}`]),
    ...(refreshedAt === undefined ? [] : [`refreshed ${spanInWords(refreshedAt, now)}`]),
  ];
  return [
    `<li class="grant ${level}">`,
    `<h3>${escaped(nameOf(status))}<span class="action">${escaped(facts.join(", "))}</span><span class="badge">${levelWords[level]}</span></h3>`,
    timeLine(status, now),
    `<p class="detail">${withCode(detail)}${code === undefined ? "" : ` <span class="code">${escaped(code)}</span>`}</p>`,
    ...(command === undefined ? [] : [`<p class="command">${escaped(command)}</p>`]),
    "</li>",
  ].join("\n");
}
