import { inspect } from "node:util";
import { TokenwardError, type StoredGrant } from "@tokenward/core/plugin";
import { broken, endless, saying, type BrokenWriteBack } from "./breaking-write-backs.ts";

const endsInTime = "every call ends with its signal, although the place does not answer";

/** Write-backs that hide what went wrong, say too much of it, or wait for ever. */
export const brokenPlaces: readonly BrokenWriteBack[] = [
  broken(
    "swallows failures",
    "a save that the place refuses is reported, and what is stored stays",
    /a save was swallowed/,
    ({ writeBack }) => ({
      save: async (grant, next, expected, io) =>
        await writeBack.save(grant, next, expected, io).catch((error: unknown) => {
          if (TokenwardError.is(error) && error.code === "ERR_WRITEBACK_CONFLICT") throw error;
        }),
    }),
  ),
  broken(
    "swallows the failure of a claim",
    "a claim and a retirement that the place refuses are reported, and what is stored stays",
    /a claim was swallowed/,
    ({ writeBack }) => ({
      claim: async (grant, intent, expected, io) =>
        await writeBack.claim?.(grant, intent, expected, io).catch((error: unknown) => {
          if (TokenwardError.is(error) && error.code === "ERR_WRITEBACK_CONFLICT") throw error;
        }),
    }),
  ),
  broken(
    "swallows the failure of a retirement",
    "a claim and a retirement that the place refuses are reported, and what is stored stays",
    /a retirement was swallowed/,
    ({ writeBack }) => ({
      retire: async (grant, expected, io, movedTo) =>
        await writeBack.retire?.(grant, expected, io, movedTo).catch((error: unknown) => {
          if (TokenwardError.is(error) && error.code === "ERR_WRITEBACK_CONFLICT") throw error;
        }),
    }),
  ),
  broken(
    "takes what it cannot read for nothing",
    "a place that cannot be read is an error, and never empty",
    /a place that cannot be read was reported as empty/,
    ({ writeBack }) => ({
      read: async (grant, io) => await writeBack.read(grant, io).catch(() => undefined),
    }),
  ),
  broken(
    "starts anew over what it cannot read",
    "a place that cannot be read is an error, and never empty",
    /a grant that could not be read was written over/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        try {
          await writeBack.save(grant, next, expected, io);
        } catch (error) {
          if (!TokenwardError.is(error) || error.code !== "ERR_WRITEBACK_UNREADABLE") throw error;
          memory.put(next);
        }
      },
    }),
  ),
  broken(
    "knows no end when it saves",
    endsInTime,
    /a save goes on waiting after its signal was aborted/,
    ({ writeBack }) => ({
      save: async (grant, next, expected, io) => await writeBack.save(grant, next, expected, endless(io)),
    }),
  ),
  broken(
    "looks at its signal only before it asks",
    endsInTime,
    /a read goes on waiting after its signal was aborted \(meanwhile\)/,
    ({ writeBack }) => ({
      read: async (grant, io) => {
        io.signal.throwIfAborted();
        return await writeBack.read(grant, endless(io));
      },
    }),
  ),
  broken(
    "says yes where nothing answers",
    endsInTime,
    /a probe was reported as done where nothing answers/,
    ({ writeBack }) => ({
      probe: async (grant, shape, io) =>
        await writeBack.probe(grant, shape, io).catch((error: unknown) => {
          if (!io.signal.aborted) throw error;
        }),
    }),
  ),
  broken(
    "says the token in a conflict",
    "no conflict tells a token",
    /the error of a save holds a token/,
    ({ writeBack }) => ({
      save: async (grant, next, expected, io) =>
        await saying(writeBack.save(grant, next, expected, io), (error) => {
          const value = `cannot store ${String(next.refreshToken?.reveal())}`;
          return Object.defineProperty(error, "message", { value });
        }),
    }),
  ),
  broken("notes the token", "no conflict tells a token", /a note holds a token/, ({ writeBack }) => ({
    save: async (grant, next, expected, io) => {
      (io as unknown as { notes: string[] }).notes.push(`saving ${String(next.accessToken?.reveal())}`);
      await writeBack.save(grant, next, expected, io);
    },
  })),
  broken(
    "sends the token along as a cause",
    "no refusal of the place tells a token",
    /the error of a save holds a token/,
    ({ writeBack }) => ({
      save: async (grant, next, expected, io) =>
        await saying(writeBack.save(grant, next, expected, io), (error) => {
          if (TokenwardError.is(error) && error.code === "ERR_WRITEBACK_CONFLICT") return error;
          const cause = new Error(`PUT failed: ${String(next.refreshToken?.reveal())}`);
          return new Error("it failed", { cause: new Error("the request failed", { cause }) });
        }),
    }),
  ),
  broken(
    "hangs the request on its error",
    "no refusal of the place tells a token",
    /the error of a save holds a token/,
    ({ writeBack }) => ({
      save: async (grant, next, expected, io) =>
        await saying(writeBack.save(grant, next, expected, io), (error) =>
          TokenwardError.is(error) && error.code === "ERR_WRITEBACK_CONFLICT"
            ? error
            : Object.assign(new Error("it failed"), { request: { body: { value: next.refreshToken?.reveal() } } }),
        ),
    }),
  ),
  broken(
    "shows what it could not read",
    "nothing that is said of an unreadable place tells a token",
    /the error of a read holds a token/,
    ({ memory, writeBack }) => ({
      read: async (grant, io) =>
        await saying(writeBack.read(grant, io), () => {
          const text = String(memory.stored(grant)?.refreshToken?.reveal());
          return new SyntaxError(`Unexpected token in ${text}`);
        }),
    }),
  ),
  broken(
    "names one target for all",
    "a target is stable, tells grants apart and holds no secret",
    /two grants have one target/,
    () => ({ target: () => "memory:all" }),
  ),
  broken(
    "names its target after what is stored",
    "a target is stable, tells grants apart and holds no secret",
    /the target changed with the first save/,
    ({ memory }) => ({
      target: (grant) => `memory:test#${grant}${memory.stored(grant) === undefined ? "" : "-1"}`,
    }),
  ),
  broken(
    "names its target after its process",
    "a target is stable, tells grants apart and holds no secret",
    /another process names it otherwise/,
    () => {
      const process = {};
      return { target: (grant) => `memory:${numberOf(process)}#${grant}` };
    },
  ),
  broken(
    "stores tokens in the open",
    "tokens are nowhere to be read in what is stored",
    /the content of grants.json holds a token/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        await writeBack.save(grant, next, expected, io);
        open(memory.stored(grant));
      },
    }),
    { contents: async () => new Map([["grants.json", Buffer.from(inOpen)]]) },
  ),
  broken(
    "does not know what day it is",
    "the end of the place's own credential is a time, or not known",
    /the end of the place's credential is no time/,
    () => ({ credentialExpiry: async () => new Date("expires never") }),
  ),
];

let inOpen = "";

function open(stored: StoredGrant | undefined): void {
  inOpen = inspect({ token: stored?.refreshToken?.reveal() });
}

const processes = new WeakMap<object, number>();
let started = 0;

function numberOf(process: object): number {
  const known = processes.get(process) ?? ++started;
  processes.set(process, known);
  return known;
}
