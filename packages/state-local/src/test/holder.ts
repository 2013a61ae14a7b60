// A process with a state of its own, told what to do by messages. It answers each with `{ id, value }` or `{ id, error }`.
import { setTimeout as sleep } from "node:timers/promises";
import type { Closing, Held, Intent } from "@tokenward/core/plugin";
import { secret, systemIdentity, TokenwardError } from "@tokenward/core/plugin";
import { localState } from "../index.ts";
import type { Order } from "./process.ts";

const state = localState({ identity: systemIdentity(process.env) });
let held: Held | undefined;
let leave = (): void => undefined;
let looping = false;

function intentOf(generation: number): Intent {
  return {
    id: `${process.pid}-${generation}`,
    version: { generation, fingerprint: `fp-${generation}` },
    host: "host",
    run: String(process.pid),
    at: new Date(generation),
    deadline: new Date(generation + 60_000),
    attempt: 1,
  };
}

function closingOf(generation: number, filler: number): Closing {
  const refreshToken = secret(`rft.${generation}.${"x".repeat(filler)}`);
  return {
    last: { id: "tiktok", platform: "tiktok", generation, refreshToken },
    spent: { fingerprint: `fp-${generation}`, at: new Date(generation), host: "host" },
    facts: { failures: generation },
  };
}

async function whileHeld(target: string, waitAtMost: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const work = async (now: Held): Promise<void> => {
      held = now;
      const left = new Promise<void>((done) => (leave = done));
      resolve();
      await left;
    };
    state.hold(target, work, { waitAtMost }).catch(reject);
  });
}

function current(): Held {
  if (held === undefined) throw new Error("nothing is held");
  return held;
}

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case "hold":
      return await whileHeld(order.target, order.waitAtMost);
    case "leave":
      return leave();
    case "intent":
      return await current().intent(intentOf(order.generation));
    case "answer-and-die": {
      const body = Buffer.alloc(order.length, 7);
      void current().answer({ status: 200, headers: {}, body, truncated: false, receivedAt: new Date(0) });
      // Not one turn of the event loop later.
      return process.kill(process.pid, "SIGKILL");
    }
    case "peek": {
      const { last, open, facts } = await state.peek(order.target);
      return { generation: last?.generation, open: open?.intent.id, answer: open?.answer?.body.length, facts };
    }
    case "count": {
      const { readFile, writeFile } = await import("node:fs/promises");
      for (let turn = 0; turn < order.times; turn++) {
        const add = async (): Promise<void> => {
          const count = Number(await readFile(order.file, "utf8"));
          await writeFile(order.file, String(count + 1));
        };
        await state.hold(order.target, add, { waitAtMost: 25_000 });
      }
      return undefined;
    }
    case "again-and-again":
      looping = true;
      void (async () => {
        while (looping) {
          // Long inside, hardly ever outside: whoever only looks now and then would never find it free.
          await state.hold(order.target, async () => await sleep(30), { waitAtMost: 5000 });
        }
      })();
      return undefined;
    case "stop":
      return (looping = false);
    case "write": {
      for (let generation = order.from; generation < order.to; generation++) {
        await state.hold(
          "t",
          async (now) => {
            await now.intent(intentOf(generation));
            await now.close(closingOf(generation, order.filler));
          },
          { waitAtMost: 5000 },
        );
      }
      return undefined;
    }
    case "close":
      return await state.close();
  }
}

process.on("message", (message: Order & { id: number }) => {
  obey(message).then(
    (value) => process.send?.({ id: message.id, value }),
    (error: unknown) =>
      process.send?.({
        id: message.id,
        error: TokenwardError.is(error)
          ? { code: error.code, message: error.message, fix: error.fix }
          : { code: undefined, message: String(error), fix: "" },
      }),
  );
});
process.send?.({ id: 0 });
