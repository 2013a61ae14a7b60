import type { Alert, Notifier } from "@tokenward/core/plugin";

/** A notifier that tells nobody and remembers everything. */
export interface RecordingNotifier extends Notifier {
  /** What was accepted, oldest first. */
  readonly alerts: readonly Alert[];
  /** What was offered, also where it was made to fail. */
  readonly attempts: readonly Alert[];
  /** Makes the next `times` notifications fail. */
  failNext(error: Error, times?: number): void;
}

/** Makes a {@link RecordingNotifier}. */
export function recordingNotifier(): RecordingNotifier {
  const alerts: Alert[] = [];
  const attempts: Alert[] = [];
  const failures: Error[] = [];
  return {
    alerts,
    attempts,
    failNext: (error, times = 1) => {
      for (let count = 0; count < times; count++) failures.push(error);
    },
    notify: async (alert) => {
      attempts.push(alert);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      alerts.push(alert);
    },
  };
}
