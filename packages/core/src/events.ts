import { channel, type Channel } from "node:diagnostics_channel";
import type { GrantId } from "./grant.ts";

/** The steps of the one refresh path, in their order. */
export const refreshSteps = [
  "observe",
  "lease",
  "read",
  "recover",
  "assess",
  "probe",
  "intent",
  "send",
  "answer",
  "save",
  "close",
  "scopes",
  "release",
] as const;

/** One step of the refresh path. */
export type RefreshStep = (typeof refreshSteps)[number];

/** What is published on the channel `tokenward:refresh`, synchronously, around every step. */
export interface RefreshEvent {
  readonly step: RefreshStep;
  /** `start`: it is about to happen. `end`: it is done, and durable where the step makes something durable. */
  readonly phase: "start" | "end";
  readonly grant: GrantId;
  readonly target?: string | undefined;
}

/** Observability without a switch in core: metrics, traces and tests subscribe here. Never carries a secret. */
export const refreshChannel: Channel<unknown, RefreshEvent> = channel("tokenward:refresh") as Channel<
  unknown,
  RefreshEvent
>;
