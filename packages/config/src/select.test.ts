import { expect, test } from "vitest";
import type { ConfiguredGrant } from "./configuration.ts";
import { selectGrants, type ReadGrant } from "./select.ts";

const grant = (id: string, enabled = true): ReadGrant => ({
  id,
  platform: id.split("/")[0] as string,
  enabled,
  plan: { id, enabled } as ConfiguredGrant,
  postponed: [],
});

const grants = [
  grant("tiktok"),
  grant("youtube", false),
  grant("podium/a"),
  grant("podium/b", false),
  grant("off/a", false),
  grant("off/b", false),
];

test.each([
  ["all", ["tiktok", "podium/a"]],
  ["tiktok", ["tiktok"]],
  ["youtube", ["youtube"]],
  ["podium", ["podium/a"]],
  ["podium/b", ["podium/b"]],
  ["off", ["off/a", "off/b"]],
])("%s", (selection, ids) => {
  expect(selectGrants(selection, grants, "c.yaml").map(({ id }) => id)).toEqual(ids);
});

test.each([
  ["tiktk", "`tiktk` is not configured. Did you mean `tiktok`?"],
  ["podium/c", "`podium/c` is not configured. Did you mean `podium/a`?"],
  ["al", "`al` is not configured. Did you mean `all`?"],
  ["colour", "`colour` is not configured."],
  ["", "`` is not configured."],
])("%j is unknown", (selection, message) => {
  expect(() => selectGrants(selection, grants, "c.yaml")).toThrow(
    expect.objectContaining({
      code: "ERR_CONFIG_GRANT_UNKNOWN",
      message,
      fix: "Use one of: tiktok, youtube, podium, off, podium/a, podium/b, off/a, off/b.",
    }),
  );
});

test("a thousand names are not all listed", () => {
  const many = Array.from({ length: 1000 }, (_, index) => grant(`podium/location-${index}`));
  expect(() => selectGrants("nothing-like-it", many, "c.yaml")).toThrow(
    expect.objectContaining({ fix: expect.stringMatching(/^Use one of: podium, .* and 981 more\.$/) }),
  );
});

test("nothing that is switched on is a refusal, not an empty success", () => {
  expect(() => selectGrants("all", [grant("a", false)], "c.yaml")).toThrow(
    expect.objectContaining({ code: "ERR_CONFIG_NOTHING_SELECTED", message: expect.stringContaining("c.yaml") }),
  );
});
