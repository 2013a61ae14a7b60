import { TokenwardError, type ErrorCode, type ErrorFacts, type FailureClass } from "@tokenward/core/plugin";
import { broken, endless, misjudged, misled, type BrokenNotifier } from "./breaking-notifiers.ts";

const permanent = "a refusal for good is ERR_NOTIFIER_REFUSED";
const transient = "a receiver that is down for a moment is ERR_NOTIFIER_UNAVAILABLE";
const throttled = "a receiver that asks for patience is ERR_NOTIFIER_THROTTLED, and until when";
const oneAttempt = "one call is one attempt: repeating is the engine's";
const afterRefusal = "what is told after a refusal arrives";
const signal = "a call ends with its signal, although the receiver does not answer";
const before = "a call whose signal was aborted before tells nobody";
const cut = "a connection that is cut before the answer is no success, and nothing final";
const afterCut = "what is told after a connection was cut arrives";
const afterSilence = "what is told after a call without an answer arrives";
const sameId = "what was accepted without an answer is told again under the same id";

/** Notifiers that take a failure for something else. */
export const brokenNotifiersFailures: readonly BrokenNotifier[] = [
  misjudged("does not look at the answer", permanent, /a refusal was taken for success/, () => undefined),
  misjudged("throws what is no TokenwardError", permanent, /is no TokenwardError/, () => new Error("refused")),
  misjudged(
    "tries for ever what was refused for good",
    permanent,
    /\(permanent\) was reported as ERR_NOTIFIER_UNAVAILABLE/,
    () => says("ERR_NOTIFIER_UNAVAILABLE", { notifier: "sound", reason: "refused" }, "transient"),
  ),
  misjudged(
    "gives its errors no class",
    permanent,
    /the class of ERR_NOTIFIER_REFUSED is undefined/,
    (_answer, refusal) => (TokenwardError.is(refusal) ? new TokenwardError(refusal.code, refusal.facts) : refusal),
  ),
  misjudged("does not say what to do", permanent, /a fact is missing/, () =>
    says("ERR_NOTIFIER_REFUSED", { notifier: "sound", reason: "refused" }, "client"),
  ),
  misjudged("ends its reasons like sentences", permanent, /ends with a full stop/, () =>
    says("ERR_NOTIFIER_REFUSED", { notifier: "sound", reason: "It was refused.", remedy: "Look" }, "client"),
  ),
  misjudged(
    "gives up for good at the first trouble",
    transient,
    /\(transient\) was reported as ERR_NOTIFIER_REFUSED/,
    () => says("ERR_NOTIFIER_REFUSED", { notifier: "sound", reason: "refused", remedy: "Look" }, "client"),
  ),
  misjudged(
    "does not hear the wish for patience",
    throttled,
    /\(throttled\) was reported as ERR_NOTIFIER_UNAVAILABLE/,
    () => says("ERR_NOTIFIER_UNAVAILABLE", { notifier: "sound", reason: "busy" }, "transient"),
  ),
  misjudged("says in seconds until when", throttled, /`until` is no ISO 8601 time/, ({ headers }) =>
    says("ERR_NOTIFIER_THROTTLED", { notifier: "sound", until: headers["retry-after"] }, "throttled"),
  ),
  misjudged("takes the span for a time", throttled, /`until` is over already/, ({ headers }) => {
    const until = new Date(Number(headers["retry-after"]) * 1000).toISOString();
    return says("ERR_NOTIFIER_THROTTLED", { notifier: "sound", until }, "throttled");
  }),
  misled("tries again by itself", oneAttempt, /asked a receiver 2 times that refused/, (sound) => async (alert, io) => {
    await sound.notify(alert, io).catch(async () => await sound.notify(alert, io));
  }),
  misled(
    "waits until a refusal is over",
    oneAttempt,
    /a call goes on after a refusal/,
    (sound) => async (alert, io) => {
      await sound.notify(alert, io).catch(async (error: unknown) => {
        await new Promise<void>((resolve) => io.signal.addEventListener("abort", () => resolve()));
        throw error;
      });
    },
  ),
  misled("never forgets a refusal", afterRefusal, /was not told: .*refused before/, (sound) => {
    let refused = false;
    return async (alert, io) => {
      if (refused) throw new Error("it refused before");
      await sound.notify(alert, io).catch((error: unknown) => {
        refused = true;
        throw error;
      });
    };
  }),
  misled("tells what was refused with what comes next", afterRefusal, /2 messages had arrived/, (sound) => {
    const kept: Parameters<typeof sound.notify>[0][] = [];
    return async (alert, io) => {
      for (const old of kept.splice(0)) await sound.notify(old, io);
      await sound.notify(alert, io).catch((error: unknown) => {
        kept.push(alert);
        throw error;
      });
    };
  }),
  broken("does not wait for the answer", signal, /reported as told where no answer came/, (sound) => ({
    send: async (headers, text, io) => {
      void sound.send(headers, text, endless(io)).catch(() => undefined);
      return { status: 202, headers: {}, body: new Uint8Array(), truncated: false, receivedAt: io.clock.now() };
    },
  })),
  broken("does not listen to the signal", signal, /goes on waiting after its signal was aborted/, (sound) => ({
    send: async (headers, text, io) => {
      io.signal.throwIfAborted();
      return await sound.send(headers, text, endless(io));
    },
  })),
  misled(
    "takes the end of the run for success",
    signal,
    /a call that was aborted was reported as told/,
    (sound) => async (alert, io) => {
      await sound.notify(alert, io).catch((error: unknown) => {
        if (!io.signal.aborted) throw error;
      });
    },
  ),
  misled(
    "takes the end of the run for a refusal",
    signal,
    /no answer came was reported as ERR_NOTIFIER_REFUSED/,
    (sound) => async (alert, io) => {
      await sound.notify(alert, io).catch(() => {
        throw says("ERR_NOTIFIER_REFUSED", { notifier: "sound", reason: "no answer", remedy: "Look" }, "client");
      });
    },
  ),
  misled("begins what nobody wants any more", before, /told somebody/, (sound) => async (alert, io) => {
    await sound.notify(alert, endless(io));
    io.signal.throwIfAborted();
  }),
  misled(
    "takes an aborted call for done",
    before,
    /aborted before was reported as told/,
    (sound) => async (alert, io) => {
      if (!io.signal.aborted) await sound.notify(alert, io);
    },
  ),
  misled("waits for an end that was long ago", before, /aborted before does not end/, (sound) => async (alert, io) => {
    const aborted = new Promise<never>((_resolve, reject) => {
      io.signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
    await (io.signal.aborted ? aborted : sound.notify(alert, io));
  }),
  misled(
    "takes a cut connection for success",
    cut,
    /reported as told where no answer came/,
    (sound) => async (alert, io) => {
      await sound.notify(alert, io).catch((error: unknown) => {
        if (io.signal.aborted) throw error;
      });
    },
  ),
  misled(
    "takes a cut connection for a refusal",
    cut,
    /no answer came was reported as ERR_NOTIFIER_REFUSED/,
    (sound) => async (alert, io) => {
      await sound.notify(alert, io).catch(() => {
        throw says("ERR_NOTIFIER_REFUSED", { notifier: "sound", reason: "cut off", remedy: "Look" }, "client");
      });
    },
  ),
  misled(
    "waits for a connection that is gone",
    cut,
    /a call does not end whose connection was cut/,
    (sound) => async (alert, io) => {
      await sound.notify(alert, io).catch(async () => await new Promise(() => undefined));
    },
  ),
  misled("keeps a connection that is gone", afterCut, /was not told: .*the connection is gone/, (sound) => {
    let gone = false;
    return async (alert, io) => {
      if (gone) throw new Error("the connection is gone");
      await sound.notify(alert, io).catch((error: unknown) => {
        gone = true;
        throw error;
      });
    };
  }),
  misled("lets a call wait for one that was aborted", afterSilence, /was not told: .*still busy/, (sound) => {
    let busy = false;
    return async (alert, io) => {
      if (busy) throw new Error("still busy");
      busy = true;
      await sound.notify(alert, io);
      busy = false;
    };
  }),
  misled("gives a message another id after a failure", sameId, /cannot know that it has the message/, (sound) => {
    let failures = 0;
    return async (alert, io) => {
      await sound.notify({ ...alert, id: `${alert.id}-${failures}` }, io).catch((error: unknown) => {
        failures++;
        throw error;
      });
    };
  }),
];

function says(code: ErrorCode, facts: ErrorFacts, failureClass: FailureClass): TokenwardError {
  return new TokenwardError(code, facts, { class: failureClass });
}
