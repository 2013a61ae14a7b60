import { describe, expect, it } from "vitest";
import { untilAborted } from "./until-aborted.ts";

const never = async (): Promise<never> => await new Promise<never>(() => undefined);

describe("waiting until a signal is aborted", () => {
  it("gives what the work gives, and listens no longer", async () => {
    const { signal } = new AbortController();
    const listening = new Set<unknown>();
    const spied = Object.assign(signal, {
      addEventListener: (_: string, listener: unknown) => void listening.add(listener),
      removeEventListener: (_: string, listener: unknown) => void listening.delete(listener),
    });
    expect(await untilAborted(spied, async () => await Promise.resolve(7))).toBe(7);
    await expect(untilAborted(spied, async () => await Promise.reject(new Error("its own")))).rejects.toThrow(
      "its own",
    );
    expect(listening.size).toBe(0);
  });

  it("ends while the work goes on, with a DOMException whatever the reason was", async () => {
    for (const reason of [undefined, "a word", new Error("why")]) {
      const caller = new AbortController();
      const waiting = untilAborted(caller.signal, never);
      caller.abort(reason);
      await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    }
    const timed = new AbortController();
    const waiting = untilAborted(timed.signal, never);
    timed.abort(new DOMException("over", "TimeoutError"));
    await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("does not begin where it is aborted already, and says what it is told to say", async () => {
    let begun = false;
    const work = async (): Promise<never> => {
      begun = true;
      return await never();
    };
    const late = (): Error => new TypeError("too late");
    await expect(untilAborted(AbortSignal.abort(), work, late)).rejects.toThrow("too late");
    expect(begun).toBe(false);
  });
});
