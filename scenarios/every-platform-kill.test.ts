import { afterAll, beforeAll, expect, test } from "vitest";
import { everyRole, fivePlatforms, presetRoles, type Role } from "./harness/cast.ts";
import { startWatched } from "./harness/cli.ts";
import { killOnce, type Killing } from "./harness/killing.ts";
import { playAll, untilDue, type Play } from "./harness/play.ts";
import { chosen, seed, seededRandom } from "./harness/seed.ts";

const full = process.env["TOKENWARD_SCALE"] === "full" || process.env["TOKENWARD_SCALE"] === "soak";

/** Where a kill decides something: before anything is sent, in the gap that nothing closes, and after. */
const stages = [
  ["observe:start", "lease:end", "read:end", "probe:start", "probe:end", "intent:start", "intent:end", "send:start"],
  ["send:end", "answer:start"],
  ["answer:end", "save:start", "save:end", "close:start", "close:end"],
] as const;
const decisive = [
  "probe:end",
  "intent:start",
  "intent:end",
  "send:start",
  "send:end",
  "answer:end",
  "save:start",
  "save:end",
];

// Two cores: more lanes would only wait for each other. Time passes in each by itself.
const lanes = dealt(full ? everyRole : [...fivePlatforms, ...chosen(presetRoles, 2, seededRandom())]);
const plays: Play[] = [];

beforeAll(async () => {
  plays.push(...(await Promise.all(lanes.map(async (roles) => await playAll(roles)))));
});
afterAll(async () => {
  for (const play of plays) await play.close();
});

test(`a process that is killed on any platform loses nothing that it was given (seed ${String(seed)})`, async () => {
  const endings = new Map<string, Map<Killing, number>>();
  const failures: string[] = [];
  const lane = async (play: Play, roles: readonly Role[]): Promise<void> => {
    for (const role of roles) {
      const ended = new Map<Killing, number>();
      endings.set(role.name, ended);
      for (const event of await eventsOf(play, role)) {
        try {
          const ending = await killOnce(play, role, event);
          ended.set(ending, (ended.get(ending) ?? 0) + 1);
          if (ending === "in doubt") await play.consentAgain(role.name);
        } catch (error) {
          failures.push(`${role.name}, killed at ${event}: ${String(error)}`);
          await play.consentAgain(role.name);
        }
      }
    }
    await play.expectPeace();
  };
  await Promise.all(plays.map(async (play, index) => await lane(play, lanes[index] ?? [])));
  console.log(summaryOf(endings));
  expect(failures, `TOKENWARD_SEED=${String(seed)}`).toEqual([]);
  // A plan that hits nothing proves nothing.
  const total = (ending: Killing): number =>
    [...endings.values()].reduce((sum, row) => sum + (row.get(ending) ?? 0), 0);
  for (const ending of ["untouched", "kept", "in doubt"] as const) expect(total(ending), ending).toBeGreaterThan(0);
});

/** What to kill at: in the small form, something of the stages that a run on this platform goes through. */
async function eventsOf(play: Play, role: Role): Promise<readonly string[]> {
  // Weeks have passed for those before it.
  await play.consentAgain(role.name);
  await play.time.pass(untilDue);
  const process = startWatched(play.workspace, ["auth", "refresh", role.name], { env: play.time.env });
  const { code, stderr } = await process.finished;
  await process.events.end();
  expect(code, stderr).toBe(0);
  const there = [...new Set(process.events.names)];
  // Of its own, because two lanes run side by side and a red run must be red again.
  const random = seededRandom(seed + everyRole.indexOf(role));
  if (full) return role.preset ? there.filter((event) => decisive.includes(event)) : there;
  const [early = [], gap = [], late = []] = stages.map((stage) =>
    chosen(
      there.filter((event) => (stage as readonly string[]).includes(event)),
      1,
      random,
    ),
  );
  // Where nothing is spent for good, what was sent or not makes little difference.
  return role.strict ? [...early, ...gap, ...late] : [...gap, ...chosen([...early, ...late], 1, random)];
}

function dealt(roles: readonly Role[]): readonly (readonly Role[])[] {
  return [roles.filter((_, index) => index % 2 === 0), roles.filter((_, index) => index % 2 === 1)];
}

function summaryOf(endings: ReadonlyMap<string, ReadonlyMap<Killing, number>>): string {
  const rows = [...endings].map(([name, row]) => {
    const words = [...row].map(([ending, count]) => `${String(count)} ${ending}`).join(", ");
    return `${name.padEnd(20)} ${words}`;
  });
  return rows.join("\n");
}
