import { AsyncLocalStorage } from "node:async_hooks";
import { Socket } from "node:net";

/** What pure code must not do, as it did it. */
export interface Watched<T> {
  readonly result: T;
  readonly readClock: readonly string[];
  readonly usedNetwork: readonly string[];
}

interface Log {
  readonly clock: string[];
  readonly network: string[];
}

const logs = new AsyncLocalStorage<Log>();

/**
 * Runs something and says whether it read the clock or touched the network. Only what the work itself does counts,
 * also behind an `await`; the test runner's own timers do not.
 */
export async function watching<T>(work: () => T | Promise<T>): Promise<Watched<Awaited<T>>> {
  const log: Log = { clock: [], network: [] };
  const restore = trap();
  try {
    const result = await logs.run(log, async () => await work());
    return { result, readClock: log.clock, usedNetwork: log.network };
  } finally {
    restore();
  }
}

function trap(): () => void {
  const before = {
    Date: globalThis.Date,
    fetch: globalThis.fetch,
    now: performance.now,
    connect: Socket.prototype.connect,
  };
  globalThis.Date = watchedDate(before.Date);
  performance.now = function watchedNow(): number {
    logs.getStore()?.clock.push("performance.now()");
    return before.now.call(performance);
  };
  // A connection that pure code asks for is refused, so that a suite contacts nobody.
  globalThis.fetch = async (...parameters) => {
    const log = logs.getStore();
    if (log === undefined) return await before.fetch(...parameters);
    log.network.push("fetch");
    throw new Error("no network here");
  };
  Socket.prototype.connect = function watchedConnect(this: Socket, ...parameters: never[]): Socket {
    const log = logs.getStore();
    if (log === undefined) return Reflect.apply(before.connect, this, parameters) as Socket;
    log.network.push("a connection");
    return this.destroy(new Error("no network here"));
  };
  return () => {
    globalThis.Date = before.Date;
    globalThis.fetch = before.fetch;
    performance.now = before.now;
    Socket.prototype.connect = before.connect;
  };
}

function watchedDate(real: DateConstructor): DateConstructor {
  return new Proxy(real, {
    construct(target, parameters: unknown[]) {
      if (parameters.length === 0) logs.getStore()?.clock.push("new Date()");
      return Reflect.construct(target, parameters) as Date;
    },
    apply(target) {
      logs.getStore()?.clock.push("Date()");
      return target();
    },
    get(target, name) {
      if (name !== "now") return Reflect.get(target, name) as unknown;
      return () => {
        logs.getStore()?.clock.push("Date.now()");
        return target.now();
      };
    },
  });
}
