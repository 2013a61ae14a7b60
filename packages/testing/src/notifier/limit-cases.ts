import assert from "node:assert/strict";
import type { NotifierCase } from "./fixture.ts";
import { need, notifierCase } from "./ground.ts";
import { alertOf, around, crowd, crowdName, groupOf, hostileTexts } from "./samples.ts";
import { readings, shows } from "./text.ts";

const size = 1003;
/** As much as on-call services take (PagerDuty Events API v2, "Limits", 2026-08). Chats take less. */
const usualMost = 512 * 1024;

/** What is long or odd is told like everything else. */
export const limitCases: readonly NotifierCase[] = [
  notifierCase("a thousand members with long names fit into one message", async ({ tell, fixture }) => {
    const bytes = Buffer.byteLength(await tell(groupOf(crowd(size))));
    const most = fixture.mostBytes ?? usualMost;
    assert.ok(bytes <= most, `a message of ${bytes} bytes was sent, and the receiver takes ${most}`);
  }),

  notifierCase("of a thousand members the first can be read, and how many there are", async ({ tell }) => {
    const text = await tell(groupOf(crowd(size)));
    for (const part of [`podium/${crowdName(0)}`, `tokenward auth podium/${crowdName(0)}`]) {
      assert.ok(shows(text, part), `"${part}" cannot be read in what arrived`);
    }
    const shown = Array.from({ length: size }, (_, index) => crowdName(index)).filter((name) => text.includes(name));
    const counts = [size, size - shown.length].filter((count) => count > 0);
    const told = counts.some((count) => readings(text).some((reading) => numberPattern(count).test(reading)));
    assert.ok(told, "nobody can read how many members there are, or how many more");
  }),

  notifierCase("a summary of 5,000 letters takes no command away", async ({ tell }) => {
    const text = await tell(alertOf({ summary: around("and on and on ".repeat(357)) }));
    assert.ok(shows(text, "Suite begins"), "the summary does not begin with its beginning");
    assert.ok(shows(text, "tokenward auth linkedin/acme"), "the command was cut off with the summary");
  }),

  notifierCase("text that a format could take for its own arrives as text", async ({ tell }) => {
    for (const [index, [kind, hostile]] of Object.entries(hostileTexts).entries()) {
      const text = await tell(hostileAlert(hostile, `suite-alert-${index}`)).catch((error: unknown) => {
        const said = error instanceof Error ? error.message : String(error);
        assert.fail(`${kind} in an alert: ${said}`);
      });
      for (const part of ["Suite begins", "suite ends", "tokenward auth podium/west"]) {
        assert.ok(shows(text, part), `${kind} took away what stands around it: "${part}"`);
      }
    }
  }),

  notifierCase(
    "text that a receiver could obey is not obeyed",
    async ({ tell, fixture }) => {
      const active = need(fixture.active);
      const harmless = active(await tell(hostileAlert("plain words", "suite-alert-plain"))).toSorted();
      for (const [index, [kind, hostile]] of Object.entries(hostileTexts).entries()) {
        const found = active(await tell(hostileAlert(hostile, `suite-alert-${index}`))).toSorted();
        assert.deepEqual(found, harmless, `${kind} in an alert act on the receiver`);
      }
    },
    ["active"],
  ),
];

function hostileAlert(hostile: string, id: string): ReturnType<typeof alertOf> {
  const [summary, detail] = [around(hostile), around(hostile)];
  const members = [
    { subject: "podium/west", command: "tokenward auth podium/west" },
    { subject: `podium/${hostile}`, command: `tokenward auth ${hostile}` },
  ];
  return groupOf(members, { id, summary, detail });
}

// A number of its own, also with a separator of thousands.
function numberPattern(count: number): RegExp {
  const digits = String(count).replace(/^(\d)(?=\d{3}$)/, "$1[,.'\u2019 \u00A0\u202F]?");
  return new RegExp(String.raw`(?<![\w.,+/-])${digits}(?![\w+/-])`);
}
