import { expect, it } from "vitest";
import { optionsSchema } from "./options.ts";

it.each([
  [{}],
  [{ project: "posting-prod", prefix: "Social_1", endpoint: "https://secretmanager.example.com", timeout: 5000 }],
  [{ project: "471100815", endpoint: "http://127.0.0.1:9090", old_versions: "disable", access_token: true }],
  [{ project: "example.com:posting", endpoint: "http://localhost:9090" }],
])("takes %j", (options) => {
  expect(optionsSchema.safeParse(options).success).toBe(true);
});

it.each([
  [{ endpoint: "http://secretmanager.example.com" }, /http only on this machine/],
  [{ endpoint: "http://127.0.0.1.example.com" }, /http only on this machine/],
  [{ endpoint: "ftp://127.0.0.1" }, /endpoint/],
  [{ prefix: "a/b" }, /letters, digits/],
  [{ project: "Posting Prod" }, /project's id/],
  [{ old_versions: "delete" }, /old_versions/],
  [{ timeout: 0 }, /timeout/],
  [{ region: "europe-west3" }, /region/],
])("refuses %j", (options, why) => {
  expect(JSON.stringify(optionsSchema.safeParse(options).error?.issues)).toMatch(why);
});
