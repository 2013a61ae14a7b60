import { beforeEach, describe, expect, it } from "vitest";
import { VariableStore } from "./variables.ts";

// The rules that GitLab's own request specs and models show; a write-back that keeps to them is tested against this.
let store: VariableStore;
beforeEach(() => {
  store = new VariableStore();
});

describe("scopes", () => {
  beforeEach(() => {
    for (const scope of ["production", "staging"])
      store.create({ key: "TOKEN", value: `of-${scope}`, environment_scope: scope });
  });

  it("without a filter, one name for several variables is 409, for all methods", () => {
    for (const reply of [
      store.read("TOKEN", undefined),
      store.update("TOKEN", undefined, { value: "x" }),
      store.remove("TOKEN", undefined),
    ]) {
      expect(reply.status).toBe(409);
      expect(JSON.stringify(reply.body)).toContain("Please use 'filter[environment_scope]'");
    }
  });

  it("with a filter, exactly that scope counts, and none else, not even the only one", () => {
    expect(store.read("TOKEN", "staging")).toMatchObject({ status: 200, body: { value: "of-staging" } });
    expect(store.read("TOKEN", "*").status).toBe(404);
    store.remove("TOKEN", "staging");
    expect(store.read("TOKEN", undefined)).toMatchObject({ body: { value: "of-production" } });
    expect(store.read("TOKEN", "staging").status).toBe(404);
  });

  it("a name is taken once for each scope", () => {
    expect(store.create({ key: "TOKEN", value: "x", environment_scope: "staging" })).toEqual({
      status: 400,
      body: { message: { key: ["(TOKEN) has already been taken"] } },
    });
    expect(store.create({ key: "TOKEN", value: "x" }).status).toBe(201);
  });
});

describe("masking", () => {
  it("is refused for values that are short, have white space, or, expanded, other characters", () => {
    expect(store.create({ key: "A", value: "short", masked: true }).status).toBe(400);
    expect(store.create({ key: "A", value: "white space", masked: true, raw: true }).status).toBe(400);
    expect(store.create({ key: "A", value: "exclaim!", masked: true }).status).toBe(400);
    expect(store.create({ key: "A", value: "exclaim!", masked: true, raw: true }).status).toBe(201);
    expect(store.update("A", "*", { raw: false }).status).toBe(400);
    expect(store.update("A", "*", { masked: false, raw: false }).status).toBe(200);
  });

  it("and hiding cannot be taken back, and no answer shows the value", () => {
    expect(store.create({ key: "H", value: "hidden-value", masked_and_hidden: true })).toMatchObject({
      status: 201,
      body: { hidden: true, masked: true, value: null },
    });
    expect(store.read("H", "*")).toMatchObject({ status: 200, body: { value: null } });
    expect(store.update("H", "*", { value: "another-one", masked: false }).status).toBe(400);
    expect(store.update("H", "*", { value: "another-one" })).toMatchObject({ status: 200, body: { value: null } });
    expect(store.find("H")?.value).toBe("another-one");
  });
});

it("there is a limit, and a rule for names", () => {
  store.limit = 1;
  expect(store.create({ key: "with-dash", value: "x" }).status).toBe(400);
  expect(store.create({ key: "ONE", value: "x" }).status).toBe(201);
  expect(JSON.stringify(store.create({ key: "TWO", value: "x" }).body)).toContain("Maximum number");
  expect(store.create({ key: "THREE" }).status).toBe(400);
});
