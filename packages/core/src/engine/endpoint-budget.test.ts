import { describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { EndpointBudget, mostUnderWay } from "./endpoint-budget.ts";

describe("EndpointBudget", () => {
  it("lets no more requests through at a time than the bound, and every one in the end", async () => {
    const budget = new EndpointBudget(systemClock);
    let underWay = 0;
    let most = 0;
    const requests = Array.from({ length: 5 * mostUnderWay }, async () => {
      await budget.run(async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
      });
    });
    await Promise.all(requests);
    expect(most).toBe(mostUnderWay);
  });

  it("gives a place back when a request fails", async () => {
    const budget = new EndpointBudget(systemClock);
    for (let index = 0; index < 2 * mostUnderWay; index++) {
      await expect(budget.run(async () => await Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    }
    await expect(budget.run(async () => await Promise.resolve("through"))).resolves.toBe("through");
  });

  it("bounds what an outage may cost: ten repetitions and a fifth of the first attempts", async () => {
    const budget = new EndpointBudget(systemClock);
    for (let index = 0; index < 100; index++) await budget.run(async () => await Promise.resolve());
    let repetitions = 0;
    while (budget.mayRepeat()) repetitions++;
    expect(repetitions).toBe(30);
  });

  it("stays closed until the latest time that the endpoint named", () => {
    const now = new Date("2026-11-22T00:00:00Z");
    const budget = new EndpointBudget({ ...systemClock, now: () => now });
    budget.penalize(new Date(now.getTime() + 30_000));
    budget.penalize(new Date(now.getTime() + 10_000));
    expect(budget.patience()).toBe(30_000);
  });
});
