// Preloaded into CLI processes by tests: their wall clock is ahead by CLOCK_AHEAD_MS, like the sandbox's, so that days
// pass between two runs. Timers and the monotonic clock are the machine's.
const ahead = Number(process.env.CLOCK_AHEAD_MS ?? 0);

if (ahead !== 0) {
  const real = Date;
  globalThis.Date = new Proxy(real, {
    construct: (target, parameters, made) =>
      Reflect.construct(target, parameters.length === 0 ? [real.now() + ahead] : parameters, made),
    apply: () => new real(real.now() + ahead).toString(),
    get: (target, name) => (name === "now" ? () => real.now() + ahead : Reflect.get(target, name)),
  });
}
