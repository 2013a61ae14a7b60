import type { ErrorEntry } from "./entry.ts";

/** Failures of telling humans. */
export const notifierErrors: Record<
  "ERR_NOTIFIER_REFUSED" | "ERR_NOTIFIER_THROTTLED" | "ERR_NOTIFIER_UNAVAILABLE" | "ERR_NOTIFIER_NONE",
  ErrorEntry
> = {
  ERR_NOTIFIER_REFUSED: {
    what: "The notifier {notifier} could not deliver, and trying again will not help: {reason}.",
    why: "Its address, key or password is wrong or was withdrawn, or the receiver does not take such messages. The refresh itself is not concerned, and the message waits.",
    fix: "{remedy}, then see with `tokenward alerts test` that a message arrives.",
  },
  ERR_NOTIFIER_THROTTLED: {
    what: "The notifier {notifier} was asked for patience until {until}.",
    why: "The receiver takes only so many messages at a time. The message waits.",
    fix: "Nothing is lost: a later run delivers what waits. Where it happens often, route less to it.",
  },
  ERR_NOTIFIER_UNAVAILABLE: {
    what: "The notifier {notifier} could not deliver: {reason}.",
    why: "The receiver, or the way to it, is down. The message waits.",
    fix: "Nothing is lost: the next run delivers it. `tokenward alerts test` tries the way at once.",
  },
  ERR_NOTIFIER_NONE: {
    what: "No notifier is configured{where}, so nobody would be told.",
    why: "`auth.alerts.backend` is `none` unless a file says otherwise; then only the exit code tells.",
    fix: "Name one under `auth.alerts.backend`: webhook, smtp or pagerduty.",
  },
};
