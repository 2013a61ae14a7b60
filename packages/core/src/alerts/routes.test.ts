import { expect, test } from "vitest";
import { routeOf } from "./routes.ts";

const all = ["webhook", "smtp", "pagerduty"];

test("without routes, all hear of everything", () => {
  for (const severity of ["warn", "page", "critical"] as const) expect(routeOf(severity, {}, all)).toEqual(all);
});

test("a severity without a route takes the next lower one's", () => {
  const routes = { warn: ["webhook"], page: ["pagerduty", "smtp"] };
  expect(routeOf("warn", routes, all)).toEqual(["webhook"]);
  expect(routeOf("page", routes, all)).toEqual(["smtp", "pagerduty"]);
  expect(routeOf("critical", routes, all)).toEqual(["smtp", "pagerduty"]);
  expect(routeOf("critical", { warn: ["smtp"] }, all)).toEqual(["smtp"]);
});

test("where no lower one has a route either, all hear of it", () => {
  expect(routeOf("warn", { page: ["pagerduty"] }, all)).toEqual(all);
});

test("an empty route is nobody, for what is above it, too", () => {
  expect(routeOf("warn", { warn: [] }, all)).toEqual([]);
  expect(routeOf("page", { warn: [], page: ["smtp"] }, all)).toEqual(["smtp"]);
});
